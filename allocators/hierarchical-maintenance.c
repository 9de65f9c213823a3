/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* Unavailability of agents: at the end of a run each framework that holds something on an agent that is to be maintained is
 * asked to give it back, again after each answer, unless it asked to be left alone for a while. */

static KernelInverse *inverse_find(const KernelMaintenance *maintenance, FrameworkId framework)
{
  for (uint32_t i = 0; i < maintenance->frameworks.n; i++)
    if (maintenance->frameworks.items[i].framework.index == framework.index)
      return &maintenance->frameworks.items[i];
  return NULL;
}

static KernelInverse *inverse_get(KernelMaintenance *maintenance, FrameworkId framework)
{
  KernelInverse *known = inverse_find(maintenance, framework);
  if (known != NULL)
    return known;
  array_push(&maintenance->frameworks, (KernelInverse){.framework = framework});
  return &maintenance->frameworks.items[maintenance->frameworks.n - 1];
}

static bool filter_is_live(const Allocator *kernel, const KernelInverse *inverse, Instant now, bool tick)
{
  if (inverse->epoch != kernel_framework(kernel, inverse->framework)->inverse_epoch)
    return false;
  return inverse->expiry.ns > now.ns || (inverse->expiry.ns == now.ns && tick && inverse->at_tick);
}

void kernel_maintenance_drop(Allocator *kernel, AgentId id)
{
  KernelMaintenance *maintenance = g_steal_pointer(&kernel_agent_rest(kernel, id)->maintenance);
  if (maintenance == NULL)
    return;
  AgentId last = kernel->maintained.items[--kernel->maintained.n];
  kernel->maintained.items[maintenance->index] = last;
  if (last.index != id.index)
    kernel_agent_rest(kernel, last)->maintenance->index = maintenance->index;
  array_free(&maintenance->frameworks);
  g_free(maintenance);
}

void hierarchical_update_unavailability(Allocator *kernel, Instant now, AgentId id,
                                        const Unavailability *unavailability)
{
  if (!kernel_agent_is_known(kernel, id))
    return;
  kernel_maintenance_drop(kernel, id);
  if (unavailability != NULL) {
    KernelMaintenance *maintenance = g_new0(KernelMaintenance, 1);
    maintenance->window = *unavailability;
    maintenance->index = kernel->maintained.n;
    kernel_agent_rest(kernel, id)->maintenance = maintenance;
    array_push(&kernel->maintained, id);
  }
  kernel_place_update(kernel, now, id);
  kernel_request_run(kernel, id);
}

void hierarchical_update_inverse_offer(Allocator *kernel, Instant now, AgentId id, FrameworkId framework,
                                       InverseOfferAnswer answer, OfferFilter filter)
{
  if (!kernel_agent_is_known(kernel, id) || !kernel_framework_is_known(kernel, framework))
    return;
  KernelMaintenance *maintenance = kernel_agent_rest(kernel, id)->maintenance;
  if (maintenance == NULL)
    return;
  KernelInverse *inverse = inverse_get(maintenance, framework);
  if (inverse->outstanding && answer != INVERSE_OFFER_EXPIRED) {
    inverse->answered = true;
    inverse->answer = answer;
  }
  inverse->outstanding = false;

  Instant due = now;
  Duration refuse = kernel_refuse_duration(filter);
  if (refuse.ns > 0) {
    uint32_t epoch = kernel_framework(kernel, framework)->inverse_epoch;
    Instant expiry = instant_after(now, refuse);
    if (inverse->epoch != epoch || inverse->expiry.ns <= expiry.ns) {
      inverse->expiry = expiry;
      inverse->epoch = epoch;
      /* As with offers: the tick at its expiry sees it if it was installed behind the tick before. */
      inverse->at_tick = refuse.ns < kernel->interval.ns ||
                         (refuse.ns == kernel->interval.ns && kernel->last_tick.ns == now.ns);
    }
    due = inverse->expiry;
  }
  kernel->inverse_wake = instant_min(kernel->inverse_wake, due);
  kernel_request_tick(kernel, now);
}

/* --- in a run ------------------------------------------------------------------------------------------- */

static int agent_compare(const void *a, const void *b)
{
  uint32_t one = ((const AgentId *)a)->index;
  uint32_t other = ((const AgentId *)b)->index;
  return (one > other) - (one < other);
}

void kernel_inverse_collect(Allocator *kernel, bool all)
{
  kernel->inverse_agents.n = 0;
  if (G_LIKELY(kernel->maintained.n == 0))
    return;
  for (uint32_t i = 0; i < kernel->maintained.n; i++) {
    AgentId id = kernel->maintained.items[i];
    if (all || kernel_agent(kernel, id)->candidate)
      array_push(&kernel->inverse_agents, id);
  }
  if (kernel->inverse_agents.n > 1)
    qsort(kernel->inverse_agents.items, kernel->inverse_agents.n, sizeof(AgentId), agent_compare);
}

static void agent_ask(Allocator *kernel, AgentId id, Instant now, bool tick)
{
  KernelMaintenance *maintenance = kernel_agent_rest(kernel, id)->maintenance;
  for (uint32_t at = kernel_agent(kernel, id)->holdings; at != INDEX_NONE;) {
    const KernelHolding *holding = pool_at(&kernel->holdings, at);
    FrameworkId framework = kernel_client(kernel, holding->client)->framework;
    at = holding->next;
    if (!kernel_framework(kernel, framework)->active)
      continue;
    KernelInverse *inverse = inverse_get(maintenance, framework);
    if (inverse->outstanding || filter_is_live(kernel, inverse, now, tick))
      continue;
    inverse->outstanding = true;
    kernel->host.inverse_offer(kernel->host.self, framework, id);
  }
}

/* When the first of the filters that keep inverse offers back is over. */
static Instant inverse_due(const Allocator *kernel, Instant now)
{
  Instant due = INSTANT_NEVER;
  for (uint32_t i = 0; i < kernel->maintained.n; i++) {
    const KernelMaintenance *maintenance =
        kernel_agent_rest(kernel, kernel->maintained.items[i])->maintenance;
    for (uint32_t j = 0; j < maintenance->frameworks.n; j++) {
      const KernelInverse *inverse = &maintenance->frameworks.items[j];
      if (!inverse->outstanding && filter_is_live(kernel, inverse, now, true))
        due = instant_min(due, inverse->expiry);
    }
  }
  return due;
}

void kernel_inverse_offers(Allocator *kernel, Instant now, bool tick)
{
  if (G_LIKELY(kernel->maintained.n == 0)) {
    kernel->inverse_wake = INSTANT_NEVER;
    return;
  }
  for (uint32_t i = 0; i < kernel->inverse_agents.n; i++)
    agent_ask(kernel, kernel->inverse_agents.items[i], now, tick);
  if (tick)
    kernel->inverse_wake = inverse_due(kernel, now);
}
