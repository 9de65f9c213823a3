/* SPDX-License-Identifier: Apache-2.0 */
#include "report/comparison.h"

#include <math.h>
#include <string.h>

static void metric_free(void *data)
{
  ComparisonMetric *metric = data;
  for (GArray **values = metric->values; *values != NULL; values++)
    g_array_unref(*values);
  g_free(metric->values);
  g_free(metric->name);
  g_free(metric);
}

static ComparisonMetric *metric_new(const RunSet *set, char *name, const char *unit)
{
  ComparisonMetric *metric = g_new0(ComparisonMetric, 1);
  metric->name = name;
  metric->unit = unit;
  metric->values = g_new0(GArray *, run_set_variants(set) + 1);
  for (uint32_t i = 0; i < run_set_variants(set); i++)
    metric->values[i] = g_array_new(FALSE, FALSE, sizeof(double));
  return metric;
}

static void metric_add(GPtrArray *metrics, guint index, const RunSet *set, uint32_t run, double value)
{
  const ComparisonMetric *metric = g_ptr_array_index(metrics, index);
  if (!isnan(value))
    g_array_append_val(metric->values[run_set_run(set, run)->variant], value);
}

/* --- the numbers of one run ----------------------------------------------------------------------------- */

enum { MEAN, MEDIAN, P95, RAMP_UP, JAIN, GAP, UTILIZATION };

static bool read_file_completions(const Comparison *comparison, uint32_t file, const ReportHost *host,
                                  GArray **of_run, GError **error)
{
  const RunSet *set = comparison->set;
  Query query;
  if (!query_start_file(&query, set, file,
                        "SELECT run_id, (finish_ns - submit_ns) / 1e9 FROM job WHERE state_code = 2", error))
    return false;
  bool going = true;
  int64_t run_id = -1;
  uint32_t run = UINT32_MAX;
  for (uint64_t row = 1; going && query_next(&query); row++) {
    if (query_integer(&query, 0) != run_id) {
      run_id = query_integer(&query, 0);
      run = run_set_find(set, file, (uint32_t)run_id);
    }
    double seconds = query_real(&query, 1);
    if (run != UINT32_MAX)
      g_array_append_val(of_run[run], seconds);
    if (row % 0x10000 == 0)
      going = report_host_progress(host, "comparing runs", (double)file / run_set_files(set), error);
  }
  return query_end(&query, going ? error : NULL) && going;
}

static gint compare_doubles(gconstpointer a, gconstpointer b)
{
  double one = *(const double *)a;
  double other = *(const double *)b;
  return (one > other) - (one < other);
}

static void add_completions(const Comparison *comparison, uint32_t run, GArray *seconds)
{
  if (seconds->len == 0)
    return;
  g_array_sort(seconds, compare_doubles);
  const double *values = (const double *)(const void *)seconds->data;
  Sample sample = sample_of(values, seconds->len);
  metric_add(comparison->metrics, MEAN, comparison->set, run, sample.mean);
  metric_add(comparison->metrics, MEDIAN, comparison->set, run, quantile_of(values, seconds->len, 0.5));
  metric_add(comparison->metrics, P95, comparison->set, run, quantile_of(values, seconds->len, 0.95));
}

static bool add_completions_of_all(const Comparison *comparison, const ReportHost *host, GError **error)
{
  const RunSet *set = comparison->set;
  uint32_t n = run_set_runs(set);
  g_autofree GArray **of_run = g_new0(GArray *, n);
  bool read = true;
  for (uint32_t i = 0; i < n; i++)
    of_run[i] = g_array_new(FALSE, FALSE, sizeof(double));
  for (uint32_t file = 0; read && file < run_set_files(set); file++)
    read = read_file_completions(comparison, file, host, of_run, error);
  for (uint32_t i = 0; i < n; i++) {
    if (read)
      add_completions(comparison, i, of_run[i]);
    g_array_unref(of_run[i]);
  }
  return read;
}

static double mean_ramp_up(const ResultsSummary *summary)
{
  double sum = 0;
  double n = 0;
  for (uint32_t i = 0; i < summary->n_groups; i++)
    if (summary->groups[i].ramp_ups > 0) {
      sum += summary->groups[i].ramp_up_s * summary->groups[i].ramp_ups;
      n += summary->groups[i].ramp_ups;
    }
  return n > 0 ? sum / n : (double)NAN;
}

static void add_summaries(const Comparison *comparison)
{
  const RunSet *set = comparison->set;
  const ResultsSummary *first = &run_set_run(set, 0)->summary;
  guint resources = comparison->metrics->len - UTILIZATION;
  for (uint32_t run = 0; run < run_set_runs(set); run++) {
    const ResultsSummary *summary = &run_set_run(set, run)->summary;
    metric_add(comparison->metrics, RAMP_UP, set, run, mean_ramp_up(summary));
    metric_add(comparison->metrics, JAIN, set, run, summary->jain);
    metric_add(comparison->metrics, GAP, set, run, 100 * summary->largest_gap);
    for (uint32_t i = 0; i < MIN(resources, summary->n_resources); i++)
      if (strcmp(summary->resources[i].name, first->resources[i].name) == 0)
        metric_add(comparison->metrics, UTILIZATION + i, set, run, 100 * summary->resources[i].utilization);
  }
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
  static const struct {
    const char *name;
    const char *unit;
  } plain[UTILIZATION] = {
      [MEAN] = {"completion: mean", "s"}, [MEDIAN] = {"completion: median", "s"},
      [P95] = {"completion: p95", "s"},   [RAMP_UP] = {"ramp-up: mean", "s"},
      [JAIN] = {"Jain index", ""},        [GAP] = {"largest gap", "%"},
  };
  g_autoptr(Comparison) comparison = g_new0(Comparison, 1);
  comparison->set = set;
  comparison->metrics = g_ptr_array_new_with_free_func(metric_free);
  for (int i = 0; i < UTILIZATION; i++)
    g_ptr_array_add(comparison->metrics, metric_new(set, g_strdup(plain[i].name), plain[i].unit));
  const ResultsSummary *first = &run_set_run(set, 0)->summary;
  for (uint32_t i = 0; i < MIN(first->n_resources, COMPARISON_RESOURCES); i++)
    g_ptr_array_add(comparison->metrics,
                    metric_new(set, g_strdup_printf("utilization: %s", first->resources[i].name), "%"));
  if (!add_completions_of_all(comparison, host, error))
    return NULL;
  add_summaries(comparison);
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
