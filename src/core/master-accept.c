/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

#include "base/check.h"

/* An accept is checked as a whole first: ids that exist, once each, of one framework, role and agent. Then
 * its tasks are checked one by one, each against what the ones before have left over. */

static bool offers_are_valid(const Master *master, FrameworkId framework, const OfferId *offers,
                             uint32_t n_offers)
{
  if (n_offers == 0)
    return false;
  const MasterOffer *first = pool_find(&master->offers, offers[0].value);
  if (first == NULL || first->framework.index != framework.index)
    return false;
  for (uint32_t i = 1; i < n_offers; i++) {
    const MasterOffer *offer = pool_find(&master->offers, offers[i].value);
    if (offer == NULL || offer->framework.index != framework.index ||
        offer->agent.index != first->agent.index || offer->role.index != first->role.index)
      return false;
    for (uint32_t before = 0; before < i; before++)
      if (offers[before].value == offers[i].value)
        return false;
  }
  return true;
}

/* The whole call is void: what it had comes back without a filter, its tasks never were. */
static void accept_refuse(Master *master, Instant now, FrameworkId framework, const OfferId *offers,
                          uint32_t n_offers, const Operation *operations, uint32_t n_operations)
{
  for (uint32_t i = 0; i < n_offers; i++) {
    const MasterOffer *offer = pool_find(&master->offers, offers[i].value);
    if (offer != NULL && offer->framework.index == framework.index)
      master_offer_give_back(master, now, slot_of(offers[i].value), OFFER_DISCARDED, OFFER_FILTER_NONE);
  }
  TaskState state = master_lost_state(master, framework, TASK_DROPPED);
  for (uint32_t i = 0; i < n_operations; i++)
    for (uint32_t j = 0; j < operations[i].n_tasks; j++)
      master_refuse_task(master, framework, &operations[i].tasks[j], state, REASON_INVALID_OFFERS);
}

static bool task_is_valid(const TaskInfo *task, AgentId agent, const Resources *remaining)
{
  return task->agent.index == agent.index && !resources_are_empty(&task->resources) &&
         quantities_are_valid(&task->resources.plain) && resources_contain(remaining, &task->resources);
}

static TaskId task_launch(Master *master, Instant now, FrameworkId framework, RoleId role,
                          const TaskInfo *info)
{
  MasterAgent *agent = master_agent(master, info->agent);
  uint32_t slot;
  MasterTask *task = pool_take(&master->tasks, &slot);
  task->label = info->label;
  task->framework = framework;
  task->agent = info->agent;
  task->role = role;
  task->sequence = 0;
  task->state = TASK_STAGING;
  task->reason = REASON_NONE;
  task->freed = false;
  task->revoked = false;
  resources_copy(&task->resources, &info->resources);
  /* Where tasks may be revoked none is kept aside, so that the list has the youngest first. */
  if (agent->task == INDEX_NONE && !master->settings.revocation) {
    agent->task = slot;
  } else {
    task->next = agent->tasks;
    agent->tasks = slot;
  }
  master_agent_take(master, info->agent, &task->resources);
  master_framework(master, framework)->n_tasks++;
  master->n_tasks_live++;
  TaskId id = {pool_id(&master->tasks, slot)};
  if (master->observer.task_launched != NULL)
    master->observer.task_launched(master->observer.self, now, framework, info->agent, id, &task->resources);
  return id;
}

/* Launches what is valid out of @remaining, and pushes an id per task on Master.launched: TASK_NONE for the
 * bad ones, which are answered once the books are closed. */
static void tasks_launch(Master *master, Instant now, FrameworkId framework, RoleId role, AgentId agent,
                         const Operation *operation, Resources *remaining)
{
  for (uint32_t i = 0; i < operation->n_tasks; i++) {
    TaskId id = TASK_NONE;
    if (task_is_valid(&operation->tasks[i], agent, remaining)) {
      resources_subtract(remaining, &operation->tasks[i].resources);
      id = task_launch(master, now, framework, role, &operation->tasks[i]);
      master->allocator_interface->transition_offered_to_allocated(master->allocator, now, framework, role,
                                                                   agent, &operation->tasks[i].resources);
    }
    array_push(&master->launched, id);
  }
}

static void launch_send(Master *master, FrameworkId framework, const TaskInfo *info, TaskId id)
{
  if (id.value == TASK_NONE.value) {
    master_refuse_task(master, framework, info, TASK_ERROR, REASON_TASK_INVALID);
    return;
  }
  const MasterTask *task = pool_find(&master->tasks, id.value);
  if (task == NULL)
    return; /* an earlier message of this accept has led to its end */
  TaskLaunch launch = {id, task->label, task->framework, task->resources};
  master->ports.send_launch(master->ports.self, task->agent, &launch);
}

AcceptResult master_accept(Master *master, Instant now, FrameworkId framework, const OfferId *offers,
                           uint32_t n_offers, const Operation *operations, uint32_t n_operations,
                           OfferFilter filter)
{
  if (!master_framework_is_present(master, framework))
    return ACCEPT_INVALID_OFFERS; /* it was on its way when the framework left; nobody is there to be told */
  uint32_t n_tasks = 0;
  for (uint32_t i = 0; i < n_operations; i++)
    n_tasks += operations[i].n_tasks;
  master_count_call(master, framework, FRAMEWORK_CALL_ACCEPT);
  master->framework_counters.items[framework.index].accepts_launching += n_tasks > 0;
  if (!offers_are_valid(master, framework, offers, n_offers)) {
    accept_refuse(master, now, framework, offers, n_offers, operations, n_operations);
    master_requests_pass_on(master, now);
    return ACCEPT_INVALID_OFFERS;
  }
  const MasterOffer *first = pool_find(&master->offers, offers[0].value);
  AgentId agent = first->agent;
  RoleId role = first->role;

  Resources remaining = RESOURCES_EMPTY;
  for (uint32_t i = 0; i < n_offers; i++) {
    uint32_t slot = slot_of(offers[i].value);
    resources_add(&remaining, &((const MasterOffer *)pool_at(&master->offers, slot))->resources);
    master_offer_end(master, now, slot, n_tasks > 0 ? OFFER_ACCEPTED : OFFER_DECLINED);
  }
  /* The books first, the messages after them: what is sent may come back as another call at once. */
  uint32_t base = master->launched.n;
  for (uint32_t i = 0; i < n_operations; i++)
    tasks_launch(master, now, framework, role, agent, &operations[i], &remaining);
  if (!resources_are_empty(&remaining)) {
    master->allocator_interface->recover_resources(master->allocator, now, framework, role, agent, &remaining,
                                                   filter, false);
    resources_clear(&remaining);
  }
  INVARIANT((master_agent_check(master, now, agent), true));

  uint32_t at = base;
  for (uint32_t i = 0; i < n_operations; i++)
    for (uint32_t j = 0; j < operations[i].n_tasks; j++)
      launch_send(master, framework, &operations[i].tasks[j], master->launched.items[at++]);
  master->launched.n = base;
  master_requests_pass_on(master, now);
  return ACCEPT_DONE;
}
