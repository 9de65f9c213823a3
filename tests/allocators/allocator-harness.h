/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * AllocatorHarness: the smallest host of an allocator: a clock, a seeded source of random numbers, and lists of what
 * was offered and revoked.
 *
 * The caller makes calls on harness->allocator with harness->now as the instant, between harness_arrive() and
 * harness_settle(), which makes the run that the calls may have asked for. Time moves by harness_tick() and
 * harness_advance() only. Calls at the instant of a tick come after the tick.
 *
 * Ticks are made at every multiple of the interval; or (lazy) only where the allocator asked for one, and at
 * instants with calls, because these come after the tick. The offers must be the same.
 *
 * Not here: names, text and comparison (tests/conformance/replay-allocator.h); checks of what is offered.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/allocator.h"

typedef struct {
  Instant at;
  FrameworkId framework;
  RoleId role;
  AgentId agent;
  Resources resources; /* owned */
} HarnessOffer;

typedef struct {
  Instant at;
  FrameworkId framework;
  AgentId agent;
} HarnessInverse;

typedef struct {
  const AllocatorInterface *interface;
  Allocator *allocator;
  Instant now;
  Duration interval;
  uint64_t seed;
  bool lazy_ticks;

  bool in_run;
  bool run_requested;
  Instant tick_requested;
  bool tick_left_out; /* the one of this instant, so far */
  uint64_t ticks_made;
  GArray *offers;      /* HarnessOffer, since harness_forget_offers() */
  GArray *inverse;     /* HarnessInverse, likewise: inverse offers */
  GArray *revocations; /* HarnessOffer without a role: what was revoked; all of them */
} AllocatorHarness;

/** harness_mix: a well mixed 64-bit number from @a and @b; for seeds and streams of tests. */
uint64_t harness_mix(uint64_t a, uint64_t b);

/**
 * harness_init:
 * @settings: the interval is taken from it
 * @seed: of the order of agents
 * @lazy_ticks: make only the ticks that the allocator asks for
 */
void harness_init(AllocatorHarness *harness, const AllocatorInterface *interface,
                  const AllocatorSettings *settings, uint64_t seed, bool lazy_ticks);
void harness_clear(AllocatorHarness *harness);

/** harness_arrive: calls follow at this instant; a tick that was left out here is made up for. */
void harness_arrive(AllocatorHarness *harness);

/** harness_settle: makes the run that was asked for, if any. */
void harness_settle(AllocatorHarness *harness);

/** harness_until_tick: how long it is until the next multiple of the interval. */
Duration harness_until_tick(const AllocatorHarness *harness);

/** harness_tick: moves to the next multiple of the interval; the tick, if one is to be made, is made there.
 */
void harness_tick(AllocatorHarness *harness);

/** harness_advance: moves by less than harness_until_tick(). */
void harness_advance(AllocatorHarness *harness, Duration wait);

void harness_forget_offers(AllocatorHarness *harness);

/** harness_mesos_minimum: the two alternatives of Mesos's default, cpus:0.01 or mem:32. */
const Quantities *harness_mesos_minimum(void);
