/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-queue.h"

#include <glib.h>

#include "base/check.h"

void sim_queue_init(SimQueue *queue, bool fair)
{
  *queue = (SimQueue){.fair = fair};
}

void sim_queue_clear(SimQueue *queue)
{
  for (uint32_t i = 0; i < queue->n_made; i++) {
    g_free(queue->shapes[i]->heap);
    g_free(queue->shapes[i]);
  }
  g_free(queue->shapes);
  *queue = (SimQueue){.fair = queue->fair};
}

/* 26 bits of live tasks (more count alike), 32 of job, 6 of stage: one comparison decides. */
static uint64_t key_of(const SimQueue *queue, const SimStage *stage)
{
  uint64_t live = queue->fair ? MIN(stage->job->live, (1u << 26) - 1) : 0;
  return live << 38 | (uint64_t)stage->job->sequence << 6 | stage->number;
}

/* --- one shape's heap ----------------------------------------------------------------------------------- */

static void place(SimShape *shape, uint32_t position, SimQueueEntry entry)
{
  shape->heap[position] = entry;
  entry.stage->position = position;
}

static void sift(SimShape *shape, uint32_t position, SimQueueEntry entry)
{
  while (position > 0 && entry.key < shape->heap[(position - 1) / 2].key) {
    place(shape, position, shape->heap[(position - 1) / 2]);
    position = (position - 1) / 2;
  }
  for (;;) {
    uint32_t child = 2 * position + 1;
    if (child >= shape->n)
      break;
    if (child + 1 < shape->n && shape->heap[child + 1].key < shape->heap[child].key)
      child++;
    if (entry.key <= shape->heap[child].key)
      break;
    place(shape, position, shape->heap[child]);
    position = child;
  }
  place(shape, position, entry);
}

/* --- the shapes ----------------------------------------------------------------------------------------- */

static void find_least(SimQueue *queue)
{
  if (queue->n_shapes == 0)
    return;
  queue->least = queue->shapes[0]->need;
  for (uint32_t i = 1; i < queue->n_shapes; i++)
    quantities_min(&queue->least, &queue->shapes[i]->need);
}

static SimShape *shape_for(SimQueue *queue, const Quantities *need)
{
  for (uint32_t i = 0; i < queue->n_shapes; i++)
    if (quantities_equal(&queue->shapes[i]->need, need))
      return queue->shapes[i];
  if (queue->n_shapes == queue->n_made) {
    if (queue->n_made == queue->space) {
      queue->space = MAX(4, 2 * queue->space);
      queue->shapes = g_renew(SimShape *, queue->shapes, queue->space);
    }
    queue->shapes[queue->n_made++] = g_new0(SimShape, 1);
  }
  SimShape *shape = queue->shapes[queue->n_shapes];
  shape->need = *need;
  shape->position = queue->n_shapes++;
  find_least(queue);
  return shape;
}

static void drop_shape(SimQueue *queue, SimShape *shape)
{
  SimShape *last = queue->shapes[--queue->n_shapes];
  queue->shapes[shape->position] = last;
  last->position = shape->position;
  queue->shapes[queue->n_shapes] = shape;
  shape->position = queue->n_shapes;
  find_least(queue);
}

void sim_queue_add(SimQueue *queue, SimStage *stage)
{
  CHECK(stage->shape == NULL);
  SimShape *shape = shape_for(queue, &stage->need);
  if (shape->n == shape->space) {
    shape->space = MAX(4, 2 * shape->space);
    shape->heap = g_renew(SimQueueEntry, shape->heap, shape->space);
  }
  stage->shape = shape;
  shape->n++;
  sift(shape, shape->n - 1, (SimQueueEntry){key_of(queue, stage), stage});
}

void sim_queue_remove(SimQueue *queue, SimStage *stage)
{
  SimShape *shape = stage->shape;
  CHECK(shape != NULL && shape->heap[stage->position].stage == stage);
  SimQueueEntry last = shape->heap[--shape->n];
  stage->shape = NULL;
  if (last.stage != stage)
    sift(shape, stage->position, last);
  if (shape->n == 0)
    drop_shape(queue, shape);
}

void sim_queue_job_changed(SimQueue *queue, SimJob *job)
{
  if (!queue->fair)
    return;
  for (uint32_t i = 0; i < job->n_stages; i++) {
    SimStage *stage = &job->stages[i];
    if (stage->shape != NULL)
      sift(stage->shape, stage->position, (SimQueueEntry){key_of(queue, stage), stage});
  }
}

SimStage *sim_queue_first(const SimQueue *queue, const Quantities *room)
{
  const SimQueueEntry *first = NULL;
  for (uint32_t i = 0; i < queue->n_shapes; i++) {
    const SimShape *shape = queue->shapes[i];
    if (first != NULL && shape->heap[0].key > first->key)
      continue;
    if (room == NULL || quantities_contain(room, &shape->need))
      first = &shape->heap[0];
  }
  return first == NULL ? NULL : first->stage;
}
