/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/paired-comparison.h"

#include <math.h>
#include <string.h>

#include "metrics/results-private.h"
#include "metrics/statistics.h"

/* A metric in the making: values by pair, NAN where there is none. */
typedef struct {
  PairedMetric *metric; /* whose it becomes */
  double *values[2];    /* base, other */
} Column;

typedef struct {
  PairedComparison *comparison;
  const PairedChoice *choice;
  GPtrArray *columns;  /* of Column * */
  GHashTable *by_name; /* "name\nscope" -> Column */
} Reading;

static void metric_free(void *data)
{
  PairedMetric *metric = data;
  g_free(metric->scope);
  g_free(metric);
}

static void column_free(void *data)
{
  Column *column = data;
  g_free(column->values[0]);
  g_free(column->values[1]);
  g_free(column);
}

static void comparison_free(void *data)
{
  PairedComparison *comparison = data;
  run_pairs_free(comparison->pairs);
  g_ptr_array_unref(comparison->metrics);
  paired_jobs_free(comparison->jobs);
  g_free(comparison);
}

/* --- which metrics ------------------------------------------------------------------------------------------ */

/* @wish: "NAME", in all scopes, or "NAME:SCOPE". */
static bool is_wished(const char *wish, const char *name, const char *scope)
{
  size_t length = strlen(name);
  if (strncmp(wish, name, length) != 0)
    return false;
  return wish[length] == '\0' || (wish[length] == ':' && strcmp(wish + length + 1, scope) == 0);
}

static bool is_chosen(const PairedChoice *choice, const Metric *metric, const char *scope)
{
  if (choice->metrics == NULL)
    return metric->direction != METRIC_DESCRIBES &&
           (choice->groups || !g_str_has_prefix(scope, "framework "));
  for (const char *const *wish = choice->metrics; *wish != NULL; wish++)
    if (is_wished(*wish, metric->name, scope))
      return true;
  return false;
}

static bool is_completion(const char *name)
{
  for (PairedStatistic i = 0; i < PAIRED_STATISTICS; i++)
    if (strcmp(name, paired_statistic_name(i)) == 0)
      return true;
  return false;
}

/* (nullable): nobody asks for it. */
static Column *column_of(Reading *reading, const char *name, const char *scope)
{
  g_autofree char *key = g_strdup_printf("%s\n%s", name, scope);
  Column *column = g_hash_table_lookup(reading->by_name, key);
  if (column != NULL)
    return column;
  const Metric *metric = metric_find(name);
  if (metric == NULL || !is_chosen(reading->choice, metric, scope))
    return NULL;
  uint32_t n = reading->comparison->pairs->n;
  column = g_new0(Column, 1);
  column->metric = g_new0(PairedMetric, 1);
  column->metric->metric = metric;
  column->metric->scope = g_strdup(scope);
  for (int side = 0; side < 2; side++) {
    column->values[side] = g_new(double, n);
    for (uint32_t i = 0; i < n; i++)
      column->values[side][i] = (double)NAN;
  }
  g_ptr_array_add(reading->comparison->metrics, column->metric);
  g_ptr_array_add(reading->columns, column);
  g_hash_table_insert(reading->by_name, g_steal_pointer(&key), column);
  return column;
}

/* --- reading ------------------------------------------------------------------------------------------------ */

static bool read_metrics(Reading *reading, uint32_t pair, int side, const PairedRun *run, GError **error)
{
  sqlite3_stmt *query =
      results_query(run->db, "SELECT name, scope, value FROM metric WHERE run_id = ?1", run->run_id, error);
  if (query == NULL)
    return false;
  while (sqlite3_step(query) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(query, 0);
    if (sqlite3_column_type(query, 2) == SQLITE_NULL || is_completion(name))
      continue;
    Column *column = column_of(reading, name, (const char *)sqlite3_column_text(query, 1));
    if (column != NULL)
      column->values[side][pair] = sqlite3_column_double(query, 2);
  }
  return results_query_end(run->db, query, error);
}

static bool read_jobs(Reading *reading, uint32_t pair, GError **error)
{
  PairedComparison *comparison = reading->comparison;
  g_autoptr(GPtrArray) all = paired_jobs_add(comparison->jobs, &comparison->pairs->pairs[pair], error);
  if (all == NULL)
    return false;
  for (guint k = 0; k < all->len; k++) {
    const PairedTimes *times = g_ptr_array_index(all, k);
    for (PairedStatistic i = 0; i < PAIRED_STATISTICS; i++) {
      Column *column =
          times->matched == 0 ? NULL : column_of(reading, paired_statistic_name(i), times->scope);
      for (int side = 0; column != NULL && side < 2; side++) {
        column->values[side][pair] = times->seconds[side][i];
        column->metric->at_least[side] |= times->unfinished[side] > 0;
        column->metric->open[side] |= times->open[side] > 0;
      }
    }
  }
  return true;
}

static bool read_pairs(Reading *reading, GError **error)
{
  const RunPairs *pairs = reading->comparison->pairs;
  for (uint32_t i = 0; i < pairs->n; i++)
    if (!read_metrics(reading, i, 0, pairs->pairs[i].base, error) ||
        !read_metrics(reading, i, 1, pairs->pairs[i].other, error) || !read_jobs(reading, i, error))
      return false;
  paired_jobs_end(reading->comparison->jobs);
  return true;
}

/* --- statistics --------------------------------------------------------------------------------------------- */

static bool is_ratio(const Column *column, uint32_t n)
{
  const char *unit = column->metric->metric->unit;
  if (strcmp(unit, "s") != 0 && strcmp(unit, "ratio") != 0)
    return false;
  for (int side = 0; side < 2; side++)
    for (uint32_t i = 0; i < n; i++)
      if (column->values[side][i] <= 0)
        return false;
  return true;
}

static double part(double a, double b)
{
  return b > 0 ? a / b : a > 0 ? (double)INFINITY : (double)NAN;
}

/* The samples of base, other and their difference, on the scale of the change. */
static void set_pairing(PairedMetric *metric, const Sample *base, const Sample *other, const Sample *change)
{
  metric->saved = part(base->squares + other->squares, change->squares);
  double scale = sqrt(base->squares) * sqrt(other->squares);
  double together = (base->squares + other->squares - change->squares) / 2;
  metric->correlation = scale > 0 ? CLAMP(together / scale, -1, 1) : (double)NAN;
}

static void compare_column(const Column *column, uint32_t n, bool independent, double confidence)
{
  PairedMetric *metric = column->metric;
  Sample plain[2] = {{0}, {0}};
  Sample scaled[2] = {{0}, {0}};
  Sample change = {0};
  double sum = 0; /* of changes: that of whole numbers is exact */
  metric->ratio = is_ratio(column, n);
  for (uint32_t i = 0; i < n; i++) {
    double base = column->values[0][i];
    double other = column->values[1][i];
    if (isnan(base) || isnan(other))
      continue;
    sample_add(&plain[0], base);
    sample_add(&plain[1], other);
    sample_add(&scaled[0], metric->ratio ? log(base) : base);
    sample_add(&scaled[1], metric->ratio ? log(other) : other);
    /* Not the difference of logarithms: equal values have a ratio of exactly one. */
    double one = metric->ratio ? log(other / base) : other - base;
    sample_add(&change, one);
    sum += one;
  }
  change.mean = change.n > 0 ? sum / (double)change.n : 0;
  metric->n = (uint32_t)change.n;
  metric->missing = n - metric->n;
  bool known = independent && change.n >= 2;
  double half = known ? sample_half_width(&change, confidence) : (double)NAN;
  metric->base = change.n > 0 ? plain[0].mean : (double)NAN;
  metric->other = change.n > 0 ? plain[1].mean : (double)NAN;
  metric->change = change.n == 0 ? (double)NAN : metric->ratio ? exp(change.mean) : change.mean;
  metric->low = metric->ratio ? exp(change.mean - half) : change.mean - half;
  metric->high = metric->ratio ? exp(change.mean + half) : change.mean + half;
  metric->p = known ? sample_p_value(&change) : (double)NAN;
  metric->p_adjusted = metric->p;
  metric->correlation = (double)NAN;
  metric->saved = (double)NAN;
  if (known)
    set_pairing(metric, &scaled[0], &scaled[1], &change);
}

static int metric_compare(const void *a, const void *b)
{
  const PairedMetric *left = *(const PairedMetric *const *)a;
  const PairedMetric *right = *(const PairedMetric *const *)b;
  if (left->metric != right->metric)
    return left->metric < right->metric ? -1 : 1; /* of one array: its order */
  bool left_run = strcmp(left->scope, "run") == 0;
  bool right_run = strcmp(right->scope, "run") == 0;
  return left_run != right_run ? right_run - left_run : strcmp(left->scope, right->scope);
}

static void adjust(const GPtrArray *comparisons)
{
  g_autoptr(GArray) p = g_array_new(FALSE, FALSE, sizeof(double));
  g_autoptr(GPtrArray) whose = g_ptr_array_new();
  for (guint i = 0; i < comparisons->len; i++) {
    const PairedComparison *comparison = g_ptr_array_index(comparisons, i);
    for (guint k = 0; k < comparison->metrics->len; k++) {
      PairedMetric *metric = g_ptr_array_index(comparison->metrics, k);
      if (isnan(metric->p))
        continue;
      g_array_append_val(p, metric->p);
      g_ptr_array_add(whose, metric);
    }
  }
  g_autofree double *adjusted = g_new(double, MAX(p->len, 1));
  holm_adjust((const double *)(const void *)p->data, p->len, adjusted);
  for (guint i = 0; i < whose->len; i++)
    ((PairedMetric *)g_ptr_array_index(whose, i))->p_adjusted = adjusted[i];
}

/* --- all of it ---------------------------------------------------------------------------------------------- */

static bool check_wishes(const PairedComparison *comparison, const PairedChoice *choice, GError **error)
{
  for (const char *const *wish = choice->metrics; wish != NULL && *wish != NULL; wish++) {
    bool found = false;
    for (guint i = 0; !found && i < comparison->metrics->len; i++) {
      const PairedMetric *metric = g_ptr_array_index(comparison->metrics, i);
      found = is_wished(*wish, metric->metric->name, metric->scope);
    }
    if (found)
      continue;
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_PAIRS,
                "no run has the metric \"%s\"; expected NAME or NAME:SCOPE of table metric, such as "
                "fairness/jain or utilization:resource cpus",
                *wish);
    return false;
  }
  return true;
}

static bool compare_pairs(PairedComparison *comparison, const PairedChoice *choice, GError **error)
{
  const RunPairs *pairs = comparison->pairs;
  Reading reading = {
      .comparison = comparison,
      .choice = choice,
      .columns = g_ptr_array_new_with_free_func(column_free),
      .by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
  };
  comparison->confidence =
      choice->confidence > 0 ? choice->confidence : CLAMP(pairs->base->confidence, 0.5, 0.99999);
  bool read = read_pairs(&reading, error);
  for (guint i = 0; read && i < reading.columns->len; i++)
    compare_column(g_ptr_array_index(reading.columns, i), pairs->n, pairs->independent,
                   comparison->confidence);
  g_hash_table_unref(reading.by_name);
  g_ptr_array_unref(reading.columns);
  g_ptr_array_sort(comparison->metrics, metric_compare);
  return read && check_wishes(comparison, choice, error);
}

GPtrArray *paired_comparisons_new(const PairedSides *sides, const PairedChoice *choice, GError **error)
{
  g_autoptr(GPtrArray) comparisons = g_ptr_array_new_with_free_func(comparison_free);
  for (guint other = 1; other < sides->sides->len; other++) {
    PairedComparison *comparison = g_new0(PairedComparison, 1);
    comparison->metrics = g_ptr_array_new_with_free_func(metric_free);
    comparison->jobs = paired_jobs_new();
    g_ptr_array_add(comparisons, comparison);
    comparison->pairs = run_pairs_new(sides, 0, other, error);
    if (comparison->pairs == NULL || !compare_pairs(comparison, choice, error))
      return NULL;
  }
  adjust(comparisons);
  return g_steal_pointer(&comparisons);
}

int paired_metric_verdict(const PairedMetric *metric, double confidence)
{
  bool known = metric->p_adjusted < 1 - confidence; /* false for NAN */
  bool more = metric->change > (metric->ratio ? 1 : 0);
  if (!known || metric->metric->direction == METRIC_DESCRIBES || metric->open[more ? 0 : 1])
    return 0;
  return more == (metric->metric->direction == METRIC_MORE_IS_BETTER) ? 1 : -1;
}
