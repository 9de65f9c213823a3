/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-operator.h"

#include <math.h>
#include <string.h>

#include "base/check.h"

/* --- what all calls share ------------------------------------------------------------------------------- */

G_DEFINE_QUARK(operator- error - quark, operator_error)

const char *operator_call_name(OperatorCall call)
{
  static const char *const names[OPERATOR_CALLS] = {
      [OPERATOR_UPDATE_WEIGHTS] = "UPDATE_WEIGHTS",
      [OPERATOR_UPDATE_QUOTA] = "UPDATE_QUOTA",
      [OPERATOR_RESERVE_RESOURCES] = "RESERVE_RESOURCES",
      [OPERATOR_UNRESERVE_RESOURCES] = "UNRESERVE_RESOURCES",
      [OPERATOR_CREATE_VOLUMES] = "CREATE_VOLUMES",
      [OPERATOR_DESTROY_VOLUMES] = "DESTROY_VOLUMES",
      [OPERATOR_UPDATE_MAINTENANCE_SCHEDULE] = "UPDATE_MAINTENANCE_SCHEDULE",
      [OPERATOR_START_MAINTENANCE] = "START_MAINTENANCE",
      [OPERATOR_STOP_MAINTENANCE] = "STOP_MAINTENANCE",
      [OPERATOR_DRAIN_AGENT] = "DRAIN_AGENT",
      [OPERATOR_DEACTIVATE_AGENT] = "DEACTIVATE_AGENT",
      [OPERATOR_REACTIVATE_AGENT] = "REACTIVATE_AGENT",
      [OPERATOR_MARK_AGENT_GONE] = "MARK_AGENT_GONE",
      [OPERATOR_UPDATE_WHITELIST] = "UPDATE_WHITELIST",
      [OPERATOR_TEARDOWN] = "TEARDOWN",
  };
  CHECK(call < OPERATOR_CALLS);
  return names[call];
}

const char *agent_state_name(AgentState state)
{
  static const char *const names[AGENT_STATES] = {
      [AGENT_STATE_ACTIVE] = "ACTIVE",     [AGENT_STATE_INACTIVE] = "INACTIVE",
      [AGENT_STATE_DRAINING] = "DRAINING", [AGENT_STATE_DRAINED] = "DRAINED",
      [AGENT_STATE_GONE] = "GONE",         [AGENT_STATE_DOWN] = "DOWN",
      [AGENT_STATE_REMOVED] = "REMOVED",
  };
  CHECK(state < AGENT_STATES);
  return names[state];
}

OperatorResult master_operator_refuse(GError **error, OperatorResult result, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *message = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error_literal(error, OPERATOR_ERROR, (int)result, message);
  return result;
}

OperatorResult master_operator_end(Master *master, Instant now, OperatorCall call, const char *subject,
                                   OperatorResult result)
{
  if (master->observer.operator_call != NULL)
    master->observer.operator_call(master->observer.self, now, call, subject, result == OPERATOR_DONE);
  master_requests_pass_on(master, now);
  return result;
}

OperatorResult master_operator_end_agent(Master *master, Instant now, OperatorCall call, AgentId agent,
                                         OperatorResult result)
{
  g_autofree char *subject = g_strdup_printf("agent %u", agent.index);
  return master_operator_end(master, now, call, subject, result);
}

OperatorResult master_operator_check_agent(const Master *master, AgentId agent, GError **error)
{
  if (agent.index >= master->agents.n)
    return master_operator_refuse(error, OPERATOR_UNKNOWN,
                                  "agent %u: there is no such agent; %u have registered", agent.index,
                                  master->agents.n);
  if (!master_agent(master, agent)->present)
    return master_operator_refuse(error, OPERATOR_UNKNOWN, "agent %s: is no longer there: it is %s",
                                  master_agent_hostname(master, agent),
                                  agent_state_name(master_agent_state(master, agent)));
  return OPERATOR_DONE;
}

OperatorResult master_operator_check_role(const char *role, GHashTable *seen, GError **error)
{
  g_autoptr(GError) fault = NULL;
  if (role == NULL)
    return master_operator_refuse(error, OPERATOR_INVALID, "a role without a name: expected its path");
  if (!role_path_check(role, &fault))
    return master_operator_refuse(error, OPERATOR_INVALID, "%s", fault->message);
  if (!g_hash_table_add(seen, g_strdup(role)))
    return master_operator_refuse(error, OPERATOR_INVALID, "role %s: is named twice; expected once", role);
  return OPERATOR_DONE;
}

/* --- weights -------------------------------------------------------------------------------------------- */

static OperatorResult weights_check(const WeightUpdate *updates, uint32_t n, GError **error)
{
  if (n == 0)
    return master_operator_refuse(error, OPERATOR_INVALID, "no weights: expected at least one role");
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (uint32_t i = 0; i < n; i++) {
    OperatorResult result = master_operator_check_role(updates[i].role, seen, error);
    if (result != OPERATOR_DONE)
      return result;
    if (!isfinite(updates[i].weight) || updates[i].weight <= 0)
      return master_operator_refuse(error, OPERATOR_INVALID,
                                    "role %s: weight %g: expected a number greater than 0", updates[i].role,
                                    updates[i].weight);
  }
  return OPERATOR_DONE;
}

static bool role_has_framework(const Master *master, RoleId role)
{
  for (guint i = 0; i < master->frameworks->len; i++) {
    const MasterFramework *framework = master_framework(master, (FrameworkId){i});
    for (uint32_t j = 0; framework->present && j < framework->n_roles; j++)
      if (framework->roles[j].index == role.index)
        return true;
  }
  return false;
}

OperatorResult master_update_weights(Master *master, Instant now, const WeightUpdate *updates, uint32_t n,
                                     GError **error)
{
  OperatorResult result = weights_check(updates, n, error);
  g_autoptr(GString) subject = g_string_new(NULL);
  for (uint32_t i = 0; i < n; i++)
    g_string_append_printf(subject, "%s%s=%g", i == 0 ? "" : " ",
                           updates[i].role == NULL ? "" : updates[i].role, updates[i].weight);
  g_autoptr(GArray) rescinds = master_rescinds_new();
  bool used = false;
  for (uint32_t i = 0; result == OPERATOR_DONE && i < n; i++) {
    RoleId role = master_role(master, updates[i].role);
    RoleAttributes attributes = master->role_attributes.items[role.index];
    attributes.weight = updates[i].weight;
    master_role_set(master, now, role, &attributes);
    used = used || role_has_framework(master, role);
  }
  for (uint32_t i = 0; used && i < master->agents.n; i++)
    master_agent_take_back(master, now, (AgentId){i}, rescinds);
  master_rescinds_send(master, rescinds);
  return master_operator_end(master, now, OPERATOR_UPDATE_WEIGHTS, subject->str, result);
}

/* --- agents --------------------------------------------------------------------------------------------- */

static bool agent_is_scheduled(const Master *master, AgentId agent)
{
  const MasterAgentCare *care = master_agent_care_find(master, agent);
  return care != NULL && !instant_is_never(care->window.start);
}

OperatorResult master_drain_agent(Master *master, Instant now, AgentId agent, Duration grace, bool mark_gone,
                                  GError **error)
{
  OperatorResult result = master_operator_check_agent(master, agent, error);
  if (result == OPERATOR_DONE && grace.ns < 0)
    result = master_operator_refuse(
        error, OPERATOR_INVALID, "agent %s: grace period of %g s: expected none, or one that is not negative",
        master_agent_hostname(master, agent), duration_seconds(grace));
  if (result == OPERATOR_DONE && agent_is_scheduled(master, agent))
    result = master_operator_refuse(
        error, OPERATOR_INVALID,
        "agent %s: is in the maintenance schedule; expected one that is not, or start maintenance",
        master_agent_hostname(master, agent));
  if (result == OPERATOR_DONE)
    master_agent_drain(master, now, agent, grace, mark_gone);
  return master_operator_end_agent(master, now, OPERATOR_DRAIN_AGENT, agent, result);
}

OperatorResult master_deactivate_agent(Master *master, Instant now, AgentId agent, GError **error)
{
  OperatorResult result = master_operator_check_agent(master, agent, error);
  /* One that is draining or drained is inactive already, and stays what it is. */
  if (result == OPERATOR_DONE && master_agent_care(master, agent)->state == AGENT_STATE_ACTIVE) {
    g_autoptr(GArray) rescinds = master_rescinds_new();
    master_agent_set_state(master, now, agent, AGENT_STATE_INACTIVE, rescinds);
    master_rescinds_send(master, rescinds);
  }
  return master_operator_end_agent(master, now, OPERATOR_DEACTIVATE_AGENT, agent, result);
}

OperatorResult master_reactivate_agent(Master *master, Instant now, AgentId agent, GError **error)
{
  OperatorResult result = master_operator_check_agent(master, agent, error);
  const MasterAgentCare *care = result == OPERATOR_DONE ? master_agent_care(master, agent) : NULL;
  if (care != NULL && care->state == AGENT_STATE_ACTIVE)
    result = master_operator_refuse(error, OPERATOR_INVALID,
                                    "agent %s: was not deactivated; expected one that is inactive or drained",
                                    master_agent_hostname(master, agent));
  else if (care != NULL && care->state == AGENT_STATE_DRAINING)
    result = master_operator_refuse(error, OPERATOR_INVALID,
                                    "agent %s: is still draining; expected one that is inactive or drained",
                                    master_agent_hostname(master, agent));
  if (result == OPERATOR_DONE) {
    g_autoptr(GArray) rescinds = master_rescinds_new();
    master_agent_set_state(master, now, agent, AGENT_STATE_ACTIVE, rescinds);
    CHECK(rescinds->len == 0);
  }
  return master_operator_end_agent(master, now, OPERATOR_REACTIVATE_AGENT, agent, result);
}

OperatorResult master_mark_agent_gone(Master *master, Instant now, AgentId agent, GError **error)
{
  OperatorResult result = master_operator_check_agent(master, agent, error);
  if (result == OPERATOR_DONE)
    master_agent_remove(master, now, agent, AGENT_STATE_GONE, TASK_GONE_BY_OPERATOR,
                        REASON_AGENT_REMOVED_BY_OPERATOR);
  return master_operator_end_agent(master, now, OPERATOR_MARK_AGENT_GONE, agent, result);
}

/* --- whitelist, teardown -------------------------------------------------------------------------------- */

static OperatorResult whitelist_check(const char *const *hostnames, uint32_t n, GError **error)
{
  if (hostnames == NULL && n > 0)
    return master_operator_refuse(error, OPERATOR_INVALID, "whitelist of %u hosts: expected their names", n);
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (uint32_t i = 0; i < n; i++) {
    if (hostnames[i] == NULL || hostnames[i][0] == '\0')
      return master_operator_refuse(error, OPERATOR_INVALID,
                                    "whitelist: entry %u is empty: expected a hostname", i + 1);
    if (!g_hash_table_add(seen, g_strdup(hostnames[i])))
      return master_operator_refuse(error, OPERATOR_INVALID,
                                    "whitelist: host %s is named twice; expected once", hostnames[i]);
  }
  return OPERATOR_DONE;
}

OperatorResult master_update_whitelist(Master *master, Instant now, const char *const *hostnames, uint32_t n,
                                       GError **error)
{
  OperatorResult result = whitelist_check(hostnames, n, error);
  g_autoptr(GString) subject = g_string_new(hostnames == NULL ? "all" : "");
  for (uint32_t i = 0; hostnames != NULL && i < n; i++)
    g_string_append_printf(subject, "%s%s", i == 0 ? "" : " ", hostnames[i] == NULL ? "" : hostnames[i]);
  if (result == OPERATOR_DONE)
    master->allocator_interface->update_whitelist(allocator_at(master, now), now, hostnames, n);
  return master_operator_end(master, now, OPERATOR_UPDATE_WHITELIST, subject->str, result);
}

OperatorResult master_operator_teardown(Master *master, Instant now, FrameworkId framework, GError **error)
{
  OperatorResult result = OPERATOR_DONE;
  if (framework.index >= master->frameworks->len)
    result = master_operator_refuse(error, OPERATOR_UNKNOWN,
                                    "framework %u: there is no such framework; %u have subscribed",
                                    framework.index, master->frameworks->len);
  else if (!master_framework_is_present(master, framework))
    result =
        master_operator_refuse(error, OPERATOR_UNKNOWN, "framework %u: has left already", framework.index);
  if (result == OPERATOR_DONE)
    master_teardown(master, now, framework);
  g_autofree char *subject = g_strdup_printf("framework %u", framework.index);
  return master_operator_end(master, now, OPERATOR_TEARDOWN, subject, result);
}
