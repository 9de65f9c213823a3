/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimDelay: a time that something takes, or none.
 *
 * Most runs have no latency, service, decision or start-up time at all, and where they have one it is usually
 * constant. Both are decided once, so that a delay that is absent costs a test of one bit (and its owner
 * posts no event), and a constant one draws nothing.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"
#include "engine/distribution.h"
#include "engine/random.h"

typedef struct {
  bool present;
  Duration constant;          /* where law is NULL */
  const SimDistribution *law; /* NULL: constant */
} SimDelay;

/** sim_delay_of: @law: (nullable): seconds; outlives the delay. A constant zero is none. */
static inline SimDelay sim_delay_of(const SimDistribution *law)
{
  SimDelay delay = {false, DURATION_ZERO, NULL};
  if (law == NULL)
    return delay;
  delay.present = true;
  if (sim_distribution_is_constant(law, NULL)) {
    SimDraw draw = {0, SIM_PURPOSE_TASK_DURATION, 0, 0}; /* any: nothing is drawn */
    delay.constant = sim_distribution_draw_duration(law, &draw);
    delay.present = delay.constant.ns > 0;
  } else {
    delay.law = law;
  }
  return delay;
}

/** sim_delay_draw: the delay with this key; zero where there is none. */
static inline Duration sim_delay_draw(const SimDelay *delay, const SimDraw *draw)
{
  return delay->law == NULL ? delay->constant : sim_distribution_draw_duration(delay->law, draw);
}
