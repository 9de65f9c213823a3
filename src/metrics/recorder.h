/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Recorder: watches one run and keeps what its metrics are computed from. It knows nothing of files.
 *
 *   master  --- MasterObserver ---+                   +--- counts, integrals, ramp-ups (recorder_framework,
 * ...)
 *                                 +---> Recorder -----+--- samples (recorder_sample)
 *   models  --- JobObserver ------+                   +--- jobs and attempts, as they end (RecorderSink)
 *
 * Definitions.
 *
 * - allocated (to tasks and executors), offered: exact time integrals per framework and resource, from the warm-up to the
 *   end; the cluster's are the sums over frameworks. The total likewise, by agents that come and go.
 * - dominant share: the largest of allocated / total of the cluster over its resources; 0 where there are no agents. Its
 *   mean over a framework's time is exact too (up to the rounding of doubles).
 * - demand: tasks that are runnable (their stage's predecessors are done) and have not ended; and for the fair share what
 *   executors hold, as long as they do, with tasks or idle.
 * - fair share, the ideal: fair-share.h over the demands of the frameworks that have started; siblings in the tree of roles
 *   by the weights of these, frameworks of one role alike; with the roles' guarantees, limits and reservations. A framework
 *   with several roles demands in its first one. A role with frameworks of its own and with child roles has these frameworks
 *   in a child of weight 1.
 * - ramp-up: from framework_started until tasks running + tasks that a gang holds resources for first reach the target.
 *   Default target: the whole tasks of the lesser of the demand and the fair share, at least 1, when time first moves past
 *   the start. No demand then: no target, no ramp-up.
 * - window of a framework: from its start or the warm-up, whichever is later, to its stop or the end of the run.
 *
 * Cost: a callback of the master is O(kinds that the cluster has), without search or allocation; agents that
 * come or go while there are frameworks, a sample: O(frameworks); default targets, at each instant at which frameworks
 * start: fair-share.h over those that demand something. Memory: frameworks and jobs that are under way.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/quantities.h"
#include "base/time.h"
#include "core/observer.h"
#include "metrics/agent-picture.h"
#include "metrics/decomposition.h"
#include "metrics/integral.h"
#include "metrics/shortfall.h"
#include "workload/experiment.h"
#include "workload/job-observer.h"

typedef struct Recorder Recorder;

/* One job, when it has ended or the run has. Valid during the call. */
typedef struct {
  JobId id;
  FrameworkId framework;
  const char *name;
  const char *reason; /* (nullable) */
  uint64_t key;
  uint32_t tasks; /* TASKS_UNLIMITED */
  JobState state;
  Instant submit;
  Instant start;                     /* its first task's; INSTANT_NEVER */
  Instant finish;                    /* INSTANT_NEVER: it has not ended */
  uint32_t located[TASK_LOCALITIES]; /* tasks launched, by how near to their data */
} RecordedJob;

/* Where what is not kept goes. Functions may be NULL. */
typedef struct {
  void *self;
  void (*job)(void *self, const RecordedJob *job);
  /* As JobObserver.task_attempt. */
  void (*task_attempt)(void *self, FrameworkId framework, JobId job_id, uint32_t stage, uint32_t task_index,
                       uint32_t attempt, AgentId agent, Instant launch, Instant start, Instant finish,
                       TaskLocality locality, const char *state);
  /* As JobObserver.operator_called. */
  void (*operator_called)(void *self, Instant now, uint32_t number, uint32_t done, uint32_t refused,
                          const char *message);
} RecorderSink;

/* Numbers of tasks that are not reached. */
#define RAMP_UP_OPEN INT64_MIN /* the default target is not known yet */
#define RAMP_UP_OVER INT64_MAX /* reached, or there is no target */

/* Index of a terminal state in RecordedFramework.tasks_ended. */
#define TASKS_ENDED(state) ((state)-TASK_FINISHED)

/* What is known of a framework. To be read, not written. What changes with every task lies together: with two
 * kinds of resources it is four cache lines. */
typedef struct {
  _Alignas(64) Integral allocated[RESOURCE_KINDS_MAX];
  Integral offered[RESOURCE_KINDS_MAX];

  double share_time;    /* integral of the dominant share over ns in the window, up to share_since */
  Instant share_since;  /* nothing has been allocated or freed since */
  int64_t running;      /* tasks */
  int64_t held;         /* tasks that a gang holds resources for */
  int64_t ramp_up_wait; /* running + held that would end the ramp-up; RAMP_UP_OPEN, RAMP_UP_OVER */
  int64_t demand_tasks; /* of finite demands */
  uint32_t unlimited;   /* how many endless demands */
  uint32_t executors;   /* that hold something */
  bool was_unlimited;   /* it has, or had, an endless demand */
  bool started;
  bool stopped;
  bool listed; /* for the recorder alone */

  uint64_t offers_made;
  uint64_t offers_ended[OFFER_ENDS];
  uint64_t tasks_launched;
  Instant
      used; /* the last time that an offer was of use: a launch, or a gang that holds more; INSTANT_ZERO: never */
  uint64_t tasks_ended[TASKS_ENDED(TASK_STATES)]; /* see TASKS_ENDED() */

  WideInteger demand[RESOURCE_KINDS_MAX]; /* of finite demands; may be more than an amount holds */
  Quantities unlimited_task;              /* of the last endless one */
  Quantities held_by_executors;
  int64_t ramp_up_peak;   /* largest running + held while the target is open */
  int64_t ramp_up_target; /* 0: none */
  Instant ramp_up_at;     /* INSTANT_NEVER: not reached */
  Instant start;
  Instant stop;         /* INSTANT_NEVER */
  char *name;           /* NULL until the master knows it */
  char *role;           /* its main one */
  uint32_t role_index;  /* of the recorder's roles */
  uint32_t group;       /* of the experiment */
  double fair_share;    /* of the last sample */
  double sampled_share; /* sums over samples at or after the warm-up */
  double sampled_fair_share;
  double since_share;      /* of the last sample: mean of the dominant share since the one before */
  double since_share_time; /* share_time there, brought up to date; 0 at the warm-up */
  uint64_t jobs[JOB_UNSCHEDULABLE + 1]; /* in each state now */
  OfferSummary judged;                  /* at its stop or the end of the run */
  uint64_t
      located[TASK_LOCALITIES]; /* tasks launched, by how near to their data; LOCALITY_NONE: not counted */
  Shortfall shortfall;
  double entitled; /* task-seconds: sharing.h, sums over samples; of recorder_measure_agents() alone */
  double incentive;
  double envy; /* share-seconds */
} RecordedFramework;

/* What is known of the cluster. */
typedef struct {
  Integral total[RESOURCE_KINDS_MAX];
  uint32_t kinds[RESOURCE_KINDS_MAX]; /* that some agent had, ascending */
  uint32_t n_kinds;
  uint64_t agents_added;
  uint64_t agents_removed;
  uint64_t frameworks_removed;
  uint64_t allocation_runs;
  uint64_t allocation_ticks;   /* of them periodic */
  uint64_t tasks[TASK_STATES]; /* not terminal: in that state now; terminal: ever */
  uint64_t samples;            /* that count for fairness */
  double largest_gap;          /* NAN: none */
  double since_allocated
      [RESOURCE_KINDS_MAX]; /* of the last sample: time mean since the one before, in thousandths */
  WideInteger since_integral[RESOURCE_KINDS_MAX]; /* of all that is allocated, there; 0 at the warm-up */
} RecordedCluster;

/**
 * recorder_new:
 * @warm_up: from the start of the run
 * @sink: copied
 */
Recorder *recorder_new(Duration warm_up, const RecorderSink *sink);
void recorder_free(Recorder *recorder);

/** recorder_master_observer, recorder_job_observer: (transfer none): valid as long as @recorder. */
const MasterObserver *recorder_master_observer(Recorder *recorder);
const JobObserver *recorder_job_observer(Recorder *recorder);

/** recorder_set_kinds: before anything is observed: what reservations are called; without it they are not seen. @kinds:
 * outlives @recorder. */
void recorder_set_kinds(Recorder *recorder, const ResourceKinds *kinds);

/**
 * recorder_measure_agents: before anything is observed: samples measure agent by agent, too.
 * @experiment: outlives @recorder
 */
void recorder_measure_agents(Recorder *recorder, const Experiment *experiment);

/** recorder_picture: (nullable) (transfer none): begun, to be filled in before the next recorder_sample(); NULL without
 * recorder_measure_agents(). */
AgentPicture *recorder_picture(Recorder *recorder);

/** recorder_decomposition: (nullable): of the last sample; NULL likewise. */
const Decomposition *recorder_decomposition(const Recorder *recorder);

/** recorder_decomposition_of: over all samples after the warm-up: the part of @kind that was @part, 0 to 1; NAN where
 * there was nothing. */
double recorder_decomposition_of(const Recorder *recorder, uint32_t kind, DecompositionPart part);

/** recorder_sample: computes each framework's fair share as of @now, and counts it for fairness. */
void recorder_sample(Recorder *recorder, Instant now);

/** recorder_finish: the run ends at @end: jobs that have not ended go to the sink, in the order of their ids.
 * Once; nothing may be observed afterwards. */
void recorder_finish(Recorder *recorder, Instant end);

/* --- to look at ------------------------------------------------------------------------------------------
 */

uint32_t recorder_framework_count(const Recorder *recorder);

/** recorder_framework: (transfer none): @index below the count; valid until the next callback. */
const RecordedFramework *recorder_framework(const Recorder *recorder, uint32_t index);
const RecordedCluster *recorder_cluster(const Recorder *recorder);

/** recorder_framework_weight: of its main role. */
double recorder_framework_weight(const Recorder *recorder, uint32_t index);

/** recorder_role_weight: of the role at @path; 1 where it is not known. */
double recorder_role_weight(const Recorder *recorder, const char *path);

/** recorder_share: the dominant share now. */
double recorder_share(const Recorder *recorder, uint32_t index);

/** recorder_share_with_offered: as the dominant share now, of allocated and offered together. */
double recorder_share_with_offered(const Recorder *recorder, uint32_t index);

/** recorder_share_of: allocated now of one kind, as a part of all that the agents have; 0 where they have none. */
double recorder_share_of(const Recorder *recorder, uint32_t index, uint32_t kind);

/** recorder_mean_share: time mean of the dominant share over the framework's window, after recorder_finish();
 * NAN where that is empty. */
double recorder_mean_share(const Recorder *recorder, uint32_t index);

/** recorder_mean: amount * time of an integral over the time from warm-up to end, in units, after
 * recorder_finish(); NAN where the run ended within the warm-up. */
double recorder_mean(const Recorder *recorder, const Integral *integral);

/** recorder_jain: the Jain index of the samples so far. */
double recorder_jain(const Recorder *recorder);

/** recorder_role_foreach: calls @visit for each role that is known, parents first. */
void recorder_role_foreach(const Recorder *recorder,
                           void (*visit)(void *self, const char *path, const RoleAttributes *attributes),
                           void *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recorder, recorder_free)
