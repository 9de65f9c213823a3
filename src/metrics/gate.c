/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/gate.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/number.h"
#include "base/time-text.h"
#include "metrics/statistics.h"
#include "workload/workload-file.h"

#define DETECTED 0.9 /* how often the smallest detectable effect is called a regression */

const char *gate_verdict_name(GateVerdict verdict)
{
  static const char *const names[] = {
      [GATE_PASS] = "pass", [GATE_REGRESSION] = "regression", [GATE_INCONCLUSIVE] = "inconclusive"};
  return names[verdict];
}

static void row_free(void *data)
{
  GateRow *row = data;
  g_free(row->workload);
  g_free(row->metric);
  g_free(row->why);
  g_free(row);
}

GPtrArray *gate_rows_new(void)
{
  return g_ptr_array_new_with_free_func(row_free);
}

/* --- against the baseline ----------------------------------------------------------------------------------- */

/* One metric of a workload: what is known before the number of rows is. */
typedef struct {
  GateRow *row;
  Sample worsening;
  uint32_t missing;
} Judged;

static Judged gather(const GateBaseline *baseline, guint i, const GateWorkload *before,
                     const GateWorkload *now)
{
  const GateTolerance *tolerance = gate_tolerance(baseline, i);
  bool less = tolerance->metric->direction == METRIC_LESS_IS_BETTER;
  Judged judged = {.row = g_new0(GateRow, 1)};
  Sample baseline_values = {0};
  Sample measured_values = {0};
  double sum = 0;
  for (uint32_t r = 0; r < before->replications; r++) {
    double was = *gate_value(before, i, r);
    double is = gate_round(*gate_value(now, i, r));
    if (isnan(was))
      continue;
    judged.missing += isnan(is) ? 1 : 0;
    if (isnan(is))
      continue;
    sample_add(&baseline_values, was);
    sample_add(&measured_values, is);
    double worsening = less ? is - was : was - is;
    sample_add(&judged.worsening, worsening);
    sum += worsening;
  }
  /* That of whole numbers is exact. */
  judged.worsening.mean = judged.worsening.n > 0 ? sum / (double)judged.worsening.n : 0;
  *judged.row = (GateRow){
      .workload = g_strdup(before->file),
      .metric = gate_metric_name(tolerance->metric, tolerance->scope),
      .unit = tolerance->metric->unit,
      .n = (uint32_t)judged.worsening.n,
      .baseline = judged.worsening.n > 0 ? baseline_values.mean : (double)NAN,
      .measured = judged.worsening.n > 0 ? measured_values.mean : (double)NAN,
      .worsening = judged.worsening.n > 0 ? judged.worsening.mean : (double)NAN,
      .tolerance = tolerance->amount + tolerance->part * fabs(baseline_values.mean),
  };
  return judged;
}

static void judge(const Judged *judged, double level)
{
  GateRow *row = judged->row;
  if (judged->worsening.n < 2) {
    row->low = row->high = row->detectable = (double)NAN;
    row->verdict = GATE_INCONCLUSIVE;
    row->why = judged->missing > 0 ? g_strdup_printf("no number in %u replications", judged->missing)
                                   : g_strdup("the baseline has one number only");
    return;
  }
  double degrees = (double)(judged->worsening.n - 1);
  double error = sample_deviation(&judged->worsening) / sqrt((double)judged->worsening.n);
  double half = student_t_quantile(1 - level, degrees) * error;
  row->low = row->worsening - half;
  row->high = row->worsening + half;
  row->detectable = row->tolerance + half + student_t_quantile(DETECTED, degrees) * error;
  if (row->low > row->tolerance) {
    row->verdict = GATE_REGRESSION;
  } else if (judged->missing > 0) {
    row->verdict = GATE_INCONCLUSIVE;
    row->why = g_strdup_printf("no number in %u replications", judged->missing);
  } else if (row->high - row->low > row->tolerance) {
    row->verdict = GATE_INCONCLUSIVE;
    row->why = g_strdup(
        row->high < 0 ? "it is better, and the interval is wider than the tolerance: renew the baseline "
                        "(--accept), or take more replications"
                      : "the interval is wider than the tolerance: that takes more replications, or a "
                        "larger tolerance");
  }
}

/* A tolerance of which no workload of the baseline has a number: what nobody looks at does not pass. */
static void add_unmeasured(GPtrArray *rows, const GateTolerance *tolerance)
{
  GateRow *row = g_new0(GateRow, 1);
  const double none = (double)NAN;
  *row = (GateRow){
      .workload = g_strdup("all"),
      .metric = gate_metric_name(tolerance->metric, tolerance->scope),
      .unit = tolerance->metric->unit,
      .baseline = none,
      .measured = none,
      .worsening = none,
      .low = none,
      .high = none,
      .tolerance = none,
      .detectable = none,
      .verdict = GATE_INCONCLUSIVE,
      .why = g_strdup("the baseline has a tolerance and no number: --accept measures it"),
  };
  g_ptr_array_add(rows, row);
}

GPtrArray *gate_judge(const GateBaseline *baseline, const GateBaseline *measured, double confidence)
{
  GPtrArray *rows = gate_rows_new();
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Judged));
  for (guint w = 0; w < baseline->workloads->len; w++)
    for (guint i = 0; i < baseline->tolerances->len; i++) {
      const GateWorkload *before = gate_workload(baseline, w);
      const GateWorkload *now = gate_baseline_find(measured, before->file);
      CHECK(now != NULL && now->replications == before->replications);
      Judged judged = gather(baseline, i, before, now);
      /* A workload need not have every metric. */
      if (judged.worsening.n + judged.missing == 0)
        row_free(judged.row);
      else
        g_array_append_val(all, judged);
    }
  for (guint i = 0; i < all->len; i++) {
    const Judged *judged = &g_array_index(all, Judged, i);
    judge(judged, (1 - confidence) / all->len);
    g_ptr_array_add(rows, judged->row);
  }
  for (guint i = 0; i < baseline->tolerances->len; i++)
    if (!gate_is_measured(baseline, i))
      add_unmeasured(rows, gate_tolerance(baseline, i));
  return rows;
}

GateVerdict gate_verdict(const GPtrArray *rows)
{
  GateVerdict worst = GATE_PASS;
  for (guint i = 0; i < rows->len; i++) {
    const GateRow *row = g_ptr_array_index(rows, i);
    if (row->verdict == GATE_REGRESSION)
      return GATE_REGRESSION;
    if (row->verdict == GATE_INCONCLUSIVE)
      worst = GATE_INCONCLUSIVE;
  }
  return worst;
}

/* --- requirements ------------------------------------------------------------------------------------------- */

/* Whether @word is one of the parts of @name between the slashes, or all of it. */
static bool has_part(const char *name, const char *word)
{
  g_auto(GStrv) parts = g_strsplit(name, "/", -1);
  return strcmp(name, word) == 0 || g_strv_contains((const char *const *)parts, word);
}

static const Metric *find_by_part(const char *word)
{
  const Metric *exact = metric_find(word);
  if (exact != NULL)
    return exact;
  for (const Metric *metric = metric_list(); metric->name != NULL; metric++)
    if (metric->direction != METRIC_DESCRIBES && has_part(metric->name, word))
      return metric;
  return NULL;
}

static bool parse_limit(const char *text, const Metric *metric, double *limit)
{
  size_t length = strlen(text);
  Duration duration;
  if (number_parse(text, limit, NULL))
    return true;
  if (strcmp(metric->unit, "s") == 0 && duration_parse(text, &duration, NULL)) {
    *limit = (double)duration.ns / 1e9;
    return true;
  }
  bool part = strstr(metric->unit, "to 1") != NULL && length > 1 && text[length - 1] == '%';
  g_autofree char *digits = part ? g_strndup(text, length - 1) : NULL;
  if (!part || !number_parse(digits, limit, NULL))
    return false;
  *limit /= 100;
  return true;
}

bool gate_requirement_parse(const char *text, GateRequirement *requirement, GError **error)
{
  const char *comparison = strpbrk(text, "<>");
  if (comparison == NULL) {
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_VALUE,
                "expected METRIC[:SCOPE] < LIMIT (or <=, >, >=), such as starvation < 60s, not \"%s\"", text);
    return false;
  }
  g_autofree char *left = g_strstrip(g_strndup(text, (size_t)(comparison - text)));
  bool or_equal = comparison[1] == '=';
  g_autofree char *right = g_strstrip(g_strdup(comparison + 1 + or_equal));
  char *colon = strchr(left, ':');
  if (colon != NULL)
    *colon = '\0';
  const Metric *metric = find_by_part(left);
  double limit;
  if (metric == NULL) {
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_VALUE, "unknown metric \"%s\" (sim list metrics)",
                left);
    return false;
  }
  if (!parse_limit(right, metric, &limit)) {
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_VALUE, "%s: expected a limit in %s, not \"%s\"",
                metric->name, metric->unit, right);
    return false;
  }
  *requirement = (GateRequirement){
      .text = g_strdup(text),
      .metric = metric,
      .scope = g_strdup(colon == NULL ? "run" : colon + 1),
      .less = *comparison == '<',
      .or_equal = or_equal,
      .limit = limit,
  };
  return true;
}

void gate_requirement_clear(GateRequirement *requirement)
{
  g_free(requirement->text);
  g_free(requirement->scope);
}

static bool is_kept(const GateRequirement *requirement, double value)
{
  if (value == requirement->limit)
    return requirement->or_equal;
  return (value < requirement->limit) == requirement->less;
}

void gate_judge_requirement(GPtrArray *rows, const char *workload, const GateRequirement *requirement,
                            const double *values, uint32_t n)
{
  GateRow *row = g_new0(GateRow, 1);
  uint32_t broken = 0;
  uint32_t missing = 0;
  *row = (GateRow){
      .workload = g_strdup(workload),
      .metric = g_strdup(requirement->text),
      .unit = requirement->metric->unit,
      .requirement = true,
      .n = n,
      .baseline = (double)NAN,
      .measured = (double)NAN,
      .worsening = (double)NAN,
      .low = (double)NAN,
      .high = (double)NAN,
      .tolerance = (double)NAN,
      .detectable = (double)NAN,
  };
  for (uint32_t i = 0; i < n; i++) {
    missing += isnan(values[i]) ? 1 : 0;
    if (isnan(values[i]))
      continue;
    broken += !is_kept(requirement, values[i]);
    bool worse = isnan(row->measured) || (values[i] > row->measured) == requirement->less;
    row->measured = worse ? values[i] : row->measured;
  }
  if (broken > 0) {
    row->verdict = GATE_REGRESSION;
    row->why = g_strdup_printf("broken in %u of %u replications", broken, n);
  } else if (missing > 0) {
    row->verdict = GATE_INCONCLUSIVE;
    row->why = g_strdup_printf("no number in %u of %u replications", missing, n);
  }
  g_ptr_array_add(rows, row);
}
