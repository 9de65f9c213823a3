/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

#include "base/check.h"
#include "base/prefetch.h"

void master_send_status(Master *master, FrameworkId framework, TaskId task, uint64_t label, AgentId agent,
                        TaskState state, TaskReason reason)
{
  TaskStatus status = {
      .task = task,
      .label = label,
      .agent = agent,
      .state = state,
      .reason = reason,
      .source = SOURCE_MASTER,
  };
  if (!master_framework_is_present(master, framework))
    return;
  master_count_event(master, framework, FRAMEWORK_EVENT_STATUS_MADE);
  master->ports.send_status(master->ports.self, framework, &status);
}

void master_refuse_task(Master *master, FrameworkId framework, const TaskInfo *info, TaskState state,
                        TaskReason reason)
{
  master_count_task_end(master, framework, state, SOURCE_MASTER, reason);
  master_send_status(master, framework, TASK_NONE, info->label, info->agent, state, reason);
}

void master_task_forget(Master *master, uint32_t slot)
{
  MasterTask *task = pool_at(&master->tasks, slot);
  CHECK(task->freed);
  MasterAgent *agent = master_agent(master, task->agent);
  if (agent->task == slot) {
    agent->task = INDEX_NONE;
  } else {
    uint32_t *link = &agent->tasks;
    while (*link != slot)
      link = &((MasterTask *)pool_at(&master->tasks, *link))->next;
    *link = task->next;
  }
  master_framework(master, task->framework)->n_tasks--;
  resources_clear(&task->resources);
  pool_give(&master->tasks, slot);
}

/* A new state in the books; at the first that ends the task its resources go back, before any
 * acknowledgement. */
static void task_set_state(Master *master, Instant now, uint32_t slot, TaskState state, TaskSource source,
                           TaskReason reason)
{
  MasterTask *task = pool_at(&master->tasks, slot);
  TaskState before = task->state;
  bool frees = !task->freed && (task_state_is_terminal(state) || state == TASK_UNREACHABLE);
  task->state = state;
  task->reason = reason;
  if (frees) {
    if (G_LIKELY(state != TASK_UNREACHABLE))
      master_count_task_end(master, task->framework, state, source, reason);
    task->freed = true;
    master->n_tasks_live--;
    master_agent_put(master, task->agent, &task->resources);
    master->allocator_interface->recover_resources(allocator_at(master, now), now, task->framework,
                                                   task->role, task->agent, &task->resources,
                                                   OFFER_FILTER_NONE, true);
  } else if (G_UNLIKELY(task_state_is_terminal(state))) {
    master_count_task_end(master, task->framework, state, source, reason);
  }
  if (master->observer.task_updated != NULL)
    master->observer.task_updated(master->observer.self, now, task->framework, task->agent,
                                  (TaskId){pool_id(&master->tasks, slot)}, &task->resources, before, state,
                                  reason, frees);
}

void master_task_end(Master *master, Instant now, uint32_t slot, TaskState state, TaskReason reason)
{
  const MasterTask *task = pool_at(&master->tasks, slot);
  if (!task->freed)
    task_set_state(master, now, slot, state, SOURCE_MASTER, reason);
}

/* What an agent may say to any framework; and what more to some. */
#define STATES_PLAIN                                                                                         \
  (1u << TASK_STARTING | 1u << TASK_RUNNING | 1u << TASK_FINISHED | 1u << TASK_FAILED | 1u << TASK_KILLED |  \
   1u << TASK_ERROR | 1u << TASK_LOST)
#define STATES_OTHER (1u << TASK_KILLING | 1u << TASK_DROPPED | 1u << TASK_GONE | 1u << TASK_GONE_BY_OPERATOR)

static bool status_is_among(const TaskStatus *status, uint32_t states)
{
  return status->state < TASK_STATES && (states >> status->state & 1) != 0 && status->reason < TASK_REASONS &&
         status->source < TASK_SOURCES;
}

/* Forwards @status, with @state instead of its own. */
static void status_forward(Master *master, const MasterTask *task, const TaskStatus *status, TaskState state)
{
  FrameworkId framework = task->framework;
  TaskStatus forwarded = *status;
  forwarded.label = task->label;
  forwarded.state = state;
  master_count_event(master, framework, FRAMEWORK_EVENT_STATUS_FORWARDED);
  master->ports.send_status(master->ports.self, framework, &forwarded);
}

static void status_book(Master *master, Instant now, MasterTask *task, const TaskStatus *status,
                        TaskState state)
{
  task->sequence = status->sequence;
  if (!task_state_is_terminal(task->state))
    task_set_state(master, now, slot_of(status->task.value), state, status->source, status->reason);
  INVARIANT((master_agent_check(master, now, status->agent), true));
}

static bool killing_is_unknown(const Master *master, FrameworkId framework, TaskState state)
{
  return state == TASK_KILLING &&
         (master_framework(master, framework)->capabilities & FRAMEWORK_TASK_KILLING_STATE) == 0;
}

/* One that is repeated, or of a state that not every framework knows, or none at all. A repeated one is passed on again;
 * one that a later one has overtaken is not. */
static void __attribute__((noinline))
status_is_special(Master *master, Instant now, MasterTask *task, const TaskStatus *status)
{
  if (task == NULL || task->agent.index != status->agent.index ||
      !master_agent_is_present(master, status->agent) || status->sequence == 0 ||
      status->sequence < task->sequence || !status_is_among(status, STATES_PLAIN | STATES_OTHER)) {
    master->counters.statuses_invalid++;
    return;
  }
  if (killing_is_unknown(master, task->framework, status->state)) {
    task->sequence = status->sequence;
    master->ports.send_acknowledgement(master->ports.self, status->agent, status->task, task->label,
                                       status->sequence);
    return;
  }
  TaskState state = status->state >= TASK_DROPPED ? master_lost_state(master, task->framework, status->state)
                                                  : status->state;
  bool repeated = status->sequence == task->sequence;
  if (repeated && state != task->state) {
    master->counters.statuses_invalid++; /* not what it was the first time */
    return;
  }
  if (!repeated)
    status_book(master, now, task, status, state);
  status_forward(master, task, status, state);
  master_requests_pass_on(master, now);
}

_Static_assert(TASK_DROPPED == TASK_LOST + 1 && TASK_GONE_BY_OPERATOR == TASK_STATES - 1,
               "what only partition-aware frameworks know comes last");

void master_status_update(Master *master, Instant now, const TaskStatus *status)
{
  MasterTask *task = pool_find(&master->tasks, status->task.value);
  if (G_UNLIKELY(task == NULL || task->agent.index != status->agent.index ||
                 !master_agent_is_present(master, status->agent) || status->sequence <= task->sequence ||
                 !status_is_among(status, STATES_PLAIN))) {
    status_is_special(master, now, task, status);
    return;
  }
  status_book(master, now, task, status, status->state);
  status_forward(master, task, status, status->state);
  master_requests_pass_on(master, now);
}

void master_expect_status(const Master *master, AgentId agent, TaskId task, bool near)
{
  if (agent.index >= master->agents.n)
    return;
  if (!near) {
    pool_prefetch(&master->tasks, task.value);
    prefetch(master_agent(master, agent));
  }
  if (master->allocator_interface->expect != NULL)
    master->allocator_interface->expect(master->allocator, agent, near);
}

/* Whether messages to @agent, which is present, go anywhere. */
static bool agent_is_connected(const Master *master, AgentId agent)
{
  const MasterAgentCare *care = NULL;
  if (G_UNLIKELY((master_agent(master, agent)->flags & MASTER_AGENT_CARE) != 0))
    care = master_agent_care_find(master, agent);
  return care == NULL || !care->disconnected;
}

static void acknowledge_refuse(Master *master, FrameworkId framework)
{
  if (framework.index < master->frameworks->len)
    master_framework(master, framework)->counters.acknowledgements_invalid++;
}

/* An acknowledged end is the end of the record; an older status may be acknowledged late. */
static bool is_end(const MasterTask *task, uint32_t sequence)
{
  return task_state_is_terminal(task->state) && sequence == task->sequence;
}

/* Of a task on an agent of which something has been said. */
static G_GNUC_NO_INLINE void acknowledge_cared(Master *master, Instant now, TaskId id, uint32_t sequence)
{
  const MasterTask *task = pool_find(&master->tasks, id.value);
  AgentId agent = task->agent;
  uint64_t label = task->label;
  if (!agent_is_connected(master, agent)) {
    FrameworkCounters *counters = &master_framework(master, task->framework)->counters;
    counters->calls[FRAMEWORK_CALL_ACKNOWLEDGE]--;
    counters->acknowledgements_invalid++;
    return;
  }
  if (is_end(task, sequence))
    master_task_forget(master, slot_of(id.value));
  master->ports.send_acknowledgement(master->ports.self, agent, id, label, sequence);
  master_agent_drain_advance(master, now, agent);
  master_requests_pass_on(master, now);
}

void master_acknowledge(Master *master, Instant now, FrameworkId framework, TaskId id, uint32_t sequence)
{
  const MasterTask *task = pool_find(&master->tasks, id.value);
  if (task == NULL || task->framework.index != framework.index || sequence == 0 ||
      sequence > task->sequence) {
    acknowledge_refuse(master, framework);
    return;
  }
  AgentId agent = task->agent;
  uint64_t label = task->label;
  master_framework(master, framework)->counters.calls[FRAMEWORK_CALL_ACKNOWLEDGE]++;
  if (G_UNLIKELY((master_agent(master, agent)->flags & MASTER_AGENT_CARE) != 0)) {
    acknowledge_cared(master, now, id, sequence);
    return;
  }
  if (is_end(task, sequence))
    master_task_forget(master, slot_of(id.value));
  master->ports.send_acknowledgement(master->ports.self, agent, id, label, sequence);
}

void master_kill(Master *master, Instant now, FrameworkId framework, TaskId id, AgentId agent)
{
  if (!master_framework_is_present(master, framework))
    return;
  master_count_call(master, framework, FRAMEWORK_CALL_KILL);
  MasterTask *task = pool_find(&master->tasks, id.value);
  if (task == NULL || task->framework.index != framework.index) {
    TaskQuery query = {.task = id, .agent = agent};
    master_reconcile_one(master, framework, &query);
    return;
  }
  if (agent.index != AGENT_NONE.index && agent.index != task->agent.index)
    return;
  if (task_state_is_terminal(task->state)) {
    master_send_status(master, framework, id, task->label, task->agent, task->state, REASON_RECONCILIATION);
    return;
  }
  (void)now;
  task->killed = true;
  if (agent_is_connected(master, task->agent))
    master->ports.send_kill(master->ports.self, task->agent, id, DURATION_ZERO, REASON_NONE);
}

void master_kills_resend(Master *master, AgentId id)
{
  const MasterAgent *agent = master_agent(master, id);
  bool draining = (agent->flags & MASTER_AGENT_DRAINING) != 0;
  g_autoptr(GArray) killed = g_array_new(FALSE, FALSE, sizeof(TaskId));
  for (uint32_t slot = master_agent_first_task(agent); slot != INDEX_NONE;
       slot = master_agent_next_task(master, agent, slot)) {
    const MasterTask *task = pool_at(&master->tasks, slot);
    TaskId task_id = {pool_id(&master->tasks, slot)};
    if ((task->killed || task->revoked || draining) && !task->freed)
      g_array_append_val(killed, task_id);
  }
  /* Each may be answered at once. */
  for (guint i = 0; i < killed->len; i++) {
    TaskId task_id = g_array_index(killed, TaskId, i);
    const MasterTask *task = pool_find(&master->tasks, task_id.value);
    if (task == NULL || task->freed)
      continue;
    bool revoked = task->revoked && !task->killed;
    Duration grace = revoked ? master->settings.revocation_grace : DURATION_ZERO;
    if (!revoked && !task->killed)
      grace = master_agent_care_find(master, id)->grace;
    master->ports.send_kill(master->ports.self, id, task_id, grace,
                            revoked ? REASON_CONTAINER_PREEMPTED : REASON_NONE);
  }
}
