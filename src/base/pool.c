/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pool.h"

#include <string.h>

#define CACHE_LINE 64

void pool_init(Pool *pool, size_t record_size)
{
  pool_init_small(pool, record_size, POOL_CHUNK_BITS);
}

void pool_init_small(Pool *pool, size_t record_size, uint32_t chunk_bits)
{
  CHECK(record_size > 0);
  size_t stride = (sizeof(PoolHeader) + record_size + 7) / 8 * 8;
  /* Records of half a line and more get a line of their own rather than parts of two. */
  if (stride > CACHE_LINE / 2 && stride < CACHE_LINE)
    stride = CACHE_LINE;
  *pool = (Pool){.stride = stride, .chunk_bits = chunk_bits, .first_free = INDEX_NONE};
}

void pool_clear(Pool *pool)
{
  for (uint32_t chunk = 0; chunk < pool->capacity >> pool->chunk_bits; chunk++)
    g_aligned_free(pool->chunks[chunk]);
  g_free(pool->chunks);
  *pool = (Pool){.stride = pool->stride, .chunk_bits = pool->chunk_bits, .first_free = INDEX_NONE};
}

void pool_grow(Pool *pool)
{
  uint32_t chunk = pool->capacity >> pool->chunk_bits;
  CHECK(pool->capacity < POOL_TAKEN - (1u << pool->chunk_bits));
  pool->capacity += 1u << pool->chunk_bits;
  pool->chunks = g_renew(unsigned char *, pool->chunks, chunk + 1);
  pool->chunks[chunk] = g_aligned_alloc0((size_t)1 << pool->chunk_bits, pool->stride, CACHE_LINE);
}
