/* SPDX-License-Identifier: Apache-2.0 */
#include "report/comparison.h"

#include <math.h>

static void metric_free(void *data)
{
  ComparisonMetric *metric = data;
  for (GArray **values = metric->values; *values != NULL; values++)
    g_array_unref(*values);
  g_free(metric->values);
  g_free(metric->name);
  g_free(metric->metric);
  g_free(metric->scope);
  g_free(metric);
}

/* The strings but @unit are (transfer full). */
static void add_metric(Comparison *comparison, char *name, const char *unit, char *metric, char *scope)
{
  uint32_t n = run_set_variants(comparison->set);
  ComparisonMetric *one = g_new0(ComparisonMetric, 1);
  *one = (ComparisonMetric){name, unit, metric, scope, *unit == '%' ? 100 : 1, g_new0(GArray *, n + 1)};
  for (uint32_t i = 0; i < n; i++)
    one->values[i] = g_array_new(FALSE, FALSE, sizeof(double));
  g_ptr_array_add(comparison->metrics, one);
}

static void add_metrics(Comparison *comparison)
{
  static const char *const plain[][3] = {
      {"completion: mean", "s", "completion_time/mean"},
      {"completion: median", "s", "completion_time/median"},
      {"completion: p95", "s", "completion_time/p95"},
      {"ramp-up: mean", "s", "ramp_up/mean"},
      {"Jain index", "", "fairness/jain"},
      {"largest gap", "%", "fairness/largest_gap"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
    add_metric(comparison, g_strdup(plain[i][0]), plain[i][1], g_strdup(plain[i][2]), g_strdup("run"));
  const ResultsSummary *first = &run_set_run(comparison->set, 0)->summary;
  for (uint32_t i = 0; i < MIN(first->n_resources, COMPARISON_RESOURCES); i++) {
    const char *resource = first->resources[i].name;
    add_metric(comparison, g_strdup_printf("utilization: %s", resource), "%", g_strdup("utilization"),
               g_strdup_printf("resource %s", resource));
  }
}

/* Of the first half of a run nothing is to be compared. */
static bool came_to_its_end(const ReportRun *run)
{
  return run->summary.status == RESULTS_OK || run->summary.status == RESULTS_STALLED;
}

static bool read_run(const Comparison *comparison, uint32_t run, GError **error)
{
  Query query;
  if (!came_to_its_end(run_set_run(comparison->set, run)))
    return true;
  if (!query_start(&query, comparison->set, run,
                   "SELECT value FROM metric WHERE run_id = ?1 AND name = ?2 AND scope = ?3", error))
    return false;
  uint32_t variant = run_set_run(comparison->set, run)->variant;
  for (guint i = 0; i < comparison->metrics->len; i++) {
    const ComparisonMetric *metric = g_ptr_array_index(comparison->metrics, i);
    sqlite3_bind_text(query.statement, 2, metric->metric, -1, SQLITE_STATIC);
    sqlite3_bind_text(query.statement, 3, metric->scope, -1, SQLITE_STATIC);
    if (query_next(&query) && !query_is_null(&query, 0)) {
      double value = metric->factor * query_real(&query, 0);
      g_array_append_val(metric->values[variant], value);
    }
    sqlite3_reset(query.statement);
  }
  return query_end(&query, error);
}

static bool has_values(const ComparisonMetric *metric)
{
  for (GArray **values = metric->values; *values != NULL; values++)
    if ((*values)->len > 0)
      return true;
  return false;
}

Comparison *comparison_new(const RunSet *set, const ReportHost *host, GError **error)
{
  g_autoptr(Comparison) comparison = g_new0(Comparison, 1);
  uint32_t n = run_set_runs(set);
  comparison->set = set;
  comparison->metrics = g_ptr_array_new_with_free_func(metric_free);
  add_metrics(comparison);
  for (uint32_t run = 0; run < n; run++)
    if (!report_host_progress(host, "comparing runs", (double)run / n, error) ||
        !read_run(comparison, run, error))
      return NULL;
  for (guint i = comparison->metrics->len; i-- > 0;)
    if (!has_values(g_ptr_array_index(comparison->metrics, i)))
      g_ptr_array_remove_index(comparison->metrics, i);
  return g_steal_pointer(&comparison);
}

void comparison_free(Comparison *comparison)
{
  if (comparison == NULL)
    return;
  g_ptr_array_unref(comparison->metrics);
  g_free(comparison);
}

Sample comparison_sample(const ComparisonMetric *metric, uint32_t variant)
{
  const GArray *values = metric->values[variant];
  return sample_of((const double *)(const void *)values->data, values->len);
}

/* Runs that are alike to the last event are one run. */
static bool are_independent(const RunSet *set, const ReportVariant *variant)
{
  const ReportRun *first = NULL;
  for (uint32_t i = 0; i < variant->n_runs; i++) {
    const ReportRun *run = run_set_run(set, variant->runs[i]);
    if (run->recorded)
      return false;
    if (!came_to_its_end(run))
      continue;
    if (first != NULL && g_strcmp0(run->summary.digest, first->summary.digest) != 0)
      return true;
    first = run;
  }
  return false;
}

double comparison_half_width(const Comparison *comparison, const ComparisonMetric *metric, uint32_t variant)
{
  const ReportVariant *one = run_set_variant(comparison->set, variant);
  Sample sample = comparison_sample(metric, variant);
  if (sample.n < 2 || !are_independent(comparison->set, one))
    return (double)NAN;
  return sample_half_width(&sample, run_set_run(comparison->set, one->runs[0])->confidence);
}

bool comparison_has_intervals(const Comparison *comparison)
{
  for (guint i = 0; i < comparison->metrics->len; i++)
    for (uint32_t j = 0; j < run_set_variants(comparison->set); j++)
      if (!isnan(comparison_half_width(comparison, g_ptr_array_index(comparison->metrics, i), j)))
        return true;
  return false;
}
