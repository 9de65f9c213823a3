/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* Agents come, change and go. */

static bool hostname_is_listed(const Allocator *kernel, const char *hostname)
{
  return kernel->whitelist == NULL || g_hash_table_contains(kernel->whitelist, hostname);
}

/* Gives the agent its total; what is free is made of it by the caller (plain) and here (special). */
static void total_set(Allocator *kernel, AgentId id, const Resources *total)
{
  KernelAgent *agent = kernel_agent(kernel, id);
  KernelAgentRest *rest = kernel_agent_rest(kernel, id);
  Quantities all = resources_total(total);
  rest->total = total->plain;
  agent->has_gpus = all.amount[RESOURCE_GPUS] > 0;
  if (G_UNLIKELY(total->special != NULL || rest->special != NULL)) {
    KernelSpecial *special = kernel_special_make(kernel, id);
    kernel_special_begin(kernel, id);
    g_clear_pointer(&special->total, resource_slices_free);
    kernel_slices_add(&special->total, total->special);
    kernel_special_end(kernel, id);
  }
  sorter_totals_add(&kernel->totals, &all);
}

/* What the agent adds to the totals of the cluster. */
static const Quantities *agent_quantities(const Allocator *kernel, AgentId id)
{
  const KernelAgentRest *rest = kernel_agent_rest(kernel, id);
  return rest->special != NULL ? &rest->special->quantities : &rest->total;
}

/* Somebody uses a part of an agent that has just come. */
static void use_add(Allocator *kernel, const AllocatorUse *use)
{
  quantities_subtract(&kernel_agent(kernel, use->agent)->free, &use->resources.plain);
  if (kernel_framework_is_known(kernel, use->framework)) {
    kernel_use_book(kernel, use, false);
  } else if (use->resources.special != NULL) {
    KernelSpecial *special = kernel_special_make(kernel, use->agent);
    kernel_special_begin(kernel, use->agent);
    kernel_slices_add(&special->unknown, use->resources.special);
    kernel_special_end(kernel, use->agent);
  }
}

void hierarchical_add_agent(Allocator *kernel, Instant now, AgentId id, const AllocatorAgent *info,
                            const Resources *total, const AllocatorUse *used, uint32_t n_used)
{
  bool differ;
  CHECK(id.index == kernel->agents.n);
  array_push(&kernel->agents, (KernelAgent){
                                  .free = total->plain,
                                  .holdings = INDEX_NONE,
                                  .filters = INDEX_NONE,
                                  .present = true,
                                  .activated = true,
                              });
  array_push(&kernel->agent_rest, (KernelAgentRest){.wake = INSTANT_NEVER});
  kernel_agent_set_info(kernel, id, info, &differ);
  kernel_agent(kernel, id)->whitelisted = hostname_is_listed(kernel, info->hostname);
  total_set(kernel, id, total);
  kernel->n_present++;
  for (uint32_t i = 0; i < n_used; i++)
    use_add(kernel, &used[i]);
  if (G_UNLIKELY(kernel->watched))
    kernel->freedom++;
  kernel_pause_update(kernel, now);
  kernel_place_update(kernel, now, id);
  kernel_request_run(kernel, id);
}

void hierarchical_remove_agent(Allocator *kernel, Instant now, AgentId id)
{
  if (!kernel_agent_is_known(kernel, id))
    return;
  KernelAgent *agent = kernel_agent(kernel, id);
  kernel_place_leave(kernel, id);
  while (agent->holdings != INDEX_NONE)
    kernel_unhold_all(kernel, id, &agent->holdings);
  kernel_filters_drop(kernel, id);
  sorter_totals_subtract(&kernel->totals, agent_quantities(kernel, id));
  kernel_special_free(kernel, id);
  kernel_maintenance_drop(kernel, id);
  g_clear_pointer(&kernel_agent_rest(kernel, id)->hostname, g_free);
  agent->present = false;
  kernel->n_present--;
  kernel->freedom++; /* what was reserved on it counts no more */
  kernel_request_tick(kernel, now);
}

void hierarchical_update_agent(Allocator *kernel, Instant now, AgentId id, const Resources *total)
{
  KernelAgent *agent = kernel_agent(kernel, id);
  const KernelAgentRest *rest = kernel_agent_rest(kernel, id);
  Resources before = {rest->total, rest->special == NULL ? NULL : rest->special->total};
  if (resources_equal(&before, total))
    return;
  sorter_totals_subtract(&kernel->totals, agent_quantities(kernel, id));
  quantities_subtract(&agent->free, &before.plain);
  quantities_add(&agent->free, &total->plain);
  total_set(kernel, id, total);
  if (G_UNLIKELY(kernel->watched))
    kernel->freedom++;
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

void hierarchical_update_agent_info(Allocator *kernel, Instant now, AgentId id, const AllocatorAgent *info)
{
  bool attributes_differ;
  if (!kernel_agent_set_info(kernel, id, info, &attributes_differ))
    return;
  kernel_agent(kernel, id)->whitelisted = hostname_is_listed(kernel, info->hostname);
  if (attributes_differ)
    kernel_filters_drop(kernel, id);
  kernel_place_leave(kernel, id);
  kernel_place_update(kernel, now, id);
  kernel_request_run(kernel, id);
}

/* --- conversions ---------------------------------------------------------------------------------------- */

/* Of the agent's total and of the totals of the cluster, @from has become @to. Where the total has shrunk meanwhile, not all
 * of @from is in it any more. */
static void total_convert(Allocator *kernel, AgentId id, const Resources *from, const Resources *to)
{
  const KernelAgentRest *rest = kernel_agent_rest(kernel, id);
  Resources total = RESOURCES_EMPTY;
  Resources before = {rest->total, rest->special == NULL ? NULL : rest->special->total};
  resources_copy(&total, &before);
  sorter_totals_subtract(&kernel->totals, agent_quantities(kernel, id));
  resources_subtract(&total, from);
  Quantities rest_plain = total.plain;
  resources_clamp(&total);
  quantities_add(&kernel_agent(kernel, id)->free, &total.plain);
  quantities_subtract(&kernel_agent(kernel, id)->free, &rest_plain);
  resources_add(&total, to);
  total_set(kernel, id, &total);
  resources_clear(&total);
}

void hierarchical_update_allocation(Allocator *kernel, Instant now, FrameworkId framework, RoleId role,
                                    AgentId id, const Resources *from, const Resources *to)
{
  if (!kernel_framework_is_known(kernel, framework) || !kernel_agent_is_known(kernel, id))
    return;
  uint32_t slot = kernel_client_find(kernel, framework, role);
  uint32_t *link = slot == INDEX_NONE ? NULL : kernel_holding_find(kernel, kernel_agent(kernel, id), slot);
  CHECK(link != NULL);
  kernel_convert(kernel, id, link, from, to);
  if (!resources_are_empty(from)) /* else: more copies of what is shared */
    total_convert(kernel, id, from, to);
  kernel_place_update(kernel, now, id);
  kernel_request_tick(kernel, now);
}

bool hierarchical_update_available(Allocator *kernel, Instant now, AgentId id, const Resources *from,
                                   const Resources *to)
{
  if (!kernel_agent_is_known(kernel, id))
    return false;
  Resources free = kernel_free(kernel, id);
  if (!resources_contain(&free, from))
    return false;
  KernelAgent *agent = kernel_agent(kernel, id);
  quantities_subtract(&agent->free, &from->plain);
  quantities_add(&agent->free, &to->plain);
  total_convert(kernel, id, from, to);
  if (G_UNLIKELY(kernel->watched))
    kernel->freedom++;
  kernel_place_leave(kernel, id);
  kernel_place_update(kernel, now, id);
  kernel_request_tick(kernel, now);
  return true;
}

/* --- may they be offered? ------------------------------------------------------------------------------- */

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
