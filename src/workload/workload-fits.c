/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/resources-text.h"
#include "workload/agent-filter.h"
#include "workload/role-room.h"
#include "workload/workload-build.h"

/* One [framework] and what of the cluster it may have. */
typedef struct {
  const WorkloadBuild *build;
  const FrameworkSpec *framework;
  const KeyGroup *group;
  uint32_t *counts;       /* array by class: agents that pass its constraints */
  const AgentClass *some; /* one of their classes */
  bool bounded;           /* what its role may have at once is */
} Asker;

static const KeyGroup *group_of(const Asker *asker, const StageSpec *stage)
{
  g_autofree char *rest = g_strdup_printf("%s.%s", asker->framework->name, stage->name);
  const KeyGroup *group = key_file_find(asker->build->file, "stage", rest);
  return group != NULL ? group : asker->group;
}

/* --- agents --------------------------------------------------------------------------------------------- */

/* Those that the master does not offer to it. */
static bool leave_out_closed(Asker *asker, GError **error)
{
  const Experiment *experiment = asker->build->experiment;
  const FrameworkSpec *framework = asker->framework;
  asker->some = NULL;
  for (uint32_t i = 0; i < experiment->cluster.n_classes; i++) {
    const AgentClass *agents = &experiment->cluster.classes[i];
    if (!framework_is_ready_for(experiment, framework, agents))
      asker->counts[i] = 0;
    if (asker->some == NULL && asker->counts[i] > 0)
      asker->some = agents;
  }
  if (asker->some != NULL || (framework->trace == NULL && framework->n_stages == 0))
    return true;
  return key_file_fail(
      asker->build->file, asker->group, key_group_find(asker->group, "capabilities"), WORKLOAD_ERROR_VALUE,
      error,
      "no agent is offered to it: those that it wants have gpus or are in another region; expected "
      "\"capabilities\" with gpu-resources or region-aware");
}

static bool find_agents(Asker *asker, GError **error)
{
  const Cluster *cluster = &asker->build->experiment->cluster;
  uint32_t first = 0;
  for (uint32_t i = 0; i < cluster->n_classes; first += cluster->classes[i++].count) {
    const AgentClass *agents = &cluster->classes[i];
    asker->counts[i] = agent_filter_count(&asker->framework->agents, cluster, agents, first);
    if (asker->some == NULL && asker->counts[i] > 0)
      asker->some = agents;
  }
  const KeyEntry *entry = key_group_find(asker->group, "constraints");
  if (asker->some != NULL)
    return leave_out_closed(asker, error);
  return key_file_fail(asker->build->file, asker->group, entry, WORKLOAD_ERROR_VALUE, error,
                       "no agent is like that: \"%s\"; expected what some of the %u agents pass",
                       entry->value, cluster->agents);
}

static bool has_preferred(const Asker *asker)
{
  const Cluster *cluster = &asker->build->experiment->cluster;
  uint32_t first = 0;
  for (uint32_t i = 0; i < cluster->n_classes; first += cluster->classes[i++].count)
    for (uint32_t j = 0; j < cluster->classes[i].count; j++)
      if (framework_prefers(asker->framework, cluster, &cluster->classes[i], first + j))
        return true;
  return false;
}

static bool check_preferred(const Asker *asker, GError **error)
{
  const KeyEntry *entry = key_group_find(asker->group, "prefers");
  if (entry == NULL)
    entry = key_group_find(asker->group, "prefers-resources");
  if (entry == NULL || has_preferred(asker))
    return true;
  return key_file_fail(asker->build->file, asker->group, entry, WORKLOAD_ERROR_VALUE, error,
                       "no agent is like that: \"%s\"; expected what it may find on some of the %u agents",
                       entry->value, asker->build->experiment->cluster.agents);
}

/* --- tasks ---------------------------------------------------------------------------------------------- */

/* How many tasks fit the agents at once. */
static uint64_t room_for(const Asker *asker, const Quantities *need)
{
  const Cluster *cluster = &asker->build->experiment->cluster;
  const FrameworkSpec *framework = asker->framework;
  uint32_t limit = framework->roles == NULL ? framework->tasks_per_offer : UINT32_MAX;
  uint64_t room = 0;
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    const Resources *resources = &cluster->classes[i].resources;
    Quantities whole =
        framework->scheduler == SCHEDULER_SPARK ? resources->plain : resources_count(resources);
    if (asker->counts[i] > 0 && quantities_contain(&whole, need))
      room += (uint64_t)asker->counts[i] * MIN(quantities_divide(&whole, need), limit);
  }
  return room;
}

static bool fail_task(const Asker *asker, const StageSpec *stage, const Quantities *need, GError **error)
{
  const KeyGroup *group = group_of(asker, stage);
  const ResourceKinds *kinds = asker->build->experiment->kinds;
  g_autofree char *asks = quantities_print(kinds, need);
  g_autofree char *has = resources_print(kinds, &asker->some->resources);
  return key_file_fail(asker->build->file, group, key_group_find(group, "task-resources"),
                       WORKLOAD_ERROR_VALUE, error,
                       "a task of %s%s fits no agent%s; expected no more than one has, such as %s", asks,
                       quantities_are_zero(&asker->framework->executor_resources) ? "" : " with its executor",
                       asker->framework->agents.n > 0 ? " that its framework wants" : "", has);
}

/* Whether the number of tasks in all jobs is @tasks. */
static bool is_fixed(const StageSpec *stage, uint64_t *tasks)
{
  double value;
  if (stage->tasks == NULL || !sim_distribution_is_constant(stage->tasks, &value))
    return false;
  *tasks = (uint64_t)MAX(floor(value + 0.5), 1);
  return true;
}

static bool fail_gang(const Asker *asker, const StageSpec *stage, uint64_t tasks, uint64_t most,
                      const char *where, GError **error)
{
  const KeyGroup *group = group_of(asker, stage);
  g_autofree char *asks = quantities_print(asker->build->experiment->kinds, &stage->task_resources);
  return key_file_fail(asker->build->file, group, key_group_find(group, "tasks"), WORKLOAD_ERROR_VALUE, error,
                       "a gang of %" G_GUINT64_FORMAT
                       " tasks of %s each never fits %s at once; expected at most %" G_GUINT64_FORMAT,
                       tasks, asks, where, most);
}

/* Torque never has more than the guarantee of its role. */
static bool check_pool(const Asker *asker, const StageSpec *stage, uint64_t tasks, GError **error)
{
  const FrameworkSpec *framework = asker->framework;
  const Experiment *experiment = asker->build->experiment;
  g_autofree char *name = framework_member_name(framework, 0);
  const char *path = framework->role != NULL ? framework->role : name;
  g_autofree char *where = g_strdup_printf("what [role %s] is guaranteed", path);
  for (uint32_t i = 0; i < experiment->n_roles; i++) {
    const Quantities *pool = &experiment->roles[i].guarantee;
    uint64_t most = UINT64_MAX;
    if (strcmp(experiment->roles[i].path, path) != 0)
      continue;
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      if (pool->amount[kind] > 0 && stage->task_resources.amount[kind] > 0)
        most = MIN(most, (uint64_t)(pool->amount[kind] / stage->task_resources.amount[kind]));
    if (tasks > most)
      return fail_gang(asker, stage, tasks, most, where, error);
  }
  return true;
}

static bool fail_quota(const Asker *asker, const StageSpec *stage, const char *path,
                       const RoleSpec *limited_by, uint32_t tasks, uint32_t most, GError **error)
{
  g_autofree char *where =
      limited_by == NULL ? g_strdup_printf("what other roles' guarantees leave for the role \"%s\"", path)
                         : g_strdup_printf("what the limit of [role %s] leaves", limited_by->path);
  if (most > 0)
    return fail_gang(asker, stage, tasks, most, where, error);
  const KeyGroup *group = group_of(asker, stage);
  g_autofree char *asks = quantities_print(asker->build->experiment->kinds, &stage->task_resources);
  return key_file_fail(asker->build->file, group, key_group_find(group, "task-resources"),
                       WORKLOAD_ERROR_VALUE, error, "a task of %s never fits %s; expected no more than that",
                       asks, where);
}

/* @tasks: at once; @need: of each. */
static bool check_quotas(const Asker *asker, const StageSpec *stage, uint32_t tasks, const Quantities *need,
                         GError **error)
{
  const FrameworkSpec *framework = asker->framework;
  for (uint32_t member = 0; role_room_binds(framework) && member < framework->count; member++) {
    g_autofree char *name = framework_member_name(framework, member);
    const char *path = framework->role != NULL ? framework->role : name;
    const RoleSpec *limited_by;
    uint32_t most = role_room(asker->build->experiment, path, need, &limited_by);
    if (tasks > most)
      return fail_quota(asker, stage, path, limited_by, tasks, most, error);
    if (framework->role != NULL)
      break;
  }
  return true;
}

static bool check_stage(const Asker *asker, const StageSpec *stage, GError **error)
{
  const FrameworkSpec *framework = asker->framework;
  Quantities need = stage->task_resources;
  quantities_add(&need, &framework->executor_resources);
  uint64_t room = room_for(asker, &need);
  uint64_t tasks = 1;
  if (room == 0)
    return fail_task(asker, stage, &need, error);
  bool fixed = is_fixed(stage, &tasks);
  tasks = framework_least(framework, (uint32_t)MIN(tasks, UINT32_MAX));
  if (tasks > room)
    return fail_gang(asker, stage, tasks, room,
                     framework->agents.n > 0 ? "the agents that its framework wants" : "the empty cluster",
                     error);
  if (framework->scheduler == SCHEDULER_TORQUE && fixed && !check_pool(asker, stage, tasks, error))
    return false;
  return !asker->bounded || check_quotas(asker, stage, (uint32_t)tasks, &need, error);
}

/* Racks of agents of which some passes its constraints and has room for @need. Cost: O(agents). */
static uint64_t racks_with_room(const Asker *asker, const Quantities *need)
{
  const Cluster *cluster = &asker->build->experiment->cluster;
  uint64_t racks = 0;
  uint32_t number = 0;
  uint32_t last = UINT32_MAX; /* that was counted */
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    const AgentClass *agents = &cluster->classes[i];
    Quantities whole = resources_count(&agents->resources);
    bool fits = asker->counts[i] > 0 && quantities_contain(&whole, need);
    for (uint32_t end = number + agents->count; number < end; number++) {
      uint32_t rack = number / cluster->agents_per_rack;
      if (!fits || rack == last || !agent_filter_allows(&asker->framework->agents, cluster, agents, number))
        continue;
      racks++;
      last = rack;
    }
  }
  return racks;
}

/* What spreads needs a place for each instance among those that it may have. */
static bool check_places(const Asker *asker, GError **error)
{
  const FrameworkSpec *framework = asker->framework;
  if (framework->spread == SPREAD_NONE)
    return true;
  const Quantities *need = &framework->stages[0].task_resources;
  bool by_host = framework->spread == SPREAD_HOST;
  uint64_t places = by_host ? room_for(asker, need) : racks_with_room(asker, need); /* one on each host */
  for (uint32_t i = 0; i < framework->n_instances; i++)
    if (framework->instances[i].count > places)
      return key_file_fail(asker->build->file, asker->group, key_group_find(asker->group, "instances"),
                           WORKLOAD_ERROR_VALUE, error,
                           "expected at most %" G_GUINT64_FORMAT ", as many as there are %s to spread over "
                           "that it wants and that have room for one, not %u",
                           places, by_host ? "agents" : "racks", framework->instances[i].count);
  return true;
}

static bool check_framework(Asker *asker, GError **error)
{
  const FrameworkSpec *framework = asker->framework;
  if (!find_agents(asker, error) || !check_preferred(asker, error))
    return false;
  for (uint32_t i = 0; framework->trace == NULL && i < framework->n_stages; i++)
    if (!check_stage(asker, &framework->stages[i], error))
      return false;
  return check_places(asker, error);
}

bool check_fits(const WorkloadBuild *build, GError **error)
{
  const Experiment *experiment = build->experiment;
  if (build->known == NULL || !build->known->can_run)
    return true;
  bool bounded = role_room_is_bounded(experiment);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    const FrameworkSpec *framework = &experiment->frameworks[i];
    g_autofree uint32_t *counts = g_new0(uint32_t, experiment->cluster.n_classes);
    Asker asker = {.build = build,
                   .framework = framework,
                   .group = key_file_find(build->file, "framework", framework->name),
                   .counts = counts,
                   .bounded = bounded};
    if (!check_framework(&asker, error))
      return false;
  }
  return true;
}
