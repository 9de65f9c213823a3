/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-visit.h"

#include "base/check.h"
#include "base/resource-kinds.h"

/* How one agent is looked at where more than filters and gpus matters: what a client would be offered, and giving it. */

/* --- the agent ------------------------------------------------------------------------------------------ */

bool kernel_visit_begin(KernelRun *run, AgentId id)
{
  Allocator *kernel = run->kernel;
  const KernelAgentRest *rest = kernel_agent_rest(kernel, id);
  Resources free = kernel_free(kernel, id);
  if (run->dry || run->scored)
    kernel->mark = --kernel->mark_dry;
  else
    kernel->mark = ++kernel->n_visits;
  run->id = id;
  run->withheld = false;
  run->shared = false;
  run->given = NULL;
  resources_copy(&run->free, &free);
  run->allocatable = RESOURCES_EMPTY;
  run->quantities = resources_total(&run->free);
  run->visit = (SorterVisit){
      .agent = id,
      .total = rest->special != NULL ? &rest->special->quantities : &rest->total,
      .free = &run->quantities,
      .number = kernel->n_visits + (run->dry ? 1 : 0),
  };
  if (rest->special != NULL && !run->dry && rest->special->shared_run == kernel->n_runs)
    kernel_slices_add(&run->given, rest->special->shared);
  return !resources_are_empty(&run->free);
}

void kernel_visit_end(KernelRun *run)
{
  KernelSpecial *special = kernel_special(run->kernel, run->id);
  if (special != NULL && !run->dry && run->given != NULL) {
    g_clear_pointer(&special->shared, resource_slices_free);
    special->shared = g_steal_pointer(&run->given);
    special->shared_run = run->kernel->n_runs;
  }
  g_clear_pointer(&run->given, resource_slices_free);
  resources_clear(&run->free);
  resources_clear(&run->allocatable);
}

/* --- the role ------------------------------------------------------------------------------------------- */

static bool slice_is_allocatable(const ResourceSlice *slice, void *data)
{
  KernelRun *run = data;
  const Allocator *kernel = run->kernel;
  if (slice->reservation != RESERVATION_NONE &&
      !resource_slice_is_allocatable_to(kernel->kinds, slice, kernel_role(kernel, run->role)->path))
    return false;
  if (!slice->shared || !resource_slices_have_disk(run->given, slice))
    return true;
  run->shared = true;
  return false;
}

static Quantities surplus(const KernelRun *run)
{
  Quantities surplus = run->available;
  quantities_subtract(&surplus, &run->required);
  return quantities_positive(&surplus);
}

/* Where all is plain: whether limit and headroom leave anything. */
static bool plain_is_left(const KernelRun *run)
{
  Quantities left = run->free.plain;
  if (run->bounded)
    quantities_min(&left, &run->room.limit);
  if (!quantities_are_zero(&run->required)) {
    Quantities most = surplus(run);
    quantities_min(&left, &most);
  }
  return !quantities_are_zero(&left);
}

bool kernel_visit_role(KernelRun *run, RoleId role)
{
  const Allocator *kernel = run->kernel;
  run->role = role;
  run->bounded = kernel->n_quotas > 0 && kernel_quota_look(kernel, role, &run->room);
  if (run->stage == 1 && (!run->bounded || quantities_are_zero(&run->room.lacks)))
    return false;
  resources_clear(&run->allocatable);
  resources_copy(&run->allocatable, &run->free);
  if (run->free.special != NULL)
    resources_filter(&run->allocatable, slice_is_allocatable, run);
  if (run->stage == 2 && run->allocatable.special == NULL && kernel->n_quotas > 0 && !run->dry &&
      !plain_is_left(run)) {
    run->withheld = run->withheld || !quantities_are_zero(&run->allocatable.plain);
    return false;
  }
  return !resources_are_empty(&run->allocatable);
}

/* --- the client ----------------------------------------------------------------------------------------- */

static bool can_use(const Allocator *kernel, uint32_t capabilities, const ResourceSlice *slice)
{
  if (slice->revocable && (capabilities & FRAMEWORK_REVOCABLE_RESOURCES) == 0)
    return false;
  if (slice->shared && (capabilities & FRAMEWORK_SHARED_RESOURCES) == 0)
    return false;
  return (capabilities & FRAMEWORK_RESERVATION_REFINEMENT) != 0 ||
         !resource_slice_is_refined(kernel->kinds, slice);
}

/* What the client can use of what the role may have: what counts for quota, and the rest. */
static void allocatable_split(const KernelRun *run, uint32_t capabilities, Resources *counted,
                              Resources *rest)
{
  const ResourceSlices *special = run->allocatable.special;
  *counted = resources_of(&run->allocatable.plain);
  *rest = RESOURCES_EMPTY;
  for (uint32_t i = 0; special != NULL && i < special->n_slices; i++) {
    const ResourceSlice *slice = &special->slices[i];
    if (!can_use(run->kernel, capabilities, slice))
      continue;
    bool counts =
        slice->reservation == RESERVATION_NONE && !slice->revocable && !resource_slice_is_range(slice);
    resources_add_slice(counts ? counted : rest, slice);
  }
}

/* Cuts @part to @most. Returns: whether something went. */
static bool cut(Resources *part, const Quantities *most)
{
  Quantities before = resources_total(part);
  if (part->special == NULL)
    quantities_min(&part->plain, most);
  else
    resources_shrink(part, most);
  Quantities after = resources_total(part);
  return !quantities_equal(&before, &after);
}

/* What the policy leaves of @part's plain quantities. Returns: whether something went. */
static bool cut_portion(const KernelRun *run, const KernelClient *client, Resources *part)
{
  const KernelHooks *hooks = &run->kernel->hooks;
  if (hooks->portion == NULL || quantities_are_zero(&part->plain))
    return false;
  Quantities less = part->plain;
  bool went = false;
  hooks->portion(hooks->self, client->role, client->framework, &run->visit, &less);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (less.amount[kind] >= 0 && less.amount[kind] < part->plain.amount[kind]) {
      part->plain.amount[kind] = less.amount[kind];
      went = true;
    }
  return went;
}

typedef struct {
  bool by_limit;
  bool by_headroom;
  bool by_policy;
} Cuts;

/* Stage 1: first so much of @counted as guarantees lack. Returns: whether that is anything. */
static bool cut_stage_1(const KernelRun *run, Resources *counted, Cuts *cuts)
{
  Resources guaranteed;
  resources_copy(&guaranteed, counted);
  cut(&guaranteed, &run->room.lacks);
  if (!run->kernel->mesos_compatible)
    cut(&guaranteed, &run->room.limit);
  if (resources_are_empty(&guaranteed))
    return false;
  resources_subtract(counted, &guaranteed);

  Quantities limit = run->room.limit;
  Quantities amounts = resources_total(&guaranteed);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (limit.amount[kind] != INT64_MAX)
      limit.amount[kind] -= amounts.amount[kind];
  limit = quantities_positive(&limit);
  cuts->by_limit = cut(counted, &limit);
  if (!quantities_are_zero(&run->required)) {
    Quantities most = surplus(run);
    cuts->by_headroom = cut(counted, &most);
  }
  resources_add(counted, &guaranteed);
  resources_clear(&guaranteed);
  return true;
}

static void cut_stage_2(const KernelRun *run, const KernelClient *client, Resources *counted, Cuts *cuts)
{
  if (run->bounded)
    cuts->by_limit = cut(counted, &run->room.limit);
  if (!quantities_are_zero(&run->required)) {
    Quantities most = surplus(run);
    cuts->by_headroom = cut(counted, &most);
  }
  cuts->by_policy = cut_portion(run, client, counted);
}

static AllocatorGate gate_of_cuts(const Cuts *cuts)
{
  if (cuts->by_limit)
    return GATE_QUOTA_LIMIT;
  return cuts->by_headroom ? GATE_QUOTA_HEADROOM : GATE_MINIMUM;
}

/* What the quota leaves, and whether that is enough, and not refused. */
static AllocatorGate offer_make(KernelRun *run, uint32_t slot, Resources *offer, Quantities *quota,
                                Instant *until)
{
  const Allocator *kernel = run->kernel;
  const KernelClient *client = kernel_client(kernel, slot);
  uint32_t capabilities = kernel_framework(kernel, client->framework)->capabilities;
  Resources counted;
  Cuts cuts = {false, false, false};
  allocatable_split(run, capabilities, &counted, offer);
  if (resources_are_empty(&counted) && resources_are_empty(offer))
    return GATE_CAPABILITY;
  bool any = true;
  if (run->stage == 1)
    any = cut_stage_1(run, &counted, &cuts);
  else
    cut_stage_2(run, client, &counted, &cuts);
  run->withheld = run->withheld || cuts.by_limit || cuts.by_headroom || cuts.by_policy;
  *quota = resources_total(&counted);
  resources_add(offer, &counted);
  resources_clear(&counted);
  if (!any)
    return GATE_QUOTA_LIMIT;
  if (resources_are_empty(offer) || !kernel_is_enough(kernel, client, offer))
    return gate_of_cuts(&cuts);
  return kernel_filters_block(kernel, slot, offer, run->now, run->tick, until) ? GATE_FILTER : GATE_OFFERED;
}

AllocatorGate kernel_visit_look(KernelRun *run, uint32_t slot, Resources *offer, Quantities *quota,
                                Instant *until)
{
  const Allocator *kernel = run->kernel;
  const KernelClient *client = kernel_client(kernel, slot);
  if (!kernel_wants_agent(kernel, client, run->id))
    return GATE_CONSTRAINTS;
  if (!kernel_is_enough(kernel, client, &run->allocatable))
    return GATE_MINIMUM;
  if (!kernel_suits_agent(kernel, client, kernel_agent(kernel, run->id)))
    return GATE_CAPABILITY;
  AllocatorGate gate = offer_make(run, slot, offer, quota, until);
  if (gate != GATE_OFFERED && !(gate == GATE_FILTER && run->dry))
    resources_clear(offer);
  return gate;
}

/* --- giving --------------------------------------------------------------------------------------------- */

static void given_note(KernelRun *run, const Resources *offer)
{
  for (uint32_t i = 0; offer->special != NULL && i < offer->special->n_slices; i++) {
    Resources one = RESOURCES_EMPTY;
    if (!offer->special->slices[i].shared)
      continue;
    resources_add_slice(&one, &offer->special->slices[i]);
    kernel_slices_add(&run->given, one.special);
    resources_clear(&one);
  }
}

void kernel_visit_grant(KernelRun *run, uint32_t slot, const Resources *offer, const Quantities *quota)
{
  Allocator *kernel = run->kernel;
  const KernelClient *client = kernel_client(kernel, slot);
  resources_take(&run->free, offer);
  run->quantities = resources_total(&run->free);
  given_note(run, offer);
  if (kernel->n_quotas > 0) {
    quantities_subtract(&run->available, quota);
    run->available = quantities_positive(&run->available);
    if (run->bounded && run->stage == 1) {
      Quantities helps = run->room.lacks;
      quantities_min(&helps, quota);
      quantities_subtract(&run->required, &helps);
      run->required = quantities_positive(&run->required); /* who waits for nothing was not counted */
    }
    if (run->stage == 2 && kernel->mesos_compatible)
      kernel_quota_hide(kernel, client->role, quota);
  }
  if (run->dry) {
    kernel_quota_draft(kernel, client->role, quota);
    return;
  }
  quantities_subtract(&kernel_agent(kernel, run->id)->free, &offer->plain);
  kernel_hold_resources(kernel, slot, run->id, offer);
  kernel->host.offer(kernel->host.self, client->framework, client->role, run->id, offer);
}
