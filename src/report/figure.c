/* SPDX-License-Identifier: Apache-2.0 */
#include "report/figure.h"

#include <math.h>
#include <string.h>

#include "base/check.h"

#define PANEL_HEIGHT  230 /* of a panel as wide as the figure, without its legend */
#define NAME_LINE     22  /* of a panel of names */
#define NAMES_AROUND  52
#define LEGEND_LINE   18
#define LEGEND_WIDTH  56 /* characters in a line of a legend */
#define LEGEND_SAMPLE 6  /* of them for the sample of an entry */

static void curve_free(void *data)
{
  Curve *curve = data;
  g_free(curve->title);
  g_array_unref(curve->points);
  g_free(curve);
}

static void panel_free(void *data)
{
  Panel *panel = data;
  g_free(panel->title);
  g_free(panel->x_label);
  g_free(panel->y_label);
  g_strfreev(panel->y_names);
  g_ptr_array_unref(panel->curves);
  g_free(panel);
}

Figure *figure_new(const char *name, char *title, char *caption)
{
  Figure *figure = g_new0(Figure, 1);
  figure->name = g_strdup(name);
  figure->title = title;
  figure->caption = caption;
  figure->panels = g_ptr_array_new_with_free_func(panel_free);
  return figure;
}

void figure_free(Figure *figure)
{
  if (figure == NULL)
    return;
  g_free(figure->name);
  g_free(figure->title);
  g_free(figure->caption);
  g_free(figure->source);
  g_ptr_array_unref(figure->panels);
  g_free(figure);
}

Panel *figure_panel(Figure *figure, const char *x_label, const char *y_label)
{
  CHECK(figure->panels->len < FIGURE_PANELS_MAX);
  Panel *panel = g_new0(Panel, 1);
  panel->x_label = g_strdup(x_label);
  panel->y_label = g_strdup(y_label);
  panel->x_min = panel->x_max = panel->y_min = panel->y_max = panel->mark = (double)NAN;
  panel->legend = true;
  panel->curves = g_ptr_array_new_with_free_func(curve_free);
  g_ptr_array_add(figure->panels, panel);
  return panel;
}

Curve *panel_curve(Panel *panel, CurveKind kind, unsigned colour, char *title)
{
  CHECK(colour <= FIGURE_COLOURS);
  Curve *curve = g_new0(Curve, 1);
  curve->kind = kind;
  curve->colour = colour;
  curve->title = title;
  curve->points = g_array_new(FALSE, FALSE, sizeof(CurvePoint));
  g_ptr_array_add(panel->curves, curve);
  return curve;
}

void curve_add_range(Curve *curve, double x, double y, double low, double high)
{
  CurvePoint point = {x, y, low, high};
  g_array_append_val(curve->points, point);
}

void curve_add(Curve *curve, double x, double y)
{
  curve_add_range(curve, x, y, y, y);
}

/* --- fewer points --------------------------------------------------------------------------------------- */

/* Of the points from @begin to before @end the lowest and the highest, in their order, to @kept. */
static void keep_extremes(const GArray *points, guint begin, guint end, GArray *kept)
{
  guint lowest = begin;
  guint highest = begin;
  for (guint i = begin + 1; i < end; i++) {
    const CurvePoint *point = &g_array_index(points, CurvePoint, i);
    if (point->low < g_array_index(points, CurvePoint, lowest).low)
      lowest = i;
    if (point->high > g_array_index(points, CurvePoint, highest).high)
      highest = i;
  }
  guint first = MIN(lowest, highest);
  guint second = MAX(lowest, highest);
  g_array_append_val(kept, g_array_index(points, CurvePoint, first));
  if (second != first)
    g_array_append_val(kept, g_array_index(points, CurvePoint, second));
}

/* Of the same points their mean, to @kept. */
static void keep_mean(const GArray *points, guint begin, guint end, GArray *kept)
{
  CurvePoint mean = {0};
  for (guint i = begin; i < end; i++) {
    const CurvePoint *point = &g_array_index(points, CurvePoint, i);
    mean.x += point->x / (end - begin);
    mean.y += point->y / (end - begin);
    mean.low += point->low / (end - begin);
    mean.high += point->high / (end - begin);
  }
  g_array_append_val(kept, mean);
}

static void curve_thin(Curve *curve, guint most, bool by_mean)
{
  GArray *points = curve->points;
  if (points->len <= most)
    return;
  guint inner = points->len - 2;
  guint stretches = by_mean ? most - 2 : MAX(most / 2, 2) - 1;
  GArray *kept = g_array_sized_new(FALSE, FALSE, sizeof(CurvePoint), most);
  g_array_append_val(kept, g_array_index(points, CurvePoint, 0));
  for (guint i = 0; i < stretches; i++) {
    guint begin = 1 + (guint)((guint64)inner * i / stretches);
    guint end = 1 + (guint)((guint64)inner * (i + 1) / stretches);
    if (begin < end && by_mean)
      keep_mean(points, begin, end, kept);
    else if (begin < end)
      keep_extremes(points, begin, end, kept);
  }
  g_array_append_val(kept, g_array_index(points, CurvePoint, points->len - 1));
  g_array_unref(points);
  curve->points = kept;
}

void figure_thin(Figure *figure, unsigned budget)
{
  guint curves = 0;
  for (guint i = 0; i < figure->panels->len; i++)
    curves += ((const Panel *)g_ptr_array_index(figure->panels, i))->curves->len;
  guint most = MIN(CURVE_POINTS_MAX, MAX(budget / MAX(curves, 1), 8));
  for (guint i = 0; i < figure->panels->len; i++) {
    const Panel *panel = g_ptr_array_index(figure->panels, i);
    for (guint j = 0; j < panel->curves->len; j++)
      curve_thin(g_ptr_array_index(panel->curves, j), most, panel->stacked);
  }
}

/* --- words ---------------------------------------------------------------------------------------------- */

/* Of things that stand one below the other: what they have is along x. */
static void describe_names(GString *text, const Curve *curve)
{
  const CurvePoint *points = (const CurvePoint *)(const void *)curve->points->data;
  bool wide = curve->kind == CURVE_INTERVALS;
  double least = (double)NAN;
  double greatest = (double)NAN;
  for (guint i = 0; i < curve->points->len; i++) {
    least = fmin(least, wide ? points[i].low : points[i].x);
    greatest = fmax(greatest, wide ? points[i].high : points[i].x);
  }
  g_string_append_printf(text, " %s: from %.4g to %.4g.", curve->title, least, greatest);
}

static void describe_curve(GString *text, const Curve *curve, bool stacked)
{
  const CurvePoint *points = (const CurvePoint *)(const void *)curve->points->data;
  guint n = curve->points->len;
  double least = (double)NAN;
  double greatest = (double)NAN;
  for (guint i = 0; i < n; i++) {
    least = fmin(least, stacked ? points[i].y : points[i].low);
    greatest = fmax(greatest, stacked ? points[i].y : points[i].high);
  }
  g_string_append_printf(text, " %s:", curve->title);
  if (n == 1)
    g_string_append_printf(text, " %.4g.", points[0].y);
  else if (curve->kind == CURVE_STEPS)
    g_string_append_printf(text, " from %.4g at %.4g to %.4g at %.4g.", points[0].y, points[0].x,
                           points[n - 1].y, points[n - 1].x);
  else
    g_string_append_printf(text, " from %.4g to %.4g, first %.4g, last %.4g.", least, greatest, points[0].y,
                           points[n - 1].y);
}

char *figure_describe(const Figure *figure)
{
  GString *text = g_string_new(figure->caption);
  for (guint i = 0; i < figure->panels->len; i++) {
    const Panel *panel = g_ptr_array_index(figure->panels, i);
    g_string_append_printf(text, " %s%s%s over %s.", panel->title == NULL ? "" : panel->title,
                           panel->title == NULL ? "" : ": ", panel->y_label, panel->x_label);
    for (guint j = 0; j < panel->curves->len; j++) {
      const Curve *curve = g_ptr_array_index(panel->curves, j);
      if (curve->title == NULL || curve->points->len == 0)
        continue;
      if (panel->y_names != NULL)
        describe_names(text, curve);
      else
        describe_curve(text, curve, panel->stacked);
    }
  }
  return g_string_free(text, FALSE);
}

/* --- size ----------------------------------------------------------------------------------------------- */

/* Lines of the legend: entries in columns as wide as the widest. */
static unsigned legend_lines(const Panel *panel)
{
  glong widest = 1;
  unsigned entries = 0;
  for (guint i = 0; panel->legend && i < panel->curves->len; i++) {
    const Curve *curve = g_ptr_array_index(panel->curves, i);
    if (curve->title == NULL)
      continue;
    entries++;
    widest = MAX(widest, g_utf8_strlen(curve->title, -1));
  }
  unsigned in_line = (unsigned)MAX(LEGEND_WIDTH / (unsigned)(widest + LEGEND_SAMPLE), 1);
  return (entries + in_line - 1) / in_line;
}

static unsigned panel_height(const Figure *figure, const Panel *panel)
{
  unsigned title = panel->title == NULL ? 0 : LEGEND_LINE;
  if (panel->y_names != NULL)
    return title + NAME_LINE * g_strv_length(panel->y_names) + NAMES_AROUND;
  unsigned panels = figure->panels->len;
  return title + (panels > 1 ? PANEL_HEIGHT - 30 : PANEL_HEIGHT) + LEGEND_LINE * legend_lines(panel) + 20;
}

unsigned figure_height(const Figure *figure)
{
  unsigned height = 0;
  for (guint i = 0; i < figure->panels->len; i++)
    height += panel_height(figure, g_ptr_array_index(figure->panels, i));
  return height;
}
