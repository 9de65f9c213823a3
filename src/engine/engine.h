/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimEngine: the clock and the loop of one simulation.
 *
 * An entry is (instant, phase, handler, payload). The loop takes the least pending entry in the total order
 * (instant, phase, sequence), where the sequence is the order of posting; sets the clock to its instant and
 * calls its handler. Handlers post further entries, at the present instant or later. Posting into the past
 * is a programming error (CHECK).
 *
 *                                       +--------- post, schedule ---------+
 *                                       v                                  |
 *     run(until) ---> least pending: (instant, phase, sequence) ---> handler(self, payload)
 *         ^                 |        |                                     |
 *         |               none    > until                            stop, or poll says so
 *         |                 v        v                                     v
 *         +------------- EMPTY     UNTIL                                STOPPED
 *
 * An *event*, as counted, is one dispatched entry outside of SIM_PHASE_SAMPLE; cancelled entries do not
 * count.
 *
 * Invariants:
 *   1. the clock never goes back, and within one instant a later phase is dispatched only when no earlier one
 *      is pending;
 *   2. each entry is dispatched once or cancelled once, never both;
 *   3. an engine has no state outside of its SimEngine: any number of them run side by side, one thread each.
 *
 * Cost: amortised O(1) per entry, no operation above a millisecond at a million pending entries
 * (event-queue.h); no allocation per entry.
 *
 * Not here: randomness (random.h), the digest of what happened (digest.h), what the handlers do (src/model).
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/event-queue.h"
#include "engine/phases.h"

typedef struct SimEngine SimEngine;

/**
 * SimHandler: what an entry calls.
 * @self: as given to sim_engine_add_handler()
 * @payload: as posted; its meaning is the handler's own (an id, usually)
 */
typedef void (*SimHandler)(void *self, uint64_t payload);

/** SimHandlerId: a handler known to one engine. */
typedef struct {
  uint32_t index;
} SimHandlerId;

/** SimRunEnd: why sim_engine_run() returned. */
typedef enum {
  SIM_RUN_EMPTY,   /* nothing is pending; the clock shows the last dispatched entry's instant */
  SIM_RUN_UNTIL,   /* the next entry lies after the limit; the clock shows the limit */
  SIM_RUN_STOPPED, /* a handler or the poll function asked for it; the clock shows the last dispatched entry
                    */
} SimRunEnd;

/** sim_engine_new: Returns: (transfer full): an engine at INSTANT_ZERO with nothing pending. */
SimEngine *sim_engine_new(void);

/** sim_engine_free: @engine: (nullable): forgets what is pending without calling anyone. */
void sim_engine_free(SimEngine *engine);

/**
 * sim_engine_add_handler:
 * @name: for statistics and messages; copied
 * @fn: called for each entry with the returned id
 * @self: (nullable): handed to @fn; must outlive the last run
 *
 * Any time before or during a run. Not to be called per entry: handlers are never removed (at most 2^24).
 * Returns: the id to post with.
 */
SimHandlerId sim_engine_add_handler(SimEngine *engine, const char *name, SimHandler fn, void *self);

/** sim_engine_now: Returns: the clock: the instant of the entry that is being dispatched, or as SimRunEnd
 * says. */
Instant sim_engine_now(const SimEngine *engine);

/**
 * sim_engine_post:
 * @at: not before now; an entry at INSTANT_NEVER never comes and is not kept
 * @phase: of that instant; may be earlier than the present phase even when @at is now
 * @handler: from sim_engine_add_handler()
 * @payload: any 64 bits
 *
 * Adds an entry that cannot be cancelled: the cheapest way.
 *
 * Cost: amortised O(1).
 */
void sim_engine_post(SimEngine *engine, Instant at, SimPhase phase, SimHandlerId handler, uint64_t payload);

/**
 * sim_engine_schedule: as sim_engine_post(), for an entry that may be cancelled.
 *
 * Cost: some nanoseconds more than sim_engine_post().
 * Returns: the handle; SIM_EVENT_NONE where @at is INSTANT_NEVER. It becomes stale when the entry is
 * dispatched (before its handler is called) or cancelled; stale handles are recognised, not reused.
 */
SimEventHandle sim_engine_schedule(SimEngine *engine, Instant at, SimPhase phase, SimHandlerId handler,
                                   uint64_t payload);

/**
 * sim_engine_cancel:
 * @handle: from sim_engine_schedule() of the same engine, or SIM_EVENT_NONE
 *
 * Cost: amortised O(1).
 * Returns: whether the entry was pending and is now gone; false where the handle is stale or none.
 */
bool sim_engine_cancel(SimEngine *engine, SimEventHandle handle);

/**
 * sim_engine_run:
 * @until: not before now; entries at @until are still dispatched; INSTANT_NEVER: no limit
 *
 * Dispatches in order until nothing is pending, the next entry lies after @until, or it is stopped. May be
 * called again to go on; not from a handler.
 * Returns: why it ended.
 */
SimRunEnd sim_engine_run(SimEngine *engine, Instant until);

/** sim_engine_stop: From a handler: the run ends when that handler returns. Not outside of a run (CHECK). */
void sim_engine_stop(SimEngine *engine);

/**
 * sim_engine_set_poll:
 * @every_entries: how many entries are dispatched between two calls, at least 1
 * @poll: (nullable): returns true to stop the run; must not post or change the model: it is for progress and
 *   interruption; NULL: nobody is asked
 * @self: (nullable): handed to @poll
 */
void sim_engine_set_poll(SimEngine *engine, uint32_t every_entries, bool (*poll)(void *self), void *self);

/**
 * sim_engine_peek: a look ahead, so that a handler can fetch from far memory what the next entries will need.
 * A hint only: nothing may depend on it.
 * @ahead: how many entries come before the one asked for
 * @payload: receives its payload
 *
 * Returns: whether that entry is in sight and for @handler. Cost: O(1).
 */
bool sim_engine_peek(const SimEngine *engine, SimHandlerId handler, uint32_t ahead, uint64_t *payload);

/** sim_engine_events: Returns: how many entries were dispatched so far, without SIM_PHASE_SAMPLE. */
uint64_t sim_engine_events(const SimEngine *engine);

/** sim_engine_pending: Returns: how many entries are pending, without cancelled ones. Cost: O(1). */
size_t sim_engine_pending(const SimEngine *engine);

/**
 * sim_engine_pending_in_phase: Returns: how many of them will come in @phase, at any instant. Cost: O(1).
 * (With only allocation ticks and samples left, nothing can happen any more.)
 */
size_t sim_engine_pending_in_phase(const SimEngine *engine, SimPhase phase);

/** sim_engine_handler_name: Returns: (transfer none): the name given to sim_engine_add_handler(). */
const char *sim_engine_handler_name(const SimEngine *engine, SimHandlerId handler);

/** sim_engine_handler_entries: Returns: how many entries were dispatched to @handler, samples included. */
uint64_t sim_engine_handler_entries(const SimEngine *engine, SimHandlerId handler);

/** sim_engine_memory: Returns: bytes that the engine has allocated. */
size_t sim_engine_memory(const SimEngine *engine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimEngine, sim_engine_free)
