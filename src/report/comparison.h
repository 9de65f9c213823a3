/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Comparison: the metrics of several runs side by side: of each variant the mean over its runs, and the half-width of
 * Student's interval for it.
 *
 *   completion: mean, median, 95th percentile   of all finished jobs of a run [s]
 *   ramp-up: mean                               of the frameworks that reached their target [s]
 *   Jain index, largest gap                     of fairness [-], [%]
 *   utilization: NAME                           of each resource [%]
 *
 * They are those of table metric. A run that has no such number (no job finished) is left out of that metric, and one that
 * was interrupted or failed of all. There is
 * no interval for fewer than two runs, nor where the runs replay one recorded input or are alike: that is one
 * observation, however often it is made.
 *
 * Not here: paired differences between variants (page-pairs.c).
 */

#include <glib.h>
#include <stdbool.h>

#include "metrics/statistics.h"
#include "report/run-set.h"

#define COMPARISON_RESOURCES 3 /* whose utilization is compared */

typedef struct {
  char *name;       /* as it is shown */
  const char *unit; /* "s", "%" or "" */
  char *metric;     /* in table metric */
  char *scope;
  double factor;   /* what is shown is the number in the table times this */
  GArray **values; /* array of one for each variant: of double: one for each run that has it */
} ComparisonMetric;

typedef struct {
  const RunSet *set;
  GPtrArray *metrics; /* of ComparisonMetric: those that some run has */
} Comparison;

/** comparison_new: @error: REPORT_ERROR_RUN, REPORT_ERROR_STOPPED. Cost: O(runs). */
Comparison *comparison_new(const RunSet *set, const ReportHost *host, GError **error);
void comparison_free(Comparison *comparison);

/** comparison_sample: of a metric's values in a variant. */
Sample comparison_sample(const ComparisonMetric *metric, uint32_t variant);

/** comparison_half_width: of the interval for the mean; NAN: there is none. */
double comparison_half_width(const Comparison *comparison, const ComparisonMetric *metric, uint32_t variant);

/** comparison_has_intervals: whether some metric of some variant has one. */
bool comparison_has_intervals(const Comparison *comparison);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Comparison, comparison_free)
