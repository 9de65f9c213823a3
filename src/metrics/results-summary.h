/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * ResultsSummary: the numbers of one run that a person reads first, as plain data.
 *
 * results_end_run() fills one at the end of a run, results_reader_summary() gives the same one back from the
 * file. Frameworks are folded into the groups of the workload: [framework load] with count = 200 is one row.
 * A number that does not exist (no job finished, target never reached, nothing sampled) is NAN.
 *
 * Not here: how it looks on a terminal (src/cli).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

/* How a run ended; in the file "ok", "truncated", "stalled", "failed". */
typedef enum {
  RESULTS_OK,
  RESULTS_TRUNCATED, /* interrupted */
  RESULTS_STALLED,   /* nothing runs, jobs wait */
  RESULTS_FAILED,
  RESULTS_STATUSES,
} ResultsStatus;

/** results_status_name: "ok", "truncated", "stalled" or "failed". */
const char *results_status_name(ResultsStatus status);

/* One [framework NAME] group. */
typedef struct {
  char *name;
  uint32_t frameworks; /* that started */
  uint64_t tasks;      /* launched, all frameworks together */
  uint64_t tasks_finished;
  uint64_t jobs; /* submitted */
  uint64_t jobs_finished;
  uint64_t jobs_unfinished; /* waiting or running at the end of the run */
  uint64_t jobs_lost;       /* failed, killed or unschedulable */
  uint32_t ramp_ups;        /* frameworks that reached their target */
  double ramp_up_s;         /* mean over these; seconds */
  double completion_mean_s; /* over finished jobs: submission to the end of the last task; seconds */
  double completion_median_s;
  double completion_p95_s;
  double mean_share; /* mean over the frameworks of their mean dominant share, 0 to 1 */
} ResultsGroup;

typedef struct {
  char *name;         /* "cpus" */
  double total;       /* time mean of the cluster's total, in units */
  double utilization; /* allocated over total, exact time integrals from warm-up to the end, 0 to 1 */
  double offered;     /* likewise: offered over total */
} ResultsResource;

/* Strings and arrays are owned by the summary. */
typedef struct {
  uint32_t run_id;
  char *path; /* of the results file */
  char *title;
  char *allocator;
  char *version;
  char *git_commit;
  char *digest; /* 16 hexadecimal digits */
  char *reason; /* (nullable): why it stalled or failed */
  int64_t seed;
  uint32_t replication;
  ResultsStatus status;
  Instant end;     /* of simulated time */
  uint32_t agents; /* of the workload */
  uint32_t frameworks;

  ResultsGroup *groups; /* in the order of the workload */
  uint32_t n_groups;
  ResultsResource *resources; /* that the cluster has, in the order of kinds */
  uint32_t n_resources;

  uint64_t offers_sent;
  uint64_t offers_used; /* accepted */
  uint64_t offers_declined;
  uint64_t offers_rescinded;
  double offers_unusable; /* of those looked at while tasks waited: without room for any; NAN: none was */

  uint32_t operator_calls;
  uint32_t operator_refused; /* of them: some or all of it */
  char *refused_call;        /* (nullable): the first of these: "[operator NAME] CALL" */
  char *refused_message;     /* why */

  double jain;        /* Jain index; definitions: src/metrics/fairness.h */
  double largest_gap; /* share, 0 to 1 */

  uint64_t jobs;
  uint64_t tasks; /* launched */
  uint64_t events;
  double wall_s;
  int64_t max_rss_kib;
} ResultsSummary;

/** results_summary_clear: frees what @summary owns; a summary of zeros is allowed. */
void results_summary_clear(ResultsSummary *summary);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ResultsSummary, results_summary_clear)
