/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/figures-private.h"

#define SCHEDULER_USUAL "elastic"

/* What the panels show, one each, of what the cluster has: everything of one adds up to no more than all. */
typedef struct {
  const char *resource;
  const char *label;
  const char *sql;
} SharedResource;

#define SHARES_SQL(share)                                                                                    \
  "SELECT t_ns, group_name, 100 * sum(" share ") FROM share_sample JOIN framework USING (run_id, "           \
  "framework_id) WHERE run_id = ?1 GROUP BY t_ns, group_id ORDER BY t_ns, group_id"

static const SharedResource shared_resources[] = {
    {"cpus", "cpus of the cluster [%]", SHARES_SQL("cpus_share")},
    {"mem", "memory of the cluster [%]", SHARES_SQL("mem_share")},
};

#define RESOURCES_SQL "SELECT DISTINCT resource FROM cluster_sample WHERE run_id = ?1 AND total > 0"

/* The kinds of schedulers of a run, in the order of the workload. */
typedef struct {
  GPtrArray *names;  /* of char *: kinds */
  GHashTable *kinds; /* group of the workload -> place in names, plus one */
  double sum[FIGURE_COLOURS];
  Curve *areas[FIGURE_COLOURS];
} Kinds;

static void kinds_clear(Kinds *kinds)
{
  g_ptr_array_unref(kinds->names);
  g_hash_table_unref(kinds->kinds);
}

/* More kinds than colours count as the last one. */
static guint kind_place(const Kinds *kinds, const char *name)
{
  guint place = 0;
  while (place < kinds->names->len && strcmp(g_ptr_array_index(kinds->names, place), name) != 0)
    place++;
  if (place == kinds->names->len && place < FIGURE_COLOURS)
    g_ptr_array_add(kinds->names, g_strdup(name));
  return MIN(place, FIGURE_COLOURS - 1);
}

/* From the workload as it was run; of a file without it, none. */
static void kinds_init(Kinds *kinds, const char *workload)
{
  *kinds = (Kinds){g_ptr_array_new_with_free_func(g_free),
                   g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                   {0},
                   {NULL}};
  g_autoptr(GKeyFile) file = g_key_file_new();
  if (workload == NULL || !g_key_file_load_from_data(file, workload, (gsize)-1, G_KEY_FILE_NONE, NULL))
    return;
  g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
  for (char **group = groups; *group != NULL; group++) {
    static const char prefix[] = "framework ";
    if (!g_str_has_prefix(*group, prefix))
      continue;
    g_autofree char *scheduler = g_key_file_get_string(file, *group, "scheduler", NULL);
    guint place = kind_place(kinds, scheduler == NULL ? SCHEDULER_USUAL : scheduler);
    g_hash_table_insert(kinds->kinds, g_strdup(*group + strlen(prefix)), GUINT_TO_POINTER(place + 1));
  }
}

/* What was read of one instant is stacked. */
static void end_instant(Kinds *kinds, double x)
{
  double below = 0;
  for (guint i = 0; i < kinds->names->len; i++) {
    curve_add_range(kinds->areas[i], x, kinds->sum[i], below, below + kinds->sum[i]);
    below += kinds->sum[i];
    kinds->sum[i] = 0;
  }
}

static bool read_shares(const Drawing *drawing, uint32_t run, const char *sql, Kinds *kinds, GError **error)
{
  double unit = figures_time_unit(run_set_run(drawing->set, run)->summary.end.ns).ns;
  int64_t instant = -1;
  Query query;
  if (!query_start(&query, drawing->set, run, sql, error))
    return false;
  while (query_next(&query)) {
    int64_t t = query_integer(&query, 0);
    if (t != instant && instant >= 0)
      end_instant(kinds, (double)instant / unit);
    instant = t;
    g_autofree char *group = query_text(&query, 1);
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(kinds->kinds, group));
    if (place > 0)
      kinds->sum[place - 1] += query_real(&query, 2);
  }
  if (instant >= 0)
    end_instant(kinds, (double)instant / unit);
  return query_end(&query, error);
}

/* @has: by place in shared_resources. */
static bool read_resources(const Drawing *drawing, uint32_t run, bool *has, GError **error)
{
  Query query;
  if (!query_start(&query, drawing->set, run, RESOURCES_SQL, error))
    return false;
  while (query_next(&query)) {
    g_autofree char *resource = query_text(&query, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(shared_resources); i++)
      has[i] = has[i] || g_strcmp0(resource, shared_resources[i].resource) == 0;
  }
  return query_end(&query, error);
}

static bool draw_shares(Drawing *drawing, uint32_t run, Figure *figure, const SharedResource *shared,
                        Kinds *kinds, GError **error)
{
  Panel *panel = figures_time_panel(drawing, run, figure, shared->label);
  panel->stacked = true;
  for (guint i = 0; i < kinds->names->len; i++)
    kinds->areas[i] = panel_curve(panel, CURVE_AREA, i + 1, g_strdup(g_ptr_array_index(kinds->names, i)));
  return read_shares(drawing, run, shared->sql, kinds, error);
}

static bool draw_kinds(Drawing *drawing, uint32_t run, Kinds *kinds, GError **error)
{
  bool has[G_N_ELEMENTS(shared_resources)] = {false};
  if (!read_resources(drawing, run, has, error))
    return false;
  Figure *figure =
      figures_new_of_run(drawing, run, "schedulers", g_strdup("Shares by kind of framework"),
                         g_strdup("What tasks and executors had of the cluster over time, added up over the "
                                  "frameworks of each kind of scheduler and stacked."));
  figure->source = g_strdup("SELECT t_ns / 1e9 AS seconds, group_name, sum(cpus_share), sum(mem_share)\nFROM "
                            "share_sample JOIN framework USING (run_id, framework_id) GROUP BY t_ns, "
                            "group_name");
  for (size_t i = 0; i < G_N_ELEMENTS(shared_resources); i++)
    if (has[i] && !draw_shares(drawing, run, figure, &shared_resources[i], kinds, error))
      return false;
  if (figure->panels->len == 0 || kinds->areas[0]->points->len == 0)
    figures_drop(drawing, "no shares were sampled");
  return true;
}

bool figure_schedulers(Drawing *drawing, uint32_t run, GError **error)
{
  Kinds kinds;
  kinds_init(&kinds, run_set_run(drawing->set, run)->workload);
  bool drawn = true;
  if (kinds.names->len < 2)
    drawing->why = "all frameworks are of one kind";
  else
    drawn = draw_kinds(drawing, run, &kinds, error);
  kinds_clear(&kinds);
  return drawn;
}
