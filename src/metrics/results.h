/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Results: one SQLite file in the making, and the runs that go into it.
 *
 *   results_open --> results_begin_run --> observers, results_sample* --> results_end_run --> results_commit
 *        |                  ^                                                   |                  |
 *        |                  '---------------------------------------------------'                  v
 *        '---- results_abandon at any point: no trace is left                       the file has its name
 *
 * Until results_commit() the file stands beside its later name as ".NAME.partial-PID-XXXXXX"; then it is made
 * whole, flushed to the disk and renamed over whatever had the name. A process that is killed leaves only
 * such a partial file, and an earlier result stays as it was. It may be made in another folder, on a disk of this
 * machine where the later one is far away: then it is copied beside its later name once it is whole.
 *
 * A run is measured through two tables of callbacks, one for the master and one for the models of frameworks.
 * Rows are inserted by a thread of the file; the run waits for it only when it is far behind, so memory is
 * bounded. Its first error (disk full, ...) ends all writing and is told by every later call that takes a
 * GError: the caller stops the run and calls results_abandon().
 *
 * Several runs may be open at a time, each used by one thread of its own: begin, sample and end may be called
 * from different threads; open, commit and abandon when no run is open elsewhere.
 *
 * What is in the file: table column_doc of every results file, or src/metrics/results-schema.c.
 * What the numbers mean: src/metrics/recorder.h, fairness.h.
 * Not here: reading (results-reader.h), when to sample (the caller has the clock).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "core/observer.h"
#include "metrics/agent-picture.h"
#include "metrics/results-summary.h"
#include "workload/experiment.h"
#include "workload/job-observer.h"

typedef struct Results Results;
typedef struct ResultsRun ResultsRun;

#define RESULTS_ERROR (results_error_quark())

typedef enum {
  RESULTS_ERROR_OPEN,    /* the file cannot be made there, or read */
  RESULTS_ERROR_WRITE,   /* writing failed: disk full, I/O */
  RESULTS_ERROR_FORMAT,  /* not a results file, or of another version */
  RESULTS_ERROR_STOPPED, /* somebody asked for an end (results_merge()) */
  RESULTS_ERROR_PAIRS,   /* runs are no pairs (paired-runs.h) */
} ResultsError;

GQuark results_error_quark(void);

/* A trace that the workload reads. */
typedef struct {
  const char *framework; /* the [framework NAME] that replays it */
  const char *path;      /* as in the workload */
  const char *sha256;    /* lower-case hex, of the file as it stands (compressed or not) */
  int64_t bytes;
  const char *replicate; /* (nullable): how it is shaken; NULL: it is replayed as it was recorded */
} ResultsTrace;

/* Where a run comes from. Strings are copied. */
typedef struct {
  const char *version;
  const char *git_commit;
  const char *allocator;
  const char *allocator_path;   /* of a plug-in: its file; else NULL */
  const char *allocator_sha256; /* likewise, lower-case hex */
  const char *command;          /* (nullable): the command line */
  const char *const *settings; /* (nullable): overrides of the workload, "GROUP.KEY=VALUE", NULL-terminated */
  uint64_t seed;               /* of the experiment; Experiment.seed is not read */
  uint32_t replication;
  const ResultsTrace *traces;
  uint32_t n_traces;
  bool record_tasks; /* rows in task_attempt */
  /* (nullable): array of one per group of the experiment, valid until the run's end: their members that never start
   * have rows too. */
  JobSource *const *sources;
} ResultsProvenance;

/* What only the caller knows at the end of a run. */
typedef struct {
  ResultsStatus status;
  const char *reason; /* (nullable): why it stalled or failed */
  uint64_t digest;
  uint64_t events;
  Instant end; /* of simulated time; not before anything observed */
  double wall_s;
  int64_t max_rss_kib;
  double
      master_load; /* service time of all messages over the length of the run; 0: the master takes no time */
} ResultsEnd;

/**
 * results_open:
 * @path: where the file will be; its folder must exist and be writable
 * @error: RESULTS_ERROR_OPEN: says which folder or file and why
 *
 * Makes the partial file with its tables, so that a place that cannot be written is known before the run.
 * Returns: (transfer full): to be given to results_commit() or results_abandon().
 */
Results *results_open(const char *path, GError **error);

/** results_open_in: as results_open(); the partial file is made in the folder @scratch, unless it is NULL. */
Results *results_open_in(const char *path, const char *scratch, GError **error);

/** results_partial: (transfer none): the partial file, for a host that has to stop at once and can do no more
 * than unlink it. */
const char *results_partial(const Results *results);

/**
 * results_begin_run:
 * @provenance: copied
 * @experiment: must outlive the run
 *
 * Returns: (transfer full): a run with the next run_id, from 1; to be given to results_end_run(), or freed by
 * results_abandon().
 */
ResultsRun *results_begin_run(Results *results, const ResultsProvenance *provenance,
                              const Experiment *experiment);

/** results_run_master_observer, results_run_job_observer: (transfer none): the callbacks, valid as long as
 * @run. All calls, samples included, come in the order of time. */
const MasterObserver *results_run_master_observer(ResultsRun *run);
const JobObserver *results_run_job_observer(ResultsRun *run);

/**
 * results_sample:
 * @now: not before anything observed
 * @error: RESULTS_ERROR_WRITE: an earlier row could not be written; the caller ends the run
 *
 * Adds one row per framework to share_sample and one per resource to cluster_sample, of the state as it is
 * now. Samples at or after the warm-up count for fairness. Changes nothing in the run. Where the experiment asks for it, a
 * picture has been filled in, and one row per resource is added to decomposition_sample, too.
 * Cost: O(frameworks); with a picture see sharing.h and decomposition.h.
 */
bool results_sample(ResultsRun *run, Instant now, GError **error);

/**
 * results_run_picture: before results_sample(), of the state as it is now.
 *
 * Returns: (nullable) (transfer none): to be filled in; NULL where the experiment does not ask for it.
 */
AgentPicture *results_run_picture(ResultsRun *run);

/** results_run_quota: adds a row to quota_sample for each resource that @guarantee or @limit (-1: none) is about. */
void results_run_quota(ResultsRun *run, Instant now, const char *role, const Quantities *guarantee,
                       const Quantities *limit, const Quantities *consumed, const Quantities *offered);

/** results_run_counter: adds a row to counter; @name once per run. */
void results_run_counter(ResultsRun *run, const char *name, double value);

/**
 * results_end_run:
 * @summary: (nullable): receives the run's summary, to be cleared
 * @error: RESULTS_ERROR_WRITE
 *
 * Writes what remains to be written: unfinished jobs, frameworks, totals, metrics, the run's row. Frees @run,
 * on failure too.
 */
bool results_end_run(ResultsRun *run, const ResultsEnd *end, ResultsSummary *summary, GError **error);

/**
 * results_commit:
 * @error: RESULTS_ERROR_WRITE; then nothing has been replaced and the partial file is gone
 *
 * Makes the file whole and gives it its name. Frees @results, on failure too.
 */
bool results_commit(Results *results, GError **error);

/** results_abandon: removes the partial file and frees @results with its open runs; NULL is allowed. */
void results_abandon(Results *results);
