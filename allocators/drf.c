/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/drf.h"

#include "allocators/drf-sorter.h"
#include "allocators/hierarchical.h"

static Allocator *drf_create(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                             char **error)
{
  (void)error;
  return hierarchical_new(settings, host, now, &drf_sorter, NULL, &drf_sorter, NULL);
}

const AllocatorInterface drf_allocator = {
    .abi_version = ALLOCATOR_ABI_VERSION,
    .size = sizeof(AllocatorInterface),
    .name = "drf",
    .summary = "dominant resource fairness over hierarchical roles, as Mesos's default allocator",
    .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY,
    .create = drf_create,
    HIERARCHICAL_FUNCTIONS,
};
