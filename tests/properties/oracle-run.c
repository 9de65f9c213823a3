/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/properties/oracle-internal.h"

/* Runs: one agent, one stage at a time. */

static bool filter_blocks(const OracleAllocator *oracle, Instant installed, Instant expiry)
{
  if (expiry.ns != oracle->now.ns || !oracle->tick)
    return expiry.ns > oracle->now.ns;
  /* Expiry and tick at one instant: the older timer fires first. That of the tick was made at the tick
   * before, calls at whose instant came after it. */
  return installed.ns >= oracle->now.ns - oracle->settings.allocation_interval.ns;
}

/* Whether more is used than there is on some agent: then sums over all say little about what is free. */
static bool is_overcommitted(const OracleAllocator *oracle)
{
  bool is = false;
  for (guint i = 0; i < oracle->agents->len; i++) {
    Resources used;
    const OracleAgent *agent = oracle_agent(oracle, (AgentId){i});
    resources_copy(&used, &agent->unknown_use);
    for (guint j = 0; j < oracle->holdings->len; j++)
      if (oracle_holding_at(oracle, j)->use.agent.index == i)
        resources_add(&used, &oracle_holding_at(oracle, j)->use.resources);
    is = is || (agent->present && !resources_contain(&agent->total, &used));
    resources_clear(&used);
  }
  return is;
}

void oracle_run_begin(OracleAllocator *oracle, Instant now, bool tick)
{
  oracle->now = now;
  oracle->tick = tick;
  oracle->stage = 1;
  oracle->available = oracle_headroom(oracle);
  oracle->required = oracle_required(oracle, ROLE_NONE, 0);
  bool overcommitted = is_overcommitted(oracle);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    oracle->was_short[kind] = overcommitted || oracle->available.amount[kind] < oracle->required.amount[kind];
  for (guint i = 0; i < oracle->agents->len; i++) {
    OracleAgent *agent = oracle_agent(oracle, (AgentId){i});
    agent->candidate = agent->candidate || tick;
    memset(agent->visited, 0, sizeof agent->visited);
  }
}

static bool is_offered(const OracleAllocator *oracle, const OracleAgent *agent)
{
  return agent->present && agent->active && agent->candidate &&
         (oracle->whitelist == NULL ||
          g_strv_contains((const char *const *)oracle->whitelist, agent->hostname));
}

static bool is_enough(const OracleAllocator *oracle, const OracleClient *client, const Resources *resources)
{
  Quantities count = resources_count(resources);
  bool enough =
      (client->any_amount || oracle->settings.n_min_allocatable == 0) && !resources_are_empty(resources);
  for (uint32_t i = 0; i < oracle->settings.n_min_allocatable; i++)
    enough = enough || quantities_contain(&count, &oracle->settings.min_allocatable[i]);
  return enough;
}

typedef struct {
  const OracleAllocator *oracle;
  RoleId role;
} Receiver;

static bool is_allocatable(const ResourceSlice *slice, void *data)
{
  const Receiver *receiver = data;
  return slice->reservation == RESERVATION_NONE ||
         role_path_is_within(
             oracle_role(receiver->oracle, receiver->role)->path,
             resource_kinds_reservation_path(receiver->oracle->settings.kinds, slice->reservation));
}

static bool is_not_revocable(const ResourceSlice *slice, void *data)
{
  (void)data;
  return !slice->revocable;
}

static bool is_filtered(const OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId agent,
                        const Resources *offer)
{
  for (guint i = 0; i < oracle->filters->len; i++) {
    const OracleFilter *filter = &g_array_index(oracle->filters, OracleFilter, i);
    if (filter->framework.index == framework.index && filter->role.index == role.index &&
        filter->agent.index == agent.index && filter_blocks(oracle, filter->installed, filter->expiry) &&
        resources_contain(&filter->refused, offer))
      return true;
  }
  return false;
}

static bool passes_gates(const OracleAllocator *oracle, FrameworkId id, const OracleClient *client,
                         AgentId agent, const Resources *allocatable)
{
  const OracleFramework *framework = oracle_framework(oracle, id);
  const OracleAgent *of = oracle_agent(oracle, agent);
  Quantities total = resources_total(&of->total);
  if (client->only_on_host != NULL && strcmp(client->only_on_host, of->hostname) != 0)
    return false;
  if (!is_enough(oracle, client, allocatable))
    return false;
  return !oracle->settings.filter_gpu_resources || total.amount[RESOURCE_GPUS] == 0 ||
         (framework->capabilities & FRAMEWORK_GPU_RESOURCES) != 0;
}

static Quantities surplus(const OracleAllocator *oracle)
{
  Quantities surplus = oracle->available;
  quantities_subtract(&surplus, &oracle->required);
  return quantities_positive(&surplus);
}

/* How much of @counted goes; in stage 1 nothing where no guarantee lacks any. */
static Quantities portion(const OracleAllocator *oracle, RoleId role, const Quantities *counted)
{
  Quantities lacks = oracle_lacks(oracle, role);
  Quantities room = oracle_room(oracle, role, counted);
  Quantities guaranteed = *counted;
  Quantities more = *counted;
  quantities_min(&guaranteed, &lacks);
  if (oracle->stage == 2)
    guaranteed = QUANTITIES_ZERO;
  else if (!oracle->settings.mesos_compatible)
    quantities_min(&guaranteed, &room);
  if (oracle->stage == 1 && quantities_are_zero(&guaranteed))
    return QUANTITIES_ZERO;
  quantities_subtract(&more, &guaranteed);
  quantities_subtract(&room, &guaranteed);
  room = quantities_positive(&room);
  quantities_min(&more, &room);
  if (!quantities_are_zero(&oracle->required)) {
    Quantities most = surplus(oracle);
    quantities_min(&more, &most);
  }
  quantities_add(&more, &guaranteed);
  return more;
}

/* Makes @offer, to be cleared, of what the client may have of @free. Returns: whether that is anything. */
static bool offer_make(const OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId agent,
                       const Resources *free, Resources *offer)
{
  Receiver receiver = {oracle, role};
  const OracleClient *client = oracle_client_find(oracle, framework, role);
  resources_copy(offer, free);
  resources_filter(offer, is_allocatable, &receiver);
  bool good = passes_gates(oracle, framework, client, agent, offer);
  if ((oracle_framework(oracle, framework)->capabilities & FRAMEWORK_REVOCABLE_RESOURCES) == 0)
    resources_filter(offer, is_not_revocable, NULL);
  Quantities part = portion(oracle, role, &offer->plain);
  if (oracle->stage == 1 && quantities_are_zero(&part))
    good = false;
  offer->plain = part;
  good = good && !resources_are_empty(offer) && is_enough(oracle, client, offer) &&
         !is_filtered(oracle, framework, role, agent, offer);
  if (!good)
    resources_clear(offer);
  return good;
}

static void grant(OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId agent,
                  const Resources *offer)
{
  Quantities quota = oracle_quota_part(offer);
  Quantities helps = oracle_lacks(oracle, role);
  bool compatible = oracle->settings.mesos_compatible;
  quantities_min(&helps, &quota);
  if (oracle->stage == 1)
    quantities_subtract(&oracle->required, &helps);
  quantities_subtract(&oracle->available, &quota);
  oracle->available = quantities_positive(&oracle->available);
  oracle_book(oracle, framework, role, agent, offer);
  /* Compatible: what is granted below a role in stage 2 does not count for it before the next run. */
  for (guint i = 0; compatible && oracle->stage == 2 && i < oracle->roles->len; i++) {
    OracleRole *above = oracle_role(oracle, (RoleId){i});
    if (i != role.index && role_path_is_within(oracle_role(oracle, role)->path, above->path))
      quantities_add(&above->hidden, &quota);
  }
}

/* What the agent's visit in this stage gives; booked, or (@try) only the first, not booked. */
static GArray *stage_visit(OracleAllocator *oracle, AgentId id, bool try)
{
  GArray *grants = g_array_new(FALSE, FALSE, sizeof(OracleGrant));
  Resources free = oracle_available(oracle, id);
  g_autoptr(GArray) roles = naive_order(oracle->role_sorter);
  for (guint i = 0; i < roles->len; i++) {
    RoleId role = {g_array_index(roles, uint32_t, i)};
    if (oracle->stage == 1) {
      Quantities lacks = oracle_lacks(oracle, role);
      if (quantities_are_zero(&lacks))
        continue;
    }
    g_autoptr(GArray) frameworks = naive_order(oracle_role(oracle, role)->sorter);
    for (guint j = 0; j < frameworks->len; j++) {
      OracleGrant made = {{g_array_index(frameworks, uint32_t, j)}, role, RESOURCES_EMPTY};
      if ((try && grants->len > 0) || !offer_make(oracle, made.framework, role, id, &free, &made.resources))
        continue;
      g_array_append_val(grants, made);
      if (try)
        continue;
      resources_subtract(&free, &made.resources);
      grant(oracle, made.framework, role, id, &made.resources);
    }
  }
  resources_clear(&free);
  return grants;
}

static void grants_free(GArray *grants)
{
  for (guint i = 0; i < grants->len; i++)
    resources_clear(&g_array_index(grants, OracleGrant, i).resources);
  g_array_unref(grants);
}

/* Whether an agent that was not visited in this stage would be given something; it is in @agent. */
static bool somebody_is_left(OracleAllocator *oracle, AgentId *agent)
{
  for (guint i = 0; i < oracle->agents->len; i++) {
    if (!is_offered(oracle, oracle_agent(oracle, (AgentId){i})))
      continue;
    GArray *grants = stage_visit(oracle, (AgentId){i}, true);
    bool left = grants->len > 0;
    grants_free(grants);
    if (left) {
      *agent = (AgentId){i};
      return true;
    }
  }
  return false;
}

GArray *oracle_visit(OracleAllocator *oracle, AgentId id)
{
  OracleAgent *agent = oracle_agent(oracle, id);
  AgentId left;
  if (!is_offered(oracle, agent))
    return NULL;
  for (;;) {
    if (!agent->visited[oracle->stage]) {
      GArray *grants = stage_visit(oracle, id, false);
      if (grants->len > 0) {
        agent->visited[oracle->stage] = true;
        return grants;
      }
      grants_free(grants);
    }
    if (oracle->stage == 2 || somebody_is_left(oracle, &left))
      return NULL;
    oracle->stage = 2;
  }
}

bool oracle_run_end(OracleAllocator *oracle, AgentId *agent)
{
  *agent = AGENT_NONE;
  bool complete = !somebody_is_left(oracle, agent);
  if (complete && oracle->stage == 1) {
    oracle->stage = 2;
    complete = !somebody_is_left(oracle, agent);
  }
  for (guint i = 0; i < oracle->agents->len; i++)
    oracle_agent(oracle, (AgentId){i})->candidate = false;
  for (guint i = 0; i < oracle->roles->len; i++)
    oracle_role(oracle, (RoleId){i})->hidden = QUANTITIES_ZERO;

  Quantities available = oracle_headroom(oracle);
  Quantities required = oracle_required(oracle, ROLE_NONE, 0);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    complete = complete && (oracle->was_short[kind] || available.amount[kind] >= required.amount[kind]);
  return complete;
}

/* --- inverse offers ------------------------------------------------------------------------------------- */

bool oracle_asks(OracleAllocator *oracle, AgentId agent, FrameworkId framework)
{
  const OracleAgent *of = oracle_agent(oracle, agent);
  bool holds = false;
  if (!of->present || !of->unavailable || !of->candidate || !oracle_framework(oracle, framework)->present ||
      !oracle_framework(oracle, framework)->active)
    return false;
  for (guint i = 0; i < oracle->holdings->len; i++)
    holds = holds || (oracle_holding_at(oracle, i)->use.agent.index == agent.index &&
                      oracle_holding_at(oracle, i)->use.framework.index == framework.index);
  for (guint i = 0; holds && i < oracle->inverse->len; i++) {
    const OracleInverse *inverse = &g_array_index(oracle->inverse, OracleInverse, i);
    if (inverse->agent.index == agent.index && inverse->framework.index == framework.index &&
        (inverse->outstanding || filter_blocks(oracle, inverse->installed, inverse->expiry)))
      return false;
  }
  if (holds) {
    OracleInverse asked = {.framework = framework, .agent = agent, .outstanding = true};
    g_array_append_val(oracle->inverse, asked);
  }
  return holds;
}
