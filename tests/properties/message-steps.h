/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * MessageWorld: a master and whoever calls it, with calls that may be anything: in order or not, of ids that are there, stale
 * or never were, with resources that make sense or none. For the random scenarios of test-master-messages.c and for
 * tests/fuzz/fuzz-master.c.
 *
 * After each step the fixture's books, the master's and the allocator's are compared. At the end everybody leaves, and
 * nothing may be held.
 *
 * Not here: who ought to be offered what; the calls of operators themselves (operator-steps.h).
 */

#include "core/allocator.h"

typedef struct MessageWorld MessageWorld;

/** message_world_new: @seed: of the settings. */
MessageWorld *message_world_new(const AllocatorInterface *allocator, uint64_t seed);

/** message_world_step: one call, of a @kind (any byte), with all else drawn from @seed. */
void message_world_step(MessageWorld *world, uint8_t kind, uint64_t seed);

/** message_world_end: everybody leaves; frees @world. Returns: how many tasks were launched and operations done. */
uint64_t message_world_end(MessageWorld *world);
