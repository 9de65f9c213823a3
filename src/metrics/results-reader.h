/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * ResultsReader: what a results file says of its runs.
 *
 * The file is opened read-only. Files of another program or of a later version are refused.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "metrics/results-summary.h"

/* A trace that the run read. */
typedef struct {
  char *framework;
  char *path;
  char *sha256;
} ResultsOriginTrace;

/* What a run was made from, as ResultsProvenance. */
typedef struct {
  char *version;
  char *git_commit;
  char *allocator;
  char *allocator_path;   /* NULL: it ships with the program */
  char *allocator_sha256; /* likewise */
  uint64_t seed;
  uint32_t replication;
  ResultsOriginTrace *traces;
  uint32_t n_traces;
} ResultsOrigin;

void results_origin_clear(ResultsOrigin *origin);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ResultsOrigin, results_origin_clear)

/** results_file_is_foreign: whether the file at @path is a database of another program. Reads its beginning only, whoever
 * else is at work on it. */
bool results_file_is_foreign(const char *path);

typedef struct ResultsReader ResultsReader;

/**
 * results_reader_open:
 * @path: a results file
 * @error: RESULTS_ERROR_OPEN: it cannot be read; RESULTS_ERROR_FORMAT: it is no results file of this version
 */
ResultsReader *results_reader_open(const char *path, GError **error);
void results_reader_free(ResultsReader *reader);

/** results_reader_runs: how many runs the file holds. */
uint32_t results_reader_runs(const ResultsReader *reader);

/** results_reader_run_id: @index: below the number of runs, in the order of run_id. */
uint32_t results_reader_run_id(const ResultsReader *reader, uint32_t index);

/** results_reader_database: (transfer none): the open file, for whoever reads more of it than a summary. */
struct sqlite3 *results_reader_database(ResultsReader *reader);

/** results_reader_keys: (transfer full): the keys (results-point.h) of the runs that came to their end, by the index of
 * the run; "" for others; NULL-terminated. NULL and @error: RESULTS_ERROR_FORMAT. */
char **results_reader_keys(ResultsReader *reader, GError **error);

/** results_reader_find: the index of the run with this key, UINT32_MAX where there is none that came to its end. */
uint32_t results_reader_find(ResultsReader *reader, const char *key);

/**
 * results_reader_metric:
 * @index: below the number of runs, in the order of run_id
 * @value: receives the number of table metric; NAN where it does not exist
 * @exists: (out): whether there is such a row
 * @error: RESULTS_ERROR_FORMAT
 */
bool results_reader_metric(ResultsReader *reader, uint32_t index, const char *name, const char *scope,
                           double *value, bool *exists, GError **error);

/**
 * results_reader_workload:
 * @index: below the number of runs, in the order of run_id
 * @error: RESULTS_ERROR_FORMAT
 *
 * Returns: (transfer full): the effective workload of that run: a workload file that repeats it when it is
 * loaded from the same folder.
 */
char *results_reader_workload(ResultsReader *reader, uint32_t index, GError **error);

/**
 * results_reader_workload_path:
 * @error: RESULTS_ERROR_FORMAT
 *
 * Returns: (transfer full): where the workload of that run was read from, as it is in the file; "" where that
 * is not known. Relative paths within the workload begin in its folder.
 */
char *results_reader_workload_path(ResultsReader *reader, uint32_t index, GError **error);

/**
 * results_reader_origin:
 * @index: below the number of runs, in the order of run_id
 * @origin: receives it, to be cleared; nothing is written on failure
 * @error: RESULTS_ERROR_FORMAT
 */
bool results_reader_origin(ResultsReader *reader, uint32_t index, ResultsOrigin *origin, GError **error);

/**
 * results_reader_summary:
 * @index: below the number of runs, in the order of run_id
 * @summary: receives the summary, to be cleared; nothing is written on failure
 * @error: RESULTS_ERROR_FORMAT
 */
bool results_reader_summary(ResultsReader *reader, uint32_t index, ResultsSummary *summary, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResultsReader, results_reader_free)
