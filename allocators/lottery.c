/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/lottery.h"

#include "allocators/policy-allocator.h"
#include "allocators/policy-draw.h"

/* The least of exponential times with rates in proportion to the tickets: the first is i with probability
 * tickets(i) / all tickets, and so on among the rest. */
static PolicyKey lottery_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  return (PolicyKey){.first = -log(policy_draw(policy, visit, client)) / client->weight};
}

#define INFO                                                                                                 \
  .name = "lottery", .summary = "weights are lottery tickets, drawn for each agent",                         \
  .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY |              \
                ALLOCATOR_NO_STARVATION

const PolicyInterface lottery_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS | POLICY_DRAWS,
    .create = policy_draw_create,
    .destroy = policy_draw_destroy,
    .key = lottery_key,
};

POLICY_ALLOCATOR(lottery_allocator, lottery_policy, INFO);
