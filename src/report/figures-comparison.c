/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "report/comparison.h"
#include "report/figures-private.h"

#define VARIANTS_MAX 16 /* that are drawn */

/* Each run a dot, the mean with its interval below them. */
static void add_variant(Panel *panel, const Comparison *comparison, const ComparisonMetric *metric,
                        uint32_t variant)
{
  Curve *dots = g_ptr_array_index(panel->curves, 0);
  Curve *means = g_ptr_array_index(panel->curves, 1);
  const GArray *values = metric->values[variant];
  double y = variant + 1;
  for (guint i = 0; i < values->len; i++)
    curve_add(dots, g_array_index(values, double, i), y - 0.25);
  if (values->len == 0)
    return;
  Sample sample = comparison_sample(metric, variant);
  double half = comparison_half_width(comparison, metric, variant);
  half = isfinite(half) ? half : 0;
  curve_add_range(means, sample.mean, y + 0.1, sample.mean - half, sample.mean + half);
}

static void add_panel(Figure *figure, const Comparison *comparison, const ComparisonMetric *metric)
{
  const RunSet *set = comparison->set;
  uint32_t n = MIN(run_set_variants(set), VARIANTS_MAX);
  Panel *panel = figure_panel(figure, "", "");
  panel->title =
      *metric->unit == '\0' ? g_strdup(metric->name) : g_strdup_printf("%s [%s]", metric->name, metric->unit);
  panel->legend = false;
  panel->y_min = n + 0.5;
  panel->y_max = 0.4;
  panel->y_names = g_new0(char *, n + 1);
  panel_curve(panel, CURVE_DOTS, 2, g_strdup("runs"));
  panel_curve(panel, CURVE_INTERVALS, 1, g_strdup("mean and interval"));
  for (uint32_t i = 0; i < n; i++) {
    panel->y_names[i] = g_strdup(run_set_variant(set, i)->label);
    add_variant(panel, comparison, metric, i);
  }
}

bool figure_comparison(Drawing *drawing, GError **error)
{
  if (run_set_runs(drawing->set) < 2) {
    drawing->why = "there is one run only";
    return true;
  }
  g_autoptr(Comparison) comparison = comparison_new(drawing->set, drawing->host, error);
  if (comparison == NULL)
    return false;
  drawing->why = "no run has any of the metrics";
  if (comparison->metrics->len == 0)
    return true;
  Figure *figure = figure_new(
      "comparison", g_strdup("Comparison of the runs"),
      g_strdup(comparison_has_intervals(comparison)
                   ? "Small dots: one run each. Large dot: the mean over runs that differ in their seed "
                     "alone, with Student's interval for it."
                   : "One dot for each run, and a larger one for their mean. There are no intervals: a "
                     "variant has one run, or its runs replay one recorded input."));
  for (guint i = 0; i < MIN(comparison->metrics->len, FIGURE_PANELS_MAX); i++)
    add_panel(figure, comparison, g_ptr_array_index(comparison->metrics, i));
  g_ptr_array_add(drawing->figures, figure);
  return true;
}
