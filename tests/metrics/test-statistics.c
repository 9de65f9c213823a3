/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tabulated quantiles, hand-worked samples, and rules whose outcome is plain to see. Not pinned: speed.
 */
#include "metrics/statistics.h"

#include <glib.h>
#include <math.h>

#include "tests/support/test-main.h"

/* Digits of the usual tables, which any statistics program gives. */
START_TEST(quantiles_are_those_of_the_tables)
{
  static const struct {
    double p, degrees, t;
  } table[] = {
      {0.975, 1, 12.706204736175}, {0.975, 2, 4.302652729749},
      {0.975, 9, 2.262157162798},  {0.995, 29, 2.756385903670},
      {0.95, 4, 2.131846786327},   {0.9995, 5, 6.868826625881},
      {0.025, 9, -2.262157162798}, {0.5, 3, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
    ck_assert_double_eq_tol(student_t_quantile(table[i].p, table[i].degrees), table[i].t, 1e-9);
  /* Many degrees of freedom: the normal distribution's z, and (z^3 + z) / 4n more. */
  ck_assert_double_eq_tol(student_t_quantile(0.975, 1e6), 1.959963984540 + 2.3723e-6, 1e-8);
}
END_TEST

START_TEST(probability_and_quantile_are_inverse)
{
  for (double degrees = 1; degrees < 400; degrees *= 1.7)
    for (double p = 0.001; p < 1; p += 0.0417) {
      double t = student_t_quantile(p, degrees);
      ck_assert_double_eq_tol(student_t_probability(t, degrees), p, 1e-10);
      ck_assert_double_eq_tol(student_t_two_sided(t, degrees), 2 * fmin(p, 1 - p), 1e-10);
    }
  /* One degree of freedom is the Cauchy distribution: P(|T| >= 1) = 1/2. */
  ck_assert_double_eq_tol(student_t_two_sided(1, 1), 0.5, 1e-13);
  ck_assert_double_eq(student_t_two_sided(HUGE_VAL, 4), 0);
}
END_TEST

START_TEST(a_sample_has_mean_deviation_and_interval)
{
  const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
  Sample sample = sample_of(values, 8);
  ck_assert_uint_eq(sample.n, 8);
  ck_assert_double_eq_tol(sample.mean, 5, 1e-15);
  ck_assert_double_eq_tol(sample_deviation(&sample), sqrt(32.0 / 7), 1e-14);
  ck_assert_double_eq_tol(sample_half_width(&sample, 0.95), 2.364624251593 * sqrt(32.0 / 7 / 8), 1e-9);
}
END_TEST

START_TEST(few_values_say_nothing)
{
  Sample sample = {0};
  ck_assert(isinf(sample_half_width(&sample, 0.95)));
  sample_add(&sample, 3);
  ck_assert_double_eq(sample_deviation(&sample), 0);
  ck_assert(isinf(sample_half_width(&sample, 0.95)));
  ck_assert_double_eq(sample_p_value(&sample), 1);
  ck_assert(!sample_is_known(&sample, 0.95, 0.5, 100));
  sample_add(&sample, 3);
  ck_assert_double_eq(sample_half_width(&sample, 0.95), 0);
  /* Twice the same is no proof: half of all pairs of coins show the same side. */
  ck_assert_double_eq(sample_p_value(&sample), 0.5);
}
END_TEST

START_TEST(equal_values_have_signs_only)
{
  Sample whole = {0}, rounded = {0}, zero = {0};
  for (int i = 1; i <= 30; i++) {
    sample_add(&whole, -1);
    sample_add(&rounded, (0.1 * i + 0.1) - 0.1 * i); /* 0.1, and some last digit */
    sample_add(&zero, 0);
  }
  ck_assert(rounded.squares > 0);
  ck_assert_double_eq(sample_p_value(&whole), pow(2, -29));
  ck_assert_double_eq(sample_p_value(&rounded), pow(2, -29));
  ck_assert_double_eq(sample_p_value(&zero), 1);
}
END_TEST

START_TEST(a_large_offset_costs_no_digits)
{
  Sample sample = {0};
  for (int i = 0; i < 1000; i++)
    sample_add(&sample, 1e9 + i % 2);
  ck_assert_double_eq_tol(sample_deviation(&sample), sqrt(0.25 * 1000 / 999), 1e-9);
}
END_TEST

START_TEST(a_mean_is_known_relatively_or_absolutely)
{
  const double far[] = {100, 101, 99, 100};
  const double near[] = {0.001, -0.001, 0, 0.0005};
  Sample sample = sample_of(far, 4);
  ck_assert(sample_is_known(&sample, 0.95, 0.02, 0));
  ck_assert(!sample_is_known(&sample, 0.95, 0.001, 0));
  sample = sample_of(near, 4);
  ck_assert(!sample_is_known(&sample, 0.95, 0.1, 0));
  ck_assert(sample_is_known(&sample, 0.95, 0.1, 0.01));
}
END_TEST

/* The paired t test of a textbook shape: differences 1 2 3 4 5 have t = 3 / sqrt(0.5). */
START_TEST(p_value_of_a_mean)
{
  const double differences[] = {1, 2, 3, 4, 5};
  Sample sample = sample_of(differences, 5);
  ck_assert_double_eq_tol(sample_p_value(&sample), student_t_two_sided(3 / sqrt(0.5), 4), 1e-14);
  ck_assert_double_eq_tol(sample_p_value(&sample), 0.0132360, 1e-6);
}
END_TEST

START_TEST(holm_steps_down)
{
  const double p[] = {0.01, 0.04, 0.03, 0.005};
  const double expected[] = {0.03, 0.06, 0.06, 0.02};
  double adjusted[4];
  holm_adjust(p, 4, adjusted);
  for (int i = 0; i < 4; i++)
    ck_assert_double_eq_tol(adjusted[i], expected[i], 1e-15);
  const double large[] = {0.9, 0.8};
  holm_adjust(NULL, 0, NULL); /* nothing was compared */
  holm_adjust(large, 2, adjusted);
  ck_assert_double_eq(adjusted[0], 1);
  ck_assert_double_eq(adjusted[1], 1);
}
END_TEST

START_TEST(quantiles_of_values)
{
  const double values[] = {1, 2, 3, 4};
  ck_assert_double_eq(quantile_of(values, 4, 0), 1);
  ck_assert_double_eq(quantile_of(values, 4, 1), 4);
  ck_assert_double_eq(quantile_of(values, 4, 0.5), 2.5);
  ck_assert_double_eq_tol(quantile_of(values, 4, 0.95), 3.85, 1e-15);
  ck_assert_double_eq(quantile_of(values, 1, 0.5), 1);
}
END_TEST

/* A little noise that is the same everywhere: what is added to it decides. */
static double noise(size_t i)
{
  return (double)((i * 7919) % 13) / 13 - 0.5;
}

START_TEST(warm_up_is_cut)
{
  double values[1000];
  for (size_t i = 0; i < 1000; i++)
    values[i] = noise(i) + (i < 200 ? 10.0 - (double)i / 20 : 0);
  size_t cut = mser5_cut(values, 1000);
  ck_assert_uint_eq(cut % 5, 0);
  ck_assert_uint_ge(cut, 150);
  ck_assert_uint_le(cut, 220);
}
END_TEST

START_TEST(nothing_is_cut_from_a_calm_run)
{
  double values[1300];
  for (size_t i = 0; i < 1300; i++)
    values[i] = noise(i);
  ck_assert_uint_le(mser5_cut(values, 1300), 1300 / 10);
}
END_TEST

START_TEST(a_run_that_still_climbs_is_too_short)
{
  double values[500];
  for (size_t i = 0; i < 500; i++)
    values[i] = noise(i) + (i < 400 ? 0 : (double)i);
  ck_assert_uint_eq(mser5_cut(values, 500), 500);
  ck_assert_uint_eq(mser5_cut(values, 40), 40);
}
END_TEST

START_TEST(batches_leave_out_the_first_few)
{
  const double values[] = {100, 1, 3, 5, 7};
  double means[2];
  Sample sample = batch_means(values, 5, 2, means);
  ck_assert_uint_eq(sample.n, 2);
  ck_assert_double_eq(means[0], 2);
  ck_assert_double_eq(means[1], 6);
  ck_assert_double_eq(sample.mean, 4);
  ck_assert_uint_eq(batch_means(values, 1, 2, NULL).n, 0);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("statistics");
  test_case(suite, quantiles_are_those_of_the_tables);
  test_case(suite, probability_and_quantile_are_inverse);
  test_case(suite, a_sample_has_mean_deviation_and_interval);
  test_case(suite, few_values_say_nothing);
  test_case(suite, equal_values_have_signs_only);
  test_case(suite, a_large_offset_costs_no_digits);
  test_case(suite, a_mean_is_known_relatively_or_absolutely);
  test_case(suite, p_value_of_a_mean);
  test_case(suite, holm_steps_down);
  test_case(suite, quantiles_of_values);
  test_case(suite, warm_up_is_cut);
  test_case(suite, nothing_is_cut_from_a_calm_run);
  test_case(suite, a_run_that_still_climbs_is_too_short);
  test_case(suite, batches_leave_out_the_first_few);
  return suite;
}
