/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Figures: what can be drawn of runs.
 *
 *     name          of                                       one for
 *     comparison    metrics with 95 % intervals              all runs, where there are several
 *     shares        dominant shares and fair shares          the first run of each variant
 *     utilization   what became of each resource             the same
 *     offers        offers made, declined, outstanding       the same
 *     load          tasks and jobs that run and wait         the same
 *     fairness      mean share against mean fair share       the same
 *     schedulers    shares by kind of framework, stacked       the same, where there are several kinds
 *     locality      tasks near their data, by time and size    the same, where tasks have data
 *     stages        when stages of jobs began and ended        the same, where tasks were recorded
 *     agents        tasks at a time on each agent            the same, where tasks were recorded
 *     ramp-up       distribution over frameworks             all runs: a curve per class, or per variant
 *     completion    distribution over jobs                   all runs, likewise
 *
 * Utilization is decomposed (metrics/decomposition.h) where that was measured, else it is what was allocated and offered.
 *
 * Times are in the unit that suits the length of the run. Shares and utilizations are in percent.
 */

#include <glib.h>

#include "report/figure.h"
#include "report/run-set.h"

typedef struct {
  const char *name; /* NULL: end of the list */
  const char *summary;
} FigureKind;

/** figure_kinds: in the order in which they stand on a page. */
const FigureKind *figure_kinds(void);

/**
 * figures_make:
 * @name: of a kind that exists
 * @variants_max: of figures per run: how many of them
 * @figures: receives what there is, (transfer full)
 * @why: (out) (transfer none): where there is none, why
 * @error: REPORT_ERROR_RUN, REPORT_ERROR_STOPPED
 *
 * Cost: one pass over the tables of a figure; memory: jobs, for completion.
 */
bool figures_make(const RunSet *set, const char *name, uint32_t variants_max, const ReportHost *host,
                  GPtrArray *figures, const char **why, GError **error);
