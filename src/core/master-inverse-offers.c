/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

#include "base/check.h"

/* Inverse offers stand in a list of their agent. None holds resources: an agent is asked for as a whole. */

/* --- made ----------------------------------------------------------------------------------------------- */

static uint32_t agent_inverse_offer(const Master *master, const MasterAgentCare *care, FrameworkId framework)
{
  uint32_t slot = care->inverse_offers;
  while (slot != INDEX_NONE) {
    const MasterInverseOffer *offer = pool_at(&master->inverse_offers, slot);
    if (offer->framework.index == framework.index)
      break;
    slot = offer->next;
  }
  return slot;
}

/* Why the books do not allow it; NULL where they do. */
static const char *make_fault(const Master *master, FrameworkId framework, AgentId agent)
{
  if (!master->in_run)
    return "outside a run";
  if (!master_framework_is_present(master, framework))
    return "there is no such framework";
  if (!master_agent_is_present(master, agent))
    return "there is no such agent";
  const MasterAgentCare *care = master_agent_care_find(master, agent);
  if (care == NULL || instant_is_never(care->window.start))
    return "no maintenance is planned";
  return agent_inverse_offer(master, care, framework) == INDEX_NONE ? NULL : "it has one already";
}

void master_inverse_offer_make(void *self, FrameworkId framework, AgentId agent)
{
  Master *master = self;
  const char *fault = make_fault(master, framework, agent);
  if (fault != NULL) {
    master_allocator_broke(master, "asked framework %u to leave agent %u: %s", framework.index, agent.index,
                           fault);
    return;
  }
  /* As in Mesos, nobody is asked to leave an agent that is not active; master_agent_set_state() has the allocator ask
   * anew when it is. */
  if (master_framework(master, framework)->inactive ||
      (master_agent(master, agent)->flags & MASTER_AGENT_INACTIVE) != 0)
    return;
  MasterAgentCare *care = master_agent_care_find(master, agent);
  uint32_t slot;
  MasterInverseOffer *offer = pool_take(&master->inverse_offers, &slot);
  *offer = (MasterInverseOffer){framework, agent, care->inverse_offers};
  care->inverse_offers = slot;
  array_push(&master->inverse_batch, (InverseOfferId){pool_id(&master->inverse_offers, slot)});
}

static int compare_frameworks(const void *a, const void *b, void *data)
{
  const Master *master = data;
  const MasterInverseOffer *offers[2] = {
      pool_at(&master->inverse_offers, slot_of(((const InverseOfferId *)a)->value)),
      pool_at(&master->inverse_offers, slot_of(((const InverseOfferId *)b)->value)),
  };
  if (offers[0]->framework.index != offers[1]->framework.index)
    return offers[0]->framework.index < offers[1]->framework.index ? -1 : 1;
  return offers[0]->agent.index < offers[1]->agent.index ? -1 : 1;
}

void master_inverse_offers_announce(Master *master, Instant now)
{
  g_qsort_with_data(master->inverse_batch.items, (int)master->inverse_batch.n, sizeof(InverseOfferId),
                    compare_frameworks, master);
  for (uint32_t i = 0; i < master->inverse_batch.n; i++) {
    InverseOfferId id = master->inverse_batch.items[i];
    const MasterInverseOffer *offer = pool_find(&master->inverse_offers, id.value);
    master_timeout_add(master, now, id.value, true);
    if (master->observer.inverse_offer_made != NULL)
      master->observer.inverse_offer_made(master->observer.self, now, offer->framework, offer->agent, id,
                                          &master_agent_care_find(master, offer->agent)->window);
  }
}

/* The next message: all of the batch from @first on that are for one framework. Returns: where the next one begins. */
static uint32_t gather(const Master *master, uint32_t first, FrameworkId *framework, GArray *message)
{
  *framework = FRAMEWORK_NONE;
  uint32_t i = first;
  for (; i < master->inverse_batch.n; i++) {
    InverseOfferId id = master->inverse_batch.items[i];
    const MasterInverseOffer *offer = pool_find(&master->inverse_offers, id.value);
    if (offer == NULL)
      continue; /* an earlier message of this run has led to its end */
    if (message->len > 0 && offer->framework.index != framework->index)
      break;
    *framework = offer->framework;
    InverseOfferMessage item = {id, offer->agent, master_agent_care_find(master, offer->agent)->window};
    g_array_append_val(message, item);
  }
  return i;
}

void master_inverse_offers_send(Master *master)
{
  g_autoptr(GArray) message = g_array_new(FALSE, FALSE, sizeof(InverseOfferMessage));
  for (uint32_t i = 0; i < master->inverse_batch.n;) {
    FrameworkId framework;
    g_array_set_size(message, 0);
    i = gather(master, i, &framework, message);
    if (message->len > 0)
      master_count_event(master, framework, FRAMEWORK_EVENT_INVERSE_OFFERS);
    if (message->len > 0 && master->ports.send_inverse_offers != NULL)
      master->ports.send_inverse_offers(master->ports.self, framework,
                                        &g_array_index(message, InverseOfferMessage, 0), message->len);
  }
  master->inverse_batch.n = 0;
}

/* --- ended ---------------------------------------------------------------------------------------------- */

/* Takes it out of the books. It is the caller who tells the allocator. */
static void offer_end(Master *master, Instant now, uint32_t slot, InverseOfferEnd end)
{
  MasterInverseOffer offer = *(const MasterInverseOffer *)pool_at(&master->inverse_offers, slot);
  InverseOfferId id = {pool_id(&master->inverse_offers, slot)};
  uint32_t *link = &master_agent_care_find(master, offer.agent)->inverse_offers;
  while (*link != slot)
    link = &((MasterInverseOffer *)pool_at(&master->inverse_offers, *link))->next;
  *link = offer.next;
  pool_give(&master->inverse_offers, slot);
  if (master->observer.inverse_offer_ended != NULL)
    master->observer.inverse_offer_ended(master->observer.self, now, offer.framework, offer.agent, id, end);
}

static void offer_answer(Master *master, Instant now, uint32_t slot, InverseOfferEnd end,
                         InverseOfferAnswer answer, OfferFilter filter)
{
  MasterInverseOffer offer = *(const MasterInverseOffer *)pool_at(&master->inverse_offers, slot);
  offer_end(master, now, slot, end);
  if (master->allocator_interface->update_inverse_offer != NULL)
    master->allocator_interface->update_inverse_offer(allocator_at(master, now), now, offer.agent,
                                                      offer.framework, answer, filter);
}

static void rescind_add(const Master *master, GArray *rescinds, uint32_t slot)
{
  MasterRescind rescind = {
      .framework = ((const MasterInverseOffer *)pool_at(&master->inverse_offers, slot))->framework,
      .offer = pool_id(&master->inverse_offers, slot),
      .inverse = true,
  };
  g_array_append_val(rescinds, rescind);
}

void master_inverse_offer_rescind(Master *master, Instant now, uint32_t slot)
{
  g_autoptr(GArray) rescinds = master_rescinds_new();
  rescind_add(master, rescinds, slot);
  offer_answer(master, now, slot, INVERSE_OFFER_ENDED_RESCINDED, INVERSE_OFFER_EXPIRED, OFFER_FILTER_NONE);
  master_rescinds_send(master, rescinds);
}

void master_agent_inverse_offers_take_back(Master *master, Instant now, AgentId agent, GArray *rescinds)
{
  const MasterAgentCare *care = master_agent_care_find(master, agent);
  while (care != NULL && care->inverse_offers != INDEX_NONE) {
    uint32_t slot = care->inverse_offers;
    rescind_add(master, rescinds, slot);
    if (master_agent_is_present(master, agent))
      offer_answer(master, now, slot, INVERSE_OFFER_ENDED_RESCINDED, INVERSE_OFFER_EXPIRED,
                   OFFER_FILTER_NONE);
    else
      offer_end(master, now, slot, INVERSE_OFFER_ENDED_RESCINDED);
  }
}

void master_framework_inverse_offers_end(Master *master, Instant now, FrameworkId framework,
                                         InverseOfferEnd end, GArray *rescinds)
{
  for (uint32_t slot = 0; slot < master->inverse_offers.n_slots; slot++) {
    if (!pool_is_taken(&master->inverse_offers, slot) ||
        ((const MasterInverseOffer *)pool_at(&master->inverse_offers, slot))->framework.index !=
            framework.index)
      continue;
    if (rescinds != NULL)
      rescind_add(master, rescinds, slot);
    offer_answer(master, now, slot, end, INVERSE_OFFER_EXPIRED, OFFER_FILTER_NONE);
  }
}

void master_answer_inverse_offer(Master *master, Instant now, FrameworkId framework, InverseOfferId id,
                                 bool accepted, OfferFilter filter)
{
  if (!master_framework_is_present(master, framework))
    return;
  master_count_call(master, framework,
                    accepted ? FRAMEWORK_CALL_ACCEPT_INVERSE_OFFERS : FRAMEWORK_CALL_DECLINE_INVERSE_OFFERS);
  const MasterInverseOffer *offer = pool_find(&master->inverse_offers, id.value);
  if (offer == NULL || offer->framework.index != framework.index)
    return;
  offer_answer(master, now, slot_of(id.value),
               accepted ? INVERSE_OFFER_ENDED_ACCEPTED : INVERSE_OFFER_ENDED_DECLINED,
               accepted ? INVERSE_OFFER_ACCEPTED : INVERSE_OFFER_DECLINED, filter);
  master_requests_pass_on(master, now);
}

uint32_t master_inverse_offers_outstanding(const Master *master)
{
  return master->inverse_offers.n_taken;
}
