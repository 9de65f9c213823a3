/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "engine/event-wheel.h"

/*
 * The sweep of cancelled entries.
 *
 * A cancelled entry would stay until its instant comes. Where time-outs are long and nearly all are
 * cancelled, that would be most of the memory; so once they outnumber the entries that are wanted, every so
 * many cancellations pay for one step here: the next few chunks are filtered, in place and in order, and
 * chunks that fit into one are joined.
 *
 * The wheel changes between two steps. The position is therefore an instant and a phase, from which the next
 * list is found anew; only within a long list is a chunk remembered, and forgotten when the list is moved
 * (detach() in event-wheel.c).
 */

#define STEP_CHUNKS 32 /* about 1,000 entries: some microseconds */
#define SEARCH_COST 2  /* chunks that could have been filtered in the time it takes to find a list */

/* The first list in @node (of @level, its range starting at @base_ns) at or after the position. */
static bool find_in_node(SimSweep *sweep, SimNode *node, unsigned level, int64_t base_ns)
{
  for (uint64_t left = node->occupied; left; left &= left - 1) {
    unsigned digit = (unsigned)__builtin_ctzll(left);
    if (level == 0) {
      if (base_ns == sweep->at_ns && digit < sweep->phase)
        continue;
      sweep->phase = digit + 1; /* where to go on after this list */
      sweep->at_ns = base_ns;
    } else {
      unsigned shift = SIM_DIGIT_BITS * (level - 1);
      int64_t start_ns = base_ns | (int64_t)digit << shift;
      int64_t last_ns = start_ns | ((INT64_C(1) << shift) - 1);
      if (last_ns < sweep->at_ns)
        continue;
      if (node->nested >> digit & 1) {
        if (find_in_node(sweep, node->buckets[digit].node, level - 1, start_ns))
          return true;
        continue;
      }
      if (start_ns < sweep->at_ns || (start_ns == sweep->at_ns && sweep->phase > 0))
        continue; /* was swept while it was in smaller parts, or will be next time */
      sweep->at_ns = last_ns + 1;
      sweep->phase = 0;
    }
    sweep->node = node;
    sweep->digit = digit;
    sweep->previous = NULL;
    return true;
  }
  return false;
}

static bool find_next(SimWheel *wheel)
{
  for (unsigned level = 1; level < SIM_LEVELS; level++) {
    unsigned above = SIM_DIGIT_BITS * level;
    int64_t base_ns = above > 63 ? 0 : wheel->cursor_ns >> above << above;
    if (find_in_node(&wheel->sweep, wheel->path[level], level, base_ns))
      return true;
  }
  return false;
}

/* The list of the sweep has become empty. */
static void mark_empty(SimWheel *wheel)
{
  SimNode *node = wheel->sweep.node;
  node->buckets[wheel->sweep.digit].list = (SimList){NULL, NULL, 0};
  node->occupied &= ~(UINT64_C(1) << wheel->sweep.digit);
  for (unsigned level = 1; level < SIM_LEVELS; level++) {
    if (wheel->path[level] == node && !node->occupied)
      wheel->busy &= ~(1u << level);
  }
}

static size_t filter(SimWheel *wheel, SimChunk *chunk, size_t used)
{
  size_t kept = 0;
  for (size_t i = 0; i < used; i++) {
    if (sim_slots_is_cancelled(wheel->slots, &chunk->entries[i]))
      sim_slots_release(wheel->slots, &chunk->entries[i]);
    else
      chunk->entries[kept++] = chunk->entries[i];
  }
  return kept;
}

/* Filters the next chunk of the sweep's list, and ends that list's sweep behind its last chunk. */
static void sweep_chunk(SimWheel *wheel)
{
  SimSweep *sweep = &wheel->sweep;
  SimList *list = &sweep->node->buckets[sweep->digit].list;
  SimChunk *previous = sweep->previous;
  SimChunk *chunk = previous ? previous->next : list->head;
  CHECK(chunk);

  SimChunk *next = chunk->next;
  size_t used = sim_list_used(list, chunk);
  size_t kept = filter(wheel, chunk, used);
  list->count -= used - kept;
  if (kept > 0 && (!previous || previous->used + kept > SIM_CHUNK_ENTRIES)) {
    chunk->used = kept;
    sweep->previous = previous = chunk;
  } else { /* empty, or room in the chunk before */
    for (size_t i = 0; i < kept; i++)
      previous->entries[previous->used++] = chunk->entries[i];
    *(previous ? &previous->next : &list->head) = next;
    sim_chunk_free(&wheel->pool, chunk);
  }
  if (next)
    return;
  if (previous)
    list->write = previous->entries + previous->used;
  else
    mark_empty(wheel);
  sweep->node = NULL;
}

void sim_wheel_sweep(SimWheel *wheel)
{
  for (int budget = STEP_CHUNKS; budget > 0; budget--) {
    if (!wheel->sweep.node) {
      budget -= SEARCH_COST;
      if (!find_next(wheel)) {
        wheel->sweep.at_ns = 0; /* from the start, next time */
        wheel->sweep.phase = 0;
        return;
      }
    }
    sweep_chunk(wheel);
  }
}
