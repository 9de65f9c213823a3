/* SPDX-License-Identifier: Apache-2.0 */

/*
 * SimQueue against a plain list that is searched from the front: random jobs, shapes and rooms.
 */

#include "model/sim-queue.h"
#include "engine/random.h"
#include "tests/support/test-main.h"

#define JOBS 40

static uint64_t draw(uint64_t seed, uint64_t *index, uint64_t below)
{
  SimDraw key = {seed, SIM_PURPOSE_TEST, 0, (*index)++};
  return sim_random_below(&key, below);
}

static uint64_t rank(const SimStage *stage, bool fair)
{
  return (fair ? (uint64_t)stage->job->live << 32 : 0) + stage->job->sequence * 64u + stage->number;
}

static SimStage *first_of(SimJob *const *jobs, bool fair, const Quantities *room)
{
  SimStage *first = NULL;
  for (uint32_t i = 0; i < JOBS; i++) {
    for (uint32_t s = 0; s < jobs[i]->n_stages; s++) {
      SimStage *stage = &jobs[i]->stages[s];
      if (stage->shape == NULL || (room != NULL && !quantities_contain(room, &stage->need)))
        continue;
      if (first == NULL || rank(stage, fair) < rank(first, fair))
        first = stage;
    }
  }
  return first;
}

static SimJob *make_job(uint32_t sequence, uint64_t seed, uint64_t *index)
{
  JobStage stages[3];
  for (uint32_t s = 0; s < 3; s++)
    stages[s] = (JobStage){.name = "s",
                           .tasks = 5,
                           .task_resources = {{1000 * (1 + (int64_t)draw(seed, index, 4)),
                                               1000 * (1 + (int64_t)draw(seed, index, 2))}}};
  Job job = {.name = "j", .key = sequence, .n_stages = 1 + (uint32_t)draw(seed, index, 3), .stages = stages};
  SimJob *made = sim_job_new(&job, NULL, 0, 0);
  made->sequence = sequence;
  return made;
}

START_TEST(against_a_list)
{
  uint64_t seed = (uint64_t)_i, index = 0;
  bool fair = _i % 2;
  SimJob *jobs[JOBS];
  SimQueue queue;
  sim_queue_init(&queue, fair);
  for (uint32_t i = 0; i < JOBS; i++)
    jobs[i] = make_job(i, seed, &index);
  for (int step = 0; step < 2000; step++) {
    SimJob *job = jobs[draw(seed, &index, JOBS)];
    SimStage *stage = &job->stages[draw(seed, &index, job->n_stages)];
    switch (draw(seed, &index, 3)) {
    case 0:
      if (stage->shape == NULL)
        sim_queue_add(&queue, stage);
      else
        sim_queue_remove(&queue, stage);
      break;
    case 1:
      job->live = (uint32_t)draw(seed, &index, 6);
      sim_queue_job_changed(&queue, job);
      break;
    default: {
      Quantities room = {{1000 * (int64_t)draw(seed, &index, 6), 1000 * (int64_t)draw(seed, &index, 4)}};
      ck_assert_ptr_eq(sim_queue_first(&queue, &room), first_of(jobs, fair, &room));
      ck_assert_ptr_eq(sim_queue_first(&queue, NULL), first_of(jobs, fair, NULL));
      if (first_of(jobs, fair, &room) != NULL)
        ck_assert(sim_queue_may_fit(&queue, &room));
      ck_assert_int_eq(sim_queue_is_empty(&queue), first_of(jobs, fair, NULL) == NULL);
    }
    }
  }
  sim_queue_clear(&queue);
  for (uint32_t i = 0; i < JOBS; i++)
    sim_job_free(jobs[i]);
}
END_TEST

START_TEST(tasks_that_run_again_come_first)
{
  uint64_t index = 0;
  SimJob *job = make_job(0, 1, &index);
  SimStage *stage = &job->stages[0];
  ck_assert_uint_eq(sim_stage_take(stage).index, 0);
  ck_assert_uint_eq(sim_stage_take(stage).index, 1);
  ck_assert_uint_eq(sim_stage_take(stage).index, 2);
  sim_stage_return(stage, 2, 2);
  sim_stage_return(stage, 0, 3);
  stage->live -= 2;
  ck_assert_uint_eq(stage->pending, 4);
  SimRetry again = sim_stage_take(stage);
  ck_assert_uint_eq(again.index, 2);
  ck_assert_uint_eq(again.attempt, 2);
  ck_assert_uint_eq(sim_stage_take(stage).index, 0);
  ck_assert_uint_eq(sim_stage_take(stage).index, 3);
  ck_assert_uint_eq(sim_stage_take(stage).attempt, 1);
  ck_assert_uint_eq(stage->pending, 0);
  ck_assert_uint_eq(stage->live, 5);
  sim_job_free(job);
}
END_TEST

/* Tasks that have to run again come back oldest first, before any new one, however many wait. */
START_TEST(retries_are_a_queue)
{
  uint64_t seed = (uint64_t)_i, index = 0;
  JobStage stages[] = {{.name = "s", .tasks = 2000, .task_resources = {{1000, 1000}}}};
  Job from = {.name = "j", .n_stages = 1, .stages = stages};
  SimJob *job = sim_job_new(&from, NULL, 0, 0);
  SimStage *stage = &job->stages[0];
  SimRetry waiting[4000];
  uint32_t first = 0, last = 0, fresh = 0, running = 0;
  uint32_t live[2000];
  while (last < G_N_ELEMENTS(waiting)) {
    /* Waves: now more come back than are taken, now the other way round. */
    bool back = running > 0 && draw(seed, &index, 100) < (last / 500 % 2 == 0 ? 70 : 35);
    if (back) {
      uint32_t at = (uint32_t)draw(seed, &index, running);
      waiting[last] = (SimRetry){live[at], (uint16_t)last};
      live[at] = live[--running];
      sim_stage_return(stage, waiting[last].index, waiting[last].attempt);
      last++;
    } else if (stage->pending > 0) {
      SimRetry expected = first < last ? waiting[first++] : (SimRetry){fresh++, 1};
      SimRetry taken = sim_stage_take(stage);
      ck_assert_uint_eq(taken.index, expected.index);
      ck_assert_uint_eq(taken.attempt, expected.attempt);
      live[running++] = taken.index;
    }
    ck_assert_uint_eq(stage->pending, 2000 - running);
  }
  sim_job_free(job);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("sim-queue");
  test_case_loop(suite, against_a_list, 0, 20);
  test_case(suite, tasks_that_run_again_come_first);
  test_case_loop(suite, retries_are_a_queue, 0, 10);
  return suite;
}
