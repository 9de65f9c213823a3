/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/validation/statistics.h"

#include <math.h>

#include "base/check.h"

void pairs_add(Pairs *pairs, double x, double y)
{
  pairs->n++;
  double n = (double)pairs->n;
  double dx = x - pairs->mean_x;
  double dy = y - pairs->mean_y;
  pairs->mean_x += dx / n;
  pairs->mean_y += dy / n;
  pairs->square_x += dx * (x - pairs->mean_x);
  pairs->square_y += dy * (y - pairs->mean_y);
  pairs->product += dx * (y - pairs->mean_y);
}

Interval pairs_interval(const Pairs *pairs, double error)
{
  CHECK(pairs->n >= 2);
  double n = (double)pairs->n;
  double r = pairs->mean_x / pairs->mean_y;
  double squares = pairs->square_x - 2 * r * pairs->product + r * r * pairs->square_y;
  double standard_error = sqrt(fmax(squares, 0) / (n - 1) / n) / fabs(pairs->mean_y);
  double half = student_quantile(1 - error / 2, n - 1) * standard_error;
  return (Interval){r, r - half, r + half, 2 * half / fabs(r)};
}

/* The continued fraction of the incomplete beta function, by Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
  const double tiny = 1e-300;
  double c = 1;
  double d = 1 - (a + b) * x / (a + 1);
  d = 1 / (fabs(d) < tiny ? tiny : d);
  double fraction = d;
  double before = 0;
  for (int m = 1; fabs(fraction - before) > 1e-15 * fabs(fraction); m++) {
    CHECK(m < 100000);
    before = fraction;
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    for (int half = 0; half < 2; half++) {
      double term = half == 0 ? even : odd;
      d = 1 + term * d;
      c = 1 + term / c;
      d = 1 / (fabs(d) < tiny ? tiny : d);
      c = fabs(c) < tiny ? tiny : c;
      fraction *= c * d;
    }
  }
  return fraction;
}

/* The regularized incomplete beta function. */
static double beta_regularized(double a, double b, double x)
{
  double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
  if (x < (a + 1) / (a + b + 2))
    return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/* P(T > t), t > 0. */
static double student_tail(double t, double freedom)
{
  return 0.5 * beta_regularized(freedom / 2, 0.5, freedom / (freedom + t * t));
}

double student_quantile(double probability, double freedom)
{
  CHECK(probability > 0.5 && probability < 1 && freedom >= 1);
  double tail = 1 - probability;
  double low = 0, high = 1;
  while (student_tail(high, freedom) > tail)
    high *= 2;
  while (high - low > 1e-10 * high) {
    double middle = (low + high) / 2;
    *(student_tail(middle, freedom) > tail ? &low : &high) = middle;
  }
  return (low + high) / 2;
}

double harmonic(uint32_t n, int order)
{
  double sum = 0;
  for (uint32_t i = n; i > 0; i--)
    sum += 1 / (order == 1 ? (double)i : (double)i * (double)i);
  return sum;
}
