/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimFramework: one framework: its jobs, and what every scheduler does alike.
 *
 *     SimArrivals --- job ---> SimFramework --- offers, rescinds ---> SimScheduler (elastic, rigid, decliner)
 *                                  ^   |                                  |
 *                          status  |   | acknowledge, suppress, revive    | launch, accept, decline
 *                                  |   v                                  v
 *                                 SimNetwork <-----------------------------
 *
 * A scheduler only answers offers: it chooses stages from the queue, takes tasks from them with
 * sim_framework_take() and accepts. Everything else is here: stages that become runnable, tasks that end or
 * have to run again, jobs that are done, suppressing while there is nothing to launch.
 *
 * What a status means:
 *   TASK_RUNNING              the job runs from its first one on
 *   TASK_FINISHED             the task is done; a stage is done with its last task, a job with its last stage
 *   TASK_ERROR                the job has failed: it asked for what it may not have
 *   any other terminal state  the task is pending again, for its next attempt, with the same length
 *
 * Where a stage is one whole (mpi), all its tasks have the length of the first, and one that is lost takes those that live
 * with it: they are killed, and what is pending is in the queue when the last of them has ended.
 *
 * Invariant: suppressed (as the master knows or will know) iff the group says so and the queue was empty
 * after the last message of offers, the last status or the start; or it was then, and the group forgets to revive.
 *
 * On agents that are to be maintained a framework that accepts inverse offers starts nothing: it declines their offers.
 *
 * Not here: which offer gets which task (scheduler-*.h), when jobs come (sim-arrivals.h), offers that wait for an answer
 * (sim-thoughts.h), what it says of itself (sim-habits.h).
 */

#include <glib.h>

#include "core/messages.h"
#include "model/sim-delay.h"
#include "model/sim-executors.h"
#include "model/sim-job.h"
#include "model/sim-queue.h"
#include "model/sim-task.h"
#include "model/sim-world.h"

typedef struct SimFramework SimFramework;

/* What waits to run, for a framework that declares it. */
typedef struct {
  int64_t pending;           /* tasks */
  Quantities sum;            /* of what they need */
  uint32_t unlimited;        /* stages without end */
  Quantities unlimited_task; /* of one of them */
  uint32_t told;             /* with the last REQUEST */
  Quantities told_task;
} SimDemand;

/* How a framework answers. All may be called with nothing to launch. */
typedef struct {
  void (*offers)(SimFramework *framework, const OfferMessage *offers, uint32_t n);
  void (*rescind)(SimFramework *framework, OfferId offer);  /* (nullable) */
  void (*changed)(SimFramework *framework, SimStage *gone); /* (nullable) a stage left the queue otherwise
                                                                  than by a launch */
  void (*timer)(SimFramework *framework);                   /* (nullable) sim_frameworks_set_timer() */
  void (*submitted)(SimFramework *framework, SimJob *job);  /* (nullable) before its stages run */
  SimStage *(*next_gang)(SimFramework *framework); /* (nullable) whom a gang scheduler gathers for; else the
                                                      first in the queue */
  void (*ended)(SimFramework *framework);          /* (nullable) a job has reached its last state */
  /* (nullable) A stage waits from now on, or again, or is done, or is dropped. */
  void (*moved)(SimFramework *framework);
  bool (*unwanted)(SimFramework *framework, const SimTask *task,
                   uint64_t label); /* (nullable) a task that has
                                                                  just begun to run is to be killed */
  bool (*returns)(SimFramework *framework, const SimTask *task,
                  uint64_t label);                             /* (nullable) one that has ended
                                                                  is to run again; else: always */
  void (*clear)(SimFramework *framework);                      /* (nullable) forgets all offers; frees */
  const char *(*reason)(SimFramework *framework, SimJob *job); /* why it waits; valid until the next call */

  /* For schedulers that choose tasks by number and keep a record of each job, SimJob.record, which they make when it is
   * submitted; for jobs without one these are not called. */
  void (*job_ends)(SimFramework *framework, SimJob *job); /* it is about to reach its last state */
  /* An attempt at task @index has ended in @state; it does not live any more, and is not finished or pending yet.
   * Returns: whether that means nothing to the task, since another attempt at it runs or has finished. */
  bool (*attempt_ends)(SimFramework *framework, SimStage *stage, uint32_t index, uint16_t attempt,
                       TaskState state);
  TaskLocality (*locality)(const SimStage *stage, uint32_t index, uint16_t attempt); /* of one that lives */
} SimScheduler;

struct SimFramework {
  SimWorld *world;
  const FrameworkSpec *spec;
  const SourceMember *member_info;
  const SimScheduler *scheduler;
  void *state; /* the scheduler's own */
  FrameworkId id;
  uint32_t group;
  uint32_t member;
  bool started;
  bool stopped;
  bool suppressed;
  bool wants;      /* something waits to run, as of the last message */
  uint8_t settled; /* 0, 1: nothing is to be said while the queue is not empty, is empty; 2: always look */
  bool uses_revocable;  /* resources */
  bool as_one;          /* the tasks of a stage run equally long, and are lost together */
  bool blocked;         /* (torque) something waits, and nothing of it may start */
  bool keeps_up;        /* one that has finished is asked for like one that was lost */
  bool answers_at_once; /* it neither holds nor thinks */
  bool picks_offers;    /* it declines some before its scheduler sees them */
  bool starts_plainly;  /* its tasks: at once, each at the speed of its agent, under an executor of its own */
  bool job_due;         /* a job arrives at the instant of its start */
  uint32_t n_submitted; /* jobs */
  uint32_t n_to_come;   /* jobs that the arrivals hold */
  SimQueue queue;
  SimJob *first_job; /* unfinished */
  SimJob *last_job;
  SimDelay decision;
  SimDelay decision_per_job;
  SimDelay decision_per_task;
  SimDelay hold;
  SimDelay start_up;
  uint64_t decisions;       /* begun */
  uint64_t holds;           /* likewise */
  GQueue thoughts;          /* SimMessage of offers; the decision on the first is under way */
  OfferMessage *considered; /* of the first, those that were not rescinded when it began */
  uint32_t n_considered;
  GHashTable *waiting;     /* offers held or thought of -> not NULL: taken back meanwhile; only looked up */
  SimExecutors *executors; /* NULL: each task has one to itself */
  const SimPreference *preference; /* NULL: all agents are as good as any */
  Instant prefers_since;           /* it waits for one that is preferred */
  SimEventHandle timer;            /* of the scheduler */
  SimEventHandle reviving;
  SimEventHandle reconciling;
  SimDemand *demand;   /* NULL: it does not declare any */
  GArray *released;    /* labels: tasks that it gives up, and has not seen end; NULL: none ever */
  OfferSummary judged; /* so far */
  Instant
      waits_since; /* while it wants: the last message with an offer that it could use, or the first want */
  OfferFilter refuse;
  OfferFilter refuse_unused;
  bool refused_any;     /* an offer had no room for any task that was pending */
  Quantities last_room; /* of that offer */
};

/** sim_framework_take: the next task of @stage, to be launched on @agent: its record, and what to say of it.
 */
void sim_framework_take(SimFramework *framework, SimStage *stage, AgentId agent, TaskInfo *info);

/** sim_framework_take_task: likewise, where the scheduler has chosen the task: one that it holds for pending. Returns: its
 * record, whose length may be changed until the accept. */
SimTask *sim_framework_take_task(SimFramework *framework, SimStage *stage, SimRetry task, AgentId agent,
                                 TaskInfo *info);

/** sim_framework_begin: @stage is runnable from now on, also before the stages that it comes after are done. */
void sim_framework_begin(SimFramework *framework, SimStage *stage);

/** sim_framework_add_pending: @tasks more of a stage that runs for ever, or second attempts, are to be launched. */
void sim_framework_add_pending(SimFramework *framework, SimStage *stage, uint32_t tasks);

/** sim_framework_drop_pending: up to @tasks fewer are. Returns: how many fewer. */
uint32_t sim_framework_drop_pending(SimFramework *framework, SimStage *stage, uint32_t tasks);

/** sim_framework_scratch: room for @n TaskInfos of one accept; valid until the next call in this run. */
TaskInfo *sim_framework_scratch(SimFramework *framework, uint32_t n);

/** sim_framework_accept: launches @tasks on @offers, all of one agent; the rest comes back with
 * refuse_unused. */
void sim_framework_accept(SimFramework *framework, const OfferId *offers, uint32_t n_offers,
                          const TaskInfo *tasks, uint32_t n_tasks);

/** sim_framework_decline: adds an offer to those that the next flush declines, in one message. */
void sim_framework_decline(SimFramework *framework, OfferId offer);
void sim_framework_flush(SimFramework *framework, OfferFilter filter);

/** sim_framework_serve: answers a message of offers. */
void sim_framework_serve(SimFramework *framework, const OfferMessage *offers, uint32_t n);

/** sim_framework_judge: tells the observer what has come of its offers; once, when it leaves or the run ends, @now. */
void sim_framework_judge(SimFramework *framework, Instant now);

/** sim_framework_job: a job that has just been given an id (transfer full). */
void sim_framework_job(SimFramework *framework, SimJob *job, const char *unschedulable);

/** sim_framework_abandon: @job, which has not ended, is JOB_FAILED: what waits of it is dropped, and what runs goes on, unless it
 * waits for a stage that is not done: that is killed. */
void sim_framework_abandon(SimFramework *framework, SimJob *job);

/** sim_framework_status: a message. */
void sim_framework_status(SimFramework *framework, const TaskStatus *status);

/** sim_framework_kill_jobs: the framework leaves: all unfinished jobs are JOB_KILLED. */
void sim_framework_kill_jobs(SimFramework *framework);

/** sim_framework_dropped: an agent has dropped @task, whose framework has left. */
void sim_framework_dropped(SimFramework *framework, SimTask *task);

/** sim_framework_run_ends: tells the observer of a task whose framework has not seen it end. */
void sim_framework_run_ends(SimFramework *framework, const SimTask *task);

/** sim_framework_settle: suppresses or revives, as the queue says. */
void sim_framework_settle_slowly(SimFramework *framework);
static inline void sim_framework_settle(SimFramework *framework)
{
  if (G_UNLIKELY(sim_queue_is_empty(&framework->queue) != framework->settled))
    sim_framework_settle_slowly(framework);
}
