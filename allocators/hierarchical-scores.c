/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "allocators/hierarchical-visit.h"
#include "base/check.h"

/* Runs in which clients come first: the first in the order takes the agent that suits it best, again and again. Within a
 * run agents and quotas only shrink, so a client that may have nothing now may have nothing later: it is asked no more. */

typedef struct {
  uint32_t at; /* in Allocator.visited; INDEX_NONE: there is none */
  double score;
  Resources offer; /* owned */
  Quantities quota;
} BestAgent;

/* What the client would be offered of the agent, as far as the policy wants it to have any. */
static bool agent_try(KernelRun *run, uint32_t slot, AgentId id, Resources *offer, Quantities *quota,
                      double *score)
{
  Allocator *kernel = run->kernel;
  const KernelClient *client = kernel_client(kernel, slot);
  KernelAgent *agent = kernel_agent(kernel, id);
  bool may_have = kernel_visit_begin(run, id);
  if (may_have && agent->filters != INDEX_NONE)
    kernel_filters_see(kernel, agent, run->now, run->tick);
  may_have = may_have && kernel_visit_role(run, client->role) &&
             kernel_visit_look(run, slot, offer, quota, NULL) == GATE_OFFERED;
  if (may_have) {
    *score = kernel->hooks.score(kernel->hooks.self, client->role, client->framework, &run->visit);
    if (isnan(*score) || *score == -HUGE_VAL) {
      resources_clear(offer);
      may_have = false;
    }
  }
  kernel_visit_end(run);
  return may_have;
}

static BestAgent agent_choose(KernelRun *run, uint32_t slot)
{
  const Allocator *kernel = run->kernel;
  BestAgent best = {.at = INDEX_NONE, .offer = RESOURCES_EMPTY};
  for (uint32_t i = 0; i < kernel->visited.n; i++) {
    Resources offer;
    Quantities quota;
    double score;
    if (!agent_try(run, slot, kernel->visited.items[i], &offer, &quota, &score))
      continue;
    if (best.at != INDEX_NONE && score <= best.score) {
      resources_clear(&offer);
      continue;
    }
    resources_clear(&best.offer);
    best = (BestAgent){i, score, offer, quota};
  }
  return best;
}

static void agent_settle(KernelRun *run, uint32_t at)
{
  Allocator *kernel = run->kernel;
  AgentId id = kernel->visited.items[at];
  KernelAgent *agent = kernel_agent(kernel, id);
  Instant wake = INSTANT_NEVER;
  if (kernel_visit_begin(run, id) && agent->filters != INDEX_NONE)
    wake = kernel_filters_see(kernel, agent, run->now, run->tick);
  /* What the policy says may be something else as soon as anything is. */
  run->withheld = true;
  kernel_visit_settle(run, wake);
  kernel_visit_end(run);
}

/* Serves the client if it may have something. */
static bool client_serve(KernelRun *run, uint32_t slot)
{
  Allocator *kernel = run->kernel;
  KernelClient *client = kernel_client(kernel, slot);
  if (client->done_run == kernel->n_runs)
    return false;
  BestAgent best = agent_choose(run, slot);
  if (best.at == INDEX_NONE) {
    client->done_run = kernel->n_runs;
    return false;
  }
  AgentId id = kernel->visited.items[best.at];
  kernel_visit_begin(run, id);
  kernel_visit_role(run, client->role);
  kernel_visit_grant(run, slot, &best.offer, &best.quota);
  bool empty = resources_are_empty(&run->free);
  kernel_visit_end(run);
  resources_clear(&best.offer);
  if (empty) {
    kernel_place_leave(kernel, id);
    kernel->visited.items[best.at] = kernel->visited.items[--kernel->visited.n];
  }
  return true;
}

/* Serves the first client in the order that may have something. Returns: whether there was one. */
static bool first_serve(KernelRun *run)
{
  const Allocator *kernel = run->kernel;
  uint32_t role_number;
  uint32_t member;
  Quantities free = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < kernel->visited.n; i++) {
    Resources part = kernel_free(kernel, kernel->visited.items[i]);
    Quantities amounts = resources_total(&part);
    quantities_add(&free, &amounts);
  }
  run->kernel->n_visits++;
  SorterVisit visit = {AGENT_NONE, &kernel->totals.total, &free, kernel->n_visits};
  kernel->role_interface->begin(kernel->role_sorter, &visit);
  while (kernel->role_interface->next(kernel->role_sorter, &role_number)) {
    const KernelRole *role = kernel_role(kernel, (RoleId){role_number});
    if (role->sorter == NULL) {
      if (client_serve(run, role->only))
        return true;
      continue;
    }
    kernel->framework_interface->begin(role->sorter, &visit);
    while (kernel->framework_interface->next(role->sorter, &member))
      if (client_serve(run, g_array_index(role->members, uint32_t, member)))
        return true;
  }
  return false;
}

void kernel_run_scores(KernelRun *run)
{
  run->scored = true;
  while (run->kernel->visited.n > 0 && first_serve(run))
    ;
  for (uint32_t i = 0; i < run->kernel->visited.n; i++)
    agent_settle(run, i);
}
