/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/random.h"

#include "allocators/policy-allocator.h"
#include "allocators/policy-draw.h"

static PolicyKey random_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  return (PolicyKey){.first = policy_draw(policy, visit, client)};
}

#define INFO                                                                                                 \
  .name = "random", .summary = "a fresh uniform order for each agent",                                       \
  .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_NO_STARVATION

const PolicyInterface random_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS | POLICY_DRAWS,
    .create = policy_draw_create,
    .destroy = policy_draw_destroy,
    .key = random_key,
};

POLICY_ALLOCATOR(random_allocator, random_policy, INFO);
