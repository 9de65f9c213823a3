/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical.h"

#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* --- clients ---------------------------------------------------------------------------------------- */

static bool framework_is_known(const Allocator *kernel, FrameworkId framework)
{
  return framework.index < kernel->frameworks->len && kernel_framework(kernel, framework)->present;
}

static bool agent_is_known(const Allocator *kernel, AgentId agent)
{
  return agent.index < kernel->agents.n && kernel_agent(kernel, agent)->present;
}

static uint32_t client_find(const Allocator *kernel, FrameworkId framework, RoleId role)
{
  uint32_t slot = kernel_framework(kernel, framework)->clients;
  while (slot != INDEX_NONE && kernel_client(kernel, slot)->role.index != role.index)
    slot = kernel_client(kernel, slot)->next;
  return slot;
}

/* The client, made where the framework has nothing to do with the role yet. */
static uint32_t client_get(Allocator *kernel, FrameworkId framework, RoleId role)
{
  uint32_t slot = client_find(kernel, framework, role);
  if (slot != INDEX_NONE)
    return slot;
  KernelClient *client = pool_take(&kernel->clients, &slot);
  /* The epoch goes on where the slot was used before: filters of the former client stay stale. */
  uint32_t epoch = client->epoch + 1;
  *client = (KernelClient){
      .framework = framework,
      .role = role,
      .next = kernel_framework(kernel, framework)->clients,
      .epoch = epoch,
  };
  kernel_framework(kernel, framework)->clients = slot;
  return slot;
}

static void client_unlink(Allocator *kernel, uint32_t slot)
{
  KernelClient *client = kernel_client(kernel, slot);
  uint32_t *link = &kernel_framework(kernel, client->framework)->clients;
  while (*link != slot)
    link = &kernel_client(kernel, *link)->next;
  *link = client->next;
  client->epoch++;
  pool_give(&kernel->clients, slot);
}

static void role_active_add(Allocator *kernel, RoleId id, int more)
{
  KernelRole *role = kernel_role(kernel, id);
  bool before = role->n_active > 0;
  role->n_active = (uint32_t)((int)role->n_active + more);
  if (before == (role->n_active > 0))
    return;
  if (before) {
    kernel->role_interface->deactivate(kernel->role_sorter, id.index);
    kernel->n_active_roles--;
  } else {
    kernel->role_interface->activate(kernel->role_sorter, id.index);
    kernel->n_active_roles++;
  }
}

/* A number for the client in its role's sorter, and its place there. */
static void member_add(Allocator *kernel, uint32_t slot)
{
  KernelClient *client = kernel_client(kernel, slot);
  KernelRole *role = kernel_role(kernel, client->role);
  GArray *members = role->members;
  client->member = role->free_member;
  if (client->member != INDEX_NONE) { /* somebody has left */
    role->free_member = g_array_index(members, uint32_t, client->member);
  } else {
    client->member = members->len;
    g_array_append_val(members, slot);
  }
  g_array_index(members, uint32_t, client->member) = slot;
  kernel->framework_interface->add(role->sorter, client->member,
                                   kernel_framework(kernel, client->framework)->name);
}

/* A second client comes: now there is an order to be kept, and the first brings what it was allocated so far.
 */
static void role_sorter_make(Allocator *kernel, KernelRole *role)
{
  uint32_t slot = role->only;
  const KernelClient *first = kernel_client(kernel, slot);
  role->only = INDEX_NONE;
  role->sorter = kernel->framework_interface->create(&kernel->totals, kernel->framework_context);
  kernel->framework_interface->flatten(role->sorter);
  role->members = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  role->free_member = INDEX_NONE;
  member_add(kernel, slot);
  kernel->framework_interface->restore(role->sorter, first->member, &first->allocation, first->count);
  if (first->active)
    kernel->framework_interface->activate(role->sorter, first->member);
}

static void client_track(Allocator *kernel, uint32_t slot)
{
  KernelClient *client = kernel_client(kernel, slot);
  KernelRole *role = kernel_role(kernel, client->role);
  if (client->tracked)
    return;
  client->tracked = true;
  client->count = 0;
  client->allocation = QUANTITIES_ZERO;
  if (role->n_tracked++ == 0) {
    role->only = slot;
    kernel->role_interface->add(kernel->role_sorter, client->role.index, role->path);
    return;
  }
  if (role->sorter == NULL)
    role_sorter_make(kernel, role);
  member_add(kernel, slot);
}

static void client_untrack(Allocator *kernel, uint32_t slot)
{
  KernelClient *client = kernel_client(kernel, slot);
  KernelRole *role = kernel_role(kernel, client->role);
  client->tracked = false;
  if (role->sorter != NULL) {
    kernel->framework_interface->remove(role->sorter, client->member);
    g_array_index(role->members, uint32_t, client->member) = role->free_member;
    role->free_member = client->member;
  }
  if (--role->n_tracked > 0)
    return;
  role->only = INDEX_NONE;
  kernel->role_interface->remove(kernel->role_sorter, client->role.index);
  g_clear_pointer(&role->sorter, kernel->framework_interface->destroy);
  g_clear_pointer(&role->members, g_array_unref);
}

/* Brings a client to what its framework's state asks for: tracked or not, active or not. */
static void client_update(Allocator *kernel, uint32_t slot)
{
  KernelClient *client = kernel_client(kernel, slot);
  KernelRole *role = kernel_role(kernel, client->role);
  const KernelFramework *framework = kernel_framework(kernel, client->framework);
  bool active = framework->active && client->subscribed && !client->suppressed;

  if (client->subscribed || client->n_holdings > 0)
    client_track(kernel, slot);
  if (client->active != active) {
    client->active = active;
    if (role->sorter != NULL && active)
      kernel->framework_interface->activate(role->sorter, client->member);
    else if (role->sorter != NULL)
      kernel->framework_interface->deactivate(role->sorter, client->member);
    role_active_add(kernel, client->role, active ? 1 : -1);
  }
  /* It stays known as long as its framework: a refusal in a role that was left still holds if it comes back.
   */
  if (!client->subscribed && client->n_holdings == 0 && client->tracked)
    client_untrack(kernel, slot);
}

/* --- what clients hold ------------------------------------------------------------------------------ */

void kernel_hold(Allocator *kernel, uint32_t slot, AgentId id, const Quantities *quantities)
{
  KernelClient *client = kernel_client(kernel, slot);
  KernelAgent *agent = kernel_agent(kernel, id);
  KernelHolding *holding = NULL;
  uint32_t *link = &agent->holdings;
  for (; *link != INDEX_NONE; link = &holding->next) {
    holding = pool_at(&kernel->holdings, *link);
    if (holding->client == slot)
      break;
  }
  if (*link == INDEX_NONE) {
    /* At the end: what was granted first comes back first, and is then found without a look at the others. */
    uint32_t at;
    holding = pool_take(&kernel->holdings, &at);
    *holding = (KernelHolding){.client = slot, .next = INDEX_NONE, .quantities = *quantities};
    *link = at;
    client->n_holdings++;
  } else {
    quantities_add(&holding->quantities, quantities);
  }
  KernelRole *role = kernel_role(kernel, client->role);
  if (role->sorter != NULL) {
    kernel->framework_interface->allocated(role->sorter, client->member, quantities);
  } else {
    quantities_add(&client->allocation, quantities);
    client->count++;
  }
  kernel->role_interface->allocated(kernel->role_sorter, client->role.index, quantities);
}

/* Takes @quantities out of the sorters and the holding at @link of @agent's list, which vanishes when it is
 * empty. */
static void holding_reduce(Allocator *kernel, uint32_t *link, const Quantities *quantities)
{
  uint32_t at = *link;
  KernelHolding *holding = pool_at(&kernel->holdings, at);
  uint32_t slot = holding->client;
  KernelClient *client = kernel_client(kernel, slot);
  CHECK(quantities_contain(&holding->quantities, quantities));
  const KernelRole *role = kernel_role(kernel, client->role);
  if (role->sorter != NULL)
    kernel->framework_interface->unallocated(role->sorter, client->member, quantities);
  else
    quantities_subtract(&client->allocation, quantities);
  kernel->role_interface->unallocated(kernel->role_sorter, client->role.index, quantities);
  quantities_subtract(&holding->quantities, quantities);
  if (!quantities_are_zero(&holding->quantities))
    return;
  *link = holding->next;
  pool_give(&kernel->holdings, at);
  client->n_holdings--;
  if (client->n_holdings == 0 && !client->subscribed)
    client_update(kernel, slot);
}

static uint32_t *holding_find(Allocator *kernel, KernelAgent *agent, uint32_t slot)
{
  uint32_t *link = &agent->holdings;
  while (*link != INDEX_NONE) {
    KernelHolding *holding = pool_at(&kernel->holdings, *link);
    if (holding->client == slot)
      return link;
    link = &holding->next;
  }
  return NULL;
}

static void use_book(Allocator *kernel, const AllocatorUse *use)
{
  CHECK(use->resources.special == NULL);
  uint32_t slot = client_get(kernel, use->framework, use->role);
  client_track(kernel, slot);
  kernel_hold(kernel, slot, use->agent, &use->resources.plain);
}

void hierarchical_transition_offered_to_allocated(Allocator *kernel, Instant now, FrameworkId framework,
                                                  RoleId role, AgentId agent, const Resources *resources)
{
  /* Offered counts as used from the start, so nothing changes before there are quotas to report. */
  (void)kernel, (void)now, (void)framework, (void)role, (void)agent, (void)resources;
}

void hierarchical_recover_resources(Allocator *kernel, Instant now, FrameworkId framework, RoleId role,
                                    AgentId id, const Resources *resources, OfferFilter filter,
                                    bool allocated)
{
  (void)allocated;
  if (resources_are_empty(resources) || !framework_is_known(kernel, framework) || !agent_is_known(kernel, id))
    return;
  KernelAgent *agent = kernel_agent(kernel, id);
  uint32_t slot = client_find(kernel, framework, role);
  uint32_t *link = slot == INDEX_NONE ? NULL : holding_find(kernel, agent, slot);
  CHECK(link != NULL && resources->special == NULL);
  if (filter.set)
    kernel_filter_add(kernel, now, slot, id, &resources->plain, filter);
  holding_reduce(kernel, link, &resources->plain);
  quantities_add(&agent->free, &resources->plain);
  if (agent->place != PLACE_READY)
    kernel_place_update(kernel, now, id);
}

/* --- frameworks ------------------------------------------------------------------------------------- */

static void framework_info_set(Allocator *kernel, FrameworkId id, const AllocatorFramework *info)
{
  kernel_framework(kernel, id)->capabilities = info->capabilities;
  for (uint32_t i = 0; i < info->n_roles; i++) {
    uint32_t slot = client_get(kernel, id, info->roles[i]);
    KernelClient *client = kernel_client(kernel, slot);
    bool suppressed = info->suppressed != NULL && info->suppressed[i];
    if (client->suppressed && !suppressed)
      client->epoch++; /* as a revive: its filters are over */
    client->subscribed = true;
    client->suppressed = suppressed;
    client_update(kernel, slot);
  }
}

void hierarchical_add_framework(Allocator *kernel, Instant now, FrameworkId id,
                                const AllocatorFramework *info, bool active, const AllocatorUse *used,
                                uint32_t n_used)
{
  (void)now;
  CHECK(id.index == kernel->frameworks->len && info->n_roles > 0);
  KernelFramework framework = {
      .present = true, .active = active, .clients = INDEX_NONE, .name = g_strdup(info->name)};
  g_array_append_val(kernel->frameworks, framework);
  framework_info_set(kernel, id, info);
  for (uint32_t i = 0; i < n_used; i++)
    if (agent_is_known(kernel, used[i].agent))
      use_book(kernel, &used[i]);
  if (active) {
    kernel_unblock_all(kernel, now);
    kernel_request_run(kernel, AGENT_NONE);
  }
}

/* Gives back what the clients of @framework hold on one agent. */
static void agent_take_back(Allocator *kernel, Instant now, AgentId id, FrameworkId framework)
{
  KernelAgent *agent = kernel_agent(kernel, id);
  bool changed = false;
  uint32_t *link = &agent->holdings;
  while (*link != INDEX_NONE) {
    KernelHolding *holding = pool_at(&kernel->holdings, *link);
    if (kernel_client(kernel, holding->client)->framework.index != framework.index) {
      link = &holding->next;
      continue;
    }
    Quantities all = holding->quantities;
    quantities_add(&agent->free, &all);
    holding_reduce(kernel, link, &all);
    changed = true;
  }
  if (changed)
    kernel_place_update(kernel, now, id);
}

void hierarchical_remove_framework(Allocator *kernel, Instant now, FrameworkId id)
{
  if (!framework_is_known(kernel, id))
    return;
  KernelFramework *framework = kernel_framework(kernel, id);
  bool holds = false;
  for (uint32_t slot = framework->clients; slot != INDEX_NONE; slot = kernel_client(kernel, slot)->next)
    holds = holds || kernel_client(kernel, slot)->n_holdings > 0;
  for (uint32_t i = 0; holds && i < kernel->agents.n; i++)
    if (kernel_agent(kernel, (AgentId){i})->present)
      agent_take_back(kernel, now, (AgentId){i}, id);
  while (framework->clients != INDEX_NONE) {
    uint32_t slot = framework->clients;
    kernel_client(kernel, slot)->subscribed = false;
    client_update(kernel, slot);
    client_unlink(kernel, slot);
  }
  framework->present = false;
  g_clear_pointer(&framework->name, g_free);
}

static void framework_set_active(Allocator *kernel, FrameworkId id, bool active)
{
  kernel_framework(kernel, id)->active = active;
  uint32_t next;
  for (uint32_t slot = kernel_framework(kernel, id)->clients; slot != INDEX_NONE; slot = next) {
    next = kernel_client(kernel, slot)->next;
    if (!active)
      kernel_client(kernel, slot)->epoch++;
    client_update(kernel, slot);
  }
}

void hierarchical_activate_framework(Allocator *kernel, Instant now, FrameworkId id)
{
  framework_set_active(kernel, id, true);
  kernel_unblock_all(kernel, now);
  kernel_request_run(kernel, AGENT_NONE);
}

void hierarchical_deactivate_framework(Allocator *kernel, Instant now, FrameworkId id)
{
  (void)now;
  framework_set_active(kernel, id, false);
}

void hierarchical_update_framework(Allocator *kernel, Instant now, FrameworkId id,
                                   const AllocatorFramework *info)
{
  uint32_t next;
  /* New roles first, so that a node that old and new ones share keeps its count of allocations. */
  framework_info_set(kernel, id, info);
  for (uint32_t slot = kernel_framework(kernel, id)->clients; slot != INDEX_NONE; slot = next) {
    KernelClient *client = kernel_client(kernel, slot);
    bool stays = false;
    next = client->next;
    for (uint32_t i = 0; i < info->n_roles; i++)
      stays = stays || info->roles[i].index == client->role.index;
    if (stays || !client->subscribed)
      continue;
    client->subscribed = false;
    client->suppressed = false;
    client->epoch++;
    client_update(kernel, slot);
  }
  kernel_unblock_all(kernel, now);
}

static void client_set_suppressed(Allocator *kernel, FrameworkId id, RoleId role, bool suppressed)
{
  uint32_t next;
  for (uint32_t slot = kernel_framework(kernel, id)->clients; slot != INDEX_NONE; slot = next) {
    KernelClient *client = kernel_client(kernel, slot);
    next = client->next;
    if (!client->subscribed || (role.index != INDEX_NONE && role.index != client->role.index))
      continue;
    client->suppressed = suppressed;
    if (!suppressed)
      client->epoch++;
    client_update(kernel, slot);
  }
}

void hierarchical_suppress_offers(Allocator *kernel, Instant now, FrameworkId framework, RoleId role)
{
  (void)now;
  client_set_suppressed(kernel, framework, role, true);
}

void hierarchical_revive_offers(Allocator *kernel, Instant now, FrameworkId framework, RoleId role)
{
  client_set_suppressed(kernel, framework, role, false);
  kernel_unblock_all(kernel, now);
  kernel_request_run(kernel, AGENT_NONE);
}

/* --- roles ------------------------------------------------------------------------------------------ */

void hierarchical_add_role(Allocator *kernel, RoleId id, RoleId parent, const char *path)
{
  (void)parent;
  CHECK(id.index == kernel->roles->len);
  KernelRole role = {.path = g_strdup(path), .weight = 1.0, .only = INDEX_NONE};
  g_array_append_val(kernel->roles, role);
}

void hierarchical_update_role(Allocator *kernel, Instant now, RoleId id, const RoleAttributes *attributes)
{
  (void)now;
  KernelRole *role = kernel_role(kernel, id);
  if (role->weight != attributes->weight)
    kernel->role_interface->update_weight(kernel->role_sorter, role->path, attributes->weight);
  if (role->priority != attributes->priority)
    kernel->role_interface->update_priority(kernel->role_sorter, role->path, attributes->priority);
  role->weight = attributes->weight;
  role->priority = attributes->priority;
}

/* --- agents ----------------------------------------------------------------------------------------- */

static bool hostname_is_listed(const Allocator *kernel, const char *hostname)
{
  return kernel->whitelist == NULL || g_hash_table_contains(kernel->whitelist, hostname);
}

void hierarchical_add_agent(Allocator *kernel, Instant now, AgentId id, const AllocatorAgent *info,
                            const Resources *total, const AllocatorUse *used, uint32_t n_used)
{
  CHECK(id.index == kernel->agents.n && total->special == NULL);
  array_push(&kernel->agents, (KernelAgent){
                                  .free = total->plain,
                                  .holdings = INDEX_NONE,
                                  .filters = INDEX_NONE,
                                  .present = true,
                                  .activated = true,
                                  .whitelisted = hostname_is_listed(kernel, info->hostname),
                                  .has_gpus = total->plain.amount[RESOURCE_GPUS] > 0,
                              });
  array_push(&kernel->agent_rest, (KernelAgentRest){
                                      .total = total->plain,
                                      .wake = INSTANT_NEVER,
                                      .hostname = g_strdup(info->hostname),
                                  });
  sorter_totals_add(&kernel->totals, &total->plain);
  for (uint32_t i = 0; i < n_used; i++) {
    quantities_subtract(&kernel_agent(kernel, id)->free, &used[i].resources.plain);
    if (framework_is_known(kernel, used[i].framework))
      use_book(kernel, &used[i]);
  }
  kernel_place_update(kernel, now, id);
  kernel_request_run(kernel, id);
}

void hierarchical_remove_agent(Allocator *kernel, Instant now, AgentId id)
{
  (void)now;
  if (!agent_is_known(kernel, id))
    return;
  KernelAgent *agent = kernel_agent(kernel, id);
  kernel_place_leave(kernel, id);
  while (agent->holdings != INDEX_NONE) {
    Quantities all = ((KernelHolding *)pool_at(&kernel->holdings, agent->holdings))->quantities;
    holding_reduce(kernel, &agent->holdings, &all);
  }
  kernel_filters_drop(kernel, id);
  sorter_totals_subtract(&kernel->totals, &kernel_agent_rest(kernel, id)->total);
  g_clear_pointer(&kernel_agent_rest(kernel, id)->hostname, g_free);
  agent->present = false;
}

void hierarchical_update_agent(Allocator *kernel, Instant now, AgentId id, const Resources *total)
{
  KernelAgent *agent = kernel_agent(kernel, id);
  CHECK(total->special == NULL);
  Quantities *before = &kernel_agent_rest(kernel, id)->total;
  if (quantities_equal(before, &total->plain))
    return;
  sorter_totals_subtract(&kernel->totals, before);
  quantities_subtract(&agent->free, before);
  *before = total->plain;
  agent->has_gpus = before->amount[RESOURCE_GPUS] > 0;
  quantities_add(&agent->free, before);
  sorter_totals_add(&kernel->totals, before);
  kernel_place_leave(kernel, id);
  kernel_place_update(kernel, now, id);
  kernel_request_run(kernel, id);
}

void hierarchical_update_agent_attributes(Allocator *kernel, Instant now, AgentId id)
{
  kernel_filters_drop(kernel, id);
  kernel_place_update(kernel, now, id);
  kernel_request_run(kernel, id);
}

static void agent_set_activated(Allocator *kernel, Instant now, AgentId id, bool activated)
{
  kernel_agent(kernel, id)->activated = activated;
  kernel_place_update(kernel, now, id);
}

void hierarchical_activate_agent(Allocator *kernel, Instant now, AgentId id)
{
  agent_set_activated(kernel, now, id, true);
}

void hierarchical_deactivate_agent(Allocator *kernel, Instant now, AgentId id)
{
  agent_set_activated(kernel, now, id, false);
}

void hierarchical_update_whitelist(Allocator *kernel, Instant now, const char *const *hostnames,
                                   uint32_t n_hostnames)
{
  g_clear_pointer(&kernel->whitelist, g_hash_table_unref);
  if (hostnames != NULL) {
    kernel->whitelist = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (uint32_t i = 0; i < n_hostnames; i++)
      g_hash_table_add(kernel->whitelist, g_strdup(hostnames[i]));
  }
  for (uint32_t i = 0; i < kernel->agents.n; i++) {
    KernelAgent *agent = kernel_agent(kernel, (AgentId){i});
    if (!agent->present)
      continue;
    agent->whitelisted = hostname_is_listed(kernel, kernel_agent_rest(kernel, (AgentId){i})->hostname);
    kernel_place_update(kernel, now, (AgentId){i});
  }
}

/* --- to look at ------------------------------------------------------------------------------------- */

void hierarchical_view_agent(const Allocator *kernel, Instant now, AgentId id, AllocatorAgentView *view)
{
  const KernelAgent *agent = kernel_agent(kernel, id);
  Quantities offerable = kernel_offerable(agent);
  *view = (AllocatorAgentView){.available = resources_of(&offerable)};
  for (uint32_t slot = agent->filters; slot != INDEX_NONE;) {
    const KernelFilter *filter = pool_at(&kernel->filters, slot);
    view->filters += kernel_filter_is_live(kernel, filter, now, false) ? 1 : 0;
    slot = filter->next;
  }
}

double hierarchical_share(const Allocator *kernel, RoleId role, FrameworkId framework)
{
  const KernelRole *known = kernel_role(kernel, role);
  if (known->n_tracked == 0)
    return 0;
  if (framework.index == INDEX_NONE)
    return kernel->role_interface->share(kernel->role_sorter, role.index);
  uint32_t slot = client_find(kernel, framework, role);
  if (slot == INDEX_NONE || !kernel_client(kernel, slot)->tracked)
    return 0;
  const KernelClient *client = kernel_client(kernel, slot);
  if (known->sorter == NULL)
    return sorter_totals_share(&kernel->totals, &client->allocation);
  return kernel->framework_interface->share(known->sorter, client->member);
}

uint64_t hierarchical_count_filters(const Allocator *kernel, Instant now, RoleId role)
{
  uint64_t count = 0;
  for (uint32_t slot = 0; slot < kernel->filters.n_slots; slot++) {
    const KernelFilter *filter = pool_at(&kernel->filters, slot);
    if (pool_is_taken(&kernel->filters, slot) &&
        kernel_client(kernel, filter->client)->role.index == role.index &&
        kernel_filter_is_live(kernel, filter, now, false))
      count++;
  }
  return count;
}
