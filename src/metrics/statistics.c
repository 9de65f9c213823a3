/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/statistics.h"

#include <glib.h>
#include <math.h>

#include "base/check.h"

/* --- distributions ------------------------------------------------------------------------------------ */

#define FRACTION_STEPS_MAX 500
#define FRACTION_TINY      1e-300

static double away_from_zero(double x)
{
  return fabs(x) < FRACTION_TINY ? FRACTION_TINY : x;
}

/* The continued fraction of the incomplete beta function, evaluated from the front (Lentz's method): it converges in
 * about sqrt(max(a, b)) steps where x lies below the mean. */
static double beta_fraction(double a, double b, double x)
{
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double result = d;
  for (int m = 1; m <= FRACTION_STEPS_MAX; m++) {
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    result *= d * c;
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    result *= d * c;
    if (fabs(d * c - 1) < 1e-15)
      break;
  }
  return result;
}

/* The regularized incomplete beta function I_x(a, b); @rest is 1 - x, given apart because it may be tiny. */
static double beta_regularized(double a, double b, double x, double rest)
{
  if (x <= 0)
    return 0;
  if (rest <= 0)
    return 1;
  double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(rest));
  if (x < (a + 1) / (a + b + 2))
    return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, rest) / b;
}

double student_t_two_sided(double t, double degrees)
{
  CHECK(degrees > 0);
  if (isinf(t))
    return 0;
  double square = t * t;
  return beta_regularized(degrees / 2, 0.5, degrees / (degrees + square), square / (degrees + square));
}

double student_t_probability(double t, double degrees)
{
  double outside = student_t_two_sided(t, degrees) / 2;
  return t > 0 ? 1 - outside : outside;
}

double student_t_quantile(double p, double degrees)
{
  CHECK(p > 0 && p < 1);
  if (p == 0.5)
    return 0;
  /* By the tail, which keeps its digits where 1 - p would lose them. */
  double tail = 2 * (p < 0.5 ? p : 1 - p);
  double low = 0;
  double high = 1;
  while (student_t_two_sided(high, degrees) > tail)
    high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-14 * high; i++) {
    double middle = (low + high) / 2;
    if (student_t_two_sided(middle, degrees) > tail)
      low = middle;
    else
      high = middle;
  }
  double t = (low + high) / 2;
  return p < 0.5 ? -t : t;
}

/* --- a sample ----------------------------------------------------------------------------------------- */

Sample sample_of(const double *values, size_t n)
{
  Sample sample = {0};
  for (size_t i = 0; i < n; i++)
    sample_add(&sample, values[i]);
  return sample;
}

double sample_deviation(const Sample *sample)
{
  return sample->n < 2 ? 0 : sqrt(sample->squares / (double)(sample->n - 1));
}

static double standard_error(const Sample *sample)
{
  return sample_deviation(sample) / sqrt((double)sample->n);
}

double sample_half_width(const Sample *sample, double confidence)
{
  CHECK(confidence > 0 && confidence < 1);
  if (sample->n < 2)
    return HUGE_VAL;
  return student_t_quantile(0.5 + confidence / 2, (double)(sample->n - 1)) * standard_error(sample);
}

#define EQUAL 1e-12 /* of the mean: values that differ by less are the same */

double sample_p_value(const Sample *sample)
{
  if (sample->n < 2)
    return 1;
  double error = standard_error(sample);
  if (error <= EQUAL * fabs(sample->mean))
    return sample->mean == 0 ? 1 : exp2(1 - (double)sample->n);
  return student_t_two_sided(sample->mean / error, (double)(sample->n - 1));
}

bool sample_is_known(const Sample *sample, double confidence, double relative, double absolute)
{
  double half_width = sample_half_width(sample, confidence);
  return half_width <= relative * fabs(sample->mean) || half_width <= absolute;
}

/* --- many --------------------------------------------------------------------------------------------- */

typedef struct {
  double p;
  size_t index;
} RankedP;

static int ranked_p_compare(const void *a, const void *b)
{
  const RankedP *left = a;
  const RankedP *right = b;
  if (left->p != right->p)
    return left->p < right->p ? -1 : 1;
  return left->index < right->index ? -1 : 1;
}

void holm_adjust(const double *p, size_t n, double *adjusted)
{
  if (n == 0) /* qsort() wants an array even then */
    return;
  g_autofree RankedP *ranked = g_new(RankedP, n);
  for (size_t i = 0; i < n; i++)
    ranked[i] = (RankedP){p[i], i};
  qsort(ranked, n, sizeof(*ranked), ranked_p_compare);
  double largest = 0;
  for (size_t rank = 0; rank < n; rank++) {
    largest = fmax(largest, fmin(1, (double)(n - rank) * ranked[rank].p));
    adjusted[ranked[rank].index] = largest;
  }
}

double quantile_of(const double *ascending, size_t n, double p)
{
  CHECK(n > 0 && p >= 0 && p <= 1);
  double at = p * (double)(n - 1);
  size_t below = (size_t)at;
  if (below + 1 >= n)
    return ascending[n - 1];
  double part = at - (double)below;
  return part == 0 ? ascending[below] : ascending[below] + part * (ascending[below + 1] - ascending[below]);
}

/* --- one long run ------------------------------------------------------------------------------------- */

#define MSER_BATCH 5
/* Of a handful of batches the last ones always look calm: the rule is not asked about them. */
#define MSER_BATCHES_MIN 10

size_t mser5_cut(const double *values, size_t n)
{
  size_t n_batches = n / MSER_BATCH;
  if (n_batches < MSER_BATCHES_MIN)
    return n;
  Sample rest = {0};
  double least = HUGE_VAL;
  size_t cut = 0;
  /* From the end, so that each batch is added once. Ties go to the shorter warm-up. */
  for (size_t first = n_batches; first-- > 0;) {
    double mean = 0;
    for (size_t i = 0; i < MSER_BATCH; i++)
      mean += values[first * MSER_BATCH + i] / MSER_BATCH;
    sample_add(&rest, mean);
    if (rest.n < MSER_BATCH)
      continue;
    double statistic = rest.squares / ((double)rest.n * (double)rest.n);
    if (statistic <= least) {
      least = statistic;
      cut = first;
    }
  }
  return cut > n_batches / 2 ? n : cut * MSER_BATCH;
}

Sample batch_means(const double *values, size_t n, size_t n_batches, double *means)
{
  CHECK(n_batches >= 2);
  Sample sample = {0};
  size_t size = n / n_batches;
  if (size == 0)
    return sample;
  const double *first = values + (n - size * n_batches);
  for (size_t batch = 0; batch < n_batches; batch++) {
    double mean = sample_of(first + batch * size, size).mean;
    sample_add(&sample, mean);
    if (means != NULL)
      means[batch] = mean;
  }
  return sample;
}
