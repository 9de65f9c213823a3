/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/best-fit.h"

#include "allocators/policy-allocator.h"

/* More than H of any agent that holds a task. */
#define DOES_NOT_FIT 1e300

static PolicyKey best_fit_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  (void)policy;
  return (PolicyKey){.first = policy_dominant_share(client, visit)};
}

static double best_fit_score(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  (void)policy;
  const Quantities *task = &client->task, *free = visit->agent_free;
  uint32_t first = 0;
  while (first < RESOURCE_KINDS_MAX && task->amount[first] <= 0)
    first++;
  if (first == RESOURCE_KINDS_MAX)
    return 0;
  if (!quantities_contain(free, task))
    return -DOES_NOT_FIT;
  double unlike = 0;
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (visit->total->amount[kind] > 0 && (visit->excluded & (1u << kind)) == 0)
      unlike += fabs((double)task->amount[kind] / (double)task->amount[first] -
                     (double)free->amount[kind] / (double)free->amount[first]);
  return -unlike;
}

#define INFO                                                                                                 \
  .name = "best-fit", .summary = "dominant resource fairness; each client takes the agent that fits best",   \
  .properties =                                                                                              \
      ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY | ALLOCATOR_USES_DEMAND

const PolicyInterface best_fit_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS | POLICY_SCORES_TASKS,
    .key = best_fit_key,
    .score = best_fit_score,
};

POLICY_ALLOCATOR(best_fit_allocator, best_fit_policy, INFO);
