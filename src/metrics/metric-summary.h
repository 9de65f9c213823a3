/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Table metric_summary: what several runs, or one long one, say of each metric.
 *
 *     runs of one point with one allocator, of one program -> a value per run      -> Sample -> one row per metric
 *     a steady run that is alone -> a series after the warm-up -> means of batches -> Sample -> one row per metric
 *
 * Runs that were interrupted or that failed are left out, and a run that is there twice counts once. There is no interval where nothing makes the runs differ: all
 * of them replay one recorded input, or are alike to the last event. That is one observation, however often it is made.
 *
 * Batches are of the time means (utilization, mean_share), which are sampled, and of the mean completion time, of jobs
 * in the order of their submission.
 *
 * Not here: the statistics (statistics.h).
 */

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "metrics/statistics.h"

/* How many batches, and how many values each must have at least. */
#define SUMMARY_BATCHES   20
#define SUMMARY_BATCH_MIN 2

/* A row in the making. */
typedef struct {
  int64_t run_id; /* the first of the runs */
  char *name;
  char *scope;
  Sample sample;
  uint64_t values; /* how many runs: those without a value are missing */
  bool batches;
  bool still; /* nothing makes the runs differ */
  double confidence;
} MetricSummary;

/** metric_summary_add: one row. @insert: prepared. @error: RESULTS_ERROR_WRITE. */
bool metric_summary_add(sqlite3 *db, sqlite3_stmt *insert, const MetricSummary *summary, GError **error);

/** metric_summary_batches: those of steady runs that are alone. */
bool metric_summary_batches(sqlite3 *db, sqlite3_stmt *insert, GError **error);
