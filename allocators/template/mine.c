/* SPDX-License-Identifier: Apache-2.0 */

/*
 * mine: a policy as a plug-in. Roles and frameworks are served in the order of what they hold of one resource,
 * divided by their weight; whoever holds least comes first.
 *
 *     make && sim check-allocator ./mine.so && sim run --workload W.ini --allocator ./mine.so
 *
 * In a workload file:
 *
 *     [allocator mine]
 *     resource = mem
 *
 * What a policy is, and what it may ask and change: allocators/policy.h. Change the name, the summary and key().
 */

#include <stdlib.h>
#include <string.h>

#include "allocators/plugin.h"

struct Policy {
  uint32_t kind; /* of the resource that counts */
};

/* What create() says against its options is freed with free(). */
static Policy *mine_create(const PolicySettings *settings, const PolicyHost *host, char **error)
{
  const char *name = settings->option_values[0] != NULL ? settings->option_values[0] : "cpus";
  Policy *mine = malloc(sizeof *mine);
  if (mine != NULL && host->kind_find(host->self, name, &mine->kind))
    return mine;
  free(mine);
  *error = strdup("resource: expected one that the workload has, such as cpus");
  return NULL;
}

static void mine_destroy(Policy *mine)
{
  free(mine);
}

/* The smaller, the sooner. For the node of a role with roles below it, allocation is the sum of all of them. */
static PolicyKey mine_key(Policy *mine, const PolicyClient *client, const PolicyVisit *visit)
{
  (void)visit;
  double held = (double)client->allocation.amount[mine->kind];
  return (PolicyKey){.first = held / client->weight};
}

static const AllocatorOption options[] = {
    {.key = "resource",
     .value_default = "cpus",
     .summary = "the resource of which everybody is to hold the same"},
};

static const PolicyInterface mine = {
    .abi_version = POLICY_ABI_VERSION,
    .size = sizeof(PolicyInterface),
    .name = "mine",
    .summary = "weighted fair sharing of one resource",
    .options = options,
    .n_options = 1,
    /* Each property that is declared is tested by sim check-allocator. */
    .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS,
    .create = mine_create,
    .destroy = mine_destroy,
    .key = mine_key,
};

OFFERSIM_PLUGIN_OF_POLICY(mine);
