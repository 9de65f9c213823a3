/* SPDX-License-Identifier: Apache-2.0 */
#include "report/figures.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "report/figures-private.h"

typedef struct {
  FigureOfRun *of_run;
  FigureOfAll *of_all;
} Maker;

static const FigureKind kinds[] = {
    {"comparison", "metrics of several runs, with 95 % intervals where seeds differ"},
    {"shares", "dominant share of each framework or group over time, against the fair share"},
    {"utilization", "allocated and offered part of each resource over time; with experiment.fairness = "
                    "agents what became of the rest"},
    {"ramp-up", "distribution of ramp-up times over frameworks"},
    {"completion", "distribution of completion times over jobs"},
    {"offers", "offers made, declined and rescinded per second, and outstanding ones"},
    {"load", "tasks and jobs that run and wait, over time"},
    {"fairness", "mean share of each framework against its mean fair share"},
    {"schedulers", "dominant shares by kind of framework over time, stacked"},
    {"locality", "part of tasks that ran near their data, over time and by size of the job"},
    {"stages", "when the stages of jobs began and ended (needs --record tasks)"},
    {"agents", "distribution of tasks at a time over agents (needs --record tasks)"},
    {NULL, NULL},
};

static const Maker makers[G_N_ELEMENTS(kinds)] = {
    {NULL, figure_comparison},
    {figure_shares, NULL},
    {figure_utilization, NULL},
    {NULL, figure_ramp_up},
    {NULL, figure_completion},
    {figure_offers, NULL},
    {figure_load, NULL},
    {figure_fairness, NULL},
    {figure_schedulers, NULL},
    {figure_locality, NULL},
    {figure_stages, NULL},
    {figure_agents, NULL},
    {NULL, NULL},
};

const FigureKind *figure_kinds(void)
{
  return kinds;
}

bool figures_make(const RunSet *set, const char *name, uint32_t variants_max, const ReportHost *host,
                  GPtrArray *figures, const char **why, GError **error)
{
  size_t kind = 0;
  while (kinds[kind].name != NULL && strcmp(kinds[kind].name, name) != 0)
    kind++;
  CHECK(kinds[kind].name != NULL);
  Drawing drawing = {set, host, figures, NULL};
  guint before = figures->len;
  bool made = true;
  if (makers[kind].of_all != NULL) {
    made = makers[kind].of_all(&drawing, error);
  } else {
    uint32_t n = MIN(run_set_variants(set), variants_max);
    for (uint32_t i = 0; made && i < n; i++)
      made = makers[kind].of_run(&drawing, run_set_variant(set, i)->runs[0], error);
  }
  for (guint i = before; i < figures->len; i++) { /* names are unique on a page */
    Figure *figure = g_ptr_array_index(figures, i);
    char *numbered = i == before ? g_strdup(name) : g_strdup_printf("%s-%u", name, i - before + 1);
    g_free(figure->name);
    figure->name = numbered;
  }
  *why = figures->len > before ? NULL : drawing.why;
  return made;
}

/* --- shared --------------------------------------------------------------------------------------------- */

TimeUnit figures_time_unit(int64_t span_ns)
{
  static const TimeUnit units[] = {{"time [ms]", 1e6},
                                   {"time [s]", 1e9},
                                   {"time [min]", 60e9},
                                   {"time [h]", 3600e9},
                                   {"time [d]", 86400e9}};
  size_t unit = 0;
  while (unit + 1 < G_N_ELEMENTS(units) && (double)span_ns >= 2 * units[unit + 1].ns)
    unit++;
  return units[unit];
}

Figure *figures_new_of_run(Drawing *drawing, uint32_t run, const char *name, char *title, char *caption)
{
  const ReportRun *one = run_set_run(drawing->set, run);
  const ReportVariant *variant = run_set_variant(drawing->set, one->variant);
  GString *whole = g_string_new(title);
  if (run_set_variants(drawing->set) > 1)
    g_string_append_printf(whole, ": %s", variant->label);
  if (run_set_runs(drawing->set) > run_set_variants(drawing->set))
    g_string_append_printf(whole, ", seed %" G_GINT64_FORMAT, one->summary.seed);
  g_free(title);
  Figure *figure = figure_new(name, g_string_free(whole, FALSE), caption);
  g_ptr_array_add(drawing->figures, figure);
  return figure;
}

Panel *figures_time_panel(const Drawing *drawing, uint32_t run, Figure *figure, const char *y_label)
{
  const ReportRun *one = run_set_run(drawing->set, run);
  TimeUnit unit = figures_time_unit(one->summary.end.ns);
  Panel *panel = figure_panel(figure, unit.label, y_label);
  panel->x_min = 0;
  panel->x_max = one->summary.end.ns > 0 ? (double)one->summary.end.ns / unit.ns : (double)NAN;
  panel->y_min = 0;
  if (one->warm_up_ns > 0 && one->warm_up_ns < one->summary.end.ns)
    panel->mark = (double)one->warm_up_ns / unit.ns;
  return panel;
}

void figures_drop(Drawing *drawing, const char *why)
{
  g_ptr_array_set_size(drawing->figures, (gint)drawing->figures->len - 1);
  drawing->why = why;
}
