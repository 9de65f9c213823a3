/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * RateLimiter: lets messages through at a steady pace, and few of them wait.
 *
 *     arrives --- fewer than @capacity wait ---> waits its turn ---> admitted, an interval after the one before it
 *         '------ @capacity wait already ------> refused
 *
 * A pure function of the instants of arrival: it needs no timer, and whoever asks lets the message wait himself. Nothing
 * is saved up in quiet times: the first message after them passes at once, the next an interval later.
 *
 * Invariant: of n messages admitted, the first and the last are at least (n - 1) intervals apart.
 *
 * Source: apache/mesos 3rdparty/libprocess limiter, src/master/master.cpp (BoundedRateLimiter).
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

typedef struct {
  Duration interval; /* between two messages; 0: no limit */
  uint32_t capacity; /* how many may wait; UINT32_MAX: any number */
  Instant next;      /* when one may pass that arrives before; the start of time at first */
} RateLimiter;

/**
 * rate_limiter_init:
 * @qps: messages a second, finite and not negative; 0: no limit
 * @capacity: at least 1
 */
void rate_limiter_init(RateLimiter *limiter, double qps, uint32_t capacity);

/**
 * rate_limiter_admit: a message arrives at @now, not before the one before it.
 * @at: receives when it is admitted
 *
 * Returns: false where it is refused. Cost: O(1).
 */
bool rate_limiter_admit(RateLimiter *limiter, Instant now, Instant *at);

/** rate_limiter_waiting: how many messages that were let in are not admitted yet at @now. */
uint64_t rate_limiter_waiting(const RateLimiter *limiter, Instant now);
