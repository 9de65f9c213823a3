/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-pace.h"

#include <math.h>

#include "model/sim-agents.h"
#include "model/sim-framework.h"

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
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    const FrameworkSpec *spec = &experiment->frameworks[i];
    if (spec->slow_tasks.probability > 0 || (differ && scheduler_loses_gangs(spec->scheduler)))
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
}

void sim_pace_join(SimPace *pace, const TaskInfo *tasks, uint32_t n)
{
  double slowest = INFINITY;
  for (uint32_t i = 0; i < n; i++)
    slowest = MIN(slowest, pace->paces[slot_of(tasks[i].label)]);
  for (uint32_t i = 0; i < n; i++)
    pace->paces[slot_of(tasks[i].label)] = slowest;
}

double sim_pace_of(const SimPace *pace, uint32_t slot)
{
  return pace->paces[slot];
}
