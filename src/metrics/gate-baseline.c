/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/gate-baseline.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "workload/key-file.h"
#include "workload/text-file.h"
#include "workload/workload-file.h"

#define BASELINE_BYTES_MAX (16 << 20)
#define REPLICATIONS_MOST  100000

static const char head[] = "# What an allocator measured on the workloads of a fairness gate: a line per "
                           "replication. A gate runs the same\n"
                           "# replications and compares them pair by pair; it fails where a metric has "
                           "become worse by more than its\n"
                           "# tolerance: an amount, a part of the mean below, or both. Tolerances may be "
                           "edited, and stay when the values\n"
                           "# are renewed:  sim gate --baseline THIS-FILE --allocator NAME --accept\n";

/* What a new baseline begins with: what nobody would miss is left alone. */
static const struct {
  const char *name, *scope;
  double amount, part;
} defaults[] = {
    {"fairness/deficit", "run", 5, 0.15},           {"fairness/jain", "run", 0.02, 0},
    {"fairness/sharing_incentive", "run", 0.05, 0}, {"fairness/envy", "run", 0.05, 0},
    {"starvation/longest", "run", 10, 0.25},        {"utilization", "resource cpus", 0.02, 0},
};

static void tolerance_clear(void *data)
{
  g_free(((GateTolerance *)data)->scope);
}

static void workload_clear(void *data)
{
  GateWorkload *workload = data;
  g_free(workload->file);
  g_free(workload->point);
  g_free(workload->values);
}

static GateBaseline *new_empty(const char *allocator, const char *program)
{
  GateBaseline *baseline = g_new0(GateBaseline, 1);
  baseline->allocator = g_strdup(allocator);
  baseline->program = g_strdup(program);
  baseline->tolerances = g_array_new(FALSE, FALSE, sizeof(GateTolerance));
  baseline->workloads = g_array_new(FALSE, FALSE, sizeof(GateWorkload));
  g_array_set_clear_func(baseline->tolerances, tolerance_clear);
  g_array_set_clear_func(baseline->workloads, workload_clear);
  return baseline;
}

GateBaseline *gate_baseline_new(const char *allocator, const char *program)
{
  GateBaseline *baseline = new_empty(allocator, program);
  for (size_t i = 0; i < G_N_ELEMENTS(defaults); i++) {
    GateTolerance tolerance = {metric_find(defaults[i].name), g_strdup(defaults[i].scope), defaults[i].amount,
                               defaults[i].part};
    g_array_append_val(baseline->tolerances, tolerance);
  }
  return baseline;
}

void gate_baseline_free(GateBaseline *baseline)
{
  if (baseline == NULL)
    return;
  g_array_unref(baseline->tolerances);
  g_array_unref(baseline->workloads);
  g_free(baseline->allocator);
  g_free(baseline->program);
  g_free(baseline);
}

GateWorkload *gate_baseline_add(GateBaseline *baseline, const char *file, const char *point, uint64_t seed,
                                uint32_t replications)
{
  size_t n = (size_t)baseline->tolerances->len * replications;
  GateWorkload workload = {g_strdup(file), g_strdup(point), seed, replications, g_new(double, MAX(n, 1))};
  for (size_t i = 0; i < n; i++)
    workload.values[i] = (double)NAN;
  g_array_append_val(baseline->workloads, workload);
  return gate_workload(baseline, baseline->workloads->len - 1);
}

GateWorkload *gate_baseline_find(const GateBaseline *baseline, const char *file)
{
  for (guint i = 0; i < baseline->workloads->len; i++)
    if (strcmp(gate_workload(baseline, i)->file, file) == 0)
      return gate_workload(baseline, i);
  return NULL;
}

bool gate_is_measured(const GateBaseline *baseline, guint i)
{
  for (guint w = 0; w < baseline->workloads->len; w++) {
    const GateWorkload *workload = gate_workload(baseline, w);
    for (uint32_t r = 0; r < workload->replications; r++)
      if (!isnan(*gate_value(workload, i, r)))
        return true;
  }
  return false;
}

char *gate_metric_name(const Metric *metric, const char *scope)
{
  return strcmp(scope, "run") == 0 ? g_strdup(metric->name) : g_strdup_printf("%s:%s", metric->name, scope);
}

/* --- writing ------------------------------------------------------------------------------------------------ */

static char *number_text(double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  return g_strdup(isnan(value) ? "-" : g_ascii_formatd(digits, sizeof digits, "%.6g", value));
}

double gate_round(double value)
{
  g_autofree char *text = number_text(value);
  return isnan(value) ? value : g_ascii_strtod(text, NULL);
}

static void append_tolerance(GString *out, const GateTolerance *tolerance)
{
  g_autofree char *name = gate_metric_name(tolerance->metric, tolerance->scope);
  g_autofree char *amount = number_text(tolerance->amount);
  g_autofree char *part = number_text(100 * tolerance->part);
  g_string_append_printf(out, "%s = ", name);
  if (tolerance->part == 0)
    g_string_append_printf(out, "%s\n", amount);
  else if (tolerance->amount == 0)
    g_string_append_printf(out, "%s%%\n", part);
  else
    g_string_append_printf(out, "%s + %s%%\n", amount, part);
}

/* Columns as wide as their widest number. @columns: of the tolerances that have one. */
static void append_values(GString *out, const GArray *columns, const GateWorkload *workload)
{
  guint n = columns->len;
  g_autofree int *widths = g_new0(int, MAX(n, 1));
  for (guint i = 0; i < n; i++)
    for (uint32_t r = 0; r < workload->replications; r++) {
      g_autofree char *number = number_text(*gate_value(workload, g_array_index(columns, guint, i), r));
      widths[i] = MAX(widths[i], (int)strlen(number));
    }
  for (uint32_t r = 0; r < workload->replications; r++) {
    g_string_append_printf(out, "%u = ", r);
    for (guint i = 0; i < n; i++) {
      g_autofree char *number = number_text(*gate_value(workload, g_array_index(columns, guint, i), r));
      g_string_append_printf(out, "%s%*s", i == 0 ? "" : ", ", widths[i], number);
    }
    g_string_append_c(out, '\n');
  }
}

char *gate_baseline_text(const GateBaseline *baseline)
{
  GString *out = g_string_new(head);
  g_autoptr(GArray) columns = g_array_new(FALSE, FALSE, sizeof(guint));
  for (guint i = 0; i < baseline->tolerances->len; i++)
    if (gate_is_measured(baseline, i))
      g_array_append_val(columns, i);
  g_string_append_printf(out, "\n[baseline]\nallocator = %s\nprogram = %s\n\n[tolerances]\n",
                         baseline->allocator, baseline->program);
  for (guint i = 0; i < columns->len; i++)
    append_tolerance(out, gate_tolerance(baseline, g_array_index(columns, guint, i)));
  for (guint i = 0; i < baseline->workloads->len; i++) {
    const GateWorkload *workload = gate_workload(baseline, i);
    g_string_append_printf(out, "\n[workload %s]\npoint = %s\nseed = %" G_GUINT64_FORMAT "\nmetrics = ",
                           workload->file, workload->point, workload->seed);
    for (guint k = 0; k < columns->len; k++) {
      const GateTolerance *tolerance = gate_tolerance(baseline, g_array_index(columns, guint, k));
      g_autofree char *name = gate_metric_name(tolerance->metric, tolerance->scope);
      g_string_append_printf(out, "%s%s", k == 0 ? "" : ", ", name);
    }
    g_string_append_c(out, '\n');
    append_values(out, columns, workload);
  }
  return g_string_free(out, FALSE);
}

/* --- reading ------------------------------------------------------------------------------------------------ */

typedef struct {
  const KeyFile *file;
  GateBaseline *baseline;
} Reading;

static bool fail(const Reading *reading, const KeyGroup *group, const KeyEntry *entry, GError **error,
                 const char *message)
{
  return key_file_fail(reading->file, group, entry, WORKLOAD_ERROR_VALUE, error, "%s", message);
}

/* "NAME" or "NAME:SCOPE", of a metric that has a better and a worse. */
static const Metric *find_metric(const char *text, char **scope)
{
  const char *colon = strchr(text, ':');
  g_autofree char *name = colon == NULL ? g_strdup(text) : g_strndup(text, (size_t)(colon - text));
  *scope = g_strdup(colon == NULL ? "run" : colon + 1);
  const Metric *metric = metric_find(name);
  return metric == NULL || metric->direction == METRIC_DESCRIBES ? NULL : metric;
}

/* "0.5", "10%" or "0.5 + 10%". */
static bool parse_tolerance(const char *text, GateTolerance *tolerance)
{
  double number;
  bool whole = false;
  for (const char *at = text; !whole; at++) {
    while (*at == ' ')
      at++;
    if (!number_scan(at, &at, &number) || number < 0)
      return false;
    if (*at == '%') {
      tolerance->part += number / 100;
      at++;
    } else {
      tolerance->amount += number;
    }
    while (*at == ' ')
      at++;
    if (*at != '+' && *at != '\0')
      return false;
    whole = *at == '\0';
  }
  return true;
}

static bool read_tolerances(const Reading *reading, const KeyGroup *group, GError **error)
{
  for (guint i = 0; i < group->entries->len; i++) {
    const KeyEntry *entry = g_ptr_array_index(group->entries, i);
    GateTolerance tolerance = {.metric = NULL};
    tolerance.metric = find_metric(entry->name, &tolerance.scope);
    bool known = tolerance.metric != NULL;
    bool good = known && parse_tolerance(entry->value, &tolerance);
    g_array_append_val(reading->baseline->tolerances, tolerance);
    if (!known)
      return fail(reading, group, entry, error,
                  "no metric that has a better and a worse; expected NAME or NAME:SCOPE (sim list metrics)");
    if (!good)
      return fail(reading, group, entry, error, "expected an amount, a part such as 10%, or both: 0.5 + 10%");
  }
  return true;
}

/* Which tolerance each column is of; UINT_MAX: of none any more. */
static bool read_columns(const Reading *reading, const KeyGroup *group, GArray *columns, GError **error)
{
  const KeyEntry *entry = key_group_find(group, "metrics");
  if (entry == NULL)
    return fail(reading, group, NULL, error, "expected the key metrics");
  g_auto(GStrv) names = g_strsplit(entry->value, ",", -1);
  for (char **name = names; *name != NULL; name++) {
    guint found = UINT_MAX;
    for (guint i = 0; i < reading->baseline->tolerances->len; i++) {
      const GateTolerance *tolerance = gate_tolerance(reading->baseline, i);
      g_autofree char *own = gate_metric_name(tolerance->metric, tolerance->scope);
      if (strcmp(g_strstrip(*name), own) == 0)
        found = i;
    }
    g_array_append_val(columns, found);
  }
  return true;
}

static bool read_row(const Reading *reading, const KeyGroup *group, const KeyEntry *entry,
                     const GArray *columns, GateWorkload *workload, uint32_t replication, GError **error)
{
  g_auto(GStrv) cells = g_strsplit(entry->value, ",", -1);
  if (g_strv_length(cells) != columns->len)
    return fail(reading, group, entry, error, "expected a number for each of the metrics");
  for (guint i = 0; i < columns->len; i++) {
    const char *cell = g_strstrip(cells[i]);
    guint column = g_array_index(columns, guint, i);
    double number = (double)NAN;
    if (strcmp(cell, "-") != 0 && !number_parse(cell, &number, NULL))
      return fail(reading, group, entry, error, "expected numbers, or - where there is none, with commas");
    if (column != UINT_MAX)
      *gate_value(workload, column, replication) = number;
  }
  return true;
}

static bool is_row(const KeyEntry *entry)
{
  return g_ascii_isdigit(entry->name[0]);
}

static bool read_rows(const Reading *reading, const KeyGroup *group, GateWorkload *workload, GError **error)
{
  g_autoptr(GArray) columns = g_array_new(FALSE, FALSE, sizeof(guint));
  if (!read_columns(reading, group, columns, error))
    return false;
  int64_t expected = 0;
  for (guint i = 0; i < group->entries->len; i++) {
    const KeyEntry *entry = g_ptr_array_index(group->entries, i);
    int64_t number;
    if (!is_row(entry))
      continue;
    if (!number_parse_integer(entry->name, expected, expected, &number, NULL))
      return fail(reading, group, entry, error,
                  "expected replications in their order, from 0, none left out");
    if (!read_row(reading, group, entry, columns, workload, (uint32_t)expected++, error))
      return false;
  }
  return true;
}

static bool read_workload(const Reading *reading, const KeyGroup *group, GError **error)
{
  const KeyEntry *point = key_group_find(group, "point");
  const KeyEntry *seed = key_group_find(group, "seed");
  int64_t number;
  uint32_t rows = 0;
  if (point == NULL || seed == NULL)
    return fail(reading, group, NULL, error, "expected the keys point and seed");
  if (!number_parse_integer(seed->value, 0, INT64_MAX, &number, error))
    return key_file_prefix(reading->file, group, seed, error);
  for (guint i = 0; i < group->entries->len; i++)
    rows += is_row(g_ptr_array_index(group->entries, i));
  if (rows < 2 || rows > REPLICATIONS_MOST)
    return fail(reading, group, NULL, error, "expected at least two replications");
  return read_rows(reading, group,
                   gate_baseline_add(reading->baseline, group->rest, point->value, (uint64_t)number, rows),
                   error);
}

static bool read_groups(const Reading *reading, GError **error)
{
  const GPtrArray *groups = key_file_groups(reading->file);
  const KeyGroup *tolerances = key_file_find(reading->file, "tolerances", "");
  if (tolerances == NULL || !read_tolerances(reading, tolerances, error))
    return tolerances == NULL
               ? fail(reading, NULL, NULL, error, "no baseline of a gate: expected [tolerances]")
               : false;
  if (reading->baseline->tolerances->len == 0)
    return fail(reading, tolerances, NULL, error,
                "expected at least one metric: a gate without any holds nobody back");
  for (guint i = 0; i < groups->len; i++) {
    const KeyGroup *group = g_ptr_array_index(groups, i);
    if (strcmp(group->kind, "workload") == 0 && !read_workload(reading, group, error))
      return false;
  }
  return true;
}

GateBaseline *gate_baseline_read(const char *path, GError **error)
{
  size_t length;
  g_autofree char *data = text_file_read(path, BASELINE_BYTES_MAX, &length, error);
  g_autoptr(KeyFile) file = data == NULL ? NULL : key_file_new(data, length, path, NULL, NULL, error);
  if (file == NULL)
    return NULL;
  const KeyGroup *origin = key_file_find(file, "baseline", "");
  const KeyEntry *allocator = key_group_find(origin, "allocator");
  const KeyEntry *program = key_group_find(origin, "program");
  g_autoptr(GateBaseline) baseline = new_empty(allocator == NULL ? "unknown" : allocator->value,
                                               program == NULL ? "unknown" : program->value);
  const Reading reading = {file, baseline};
  return read_groups(&reading, error) ? g_steal_pointer(&baseline) : NULL;
}
