/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: that thinning a curve loses no extreme and keeps to its limit; that what is said of a figure in words has its
 * numbers; what is in a script for gnuplot, above all that no text can become a command. Not pinned: what it looks like.
 */

#include <math.h>
#include <string.h>

#include "report/figure.h"
#include "report/gnuplot.h"
#include "tests/support/test-main.h"

static Figure *figure_of(guint n, Curve **curve)
{
  Figure *figure = figure_new("shares", g_strdup("Shares"), g_strdup("What is seen."));
  Panel *panel = figure_panel(figure, "time [s]", "share [%]");
  *curve = panel_curve(panel, CURVE_LINE, 1, g_strdup("one"));
  for (guint i = 0; i < n; i++)
    curve_add(*curve, i, sin(i * 0.001));
  return figure;
}

static const CurvePoint *point(const Curve *curve, guint index)
{
  return &g_array_index(curve->points, CurvePoint, index);
}

static bool holds(const Curve *curve, double x)
{
  for (guint i = 0; i < curve->points->len; i++)
    if (fabs(point(curve, i)->x - x) < 0.5)
      return true;
  return false;
}

START_TEST(thinning_keeps_extremes)
{
  Curve *curve;
  Figure *figure = figure_of(1000000, &curve);
  g_array_index(curve->points, CurvePoint, 123456).y = g_array_index(curve->points, CurvePoint, 123456).high =
      7;
  g_array_index(curve->points, CurvePoint, 765432).y = g_array_index(curve->points, CurvePoint, 765432).low =
      -7;
  figure_thin(figure, UINT_MAX);
  ck_assert_uint_le(curve->points->len, CURVE_POINTS_MAX);
  ck_assert_uint_ge(curve->points->len, CURVE_POINTS_MAX / 2);
  ck_assert(holds(curve, 0) && holds(curve, 999999) && holds(curve, 123456) && holds(curve, 765432));
  for (guint i = 1; i < curve->points->len; i++)
    ck_assert(point(curve, i)->x > point(curve, i - 1)->x);
  figure_free(figure);
}
END_TEST

START_TEST(thinning_keeps_what_is_short)
{
  for (guint n = 0; n <= CURVE_POINTS_MAX; n += n < 4 ? 1 : 499) {
    Curve *curve;
    Figure *figure = figure_of(n, &curve);
    figure_thin(figure, UINT_MAX);
    ck_assert_uint_eq(curve->points->len, n);
    figure_free(figure);
  }
}
END_TEST

START_TEST(thinning_keeps_to_the_budget)
{
  Curve *curve;
  Figure *figure = figure_of(5000, &curve);
  Panel *panel = g_ptr_array_index(figure->panels, 0);
  Curve *other = panel_curve(panel, CURVE_BAND, 2, NULL);
  for (guint i = 0; i < 5000; i++)
    curve_add_range(other, i, 0, -(double)i, i);
  figure_thin(figure, 100);
  ck_assert_uint_le(curve->points->len + other->points->len, 100);
  ck_assert(holds(other, 4999));
  figure_free(figure);
}
END_TEST

/* Two areas that add up to 100 at 100,000 points. */
static Figure *stack_of(Curve **lower, Curve **upper)
{
  Figure *figure = figure_new("utilization", g_strdup("Utilization"), g_strdup("What is seen."));
  Panel *panel = figure_panel(figure, "time [s]", "part [%]");
  panel->stacked = true;
  *lower = panel_curve(panel, CURVE_AREA, 1, g_strdup("used"));
  *upper = panel_curve(panel, CURVE_BAND, FIGURE_NEUTRAL, g_strdup("free"));
  for (guint i = 0; i < 100000; i++) {
    double used = i * 7919 % 100;
    curve_add_range(*lower, i, used, 0, used);
    curve_add_range(*upper, i, 100 - used, used, 100);
  }
  return figure;
}

START_TEST(thinning_keeps_a_stack_together)
{
  Curve *lower;
  Curve *upper;
  Figure *figure = stack_of(&lower, &upper);
  figure_thin(figure, UINT_MAX);
  ck_assert_uint_eq(lower->points->len, CURVE_POINTS_MAX);
  ck_assert_uint_eq(upper->points->len, CURVE_POINTS_MAX);
  for (guint i = 0; i < lower->points->len; i++) {
    const CurvePoint *below = point(lower, i);
    const CurvePoint *above = point(upper, i);
    ck_assert_double_eq_tol(below->x, above->x, 1e-6);
    ck_assert_double_eq_tol(below->high, above->low, 1e-9);
    ck_assert_double_eq_tol(below->y + above->y, 100, 1e-9);
    ck_assert_double_eq_tol(above->high, 100, 1e-9);
  }
  ck_assert(holds(lower, 0) && holds(lower, 99999));
  figure_free(figure);
}
END_TEST

START_TEST(words_of_a_stack)
{
  Curve *lower;
  Curve *upper;
  Figure *figure = stack_of(&lower, &upper);
  g_autofree char *text = figure_describe(figure);
  ck_assert_str_eq(text, "What is seen. part [%] over time [s]. used: from 0 to 99, first 0, last 81. "
                         "free: from 1 to 100, first 100, last 19.");
  figure_free(figure);
}
END_TEST

START_TEST(words)
{
  Curve *curve;
  Figure *figure = figure_of(0, &curve);
  curve_add(curve, 0, 5);
  curve_add(curve, 1, 42);
  curve_add(curve, 2, 17);
  g_autofree char *text = figure_describe(figure);
  ck_assert_str_eq(text, "What is seen. share [%] over time [s]. one: from 5 to 42, first 5, last 17.");
  figure_free(figure);
}
END_TEST

START_TEST(text_is_no_command)
{
  static const char *const evil[] = {
      "' ; system('touch x') #", "`touch x`", "a\n!touch x\n", "\\", "{/Symbol a}", "\xff\xfe"};
  for (size_t i = 0; i < G_N_ELEMENTS(evil); i++) {
    Curve *curve;
    Figure *figure = figure_of(3, &curve);
    g_free(curve->title);
    curve->title = g_strdup(evil[i]);
    const Figure *const one[] = {figure};
    g_autofree char *script = gnuplot_script(one, 1, PICTURE_SVG, "folder");
    g_auto(GStrv) lines = g_strsplit(script, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
      guint quotes = 0;
      for (const char *c = *line; *c != '\0'; c++)
        quotes += *c == '\'';
      ck_assert_uint_eq(quotes % 2, 0); /* what is quoted ends in its line, a doubled quote included */
      ck_assert(!g_str_has_prefix(*line, "!"));
    }
    ck_assert_ptr_nonnull(strstr(script, "noenhanced"));
    ck_assert(g_utf8_validate(script, -1, NULL));
    figure_free(figure);
  }
}
END_TEST

START_TEST(a_legend_without_data)
{
  Curve *curve;
  Figure *figure = figure_of(0, &curve);
  const Figure *const one[] = {figure};
  g_autofree char *script = gnuplot_script(one, 1, PICTURE_PDF, "folder");
  ck_assert_ptr_nonnull(strstr(script, "keyentry with lines"));
  ck_assert_ptr_nonnull(strstr(script, "pdfcairo"));
  figure_free(figure);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("figure");
  TCase *tcase = tcase_create("figure");
  tcase_add_test(tcase, thinning_keeps_extremes);
  tcase_add_test(tcase, thinning_keeps_what_is_short);
  tcase_add_test(tcase, thinning_keeps_to_the_budget);
  tcase_add_test(tcase, thinning_keeps_a_stack_together);
  tcase_add_test(tcase, words);
  tcase_add_test(tcase, words_of_a_stack);
  tcase_add_test(tcase, text_is_no_command);
  tcase_add_test(tcase, a_legend_without_data);
  suite_add_tcase(suite, tcase);
  return suite;
}
