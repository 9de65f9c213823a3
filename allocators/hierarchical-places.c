/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* Where agents stand, and when they are looked at again. */

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

static bool agent_has_free(const Allocator *kernel, AgentId id)
{
  const KernelAgent *agent = kernel_agent(kernel, id);
  Quantities offerable = kernel_offerable(agent);
  return !quantities_are_zero(&offerable) ||
         (G_UNLIKELY(agent->special) && kernel_special(kernel, id)->free != NULL);
}

static bool agent_can_be_offered(const Allocator *kernel, AgentId id)
{
  const KernelAgent *agent = kernel_agent(kernel, id);
  return agent->present && agent->activated && agent->whitelisted && agent_has_free(kernel, id);
}

void kernel_place_update(Allocator *kernel, Instant now, AgentId id)
{
  const KernelAgent *agent = kernel_agent(kernel, id);
  bool ready = agent_can_be_offered(kernel, id);
  if (agent->place == PLACE_READY && ready)
    return;
  kernel_place_leave(kernel, id);
  if (ready) {
    place_enter(kernel, id, PLACE_READY);
    kernel_request_tick(kernel, now);
  }
}

static void place_to_ready(Allocator *kernel, KernelPlace place)
{
  for (uint32_t i = 0; i < kernel->places[place].n; i++)
    place_enter(kernel, kernel->places[place].items[i], PLACE_READY);
  kernel->places[place].n = 0;
}

void kernel_unblock_all(Allocator *kernel, Instant now)
{
  place_to_ready(kernel, PLACE_BLOCKED);
  place_to_ready(kernel, PLACE_WITHHELD);
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
  return (agent->place == PLACE_BLOCKED || agent->place == PLACE_WITHHELD) &&
         kernel_agent_rest(kernel, wake.agent)->wake.ns == wake.at.ns;
}

/* Entries of agents that were unblocked otherwise stay behind; the heap is made anew before they outnumber
 * the rest. */
static void wakes_compact(Allocator *kernel)
{
  uint32_t n_blocked = kernel->places[PLACE_BLOCKED].n + kernel->places[PLACE_WITHHELD].n;
  if (kernel->wakes.n <= 2 * n_blocked + 64)
    return;
  kernel->wakes.n = 0;
  for (KernelPlace place = PLACE_BLOCKED; place <= PLACE_WITHHELD; place++)
    for (uint32_t i = 0; i < kernel->places[place].n; i++) {
      AgentId agent = kernel->places[place].items[i];
      Instant wake = kernel_agent_rest(kernel, agent)->wake;
      if (!instant_is_never(wake))
        wake_push(kernel, (KernelWake){wake, agent});
    }
}

void kernel_place_block(Allocator *kernel, AgentId id, KernelPlace place, Instant wake)
{
  kernel_place_leave(kernel, id);
  place_enter(kernel, id, place);
  kernel_agent_rest(kernel, id)->wake = wake;
  if (!instant_is_never(wake)) {
    wake_push(kernel, (KernelWake){wake, id});
    wakes_compact(kernel);
  }
}

void kernel_wake(Allocator *kernel, Instant now)
{
  if (kernel->freedom != kernel->freedom_seen) {
    kernel->freedom_seen = kernel->freedom;
    place_to_ready(kernel, PLACE_WITHHELD);
  }
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
  if (kernel->tick_requested)
    return;
  if (G_UNLIKELY(kernel->paused)) {
    kernel->host.request_tick(kernel->host.self, kernel->pause_end);
    return;
  }
  if (G_UNLIKELY(!instant_is_never(kernel->inverse_wake)))
    kernel->host.request_tick(kernel->host.self, kernel->inverse_wake);
  if (kernel->n_active_roles == 0)
    return;
  if (kernel->places[PLACE_READY].n > 0 ||
      (kernel->places[PLACE_WITHHELD].n > 0 && kernel->freedom != kernel->freedom_seen)) {
    kernel->tick_requested = true;
    kernel->host.request_tick(kernel->host.self, now);
  } else if (kernel->wakes.n > 0) {
    kernel->host.request_tick(kernel->host.self, kernel->wakes.items[0].at);
  }
}

void kernel_request_run(Allocator *kernel, AgentId id)
{
  if (G_UNLIKELY(kernel->paused))
    return;
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

/* --- checks --------------------------------------------------------------------------------------------- */

void kernel_places_check(const Allocator *kernel)
{
  g_autofree bool *wakes = g_new0(bool, kernel->agents.n + 1);
  for (uint32_t i = 0; i < kernel->wakes.n; i++) {
    KernelWake wake = kernel->wakes.items[i];
    CHECK(i == 0 || !wake_is_before(wake, kernel->wakes.items[(i - 1) / 2]));
    wakes[wake.agent.index] = wakes[wake.agent.index] || wake_holds(kernel, wake);
  }
  for (uint32_t i = 0; i < kernel->agents.n; i++) {
    AgentId id = {i};
    const KernelAgent *agent = kernel_agent(kernel, id);
    CHECK(agent_can_be_offered(kernel, id) == (agent->place != PLACE_NOWHERE));
    CHECK(agent->place == PLACE_NOWHERE || kernel->places[agent->place].items[agent->place_index].index == i);
    if (agent->place == PLACE_BLOCKED || agent->place == PLACE_WITHHELD)
      CHECK(wakes[i] || instant_is_never(kernel_agent_rest(kernel, id)->wake));
  }
}
