/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical.h"

#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* --- frameworks ------------------------------------------------------------------------------------- */

static void framework_info_set(Allocator *kernel, Instant now, FrameworkId id, const AllocatorFramework *info)
{
  KernelFramework *framework = kernel_framework(kernel, id);
  framework->capabilities = info->capabilities;
  framework->n_roles = info->n_roles;
  for (uint32_t i = 0; i < info->n_roles; i++) {
    uint32_t slot = kernel_client_get(kernel, id, info->roles[i]);
    KernelClient *client = kernel_client(kernel, slot);
    bool suppressed = info->suppressed != NULL && info->suppressed[i];
    if (client->suppressed && !suppressed) {
      client->epoch++; /* as a revive: its filters are over */
      framework->inverse_epoch++;
      if (G_UNLIKELY(kernel->maintained.n >
                     0)) /* it may be asked at the next tick, also where nothing is free */
        kernel->inverse_wake = instant_min(kernel->inverse_wake, now);
    }
    client->subscribed = true;
    client->suppressed = suppressed;
    kernel_wishes_set(kernel, slot, info->wishes == NULL ? NULL : &info->wishes[i]);
    kernel_client_update(kernel, slot);
  }
}

void hierarchical_add_framework(Allocator *kernel, Instant now, FrameworkId id,
                                const AllocatorFramework *info, bool active, const AllocatorUse *used,
                                uint32_t n_used)
{
  CHECK(id.index == kernel->frameworks->len && info->n_roles > 0);
  KernelFramework framework = {
      .present = true, .active = active, .clients = INDEX_NONE, .name = g_strdup(info->name)};
  g_array_append_val(kernel->frameworks, framework);
  framework_info_set(kernel, now, id, info);
  for (uint32_t i = 0; i < n_used; i++)
    if (kernel_agent_is_known(kernel, used[i].agent))
      kernel_use_book(kernel, &used[i], true);
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
    Quantities all = kernel_unhold_all(kernel, id, link);
    quantities_add(&agent->free, &all);
    changed = true;
  }
  if (changed)
    kernel_place_update(kernel, now, id);
}

void hierarchical_remove_framework(Allocator *kernel, Instant now, FrameworkId id)
{
  if (!kernel_framework_is_known(kernel, id))
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
    kernel_client_update(kernel, slot);
    kernel_wishes_set(kernel, slot, NULL);
    kernel_client_unlink(kernel, slot);
  }
  framework->present = false;
  g_clear_pointer(&framework->name, g_free);
  kernel_request_tick(kernel, now);
}

static void framework_set_active(Allocator *kernel, FrameworkId id, bool active)
{
  kernel_framework(kernel, id)->active = active;
  if (!active)
    kernel_framework(kernel, id)->inverse_epoch++;
  uint32_t next;
  for (uint32_t slot = kernel_framework(kernel, id)->clients; slot != INDEX_NONE; slot = next) {
    next = kernel_client(kernel, slot)->next;
    if (!active)
      kernel_client(kernel, slot)->epoch++;
    kernel_client_update(kernel, slot);
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
  framework_info_set(kernel, now, id, info);
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
    kernel_wishes_set(kernel, slot, NULL);
    kernel_client_update(kernel, slot);
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
    kernel_client_update(kernel, slot);
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
  kernel_framework(kernel, framework)->inverse_epoch++;
  kernel_unblock_all(kernel, now);
  kernel_request_run(kernel, AGENT_NONE);
}

/* --- roles ------------------------------------------------------------------------------------------ */

void hierarchical_add_role(Allocator *kernel, RoleId id, RoleId parent, const char *path)
{
  CHECK(id.index == kernel->roles->len);
  KernelRole role = {
      .path = g_strdup(path), .parent = parent, .attributes = ROLE_ATTRIBUTES_DEFAULT, .only = INDEX_NONE};
  g_array_append_val(kernel->roles, role);
  if (kernel->watched)
    kernel_watch_role(kernel, id);
}

void hierarchical_update_role(Allocator *kernel, Instant now, RoleId id, const RoleAttributes *attributes)
{
  if (kernel->mesos_compatible)
    kernel_sort_missed(kernel, now);
  KernelRole *role = kernel_role(kernel, id);
  const SorterInterface *interface = kernel->role_interface;
  if (role->attributes.weight != attributes->weight)
    interface->update_weight(kernel->role_sorter, role->path, attributes->weight);
  if (role->attributes.priority != attributes->priority)
    interface->update_priority(kernel->role_sorter, role->path, attributes->priority);
  if (interface->update_quota != NULL &&
      (!quantities_equal(&role->attributes.guarantee, &attributes->guarantee) ||
       !quantities_equal(&role->attributes.limit, &attributes->limit)))
    interface->update_quota(kernel->role_sorter, role->path, &attributes->guarantee, &attributes->limit);
  RoleAttributes before = role->attributes;
  role->attributes = *attributes;
  kernel_quota_set(kernel, id, &before);
  if (G_UNLIKELY(kernel->revocation != NULL))
    kernel_revocation_wake(kernel);
  kernel_request_tick(kernel, now);
}
