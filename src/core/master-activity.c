/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

#include <string.h>

#include "base/check.h"

/*
 * Who takes part: frameworks that are active or not, agents that are or are not offered, and why.
 *
 *   MASTER_AGENT_INACTIVE   = state other than ACTIVE, or not connected: the allocator has deactivated the agent
 *   MASTER_AGENT_DRAINING   = state DRAINING
 *
 * The allocator is told first, what is outstanding is taken back then, and frameworks hear of it last: so nothing that
 * comes back can be offered again.
 */

/* --- frameworks ----------------------------------------------------------------------------------------- */

static void framework_take_back(Master *master, Instant now, FrameworkId framework, GArray *rescinds)
{
  /* No list of a framework's offers is kept: this is rare, and each offer would pay for it. */
  for (uint32_t i = 0; master_framework(master, framework)->n_offers > 0 && i < master->agents.n; i++) {
    uint32_t next;
    for (uint32_t slot = master_agent(master, (AgentId){i})->offers; slot != INDEX_NONE; slot = next) {
      const MasterOffer *offer = pool_at(&master->offers, slot);
      next = offer->next;
      if (offer->framework.index == framework.index)
        master_offer_take_back(master, now, slot, OFFER_FILTER_NONE, rescinds);
    }
  }
}

void master_deactivate_framework(Master *master, Instant now, FrameworkId id)
{
  if (!master_framework_is_present(master, id) || master_framework(master, id)->inactive)
    return;
  master_framework(master, id)->inactive = true;
  master->allocator_interface->deactivate_framework(allocator_at(master, now), now, id);
  g_autoptr(GArray) rescinds = master_rescinds_new();
  framework_take_back(master, now, id, rescinds);
  master_framework_inverse_offers_end(master, now, id, INVERSE_OFFER_ENDED_RESCINDED, rescinds);
  if (master->observer.framework_active != NULL)
    master->observer.framework_active(master->observer.self, now, id, false);
  master_rescinds_send(master, rescinds);
  master_requests_pass_on(master, now);
}

void master_activate_framework(Master *master, Instant now, FrameworkId id)
{
  if (!master_framework_is_present(master, id) || !master_framework(master, id)->inactive)
    return;
  master_framework(master, id)->inactive = false;
  master->allocator_interface->activate_framework(allocator_at(master, now), now, id);
  if (master->observer.framework_active != NULL)
    master->observer.framework_active(master->observer.self, now, id, true);
  master_requests_pass_on(master, now);
}

/* --- agents --------------------------------------------------------------------------------------------- */

MasterAgentCare *master_agent_care(Master *master, AgentId agent)
{
  MasterAgentCare *care = master_agent_care_find(master, agent);
  if (care != NULL)
    return care;
  if (master->cares == NULL)
    master->cares = g_hash_table_new_full(NULL, NULL, NULL, g_free);
  care = g_new(MasterAgentCare, 1);
  *care = (MasterAgentCare){
      .state = AGENT_STATE_ACTIVE,
      .window = UNAVAILABILITY_NONE,
      .inverse_offers = INDEX_NONE,
  };
  g_hash_table_insert(master->cares, GUINT_TO_POINTER(agent.index), care);
  master_agent(master, agent)->flags |= MASTER_AGENT_CARE;
  return care;
}

AgentState master_agent_state(const Master *master, AgentId agent)
{
  if (agent.index >= master->agents.n)
    return AGENT_STATE_REMOVED;
  const MasterAgentCare *care = master_agent_care_find(master, agent);
  if (care == NULL)
    return master_agent(master, agent)->present ? AGENT_STATE_ACTIVE : AGENT_STATE_REMOVED;
  return care->state == AGENT_STATE_ACTIVE && care->disconnected ? AGENT_STATE_INACTIVE : care->state;
}

static void agent_activate(Master *master, Instant now, AgentId id)
{
  master_agent(master, id)->flags &= (uint8_t)~MASTER_AGENT_INACTIVE;
  master->allocator_interface->activate_agent(allocator_at(master, now), now, id);
  /* Who was not asked to leave it meanwhile is to be asked now. */
  const MasterAgentCare *care = master_agent_care_find(master, id);
  if (!instant_is_never(care->window.start) && master->allocator_interface->update_unavailability != NULL)
    master->allocator_interface->update_unavailability(allocator_at(master, now), now, id, &care->window);
}

static void agent_deactivate(Master *master, Instant now, AgentId id, GArray *rescinds)
{
  master_agent(master, id)->flags |= MASTER_AGENT_INACTIVE;
  master->allocator_interface->deactivate_agent(allocator_at(master, now), now, id);
  master_agent_take_back(master, now, id, rescinds);
  master_agent_inverse_offers_take_back(master, now, id, rescinds);
}

/* One agent more (or less) of this host is down. */
static void host_count_down(Master *master, const char *hostname, bool more)
{
  if (master->hosts_down == NULL)
    master->hosts_down = g_hash_table_new(g_str_hash, g_str_equal);
  uint32_t n = GPOINTER_TO_UINT(g_hash_table_lookup(master->hosts_down, hostname));
  if (more || n > 1)
    g_hash_table_insert(master->hosts_down, (gpointer)(guintptr)hostname,
                        GUINT_TO_POINTER(more ? n + 1 : n - 1));
  else
    g_hash_table_remove(master->hosts_down, hostname);
}

/* Sets both reasons for an agent not to be offered, and does what follows from them. */
static void agent_set(Master *master, Instant now, AgentId id, AgentState state, bool disconnected,
                      GArray *rescinds)
{
  AgentState before = master_agent_state(master, id);
  MasterAgentCare *care = master_agent_care(master, id);
  if ((care->state == AGENT_STATE_DOWN) != (state == AGENT_STATE_DOWN))
    host_count_down(master, master->agent_rest.items[id.index].hostname, state == AGENT_STATE_DOWN);
  care->state = state;
  care->disconnected = disconnected;
  MasterAgent *agent = master_agent(master, id);
  if (state == AGENT_STATE_DRAINING)
    agent->flags |= MASTER_AGENT_DRAINING;
  else
    agent->flags &= (uint8_t)~MASTER_AGENT_DRAINING;
  bool inactive = state != AGENT_STATE_ACTIVE || disconnected;
  if (agent->present && inactive != ((agent->flags & MASTER_AGENT_INACTIVE) != 0)) {
    if (inactive)
      agent_deactivate(master, now, id, rescinds);
    else
      agent_activate(master, now, id);
  }
  AgentState after = master_agent_state(master, id);
  if (after != before && master->observer.agent_state != NULL)
    master->observer.agent_state(master->observer.self, now, id, after);
}

void master_agent_set_state(Master *master, Instant now, AgentId id, AgentState state, GArray *rescinds)
{
  agent_set(master, now, id, state, master_agent_care(master, id)->disconnected, rescinds);
}

static void agent_set_connected(Master *master, Instant now, AgentId id, bool connected)
{
  if (!master_agent_is_present(master, id))
    return;
  g_autoptr(GArray) rescinds = master_rescinds_new();
  agent_set(master, now, id, master_agent_care(master, id)->state, !connected, rescinds);
  master_rescinds_send(master, rescinds);
  master_requests_pass_on(master, now);
}

void master_disconnect_agent(Master *master, Instant now, AgentId agent)
{
  agent_set_connected(master, now, agent, false);
}

void master_reconnect_agent(Master *master, Instant now, AgentId agent)
{
  agent_set_connected(master, now, agent, true);
  if (master_agent_is_present(master, agent))
    master_kills_resend(master, agent);
}

void master_agent_leave_schedule(Master *master, AgentId id)
{
  MasterAgentCare *care = master_agent_care_find(master, id);
  if (care == NULL || instant_is_never(care->window.start))
    return;
  care->window = UNAVAILABILITY_NONE;
  AgentId *scheduled = master->scheduled.items;
  uint32_t from = 0, to = master->scheduled.n; /* where it stands */
  while (to - from > 1) {
    uint32_t middle = from + (to - from) / 2;
    if (scheduled[middle].index <= id.index)
      from = middle;
    else
      to = middle;
  }
  CHECK(from < to && scheduled[from].index == id.index);
  memmove(&scheduled[from], &scheduled[to], (master->scheduled.n - to) * sizeof *scheduled);
  master->scheduled.n--;
}

/* --- draining ------------------------------------------------------------------------------------------- */

void master_agent_drain(Master *master, Instant now, AgentId id, Duration grace, bool mark_gone)
{
  g_autoptr(GArray) rescinds = master_rescinds_new();
  master_agent_set_state(master, now, id, AGENT_STATE_DRAINING, rescinds);
  MasterAgentCare *care = master_agent_care(master, id);
  care->mark_gone = mark_gone;
  care->grace = grace;
  master_rescinds_send(master, rescinds);
  /* The answer to the last kill may even be the end of the agent. */
  if (master_agent_is_present(master, id) && !care->disconnected)
    master_kills_resend(master, id);
  master_agent_drain_advance(master, now, id);
}

void master_agent_drain_advance(Master *master, Instant now, AgentId id)
{
  const MasterAgent *agent = master_agent(master, id);
  if ((agent->flags & MASTER_AGENT_DRAINING) == 0 || !agent->present ||
      master_agent_first_task(agent) != INDEX_NONE)
    return;
  g_autoptr(GArray) rescinds = master_rescinds_new();
  master_agent_set_state(master, now, id, AGENT_STATE_DRAINED, rescinds);
  CHECK(rescinds->len == 0); /* taken back when the draining began */
  if (master_agent_care(master, id)->mark_gone)
    master_agent_remove(master, now, id, AGENT_STATE_GONE, TASK_GONE_BY_OPERATOR,
                        REASON_AGENT_REMOVED_BY_OPERATOR);
}

/* --- to check ------------------------------------------------------------------------------------------- */

static uint32_t agent_activity_check(const Master *master, AgentId id)
{
  const MasterAgent *agent = master_agent(master, id);
  const MasterAgentCare *care = master_agent_care_find(master, id);
  CHECK((care != NULL) == ((agent->flags & MASTER_AGENT_CARE) != 0));
  AgentState state = master_agent_state(master, id);
  bool draining = (agent->flags & MASTER_AGENT_DRAINING) != 0;
  CHECK(agent->present == (state < AGENT_STATE_GONE));
  CHECK(draining == (state == AGENT_STATE_DRAINING));
  CHECK((state == AGENT_STATE_ACTIVE) == ((agent->flags & MASTER_AGENT_INACTIVE) == 0));
  CHECK(state == AGENT_STATE_ACTIVE || agent->offers == INDEX_NONE);
  uint32_t n = 0;
  for (uint32_t slot = care == NULL ? INDEX_NONE : care->inverse_offers; slot != INDEX_NONE; n++) {
    const MasterInverseOffer *offer = pool_at(&master->inverse_offers, slot);
    CHECK(pool_is_taken(&master->inverse_offers, slot) && offer->agent.index == id.index);
    CHECK(state == AGENT_STATE_ACTIVE && !instant_is_never(care->window.start));
    CHECK(!master_framework(master, offer->framework)->inactive);
    slot = offer->next;
  }
  return n;
}

void master_activity_check(const Master *master)
{
  uint32_t n_inverse_offers = 0;
  uint32_t n_scheduled = 0;
  for (uint32_t i = 0; i < master->agents.n; i++) {
    const MasterAgentCare *care = master_agent_care_find(master, (AgentId){i});
    n_inverse_offers += agent_activity_check(master, (AgentId){i});
    if (care == NULL || instant_is_never(care->window.start))
      continue;
    CHECK(n_scheduled < master->scheduled.n && master->scheduled.items[n_scheduled].index == i);
    n_scheduled++;
  }
  CHECK(n_inverse_offers == master->inverse_offers.n_taken && n_scheduled == master->scheduled.n);
  for (guint i = 0; i < master->frameworks->len; i++) {
    const MasterFramework *framework = master_framework(master, (FrameworkId){i});
    CHECK(!framework->inactive || framework->n_offers == 0);
    CHECK(framework->present || framework->inactive);
  }
}
