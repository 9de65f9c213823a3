/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The state of a results file in the making, and what its parts call of each other. */

#include <sqlite3.h>
#include <sys/types.h>

#include "metrics/recorder.h"
#include "metrics/results-reader.h"
#include "metrics/results.h"
#include "metrics/row-writer.h"

struct Results {
  char *path;    /* as given */
  char *target;  /* what is replaced: @path, symbolic links resolved */
  char *folder;  /* of target */
  char *scratch; /* (nullable): folder of partial; NULL: that of target */
  char *partial; /* exists until the end */
  mode_t mode;   /* of the file that is replaced; 0: there is none */
  sqlite3 *db;
  RowWriter *writer;

  GMutex mutex;    /* of all below */
  GPtrArray *runs; /* open ones */
  uint32_t n_runs; /* ever begun */
};

struct ResultsRun {
  Results *results;
  uint32_t run_id;
  const Experiment *experiment;
  JobSource *const *sources; /* (nullable) */
  Recorder *recorder;
  RowStream *stream;
  int64_t jobs_before; /* rowid in table job that rows of this run lie behind */

  char *version; /* of the provenance */
  char *git_commit;
  char *allocator;
  char *allocator_path;
  char *allocator_sha256;
  char *command;
  char *point;
  char *point_key;
  uint64_t seed;
  uint32_t replication;
  bool recorded; /* all frameworks replay traces as they were recorded */
};

/** results_run_free: without writing anything. */
void results_run_free(ResultsRun *run);

/** results_why: (transfer none): what the last call said against it, in words for those who know no SQLite. */
const char *results_why(sqlite3 *db);

/** results_exec: runs the statements @sql. Returns: false, with RESULTS_ERROR_WRITE, where one fails. */
bool results_exec(sqlite3 *db, const char *sql, GError **error);

/** results_query: (transfer full): the prepared @sql, its first parameter bound to @run_id, or NULL. */
sqlite3_stmt *results_query(sqlite3 *db, const char *sql, int64_t run_id, GError **error);

/** results_query_end: finalizes @query. Returns: false, with RESULTS_ERROR_FORMAT, where it had failed. */
bool results_query_end(sqlite3 *db, sqlite3_stmt *query, GError **error);

/* Runs that came to their end, each once: a file may hold one a second time, with rows for tasks, say, and that tells
 * nothing more of others. */
#define RESULTS_RUNS_ONCE                                                                                    \
  "(SELECT min(run_id) FROM run WHERE status IN ('ok', 'stalled') "                                          \
  "GROUP BY point, allocator, coalesce(allocator_sha256, ''), version, git_commit, seed, replication)"

/** results_finish_times: adds fairness/finish_time to runs of which the file holds the isolated ones, too; before
 * results_summarize(), @db: in a transaction. */
bool results_finish_times(sqlite3 *db, GError **error);

/** results_summarize: fills metric_summary (metric-summary.h), after all runs; @db: in a transaction. */
bool results_summarize(sqlite3 *db, GError **error);

/** results_summary_read: of the run @run_id of the open file @db, which is called @path. */
bool results_summary_read(sqlite3 *db, uint32_t run_id, const char *path, ResultsSummary *summary,
                          GError **error);

/** results_run_rows: adds the rows that are known at the end of a run only: all but those of results_run_times(). */
void results_run_rows(ResultsRun *run, const ResultsEnd *end);

/** results_run_times: reads the finished jobs and the frameworks back and adds the metrics of their groups. */
bool results_run_times(ResultsRun *run, GError **error);

/** results_add_metric: one row of table metric. @name: is not copied. */
void results_add_metric(ResultsRun *run, const char *name, const char *scope, double value);
