/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "report/figures-private.h"

#define ABOUT_FROM 10000.0 /* larger numbers are written as thousands */

/* --- columns of run_sample ------------------------------------------------------------------------------ */

/* One curve of a column: the value itself, or its growth per second. */
typedef struct {
  const char *column;
  const char *title;
  unsigned colour;
  unsigned panel;
  bool rate;
  CurveKind kind;
} SampleCurve;

typedef struct {
  Curve *curve;
  double last;
  double greatest;
} SampleState;

static char *sample_sql(const SampleCurve *curves, guint n)
{
  GString *sql = g_string_new("SELECT t_ns");
  for (guint i = 0; i < n; i++)
    g_string_append_printf(sql, ", %s", curves[i].column);
  g_string_append(sql, " FROM run_sample WHERE run_id = ?1");
  return g_string_free(sql, FALSE);
}

static void add_sample(const Query *query, const SampleCurve *curves, guint n, SampleState *states,
                       double seconds, double x)
{
  for (guint i = 0; i < n; i++) {
    double value = query_real(query, (int)i + 1);
    double shown = curves[i].rate ? (seconds > 0 ? (value - states[i].last) / seconds : (double)NAN) : value;
    states[i].last = value;
    if (isnan(shown))
      continue;
    states[i].greatest = fmax(states[i].greatest, shown);
    curve_add(states[i].curve, x, shown);
  }
}

/* A rate holds from the sample before, and the first one from the start. */
static bool add_samples(Drawing *drawing, uint32_t run, const SampleCurve *curves, guint n,
                        SampleState *states, GError **error)
{
  g_autofree char *sql = sample_sql(curves, n);
  TimeUnit unit = figures_time_unit(run_set_run(drawing->set, run)->summary.end.ns);
  Query query;
  if (!query_start(&query, drawing->set, run, sql, error))
    return false;
  double before = 0;
  while (query_next(&query)) {
    double t = (double)query_integer(&query, 0);
    if (before == 0 && t > 0)
      for (guint i = 0; i < n; i++)
        if (curves[i].rate)
          curve_add(states[i].curve, 0, query_real(&query, (int)i + 1) / (t / 1e9));
    add_sample(&query, curves, n, states, (t - before) / 1e9, t / unit.ns);
    before = t;
  }
  return query_end(&query, error);
}

static bool draw_samples(Drawing *drawing, uint32_t run, const Figure *figure, const SampleCurve *curves,
                         guint n, GError **error)
{
  g_autofree SampleState *states = g_new0(SampleState, n);
  for (guint i = 0; i < n; i++) {
    Panel *panel = g_ptr_array_index(figure->panels, curves[i].panel);
    states[i].curve = panel_curve(panel, curves[i].kind, curves[i].colour, g_strdup(curves[i].title));
  }
  if (!add_samples(drawing, run, curves, n, states, error))
    return false;
  for (guint i = 0; i < n; i++) {
    Panel *panel = g_ptr_array_index(figure->panels, curves[i].panel);
    panel->about = panel->about || states[i].greatest >= ABOUT_FROM;
  }
  if (states[0].curve->points->len == 0)
    figures_drop(drawing, "nothing was sampled");
  return true;
}

static bool is_all_zero(const Panel *panel)
{
  for (guint i = 0; i < panel->curves->len; i++) {
    const Curve *curve = g_ptr_array_index(panel->curves, i);
    for (guint j = 0; j < curve->points->len; j++)
      if (g_array_index(curve->points, CurvePoint, j).y != 0)
        return false;
  }
  return true;
}

bool figure_offers(Drawing *drawing, uint32_t run, GError **error)
{
  static const SampleCurve curves[] = {
      {"offers_sent", "made", 1, 0, true, CURVE_LEVELS},
      {"offers_declined", "declined", 2, 0, true, CURVE_LEVELS},
      {"offers_rescinded", "rescinded", 3, 0, true, CURVE_LEVELS},
      {"offers_outstanding", "outstanding", 1, 1, false, CURVE_LINE},
  };
  Figure *figure =
      figures_new_of_run(drawing, run, "offers", g_strdup("Offers"),
                         g_strdup("Above: offers made, declined and rescinded per second of simulated time, "
                                  "between one sample and the "
                                  "next. Below: offers that frameworks hold at the instant of a sample."));
  figure->source = g_strdup("SELECT t_ns / 1e9 AS seconds, offers_sent, offers_declined, offers_rescinded, "
                            "offers_outstanding\nFROM run_sample");
  figures_time_panel(drawing, run, figure, "offers per second [1/s]");
  figures_time_panel(drawing, run, figure, "offers")->legend = false;
  guint before = drawing->figures->len;
  bool drawn = draw_samples(drawing, run, figure, curves, G_N_ELEMENTS(curves), error);
  if (drawn && drawing->figures->len == before && is_all_zero(g_ptr_array_index(figure->panels, 1))) {
    g_ptr_array_remove_index(figure->panels, 1);
    g_free(figure->caption);
    figure->caption =
        g_strdup("Offers made, declined and rescinded per second of simulated time, between one sample "
                 "and the next. At no sample did a framework hold an offer.");
  }
  return drawn;
}

bool figure_load(Drawing *drawing, uint32_t run, GError **error)
{
  static const SampleCurve curves[] = {
      {"tasks_running", "running", 1, 0, false, CURVE_LINE},
      {"tasks_staging", "staging", 2, 0, false, CURVE_LINE},
      {"jobs_running", "running", 1, 1, false, CURVE_LINE},
      {"jobs_waiting", "waiting", 2, 1, false, CURVE_LINE},
  };
  Figure *figure = figures_new_of_run(drawing, run, "load", g_strdup("Tasks and jobs"),
                                      g_strdup("Tasks that run, and those that are launched and do not run "
                                               "yet; jobs that run, and those of which no "
                                               "task has started."));
  figure->source =
      g_strdup("SELECT t_ns / 1e9 AS seconds, tasks_running, tasks_staging, jobs_running, jobs_waiting\n"
               "FROM run_sample");
  figures_time_panel(drawing, run, figure, "tasks");
  figures_time_panel(drawing, run, figure, "jobs");
  return draw_samples(drawing, run, figure, curves, G_N_ELEMENTS(curves), error);
}
