/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

#include "base/check.h"
#include "base/prefetch.h"
#include "base/resources-text.h"

/* --- grants ----------------------------------------------------------------------------------------- */

void master_allocator_broke(Master *master, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *what = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *message = g_strdup_printf("allocator %s %s", master->allocator_interface->name, what);
  master->ports.broken_allocator(master->ports.self, message);
}

/* Whether each slice is one, and not reserved to somebody else. */
static bool grant_is_for_role(const Master *master, RoleId role, const Resources *resources)
{
  if (!resources_are_valid(resources) || !resources_are_known(master->settings.kinds, resources))
    return false;
  for (uint32_t i = 0; i < resources->special->n_slices; i++)
    if (!resource_slice_is_allocatable_to(master->settings.kinds, &resources->special->slices[i],
                                          roles_path(master->roles, role)))
      return false;
  return true;
}

/* Why the books do not allow the grant; NULL where they do. */
static const char *grant_fault(const Master *master, FrameworkId framework, RoleId role, AgentId id,
                               const Resources *resources)
{
  if (!master->in_run)
    return "outside a run";
  if (framework.index >= master->frameworks->len)
    return "there is no such framework";
  if (id.index >= master->agents.n)
    return "there is no such agent";
  /* Who is gone is not active either. */
  if (G_UNLIKELY(master_framework(master, framework)->inactive))
    return master_framework(master, framework)->present ? "that framework is not active"
                                                        : "there is no such framework";
  if (G_UNLIKELY((master_agent(master, id)->flags & MASTER_AGENT_INACTIVE) != 0))
    return master_agent(master, id)->present ? "that agent is not active" : "there is no such agent";
  if (!master_framework_has_role(master, framework, role))
    return "it has not subscribed to that role";
  if (resources_are_empty(resources) || !quantities_are_valid(&resources->plain))
    return "that is not an amount";
  if (G_UNLIKELY(resources->special != NULL) && !grant_is_for_role(master, role, resources))
    return "that is not for that role";
  Resources free = {master_agent(master, id)->free, master->agent_rest.items[id.index].free};
  return resources_contain(&free, resources) ? NULL : "that much is not free";
}

static void grant_make(void *self, FrameworkId framework_id, RoleId role, AgentId agent_id,
                       const Resources *resources)
{
  Master *master = self;
  const char *fault = grant_fault(master, framework_id, role, agent_id, resources);
  if (G_UNLIKELY(fault != NULL)) {
    g_autofree char *amount = resources_print(master->settings.kinds, resources);
    master_allocator_broke(master, "offered %s of agent %u to framework %u: %s", amount, agent_id.index,
                           framework_id.index, fault);
    return;
  }
  MasterAgent *agent = master_agent(master, agent_id);
  MasterFramework *framework = master_framework(master, framework_id);
  uint32_t slot;
  MasterOffer *offer = pool_take(&master->offers, &slot);
  offer->framework = framework_id;
  offer->agent = agent_id;
  offer->role = role;
  offer->next = agent->offers;
  resources_copy(&offer->resources, resources);
  agent->offers = slot;
  master_agent_take(master, agent_id, resources);
  framework->n_offers++;

  uint32_t index = master->batch.n;
  array_push(&master->batch, (MasterGrant){(OfferId){pool_id(&master->offers, slot)}, INDEX_NONE});
  if (framework->batch_first == INDEX_NONE) {
    framework->batch_first = index;
    array_push(&master->batch_order, framework_id);
  } else {
    master->batch.items[framework->batch_last].next = index;
  }
  framework->batch_last = index;
}

static void run_ask(void *self)
{
  Master *master = self;
  master->run_requested = true;
}

static void tick_ask(void *self, Instant not_before)
{
  Master *master = self;
  int64_t interval = master->settings.allocation_interval.ns;
  /* The first tick at or after @not_before that has not been made, and still can be: ticks stand at whole intervals from
   * the start. */
  int64_t since = MAX(MAX(not_before.ns, master->now.ns), master->last_tick.ns + 1) - master->start.ns;
  int64_t due = since / interval + (since % interval != 0 ? 1 : 0);
  int64_t at;
  if (__builtin_mul_overflow(MAX(due, 1), interval, &at) || __builtin_add_overflow(at, master->start.ns, &at))
    return;
  if (at >= master->next_tick.ns)
    return;
  master->next_tick = (Instant){at};
  master->ports.set_timer(master->ports.self, MASTER_TIMER_TICK, master->next_tick);
}

static void agent_expect(void *self, AgentId agent)
{
  const Master *master = self;
  if (agent.index < master->agents.n)
    prefetch(master_agent(master, agent));
}

static void random_get(void *self, uint64_t run, uint32_t stage, uint32_t *numbers, size_t n)
{
  Master *master = self;
  master->ports.random(master->ports.self, run, stage, numbers, n);
}

AllocatorHost master_allocator_host(Master *master)
{
  return (AllocatorHost){
      .size = sizeof(AllocatorHost),
      .self = master,
      .offer = grant_make,
      .inverse_offer = master_inverse_offer_make,
      .revoke = master_revoke,
      .request_run = run_ask,
      .request_tick = tick_ask,
      .expect = agent_expect,
      .random = random_get,
      .helpers = &allocator_helpers,
  };
}

/* --- sending what a run has granted ----------------------------------------------------------------- */

static bool timeout_is_outstanding(const Master *master, const MasterTimeout *timeout)
{
  return pool_find(timeout->inverse ? &master->inverse_offers : &master->offers, timeout->offer) != NULL;
}

void master_timeout_add(Master *master, Instant now, uint64_t offer, bool inverse)
{
  if (master->settings.offer_timeout.ns == DURATION_MAX.ns)
    return;
  /* Offers that have ended leave the queue here, so that it follows the offers that are held, not those ever made. */
  MasterTimeout *oldest;
  while ((oldest = g_queue_peek_head(&master->timeouts)) != NULL && !timeout_is_outstanding(master, oldest))
    g_free(g_queue_pop_head(&master->timeouts));
  MasterTimeout *timeout = g_new(MasterTimeout, 1);
  *timeout = (MasterTimeout){offer, inverse, instant_after(now, master->settings.offer_timeout)};
  g_queue_push_tail(&master->timeouts, timeout);
  if (master->timeouts.length == 1)
    master->ports.set_timer(master->ports.self, MASTER_TIMER_OFFER_TIMEOUT, timeout->at);
}

static Unavailability agent_window(const Master *master, AgentId agent)
{
  const MasterAgentCare *care = master_agent_care_find(master, agent);
  return care == NULL ? UNAVAILABILITY_NONE : care->window;
}

/* The answer to one offer of a message may end another, with the slices that it holds: so a message has its own. */
static void messages_own(Master *master)
{
  for (uint32_t i = 0; i < master->messages.n; i++) {
    Resources *resources = &master->messages.items[i].resources;
    if (resources->special != NULL)
      resources->special = resource_slices_copy(resources->special);
  }
}

/* The grants of one framework become one message. Offers that have ended meanwhile, because an earlier
 * message of this run has led to that, are left out. */
static void batch_send(Master *master, FrameworkId framework_id)
{
  MasterFramework *framework = master_framework(master, framework_id);
  uint32_t index = framework->batch_first;
  framework->batch_first = INDEX_NONE;
  master->messages.n = 0;
  bool planned = master->scheduled.n > 0;
  bool special = false;
  for (; index != INDEX_NONE; index = master->batch.items[index].next) {
    OfferId id = master->batch.items[index].offer;
    const MasterOffer *offer = pool_find(&master->offers, id.value);
    if (offer == NULL)
      continue;
    prefetch(master_agent(master, offer->agent)); /* the answer will want it */
    array_push(&master->messages, (OfferMessage){id, offer->agent, offer->role, offer->resources,
                                                 G_UNLIKELY(planned) ? agent_window(master, offer->agent)
                                                                     : UNAVAILABILITY_NONE});
    special = special || offer->resources.special != NULL;
  }
  if (master->messages.n == 0)
    return;
  framework->counters.events[FRAMEWORK_EVENT_OFFERS]++;
  if (G_UNLIKELY(special))
    messages_own(master);
  master->ports.send_offers(master->ports.self, framework_id, master->messages.items, master->messages.n);
  for (uint32_t i = 0; G_UNLIKELY(special) && i < master->messages.n; i++)
    resources_clear(&master->messages.items[i].resources);
}

static void batch_announce(Master *master, Instant now)
{
  if (master->observer.offer_made == NULL && master->settings.offer_timeout.ns == DURATION_MAX.ns)
    return;
  bool timed = master->settings.offer_timeout.ns != DURATION_MAX.ns;
  for (guint i = 0; i < master->batch.n; i++) {
    OfferId id = master->batch.items[i].offer;
    const MasterOffer *offer = pool_find(&master->offers, id.value);
    if (master->observer.offer_made != NULL)
      master->observer.offer_made(master->observer.self, now, offer->framework, offer->agent, id,
                                  &offer->resources);
    if (timed)
      master_timeout_add(master, now, id.value, false);
  }
}

static void allocator_run(Master *master, Instant now, bool periodic)
{
  master->in_run = true;
  if (periodic)
    master->allocator_interface->tick(allocator_at(master, now), now);
  else
    master->allocator_interface->run(allocator_at(master, now), now);
  master->in_run = false;
}

static void allocator_run_timed(Master *master, Instant now, bool periodic)
{
  int64_t begun = master->ports.clock_ns(master->ports.self);
  if (!periodic)
    run_timer_add(&master->run_latency, now, begun - master->run_asked_ns);
  allocator_run(master, now, periodic);
  run_timer_add(&master->run_duration, now, master->ports.clock_ns(master->ports.self) - begun);
}

void master_run(Master *master, Instant now, bool periodic)
{
  CHECK(!master->in_run && master->batch.n == 0);
  if (G_UNLIKELY(master->ports.clock_ns != NULL))
    allocator_run_timed(master, now, periodic);
  else
    allocator_run(master, now, periodic);
  master->counters.allocation_runs++;

  batch_announce(master, now);
  if (G_UNLIKELY(master->inverse_batch.n > 0))
    master_inverse_offers_announce(master, now);
  if (master->observer.allocation_run != NULL)
    master->observer.allocation_run(master->observer.self, now, periodic, master->batch.n);
  for (guint i = 0; i < master->batch_order.n; i++)
    batch_send(master, master->batch_order.items[i]);
  master->batch.n = 0;
  master->batch_order.n = 0;
  if (G_UNLIKELY(master->inverse_batch.n > 0))
    master_inverse_offers_send(master);
  if (G_UNLIKELY(master->revoked.n > 0))
    master_revocations_send(master, now);
}

/* --- ends of offers --------------------------------------------------------------------------------- */

void master_offer_end(Master *master, Instant now, uint32_t slot, OfferEnd end)
{
  MasterOffer *offer = pool_at(&master->offers, slot);
  MasterAgent *agent = master_agent(master, offer->agent);
  OfferId id = {pool_id(&master->offers, slot)};
  uint32_t *link = &agent->offers;
  while (*link != slot)
    link = &((MasterOffer *)pool_at(&master->offers, *link))->next;
  *link = offer->next;
  master_agent_put(master, offer->agent, &offer->resources);
  MasterFramework *framework = master_framework(master, offer->framework);
  framework->n_offers--;
  framework->counters.offer_ends[end]++;
  if (master->observer.offer_ended != NULL)
    master->observer.offer_ended(master->observer.self, now, offer->framework, offer->agent, id,
                                 &offer->resources, end);
  resources_clear(&offer->resources);
  pool_give(&master->offers, slot);
}

void master_offer_give_back(Master *master, Instant now, uint32_t slot, OfferEnd end, OfferFilter filter)
{
  const MasterOffer *offer = pool_at(&master->offers, slot);
  FrameworkId framework = offer->framework;
  AgentId agent = offer->agent;
  RoleId role = offer->role;
  Resources resources;
  resources_copy(&resources, &offer->resources);
  master_offer_end(master, now, slot, end);
  master->allocator_interface->recover_resources(allocator_at(master, now), now, framework, role, agent,
                                                 &resources, filter, false);
  resources_clear(&resources);
}

void master_offer_rescind(Master *master, Instant now, uint32_t slot)
{
  FrameworkId framework = ((const MasterOffer *)pool_at(&master->offers, slot))->framework;
  OfferId id = {pool_id(&master->offers, slot)};
  master_offer_give_back(master, now, slot, OFFER_RESCINDED, OFFER_FILTER_NONE);
  master->ports.send_rescind(master->ports.self, framework, id);
}

void master_offer_take_back(Master *master, Instant now, uint32_t slot, OfferFilter filter, GArray *rescinds)
{
  MasterRescind rescind = {
      .framework = ((const MasterOffer *)pool_at(&master->offers, slot))->framework,
      .offer = pool_id(&master->offers, slot),
  };
  g_array_append_val(rescinds, rescind);
  master_offer_give_back(master, now, slot, OFFER_RESCINDED, filter);
}

void master_agent_take_back(Master *master, Instant now, AgentId agent, GArray *rescinds)
{
  while (master_agent(master, agent)->offers != INDEX_NONE)
    master_offer_take_back(master, now, master_agent(master, agent)->offers, OFFER_FILTER_NONE, rescinds);
}

void master_rescinds_send(Master *master, const GArray *rescinds)
{
  for (guint i = 0; i < rescinds->len; i++) {
    const MasterRescind *rescind = &g_array_index(rescinds, MasterRescind, i);
    if (!master_framework_is_present(master, rescind->framework))
      continue;
    if (!rescind->inverse) {
      master->ports.send_rescind(master->ports.self, rescind->framework, (OfferId){rescind->offer});
      continue;
    }
    master_count_event(master, rescind->framework, FRAMEWORK_EVENT_RESCIND_INVERSE_OFFER);
    if (master->ports.send_rescind_inverse_offer != NULL)
      master->ports.send_rescind_inverse_offer(master->ports.self, rescind->framework,
                                               (InverseOfferId){rescind->offer});
  }
}

void master_offers_time_out(Master *master, Instant now)
{
  MasterTimeout *timeout;
  while ((timeout = g_queue_peek_head(&master->timeouts)) != NULL) {
    bool outstanding = timeout_is_outstanding(master, timeout);
    if (outstanding && timeout->at.ns > now.ns) {
      master->ports.set_timer(master->ports.self, MASTER_TIMER_OFFER_TIMEOUT, timeout->at);
      return;
    }
    uint32_t slot = slot_of(timeout->offer);
    bool inverse = timeout->inverse;
    g_free(g_queue_pop_head(&master->timeouts));
    if (!outstanding)
      continue;
    if (inverse)
      master_inverse_offer_rescind(master, now, slot);
    else
      master_offer_rescind(master, now, slot);
  }
}

void master_decline(Master *master, Instant now, FrameworkId framework, const OfferId *offers,
                    uint32_t n_offers, OfferFilter filter)
{
  if (!master_framework_is_present(master, framework))
    return;
  master_count_call(master, framework, FRAMEWORK_CALL_DECLINE);
  for (uint32_t i = 0; i < n_offers; i++) {
    const MasterOffer *offer = pool_find(&master->offers, offers[i].value);
    if (offer != NULL && offer->framework.index == framework.index)
      master_offer_give_back(master, now, slot_of(offers[i].value), OFFER_DECLINED, filter);
  }
  master_requests_pass_on(master, now);
}
