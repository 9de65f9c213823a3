/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* One visit of an agent is stage 2 of a Mesos run: roles in order, frameworks of each role in order, and the
 * first that passes all gates gets everything that is free. The order is that of the moment, so each grant
 * counts for the next agent. Filters of the agent are looked at once per visit: they mark the clients that
 * they block. */

#define PREFETCH_AHEAD 4

static bool offerable_is_enough(const Allocator *kernel, const Quantities *offerable)
{
  for (uint32_t i = 0; i < kernel->n_min_allocatable; i++)
    if (quantities_contain(offerable, &kernel->min_allocatable[i]))
      return true;
  return kernel->n_min_allocatable == 0;
}

/* Whether @a blocks whatever @b blocks, for at least as long. */
static bool filter_covers(const KernelFilter *a, const KernelFilter *b)
{
  if (a->expiry.ns < b->expiry.ns || (a->expiry.ns == b->expiry.ns && b->at_tick && !a->at_tick))
    return false;
  return quantities_contain(&a->refused, &b->refused);
}

/* Whether @filter adds nothing to the one of the same client that was seen before it in this visit, or the other way
 * round: then the earlier seen takes its place. A client that refuses again and again thus has one filter, not many. */
static bool filter_is_spare(Allocator *kernel, KernelClient *client, uint32_t slot)
{
  KernelFilter *filter = pool_at(&kernel->filters, slot);
  if (client->seen_visit != kernel->n_visits) {
    client->seen_visit = kernel->n_visits;
    client->seen_filter = slot;
    return false;
  }
  KernelFilter *seen = pool_at(&kernel->filters, client->seen_filter);
  if (filter_covers(seen, filter))
    return true;
  if (!filter_covers(filter, seen))
    return false;
  uint32_t next = seen->next;
  *seen = *filter;
  seen->next = next;
  return true;
}

/* Marks the clients that may not have @offerable, drops the filters that are over or spare, and says when the first of
 * those that block is over. */
static Instant filters_mark(Allocator *kernel, KernelAgent *agent, const Quantities *offerable, Instant now,
                            bool tick)
{
  Instant wake = INSTANT_NEVER;
  uint32_t *link = &agent->filters;
  while (*link != INDEX_NONE) {
    uint32_t slot = *link;
    KernelFilter *filter = pool_at(&kernel->filters, slot);
    KernelClient *client = kernel_client(kernel, filter->client);
    bool live = kernel_filter_is_live(kernel, filter, now, tick);
    if (live && quantities_contain(&filter->refused, offerable)) {
      client->blocked_visit = kernel->n_visits;
      wake = instant_min(wake, filter->expiry);
    }
    if (!live || filter_is_spare(kernel, client, slot)) {
      *link = filter->next;
      pool_give(&kernel->filters, slot);
    } else {
      link = &filter->next;
    }
  }
  return wake;
}

static bool client_may_have(const Allocator *kernel, const KernelClient *client, const KernelAgent *agent)
{
  if (client->blocked_visit == kernel->n_visits)
    return false;
  if (kernel->filter_gpu_resources && agent->has_gpus)
    return (kernel_framework(kernel, client->framework)->capabilities & FRAMEWORK_GPU_RESOURCES) != 0;
  return true;
}

/* The first client that may have what is free on @agent, or INDEX_NONE. */
static uint32_t client_find(Allocator *kernel, const KernelAgent *agent, const SorterVisit *visit)
{
  uint32_t role_number;
  uint32_t member;
  kernel->role_interface->begin(kernel->role_sorter, visit);
  while (kernel->role_interface->next(kernel->role_sorter, &role_number)) {
    KernelRole *role = kernel_role(kernel, (RoleId){role_number});
    if (role->sorter == NULL) { /* and active, so its only client is */
      if (client_may_have(kernel, kernel_client(kernel, role->only), agent))
        return role->only;
      continue;
    }
    kernel->framework_interface->begin(role->sorter, visit);
    while (kernel->framework_interface->next(role->sorter, &member)) {
      uint32_t slot = g_array_index(role->members, uint32_t, member);
      if (client_may_have(kernel, kernel_client(kernel, slot), agent))
        return slot;
    }
  }
  return INDEX_NONE;
}

static void agent_visit(Allocator *kernel, AgentId id, Instant now, bool tick)
{
  KernelAgent *agent = kernel_agent(kernel, id);
  Quantities offerable = kernel_offerable(agent);
  Instant wake = INSTANT_NEVER;
  kernel->n_visits++;

  if (!offerable_is_enough(kernel, &offerable)) {
    kernel_place_block(kernel, id, INSTANT_NEVER);
    return;
  }
  if (agent->filters != INDEX_NONE)
    wake = filters_mark(kernel, agent, &offerable, now, tick);
  SorterVisit visit = {
      .agent = id,
      .total = &kernel_agent_rest(kernel, id)->total,
      .free = &offerable,
      .number = kernel->n_visits,
  };
  uint32_t slot = client_find(kernel, agent, &visit);
  if (slot == INDEX_NONE) {
    kernel_place_block(kernel, id, wake);
    return;
  }
  const KernelClient *client = kernel_client(kernel, slot);
  Resources offered = resources_of(&offerable);
  kernel_place_leave(kernel, id);
  quantities_subtract(&agent->free, &offerable);
  kernel_hold(kernel, slot, id, &offerable);
  kernel->host.offer(kernel->host.self, client->framework, client->role, id, &offered);
}

/* A uniform permutation of the agents visited, a function of the run's number alone. */
static void visited_shuffle(Allocator *kernel)
{
  uint32_t n = kernel->visited.n;
  array_reserve(&kernel->random, n);
  uint32_t *numbers = kernel->random.items;
  AgentId *agents = kernel->visited.items;
  kernel->host.random(kernel->host.self, kernel->n_runs, 2, numbers, n);
  for (uint32_t i = n - 1; i > 0; i--) {
    uint32_t j = (uint32_t)(((uint64_t)numbers[i] * (i + 1)) >> 32);
    AgentId agent = agents[i];
    agents[i] = agents[j];
    agents[j] = agent;
  }
}

static void candidates_clear(Allocator *kernel)
{
  for (uint32_t i = 0; i < kernel->candidates.n; i++)
    kernel_agent(kernel, kernel->candidates.items[i])->candidate = false;
  kernel->candidates.n = 0;
  kernel->all_candidates = false;
  kernel->run_requested = false;
}

static void visited_collect(Allocator *kernel, bool all)
{
  kernel->visited.n = 0;
  if (all) {
    uint32_t n = kernel->places[PLACE_READY].n;
    array_reserve(&kernel->visited, n);
    if (n > 0)
      memcpy(kernel->visited.items, kernel->places[PLACE_READY].items, n * sizeof(AgentId));
    kernel->visited.n = n;
    return;
  }
  for (uint32_t i = 0; i < kernel->candidates.n; i++)
    if (kernel_agent(kernel, kernel->candidates.items[i])->place == PLACE_READY)
      array_push(&kernel->visited, kernel->candidates.items[i]);
}

/* The order is random, so the agents come from far memory: ask for the records some visits ahead, and for
 * what they refer to when they have come. */
static inline void visits_prefetch(const Allocator *kernel, uint32_t i)
{
  const AgentId *visited = kernel->visited.items;
  if (i + 2 * PREFETCH_AHEAD < kernel->visited.n)
    __builtin_prefetch(kernel_agent(kernel, visited[i + 2 * PREFETCH_AHEAD]));
  if (i + PREFETCH_AHEAD >= kernel->visited.n)
    return;
  if (kernel->host.expect != NULL)
    kernel->host.expect(kernel->host.self, visited[i + PREFETCH_AHEAD]);
  pool_prefetch(&kernel->holdings, kernel_agent(kernel, visited[i + PREFETCH_AHEAD])->holdings);
}

static void visit_all(Allocator *kernel, Instant now, bool all, bool tick)
{
  visited_collect(kernel, all);
  candidates_clear(kernel);
  if (kernel->visited.n == 0 || kernel->n_active_roles == 0)
    return;
  kernel->n_runs++;
  if (kernel->visited.n > 1)
    visited_shuffle(kernel);
  for (uint32_t i = 0; i < kernel->visited.n; i++) {
    visits_prefetch(kernel, i);
    agent_visit(kernel, kernel->visited.items[i], now, tick);
  }
}

void hierarchical_expect(const Allocator *kernel, AgentId id, bool near)
{
  if (id.index >= kernel->agents.n)
    return;
  if (near)
    pool_prefetch(&kernel->holdings, kernel_agent(kernel, id)->holdings);
  else
    __builtin_prefetch(kernel_agent(kernel, id));
}

void hierarchical_run(Allocator *kernel, Instant now)
{
  kernel_wake(kernel, now);
  visit_all(kernel, now, kernel->all_candidates, false);
  kernel_request_tick(kernel, now);
}

void hierarchical_tick(Allocator *kernel, Instant now)
{
  kernel->tick_requested = false;
  kernel->last_tick = now;
  kernel_wake(kernel, now);
  visit_all(kernel, now, true, true);
  kernel_request_tick(kernel, now);
}
