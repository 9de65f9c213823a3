/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the makers of figures share. */

#include "report/figures.h"
#include "report/framework-classes.h"

/* What a maker is given, and where its figures go. */
typedef struct {
  const RunSet *set;
  const ReportHost *host;
  GPtrArray *figures;
  const char *why; /* there is nothing to be drawn: why */
} Drawing;

/* Of a figure of one run. Returns: false, with an error; what has nothing to show adds nothing and sets why. */
typedef bool FigureOfRun(Drawing *drawing, uint32_t run, GError **error);
typedef bool FigureOfAll(Drawing *drawing, GError **error);

FigureOfRun figure_shares;
FigureOfRun figure_utilization;
FigureOfRun figure_offers;
FigureOfRun figure_load;
FigureOfRun figure_fairness;
FigureOfRun figure_agents;
FigureOfRun figure_schedulers;
FigureOfRun figure_locality;
FigureOfRun figure_stages;
FigureOfAll figure_ramp_up;
FigureOfAll figure_completion;
FigureOfAll figure_comparison;

/* A unit for the time axis of a run. */
typedef struct {
  const char *label; /* "time [min]" */
  double ns;         /* of one */
} TimeUnit;

TimeUnit figures_time_unit(int64_t span_ns);

/** figures_new_of_run: (transfer none): a figure of the run, added to those drawn. @title, @caption: (transfer full):
 * which run it is, is added where there are several. */
Figure *figures_new_of_run(Drawing *drawing, uint32_t run, const char *name, char *title, char *caption);

/** figures_time_panel: a panel over the time of the run, in @unit, with a mark at the end of the warm-up. */
Panel *figures_time_panel(const Drawing *drawing, uint32_t run, Figure *figure, const char *y_label);

/** figures_drop: takes the last figure back: there is nothing in it. */
void figures_drop(Drawing *drawing, const char *why);
