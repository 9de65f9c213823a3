/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/psdsf.h"

#include "allocators/policy-allocator.h"

static PolicyKey psdsf_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  (void)policy;
  double share = policy_largest_part(&client->allocation, visit->agent_total, visit->excluded, HUGE_VAL);
  return (PolicyKey){.first = share / client->weight};
}

#define INFO                                                                                                 \
  .name = "psdsf", .summary = "per-server dominant share fairness",                                          \
  .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY

const PolicyInterface psdsf_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS | POLICY_LOOKS_AT_AGENT,
    .key = psdsf_key,
};

POLICY_ALLOCATOR(psdsf_allocator, psdsf_policy, INFO);
