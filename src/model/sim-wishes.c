/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-wishes.h"

#include "model/sim-partitions.h"

#include <glib.h>
#include <string.h>

/* --- to the master -------------------------------------------------------------------------------------- */

static const ConstraintSelector selectors[] = {
    [AGENT_ATTRIBUTE] = CONSTRAINT_ATTRIBUTE,
    [AGENT_HOSTNAME] = CONSTRAINT_HOSTNAME,
    [AGENT_REGION] = CONSTRAINT_REGION,
    [AGENT_ZONE] = CONSTRAINT_ZONE,
};

static const ConstraintPredicate predicates[] = {
    [AGENT_HAS] = CONSTRAINT_EXISTS,      [AGENT_LACKS] = CONSTRAINT_NOT_EXISTS,
    [AGENT_IS] = CONSTRAINT_EQUALS,       [AGENT_IS_NOT] = CONSTRAINT_NOT_EQUALS,
    [AGENT_MATCHES] = CONSTRAINT_MATCHES, [AGENT_MATCHES_NOT] = CONSTRAINT_NOT_MATCHES,
};

/* @tests, and that of the partition. */
static ConstraintGroup group_of(const AgentTests *tests, const char *partition)
{
  uint32_t n = tests->n;
  AttributeConstraint *constraints = g_new(AttributeConstraint, n + 1);
  if (partition != NULL)
    constraints[n++] =
        (AttributeConstraint){CONSTRAINT_ATTRIBUTE, CONSTRAINT_EQUALS, SIM_PARTITION_ATTRIBUTE, partition};
  for (uint32_t i = 0; i < tests->n; i++) {
    const AgentTest *test = &tests->tests[i];
    constraints[i] =
        (AttributeConstraint){selectors[test->property], predicates[test->kind], test->attribute, test->text};
  }
  return (ConstraintGroup){constraints, n};
}

OfferWishes *sim_wishes_new(const FrameworkSpec *spec, const char *partition, uint32_t n_roles)
{
  const AgentTests no_tests = {NULL, 0};
  uint32_t n_groups = MAX(spec->agents.n, partition != NULL ? 1 : 0);
  if (!spec->min_allocatable_given && n_groups == 0)
    return NULL;
  ConstraintGroup *groups = g_new(ConstraintGroup, MAX(n_groups, 1));
  for (uint32_t i = 0; i < n_groups; i++)
    groups[i] = group_of(i < spec->agents.n ? &spec->agents.groups[i] : &no_tests, partition);
  OfferWishes *wishes = g_new(OfferWishes, n_roles);
  for (uint32_t i = 0; i < n_roles; i++)
    wishes[i] = (OfferWishes){.min_allocatable_set = spec->min_allocatable_given,
                              .min_allocatable = spec->min_allocatable,
                              .n_min_allocatable = spec->n_min_allocatable,
                              .constraints = {groups, n_groups}};
  return wishes;
}

void sim_wishes_clear(OfferWishes *wishes)
{
  if (wishes == NULL)
    return;
  ConstraintGroup *groups = (ConstraintGroup *)(guintptr)wishes[0].constraints.groups;
  for (uint32_t i = 0; i < wishes[0].constraints.n_groups; i++)
    g_free((gpointer)(guintptr)groups[i].constraints);
  g_free(groups);
}

/* --- the empty cluster ---------------------------------------------------------------------------------- */

/* What @agents say there; @told: whether they all say the same. */
static const char *text_of(const AgentTest *test, const AgentClass *agents, bool *told)
{
  *told = true;
  switch (test->property) {
  case AGENT_REGION:
    return agents->region;
  case AGENT_ZONE:
    return agents->zone;
  case AGENT_HOSTNAME:
    *told = false;
    return NULL;
  case AGENT_ATTRIBUTE:
    break;
  }
  if (strcmp(test->attribute, "class") == 0)
    return agents->name;
  for (uint32_t i = 0; i < agents->n_attributes; i++)
    if (strcmp(agents->attributes[i].name, test->attribute) == 0)
      return agents->attributes[i].value;
  *told = strcmp(test->attribute, "host") != 0 && strcmp(test->attribute, "rack") != 0;
  return NULL;
}

static bool matches(const char *text, const char *pattern)
{
  g_autofree char *whole = g_strdup_printf("\\A(?:%s)\\z", pattern);
  return g_regex_match_simple(whole, text, 0, 0);
}

static bool passes(const AgentTest *test, const AgentClass *agents)
{
  bool told;
  const char *text = text_of(test, agents, &told);
  if (!told)
    return true;
  switch (test->kind) {
  case AGENT_HAS:
    return text != NULL;
  case AGENT_LACKS:
    return text == NULL;
  case AGENT_IS:
    return g_strcmp0(text, test->text) == 0;
  case AGENT_IS_NOT:
    return g_strcmp0(text, test->text) != 0;
  case AGENT_MATCHES:
    return text != NULL && matches(text, test->text);
  case AGENT_MATCHES_NOT:
    return text == NULL || !matches(text, test->text);
  }
  g_assert_not_reached();
}

bool sim_filter_allows(const AgentFilter *filter, const AgentClass *agents)
{
  for (uint32_t i = 0; i < filter->n; i++) {
    uint32_t passed = 0;
    while (passed < filter->groups[i].n && passes(&filter->groups[i].tests[passed], agents))
      passed++;
    if (passed == filter->groups[i].n)
      return true;
  }
  return filter->n == 0;
}
