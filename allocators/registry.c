/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/registry.h"

#include <string.h>

#include "allocators/best-fit.h"
#include "allocators/capacity.h"
#include "allocators/cmmf.h"
#include "allocators/drf.h"
#include "allocators/fair.h"
#include "allocators/fifo.h"
#include "allocators/hdrf.h"
#include "allocators/lottery.h"
#include "allocators/priority.h"
#include "allocators/psdsf.h"
#include "allocators/random.h"
#include "allocators/rpsdsf.h"
#include "allocators/tetris.h"
#include "allocators/tsf.h"

static const AllocatorInterface *const allocators[] = {
    &best_fit_allocator, &capacity_allocator, &cmmf_allocator,    &drf_allocator,      &fair_allocator,
    &fifo_allocator,     &hdrf_allocator,     &lottery_allocator, &priority_allocator, &psdsf_allocator,
    &random_allocator,   &rpsdsf_allocator,   &tetris_allocator,  &tsf_allocator,      NULL,
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
