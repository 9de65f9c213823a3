/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/number.h"
#include "base/resources-text.h"
#include "base/time-text.h"
#include "workload/values.h"
#include "workload/workload-file.h"

/* --- arrivals ------------------------------------------------------------------------------------------- */

static bool read_instants(char **arguments, Arrival *arrival, GError **error)
{
  uint32_t n = g_strv_length(arguments);
  g_autofree Duration *at = g_new(Duration, n);
  const ValueContext any = {.folder = "."};
  for (uint32_t i = 0; i < n; i++) {
    if (!value_duration(&any, arguments[i], &at[i], error))
      return false;
    if (i > 0 && at[i].ns < at[i - 1].ns)
      return value_fail(error, "expected ascending times: \"%s\" stands behind \"%s\"", arguments[i],
                        arguments[i - 1]);
  }
  *arrival = (Arrival){ARRIVAL_AT, g_steal_pointer(&at), n, NULL};
  return true;
}

/* Gaps of zero would bring endlessly many jobs in one instant; think times of zero are well. */
static SimDistribution *read_gap(const ValueContext *context, ArrivalKind kind, char **arguments,
                                 GError **error)
{
  if (arguments[1] != NULL) {
    value_fail(error, "expected one value between the parentheses");
    return NULL;
  }
  if (kind == ARRIVAL_POISSON) {
    double mean;
    return measure_parse(MEASURE_TIME, arguments[0], &mean, error)
               ? sim_distribution_new_exponential(mean, error)
               : NULL;
  }
  SimDistribution *gap = NULL;
  if (kind == ARRIVAL_EVERY)
    return value_times(context, arguments[0], &gap, error) ? gap : NULL;
  return value_distribution(context, MEASURE_TIME, arguments[0], error);
}

bool value_arrival(const ValueContext *context, const char *text, void *field, GError **error)
{
  static const char *const names[] = {
      [ARRIVAL_ONCE] = "once",       [ARRIVAL_AT] = "at",         [ARRIVAL_EVERY] = "every",
      [ARRIVAL_POISSON] = "poisson", [ARRIVAL_CLOSED] = "closed", [ARRIVAL_CLOSED + 1] = NULL};
  static const char *const forms[] = {"once", "at(TIME, ...)", "every(GAP)", "poisson(MEAN GAP)",
                                      "closed(THINK TIME)"};
  Arrival *arrival = field;
  g_autofree char *name = NULL;
  g_auto(GStrv) arguments = NULL;
  int kind;
  if (!value_call(text, &name, &arguments, error) || !value_choice(name, "arrival", names, &kind, error))
    return false;
  if ((kind == ARRIVAL_ONCE) != (arguments == NULL) || (arguments != NULL && *arguments[0] == '\0'))
    return value_fail(error, "expected \"%s\", not \"%s\"", forms[kind], text);
  if (kind == ARRIVAL_AT)
    return read_instants(arguments, arrival, error);
  SimDistribution *gap = NULL;
  if (kind != ARRIVAL_ONCE) {
    gap = read_gap(context, (ArrivalKind)kind, arguments, error);
    if (gap == NULL)
      return false;
  }
  *arrival = (Arrival){(ArrivalKind)kind, NULL, 0, gap};
  return true;
}

/* --- resources ------------------------------------------------------------------------------------------ */

bool value_quantities(const ValueContext *context, const char *text, void *field, GError **error)
{
  Quantities quantities;
  if (!quantities_parse(context->kinds, text, &quantities, error))
    return false;
  if (quantities_are_zero(&quantities))
    return value_fail(error, "expected resources such as \"cpus:1;mem:1024\", not %s",
                      *text == '\0' ? "an empty value" : "none at all");
  *(Quantities *)field = quantities;
  return true;
}

bool value_bounds(const ValueContext *context, const char *text, void *field, GError **error)
{
  Quantities *bounds = field;
  Quantities quantities;
  if (!quantities_parse(context->kinds, text, &quantities, error))
    return false;
  g_auto(GStrv) items = g_strsplit(text, ";", -1);
  for (char **item = items; *item != NULL; item++) {
    uint32_t kind;
    (*item)[strcspn(*item, ":")] = '\0';
    if (resource_kinds_find(context->kinds, g_strstrip(*item), &kind))
      bounds->amount[kind] = quantities.amount[kind];
  }
  return true;
}

/* Adds the kinds that @text names to the table, but those that look like a fixed one misspelt. */
static bool add_kinds(ResourceKinds *kinds, const char *text, GError **error)
{
  const char *fixed[RESOURCE_KINDS_FIXED + 1] = {NULL};
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_FIXED; kind++)
    fixed[kind] = resource_kinds_name(kinds, kind);
  g_auto(GStrv) items = g_strsplit(text, ";", -1);
  for (char **item = items; *item != NULL; item++) {
    g_strstrip(*item);
    size_t length = strcspn(*item, ":({ \t");
    if (length == 0 || (*item)[length] == '\0')
      continue; /* resources_parse() says it better */
    g_autofree char *name = g_strndup(*item, length);
    if (resource_kinds_find(kinds, name, NULL))
      continue;
    const char *nearest = base_nearest(name, fixed);
    if (nearest != NULL) {
      g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_NAME, "unknown resource \"%s\"; did you mean \"%s\"?",
                  name, nearest);
      return false;
    }
    if (!resource_kinds_add(kinds, name, NULL, error))
      return false;
  }
  return true;
}

bool value_agent_resources(const ValueContext *context, const char *text, void *field, GError **error)
{
  Resources resources;
  if (!add_kinds(context->kinds, text, error) || !resources_parse(context->kinds, text, &resources, error))
    return false;
  if (resources_are_empty(&resources))
    return value_fail(error, "expected resources such as \"cpus:4;mem:8192\", not %s",
                      *text == '\0' ? "an empty value" : "none at all");
  *(Resources *)field = resources;
  return true;
}

bool value_alternatives(const ValueContext *context, const char *text, void *field, GError **error)
{
  QuantitiesList *alternatives = field;
  g_auto(GStrv) parts = g_strsplit(text, "|", -1);
  uint32_t n = g_strv_length(parts);
  g_autofree Quantities *list = g_new(Quantities, n + 1);
  for (uint32_t i = 0; i < n; i++)
    if (!value_quantities(context, g_strstrip(parts[i]), &list[i], error))
      return false;
  *alternatives = (QuantitiesList){g_steal_pointer(&list), n};
  return true;
}

/* --- attributes ----------------------------------------------------------------------------------------- */

static void attributes_free(Attribute *list, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    g_free(list[i].name);
    g_free(list[i].value);
  }
  g_free(list);
}

bool value_attributes(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  g_auto(GStrv) items = g_strsplit(text, ";", -1);
  uint32_t n = 0;
  Attribute *list = g_new0(Attribute, g_strv_length(items) + 1);
  for (char **item = items; *item != NULL; item++) {
    if (*g_strstrip(*item) == '\0' && item[1] == NULL)
      break; /* a trailing ";" is customary */
    char *colon = strchr(*item, ':');
    if (colon == NULL || colon == *item || *g_strchug(colon + 1) == '\0') {
      value_fail(error, "expected \"name:value\", not \"%s\"", *item);
      attributes_free(list, n);
      return false;
    }
    list[n].name = g_strchomp(g_strndup(*item, (size_t)(colon - *item)));
    list[n].value = g_strdup(colon + 1);
    n++;
    for (uint32_t i = 0; i + 1 < n; i++)
      if (strcmp(list[i].name, list[n - 1].name) == 0) {
        value_fail(error, "\"%s\" names the attribute \"%s\" twice", text, list[i].name);
        attributes_free(list, n);
        return false;
      }
  }
  *(AttributeList *)field = (AttributeList){list, n};
  return true;
}

/* --- traces --------------------------------------------------------------------------------------------- */

#define MAP_NUMBER_MAX 1000000

bool value_map(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {"user",        "group", "queue",     "partition", "executable",
                                      "column NAME", "one",   "framework", NULL};
  static const TraceMapKind kinds[] = {MAP_USER,       MAP_GROUP,  MAP_QUEUE, MAP_PARTITION,
                                       MAP_EXECUTABLE, MAP_COLUMN, MAP_NONE,  MAP_NONE};
  TraceMap *map = field;
  int64_t number;
  int index;
  if (g_ascii_isdigit(*text) || *text == '-' || *text == '+') {
    if (!number_parse_integer(text, 1, MAP_NUMBER_MAX, &number, error))
      return false;
    *map = (TraceMap){MAP_NUMBER, (uint32_t)number, NULL};
    return true;
  }
  if (g_str_has_prefix(text, "column ") || g_str_has_prefix(text, "column\t")) {
    *map = (TraceMap){MAP_COLUMN, 0, g_strstrip(g_strdup(text + strlen("column ")))};
    return true;
  }
  if (strcmp(text, "column") == 0)
    return value_fail(error, "expected \"column NAME\", not \"%s\"", text);
  if (!value_choice(text, "mapping", names, &index, error))
    return false;
  *map = (TraceMap){kinds[index], 0, NULL};
  return true;
}

/* What the cells of a column are measured in. */
typedef enum {
  COLUMN_PLAIN, /* no units */
  COLUMN_TIME,  /* to seconds */
  COLUMN_SIZE,  /* to MiB */
} ColumnMeasure;

/* Cuts the name off @text: in double quotes, or up to the first blank or "*". */
static char *column_name(const char *text, const char **rest, GError **error)
{
  char *name;
  if (*text == '"') {
    const char *end = strchr(text + 1, '"');
    if (end == NULL) {
      value_fail(error, "the quotes of %s do not match", text);
      return NULL;
    }
    name = g_strndup(text + 1, (size_t)(end - text - 1));
    *rest = end + 1;
  } else {
    size_t length = strcspn(text, " \t*");
    name = g_strndup(text, length);
    *rest = text + length;
  }
  while (**rest == ' ' || **rest == '\t')
    ++*rest;
  if (*name != '\0')
    return name;
  g_free(name);
  value_fail(error, "expected the name of a column, then a unit or \"* FACTOR\" if needed, not \"%s\"", text);
  return NULL;
}

/* Multiplies @factor by one @unit. */
static bool column_unit(const char *unit, ColumnMeasure measure, double *factor, GError **error)
{
  static const char quotes[] = "names with blanks stand in double quotes";
  g_autofree char *one = g_strconcat("1", unit, NULL);
  Duration duration = DURATION_ZERO;
  double bytes = 0;
  switch (measure) {
  case COLUMN_PLAIN:
    return value_fail(error, "expected the name of a column and no unit \"%s\"; %s", unit, quotes);
  case COLUMN_TIME:
    if (!duration_parse(one, &duration, NULL))
      return value_fail(error, "unknown unit \"%s\"; expected one of ns, us, ms, s, min, h, d; %s", unit,
                        quotes);
    *factor *= duration_seconds(duration);
    return true;
  case COLUMN_SIZE:
    if (!bytes_parse(one, "", &bytes, NULL))
      return value_fail(error,
                        "unknown unit \"%s\"; expected one of B, KiB, MiB, GiB, TiB, KB, MB, GB, TB; %s",
                        unit, quotes);
    *factor *= bytes / 0x1p20;
    return true;
  }
  g_assert_not_reached();
}

static bool column_parse(const char *text, ColumnMeasure measure, bool factors, TraceColumn *out,
                         GError **error)
{
  const char *rest;
  double factor = 1;
  g_autofree char *name = column_name(text, &rest, error);
  if (name == NULL)
    return false;
  if (*rest == '*' && factors) {
    do
      rest++;
    while (*rest == ' ' || *rest == '\t');
    if (!number_scan(rest, &rest, &factor) || factor <= 0)
      return value_fail(error, "expected a factor above zero behind \"*\" in \"%s\"", text);
    while (*rest == ' ' || *rest == '\t')
      rest++;
  }
  if (*rest != '\0' && !column_unit(rest, measure, &factor, error))
    return false;
  if (!isfinite(factor) || factor <= 0)
    return value_fail(error, "the factor of \"%s\" is out of range", text);
  *out = (TraceColumn){g_steal_pointer(&name), factor};
  return true;
}

bool value_time_column(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  return column_parse(text, COLUMN_TIME, true, field, error);
}

bool value_number_column(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  return column_parse(text, COLUMN_PLAIN, true, field, error);
}

bool value_size_column(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  return column_parse(text, COLUMN_SIZE, true, field, error);
}

bool value_name_column(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  return column_parse(text, COLUMN_PLAIN, false, field, error);
}
