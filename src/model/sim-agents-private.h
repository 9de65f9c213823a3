/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the parts of SimAgents share: sim-agents.c (tasks), sim-agents-register.c (which machine is which agent),
 * sim-agents-progress.c (what a scheduler's executors tell it, and are told). */

#include "engine/engine.h"
#include "model/sim-agents.h"
#include "model/sim-pace.h"

#define DIRECT 2

/* Its tasks, as slots: the first few stand here, so that one that ends is found without a look at the others.
 */
typedef struct {
  double speed;
  uint32_t direct[DIRECT]; /* a slot or INDEX_NONE */
  uint32_t first;          /* of the list of the others: the newest, or INDEX_NONE */
  uint32_t machine;        /* number over all classes; INDEX_NONE: it is down */
} SimAgent;

/* Looks ahead at ends that come, the farthest first. */
typedef enum { LOOK_TASK, LOOK_AGENT, LOOK_HELD, LOOKS } Look;

struct SimAgents {
  SimWorld *world;
  SimAgent *all; /* array by AgentId */
  uint32_t n;
  AgentId *current;     /* array by machine */
  bool says_attributes; /* to the master; where nobody asks for them they are left out */
  SimHandlerId start_handler;
  SimHandlerId finish_handler;
  SimHandlerId grace_handler;
  SimHandlerId limit_handler;
  SimHandlerId resend_handler;
  GHashTable *resends;    /* label -> SimResend *; NULL where none can be needed; looked up, never walked */
  uint64_t looked[LOOKS]; /* up to which entry, as a number of events */
};

/** sim_agents_scaled: how long what takes @length_ns at speed 1 takes at @speed. */
static inline int64_t sim_agents_scaled(int64_t length_ns, double speed)
{
  if (speed == 1.0 || length_ns == DURATION_MAX.ns)
    return length_ns;
  Duration scaled;
  return duration_from_seconds((double)length_ns / 1e9 / speed, &scaled) ? scaled.ns : DURATION_MAX.ns;
}

/** sim_agents_pace: what the durations of the task in @slot are divided by. */
static inline double sim_agents_pace(const SimAgents *agents, uint32_t slot, const SimTask *task)
{
  if (G_LIKELY(agents->world->pace == NULL))
    return agents->all[task->agent].speed;
  return sim_pace_of(agents->world->pace, slot);
}

/** sim_agents_add: the machine is the agent of the next number now, which has nothing. */
void sim_agents_add(SimAgents *agents, const AgentClass *class, uint32_t machine);
