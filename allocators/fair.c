/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/fair.h"

#include "allocators/policy-allocator.h"
#include "allocators/policy-resource.h"

static const AllocatorOption options[] = {POLICY_RESOURCE_OPTION};

#define INFO                                                                                                 \
  .name = "fair", .summary = "weighted max-min fairness of one resource", .options = options,                \
  .n_options = G_N_ELEMENTS(options),                                                                        \
  .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY

const PolicyInterface fair_policy = {
    POLICY_HEAD,
    INFO,
    .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS,
    .create = policy_resource_create,
    .destroy = policy_resource_destroy,
    .key = policy_resource_key,
};

POLICY_ALLOCATOR(fair_allocator, fair_policy, INFO);
