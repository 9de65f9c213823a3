/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/distribution.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/normal.h"
#include "tests/support/test-main.h"

/*
 * Pins: what each law draws has the law's mean and distribution function (Kolmogorov-Smirnov, 100,000 draws,
 * fixed seeds); a draw depends on its key alone; some draws by value, since a seed means them; parameters out
 * of range are refused by name; rounding to ns and to integers.
 *
 * Does not pin: the text form (tests/workload).
 */

#define DRAWS 100000

/* ---- the laws that are tested ----------------------------------------------------------------------- */

static SimDistribution *must_exist(SimDistribution *distribution, GError *error)
{
  ck_assert_msg(distribution && !error, "%s", error ? error->message : "no distribution");
  return distribution;
}

/* Calls a constructor whose last argument is the error. */
#define made(constructor, ...)                                                                               \
  __extension__({                                                                                            \
    GError *made_error = NULL;                                                                               \
    SimDistribution *made_new = sim_distribution_new_##constructor(__VA_ARGS__, &made_error);                \
    must_exist(made_new, made_error);                                                                        \
  })

static SimDistribution *mixture_of_two(double weight, SimDistribution *one, double other_weight,
                                       SimDistribution *other)
{
  SimDistribution *components[] = {one, other};
  double weights[] = {weight, other_weight};
  SimDistribution *mixture = made(mixture, weights, components, 2);
  sim_distribution_unref(one);
  sim_distribution_unref(other);
  return mixture;
}

/* Mixtures of mixtures, of laws that use all bits of a block and of laws that reject. */
static SimDistribution *nested_mixture(void)
{
  const double probabilities[] = {0.5, 0.5};
  const double means[] = {1, 50};
  SimDistribution *inner =
      mixture_of_two(1, made(gamma, 0.4, 10), 2, made(hyperexponential, probabilities, means, 2));
  return mixture_of_two(3, inner, 1, made(normal, 30, 10));
}

enum { LAWS = 22 };

static SimDistribution *law(int i)
{
  static const double probabilities[] = {0.7, 0, 0.3};
  static const double means[] = {10, 1000, 200};
  static const double values[] = {5, 1, 3, 3, 8};
  switch (i) {
  case 0:
    return made(constant, 30);
  case 1:
    return made(uniform, 10, 20);
  case 2:
    return made(exponential, 30);
  case 3:
    return made(normal, 30, 10);
  case 4:
    return made(normal, 1, 2);
  case 5:
    return made(normal, -2, 1);
  case 6:
    return made(lognormal, 30, 10);
  case 7:
    return made(lognormal, 30, 60);
  case 8:
    return made(weibull, 0.7, 30);
  case 9:
    return made(weibull, 3, 30);
  case 10:
    return made(gamma, 0.3, 30);
  case 11:
    return made(gamma, 1, 30);
  case 12:
    return made(gamma, 40, 2);
  case 13:
    return made(pareto, 3, 10, HUGE_VAL);
  case 14:
    return made(pareto, 1.1, 10, 10000);
  case 15:
    return made(pareto, 1, 10, 1000);
  case 16:
    return made(pareto, 0.5, 10, 1000);
  case 17:
    return made(hyperexponential, probabilities, means, 3);
  case 18:
    return made(empirical, values, 5);
  case 19:
    return mixture_of_two(1, made(constant, 0), 3, made(exponential, 30));
  case 20:
    return mixture_of_two(1, made(uniform, 0, 1), 1, made(uniform, 10, 11));
  default:
    return nested_mixture();
  }
}

static int compare_doubles(const void *a, const void *b)
{
  double x = *(const double *)a;
  double y = *(const double *)b;
  return (x > y) - (x < y);
}

static double *sorted_draws(const SimDistribution *distribution, uint64_t entity)
{
  double *values = g_new(double, DRAWS);
  for (uint64_t i = 0; i < DRAWS; i++) {
    SimDraw draw = {.seed = 1, .purpose = SIM_PURPOSE_TEST, .entity = entity, .index = i};
    values[i] = sim_distribution_draw(distribution, &draw);
  }
  qsort(values, DRAWS, sizeof *values, compare_doubles);
  return values;
}

/* The largest distance between the law and the sample, from below and from above at each value, so that atoms
 * (of empirical laws, of mixtures with constants) are compared too. */
START_TEST(draws_follow_the_law)
{
  g_autoptr(SimDistribution) distribution = law(_i);
  g_autofree double *values = sorted_draws(distribution, (uint64_t)_i);
  double largest = 0;
  for (size_t i = 0, next; i < DRAWS; i = next) {
    for (next = i + 1; next < DRAWS && values[next] == values[i]; next++)
      ;
    double above = fabs((double)next / DRAWS - sim_distribution_cdf(distribution, values[i]));
    double below = fabs((double)i / DRAWS - sim_distribution_cdf(distribution, nextafter(values[i], -1)));
    largest = fmax(largest, fmax(above, below));
  }
  ck_assert_double_le(largest * sqrt(DRAWS), 1.95); /* one in a thousand lies above */
}
END_TEST

START_TEST(draws_have_the_mean)
{
  g_autoptr(SimDistribution) distribution = law(_i);
  g_autofree double *values = sorted_draws(distribution, 100 + (uint64_t)_i);
  double mean = 0;
  double squares = 0;
  for (size_t i = 0; i < DRAWS; i++)
    mean += values[i] / DRAWS;
  for (size_t i = 0; i < DRAWS; i++)
    squares += (values[i] - mean) * (values[i] - mean) / DRAWS;
  double expected = sim_distribution_mean(distribution);
  ck_assert_double_le(fabs(mean - expected), 3.5 * sqrt(squares / DRAWS) + expected * 1e-9);
}
END_TEST

START_TEST(draws_have_the_deviation)
{
  static const struct {
    int law;
    double sd;
  } known[] = {{1, 2.886751}, {2, 30}, {6, 10}, {7, 60}, {12, 12.649111}};
  g_autoptr(SimDistribution) distribution = law(known[_i].law);
  g_autofree double *values = sorted_draws(distribution, 200 + (uint64_t)_i);
  double mean = sim_distribution_mean(distribution);
  double squares = 0;
  for (size_t i = 0; i < DRAWS; i++)
    squares += (values[i] - mean) * (values[i] - mean) / DRAWS;
  ck_assert_double_eq_tol(sqrt(squares), known[_i].sd, 0.05 * known[_i].sd);
}
END_TEST

START_TEST(draws_are_not_negative)
{
  g_autoptr(SimDistribution) distribution = law(_i);
  g_autofree double *values = sorted_draws(distribution, 300 + (uint64_t)_i);
  ck_assert(values[0] >= 0);
  ck_assert(isfinite(values[DRAWS - 1]));
  if (_i >= 3 && _i <= 5)
    ck_assert(values[0] > 0);
}
END_TEST

START_TEST(one_key_one_value)
{
  g_autoptr(SimDistribution) distribution = law(_i);
  g_autoptr(SimDistribution) same = law(_i);
  for (uint64_t i = 0; i < 100; i++) {
    SimDraw draw = {.seed = 2, .purpose = SIM_PURPOSE_TEST, .entity = 3, .index = 100 - i};
    SimDraw copy = draw;
    double value = sim_distribution_draw(distribution, &draw);
    ck_assert_double_eq(sim_distribution_draw(same, &copy), value);
    ck_assert_double_eq(sim_distribution_draw(distribution, &draw), value);
  }
}
END_TEST

/* Inverted laws grow with the uniform number of the key, so they move together. */
START_TEST(inverted_laws_move_together)
{
  static const int inverted[] = {1, 2, 3, 4, 6, 8, 13, 14, 18};
  g_autoptr(SimDistribution) distribution = law(inverted[_i]);
  double before_unit = -1;
  double before_value = -1;
  for (uint64_t i = 0; i < 1000; i++) {
    SimDraw draw = {.seed = 2, .purpose = SIM_PURPOSE_TEST, .entity = 3, .index = i};
    double unit = sim_random_unit(&draw);
    double value = sim_distribution_draw(distribution, &draw);
    ck_assert(before_unit < 0 || unit == before_unit ||
              (unit < before_unit ? value <= before_value : value >= before_value));
    before_unit = unit;
    before_value = value;
  }
}
END_TEST

/* ---- values ----------------------------------------------------------------------------------------- */

/* What a seed means: a change here changes the results of every experiment that uses the law. */
START_TEST(values_stay)
{
  static const int64_t expected_ns[LAWS] = {
      30000000000, 13110389662, 11177116927, 25097231223, 1118428689,  152628220,   24252576728, 7178985514,
      7320858714,  21586924266, 9673778,     10192892144, 73285087818, 11322311874, 14028345095, 14449375686,
      19286644715, 74514112844, 3000000000,  33308588596, 670535374,   8901897086,
  };
  g_autoptr(SimDistribution) distribution = law(_i);
  SimDraw draw = {.seed = 42, .purpose = SIM_PURPOSE_TASK_DURATION, .entity = 7, .index = 5};
  ck_assert_int_eq(sim_distribution_draw_duration(distribution, &draw).ns, expected_ns[_i]);
}
END_TEST

START_TEST(normal_quantiles)
{
  ck_assert_double_eq(sim_normal_inverse(0.5), 0);
  ck_assert_double_eq_tol(sim_normal_inverse(0.975), 1.959963984540054, 1e-15);
  ck_assert_double_eq_tol(sim_normal_inverse(0.001), -3.090232306167814, 1e-14);
  for (int i = -128; i <= 80; i++) { /* above, 1 - p has too few bits left */
    double z = i / 16.0;
    double back = sim_normal_inverse(sim_normal_cdf(z));
    ck_assert_double_eq_tol(back, z, 1e-13 + (z > 0 ? 1e-16 / sim_normal_cdf(-z) : 0));
  }
}
END_TEST

/* The table against the exact inverse, across all pieces, at their ends and beyond them, on both sides. */
START_TEST(normal_table)
{
  g_autofree SimNormalTable *table = sim_normal_table_new();
  ck_assert_double_eq(sim_normal_lookup(table, 0.5), 0);
  double largest = 0;
  double before = -100;
  for (double p = 0x1p-24; p < 0.5;) {
    double z = sim_normal_lookup(table, p);
    largest = fmax(largest, fabs(z - sim_normal_inverse(p)));
    largest = fmax(largest, fabs(sim_normal_lookup(table, 1 - p) - sim_normal_inverse(1 - p)));
    if (z < before - 1e-15)
      ck_abort_msg("falls at %.17g", p);
    before = z;
    p += p / 4096;
  }
  for (int power = -22; power <= -1; power++) {
    for (int part = 16; part < 32; part++) {
      double end = ldexp(part, power - 4);
      if (end >= 0.5)
        continue;
      double below = sim_normal_lookup(table, nextafter(end, 0));
      double at = sim_normal_lookup(table, end);
      largest = fmax(largest, fabs(at - sim_normal_inverse(end)));
      ck_assert_double_le(fabs(at - below), 1e-9 * fabs(at) + 1e-15);
    }
  }
  ck_assert_double_le(largest, 1e-9);
}
END_TEST

START_TEST(means_near_special_shapes)
{
  g_autoptr(SimDistribution) at_one = made(pareto, 1, 10, 1000);
  g_autoptr(SimDistribution) beside = made(pareto, 1 + 1e-9, 10, 1000);
  g_autoptr(SimDistribution) unbounded = made(pareto, 1, 10, HUGE_VAL);
  g_autoptr(SimDistribution) barely = made(pareto, 2, 10, 1e12);
  ck_assert_double_eq_tol(sim_distribution_mean(at_one), 10 * log(100) / 0.99, 1e-9);
  ck_assert_double_eq_tol(sim_distribution_mean(beside), sim_distribution_mean(at_one), 1e-6);
  ck_assert(isinf(sim_distribution_mean(unbounded)));
  ck_assert_double_eq_tol(sim_distribution_mean(barely), 20, 1e-6);
}
END_TEST

START_TEST(edges_of_the_cdf)
{
  g_autoptr(SimDistribution) distribution = law(_i);
  double before = 0;
  double value = 0;
  ck_assert_double_eq(sim_distribution_cdf(distribution, -1), 0);
  for (int i = 0; i < 100; i++, value = value * 1.1 + 0.01) {
    double probability = sim_distribution_cdf(distribution, value);
    ck_assert(probability >= before - 1e-15 && probability <= 1 + 1e-15);
    before = probability;
  }
  ck_assert_double_eq_tol(sim_distribution_cdf(distribution, 1e15), 1, 1e-9);
}
END_TEST

/* ---- edges of the constructors ---------------------------------------------------------------------- */

START_TEST(laws_without_width_are_constants)
{
  const double three[] = {3, 3, 3};
  const double weights[] = {1, 0, 2};
  SimDistribution *fives[] = {made(constant, 5), made(exponential, 1), made(uniform, 5, 5)};
  SimDistribution *all[] = {made(constant, 7),         made(uniform, 7, 7),
                            made(normal, 7, 0),        made(lognormal, 7, 0),
                            made(empirical, three, 3), made(mixture, weights, fives, 3)};
  const double expected[] = {7, 7, 7, 7, 3, 5};
  for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
    double value = -1;
    SimDraw draw = {.seed = 1};
    ck_assert(sim_distribution_is_constant(all[i], &value));
    ck_assert(sim_distribution_is_constant(all[i], NULL));
    ck_assert_double_eq(value, expected[i]);
    ck_assert_double_eq(sim_distribution_draw(all[i], &draw), expected[i]);
    ck_assert_double_eq(sim_distribution_mean(all[i]), expected[i]);
    sim_distribution_unref(all[i]);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(fives); i++)
    sim_distribution_unref(fives[i]);
}
END_TEST

START_TEST(others_are_not_constants)
{
  g_autoptr(SimDistribution) distribution = law(_i);
  double value = -1;
  ck_assert(!sim_distribution_is_constant(distribution, &value));
  ck_assert_double_eq(value, -1);
}
END_TEST

/* Branches without weight are never drawn, wherever they stand. */
START_TEST(branches_without_weight)
{
  const double weights[] = {0, 1, 0, 1, 0};
  SimDistribution *components[5];
  for (size_t i = 0; i < 5; i++)
    components[i] = made(constant, (double)i);
  g_autoptr(SimDistribution) mixture = made(mixture, weights, components, 5);
  size_t counts[5] = {0};
  for (uint64_t i = 0; i < 10000; i++) {
    SimDraw draw = {.seed = 1, .index = i};
    counts[(size_t)sim_distribution_draw(mixture, &draw)]++;
  }
  ck_assert_uint_eq(counts[0] + counts[2] + counts[4], 0);
  ck_assert_int_le(llabs((long long)counts[1] - 5000), 250);
  for (size_t i = 0; i < 5; i++)
    sim_distribution_unref(components[i]); /* the mixture keeps its own references */
  SimDraw draw = {.seed = 1};
  ck_assert_double_ge(sim_distribution_draw(mixture, &draw), 1);
}
END_TEST

START_TEST(mixtures_are_not_too_deep)
{
  const double weight = 1;
  SimDistribution *deepest = made(exponential, 1);
  for (int depth = 1; depth <= SIM_DISTRIBUTION_DEPTH_MAX; depth++) {
    SimDistribution *mixture = made(mixture, &weight, &deepest, 1);
    sim_distribution_unref(deepest);
    deepest = mixture;
  }
  SimDraw draw = {.seed = 1};
  ck_assert_double_gt(sim_distribution_draw(deepest, &draw), 0);
  g_autoptr(GError) error = NULL;
  ck_assert_ptr_null(sim_distribution_new_mixture(&weight, &deepest, 1, &error));
  ck_assert_ptr_nonnull(strstr(error->message, "depth"));
  sim_distribution_unref(deepest);
}
END_TEST

START_TEST(empirical_draws_are_its_values)
{
  const double values[] = {4, 2, 9};
  g_autoptr(SimDistribution) distribution = made(empirical, values, 3);
  ck_assert_double_eq(sim_distribution_mean(distribution), 5);
  ck_assert_double_eq(sim_distribution_cdf(distribution, 1.9), 0);
  ck_assert_double_eq_tol(sim_distribution_cdf(distribution, 2), 1.0 / 3, 1e-15);
  ck_assert_double_eq_tol(sim_distribution_cdf(distribution, 8.9), 2.0 / 3, 1e-15);
  ck_assert_double_eq(sim_distribution_cdf(distribution, 9), 1);
  for (uint64_t i = 0; i < 1000; i++) {
    SimDraw draw = {.seed = 1, .index = i};
    double value = sim_distribution_draw(distribution, &draw);
    ck_assert(value == 2 || value == 4 || value == 9);
  }
}
END_TEST

/* ---- refusals --------------------------------------------------------------------------------------- */

enum { REFUSALS = 29 };

static SimDistribution *refused(int i, const char **named, GError **error)
{
  static const double ones[] = {1, 1};
  static const double bad[] = {0.5, -0.5};
  static const double zeros[] = {0, 0};
  static const double halves[] = {0.5, 0.5};
  SimDistribution *components[] = {NULL, NULL};
  *named = i < 3 ? "value" : i < 6 ? "high" : i < 9 ? "mean" : i < 11 ? "sd" : i < 13 ? "mean" : NULL;
  switch (i) {
  case 0:
    return sim_distribution_new_constant(-1, error);
  case 1:
    return sim_distribution_new_constant(nan(""), error);
  case 2:
    return sim_distribution_new_constant(HUGE_VAL, error);
  case 3:
    return sim_distribution_new_uniform(2, 1, error);
  case 4:
    return sim_distribution_new_uniform(0, HUGE_VAL, error);
  case 5:
    return sim_distribution_new_uniform(0, nan(""), error);
  case 6:
    return sim_distribution_new_exponential(0, error);
  case 7:
    return sim_distribution_new_exponential(-1, error);
  case 8:
    return sim_distribution_new_exponential(nan(""), error);
  case 9:
    return sim_distribution_new_normal(1, -1, error);
  case 10:
    return sim_distribution_new_normal(1, nan(""), error);
  case 11:
    return sim_distribution_new_normal(-3.1, 1, error);
  case 12:
    return sim_distribution_new_normal(0, 0, error);
  case 13:
    *named = "mean";
    return sim_distribution_new_lognormal(0, 1, error);
  case 14:
    *named = "sd";
    return sim_distribution_new_lognormal(1e-300, 1e300, error);
  case 15:
    *named = "shape";
    return sim_distribution_new_weibull(0, 1, error);
  case 16:
    *named = "scale";
    return sim_distribution_new_weibull(1, 0, error);
  case 17:
    *named = "shape";
    return sim_distribution_new_gamma(0.001, 1, error);
  case 18:
    *named = "scale";
    return sim_distribution_new_gamma(1, HUGE_VAL, error);
  case 19:
    *named = "shape";
    return sim_distribution_new_pareto(-1, 1, 2, error);
  case 20:
    *named = "min";
    return sim_distribution_new_pareto(1, 0, 2, error);
  case 21:
    *named = "max";
    return sim_distribution_new_pareto(1, 2, 2, error);
  case 22:
    *named = "max";
    return sim_distribution_new_pareto(1, 2, nan(""), error);
  case 23:
    *named = "sum of probabilities";
    return sim_distribution_new_hyperexponential(ones, ones, 2, error);
  case 24:
    *named = "probability";
    return sim_distribution_new_hyperexponential(bad, ones, 2, error);
  case 25:
    *named = "mean";
    return sim_distribution_new_hyperexponential(halves, zeros, 2, error);
  case 26:
    *named = "number of values";
    return sim_distribution_new_empirical(ones, 0, error);
  case 27:
    *named = "value";
    return sim_distribution_new_empirical(bad, 2, error);
  default:
    *named = "sum of weights";
    return sim_distribution_new_mixture(zeros, components, 2, error);
  }
}

START_TEST(refusals_name_the_parameter)
{
  g_autoptr(GError) error = NULL;
  const char *named = NULL;
  ck_assert_ptr_null(refused(_i, &named, &error));
  ck_assert(g_error_matches(error, SIM_DISTRIBUTION_ERROR, SIM_DISTRIBUTION_ERROR_PARAMETER));
  ck_assert_msg(strstr(error->message, named) && strstr(error->message, "expected"), "%s", error->message);
  ck_assert_ptr_null(refused(_i, &named, NULL));
}
END_TEST

/* ---- rounding --------------------------------------------------------------------------------------- */

START_TEST(rounding)
{
  static const struct {
    double value;
    int64_t ns;
    int64_t integer;
  } rows[] = {
      {0, 0, 0},
      {0.49999999949, 499999999, 0},
      {0.5, 500000000, 1},
      {2.5, 2500000000, 3},
      {1e-10, 0, 0},
      {1.5e-9, 2, 0},
      {30, 30 * NS_PER_S, 30},
      {4503599627370497.5, INT64_MAX, 4503599627370498},
      {1e30, INT64_MAX, INT64_MAX},
      {0x1p53, INT64_MAX, INT64_C(1) << 53},
  };
  SimDraw draw = {.seed = 1};
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(SimDistribution) constant = made(constant, rows[i].value);
    ck_assert_int_eq(sim_distribution_draw_duration(constant, &draw).ns, rows[i].ns);
    ck_assert_int_eq(sim_distribution_draw_integer(constant, &draw), rows[i].integer);
  }
}
END_TEST

START_TEST(far_tails_stay_finite)
{
  g_autoptr(SimDistribution) pareto = made(pareto, 0.01, 1e300, HUGE_VAL);
  g_autoptr(SimDistribution) lognormal = made(lognormal, 1e300, 1e305);
  for (uint64_t i = 0; i < 1000; i++) {
    SimDraw draw = {.seed = 1, .index = i};
    ck_assert(isfinite(sim_distribution_draw(pareto, &draw)));
    ck_assert(isfinite(sim_distribution_draw(lognormal, &draw)));
    ck_assert_int_ge(sim_distribution_draw_duration(pareto, &draw).ns, 0);
  }
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("distribution");
  test_case_loop(suite, draws_follow_the_law, 0, LAWS);
  test_case_loop(suite, draws_have_the_mean, 0, LAWS);
  test_case_loop(suite, draws_have_the_deviation, 0, 5);
  test_case_loop(suite, draws_are_not_negative, 0, LAWS);
  test_case_loop(suite, one_key_one_value, 0, LAWS);
  test_case_loop(suite, inverted_laws_move_together, 0, 9);
  test_case_loop(suite, values_stay, 0, LAWS);
  test_case(suite, normal_quantiles);
  test_case(suite, normal_table);
  test_case(suite, means_near_special_shapes);
  test_case_loop(suite, edges_of_the_cdf, 0, LAWS);
  test_case(suite, laws_without_width_are_constants);
  test_case_loop(suite, others_are_not_constants, 1, LAWS);
  test_case(suite, branches_without_weight);
  test_case(suite, mixtures_are_not_too_deep);
  test_case(suite, empirical_draws_are_its_values);
  test_case_loop(suite, refusals_name_the_parameter, 0, REFUSALS);
  test_case(suite, rounding);
  test_case(suite, far_tails_stay_finite);
  return suite;
}
