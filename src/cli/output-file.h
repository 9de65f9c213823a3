/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Where the results go: the name by default, and what must not be written over.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "workload/experiment.h"

/** output_default: (transfer full): "quickstart-drf-1.db", "quickstart-drf-1-3.db" of replication 3, for the current
 * directory. */
char *output_default(const char *workload, const char *allocator, uint64_t seed, uint32_t replication);

/**
 * output_check: whether @path may be the name of the results file.
 * @error: CLI_ERROR_USAGE: it is one of the files that are run, or a database of another program; CLI_ERROR_RUN: no file
 *   can have such a name
 */
bool output_check(const char *path, const Experiment *experiment, GError **error);
