/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures-private.h"

#define PANELS_MAX    4         /* groups that are compared */
#define LOG_FROM      50        /* largest over least value: then the axis is logarithmic */
#define LEAST_S       0.001     /* on a logarithmic axis */
#define AGENTS_MAX    100000000 /* a larger number is not one of ours */
#define ROWS_PER_LOOK 0xffff    /* rows between two looks at the host, less 1 */

/* Values of one curve, and of how many: those without value are never reached. */
typedef struct {
  GArray *values; /* of double: seconds */
  uint64_t total;
} Values;

/* One variant: one panel, a curve per class of frameworks, or one of all where each framework is a class and gives one
 * value. Several: a panel per group, a curve per variant. */
typedef struct {
  const Drawing *drawing;
  FrameworkClasses *classes; /* (nullable): of one variant */
  GPtrArray *groups;         /* (nullable): of char *: of several: names */
  bool pooled;               /* one curve of all frameworks */
  uint32_t panels;
  uint32_t curves;
  Values cells[PANELS_MAX][FIGURE_COLOURS];
} Distributions;

static void distributions_clear(Distributions *all)
{
  framework_classes_free(all->classes);
  g_clear_pointer(&all->groups, g_ptr_array_unref);
  for (uint32_t i = 0; i < PANELS_MAX; i++)
    for (uint32_t j = 0; j < FIGURE_COLOURS; j++)
      g_clear_pointer(&all->cells[i][j].values, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Distributions, distributions_clear)

static bool read_groups(Distributions *all, GError **error)
{
  Query query;
  if (!query_start(&query, all->drawing->set, 0,
                   "SELECT group_name FROM framework WHERE run_id = ?1 GROUP BY group_id "
                   "ORDER BY sum(jobs_submitted) DESC, group_id LIMIT 4",
                   error))
    return false;
  all->groups = g_ptr_array_new_with_free_func(g_free);
  while (query_next(&query))
    g_ptr_array_add(all->groups, query_text(&query, 0));
  return query_end(&query, error);
}

/* @one_each: a framework has one value. */
static bool distributions_prepare(Distributions *all, const Drawing *drawing, bool one_each, GError **error)
{
  *all = (Distributions){.drawing = drawing};
  if (run_set_variants(drawing->set) == 1) {
    all->classes = framework_classes_new(drawing->set, 0, error);
    if (all->classes == NULL)
      return false;
    bool pooled = one_each && all->classes->n == all->classes->n_frameworks;
    all->panels = 1;
    all->curves = pooled ? 1 : all->classes->n;
    all->pooled = pooled;
  } else {
    if (!read_groups(all, error))
      return false;
    all->panels = MIN(all->groups->len, PANELS_MAX);
    all->curves = MIN(run_set_variants(drawing->set), FIGURE_COLOURS);
  }
  for (uint32_t i = 0; i < all->panels; i++)
    for (uint32_t j = 0; j < all->curves; j++)
      all->cells[i][j].values = g_array_new(FALSE, FALSE, sizeof(double));
  return true;
}

/* Where a value belongs; NULL: nowhere. */
static Values *cell_of(Distributions *all, uint32_t run, int64_t framework_id, const char *group)
{
  if (all->classes != NULL) {
    uint8_t class = framework_classes_find(all->classes, framework_id);
    return class == CLASS_NONE ? NULL : &all->cells[0][all->pooled ? 0 : class];
  }
  uint32_t variant = run_set_run(all->drawing->set, run)->variant;
  for (uint32_t i = 0; group != NULL && variant < all->curves && i < all->panels; i++)
    if (strcmp(g_ptr_array_index(all->groups, i), group) == 0)
      return &all->cells[i][variant];
  return NULL;
}

/* @sql gives run_id, framework_id, group_name, seconds or NULL, of all runs of a file. */
static bool read_file(Distributions *all, uint32_t file, const char *sql, GError **error)
{
  const Drawing *drawing = all->drawing;
  Query query;
  if (!query_start_file(&query, drawing->set, file, sql, error))
    return false;
  uint32_t run = UINT32_MAX;
  int64_t run_id = -1;
  bool going = true;
  for (uint64_t row = 0; going && query_next(&query); row++) {
    if (query_integer(&query, 0) != run_id) {
      run_id = query_integer(&query, 0);
      run = run_set_find(drawing->set, file, (uint32_t)run_id);
    }
    if (run == UINT32_MAX)
      continue;
    const char *group = all->groups == NULL ? NULL : (const char *)sqlite3_column_text(query.statement, 2);
    Values *cell = cell_of(all, run, query_integer(&query, 1), group);
    if (cell == NULL)
      continue;
    cell->total++;
    double value = query_real(&query, 3);
    if (!isnan(value))
      g_array_append_val(cell->values, value);
    if ((row & ROWS_PER_LOOK) == ROWS_PER_LOOK)
      going = report_host_progress(drawing->host, "reading jobs", 0, error);
  }
  return query_end(&query, going ? error : NULL) && going;
}

static gint compare_doubles(gconstpointer a, gconstpointer b)
{
  double one = *(const double *)a;
  double other = *(const double *)b;
  return (one > other) - (one < other);
}

/* The share of @total that is not above x, up to @end. */
static void add_distribution(Curve *curve, const GArray *sorted, uint64_t total, bool log_x, double end)
{
  for (guint i = 0; i < sorted->len; i++) {
    double x = g_array_index(sorted, double, i);
    x = log_x ? fmax(x, LEAST_S) : x;
    if (i == 0)
      curve_add(curve, x, 0);
    curve_add(curve, x, 100 * (double)(i + 1) / (double)total);
  }
  if (sorted->len > 0 && end > g_array_index(sorted, double, sorted->len - 1))
    curve_add(curve, end, 100 * (double)sorted->len / (double)total);
}

static bool draw_panel(Distributions *all, uint32_t index, Figure *figure, const char *y_label)
{
  double least = HUGE_VAL;
  double greatest = 0;
  for (uint32_t i = 0; i < all->curves; i++) {
    GArray *values = all->cells[index][i].values;
    g_array_sort(values, compare_doubles);
    if (values->len == 0)
      continue;
    least = fmin(least, fmax(g_array_index(values, double, 0), LEAST_S));
    greatest = fmax(greatest, g_array_index(values, double, values->len - 1));
  }
  if (isinf(least))
    return false;
  bool log_x = greatest > LOG_FROM * least && greatest > LEAST_S;
  Panel *panel = figure_panel(figure, log_x ? "time, logarithmic" : "time [s]", y_label);
  panel->log_time = log_x;
  panel->x_min = log_x ? least : 0;
  panel->x_max = log_x || greatest <= 0 ? greatest : 1.05 * greatest;
  if (!(panel->x_max > panel->x_min))
    panel->x_max = panel->x_min + 1;
  panel->y_min = 0;
  panel->y_max = 100;
  if (all->groups != NULL && all->panels > 1)
    panel->title = g_strdup(g_ptr_array_index(all->groups, index));
  for (uint32_t i = 0; i < all->curves; i++) {
    const Values *cell = &all->cells[index][i];
    const char *label = all->pooled            ? "all frameworks"
                        : all->classes != NULL ? all->classes->classes[i].name
                                               : run_set_variant(all->drawing->set, i)->label;
    if (cell->values->len > 0)
      add_distribution(panel_curve(panel, CURVE_STEPS, i + 1, g_strdup(label)), cell->values, cell->total,
                       log_x, greatest);
  }
  return true;
}

static bool draw_distributions(Drawing *drawing, const char *sql, Figure *figure, const char *y_label,
                               bool one_each, const char *empty, GError **error)
{
  g_auto(Distributions) all = {0};
  g_ptr_array_add(drawing->figures, figure);
  if (!distributions_prepare(&all, drawing, one_each, error))
    return false;
  for (uint32_t file = 0; file < run_set_files(drawing->set); file++)
    if (!read_file(&all, file, sql, error))
      return false;
  bool drawn = false;
  for (uint32_t i = 0; i < all.panels; i++)
    drawn = draw_panel(&all, i, figure, y_label) || drawn;
  if (!drawn)
    figures_drop(drawing, empty);
  return true;
}

/* What is said of several runs. */
static const char *pooled(const RunSet *set)
{
  if (run_set_variants(set) > FIGURE_COLOURS)
    return " Runs that differ in their seed alone are taken together; the first six variants are shown.";
  return run_set_runs(set) > run_set_variants(set)
             ? " Runs that differ in their seed alone are taken together."
             : "";
}

bool figure_ramp_up(Drawing *drawing, GError **error)
{
  Figure *figure = figure_new(
      "ramp-up", g_strdup("Ramp-up"),
      g_strdup_printf(
          "Part of the frameworks that had reached their target this long after their start. A curve that "
          "ends below 100 %%: the others never did.%s",
          pooled(drawing->set)));
  figure->source = g_strdup("SELECT framework, seconds, target FROM ramp_up");
  return draw_distributions(drawing,
                            "SELECT run_id, framework_id, group_name, ramp_up_ns / 1e9 FROM framework "
                            "WHERE ramp_up_target IS NOT NULL",
                            figure, "frameworks [%]", true, "no framework reached its target", error);
}

static bool any_steady(const RunSet *set)
{
  bool steady = false;
  for (uint32_t i = 0; i < run_set_runs(set); i++)
    steady = steady || run_set_run(set, i)->steady;
  return steady;
}

bool figure_completion(Drawing *drawing, GError **error)
{
  Figure *figure = figure_new(
      "completion", g_strdup("Completion times"),
      g_strdup_printf(
          "Part of the jobs%s that were finished this long after their submission. A curve that ends below "
          "100 %%: the others were not finished in the run.%s",
          any_steady(drawing->set) ? " (of a steady run those submitted after the warm-up)" : "",
          pooled(drawing->set)));
  figure->source = g_strdup("SELECT framework, job_id, seconds FROM completion_time");
  return draw_distributions(
      drawing,
      "SELECT run_id, framework_id, framework.group_name, CASE WHEN job.state_code = 2 THEN "
      "(job.finish_ns - job.submit_ns) / 1e9 END "
      "FROM job JOIN framework USING (run_id, framework_id) JOIN run USING (run_id) "
      "WHERE run.kind <> 'steady' OR job.submit_ns >= run.warm_up_ns",
      figure, "jobs [%]", false, "no job was finished", error);
}

/* --- agents --------------------------------------------------------------------------------------------- */

/* What is summed over the rows of task_attempt. */
typedef struct {
  const Drawing *drawing;
  GArray *busy; /* of double: nanoseconds of tasks by agent: agents of the cluster and any that came later */
  uint64_t rows;
  GError *error;
} BusySum;

/* As a function of SQL: a row that is handed over costs half as much as one that is stepped to. */
static void busy_step(sqlite3_context *context, int n, sqlite3_value **values)
{
  BusySum *sum = sqlite3_user_data(context);
  int64_t agent = sqlite3_value_int64(values[0]);
  (void)n;
  if (agent < 0 || agent > AGENTS_MAX)
    return;
  if ((guint)agent >= sum->busy->len)
    g_array_set_size(sum->busy, (guint)agent + 1);
  g_array_index(sum->busy, double, agent) += (double)sqlite3_value_int64(values[1]);
  if ((++sum->rows & ROWS_PER_LOOK) == 0 &&
      !report_host_progress(sum->drawing->host, "reading tasks", 0.7, &sum->error))
    sqlite3_result_error(context, "stopped", -1);
}

static void busy_result(sqlite3_context *context)
{
  (void)context;
}

static bool read_busy(BusySum *sum, uint32_t run, GError **error)
{
  const ReportRun *one = run_set_run(sum->drawing->set, run);
  sqlite3 *database = run_set_database(sum->drawing->set, one->file);
  Query query;
  sqlite3_create_function(database, "agent_busy", 2, SQLITE_UTF8, sum, NULL, busy_step, busy_result);
  if (!query_start(&query, sum->drawing->set, run,
                   "SELECT agent_busy(agent_id, coalesce(finish_ns, ?2) - start_ns) FROM task_attempt "
                   "WHERE run_id = ?1 AND start_ns IS NOT NULL AND agent_id IS NOT NULL",
                   error))
    return false;
  sqlite3_bind_int64(query.statement, 2, one->summary.end.ns);
  query_next(&query);
  bool read = query_end(&query, sum->error == NULL ? error : NULL) && sum->error == NULL;
  if (sum->error != NULL)
    g_propagate_error(error, sum->error);
  sqlite3_create_function(database, "agent_busy", 2, SQLITE_UTF8, NULL, NULL, NULL, NULL);
  return read;
}

bool figure_agents(Drawing *drawing, uint32_t run, GError **error)
{
  const ReportRun *one = run_set_run(drawing->set, run);
  drawing->why = "tasks were not recorded (sim run --record tasks)";
  if (one->summary.end.ns <= 0)
    return true;
  g_autoptr(GArray) busy = g_array_new(FALSE, TRUE, sizeof(double));
  g_array_set_size(busy, one->summary.agents);
  BusySum all = {.drawing = drawing, .busy = busy};
  if (!read_busy(&all, run, error))
    return false;
  double sum = 0;
  for (guint i = 0; i < busy->len; i++)
    sum += g_array_index(busy, double, i) /= (double)one->summary.end.ns;
  if (sum <= 0)
    return true;
  g_array_sort(busy, compare_doubles);
  Figure *figure = figures_new_of_run(
      drawing, run, "agents", g_strdup("Load of the agents"),
      g_strdup_printf(
          "Part of the %u agents that ran at most so many tasks at a time, on average over the run. The "
          "steeper, the more evenly tasks are spread.",
          busy->len));
  figure->source = g_strdup("SELECT agent_id, sum(finish_ns - start_ns) / 1e9 AS task_seconds\n"
                            "FROM task_attempt GROUP BY agent_id");
  Panel *panel = figure_panel(figure, "tasks at a time, mean over the run [tasks]", "agents [%]");
  panel->x_min = panel->y_min = 0;
  panel->y_max = 100;
  panel->legend = false;
  add_distribution(panel_curve(panel, CURVE_STEPS, 1, g_strdup("agents")), busy, busy->len, false, 0);
  return true;
}
