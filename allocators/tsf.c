/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/tsf.h"

#include "allocators/policy-allocator.h"

struct Policy {
  PolicyHost host;
};

static Policy *tsf_create(const PolicySettings *settings, const PolicyHost *host, char **error)
{
  (void)settings;
  (void)error;
  Policy *policy = g_new(Policy, 1);
  policy->host = *host;
  return policy;
}

static void tsf_destroy(Policy *policy)
{
  g_free(policy);
}

static PolicyKey tsf_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  if (!policy_knows_task(client))
    return (PolicyKey){.first = policy_dominant_share(client, visit)};
  uint64_t alone = policy->host.cluster_fits(policy->host.self, &client->task);
  return (PolicyKey){.first = alone == 0 ? HUGE_VAL : client->running / (double)alone / client->weight};
}

#define INFO                                                                                                 \
  .name = "tsf", .summary = "task share fairness: tasks over those that the empty cluster would hold",       \
  .properties =                                                                                              \
      ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY | ALLOCATOR_USES_DEMAND

const PolicyInterface tsf_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS,
    .create = tsf_create,
    .destroy = tsf_destroy,
    .key = tsf_key,
};

POLICY_ALLOCATOR(tsf_allocator, tsf_policy, INFO);
