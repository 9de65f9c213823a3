/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/check.h"
#include "engine/distribution-private.h"
#include "engine/normal.h"

/*
 * Means and distribution functions. Nothing here is on a hot path: the forms are chosen for accuracy at the
 * edges (tails, shapes near 1), where the tests look.
 */

#define SQRT_TWO_PI 2.50662827463100050242

/* The regularised incomplete gamma function P(shape, x), x > 0: a series below the mean, a continued fraction
 * (Lentz) above it; both converge in O(sqrt(shape)) steps. */
static double gamma_cdf(double shape, double x)
{
  int sign;
  double front = exp(shape * log(x) - x - lgamma_r(shape, &sign));
  int limit = 100 + (int)fmin(20 * sqrt(shape), 1e8);

  if (x < shape + 1) {
    double term = 1 / shape;
    double sum = term;
    for (int n = 1; n < limit && term > sum * 1e-17; n++) {
      term *= x / (shape + n);
      sum += term;
    }
    return sum * front;
  }
  double b = x + 1 - shape;
  double c = 1e300;
  double d = 1 / b;
  double fraction = d;
  for (int n = 1; n < limit; n++) {
    double a = n * (shape - n);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    fraction *= d * c;
    if (fabs(d * c - 1) < 1e-16)
      break;
  }
  return 1 - fraction * front;
}

/* With r = min / max: shape min / (shape - 1) * (1 - r^(shape - 1)) / (1 - r^shape); at shape 1 a logarithm.
 */
static double pareto_mean(double shape, double min, double max, double kept)
{
  if (isinf(max))
    return shape > 1 ? shape * min / (shape - 1) : HUGE_VAL;
  double excess = shape - 1;
  double log_ratio = log(min / max);
  double moment = fabs(excess) < 1e-12 ? -log_ratio : -expm1(excess * log_ratio) / excess;
  return shape * min * moment / kept;
}

static double share_of(const double *below, size_t i)
{
  return i == 0 ? below[0] : below[i] - below[i - 1];
}

static double mean_of_branches(const SimDistribution *d)
{
  double sum = 0;
  if (d->law == SIM_LAW_HYPEREXPONENTIAL) {
    for (size_t i = 0; i < d->hyperexponential.n; i++)
      sum += share_of(d->hyperexponential.below, i) * d->hyperexponential.means[i];
  } else if (d->law == SIM_LAW_MIXTURE) {
    for (size_t i = 0; i < d->mixture.n; i++) {
      double share = share_of(d->mixture.below, i);
      if (share > 0) /* 0 * INFINITY would not be a number */
        sum += share * sim_distribution_mean(d->mixture.components[i]);
    }
  } else {
    for (size_t i = 0; i < d->empirical.n; i++)
      sum += d->empirical.values[i] / (double)d->empirical.n;
  }
  return sum;
}

double sim_distribution_mean(const SimDistribution *distribution)
{
  const SimDistribution *d = distribution;
  switch (d->law) {
  case SIM_LAW_CONSTANT:
    return d->constant.value;
  case SIM_LAW_UNIFORM:
    return d->uniform.low + d->uniform.width / 2;
  case SIM_LAW_EXPONENTIAL:
    return d->exponential.mean;
  case SIM_LAW_NORMAL: {
    double z = d->normal.mean / d->normal.sd;
    return d->normal.mean + d->normal.sd * exp(-z * z / 2) / (SQRT_TWO_PI * sim_normal_cdf(z));
  }
  case SIM_LAW_LOGNORMAL:
    return exp(d->lognormal.mu + d->lognormal.sigma * d->lognormal.sigma / 2);
  case SIM_LAW_WEIBULL:
    return d->weibull.scale * tgamma(1 + 1 / d->weibull.shape);
  case SIM_LAW_GAMMA:
    return d->gamma.shape * d->gamma.scale;
  case SIM_LAW_PARETO:
    return pareto_mean(d->pareto.shape, d->pareto.min, d->pareto.max, d->pareto.kept);
  case SIM_LAW_HYPEREXPONENTIAL:
  case SIM_LAW_EMPIRICAL:
  case SIM_LAW_MIXTURE:
    return mean_of_branches(d);
  }
  g_assert_not_reached();
}

/* How many of the ascending values are at most value. */
static size_t count_up_to(const double *values, size_t n, double value)
{
  size_t low = 0;
  size_t high = n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (values[middle] <= value)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static double cdf_of_branches(const SimDistribution *d, double value)
{
  double sum = 0;
  if (d->law == SIM_LAW_HYPEREXPONENTIAL) {
    for (size_t i = 0; i < d->hyperexponential.n; i++)
      sum += share_of(d->hyperexponential.below, i) * -expm1(-value / d->hyperexponential.means[i]);
  } else if (d->law == SIM_LAW_MIXTURE) {
    for (size_t i = 0; i < d->mixture.n; i++)
      sum += share_of(d->mixture.below, i) * sim_distribution_cdf(d->mixture.components[i], value);
  } else {
    sum = (double)count_up_to(d->empirical.values, d->empirical.n, value) / (double)d->empirical.n;
  }
  return sum;
}

double sim_distribution_cdf(const SimDistribution *distribution, double value)
{
  const SimDistribution *d = distribution;
  if (d->law == SIM_LAW_CONSTANT)
    return value >= d->constant.value ? 1 : 0;
  if (value < 0 || (value == 0 && d->law != SIM_LAW_EMPIRICAL && d->law != SIM_LAW_MIXTURE))
    return 0;

  switch (d->law) {
  case SIM_LAW_UNIFORM:
    return fmin(fmax((value - d->uniform.low) / d->uniform.width, 0), 1);
  case SIM_LAW_EXPONENTIAL:
    return -expm1(-value / d->exponential.mean);
  case SIM_LAW_NORMAL: {
    double above = sim_normal_cdf((d->normal.mean - value) / d->normal.sd);
    return 1 - above / sim_normal_cdf(d->normal.mean / d->normal.sd);
  }
  case SIM_LAW_LOGNORMAL:
    return sim_normal_cdf((log(value) - d->lognormal.mu) / d->lognormal.sigma);
  case SIM_LAW_WEIBULL:
    return -expm1(-pow(value / d->weibull.scale, d->weibull.shape));
  case SIM_LAW_GAMMA:
    return gamma_cdf(d->gamma.shape, value / d->gamma.scale);
  case SIM_LAW_PARETO:
    if (value <= d->pareto.min)
      return 0;
    return fmin(-expm1(d->pareto.shape * log(d->pareto.min / value)) / d->pareto.kept, 1);
  case SIM_LAW_HYPEREXPONENTIAL:
  case SIM_LAW_EMPIRICAL:
  case SIM_LAW_MIXTURE:
    return cdf_of_branches(d, value);
  case SIM_LAW_CONSTANT:
    break;
  }
  g_assert_not_reached();
}
