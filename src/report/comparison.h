/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Comparison: the metrics of several runs side by side: of each variant the mean over its runs and the half-width of
 * Student's 95 % interval for it.
 *
 *   completion: mean, median, 95th percentile   over all finished jobs of a run [s]
 *   ramp-up: mean                               over the frameworks that reached their target [s]
 *   utilization NAME                            of each resource [%]
 *   fairness: Jain index, largest gap           as in the summary [-], [%]
 *
 * A run that has no such number (no job finished) is left out of that metric, and so it may have fewer runs than the
 * variant.
 *
 * Not here: paired differences between variants.
 */

#include <glib.h>
#include <stdbool.h>

#include "metrics/statistics.h"
#include "report/run-set.h"

#define COMPARISON_CONFIDENCE 0.95
#define COMPARISON_RESOURCES  3 /* whose utilization is compared */

typedef struct {
  char *name;
  const char *unit; /* "s", "%" or "" */
  GArray **values;  /* array of one for each variant: of double: one for each run that has it */
} ComparisonMetric;

typedef struct {
  const RunSet *set;
  GPtrArray *metrics; /* of ComparisonMetric: those that some run has */
} Comparison;

/** comparison_new: @error: REPORT_ERROR_RUN, REPORT_ERROR_STOPPED. Memory: the finished jobs of a run. */
Comparison *comparison_new(const RunSet *set, const ReportHost *host, GError **error);
void comparison_free(Comparison *comparison);

/** comparison_sample: of a metric's values in a variant. */
Sample comparison_sample(const ComparisonMetric *metric, uint32_t variant);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Comparison, comparison_free)
