/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-visit.h"
#include "base/check.h"

/* The runs in which more than filters and gpus matters: see hierarchical-visit.h. */

/* Offers the client what it may have. Returns: whether that was anything. */
static bool client_serve(KernelRun *run, const KernelRole *role, uint32_t slot)
{
  const Allocator *kernel = run->kernel;
  Resources offer;
  Quantities quota;
  if (run->chosen != INDEX_NONE && run->chosen != slot) {
    run->shared = true;
    return false;
  }
  if (kernel_visit_look(run, slot, &offer, &quota, NULL) != GATE_OFFERED)
    return false;
  /* The rest goes on in the order that the visit began with. */
  if (!resources_equal(&offer, &run->free)) {
    kernel->role_interface->hold(kernel->role_sorter);
    if (role->sorter != NULL)
      kernel->framework_interface->hold(role->sorter);
  }
  kernel_visit_grant(run, slot, &offer, &quota);
  if (kernel->hooks.whole_cluster)
    run->chosen = slot;
  resources_clear(&offer);
  return true;
}

static void role_serve(KernelRun *run, RoleId id)
{
  const Allocator *kernel = run->kernel;
  const KernelRole *role = kernel_role(kernel, id);
  uint32_t member;
  if (!kernel_visit_role(run, id))
    return;
  if (role->sorter == NULL) { /* and active, so its only client is */
    client_serve(run, role, role->only);
    return;
  }
  kernel->framework_interface->begin(role->sorter, &run->visit);
  while (kernel->framework_interface->next(role->sorter, &member))
    if (client_serve(run, role, g_array_index(role->members, uint32_t, member)) &&
        (resources_are_empty(&run->free) || !kernel_visit_role(run, id)))
      return;
}

static void roles_serve(KernelRun *run)
{
  const Allocator *kernel = run->kernel;
  uint32_t role;
  kernel->role_interface->begin(kernel->role_sorter, &run->visit);
  while (!resources_are_empty(&run->free) && (run->stage == 2 || !quantities_are_zero(&run->required)) &&
         kernel->role_interface->next(kernel->role_sorter, &role))
    role_serve(run, (RoleId){role});
}

/* Whether headroom leaves nothing of an agent that has only plain resources. */
static bool is_held_back(const KernelRun *run, AgentId id)
{
  if (quantities_are_zero(&run->required) || kernel_agent(run->kernel, id)->special)
    return false;
  Quantities left = run->available;
  Quantities free = kernel_offerable(kernel_agent(run->kernel, id));
  if (quantities_are_zero(&free))
    return false;
  quantities_subtract(&left, &run->required);
  left = quantities_positive(&left);
  quantities_min(&left, &free);
  return quantities_are_zero(&left);
}

void kernel_visit_settle(KernelRun *run, Instant wake)
{
  Allocator *kernel = run->kernel;
  AgentId id = run->id;
  Resources free = kernel_free(kernel, id);
  if (resources_are_empty(&free))
    kernel_place_leave(kernel, id);
  else if (!run->shared) /* else it is there again for the next run */
    kernel_place_block(kernel, id, run->withheld ? PLACE_WITHHELD : PLACE_BLOCKED, wake);
}

/* Looks at one agent in one stage; the last one says where it stands then. */
static void agent_visit(KernelRun *run, AgentId id)
{
  Allocator *kernel = run->kernel;
  KernelAgent *agent = kernel_agent(kernel, id);
  bool skip = run->stage == 2 && is_held_back(run, id);
  bool any = kernel_visit_begin(run, id);
  Instant wake = INSTANT_NEVER;
  if (any && agent->filters != INDEX_NONE)
    wake = kernel_filters_see(kernel, agent, run->now, run->tick);
  if (any && !skip)
    roles_serve(run);
  run->withheld = run->withheld || skip;
  if (run->stage == 2)
    kernel_visit_settle(run, wake);
  kernel_visit_end(run);
}

KernelRun kernel_run_begin(Allocator *kernel, Instant now, bool tick)
{
  KernelRun run = {.kernel = kernel, .now = now, .tick = tick, .stage = 2, .chosen = INDEX_NONE};
  if (kernel->n_quotas > 0) {
    kernel_quotas_refresh(kernel);
    run.available = kernel_quota_available(kernel);
    run.required = kernel->revocation == NULL ? kernel->required : kernel_revocation_required(kernel);
  }
  return run;
}

void kernel_visit_agent(Allocator *kernel, AgentId id, Instant now, bool tick)
{
  KernelRun run = kernel_run_begin(kernel, now, tick);
  agent_visit(&run, id);
}

void kernel_run_stages(Allocator *kernel, Instant now, bool tick)
{
  KernelRun run = kernel_run_begin(kernel, now, tick);
  if (!quantities_are_zero(&run.required)) {
    run.stage = 1;
    kernel_shuffle(kernel, 1);
    for (uint32_t i = 0; i < kernel->visited.n && !quantities_are_zero(&run.required); i++)
      agent_visit(&run, kernel->visited.items[i]);
    run.stage = 2;
  }
  kernel_shuffle(kernel, 2);
  if (kernel->hooks.score != NULL)
    kernel_run_scores(&run);
  for (uint32_t i = 0; kernel->hooks.score == NULL && i < kernel->visited.n; i++)
    agent_visit(&run, kernel->visited.items[i]);
  if (kernel->hidden)
    kernel_quota_reveal(kernel);
}
