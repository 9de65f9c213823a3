/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Export: results in the formats of other programs.
 *
 *   csv            one file per table and view (RFC 4180: a header, CR LF, quotes where needed); NULL is an empty field
 *   trace-events   the Trace Event Format that Perfetto (ui.perfetto.dev) and Chrome read: agents or frameworks are
 *                  processes, their tasks slices in as many threads as there are tasks at a time; offers since the
 *                  sample before are instants, and samples are counters (export-trace-events.c)
 *   batsim         the jobs.csv of Batsim, which Evalys reads: jobs that ended, one line each; a resource is an agent
 *   swf            Standard Workload Format 2.2: all jobs; a processor is a task
 *
 * Each function replaces its file only by a whole one. Memory does not grow with the number of rows.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "report/run-set.h"

typedef struct {
  bool by_framework; /* tracks are frameworks, not agents */
  int64_t from_ns;   /* what ends before it or begins behind to_ns is left out */
  int64_t to_ns;
} TraceEventsOptions;

/**
 * export_csv: all runs of the set's only file.
 * @folder: made if it is not there
 * @error: REPORT_ERROR_RUN, REPORT_ERROR_STOPPED; files that are whole stay
 */
bool export_csv(const RunSet *set, const char *folder, const ReportHost *host, GError **error);

/** export_trace_events: @error: REPORT_ERROR_INPUT: tasks were not recorded; else likewise. */
bool export_trace_events(const RunSet *set, uint32_t run, const TraceEventsOptions *options, const char *path,
                         const ReportHost *host, GError **error);

/** export_batsim: where tasks were not recorded, allocated_resources is empty. */
bool export_batsim(const RunSet *set, uint32_t run, const char *path, const ReportHost *host, GError **error);

/** export_swf: @maker: the program that makes it, for the header. */
bool export_swf(const RunSet *set, uint32_t run, const char *maker, const char *path, const ReportHost *host,
                GError **error);
