/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/rpsdsf.h"

#include "allocators/policy-allocator.h"

static PolicyKey rpsdsf_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  (void)policy;
  double share = policy_largest_part(&client->allocation, visit->agent_free, visit->excluded, HUGE_VAL);
  return (PolicyKey){.first = share / client->weight};
}

#define INFO                                                                                                 \
  .name = "rpsdsf", .summary = "per-server dominant share fairness over what is left of the agent",          \
  .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY

const PolicyInterface rpsdsf_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS | POLICY_LOOKS_AT_AGENT,
    .key = rpsdsf_key,
};

POLICY_ALLOCATOR(rpsdsf_allocator, rpsdsf_policy, INFO);
