/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimQueue: the stages of one framework that have tasks to launch, in the order in which they are served.
 *
 * fifo: by (job, stage), in order of submission. fair: by (live tasks of the job, job, stage).
 *
 * Stages whose tasks need the same are one *shape*: if one of them fits, all do. So the first stage that fits
 * an offer is the least among the heads of the shapes that fit, and a queue of a million jobs of one shape
 * answers as fast as one of a single job. Below all shapes lies `least`, kind by kind: what does not contain
 * it need not be looked at.
 *
 * Invariants:
 *   1. stage->shape is the shape whose need equals the stage's, and holds it at stage->position; or NULL;
 *   2. each shape is a binary heap by key and not empty.
 *
 * Cost: first O(shapes), of which there are few; add, remove, update O(shapes + log stages of the shape),
 * where the number of shapes counts only for a stage that begins a new one.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/quantities.h"
#include "model/sim-job.h"

typedef struct {
  uint64_t key;
  SimStage *stage;
} SimQueueEntry;

typedef struct SimShape {
  Quantities need;
  SimQueueEntry *heap;
  uint32_t n;
  uint32_t space;
  uint32_t position; /* in SimQueue.shapes */
} SimShape;

typedef struct {
  bool fair;
  uint32_t n_shapes;
  uint32_t n_made; /* those from n_shapes on are empty and used again */
  uint32_t space;
  SimShape **shapes;
  Quantities least;
} SimQueue;

void sim_queue_init(SimQueue *queue, bool fair);
void sim_queue_clear(SimQueue *queue);

void sim_queue_add(SimQueue *queue, SimStage *stage);
void sim_queue_remove(SimQueue *queue, SimStage *stage);

/** sim_queue_job_changed: job->live has changed; for fair. Cost: O(its stages). */
void sim_queue_job_changed(SimQueue *queue, SimJob *job);

/**
 * sim_queue_first:
 * @room: (nullable): what its task must fit in; NULL: anything
 *
 * Returns: (nullable): the first stage in order.
 */
SimStage *sim_queue_first(const SimQueue *queue, const Quantities *room);

static inline bool sim_queue_is_empty(const SimQueue *queue)
{
  return queue->n_shapes == 0;
}

/** sim_queue_may_fit: false where surely no task fits in @room. */
static inline bool sim_queue_may_fit(const SimQueue *queue, const Quantities *room)
{
  return queue->n_shapes > 0 && quantities_contain(room, &queue->least);
}
