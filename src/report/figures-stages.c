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

/* The stages of one job are beside each other, the first above. */
static void add_job(const Panel *panel, const GArray *stages, guint row)
{
  for (guint i = 0; i < stages->len; i++) {
    CurvePoint point = g_array_index(stages, CurvePoint, i);
    double y = row + 0.8 * ((i + 0.5) / stages->len - 0.5);
    Curve *curve = g_ptr_array_index(panel->curves, (guint)point.y % FIGURE_COLOURS);
    curve_add_range(curve, point.x, y, point.low, point.high);
  }
}

bool figure_stages(Drawing *drawing, uint32_t run, GError **error)
{
  drawing->why = "no job of several stages has tasks that were recorded (--record tasks)";
  if (!run_set_has_tasks(drawing->set, run))
    return true;
  Query query;
  if (!query_start(&query, drawing->set, run, STAGES_SQL, error))
    return false;
  Figure *figure = figures_new_of_run(
      drawing, run, "stages", g_strdup("Stages of jobs"),
      g_strdup_printf("When the stages of the first %d jobs of several stages ran: each bar is a stage, from "
                      "the start of its first task to the end of its last one, which has the dot; the first "
                      "stage of a job is above. A stage that had not ended reaches to the end of the run.",
                      JOBS_MAX));
  figure->source = g_strdup("SELECT job_id, stage, min(start_ns) / 1e9 AS start, max(finish_ns) / 1e9 AS "
                            "finish\nFROM task_attempt GROUP BY job_id, stage");
  Panel *panel = figures_time_panel(drawing, run, figure, "");
  panel->legend = false;
  for (unsigned i = 0; i < FIGURE_COLOURS; i++)
    panel_curve(panel, CURVE_INTERVALS, i + 1, g_strdup_printf("stage %u", i));
  int64_t end = run_set_run(drawing->set, run)->summary.end.ns;
  double unit = figures_time_unit(end).ns;
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  g_autoptr(GArray) stages = g_array_new(FALSE, FALSE, sizeof(CurvePoint));
  int64_t job = -1;
  while (query_next(&query)) {
    if (query_integer(&query, 0) != job) {
      add_job(panel, stages, names->len);
      g_array_set_size(stages, 0);
      job = query_integer(&query, 0);
      g_ptr_array_add(names, query_text(&query, 1));
    }
    double last = query_is_null(&query, 4) ? (double)end : query_real(&query, 4);
    CurvePoint point = {.x = last / unit,
                        .y = (double)query_integer(&query, 2),
                        .low = query_real(&query, 3) / unit,
                        .high = last / unit};
    g_array_append_val(stages, point);
  }
  add_job(panel, stages, names->len);
  bool empty = names->len == 0;
  panel->y_min = names->len + 0.5;
  panel->y_max = 0.4;
  g_ptr_array_add(names, NULL);
  panel->y_names = (char **)g_ptr_array_steal(names, NULL);
  if (empty)
    figures_drop(drawing, drawing->why);
  return query_end(&query, error);
}
