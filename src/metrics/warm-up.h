/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Warm-up: when a run has forgotten that it began with an empty cluster, by MSER-5 (statistics.h) on one of its time
 * series.
 *
 * Source: as for mser5_cut(). Not here: who runs the pilot (src/cli/pilot.h).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "metrics/results-reader.h"
#include "workload/experiment.h"

/**
 * warm_up_find:
 * @index: of the run, below the number of runs
 * @warm_up: receives when it ends: the instant of the last sample that is cut off, 0 for none
 * @found: (out): false where the cut lies in the second half of the run, which is too short then
 * @error: RESULTS_ERROR_FORMAT
 */
bool warm_up_find(ResultsReader *reader, uint32_t index, WarmUpSeries series, Duration *warm_up, bool *found,
                  GError **error);

/**
 * warm_ups_read: which warm-ups the runs in the file were told to leave out.
 * @error: RESULTS_ERROR_FORMAT
 *
 * Returns: (transfer full): settings -> value of experiment.warm-up of the last run that has both (char *, owned). The
 * settings are the overrides of the run but for that one and the seed: "NAME=VALUE", in their order, a line each.
 */
GHashTable *warm_ups_read(ResultsReader *reader, GError **error);
