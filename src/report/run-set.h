/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * RunSet: the runs that are looked at together, from one or several results files.
 *
 *     files, in the order given --> runs, by file and run_id, --> variants: runs that differ in their seed alone
 *                                   each once
 *
 * A variant is what is compared; its runs are replications of each other. Runs are of one variant where they are of one
 * point (what was run) with one allocator of one program. A variant's label says what tells it from the others: the allocator where
 * that does, else what was overridden in it otherwise than in others, else the file, else the number of its first run.
 *
 * Query reads rows of one run. Files are open read-only as long as the set.
 *
 * Not here: what is drawn of runs (figures.h), their summary (metrics/results-summary.h).
 */

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "metrics/results-summary.h"

#define REPORT_ERROR (report_error_quark())

typedef enum {
  REPORT_ERROR_INPUT,   /* what is asked for is not in the results */
  REPORT_ERROR_RUN,     /* it could not be drawn or written */
  REPORT_ERROR_STOPPED, /* ReportHost.stop said so */
} ReportError;

GQuark report_error_quark(void);

/* Who waits for long work. Functions may be NULL. */
typedef struct {
  void *self;
  /** progress: @share: of the work done, 0 to 1; often called. */
  void (*progress)(void *self, const char *what, double share);
  /** stop: whether to give up; asked every some milliseconds. */
  bool (*stop)(void *self);
} ReportHost;

/** report_host_progress: tells @host. Returns: false, with REPORT_ERROR_STOPPED, where it wants to give up. */
bool report_host_progress(const ReportHost *host, const char *what, double share, GError **error);

/* One run. What is not in the file is NULL. */
typedef struct {
  uint32_t file;    /* index among the set's files */
  uint32_t index;   /* of the file's runs */
  uint32_t run_id;  /* in the file */
  uint32_t variant; /* index among the set's variants */
  ResultsSummary summary;
  char *command;
  char *workload;
  char *workload_path;
  char *allocator_path;   /* of a plug-in */
  char *allocator_sha256; /* likewise */
  char *settings;         /* "cluster.agents=300, ...": what was overridden; "": nothing */
  char **settings_brief;  /* "agents=300", ... */
  char *identity;         /* the same for all runs of a variant */
  int64_t warm_up_ns;
  uint32_t replication;
  double confidence; /* of intervals */
  bool steady;       /* its warm-up is left out */
  bool recorded;     /* its jobs are a recorded input: replications of it are one realisation */
} ReportRun;

typedef struct {
  char *label;
  uint32_t *runs; /* array of n_runs indices of the set's runs */
  uint32_t n_runs;
} ReportVariant;

typedef struct RunSet RunSet;

/**
 * run_set_open:
 * @paths: NULL-terminated
 * @only: (nullable): the text of a number: this run of the one file, from 1
 * @error: RESULTS_ERROR: a file cannot be read; REPORT_ERROR_INPUT: it holds no run, or not that one
 */
RunSet *run_set_open(const char *const *paths, const char *only, GError **error);
void run_set_free(RunSet *set);

uint32_t run_set_runs(const RunSet *set);
const ReportRun *run_set_run(const RunSet *set, uint32_t index);
uint32_t run_set_variants(const RunSet *set);
const ReportVariant *run_set_variant(const RunSet *set, uint32_t index);
uint32_t run_set_files(const RunSet *set);
const char *run_set_path(const RunSet *set, uint32_t file);

/** run_set_database: (transfer none): of a file. */
sqlite3 *run_set_database(const RunSet *set, uint32_t file);

/** run_set_has_tasks: whether the run has rows in task_attempt. Cost: O(the file's rows in it) where other runs have
 * some. */
bool run_set_has_tasks(const RunSet *set, uint32_t run);

/** run_set_find: the set's run that has @run_id in @file; UINT32_MAX: none. */
uint32_t run_set_find(const RunSet *set, uint32_t file, uint32_t run_id);

/* Rows that a statement gives. */
typedef struct {
  sqlite3 *db;
  sqlite3_stmt *statement; /* NULL: ended */
  const char *path;
} Query;

/**
 * query_start:
 * @sql: its parameter ?1, if it has one, is the run_id of the run @run
 * @error: REPORT_ERROR_RUN: SQLite says why
 */
bool query_start(Query *query, const RunSet *set, uint32_t run, const char *sql, GError **error);

/** query_start_file: the same, of a file, without parameter. */
bool query_start_file(Query *query, const RunSet *set, uint32_t file, const char *sql, GError **error);

/** query_next: steps to the next row. */
bool query_next(Query *query);

/** query_end: to be called after the last row, or before it. @error: (nullable): why there was no further row */
bool query_end(Query *query, GError **error);

/** query_real: NAN for NULL. */
double query_real(const Query *query, int column);

/** query_text: (transfer full) (nullable): valid UTF-8. */
char *query_text(const Query *query, int column);

static inline int64_t query_integer(const Query *query, int column)
{
  return sqlite3_column_int64(query->statement, column);
}

static inline bool query_is_null(const Query *query, int column)
{
  return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunSet, run_set_free)
