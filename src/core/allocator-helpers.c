/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <string.h>

#include "base/resource-kinds.h"
#include "core/allocator.h"

/* --- resources: inline functions need an address here --------------------------------------------------- */

static void copy(Resources *to, const Resources *resources)
{
  resources_copy(to, resources);
}

static void clear(Resources *resources)
{
  resources_clear(resources);
}

static void add(Resources *sum, const Resources *more)
{
  resources_add(sum, more);
}

static void subtract(Resources *rest, const Resources *less)
{
  resources_subtract(rest, less);
}

static void take(Resources *free, const Resources *less)
{
  resources_take(free, less);
}

static void give(Resources *free, const Resources *more)
{
  resources_give(free, more);
}

static bool contain(const Resources *whole, const Resources *part)
{
  return resources_contain(whole, part);
}

static void total(const Resources *resources, Quantities *sum)
{
  *sum = resources_total(resources);
}

static void count(const Resources *resources, Quantities *sum)
{
  *sum = resources_count(resources);
}

typedef struct {
  const ResourceKinds *kinds;
  const char *role;
  uint32_t capabilities;
} Receiver;

static bool may_receive(const ResourceSlice *slice, void *data)
{
  const Receiver *receiver = data;
  if (slice->revocable && (receiver->capabilities & FRAMEWORK_REVOCABLE_RESOURCES) == 0)
    return false;
  if (slice->shared && (receiver->capabilities & FRAMEWORK_SHARED_RESOURCES) == 0)
    return false;
  if (resource_slice_is_refined(receiver->kinds, slice) &&
      (receiver->capabilities & FRAMEWORK_RESERVATION_REFINEMENT) == 0)
    return false;
  return resource_slice_is_allocatable_to(receiver->kinds, slice, receiver->role);
}

static void offerable(const ResourceKinds *kinds, const Resources *resources, const char *role,
                      uint32_t capabilities, Resources *part)
{
  resources_copy(part, resources);
  if (part->special == NULL)
    return;
  Receiver receiver = {kinds, role, capabilities};
  resources_filter(part, may_receive, &receiver);
}

/* --- constraints ---------------------------------------------------------------------------------------- */

static bool matches_whole(const char *pattern, const char *text)
{
  g_autofree char *whole = g_strdup_printf("\\A(?:%s)\\z", pattern);
  return g_regex_match_simple(whole, text, 0, 0);
}

/* What the selector finds: *@value is NULL where it is no text. False: it finds nothing. */
static bool select_value(const AttributeConstraint *constraint, const AllocatorAgent *agent,
                         const char **value)
{
  switch (constraint->selector) {
  case CONSTRAINT_HOSTNAME:
    *value = agent->hostname;
    return agent->hostname != NULL;
  case CONSTRAINT_REGION:
    *value = agent->region;
    return agent->region != NULL;
  case CONSTRAINT_ZONE:
    *value = agent->zone;
    return agent->zone != NULL;
  case CONSTRAINT_ATTRIBUTE:
  default:
    break;
  }
  for (uint32_t i = 0; i < agent->n_attributes; i++)
    if (strcmp(agent->attribute_names[i], constraint->attribute) == 0) {
      *value = agent->attribute_values[i];
      return true;
    }
  return false;
}

static bool constraint_holds(const AttributeConstraint *constraint, const AllocatorAgent *agent)
{
  const char *value = NULL;
  bool found = select_value(constraint, agent, &value);
  switch (constraint->predicate) {
  case CONSTRAINT_EXISTS:
    return found;
  case CONSTRAINT_NOT_EXISTS:
    return !found;
  case CONSTRAINT_EQUALS:
    return found && (value == NULL || strcmp(value, constraint->text) == 0);
  case CONSTRAINT_NOT_EQUALS:
    return !found || value == NULL || strcmp(value, constraint->text) != 0;
  case CONSTRAINT_MATCHES:
    return found && (value == NULL || matches_whole(constraint->text, value));
  case CONSTRAINT_NOT_MATCHES:
  default:
    return !found || value == NULL || !matches_whole(constraint->text, value);
  }
}

static bool group_holds(const ConstraintGroup *group, const AllocatorAgent *agent)
{
  for (uint32_t i = 0; i < group->n_constraints; i++)
    if (!constraint_holds(&group->constraints[i], agent))
      return false;
  return true;
}

static bool constraints_allow(const OfferConstraints *constraints, const AllocatorAgent *agent)
{
  for (uint32_t i = 0; i < constraints->n_groups; i++)
    if (group_holds(&constraints->groups[i], agent))
      return true;
  return constraints->n_groups == 0;
}

/* -------------------------------------------------------------------------------------------------------- */

const AllocatorHelpers allocator_helpers = {
    .size = sizeof(AllocatorHelpers),
    .resources_copy = copy,
    .resources_clear = clear,
    .resources_add = add,
    .resources_subtract = subtract,
    .resources_take = take,
    .resources_give = give,
    .resources_contain = contain,
    .resources_equal = resources_equal,
    .resources_total = total,
    .resources_count = count,
    .resources_clamp = resources_clamp,
    .resources_shrink = resources_shrink,
    .resources_offerable = offerable,
    .kind_count = resource_kinds_count,
    .kind_name = resource_kinds_name,
    .kind_find = resource_kinds_find,
    .constraints_allow = constraints_allow,
};
