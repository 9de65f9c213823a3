/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

bool master_explain(const Master *master, Instant now, AgentId agent,
                    void (*client)(void *self, const ExplainedClient *client), void *self)
{
  if (master->allocator_interface->explain == NULL || !master_agent_is_present(master, agent))
    return false;
  master->allocator_interface->explain(master->allocator, now, agent, client, self);
  return true;
}

static void view_tasks(const Master *master, AgentId id, void (*tell)(void *self, const AgentUse *use),
                       void *self)
{
  const MasterAgent *agent = master_agent(master, id);
  for (uint32_t slot = master_agent_first_task(agent); slot != INDEX_NONE;
       slot = master_agent_next_task(master, agent, slot)) {
    const MasterTask *task = pool_at(&master->tasks, slot);
    if (!task->freed)
      tell(self, &(AgentUse){AGENT_USE_TASK, task->framework, &task->resources});
  }
}

bool master_view_agent(const Master *master, AgentId id, Resources *total, Resources *free,
                       void (*use)(void *self, const AgentUse *use), void *self)
{
  if (!master_agent_is_present(master, id))
    return false;
  const MasterAgent *agent = master_agent(master, id);
  *total = master->agent_rest.items[id.index].total;
  *free = (Resources){agent->free, master->agent_rest.items[id.index].free};
  if (use == NULL)
    return true;
  view_tasks(master, id, use, self);
  const MasterExecutor *executor = NULL;
  while ((executor = master_executor_next(master, id, executor)) != NULL)
    use(self, &(AgentUse){AGENT_USE_EXECUTOR, executor->framework, &executor->resources});
  for (uint32_t slot = agent->offers; slot != INDEX_NONE;) {
    const MasterOffer *offer = pool_at(&master->offers, slot);
    use(self, &(AgentUse){AGENT_USE_OFFER, offer->framework, &offer->resources});
    slot = offer->next;
  }
  return true;
}
