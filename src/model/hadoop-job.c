/* SPDX-License-Identifier: Apache-2.0 */
#include "model/hadoop-job.h"

#include "base/check.h"

#define STRAGGLER_GAP 0.2
#define STRAGGLER_AGE NS_PER_MIN

/* --- life ----------------------------------------------------------------------------------------------- */

static void init_stage(HadoopStage *out, SimStage *stage, uint32_t replicas, const SimPlaces *places,
                       uint64_t seed)
{
  CHECK(stage->tasks != TASKS_UNLIMITED);
  out->stage = stage;
  out->pending = sim_blocks_new(places, stage->tasks, replicas, seed, stage->entity);
  out->place = g_new(uint32_t, stage->tasks);
  out->launched = g_new0(uint16_t, stage->tasks);
  for (uint32_t i = 0; i < stage->tasks; i++)
    out->place[i] = INDEX_NONE;
}

HadoopJob *hadoop_job_new(SimJob *job, const HadoopSpec *spec, const SimPlaces *places, uint64_t seed)
{
  CHECK(job->n_stages <= HADOOP_STAGES);
  HadoopJob *made = g_new0(HadoopJob, 1);
  made->job = job;
  made->skipped_place = G_MAXUINT;
  made->n_stages = job->n_stages;
  for (uint32_t i = 0; i < job->n_stages; i++)
    init_stage(&made->stages[i], &job->stages[i], i == HADOOP_MAPS ? spec->replicas : 0, places, seed);
  made->maps_over = job->stages[HADOOP_MAPS].tasks == 0;
  return made;
}

void hadoop_job_free(void *data)
{
  HadoopJob *job = data;
  for (uint32_t i = 0; i < job->n_stages; i++) {
    HadoopStage *stage = &job->stages[i];
    sim_blocks_free(stage->pending);
    g_free(stage->place);
    g_free(stage->launched);
    g_free(stage->running);
    g_clear_pointer(&stage->doubled, g_array_unref);
  }
  g_free(job);
}

/* --- attempts ------------------------------------------------------------------------------------------- */

HadoopTask *hadoop_stage_find(const HadoopStage *stage, uint32_t index)
{
  uint32_t place = stage->place[index];
  return place == INDEX_NONE ? NULL : &stage->running[place];
}

HadoopAttempt *hadoop_task_attempt(HadoopTask *task, uint16_t number)
{
  for (uint32_t i = 0; i < task->n; i++)
    if (task->attempts[i].number == number)
      return &task->attempts[i];
  return NULL;
}

static HadoopTask *begin_task(HadoopStage *stage, uint32_t index)
{
  if (stage->n_running == stage->space) {
    stage->space = MAX(4, 2 * stage->space);
    stage->running = g_renew(HadoopTask, stage->running, stage->space);
  }
  stage->place[index] = stage->n_running;
  HadoopTask *task = &stage->running[stage->n_running++];
  *task = (HadoopTask){.index = index};
  sim_blocks_take(stage->pending, index);
  return task;
}

static void end_task(HadoopStage *stage, HadoopTask *task)
{
  stage->place[task->index] = INDEX_NONE;
  const HadoopTask *last = &stage->running[--stage->n_running];
  if (last == task)
    return;
  *task = *last;
  stage->place[task->index] = (uint32_t)(task - stage->running);
}

uint16_t hadoop_stage_next_attempt(HadoopStage *stage, uint32_t index)
{
  if (stage->launched[index] < UINT16_MAX)
    stage->launched[index]++;
  return stage->launched[index];
}

void hadoop_stage_launch(HadoopStage *stage, uint32_t index, uint16_t number, uint64_t label, Duration work,
                         Duration length, TaskLocality locality)
{
  HadoopTask *task = hadoop_stage_find(stage, index);
  if (task == NULL)
    task = begin_task(stage, index);
  else
    hadoop_stage_single(stage, index);
  CHECK(task->n < G_N_ELEMENTS(task->attempts) && !task->done);
  task->work = work;
  task->attempts[task->n++] = (HadoopAttempt){label, length, number, (uint8_t)locality};
}

uint32_t hadoop_stage_end(HadoopStage *stage, uint32_t index, uint16_t number)
{
  HadoopTask *task = hadoop_stage_find(stage, index);
  const HadoopAttempt *attempt = hadoop_task_attempt(task, number);
  CHECK(attempt != NULL);
  if (attempt == &task->attempts[0])
    task->attempts[0] = task->attempts[1];
  uint32_t others = --task->n;
  if (others == 0)
    end_task(stage, task);
  return others;
}

void hadoop_stage_double(HadoopStage *stage, uint32_t index)
{
  HadoopTask *task = hadoop_stage_find(stage, index);
  CHECK(task != NULL && task->n == 1 && !task->doubled && !task->done);
  task->doubled = true;
  if (stage->doubled == NULL)
    stage->doubled = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_array_append_val(stage->doubled, index);
}

void hadoop_stage_single(HadoopStage *stage, uint32_t index)
{
  HadoopTask *task = hadoop_stage_find(stage, index);
  CHECK(task != NULL && task->doubled);
  task->doubled = false;
  guint at = 0;
  while (g_array_index(stage->doubled, uint32_t, at) != index)
    at++;
  g_array_remove_index(stage->doubled, at);
}

/* --- time ----------------------------------------------------------------------------------------------- */

Duration hadoop_job_shuffle(const HadoopJob *job, const HadoopSpec *spec)
{
  Duration time = DURATION_ZERO;
  if (spec->shuffle_rate > 0 &&
      !duration_from_seconds(job->stages[HADOOP_REDUCES].stage->input / spec->shuffle_rate, &time))
    time = DURATION_MAX;
  return time;
}

Duration hadoop_job_left(const HadoopJob *job, const HadoopSpec *spec, Duration work, Duration ran)
{
  Duration shuffle = hadoop_job_shuffle(job, spec);
  int64_t maps = MAX(job->stages[HADOOP_MAPS].stage->tasks, 1);
  int64_t of_last = shuffle.ns / maps + (shuffle.ns % maps > 0);
  int64_t fetched = MIN(ran.ns, shuffle.ns - of_last);
  return duration_sum((Duration){shuffle.ns - fetched}, work);
}

static double part(Duration of, Duration whole)
{
  return whole.ns <= 0 ? 1 : MIN((double)of.ns / (double)whole.ns, 1);
}

static double progress_of(const HadoopJob *job, const HadoopStage *stage, const HadoopTask *task,
                          const HadoopAttempt *attempt, Duration ran)
{
  if (stage == &job->stages[HADOOP_MAPS])
    return part(ran, attempt->length);
  const SimStage *maps = job->stages[HADOOP_MAPS].stage;
  if (attempt->length.ns == DURATION_MAX.ns)
    return maps->finished / 3.0 / MAX(maps->tasks, 1);
  Duration fetching = {attempt->length.ns - task->work.ns};
  if (ran.ns < fetching.ns)
    return part(ran, fetching) / 3;
  return (1 + 2 * part((Duration){ran.ns - fetching.ns}, task->work)) / 3;
}

static double progress(const HadoopJob *job, const HadoopStage *stage, const SimAgents *agents,
                       const HadoopTask *task)
{
  double best = task->done ? 1 : 0;
  for (uint32_t i = 0; i < task->n && best < 1; i++)
    best = MAX(best, progress_of(job, stage, task, &task->attempts[i],
                                 sim_agents_ran(agents, task->attempts[i].label)));
  return best;
}

void hadoop_stage_stragglers(const HadoopJob *job, const HadoopStage *stage, const SimAgents *agents,
                             GArray *indices)
{
  if (stage->n_running == 0 || hadoop_stage_has_fresh(stage))
    return;
  double sum_of_progress = 0;
  uint32_t done = stage->stage->tasks;
  for (uint32_t i = 0; i < stage->n_running; i++) {
    done -= !stage->running[i].done;
    sum_of_progress += stage->running[i].done ? 0 : progress(job, stage, agents, &stage->running[i]);
  }
  double mean = (sum_of_progress + done) / stage->stage->tasks;
  for (uint32_t i = 0; i < stage->n_running; i++) {
    const HadoopTask *task = &stage->running[i];
    if (task->n == 1 && !task->doubled && !task->done &&
        sim_agents_age(agents, task->attempts[0].label).ns >= STRAGGLER_AGE &&
        progress(job, stage, agents, task) < mean - STRAGGLER_GAP)
      g_array_append_val(indices, task->index);
  }
}
