/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/cmmf.h"

#include "allocators/policy-allocator.h"

struct Policy {
  uint32_t kind;
};

static const AllocatorOption options[] = {{"resource", "cpus", "the resource that is shared"}};

static Policy *cmmf_create(const PolicySettings *settings, const PolicyHost *host, char **error)
{
  uint32_t kind;
  if (!policy_option_kind(host, options[0].key, settings->option_values[0], options[0].value_default, &kind,
                          error))
    return NULL;
  Policy *policy = g_new(Policy, 1);
  policy->kind = kind;
  return policy;
}

static void cmmf_destroy(Policy *policy)
{
  g_free(policy);
}

static PolicyKey cmmf_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  (void)visit;
  return (PolicyKey){.first = (double)client->allocation.amount[policy->kind] / client->weight};
}

#define INFO                                                                                                 \
  .name = "cmmf", .summary = "constrained max-min fairness of one resource, as Choosy", .options = options,  \
  .n_options = G_N_ELEMENTS(options),                                                                        \
  .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY

const PolicyInterface cmmf_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS,
    .create = cmmf_create,
    .destroy = cmmf_destroy,
    .key = cmmf_key,
};

POLICY_ALLOCATOR(cmmf_allocator, cmmf_policy, INFO);
