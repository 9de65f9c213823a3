/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/normal.h"

#include <glib.h>

#include "base/check.h"

#define SQRT_HALF 0.70710678118654752440

double sim_normal_cdf(double z)
{
  return erfc(-z * SQRT_HALF) / 2;
}

/* A polynomial of degree 7. */
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

double sim_normal_inverse(double p)
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
  CHECK(p > 0 && p < 1);
  double q = p - 0.5;
  if (fabs(q) > 0.425)
    return normal_inverse_tail(p);
  double r = 0.180625 - q * q;
  return q * polynomial(above, r) / polynomial(below, r);
}

/* The polynomial of degree 5 through six points of a function on a piece: Newton's divided differences, then
 * multiplied out. The points are those of Chebyshev and Lobatto: both ends, so that pieces meet, and closer
 * together towards them, so that the error is nearly the least. */
static void fit(double c[6], double start, double width)
{
  static const double at[6] = {
      0, 0.095491502812526287949, 0.345491502812526287949, 0.654508497187473712051, 0.904508497187473712051,
      1};
  double d[6];
  for (int i = 0; i < 6; i++)
    d[i] = sim_normal_inverse(start + at[i] * width);
  for (int order = 1; order < 6; order++) {
    for (int i = 5; i >= order; i--)
      d[i] = (d[i] - d[i - 1]) / (at[i] - at[i - order]);
  }
  for (int i = 0; i < 6; i++)
    c[i] = 0;
  for (int i = 5; i >= 0; i--) { /* c = c * (t - at[i]) + d[i] */
    for (int power = 5; power > 0; power--)
      c[power] = c[power - 1] - c[power] * at[i];
    c[0] = d[i] - c[0] * at[i];
  }
}

SimNormalTable *sim_normal_table_new(void)
{
  SimNormalTable *table = g_new0(SimNormalTable, 1); /* the last piece, of 1/2 alone, stays 0 */
  double start = SIM_NORMAL_FROM;
  double width = SIM_NORMAL_FROM / (1 << SIM_NORMAL_SPLIT_BITS);
  for (int i = 0; i + 1 < SIM_NORMAL_PIECES; i++) {
    fit(table->pieces[i], start, width);
    start += width;
    if ((i + 1) % (1 << SIM_NORMAL_SPLIT_BITS) == 0)
      width *= 2;
  }
  return table;
}
