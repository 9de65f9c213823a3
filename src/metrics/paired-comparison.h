/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * PairedComparison: what the pairs of runs of two sides say of each metric. The replication is the unit.
 *
 *     values of a metric, a pair each ---> differences ---> Sample ---> mean with Student's interval, p-value
 *                                                                                    '---> Holm, over all metrics of all
 *                                                                                          comparisons made at once
 *
 * Times are compared by their ratio, other / base: the differences are those of logarithms, what is told is the
 * geometric mean of the ratios. So is whatever else has the unit "s" or "ratio", where all values are above zero. All
 * else is compared by other - base.
 *
 * Completion times are those of the same jobs (paired-jobs.h), not of whatever jobs happened to finish.
 *
 * What pairing saved is (variance of the base + variance of the other) / variance of the difference: with runs that
 * are not paired so many times as many of them would be needed for the same interval.
 *
 * Invariants:
 *   1. A pair counts where both sides have a value; others are missing, and counted.
 *   2. There is no interval and no p-value for fewer than two pairs, nor where nothing makes the pairs differ.
 *   3. Intervals have the confidence of the runs each by itself; p-values are adjusted for all that is compared.
 *
 * Not here: how it looks (src/cli/comparison-print.h).
 */

#include "metrics/metric-list.h"
#include "metrics/paired-jobs.h"

typedef struct {
  const Metric *metric;
  char *scope;
  bool ratio;       /* the change is other / base; else other - base */
  bool at_least[2]; /* base, other: jobs had not finished: what is told is a lower bound */
  bool open[2];     /* and for some of them one that the other side is already beyond (paired-jobs.h) */
  uint32_t n;
  uint32_t missing;
  double base; /* arithmetic means over the n pairs; NAN: n is 0 */
  double other;
  double change;
  double low; /* its interval; NAN: none */
  double high;
  double p; /* NAN: none */
  double p_adjusted;
  double correlation; /* of the two sides, on the scale of the change; NAN: one of them does not vary */
  double saved;       /* INFINITY: the difference is the same in all pairs; NAN: there is nothing to save */
} PairedMetric;

typedef struct {
  RunPairs *pairs;
  GPtrArray
      *metrics; /* of PairedMetric *, in the order of the list of metrics, then of scopes: "run" first */
  PairedJobs *jobs;
  double confidence;
} PairedComparison;

/* What is compared. Zero is right for all of it. */
typedef struct {
  bool groups; /* metrics of the groups of the workload ("framework NAME"), too */
  const char *const
      *metrics;      /* (nullable): only these: "NAME" or "NAME:SCOPE"; else those that have a direction */
  double confidence; /* of intervals; 0: as the runs say */
} PairedChoice;

/**
 * paired_comparisons_new: of each side with the first one.
 * @sides: outlives them
 * @error: RESULTS_ERROR_PAIRS: sides are no pair, or a chosen metric is in no run; RESULTS_ERROR_FORMAT
 *
 * Returns: (transfer full): of PairedComparison *: one less than there are sides.
 */
GPtrArray *paired_comparisons_new(const PairedSides *sides, const PairedChoice *choice, GError **error);

/** paired_metric_verdict: 1: the other is better, -1: worse, 0: neither is known: by the adjusted p-value and the
 * direction of the metric. A side that is open does not win by what it did not show. */
int paired_metric_verdict(const PairedMetric *metric, double confidence);
