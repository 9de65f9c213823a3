/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "report/comparison.h"
#include "report/figures-private.h"

/* Each run a dot, the mean with its interval beside them. */
static void add_variant(Panel *panel, const ComparisonMetric *metric, uint32_t variant)
{
  Curve *dots = g_ptr_array_index(panel->curves, 0);
  Curve *means = g_ptr_array_index(panel->curves, 1);
  const GArray *values = metric->values[variant];
  double x = variant + 1;
  for (guint i = 0; i < values->len; i++)
    curve_add(dots, x - 0.12, g_array_index(values, double, i));
  if (values->len == 0)
    return;
  Sample sample = comparison_sample(metric, variant);
  double half = sample_half_width(&sample, COMPARISON_CONFIDENCE);
  half = isfinite(half) ? half : 0;
  curve_add_range(means, x + 0.06, sample.mean, sample.mean - half, sample.mean + half);
}

static void add_panel(Figure *figure, const RunSet *set, const ComparisonMetric *metric)
{
  g_autofree char *label = *metric->unit == '\0' ? g_strdup("index") : g_strdup_printf("[%s]", metric->unit);
  uint32_t n = run_set_variants(set);
  Panel *panel = figure_panel(figure, "", label);
  panel->title = g_strdup(metric->name);
  panel->legend = false;
  panel->x_min = 0.4;
  panel->x_max = n + 0.6;
  panel->x_names = g_new0(char *, n + 1);
  panel_curve(panel, CURVE_DOTS, 2, g_strdup("runs"));
  panel_curve(panel, CURVE_INTERVALS, 1, g_strdup("mean and 95 % interval"));
  for (uint32_t i = 0; i < n; i++) {
    panel->x_names[i] = g_strdup(run_set_variant(set, i)->label);
    add_variant(panel, metric, i);
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
  bool repeated = run_set_runs(drawing->set) > run_set_variants(drawing->set);
  Figure *figure = figure_new(
      "comparison", g_strdup("Comparison of the runs"),
      g_strdup(repeated ? "Small dots: one run each. Large dot: the mean over the runs that differ in their "
                          "seed alone, with Student's 95 % interval for it."
                        : "One run each: without replications there are no intervals."));
  figure->columns = 2;
  for (guint i = 0; i < MIN(comparison->metrics->len, FIGURE_PANELS_MAX); i++)
    add_panel(figure, drawing->set, g_ptr_array_index(comparison->metrics, i));
  g_ptr_array_add(drawing->figures, figure);
  return true;
}
