/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-pace.h"

#include <math.h>

#include "model/sim-agents.h"
#include "model/sim-framework.h"
#include "model/sim-isolation.h"
#include "model/sim-preference.h"

struct SimPace {
  SimWorld *world;
  double *paces; /* array by slot */
  uint32_t space;
};

static bool agents_differ(const Cluster *cluster)
{
  for (uint32_t i = 0; i < cluster->n_classes; i++)
    if (cluster->classes[i].speed != cluster->classes[0].speed || cluster->classes[i].slow.probability > 0)
      return true;
  return false;
}

static bool is_needed(const Experiment *experiment)
{
  bool differ = agents_differ(&experiment->cluster);
  if (experiment->cluster.isolation.n_points > 0)
    return true;
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    const FrameworkSpec *spec = &experiment->frameworks[i];
    if (spec->slow_tasks.probability > 0 || spec->elsewhere_slowdown > 1 ||
        (differ && scheduler_loses_gangs(spec->scheduler)))
      return true;
  }
  return false;
}

SimPace *sim_pace_new(SimWorld *world)
{
  if (!is_needed(world->experiment))
    return NULL;
  SimPace *pace = g_new0(SimPace, 1);
  pace->world = world;
  return pace;
}

void sim_pace_free(SimPace *pace)
{
  if (pace == NULL)
    return;
  g_free(pace->paces);
  g_free(pace);
}

/* By which factor an attempt takes longer. */
static double factor_of(const SimPace *pace, const SimTask *task)
{
  const Stragglers *slow = &task->stage->job->framework->spec->slow_tasks;
  if (slow->probability <= 0)
    return 1;
  SimDraw draw = {pace->world->seed, SIM_PURPOSE_SLOW_TASK, task->stage->entity,
                  (uint64_t)(task->attempt & 0xff) << 32 | task->index};
  return sim_random_unit(&draw) < slow->probability ? slow->factor : 1;
}

void sim_pace_take(SimPace *pace, uint32_t slot, const SimTask *task)
{
  if (slot >= pace->space) {
    pace->space = MAX(1024, 2 * (slot + 1));
    pace->paces = g_renew(double, pace->paces, pace->space);
  }
  pace->paces[slot] = sim_agents_speed(pace->world->agents, (AgentId){task->agent}) / factor_of(pace, task);
  const SimFramework *framework = task->stage->job->framework;
  if (framework->preference != NULL && !sim_framework_prefers(framework, (AgentId){task->agent}))
    pace->paces[slot] /= framework->spec->elsewhere_slowdown;
}

/* By which factor a task takes longer there beside others that have @more cpus, and those that are there. */
static double crowding(const SimPace *pace, AgentId agent, int64_t more)
{
  const Cluster *cluster = &pace->world->experiment->cluster;
  const SimAgents *agents = pace->world->agents;
  uint32_t machine = sim_agents_machine(agents, agent);
  if (cluster->isolation.n_points == 0 || machine == INDEX_NONE)
    return 1;
  Quantities total = resources_total(&agent_class_of(cluster, machine)->resources);
  double all = (double)total.amount[RESOURCE_CPUS];
  double load = (double)(sim_agents_cpus_used(agents, agent) + more) / all;
  return sim_isolation_slowdown(&cluster->isolation, all > 0 ? load : 0);
}

void sim_pace_arrive(SimPace *pace, uint32_t slot, const SimTask *task)
{
  if (task->stage != NULL && !task->stage->job->framework->as_one)
    pace->paces[slot] /= crowding(pace, (AgentId){task->agent}, 0);
}

/* Before they are sent: those of the gang are not there yet. Tasks of one agent follow each other. */
static void crowd_gang(SimPace *pace, const TaskInfo *tasks, uint32_t n)
{
  uint32_t end;
  for (uint32_t i = 0; i < n; i = end) {
    int64_t cpus = 0;
    for (end = i; end < n && tasks[end].agent.index == tasks[i].agent.index; end++)
      cpus += tasks[end].resources.plain.amount[RESOURCE_CPUS];
    for (uint32_t j = i; j < end; j++)
      pace->paces[slot_of(tasks[j].label)] /=
          crowding(pace, tasks[j].agent, cpus - tasks[j].resources.plain.amount[RESOURCE_CPUS]);
  }
}

void sim_pace_join(SimPace *pace, const TaskInfo *tasks, uint32_t n)
{
  double slowest = HUGE_VAL;
  if (pace->world->experiment->cluster.isolation.n_points > 0)
    crowd_gang(pace, tasks, n);
  for (uint32_t i = 0; i < n; i++)
    slowest = MIN(slowest, pace->paces[slot_of(tasks[i].label)]);
  for (uint32_t i = 0; i < n; i++)
    pace->paces[slot_of(tasks[i].label)] = slowest;
}

double sim_pace_of(const SimPace *pace, uint32_t slot)
{
  return pace->paces[slot];
}
