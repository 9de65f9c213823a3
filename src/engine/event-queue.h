/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimEventQueue: what is pending, in the total order (instant, phase, sequence).
 *
 * The sequence is the order of adding. The order is total over what is pending at the time of each pop: an
 * entry may be added at the instant of the last popped entry, in any phase, and is then popped where that
 * order puts it among those still pending.
 *
 * Invariants (checked by sim_event_queue_check()):
 *   1. each entry that was added is popped once or cancelled once, never both;
 *   2. two pops without an add between them come in the total order;
 *   3. nothing is added before the floor: the instant of the last popped entry, or the limit of a later pop
 *      that left all that is pending behind it (CHECK).
 *
 * Cost: add and pop amortised O(1), together 40 to 80 ns at a thousand to a million pending entries on a Xeon
 * at 3 GHz (tests/bench/bench-hold.c); cancel O(1). No operation takes more than a millisecond at a million
 * pending entries, whatever their instants (event-wheel.h says how). Memory: 32 bytes per entry, 4 more if it
 * can be cancelled, up to a third more for chunks that are not full, and 0.2 MiB; cancelled entries are swept
 * out before they outnumber the others by much. What was needed once is kept for the next entries.
 *
 * Not here: the clock and who is called (engine.h); the structure (event-wheel.h).
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/phases.h"

typedef struct SimEventQueue SimEventQueue;

/** SimEventHandle: one entry that can be cancelled; 64 bits, of which the meaning is the queue's own. */
typedef struct {
  uint64_t value;
} SimEventHandle;

#define SIM_EVENT_NONE ((SimEventHandle){0})

/** sim_event_handle_is_none: Returns: whether @handle stands for no entry. */
static inline bool sim_event_handle_is_none(SimEventHandle handle)
{
  return handle.value == 0;
}

/** SimEntry: one entry, 32 bytes. */
typedef struct {
  int64_t at_ns;    /* its instant */
  uint64_t order;   /* phase << 61 | sequence: decides within the instant */
  uint64_t payload; /* the adder's own */
  uint32_t slot;    /* of the handle; 0: cannot be cancelled */
  uint32_t tag;     /* the adder's own: the engine's handler */
} SimEntry;

/** sim_entry_phase: Returns: the phase of @entry. */
static inline SimPhase sim_entry_phase(const SimEntry *entry)
{
  return (SimPhase)(entry->order >> 61);
}

/** sim_entry_before: Returns: whether @a comes before @b in the total order. */
static inline bool sim_entry_before(const SimEntry *a, const SimEntry *b)
{
  return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->order < b->order);
}

/** sim_event_queue_new: Returns: (transfer full): an empty queue whose floor is INSTANT_ZERO. */
SimEventQueue *sim_event_queue_new(void);

/** sim_event_queue_free: @queue: (nullable). */
void sim_event_queue_free(SimEventQueue *queue);

/**
 * sim_event_queue_add:
 * @at: not before the floor, and not INSTANT_NEVER
 * @phase: of that instant
 * @tag: any 32 bits
 * @payload: any 64 bits
 *
 * Adds an entry that cannot be cancelled.
 */
void sim_event_queue_add(SimEventQueue *queue, Instant at, SimPhase phase, uint32_t tag, uint64_t payload);

/** sim_event_queue_add_cancellable: as sim_event_queue_add(). Returns: the handle of the entry, never none.
 */
SimEventHandle sim_event_queue_add_cancellable(SimEventQueue *queue, Instant at, SimPhase phase, uint32_t tag,
                                               uint64_t payload);

/**
 * sim_event_queue_cancel:
 * @handle: from this queue, or SIM_EVENT_NONE
 *
 * Returns: whether the entry was pending; false for stale handles. (A handle would be mistaken for a newer
 * one only after 2^28 further entries had passed through its slot.)
 */
bool sim_event_queue_cancel(SimEventQueue *queue, SimEventHandle handle);

/**
 * sim_event_queue_pop:
 * @limit: the latest instant that is wanted, not before the floor
 * @out: receives the entry; its handle, if it had one, is stale from now on
 *
 * Takes the least pending entry if it lies at or before @limit. The floor becomes its instant, or @limit
 * where there is none (with @limit INSTANT_NEVER: stays). Returns: whether there was one.
 */
bool sim_event_queue_pop(SimEventQueue *queue, Instant limit, SimEntry *out);

/**
 * sim_event_queue_near: a look at what comes, for prefetching.
 *
 * Returns: the entry that comes after @ahead others, or NULL where it is not sorted yet; it may have been
 * cancelled, and entries at the present instant may still come before it. Valid until the next call. Cost:
 * O(1).
 */
const SimEntry *sim_event_queue_near(const SimEventQueue *queue, uint32_t ahead);

/** sim_event_queue_size: Returns: pending entries, without cancelled ones. */
size_t sim_event_queue_size(const SimEventQueue *queue);

/** sim_event_queue_size_in_phase: Returns: those of them in @phase. */
size_t sim_event_queue_size_in_phase(const SimEventQueue *queue, SimPhase phase);

/** sim_event_queue_memory: Returns: bytes allocated. */
size_t sim_event_queue_memory(const SimEventQueue *queue);

/** sim_event_queue_check: CHECKs every invariant by walking the whole structure. O(n); for tests. */
void sim_event_queue_check(const SimEventQueue *queue);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimEventQueue, sim_event_queue_free)
