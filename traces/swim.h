/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SWIM: Hadoop jobs as the Statistical Workload Injector for MapReduce writes them.
 *
 * One job per line, columns between TABs, no header: job id, submit s, gap since the submit before s, bytes
 * of map input, of shuffle, of reduce output. Further columns (the input path) are ignored, empty lines too.
 * Byte counts are whole numbers of up to 63 bits.
 *
 * The file says neither tasks nor durations. They are derived as SWIM replays it:
 *
 *   bytes      each of the three times scale * agents / trace-nodes, rounded; then input is raised to 64 MiB
 *   maps       ceil(input / block-size)
 *   reduces    none where nothing is shuffled (before scaling); else round((shuffle + output) /
 *              bytes-per-reduce), at least 1; where that is above `slots`, the size of the simulated cluster,
 *              it is slots / 5 (at least 1)
 *   duration   of a map: input / maps / map-rate + task-overhead;
 *              of a reduce: (shuffle + output) / reduces / reduce-rate + task-overhead
 *
 * Rates and overhead that are distributions are drawn once per job and stage, not per task: all tasks of a
 * stage run equally long. The key of the draw is (seed, SIM_PURPOSE_JOB_SHAPE, hash of the framework group's
 * name, row and stage), so it depends on nothing else.
 *
 * Source: GenerateReplayScript.java of SWIM (Y. Chen, A. Ganapathi, R. Griffith, R. Katz: "The case for
 * evaluating MapReduce performance using workload suites", MASCOTS 2011).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "traces/line-reader.h"
#include "traces/trace-rows.h"
#include "workload/experiment.h"

#define SWIM_INPUT_MIN INT64_C(67108864) /* bytes */

typedef struct {
  const char *job; /* within the line */
  double submit;   /* seconds */
  double gap;      /* seconds; not used */
  int64_t input;   /* bytes */
  int64_t shuffle;
  int64_t output;
} SwimRecord;

/* The tasks of one job. */
typedef struct {
  uint32_t maps;
  uint32_t reduces;     /* 0: a map-only job */
  double map_bytes;     /* per map */
  double reduce_bytes;  /* per reduce: shuffle and output */
  double shuffle_bytes; /* per reduce: of them the shuffle */
} SwimTasks;

/**
 * swim_record_parse:
 * @lines: for messages: the line read last is @line
 * @line: is cut up
 * @error: TRACE_ERROR_FORMAT with line and column
 */
bool swim_record_parse(const LineReader *lines, char *line, SwimRecord *record, GError **error);

/** swim_tasks: derives @tasks as above; false with an error where a count or sum of bytes does not fit. */
bool swim_tasks(const LineReader *lines, const TraceSpec *spec, const SwimRecord *record, SwimTasks *tasks,
                GError **error);

/**
 * swim_rows_new:
 * @framework: with the trace's mapping keys; must outlive the rows
 * @seed: of the run
 * @lines: (transfer full): at its first line; freed on failure too
 * @error: TRACE_ERROR_MAPPING: a mapping by user and the like, or a size that is not positive
 *
 * The job of a record: named by its id, a stage "map" and, if it has reduces, a stage "reduce" after it. The input of a
 * reduce is what it shuffles.
 */
TraceRows *swim_rows_new(const FrameworkSpec *framework, uint64_t seed, LineReader *lines, GError **error);
