/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "report/figures-private.h"

#define SHARES_SQL                                                                                           \
  "SELECT t_ns, framework_id, 100 * dominant_share, 100 * fair_share FROM share_sample WHERE run_id = ?1"

/* Curves of one class. */
typedef struct {
  bool many;    /* it has several members */
  Curve *wide;  /* from the least to the greatest */
  Curve *inner; /* from the 10th to the 90th percentile */
  Curve *line;  /* the only member, or the median */
  Curve *fair;
  GArray *shares;      /* of double: of the instant that is read */
  GArray *fair_shares; /* likewise */
} ClassCurves;

static gint compare_doubles(gconstpointer a, gconstpointer b)
{
  double one = *(const double *)a;
  double other = *(const double *)b;
  return (one > other) - (one < other);
}

static double quantile(const GArray *sorted, double p)
{
  double at = p * (double)(sorted->len - 1);
  guint below = (guint)at;
  double low = g_array_index(sorted, double, below);
  double high = g_array_index(sorted, double, MIN(below + 1, sorted->len - 1));
  return low + (at - below) * (high - low);
}

/* What was read of one instant becomes a point of each curve. */
static void end_instant(ClassCurves *curves, uint32_t n, double x)
{
  for (uint32_t i = 0; i < n; i++) {
    ClassCurves *one = &curves[i];
    if (one->shares->len == 0)
      continue;
    g_array_sort(one->shares, compare_doubles);
    double median = quantile(one->shares, 0.5);
    if (one->many) {
      double least = quantile(one->shares, 0);
      double greatest = quantile(one->shares, 1);
      curve_add_range(one->wide, x, median, least, greatest);
      curve_add_range(one->inner, x, median, quantile(one->shares, 0.1), quantile(one->shares, 0.9));
    }
    curve_add(one->line, x, median);
    g_array_sort(one->fair_shares, compare_doubles);
    curve_add(one->fair, x, quantile(one->fair_shares, 0.5));
    g_array_set_size(one->shares, 0);
    g_array_set_size(one->fair_shares, 0);
  }
}

static bool read_shares(const RunSet *set, uint32_t run, const FrameworkClasses *classes, ClassCurves *curves,
                        double unit_ns, GError **error)
{
  Query query;
  if (!query_start(&query, set, run, SHARES_SQL, error))
    return false;
  int64_t instant = -1;
  while (query_next(&query)) {
    int64_t t = query_integer(&query, 0);
    if (t != instant && instant >= 0)
      end_instant(curves, classes->n, (double)instant / unit_ns);
    instant = t;
    uint8_t class = framework_classes_find(classes, query_integer(&query, 1));
    if (class == CLASS_NONE)
      continue;
    double share = query_real(&query, 2);
    g_array_append_val(curves[class].shares, share);
    double fair_share = query_real(&query, 3);
    g_array_append_val(curves[class].fair_shares, fair_share);
  }
  if (instant >= 0)
    end_instant(curves, classes->n, (double)instant / unit_ns);
  return query_end(&query, error);
}

/* Bands lie below lines. */
static void make_curves(Panel *panel, const FrameworkClasses *classes, ClassCurves *curves)
{
  for (uint32_t i = 0; i < classes->n; i++) {
    curves[i].many = classes->classes[i].members > 1;
    curves[i].shares = g_array_new(FALSE, FALSE, sizeof(double));
    curves[i].fair_shares = g_array_new(FALSE, FALSE, sizeof(double));
    if (curves[i].many) {
      curves[i].wide = panel_curve(panel, CURVE_BAND, classes->classes[i].colour, NULL);
      curves[i].inner = panel_curve(panel, CURVE_BAND, classes->classes[i].colour, NULL);
    }
  }
  for (uint32_t i = 0; i < classes->n; i++) {
    curves[i].fair = panel_curve(panel, CURVE_LINE, classes->classes[i].colour, NULL);
    curves[i].fair->dashed = true;
  }
  for (uint32_t i = 0; i < classes->n; i++)
    curves[i].line =
        panel_curve(panel, CURVE_LINE, classes->classes[i].colour, g_strdup(classes->classes[i].name));
  Curve *fair = panel_curve(panel, CURVE_LINE, FIGURE_NEUTRAL, g_strdup("fair share"));
  fair->dashed = true;
}

bool figure_shares(Drawing *drawing, uint32_t run, GError **error)
{
  g_autoptr(FrameworkClasses) classes = framework_classes_new(drawing->set, run, error);
  if (classes == NULL)
    return false;
  bool many = false;
  for (uint32_t i = 0; i < classes->n; i++)
    many = many || classes->classes[i].members > 1;
  Figure *figure = figures_new_of_run(
      drawing, run, "shares", g_strdup("Dominant shares"),
      g_strdup_printf(
          "Dominant share of the cluster over time%s; dashed in the same colour: the fair share of what "
          "was demanded%s.%s",
          many ? " (lines: medians of the frameworks of a group)" : "", many ? ", its median likewise" : "",
          many ? " The stronger band is from the 10th to the 90th percentile, the faint one from the least "
                 "to the "
                 "greatest."
               : ""));
  figure->source = g_strdup("SELECT t_ns / 1e9 AS seconds, name, dominant_share, fair_share\n"
                            "FROM share_sample JOIN framework USING (run_id, framework_id)");
  Panel *panel = figures_time_panel(drawing, run, figure, "dominant share [%]");
  ClassCurves curves[FIGURE_COLOURS] = {0};
  make_curves(panel, classes, curves);
  TimeUnit unit = figures_time_unit(run_set_run(drawing->set, run)->summary.end.ns);
  bool read = read_shares(drawing->set, run, classes, curves, unit.ns, error);
  bool empty = true;
  for (uint32_t i = 0; i < classes->n; i++) {
    empty = empty && curves[i].line->points->len == 0;
    g_array_unref(curves[i].shares);
    g_array_unref(curves[i].fair_shares);
  }
  if (empty)
    figures_drop(drawing, "no shares were sampled");
  return read;
}

/* --- fairness ------------------------------------------------------------------------------------------- */

static double add_dots(Query *query, Panel *panel, const FrameworkClasses *classes)
{
  double greatest = 0;
  while (query_next(query)) {
    uint8_t class = framework_classes_find(classes, query_integer(query, 0));
    if (class == CLASS_NONE || query_is_null(query, 1) || query_is_null(query, 2))
      continue;
    double fair = query_real(query, 1);
    double share = query_real(query, 2);
    greatest = fmax(greatest, fmax(fair, share));
    curve_add(g_ptr_array_index(panel->curves, class + 1u), fair, share); /* the first is the line */
  }
  return greatest;
}

bool figure_fairness(Drawing *drawing, uint32_t run, GError **error)
{
  g_autoptr(FrameworkClasses) classes = framework_classes_new(drawing->set, run, error);
  Query query;
  if (classes == NULL ||
      !query_start(&query, drawing->set, run,
                   "SELECT framework_id, 100 * sampled_fair_share, 100 * sampled_share FROM framework "
                   "WHERE run_id = ?1",
                   error))
    return false;
  Figure *figure =
      figures_new_of_run(drawing, run, "fairness", g_strdup("Shares against fair shares"),
                         g_strdup("Each dot is a framework: its mean dominant share against the mean of its "
                                  "fair share, over the samples "
                                  "after the warm-up. On the line it has what is fair; below it less."));
  figure->source = g_strdup("SELECT name, sampled_fair_share, sampled_share FROM framework");
  Panel *panel = figure_panel(figure, "mean fair share [%]", "mean dominant share [%]");
  panel->x_min = panel->y_min = 0;
  Curve *line = panel_curve(panel, CURVE_LINE, FIGURE_NEUTRAL, g_strdup("fair"));
  line->dashed = true;
  for (uint32_t i = 0; i < classes->n; i++)
    panel_curve(panel, CURVE_DOTS, classes->classes[i].colour, g_strdup(classes->classes[i].name));
  double greatest = add_dots(&query, panel, classes);
  curve_add(line, 0, 0);
  curve_add(line, 1.05 * greatest, 1.05 * greatest);
  panel->x_max = panel->y_max = 1.05 * greatest;
  if (greatest <= 0)
    figures_drop(drawing, "no framework had a share, or none was sampled");
  return query_end(&query, error);
}
