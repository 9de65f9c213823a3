/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * HadoopJob: what Hadoop keeps of one job beside SimJob: which of its tasks are pending, where their data lies, which run,
 * and how far they are.
 *
 * Life of a task:
 *
 *                 launch              second attempt is asked for (falls behind)
 *     PENDING ------------> RUNNING ---------------------------------------------> RUNNING, doubled
 *        ^                   |   ^                                                  |         |
 *        |                   |   '--- one of two attempts is lost ----.            launch     it finishes first:
 *        '--- its last ------'                                        |             v         not doubled any more
 *             attempt is lost                                        RUNNING, two attempts
 *                                                                     | one finishes
 *                                                                     v
 *                                                                   DONE; the other is killed
 *
 * Stage 0 are the maps, each of which reads a block (sim-blocks.h); stage 1, if there is one, the reduces.
 *
 * How long a reduce takes: it fetches its input at shuffle-rate, then works for the length that was drawn. One that runs
 * before all maps have finished has fetched the output of all but the last of them as far as time has sufficed, and is
 * launched without end; when they have, it is told what is left:
 *
 *     left = F - min(ran, F (m - 1) / m) + length        F = input / shuffle-rate, m maps
 *
 * Progress, of a map: what it has run of its length. Of a reduce, as Hadoop counts it: a third is fetching (while there
 * are maps: the part of them that has finished), two thirds (its sort and reduce) are work.
 *
 * Invariants, for each stage:
 *   1. a task is pending, running or done: in the lists of pending, in running, or in neither;
 *   2. stage->pending = pending tasks + doubled tasks;
 *   3. stage->live = attempts of running tasks, of which each has one or two.
 *
 * Cost: O(1) per attempt beside sim-blocks.h; a look for stragglers O(running tasks).
 * Memory: that of sim-blocks.h and 6 bytes per task, 88 per running one.
 *
 * Not here: when a job may start what (scheduler-hadoop.c, delay-rule.h). Outputs of finished maps are not lost with their
 * machine.
 * Source: Hadoop 0.20, TaskInProgress.hasSpeculativeTask, JobInProgress (slow-start); T. White: "Hadoop", chapter 6.
 */

#include "model/delay-rule.h"
#include "model/hadoop-order.h"
#include "model/sim-agents.h"
#include "model/sim-blocks.h"
#include "model/sim-job.h"

#define HADOOP_MAPS    0
#define HADOOP_REDUCES 1
#define HADOOP_STAGES  2

typedef struct {
  uint64_t label;
  Duration length; /* at speed 1; DURATION_MAX: a reduce that waits for maps */
  uint16_t number;
  uint8_t locality; /* TaskLocality */
} HadoopAttempt;

typedef struct {
  uint32_t index;
  uint8_t n;
  bool doubled;   /* a second attempt is pending */
  bool done;      /* what still runs of it is of no use */
  bool gives_way; /* it is being killed: a map needs the room */
  Duration work;
  HadoopAttempt attempts[2];
} HadoopTask;

typedef struct {
  SimStage *stage;
  SimBlocks *pending;
  uint32_t *place;    /* array by task: in running, or INDEX_NONE */
  uint16_t *launched; /* array by task: attempts so far */
  HadoopTask *running;
  uint32_t n_running;
  uint32_t space;
  GArray *doubled; /* uint32_t: tasks that are, the oldest first; NULL: none was ever */
} HadoopStage;

typedef struct {
  SimJob *job;
  HadoopPlace place;
  DelayState delay;
  uint64_t skipped_at; /* number of the offer that it was skipped at last */
  guint skipped_place; /* in Hadoop.skipped, or G_MAXUINT */
  uint32_t n_stages;
  bool maps_over;
  HadoopStage stages[HADOOP_STAGES];
} HadoopJob;

/** hadoop_job_new: with all its tasks pending. @job: of one or two stages, with finite numbers of tasks. */
HadoopJob *hadoop_job_new(SimJob *job, const HadoopSpec *spec, const SimPlaces *places, uint64_t seed);
void hadoop_job_free(void *job); /* HadoopJob */

/** hadoop_stage_has_fresh: a task is pending that does not run. */
static inline bool hadoop_stage_has_fresh(const HadoopStage *stage)
{
  return sim_blocks_find(stage->pending, LOCALITY_ANY, 0) != INDEX_NONE;
}

/** hadoop_stage_launch: task @index, pending or doubled, gets the attempt @label; @work: as drawn; @length: of all that it
 * does. Returns: the number of the attempt. */
uint16_t hadoop_stage_next_attempt(HadoopStage *stage, uint32_t index);
void hadoop_stage_launch(HadoopStage *stage, uint32_t index, uint16_t number, uint64_t label, Duration work,
                         Duration length, TaskLocality locality);

/** hadoop_stage_find: (transfer none) (nullable): the running task; valid until one is launched or ends. */
HadoopTask *hadoop_stage_find(const HadoopStage *stage, uint32_t index);

/** hadoop_task_attempt: (transfer none) (nullable): of this number. */
HadoopAttempt *hadoop_task_attempt(HadoopTask *task, uint16_t number);

/** hadoop_stage_end: attempt @number, which runs, has ended. The task is gone where that was its last one. Returns: how
 * many others run. */
uint32_t hadoop_stage_end(HadoopStage *stage, uint32_t index, uint16_t number);

/** hadoop_stage_double: a second attempt at running task @index is to be launched. */
void hadoop_stage_double(HadoopStage *stage, uint32_t index);

/** hadoop_stage_single: no second attempt is. */
void hadoop_stage_single(HadoopStage *stage, uint32_t index);

/** hadoop_job_shuffle: how long a reduce takes to fetch its input. */
Duration hadoop_job_shuffle(const HadoopJob *job, const HadoopSpec *spec);

/** hadoop_job_left: what is left for a reduce that has run for @ran, when the last map finishes. */
Duration hadoop_job_left(const HadoopJob *job, const HadoopSpec *spec, Duration work, Duration ran);

/**
 * hadoop_stage_stragglers:
 * @indices: receives the tasks that fall behind, in the order of running
 *
 * Tasks that have one attempt, have run for a minute at least, and whose progress is more than a fifth below the mean of
 * the stage, finished ones counting 1. Their time is that of their machine, not of one of speed 1. None while a task of the
 * stage has not been launched.
 */
void hadoop_stage_stragglers(const HadoopJob *job, const HadoopStage *stage, const SimAgents *agents,
                             GArray *indices);
