/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "allocators/hierarchical-visit.h"
#include "base/check.h"

/* What a visit of one agent would come to, client by client: a visit like any other, but nothing is booked, and what the
 * visit itself would have changed for the clients behind is undone in the end. */

typedef struct {
  uint32_t client;
  AllocatorGate gate;
  Instant until;
  Resources offer; /* owned */
} Explained;

typedef struct {
  KernelRun run;
  Array(Explained) clients; /* in the order of service */
  bool given;               /* somebody got something */
} Explanation;

static void clients_add(Explanation *explanation, uint32_t slot)
{
  array_push(&explanation->clients, (Explained){slot, GATE_NOTHING_FREE, INSTANT_NEVER, RESOURCES_EMPTY});
}

/* The clients in the order in which this visit would ask them. */
static void order_collect(Explanation *explanation)
{
  const Allocator *kernel = explanation->run.kernel;
  const SorterVisit *visit = &explanation->run.visit;
  uint32_t role_number;
  uint32_t member;
  kernel->role_interface->begin(kernel->role_sorter, visit);
  while (kernel->role_interface->next(kernel->role_sorter, &role_number)) {
    const KernelRole *role = kernel_role(kernel, (RoleId){role_number});
    if (role->sorter == NULL) {
      clients_add(explanation, role->only);
      continue;
    }
    kernel->framework_interface->begin(role->sorter, visit);
    while (kernel->framework_interface->next(role->sorter, &member))
      clients_add(explanation, g_array_index(role->members, uint32_t, member));
  }
}

static AllocatorGate client_look(Explanation *explanation, Explained *explained, Resources *offer,
                                 Quantities *quota)
{
  KernelRun *run = &explanation->run;
  const KernelHooks *hooks = &run->kernel->hooks;
  const KernelClient *client = kernel_client(run->kernel, explained->client);
  Instant until = INSTANT_NEVER;
  AllocatorGate gate = kernel_visit_look(run, explained->client, offer, quota, &until);
  if (gate == GATE_OFFERED && run->stage == 2 && hooks->score != NULL) {
    double score = hooks->score(hooks->self, client->role, client->framework, &run->visit);
    if (isnan(score) || score == -HUGE_VAL) {
      resources_clear(offer);
      gate = GATE_CONSTRAINTS;
    }
  }
  explained->until = gate == GATE_FILTER ? until : INSTANT_NEVER;
  /* What was too little was more before somebody else was served. */
  return gate == GATE_MINIMUM && explanation->given ? GATE_SERVED_BEFORE : gate;
}

/* One client's turn. Returns: whether its role may have more. */
static bool client_serve(Explanation *explanation, Explained *explained)
{
  KernelRun *run = &explanation->run;
  RoleId role = kernel_client(run->kernel, explained->client)->role;
  Resources offer;
  Quantities quota;
  AllocatorGate gate = client_look(explanation, explained, &offer, &quota);
  if (explained->gate != GATE_OFFERED)
    resources_clear(&explained->offer); /* of the stage before: what a filter refused */
  if (gate != GATE_OFFERED) {
    if (explained->gate != GATE_OFFERED) {
      explained->gate = gate;
      if (gate == GATE_FILTER)
        resources_add(&explained->offer, &offer);
    }
    if (gate == GATE_FILTER)
      resources_clear(&offer);
    return true;
  }
  kernel_visit_grant(run, explained->client, &offer, &quota);
  explained->gate = GATE_OFFERED;
  resources_add(&explained->offer, &offer);
  resources_clear(&offer);
  explanation->given = true;
  return !resources_are_empty(&run->free) && kernel_visit_role(run, role);
}

static void stage_go(Explanation *explanation)
{
  KernelRun *run = &explanation->run;
  uint32_t role = INDEX_NONE;
  bool may_have = false;
  for (uint32_t i = 0; i < explanation->clients.n; i++) {
    Explained *explained = &explanation->clients.items[i];
    uint32_t of = kernel_client(run->kernel, explained->client)->role.index;
    if (of != role)
      may_have = !resources_are_empty(&run->free) && kernel_visit_role(run, (RoleId){of});
    role = of;
    if (may_have)
      may_have = client_serve(explanation, explained);
    else if (explained->gate != GATE_OFFERED)
      explained->gate = explanation->given ? GATE_SERVED_BEFORE : GATE_NOTHING_FREE;
  }
}

static void stages_go(Explanation *explanation, Instant now)
{
  KernelRun *run = &explanation->run;
  Allocator *kernel = run->kernel;
  KernelAgent *agent = kernel_agent(kernel, run->id);
  if (agent->filters != INDEX_NONE)
    kernel_filters_see(kernel, agent, now, true);
  if (!quantities_are_zero(&run->required)) {
    run->stage = 1;
    stage_go(explanation);
    run->stage = 2;
  }
  stage_go(explanation);
}

static void client_tell(Allocator *kernel, const Explained *explained,
                        void (*tell)(void *self, const ExplainedClient *client), void *self)
{
  const KernelClient *client = kernel_client(kernel, explained->client);
  ExplainedClient told = {
      .role = client->role,
      .framework = client->framework,
      .role_key = hierarchical_share(kernel, client->role, FRAMEWORK_NONE),
      .framework_key = hierarchical_share(kernel, client->role, client->framework),
      .gate = explained->gate,
      .until = explained->gate == GATE_FILTER ? explained->until : INSTANT_NEVER,
      .offerable = explained->offer,
  };
  tell(self, &told);
}

/* Those that are not in the order. */
static void others_tell(Allocator *kernel, void (*tell)(void *self, const ExplainedClient *client),
                        void *self)
{
  for (uint32_t i = 0; i < kernel->frameworks->len; i++) {
    const KernelFramework *framework = kernel_framework(kernel, (FrameworkId){i});
    uint32_t slot = framework->present ? framework->clients : INDEX_NONE;
    for (; slot != INDEX_NONE; slot = kernel_client(kernel, slot)->next) {
      const KernelClient *client = kernel_client(kernel, slot);
      if (!client->subscribed || client->active)
        continue;
      Explained explained = {slot, framework->active ? GATE_SUPPRESSED : GATE_FRAMEWORK_INACTIVE,
                             INSTANT_NEVER, RESOURCES_EMPTY};
      client_tell(kernel, &explained, tell, self);
    }
  }
}

void kernel_explained_clear(Allocator *kernel)
{
  for (uint32_t i = 0; i < kernel->explained.n; i++)
    resources_clear(&kernel->explained.items[i]);
  kernel->explained.n = 0;
}

void hierarchical_explain(const Allocator *allocator, Instant now, AgentId id,
                          void (*client)(void *self, const ExplainedClient *client), void *self)
{
  /* Cursors, marks and drafts are used on the way; what decisions depend on is as before in the end. */
  Allocator *kernel = (Allocator *)(uintptr_t)allocator;
  if (!kernel_agent_is_known(kernel, id))
    return;
  const KernelAgent *agent = kernel_agent(kernel, id);
  uint64_t freedom = kernel->freedom;
  Explanation explanation = {.run = kernel_run_begin(kernel, now, true)};
  explanation.run.dry = true;
  kernel_explained_clear(kernel);
  kernel_visit_begin(&explanation.run, id);
  order_collect(&explanation);
  if (agent->activated && agent->whitelisted)
    stages_go(&explanation, now);
  for (uint32_t i = 0; i < explanation.clients.n; i++) {
    Explained *explained = &explanation.clients.items[i];
    if (!agent->activated || !agent->whitelisted)
      explained->gate = agent->activated ? GATE_NOT_WHITELISTED : GATE_AGENT_INACTIVE;
    client_tell(kernel, explained, client, self);
    array_push(&kernel->explained, explained->offer);
  }
  others_tell(kernel, client, self);
  kernel_visit_end(&explanation.run);
  kernel_quota_undraft(kernel);
  kernel->freedom = freedom;
  array_free(&explanation.clients);
}
