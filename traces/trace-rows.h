/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * TraceRows: the rows of one trace file as jobs in the trace's own time, format by format.
 *
 *   line-reader -> swf, swim, csv (what is written) -> TraceRows (what it means) -> trace-source (which of it
 * runs)
 *
 * A format knows its columns and how many tasks they make; it knows nothing of windows, compression, members
 * or the order of rows. Constructors: swf_rows_new(), swim_rows_new(), csv_rows_new().
 */

#include <glib.h>
#include <stdint.h>

#include "base/time.h"
#include "traces/line-reader.h"
#include "workload/experiment.h"
#include "workload/job-source.h"

#define TRACE_STAGES_MAX 2
#define TRACE_UNKNOWN    (-1) /* an id that the row does not say */

/* What one data row says. */
typedef struct {
  uint64_t row;     /* its number among the data rows, from 0 */
  uint64_t line;    /* of the file */
  const char *name; /* valid until the next row */
  Instant submit;   /* in the trace's own time; may be negative */

  int64_t user; /* TRACE_UNKNOWN where unknown, also below */
  int64_t group;
  int64_t queue;
  int64_t partition;
  int64_t executable;
  const char *framework; /* the cell of the `frameworks` column, valid until the next row; NULL: none */
  const char *role;      /* likewise */

  uint32_t n_stages;
  JobStage stages[TRACE_STAGES_MAX]; /* of fixed duration */

  const char *skip; /* TRACE_ROW_SKIPPED: why, static */
} TraceRow;

typedef enum {
  TRACE_ROW_JOB,     /* the row is a job */
  TRACE_ROW_SKIPPED, /* it is right, but gives no job; row, line and skip are set */
  TRACE_ROW_END,
  TRACE_ROW_FAILED,
} TraceRowRead;

typedef struct TraceRows TraceRows;

struct TraceRows {
  LineReader *lines; /* owned by the rows; for messages */

  /* Fills @row, which is the same record at each call and zero at the first: what never changes is set once.
   */
  TraceRowRead (*next)(TraceRows *rows, TraceRow *row, GError **error);
  /* (nullable): appends sentences (char *) on the whole file, after TRACE_ROW_END. */
  void (*remark)(const TraceRows *rows, GPtrArray *warnings);
  void (*free)(TraceRows *rows);
};

/** trace_rows_seconds: whether @seconds, as found in @column, is an instant or duration; otherwise an error.
 */
bool trace_rows_seconds(const TraceRows *rows, const char *column, double seconds, int64_t *ns,
                        GError **error);

/**
 * trace_rows_scale_tasks:
 * @tasks: at least 1
 * @scale: of the trace; positive
 * @out: receives the product, rounded half up, at least 1; below TASKS_UNLIMITED
 *
 * Returns: false with an error where there would be too many.
 */
bool trace_rows_scale_tasks(const TraceRows *rows, double tasks, double scale, uint32_t *out, GError **error);
