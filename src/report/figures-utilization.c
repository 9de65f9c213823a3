/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "report/figures-private.h"

#define RESOURCES_MAX 4 /* panels in one figure */
#define AREAS_MAX     7

/* A part of a resource, from below. */
typedef struct {
  const char *column; /* in SQL, of what is added up to the total */
  const char *title;
  unsigned colour;
} Area;

/* A table and what is drawn of it. */
typedef struct {
  const char *table;
  const Area *areas; /* array of n */
  guint n;
  const char *caption;
} Stack;

typedef struct {
  char *resource;
  Curve *areas[AREAS_MAX];
  Curve *line; /* on top of the lowest */
} ResourceCurves;

static void resource_clear(void *data)
{
  g_free(((ResourceCurves *)data)->resource);
}

/* @resource: (transfer full). Returns: NULL: there is no room for it. */
static const ResourceCurves *resource_find(GArray *all, const Drawing *drawing, uint32_t run, Figure *figure,
                                           const Stack *stack, char *resource)
{
  for (guint i = 0; i < all->len; i++) {
    const ResourceCurves *one = &g_array_index(all, ResourceCurves, i);
    if (strcmp(one->resource, resource) == 0) {
      g_free(resource);
      return one;
    }
  }
  if (all->len == RESOURCES_MAX) {
    g_free(resource);
    return NULL;
  }
  Panel *panel = figures_time_panel(drawing, run, figure, "part of all [%]");
  panel->title = g_strdup(resource);
  panel->y_max = 100;
  panel->stacked = true;
  ResourceCurves curves = {.resource = resource};
  for (guint i = 0; i < stack->n; i++) { /* what nobody waits for stands back */
    const Area *area = &stack->areas[i];
    curves.areas[i] = panel_curve(panel, area->colour == FIGURE_NEUTRAL ? CURVE_BAND : CURVE_AREA,
                                  area->colour, g_strdup(area->title));
  }
  curves.line = panel_curve(panel, CURVE_LINE, stack->areas[0].colour, NULL);
  g_array_append_val(all, curves);
  return &g_array_index(all, ResourceCurves, all->len - 1);
}

static char *stack_columns(const Stack *stack, const char *factor)
{
  GString *columns = g_string_new("resource");
  for (guint i = 0; i < stack->n; i++)
    g_string_append_printf(columns, ", %s%s / total", factor, stack->areas[i].column);
  return g_string_free(columns, FALSE);
}

static void add_row(const Query *query, const ResourceCurves *curves, guint n, double x)
{
  double below = 0;
  for (guint i = 0; i < n; i++) {
    double part = query_real(query, (int)i + 2);
    curve_add_range(curves->areas[i], x, part, below, below + part);
    below += part;
    if (i == 0)
      curve_add(curves->line, x, part);
  }
}

/* Adds no figure where there are no rows. */
static bool draw_stack(Drawing *drawing, uint32_t run, const Stack *stack, GError **error)
{
  g_autofree char *columns = stack_columns(stack, "100.0 * ");
  g_autofree char *sql =
      g_strdup_printf("SELECT t_ns, %s FROM %s WHERE run_id = ?1 AND total > 0", columns, stack->table);
  Query query;
  if (!query_start(&query, drawing->set, run, sql, error))
    return false;
  Figure *figure =
      figures_new_of_run(drawing, run, "utilization", g_strdup("Utilization"), g_strdup(stack->caption));
  g_autofree char *shown = stack_columns(stack, "1.0 * ");
  figure->source = g_strdup_printf("SELECT t_ns / 1e9 AS seconds, %s\nFROM %s", shown, stack->table);
  TimeUnit unit = figures_time_unit(run_set_run(drawing->set, run)->summary.end.ns);
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(ResourceCurves));
  g_array_set_clear_func(all, resource_clear);
  while (query_next(&query)) {
    char *resource = query_text(&query, 1);
    const ResourceCurves *curves =
        resource == NULL ? NULL : resource_find(all, drawing, run, figure, stack, resource);
    if (curves != NULL)
      add_row(&query, curves, stack->n, (double)query_integer(&query, 0) / unit.ns);
  }
  if (all->len == 0)
    figures_drop(drawing, "no utilization was sampled");
  return query_end(&query, error);
}

bool figure_utilization(Drawing *drawing, uint32_t run, GError **error)
{
  static const Area decomposed[] = {
      {"used", "used", 1},
      {"offered", "offered", 2},
      {"filtered", "filtered", 4},
      {"held_back", "held back", 6},
      {"usable", "usable", 3},
      {"too_small", "too small", 5},
      {"unwanted", "unwanted", FIGURE_NEUTRAL},
  };
  static const Area plain[] = {{"allocated", "allocated", 1}, {"offered", "offered", 2}};
  static const Stack stacks[] = {
      {"decomposition_sample", decomposed, G_N_ELEMENTS(decomposed),
       "What became of each resource of the cluster. Used: tasks and executors had it. Offered: it was on "
       "offer to "
       "frameworks. "
       "The others were free: filtered, held back and usable had room for tasks that waited, but whose "
       "frameworks had "
       "refused that agent for a time, or it was kept from them (quota, reservation, operator), or nothing "
       "stood "
       "against it and the next allocation may offer it; too small: no task that still waited fitted; "
       "unwanted: no "
       "task waited for it."},
      {"cluster_sample", plain, G_N_ELEMENTS(plain),
       "Part of each resource of the cluster that tasks and executors had, and above it what was on offer to "
       "frameworks at "
       "that "
       "instant. What is left is free."},
  };
  guint before = drawing->figures->len;
  for (size_t i = 0; i < G_N_ELEMENTS(stacks); i++)
    if (!draw_stack(drawing, run, &stacks[i], error))
      return false;
    else if (drawing->figures->len > before)
      break;
  return true;
}
