/* SPDX-License-Identifier: Apache-2.0 */
#include "base/array.h"

#include "base/check.h"

void *array_grow(void *items, uint32_t *capacity, uint32_t wanted, size_t size)
{
  if (wanted <= *capacity)
    return items;
  CHECK(wanted < UINT32_MAX / 2);
  *capacity = MAX(MAX(wanted, 16), 2 * *capacity);
  return g_realloc_n(items, *capacity, size);
}
