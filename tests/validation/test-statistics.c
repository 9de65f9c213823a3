/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the intervals that judge the closed forms (statistics.h): quantiles of Student's t against published
 * tables and closed cases, the interval of a mean and of a ratio against values computed by hand, and how
 * often an interval contains what it should.
 *
 * Source of the quantiles: any table of Student's t, as in Abramowitz and Stegun, table 26.10; one degree of
 * freedom is Cauchy's law, two have t = (2 p - 1) / sqrt(2 p (1 - p)).
 */

#include <glib.h>
#include <math.h>

#include "engine/random.h"
#include "metrics/statistics.h"
#include "tests/support/test-main.h"
#include "tests/validation/statistics.h"

static void near(double a, double b, double tolerance)
{
  ck_assert_msg(fabs(a - b) <= tolerance, "%.10g is not %.10g", a, b);
}

START_TEST(quantiles_of_tables)
{
  static const struct {
    double probability, freedom, t;
  } row[] = {
      {0.95, 3, 2.353},   {0.975, 4, 2.776},   {0.995, 5, 4.032},   {0.9995, 5, 6.869},  {0.975, 10, 2.228},
      {0.995, 10, 3.169}, {0.9995, 10, 4.587}, {0.975, 30, 2.042},  {0.995, 30, 2.750},  {0.9995, 30, 3.646},
      {0.975, 60, 2.000}, {0.995, 120, 2.617}, {0.975, 1e6, 1.960}, {0.995, 1e6, 2.576}, {0.9995, 1e6, 3.291},
  };
  for (size_t i = 0; i < sizeof row / sizeof *row; i++)
    near(student_t_quantile(row[i].probability, row[i].freedom), row[i].t, 0.0005001);
}
END_TEST

START_TEST(quantiles_in_closed_form)
{
  static const double probability[] = {0.6, 0.75, 0.9, 0.99, 0.9999};
  for (size_t i = 0; i < sizeof probability / sizeof *probability; i++) {
    double p = probability[i];
    near(student_t_quantile(p, 1) / tan((p - 0.5) * G_PI), 1, 1e-8);
    near(student_t_quantile(p, 2) / ((2 * p - 1) / sqrt(2 * p * (1 - p))), 1, 1e-8);
  }
}
END_TEST

START_TEST(mean_by_hand)
{
  Pairs pairs = {0};
  for (int x = 1; x <= 5; x++) /* mean 3, variance 2.5, standard error sqrt(0.5) */
    pairs_add(&pairs, x, 1);
  Interval interval = pairs_interval(&pairs, 0.05);
  double half = student_t_quantile(0.975, 4) * sqrt(0.5);
  near(interval.value, 3, 1e-12);
  near(interval.low, 3 - half, 1e-12);
  near(interval.high, 3 + half, 1e-12);
  near(interval.width, 2 * half / 3, 1e-12);
}
END_TEST

START_TEST(ratio_by_hand)
{
  Pairs pairs = {0}; /* r = 2 / 2; x - y = -1, 0, 1: variance 1, standard error sqrt(1 / 3) / 2 */
  pairs_add(&pairs, 0, 1);
  pairs_add(&pairs, 2, 2);
  pairs_add(&pairs, 4, 3);
  Interval interval = pairs_interval(&pairs, 0.1);
  near(interval.value, 1, 1e-12);
  near(interval.high - 1, student_t_quantile(0.95, 2) * sqrt(1.0 / 3) / 2, 1e-9);
}
END_TEST

START_TEST(harmonic_numbers)
{
  near(harmonic(1, 1), 1, 0);
  near(harmonic(10, 1), 7381.0 / 2520, 1e-12);
  near(harmonic(100, 1) - harmonic(90, 1), 0.1048, 0.00005);
  near(harmonic(3, 2), 1 + 1 / 4.0 + 1 / 9.0, 1e-12);
}
END_TEST

/* Of 4000 intervals at 90 % for the mean of six uniform numbers, about 400 miss it: 400 +- 4 * 19. */
START_TEST(coverage)
{
  uint32_t missed = 0;
  for (uint64_t i = 0; i < 4000; i++) {
    Pairs pairs = {0};
    for (uint64_t j = 0; j < 6; j++) {
      SimDraw draw = {1, SIM_PURPOSE_TEST, i, j};
      pairs_add(&pairs, sim_random_unit(&draw), 1);
    }
    Interval interval = pairs_interval(&pairs, 0.1);
    missed += interval.low > 0.5 || interval.high < 0.5;
  }
  ck_assert_uint_ge(missed, 324);
  ck_assert_uint_le(missed, 476);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("statistics");
  test_case(suite, quantiles_of_tables);
  test_case(suite, quantiles_in_closed_form);
  test_case(suite, mean_by_hand);
  test_case(suite, ratio_by_hand);
  test_case(suite, harmonic_numbers);
  test_case(suite, coverage);
  return suite;
}
