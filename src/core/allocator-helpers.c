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

/* --- copies: one block each, with strings that are owned ------------------------------------------------- */

static void *copy_array(const void *items, size_t n, size_t size)
{
  return n == 0 ? NULL : g_memdup2(items, n * size);
}

static void free_array(const void *items)
{
  g_free((gpointer)(guintptr)items);
}

static ConstraintGroup copy_group(const ConstraintGroup *group)
{
  AttributeConstraint *constraints =
      copy_array(group->constraints, group->n_constraints, sizeof *group->constraints);
  for (uint32_t i = 0; i < group->n_constraints; i++) {
    constraints[i].attribute = g_strdup(constraints[i].attribute);
    constraints[i].text = g_strdup(constraints[i].text);
  }
  return (ConstraintGroup){constraints, group->n_constraints};
}

static OfferWishes *wishes_copy(const OfferWishes *wishes)
{
  OfferWishes *copy = g_memdup2(wishes, sizeof *wishes);
  copy->min_allocatable =
      copy_array(wishes->min_allocatable, wishes->n_min_allocatable, sizeof *wishes->min_allocatable);
  uint32_t n = wishes->constraints.n_groups;
  ConstraintGroup *groups = copy_array(wishes->constraints.groups, n, sizeof *groups);
  for (uint32_t i = 0; i < n; i++)
    groups[i] = copy_group(&wishes->constraints.groups[i]);
  copy->constraints = (OfferConstraints){groups, n};
  return copy;
}

static void wishes_free(OfferWishes *wishes)
{
  if (wishes == NULL)
    return;
  for (uint32_t i = 0; i < wishes->constraints.n_groups; i++) {
    const ConstraintGroup *group = &wishes->constraints.groups[i];
    for (uint32_t k = 0; k < group->n_constraints; k++) {
      free_array(group->constraints[k].attribute);
      free_array(group->constraints[k].text);
    }
    free_array(group->constraints);
  }
  free_array(wishes->constraints.groups);
  free_array(wishes->min_allocatable);
  g_free(wishes);
}

static const char *const *copy_texts(const char *const *texts, uint32_t n)
{
  const char **copy = copy_array(texts, n, sizeof *texts);
  for (uint32_t i = 0; i < n; i++)
    copy[i] = g_strdup(copy[i]);
  return copy;
}

static void free_texts(const char *const *texts, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    free_array(texts[i]);
  free_array(texts);
}

static AllocatorAgent *agent_copy(const AllocatorAgent *agent)
{
  AllocatorAgent *copy = g_memdup2(agent, sizeof *agent);
  copy->hostname = g_strdup(agent->hostname);
  copy->region = g_strdup(agent->region);
  copy->zone = g_strdup(agent->zone);
  copy->attribute_names = copy_texts(agent->attribute_names, agent->n_attributes);
  copy->attribute_values = copy_texts(agent->attribute_values, agent->n_attributes);
  return copy;
}

static bool attributes_equal(const AllocatorAgent *one, const AllocatorAgent *other)
{
  if (one->n_attributes != other->n_attributes)
    return false;
  for (uint32_t i = 0; i < one->n_attributes; i++)
    if (strcmp(one->attribute_names[i], other->attribute_names[i]) != 0 ||
        g_strcmp0(one->attribute_values[i], other->attribute_values[i]) != 0)
      return false;
  return true;
}

static void agent_free(AllocatorAgent *agent)
{
  if (agent == NULL)
    return;
  free_array(agent->hostname);
  free_array(agent->region);
  free_array(agent->zone);
  free_texts(agent->attribute_names, agent->n_attributes);
  free_texts(agent->attribute_values, agent->n_attributes);
  g_free(agent);
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
    .wishes_copy = wishes_copy,
    .wishes_free = wishes_free,
    .agent_copy = agent_copy,
    .agent_free = agent_free,
    .attributes_equal = attributes_equal,
};
