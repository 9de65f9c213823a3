/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/results-summary.h"

#include <math.h>
#include <string.h>

#include "metrics/results-private.h"

static const char *const statuses[RESULTS_STATUSES] = {
    [RESULTS_OK] = "ok",
    [RESULTS_TRUNCATED] = "truncated",
    [RESULTS_STALLED] = "stalled",
    [RESULTS_FAILED] = "failed",
};

const char *results_status_name(ResultsStatus status)
{
  return statuses[status];
}

void results_summary_clear(ResultsSummary *summary)
{
  for (uint32_t i = 0; i < summary->n_groups; i++)
    g_free(summary->groups[i].name);
  for (uint32_t i = 0; i < summary->n_resources; i++)
    g_free(summary->resources[i].name);
  g_free(summary->groups);
  g_free(summary->resources);
  g_free(summary->path);
  g_free(summary->title);
  g_free(summary->allocator);
  g_free(summary->version);
  g_free(summary->git_commit);
  g_free(summary->digest);
  g_free(summary->reason);
  g_free(summary->refused_call);
  g_free(summary->refused_message);
  memset(summary, 0, sizeof *summary);
}

/* --- queries ---------------------------------------------------------------------------------------------
 */

sqlite3_stmt *results_query(sqlite3 *db, const char *sql, int64_t run_id, GError **error)
{
  sqlite3_stmt *query = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) != SQLITE_OK) {
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_FORMAT, "SQLite: %s", results_why(db));
    return NULL;
  }
  if (sqlite3_bind_parameter_count(query) > 0)
    sqlite3_bind_int64(query, 1, run_id);
  return query;
}

bool results_query_end(sqlite3 *db, sqlite3_stmt *query, GError **error)
{
  if (sqlite3_finalize(query) == SQLITE_OK)
    return true;
  g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_FORMAT, "SQLite: %s", results_why(db));
  return false;
}

static char *text_at(sqlite3_stmt *query, int column)
{
  return g_strdup((const char *)sqlite3_column_text(query, column));
}

static double real_at(sqlite3_stmt *query, int column)
{
  return sqlite3_column_type(query, column) == SQLITE_NULL ? (double)NAN
                                                           : sqlite3_column_double(query, column);
}

static uint64_t count_at(sqlite3_stmt *query, int column)
{
  return (uint64_t)sqlite3_column_int64(query, column);
}

/* --- the parts of a summary ------------------------------------------------------------------------------
 */

static ResultsStatus status_of(const char *name)
{
  for (int status = 0; status < RESULTS_STATUSES; status++)
    if (g_strcmp0(name, statuses[status]) == 0)
      return (ResultsStatus)status;
  return RESULTS_FAILED;
}

static bool read_run(sqlite3 *db, ResultsSummary *summary, GError **error)
{
  sqlite3_stmt *query = results_query(
      db,
      "SELECT title, allocator, version, git_commit, digest, reason, seed, status, sim_end_ns, agents, "
      "frameworks, "
      "events, wall_s, max_rss_kib, "
      "(SELECT value FROM metric WHERE run_id = ?1 AND name = 'fairness/jain' AND scope = 'run'), "
      "(SELECT value FROM metric WHERE run_id = ?1 AND name = 'fairness/largest_gap' AND scope = 'run'), "
      "replication "
      "FROM run WHERE run_id = ?1",
      summary->run_id, error);
  if (query == NULL)
    return false;
  bool found = sqlite3_step(query) == SQLITE_ROW;
  if (found) {
    summary->title = text_at(query, 0);
    summary->allocator = text_at(query, 1);
    summary->version = text_at(query, 2);
    summary->git_commit = text_at(query, 3);
    summary->digest = text_at(query, 4);
    summary->reason = text_at(query, 5);
    summary->seed = sqlite3_column_int64(query, 6);
    summary->status = status_of((const char *)sqlite3_column_text(query, 7));
    summary->end.ns = sqlite3_column_int64(query, 8);
    summary->agents = (uint32_t)count_at(query, 9);
    summary->frameworks = (uint32_t)count_at(query, 10);
    summary->events = count_at(query, 11);
    summary->wall_s = real_at(query, 12);
    summary->max_rss_kib = sqlite3_column_int64(query, 13);
    summary->jain = real_at(query, 14);
    summary->largest_gap = real_at(query, 15);
    summary->replication = (uint32_t)count_at(query, 16);
  }
  if (!results_query_end(db, query, error))
    return false;
  if (!found)
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_FORMAT, "there is no run %u", summary->run_id);
  return found;
}

#define METRIC(metric)                                                                                       \
  "(SELECT value FROM metric WHERE run_id = ?1 AND name = '" metric                                          \
  "' AND scope = 'framework ' || group_name), "

static bool read_groups(sqlite3 *db, ResultsSummary *summary, GError **error)
{
  sqlite3_stmt *query = results_query(
      db,
      "SELECT group_name, count(*), sum(tasks_launched), sum(tasks_finished), sum(jobs_submitted), "
      "sum(jobs_finished), sum(jobs_unfinished), sum(jobs_lost), count(ramp_up_ns), " METRIC("ramp_up/mean")
          METRIC("completion_time/mean") METRIC("completion_time/median") METRIC("completion_time/p95")
              METRIC("mean_share") "group_id "
                                   "FROM framework WHERE run_id = ?1 AND start_ns IS NOT NULL GROUP BY "
                                   "group_id ORDER BY group_id",
      summary->run_id, error);
  if (query == NULL)
    return false;
  while (sqlite3_step(query) == SQLITE_ROW) {
    summary->groups = g_renew(ResultsGroup, summary->groups, summary->n_groups + 1);
    ResultsGroup *group = &summary->groups[summary->n_groups++];
    *group = (ResultsGroup){
        .name = text_at(query, 0),
        .frameworks = (uint32_t)count_at(query, 1),
        .tasks = count_at(query, 2),
        .tasks_finished = count_at(query, 3),
        .jobs = count_at(query, 4),
        .jobs_finished = count_at(query, 5),
        .jobs_unfinished = count_at(query, 6),
        .jobs_lost = count_at(query, 7),
        .ramp_ups = (uint32_t)count_at(query, 8),
        .ramp_up_s = real_at(query, 9),
        .completion_mean_s = real_at(query, 10),
        .completion_median_s = real_at(query, 11),
        .completion_p95_s = real_at(query, 12),
        .mean_share = real_at(query, 13),
    };
    summary->jobs += group->jobs;
    summary->tasks += group->tasks;
  }
  return results_query_end(db, query, error);
}

static bool read_resources(sqlite3 *db, ResultsSummary *summary, GError **error)
{
  sqlite3_stmt *query =
      results_query(db,
                    "SELECT resource, mean_total, mean_allocated / mean_total, "
                    "mean_offered / mean_total FROM resource WHERE run_id = ?1 ORDER BY rowid",
                    summary->run_id, error);
  if (query == NULL)
    return false;
  while (sqlite3_step(query) == SQLITE_ROW) {
    summary->resources = g_renew(ResultsResource, summary->resources, summary->n_resources + 1);
    summary->resources[summary->n_resources++] = (ResultsResource){
        .name = text_at(query, 0),
        .total = real_at(query, 1),
        .utilization = real_at(query, 2),
        .offered = real_at(query, 3),
    };
  }
  return results_query_end(db, query, error);
}

static bool read_offers(sqlite3 *db, ResultsSummary *summary, GError **error)
{
  sqlite3_stmt *query = results_query(
      db,
      "SELECT total(offers_sent), total(offers_accepted), total(offers_declined), total(offers_rescinded), "
      "total(offers_unusable) / nullif(total(offers_usable) + total(offers_unusable), 0) "
      "FROM framework WHERE run_id = ?1",
      summary->run_id, error);
  if (query == NULL)
    return false;
  if (sqlite3_step(query) == SQLITE_ROW) {
    summary->offers_sent = count_at(query, 0);
    summary->offers_used = count_at(query, 1);
    summary->offers_declined = count_at(query, 2);
    summary->offers_rescinded = count_at(query, 3);
    summary->offers_unusable = real_at(query, 4);
  }
  return results_query_end(db, query, error);
}

static bool read_operator(sqlite3 *db, ResultsSummary *summary, GError **error)
{
  sqlite3_stmt *query = results_query(db,
                                      "SELECT refused > 0, '[operator ' || name || '] ' || call, message "
                                      "FROM operator_call WHERE run_id = ?1 ORDER BY number",
                                      summary->run_id, error);
  if (query == NULL)
    return false;
  while (sqlite3_step(query) == SQLITE_ROW) {
    summary->operator_calls++;
    if (count_at(query, 0) == 0 || summary->operator_refused++ > 0)
      continue;
    summary->refused_call = text_at(query, 1);
    summary->refused_message = text_at(query, 2);
  }
  return results_query_end(db, query, error);
}

bool results_summary_read(sqlite3 *db, uint32_t run_id, const char *path, ResultsSummary *summary,
                          GError **error)
{
  ResultsSummary read = {.run_id = run_id, .path = g_strdup(path)};
  if (read_run(db, &read, error) && read_groups(db, &read, error) && read_resources(db, &read, error) &&
      read_offers(db, &read, error) && read_operator(db, &read, error)) {
    *summary = read;
    return true;
  }
  results_summary_clear(&read);
  return false;
}
