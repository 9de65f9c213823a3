/* SPDX-License-Identifier: Apache-2.0 */
#include "base/resources-text.h"
#include "core/master-internal.h"

/*
 * Revocation: an allocator that guarantees shares takes resources back from those above theirs. It names a framework,
 * an agent and how much; the master chooses the tasks: the youngest, which lose least. A request says how much is to
 * come back in all, so what is being killed already counts: repeating it kills nobody twice.
 */

/* Why the books do not allow it; NULL where they do. */
static const char *revoke_fault(const Master *master, FrameworkId framework, AgentId agent,
                                const Resources *resources)
{
  if (!master->settings.revocation)
    return "revocation is off";
  if (!master->in_run)
    return "outside a run";
  if (!master_framework_is_present(master, framework))
    return "there is no such framework";
  if (!master_agent_is_present(master, agent))
    return "there is no such agent";
  if (resources_are_empty(resources) || !quantities_are_valid(&resources->plain))
    return "that is not an amount";
  return NULL;
}

/* Whether @task has of what @sum lacks of @resources. Of reserved ones, say, any task may. */
static bool task_helps(const Resources *resources, const Resources *sum, const MasterTask *task)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (resources->plain.amount[kind] > sum->plain.amount[kind] && task->resources.plain.amount[kind] > 0)
      return true;
  return resources->special != NULL && task->resources.special != NULL;
}

/* Adds the tasks of @framework on @agent that are being killed already, or (@fresh) that are not and are needed, the
 * youngest first, to @sum until it contains @resources. Returns: whether it does. */
static bool gather(Master *master, FrameworkId framework, AgentId id, const Resources *resources, bool fresh,
                   Resources *sum, GArray *chosen)
{
  const MasterAgent *agent = master_agent(master, id);
  for (uint32_t slot = master_agent_first_task(agent);
       slot != INDEX_NONE && !resources_contain(sum, resources);
       slot = master_agent_next_task(master, agent, slot)) {
    const MasterTask *task = pool_at(&master->tasks, slot);
    if (task->framework.index != framework.index || task->freed || task->revoked == fresh)
      continue;
    if (fresh && !task_helps(resources, sum, task))
      continue;
    if (fresh)
      g_array_append_val(chosen, slot);
    resources_add(sum, &task->resources);
  }
  return resources_contain(sum, resources);
}

/* Adds what the framework's executors there use, which go with the last of their tasks: the allocator, who is told of sums,
 * cannot ask for the tasks alone. Returns: whether @sum contains @resources then. */
static bool add_executors(const Master *master, FrameworkId framework, AgentId agent,
                          const Resources *resources, Resources *sum)
{
  const MasterExecutor *executor = NULL;
  while ((executor = master_executor_next(master, agent, executor)) != NULL)
    if (executor->framework.index == framework.index)
      resources_add(sum, &executor->resources);
  return resources_contain(sum, resources);
}

void master_revoke(void *self, FrameworkId framework, AgentId agent, const Resources *resources)
{
  Master *master = self;
  const char *fault = revoke_fault(master, framework, agent, resources);
  if (fault == NULL) {
    g_autoptr(GArray) chosen = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    Resources sum = RESOURCES_EMPTY;
    bool covered = gather(master, framework, agent, resources, false, &sum, chosen) ||
                   gather(master, framework, agent, resources, true, &sum, chosen) ||
                   add_executors(master, framework, agent, resources, &sum);
    resources_clear(&sum);
    for (guint i = 0; covered && i < chosen->len; i++) {
      uint32_t slot = g_array_index(chosen, uint32_t, i);
      ((MasterTask *)pool_at(&master->tasks, slot))->revoked = true;
      array_push(&master->revoked, (TaskId){pool_id(&master->tasks, slot)});
    }
    if (covered)
      return;
    fault = "it does not run that much there";
  }
  g_autofree char *amount = resources_print(master->settings.kinds, resources);
  master_allocator_broke(master, "took %s of agent %u from framework %u: %s", amount, agent.index,
                         framework.index, fault);
}

void master_revocations_send(Master *master, Instant now)
{
  for (uint32_t i = 0; i < master->revoked.n; i++) {
    TaskId id = master->revoked.items[i];
    const MasterTask *task = pool_find(&master->tasks, id.value);
    if (task == NULL || task->freed)
      continue; /* an earlier message of this run has led to its end */
    AgentId agent = task->agent;
    const MasterAgentCare *care = master_agent_care_find(master, agent);
    if (master->observer.task_revoked != NULL)
      master->observer.task_revoked(master->observer.self, now, task->framework, agent, id, &task->resources,
                                    master->settings.revocation_grace);
    if (care == NULL || !care->disconnected) /* else it hears of it when it is connected again */
      master->ports.send_kill(master->ports.self, agent, id, master->settings.revocation_grace,
                              REASON_CONTAINER_PREEMPTED);
  }
  master->revoked.n = 0;
}
