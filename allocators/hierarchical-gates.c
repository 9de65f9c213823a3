/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* What keeps a client from an agent beside filters and quota. Constraints are evaluated once for each client and each
 * distinct set of attributes (or each agent, where the hostname matters), never in a visit that has seen both before. */

typedef enum {
  VERDICT_UNKNOWN,
  VERDICT_NO,
  VERDICT_YES,
} Verdict;

typedef struct {
  ConstraintSelector selector;
  ConstraintPredicate predicate;
  char *attribute;
  char *text;
  GRegex *regex;
} KernelConstraint;

typedef struct {
  uint32_t n;
  KernelConstraint *constraints;
} KernelConstraintGroup;

struct KernelWishes {
  bool min_set;
  uint32_t n_min;
  Quantities *min;
  uint32_t n_groups;
  KernelConstraintGroup *groups;
  bool by_agent;        /* the hostname is asked for */
  Array(uint8_t) known; /* Verdict, by set of attributes or by agent */
};

/* --- wishes --------------------------------------------------------------------------------------------- */

static void wishes_free(KernelWishes *wishes)
{
  for (uint32_t i = 0; i < wishes->n_groups; i++) {
    KernelConstraintGroup *group = &wishes->groups[i];
    for (uint32_t j = 0; j < group->n; j++) {
      g_free(group->constraints[j].attribute);
      g_free(group->constraints[j].text);
      g_clear_pointer(&group->constraints[j].regex, g_regex_unref);
    }
    g_free(group->constraints);
  }
  g_free(wishes->groups);
  g_free(wishes->min);
  array_free(&wishes->known);
  g_free(wishes);
}

static KernelConstraint constraint_copy(const AttributeConstraint *from)
{
  KernelConstraint constraint = {
      .selector = from->selector,
      .predicate = from->predicate,
      .attribute = g_strdup(from->attribute),
      .text = g_strdup(from->text),
  };
  if (from->predicate == CONSTRAINT_MATCHES || from->predicate == CONSTRAINT_NOT_MATCHES) {
    g_autofree char *whole = g_strdup_printf("\\A(?:%s)\\z", from->text);
    constraint.regex = g_regex_new(whole, G_REGEX_OPTIMIZE, 0, NULL);
    CHECK(constraint.regex != NULL); /* the host has let it pass */
  }
  return constraint;
}

static KernelWishes *wishes_copy(const OfferWishes *from)
{
  KernelWishes *wishes = g_new0(KernelWishes, 1);
  wishes->min_set = from->min_allocatable_set;
  wishes->n_min = from->n_min_allocatable;
  wishes->min = g_memdup2(from->min_allocatable, from->n_min_allocatable * sizeof(Quantities));
  wishes->n_groups = from->constraints.n_groups;
  wishes->groups = g_new0(KernelConstraintGroup, wishes->n_groups);
  for (uint32_t i = 0; i < wishes->n_groups; i++) {
    const ConstraintGroup *group = &from->constraints.groups[i];
    wishes->groups[i].n = group->n_constraints;
    wishes->groups[i].constraints = g_new0(KernelConstraint, group->n_constraints);
    for (uint32_t j = 0; j < group->n_constraints; j++) {
      wishes->groups[i].constraints[j] = constraint_copy(&group->constraints[j]);
      wishes->by_agent = wishes->by_agent || group->constraints[j].selector == CONSTRAINT_HOSTNAME;
    }
  }
  return wishes;
}

void kernel_wishes_set(Allocator *kernel, uint32_t slot, const OfferWishes *wishes)
{
  KernelClient *client = kernel_client(kernel, slot);
  bool wanted = wishes != NULL && (wishes->min_allocatable_set || wishes->constraints.n_groups > 0);
  if (client->wishes == NULL && !wanted)
    return;
  kernel->n_wishes -= client->wishes != NULL ? 1 : 0;
  g_clear_pointer(&client->wishes, wishes_free);
  if (wanted) {
    client->wishes = wishes_copy(wishes);
    kernel->n_wishes++;
  }
  kernel_unusual_update(kernel);
}

void kernel_unusual_update(Allocator *kernel)
{
  kernel->unusual = kernel->n_wishes > 0 || kernel->n_quotas > 0 || kernel->hooks.portion != NULL ||
                    kernel->hooks.score != NULL || kernel->hooks.whole_cluster ||
                    !quantities_are_zero(&kernel->least_offer);
}

/* --- what is known of agents ---------------------------------------------------------------------------- */

static void text_add(GString *text, const char *part)
{
  /* With its length, so that no two sets look alike. */
  if (part == NULL)
    g_string_append(text, "-;");
  else
    g_string_append_printf(text, "%zu:%s;", strlen(part), part);
}

static bool texts_equal(const char *a, const char *b)
{
  return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

uint32_t kernel_attributes_intern(Allocator *kernel, const AllocatorAgent *info)
{
  if (info->n_attributes == 0 && info->region == NULL && info->zone == NULL)
    return 0;
  g_autoptr(GString) text = g_string_new(NULL);
  text_add(text, info->region);
  text_add(text, info->zone);
  for (uint32_t i = 0; i < info->n_attributes; i++) {
    text_add(text, info->attribute_names[i]);
    text_add(text, info->attribute_values[i]);
  }
  uint32_t found = GPOINTER_TO_UINT(g_hash_table_lookup(kernel->attribute_sets, text->str));
  if (found != 0)
    return found - 1;
  KernelAttributes set = {
      .n = info->n_attributes,
      .names = g_new0(char *, info->n_attributes),
      .values = g_new0(char *, info->n_attributes),
      .region = g_strdup(info->region),
      .zone = g_strdup(info->zone),
  };
  for (uint32_t i = 0; i < set.n; i++) {
    set.names[i] = g_strdup(info->attribute_names[i]);
    set.values[i] = g_strdup(info->attribute_values[i]);
  }
  array_push(&kernel->attributes, set);
  g_hash_table_insert(kernel->attribute_sets, g_strdup(text->str), GUINT_TO_POINTER(kernel->attributes.n));
  return kernel->attributes.n - 1;
}

void kernel_attributes_free(Allocator *kernel)
{
  for (uint32_t i = 0; i < kernel->attributes.n; i++) {
    KernelAttributes *set = &kernel->attributes.items[i];
    for (uint32_t j = 0; j < set->n; j++) {
      g_free(set->names[j]);
      g_free(set->values[j]);
    }
    g_free(set->names);
    g_free(set->values);
    g_free(set->region);
    g_free(set->zone);
  }
  array_free(&kernel->attributes);
  g_hash_table_unref(kernel->attribute_sets);
}

bool kernel_agent_set_info(Allocator *kernel, AgentId id, const AllocatorAgent *info, bool *attributes_differ)
{
  KernelAgent *agent = kernel_agent(kernel, id);
  KernelAgentRest *rest = kernel_agent_rest(kernel, id);
  uint32_t attributes = kernel_attributes_intern(kernel, info);
  bool renamed = !texts_equal(rest->hostname, info->hostname);
  bool differs = renamed || attributes != rest->attributes || agent->lacks != info->lacks;
  *attributes_differ = attributes != rest->attributes;
  if (!differs)
    return false;
  if (renamed) {
    g_free(rest->hostname);
    rest->hostname = g_strdup(info->hostname);
  }
  rest->attributes = attributes;
  agent->lacks = (unsigned)info->lacks & (AGENT_NOT_MULTI_ROLE | AGENT_NOT_HIERARCHICAL_ROLE);
  agent->remote = kernel->region != NULL && info->region != NULL && strcmp(kernel->region, info->region) != 0;
  agent->unusual = agent->special || agent->remote || agent->lacks != 0;
  if (kernel->n_wishes > 0)
    kernel_wishes_forget(kernel, id);
  return true;
}

/* --- constraints ---------------------------------------------------------------------------------------- */

/* What the selector finds: *@value is NULL where it is no text. False: it finds nothing. */
static bool value_find(const KernelConstraint *constraint, const KernelAttributes *set, const char *hostname,
                       const char **value)
{
  switch (constraint->selector) {
  case CONSTRAINT_HOSTNAME:
    *value = hostname;
    return true;
  case CONSTRAINT_REGION:
    *value = set->region;
    return set->region != NULL;
  case CONSTRAINT_ZONE:
    *value = set->zone;
    return set->zone != NULL;
  case CONSTRAINT_ATTRIBUTE:
    break;
  }
  for (uint32_t i = 0; i < set->n; i++)
    if (strcmp(set->names[i], constraint->attribute) == 0) {
      *value = set->values[i];
      return true;
    }
  return false;
}

static bool constraint_holds(const KernelConstraint *constraint, const KernelAttributes *set,
                             const char *hostname)
{
  const char *value = NULL;
  bool found = value_find(constraint, set, hostname, &value);
  bool text = found && value != NULL;
  switch (constraint->predicate) {
  case CONSTRAINT_EXISTS:
    return found;
  case CONSTRAINT_NOT_EXISTS:
    return !found;
  case CONSTRAINT_EQUALS:
    return text ? strcmp(value, constraint->text) == 0 : found;
  case CONSTRAINT_NOT_EQUALS:
    return !text || strcmp(value, constraint->text) != 0;
  case CONSTRAINT_MATCHES:
    return text ? g_regex_match(constraint->regex, value, 0, NULL) : found;
  case CONSTRAINT_NOT_MATCHES:
    return !text || !g_regex_match(constraint->regex, value, 0, NULL);
  }
  return false;
}

static bool wishes_allow(const KernelWishes *wishes, const KernelAttributes *set, const char *hostname)
{
  for (uint32_t i = 0; i < wishes->n_groups; i++) {
    const KernelConstraintGroup *group = &wishes->groups[i];
    uint32_t j = 0;
    while (j < group->n && constraint_holds(&group->constraints[j], set, hostname))
      j++;
    if (j == group->n)
      return true;
  }
  return wishes->n_groups == 0;
}

void kernel_wishes_forget(Allocator *kernel, AgentId id)
{
  for (uint32_t slot = 0; slot < kernel->clients.n_slots; slot++) {
    if (!pool_is_taken(&kernel->clients, slot))
      continue;
    KernelWishes *wishes = kernel_client(kernel, slot)->wishes;
    if (wishes != NULL && wishes->by_agent && id.index < wishes->known.n)
      wishes->known.items[id.index] = VERDICT_UNKNOWN;
  }
}

bool kernel_wants_agent(const Allocator *kernel, const KernelClient *client, AgentId id)
{
  KernelWishes *wishes = client->wishes;
  if (wishes == NULL || wishes->n_groups == 0)
    return true;
  const KernelAgentRest *rest = kernel_agent_rest(kernel, id);
  uint32_t at = wishes->by_agent ? id.index : rest->attributes;
  while (wishes->known.n <= at)
    array_push(&wishes->known, VERDICT_UNKNOWN);
  if (wishes->known.items[at] == VERDICT_UNKNOWN)
    wishes->known.items[at] =
        wishes_allow(wishes, &kernel->attributes.items[rest->attributes], rest->hostname) ? VERDICT_YES
                                                                                          : VERDICT_NO;
  return wishes->known.items[at] == VERDICT_YES;
}

/* --- capabilities and minima ---------------------------------------------------------------------------- */

bool kernel_suits_agent(const Allocator *kernel, const KernelClient *client, const KernelAgent *agent)
{
  const KernelFramework *framework = kernel_framework(kernel, client->framework);
  if (kernel->filter_gpu_resources && agent->has_gpus &&
      (framework->capabilities & FRAMEWORK_GPU_RESOURCES) == 0)
    return false;
  if (G_LIKELY(!agent->unusual))
    return true;
  if (agent->remote && (framework->capabilities & FRAMEWORK_REGION_AWARE) == 0)
    return false;
  if ((agent->lacks & AGENT_NOT_MULTI_ROLE) != 0 && framework->n_roles > 1)
    return false;
  return (agent->lacks & AGENT_NOT_HIERARCHICAL_ROLE) == 0 ||
         kernel_role(kernel, client->role)->parent.index == INDEX_NONE;
}

bool kernel_is_enough(const Allocator *kernel, const KernelClient *client, const Resources *resources)
{
  bool own = client->wishes != NULL && client->wishes->min_set;
  const Quantities *least = own ? client->wishes->min : kernel->min_allocatable;
  uint32_t n = own ? client->wishes->n_min : kernel->n_min_allocatable;
  Quantities count = resources->special == NULL ? resources->plain : resources_count(resources);
  if (!quantities_contain(&count, &kernel->least_offer))
    return false;
  for (uint32_t i = 0; i < n; i++)
    if (quantities_contain(&count, &least[i]))
      return true;
  return n == 0 && !resources_are_empty(resources);
}
