/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimDistribution: a law from which numbers are drawn by key.
 *
 * A draw is an exact function of (distribution, key): the same key gives the same value in every run, on
 * every thread, whatever else was drawn. Where the law has a closed inverse the value grows with the uniform
 * number of the key, so two distributions drawn with one key move together (paired runs).
 *
 *     constant(v)             v
 *     uniform(a, b)           inverse
 *     exponential(mean)       inverse
 *     normal(mean, sd)        conditioned to be positive, which is what "redrawn while not positive" gives;
 *                             inverse of the conditioned law (normal.h)
 *     lognormal(mean, sd)     of the variable itself, not of its logarithm; inverse
 *     weibull(shape, scale)   inverse
 *     gamma(shape, scale)     Marsaglia and Tsang, with rejection by sub-index
 *     pareto(shape, min)      inverse; with a maximum: the law conditioned to be at most that, inverse
 *     hyperexponential        a branch by probability, then exponential
 *     empirical               each of the given values with equal probability
 *     mixture                 a component by weight, then a draw from it
 *
 * Every law is on values that are not negative: they are durations, sizes and counts. The unit is the
 * caller's; sim_distribution_draw_duration() takes it to be seconds.
 *
 * Immutable after creation: may be shared between threads; counted references.
 * Parameters are checked once, at creation: finite and in range, else NULL and a SIM_DISTRIBUTION_ERROR whose
 * message names the parameter, what was found and what was expected.
 *
 * Not here: the text form (src/workload); random bits (random.h).
 * Source: G. Marsaglia, W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000).
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/random.h"

typedef struct SimDistribution SimDistribution;

#define SIM_DISTRIBUTION_ERROR (sim_distribution_error_quark())

typedef enum {
  SIM_DISTRIBUTION_ERROR_PARAMETER, /* a parameter is out of range */
} SimDistributionError;

GQuark sim_distribution_error_quark(void);

#define SIM_DISTRIBUTION_DEPTH_MAX 8 /* mixtures within mixtures */

/*
 * Constructors. Each returns (transfer full) a distribution, or NULL and @error.
 */

/** sim_distribution_new_constant: @value: not negative. */
SimDistribution *sim_distribution_new_constant(double value, GError **error);

/** sim_distribution_new_uniform: 0 <= @low <= @high. */
SimDistribution *sim_distribution_new_uniform(double low, double high, GError **error);

/** sim_distribution_new_exponential: @mean: positive. */
SimDistribution *sim_distribution_new_exponential(double mean, GError **error);

/**
 * sim_distribution_new_normal: @mean: of the law before it is conditioned; @sd: not negative, 0 gives a
 * constant. At least one value in a thousand must be positive (@mean >= -3 @sd, and positive where @sd is 0).
 */
SimDistribution *sim_distribution_new_normal(double mean, double sd, GError **error);

/** sim_distribution_new_lognormal: @mean: positive; @sd: not negative; both of the variable itself. */
SimDistribution *sim_distribution_new_lognormal(double mean, double sd, GError **error);

/** sim_distribution_new_weibull: @shape: at least 0.01; @scale: positive. */
SimDistribution *sim_distribution_new_weibull(double shape, double scale, GError **error);

/** sim_distribution_new_gamma: @shape: at least 0.01; @scale: positive. */
SimDistribution *sim_distribution_new_gamma(double shape, double scale, GError **error);

/** sim_distribution_new_pareto: @shape: at least 0.01; @min: positive; @max: above @min, INFINITY for none.
 */
SimDistribution *sim_distribution_new_pareto(double shape, double min, double max, GError **error);

/**
 * sim_distribution_new_hyperexponential:
 * @probabilities: array of @n, not negative, of sum 1 (to 1e-6; then made exact)
 * @means: array of @n, positive
 * @n: at least 1
 */
SimDistribution *sim_distribution_new_hyperexponential(const double *probabilities, const double *means,
                                                       size_t n, GError **error);

/**
 * sim_distribution_new_empirical:
 * @values: array of @n, not negative, in any order; copied
 * @n: at least 1
 */
SimDistribution *sim_distribution_new_empirical(const double *values, size_t n, GError **error);

/**
 * sim_distribution_new_mixture:
 * @weights: array of @n, not negative, of positive sum; need not sum to 1
 * @components: array of @n; the mixture takes a reference of each
 * @n: at least 1
 */
SimDistribution *sim_distribution_new_mixture(const double *weights, SimDistribution *const *components,
                                              size_t n, GError **error);

/** sim_distribution_ref: Returns: (transfer full): @distribution with one reference more. Any thread. */
SimDistribution *sim_distribution_ref(SimDistribution *distribution);

/** sim_distribution_unref: @distribution: (nullable): drops one reference; the last frees it. Any thread. */
void sim_distribution_unref(SimDistribution *distribution);

/**
 * sim_distribution_draw:
 *
 * Cost: on a Xeon at 3 GHz 25 ns for the normal law, 26 exponential, 32 lognormal, 35 gamma, 40 to 50 where
 * there is a power; 12 of these are the block, and a mixture takes one more. A constant draws nothing.
 * Returns: the value of @draw: finite, not negative.
 */
double sim_distribution_draw(const SimDistribution *distribution, const SimDraw *draw);

/** sim_distribution_draw_duration: Returns: the draw as seconds, in ns, rounded half up; DURATION_MAX where
 * it does not fit. Never negative. */
Duration sim_distribution_draw_duration(const SimDistribution *distribution, const SimDraw *draw);

/** sim_distribution_draw_integer: Returns: the draw, rounded half up; INT64_MAX where it does not fit. */
int64_t sim_distribution_draw_integer(const SimDistribution *distribution, const SimDraw *draw);

/** sim_distribution_mean: Returns: the mean of what is drawn; INFINITY for a Pareto law of shape <= 1. */
double sim_distribution_mean(const SimDistribution *distribution);

/** sim_distribution_cdf: Returns: the probability of a draw of at most @value. For tests and reports. */
double sim_distribution_cdf(const SimDistribution *distribution, double value);

/**
 * sim_distribution_is_constant:
 * @value: (out) (nullable): receives the value
 *
 * Returns: whether every draw gives one and the same value.
 */
bool sim_distribution_is_constant(const SimDistribution *distribution, double *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimDistribution, sim_distribution_unref)
