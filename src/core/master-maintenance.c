/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-operator.h"

/*
 * The maintenance schedule. Its agents stand in Master.scheduled, ascending, their windows in MasterAgentCare.
 *
 * Each agent of the old and of the new schedule starts from a clean slate: its offers and inverse offers are taken back,
 * then the allocator hears of the window, in this order: otherwise it would take what comes back for answers to inverse
 * offers that it has yet to make.
 */

static OperatorResult schedule_check(const Master *master, const MaintenanceWindow *windows, uint32_t n,
                                     GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
  for (uint32_t i = 0; i < n; i++) {
    AgentId agent = windows[i].agent;
    if (master_agent_state(master, agent) != AGENT_STATE_DOWN) {
      OperatorResult result = master_operator_check_agent(master, agent, error);
      if (result != OPERATOR_DONE)
        return result;
    }
    if (!g_hash_table_add(seen, GUINT_TO_POINTER(agent.index)))
      return master_operator_refuse(error, OPERATOR_INVALID,
                                    "agent %s: is scheduled twice; expected one window",
                                    master_agent_hostname(master, agent));
    if (instant_is_never(windows[i].window.start) || windows[i].window.start.ns < 0)
      return master_operator_refuse(error, OPERATOR_INVALID,
                                    "agent %s: its window has no start; expected an instant",
                                    master_agent_hostname(master, agent));
    if (windows[i].window.length.ns < 0)
      return master_operator_refuse(
          error, OPERATOR_INVALID, "agent %s: window of %g s: expected a length that is not negative",
          master_agent_hostname(master, agent), duration_seconds(windows[i].window.length));
  }
  for (uint32_t i = 0; i < master->scheduled.n; i++) {
    AgentId agent = master->scheduled.items[i];
    if (master_agent_state(master, agent) == AGENT_STATE_DOWN &&
        !g_hash_table_contains(seen, GUINT_TO_POINTER(agent.index)))
      return master_operator_refuse(
          error, OPERATOR_CONFLICT,
          "agent %s: is down and cannot leave the schedule; expected it to be named, "
          "or maintenance to be stopped first",
          master_agent_hostname(master, agent));
  }
  return OPERATOR_DONE;
}

static int compare_agents(const void *a, const void *b)
{
  uint32_t first = ((const AgentId *)a)->index;
  uint32_t second = ((const AgentId *)b)->index;
  return first < second ? -1 : first > second;
}

/* Gives the agent this window, or none. */
static void agent_set_window(Master *master, Instant now, AgentId agent, const Unavailability *window,
                             GArray *rescinds)
{
  MasterAgentCare *care = master_agent_care(master, agent);
  if (!master_agent_is_present(master, agent)) {
    care->window = *window; /* it is down */
    return;
  }
  master_agent_take_back(master, now, agent, rescinds);
  master_agent_inverse_offers_take_back(master, now, agent, rescinds);
  care->window = *window;
  if (master->allocator_interface->update_unavailability != NULL)
    master->allocator_interface->update_unavailability(allocator_at(master, now), now, agent,
                                                       instant_is_never(window->start) ? NULL : window);
}

static void schedule_replace(Master *master, Instant now, const MaintenanceWindow *windows, uint32_t n)
{
  g_autoptr(GArray) rescinds = master_rescinds_new();
  g_autoptr(GHashTable) named = g_hash_table_new(NULL, NULL);
  for (uint32_t i = 0; i < n; i++)
    g_hash_table_add(named, GUINT_TO_POINTER(windows[i].agent.index));
  for (uint32_t i = 0; i < master->scheduled.n; i++)
    if (!g_hash_table_contains(named, GUINT_TO_POINTER(master->scheduled.items[i].index)))
      agent_set_window(master, now, master->scheduled.items[i], &UNAVAILABILITY_NONE, rescinds);
  master->scheduled.n = 0;
  for (uint32_t i = 0; i < n; i++) {
    agent_set_window(master, now, windows[i].agent, &windows[i].window, rescinds);
    array_push(&master->scheduled, windows[i].agent);
  }
  if (n > 0)
    qsort(master->scheduled.items, n, sizeof(AgentId), compare_agents);
  master_rescinds_send(master, rescinds);
}

OperatorResult master_update_maintenance(Master *master, Instant now, const MaintenanceWindow *windows,
                                         uint32_t n, GError **error)
{
  OperatorResult result = schedule_check(master, windows, n, error);
  g_autoptr(GString) subject = g_string_new(n == 0 ? "no agents" : "agents");
  for (uint32_t i = 0; i < n; i++)
    g_string_append_printf(subject, " %u", windows[i].agent.index);
  if (result == OPERATOR_DONE)
    schedule_replace(master, now, windows, n);
  return master_operator_end(master, now, OPERATOR_UPDATE_MAINTENANCE_SCHEDULE, subject->str, result);
}

OperatorResult master_start_maintenance(Master *master, Instant now, AgentId agent, GError **error)
{
  OperatorResult result = master_operator_check_agent(master, agent, error);
  const MasterAgentCare *care = master_agent_care_find(master, agent);
  if (result == OPERATOR_DONE && (care == NULL || instant_is_never(care->window.start)))
    result = master_operator_refuse(error, OPERATOR_INVALID,
                                    "agent %s: is not in the maintenance schedule; expected one that is",
                                    master_agent_hostname(master, agent));
  if (result == OPERATOR_DONE)
    master_agent_remove(master, now, agent, AGENT_STATE_DOWN, TASK_GONE, REASON_AGENT_REMOVED);
  return master_operator_end_agent(master, now, OPERATOR_START_MAINTENANCE, agent, result);
}

OperatorResult master_stop_maintenance(Master *master, Instant now, AgentId agent, GError **error)
{
  OperatorResult result = OPERATOR_DONE;
  AgentState state = master_agent_state(master, agent);
  if (agent.index >= master->agents.n)
    result = master_operator_check_agent(master, agent, error);
  else if (state != AGENT_STATE_DOWN)
    result = master_operator_refuse(error, OPERATOR_INVALID,
                                    "agent %s: is not down for maintenance but %s; expected one that is",
                                    master_agent_hostname(master, agent), agent_state_name(state));
  if (result == OPERATOR_DONE) {
    g_autoptr(GArray) rescinds = master_rescinds_new();
    master_agent_leave_schedule(master, agent);
    master_agent_set_state(master, now, agent, AGENT_STATE_REMOVED, rescinds);
  }
  return master_operator_end_agent(master, now, OPERATOR_STOP_MAINTENANCE, agent, result);
}
