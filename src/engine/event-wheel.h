/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimWheel: the far part of the event queue, a hierarchical wheel of radix 64. Private to the queue.
 *
 * An instant is read as 11 digits of 6 bits. The *cursor* is an instant not after any entry in the wheel. For
 * each level there is one node of 64 buckets, one per digit; an entry lies at the level of the highest digit
 * in which it differs from the cursor, in the bucket of its own digit there:
 *
 *     cursor      ... 07 . 31 . 02            (digits of level 3, 2, 1)
 *     entry       ... 07 . 40 . 55            -> level 2, bucket 40
 *     entry       ... 07 . 31 . 09            -> level 1, bucket 9: a single nanosecond
 *     entry       ... 12 . 00 . 63            -> level 3, bucket 12
 *
 * So all entries of a lower level come before those of a higher one, and within a level the buckets are in
 * order: the least entries are in the lowest bucket of the lowest level that is not empty. A few of them are
 * handed out as they are, to be sorted; more are first spread over the level below, and the cursor moves to
 * the bucket's start.
 *
 * What keeps every step short, whatever the instants:
 *   - A bucket that would hold more than SIM_BUCKET_MAX entries gets a node of its own (*nested*), and
 * entries are put there directly, one level down, from then on. When the cursor reaches that bucket, its node
 * goes onto the path by exchange of a pointer. So no step moves more than SIM_BUCKET_MAX entries per level.
 *   - Below level 1 (a single nanosecond) the digit is the phase: level 0. Its lists are first in, first out,
 *     and are handed over whole, so a million entries at one instant are never moved nor sorted.
 *   - Entries lie in lists of chunks of 1 KiB from one pool, so that memory follows what is pending and not
 *     what each bucket once held.
 *   - Cancelled entries are dropped when they are taken, and by a sweep that visits some chunks at a time
 *     (event-sweep.c).
 *
 * Invariants (checked by sim_event_queue_check()):
 *   1. every entry lies where its instant, its phase and the cursor put it, as above;
 *   2. in each list, entries of one instant and phase are in order of sequence;
 *   3. a node's bit in .occupied is set where the bucket holds entries or a node, and bit l of .busy is set
 *      where path[l]->occupied is not 0;
 *   4. a list that is not at level 0 holds at most SIM_BUCKET_MAX entries.
 *
 * Not here: entries about to be popped (event-queue.c).
 * Source: G. Varghese, T. Lauck, "Hashed and hierarchical timing wheels", SOSP 1987; the buckets by highest
 * differing digit are those of a radix heap (Ahuja, Mehlhorn, Orlin, Tarjan, JACM 37, 1990).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/event-queue.h"
#include "engine/event-slots.h"

#define SIM_DIGIT_BITS    6
#define SIM_DIGITS        64
#define SIM_LEVELS        12 /* level 0 by phase, 1 to 11 by instant */
#define SIM_BUCKET_MAX    4096
#define SIM_CHUNK_BYTES   1024
#define SIM_CHUNK_ENTRIES 31

/** SimChunk: a piece of a list. */
typedef struct SimChunk {
  struct SimChunk *next; /* NULL in the last chunk of its list */
  uint64_t used;         /* entries; not kept in the last chunk, where SimList.write tells */
  uint64_t unused[2];    /* entries begin at a multiple of their size */
  SimEntry entries[SIM_CHUNK_ENTRIES];
} SimChunk;

_Static_assert(sizeof(SimEntry) == 32, "two entries to a cache line");
_Static_assert(sizeof(SimChunk) == SIM_CHUNK_BYTES, "a chunk's end is a multiple of its size");

/** SimList: entries in the order in which they were appended. All zero: empty. */
typedef struct {
  SimChunk *head;
  SimEntry *write; /* behind the last entry; a multiple of SIM_CHUNK_BYTES where there is no room, or NULL */
  size_t count;
} SimList;

struct SimNode;

/** SimBucket: a list, or where the node's bit in .nested is set, a node. */
typedef union {
  SimList list;
  struct SimNode *node;
} SimBucket;

typedef struct SimNode {
  uint64_t occupied; /* bit per bucket: is not empty */
  uint64_t nested;   /* bit per bucket: holds a node */
  SimBucket buckets[SIM_DIGITS];
} SimNode;

/** SimChunkPool: chunks for all lists of one queue. */
typedef struct {
  SimChunk *free;  /* chunks given back, linked by next */
  SimChunk *fresh; /* never used yet, up to fresh_end */
  SimChunk *end;
  GPtrArray *slabs; /* what was allocated */
} SimChunkPool;

/** SimSweep: where the search for cancelled entries stands. */
typedef struct {
  int64_t at_ns;      /* the next list starts here or later ... */
  unsigned phase;     /* ... or at this instant, at level 0, in this phase or a later one */
  SimNode *node;      /* of the list being swept, NULL for none */
  unsigned digit;     /* its bucket in the node */
  SimChunk *previous; /* the last chunk of it that was swept and kept, NULL at its start */
} SimSweep;

typedef struct {
  int64_t cursor_ns;
  uint32_t busy;             /* bit per level */
  SimNode *path[SIM_LEVELS]; /* by level; [0] is empty between calls: its lists are handed over at once */
  SimChunkPool pool;
  GPtrArray *spare_nodes; /* empty nodes */
  size_t nodes;           /* allocated */
  SimSlots *slots;        /* the queue's */
  SimSweep sweep;
} SimWheel;

/** SimTake: what sim_wheel_take() found. */
typedef enum {
  SIM_TAKE_NONE,   /* nothing that starts at or before the limit */
  SIM_TAKE_SPARSE, /* the least entries, in order */
  SIM_TAKE_DENSE,  /* all entries of one instant, by phase */
} SimTake;

#define SIM_TAKE_MAX 48 /* entries of a sparse take */

typedef struct {
  SimEntry *entries;          /* sparse: the taker's array of SIM_TAKE_MAX, filled */
  size_t n;                   /* sparse: how many */
  int64_t at_ns;              /* dense: the instant */
  SimList phases[SIM_PHASES]; /* dense: now the taker's, who frees the chunks */
  int64_t end_ns;             /* all that is left in the wheel is at this instant or later */
} SimTaken;

void sim_wheel_init(SimWheel *wheel, SimSlots *slots);
void sim_wheel_clear(SimWheel *wheel);

/**
 * sim_wheel_place:
 * @at_ns: not before the cursor
 * @phase: of that instant
 *
 * Returns: where an entry of that instant and phase is now to be written; it counts as there already.
 * (Written in place, as an entry that is made elsewhere and copied would cost a stalled load.)
 */
SimEntry *sim_wheel_place(SimWheel *wheel, int64_t at_ns, SimPhase phase);

/**
 * sim_wheel_take: removes the least entries; of a sparse take, cancelled ones are dropped.
 * @limit_ns: nothing is taken, and the cursor does not pass, beyond it
 * @taken: receives what its kind says
 */
SimTake sim_wheel_take(SimWheel *wheel, int64_t limit_ns, SimTaken *taken);

/** sim_wheel_rewind: moves the cursor of an empty wheel to @at_ns, which may lie before it. */
void sim_wheel_rewind(SimWheel *wheel, int64_t at_ns);

/** sim_wheel_sweep: drops cancelled entries from the next few chunks. */
void sim_wheel_sweep(SimWheel *wheel);

/** sim_wheel_memory: Returns: bytes allocated. */
size_t sim_wheel_memory(const SimWheel *wheel);

/* ---- chunks and lists ------------------------------------------------------------------------------- */

/** sim_chunk_new: Returns: a chunk whose next is NULL and whose rest is garbage. */
SimChunk *sim_chunk_new(SimChunkPool *pool);

static inline void sim_chunk_free(SimChunkPool *pool, SimChunk *chunk)
{
  chunk->next = pool->free;
  pool->free = chunk;
}

/** sim_list_extend: private to sim_list_place(): gives @list a new last chunk. Returns: its first entry. */
SimEntry *sim_list_extend(SimList *list, SimChunkPool *pool);

/* Returns: where the next entry of @list is to be written; it counts as there already. */
static inline SimEntry *sim_list_place(SimList *list, SimChunkPool *pool)
{
  SimEntry *write = list->write;
  if (G_UNLIKELY((uintptr_t)write % SIM_CHUNK_BYTES == 0)) /* NULL too */
    write = sim_list_extend(list, pool);
  list->write = write + 1;
  list->count++;
  return write;
}

/* How many entries @chunk of @list holds. */
static inline size_t sim_list_used(const SimList *list, const SimChunk *chunk)
{
  return chunk->next ? chunk->used : (size_t)(list->write - chunk->entries);
}
