/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "report/figures-private.h"

#define TIMES 50 /* stretches of the run */

/* Of maps, by where they ran. */
enum { NODE, RACK, ELSEWHERE, PLACES };

static const char *const places[PLACES] = {"with their data", "in a rack with it", "elsewhere"};

/* What lies between two stretches with tasks is nothing, not what is beside it. */
static void add_gap(Curve *const areas[PLACES], double from, double to)
{
  for (unsigned i = 0; i < PLACES; i++) {
    curve_add_range(areas[i], from, (double)NAN, 0, 0);
    curve_add_range(areas[i], to, (double)NAN, 0, 0);
  }
}

static bool add_times(Drawing *drawing, uint32_t run, Figure *figure, GError **error)
{
  bool tasks = run_set_has_tasks(drawing->set, run);
  int64_t end = run_set_run(drawing->set, run)->summary.end.ns;
  TimeUnit unit = figures_time_unit(end);
  double width = (double)MAX(end, 1) / TIMES;
  g_autofree char *sql = g_strdup_printf(
      tasks ? "SELECT CAST(start_ns / %.17g AS INTEGER), sum(locality_code = 1), sum(locality_code = 2), "
              "sum(locality_code = 3) FROM task_attempt WHERE run_id = ?1 AND locality_code > 0 AND start_ns "
              "IS NOT NULL GROUP BY 1 ORDER BY 1"
            : "SELECT CAST(submit_ns / %.17g AS INTEGER), sum(node_local), sum(rack_local), sum(off_rack) "
              "FROM job WHERE run_id = ?1 GROUP BY 1 HAVING sum(node_local + rack_local + off_rack) > 0 "
              "ORDER BY 1",
      width);
  Query query;
  if (!query_start(&query, drawing->set, run, sql, error))
    return false;
  Panel *panel = figures_time_panel(drawing, run, figure, "tasks [%]");
  panel->y_max = 100;
  panel->stacked = true;
  Curve *areas[PLACES];
  for (unsigned i = 0; i < PLACES; i++)
    areas[i] = panel_curve(panel, CURVE_AREA, i + 1, g_strdup(places[i]));
  int64_t next = -1;
  while (query_next(&query)) {
    int64_t stretch = query_integer(&query, 0);
    double from = (double)stretch * width / unit.ns;
    double to = from + width / unit.ns;
    double all = 0;
    double below = 0;
    if (next >= 0 && stretch > next)
      add_gap(areas, (double)next * width / unit.ns, from);
    next = stretch + 1;
    for (int i = 0; i < PLACES; i++)
      all += query_real(&query, i + 1);
    for (int i = 0; i < PLACES; i++) {
      double part = 100 * query_real(&query, i + 1) / all;
      curve_add_range(areas[i], from, part, below, below + part);
      curve_add_range(areas[i], to, part, below, below + part);
      below += part;
    }
  }
  return query_end(&query, error);
}

static bool add_sizes(const Drawing *drawing, uint32_t run, Figure *figure, GError **error)
{
  static const char *const names[] = {"1 task", "2 to 9", "10 to 99", "100 to 999", "1,000 or more"};
  Query query;
  if (!query_start(&query, drawing->set, run,
                   "SELECT CASE WHEN tasks < 2 THEN 0 WHEN tasks < 10 THEN 1 WHEN tasks < 100 THEN 2 "
                   "WHEN tasks < 1000 THEN 3 ELSE 4 END, count(*), 100.0 * sum(node_local) / "
                   "sum(node_local + rack_local + off_rack), 100.0 * sum(node_local + rack_local) / "
                   "sum(node_local + rack_local + off_rack) FROM job WHERE run_id = ?1 AND node_local + "
                   "rack_local + off_rack > 0 GROUP BY 1 ORDER BY 1",
                   error))
    return false;
  Panel *panel = figure_panel(figure, "", "");
  g_autoptr(GPtrArray) found = g_ptr_array_new();
  panel->title = g_strdup("by size of the job [%]");
  panel->legend = false;
  panel->x_min = 0;
  panel->x_max = 100;
  Curve *rack = panel_curve(panel, CURVE_DOTS, RACK + 1, g_strdup(places[RACK]));
  Curve *node = panel_curve(panel, CURVE_DOTS, NODE + 1, g_strdup(places[NODE]));
  while (query_next(&query)) {
    int64_t jobs = query_integer(&query, 1);
    g_ptr_array_add(found,
                    g_strdup_printf("%s (%" G_GINT64_FORMAT ")", names[query_integer(&query, 0)], jobs));
    curve_add(rack, query_real(&query, 3), found->len);
    curve_add(node, query_real(&query, 2), found->len);
  }
  panel->y_min = found->len + 0.5;
  panel->y_max = 0.4;
  g_ptr_array_add(found, NULL);
  panel->y_names = (char **)g_ptr_array_steal(found, NULL);
  return query_end(&query, error);
}

bool figure_locality(Drawing *drawing, uint32_t run, GError **error)
{
  Query query;
  if (!query_start(&query, drawing->set, run,
                   "SELECT 1 FROM job WHERE run_id = ?1 AND node_local + rack_local + off_rack > 0 LIMIT 1",
                   error))
    return false;
  bool any = query_next(&query);
  if (!query_end(&query, error))
    return false;
  if (!any) {
    drawing->why = "no task had data of its own";
    return true;
  }
  Figure *figure = figures_new_of_run(
      drawing, run, "locality", g_strdup("Data locality"),
      g_strdup_printf("Where tasks ran whose data lies somewhere. Above: over time, by the instant at which "
                      "%s. Below: by the tasks of a job, with the number of such jobs; the first colour is "
                      "on an agent with their data, "
                      "the second there or in a rack with it.",
                      run_set_has_tasks(drawing->set, run) ? "they started" : "their job was submitted"));
  figure->source = g_strdup("SELECT framework, tasks, node, rack, off_rack FROM locality");
  return add_times(drawing, run, figure, error) && add_sizes(drawing, run, figure, error);
}
