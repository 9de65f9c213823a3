/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/event-wheel.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/prefetch.h"

/*
 * What was tried:
 *   - sparse takes of at most 16, 24, 32, 64 entries instead of 48: 482, 478, 462 and 426 instructions per
 * hold at a thousand pending against 427, and 427, 433, 458 against 442 at a hundred thousand with every
 * second entry a millisecond ahead, of which more then fall among those already sorted;
 *   - sorting a take by moving its entries instead of keys of 64 bits: 438 and 453 instructions at a thousand
 * and at 50,000 pending against 427 and 445;
 *   - buckets spread only when the cursor reaches them, as wheels usually do: the crossing of a second or a
 *     minute then moves up to all entries at once, some milliseconds at a million.
 */

#define SLAB_CHUNKS 64 /* 64 KiB: small beside what a run needs, large beside the cost of an allocation */

/* ---- chunks and lists ------------------------------------------------------------------------------- */

SimChunk *sim_chunk_new(SimChunkPool *pool)
{
  SimChunk *chunk = pool->free; /* last freed first: most likely still in the cache */
  if (chunk) {
    pool->free = chunk->next;
  } else {
    if (pool->fresh == pool->end) {
      pool->fresh = aligned_alloc(SIM_CHUNK_BYTES, SLAB_CHUNKS * sizeof(SimChunk));
      CHECK(pool->fresh);
      pool->end = pool->fresh + SLAB_CHUNKS;
      g_ptr_array_add(pool->slabs, pool->fresh);
    }
    chunk = pool->fresh++;
  }
  chunk->next = NULL;
  return chunk;
}

G_GNUC_NO_INLINE SimEntry *sim_list_extend(SimList *list, SimChunkPool *pool)
{
  SimChunk *chunk = sim_chunk_new(pool);
  if (list->write) {
    SimChunk *last = (SimChunk *)(void *)list->write - 1; /* it is full */
    last->next = chunk;
    last->used = SIM_CHUNK_ENTRIES;
  } else {
    list->head = chunk;
  }
  return chunk->entries;
}

/* ---- nodes ------------------------------------------------------------------------------------------ */

static SimNode *node_new(SimWheel *wheel)
{
  if (wheel->spare_nodes->len > 0)
    return g_ptr_array_steal_index_fast(wheel->spare_nodes, wheel->spare_nodes->len - 1);
  wheel->nodes++;
  return g_new0(SimNode, 1);
}

static void node_free_deep(SimNode *node)
{
  for (uint64_t left = node->nested; left; left &= left - 1)
    node_free_deep(node->buckets[__builtin_ctzll(left)].node);
  g_free(node);
}

void sim_wheel_init(SimWheel *wheel, SimSlots *slots)
{
  *wheel = (SimWheel){.slots = slots};
  wheel->pool.slabs = g_ptr_array_new_with_free_func(free);
  wheel->spare_nodes = g_ptr_array_new_with_free_func(g_free);
  for (unsigned level = 0; level < SIM_LEVELS; level++)
    wheel->path[level] = node_new(wheel);
}

void sim_wheel_clear(SimWheel *wheel)
{
  for (unsigned level = 0; level < SIM_LEVELS; level++)
    node_free_deep(wheel->path[level]);
  g_ptr_array_unref(wheel->spare_nodes);
  g_ptr_array_unref(wheel->pool.slabs);
}

size_t sim_wheel_memory(const SimWheel *wheel)
{
  return wheel->pool.slabs->len * (SLAB_CHUNKS * sizeof(SimChunk)) + wheel->nodes * sizeof(SimNode);
}

/* ---- placing ---------------------------------------------------------------------------------------- */

static inline unsigned shift_of(unsigned level)
{
  return SIM_DIGIT_BITS * (level - 1);
}

static inline unsigned digit_of(int64_t at_ns, SimPhase phase, unsigned level)
{
  return level == 0 ? (unsigned)phase : (unsigned)(at_ns >> shift_of(level)) % SIM_DIGITS;
}

static inline SimEntry *place_in_list(SimWheel *wheel, SimNode *node, unsigned digit)
{
  node->occupied |= UINT64_C(1) << digit;
  return sim_list_place(&node->buckets[digit].list, &wheel->pool);
}

static void empty_bucket(SimNode *node, unsigned digit)
{
  node->buckets[digit].list = (SimList){NULL, NULL, 0};
  node->occupied &= ~(UINT64_C(1) << digit);
  node->nested &= ~(UINT64_C(1) << digit);
}

/* Takes the list out of a bucket. A sweep that was under way there looks for another. */
static SimList detach(SimWheel *wheel, SimNode *node, unsigned digit)
{
  SimList list = node->buckets[digit].list;
  if (wheel->sweep.node == node && wheel->sweep.digit == digit)
    wheel->sweep.node = NULL;
  empty_bucket(node, digit);
  return list;
}

/* Moves a list into @node, of @level, in order. (Cancelled entries too: to ask for each would be a far
 * access, and most are wanted.) */
static void spread(SimWheel *wheel, SimList list, SimNode *node, unsigned level)
{
  SimChunk *next;
  for (SimChunk *chunk = list.head; chunk; chunk = next) {
    size_t used = sim_list_used(&list, chunk);
    next = chunk->next;
    if (next)
      prefetch(next->entries);
    for (size_t i = 0; i < used; i++) {
      const SimEntry *entry = &chunk->entries[i];
      *place_in_list(wheel, node, digit_of(entry->at_ns, sim_entry_phase(entry), level)) = *entry;
    }
    sim_chunk_free(&wheel->pool, chunk);
  }
}

/* A bucket of @level is full: its list becomes a node. */
static G_GNUC_NO_INLINE void nest(SimWheel *wheel, SimNode *node, unsigned digit, unsigned level)
{
  SimNode *inner = node_new(wheel);
  spread(wheel, detach(wheel, node, digit), inner, level - 1);
  node->buckets[digit].node = inner;
  node->occupied |= UINT64_C(1) << digit;
  node->nested |= UINT64_C(1) << digit;
}

SimEntry *sim_wheel_place(SimWheel *wheel, int64_t at_ns, SimPhase phase)
{
  uint64_t differ = (uint64_t)(at_ns ^ wheel->cursor_ns);
  unsigned level = (63 - (unsigned)__builtin_clzll(differ | 1)) / SIM_DIGIT_BITS + 1;
  unsigned digit = digit_of(at_ns, phase, level);
  SimNode *node = wheel->path[level];

  wheel->busy |= 1u << level;
  for (;;) {
    if (node->nested >> digit & 1) {
      node = node->buckets[digit].node;
      level--;
      digit = digit_of(at_ns, phase, level);
    } else if (G_UNLIKELY(node->buckets[digit].list.count >= SIM_BUCKET_MAX) && level > 0) {
      nest(wheel, node, digit, level); /* and then again, where all its entries fell into one bucket */
    } else {
      return place_in_list(wheel, node, digit);
    }
  }
}

/* ---- taking ----------------------------------------------------------------------------------------- */

/*
 * Sparse takes are sorted by keys of 64 bits rather than by moving entries: the instant, counted from the
 * cursor, and the entry's place in the order of gathering. Up to level SORT_LEVEL_MAX an instant leaves room
 * for the place; above it (buckets of half a year) buckets are always spread.
 */
#define PLACE_BITS     6
#define SORT_LEVEL_MAX 9

_Static_assert(SIM_TAKE_MAX <= 1 << PLACE_BITS, "every entry has a place");
_Static_assert(PLACE_BITS + SIM_DIGIT_BITS * SORT_LEVEL_MAX <= 64, "instant and place fit");

typedef struct {
  size_t n;
  uint64_t keys[SIM_TAKE_MAX]; /* in order */
  const SimEntry *entries[SIM_TAKE_MAX];
} Gathered;

/* Adds the entries of a short list, by insertion. Its chunks are given back, but stay as they are until the
 * next one is asked for. */
static void gather(SimWheel *wheel, SimList list, Gathered *gathered)
{
  SimChunk *next;
  for (SimChunk *chunk = list.head; chunk; chunk = next) {
    size_t used = sim_list_used(&list, chunk);
    next = chunk->next;
    for (size_t i = 0; i < used; i++) {
      const SimEntry *entry = &chunk->entries[i];
      if (sim_slots_is_cancelled(wheel->slots, entry)) {
        sim_slots_release(wheel->slots, entry);
        continue;
      }
      size_t j = gathered->n++;
      uint64_t key = (uint64_t)(entry->at_ns - wheel->cursor_ns) << PLACE_BITS | j;
      gathered->entries[j] = entry;
      for (; j > 0 && gathered->keys[j - 1] > key; j--)
        gathered->keys[j] = gathered->keys[j - 1];
      gathered->keys[j] = key;
    }
    sim_chunk_free(&wheel->pool, chunk);
  }
}

/* Copies what was gathered. Entries of one instant, in order of gathering until then, are put in that of
 * their phases. */
static void take_gathered(const Gathered *gathered, SimTaken *taken)
{
  taken->n = gathered->n;
  for (size_t i = 0; i < gathered->n; i++) {
    SimEntry entry = *gathered->entries[gathered->keys[i] % (1 << PLACE_BITS)];
    size_t j = i;
    for (; j > 0 && taken->entries[j - 1].at_ns == entry.at_ns && taken->entries[j - 1].order > entry.order;
         j--)
      taken->entries[j] = taken->entries[j - 1];
    taken->entries[j] = entry;
  }
}

/* Takes the list in the bucket of @digit, and those in the next buckets of its node while there is room: one
 * by one they would often hold a single entry. The cursor stays where it is, as the place of every entry left
 * behind is the same from there. */
static void take_sparse(SimWheel *wheel, unsigned level, unsigned digit, SimTaken *taken)
{
  SimNode *node = wheel->path[level];
  unsigned first = digit;
  Gathered gathered;
  gathered.n = 0;

  for (;;) {
    gather(wheel, detach(wheel, node, digit), &gathered);
    if (!node->occupied)
      break;
    unsigned next = (unsigned)__builtin_ctzll(node->occupied);
    if (node->nested >> next & 1 || gathered.n + node->buckets[next].list.count > SIM_TAKE_MAX)
      break;
    digit = next;
  }
  take_gathered(&gathered, taken);
  if (!node->occupied)
    wheel->busy &= ~(1u << level);
  uint64_t width_ns = (uint64_t)(digit - first + 1) << shift_of(level);
  taken->end_ns = (int64_t)MIN((uint64_t)wheel->cursor_ns + width_ns, (uint64_t)INT64_MAX);
}

/* The cursor enters a bucket: the node below, with everything that was in the bucket. A node that was nested
 * there takes its place on the path, where that of the level below has become empty. */
static void enter(SimWheel *wheel, unsigned level, unsigned digit)
{
  SimNode *node = wheel->path[level];
  SimNode **below = &wheel->path[level - 1];
  CHECK((*below)->occupied == 0);

  if (node->nested >> digit & 1) {
    g_ptr_array_add(wheel->spare_nodes, *below);
    *below = node->buckets[digit].node;
    empty_bucket(node, digit);
  } else {
    spread(wheel, detach(wheel, node, digit), *below, level - 1);
  }
  if (!node->occupied)
    wheel->busy &= ~(1u << level);
  if ((*below)->occupied)
    wheel->busy |= 1u << (level - 1);
}

/* Hands over all lists of level 0. */
static void take_dense(SimWheel *wheel, SimTaken *taken)
{
  for (unsigned phase = 0; phase < SIM_PHASES; phase++)
    taken->phases[phase] = detach(wheel, wheel->path[0], phase);
  taken->at_ns = wheel->cursor_ns;
  taken->end_ns = wheel->cursor_ns + 1;
  wheel->busy &= ~1u;
}

SimTake sim_wheel_take(SimWheel *wheel, int64_t limit_ns, SimTaken *taken)
{
  taken->n = 0;
  while (wheel->busy) {
    unsigned level = (unsigned)__builtin_ctz(wheel->busy);
    SimNode *node = wheel->path[level];
    unsigned digit = (unsigned)__builtin_ctzll(node->occupied);
    int64_t above = wheel->cursor_ns >> shift_of(level) & ~(int64_t)(SIM_DIGITS - 1);
    int64_t start_ns = (above | digit) << shift_of(level);
    if (start_ns > limit_ns)
      return SIM_TAKE_NONE;
    wheel->cursor_ns = start_ns;

    if (node->nested >> digit & 1 || node->buckets[digit].list.count > SIM_TAKE_MAX ||
        level > SORT_LEVEL_MAX) {
      enter(wheel, level, digit);
      if (wheel->busy & 1) {
        take_dense(wheel, taken);
        return SIM_TAKE_DENSE;
      }
    } else {
      take_sparse(wheel, level, digit, taken);
      if (taken->n > 0)
        return SIM_TAKE_SPARSE;
    }
    /* Nothing yet: the bucket was spread, or all that was taken had been cancelled. */
  }
  return SIM_TAKE_NONE;
}

void sim_wheel_rewind(SimWheel *wheel, int64_t at_ns)
{
  CHECK(wheel->busy == 0);
  wheel->cursor_ns = at_ns;
}
