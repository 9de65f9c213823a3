/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/policy-resource.h"

#include <glib.h>

struct Policy {
  uint32_t kind;
};

static const AllocatorOption option = POLICY_RESOURCE_OPTION;

Policy *policy_resource_create(const PolicySettings *settings, const PolicyHost *host, char **error)
{
  const char *name = settings->option_values[0] == NULL ? option.value_default : settings->option_values[0];
  uint32_t kind;
  if (!host->kind_find(host->self, name, &kind)) {
    *error = g_strdup_printf("\"%s\": expected a resource of this run: cpus, mem, disk, gpus or one that the "
                             "workload names (option %s)",
                             name, option.key);
    return NULL;
  }
  Policy *policy = g_new(Policy, 1);
  policy->kind = kind;
  return policy;
}

void policy_resource_destroy(Policy *policy)
{
  g_free(policy);
}

PolicyKey policy_resource_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  (void)visit;
  return (PolicyKey){.first = (double)client->allocation.amount[policy->kind] / client->weight};
}
