/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The experiment behind the closed forms: a framework arrives at a cluster whose slots are all taken, and
 * gets each slot when the task on it ends.
 *
 *     n agents of one slot    |=== background task, length A_1 ===|......|=== the framework's own ===
 *                             |=========== A_2 ===========|.|=== own ===
 *                             0                           ^ ^
 *                             the framework arrives       | next allocation run
 *                                                         slot is free
 *
 * Everything is measured in T, the mean of a background task, which is 1000 s. The background framework
 * starts at 0 and its n tasks take all n slots in the allocation run of instant 0; their lengths are drawn
 * from uniform(0, T), which is what is left of a task of constant length T seen at a random instant, or from
 * exponential(T). None is submitted again. The framework arrives at 1 ns, T / 10^12 later: at 0 the two would
 * share the slots. Allocation runs every millisecond, T / 10^6, so that a slot lies idle for half of that on
 * average; runs in which nothing is free are not made and cost nothing.
 *
 * What is seen is what the observers are told and follows the definitions of the project: ramp-up from the
 * framework's start until tasks running, plus tasks for which a gang holds resources, first reach the target;
 * completion from the submission of its job to the end of its last task; allocated and offered slot-time from
 * its start on, for utilization.
 *
 * A run is a function of the seed, and the background's lengths are those of the seed and the law alone: the
 * same whatever the framework does.
 *
 * Source: Hindman et al., NSDI 2011, section 4.3 (elastic and rigid frameworks, homogeneous task durations).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

#define SLOTS_T_NS        INT64_C(1000000000000) /* T = 1000 s */
#define SLOTS_INTERVAL_NS (SLOTS_T_NS / 1000000)

typedef struct {
  uint32_t n;          /* slots of the cluster */
  uint32_t k;          /* the framework's target: k = n: it waits for its own k slots; k < n: for any k */
  bool exponential;    /* law of the background's tasks */
  bool rigid;          /* scheduler of the framework */
  uint32_t tasks;      /* of its one job, */
  int64_t task_ns;     /* all of this length */
  bool ends_at_target; /* the run ends when ramp-up is over, not with the job */
} SlotsSpec;

typedef struct {
  Instant start;     /* of the framework */
  Instant ramped_up; /* INSTANT_NEVER: not yet */
  Instant finish;    /* of its job; INSTANT_NEVER: not yet */
  int64_t allocated; /* slot-time in ns, */
  int64_t offered;   /* from its start on */
  uint32_t n_free;   /* background tasks that have ended, */
  int64_t *free_at;  /* when, ascending; room for n */
  uint64_t events;
} SlotsRun;

typedef struct Slots Slots;

/** slots_new: Returns: (transfer full): the experiment, to be run any number of times. */
Slots *slots_new(const SlotsSpec *spec);
void slots_free(Slots *slots);

/** slots_run: one replication. Returns: (transfer none): valid until the next one. */
const SlotsRun *slots_run(Slots *slots, uint64_t seed);

/** slots_tick: the first allocation run at or after @at_ns. */
static inline int64_t slots_tick(int64_t at_ns)
{
  return (at_ns + SLOTS_INTERVAL_NS - 1) / SLOTS_INTERVAL_NS * SLOTS_INTERVAL_NS;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Slots, slots_free)
