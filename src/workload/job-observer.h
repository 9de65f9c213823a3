/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * JobObserver: what the models of frameworks tell about their jobs, for whoever measures.
 *
 * The master does not know jobs; it tells about agents, offers and tasks through core/observer.h. Together
 * the two are enough for every metric. FrameworkId is the master's id of the framework, known from
 * framework_started on. Observers only look: a call changes nothing in the run.
 *
 * Order: framework_started comes before everything about the framework, job_submitted before everything about
 * the job. All callbacks may be NULL.
 */

#include <stdint.h>

#include "base/ids.h"
#include "base/quantities.h"
#include "base/time.h"
#include "workload/job-source.h"

typedef enum {
  JOB_WAITING, /* submitted, no task has started */
  JOB_RUNNING,
  JOB_FINISHED,
  JOB_FAILED_STATE,  /* "failed" */
  JOB_KILLED,        /* its framework left */
  JOB_UNSCHEDULABLE, /* a task of it does not fit any agent of the empty cluster */
} JobState;

/* How near to its data a task runs. */
typedef enum {
  LOCALITY_NONE, /* it has none, or nobody asks where it lies */
  LOCALITY_NODE, /* on the agent that holds it */
  LOCALITY_RACK, /* in a rack that holds it */
  LOCALITY_ANY,  /* elsewhere */
} TaskLocality;

#define TASK_LOCALITIES (LOCALITY_ANY + 1)

/* What a framework thinks of the offers that it was sent. */
typedef struct {
  uint64_t usable;   /* got a task, or were held for a gang */
  uint64_t unusable; /* there was no room for any task that waited */
  uint64_t unwanted; /* nothing waited */
  Duration
      first_wait; /* from its first task that waited to the first message with an offer that it could use; -1:
                            there was none */
  Duration
      longest_wait;   /* while tasks waited, without such a message; one that lasts till the end included */
  Duration open_wait; /* that one; 0: nothing waits at the end */
  Duration deciding;  /* sum of its decision times, the last one whole */
} OfferSummary;

typedef struct {
  void *self;

  /* @group: index of the [framework NAME] group in the experiment; @ramp_up_target: tasks, 0 = the default.
   */
  void (*framework_started)(void *self, Instant now, FrameworkId framework, uint32_t group,
                            uint32_t ramp_up_target);
  void (*framework_stopped)(void *self, Instant now, FrameworkId framework);

  /* @job_id: dense, in the order of (submission, group, member); independent of the allocator where arrivals
   * are open.
   * @tasks: of all stages; TASKS_UNLIMITED. @name: the source's own name. */
  void (*job_submitted)(void *self, Instant now, FrameworkId framework, JobId job_id, const char *name,
                        uint64_t key, uint32_t tasks);
  /* @now is when the framework hears of it; where messages take time that is later than the task did it. */
  void (*job_state)(void *self, Instant now, FrameworkId framework, JobId job_id, JobState state,
                    const char *reason);
  /* When it truly ran: once per job, right before its last state, or at the end of a run that leaves it
   * without one. @start: when its first task began to run on its agent (INSTANT_NEVER: none did). @finish:
   * when its last task ended there, for JOB_FINISHED; @now for the other last states and jobs without tasks;
   * INSTANT_NEVER at the end of a run. */
  void (*job_span)(void *self, Instant now, FrameworkId framework, JobId job_id, Instant start,
                   Instant finish);

  /* @tasks more tasks of @task_resources each have become runnable (their stage's predecessors are done);
   * TASKS_UNLIMITED where there is no end of them. A task leaves the demand when the master sees it end. */
  void (*demand_added)(void *self, Instant now, FrameworkId framework, uint32_t tasks,
                       const Quantities *task_resources);
  /* Runnable tasks that will never run (killed, unschedulable). */
  void (*demand_dropped)(void *self, Instant now, FrameworkId framework, uint32_t tasks,
                         const Quantities *task_resources);

  /* A gang now holds resources for @tasks tasks that do not run yet (0: it has started or let go). */
  void (*gang_holds)(void *self, Instant now, FrameworkId framework, uint32_t tasks);

  /* What has come of a framework's offers: once, when it leaves or the run ends. */
  void (*offers_judged)(void *self, FrameworkId framework, const OfferSummary *summary);

  /* The operator has made the call of this number in Experiment.operators, for @done agents (or once), and was refused
   * @refused times; @message: why, the first time; NULL: never. */
  void (*operator_called)(void *self, Instant now, uint32_t number, uint32_t done, uint32_t refused,
                          const char *message);

  /* One attempt of one task has ended. @start is when it began to run (INSTANT_NEVER: never); @state is the
   * state it ended in, Mesos's name: task_state_name().
   * At the end of a run, unless it failed, each attempt that its framework has not seen to end is told, too,
   * in an order that depends on the run alone: with @finish INSTANT_NEVER as TASK_RUNNING, or TASK_STAGING
   * where it does not run yet; one that has ended on its agent with its end. */
  void (*task_attempt)(void *self, FrameworkId framework, JobId job_id, uint32_t stage, uint32_t task_index,
                       uint32_t attempt, AgentId agent, Instant launch, Instant start, Instant finish,
                       TaskLocality locality, const char *state);

  /* A task of a job whose data lies somewhere has been sent to an agent; not LOCALITY_NONE. */
  void (*task_located)(void *self, FrameworkId framework, JobId job_id, TaskLocality locality);
} JobObserver;
