/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

#include <string.h>

#include "base/check.h"

/*
 * What an accept may hold beside launches of plain resources: groups, executors, shared volumes, reservations and volumes.
 * None of it is on the way of an accept that has none of it.
 *
 * Shared volumes: the offer has one copy, and keeps it whatever its tasks take: each use is a further copy, which the
 * allocator is told of, and which comes back with its task.
 */

/* --- tasks ---------------------------------------------------------------------------------------------- */

static bool mixes_revocable(const Resources *resources)
{
  Resources revocable = RESOURCES_EMPTY;
  Resources others = resources_of(&resources->plain);
  for (uint32_t i = 0; resources->special != NULL && i < resources->special->n_slices; i++) {
    const ResourceSlice *slice = &resources->special->slices[i];
    resources_add_slice(slice->revocable ? &revocable : &others, slice);
  }
  Quantities a = resources_count(&revocable);
  Quantities b = resources_count(&others);
  resources_clear(&revocable);
  resources_clear(&others);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (a.amount[kind] > 0 && b.amount[kind] > 0)
      return true;
  return false;
}

static bool copies_are_usable(const Master *master, const Resources *resources)
{
  uint32_t most = master->allocator_interface->update_allocation == NULL ? 0 : 1;
  for (uint32_t i = 0; resources->special != NULL && i < resources->special->n_slices; i++)
    if (resources->special->slices[i].copies > most)
      return false;
  return true;
}

static bool resources_are_usable(const Master *master, const Resources *resources)
{
  return resources_are_valid(resources) && resources_are_known(master->settings.kinds, resources) &&
         !mixes_revocable(resources) && copies_are_usable(master, resources);
}

/* Takes @need out of @left. False, and @left is as it was, where it is not there. */
static bool take(Resources *left, const Resources *need)
{
  if (!resources_contain(left, need))
    return false;
  resources_take(left, need); /* one copy of what is shared is enough for all */
  return true;
}

/* Whether the executor makes sense, and is there already or can be paid out of @left. */
static bool executor_take(const MasterAccept *accept, const ExecutorInfo *info, Resources *left)
{
  if (info->id == EXECUTOR_NONE || !resources_are_usable(accept->master, &info->resources))
    return false;
  const MasterExecutor *executor =
      master_executor_find(accept->master, accept->agent, accept->framework, info->id);
  if (executor == NULL)
    return take(left, &info->resources);
  return executor->role.index == accept->role.index &&
         resources_equal(&executor->resources, &info->resources);
}

/* Whether the task is valid, with its executor; takes both out of @left, or perhaps one of them where it is not. */
static bool task_take(const MasterAccept *accept, const TaskInfo *task, Resources *left)
{
  return task->agent.index == accept->agent.index && !resources_are_empty(&task->resources) &&
         resources_are_usable(accept->master, &task->resources) &&
         (task->executor == NULL || executor_take(accept, task->executor, left)) &&
         take(left, &task->resources);
}

bool master_task_is_valid(const MasterAccept *accept, const TaskInfo *task)
{
  Resources left;
  resources_copy(&left, &accept->remaining);
  bool valid = task_take(accept, task, &left);
  resources_clear(&left);
  return valid;
}

static bool is_shared(const ResourceSlice *slice, void *data)
{
  (void)data;
  return slice->shared;
}

void master_accept_use(MasterAccept *accept, const Resources *resources)
{
  Master *master = accept->master;
  const AllocatorInterface *allocator = master->allocator_interface;
  Resources shared = {QUANTITIES_ZERO, NULL};
  resources_take(&accept->remaining, resources);
  if (resources->special != NULL) {
    shared.special = resource_slices_copy(resources->special);
    resources_filter(&shared, is_shared, NULL);
  }
  if (!resources_are_empty(&shared))
    allocator->update_allocation(allocator_at(master, accept->now), accept->now, accept->framework,
                                 accept->role, accept->agent, &RESOURCES_EMPTY, &shared);
  allocator->transition_offered_to_allocated(allocator_at(master, accept->now), accept->now,
                                             accept->framework, accept->role, accept->agent, resources);
  resources_clear(&shared);
}

void master_accept_use_executor(MasterAccept *accept, const ExecutorInfo *info)
{
  Master *master = accept->master;
  if (master_executor_find(master, accept->agent, accept->framework, info->id) != NULL)
    return;
  master_executor_add(master, accept->now, accept->agent, accept->framework, accept->role, info);
  if (!resources_are_empty(&info->resources))
    master_accept_use(accept, &info->resources);
}

/* --- groups --------------------------------------------------------------------------------------------- */

static bool same_executor(const TaskInfo *a, const TaskInfo *b)
{
  if (a->executor == NULL || b->executor == NULL)
    return a->executor == b->executor;
  return a->executor->id == b->executor->id &&
         resources_equal(&a->executor->resources, &b->executor->resources);
}

bool master_group_is_valid(const MasterAccept *accept, const Operation *operation)
{
  /* Each task with what those before it leave; the executor is paid for once. */
  Resources left;
  resources_copy(&left, &accept->remaining);
  bool valid = true;
  for (uint32_t i = 0; valid && i < operation->n_tasks; i++) {
    TaskInfo task = operation->tasks[i];
    valid = same_executor(&task, &operation->tasks[0]);
    if (i > 0)
      task.executor = NULL;
    valid = valid && task_take(accept, &task, &left);
  }
  resources_clear(&left);
  return valid;
}

/* --- reservations and volumes --------------------------------------------------------------------------- */

static const char *slice_role(const ResourceKinds *kinds, const ResourceSlice *slice)
{
  return resource_kinds_reservation_path(kinds, slice->reservation);
}

static bool same_volume(const ResourceKinds *kinds, const ResourceSlice *a, const ResourceSlice *b)
{
  return a->reservation != RESERVATION_NONE && b->reservation != RESERVATION_NONE && a->disk != DISK_NONE &&
         b->disk != DISK_NONE && strcmp(slice_role(kinds, a), slice_role(kinds, b)) == 0 &&
         g_strcmp0(resource_kinds_disk_volume(kinds, a->disk), resource_kinds_disk_volume(kinds, b->disk)) ==
             0;
}

bool master_holds_volume(const Resources *resources, const ResourceSlices *slices)
{
  for (uint32_t i = 0; i < slices->n_slices; i++)
    if (resource_slices_have_disk(resources->special, &slices->slices[i]))
      return true;
  return false;
}

bool master_volumes_are_new(const Master *master, AgentId agent, const ResourceSlices *volumes)
{
  const ResourceKinds *kinds = master->settings.kinds;
  const ResourceSlices *total = master->agent_rest.items[agent.index].total.special;
  for (uint32_t i = 0; i < volumes->n_slices; i++) {
    const ResourceSlice *volume = &volumes->slices[i];
    for (uint32_t j = 0; total != NULL && j < total->n_slices; j++)
      if (same_volume(kinds, &total->slices[j], volume))
        return false;
    for (uint32_t j = 0; j < i; j++)
      if (same_volume(kinds, &volumes->slices[j], volume))
        return false;
  }
  return true;
}

bool master_volumes_are_unused(const Master *master, AgentId id, const ResourceSlices *volumes)
{
  const MasterAgent *agent = master_agent(master, id);
  for (uint32_t slot = master_agent_first_task(agent); slot != INDEX_NONE;
       slot = master_agent_next_task(master, agent, slot)) {
    const MasterTask *task = pool_at(&master->tasks, slot);
    if (!task->freed && master_holds_volume(&task->resources, volumes))
      return false;
  }
  const MasterExecutor *executor = NULL;
  while ((executor = master_executor_next(master, id, executor)) != NULL)
    if (master_holds_volume(&executor->resources, volumes))
      return false;
  return true;
}

/* Whether the framework, in the role of the offers, may reserve this. */
static bool may_reserve(const MasterAccept *accept, const ResourceSlices *slices)
{
  const Master *master = accept->master;
  uint32_t capabilities = master_framework(master, accept->framework)->capabilities;
  for (uint32_t i = 0; i < slices->n_slices; i++) {
    const ResourceSlice *slice = &slices->slices[i];
    if (strcmp(slice_role(master->settings.kinds, slice), roles_path(master->roles, accept->role)) != 0)
      return false;
    if (resource_slice_is_refined(master->settings.kinds, slice) &&
        (capabilities & FRAMEWORK_RESERVATION_REFINEMENT) == 0)
      return false;
  }
  return true;
}

static bool may_share(const MasterAccept *accept, const Resources *volumes)
{
  Resources shared;
  resources_copy(&shared, volumes);
  resources_filter(&shared, is_shared, NULL);
  bool shares = !resources_are_empty(&shared);
  resources_clear(&shared);
  return !shares || (master_framework(accept->master, accept->framework)->capabilities &
                     FRAMEWORK_SHARED_RESOURCES) != 0;
}

static bool may_convert(const MasterAccept *accept, ConversionKind kind, const Conversion *conversion)
{
  if (accept->master->allocator_interface->update_allocation == NULL ||
      !resources_contain(&accept->remaining, &conversion->from))
    return false;
  switch (kind) {
  case CONVERSION_RESERVE:
    return may_reserve(accept, conversion->to.special);
  case CONVERSION_UNRESERVE:
    return true;
  case CONVERSION_CREATE:
    return may_share(accept, &conversion->to) &&
           master_volumes_are_new(accept->master, accept->agent, conversion->to.special);
  case CONVERSION_DESTROY:
    return master_volumes_are_unused(accept->master, accept->agent, conversion->from.special);
  }
  return false;
}

/* Other offers may have a copy of a shared volume that is destroyed. */
static void take_back_holders(MasterAccept *accept, const ResourceSlices *volumes)
{
  Master *master = accept->master;
  uint32_t next;
  for (uint32_t slot = master_agent(master, accept->agent)->offers; slot != INDEX_NONE; slot = next) {
    const MasterOffer *offer = pool_at(&master->offers, slot);
    next = offer->next;
    if (!master_holds_volume(&offer->resources, volumes))
      continue;
    master_offer_take_back(master, accept->now, slot, OFFER_FILTER_NONE, accept->more->rescinds);
  }
}

void master_agent_convert(Master *master, Instant now, AgentId agent, const Conversion *conversion)
{
  MasterAgentRest *rest = &master->agent_rest.items[agent.index];
  Resources before;
  resources_copy(&before, &rest->total);
  Resources free = {master_agent(master, agent)->free, rest->free};
  CHECK(conversion_apply(conversion, &rest->total) && conversion_apply(conversion, &free));
  master_agent(master, agent)->free = free.plain;
  rest->free = free.special;
  if (master->observer.agent_updated != NULL)
    master->observer.agent_updated(master->observer.self, now, agent, &before, &rest->total);
  resources_clear(&before);
}

static ConversionKind conversion_kind(OperationKind kind)
{
  return (ConversionKind)((int)CONVERSION_RESERVE + ((int)kind - (int)OPERATION_RESERVE));
}

_Static_assert((int)OPERATION_DESTROY - (int)OPERATION_RESERVE ==
                       (int)CONVERSION_DESTROY - (int)CONVERSION_RESERVE &&
                   (int)OPERATION_CREATE - (int)OPERATION_RESERVE ==
                       (int)CONVERSION_CREATE - (int)CONVERSION_RESERVE,
               "the two lists run side by side");

/* Does what @operation asks for. False, and nothing done, where it makes no sense. */
static bool convert(MasterAccept *accept, uint32_t index, const Operation *operation)
{
  Master *master = accept->master;
  ConversionKind kind = conversion_kind(operation->kind);
  MasterConversion done = {.operation = index};
  if (operation->resources == NULL ||
      !conversion_make(master->settings.kinds, kind, operation->resources, &done.conversion, NULL))
    return false;
  if (!may_convert(accept, kind, &done.conversion)) {
    conversion_clear(&done.conversion);
    return false;
  }
  if (kind == CONVERSION_DESTROY)
    take_back_holders(accept, done.conversion.from.special);
  CHECK(conversion_apply(&done.conversion, &accept->remaining));
  master_agent_convert(master, accept->now, accept->agent, &done.conversion);
  master->allocator_interface->update_allocation(allocator_at(master, accept->now), accept->now,
                                                 accept->framework, accept->role, accept->agent,
                                                 &done.conversion.from, &done.conversion.to);
  g_array_append_val(accept->more->conversions, done);
  return true;
}

void master_accept_convert(MasterAccept *accept, uint32_t index, const Operation *operation)
{
  const MasterObserver *observer = &accept->master->observer;
  if (operation->kind >= OPERATIONS)
    return;
  bool done = convert(accept, index, operation);
  if (!done)
    master_framework(accept->master, accept->framework)->counters.operations_dropped[operation->kind]++;
  if (observer->operation_ended != NULL)
    observer->operation_ended(observer->self, accept->now, accept->framework, accept->agent, operation->kind,
                              operation->resources == NULL ? &RESOURCES_EMPTY : operation->resources, done);
}

void master_accept_send_conversion(MasterAccept *accept, uint32_t index, const Operation *operation)
{
  const MasterPorts *ports = &accept->master->ports;
  if (ports->send_conversion == NULL)
    return;
  for (guint i = 0; i < accept->more->conversions->len; i++) {
    const MasterConversion *done = &g_array_index(accept->more->conversions, MasterConversion, i);
    if (done->operation != index)
      continue;
    AgentConversion message = {operation->kind, accept->framework, done->conversion.from,
                               done->conversion.to};
    ports->send_conversion(ports->self, accept->agent, &message);
  }
}

/* --- the end of an accept ------------------------------------------------------------------------------- */

void master_accept_single_copies(MasterAccept *accept)
{
  Resources more;
  resources_copy(&more, &accept->remaining);
  more.plain = QUANTITIES_ZERO;
  resources_filter(&more, is_shared, NULL);
  for (uint32_t i = 0; more.special != NULL && i < more.special->n_slices; i++)
    more.special->slices[i].copies--;
  resources_clamp(&more); /* what there was once */
  if (!resources_are_empty(&more)) {
    resources_subtract(&accept->remaining, &more);
    accept->master->allocator_interface->recover_resources(allocator_at(accept->master, accept->now),
                                                           accept->now, accept->framework, accept->role,
                                                           accept->agent, &more, OFFER_FILTER_NONE, false);
  }
  resources_clear(&more);
}

/* Whether the disk @slice, which remains, was not offered like that. A disk is the same only whole: a volume may have been made
 * anew, with another size. */
static bool is_converted_disk(const ResourceSlice *slice, void *offered)
{
  Resources one = RESOURCES_EMPTY;
  if (!resource_slice_is_disk(slice))
    return false;
  resources_add_slice(&one, slice);
  bool there = resources_contain(offered, &one);
  resources_clear(&one);
  return !there;
}

static bool is_no_disk(const ResourceSlice *slice, void *data)
{
  (void)data;
  return !resource_slice_is_disk(slice);
}

void master_accept_end_conversions(MasterAccept *accept)
{
  Resources *offered = &accept->more->offered;
  Resources converted;
  Resources disks = {QUANTITIES_ZERO, NULL};
  resources_copy(&converted, &accept->remaining);
  if (converted.special != NULL)
    disks.special = resource_slices_copy(converted.special);
  resources_filter(&disks, is_converted_disk, offered);
  resources_filter(&converted, is_no_disk, NULL);
  resources_filter(offered, is_no_disk, NULL);
  resources_subtract(&converted, offered);
  resources_clamp(&converted);
  resources_add(&converted, &disks);
  if (!resources_are_empty(&converted)) {
    resources_subtract(&accept->remaining, &converted);
    accept->master->allocator_interface->recover_resources(
        allocator_at(accept->master, accept->now), accept->now, accept->framework, accept->role,
        accept->agent, &converted, OFFER_FILTER_NONE, false);
  }
  resources_clear(&disks);
  resources_clear(&converted);
}

void master_accept_begin_conversions(MasterAccept *accept, MasterAcceptMore *more)
{
  more->conversions = g_array_new(FALSE, FALSE, sizeof(MasterConversion));
  more->rescinds = master_rescinds_new();
  resources_copy(&more->offered, &accept->remaining);
  accept->more = more;
}

void master_accept_clear(MasterAccept *accept)
{
  MasterAcceptMore *more = accept->more;
  resources_clear(&accept->remaining);
  if (more == NULL)
    return;
  resources_clear(&more->offered);
  for (guint i = 0; i < more->conversions->len; i++)
    conversion_clear(&g_array_index(more->conversions, MasterConversion, i).conversion);
  g_array_unref(more->conversions);
  g_array_unref(more->rescinds);
}
