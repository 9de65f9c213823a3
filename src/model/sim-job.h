/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimJob: a job that a framework has been given, with its stages.
 *
 * Life of a job (JobState):
 *
 *     submitted             first task starts                last stage is done
 *     ---------> WAITING ----------------------> RUNNING -------------------------> FINISHED
 *        |          |                               |
 *        |          '--- framework leaves: KILLED --'--- a task is refused for good: FAILED
 *        '--- a task, or a gang, fits no part of the empty cluster: UNSCHEDULABLE
 *
 * Life of a stage: blocked -> runnable (all stages that it comes after are done) -> done (all tasks
 * finished). A runnable stage with pending tasks is in the queue of its framework (sim-queue.h).
 *
 * Tasks are numbers, not records: of a stage's tasks, 0 ... next - 1 have been launched at least once, those
 * that have to run again are listed, the rest is still to come. So a stage costs the same however many tasks
 * it has. Schedulers that choose which task runs where keep a record of each job instead (SimJob.record).
 *
 * Invariants:
 *   1. pending + live + finished = tasks (with unlimited tasks: pending stays UINT32_MAX; second attempts at a task that
 *      runs come on top);
 *   2. job->live is the sum over its stages, and the number of task records that point to them.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/quantities.h"
#include "model/sim-delay.h"
#include "workload/job-observer.h"
#include "workload/job-source.h"

struct SimFramework;
struct SimShape;
typedef struct SimJob SimJob;

/* A task that has to run again. */
typedef struct {
  uint32_t index;
  uint16_t attempt;
} SimRetry;

typedef struct SimStage {
  SimJob *job;
  uint64_t entity;        /* of its tasks' draws */
  SimDelay length;        /* of a task */
  double input;           /* bytes that a task reads; 0: unknown */
  uint64_t next;          /* number of the next task that has not been launched yet */
  uint32_t pending;       /* tasks that are to be launched; UINT32_MAX: unlimited */
  uint32_t live;          /* launched and not seen to end */
  uint32_t finished;      /* (with unlimited tasks it may wrap) */
  uint32_t tasks;         /* TASKS_UNLIMITED */
  uint32_t first_retry;   /* in retries: the oldest one */
  uint32_t n_retries;     /* from there on; counted in pending */
  uint32_t retries_space; /* of the array */
  SimRetry *retries;
  struct SimShape *shape; /* where it is queued, or NULL */
  uint32_t position;      /* there */
  uint8_t number;         /* in its job */
  bool runnable;
  bool done;
  uint32_t width;  /* of a gang: tasks that it last started with */
  Instant begun;   /* it became runnable then; once a gang has started: it did so last */
  uint64_t after;  /* stages of the job that have to be done first */
  Quantities need; /* of one task */
} SimStage;

struct SimJob {
  struct SimFramework *framework;
  SimJob *previous; /* among the framework's unfinished jobs, in order of submission */
  SimJob *following;
  uint64_t key;
  Instant submit;
  Instant start;     /* of its first task, on its agent: for observers; INSTANT_NEVER */
  Instant finish;    /* of its last one so far */
  JobId id;          /* JOB_NONE until submitted */
  uint32_t sequence; /* within the framework */
  uint32_t group;
  uint32_t member;
  JobState state;
  uint32_t
      attempts; /* decisions in which it came first, and that did not launch all of it; where they are limited */
  uint32_t live;
  uint32_t tasks; /* of all stages */
  char *name;     /* NULL once submitted */
  uint64_t done;  /* stages, bit by bit */
  void *record;   /* of the scheduler, which chooses the tasks by number itself then; or NULL */
  GDestroyNotify free_record;
  uint32_t n_stages;
  SimStage stages[];
};

static inline bool sim_job_is_over(const SimJob *job)
{
  return job->state != JOB_WAITING && job->state != JOB_RUNNING;
}

/**
 * sim_job_new:
 * @job: as pulled; copied
 * @framework: whose job it is to be
 * @group_hash: sim_text_hash() of the group's name
 *
 * Returns: (transfer full): a job that has not been submitted.
 */
SimJob *sim_job_new(const Job *job, struct SimFramework *framework, uint32_t group, uint64_t group_hash);

/** sim_job_free: no task record may point to it. */
void sim_job_free(SimJob *job);

/** sim_stage_take: the next task to launch: the oldest that has to run again, else a new one. Pending, live
 * move. Cost of this and the next: amortised O(1). */
SimRetry sim_stage_take(SimStage *stage);

/** sim_stage_drop: forgets @tasks of those that are pending: first those that have never run. */
void sim_stage_drop(SimStage *stage, uint32_t tasks);

/** sim_stage_return: task @index is pending again, for its next @attempt. The caller has booked its end. */
void sim_stage_return(SimStage *stage, uint32_t index, uint16_t attempt);
