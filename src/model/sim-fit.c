/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-fit.h"

#include <glib.h>
#include <string.h>

#include "base/resources-text.h"
#include "model/sim-backfill.h"
#include "model/sim-partitions.h"
#include "model/sim-room.h"
#include "workload/agent-filter.h"
#include "workload/role-room.h"

/* The paths that reservations may be made to, and still be of use to a framework. */
typedef struct {
  const ResourceKinds *kinds;
  const char *const *roles; /* NULL-terminated */
  bool any;                 /* operators may change them */
} Reservations;

static bool is_of_use(const ResourceSlice *slice, void *data)
{
  const Reservations *reservations = data;
  if (reservations->any)
    return true;
  for (const char *const *role = reservations->roles; *role != NULL; role++)
    if (resource_slice_is_allocatable_to(reservations->kinds, slice, *role))
      return true;
  return false;
}

static bool operators_reserve(const Experiment *experiment)
{
  for (uint32_t i = 0; i < experiment->n_operators; i++)
    if (experiment->operators[i].kind >= CALL_RESERVE && experiment->operators[i].kind <= CALL_DESTROY)
      return true;
  return false;
}

/* What tasks of the framework may have of an empty agent. */
static Quantities room_on(const Experiment *experiment, const FrameworkSpec *spec, const char *role,
                          const AgentClass *class)
{
  const char *own[] = {role, NULL};
  Reservations reservations = {experiment->kinds,
                               spec->roles == NULL ? own : (const char *const *)spec->roles,
                               operators_reserve(experiment)};
  bool revocable = (spec->capabilities & CAPABLE_REVOCABLE_RESOURCES) != 0;
  if (G_LIKELY(class->resources.special == NULL || spec->scheduler == SCHEDULER_SPARK))
    return class->resources.plain;
  Resources resources;
  resources_copy(&resources, &class->resources);
  resources_filter(&resources, is_of_use, &reservations);
  if (framework_gathers(spec) && !reservations.any)
    sim_room_drop_limited(experiment, &resources);
  Quantities room = sim_room(&resources, revocable && !framework_gathers(spec));
  resources_clear(&resources);
  return room;
}

/* Those of @role's partition that pass. */
static uint32_t count_parted(const SimWorld *world, const FrameworkSpec *spec, const char *role,
                             const AgentClass *class, uint32_t first)
{
  uint32_t n = 0;
  for (uint32_t machine = first; machine < first + class->count; machine++)
    n += strcmp(sim_partitions_role(world->partitions, machine), role) == 0 &&
         agent_filter_allows(&spec->agents, &world->experiment->cluster, class, machine);
  return n;
}

uint32_t *sim_fit_agents(const SimWorld *world, const FrameworkSpec *spec, const char *role)
{
  const Cluster *cluster = &world->experiment->cluster;
  if (spec->agents.n == 0)
    return NULL;
  uint32_t *allowed = g_new(uint32_t, MAX(cluster->n_classes, 1));
  uint32_t first = 0;
  for (uint32_t i = 0; i < cluster->n_classes; first += cluster->classes[i++].count)
    allowed[i] = world->partitions == NULL
                     ? agent_filter_count(&spec->agents, cluster, &cluster->classes[i], first)
                     : count_parted(world, spec, role, &cluster->classes[i], first);
  return allowed;
}

/* How many tasks fit the empty cluster at once, up to @enough. */
static uint64_t room_for(const SimWorld *world, const FrameworkSpec *spec, const uint32_t *allowed,
                         const char *role, const Quantities *need, uint64_t enough)
{
  const Experiment *experiment = world->experiment;
  uint64_t room = 0;
  for (uint32_t i = 0; i < experiment->cluster.n_classes && room < enough; i++) {
    const AgentClass *class = &experiment->cluster.classes[i];
    Quantities whole = room_on(experiment, spec, role, class);
    uint32_t count = allowed != NULL             ? allowed[i]
                     : world->partitions == NULL ? class->count
                                                 : sim_partitions_count(world->partitions, role, i);
    if (count > 0 && framework_is_ready_for(experiment, spec, class) && quantities_contain(&whole, need))
      room += (uint64_t)count * MIN(quantities_divide(&whole, need), spec->tasks_per_offer);
  }
  return room;
}

static char *misfit_of_pool(const SimWorld *world, const SimStage *stage, const char *role)
{
  g_autofree char *need = quantities_print(world->experiment->kinds, &stage->need);
  return g_strdup_printf("its gang of %u tasks of %s each is more than what the role \"%s\" is guaranteed",
                         stage->tasks, need, role);
}

/* @tasks: at once; @need: of each. */
static char *misfit_of_quotas(const SimWorld *world, const SimStage *stage, const char *role, uint32_t tasks,
                              const Quantities *need)
{
  const RoleSpec *limited_by;
  uint32_t most = role_room(world->experiment, role, need, &limited_by);
  if (tasks <= most)
    return NULL;
  g_autofree char *each = quantities_print(world->experiment->kinds, &stage->need);
  g_autofree char *leaves =
      limited_by == NULL ? g_strdup("what other roles are guaranteed leaves room for")
                         : g_strdup_printf("the limit of the role \"%s\" leaves room for", limited_by->path);
  return tasks == 1 ? g_strdup_printf("a task of %s is too large: %s none", each, leaves)
                    : g_strdup_printf("its gang of %u tasks of %s each is too large: %s %u", tasks, each,
                                      leaves, most);
}

char *sim_misfit(const SimWorld *world, const FrameworkSpec *spec, const uint32_t *allowed, const char *role,
                 const SimJob *job)
{
  bool gang = scheduler_starts_gangs(spec->scheduler);
  for (uint32_t i = 0; i < job->n_stages; i++) {
    const SimStage *stage = &job->stages[i];
    if (stage->tasks == 0)
      continue;
    if (gang && stage->tasks == TASKS_UNLIMITED)
      return g_strdup("a gang without a number of tasks never starts");
    if (spec->scheduler == SCHEDULER_TORQUE) {
      Quantities pool = sim_backfill_pool(world->experiment, role);
      Quantities whole = sim_backfill_gang(&stage->need, stage->tasks);
      if (!quantities_contain(&pool, &whole))
        return misfit_of_pool(world, stage, role);
    }
    Quantities least = stage->need; /* with the executor that it needs */
    quantities_add(&least, &spec->executor_resources);
    uint64_t wanted = framework_least(spec, stage->tasks);
    uint64_t room = room_for(world, spec, allowed, role, &least, wanted);
    if (room >= wanted) {
      char *misfit = world->quotas_bound && role_room_binds(spec)
                         ? misfit_of_quotas(world, stage, role, (uint32_t)wanted, &least)
                         : NULL;
      if (misfit != NULL)
        return misfit;
      continue;
    }
    g_autofree char *need = quantities_print(world->experiment->kinds, &stage->need);
    if (room == 0)
      return g_strdup_printf("a task of %s fits no agent%s", need,
                             spec->agents.n > 0          ? " that its framework wants"
                             : world->partitions != NULL ? " of the partition of its role"
                                                         : "");
    return g_strdup_printf(
        "its gang of %u tasks of %s each does not fit the empty %s%s: %" G_GUINT64_FORMAT " fit",
        (uint32_t)wanted, need, world->partitions == NULL ? "cluster" : "partition of its role",
        allowed == NULL ? "" : ", on the agents that its framework wants", room);
  }
  return NULL;
}
