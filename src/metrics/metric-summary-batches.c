/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/metric-summary.h"
#include "metrics/results-private.h"

/* A query of (scope, value), each scope in one piece, its values in the order of time. ?1: run, ?2: end of its warm-up. */
typedef struct {
  const char *name; /* of the metric */
  const char *sql;
} Series;

/* Of what is measured over time the means between samples: the samples themselves lie at instants at which the allocator
 * has just been at work, and know nothing of how resources lie idle in between. */
static const Series all_series[] = {
    {"utilization", "SELECT 'resource ' || resource, mean_allocated / total FROM cluster_sample "
                    "WHERE run_id = ?1 AND t_ns > ?2 AND total > 0 ORDER BY resource, t_ns"},
    {"mean_share", "SELECT 'framework ' || group_name, avg(mean_share) FROM share_sample "
                   "JOIN framework USING (run_id, framework_id) WHERE run_id = ?1 AND t_ns > ?2 "
                   "GROUP BY group_id, t_ns ORDER BY group_id, t_ns"},
    {"completion_time/mean", "SELECT 'framework ' || group_name, (finish_ns - submit_ns) / 1e9 FROM job "
                             "JOIN framework USING (run_id, framework_id) "
                             "WHERE run_id = ?1 AND submit_ns >= ?2 AND state_code = 2 "
                             "ORDER BY group_id, submit_ns, job_id"},
    {"completion_time/mean",
     "SELECT 'run', (finish_ns - submit_ns) / 1e9 FROM job "
     "WHERE run_id = ?1 AND submit_ns >= ?2 AND state_code = 2 ORDER BY submit_ns, job_id"},
};

/* Adds the row of what has been gathered, if it is enough, and begins anew. */
static bool summary_end(sqlite3 *db, sqlite3_stmt *insert, MetricSummary *summary, GArray *values,
                        GError **error)
{
  bool added = true;
  if (values->len >= SUMMARY_BATCHES * SUMMARY_BATCH_MIN) {
    summary->sample =
        batch_means((const double *)(const void *)values->data, values->len, SUMMARY_BATCHES, NULL);
    summary->values = summary->sample.n;
    added = metric_summary_add(db, insert, summary, error);
  }
  g_array_set_size(values, 0);
  g_clear_pointer(&summary->scope, g_free);
  return added;
}

static bool summarize_series(sqlite3 *db, sqlite3_stmt *insert, const Series *series, MetricSummary *summary,
                             int64_t warm_up, GError **error)
{
  g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
  sqlite3_stmt *query = results_query(db, series->sql, summary->run_id, error);
  if (query == NULL)
    return false;
  sqlite3_bind_int64(query, 2, warm_up);
  g_autofree char *name = g_strdup(series->name);
  summary->name = name;
  bool good = true;
  while (good && sqlite3_step(query) == SQLITE_ROW) {
    const char *scope = (const char *)sqlite3_column_text(query, 0);
    if (g_strcmp0(scope, summary->scope) != 0) {
      good = summary_end(db, insert, summary, values, error);
      summary->scope = g_strdup(scope);
    }
    double value = sqlite3_column_double(query, 1);
    g_array_append_val(values, value);
  }
  good = good && summary_end(db, insert, summary, values, error);
  g_clear_pointer(&summary->scope, g_free);
  summary->name = NULL;
  if (!good) {
    sqlite3_finalize(query);
    return false;
  }
  return results_query_end(db, query, error);
}

bool metric_summary_batches(sqlite3 *db, sqlite3_stmt *insert, GError **error)
{
  sqlite3_stmt *query = results_query(
      db,
      "SELECT min(run_id), warm_up_ns, confidence FROM run WHERE run_id IN " RESULTS_RUNS_ONCE
      " AND kind = 'steady' "
      "GROUP BY point, allocator, coalesce(allocator_sha256, ''), version, git_commit HAVING count(*) = 1",
      0, error);
  if (query == NULL)
    return false;
  bool good = true;
  while (good && sqlite3_step(query) == SQLITE_ROW) {
    MetricSummary summary = {.run_id = sqlite3_column_int64(query, 0),
                             .batches = true,
                             .confidence = sqlite3_column_double(query, 2)};
    for (size_t i = 0; i < G_N_ELEMENTS(all_series) && good; i++)
      good = summarize_series(db, insert, &all_series[i], &summary, sqlite3_column_int64(query, 1), error);
  }
  if (!good) {
    sqlite3_finalize(query);
    return false;
  }
  return results_query_end(db, query, error);
}
