/* SPDX-License-Identifier: Apache-2.0 */
#include "base/array.h"

#include <string.h>

#include "base/check.h"
#include "base/large-memory.h"

void *array_grow(void *items, uint32_t *capacity, uint32_t wanted, size_t size)
{
  if (wanted <= *capacity)
    return items;
  CHECK(wanted < UINT32_MAX / 2);
  uint32_t before = *capacity;
  *capacity = MAX(MAX(wanted, 16), 2 * before);
  void *grown = large_memory_alloc(*capacity * size);
  if (before > 0)
    memcpy(grown, items, before * size);
  g_aligned_free(items);
  return grown;
}
