/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

#include "base/check.h"

/* An accept is checked as a whole first: ids that exist, once each, of one framework, role and agent. Then
 * its operations are done one by one, each with what the ones before have left over and made. The books come first, the
 * messages after them: what is sent may come back as another call at once. */

static uint32_t operation_tasks(const Operation *operation)
{
  return operation_launches(operation->kind) ? operation->n_tasks : 0;
}

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
    if (!operation_launches(operations[i].kind) && operations[i].kind < OPERATIONS)
      master_framework(master, framework)->counters.operations_dropped[operations[i].kind]++;
  for (uint32_t i = 0; i < n_operations; i++)
    for (uint32_t j = 0; j < operation_tasks(&operations[i]); j++)
      master_refuse_task(master, framework, &operations[i].tasks[j], state, REASON_INVALID_OFFERS);
}

/* Into plain_launch(), which is where launches are made millions of times. */
static inline __attribute__((always_inline)) TaskId
task_launch(Master *master, Instant now, FrameworkId framework, RoleId role, const TaskInfo *info)
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
  task->killed = false;
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

/* Special resources, or an executor. */
static __attribute__((noinline)) TaskId special_launch(MasterAccept *accept, const TaskInfo *task)
{
  if (!master_task_is_valid(accept, task))
    return TASK_NONE;
  if (task->executor != NULL)
    master_accept_use_executor(accept, task->executor);
  TaskId id = task_launch(accept->master, accept->now, accept->framework, accept->role, task);
  master_accept_use(accept, &task->resources);
  return id;
}

static TaskId plain_launch(MasterAccept *accept, const TaskInfo *task)
{
  Master *master = accept->master;
  Instant now = accept->now;
  FrameworkId framework = accept->framework;
  AgentId agent = accept->agent;
  RoleId role = accept->role;
  if (task->agent.index != agent.index || quantities_are_zero(&task->resources.plain) ||
      !quantities_are_valid(&task->resources.plain) ||
      !quantities_contain(&accept->remaining.plain, &task->resources.plain))
    return TASK_NONE;
  quantities_subtract(&accept->remaining.plain, &task->resources.plain);
  TaskId id = task_launch(master, now, framework, role, task);
  master->allocator_interface->transition_offered_to_allocated(allocator_at(master, now), now, framework,
                                                               role, agent, &task->resources);
  return id;
}

/* Launches what is valid, and pushes an id per task on Master.launched: TASK_NONE for the bad ones, which are answered
 * once the books are closed. */
static void tasks_launch(MasterAccept *accept, const Operation *operation)
{
  Master *master = accept->master;
  uint32_t n_tasks = operation->n_tasks;
  for (uint32_t i = 0; i < n_tasks; i++) {
    const TaskInfo *task = &operation->tasks[i];
    bool plain = task->resources.special == NULL && task->executor == NULL;
    TaskId id = G_LIKELY(plain) ? plain_launch(accept, task) : special_launch(accept, task);
    array_push(&master->launched, id);
  }
}

/* All, or nothing. */
static void group_launch(MasterAccept *accept, const Operation *operation)
{
  bool valid = master_group_is_valid(accept, operation);
  for (uint32_t i = 0; i < operation->n_tasks; i++) {
    TaskId id = valid ? special_launch(accept, &operation->tasks[i]) : TASK_NONE;
    array_push(&accept->master->launched, id);
  }
}

/* Whatever is no LAUNCH. */
static __attribute__((noinline)) void other_operation(MasterAccept *accept, uint32_t index,
                                                      const Operation *operation)
{
  if (operation->kind != OPERATION_LAUNCH_GROUP)
    master_accept_convert(accept, index, operation);
  else
    group_launch(accept, operation);
}

/* An earlier message of this accept has led to the agent's being cut off, or drained. Returns: whether the launch may no
 * longer be sent; then it has ended. */
static bool launch_is_late(Master *master, Instant now, TaskId id, AgentId agent)
{
  const MasterAgentCare *care = master_agent_care_find(master, agent);
  if (care == NULL || (!care->disconnected && care->state != AGENT_STATE_DRAINING))
    return false;
  const MasterTask *task = pool_find(&master->tasks, id.value);
  FrameworkId framework = task->framework;
  uint64_t label = task->label;
  TaskState state = master_lost_state(master, framework, TASK_DROPPED);
  TaskReason reason = care->disconnected ? REASON_AGENT_DISCONNECTED : REASON_AGENT_DRAINING;
  master_task_end(master, now, slot_of(id.value), state, reason);
  master_task_forget(master, slot_of(id.value));
  master_send_status(master, framework, id, label, agent, state, reason);
  master_agent_drain_advance(master, now, agent);
  return true;
}

static void launch_send(MasterAccept *accept, const TaskInfo *info, TaskId id, OperationKind kind)
{
  Master *master = accept->master;
  if (id.value == TASK_NONE.value) {
    master_refuse_task(master, accept->framework, info, TASK_ERROR,
                       kind == OPERATION_LAUNCH ? REASON_TASK_INVALID : REASON_TASK_GROUP_INVALID);
    return;
  }
  const MasterTask *task = pool_find(&master->tasks, id.value);
  if (task == NULL)
    return; /* an earlier message of this accept has led to its end */
  AgentId agent = task->agent;
  if (G_UNLIKELY((master_agent(master, agent)->flags & MASTER_AGENT_INACTIVE) != 0) &&
      launch_is_late(master, accept->now, id, agent))
    return;
  uint64_t executor = info->executor == NULL ? EXECUTOR_NONE : info->executor->id;
  TaskLaunch launch = {id, task->label, task->framework, executor, task->resources};
  if (G_UNLIKELY(launch.resources.special !=
                 NULL)) /* the task may end, and its slices with it, within the call */
    launch.resources.special = resource_slices_copy(launch.resources.special);
  master->ports.send_launch(master->ports.self, agent, &launch);
  if (G_UNLIKELY(launch.resources.special != NULL))
    resource_slices_free(launch.resources.special);
}

/* Ends the offers; what they held remains. */
static void offers_take(MasterAccept *accept, const OfferId *offers, uint32_t n_offers, OfferEnd end)
{
  Master *master = accept->master;
  uint32_t slot = slot_of(offers[0].value);
  resources_copy(&accept->remaining, &((const MasterOffer *)pool_at(&master->offers, slot))->resources);
  master_offer_end(master, accept->now, slot, end);
  for (uint32_t i = 1; i < n_offers; i++) {
    slot = slot_of(offers[i].value);
    resources_add(&accept->remaining, &((const MasterOffer *)pool_at(&master->offers, slot))->resources);
    master_offer_end(master, accept->now, slot, end);
  }
  if (G_UNLIKELY(accept->remaining.special != NULL) && n_offers > 1)
    master_accept_single_copies(accept);
}

static void accept_send(MasterAccept *accept, const Operation *operations, uint32_t n_operations,
                        uint32_t base)
{
  Master *master = accept->master;
  uint32_t at = base;
  if (G_UNLIKELY(accept->more != NULL))
    master_rescinds_send(master, accept->more->rescinds);
  for (uint32_t i = 0; i < n_operations; i++) {
    if (G_UNLIKELY(!operation_launches(operations[i].kind))) {
      master_accept_send_conversion(accept, i, &operations[i]);
      continue;
    }
    for (uint32_t j = 0; j < operations[i].n_tasks; j++)
      launch_send(accept, &operations[i].tasks[j], master->launched.items[at++], operations[i].kind);
  }
  master->launched.n = base;
}

/* Any accept but one of one launch. */
static void accept_count(FrameworkCounters *counters, const Operation *operations, uint32_t n_operations,
                         uint32_t n_tasks, bool converts)
{
  counters->calls[FRAMEWORK_CALL_ACCEPT]++;
  counters->accepts_launching += n_tasks > 0;
  counters->accepts_converting += n_tasks == 0 && converts;
  for (uint32_t i = 0; i < n_operations; i++)
    if (operations[i].kind < OPERATIONS)
      counters->operations[operations[i].kind]++;
}

AcceptResult master_accept(Master *master, Instant now, FrameworkId framework, const OfferId *offers,
                           uint32_t n_offers, const Operation *operations, uint32_t n_operations,
                           OfferFilter filter)
{
  if (!master_framework_is_present(master, framework))
    return ACCEPT_INVALID_OFFERS; /* it was on its way when the framework left; nobody is there to be told */
  uint32_t n_tasks = 0;
  bool converts = false;
  for (uint32_t i = 0; i < n_operations; i++) {
    n_tasks += operation_tasks(&operations[i]);
    converts = converts || !operation_launches(operations[i].kind);
  }
  if (G_LIKELY(n_operations == 1 && operations[0].kind == OPERATION_LAUNCH && n_tasks > 0))
    master_framework(master, framework)->counters.accepts_simple++;
  else
    accept_count(&master_framework(master, framework)->counters, operations, n_operations, n_tasks, converts);
  if (!offers_are_valid(master, framework, offers, n_offers)) {
    accept_refuse(master, now, framework, offers, n_offers, operations, n_operations);
    master_requests_pass_on(master, now);
    return ACCEPT_INVALID_OFFERS;
  }
  const MasterOffer *first = pool_find(&master->offers, offers[0].value);
  MasterAccept accept;
  MasterAcceptMore more;
  accept.master = master;
  accept.now = now;
  accept.framework = framework;
  accept.role = first->role;
  accept.agent = first->agent;
  accept.more = NULL;
  offers_take(&accept, offers, n_offers, n_tasks > 0 || converts ? OFFER_ACCEPTED : OFFER_DECLINED);
  if (G_UNLIKELY(converts))
    master_accept_begin_conversions(&accept, &more);

  uint32_t base = master->launched.n;
  for (uint32_t i = 0; i < n_operations; i++)
    if (G_LIKELY(operations[i].kind == OPERATION_LAUNCH))
      tasks_launch(&accept, &operations[i]);
    else
      other_operation(&accept, i, &operations[i]);
  if (G_UNLIKELY(converts))
    master_accept_end_conversions(&accept);
  if (!resources_are_empty(&accept.remaining))
    master->allocator_interface->recover_resources(allocator_at(master, now), now, framework, accept.role,
                                                   accept.agent, &accept.remaining, filter, false);
  INVARIANT((master_agent_check(master, now, accept.agent), true));

  accept_send(&accept, operations, n_operations, base);
  if (G_UNLIKELY(accept.more != NULL || accept.remaining.special != NULL))
    master_accept_clear(&accept);
  master_requests_pass_on(master, now);
  return ACCEPT_DONE;
}
