/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimWorld: what the parts of one simulation share. Private to src/model.
 *
 *     SimArrivals ---> SimFrameworks <---> SimNetwork <---> Master
 *     (who starts,     (jobs and           (messages,
 *      what comes)      schedulers)         timers)   <---> SimAgents
 *
 * The parts call each other directly; calls nest as deep as a message travels without latency (accept ->
 * launch -> status -> acknowledgement). So everyone brings its own books in order before it calls out.
 *
 * Invariants:
 *   1. unfinished = jobs submitted that have not reached a last state;
 *   2. on_agents = tasks that have arrived at an agent and not ended;
 *   3. once halted, no part starts anything new.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/time.h"
#include "core/master.h"
#include "engine/digest.h"
#include "engine/engine.h"
#include "model/simulation.h"
#include "workload/experiment.h"
#include "workload/job-observer.h"

typedef struct SimAgents SimAgents;
typedef struct SimArrivals SimArrivals;
typedef struct SimFrameworks SimFrameworks;
typedef struct SimNetwork SimNetwork;
typedef struct SimOperator SimOperator;
typedef struct SimPace SimPace;
typedef struct SimPartitions SimPartitions;
typedef struct SimPreference SimPreference;

typedef struct {
  const Experiment *experiment;
  uint64_t seed;
  JobObserver observer;
  void (*warn)(void *warn_self, const char *message);
  void *warn_self;

  SimEngine *engine;
  Master *master;
  SimDigest digest;
  SimNetwork *network;
  SimAgents *agents;
  SimFrameworks *frameworks;
  SimArrivals *arrivals;
  SimOperator *operator;
  SimPartitions *partitions; /* NULL: all agents are for all */
  SimPace *pace;             /* NULL: tasks run at the speeds of their agents */
  Pool tasks;                /* SimTask */

  Instant progress; /* last launch on an agent, end of a task, arrival or start */
  uint32_t on_agents;
  uint32_t waiting_tasks; /* launched, and do nothing until others of their job have ended */
  uint64_t unfinished;
  uint64_t jobs_submitted;
  uint64_t jobs_finished;
  uint64_t jobs_failed;
  uint64_t tasks_launched;
  uint64_t tasks_finished;
  uint32_t frameworks_live;
  uint32_t decisions; /* offers that frameworks think about */
  uint32_t in_flight; /* messages */

  bool quotas_bound; /* role_room_is_bounded() */
  bool may_maintain; /* an operator may: offers are looked at for it */
  bool dispatching;  /* the engine runs */
  bool halted;
  SimulationEnd end;
  GError *error; /* SIMULATION_FAILED */
} SimWorld;

/** sim_world_halt: ends the run when the present handler returns. The first call counts. @error: (transfer
 * full) (nullable). */
void sim_world_halt(SimWorld *world, SimulationEnd end, GError *error);

/** sim_world_warn: tells the user, if anybody listens. */
void sim_world_warn(const SimWorld *world, const char *message);

/** sim_world_check_done: ends the run where it has no duration and no job is unfinished or to come. */
void sim_world_check_done(SimWorld *world);

/** sim_world_check_stalled: ends the run where nothing can come of it any more (simulation.h). At ticks. */
void sim_world_check_stalled(SimWorld *world);

static inline Instant sim_world_now(const SimWorld *world)
{
  return sim_engine_now(world->engine);
}
