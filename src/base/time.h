/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Instant and Duration: exact time in nanoseconds.
 *
 * Both hold an int64_t in a one-member struct, so that the compiler tells an instant from a duration and
 * from a plain number. An Instant counts from the start of the run (or of the daemon). About 292 years fit;
 * INSTANT_NEVER lies beyond every instant. Time is never a double: equal instants are equal.
 *
 * This header needs the C library only: it is part of what a plug-in is built against.
 * Not here: text (time-text.h).
 */

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int64_t ns;
} Instant;

typedef struct {
  int64_t ns;
} Duration;

#define NS_PER_US  INT64_C(1000)
#define NS_PER_MS  INT64_C(1000000)
#define NS_PER_S   INT64_C(1000000000)
#define NS_PER_MIN (60 * NS_PER_S)
#define NS_PER_H   (60 * NS_PER_MIN)
#define NS_PER_D   (24 * NS_PER_H)

#define INSTANT_ZERO  ((Instant){0})
#define INSTANT_NEVER ((Instant){INT64_MAX})
#define DURATION_ZERO ((Duration){0})
#define DURATION_MAX  ((Duration){INT64_MAX})

/** instant_after: @at plus @wait (not negative); INSTANT_NEVER where the sum does not fit. */
static inline Instant instant_after(Instant at, Duration wait)
{
  int64_t sum;
  if (__builtin_add_overflow(at.ns, wait.ns, &sum))
    return INSTANT_NEVER;
  return (Instant){sum};
}

/** duration_sum: of two that are not negative; DURATION_MAX where it does not fit. */
static inline Duration duration_sum(Duration a, Duration b)
{
  Duration sum;
  return __builtin_add_overflow(a.ns, b.ns, &sum.ns) ? DURATION_MAX : sum;
}

/** instant_since: the duration from @earlier to @later; negative where @later lies before. */
static inline Duration instant_since(Instant later, Instant earlier)
{
  return (Duration){later.ns - earlier.ns};
}

static inline bool instant_is_before(Instant a, Instant b)
{
  return a.ns < b.ns;
}

static inline bool instant_is_never(Instant at)
{
  return at.ns == INT64_MAX;
}

static inline Instant instant_min(Instant a, Instant b)
{
  return a.ns < b.ns ? a : b;
}

static inline double duration_seconds(Duration duration)
{
  return (double)duration.ns / 1e9;
}

/**
 * duration_from_seconds:
 * @seconds: any number
 * @out: receives the duration, rounded to nanoseconds, half up; may be negative
 *
 * Returns: false, and leaves @out alone, where @seconds is not finite or does not fit.
 */
bool duration_from_seconds(double seconds, Duration *out);
