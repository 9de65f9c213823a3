/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts of hand-worked values, tolerances on both sides of a bound, requirements; the baseline that is read as it was
 * written. Not pinned: what is gated by default.
 */
#include "metrics/gate.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "tests/support/test-main.h"

#define N 5

/* Five differences of mean 1 and standard deviation 1.5811: standard error 0.70711; t(4) at 95 % is 2.13185. */
static const double worse[N] = {-1, 0, 1, 2, 3};
#define HALF (2.131846786327 * 0.7071067811865476)

static GateBaseline *baseline_of(const char *metric, double amount, double part, const double *values)
{
  GateBaseline *baseline = gate_baseline_new("drf", "1");
  g_array_set_size(baseline->tolerances, 0);
  GateTolerance tolerance = {metric_find(metric), g_strdup("run"), amount, part};
  ck_assert_ptr_nonnull(tolerance.metric);
  g_array_append_val(baseline->tolerances, tolerance);
  GateWorkload *workload = gate_baseline_add(baseline, "w.ini", "0123", 1, N);
  for (uint32_t i = 0; i < N; i++)
    *gate_value(workload, 0, i) = values[i];
  return baseline;
}

/* Measured: 100 + @sign * worse. */
static GateRow judge(const char *metric, double sign, double amount, double part)
{
  double base[N], now[N];
  for (int i = 0; i < N; i++) {
    base[i] = 100;
    now[i] = 100 + sign * worse[i];
  }
  g_autoptr(GateBaseline) baseline = baseline_of(metric, amount, part, base);
  g_autoptr(GateBaseline) measured = baseline_of(metric, amount, part, now);
  g_autoptr(GPtrArray) rows = gate_judge(baseline, measured, 0.95);
  ck_assert_uint_eq(rows->len, 1);
  GateRow row = *(const GateRow *)g_ptr_array_index(rows, 0);
  ck_assert_int_eq(gate_verdict(rows), row.verdict);
  return row;
}

START_TEST(bounds_are_one_sided)
{
  GateRow row = judge("fairness/deficit", 1, 10, 0);
  ck_assert_double_eq_tol(row.worsening, 1, 1e-12);
  ck_assert_double_eq_tol(row.low, 1 - HALF, 1e-9);
  ck_assert_double_eq_tol(row.high, 1 + HALF, 1e-9);
  ck_assert_double_eq_tol(row.baseline, 100, 1e-12);
  ck_assert_double_eq_tol(row.measured, 101, 1e-12);
  /* t(4) at 90 % is 1.53321. */
  ck_assert_double_eq_tol(row.detectable, 10 + HALF + 1.533206274059 * 0.7071067811865476, 1e-9);
  ck_assert_int_eq(row.verdict, GATE_PASS);
}
END_TEST

START_TEST(the_direction_is_that_of_the_metric)
{
  ck_assert_double_eq_tol(judge("fairness/jain", -1, 10, 0).worsening, 1, 1e-12);
  ck_assert_double_eq_tol(judge("fairness/jain", 1, 10, 0).worsening, -1, 1e-12);
  ck_assert_double_eq_tol(judge("fairness/deficit", -1, 10, 0).worsening, -1, 1e-12);
}
END_TEST

START_TEST(a_width_above_the_tolerance_is_never_a_pass)
{
  ck_assert_int_eq(judge("fairness/deficit", 1, 2 * HALF + 1e-6, 0).verdict, GATE_PASS);
  ck_assert_int_eq(judge("fairness/deficit", 1, 2 * HALF - 1e-6, 0).verdict, GATE_INCONCLUSIVE);
  /* Not either where it has become better. */
  ck_assert_int_eq(judge("fairness/deficit", -1, 2 * HALF - 1e-6, 0).verdict, GATE_INCONCLUSIVE);
  /* A part of the baseline's mean, 100. */
  ck_assert_int_eq(judge("fairness/deficit", 1, 0, (2 * HALF + 1e-6) / 100).verdict, GATE_PASS);
  ck_assert_int_eq(judge("fairness/deficit", 1, 1, (2 * HALF - 1 - 1e-6) / 100).verdict, GATE_INCONCLUSIVE);
}
END_TEST

START_TEST(a_lower_bound_above_the_tolerance_is_a_regression)
{
  double base[N] = {100, 100, 100, 100, 100};
  double now[N] = {110, 110.1, 109.9, 110, 110};
  for (int above = 0; above < 2; above++) {
    /* Standard error 0.0316228. */
    double bound = 10 - 2.131846786327 * 0.03162277660168;
    double tolerance = above ? bound - 1e-4 : bound + 1e-4;
    g_autoptr(GateBaseline) baseline = baseline_of("fairness/deficit", tolerance, 0, base);
    g_autoptr(GateBaseline) measured = baseline_of("fairness/deficit", tolerance, 0, now);
    g_autoptr(GPtrArray) rows = gate_judge(baseline, measured, 0.95);
    ck_assert_int_eq(gate_verdict(rows), above ? GATE_REGRESSION : GATE_PASS);
  }
}
END_TEST

START_TEST(bounds_are_those_of_the_family)
{
  double base[N] = {100, 100, 100, 100, 100};
  double now[N] = {99, 100, 101, 102, 103};
  g_autoptr(GateBaseline) baseline = baseline_of("fairness/deficit", 10, 0, base);
  g_autoptr(GateBaseline) measured = baseline_of("fairness/deficit", 10, 0, now);
  for (int i = 0; i < 2; i++) {
    GateBaseline *one = i == 0 ? baseline : measured;
    memcpy(gate_baseline_add(one, "x.ini", "4567", 1, N)->values, i == 0 ? base : now, sizeof base);
  }
  g_autoptr(GPtrArray) rows = gate_judge(baseline, measured, 0.95);
  ck_assert_uint_eq(rows->len, 2);
  /* t(4) at 97.5 %: two rows. */
  const GateRow *row = g_ptr_array_index(rows, 1);
  ck_assert_double_eq_tol(row->low, 1 - 2.776445105198 * 0.7071067811865476, 1e-9);
}
END_TEST

START_TEST(a_number_that_is_gone_is_no_pass)
{
  double base[N] = {100, (double)NAN, 100, 100, 100};
  double now[N] = {100, (double)NAN, 100, 100, 100};
  g_autoptr(GateBaseline) baseline = baseline_of("fairness/deficit", 10, 0, base);
  g_autoptr(GateBaseline) same = baseline_of("fairness/deficit", 10, 0, now);
  g_autoptr(GPtrArray) rows = gate_judge(baseline, same, 0.95);
  ck_assert_int_eq(gate_verdict(rows), GATE_PASS);
  ck_assert_uint_eq(((const GateRow *)g_ptr_array_index(rows, 0))->n, 4);
  now[2] = (double)NAN;
  g_autoptr(GateBaseline) gone = baseline_of("fairness/deficit", 10, 0, now);
  g_autoptr(GPtrArray) fewer = gate_judge(baseline, gone, 0.95);
  ck_assert_int_eq(gate_verdict(fewer), GATE_INCONCLUSIVE);
  for (int i = 0; i < N; i++)
    now[i] = (double)NAN;
  g_autoptr(GateBaseline) none = baseline_of("fairness/deficit", 10, 0, now);
  g_autoptr(GPtrArray) nothing = gate_judge(baseline, none, 0.95);
  ck_assert_int_eq(gate_verdict(nothing), GATE_INCONCLUSIVE);
}
END_TEST

/* Somebody wrote a line into [tolerances], or a scope wrong, and did not measure again. */
START_TEST(a_tolerance_without_a_number_is_no_pass)
{
  double base[N] = {100, 100, 100, 100, 100};
  const double none[N] = {(double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
  g_autoptr(GateBaseline) baseline = baseline_of("fairness/deficit", 10, 0, base);
  g_autoptr(GateBaseline) measured = baseline_of("fairness/deficit", 10, 0, base);
  for (int i = 0; i < 2; i++) {
    GateBaseline *one = i == 0 ? baseline : measured;
    GateTolerance tolerance = {metric_find("utilization"), g_strdup("resource cpu"), 0.02, 0};
    g_array_append_val(one->tolerances, tolerance);
    GateWorkload *workload = gate_workload(one, 0);
    workload->values = g_renew(double, workload->values, 2 * N);
    memcpy(gate_value(workload, 1, 0), none, sizeof none);
  }
  g_autoptr(GPtrArray) rows = gate_judge(baseline, measured, 0.95);
  ck_assert_uint_eq(rows->len, 2);
  const GateRow *row = g_ptr_array_index(rows, 1);
  ck_assert_str_eq(row->metric, "utilization:resource cpu");
  ck_assert_int_eq(row->verdict, GATE_INCONCLUSIVE);
  ck_assert_int_eq(((const GateRow *)g_ptr_array_index(rows, 0))->verdict, GATE_PASS);
  ck_assert_int_eq(gate_verdict(rows), GATE_INCONCLUSIVE);
  g_autofree char *text = gate_baseline_text(measured);
  ck_assert_ptr_null(strstr(text, "utilization"));
}
END_TEST

START_TEST(a_regression_outweighs_what_is_not_known)
{
  GateRow rows[3] = {{.verdict = GATE_PASS}, {.verdict = GATE_INCONCLUSIVE}, {.verdict = GATE_REGRESSION}};
  g_autoptr(GPtrArray) all = g_ptr_array_new();
  ck_assert_int_eq(gate_verdict(all), GATE_PASS);
  for (int i = 0; i < 3; i++) {
    g_ptr_array_add(all, &rows[i]);
    ck_assert_int_eq(gate_verdict(all), i == 0 ? GATE_PASS : i == 1 ? GATE_INCONCLUSIVE : GATE_REGRESSION);
  }
}
END_TEST

static GateVerdict require(const char *text, const double *values, uint32_t n, double *worst)
{
  g_auto(GateRequirement) requirement = {.text = NULL};
  ck_assert(gate_requirement_parse(text, &requirement, NULL));
  g_autoptr(GPtrArray) rows = gate_rows_new();
  gate_judge_requirement(rows, "w.ini", &requirement, values, n);
  *worst = ((const GateRow *)g_ptr_array_index(rows, 0))->measured;
  return gate_verdict(rows);
}

START_TEST(a_requirement_is_for_every_replication)
{
  const double values[] = {30, 60, 45};
  const double missing[] = {30, (double)NAN};
  double worst;
  ck_assert_int_eq(require("starvation < 61s", values, 3, &worst), GATE_PASS);
  ck_assert_double_eq(worst, 60);
  ck_assert_int_eq(require("starvation < 1min", values, 3, &worst), GATE_REGRESSION);
  ck_assert_int_eq(require("starvation <= 1min", values, 3, &worst), GATE_PASS);
  ck_assert_int_eq(require("utilization:resource cpus > 30", values, 3, &worst), GATE_REGRESSION);
  ck_assert_double_eq(worst, 30);
  ck_assert_int_eq(require("utilization:resource cpus >= 3000%", values, 3, &worst), GATE_PASS);
  ck_assert_int_eq(require("starvation/longest < 40", missing, 2, &worst), GATE_INCONCLUSIVE);
  ck_assert_int_eq(require("starvation/longest < 20", missing, 2, &worst), GATE_REGRESSION);
}
END_TEST

START_TEST(a_baseline_is_read_as_it_was_written)
{
  const double values[N] = {0.123456789, 1e-9, 123456.7, 0, (double)NAN};
  g_autoptr(GateBaseline) baseline = baseline_of("fairness/deficit", 0.5, 0.1, values);
  g_autofree char *text = gate_baseline_text(baseline);
  g_autofree char *path = NULL;
  int file = g_file_open_tmp("baseline-XXXXXX", &path, NULL);
  ck_assert_int_ge(file, 0);
  ck_assert(g_file_set_contents(path, text, -1, NULL));
  g_autoptr(GateBaseline) read = gate_baseline_read(path, NULL);
  g_close(file, NULL);
  g_unlink(path);
  ck_assert_ptr_nonnull(read);
  g_autofree char *again = gate_baseline_text(read);
  ck_assert_str_eq(again, text);
  ck_assert_double_eq_tol(gate_tolerance(read, 0)->part, 0.1, 1e-15);
  for (uint32_t i = 0; i < N; i++)
    ck_assert(isnan(values[i]) || *gate_value(gate_workload(read, 0), 0, i) == gate_round(values[i]));
  ck_assert_double_eq(gate_round(0.123456789), 0.123457);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("gate");
  test_case(suite, bounds_are_one_sided);
  test_case(suite, the_direction_is_that_of_the_metric);
  test_case(suite, a_width_above_the_tolerance_is_never_a_pass);
  test_case(suite, a_lower_bound_above_the_tolerance_is_a_regression);
  test_case(suite, bounds_are_those_of_the_family);
  test_case(suite, a_number_that_is_gone_is_no_pass);
  test_case(suite, a_tolerance_without_a_number_is_no_pass);
  test_case(suite, a_regression_outweighs_what_is_not_known);
  test_case(suite, a_requirement_is_for_every_replication);
  test_case(suite, a_baseline_is_read_as_it_was_written);
  return suite;
}
