/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Simulation: one run of an Experiment in virtual time, around the production Master.
 *
 *     Experiment, sources, allocator                          observers (they only look)
 *               |                                                  ^           ^
 *               v                                     MasterObserver           JobObserver
 *     simulation_new() ---> frameworks <--- network ---> Master <--- network ---> agents
 *                           (jobs, schedulers)      (messages only)               (executors, tasks)
 *               |
 *     simulation_run() ---> SimulationEnd ---> getters ---> simulation_free()
 *
 * Start of a run, all at instant 0: roles (those of [role PATH], then those of the members), agents, the
 * frameworks that start at 0 with their first jobs, one allocation run.
 *
 * End of a run:
 *   duration      the experiment has one: the clock shows it, whatever is still running;
 *   done          without one: all sources have ended and every job is finished, failed, killed or
 *                 unschedulable, whatever operators would still do;
 *   stalled       without one: no task lives (but reduces that wait for maps) and no arrival, start or stop is on its
 *                 way, so that only messages, allocation runs, offer and hold time-outs are left, and nothing has come
 *                 of them for longer than the patience: the longest refusal, delay for data (of hadoop, of spark), hold
 *                 time-out and pause between two revives of any framework and the offer time-out, plus two trips of mean
 *                 length each way and (frameworks + 2) allocation intervals, counted from the last launch, end of a task,
 *                 arrival or start; a hundred times as long while a message or a decision is on its way; or nothing at all is
 *                 pending. Each unfinished job is told to the observer once more, in the state that it is in, with the
 *                 reason;
 *   interrupted   the poll function said so;
 *   failed        a source failed, or the allocator offered what is not free: the error says what.
 *
 * The digest covers every message delivered, timer expired and grant made, at zero latency too. It depends on
 * the experiment, the allocator and the seed alone: not on observers, sampling, polling or machine.
 *
 * Invariants:
 *   1. two simulations in one process know nothing of each other; one is used by one thread at a time;
 *   2. same experiment, allocator, options and seed: same digest, same callbacks;
 *   3. durations and (open) arrivals do not depend on the allocator;
 *   4. a latency, service, decision or start-up time that is absent costs no event: a direct call.
 *
 * Cost: time grows with tasks and messages, memory with what lives at once. Nothing is allocated per task.
 *
 * Not here: who is offered what (allocators/), where jobs come from (job-source.h), what is measured
 * (src/metrics), printing.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "core/allocator.h"
#include "core/master.h"
#include "core/observer.h"
#include "workload/experiment.h"
#include "workload/job-observer.h"
#include "workload/job-source.h"

typedef struct Simulation Simulation;

#define SIMULATION_ERROR (simulation_error_quark())

typedef enum {
  SIMULATION_ERROR_ALLOCATOR, /* it offered what is not free; or it refuses an option */
  SIMULATION_ERROR_PARTITION, /* the cluster is too small to be parted */
  SIMULATION_ERROR_SOURCE,    /* a source broke its contract (job-source.h) */
} SimulationError;

GQuark simulation_error_quark(void);

typedef struct {
  const Experiment *experiment;         /* outlives the simulation */
  const AllocatorInterface *allocator;  /* likewise */
  const char *const *allocator_options; /* one value per option of it, in its order, NULL: default; NULL: all
                                           default; likewise */
  JobSource *const *sources; /* one per framework group, in the order of Experiment.frameworks; likewise; each
                                is pulled from its beginning */
  const MasterObserver *master_observer;              /* (nullable), copied */
  const JobObserver *job_observer;                    /* (nullable), copied */
  uint64_t seed;                                      /* of this run; Experiment.seed is not read */
  void (*warn)(void *warn_self, const char *message); /* (nullable): what a user should know, at most one line
                                                         each, from simulation_new() and simulation_run() */
  void *warn_self;
} SimulationSettings;

typedef enum {
  SIMULATION_DURATION,
  SIMULATION_DONE,
  SIMULATION_STALLED,
  SIMULATION_INTERRUPTED,
  SIMULATION_FAILED,
} SimulationEnd;

/**
 * simulation_new:
 * @settings: copied; what it points to is not
 * @error: an option that the allocator refuses; a source that fails at its first job; an endless source where
 *   the experiment has no duration; a static partition without agents
 *
 * Builds the cluster and everything that does not need the clock. No callback to the observers yet.
 * Returns: (transfer full) (nullable): a run that has not started.
 */
Simulation *simulation_new(const SimulationSettings *settings, GError **error);
void simulation_free(Simulation *simulation);

/**
 * simulation_set_sampler: before simulation_run().
 * @interval: > 0
 * @sample: called at @interval, 2 @interval, ... as the last thing of the instant, and only as long as the
 * run lasts; must not change anything of the run. Samples are no events and are not in the digest.
 */
void simulation_set_sampler(Simulation *simulation, Duration interval,
                            void (*sample)(void *self, Instant now), void *self);

/**
 * simulation_set_poll: before simulation_run().
 * @poll: called every @every_entries entries of the engine and after each sample, so that a run is heard
 * where nothing but samples happens, too; true interrupts the run. NULL: never.
 */
void simulation_set_poll(Simulation *simulation, uint32_t every_entries, bool (*poll)(void *self),
                         void *self);

/**
 * simulation_run: once.
 * @error: set where SIMULATION_FAILED is returned, and only there
 *
 * Returns: why it ended. The getters below stay valid until simulation_free().
 */
SimulationEnd simulation_run(Simulation *simulation, GError **error);

/* --- to look at, also from sampler, poll and observers -------------------------------------------------- */

/** simulation_now: the clock; after the run its end: the duration, or the instant of the last event. */
Instant simulation_now(const Simulation *simulation);

/** simulation_events: entries dispatched, without samples (design: what is reported as events). */
uint64_t simulation_events(const Simulation *simulation);

/** simulation_digest: of all so far. */
uint64_t simulation_digest(const Simulation *simulation);

/** simulation_progress: 0 to 1: of the duration; without one, of the jobs known to come, as far as that is
 * known (negative: unknown). */
double simulation_progress(const Simulation *simulation);

typedef struct {
  uint64_t jobs_submitted;
  uint64_t jobs_finished;
  uint64_t jobs_failed; /* and killed, unschedulable */
  uint64_t tasks_launched;
  uint64_t tasks_finished;
  uint32_t tasks_live;         /* launched and not ended */
  uint32_t offers_outstanding; /* in the master's books */
  uint32_t frameworks;         /* subscribed now */
  uint32_t messages_in_flight; /* with latency only */
  Duration master_work;        /* service time of all messages and runs, those that wait included */
} SimulationCounts;

/** simulation_counts: Cost: O(1). */
void simulation_counts(const Simulation *simulation, SimulationCounts *counts);

/** simulation_master: (transfer none): for master_check() in tests; NULL before simulation_run(). */
const Master *simulation_master(const Simulation *simulation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Simulation, simulation_free)
