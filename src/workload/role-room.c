/* SPDX-License-Identifier: Apache-2.0 */
#include "workload/role-room.h"

#include <glib.h>
#include <string.h>

Quantities cluster_total(const Cluster *cluster)
{
  Quantities sum = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    const Resources *resources = &cluster->classes[i].resources;
    Quantities each = resources->plain;
    for (uint32_t j = 0; resources->special != NULL && j < resources->special->n_slices; j++)
      if (!resources->special->slices[j].revocable)
        quantities_add(&each, &resources->special->slices[j].quantities);
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      sum.amount[kind] += each.amount[kind] * cluster->classes[i].count;
  }
  return sum;
}

static bool has_limit(const RoleSpec *role)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (role->limit.amount[kind] >= 0)
      return true;
  return false;
}

static bool is_reserved(const Cluster *cluster)
{
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    const ResourceSlices *special = cluster->classes[i].resources.special;
    for (uint32_t j = 0; special != NULL && j < special->n_slices; j++)
      if (special->slices[j].reservation != RESERVATION_NONE)
        return true;
  }
  return false;
}

bool role_room_is_bounded(const Experiment *experiment)
{
  bool any = false;
  for (uint32_t i = 0; i < experiment->n_roles && !any; i++)
    any = has_limit(&experiment->roles[i]) || !quantities_are_zero(&experiment->roles[i].guarantee);
  if (!any || experiment->master.revocation || is_reserved(&experiment->cluster))
    return false;
  for (uint32_t i = 0; i < experiment->n_operators; i++) {
    OperatorKind kind = experiment->operators[i].kind;
    if (kind == CALL_QUOTA || (kind >= CALL_RESERVE && kind <= CALL_DESTROY))
      return false;
  }
  return true;
}

bool role_room_binds(const FrameworkSpec *framework)
{
  bool takes_revocable = (framework->capabilities & CAPABLE_REVOCABLE_RESOURCES) != 0;
  return framework->roles == NULL && (!takes_revocable || framework_gathers(framework));
}

/* Whether @above is @path or an ancestor of it; @length: of @above. */
static bool is_at_or_above(const char *above, size_t length, const char *path)
{
  return strncmp(above, path, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* Below @within (NULL: anywhere), to roles that are neither @path nor above it: of several in a row the uppermost, since
 * what is guaranteed below is within that. */
static Quantities guaranteed_to_others(const Experiment *experiment, const char *path, const char *within)
{
  Quantities sum = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < experiment->n_roles; i++) {
    const char *other = experiment->roles[i].path;
    const char *slash = strrchr(other, '/');
    if (is_at_or_above(other, strlen(other), path) ||
        (slash != NULL && !is_at_or_above(other, (size_t)(slash - other), path)) ||
        (within != NULL && !is_at_or_above(within, strlen(within), other)))
      continue;
    quantities_add(&sum, &experiment->roles[i].guarantee);
  }
  return sum;
}

/* How many tasks of @need fit into @whole less @others; in what @whole has a negative amount of, any number. */
static uint32_t tasks_in(const Quantities *whole, const Quantities *others, const Quantities *need)
{
  Quantities left = *whole, part = *need;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    if (whole->amount[kind] < 0)
      left.amount[kind] = part.amount[kind] = 0;
    else
      left.amount[kind] = MAX(whole->amount[kind] - others->amount[kind], 0);
  }
  return quantities_divide(&left, &part);
}

uint32_t role_room(const Experiment *experiment, const char *path, const Quantities *need,
                   const RoleSpec **limited_by)
{
  Quantities whole = cluster_total(&experiment->cluster);
  Quantities others = guaranteed_to_others(experiment, path, NULL);
  uint32_t most = quantities_are_zero(&others) ? UINT32_MAX : tasks_in(&whole, &others, need);
  *limited_by = NULL;
  for (uint32_t i = 0; i < experiment->n_roles; i++) {
    const RoleSpec *role = &experiment->roles[i];
    if (!is_at_or_above(role->path, strlen(role->path), path))
      continue;
    others = guaranteed_to_others(experiment, path, role->path);
    uint32_t tasks = tasks_in(&role->limit, &others, need);
    if (tasks >= most)
      continue;
    most = tasks;
    *limited_by = role;
  }
  return most;
}
