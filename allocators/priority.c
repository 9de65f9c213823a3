/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/priority.h"

#include "allocators/drf-sorter.h"
#include "allocators/hierarchical.h"

static Allocator *priority_create(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                                  char **error)
{
  (void)error;
  return hierarchical_new(settings, host, now, &priority_sorter, NULL, &drf_sorter, NULL);
}

const AllocatorInterface priority_allocator = {
    .abi_version = ALLOCATOR_ABI_VERSION,
    .size = sizeof(AllocatorInterface),
    .name = "priority",
    .summary = "strict priorities of roles; dominant resource fairness among equals",
    .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY |
                  ALLOCATOR_USES_PRIORITY,
    .create = priority_create,
    HIERARCHICAL_FUNCTIONS,
};
