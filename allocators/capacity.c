/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/capacity.h"

#include "allocators/policy-allocator.h"

static double capacity_used(const PolicyClient *role)
{
  double largest = 0;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (role->guarantee.amount[kind] > 0)
      largest = fmax(largest, (double)role->allocation.amount[kind] / (double)role->guarantee.amount[kind]);
  return largest;
}

static PolicyKey capacity_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  (void)policy;
  if (!client->is_role)
    return (PolicyKey){.first = (double)client->arrival};
  if (quantities_are_zero(&client->guarantee))
    return (PolicyKey){1, policy_dominant_share(client, visit)};
  return (PolicyKey){0, capacity_used(client)};
}

#define INFO                                                                                                 \
  .name = "capacity", .summary = "least used part of its guarantee first, first come first served within",   \
  .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY

const PolicyInterface capacity_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS,
    .key = capacity_key,
};

POLICY_ALLOCATOR(capacity_allocator, capacity_policy, INFO);
