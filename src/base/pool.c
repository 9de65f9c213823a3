/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pool.h"

#include <string.h>

#include "base/large-memory.h"

#define CACHE_LINE 64

/* From this chunk on, several lie in one block of a large page: a pool that grew to it will fill it. */
#define FIRST_IN_BLOCK 16

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

static size_t chunk_bytes(const Pool *pool)
{
  return pool->stride << pool->chunk_bits;
}

/* How many chunks lie together, @chunk being the first of them; 0: it lies with the one before. */
static size_t chunks_in_block(const Pool *pool, uint32_t chunk)
{
  size_t n = MAX(LARGE_PAGE / chunk_bytes(pool), 1);
  if (chunk < FIRST_IN_BLOCK)
    return 1;
  return (chunk - FIRST_IN_BLOCK) % n == 0 ? n : 0;
}

void pool_clear(Pool *pool)
{
  for (uint32_t chunk = 0; chunk < pool->capacity >> pool->chunk_bits; chunk++)
    if (chunks_in_block(pool, chunk) > 0)
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
  size_t n = chunks_in_block(pool, chunk);
  if (n == 0) {
    pool->chunks[chunk] = pool->chunks[chunk - 1] + chunk_bytes(pool);
    return;
  }
  pool->chunks[chunk] = large_memory_alloc(n * chunk_bytes(pool));
  memset(pool->chunks[chunk], 0, n * chunk_bytes(pool));
}
