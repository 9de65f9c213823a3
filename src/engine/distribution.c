/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/distribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "engine/distribution-private.h"
#include "engine/normal.h"

#define SHAPE_MIN        0.01 /* below it, most draws would underflow or overflow a double */
#define POSITIVE_SDS_MAX 3.0  /* how far below zero the mean of a normal law may lie */
#define SUM_TOLERANCE    1e-6

GQuark sim_distribution_error_quark(void)
{
  return g_quark_from_static_string("sim-distribution-error");
}

static bool refuse(GError **error, const char *name, double found, const char *expected)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd(text, sizeof text, "%.6g", found);
  g_set_error(error, SIM_DISTRIBUTION_ERROR, SIM_DISTRIBUTION_ERROR_PARAMETER, "%s is %s; expected %s", name,
              text, expected);
  return false;
}

static bool check_not_negative(const char *name, double value, GError **error)
{
  return (isfinite(value) && value >= 0) || refuse(error, name, value, "a finite number, 0 or more");
}

static bool check_positive(const char *name, double value, GError **error)
{
  return (isfinite(value) && value > 0) || refuse(error, name, value, "a finite number above 0");
}

static bool check_shape(double value, GError **error)
{
  return (isfinite(value) && value >= SHAPE_MIN) ||
         refuse(error, "shape", value, "a finite number, 0.01 or more");
}

static SimDistribution *new_law(SimLaw law)
{
  SimDistribution *distribution = g_new0(SimDistribution, 1);
  g_atomic_ref_count_init(&distribution->references);
  distribution->law = law;
  if (law == SIM_LAW_NORMAL || law == SIM_LAW_LOGNORMAL || law == SIM_LAW_GAMMA)
    distribution->table = sim_normal_table_new();
  return distribution;
}

SimDistribution *sim_distribution_new_constant(double value, GError **error)
{
  if (!check_not_negative("value", value, error))
    return NULL;
  SimDistribution *distribution = new_law(SIM_LAW_CONSTANT);
  distribution->constant.value = value;
  return distribution;
}

SimDistribution *sim_distribution_new_uniform(double low, double high, GError **error)
{
  if (!check_not_negative("low", low, error) || !check_not_negative("high", high, error))
    return NULL;
  if (high < low) {
    refuse(error, "high", high, "a number not below low");
    return NULL;
  }
  if (low == high)
    return sim_distribution_new_constant(low, error);
  SimDistribution *distribution = new_law(SIM_LAW_UNIFORM);
  distribution->uniform.low = low;
  distribution->uniform.width = high - low;
  return distribution;
}

SimDistribution *sim_distribution_new_exponential(double mean, GError **error)
{
  if (!check_positive("mean", mean, error))
    return NULL;
  SimDistribution *distribution = new_law(SIM_LAW_EXPONENTIAL);
  distribution->exponential.mean = mean;
  return distribution;
}

SimDistribution *sim_distribution_new_normal(double mean, double sd, GError **error)
{
  if (!check_not_negative("sd", sd, error))
    return NULL;
  if (sd == 0)
    return check_positive("mean", mean, error) ? sim_distribution_new_constant(mean, error) : NULL;
  if (!isfinite(mean) || mean < -POSITIVE_SDS_MAX * sd) {
    refuse(error, "mean", mean, "a finite number, at most 3 sd below 0");
    return NULL;
  }
  SimDistribution *distribution = new_law(SIM_LAW_NORMAL);
  distribution->normal.mean = mean;
  distribution->normal.sd = sd;
  distribution->normal.refused = sim_normal_cdf(-mean / sd);
  return distribution;
}

SimDistribution *sim_distribution_new_lognormal(double mean, double sd, GError **error)
{
  if (!check_positive("mean", mean, error) || !check_not_negative("sd", sd, error))
    return NULL;
  if (sd == 0)
    return sim_distribution_new_constant(mean, error);
  double ratio = sd / mean;
  double variance = log1p(ratio * ratio); /* of the logarithm */
  if (!isfinite(variance)) {
    refuse(error, "sd", sd, "at most 1e150 times the mean");
    return NULL;
  }
  SimDistribution *distribution = new_law(SIM_LAW_LOGNORMAL);
  distribution->lognormal.mu = log(mean) - variance / 2;
  distribution->lognormal.sigma = sqrt(variance);
  return distribution;
}

SimDistribution *sim_distribution_new_weibull(double shape, double scale, GError **error)
{
  if (!check_shape(shape, error) || !check_positive("scale", scale, error))
    return NULL;
  SimDistribution *distribution = new_law(SIM_LAW_WEIBULL);
  distribution->weibull.shape = shape;
  distribution->weibull.scale = scale;
  return distribution;
}

SimDistribution *sim_distribution_new_gamma(double shape, double scale, GError **error)
{
  if (!check_shape(shape, error) || !check_positive("scale", scale, error))
    return NULL;
  SimDistribution *distribution = new_law(SIM_LAW_GAMMA);
  distribution->gamma.shape = shape;
  distribution->gamma.scale = scale;
  distribution->gamma.d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
  distribution->gamma.c = 1 / sqrt(9 * distribution->gamma.d);
  return distribution;
}

SimDistribution *sim_distribution_new_pareto(double shape, double min, double max, GError **error)
{
  if (!check_shape(shape, error) || !check_positive("min", min, error))
    return NULL;
  if (!(max > min)) {
    refuse(error, "max", max, "a number above min");
    return NULL;
  }
  SimDistribution *distribution = new_law(SIM_LAW_PARETO);
  distribution->pareto.shape = shape;
  distribution->pareto.min = min;
  distribution->pareto.max = max;
  distribution->pareto.kept = -expm1(shape * log(min / max)); /* 1 - (min / max)^shape */
  return distribution;
}

/* Running sums of weights over their total, so that each branch's share of [0, 1) ends at its entry. */
static double *shares_below(const double *weights, size_t n, double total)
{
  double *below = g_new(double, n);
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    sum += weights[i];
    below[i] = sum / total;
  }
  below[n - 1] = 1;
  return below;
}

static bool check_weights(const char *name, const double *weights, size_t n, double *total, GError **error)
{
  *total = 0;
  for (size_t i = 0; i < n; i++) {
    if (!check_not_negative(name, weights[i], error))
      return false;
    *total += weights[i];
  }
  return check_positive("the sum of weights", *total, error);
}

static bool check_count(size_t n, const char *name, GError **error)
{
  return n > 0 || refuse(error, name, 0, "at least one");
}

/* A branch without weight at the end would be reached by rounding alone; it is left out. */
static size_t without_trailing_zeros(const double *weights, size_t n)
{
  while (n > 1 && weights[n - 1] == 0)
    n--;
  return n;
}

SimDistribution *sim_distribution_new_hyperexponential(const double *probabilities, const double *means,
                                                       size_t n, GError **error)
{
  double total;
  if (!check_count(n, "the number of branches", error) ||
      !check_weights("probability", probabilities, n, &total, error))
    return NULL;
  if (fabs(total - 1) > SUM_TOLERANCE) {
    refuse(error, "the sum of probabilities", total, "1");
    return NULL;
  }
  for (size_t i = 0; i < n; i++) {
    if (!check_positive("mean", means[i], error))
      return NULL;
  }
  n = without_trailing_zeros(probabilities, n);
  SimDistribution *distribution = new_law(SIM_LAW_HYPEREXPONENTIAL);
  distribution->hyperexponential.n = n;
  distribution->hyperexponential.below = shares_below(probabilities, n, total);
  distribution->hyperexponential.means = g_memdup2(means, n * sizeof *means);
  return distribution;
}

static int compare_values(const void *a, const void *b)
{
  double x = *(const double *)a;
  double y = *(const double *)b;
  return (x > y) - (x < y);
}

SimDistribution *sim_distribution_new_empirical(const double *values, size_t n, GError **error)
{
  if (!check_count(n, "the number of values", error))
    return NULL;
  for (size_t i = 0; i < n; i++) {
    if (!check_not_negative("value", values[i], error))
      return NULL;
  }
  double *sorted = g_memdup2(values, n * sizeof *values);
  qsort(sorted, n, sizeof *sorted, compare_values);
  if (sorted[0] == sorted[n - 1]) {
    double value = sorted[0];
    g_free(sorted);
    return sim_distribution_new_constant(value, error);
  }
  SimDistribution *distribution = new_law(SIM_LAW_EMPIRICAL);
  distribution->empirical.n = n;
  distribution->empirical.values = sorted;
  return distribution;
}

/* Whether all components that can be chosen are one constant. */
static bool all_one_constant(const double *weights, SimDistribution *const *components, size_t n,
                             double *value)
{
  bool found = false;
  for (size_t i = 0; i < n; i++) {
    if (weights[i] == 0)
      continue;
    double own;
    if (!sim_distribution_is_constant(components[i], &own) || (found && own != *value))
      return false;
    *value = own;
    found = true;
  }
  return found;
}

SimDistribution *sim_distribution_new_mixture(const double *weights, SimDistribution *const *components,
                                              size_t n, GError **error)
{
  double total;
  double value = 0;
  if (!check_count(n, "the number of components", error) ||
      !check_weights("weight", weights, n, &total, error))
    return NULL;
  if (all_one_constant(weights, components, n, &value))
    return sim_distribution_new_constant(value, error);

  n = without_trailing_zeros(weights, n);
  unsigned depth = 0;
  for (size_t i = 0; i < n; i++)
    depth = MAX(depth, components[i]->depth);
  if (depth + 1 > SIM_DISTRIBUTION_DEPTH_MAX) {
    refuse(error, "the depth of mixtures", depth + 1, "at most 8");
    return NULL;
  }
  SimDistribution *distribution = new_law(SIM_LAW_MIXTURE);
  distribution->depth = depth + 1;
  distribution->mixture.n = n;
  distribution->mixture.below = shares_below(weights, n, total);
  distribution->mixture.components = g_new(SimDistribution *, n);
  for (size_t i = 0; i < n; i++)
    distribution->mixture.components[i] = sim_distribution_ref(components[i]);
  return distribution;
}

SimDistribution *sim_distribution_ref(SimDistribution *distribution)
{
  g_atomic_ref_count_inc(&distribution->references);
  return distribution;
}

void sim_distribution_unref(SimDistribution *distribution)
{
  if (!distribution || !g_atomic_ref_count_dec(&distribution->references))
    return;
  if (distribution->law == SIM_LAW_HYPEREXPONENTIAL) {
    g_free(distribution->hyperexponential.below);
    g_free(distribution->hyperexponential.means);
  } else if (distribution->law == SIM_LAW_EMPIRICAL) {
    g_free(distribution->empirical.values);
  } else if (distribution->law == SIM_LAW_MIXTURE) {
    for (size_t i = 0; i < distribution->mixture.n; i++)
      sim_distribution_unref(distribution->mixture.components[i]);
    g_free(distribution->mixture.components);
    g_free(distribution->mixture.below);
  }
  g_free(distribution->table);
  g_free(distribution);
}

bool sim_distribution_is_constant(const SimDistribution *distribution, double *value)
{
  if (distribution->law != SIM_LAW_CONSTANT)
    return false;
  if (value)
    *value = distribution->constant.value;
  return true;
}
