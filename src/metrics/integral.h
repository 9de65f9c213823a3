/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Integral: the exact time integral of an amount that changes in steps, in thousandths times nanoseconds.
 *
 *     level                    from begin to end:  level(end) * end - level(begin) * begin
 *       |   +--+                                   - sum over changes between of change * instant
 *       |---+  |__________
 *       '---------------------> time
 *
 * A change costs one wide multiplication and addition; nothing is ever walked to bring it up to date. 128
 * bits hold a million agents of a TiB each for 292 years.
 */

#include <stdint.h>

#include "base/time.h"

__extension__ typedef __int128 WideInteger;

typedef struct {
  WideInteger moments; /* level(begin) * begin + sum of change * instant */
  int64_t level;
} Integral;

static inline void integral_change(Integral *integral, Instant now, int64_t change)
{
  integral->moments += (WideInteger)change * now.ns;
  integral->level += change;
}

/** integral_begin: forgets what was before @now. */
static inline void integral_begin(Integral *integral, Instant now)
{
  integral->moments = (WideInteger)integral->level * now.ns;
}

/** integral_until: up to @now, which is not before the last change. */
static inline WideInteger integral_until(const Integral *integral, Instant now)
{
  return (WideInteger)integral->level * now.ns - integral->moments;
}
