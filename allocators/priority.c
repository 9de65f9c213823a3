/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/priority.h"

#include "allocators/policy-allocator.h"

static PolicyKey priority_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  (void)policy;
  return (PolicyKey){-(double)client->priority, policy_dominant_share(client, visit)};
}

#define INFO                                                                                                 \
  .name = "priority", .summary = "strict priorities of roles; dominant resource fairness among equals",      \
  .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY |              \
                ALLOCATOR_USES_PRIORITY

const PolicyInterface priority_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES,
    .key = priority_key,
};

POLICY_ALLOCATOR(priority_allocator, priority_policy, INFO);
