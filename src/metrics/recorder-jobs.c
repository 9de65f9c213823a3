/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "metrics/recorder-private.h"

/* The callbacks of the models of frameworks: starts and stops, demand, gangs, jobs. */

static void framework_started(void *self, Instant now, FrameworkId id, uint32_t group,
                              uint32_t ramp_up_target)
{
  Recorder *recorder = self;
  recorder_advance(recorder, now);
  RecordedFramework *framework = recorder_at(recorder, id);
  framework->started = true;
  framework->group = group;
  framework->start = now;
  framework->ramp_up_target = ramp_up_target;
  if (framework->unlimited > 0 || framework->demand_tasks > 0)
    recorder_list(recorder, framework);
  if (ramp_up_target > 0) {
    framework->ramp_up_wait = ramp_up_target;
    return;
  }
  /* The jobs that it starts with, and the frameworks that start with it, are still to come. */
  framework->ramp_up_wait = RAMP_UP_OPEN;
  recorder->open[recorder->n_open++] = id.index;
  recorder->starting = now;
  recorder->alarm = instant_min(recorder->alarm, now);
}

static void framework_stopped(void *self, Instant now, FrameworkId id)
{
  Recorder *recorder = self;
  recorder_advance(recorder, now);
  RecordedFramework *framework = recorder_at(recorder, id);
  share_until(recorder, framework, now);
  shortfall_end(&framework->shortfall, now, framework->used, true);
  framework->stopped = true;
  framework->stop = now;
  framework->held = 0;
  framework->ramp_up_wait = RAMP_UP_OVER;
  framework->unlimited = 0;
  framework->demand_tasks = 0;
  memset(framework->demand, 0, sizeof framework->demand);
  if (recorder->agents != NULL)
    demand_sizes_drop(recorder->agents->demands, id.index);
}

static void demand_change(RecordedFramework *framework, int64_t tasks, const Quantities *task_resources)
{
  framework->demand_tasks += tasks;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    framework->demand[kind] += (WideInteger)tasks * task_resources->amount[kind];
}

static void demand_added(void *self, Instant now, FrameworkId id, uint32_t tasks,
                         const Quantities *task_resources)
{
  Recorder *recorder = self;
  recorder_advance(recorder, now);
  RecordedFramework *framework = recorder_at(recorder, id);
  recorder_list(recorder, framework);
  if (recorder->agents != NULL)
    demand_sizes_add(recorder->agents->demands, id.index, task_resources,
                     tasks == TASKS_UNLIMITED ? DEMAND_ENDLESS : (int64_t)tasks);
  if (tasks == TASKS_UNLIMITED) {
    framework->unlimited++;
    framework->was_unlimited = true;
    framework->unlimited_task = *task_resources;
    return;
  }
  demand_change(framework, tasks, task_resources);
}

static void demand_dropped(void *self, Instant now, FrameworkId id, uint32_t tasks,
                           const Quantities *task_resources)
{
  Recorder *recorder = self;
  recorder_advance(recorder, now);
  RecordedFramework *framework = recorder_at(recorder, id);
  if (framework->stopped)
    return;
  if (recorder->agents != NULL)
    demand_sizes_add(recorder->agents->demands, id.index, task_resources,
                     -(tasks == TASKS_UNLIMITED ? DEMAND_ENDLESS : (int64_t)tasks));
  if (tasks == TASKS_UNLIMITED) {
    framework->unlimited -= framework->unlimited > 0;
    return;
  }
  demand_change(framework, -(int64_t)tasks, task_resources);
}

static void gang_holds(void *self, Instant now, FrameworkId id, uint32_t tasks)
{
  Recorder *recorder = self;
  recorder_advance(recorder, now);
  RecordedFramework *framework = recorder_at(recorder, id);
  if (tasks > framework->held)
    framework->used = now;
  framework->held = tasks;
  ramp_up_watch(framework, now);
}

/* --- jobs ------------------------------------------------------------------------------------------------
 */

static void job_submitted(void *self, Instant now, FrameworkId id, JobId job_id, const char *name,
                          uint64_t key, uint32_t tasks)
{
  Recorder *recorder = self;
  recorder_advance(recorder, now);
  recorder_at(recorder, id)->jobs[JOB_WAITING]++;
  LiveJob *job = job_table_add(&recorder->job_table, job_id);
  job->framework = id;
  job->key = key;
  job->tasks = tasks;
  job->state = JOB_WAITING;
  job->submit = now;
  job->start = INSTANT_NEVER;
  job->finish = INSTANT_NEVER;
  job->name = g_strdup(name);
}

static void job_tell(const Recorder *recorder, const LiveJob *job, Instant finish)
{
  if (recorder->sink.job == NULL)
    return;
  RecordedJob told = {
      .id = job->id,
      .framework = job->framework,
      .name = job->name,
      .reason = job->reason,
      .key = job->key,
      .tasks = job->tasks,
      .state = job->state,
      .submit = job->submit,
      .start = job->start,
      .finish = finish,
  };
  memcpy(told.located, job->located, sizeof told.located);
  recorder->sink.job(recorder->sink.self, &told);
}

static void job_state(void *self, Instant now, FrameworkId id, JobId job_id, JobState state,
                      const char *reason)
{
  Recorder *recorder = self;
  recorder_advance(recorder, now);
  RecordedFramework *framework = recorder_at(recorder, id);
  LiveJob *job = job_table_find(&recorder->job_table, job_id);
  CHECK(job != NULL);
  framework->jobs[job->state]--;
  framework->jobs[state]++;
  job->state = state;
  if (reason != NULL) {
    g_free(job->reason);
    job->reason = g_strdup(reason);
  }
  if (state == JOB_RUNNING && instant_is_never(job->start))
    job->start = now;
  if (state == JOB_WAITING || state == JOB_RUNNING)
    return;
  job_tell(recorder, job, instant_min(job->finish, now));
  job_table_remove(&recorder->job_table, job_id);
}

/* More exact than what job_state says: on the agents, not at the framework. */
static void job_span(void *self, Instant now, FrameworkId id, JobId job_id, Instant start, Instant finish)
{
  Recorder *recorder = self;
  (void)now, (void)id;
  LiveJob *job = job_table_find(&recorder->job_table, job_id);
  CHECK(job != NULL);
  job->start = start;
  job->finish = finish;
}

static void task_attempt(void *self, FrameworkId framework, JobId job_id, uint32_t stage, uint32_t task_index,
                         uint32_t attempt, AgentId agent, Instant launch, Instant start, Instant finish,
                         TaskLocality locality, const char *state)
{
  Recorder *recorder = self;
  recorder->sink.task_attempt(recorder->sink.self, framework, job_id, stage, task_index, attempt, agent,
                              launch, start, finish, locality, state);
}

static void task_located(void *self, FrameworkId framework, JobId job_id, TaskLocality locality)
{
  Recorder *recorder = self;
  LiveJob *job = job_table_find(&recorder->job_table, job_id);
  CHECK(job != NULL);
  job->located[locality]++;
  recorder_at(recorder, framework)->located[locality]++;
}

static void offers_judged(void *self, FrameworkId id, const OfferSummary *summary)
{
  recorder_at(self, id)->judged = *summary;
}

static void operator_called(void *self, Instant now, uint32_t number, uint32_t done, uint32_t refused,
                            const char *message)
{
  Recorder *recorder = self;
  recorder_advance(recorder, now);
  if (recorder->sink.operator_called != NULL)
    recorder->sink.operator_called(recorder->sink.self, now, number, done, refused, message);
}

void recorder_watch_jobs(Recorder *recorder)
{
  recorder->jobs = (JobObserver){
      .self = recorder,
      .framework_started = framework_started,
      .framework_stopped = framework_stopped,
      .job_submitted = job_submitted,
      .job_state = job_state,
      .job_span = job_span,
      .demand_added = demand_added,
      .demand_dropped = demand_dropped,
      .gang_holds = gang_holds,
      .offers_judged = offers_judged,
      .operator_called = operator_called,
      .task_attempt = recorder->sink.task_attempt == NULL ? NULL : task_attempt,
      .task_located = task_located,
  };
}

void recorder_finish(Recorder *recorder, Instant end)
{
  CHECK(instant_is_never(recorder->end));
  recorder_advance(recorder, end);
  if (!instant_is_never(recorder->starting))
    recorder_set_targets(recorder);
  recorder->end = end;
  for (uint32_t i = 0; i < recorder->n_frameworks; i++)
    share_until(recorder, &recorder->frameworks[i], end);
  for (uint32_t i = 0; i < recorder->n_frameworks; i++)
    shortfall_end(&recorder->frameworks[i].shortfall, end, recorder->frameworks[i].used, false);

  for (uint32_t id = 0; id < job_table_end(&recorder->job_table); id++) {
    const LiveJob *job = job_table_find(&recorder->job_table, (JobId){id});
    if (job != NULL)
      job_tell(recorder, job, INSTANT_NEVER);
  }
}
