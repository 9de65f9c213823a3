/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

#define REFUSE_DEFAULT ((Duration){5 * NS_PER_S})
#define REFUSE_MAX     ((Duration){365 * NS_PER_D})

/* --- places ----------------------------------------------------------------------------------------- */

static void place_enter(Allocator *kernel, AgentId id, KernelPlace place)
{
  KernelAgent *agent = kernel_agent(kernel, id);
  agent->place = place;
  agent->place_index = kernel->places[place].n;
  array_push(&kernel->places[place], id);
}

void kernel_place_leave(Allocator *kernel, AgentId id)
{
  KernelAgent *agent = kernel_agent(kernel, id);
  if (agent->place == PLACE_NOWHERE)
    return;
  AgentId *place = kernel->places[agent->place].items;
  AgentId last = place[--kernel->places[agent->place].n];
  place[agent->place_index] = last;
  kernel_agent(kernel, last)->place_index = agent->place_index;
  agent->place = PLACE_NOWHERE;
}

void kernel_place_update(Allocator *kernel, Instant now, AgentId id)
{
  const KernelAgent *agent = kernel_agent(kernel, id);
  bool ready = agent->present && agent->activated && agent->whitelisted;
  if (ready) {
    Quantities offerable = kernel_offerable(agent);
    ready = !quantities_are_zero(&offerable);
  }
  if (agent->place == PLACE_READY && ready)
    return;
  kernel_place_leave(kernel, id);
  if (ready) {
    place_enter(kernel, id, PLACE_READY);
    kernel_request_tick(kernel, now);
  }
}

void kernel_unblock_all(Allocator *kernel, Instant now)
{
  for (uint32_t i = 0; i < kernel->places[PLACE_BLOCKED].n; i++)
    place_enter(kernel, kernel->places[PLACE_BLOCKED].items[i], PLACE_READY);
  kernel->places[PLACE_BLOCKED].n = 0;
  kernel->wakes.n = 0;
  kernel_request_tick(kernel, now);
}

/* --- waking up: a heap by instant, then agent ------------------------------------------------------- */

static bool wake_is_before(KernelWake a, KernelWake b)
{
  return a.at.ns < b.at.ns || (a.at.ns == b.at.ns && a.agent.index < b.agent.index);
}

static void wake_push(Allocator *kernel, KernelWake wake)
{
  array_push(&kernel->wakes, wake);
  KernelWake *heap = kernel->wakes.items;
  uint32_t at = kernel->wakes.n - 1;
  for (; at > 0 && wake_is_before(wake, heap[(at - 1) / 2]); at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = wake;
}

static void wake_pop(Allocator *kernel)
{
  KernelWake *heap = kernel->wakes.items;
  uint32_t n = --kernel->wakes.n;
  KernelWake last = heap[n];
  uint32_t at = 0;
  for (uint32_t child = 1; child < n; child = 2 * at + 1) {
    if (child + 1 < n && wake_is_before(heap[child + 1], heap[child]))
      child++;
    if (!wake_is_before(heap[child], last))
      break;
    heap[at] = heap[child];
    at = child;
  }
  if (n > 0)
    heap[at] = last;
}

static bool wake_holds(const Allocator *kernel, KernelWake wake)
{
  const KernelAgent *agent = kernel_agent(kernel, wake.agent);
  return agent->place == PLACE_BLOCKED && kernel_agent_rest(kernel, wake.agent)->wake.ns == wake.at.ns;
}

/* Entries of agents that were unblocked otherwise stay behind; the heap is made anew before they outnumber
 * the rest. */
static void wakes_compact(Allocator *kernel)
{
  uint32_t n_blocked = kernel->places[PLACE_BLOCKED].n;
  if (kernel->wakes.n <= 2 * n_blocked + 64)
    return;
  kernel->wakes.n = 0;
  for (uint32_t i = 0; i < n_blocked; i++) {
    AgentId agent = kernel->places[PLACE_BLOCKED].items[i];
    Instant wake = kernel_agent_rest(kernel, agent)->wake;
    if (!instant_is_never(wake))
      wake_push(kernel, (KernelWake){wake, agent});
  }
}

void kernel_place_block(Allocator *kernel, AgentId id, Instant wake)
{
  kernel_place_leave(kernel, id);
  place_enter(kernel, id, PLACE_BLOCKED);
  kernel_agent_rest(kernel, id)->wake = wake;
  if (!instant_is_never(wake)) {
    wake_push(kernel, (KernelWake){wake, id});
    wakes_compact(kernel);
  }
}

void kernel_wake(Allocator *kernel, Instant now)
{
  while (kernel->wakes.n > 0) {
    KernelWake wake = kernel->wakes.items[0];
    if (wake.at.ns > now.ns)
      return;
    wake_pop(kernel);
    if (wake_holds(kernel, wake)) {
      kernel_place_leave(kernel, wake.agent);
      place_enter(kernel, wake.agent, PLACE_READY);
    }
  }
}

/* --- asking the host -------------------------------------------------------------------------------- */

void kernel_request_tick(Allocator *kernel, Instant now)
{
  if (kernel->tick_requested || kernel->n_active_roles == 0)
    return;
  if (kernel->places[PLACE_READY].n > 0) {
    kernel->tick_requested = true;
    kernel->host.request_tick(kernel->host.self, now);
  } else if (kernel->wakes.n > 0) {
    kernel->host.request_tick(kernel->host.self, kernel->wakes.items[0].at);
  }
}

void kernel_request_run(Allocator *kernel, AgentId id)
{
  if (id.index == INDEX_NONE) {
    kernel->all_candidates = true;
  } else if (!kernel_agent(kernel, id)->candidate) {
    kernel_agent(kernel, id)->candidate = true;
    array_push(&kernel->candidates, id);
  }
  if (kernel->run_requested)
    return;
  kernel->run_requested = true;
  kernel->host.request_run(kernel->host.self);
}

/* --- filters ---------------------------------------------------------------------------------------- */

bool kernel_filter_is_live(const Allocator *kernel, const KernelFilter *filter, Instant now, bool tick)
{
  if (filter->epoch != kernel_client(kernel, filter->client)->epoch)
    return false;
  return filter->expiry.ns > now.ns || (filter->expiry.ns == now.ns && tick && filter->at_tick);
}

void kernel_filter_add(Allocator *kernel, Instant now, uint32_t client, AgentId id, const Quantities *refused,
                       OfferFilter wanted)
{
  Duration refuse = wanted.refuse.ns < 0 ? REFUSE_DEFAULT : wanted.refuse;
  if (!wanted.set || refuse.ns == 0)
    return;
  if (refuse.ns > REFUSE_MAX.ns)
    refuse = REFUSE_MAX;
  /* An offer that comes back must not bounce within one interval, so no filter lives shorter. */
  if (refuse.ns < kernel->interval.ns)
    refuse = kernel->interval;

  KernelAgent *agent = kernel_agent(kernel, id);
  uint32_t slot;
  KernelFilter *filter = pool_take(&kernel->filters, &slot);
  *filter = (KernelFilter){
      .client = client,
      .epoch = kernel_client(kernel, client)->epoch,
      .next = agent->filters,
      .at_tick = refuse.ns == kernel->interval.ns && kernel->last_tick.ns == now.ns,
      .expiry = instant_after(now, refuse),
      .refused = *refused,
  };
  agent->filters = slot;
}

void kernel_filters_drop(Allocator *kernel, AgentId id)
{
  KernelAgent *agent = kernel_agent(kernel, id);
  for (uint32_t slot = agent->filters; slot != INDEX_NONE;) {
    uint32_t next = ((KernelFilter *)pool_at(&kernel->filters, slot))->next;
    pool_give(&kernel->filters, slot);
    slot = next;
  }
  agent->filters = INDEX_NONE;
}
