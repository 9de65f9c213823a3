/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SWF: the Standard Workload Format 2.2 of the Parallel Workloads Archive.
 *
 * A file is a header of comment lines, "; Key: value", and one line per job: 18 numbers between blanks, -1
 * where unknown. Comment lines and empty lines may stand anywhere; after the first job they are not kept.
 *
 *   header   a key may repeat; a comment line without a key of its own continues the value of the line before
 *            ("Note: ..." over several lines); an empty comment line ends it. Keys are compared without case.
 *   job      all 18 fields must be there and no more; each must be a number. Fields 1, 5, 8 and 11 to 17 are
 *            whole numbers, the others may have fractions. Order and gaps of job numbers mean nothing.
 *
 * Not here: what a record means for a run (swf_rows_new() below does that in swf-rows.c).
 * Source: https://www.cs.huji.ac.il/labs/parallel/workload/swf.html
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "traces/line-reader.h"
#include "traces/swf-scan.h"
#include "traces/trace-rows.h"
#include "workload/experiment.h"

#define SWF_UNKNOWN          (-1)      /* in a record */
#define SWF_ABSENT           INT64_MIN /* in a header */
#define SWF_HEADER_LINES_MAX 10000     /* further ones are read and not kept; so are those beyond */
#define SWF_HEADER_BYTES_MAX (1u << 20)

typedef struct {
  char *key;
  char *value;   /* continuation lines are joined by newlines */
  uint64_t line; /* of the key */
} SwfEntry;

typedef struct {
  int64_t max_jobs; /* SWF_ABSENT where there is no such line or it does not begin with a whole number */
  int64_t max_procs;
  int64_t max_nodes;
  int64_t unix_start_time; /* seconds since 1970 of submit time 0 */
  int64_t time_zone;       /* seconds east of UTC */
  SwfEntry *entries; /* all lines with a key, in order; TimeZoneString, Partition, Queue, Acknowledge, ... */
  uint32_t n_entries;
} SwfHeader;

/* One job, field by field; SWF_UNKNOWN where the file says -1. */
typedef struct {
  int64_t job;                  /* 1 */
  double submit;                /* 2: seconds since UnixStartTime */
  double wait;                  /* 3: seconds */
  double run;                   /* 4: seconds */
  int64_t processors_allocated; /* 5 */
  double cpu_time;              /* 6: seconds per processor, average */
  double memory_used;           /* 7: KB per processor, average */
  int64_t processors_requested; /* 8 */
  double time_requested;        /* 9: seconds */
  double memory_requested;      /* 10: KB per processor */
  int64_t status;               /* 11: 0 failed, 1 completed, 2 to 4 partial, 5 cancelled */
  int64_t user;                 /* 12 */
  int64_t group;                /* 13 */
  int64_t executable;           /* 14 */
  int64_t queue;                /* 15 */
  int64_t partition;            /* 16 */
  int64_t preceding_job;        /* 17 */
  double think_time;            /* 18: seconds after the preceding job */
} SwfRecord;

typedef struct SwfReader SwfReader;

/**
 * swf_reader_new:
 * @lines: (transfer full): at its first line; freed on failure too
 * @error: TRACE_ERROR_FILE
 *
 * Reads the header, up to the first job.
 */
SwfReader *swf_reader_new(LineReader *lines, GError **error);

void swf_reader_free(SwfReader *reader);

const SwfHeader *swf_reader_header(const SwfReader *reader);

/** swf_reader_lines: (transfer none): the lines below; line_reader_number() is the line of the last record.
 */
LineReader *swf_reader_lines(const SwfReader *reader);

/**
 * swf_reader_next:
 * @record: receives the next job
 * @error: TRACE_ERROR_FILE; TRACE_ERROR_FORMAT with line, number and name of the field
 *
 * Cost: about 100 ns per job of 90 characters on a core of 4 GHz.
 */
LineRead swf_reader_next(SwfReader *reader, SwfRecord *record, GError **error);

/** swf_header_find: (transfer none) (nullable): the value of the @nth line (from 0) with this key. */
const char *swf_header_find(const SwfHeader *header, const char *key, uint32_t nth);

/** swf_record_processors: field 8 where it is above 0, else field 5; SWF_UNKNOWN where neither is. */
static inline int64_t swf_record_processors(const SwfRecord *record)
{
  if (record->processors_requested > 0)
    return record->processors_requested;
  return record->processors_allocated > 0 ? record->processors_allocated : SWF_UNKNOWN;
}

/**
 * swf_rows_new:
 * @framework: with the trace's mapping keys; must outlive the rows
 * @lines: (transfer full): at its first line; freed on failure too
 * @error: TRACE_ERROR
 *
 * The job of a record: named after field 1, submitted at field 2, one stage whose tasks all run for field 4
 * (0 is a task that starts and ends). Processors are field 8, else field 5, times `scale` (at least 1).
 *
 *   plain          as many tasks as processors, each of one cpu; with use_memory also of field 10 (KB per
 *                  processor, in MiB), or of memory_default where that is unknown
 *   whole_agents   ceil(processors / cpus of an agent) tasks that take all of an agent's resources
 *
 * Skipped: unknown submit time, unknown run time (field 4 is -1), no processors. Refused: other negative
 * times. Feedback (fields 17 and 18), waits and status do not matter: a cancelled job that ran, ran.
 * Remarked: a header whose MaxJobs is not the number of jobs.
 */
TraceRows *swf_rows_new(const FrameworkSpec *framework, LineReader *lines, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SwfReader, swf_reader_free)
