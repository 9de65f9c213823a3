/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hdrf.h"

#include "allocators/policy-allocator.h"

static double share_of(const PolicyClient *client, const PolicyVisit *visit)
{
  uint32_t left_out = visit->excluded;
  for (uint32_t kind = 0; client->is_inner && kind < RESOURCE_KINDS_MAX; kind++)
    if (visit->agent_free->amount[kind] <= 0)
      left_out |= 1u << kind;
  return policy_largest_part(&client->allocation, visit->total, left_out, 0) / client->weight;
}

static PolicyKey hdrf_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  (void)policy;
  return (PolicyKey){client->is_blocked ? 1 : 0, share_of(client, visit)};
}

static void hdrf_combine(Policy *policy, const PolicyClient *children, uint32_t n, const PolicyVisit *visit,
                         PolicyClient *node)
{
  (void)policy;
  double least = HUGE_VAL;
  for (uint32_t i = 0; i < n; i++) {
    double share = share_of(&children[i], visit);
    if (!children[i].is_blocked && (share > 0 || children[i].declared))
      least = fmin(least, share);
  }
  node->allocation = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < n; i++) {
    double share = share_of(&children[i], visit);
    double scale = children[i].is_blocked || share <= 0 ? 1 : least / share;
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      node->allocation.amount[kind] += (int64_t)((double)children[i].allocation.amount[kind] * scale);
  }
}

#define INFO                                                                                                 \
  .name = "hdrf", .summary = "hierarchical dominant resource fairness: rescaling and blocking",              \
  .properties =                                                                                              \
      ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY | ALLOCATOR_USES_DEMAND

const PolicyInterface hdrf_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS | POLICY_LOOKS_AT_AGENT,
    .key = hdrf_key,
    .combine = hdrf_combine,
};

POLICY_ALLOCATOR(hdrf_allocator, hdrf_policy, INFO);
