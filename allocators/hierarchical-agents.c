/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* Agents come, change and go. */

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
    if (kernel_framework_is_known(kernel, used[i].framework))
      kernel_use_book(kernel, &used[i]);
  }
  kernel_place_update(kernel, now, id);
  kernel_request_run(kernel, id);
}

void hierarchical_remove_agent(Allocator *kernel, Instant now, AgentId id)
{
  (void)now;
  if (!kernel_agent_is_known(kernel, id))
    return;
  KernelAgent *agent = kernel_agent(kernel, id);
  kernel_place_leave(kernel, id);
  while (agent->holdings != INDEX_NONE) {
    Quantities all = ((KernelHolding *)pool_at(&kernel->holdings, agent->holdings))->quantities;
    kernel_unhold(kernel, &agent->holdings, &all);
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
