/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Pilots: runs that find the warm-up of steady runs that are given none.
 *
 *     workload + overrides, without a warm-up ---> pilots_recall(): what earlier runs in the output have left out
 *                                             ---> pilots_run(): one run with each allocator, MSER-5 (metrics/warm-up.h)
 *                                                        |
 *                            an override of the runs proper: pilot_overrides()
 *
 * What is found in the run of one allocator may be too short for another: the longest counts for all, so that they are
 * compared over the same time. The pilot is replication 0 of its workload, sampled more finely than the runs proper.
 *
 * Not here: which points there are; the runs proper.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/batch.h"
#include "workload/experiment.h"

#define PILOT_WARM_UP_KEY "experiment.warm-up"

/* A workload whose warm-up is wanted. Strings belong to whoever makes it, but for what is found. */
typedef struct {
  const char *workload;
  const char *const *overrides; /* NULL-terminated; NULL: nothing is wanted of this one */
  const char *settings;         /* what it is called in messages; "" where there is one only */
  char *warm_up;                /* (nullable), owned: what was found, as a value of experiment.warm-up */
} Pilot;

typedef struct {
  const BatchSettings *batch;
  const char *const *allocators; /* NULL-terminated */
  bool plugins;                  /* whether any of them is a plug-in */
} PilotSettings;

/** pilot_is_needed: whether @experiment is steady, and nobody says how long its warm-up is. */
bool pilot_is_needed(const Experiment *experiment);

/** pilot_warn: says on stderr where a warm-up that is given ends in the second half of its run. */
void pilot_warn(const Experiment *experiment);

/**
 * pilots_recall: sets the warm-up of those @pilots whose first replication is in the output already, with each of the
 * allocators and one warm-up: they are not run again. Touches nothing.
 * @error: as of batch_find_done(), and of point_list_cell()
 */
bool pilots_recall(const PilotSettings *settings, Pilot *pilots, uint32_t n, GError **error);

/**
 * pilots_run: finds the warm-up of those @pilots that have none.
 *
 * Says on stderr what is found, and what goes wrong: each of them that is not warm in the first half of its run.
 * Returns: EXIT_WELL where all have one.
 */
ExitStatus pilots_run(const PilotSettings *settings, Batch *batch, Pilot *pilots, uint32_t n);

/** pilot_overrides: (transfer full): those of @pilot, and the warm-up that was found. */
char **pilot_overrides(const Pilot *pilot);

/** overrides_with: (transfer full): @overrides and "@name=@value" behind them. */
char **overrides_with(const char *const *overrides, const char *name, const char *value);
