/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "allocators/hierarchical-visit.h"
#include "base/check.h"

/* Runs in which clients come first: the first in the order takes the agent that suits it best, again and again. Within a
 * run agents and quotas only shrink, so a client that may have nothing now may have nothing later: it is asked no more, and
 * neither is it of an agent of which it may have nothing.
 *
 * Where a score does not change while the agent stays as it is (KernelHooks.score_is_kept), each client's are looked at
 * once and then kept in order. Agents of which a part was granted are looked at anew each time. */

typedef struct {
  double score;
  uint32_t rank; /* in Allocator.visited */
} AgentScore;

/* What a client thinks of the agents that were whole when it was asked first; the best first. */
typedef struct {
  bool made;
  AgentScore *scores;
  uint32_t n;
  uint32_t next; /* those before are gone, or the client may have nothing of them */
} ClientScores;

typedef struct {
  KernelRun *run;
  uint32_t n_left;       /* agents; where one is gone, visited has AGENT_NONE */
  Quantities free;       /* of them */
  bool *parted;          /* by rank: a part of it was granted */
  Array(uint32_t) parts; /* their ranks */
  ClientScores *clients; /* by slot; NULL: scores are not kept */
} ScoredRun;

typedef struct {
  uint32_t rank; /* INDEX_NONE: there is none */
  double score;
  Resources offer; /* owned */
  Quantities quota;
} BestAgent;

/* --- one client and one agent --------------------------------------------------------------------------- */

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

/* Makes the agent the best if it is. Returns: whether the client may have something of it. */
static bool agent_compare(ScoredRun *scored, uint32_t slot, uint32_t rank, BestAgent *best)
{
  AgentId id = scored->run->kernel->visited.items[rank];
  Resources offer;
  Quantities quota;
  double score;
  if (id.index == AGENT_NONE.index || !agent_try(scored->run, slot, id, &offer, &quota, &score))
    return false;
  if (best->rank != INDEX_NONE && (score < best->score || (score == best->score && rank > best->rank))) {
    resources_clear(&offer);
    return true;
  }
  resources_clear(&best->offer);
  *best = (BestAgent){rank, score, offer, quota};
  return true;
}

/* --- scores that are kept ------------------------------------------------------------------------------- */

static int compare_scores(const void *a, const void *b)
{
  const AgentScore *x = a, *y = b;
  if (x->score != y->score)
    return x->score > y->score ? -1 : 1;
  return x->rank < y->rank ? -1 : 1;
}

static void scores_make(ScoredRun *scored, uint32_t slot)
{
  const Allocator *kernel = scored->run->kernel;
  ClientScores *client = &scored->clients[slot];
  client->made = true;
  client->scores = g_new(AgentScore, scored->n_left + 1);
  for (uint32_t rank = 0; rank < kernel->visited.n; rank++) {
    AgentId id = kernel->visited.items[rank];
    Resources offer;
    Quantities quota;
    double score;
    if (id.index == AGENT_NONE.index || scored->parted[rank] ||
        !agent_try(scored->run, slot, id, &offer, &quota, &score))
      continue;
    resources_clear(&offer);
    client->scores[client->n++] = (AgentScore){score, rank};
  }
  qsort(client->scores, client->n, sizeof(AgentScore), compare_scores);
}

static void agent_choose_kept(ScoredRun *scored, uint32_t slot, BestAgent *best)
{
  ClientScores *client = &scored->clients[slot];
  if (!client->made)
    scores_make(scored, slot);
  for (uint32_t i = 0; i < scored->parts.n; i++)
    agent_compare(scored, slot, scored->parts.items[i], best);
  for (; client->next < client->n; client->next++) {
    uint32_t rank = client->scores[client->next].rank;
    if (!scored->parted[rank] && agent_compare(scored, slot, rank, best))
      return; /* all others are worse */
  }
}

/* --- one client ----------------------------------------------------------------------------------------- */

static BestAgent agent_choose(ScoredRun *scored, uint32_t slot)
{
  BestAgent best = {.rank = INDEX_NONE, .offer = RESOURCES_EMPTY};
  if (scored->clients != NULL)
    agent_choose_kept(scored, slot, &best);
  for (uint32_t rank = 0; scored->clients == NULL && rank < scored->run->kernel->visited.n; rank++)
    agent_compare(scored, slot, rank, &best);
  return best;
}

/* The agent has given something. */
static void agent_note(ScoredRun *scored, uint32_t rank, bool empty)
{
  Allocator *kernel = scored->run->kernel;
  if (empty) {
    kernel_place_leave(kernel, kernel->visited.items[rank]);
    kernel->visited.items[rank] = AGENT_NONE;
    scored->n_left--;
  } else if (!scored->parted[rank]) {
    scored->parted[rank] = true;
    array_push(&scored->parts, rank);
  }
}

/* Serves the client if it may have something. */
static bool client_serve(ScoredRun *scored, uint32_t slot)
{
  KernelRun *run = scored->run;
  Allocator *kernel = run->kernel;
  KernelClient *client = kernel_client(kernel, slot);
  if (client->done_run == kernel->n_runs)
    return false;
  BestAgent best = agent_choose(scored, slot);
  if (best.rank == INDEX_NONE) {
    client->done_run = kernel->n_runs;
    return false;
  }
  kernel_visit_begin(run, kernel->visited.items[best.rank]);
  kernel_visit_role(run, client->role);
  Quantities before = run->quantities;
  kernel_visit_grant(run, slot, &best.offer, &best.quota);
  quantities_subtract(&scored->free, &before);
  quantities_add(&scored->free, &run->quantities);
  bool empty = resources_are_empty(&run->free);
  kernel_visit_end(run);
  resources_clear(&best.offer);
  agent_note(scored, best.rank, empty);
  return true;
}

/* --- the run -------------------------------------------------------------------------------------------- */

/* Serves the first client in the order that may have something. Returns: whether there was one. */
static bool first_serve(ScoredRun *scored)
{
  Allocator *kernel = scored->run->kernel;
  uint32_t role_number;
  uint32_t member;
  kernel->n_visits++;
  SorterVisit visit = {AGENT_NONE, &kernel->totals.total, &scored->free, kernel->n_visits};
  kernel->role_interface->begin(kernel->role_sorter, &visit);
  while (kernel->role_interface->next(kernel->role_sorter, &role_number)) {
    const KernelRole *role = kernel_role(kernel, (RoleId){role_number});
    if (role->sorter == NULL) {
      if (client_serve(scored, role->only))
        return true;
      continue;
    }
    kernel->framework_interface->begin(role->sorter, &visit);
    while (kernel->framework_interface->next(role->sorter, &member))
      if (client_serve(scored, g_array_index(role->members, uint32_t, member)))
        return true;
  }
  return false;
}

static void agent_settle(KernelRun *run, AgentId id)
{
  Allocator *kernel = run->kernel;
  KernelAgent *agent = kernel_agent(kernel, id);
  Instant wake = INSTANT_NEVER;
  if (kernel_visit_begin(run, id) && agent->filters != INDEX_NONE)
    wake = kernel_filters_see(kernel, agent, run->now, run->tick);
  /* What the policy says may be something else as soon as anything is. */
  run->withheld = true;
  kernel_visit_settle(run, wake);
  kernel_visit_end(run);
}

void kernel_run_scores(KernelRun *run)
{
  const Allocator *kernel = run->kernel;
  uint32_t n_slots = kernel->clients.n_slots;
  ScoredRun scored = {.run = run, .n_left = kernel->visited.n, .free = QUANTITIES_ZERO};
  scored.parted = g_new0(bool, kernel->visited.n + 1);
  scored.clients = kernel->hooks.score_is_kept ? g_new0(ClientScores, n_slots + 1) : NULL;
  for (uint32_t i = 0; i < kernel->visited.n; i++) {
    Resources part = kernel_free(kernel, kernel->visited.items[i]);
    Quantities amounts = resources_total(&part);
    quantities_add(&scored.free, &amounts);
  }
  run->scored = true;
  while (scored.n_left > 0 && first_serve(&scored))
    ;
  for (uint32_t i = 0; i < kernel->visited.n; i++)
    if (kernel->visited.items[i].index != AGENT_NONE.index)
      agent_settle(run, kernel->visited.items[i]);
  for (uint32_t i = 0; scored.clients != NULL && i < n_slots; i++)
    g_free(scored.clients[i].scores);
  g_free(scored.clients);
  g_free(scored.parted);
  array_free(&scored.parts);
}
