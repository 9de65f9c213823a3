/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Until: how well metrics are to be known before replications end.
 *
 *     "completion_time/mean:framework batch 2%"     half-width at most 2 % of the mean
 *     "fairness/jain 0.01"                          at most 0.01, in the unit of the metric
 *     "completion_time/p95 5% 0.1"                  either will do: near zero no relative width is ever reached
 *
 * Without a scope it is that of the run; "batch" is short for "framework batch". Several allocators have a sample each.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "metrics/results-reader.h"
#include "workload/experiment.h"

#define UNTIL_REPLICATIONS_MIN 10

typedef struct Until Until;

/**
 * until_new:
 * @texts: (nullable): of --until, NULL-terminated
 * @experiment: whose frameworks scopes may name
 * @n_samples: how many allocators
 * @error: CLI_ERROR_USAGE
 */
Until *until_new(const char *const *texts, const Experiment *experiment, uint32_t n_samples, GError **error);
void until_free(Until *until);

/** until_is_empty: whether there is nothing to be known. */
bool until_is_empty(const Until *until);

/**
 * until_add: one replication more for allocator @sample.
 * @run: its index in @reader
 * @error: RESULTS_ERROR_FORMAT; CLI_ERROR_USAGE: there is no such metric of that scope
 */
bool until_add(Until *until, uint32_t sample, ResultsReader *reader, uint32_t run, GError **error);

/** until_is_known: whether all metrics are, for all allocators. */
bool until_is_known(const Until *until, double confidence);

/** until_describe: (transfer full) (nullable): the first metric that is not known: "completion_time/mean of run is known
 * to 3.1 % only"; NULL where all are. */
char *until_describe(const Until *until, double confidence);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Until, until_free)
