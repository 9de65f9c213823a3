/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "allocators/hierarchical-internal.h"
#include "base/check.h"
#include "base/prefetch.h"

/* The runs. Where nothing but filters and gpus matters, one visit of an agent is stage 2 of a Mesos run: roles in order,
 * frameworks of each role in order, and the first that passes all gates gets everything that is free. The order is that of
 * the moment, so each grant counts for the next agent. Filters of the agent are looked at once per visit: they mark the
 * clients that they block. */

#define PREFETCH_AHEAD 4

static bool offerable_is_enough(const Allocator *kernel, const Quantities *offerable)
{
  for (uint32_t i = 0; i < kernel->n_min_allocatable; i++)
    if (quantities_contain(offerable, &kernel->min_allocatable[i]))
      return true;
  return kernel->n_min_allocatable == 0;
}

static bool client_may_have(const Allocator *kernel, const KernelClient *client, const KernelAgent *agent)
{
  if (client->blocked_visit == kernel->mark)
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
  kernel->mark = ++kernel->n_visits;

  if (!offerable_is_enough(kernel, &offerable)) {
    kernel_place_block(kernel, id, PLACE_BLOCKED, INSTANT_NEVER);
    return;
  }
  if (agent->filters != INDEX_NONE)
    wake = kernel_filters_mark(kernel, agent, &offerable, now, tick);
  SorterVisit visit = {
      .agent = id,
      .total = &kernel_agent_rest(kernel, id)->total,
      .free = &offerable,
      .number = kernel->n_visits,
  };
  uint32_t slot = client_find(kernel, agent, &visit);
  if (slot == INDEX_NONE) {
    kernel_place_block(kernel, id, PLACE_BLOCKED, wake);
    return;
  }
  const KernelClient *client = kernel_client(kernel, slot);
  Resources offered = resources_of(&offerable);
  kernel_place_leave(kernel, id);
  quantities_subtract(&agent->free, &offerable);
  kernel_hold(kernel, slot, id, &offerable);
  kernel->host.offer(kernel->host.self, client->framework, client->role, id, &offered);
}

/* A uniform permutation, a function of the run's number alone. */
void kernel_shuffle(Allocator *kernel, uint32_t stage)
{
  uint32_t n = kernel->visited.n;
  if (n < 2)
    return;
  array_reserve(&kernel->random, n);
  uint32_t *numbers = kernel->random.items;
  AgentId *agents = kernel->visited.items;
  kernel->host.random(kernel->host.self, kernel->n_runs, stage, numbers, n);
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
    prefetch(kernel_agent(kernel, visited[i + 2 * PREFETCH_AHEAD]));
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
  if (G_UNLIKELY(kernel->unusual)) {
    kernel_run_stages(kernel, now, tick);
    return;
  }
  kernel_shuffle(kernel, 2);
  for (uint32_t i = 0; i < kernel->visited.n; i++) {
    visits_prefetch(kernel, i);
    if (G_UNLIKELY(kernel_agent(kernel, kernel->visited.items[i])->unusual))
      kernel_visit_agent(kernel, kernel->visited.items[i], now, tick);
    else
      agent_visit(kernel, kernel->visited.items[i], now, tick);
  }
}

/* Whether an agent is there that a run would look at: any of those visited, or (@all) any. */
static bool agents_are_there(const Allocator *kernel)
{
  for (uint32_t i = 0; i < kernel->agents.n; i++) {
    const KernelAgent *agent = kernel_agent(kernel, (AgentId){i});
    if (agent->present && agent->activated && agent->whitelisted &&
        (kernel->all_candidates || agent->candidate))
      return true;
  }
  return false;
}

static void roles_sort(Allocator *kernel, Instant now)
{
  kernel->last_sort = now;
  kernel->role_interface->begin(kernel->role_sorter, NULL);
}

void kernel_sort_missed(Allocator *kernel, Instant now)
{
  int64_t interval = kernel->interval.ns;
  if ((now.ns - kernel->start.ns) / interval == (kernel->last_sort.ns - kernel->start.ns) / interval)
    return;
  bool all = kernel->all_candidates;
  kernel->all_candidates = true;
  if (agents_are_there(kernel))
    roles_sort(kernel, now);
  kernel->all_candidates = all;
}

void hierarchical_expect(const Allocator *kernel, AgentId id, bool near)
{
  if (id.index >= kernel->agents.n)
    return;
  if (near)
    pool_prefetch(&kernel->holdings, kernel_agent(kernel, id)->holdings);
  else
    prefetch(kernel_agent(kernel, id));
}

void hierarchical_run(Allocator *kernel, Instant now)
{
  if (G_UNLIKELY(kernel->paused)) {
    kernel->run_requested = false;
    return;
  }
  bool all = kernel->all_candidates;
  if (kernel->mesos_compatible && agents_are_there(kernel))
    roles_sort(kernel, now);
  kernel_wake(kernel, now);
  kernel_inverse_collect(kernel, all);
  visit_all(kernel, now, all, false);
  kernel_inverse_offers(kernel, now, false);
  if (G_UNLIKELY(kernel->revocation != NULL))
    kernel_revoke(kernel, now);
  kernel_request_tick(kernel, now);
}

void hierarchical_tick(Allocator *kernel, Instant now)
{
  kernel->tick_requested = false;
  kernel->last_tick = now;
  if (G_UNLIKELY(kernel->paused)) {
    kernel_pause_update(kernel, now);
    if (kernel->paused) {
      kernel_request_tick(kernel, now);
      return;
    }
  }
  kernel_wake(kernel, now);
  kernel_inverse_collect(kernel, true);
  visit_all(kernel, now, true, true);
  kernel_inverse_offers(kernel, now, true);
  if (G_UNLIKELY(kernel->revocation != NULL))
    kernel_revoke(kernel, now);
  kernel_request_tick(kernel, now);
}
