/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/figures-private.h"

#define JOBS_MAX 16 /* that are drawn */

#define JOBS_SQL                                                                                             \
  "SELECT job_id FROM task_attempt WHERE run_id = ?1 GROUP BY job_id HAVING max(stage) > 0 ORDER BY job_id " \
  "LIMIT " G_STRINGIFY(JOBS_MAX)

/* A row: a job and one of its stages, which began with its first task and ended with its last one. */
#define STAGES_SQL                                                                                           \
  "SELECT job_id, job.name || ', ' || framework.name, stage, min(task_attempt.start_ns), CASE WHEN "         \
  "count(task_attempt.finish_ns) = count(*) THEN max(task_attempt.finish_ns) END FROM task_attempt JOIN "    \
  "job USING (run_id, job_id) JOIN framework ON framework.run_id = job.run_id AND framework.framework_id = " \
  "job.framework_id WHERE job.run_id = ?1 AND task_attempt.start_ns IS NOT NULL AND job_id IN (" JOBS_SQL    \
  ") GROUP BY job_id, stage ORDER BY job_id, stage"

/* One stage of one job; in ns. */
typedef struct {
  guint row; /* of its job, from 1 */
  guint number;
  double start, end;
} Bar;

/* All that are drawn, by job and number; @names receives the jobs. */
static GArray *read_bars(const Drawing *drawing, uint32_t run, GPtrArray *names, GError **error)
{
  double run_end = (double)run_set_run(drawing->set, run)->summary.end.ns;
  g_autoptr(GArray) bars = g_array_new(FALSE, FALSE, sizeof(Bar));
  int64_t job = -1;
  Query query;
  if (!query_start(&query, drawing->set, run, STAGES_SQL, error))
    return NULL;
  while (query_next(&query)) {
    if (query_integer(&query, 0) != job)
      g_ptr_array_add(names, query_text(&query, 1));
    job = query_integer(&query, 0);
    Bar bar = {names->len, (guint)query_integer(&query, 2), query_real(&query, 3),
               query_is_null(&query, 4) ? run_end : query_real(&query, 4)};
    g_array_append_val(bars, bar);
  }
  return query_end(&query, error) ? g_steal_pointer(&bars) : NULL;
}

/* The stages of one job are beside each other, the first above. */
static void add_job(const Panel *panel, const Bar *bars, guint n, double unit)
{
  for (guint i = 0; i < n; i++) {
    double y = bars[i].row + 0.8 * ((i + 0.5) / n - 0.5);
    Curve *curve = g_ptr_array_index(panel->curves, bars[i].number % FIGURE_COLOURS);
    curve_add_range(curve, bars[i].end / unit, y, bars[i].start / unit, bars[i].end / unit);
  }
}

/* As wide as what is drawn, which need not be all of the run. */
static void add_panel(Figure *figure, const GArray *bars, GPtrArray *names)
{
  guint stages = 0;
  double end = 0;
  for (guint i = 0; i < bars->len; i++) {
    stages = MAX(stages, g_array_index(bars, Bar, i).number + 1);
    end = MAX(end, g_array_index(bars, Bar, i).end);
  }
  TimeUnit unit = figures_time_unit((int64_t)end);
  Panel *panel = figure_panel(figure, unit.label, "");
  panel->x_min = 0;
  panel->y_min = names->len + 0.5;
  panel->y_max = 0.4;
  panel->legend = stages <= FIGURE_COLOURS; /* else a colour is several stages */
  for (guint i = 0; i < MIN(stages, FIGURE_COLOURS); i++)
    panel_curve(panel, CURVE_INTERVALS, i + 1, g_strdup_printf("stage %u", i));
  const Bar *all = (const Bar *)(const void *)bars->data;
  guint first = 0;
  for (guint i = 1; i <= bars->len; i++)
    if (i == bars->len || all[i].row != all[first].row) {
      add_job(panel, &all[first], i - first, unit.ns);
      first = i;
    }
  g_ptr_array_add(names, NULL);
  panel->y_names = (char **)g_ptr_array_steal(names, NULL);
}

bool figure_stages(Drawing *drawing, uint32_t run, GError **error)
{
  drawing->why = "no job of several stages has tasks that were recorded (--record tasks)";
  if (!run_set_has_tasks(drawing->set, run))
    return true;
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GArray) bars = read_bars(drawing, run, names, error);
  if (bars == NULL)
    return false;
  if (bars->len == 0)
    return true;
  Figure *figure = figures_new_of_run(
      drawing, run, "stages", g_strdup("Stages of jobs"),
      g_strdup_printf("When the stages of the first %d jobs of several stages ran: each bar is a stage, from "
                      "the start of its first task to the end of its last one, which has the dot; the first "
                      "stage of a job is above. A stage that had not ended reaches to the end of the run.",
                      JOBS_MAX));
  figure->source = g_strdup("SELECT job_id, stage, min(start_ns) / 1e9 AS start, max(finish_ns) / 1e9 AS "
                            "finish\nFROM task_attempt GROUP BY job_id, stage");
  add_panel(figure, bars, names);
  return true;
}
