/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The record behind SimDistribution, shared by the files that make one (distribution.c), draw from it
 * (distribution-draw.c) and know its law (distribution-law.c).
 *
 * Degenerate laws (a uniform law of no width, a normal law without deviation, a mixture of equal constants)
 * are stored as SIM_LAW_CONSTANT, so that nobody else needs to think of them.
 */

#include "engine/distribution.h"
#include "engine/normal.h"

typedef enum {
  SIM_LAW_CONSTANT,
  SIM_LAW_UNIFORM,
  SIM_LAW_EXPONENTIAL,
  SIM_LAW_NORMAL,
  SIM_LAW_LOGNORMAL,
  SIM_LAW_WEIBULL,
  SIM_LAW_GAMMA,
  SIM_LAW_PARETO,
  SIM_LAW_HYPEREXPONENTIAL,
  SIM_LAW_EMPIRICAL,
  SIM_LAW_MIXTURE,
} SimLaw;

struct SimDistribution {
  gatomicrefcount references;
  SimLaw law;
  unsigned depth;        /* mixtures below this one, itself included; 0 for the others */
  SimNormalTable *table; /* of the normal, lognormal and gamma laws; NULL for the others */

  union {
    struct {
      double value;
    } constant;
    struct {
      double low, width;
    } uniform;
    struct {
      double mean;
    } exponential;
    struct {
      double mean, sd;
      double refused; /* probability of what is not positive */
    } normal;
    struct {
      double mu, sigma; /* of the logarithm */
    } lognormal;
    struct {
      double shape, scale;
    } weibull;
    struct {
      double shape, scale;
      double d, c; /* Marsaglia and Tsang's, for the shape or, below 1, for the shape + 1 */
    } gamma;
    struct {
      double shape, min, max;
      double kept; /* probability of at most max: 1 without a maximum */
    } pareto;
    struct {
      size_t n;
      double *below; /* array of n: probability of this branch and those before it; the last is 1 */
      double *means; /* array of n */
    } hyperexponential;
    struct {
      size_t n;
      double *values; /* array of n, ascending */
    } empirical;
    struct {
      size_t n;
      double *below; /* array of n: as above */
      SimDistribution **components;
    } mixture;
  };
};
