/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/tetris.h"

#include "allocators/option-values.h"
#include "allocators/policy-allocator.h"

struct Policy {
  double fairness;
};

static const AllocatorOption options[] = {
    {"fairness", "0.25", "from 0 (only packs) to 1 (only shares)"},
};

static Policy *tetris_create(const PolicySettings *settings, const PolicyHost *host, char **error)
{
  (void)host;
  double fairness;
  if (!option_part(options[0].key, settings->option_values[0], options[0].value_default, &fairness, error))
    return NULL;
  Policy *policy = g_new(Policy, 1);
  policy->fairness = fairness;
  return policy;
}

static void tetris_destroy(Policy *policy)
{
  g_free(policy);
}

/* In the mean over the kinds that the agent has. */
static double alignment(const Quantities *task, const PolicyVisit *visit)
{
  double sum = 0;
  int n = 0;
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    double total = (double)visit->agent_total->amount[kind];
    if (total <= 0 || (visit->excluded & (1u << kind)) != 0)
      continue;
    sum += (double)task->amount[kind] / total * ((double)visit->agent_free->amount[kind] / total);
    n++;
  }
  return n == 0 ? 0 : sum / n;
}

static PolicyKey tetris_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  double aligned = policy_knows_task(client) ? alignment(&client->task, visit) : 1;
  return (PolicyKey){
      client->is_blocked ? 1 : 0,
      policy->fairness * policy_dominant_share(client, visit) - (1 - policy->fairness) * aligned,
  };
}

#define INFO                                                                                                 \
  .name = "tetris", .summary = "packs by the alignment of tasks and agents, with a knob for fairness",       \
  .options = options, .n_options = G_N_ELEMENTS(options),                                                    \
  .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_DEMAND

const PolicyInterface tetris_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS | POLICY_LOOKS_AT_AGENT,
    .create = tetris_create,
    .destroy = tetris_destroy,
    .key = tetris_key,
};

POLICY_ALLOCATOR(tetris_allocator, tetris_policy, INFO);
