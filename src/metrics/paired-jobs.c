/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/paired-jobs.h"

#include <stdlib.h>

#include "metrics/results-private.h"
#include "metrics/statistics.h"

/* One run of the pair. */
typedef struct {
  uint32_t framework; /* number of its name in the pair */
  int64_t key;
  double seconds; /* completion time, or age */
  bool finished;
} PairedJob;

/* What both runs of a pair have in common. */
typedef struct {
  GHashTable *names;  /* of frameworks -> number + 1 */
  GArray *groups;     /* of uint32_t: the group of each, by number */
  GPtrArray *scopes;  /* names of the groups */
  GHashTable *scoped; /* those names -> number + 1 */
} PairNames;

const char *paired_statistic_name(PairedStatistic statistic)
{
  static const char *const names[PAIRED_STATISTICS] = {
      [PAIRED_MEAN] = "completion_time/mean",
      [PAIRED_MEDIAN] = "completion_time/median",
      [PAIRED_P95] = "completion_time/p95",
      [PAIRED_P99] = "completion_time/p99",
  };
  return names[statistic];
}

PairedJobs *paired_jobs_new(void)
{
  PairedJobs *jobs = g_new0(PairedJobs, 1);
  jobs->differences = g_array_new(FALSE, FALSE, sizeof(double));
  return jobs;
}

void paired_jobs_free(PairedJobs *jobs)
{
  if (jobs == NULL)
    return;
  g_array_unref(jobs->differences);
  g_free(jobs);
}

static void times_free(void *data)
{
  PairedTimes *times = data;
  g_free(times->scope);
  g_free(times);
}

/* --- reading ------------------------------------------------------------------------------------------------ */

/* The number of @name in @numbers, from 0; a new one where it is not there. */
static uint32_t number_of(GHashTable *numbers, const char *name, bool *is_new)
{
  uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(numbers, name));
  *is_new = number == 0;
  if (*is_new) {
    number = g_hash_table_size(numbers) + 1;
    g_hash_table_insert(numbers, g_strdup(name), GUINT_TO_POINTER(number));
  }
  return number - 1;
}

static uint32_t enter_framework(PairNames *names, const char *name, const char *group)
{
  bool is_new;
  uint32_t number = number_of(names->names, name, &is_new);
  if (!is_new)
    return number;
  bool is_new_group;
  uint32_t scope = number_of(names->scoped, group, &is_new_group);
  if (is_new_group)
    g_ptr_array_add(names->scopes, g_strdup(group));
  g_array_append_val(names->groups, scope);
  return number;
}

/* The run's framework_id -> number in the pair. */
static GArray *read_frameworks(const PairedRun *run, PairNames *names, GError **error)
{
  g_autoptr(GArray) numbers = g_array_new(FALSE, TRUE, sizeof(uint32_t));
  sqlite3_stmt *query = results_query(run->db,
                                      "SELECT framework_id, name, group_name FROM framework WHERE run_id = "
                                      "?1 ORDER BY group_id, framework_id",
                                      run->run_id, error);
  if (query == NULL)
    return NULL;
  while (sqlite3_step(query) == SQLITE_ROW) {
    guint id = (guint)sqlite3_column_int64(query, 0);
    if (id >= numbers->len)
      g_array_set_size(numbers, id + 1);
    g_array_index(numbers, uint32_t, id) = enter_framework(names, (const char *)sqlite3_column_text(query, 1),
                                                           (const char *)sqlite3_column_text(query, 2));
  }
  return results_query_end(run->db, query, error) ? g_steal_pointer(&numbers) : NULL;
}

/* A table of jobs has no index: where those of each run lie is found once. */
static bool find_ranges(sqlite3 *db, GError **error)
{
  return results_exec(db,
                      "CREATE TEMP TABLE IF NOT EXISTS job_range AS SELECT run_id, min(rowid) AS first, "
                      "max(rowid) AS last FROM job GROUP BY run_id",
                      error);
}

static int job_compare(const void *a, const void *b)
{
  const PairedJob *left = a;
  const PairedJob *right = b;
  if (left->framework != right->framework)
    return left->framework < right->framework ? -1 : 1;
  return (left->key > right->key) - (left->key < right->key);
}

/* @from_ns: jobs submitted earlier do not count; @end_ns: when those that are not finished are looked at.
 * Returns: (transfer full): of PairedJob, sorted. */
static GArray *read_jobs(const PairedRun *run, int64_t from_ns, int64_t end_ns, PairNames *names,
                         GError **error)
{
  g_autoptr(GArray) jobs = g_array_new(FALSE, FALSE, sizeof(PairedJob));
  g_autoptr(GArray) numbers = read_frameworks(run, names, error);
  if (numbers == NULL || !find_ranges(run->db, error))
    return NULL;
  sqlite3_stmt *query = results_query(
      run->db,
      "SELECT framework_id, key, submit_ns, finish_ns, state_code = 2 FROM temp.job_range, main.job "
      "WHERE job_range.run_id = ?1 AND job.rowid BETWEEN first AND last AND job.run_id = ?1 "
      "AND submit_ns >= ?2",
      run->run_id, error);
  if (query == NULL)
    return NULL;
  sqlite3_bind_int64(query, 2, from_ns);
  while (sqlite3_step(query) == SQLITE_ROW) {
    guint id = (guint)sqlite3_column_int64(query, 0);
    bool finished = sqlite3_column_int(query, 4) != 0;
    int64_t end = finished ? sqlite3_column_int64(query, 3) : end_ns;
    PairedJob job = {
        .framework = id < numbers->len ? g_array_index(numbers, uint32_t, id) : 0,
        .key = sqlite3_column_int64(query, 1),
        .seconds = (double)(end - sqlite3_column_int64(query, 2)) / 1e9,
        .finished = finished,
    };
    g_array_append_val(jobs, job);
  }
  if (!results_query_end(run->db, query, error))
    return NULL;
  if (jobs->len > 0)
    qsort(jobs->data, jobs->len, sizeof(PairedJob), job_compare);
  return g_steal_pointer(&jobs);
}

/* --- matching ----------------------------------------------------------------------------------------------- */

/* Completion times of the matched jobs of one scope. */
typedef struct {
  GArray *seconds[2]; /* of double */
  uint64_t unfinished[2];
  uint64_t open[2];
} ScopeTimes;

static void judge(PairedJobs *all, const PairedJob *base, const PairedJob *other)
{
  all->matched++;
  all->unfinished[0] += !base->finished;
  all->unfinished[1] += !other->finished;
  all->unfinished_both += !base->finished && !other->finished;
  double difference = other->seconds - base->seconds;
  if (base->finished && other->finished) {
    g_array_append_val(all->differences, difference);
    all->faster += difference < 0;
    all->slower += difference > 0;
    all->equal += difference == 0;
  } else if (base->finished && difference >= 0) {
    all->slower++; /* it is not finished, and older than the base's became */
  } else if (other->finished && difference <= 0) {
    all->faster++;
  } else {
    all->undecided++;
  }
}

static void scope_add(ScopeTimes *scope, const PairedJob *base, const PairedJob *other)
{
  g_array_append_val(scope->seconds[0], base->seconds);
  g_array_append_val(scope->seconds[1], other->seconds);
  scope->unfinished[0] += !base->finished;
  scope->unfinished[1] += !other->finished;
  scope->open[0] += !base->finished && base->seconds < other->seconds;
  scope->open[1] += !other->finished && other->seconds < base->seconds;
}

/* @scopes: that of all jobs first, then of the groups. */
static void match(PairedJobs *all, const PairNames *names, const GArray *base, const GArray *other,
                  ScopeTimes *scopes)
{
  guint b = 0;
  guint o = 0;
  while (b < base->len || o < other->len) {
    const PairedJob *left = b < base->len ? &g_array_index(base, PairedJob, b) : NULL;
    const PairedJob *right = o < other->len ? &g_array_index(other, PairedJob, o) : NULL;
    int order = left == NULL ? 1 : right == NULL ? -1 : job_compare(left, right);
    b += order <= 0;
    o += order >= 0;
    if (order != 0) {
      all->alone[order > 0]++;
      continue;
    }
    judge(all, left, right);
    scope_add(&scopes[0], left, right);
    scope_add(&scopes[1 + g_array_index(names->groups, uint32_t, left->framework)], left, right);
  }
}

static int double_compare(const void *a, const void *b)
{
  double left = *(const double *)a;
  double right = *(const double *)b;
  return (left > right) - (left < right);
}

static void sort_doubles(GArray *values)
{
  if (values->len > 0)
    qsort(values->data, values->len, sizeof(double), double_compare);
}

static PairedTimes *times_of(ScopeTimes *scope, char *name)
{
  PairedTimes *times = g_new0(PairedTimes, 1);
  times->scope = name;
  times->matched = scope->seconds[0]->len;
  for (int side = 0; side < 2; side++) {
    GArray *values = scope->seconds[side];
    times->unfinished[side] = scope->unfinished[side];
    times->open[side] = scope->open[side];
    sort_doubles(values);
    const double *ascending = (const double *)(const void *)values->data;
    double *seconds = times->seconds[side];
    bool any = values->len > 0;
    seconds[PAIRED_MEAN] = any ? sample_of(ascending, values->len).mean : (double)NAN;
    seconds[PAIRED_MEDIAN] = any ? quantile_of(ascending, values->len, 0.5) : (double)NAN;
    seconds[PAIRED_P95] = any ? quantile_of(ascending, values->len, 0.95) : (double)NAN;
    seconds[PAIRED_P99] = any ? quantile_of(ascending, values->len, 0.99) : (double)NAN;
  }
  return times;
}

static GPtrArray *times_of_pair(PairedJobs *all, const PairNames *names, const GArray *base,
                                const GArray *other)
{
  guint n = names->scopes->len + 1;
  g_autofree ScopeTimes *scopes = g_new0(ScopeTimes, n);
  for (guint i = 0; i < n; i++)
    for (int side = 0; side < 2; side++)
      scopes[i].seconds[side] = g_array_new(FALSE, FALSE, sizeof(double));
  match(all, names, base, other, scopes);
  GPtrArray *times = g_ptr_array_new_with_free_func(times_free);
  for (guint i = 0; i < n; i++) {
    const char *group = i == 0 ? NULL : g_ptr_array_index(names->scopes, i - 1);
    g_ptr_array_add(times,
                    times_of(&scopes[i], i == 0 ? g_strdup("run") : g_strdup_printf("framework %s", group)));
    for (int side = 0; side < 2; side++)
      g_array_unref(scopes[i].seconds[side]);
  }
  return times;
}

GPtrArray *paired_jobs_add(PairedJobs *jobs, const RunPair *pair, GError **error)
{
  PairNames names = {
      .names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
      .groups = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
      .scopes = g_ptr_array_new_with_free_func(g_free),
      .scoped = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
  };
  const PairedRun *runs[2] = {pair->base, pair->other};
  int64_t from_ns = MAX(runs[0]->counted_from_ns, runs[1]->counted_from_ns);
  int64_t last_ns = MAX(runs[0]->end_ns, runs[1]->end_ns);
  int64_t ends_ns[2];
  for (int side = 0; side < 2; side++)
    ends_ns[side] = runs[side]->stalled ? last_ns : runs[side]->end_ns;
  g_autoptr(GArray) base = read_jobs(runs[0], from_ns, ends_ns[0], &names, error);
  g_autoptr(GArray) other = base == NULL ? NULL : read_jobs(runs[1], from_ns, ends_ns[1], &names, error);
  GPtrArray *times = other == NULL ? NULL : times_of_pair(jobs, &names, base, other);
  g_hash_table_unref(names.names);
  g_hash_table_unref(names.scoped);
  g_array_unref(names.groups);
  g_ptr_array_unref(names.scopes);
  return times;
}

void paired_jobs_end(PairedJobs *jobs)
{
  sort_doubles(jobs->differences);
}
