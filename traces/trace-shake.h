/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Shaking a trace: another realisation of the process that it is one of. One trace is one realisation: replaying it
 * again and again says nothing of other days.
 *
 *     jitter(L)            each job is submitted up to L earlier or later, uniformly
 *     resample-blocks(L)   time is cut into blocks of L; each of them is replaced by one of the whole blocks, drawn with
 *                          replacement, with all its jobs. Whole days keep the times of day
 *     resample-users       as many users as there are, drawn with replacement, each with all his jobs at their times.
 *                          Who is drawn twice is two users
 *
 * All of it happens in the trace's own time, before its compression, among the jobs that window-start, window-end and
 * max-jobs let in; no job leaves the window. What is drawn depends on the seed, the framework's name, and the number of
 * the row, block or user alone.
 *
 * The key of a job that comes a second time has the number of its copy in its upper bits, so that keys stay unique and
 * the same for every allocator.
 *
 * Memory: all jobs are held, as with `sort = yes`.
 * Source: Efron, Annals of Statistics 7, 1979 (bootstrap); Carlstein, Annals of Statistics 14, 1986 (blocks).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "traces/trace-members.h"
#include "workload/experiment.h"
#include "workload/job-source.h"

/* A job as it waits for the source: the row, its member, and its place in the trace. */
typedef struct {
  uint64_t row;
  uint64_t job_key; /* Job.key: the row, and which copy of it */
  uint64_t line;
  Instant trace_submit;
  Instant submit; /* in the run's time, once it is known */
  TraceMemberKey key;
  int64_t user; /* for resample-users */
  const char *name;
  uint32_t n_stages;
  const JobStage *stages;
} TraceJob;

/** trace_job_compare: by (trace_submit, job_key); never 0 for two jobs. For g_array_sort(). */
int trace_job_compare(gconstpointer left, gconstpointer right);

/**
 * trace_shake:
 * @jobs: of TraceJob, sorted, all within the window; what they point to is shared with the result
 * @framework: with its trace, and `replicate` other than none
 * @fault: receives (transfer full) why it cannot be done, to follow the name of the file; on failure
 *
 * Returns: (transfer full): the jobs of this realisation, sorted; NULL where it cannot be done.
 */
GArray *trace_shake(const GArray *jobs, const FrameworkSpec *framework, uint64_t seed, char **fault);
