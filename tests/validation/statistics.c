/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/validation/statistics.h"

#include <math.h>

#include "base/check.h"
#include "metrics/statistics.h"

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
  double half = student_t_quantile(1 - error / 2, n - 1) * standard_error;
  return (Interval){r, r - half, r + half, 2 * half / fabs(r)};
}

double harmonic(uint32_t n, int order)
{
  double sum = 0;
  for (uint32_t i = n; i > 0; i--)
    sum += 1 / (order == 1 ? (double)i : (double)i * (double)i);
  return sum;
}
