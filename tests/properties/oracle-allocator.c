/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/properties/oracle-allocator.h"

#include <string.h>

#include "base/check.h"
#include "tests/properties/oracle-internal.h"

static bool framework_is_known(const OracleAllocator *oracle, FrameworkId framework)
{
  return framework.index < oracle->frameworks->len && oracle_framework(oracle, framework)->present;
}

/* --- life ----------------------------------------------------------------------------------------------- */

static void role_clear(void *data)
{
  OracleRole *role = data;
  g_free(role->path);
  g_clear_pointer(&role->sorter, naive_sorter_free);
}

static void framework_clear(void *data)
{
  OracleFramework *framework = data;
  g_free(framework->name);
  g_array_unref(framework->clients);
}

static void agent_clear(void *data)
{
  OracleAgent *agent = data;
  g_free(agent->hostname);
  resources_clear(&agent->total);
  resources_clear(&agent->unknown_use);
}

static void holding_clear(void *data)
{
  resources_clear(&((OracleHolding *)data)->use.resources);
}

static void filter_clear(void *data)
{
  resources_clear(&((OracleFilter *)data)->refused);
}

static GArray *list_new(guint size, GDestroyNotify clear)
{
  GArray *list = g_array_new(FALSE, FALSE, size);
  if (clear != NULL)
    g_array_set_clear_func(list, clear);
  return list;
}

OracleAllocator *oracle_new(const AllocatorSettings *settings, bool use_priority)
{
  OracleAllocator *oracle = g_new0(OracleAllocator, 1);
  oracle->settings = *settings;
  oracle->use_priority = use_priority;
  oracle->totals.excluded = settings->fair_sharing_excluded;
  oracle->role_sorter = naive_sorter_new(&oracle->totals, use_priority);
  oracle->roles = list_new(sizeof(OracleRole), role_clear);
  oracle->frameworks = list_new(sizeof(OracleFramework), framework_clear);
  oracle->agents = list_new(sizeof(OracleAgent), agent_clear);
  oracle->holdings = list_new(sizeof(OracleHolding), holding_clear);
  oracle->filters = list_new(sizeof(OracleFilter), filter_clear);
  oracle->inverse = list_new(sizeof(OracleInverse), NULL);
  return oracle;
}

void oracle_free(OracleAllocator *oracle)
{
  naive_sorter_free(oracle->role_sorter);
  g_array_unref(oracle->roles);
  g_array_unref(oracle->frameworks);
  g_array_unref(oracle->agents);
  g_array_unref(oracle->holdings);
  g_array_unref(oracle->filters);
  g_array_unref(oracle->inverse);
  g_strfreev(oracle->whitelist);
  g_free(oracle);
}

/* --- clients and what they hold ------------------------------------------------------------------------- */

OracleClient *oracle_client_find(const OracleAllocator *oracle, FrameworkId framework, RoleId role)
{
  GArray *clients = oracle_framework(oracle, framework)->clients;
  for (guint i = 0; i < clients->len; i++)
    if (g_array_index(clients, OracleClient, i).role.index == role.index)
      return &g_array_index(clients, OracleClient, i);
  return NULL;
}

static OracleClient *client_get(const OracleAllocator *oracle, FrameworkId framework, RoleId role)
{
  OracleClient *client = oracle_client_find(oracle, framework, role);
  if (client != NULL)
    return client;
  OracleClient added = {.role = role};
  g_array_append_val(oracle_framework(oracle, framework)->clients, added);
  return oracle_client_find(oracle, framework, role);
}

static OracleHolding *holding_find(const OracleAllocator *oracle, FrameworkId framework, RoleId role,
                                   AgentId agent)
{
  for (guint i = 0; i < oracle->holdings->len; i++) {
    OracleHolding *holding = oracle_holding_at(oracle, i);
    if (holding->use.framework.index == framework.index && holding->use.role.index == role.index &&
        holding->use.agent.index == agent.index)
      return holding;
  }
  return NULL;
}

static bool holds_something(const OracleAllocator *oracle, FrameworkId framework, RoleId role)
{
  for (guint i = 0; i < oracle->holdings->len; i++)
    if (oracle_holding_at(oracle, i)->use.framework.index == framework.index &&
        oracle_holding_at(oracle, i)->use.role.index == role.index)
      return true;
  return false;
}

static void track(OracleAllocator *oracle, FrameworkId framework, OracleClient *client)
{
  OracleRole *role = oracle_role(oracle, client->role);
  if (client->tracked)
    return;
  client->tracked = true;
  if (role->n_tracked++ == 0) {
    role->sorter = naive_sorter_new(&oracle->totals, oracle->use_priority);
    naive_add(oracle->role_sorter, client->role.index, role->path);
    naive_set_active(oracle->role_sorter, client->role.index, true);
  }
  naive_add(role->sorter, framework.index, oracle_framework(oracle, framework)->name);
}

/* Tracked iff subscribed or holding; active in the sorter iff it may be offered something. */
static void refresh(OracleAllocator *oracle, FrameworkId framework, OracleClient *client)
{
  OracleRole *role = oracle_role(oracle, client->role);
  bool wanted = client->subscribed || holds_something(oracle, framework, client->role);
  if (wanted)
    track(oracle, framework, client);
  if (client->tracked)
    naive_set_active(role->sorter, framework.index,
                     oracle_framework(oracle, framework)->active && client->subscribed &&
                         !client->suppressed);
  if (wanted || !client->tracked)
    return;
  client->tracked = false;
  naive_remove(role->sorter, framework.index);
  if (--role->n_tracked == 0) {
    naive_remove(oracle->role_sorter, client->role.index);
    g_clear_pointer(&role->sorter, naive_sorter_free);
  }
}

static void refresh_all(OracleAllocator *oracle, FrameworkId framework)
{
  GArray *clients = oracle_framework(oracle, framework)->clients;
  for (guint i = 0; i < clients->len; i++)
    refresh(oracle, framework, &g_array_index(clients, OracleClient, i));
}

void oracle_book(OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId agent,
                 const Resources *resources)
{
  OracleHolding *held = holding_find(oracle, framework, role, agent);
  Quantities all = resources_total(resources);
  if (held == NULL) {
    OracleHolding holding = {{framework, role, agent, RESOURCES_EMPTY}, QUANTITIES_ZERO};
    resources_copy(&holding.use.resources, resources);
    g_array_append_val(oracle->holdings, holding);
  } else {
    resources_add(&held->use.resources, resources);
  }
  refresh(oracle, framework, client_get(oracle, framework, role));
  naive_allocated(oracle_role(oracle, role)->sorter, framework.index, &all);
  naive_allocated(oracle->role_sorter, role.index, &all);
}

static void use_book(OracleAllocator *oracle, const AllocatorUse *use)
{
  oracle_book(oracle, use->framework, use->role, use->agent, &use->resources);
  oracle_allocate(oracle, use->framework, use->role, use->agent, &use->resources);
}

void oracle_allocate(OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId agent,
                     const Resources *resources)
{
  OracleHolding *held = holding_find(oracle, framework, role, agent);
  Quantities part = oracle_quota_part(resources);
  Quantities most = oracle_quota_part(&held->use.resources);
  quantities_add(&held->allocated, &part);
  quantities_min(&held->allocated, &most);
}

static void give_back(OracleAllocator *oracle, OracleHolding *held, const Resources *resources,
                      bool allocated)
{
  FrameworkId framework = held->use.framework;
  RoleId role = held->use.role;
  Quantities all = resources_total(resources);
  Quantities part = oracle_quota_part(resources);
  CHECK(resources_contain(&held->use.resources, resources));
  resources_subtract(&held->use.resources, resources);
  if (allocated)
    quantities_subtract(&held->allocated, &part);
  held->allocated = quantities_positive(&held->allocated);
  Quantities most = oracle_quota_part(&held->use.resources);
  quantities_min(&held->allocated, &most);
  naive_unallocated(oracle_role(oracle, role)->sorter, framework.index, &all);
  naive_unallocated(oracle->role_sorter, role.index, &all);
  if (resources_are_empty(&held->use.resources))
    g_array_remove_index_fast(oracle->holdings, (guint)(held - oracle_holding_at(oracle, 0)));
  refresh(oracle, framework, oracle_client_find(oracle, framework, role));
}

/* Those of @framework (FRAMEWORK_NONE: any) on @agent (AGENT_NONE: any). */
static void give_all_back(OracleAllocator *oracle, FrameworkId framework, AgentId agent)
{
  for (guint i = oracle->holdings->len; i-- > 0;) {
    OracleHolding *held = oracle_holding_at(oracle, i);
    if ((framework.index != INDEX_NONE && framework.index != held->use.framework.index) ||
        (agent.index != INDEX_NONE && agent.index != held->use.agent.index))
      continue;
    Resources all;
    resources_copy(&all, &held->use.resources);
    give_back(oracle, held, &all, false);
    resources_clear(&all);
  }
}

static void drop_filters(OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId agent)
{
  for (guint i = oracle->filters->len; i-- > 0;) {
    const OracleFilter *filter = &g_array_index(oracle->filters, OracleFilter, i);
    if ((framework.index == INDEX_NONE || framework.index == filter->framework.index) &&
        (role.index == INDEX_NONE || role.index == filter->role.index) &&
        (agent.index == INDEX_NONE || agent.index == filter->agent.index))
      g_array_remove_index_fast(oracle->filters, i);
  }
}

/* Filters of @framework, or all that concerns @agent. */
static void drop_inverse(OracleAllocator *oracle, FrameworkId framework, AgentId agent)
{
  for (guint i = oracle->inverse->len; i-- > 0;) {
    const OracleInverse *inverse = &g_array_index(oracle->inverse, OracleInverse, i);
    if ((inverse->framework.index == framework.index && !inverse->outstanding) ||
        inverse->agent.index == agent.index)
      g_array_remove_index_fast(oracle->inverse, i);
  }
}

static void all_candidates(const OracleAllocator *oracle)
{
  for (guint i = 0; i < oracle->agents->len; i++)
    oracle_agent(oracle, (AgentId){i})->candidate = true;
}

/* --- roles and frameworks ------------------------------------------------------------------------------- */

void oracle_add_role(OracleAllocator *oracle, const char *path)
{
  OracleRole role = {.path = g_strdup(path), .attributes = ROLE_ATTRIBUTES_DEFAULT};
  g_array_append_val(oracle->roles, role);
}

void oracle_update_role(OracleAllocator *oracle, RoleId role, const RoleAttributes *attributes)
{
  naive_update_weight(oracle->role_sorter, oracle_role(oracle, role)->path, attributes->weight);
  naive_update_priority(oracle->role_sorter, oracle_role(oracle, role)->path, attributes->priority);
  oracle_role(oracle, role)->attributes = *attributes;
}

static void subscribe(OracleAllocator *oracle, FrameworkId framework, const AllocatorFramework *info)
{
  oracle_framework(oracle, framework)->capabilities = info->capabilities;
  oracle_framework(oracle, framework)->n_roles = info->n_roles;
  for (uint32_t i = 0; i < info->n_roles; i++) {
    OracleClient *client = client_get(oracle, framework, info->roles[i]);
    bool suppressed = info->suppressed != NULL && info->suppressed[i];
    if (client->suppressed && !suppressed) {
      drop_filters(oracle, framework, client->role, AGENT_NONE);
      drop_inverse(oracle, framework, AGENT_NONE);
    }
    client->subscribed = true;
    client->suppressed = suppressed;
    client->any_amount = info->wishes != NULL && info->wishes[i].min_allocatable_set;
    client->only_on_host = info->wishes != NULL && info->wishes[i].constraints.n_groups > 0
                               ? info->wishes[i].constraints.groups[0].constraints[0].text
                               : NULL;
  }
  refresh_all(oracle, framework);
}

void oracle_add_framework(OracleAllocator *oracle, FrameworkId id, const AllocatorFramework *info,
                          bool active, const AllocatorUse *used, uint32_t n_used)
{
  CHECK(id.index == oracle->frameworks->len);
  OracleFramework framework = {
      .present = true,
      .active = active,
      .name = g_strdup(info->name),
      .clients = g_array_new(FALSE, FALSE, sizeof(OracleClient)),
  };
  g_array_append_val(oracle->frameworks, framework);
  subscribe(oracle, id, info);
  for (uint32_t i = 0; i < n_used; i++) {
    resources_subtract(&oracle_agent(oracle, used[i].agent)->unknown_use, &used[i].resources);
    use_book(oracle, &used[i]);
  }
  if (active)
    all_candidates(oracle);
}

void oracle_remove_framework(OracleAllocator *oracle, FrameworkId framework)
{
  give_all_back(oracle, framework, AGENT_NONE);
  drop_filters(oracle, framework, ROLE_NONE, AGENT_NONE);
  drop_inverse(oracle, framework, AGENT_NONE);
  GArray *clients = oracle_framework(oracle, framework)->clients;
  for (guint i = 0; i < clients->len; i++)
    g_array_index(clients, OracleClient, i).subscribed = false;
  refresh_all(oracle, framework);
  oracle_framework(oracle, framework)->present = false;
}

void oracle_set_framework_active(OracleAllocator *oracle, FrameworkId framework, bool active)
{
  oracle_framework(oracle, framework)->active = active;
  refresh_all(oracle, framework);
  if (active) {
    all_candidates(oracle);
  } else {
    drop_filters(oracle, framework, ROLE_NONE, AGENT_NONE);
    drop_inverse(oracle, framework, AGENT_NONE);
  }
}

void oracle_update_framework(OracleAllocator *oracle, FrameworkId framework, const AllocatorFramework *info)
{
  GArray *clients = oracle_framework(oracle, framework)->clients;
  /* New roles come before old ones go, as in Mesos: a node above both keeps its count. */
  subscribe(oracle, framework, info);
  for (guint i = 0; i < clients->len; i++) {
    OracleClient *client = &g_array_index(clients, OracleClient, i);
    bool stays = false;
    for (uint32_t j = 0; j < info->n_roles; j++)
      stays = stays || info->roles[j].index == client->role.index;
    if (!stays && client->subscribed) {
      client->subscribed = false;
      client->suppressed = false;
      client->any_amount = false;
      client->only_on_host = NULL;
      drop_filters(oracle, framework, client->role, AGENT_NONE);
    }
  }
  refresh_all(oracle, framework);
}

static void set_suppressed(OracleAllocator *oracle, FrameworkId framework, RoleId role, bool suppressed)
{
  GArray *clients = oracle_framework(oracle, framework)->clients;
  for (guint i = 0; i < clients->len; i++) {
    OracleClient *client = &g_array_index(clients, OracleClient, i);
    if (!client->subscribed || (role.index != INDEX_NONE && role.index != client->role.index))
      continue;
    client->suppressed = suppressed;
    if (!suppressed)
      drop_filters(oracle, framework, client->role, AGENT_NONE);
  }
  refresh_all(oracle, framework);
}

void oracle_suppress(OracleAllocator *oracle, FrameworkId framework, RoleId role)
{
  set_suppressed(oracle, framework, role, true);
}

void oracle_revive(OracleAllocator *oracle, FrameworkId framework, RoleId role)
{
  set_suppressed(oracle, framework, role, false);
  drop_inverse(oracle, framework, AGENT_NONE);
  all_candidates(oracle);
}

/* --- agents --------------------------------------------------------------------------------------------- */

static void total_count(OracleAllocator *oracle, AgentId id, int sign)
{
  Quantities all = resources_total(&oracle_agent(oracle, id)->total);
  if (sign > 0)
    sorter_totals_add(&oracle->totals, &all);
  else
    sorter_totals_subtract(&oracle->totals, &all);
}

void oracle_add_agent(OracleAllocator *oracle, AgentId id, const char *hostname, const Resources *total,
                      const AllocatorUse *used, uint32_t n_used)
{
  CHECK(id.index == oracle->agents->len);
  OracleAgent agent = {.present = true, .active = true, .candidate = true, .hostname = g_strdup(hostname)};
  resources_copy(&agent.total, total);
  g_array_append_val(oracle->agents, agent);
  total_count(oracle, id, 1);
  for (uint32_t i = 0; i < n_used; i++)
    if (framework_is_known(oracle, used[i].framework))
      use_book(oracle, &used[i]);
    else
      resources_add(&oracle_agent(oracle, id)->unknown_use, &used[i].resources);
}

void oracle_remove_agent(OracleAllocator *oracle, AgentId agent)
{
  give_all_back(oracle, FRAMEWORK_NONE, agent);
  drop_filters(oracle, FRAMEWORK_NONE, ROLE_NONE, agent);
  drop_inverse(oracle, FRAMEWORK_NONE, agent);
  oracle_agent(oracle, agent)->present = false;
  total_count(oracle, agent, -1);
}

void oracle_update_agent(OracleAllocator *oracle, AgentId id, const Resources *total)
{
  OracleAgent *agent = oracle_agent(oracle, id);
  if (resources_equal(&agent->total, total))
    return;
  total_count(oracle, id, -1);
  resources_clear(&agent->total);
  resources_copy(&agent->total, total);
  total_count(oracle, id, 1);
  agent->candidate = true;
}

void oracle_update_attributes(OracleAllocator *oracle, AgentId agent)
{
  drop_filters(oracle, FRAMEWORK_NONE, ROLE_NONE, agent);
  oracle_agent(oracle, agent)->candidate = true;
}

void oracle_set_agent_active(OracleAllocator *oracle, AgentId agent, bool active)
{
  oracle_agent(oracle, agent)->active = active;
}

void oracle_update_whitelist(OracleAllocator *oracle, const char *const *hostnames, uint32_t n_hostnames)
{
  g_clear_pointer(&oracle->whitelist, g_strfreev);
  if (hostnames == NULL)
    return;
  oracle->whitelist = g_new0(char *, n_hostnames + 1);
  for (uint32_t i = 0; i < n_hostnames; i++)
    oracle->whitelist[i] = g_strdup(hostnames[i]);
}

void oracle_update_unavailability(OracleAllocator *oracle, AgentId agent, bool unavailable)
{
  drop_inverse(oracle, FRAMEWORK_NONE, agent);
  oracle_agent(oracle, agent)->unavailable = unavailable;
  oracle_agent(oracle, agent)->candidate = true;
}

void oracle_update_inverse_offer(OracleAllocator *oracle, Instant now, AgentId agent, FrameworkId framework,
                                 OfferFilter filter)
{
  if (!oracle_agent(oracle, agent)->unavailable)
    return;
  for (guint i = oracle->inverse->len; i-- > 0;) {
    const OracleInverse *inverse = &g_array_index(oracle->inverse, OracleInverse, i);
    if (inverse->agent.index == agent.index && inverse->framework.index == framework.index &&
        inverse->outstanding)
      g_array_remove_index_fast(oracle->inverse, i);
  }
  if (!filter.set || filter.refuse.ns == 0)
    return;
  Duration life = {filter.refuse.ns < 0 ? 5 * NS_PER_S : MIN(filter.refuse.ns, 365 * NS_PER_D)};
  OracleInverse added = {framework, agent, false, now, instant_after(now, life)};
  g_array_append_val(oracle->inverse, added);
}

/* --- resources and filters ------------------------------------------------------------------------------ */

void oracle_recover(OracleAllocator *oracle, Instant now, FrameworkId framework, RoleId role, AgentId agent,
                    const Resources *resources, OfferFilter filter, bool allocated)
{
  if (!framework_is_known(oracle, framework) || !oracle_agent(oracle, agent)->present ||
      resources_are_empty(resources))
    return;
  give_back(oracle, holding_find(oracle, framework, role, agent), resources, allocated);
  if (!filter.set || filter.refuse.ns == 0)
    return;
  Duration life = filter.refuse;
  if (life.ns < 0)
    life.ns = 5 * NS_PER_S;
  life.ns = CLAMP(life.ns, oracle->settings.allocation_interval.ns, 365 * NS_PER_D);
  OracleFilter added = {framework, role, agent, RESOURCES_EMPTY, now, instant_after(now, life)};
  resources_copy(&added.refused, resources);
  g_array_append_val(oracle->filters, added);
}

static void total_convert(OracleAllocator *oracle, AgentId agent, const Resources *from, const Resources *to)
{
  total_count(oracle, agent, -1);
  resources_subtract(&oracle_agent(oracle, agent)->total, from);
  resources_clamp(&oracle_agent(oracle, agent)->total); /* it may have shrunk meanwhile */
  resources_add(&oracle_agent(oracle, agent)->total, to);
  total_count(oracle, agent, 1);
}

void oracle_update_allocation(OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId agent,
                              const Resources *from, const Resources *to)
{
  OracleHolding *held = holding_find(oracle, framework, role, agent);
  Quantities less = resources_total(from);
  Quantities more = resources_total(to);
  CHECK(quantities_equal(&less, &more)); /* so shares stay as they are */
  resources_subtract(&held->use.resources, from);
  Quantities rest = oracle_quota_part(&held->use.resources);
  quantities_min(&held->allocated, &rest);
  resources_add(&held->use.resources, to);
  total_convert(oracle, agent, from, to);
}

bool oracle_update_available(OracleAllocator *oracle, AgentId agent, const Resources *from,
                             const Resources *to)
{
  Resources free = oracle_available(oracle, agent);
  bool is_free = resources_contain(&free, from);
  resources_clear(&free);
  if (is_free)
    total_convert(oracle, agent, from, to);
  return is_free;
}

Resources oracle_available(const OracleAllocator *oracle, AgentId id)
{
  Resources available;
  resources_copy(&available, &oracle_agent(oracle, id)->total);
  resources_subtract(&available, &oracle_agent(oracle, id)->unknown_use);
  for (guint i = 0; i < oracle->holdings->len; i++)
    if (oracle_holding_at(oracle, i)->use.agent.index == id.index)
      resources_subtract(&available, &oracle_holding_at(oracle, i)->use.resources);
  resources_clamp(&available);
  return available;
}

/* --- to look at ----------------------------------------------------------------------------------------- */

uint64_t oracle_count_filters(const OracleAllocator *oracle, Instant now, RoleId role)
{
  uint64_t count = 0;
  for (guint i = 0; i < oracle->filters->len; i++) {
    const OracleFilter *filter = &g_array_index(oracle->filters, OracleFilter, i);
    count += filter->role.index == role.index && filter->expiry.ns > now.ns ? 1 : 0;
  }
  return count;
}

static bool filter_is_covered(const OracleAllocator *oracle, guint which, Instant now)
{
  const OracleFilter *filter = &g_array_index(oracle->filters, OracleFilter, which);
  for (guint i = 0; i < oracle->filters->len; i++) {
    const OracleFilter *other = &g_array_index(oracle->filters, OracleFilter, i);
    if (i == which || other->role.index != filter->role.index || other->agent.index != filter->agent.index ||
        other->framework.index != filter->framework.index || other->expiry.ns <= now.ns)
      continue;
    bool equal = other->expiry.ns == filter->expiry.ns && resources_equal(&other->refused, &filter->refused);
    if (equal && i > which)
      continue; /* of equal ones the first remains */
    if (other->expiry.ns >= filter->expiry.ns && resources_contain(&other->refused, &filter->refused))
      return true;
  }
  return false;
}

uint64_t oracle_count_uncovered_filters(const OracleAllocator *oracle, Instant now, RoleId role)
{
  uint64_t count = 0;
  for (guint i = 0; i < oracle->filters->len; i++) {
    const OracleFilter *filter = &g_array_index(oracle->filters, OracleFilter, i);
    if (filter->role.index == role.index && filter->expiry.ns > now.ns && !filter_is_covered(oracle, i, now))
      count++;
  }
  return count;
}

uint32_t oracle_count_holdings(const OracleAllocator *oracle)
{
  return oracle->holdings->len;
}

AllocatorUse oracle_holding(const OracleAllocator *oracle, uint32_t i, Quantities *allocated)
{
  if (allocated != NULL)
    *allocated = oracle_holding_at(oracle, i)->allocated;
  return oracle_holding_at(oracle, i)->use;
}
