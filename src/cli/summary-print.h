/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The summary of a run as text: a table of frameworks, and a few lines on the cluster and the run.
 */

#include <glib.h>

#include "cli/sources.h"
#include "metrics/results-summary.h"
#include "workload/experiment.h"

/** summary_head_of_plan: (transfer full): the two lines before a run: title, cluster, allocator and seed.
 * @allocator: name, or names. */
char *summary_head_of_plan(const Experiment *experiment, const Sources *sources, const char *allocator,
                           uint64_t seed, uint32_t replication);

/** summary_head: (transfer full): the same of a run that is in a file. */
char *summary_head(const ResultsSummary *summary);

/** summary_body: (transfer full): all that follows, table and lines, after an empty line. */
char *summary_body(const ResultsSummary *summary);
