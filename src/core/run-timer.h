/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * RunTimer: how long something took that is done again and again, over the last hour: the last time, and once there are two
 * their number, least, largest and percentiles.
 *
 * Percentiles lie between two samples in proportion, as in Mesos. Of at most RUN_TIMER_SAMPLES samples: the latest.
 *
 * Source: apache/mesos 3rdparty/libprocess metrics/timer.hpp, statistics.hpp; src/master/allocator/mesos/metrics.cpp.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

#define RUN_TIMER_WINDOW_NS NS_PER_H
#define RUN_TIMER_SAMPLES   8192

typedef struct {
  Instant at;
  double ms;
} RunTimerSample;

typedef struct {
  GQueue samples; /* RunTimerSample *, in order of time */
} RunTimer;

/** RunTimerValue: receives a number; @suffix: "", "/count", "/max", "/min", "/p50", ... */
typedef void (*RunTimerValue)(void *self, const char *suffix, double value);

/** run_timer_init, run_timer_clear: frees what it holds. */
void run_timer_init(RunTimer *timer);
void run_timer_clear(RunTimer *timer);

/** run_timer_add: something that ended @now took @ns nanoseconds. */
void run_timer_add(RunTimer *timer, Instant now, int64_t ns);

/** run_timer_values: of the hour before @now: nothing before the first sample. Cost: O(n log n) samples. */
void run_timer_values(const RunTimer *timer, Instant now, RunTimerValue value, void *self);
