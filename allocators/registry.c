/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/registry.h"

#include <string.h>

#include "allocators/drf.h"
#include "allocators/priority.h"

static const AllocatorInterface *const allocators[] = {
    &drf_allocator,
    &priority_allocator,
    NULL,
};

const AllocatorInterface *allocator_find(const char *name)
{
  for (const AllocatorInterface *const *allocator = allocators; *allocator != NULL; allocator++)
    if (strcmp((*allocator)->name, name) == 0)
      return *allocator;
  return NULL;
}

const AllocatorInterface *const *allocator_list(void)
{
  return allocators;
}
