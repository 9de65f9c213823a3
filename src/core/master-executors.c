/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

/*
 * Executors of frameworks. An agent has a list of its own, which the flag MASTER_AGENT_EXECUTORS says it has: most have
 * none, because their tasks bring none.
 *
 *     accept: a task names one that is new      agent: it has exited; or agent or framework removed
 *     ----------------------------------> BOOKED -------------------------------------------------> (none)
 */

static uint32_t first_executor(const Master *master, AgentId agent)
{
  bool has = (master_agent(master, agent)->flags & MASTER_AGENT_EXECUTORS) != 0;
  return has ? master->agent_rest.items[agent.index].executors : INDEX_NONE;
}

const MasterExecutor *master_executor_next(const Master *master, AgentId agent, const MasterExecutor *before)
{
  uint32_t slot = before == NULL ? first_executor(master, agent) : before->next;
  return slot == INDEX_NONE ? NULL : pool_at(&master->executors, slot);
}

const MasterExecutor *master_executor_find(const Master *master, AgentId agent, FrameworkId framework,
                                           uint64_t id)
{
  const MasterExecutor *executor = NULL;
  while ((executor = master_executor_next(master, agent, executor)) != NULL)
    if (executor->framework.index == framework.index && executor->id == id)
      break;
  return executor;
}

void master_executor_add(Master *master, Instant now, AgentId agent, FrameworkId framework, RoleId role,
                         const ExecutorInfo *info)
{
  uint32_t slot;
  uint32_t next = first_executor(master, agent);
  MasterExecutor *executor = pool_take(&master->executors, &slot);
  *executor = (MasterExecutor){
      .id = info->id, .framework = framework, .agent = agent, .role = role, .next = next, .slot = slot};
  resources_copy(&executor->resources, &info->resources);
  master->agent_rest.items[agent.index].executors = slot;
  master_agent(master, agent)->flags |= MASTER_AGENT_EXECUTORS;
  master_framework(master, framework)->n_executors++;
  master_agent_take(master, agent, &executor->resources);
  if (master->observer.executor_added != NULL)
    master->observer.executor_added(master->observer.self, now, framework, agent, info->id,
                                    &executor->resources);
}

static void executor_end(Master *master, Instant now, uint32_t slot)
{
  MasterExecutor *executor = pool_at(&master->executors, slot);
  AgentId agent = executor->agent;
  uint32_t *link = &master->agent_rest.items[agent.index].executors;
  while (*link != slot)
    link = &((MasterExecutor *)pool_at(&master->executors, *link))->next;
  *link = executor->next;
  if (master->agent_rest.items[agent.index].executors == INDEX_NONE)
    master_agent(master, agent)->flags &= (uint8_t)~MASTER_AGENT_EXECUTORS;
  master_framework(master, executor->framework)->n_executors--;
  master_agent_put(master, agent, &executor->resources);
  if (!resources_are_empty(&executor->resources))
    master->allocator_interface->recover_resources(allocator_at(master, now), now, executor->framework,
                                                   executor->role, agent, &executor->resources,
                                                   OFFER_FILTER_NONE, true);
  if (master->observer.executor_removed != NULL)
    master->observer.executor_removed(master->observer.self, now, executor->framework, agent, executor->id,
                                      &executor->resources);
  resources_clear(&executor->resources);
  pool_give(&master->executors, slot);
}

bool master_executors_end(Master *master, Instant now, AgentId agent, FrameworkId framework)
{
  bool any = false;
  const MasterExecutor *executor = master_executor_next(master, agent, NULL);
  while (executor != NULL) {
    const MasterExecutor *next = master_executor_next(master, agent, executor);
    if (framework.index == FRAMEWORK_NONE.index || executor->framework.index == framework.index) {
      executor_end(master, now, executor->slot);
      any = true;
    }
    executor = next;
  }
  return any;
}

void master_executor_exited(Master *master, Instant now, AgentId agent, FrameworkId framework, uint64_t id)
{
  if (!master_agent_is_present(master, agent))
    return;
  master->counters.executors_exited++;
  const MasterExecutor *executor = master_executor_find(master, agent, framework, id);
  if (executor == NULL)
    return;
  executor_end(master, now, executor->slot);
  INVARIANT((master_agent_check(master, now, agent), true));
  master_requests_pass_on(master, now);
}
