/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The same jobs on both sides of a pair of runs: chosen by their submission, not by their end, so that no side wins by
 * never ending what takes long.
 *
 *     jobs of both runs ---> matched by framework and the source's number of the job
 *        |                      '--- submitted on one side only (arrivals that wait for an end): counted
 *        v
 *     completion times: of a job that did not finish its age at the end of the run, which is less than its time would
 *     be: it is counted, and marks every statistic that it is in as a lower bound. A run that has stalled would not have
 *     finished it later either: its jobs have the age that they would have at the end of the run that was longer.
 *     Where a run ended before the job was as old as the other side needed for it, the side is open: it must not win.
 *
 * Two things come of them: statistics per pair and group of the workload, of which a replication is one value; and the
 * differences job by job, over all pairs, which describe and are no evidence (jobs of one run depend on each other).
 *
 * Not here: which runs are pairs (paired-runs.h), intervals (paired-comparison.h).
 */

#include "metrics/paired-runs.h"

typedef enum {
  PAIRED_MEAN,
  PAIRED_MEDIAN,
  PAIRED_P95,
  PAIRED_P99,
} PairedStatistic;
#define PAIRED_STATISTICS 4

/** paired_statistic_name: as metrics are called: "completion_time/mean". */
const char *paired_statistic_name(PairedStatistic statistic);

/* Of the matched jobs of one pair, in all ("run") or of one group ("framework NAME"). */
typedef struct {
  char *scope;
  uint64_t matched;
  uint64_t unfinished[2]; /* of the base, of the other */
  uint64_t open[2];       /* of these: seen for a shorter time than the job took on the other side */
  double seconds[2][PAIRED_STATISTICS];
} PairedTimes;

/* Over all pairs. */
typedef struct {
  uint64_t matched;
  uint64_t alone[2];        /* jobs that only this side has: base, other */
  uint64_t unfinished[2];   /* of the matched: on this side, whatever became of them on the other */
  uint64_t unfinished_both; /* on both */
  uint64_t faster;          /* sooner finished with the other than with the base */
  uint64_t slower;
  uint64_t equal;
  uint64_t undecided;  /* unfinished on both, or on one that may still win */
  GArray *differences; /* of double: other - base [s] of jobs finished on both; ascending after the end */
} PairedJobs;

PairedJobs *paired_jobs_new(void);
void paired_jobs_free(PairedJobs *jobs);

/**
 * paired_jobs_add: the jobs of one pair.
 * @error: RESULTS_ERROR_FORMAT
 *
 * Returns: (transfer full): of PairedTimes *: that of all jobs first, then of groups in the order of the workload.
 * Cost: O(jobs log jobs); the first time for a file O(jobs of all its runs).
 */
GPtrArray *paired_jobs_add(PairedJobs *jobs, const RunPair *pair, GError **error);

/** paired_jobs_end: after the last pair. */
void paired_jobs_end(PairedJobs *jobs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PairedJobs, paired_jobs_free)
