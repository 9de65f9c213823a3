/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/fifo.h"

#include "allocators/policy-allocator.h"

static PolicyKey fifo_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  (void)policy;
  (void)visit;
  return (PolicyKey){.first = (double)client->arrival};
}

#define INFO .name = "fifo", .summary = "first come, first served", .properties = ALLOCATOR_WORK_CONSERVING

const PolicyInterface fifo_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS,
    .key = fifo_key,
};

POLICY_ALLOCATOR(fifo_allocator, fifo_policy, INFO);
