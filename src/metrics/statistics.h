/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a few replications say: means, intervals, paired differences, warm-up, batches.
 *
 * Pure functions of plain arrays; nothing is drawn and nothing is kept.
 *
 *     values of a metric, one per replication -> Sample -> mean, standard deviation, interval
 *     two such arrays, same seeds             -> differences -> interval, p-value -> Holm over all metrics
 *     one long run                            -> warm-up cut (MSER-5) -> batch means -> Sample
 *
 * An interval is Student's: mean +- t(n - 1) * sd / sqrt(n). It needs at least two values; with fewer its half-width is
 * infinite. Values that are no numbers (a metric that one replication does not have) are for the caller to leave
 * out: here every value counts.
 *
 * Source: Law, Simulation Modeling and Analysis, 5th ed., chapters 9 and 10; White, MSER-5, 1997 (K. P. White,
 * Simulation 69:6); Holm, Scandinavian Journal of Statistics 6, 1979; Hyndman and Fan, 1996 (quantile, type 7).
 * Not here: where values come from (results), which metrics are compared (cli).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- distributions -------------------------------------------------------------------------------------- */

/** student_t_probability: P(T <= @t) for @degrees (> 0) of freedom. Absolute error below 1e-12. */
double student_t_probability(double t, double degrees);

/** student_t_quantile: the t with P(T <= t) = @p, 0 < @p < 1. Relative error below 1e-9. */
double student_t_quantile(double p, double degrees);

/** student_t_two_sided: P(|T| >= |@t|): the p-value of a mean that is @t standard errors from zero. */
double student_t_two_sided(double t, double degrees);

/* --- a sample ------------------------------------------------------------------------------------------- */

/* Grows value by value, exactly enough for millions of them (Welford). Starts as {0}. */
typedef struct {
  uint64_t n;
  double mean;
  double squares; /* sum of squared deviations from the mean */
} Sample;

static inline void sample_add(Sample *sample, double value)
{
  double before = value - sample->mean;
  sample->n++;
  sample->mean += before / (double)sample->n;
  sample->squares += before * (value - sample->mean);
}

/** sample_of: of an array of @n values. */
Sample sample_of(const double *values, size_t n);

/** sample_deviation: the standard deviation, with n - 1; 0 for fewer than two values. */
double sample_deviation(const Sample *sample);

/** sample_half_width: of the two-sided interval for the mean with @confidence (0.95, say); infinite for fewer than two
 * values. */
double sample_half_width(const Sample *sample, double confidence);

/** sample_p_value: two-sided, of the hypothesis that the mean is zero; 1 for fewer than two values. Where all values are
 * equal (to rounding) they say nothing of how far they scatter, and only their signs count: the sign test's 2^(1-n), or 1
 * where they are zero. */
double sample_p_value(const Sample *sample);

/**
 * sample_is_known: whether the mean is known well enough to stop.
 * @relative: half-width at most this part of the mean's magnitude; or
 * @absolute: half-width at most this (for means near zero); 0: not enough by itself
 */
bool sample_is_known(const Sample *sample, double confidence, double relative, double absolute);

/* --- many ------------------------------------------------------------------------------------------------ */

/**
 * holm_adjust:
 * @p: array of @n p-values; @adjusted: receives as many, in the same order
 *
 * Comparing adjusted[i] with the level keeps the chance of any false alarm below the level. Cost: O(n log n).
 */
void holm_adjust(const double *p, size_t n, double *adjusted);

/** quantile_of: of an ascending array of @n >= 1 values; 0 <= @p <= 1; linear between neighbours (type 7). */
double quantile_of(const double *ascending, size_t n, double p);

/* --- one long run ---------------------------------------------------------------------------------------- */

/**
 * mser5_cut:
 * @values: array of @n observations in the order of time
 *
 * Returns: how many of the first observations are warm-up (a multiple of 5): the cut after which the standard error of
 * the rest, in batches of 5, is least. More than n / 2 (a cut in the second half) means that the run is too short;
 * then @n is returned. Cost: O(n).
 */
size_t mser5_cut(const double *values, size_t n);

/** batch_means: of @n values in @n_batches >= 2 batches of equal size (the first few values are left out where it does
 * not divide); @means (nullable) receives the mean of each. Returns the sample of the means; empty where @n <
 * @n_batches. */
Sample batch_means(const double *values, size_t n, size_t n_batches, double *means);
