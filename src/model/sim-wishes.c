/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-wishes.h"

#include "model/sim-partitions.h"

#include <glib.h>

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
