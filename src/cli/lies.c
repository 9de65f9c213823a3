/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lies.h"

#include <math.h>
#include <string.h>

#include "base/resources-text.h"
#include "base/time-text.h"
#include "engine/distribution.h"

#define INFLATION 2  /* of tasks */
#define INTERVALS 10 /* that a hoarder holds an offer */
#define PARTS     4  /* that a framework splits into */

typedef struct {
  const Experiment *experiment;
  const FrameworkSpec *framework;
  GPtrArray *overrides; /* of the lie that is being made */
} Liar;

static void lie_free(gpointer data)
{
  Lie *lie = data;
  g_strfreev(lie->overrides);
  g_free(lie->why_not);
  g_free(lie);
}

static void G_GNUC_PRINTF(2, 3) override(const Liar *liar, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_ptr_array_add(liar->overrides, g_strdup_vprintf(format, arguments));
  va_end(arguments);
}

static void override_duration(const Liar *liar, const char *key, Duration duration)
{
  g_autofree char *text = duration_print(duration);
  override(liar, "framework %s.%s=%s", liar->framework->name, key, text);
}

static bool fits_an_agent(const Experiment *experiment, const Quantities *task)
{
  for (uint32_t i = 0; i < experiment->cluster.n_classes; i++) {
    Quantities total = resources_count(&experiment->cluster.classes[i].resources);
    if (quantities_contain(&total, task))
      return true;
  }
  return false;
}

/* --- the lies: each adds overrides, or says why it cannot be told ---------------------------------------------- */

static const char *inflate_tasks(const Liar *liar)
{
  const FrameworkSpec *framework = liar->framework;
  if (framework->trace != NULL)
    return "what its tasks need stands in the trace";
  for (uint32_t i = 0; i < framework->n_stages; i++) {
    const StageSpec *stage = &framework->stages[i];
    Quantities need = stage->task_resources;
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      need.amount[kind] *= INFLATION;
    if (!fits_an_agent(liar->experiment, &need))
      return "no agent has twice what a task needs";
    g_autofree char *text = quantities_print(liar->experiment->kinds, &need);
    if (framework->n_stages == 1 && strcmp(stage->name, "tasks") == 0) /* without a [stage ...] of its own */
      override(liar, "framework %s.task-resources=%s", framework->name, text);
    else
      override(liar, "stage %s.%s.task-resources=%s", framework->name, stage->name, text);
  }
  return NULL;
}

static const char *inflate_demand(const Liar *liar)
{
  override(liar, "framework %s.declare-demand=inflate(10)", liar->framework->name);
  return NULL;
}

static const char *wait_for_more(const Liar *liar)
{
  const Cluster *cluster = &liar->experiment->cluster;
  Quantities most = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    Quantities half = cluster->classes[i].resources.plain;
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      half.amount[kind] /= 2;
    if (half.amount[RESOURCE_CPUS] > most.amount[RESOURCE_CPUS])
      most = half;
  }
  if (quantities_are_zero(&most) || liar->framework->min_allocatable_given)
    return "it says already what its offers must hold";
  g_autofree char *text = quantities_print(liar->experiment->kinds, &most);
  override(liar, "framework %s.at-least=%s", liar->framework->name, text);
  return NULL;
}

static const char *hoard(const Liar *liar)
{
  Duration interval = liar->experiment->master.allocation_interval;
  override_duration(liar, "hold-time", (Duration){INTERVALS * MIN(interval.ns, INT64_MAX / INTERVALS)});
  return NULL;
}

static const char *split_arrivals(const Liar *liar)
{
  const FrameworkSpec *framework = liar->framework;
  bool every = framework->arrival.kind == ARRIVAL_EVERY;
  if (framework->arrival.kind == ARRIVAL_ONCE)
    return NULL;
  if (!every && framework->arrival.kind != ARRIVAL_POISSON)
    return "its jobs arrive at instants of their own";
  double gap = PARTS * sim_distribution_mean(framework->arrival.gap);
  if (!(gap > 0) || isinf(gap))
    return "its jobs have no mean gap";
  override(liar, "framework %s.arrival=%s(%.9fs)", framework->name, every ? "every" : "poisson", gap);
  return NULL;
}

static const char *split(const Liar *liar)
{
  const FrameworkSpec *framework = liar->framework;
  if (framework->trace != NULL)
    return "its jobs stand in a trace";
  if (framework->count > 1)
    return "it is several frameworks already";
  bool endless =
      framework->jobs == UINT64_MAX || (framework->n_stages == 1 && framework->stages[0].unlimited);
  if (!endless && framework->jobs < PARTS)
    return "it has too few jobs to be split";
  const char *why_not = split_arrivals(liar);
  if (why_not != NULL)
    return why_not;
  override(liar, "framework %s.count=%d", framework->name, PARTS);
  if (!endless)
    override(liar, "framework %s.jobs=%" G_GUINT64_FORMAT, framework->name,
             (framework->jobs + PARTS - 1) / PARTS);
  return NULL;
}

static const char *spam_revive(const Liar *liar)
{
  override_duration(liar, "revive-every", liar->experiment->master.allocation_interval);
  return NULL;
}

GPtrArray *lies_new(const Experiment *experiment, uint32_t index)
{
  static const struct {
    const char *name;
    const char *(*tell)(const Liar *liar);
  } lies[] = {
      {"inflate tasks", inflate_tasks},
      {"inflate demand", inflate_demand},
      {"wait for more", wait_for_more},
      {"hoard", hoard},
      {"split", split},
      {"spam revive", spam_revive},
  };
  GPtrArray *all = g_ptr_array_new_with_free_func(lie_free);
  for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
    Liar liar = {experiment, &experiment->frameworks[index], g_ptr_array_new_with_free_func(g_free)};
    Lie *lie = g_new0(Lie, 1);
    lie->name = lies[i].name;
    lie->why_not = g_strdup(lies[i].tell(&liar));
    if (lie->why_not == NULL) {
      g_ptr_array_add(liar.overrides, NULL);
      lie->overrides = (char **)g_ptr_array_free(liar.overrides, FALSE);
    } else {
      g_ptr_array_unref(liar.overrides);
    }
    g_ptr_array_add(all, lie);
  }
  return all;
}
