/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * ResultsMeans: what a results file of many runs says, group by group: a group is the runs of one point with one
 * allocator (metric-summary.h); its numbers are means with intervals, or, of a run that is alone, the numbers themselves.
 *
 * Read whole and kept as plain data. Not here: how it looks on a terminal (src/cli).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "metrics/results-reader.h"

/* A metric of a group. */
typedef struct {
  double mean;       /* NAN: it does not exist */
  double half_width; /* of the interval; NAN: there is none */
  uint64_t n;        /* values it is of */
} ResultsMean;

/* One [framework NAME] of the group. */
typedef struct {
  char *name;
  uint32_t frameworks;
} ResultsMeansFramework;

typedef struct {
  uint32_t run_id; /* of the first run */
  char *title;
  char *allocator;
  char *settings; /* what was overridden: "cluster.agents=300, master.compat=mesos"; "" for nothing */
  uint32_t runs;
  uint32_t stalled;
  bool still;        /* several runs, and nothing that makes them differ */
  bool intervals;    /* some metric has one */
  double confidence; /* of the intervals */
  ResultsMeansFramework *frameworks;
  uint32_t n_frameworks;
  char **resources;  /* NULL-terminated */
  GHashTable *means; /* "name\nscope" -> ResultsMean */
} ResultsMeansGroup;

typedef struct {
  ResultsMeansGroup *groups; /* in the order of their first runs */
  uint32_t n;
} ResultsMeans;

/** results_means_read: @error: RESULTS_ERROR_FORMAT. Returns: (transfer full). */
ResultsMeans *results_means_read(ResultsReader *reader, GError **error);
void results_means_free(ResultsMeans *means);

/** results_mean: of a metric of @group. */
ResultsMean results_mean(const ResultsMeansGroup *group, const char *name, const char *scope);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResultsMeans, results_means_free)
