/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the closed forms need of statistics: confidence intervals by Student's t for a mean and for a ratio of
 * means, over independent replications; and harmonic numbers.
 *
 * A ratio of means, E[x] / E[y], is estimated by the ratio r of the averages. Its standard error is the delta
 * method's: that of the mean of x - r y, divided by the average of y. A mean is the ratio with y = 1, for
 * which this is the usual interval.
 *
 * Where m intervals are to hold together with probability 1 - a, each is made at 1 - a / m (Bonferroni): no
 * independence between them is needed.
 *
 * Not here: the quantiles of Student's t (metrics/statistics.h).
 *
 * Source: W. G. Cochran, Sampling Techniques (1977), 6.3.
 */

#include <stdint.h>

/* Pairs (x, y) seen so far. Start with {0}. */
typedef struct {
  uint64_t n;
  double mean_x;
  double mean_y;
  double square_x; /* sums of squares and products about the means */
  double square_y;
  double product;
} Pairs;

typedef struct {
  double value;
  double low;
  double high;
  double width; /* high - low, relative to the value */
} Interval;

void pairs_add(Pairs *pairs, double x, double y);

/** pairs_interval: for E[x] / E[y], missed with probability @error at most; at least two pairs. */
Interval pairs_interval(const Pairs *pairs, double error);

/** harmonic: H(n) = 1 + 1/2 + ... + 1/n, of order 1; of order 2: 1 + 1/4 + ... + 1/n^2. */
double harmonic(uint32_t n, int order);
