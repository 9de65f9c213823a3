/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-agents-private.h"
#include "model/sim-job.h"
#include "model/sim-task.h"

static int64_t cpus_of(const SimAgents *agents, uint32_t slot)
{
  const SimTask *task = pool_at(&agents->world->tasks, slot);
  bool lives = (task->flags & SIM_TASK_ENDED) == 0 && task->stage != NULL;
  return lives ? task->stage->need.amount[RESOURCE_CPUS] : 0;
}

int64_t sim_agents_cpus_used(const SimAgents *agents, AgentId agent)
{
  const SimAgent *home = &agents->all[agent.index];
  int64_t cpus = 0;
  for (int i = 0; i < DIRECT; i++)
    if (home->direct[i] != INDEX_NONE)
      cpus += cpus_of(agents, home->direct[i]);
  for (uint32_t slot = home->first; slot != INDEX_NONE;
       slot = ((const SimTask *)pool_at(&agents->world->tasks, slot))->next)
    cpus += cpus_of(agents, slot);
  return cpus;
}

static gint compare_labels(gconstpointer a, gconstpointer b)
{
  uint32_t one = slot_of(*(const uint64_t *)a), other = slot_of(*(const uint64_t *)b);
  return one < other ? -1 : one > other;
}

GArray *sim_agents_list(const SimAgents *agents, AgentId agent)
{
  const Pool *tasks = &agents->world->tasks;
  const SimAgent *home = &agents->all[agent.index];
  GArray *labels = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  for (int i = 0; i < DIRECT; i++)
    if (home->direct[i] != INDEX_NONE) {
      uint64_t label = pool_id(tasks, home->direct[i]);
      g_array_append_val(labels, label);
    }
  for (uint32_t slot = home->first; slot != INDEX_NONE;
       slot = ((const SimTask *)pool_at(tasks, slot))->next) {
    uint64_t label = pool_id(tasks, slot);
    g_array_append_val(labels, label);
  }
  g_array_sort(labels, compare_labels);
  return labels;
}

Duration sim_agents_age(const SimAgents *agents, uint64_t label)
{
  const SimWorld *world = agents->world;
  const SimTask *task = pool_find(&world->tasks, label);
  if (task == NULL || (task->flags & (SIM_TASK_STARTED | SIM_TASK_ENDED)) != SIM_TASK_STARTED)
    return DURATION_ZERO;
  return instant_since(sim_world_now(world), task->start);
}

Duration sim_agents_ran(const SimAgents *agents, uint64_t label)
{
  const SimTask *task = pool_find(&agents->world->tasks, label);
  Duration age = sim_agents_age(agents, label);
  return age.ns == 0
             ? age
             : (Duration){sim_agents_scaled(age.ns, 1 / sim_agents_pace(agents, slot_of(label), task))};
}

void sim_agents_set_left(SimAgents *agents, uint64_t label, Duration left)
{
  SimWorld *world = agents->world;
  SimTask *task = pool_find(&world->tasks, label);
  if (task == NULL || (task->flags & SIM_TASK_ENDED) != 0)
    return;
  if ((task->flags & SIM_TASK_STARTED) == 0) {
    task->length = left;
    return;
  }
  Duration real = {sim_agents_scaled(left.ns, sim_agents_pace(agents, slot_of(label), task))};
  sim_engine_cancel(world->engine, task->entry);
  task->entry = sim_engine_schedule(world->engine, instant_after(sim_world_now(world), real), SIM_PHASE_TASK,
                                    agents->finish_handler, label);
}
