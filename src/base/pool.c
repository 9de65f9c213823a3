/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pool.h"

void pool_init(Pool *pool, size_t record_size)
{
  CHECK(record_size > 0);
  *pool = (Pool){.record_size = record_size, .first_free = INDEX_NONE};
}

void pool_clear(Pool *pool)
{
  for (uint32_t chunk = 0; chunk < pool->capacity / POOL_CHUNK; chunk++)
    g_free(pool->chunks[chunk]);
  g_free(pool->chunks);
  g_free(pool->slots);
  pool_init(pool, pool->record_size);
}

void pool_grow(Pool *pool)
{
  uint32_t chunk = pool->capacity / POOL_CHUNK;
  CHECK(pool->capacity < POOL_TAKEN - POOL_CHUNK);
  pool->capacity += POOL_CHUNK;
  pool->chunks = g_renew(unsigned char *, pool->chunks, chunk + 1);
  pool->chunks[chunk] = g_malloc0(POOL_CHUNK * pool->record_size);
  pool->slots = g_renew(PoolSlot, pool->slots, pool->capacity);
}
