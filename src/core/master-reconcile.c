/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

#include "base/check.h"

/* Reconciliation: a framework asks what has become of its tasks. The answers are drawn up first, and sent then: each may
 * come back as another call at once. */

static TaskState unknown_state(const Master *master, AgentId agent)
{
  if (master_agent_is_present(master, agent))
    return TASK_GONE;
  return master_agent_state(master, agent) == AGENT_STATE_GONE ? TASK_GONE_BY_OPERATOR : TASK_UNKNOWN;
}

static TaskStatus task_answer(TaskId id, const MasterTask *task)
{
  return (TaskStatus){.task = id, .label = task->label, .agent = task->agent, .state = task->state};
}

static TaskStatus query_answer(const Master *master, FrameworkId framework, const TaskQuery *query)
{
  const MasterTask *task = pool_find(&master->tasks, query->task.value);
  if (task != NULL && task->framework.index == framework.index)
    return task_answer(query->task, task);
  TaskState state = master_lost_state(master, framework, unknown_state(master, query->agent));
  return (TaskStatus){.task = query->task, .label = query->label, .agent = query->agent, .state = state};
}

static void answer_send(Master *master, FrameworkId framework, const TaskStatus *answer)
{
  master_send_status(master, framework, answer->task, answer->label, answer->agent, answer->state,
                     REASON_RECONCILIATION);
}

void master_reconcile_one(Master *master, FrameworkId framework, const TaskQuery *query)
{
  TaskStatus answer = query_answer(master, framework, query);
  answer_send(master, framework, &answer);
}

/* All tasks of the framework, by agent. No list of them is kept: this is rare, and each launch would pay for it. */
static void all_answer(const Master *master, FrameworkId framework, GArray *answers)
{
  for (uint32_t i = 0; i < master->agents.n; i++) {
    const MasterAgent *agent = master_agent(master, (AgentId){i});
    if (answers->len == master_framework(master, framework)->n_tasks)
      return;
    for (uint32_t slot = master_agent_first_task(agent); slot != INDEX_NONE;
         slot = master_agent_next_task(master, agent, slot)) {
      const MasterTask *task = pool_at(&master->tasks, slot);
      TaskStatus answer = task_answer((TaskId){pool_id(&master->tasks, slot)}, task);
      if (task->framework.index == framework.index)
        g_array_append_val(answers, answer);
    }
  }
}

void master_reconcile(Master *master, Instant now, FrameworkId framework, const TaskQuery *tasks,
                      uint32_t n_tasks)
{
  if (!master_framework_is_present(master, framework))
    return;
  master_count_call(master, framework, FRAMEWORK_CALL_RECONCILE);
  g_autoptr(GArray) answers = g_array_new(FALSE, FALSE, sizeof(TaskStatus));
  if (n_tasks == 0)
    all_answer(master, framework, answers);
  for (uint32_t i = 0; i < n_tasks; i++) {
    TaskStatus answer = query_answer(master, framework, &tasks[i]);
    g_array_append_val(answers, answer);
  }
  for (guint i = 0; i < answers->len; i++)
    answer_send(master, framework, &g_array_index(answers, TaskStatus, i));
  master_requests_pass_on(master, now);
}
