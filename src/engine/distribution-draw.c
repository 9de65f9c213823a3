/* SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>

#include "base/check.h"
#include "engine/distribution-private.h"
#include "engine/normal.h"
#include "engine/random-block.h"

/*
 * A mixture within a mixture must not see the bits that chose it, so each level of nesting has its own 4,096
 * sub-indices: level << 12 | attempt. The last attempt's number is kept for the extra uniform number that the
 * gamma law of small shape needs.
 *
 * Why an inverse for the normal law and not a ziggurat: it saves perhaps 2 ns of a whole draw, and costs the
 * monotone relation to the uniform number that pairs runs.
 */
#define ATTEMPT_BITS 12
#define ATTEMPT_LAST ((1u << ATTEMPT_BITS) - 1)

_Static_assert(((SIM_DISTRIBUTION_DEPTH_MAX + 1u) << ATTEMPT_BITS) - 1 <= SIM_RANDOM_SUB_MAX,
               "every level has its sub-indices");

static double draw_at_level(const SimDistribution *distribution, const SimDraw *draw, uint32_t level);

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
  double z = sim_normal_lookup(distribution->table, p);
  double value = distribution->normal.mean + distribution->normal.sd * z;
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
    double z = sim_normal_lookup(distribution->table, sim_open_unit(block.word[0]));
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
    return exp(d->lognormal.mu +
               d->lognormal.sigma * sim_normal_lookup(d->table, sim_open_unit(block.word[0])));
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
