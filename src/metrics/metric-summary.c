/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/metric-summary.h"

#include <math.h>
#include <string.h>

#include "metrics/results-private.h"

/* The runs that are replications of each other, by the first of them. @still: 1: nothing that was drawn makes them
 * differ: they are all of one recorded input, or all alike. */
static const char make_groups[] =
    "CREATE TEMP TABLE IF NOT EXISTS replicated (first INTEGER PRIMARY KEY, point TEXT, allocator TEXT, "
    "sha256 TEXT, "
    "version TEXT, git_commit TEXT, n INTEGER, still INTEGER, confidence REAL); "
    "DELETE FROM temp.replicated; "
    "INSERT INTO temp.replicated SELECT min(run_id), point, allocator, coalesce(allocator_sha256, ''), "
    "version, "
    "git_commit, count(*), min(recorded) OR count(DISTINCT digest) = 1, max(confidence) FROM run "
    "WHERE run_id IN " RESULTS_RUNS_ONCE " GROUP BY 2, 3, 4, 5, 6 HAVING count(*) > 1";

/* Values in the order of the runs, so that sums are the same each time. */
static const char select_values[] =
    "SELECT first, name, scope, value, n, still, replicated.confidence FROM temp.replicated "
    "JOIN run ON run.point = replicated.point AND run.allocator = replicated.allocator "
    "AND coalesce(run.allocator_sha256, '') = sha256 AND run.version = replicated.version "
    "AND run.git_commit = replicated.git_commit AND run.run_id IN " RESULTS_RUNS_ONCE " "
    "JOIN metric USING (run_id) ORDER BY first, name, scope, run_id";

static sqlite3_stmt *prepare_insert(sqlite3 *db, GError **error)
{
  return results_query(db, "INSERT INTO metric_summary VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", 0,
                       error);
}

static void bind_real(sqlite3_stmt *insert, int column, double value, bool exists)
{
  if (exists && isfinite(value))
    sqlite3_bind_double(insert, column, value);
  else
    sqlite3_bind_null(insert, column);
}

bool metric_summary_add(sqlite3 *db, sqlite3_stmt *insert, const MetricSummary *summary, GError **error)
{
  const Sample *sample = &summary->sample;
  /* What somebody else wrote into the file may be anything. */
  bool sensible = summary->confidence > 0 && summary->confidence < 1;
  double half_width = sensible ? sample_half_width(sample, summary->confidence) : (double)NAN;
  sqlite3_bind_int64(insert, 1, summary->run_id);
  sqlite3_bind_text(insert, 2, summary->name, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text(insert, 3, summary->scope, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text(insert, 4, summary->batches ? "batches" : "replications", -1, SQLITE_STATIC);
  sqlite3_bind_int64(insert, 5, (int64_t)sample->n);
  sqlite3_bind_int64(insert, 6, (int64_t)(summary->values - sample->n));
  bind_real(insert, 7, sample->mean, sample->n > 0);
  bind_real(insert, 8, sample_deviation(sample), sample->n > 1);
  bind_real(insert, 9, half_width, sample->n > 1 && !summary->still);
  sqlite3_bind_double(insert, 10, summary->confidence);
  bool added = sqlite3_step(insert) == SQLITE_DONE;
  if (!added)
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_WRITE, "SQLite: %s", results_why(db));
  sqlite3_reset(insert);
  return added;
}

/* One metric, of all replications: what has been gathered so far is @summary. */
static bool is_other(const MetricSummary *summary, int64_t run_id, const char *name, const char *scope)
{
  return summary->name == NULL || summary->run_id != run_id || strcmp(summary->name, name) != 0 ||
         strcmp(summary->scope, scope) != 0;
}

static void summary_begin(MetricSummary *summary, sqlite3_stmt *query)
{
  g_free(summary->name);
  g_free(summary->scope);
  *summary = (MetricSummary){
      .run_id = sqlite3_column_int64(query, 0),
      .name = g_strdup((const char *)sqlite3_column_text(query, 1)),
      .scope = g_strdup((const char *)sqlite3_column_text(query, 2)),
      .values = (uint64_t)sqlite3_column_int64(query, 4),
      .still = sqlite3_column_int(query, 5) != 0,
      .confidence = sqlite3_column_double(query, 6),
  };
}

static bool summarize_replications(sqlite3 *db, sqlite3_stmt *query, sqlite3_stmt *insert, GError **error)
{
  MetricSummary summary = {.name = NULL};
  bool good = true;
  while (good && sqlite3_step(query) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(query, 1);
    const char *scope = (const char *)sqlite3_column_text(query, 2);
    if (is_other(&summary, sqlite3_column_int64(query, 0), name, scope)) {
      good = summary.name == NULL || metric_summary_add(db, insert, &summary, error);
      summary_begin(&summary, query);
    }
    if (sqlite3_column_type(query, 3) != SQLITE_NULL)
      sample_add(&summary.sample, sqlite3_column_double(query, 3));
  }
  good = good && (summary.name == NULL || metric_summary_add(db, insert, &summary, error));
  g_free(summary.name);
  g_free(summary.scope);
  return good;
}

bool results_summarize(sqlite3 *db, GError **error)
{
  if (!results_exec(db, make_groups, error))
    return false;
  sqlite3_stmt *query = results_query(db, select_values, 0, error);
  sqlite3_stmt *insert = query == NULL ? NULL : prepare_insert(db, error);
  bool good = insert != NULL && summarize_replications(db, query, insert, error);
  good = good && metric_summary_batches(db, insert, error);
  sqlite3_finalize(insert);
  if (!good) {
    sqlite3_finalize(query);
    return false;
  }
  return results_query_end(db, query, error);
}
