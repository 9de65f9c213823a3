/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * TraceSource: the jobs of a recorded trace as a JobSource.
 *
 *   trace_source_open()  one validating pass over the whole file: every error of the input is found here,
 *                        before a run starts; counts, members and their starts, SHA-256
 *   next() ...           streams the file a second time; memory does not grow with its length
 *
 * With `sort = yes` the rows are held in memory and come in the order of (submit time, row). With `replicate` they are
 * held, too, and another realisation is made of them (trace-shake.h).
 *
 * How a row becomes a job, for every format (swf.h, swim.h and csv.h say what a format adds):
 *
 *   submit    start + (trace time - window-start) / time-compression, rounded to nanoseconds; `start` is 0
 *             unless the framework gives one. Rows before window-start, or at or after window-end, are left
 *             out; so are jobs after the first max-jobs, and those submitted at or after `stop`.
 *   key       the row's number among the data rows of the file, from 0, whatever is left out; of copies: trace-shake.h
 *   member    one per distinct value of the `frameworks` mapping, named GROUP-VALUE ("kth-12"; "kth-unknown"
 *             for -1). `frameworks = N`: row modulo N, GROUP-1 ... GROUP-N with leading zeros. One: GROUP.
 *             Members are sorted by value; those without a job do not exist. Each starts with its first job,
 *             unless `start` is given.
 *   role      without `roles`: the `role` key, or the member's own name. `roles = user`: "user-12", likewise
 *             group, queue, partition and executable; N: "role-1" ...; a column: the value as it stands. A
 *             value of `frameworks` whose jobs lie in several roles makes a member for each:
 * GROUP-VALUE-ROLE.
 *
 * Not skipped but refused, with file and line: anything that is not what the format says, and submit times
 * that descend without `sort = yes`. Skipped, counted and said in a warning: rows that the format allows but
 * that give no job (no run time, no processors).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/quantities.h"
#include "base/time.h"
#include "traces/trace-error.h"
#include "workload/experiment.h"
#include "workload/job-source.h"

/* Rows that gave no job, for one reason. */
typedef struct {
  const char *reason;  /* static: "without run time" */
  uint64_t rows;       /* how many */
  uint64_t first_line; /* of the first of them */
  bool intended;       /* by the workload's window, max-jobs or stop: no warning says so */
} TraceSkip;

/* What the validating pass found. */
typedef struct {
  uint64_t rows;                   /* data rows in the file */
  uint64_t jobs;                   /* what next() will return */
  uint64_t tasks;                  /* of these jobs */
  Instant first_submit;            /* in the run's time */
  Instant last_submit;             /* likewise */
  double work[RESOURCE_KINDS_MAX]; /* unit-seconds by kind: cpu-seconds, MiB-seconds, ... of these jobs */
  GArray *skipped;     /* of TraceSkip: by reason, in order of appearance; what windows leave out too */
  GPtrArray *warnings; /* of char *: whole sentences with the file's name; for the caller to print */
  char sha256[65];     /* of the file's bytes as they lie there (compressed, if so), in hex */
} TraceSummary;

/** trace_summary_clear: frees what @summary owns and makes it zero; a zeroed one is allowed. */
void trace_summary_clear(TraceSummary *summary);

/**
 * trace_source_open:
 * @framework: a [framework NAME] with a trace; must outlive the source
 * @seed: of the run; what is drawn per job depends on it and on @framework's name alone
 * @summary: (out) (optional): receives the findings, also on failure; to be cleared by the caller
 * @error: TRACE_ERROR: "FILE:LINE: ..." wherever a line is to blame
 *
 * Cost: reads the file once; next() reads it once more.
 * Returns: (transfer full) (nullable): the open source, positioned at its first job.
 */
JobSource *trace_source_open(const FrameworkSpec *framework, uint64_t seed, TraceSummary *summary,
                             GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TraceSummary, trace_summary_clear)
