/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimTask: one attempt of one task, from the scheduler's decision to the acknowledged end.
 *
 * One record serves both who asked for the task and the machine that runs it. Its pool id is the label that
 * travels with the task in every message, so both find it without a search.
 *
 *     framework decides          launch arrives at the agent           start-up is over
 *     ----------------> DECIDED --------------------------> ON AGENT -------------------> STARTED
 *                          |                                   |                              |
 *                          | refused by the master             | killed, machine lost         | finished, killed
 *                          v                                   v                              v
 *     (none) <--------- ENDED <--------------------------------'------------------------------'
 *            both let go
 *
 * The framework holds it until it sees a terminal state, the agent until that state is acknowledged (or the
 * framework is shut down); whoever lets go last gives the record back.
 *
 * A record and its header are one cache line: millions of them pass through a run.
 */

#include <stdint.h>

#include "base/ids.h"
#include "base/pool.h"
#include "base/time.h"
#include "core/messages.h"
#include "engine/event-queue.h"

struct SimStage;

typedef enum {
  SIM_TASK_OF_FRAMEWORK = 1 << 0, /* held by the framework */
  SIM_TASK_OF_AGENT = 1 << 1,     /* held by the agent */
  SIM_TASK_STARTED = 1 << 2,
  SIM_TASK_ENDED = 1 << 3,
  SIM_TASK_WAS_KILLED = 1 << 4, /* how it ended */
  SIM_TASK_IN_DOUBT = 1 << 5,   /* an update is on its way and not acknowledged: the next one waits */
  SIM_TASK_END_SENT = 1 << 6,
} SimTaskFlag;

/* SimTask.kill: the TaskReason of the kill, and: */
#define SIM_KILL_REASON 0x1f
#define SIM_KILL_ASKED  0x20
#define SIM_KILL_WARNED 0x40 /* a kill with a grace period has arrived */
#define SIM_KILL_TOLD   0x80 /* and the framework has been sent TASK_KILLING */

typedef struct {
  TaskId id; /* the master's; TASK_NONE before the launch arrives */
  union {
    Duration length; /* until STARTED: how long it will run at speed 1 */
    Instant start;   /* from then on */
  };
  union {
    Duration start_up;    /* until ON AGENT: how long its executor takes */
    SimEventHandle entry; /* until ENDED: pending, its start or its end */
    Instant finish;       /* from then on */
  };
  Instant launch;         /* the framework's decision */
  struct SimStage *stage; /* NULL once the framework has let go: its job may be gone */
  uint32_t index;         /* of the task in its stage */
  uint32_t agent;
  uint32_t
      next; /* slot of the next one in its agent's list, or INDEX_NONE; unused while it stands there directly */
  uint16_t attempt;
  uint8_t flags; /* SimTaskFlag */
  uint8_t kill;  /* SIM_KILL_...; 0: nobody wants it to end */
} SimTask;

_Static_assert(TASK_REASONS <= SIM_KILL_REASON + 1, "a reason fits");

_Static_assert(sizeof(PoolHeader) + sizeof(SimTask) == 64, "a task is one cache line");

/** sim_task_let_go: @holder gives the record up; the last one frees it. */
static inline void sim_task_let_go(Pool *tasks, uint32_t slot, SimTask *task, uint8_t holder)
{
  task->flags = (uint8_t)(task->flags & ~holder);
  if ((task->flags & (SIM_TASK_OF_FRAMEWORK | SIM_TASK_OF_AGENT)) == 0)
    pool_give(tasks, slot);
}
