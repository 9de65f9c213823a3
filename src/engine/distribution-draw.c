/* SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>

#include "base/check.h"
#include "engine/distribution-private.h"
#include "engine/random-block.h"

/*
 * A mixture within a mixture must not see the bits that chose it, so each level of nesting has its own 4,096
 * sub-indices: level << 12 | attempt. The last attempt's number is kept for the extra uniform number that the
 * gamma law of small shape needs.
 *
 * Why the inverse for the normal law and not a ziggurat: within a whole draw the ziggurat saves 2 of about 10
 * ns, and costs 4 KiB of tables and the monotone relation to the uniform number that pairs runs.
 */
#define ATTEMPT_BITS 12
#define ATTEMPT_LAST ((1u << ATTEMPT_BITS) - 1)

_Static_assert(((SIM_DISTRIBUTION_DEPTH_MAX + 1u) << ATTEMPT_BITS) - 1 <= SIM_RANDOM_SUB_MAX,
               "every level has its sub-indices");

static double draw_at_level(const SimDistribution *distribution, const SimDraw *draw, uint32_t level);

/* A polynomial of degree 7, in Estrin's order: four short chains instead of a long one. */
static inline double polynomial(const double c[8], double x)
{
  double x2 = x * x;
  double low = (c[0] + c[1] * x) + (c[2] + c[3] * x) * x2;
  double high = (c[4] + c[5] * x) + (c[6] + c[7] * x) * x2;
  return low + high * (x2 * x2);
}

/* AS 241, both tails: p below 0.075 or above 0.925. */
static double normal_inverse_tail(double p)
{
  static const double near_above[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                       5.76949722146069140550e0,  3.64784832476320460504e0,
                                       1.27045825245236838258e0,  2.41780725177450611770e-1,
                                       2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static const double near_below[8] = {1.0,
                                       2.05319162663775882187e0,
                                       1.67638483018380384940e0,
                                       6.89767334985100004550e-1,
                                       1.48103976427480074590e-1,
                                       1.51986665636164571966e-2,
                                       5.47593808499534494600e-4,
                                       1.05075007164441684324e-9};
  static const double far_above[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                      1.78482653991729133580e0,  2.96560571828504891230e-1,
                                      2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                      2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static const double far_below[8] = {1.0,
                                      5.99832206555887937690e-1,
                                      1.36929880922735805310e-1,
                                      1.48753612908506148525e-2,
                                      7.86869131145613259100e-4,
                                      1.84631831751005468180e-5,
                                      1.42151175831644588870e-7,
                                      2.04426310338993978564e-15};

  double r = sqrt(-log(p < 0.5 ? p : 1 - p));
  double z = r <= 5 ? polynomial(near_above, r - 1.6) / polynomial(near_below, r - 1.6)
                    : polynomial(far_above, r - 5) / polynomial(far_below, r - 5);
  return p < 0.5 ? -z : z;
}

static inline double normal_inverse(double p)
{
  static const double above[8] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                  1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                  3.3430575583588128105e4, 2.5090809287301226727e3};
  static const double below[8] = {1.0,
                                  4.2313330701600911252e1,
                                  6.8718700749205790830e2,
                                  5.3941960214247511077e3,
                                  2.1213794301586595867e4,
                                  3.9307895800092710610e4,
                                  2.8729085735721942674e4,
                                  5.2264952788528545610e3};
  double q = p - 0.5;
  if (G_UNLIKELY(fabs(q) > 0.425))
    return normal_inverse_tail(p);
  double r = 0.180625 - q * q;
  return q * polynomial(above, r) / polynomial(below, r);
}

double sim_normal_inverse(double p)
{
  CHECK(p > 0 && p < 1);
  return normal_inverse(p);
}

/* The branch whose share of [0, 1) contains unit. */
static size_t branch_of(const double *below, size_t n, double unit)
{
  size_t i = 0;
  while (i + 1 < n && unit >= below[i])
    i++;
  return i;
}

static double draw_normal(const SimDistribution *distribution, SimBlock block)
{
  double refused = distribution->normal.refused;
  double p = refused + sim_open_unit(block.word[0]) * (1 - refused);
  if (G_UNLIKELY(p >= 1)) /* rounded up where almost all is refused */
    p = 1 - DBL_EPSILON / 2;
  double value = distribution->normal.mean + distribution->normal.sd * normal_inverse(p);
  return value > 0 ? value : DBL_MIN; /* positive, though the quantile is rounded */
}

/* Marsaglia and Tsang: a cubed normal number under a squeeze; refuses at most 1 in 20. */
static double draw_gamma(const SimDistribution *distribution, const SimDraw *draw, uint32_t level)
{
  double d = distribution->gamma.d;
  double c = distribution->gamma.c;
  double shape = distribution->gamma.shape;
  double value = 0;

  for (uint32_t attempt = 0;; attempt++) {
    CHECK(attempt < ATTEMPT_LAST);
    SimBlock block = sim_block(draw, level << ATTEMPT_BITS | attempt);
    double z = normal_inverse(sim_open_unit(block.word[0]));
    double unit = sim_open_unit(block.word[1]);
    double v = 1 + c * z;
    if (v <= 0)
      continue;
    v = v * v * v;
    if (unit < 1 - 0.0331 * (z * z) * (z * z) || log(unit) < 0.5 * z * z + d * (1 - v + log(v))) {
      value = d * v * distribution->gamma.scale;
      break;
    }
  }
  if (shape < 1) /* gamma(shape) = gamma(shape + 1) * unit^(1 / shape) */
    value *= pow(sim_open_unit(sim_block(draw, level << ATTEMPT_BITS | ATTEMPT_LAST).word[0]), 1 / shape);
  return value;
}

static double draw_pareto(const SimDistribution *distribution, SimBlock block)
{
  double above = 1 - sim_open_unit(block.word[0]) * distribution->pareto.kept;
  double value = distribution->pareto.min * pow(above, -1 / distribution->pareto.shape);
  return fmin(fmax(value, distribution->pareto.min), distribution->pareto.max);
}

static double draw_mixture(const SimDistribution *distribution, const SimDraw *draw, uint32_t level,
                           SimBlock block)
{
  size_t i = branch_of(distribution->mixture.below, distribution->mixture.n, sim_unit(block.word[0]));
  return draw_at_level(distribution->mixture.components[i], draw, level + 1);
}

static double draw_at_level(const SimDistribution *distribution, const SimDraw *draw, uint32_t level)
{
  const SimDistribution *d = distribution;
  if (d->law == SIM_LAW_CONSTANT)
    return d->constant.value;
  if (d->law == SIM_LAW_GAMMA)
    return draw_gamma(d, draw, level);

  SimBlock block = sim_block(draw, level << ATTEMPT_BITS);
  switch (d->law) {
  case SIM_LAW_UNIFORM:
    return d->uniform.low + sim_unit(block.word[0]) * d->uniform.width;
  case SIM_LAW_EXPONENTIAL:
    return -log(1 - sim_open_unit(block.word[0])) * d->exponential.mean;
  case SIM_LAW_NORMAL:
    return draw_normal(d, block);
  case SIM_LAW_LOGNORMAL:
    return exp(d->lognormal.mu + d->lognormal.sigma * normal_inverse(sim_open_unit(block.word[0])));
  case SIM_LAW_WEIBULL:
    return d->weibull.scale * pow(-log(1 - sim_open_unit(block.word[0])), 1 / d->weibull.shape);
  case SIM_LAW_PARETO:
    return draw_pareto(d, block);
  case SIM_LAW_HYPEREXPONENTIAL: {
    size_t i = branch_of(d->hyperexponential.below, d->hyperexponential.n, sim_unit(block.word[1]));
    return -log(1 - sim_open_unit(block.word[0])) * d->hyperexponential.means[i];
  }
  case SIM_LAW_EMPIRICAL:
    return d->empirical.values[sim_scale(block.word[0], d->empirical.n)];
  case SIM_LAW_MIXTURE:
    return draw_mixture(d, draw, level, block);
  case SIM_LAW_CONSTANT:
  case SIM_LAW_GAMMA:
    break;
  }
  g_assert_not_reached();
}

double sim_distribution_draw(const SimDistribution *distribution, const SimDraw *draw)
{
  double value = draw_at_level(distribution, draw, 0);
  return value <= DBL_MAX ? value : DBL_MAX; /* far tails of wide laws overflow */
}

/* Half up, for numbers that are not negative. Where a double has no fraction, adding 0.5 may round it to its
 * neighbour, hence the comparison with the floor. */
static int64_t round_half_up(double value)
{
  if (!(value < 0x1p63))
    return INT64_MAX;
  int64_t whole = (int64_t)value;
  return value - (double)whole >= 0.5 ? whole + 1 : whole;
}

Duration sim_distribution_draw_duration(const SimDistribution *distribution, const SimDraw *draw)
{
  return (Duration){round_half_up(sim_distribution_draw(distribution, draw) * 1e9)};
}

int64_t sim_distribution_draw_integer(const SimDistribution *distribution, const SimDraw *draw)
{
  return round_half_up(sim_distribution_draw(distribution, draw));
}
