/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* What agents have beside plain resources. Few runs have such agents, so their records stand apart; an agent that has had
 * something special once is looked at as such for ever. */

void kernel_slices_add(ResourceSlices **slices, const ResourceSlices *more)
{
  if (more == NULL)
    return;
  Resources sum = {QUANTITIES_ZERO, *slices};
  resources_add_special(&sum, more);
  *slices = sum.special;
}

void kernel_slices_subtract(ResourceSlices **slices, const ResourceSlices *less)
{
  if (less == NULL)
    return;
  Resources rest = {QUANTITIES_ZERO, *slices};
  resources_subtract_special(&rest, less);
  *slices = rest.special;
}

/* --- records -------------------------------------------------------------------------------------------- */

KernelSpecial *kernel_special_make(Allocator *kernel, AgentId id)
{
  KernelAgent *agent = kernel_agent(kernel, id);
  KernelAgentRest *rest = kernel_agent_rest(kernel, id);
  if (rest->special != NULL)
    return rest->special;
  rest->special = g_new0(KernelSpecial, 1);
  rest->special->quantities = rest->total;
  agent->special = true;
  agent->unusual = true;
  kernel->n_special++;
  return rest->special;
}

static void slices_drop(ResourceSlices **slices)
{
  g_clear_pointer(slices, resource_slices_free);
}

void kernel_special_free(Allocator *kernel, AgentId id)
{
  KernelSpecial *special = kernel_special(kernel, id);
  if (special == NULL)
    return;
  kernel_special_begin(kernel, id);
  slices_drop(&special->total);
  slices_drop(&special->held);
  slices_drop(&special->unknown);
  slices_drop(&special->free);
  slices_drop(&special->shared);
  g_clear_pointer(&kernel_agent_rest(kernel, id)->special, g_free);
  kernel_agent(kernel, id)->special = false;
  kernel->n_special--;
}

/* The quantities of the slices of a kind; shared ones once. */
static void special_sums(const ResourceSlices *slices, Quantities *all, Quantities *reserved,
                         Quantities *revocable)
{
  *all = *reserved = *revocable = QUANTITIES_ZERO;
  for (uint32_t i = 0; slices != NULL && i < slices->n_slices; i++) {
    const ResourceSlice *slice = &slices->slices[i];
    quantities_add(all, &slice->quantities);
    if (slice->reservation != RESERVATION_NONE)
      quantities_add(reserved, &slice->quantities);
    if (slice->revocable)
      quantities_add(revocable, &slice->quantities);
  }
}

void kernel_special_sums_add(Allocator *kernel, AgentId id, int sign)
{
  const KernelSpecial *special = kernel_special(kernel, id);
  KernelSums *sums = &kernel->sums;
  Quantities all;
  Quantities reserved;
  Quantities revocable;
  special_sums(special->held, &all, &reserved, &revocable);
  kernel_sum_change(&sums->used, &all, sign);
  kernel_sum_change(&sums->reserved_used, &reserved, sign);
  special_sums(special->free, &all, &reserved, &revocable);
  kernel_sum_change(&sums->revocable_free, &revocable, sign);
  for (uint32_t i = 0; special->total != NULL && i < special->total->n_slices; i++) {
    const ResourceSlice *slice = &special->total->slices[i];
    if (slice->reservation == RESERVATION_NONE)
      continue;
    kernel_sum_change(&sums->reserved, &slice->quantities, sign);
    kernel_watch_reserved(kernel, slice->reservation, &slice->quantities, sign);
  }
}

void kernel_special_begin(Allocator *kernel, AgentId id)
{
  if (kernel->watched)
    kernel_special_sums_add(kernel, id, -1);
}

void kernel_special_end(Allocator *kernel, AgentId id)
{
  KernelSpecial *special = kernel_special(kernel, id);
  Resources free = RESOURCES_EMPTY;
  if (special->total != NULL)
    free.special = resource_slices_copy(special->total);
  if (special->held != NULL)
    resources_take_special(&free, special->held);
  if (special->unknown != NULL)
    resources_take_special(&free, special->unknown);
  resources_clamp(&free);
  slices_drop(&special->free);
  special->free = free.special;

  Resources total = {kernel_agent_rest(kernel, id)->total, special->total};
  special->quantities = resources_total(&total);
  if (kernel->watched)
    kernel_special_sums_add(kernel, id, 1);
}

Resources kernel_free(const Allocator *kernel, AgentId id)
{
  const KernelAgent *agent = kernel_agent(kernel, id);
  return (Resources){kernel_offerable(agent), agent->special ? kernel_special(kernel, id)->free : NULL};
}

/* --- holdings ------------------------------------------------------------------------------------------- */

ResourceSlices *kernel_held_special(const Allocator *kernel, uint32_t slot)
{
  return g_hash_table_lookup(kernel->held_special, GUINT_TO_POINTER(slot));
}

void kernel_held_special_set(Allocator *kernel, uint32_t slot, ResourceSlices *slices)
{
  /* What stood there before has been taken over by @slices. */
  g_hash_table_steal(kernel->held_special, GUINT_TO_POINTER(slot));
  if (slices != NULL)
    g_hash_table_insert(kernel->held_special, GUINT_TO_POINTER(slot), slices);
}
