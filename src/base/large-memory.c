/* SPDX-License-Identifier: Apache-2.0 */
#include "base/large-memory.h"

#include <glib.h>
#include <sys/mman.h>

#define CACHE_LINE 64

void *large_memory_alloc(size_t size)
{
  if (size < LARGE_PAGE / 2)
    return g_aligned_alloc(1, size, CACHE_LINE);
  size_t whole = (size + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
  void *memory = g_aligned_alloc(1, whole, LARGE_PAGE);
#ifdef MADV_HUGEPAGE
  madvise(memory, whole, MADV_HUGEPAGE); /* refused where there are none */
#endif
  return memory;
}
