/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

#include "base/check.h"

/* Oversubscription: what an agent lends because its owners do not use it, and may take back at any time. */

static bool is_oversubscribed(const ResourceSlice *slice)
{
  return slice->revocable && slice->reservation == RESERVATION_NONE && !resource_slice_is_disk(slice) &&
         !resource_slice_is_range(slice);
}

static bool report_makes_sense(const Master *master, const Resources *revocable)
{
  if (!quantities_are_zero(&revocable->plain) || !resources_are_valid(revocable) ||
      !resources_are_known(master->settings.kinds, revocable))
    return false;
  for (uint32_t i = 0; revocable->special != NULL && i < revocable->special->n_slices; i++)
    if (!is_oversubscribed(&revocable->special->slices[i]) ||
        !quantities_are_bounded(&revocable->special->slices[i].quantities))
      return false;
  return true;
}

static bool slice_is_oversubscribed(const ResourceSlice *slice, void *data)
{
  (void)data;
  return is_oversubscribed(slice);
}

/* What @resources have of it. */
static Resources oversubscribed_part(const Resources *resources)
{
  Resources part = RESOURCES_EMPTY;
  if (resources->special != NULL)
    part.special = resource_slices_copy(resources->special);
  resources_filter(&part, slice_is_oversubscribed, NULL);
  return part;
}

static void offers_take_back(Master *master, Instant now, AgentId agent, GArray *rescinds)
{
  uint32_t next;
  for (uint32_t slot = master_agent(master, agent)->offers; slot != INDEX_NONE; slot = next) {
    const MasterOffer *offer = pool_at(&master->offers, slot);
    Resources part = oversubscribed_part(&offer->resources);
    next = offer->next;
    if (!resources_are_empty(&part))
      master_offer_take_back(master, now, slot, OFFER_FILTER_NONE, rescinds);
    resources_clear(&part);
  }
}

bool master_update_revocable(Master *master, Instant now, AgentId agent, const Resources *revocable)
{
  if (!master_agent_is_present(master, agent) || !report_makes_sense(master, revocable))
    return false;
  master->counters.agents_updated++;
  MasterAgentRest *rest = &master->agent_rest.items[agent.index];
  Resources had = oversubscribed_part(&rest->total);
  if (resources_equal(&had, revocable)) {
    resources_clear(&had);
    return true;
  }
  Resources before;
  Resources free = {QUANTITIES_ZERO, rest->free};
  resources_copy(&before, &rest->total);
  resources_subtract(&rest->total, &had);
  resources_add(&rest->total, revocable);
  resources_subtract(&free, &had); /* perhaps to less than nothing */
  resources_add(&free, revocable);
  rest->free = free.special;
  master->allocator_interface->update_agent(allocator_at(master, now), now, agent, &rest->total);
  if (master->observer.agent_updated != NULL)
    master->observer.agent_updated(master->observer.self, now, agent, &before, &rest->total);
  resources_clear(&had);
  resources_clear(&before);
  g_autoptr(GArray) rescinds = master_rescinds_new();
  offers_take_back(master, now, agent, rescinds);
  INVARIANT((master_agent_check(master, now, agent), true));
  master_rescinds_send(master, rescinds);
  master_requests_pass_on(master, now);
  return true;
}
