/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-job.h"

#include <string.h>

#include "base/check.h"

static void init_stage(SimStage *stage, SimJob *job, uint32_t number, const JobStage *from,
                       uint64_t group_hash)
{
  stage->job = job;
  stage->number = (uint8_t)number;
  stage->entity = sim_entity_hash_words(group_hash, job->member, job->key, number);
  stage->length = sim_delay_of(from->duration);
  if (from->duration == NULL)
    stage->length.constant = from->fixed_duration;
  stage->tasks = from->tasks;
  stage->pending = from->tasks == TASKS_UNLIMITED ? UINT32_MAX : from->tasks;
  stage->after = from->after;
  stage->need = from->task_resources;
  stage->input = from->input;
}

SimJob *sim_job_new(const Job *from, struct SimFramework *framework, uint32_t group, uint64_t group_hash)
{
  CHECK(from->n_stages >= 1 && from->n_stages <= JOB_STAGES_MAX);
  SimJob *job = g_malloc0(sizeof *job + from->n_stages * sizeof job->stages[0]);
  job->framework = framework;
  job->key = from->key;
  job->submit = from->submit;
  job->start = INSTANT_NEVER;
  job->finish = INSTANT_NEVER;
  job->id = JOB_NONE;
  job->group = group;
  job->member = from->member;
  job->state = JOB_WAITING;
  job->name = g_strdup(from->name);
  job->n_stages = from->n_stages;
  for (uint32_t i = 0; i < from->n_stages; i++) {
    init_stage(&job->stages[i], job, i, &from->stages[i], group_hash);
    if (__builtin_add_overflow(job->tasks, from->stages[i].tasks, &job->tasks))
      job->tasks = TASKS_UNLIMITED;
  }
  return job;
}

void sim_job_free(SimJob *job)
{
  if (job == NULL)
    return;
  for (uint32_t i = 0; i < job->n_stages; i++)
    g_free(job->stages[i].retries);
  if (job->record != NULL)
    job->free_record(job->record);
  g_free(job->name);
  g_free(job);
}

SimRetry sim_stage_take(SimStage *stage)
{
  stage->live++;
  stage->job->live++;
  if (stage->pending != UINT32_MAX)
    stage->pending--;
  if (G_LIKELY(stage->n_retries == 0)) {
    SimRetry fresh = {(uint32_t)stage->next, 1};
    stage->next++;
    return fresh;
  }
  SimRetry again = stage->retries[stage->first_retry++];
  if (--stage->n_retries == 0)
    stage->first_retry = 0;
  return again;
}

void sim_stage_drop(SimStage *stage, uint32_t tasks)
{
  CHECK(tasks <= stage->pending && stage->pending != UINT32_MAX);
  stage->pending -= tasks;
  stage->n_retries = MIN(stage->n_retries, stage->pending);
}

/* What has been taken makes room where it is half of the array; else the array grows. */
static void make_room(SimStage *stage)
{
  if (stage->first_retry > 0 && stage->first_retry >= stage->retries_space / 2) {
    memmove(stage->retries, stage->retries + stage->first_retry, stage->n_retries * sizeof *stage->retries);
    stage->first_retry = 0;
    return;
  }
  stage->retries_space = MAX(4, 2 * stage->retries_space);
  stage->retries = g_renew(SimRetry, stage->retries, stage->retries_space);
}

void sim_stage_return(SimStage *stage, uint32_t index, uint16_t attempt)
{
  if (stage->first_retry + stage->n_retries == stage->retries_space)
    make_room(stage);
  stage->retries[stage->first_retry + stage->n_retries++] = (SimRetry){index, attempt};
  if (stage->pending != UINT32_MAX)
    stage->pending++;
}
