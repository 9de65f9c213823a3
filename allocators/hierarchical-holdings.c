/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* Who holds what on which agent. */

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

void kernel_unhold(Allocator *kernel, uint32_t *link, const Quantities *quantities)
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
    kernel_client_update(kernel, slot);
}

uint32_t *kernel_holding_find(Allocator *kernel, KernelAgent *agent, uint32_t slot)
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

void kernel_use_book(Allocator *kernel, const AllocatorUse *use)
{
  CHECK(use->resources.special == NULL);
  uint32_t slot = kernel_client_get(kernel, use->framework, use->role);
  kernel_client_track(kernel, slot);
  kernel_hold(kernel, slot, use->agent, &use->resources.plain);
}

void hierarchical_transition_offered_to_allocated(Allocator *kernel, Instant now, FrameworkId framework,
                                                  RoleId role, AgentId agent, const Resources *resources)
{
  (void)now, (void)agent;
  /* Offered counts as used from the start, so shares stay as they are. */
  if (kernel->role_interface->launched == NULL && kernel->framework_interface->launched == NULL)
    return;
  uint32_t slot = kernel_client_find(kernel, framework, role);
  CHECK(slot != INDEX_NONE);
  Quantities task = resources_total(resources);
  if (kernel->role_interface->launched != NULL)
    kernel->role_interface->launched(kernel->role_sorter, role.index, &task);
  if (kernel->framework_interface->launched != NULL)
    kernel->framework_interface->launched(kernel_role(kernel, role)->sorter,
                                          kernel_client(kernel, slot)->member, &task);
}

void hierarchical_recover_resources(Allocator *kernel, Instant now, FrameworkId framework, RoleId role,
                                    AgentId id, const Resources *resources, OfferFilter filter,
                                    bool allocated)
{
  (void)allocated;
  if (resources_are_empty(resources) || !kernel_framework_is_known(kernel, framework) ||
      !kernel_agent_is_known(kernel, id))
    return;
  KernelAgent *agent = kernel_agent(kernel, id);
  uint32_t slot = kernel_client_find(kernel, framework, role);
  uint32_t *link = slot == INDEX_NONE ? NULL : kernel_holding_find(kernel, agent, slot);
  CHECK(link != NULL && resources->special == NULL);
  if (filter.set)
    kernel_filter_add(kernel, now, slot, id, &resources->plain, filter);
  kernel_unhold(kernel, link, &resources->plain);
  quantities_add(&agent->free, &resources->plain);
  if (agent->place != PLACE_READY)
    kernel_place_update(kernel, now, id);
}
