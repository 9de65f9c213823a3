/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Pool: records of one size at stable addresses, found by a dense slot number.
 *
 *            pool_take                  pool_give
 *   free  ------------->   taken   ---------------->  free (the last given is taken next)
 *
 * Each slot has a generation that grows with every take, so that (slot, generation) names a record for ever.
 * Memory grows by chunks (of POOL_CHUNK records, unless the pool was made for few; from a megabyte or so on, by several in
 * a large page: base/large-memory.h) and is returned by
 * pool_clear() only: it follows the largest number of records that lived at once, never the number that ever
 * lived.
 *
 * Invariants:
 *   1. taken + free = slots ever made;
 *   2. the generation of a taken slot is at least 1, and pool_find() with an older one finds nothing.
 *
 * Cost: every operation O(1).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/ids.h"
#include "base/prefetch.h"

#define POOL_CHUNK_BITS 10 /* of pool_init() */
#define POOL_CHUNK      (1u << POOL_CHUNK_BITS)

/* Stands before each record, so that a look at an id costs no memory of its own. */
typedef struct {
  uint32_t generation; /* of the record now, or of the last one */
  uint32_t next_free;  /* slot; POOL_TAKEN while taken */
} PoolHeader;

#define POOL_TAKEN (UINT32_MAX - 1)

typedef struct {
  size_t stride;          /* header and record; a record of up to 56 bytes never crosses a cache line */
  unsigned char **chunks; /* each 2^chunk_bits strides, on a cache line */
  uint32_t chunk_bits;
  uint32_t n_slots;    /* slots made so far */
  uint32_t capacity;   /* of all chunks */
  uint32_t first_free; /* slot or INDEX_NONE */
  uint32_t n_taken;
} Pool;

/** pool_init: makes @pool empty, for records of @record_size bytes (at least 1). */
void pool_init(Pool *pool, size_t record_size);

/** pool_init_small: as pool_init(), with chunks of 2^@chunk_bits records: for pools of which there are many.
 */
void pool_init_small(Pool *pool, size_t record_size, uint32_t chunk_bits);

/** pool_clear: frees all memory; records need no destructor. */
void pool_clear(Pool *pool);

/** pool_grow: makes room for one more slot at least. For pool_take() only. */
void pool_grow(Pool *pool);

/** pool_header: of @slot, which has been made. */
static inline PoolHeader *pool_header(const Pool *pool, uint32_t slot)
{
  return (PoolHeader *)(void *)(pool->chunks[slot >> pool->chunk_bits] +
                                (size_t)(slot & ((1u << pool->chunk_bits) - 1)) * pool->stride);
}

/** pool_at: the record of @slot, which has been made; valid until pool_clear(). */
static inline void *pool_at(const Pool *pool, uint32_t slot)
{
  return pool_header(pool, slot) + 1;
}

/** pool_prefetch_slot: a hint that the record of @slot, which has been made, will be looked at or taken soon. */
static inline void pool_prefetch_slot(const Pool *pool, uint32_t slot)
{
  const char *header = (const char *)pool_header(pool, slot);
  prefetch(header);
  if (pool->stride > 64)
    prefetch(header + 64);
}

/**
 * pool_take:
 * @slot: receives the slot of the new record
 *
 * Returns: the record; its bytes are whatever the slot held before (zero when it is new).
 */
static inline void *pool_take(Pool *pool, uint32_t *slot)
{
  uint32_t index = pool->first_free;
  PoolHeader *header;
  if (G_LIKELY(index != INDEX_NONE)) {
    header = pool_header(pool, index);
    pool->first_free = header->next_free;
    if (pool->first_free != INDEX_NONE) /* the next take will want it */
      pool_prefetch_slot(pool, pool->first_free);
  } else {
    if (pool->n_slots == pool->capacity)
      pool_grow(pool);
    index = pool->n_slots++;
    header = pool_header(pool, index);
  }
  header->generation++;
  header->next_free = POOL_TAKEN;
  pool->n_taken++;
  *slot = index;
  return header + 1;
}

/** pool_give: takes the record of @slot back; it must be taken. */
static inline void pool_give(Pool *pool, uint32_t slot)
{
  CHECK(slot < pool->n_slots);
  PoolHeader *header = pool_header(pool, slot);
  CHECK(header->next_free == POOL_TAKEN);
  header->next_free = pool->first_free;
  pool->first_free = slot;
  pool->n_taken--;
}

/** pool_is_taken: whether @slot holds a record now. */
static inline bool pool_is_taken(const Pool *pool, uint32_t slot)
{
  return slot < pool->n_slots && pool_header(pool, slot)->next_free == POOL_TAKEN;
}

/** pool_id: the id of the taken @slot (base/ids.h). */
static inline uint64_t pool_id(const Pool *pool, uint32_t slot)
{
  return slot_id(slot, pool_header(pool, slot)->generation);
}

/** pool_find: the record of @id, or NULL where it is stale or was never given out. */
static inline void *pool_find(const Pool *pool, uint64_t id)
{
  uint32_t slot = slot_of(id);
  if (slot >= pool->n_slots)
    return NULL;
  PoolHeader *header = pool_header(pool, slot);
  if (header->next_free != POOL_TAKEN || header->generation != generation_of(id))
    return NULL;
  return header + 1;
}

/** pool_prefetch: a hint that the record of @id will be looked at soon; any value is allowed. */
static inline void pool_prefetch(const Pool *pool, uint64_t id)
{
  uint32_t slot = slot_of(id);
  if (slot < pool->n_slots)
    pool_prefetch_slot(pool, slot);
}
