/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Where the results go: the name by default, and what must not be written over.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "workload/experiment.h"

/** output_default: (transfer full): "quickstart-drf-1.db", for the current directory. */
char *output_default(const char *workload, const char *allocator, uint64_t seed);

/**
 * output_check:
 * @path: of the results file
 * @error: CLI_ERROR_USAGE: it is the workload or one of its traces; CLI_ERROR_RUN: something else than a file
 *   has that name
 */
bool output_check(const char *path, const Experiment *experiment, GError **error);

/**
 * output_abandon: removes the partial files that this process has made for @path (metrics/results.h). For the
 * case that it has to stop at once.
 */
void output_abandon(const char *path);
