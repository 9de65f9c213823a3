/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* Who holds what on which agent. */

/* --- the sorters ---------------------------------------------------------------------------------------- */

static inline void client_charge(Allocator *kernel, KernelClient *client, const Quantities *by_client,
                                 const Quantities *by_role)
{
  const KernelRole *role = kernel_role(kernel, client->role);
  if (role->sorter != NULL) {
    kernel->framework_interface->allocated(role->sorter, client->member, by_client);
  } else {
    quantities_add(&client->allocation, by_client);
    client->count++;
  }
  kernel->role_interface->allocated(kernel->role_sorter, client->role.index, by_role);
}

static inline void client_discharge(Allocator *kernel, KernelClient *client, const Quantities *by_client,
                                    const Quantities *by_role)
{
  const KernelRole *role = kernel_role(kernel, client->role);
  if (role->sorter != NULL)
    kernel->framework_interface->unallocated(role->sorter, client->member, by_client);
  else
    quantities_subtract(&client->allocation, by_client);
  kernel->role_interface->unallocated(kernel->role_sorter, client->role.index, by_role);
}

/* Whether another holding on @agent than that in @slot, of the same role, has the shared volume. */
static bool role_has_disk(const Allocator *kernel, const KernelAgent *agent, uint32_t slot,
                          const ResourceSlice *shared)
{
  const KernelHolding *own = pool_at(&kernel->holdings, slot);
  uint32_t role = kernel_client(kernel, own->client)->role.index;
  for (uint32_t at = agent->holdings; at != INDEX_NONE;) {
    const KernelHolding *holding = pool_at(&kernel->holdings, at);
    if (at != slot && kernel_client(kernel, holding->client)->role.index == role &&
        resource_slices_have_disk(kernel_held_special(kernel, at), shared))
      return true;
    at = holding->next;
  }
  return false;
}

/* Adds to both what @slices cost beside what the holding in @slot has anyway, @held: of a shared volume the first copy
 * counts for a client, and the first one of its clients for a role. */
static void slices_cost(const Allocator *kernel, const KernelAgent *agent, uint32_t slot,
                        const ResourceSlices *held, const ResourceSlices *slices, Quantities *by_client,
                        Quantities *by_role)
{
  for (uint32_t i = 0; i < slices->n_slices; i++) {
    const ResourceSlice *slice = &slices->slices[i];
    if (slice->shared && resource_slices_have_disk(held, slice))
      continue;
    quantities_add(by_client, &slice->quantities);
    if (!slice->shared || !role_has_disk(kernel, agent, slot, slice))
      quantities_add(by_role, &slice->quantities);
  }
}

/* --- holding -------------------------------------------------------------------------------------------- */

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
  uint32_t at = *link;
  if (at == INDEX_NONE) {
    /* At the end: what was granted first comes back first, and is then found without a look at the others. */
    holding = pool_take(&kernel->holdings, &at);
    *holding = (KernelHolding){.client = slot, .next = INDEX_NONE, .quantities = *quantities};
    *link = at;
    client->n_holdings++;
  } else {
    quantities_add(&holding->quantities, quantities);
  }
  client_charge(kernel, client, quantities, quantities);
  if (G_UNLIKELY(kernel->watched))
    kernel_watch_hold(kernel, client->role, at, quantities, quantities);
}

/* What the client holds on the agent is at least nothing: then there is a holding. Returns: its slot. */
static uint32_t holding_make(Allocator *kernel, uint32_t slot, AgentId id)
{
  KernelAgent *agent = kernel_agent(kernel, id);
  const uint32_t *found = kernel_holding_find(kernel, agent, slot);
  if (found != NULL)
    return *found;
  uint32_t at;
  uint32_t *link = &agent->holdings;
  KernelHolding *holding = pool_take(&kernel->holdings, &at);
  *holding = (KernelHolding){.client = slot, .next = INDEX_NONE};
  while (*link != INDEX_NONE)
    link = &((KernelHolding *)pool_at(&kernel->holdings, *link))->next;
  *link = at;
  kernel_client(kernel, slot)->n_holdings++;
  return at;
}

void kernel_hold_resources(Allocator *kernel, uint32_t slot, AgentId id, const Resources *resources)
{
  if (resources->special == NULL) {
    kernel_hold(kernel, slot, id, &resources->plain);
    return;
  }
  KernelClient *client = kernel_client(kernel, slot);
  uint32_t at = holding_make(kernel, slot, id);
  KernelHolding *holding = pool_at(&kernel->holdings, at);
  ResourceSlices *held = kernel_held_special(kernel, at);
  Quantities by_client = resources->plain;
  Quantities by_role = resources->plain;
  slices_cost(kernel, kernel_agent(kernel, id), at, held, resources->special, &by_client, &by_role);

  KernelSpecial *special = kernel_special_make(kernel, id);
  kernel_special_begin(kernel, id);
  kernel_slices_add(&special->held, resources->special);
  kernel_special_end(kernel, id);
  kernel_slices_add(&held, resources->special);
  kernel_held_special_set(kernel, at, held);
  quantities_add(&holding->quantities, &resources->plain);

  client_charge(kernel, client, &by_client, &by_role);
  if (kernel->watched) {
    Quantities quota = resources_unreserved(resources);
    kernel_watch_hold(kernel, client->role, at, &quota, &resources->plain);
  }
}

Resources kernel_held(const Allocator *kernel, uint32_t slot)
{
  const KernelHolding *holding = pool_at(&kernel->holdings, slot);
  Resources held = resources_of(&holding->quantities);
  if (G_UNLIKELY(kernel->n_special > 0))
    held.special = kernel_held_special(kernel, slot);
  return held;
}

/* The special part of kernel_unhold(): out of the records; what it cost is added to both. */
static void special_unhold(Allocator *kernel, AgentId id, uint32_t at, const ResourceSlices *slices,
                           Quantities *by_client, Quantities *by_role)
{
  KernelSpecial *special = kernel_special(kernel, id);
  ResourceSlices *held = kernel_held_special(kernel, at);
  CHECK(held != NULL && resources_contain_special(held, slices));
  /* @slices may be those of the holding itself. */
  ResourceSlices *less = resource_slices_copy(slices);
  kernel_special_begin(kernel, id);
  kernel_slices_subtract(&special->held, less);
  kernel_special_end(kernel, id);
  kernel_slices_subtract(&held, less);
  kernel_held_special_set(kernel, at, held);
  slices_cost(kernel, kernel_agent(kernel, id), at, held, less, by_client, by_role);
  resource_slices_free(less);
}

/* Of the holding in slot @at, @left of what counts for quota is left. */
static void watch_unhold(Allocator *kernel, uint32_t at, const Quantities *left, const Quantities *quota,
                         const Quantities *plain, bool allocated)
{
  RoleId role = kernel_client(kernel, ((const KernelHolding *)pool_at(&kernel->holdings, at))->client)->role;
  Quantities in_use = kernel->allocated.items[at];
  Quantities stays = in_use;
  if (allocated)
    quantities_subtract(&stays, quota);
  stays = quantities_positive(&stays);
  quantities_min(&stays, left);
  quantities_subtract(&in_use, &stays);
  kernel_watch_allocated(kernel, at, role, &in_use, -1);
  kernel_watch_unhold(kernel, role, quota, plain);
}

/* The part of kernel_unhold() that comes before the holding shrinks, and behind. */
static void unhold_rare(Allocator *kernel, AgentId id, uint32_t at, const Resources *resources,
                        bool allocated)
{
  KernelHolding *holding = pool_at(&kernel->holdings, at);
  KernelClient *client = kernel_client(kernel, holding->client);
  Quantities by_client = resources->plain;
  Quantities by_role = resources->plain;
  Quantities quota =
      resources_unreserved(resources); /* before the slices are gone: they may be the holding's own */
  if (resources->special != NULL)
    special_unhold(kernel, id, at, resources->special, &by_client, &by_role);
  client_discharge(kernel, client, &by_client, &by_role);
  quantities_subtract(&holding->quantities, &resources->plain);
  if (kernel->watched) {
    Resources held = kernel_held(kernel, at);
    Quantities left = resources_unreserved(&held);
    watch_unhold(kernel, at, &left, &quota, &resources->plain, allocated);
  }
}

void kernel_unhold(Allocator *kernel, AgentId id, uint32_t *link, const Resources *resources, bool allocated)
{
  uint32_t at = *link;
  KernelHolding *holding = pool_at(&kernel->holdings, at);
  uint32_t slot = holding->client;
  KernelClient *client = kernel_client(kernel, slot);
  CHECK(quantities_contain(&holding->quantities, &resources->plain));
  if (G_UNLIKELY(resources->special != NULL || kernel->watched)) {
    unhold_rare(kernel, id, at, resources, allocated);
  } else {
    client_discharge(kernel, client, &resources->plain, &resources->plain);
    quantities_subtract(&holding->quantities, &resources->plain);
  }
  if (!quantities_are_zero(&holding->quantities) ||
      (G_UNLIKELY(kernel->n_special > 0) && kernel_held_special(kernel, at) != NULL))
    return;
  *link = holding->next;
  pool_give(&kernel->holdings, at);
  client->n_holdings--;
  if (client->n_holdings == 0 && !client->subscribed)
    kernel_client_update(kernel, slot);
}

Quantities kernel_unhold_all(Allocator *kernel, AgentId id, uint32_t *link)
{
  Resources all = kernel_held(kernel, *link);
  kernel_unhold(kernel, id, link, &all, false);
  return all.plain;
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

void kernel_convert(Allocator *kernel, AgentId id, uint32_t *link, const Resources *from, const Resources *to)
{
  uint32_t at = *link;
  KernelHolding *holding = pool_at(&kernel->holdings, at);
  KernelClient *client = kernel_client(kernel, holding->client);
  const KernelRole *role = kernel_role(kernel, client->role);
  Resources before = kernel_held(kernel, at);
  Resources after;
  CHECK(resources_contain(&before, from));
  resources_copy(&after, &before);
  resources_subtract(&after, from);
  Quantities left = resources_unreserved(&after);
  resources_add(&after, to);
  Quantities was = resources_total(&before);
  Quantities is = resources_total(&after);
  if (role->sorter != NULL) {
    kernel->framework_interface->update(role->sorter, client->member, &was, &is);
  } else {
    quantities_subtract(&client->allocation, &was);
    quantities_add(&client->allocation, &is);
  }
  kernel->role_interface->update(kernel->role_sorter, client->role.index, &was, &is);
  if (kernel->watched) {
    Quantities less = resources_unreserved(from);
    Quantities more = resources_unreserved(to);
    watch_unhold(kernel, at, &left, &less, &from->plain, false);
    kernel_watch_hold(kernel, client->role, at, &more, &to->plain);
  }
  KernelSpecial *special = kernel_special_make(kernel, id);
  kernel_special_begin(kernel, id);
  if (from->special != NULL)
    kernel_slices_subtract(&special->held, from->special);
  kernel_slices_add(&special->held, to->special);
  kernel_special_end(kernel, id);
  holding->quantities = after.plain;
  g_clear_pointer(&before.special, resource_slices_free);
  kernel_held_special_set(kernel, at, after.special);
}

void kernel_use_book(Allocator *kernel, const AllocatorUse *use, bool known)
{
  uint32_t slot = kernel_client_get(kernel, use->framework, use->role);
  kernel_client_track(kernel, slot);
  if (known && use->resources.special != NULL) {
    KernelSpecial *special = kernel_special_make(kernel, use->agent);
    kernel_special_begin(kernel, use->agent);
    kernel_slices_subtract(&special->unknown, use->resources.special);
    kernel_special_end(kernel, use->agent);
  }
  kernel_hold_resources(kernel, slot, use->agent, &use->resources);
  if (kernel->watched) {
    Quantities quota = resources_unreserved(&use->resources);
    uint32_t at = *kernel_holding_find(kernel, kernel_agent(kernel, use->agent), slot);
    kernel_watch_allocated(kernel, at, use->role, &quota, 1);
  }
}

/* --- verbs ---------------------------------------------------------------------------------------------- */

static void allocated_tell(Allocator *kernel, FrameworkId framework, RoleId role, AgentId agent,
                           const Resources *resources)
{
  uint32_t slot = kernel_client_find(kernel, framework, role);
  CHECK(slot != INDEX_NONE);
  Quantities task = resources_total(resources);
  if (kernel->role_interface->launched != NULL)
    kernel->role_interface->launched(kernel->role_sorter, role.index, &task);
  if (kernel->framework_interface->launched != NULL)
    kernel->framework_interface->launched(kernel_role(kernel, role)->sorter,
                                          kernel_client(kernel, slot)->member, &task);
  if (!kernel->watched)
    return;
  const uint32_t *link = kernel_holding_find(kernel, kernel_agent(kernel, agent), slot);
  CHECK(link != NULL);
  /* What was there before the books were counts as allocated anyway. */
  Resources held = kernel_held(kernel, *link);
  Quantities most = resources_unreserved(&held);
  Quantities quota = resources_unreserved(resources);
  quantities_subtract(&most, &kernel->allocated.items[*link]);
  quantities_min(&quota, &most);
  kernel_watch_allocated(kernel, *link, role, &quota, 1);
}

void hierarchical_transition_offered_to_allocated(Allocator *kernel, Instant now, FrameworkId framework,
                                                  RoleId role, AgentId agent, const Resources *resources)
{
  (void)now;
  /* Offered counts as used from the start, so shares stay as they are. */
  if (G_UNLIKELY(kernel->watched || kernel->tells_tasks))
    allocated_tell(kernel, framework, role, agent, resources);
}

void hierarchical_recover_resources(Allocator *kernel, Instant now, FrameworkId framework, RoleId role,
                                    AgentId id, const Resources *resources, OfferFilter filter,
                                    bool allocated)
{
  if (resources_are_empty(resources) || !kernel_framework_is_known(kernel, framework) ||
      !kernel_agent_is_known(kernel, id))
    return;
  KernelAgent *agent = kernel_agent(kernel, id);
  uint32_t slot = kernel_client_find(kernel, framework, role);
  uint32_t *link = slot == INDEX_NONE ? NULL : kernel_holding_find(kernel, agent, slot);
  CHECK(link != NULL);
  if (filter.set)
    kernel_filter_add(kernel, now, slot, id, resources, filter);
  kernel_unhold(kernel, id, link, resources, allocated);
  quantities_add(&agent->free, &resources->plain);
  if (agent->place != PLACE_READY)
    kernel_place_update(kernel, now, id);
  if (G_UNLIKELY(kernel->watched))
    kernel_request_tick(kernel, now);
}
