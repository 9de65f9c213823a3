/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The record behind SimEventQueue, for event-queue.c and its checks (event-check.c).
 */

#include "engine/event-queue.h"
#include "engine/event-slots.h"
#include "engine/event-wheel.h"

#define NEAR_MAX  64  /* entries in near before it spills */
#define NEAR_ROOM 128 /* entries that its array holds: the more, the rarer it is compacted */

_Static_assert(SIM_TAKE_MAX <= NEAR_MAX && NEAR_MAX < NEAR_ROOM, "a take fits, and compacting makes room");

#define SWEEP_FROM  1024 /* cancelled entries that are worth a thought */
#define SWEEP_EVERY 64   /* cancellations per step of the sweep, which filters about 1,000 entries */

/** SimLane: a list that is read from its head. After the last entry its chunk is kept. */
typedef struct {
  SimList list;
  SimEntry *read; /* the next entry; lies in the head chunk */
} SimLane;

struct SimEventQueue {
  int64_t floor_ns;
  int64_t near_end_ns; /* near: before; wheel: at or after */
  uint64_t sequence;   /* of the next entry */
  uint32_t near_head;  /* near[near_head] to near[near_tail - 1] are pending, in order */
  uint32_t near_tail;
  uint32_t lanes_busy;     /* bit per phase */
  uint32_t cancels;        /* since the last step of the sweep */
  int64_t lanes_at_ns;     /* instant of what is in the lanes */
  size_t live[SIM_PHASES]; /* pending entries that are not cancelled */
  SimLane lanes[SIM_PHASES];
  SimSlots slots;
  SimEntry near[NEAR_ROOM];
  SimWheel wheel;
};
