/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-framework.h"

#include "model/sim-agents.h"
#include "model/sim-arrivals.h"
#include "model/sim-frameworks.h"
#include "model/sim-habits.h"
#include "model/sim-isolation.h"
#include "model/sim-network.h"
#include "model/sim-pace.h"
#include "model/sim-preference.h"

/* --- launching ------------------------------------------------------------------------------------------ */

static void draw_length(const SimFramework *framework, const SimStage *stage, SimTask *task)
{
  SimDraw draw = {framework->world->seed, SIM_PURPOSE_TASK_DURATION, stage->entity, task->index};
  task->length = sim_delay_draw(&stage->length, &draw);
}

/* Under which executor, which it may have to wait for, and how fast. */
static G_GNUC_NO_INLINE void draw_start(SimFramework *framework, SimTask *task, TaskInfo *info)
{
  const SimWorld *world = framework->world;
  SimDraw draw = {world->seed, SIM_PURPOSE_EXECUTOR_START, task->stage->entity, task->index};
  if (framework->executors != NULL)
    sim_executors_take(framework->executors, task, info);
  else
    task->start_up = duration_sum(sim_delay_draw(&framework->start_up, &draw),
                                  sim_isolation_start_up(world, draw.entity, draw.index));
  if (world->pace != NULL)
    sim_pace_take(world->pace, slot_of(info->label), task);
  if (framework->preference != NULL && sim_framework_prefers(framework, info->agent))
    framework->prefers_since = sim_world_now(world);
}

/* For those that declare what they wait for. */
static void demand_moves(SimFramework *framework, const SimStage *stage, int64_t tasks)
{
  SimDemand *demand = framework->demand;
  if (stage->tasks == TASKS_UNLIMITED)
    return;
  demand->pending += tasks;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    demand->sum.amount[kind] += tasks * stage->need.amount[kind];
}

static void endless_demand(SimFramework *framework, const SimStage *stage, bool begins)
{
  SimDemand *demand = framework->demand;
  if (stage->tasks != TASKS_UNLIMITED)
    return;
  demand->unlimited_task = stage->need;
  demand->unlimited += begins ? 1 : UINT32_MAX;
}

/* What sim_stage_take() has taken. */
static inline SimTask *take(SimFramework *framework, SimStage *stage, SimRetry number, AgentId agent,
                            TaskInfo *info)
{
  SimWorld *world = framework->world;
  if (stage->pending == 0)
    sim_queue_remove(&framework->queue, stage);
  sim_queue_job_changed(&framework->queue, stage->job);
  if (G_UNLIKELY(framework->demand != NULL))
    demand_moves(framework, stage, -1);

  uint32_t slot;
  SimTask *task = pool_take(&world->tasks, &slot);
  task->id = TASK_NONE;
  task->launch = sim_world_now(world);
  task->stage = stage;
  task->index = number.index;
  task->agent = agent.index;
  task->next = INDEX_NONE;
  task->attempt = number.attempt;
  task->flags = SIM_TASK_OF_FRAMEWORK;
  task->kill = 0;
  task->start_up = DURATION_ZERO;
  draw_length(framework, stage, task);
  world->tasks_launched++;

  info->label = pool_id(&world->tasks, slot);
  info->agent = agent;
  info->resources = resources_of(&stage->need);
  info->executor = NULL;
  if (G_UNLIKELY(!framework->starts_plainly))
    draw_start(framework, task, info);
  return task;
}

void sim_framework_take(SimFramework *framework, SimStage *stage, AgentId agent, TaskInfo *info)
{
  take(framework, stage, sim_stage_take(stage), agent, info);
}

SimTask *sim_framework_take_task(SimFramework *framework, SimStage *stage, SimRetry number, AgentId agent,
                                 TaskInfo *info)
{
  CHECK(stage->pending > 0 && stage->pending != UINT32_MAX);
  stage->pending--;
  stage->live++;
  stage->job->live++;
  return take(framework, stage, number, agent, info);
}

void sim_framework_accept(SimFramework *framework, const OfferId *offers, uint32_t n_offers,
                          const TaskInfo *tasks, uint32_t n_tasks)
{
  sim_network_accept(framework->world->network, framework->id, offers, n_offers, tasks, n_tasks,
                     framework->refuse_unused);
}

void sim_framework_settle_slowly(SimFramework *framework)
{
  if (framework->stopped || !framework->started)
    return;
  bool idle = sim_queue_is_empty(&framework->queue);
  framework->settled = framework->demand != NULL ? 2 : idle;
  if (idle == framework->wants) {
    framework->prefers_since = sim_world_now(framework->world);
    sim_frameworks_want(framework->world->frameworks, framework, !idle);
  }
  if (framework->demand != NULL)
    sim_habits_declare(framework);
  if (!framework->spec->suppress || idle == framework->suppressed ||
      (!idle && framework->spec->forgets_to_revive))
    return;
  framework->suppressed = idle;
  if (idle)
    sim_network_suppress(framework->world->network, framework->id);
  else
    sim_network_revive(framework->world->network, framework->id);
}

static bool is_maintained(const SimFramework *framework, const OfferMessage *offer)
{
  return framework->spec->inverse_offers == INVERSE_ACCEPT && !instant_is_never(offer->unavailability.start);
}

/* Declines what is on agents that are to be maintained or not to be used yet; returns how many of @offers are left, moved to
 * @left. */
static uint32_t leave_out(SimFramework *framework, const OfferMessage *offers, uint32_t n, OfferMessage *left)
{
  uint32_t n_left = 0;
  for (uint32_t i = 0; i < n; i++) {
    bool passed_over = framework->preference != NULL && sim_framework_passes_over(framework, offers[i].agent);
    if (!passed_over && !is_maintained(framework, &offers[i])) {
      left[n_left++] = offers[i];
      continue;
    }
    sim_framework_decline(framework, offers[i].id);
    if (passed_over)
      *(framework->wants ? &framework->judged.unusable : &framework->judged.unwanted) += 1;
  }
  sim_framework_flush(framework, framework->refuse);
  return n_left;
}

/* A message of offers has been answered; before it @usable had been of use. */
static inline void note_wait(SimFramework *framework, uint64_t usable)
{
  if (!framework->wants || framework->judged.usable == usable)
    return;
  Instant now = sim_world_now(framework->world);
  Duration wait = instant_since(now, framework->waits_since);
  OfferSummary *judged = &framework->judged;
  if (G_UNLIKELY(judged->first_wait.ns < 0))
    judged->first_wait = wait;
  judged->longest_wait.ns = MAX(judged->longest_wait.ns, wait.ns);
  framework->waits_since = now;
}

static void answer(SimFramework *framework, const OfferMessage *offers, uint32_t n)
{
  uint64_t usable = framework->judged.usable;
  framework->scheduler->offers(framework, offers, n);
  note_wait(framework, usable);
  sim_framework_settle(framework);
}

void sim_framework_serve(SimFramework *framework, const OfferMessage *offers, uint32_t n)
{
  if (G_LIKELY(!framework->picks_offers)) {
    answer(framework, offers, n);
    return;
  }
  g_autofree OfferMessage *left = g_new(OfferMessage, n);
  n = leave_out(framework, offers, n, left);
  if (n > 0)
    answer(framework, left, n);
}

void sim_framework_judge(SimFramework *framework, Instant now)
{
  const SimWorld *world = framework->world;
  OfferSummary summary = framework->judged;
  if (framework->wants)
    summary.open_wait = instant_since(now, framework->waits_since);
  summary.longest_wait.ns = MAX(summary.longest_wait.ns, summary.open_wait.ns);
  if (world->observer.offers_judged != NULL)
    world->observer.offers_judged(world->observer.self, framework->id, &summary);
}

/* --- demand --------------------------------------------------------------------------------------------- */

static void tell_demand(const SimFramework *framework, bool added, uint32_t tasks, const Quantities *need)
{
  SimWorld *world = framework->world;
  void (*tell)(void *, Instant, FrameworkId, uint32_t, const Quantities *) =
      added ? world->observer.demand_added : world->observer.demand_dropped;
  if (tell != NULL && tasks > 0)
    tell(world->observer.self, sim_world_now(world), framework->id, tasks, need);
}

static void tell_state(SimFramework *framework, SimJob *job, JobState state, const char *reason)
{
  SimWorld *world = framework->world;
  job->state = state;
  if (world->observer.job_state != NULL)
    world->observer.job_state(world->observer.self, sim_world_now(world), framework->id, job->id, state,
                              reason);
}

static void tell_span(SimFramework *framework, const SimJob *job, JobState state)
{
  SimWorld *world = framework->world;
  Instant now = sim_world_now(world);
  bool by_tasks = state == JOB_FINISHED && !instant_is_never(job->finish);
  if (world->observer.job_span != NULL)
    world->observer.job_span(world->observer.self, now, framework->id, job->id, job->start,
                             by_tasks ? job->finish : now);
}

void sim_framework_add_pending(SimFramework *framework, SimStage *stage, uint32_t tasks)
{
  stage->pending += tasks;
  if (stage->shape == NULL)
    sim_queue_add(&framework->queue, stage);
  tell_demand(framework, true, tasks, &stage->need);
  if (G_UNLIKELY(framework->demand != NULL))
    demand_moves(framework, stage, tasks);
}

uint32_t sim_framework_drop_pending(SimFramework *framework, SimStage *stage, uint32_t tasks)
{
  tasks = MIN(tasks, stage->pending);
  if (tasks == 0)
    return 0;
  sim_stage_drop(stage, tasks);
  if (stage->pending == 0)
    sim_queue_remove(&framework->queue, stage);
  tell_demand(framework, false, tasks, &stage->need);
  if (G_UNLIKELY(framework->demand != NULL))
    demand_moves(framework, stage, -(int64_t)tasks);
  return tasks;
}

static void begin(SimFramework *framework, SimStage *stage)
{
  stage->begun = sim_world_now(framework->world);
  sim_queue_add(&framework->queue, stage);
  tell_demand(framework, true, stage->pending, &stage->need);
  if (G_UNLIKELY(framework->demand != NULL)) {
    demand_moves(framework, stage, stage->pending);
    endless_demand(framework, stage, true);
  }
}

static void make_runnable(SimFramework *framework, SimJob *job)
{
  for (uint32_t i = 0; i < job->n_stages; i++) {
    SimStage *stage = &job->stages[i];
    if (stage->runnable || (stage->after & ~job->done) != 0)
      continue;
    stage->runnable = true;
    if (stage->tasks == 0) { /* nothing to do is done at once, and may let others run */
      stage->done = true;
      job->done |= UINT64_C(1) << i;
      i = UINT32_MAX; /* from the first one again */
      continue;
    }
    begin(framework, stage);
  }
  if (framework->scheduler->moved != NULL)
    framework->scheduler->moved(framework);
}

void sim_framework_begin(SimFramework *framework, SimStage *stage)
{
  CHECK(!stage->runnable && stage->tasks > 0);
  stage->runnable = true;
  begin(framework, stage);
}

/* --- stages that are one whole ------------------------------------------------------------------------- */

/* Something of it has been lost, and none of it lives any more: all that has not finished waits again. */
static void wait_as_one(SimFramework *framework, SimStage *stage)
{
  if (stage->live > 0 || stage->pending == 0 || stage->shape != NULL)
    return;
  sim_queue_add(&framework->queue, stage);
  if (framework->scheduler->moved != NULL)
    framework->scheduler->moved(framework);
}

/* --- jobs ----------------------------------------------------------------------------------------------- */

static bool all_done(const SimJob *job)
{
  return job->done == (job->n_stages == 64 ? UINT64_MAX : (UINT64_C(1) << job->n_stages) - 1);
}

static void unlink_job(SimFramework *framework, SimJob *job)
{
  *(job->previous != NULL ? &job->previous->following : &framework->first_job) = job->following;
  *(job->following != NULL ? &job->following->previous : &framework->last_job) = job->previous;
}

/* Takes what is pending out of the queue; what is live stays until it ends. */
static void drop_pending(SimFramework *framework, SimJob *job)
{
  for (uint32_t i = 0; i < job->n_stages; i++) {
    SimStage *stage = &job->stages[i];
    if (stage->shape == NULL)
      continue;
    sim_queue_remove(&framework->queue, stage);
    tell_demand(framework, false, stage->pending, &stage->need);
    if (G_UNLIKELY(framework->demand != NULL)) {
      demand_moves(framework, stage, -(int64_t)stage->pending);
      endless_demand(framework, stage, false);
    }
    if (framework->scheduler->changed != NULL)
      framework->scheduler->changed(framework, stage);
  }
}

static void free_if_unused(SimJob *job)
{
  if (sim_job_is_over(job) && job->live == 0)
    sim_job_free(job);
}

/* The job, which is in the list of unfinished ones, reaches its last state. It may be gone afterwards. */
static void end_job(SimFramework *framework, SimJob *job, JobState state, const char *reason)
{
  SimWorld *world = framework->world;
  unlink_job(framework, job);
  world->unfinished--;
  *(state == JOB_FINISHED ? &world->jobs_finished : &world->jobs_failed) += 1;
  tell_span(framework, job, state);
  tell_state(framework, job, state, reason);
  if (job->record != NULL)
    framework->scheduler->job_ends(framework, job);
  drop_pending(framework, job);
  if (framework->scheduler->moved != NULL)
    framework->scheduler->moved(framework);
  if (framework->scheduler->ended != NULL)
    framework->scheduler->ended(framework);
  sim_arrivals_job_ended(world->arrivals, framework, job);
  free_if_unused(job);
  sim_world_check_done(world);
}

void sim_framework_job(SimFramework *framework, SimJob *job, const char *unschedulable)
{
  SimWorld *world = framework->world;
  Instant now = sim_world_now(world);
  job->sequence = framework->n_submitted++;
  job->previous = framework->last_job;
  *(job->previous != NULL ? &job->previous->following : &framework->first_job) = job;
  framework->last_job = job;
  world->unfinished++;
  world->jobs_submitted++;
  if (world->observer.job_submitted != NULL)
    world->observer.job_submitted(world->observer.self, now, framework->id, job->id, job->name, job->key,
                                  job->tasks);
  g_clear_pointer(&job->name, g_free);
  if (unschedulable != NULL) {
    end_job(framework, job, JOB_UNSCHEDULABLE, unschedulable);
    return;
  }
  if (framework->scheduler->submitted != NULL)
    framework->scheduler->submitted(framework, job);
  make_runnable(framework, job);
  if (all_done(job))
    end_job(framework, job, JOB_FINISHED, NULL);
}

void sim_framework_kill_jobs(SimFramework *framework)
{
  while (framework->first_job != NULL)
    end_job(framework, framework->first_job, JOB_KILLED, "its framework has left");
}

/* --- how tasks end -------------------------------------------------------------------------------------- */

/* @end: where it has not ended on its agent. */
static void tell_attempt(const SimFramework *framework, const SimTask *task, TaskState state, Instant end)
{
  const SimWorld *world = framework->world;
  if (world->observer.task_attempt == NULL)
    return;
  bool started = (task->flags & SIM_TASK_STARTED) != 0;
  bool ended = (task->flags & SIM_TASK_ENDED) != 0;
  const SimStage *stage = task->stage;
  TaskLocality locality = LOCALITY_NONE;
  if (stage->job->record != NULL)
    locality = framework->scheduler->locality(stage, task->index, task->attempt);
  world->observer.task_attempt(world->observer.self, framework->id, stage->job->id, stage->number,
                               task->index, task->attempt, (AgentId){task->agent}, task->launch,
                               started ? task->start : INSTANT_NEVER, ended ? task->finish : end, locality,
                               task_state_name(state));
}

static TaskState state_on_agent(const SimTask *task)
{
  if (task->flags & SIM_TASK_ENDED)
    return task->flags & SIM_TASK_WAS_KILLED ? TASK_KILLED : TASK_FINISHED;
  return task->flags & SIM_TASK_STARTED ? TASK_RUNNING : TASK_STAGING;
}

void sim_framework_run_ends(SimFramework *framework, const SimTask *task)
{
  tell_attempt(framework, task, state_on_agent(task), INSTANT_NEVER);
}

/* Kills what a failed job, or @stage of it (NULL: any), still has. Rare: walks all tasks. */
static void kill_live(SimFramework *framework, const SimJob *job, const SimStage *stage)
{
  SimWorld *world = framework->world;
  for (uint32_t slot = 0; slot < world->tasks.n_slots; slot++) {
    const SimTask *task = pool_at(&world->tasks, slot);
    if (pool_is_taken(&world->tasks, slot) && task->stage != NULL && task->stage->job == job &&
        (stage == NULL || task->stage == stage) && (task->flags & SIM_TASK_OF_FRAMEWORK) &&
        task->id.value != TASK_NONE.value)
      sim_network_kill(world->network, framework->id, task->id);
  }
}

void sim_framework_abandon(SimFramework *framework, SimJob *job)
{
  job->live++; /* it stands until this returns */
  end_job(framework, job, JOB_FAILED_STATE,
          "abandoned: attempts-max decisions did not place all of its tasks");
  for (uint32_t i = 0; i < job->n_stages; i++)
    if (job->stages[i].live > 0 && (job->stages[i].after & ~job->done) != 0)
      kill_live(framework, job, &job->stages[i]);
  job->live--;
  free_if_unused(job);
  sim_framework_settle(framework);
}

/* What the master has launched leaves the demand when it frees it; what it refused is never freed. */
static void drop_refused(SimFramework *framework, const SimStage *stage, const TaskStatus *status)
{
  if (status->task.value == TASK_NONE.value && stage->tasks != TASKS_UNLIMITED)
    tell_demand(framework, false, 1, &stage->need);
}

static void task_returns(SimFramework *framework, SimStage *stage, const SimTask *task,
                         const TaskStatus *status)
{
  bool was_launched = status->task.value != TASK_NONE.value;
  if (framework->scheduler->returns != NULL &&
      !framework->scheduler->returns(framework, task, status->label)) {
    drop_refused(framework, stage, status);
    return;
  }
  uint16_t attempt = task->attempt < UINT16_MAX ? (uint16_t)(task->attempt + 1) : UINT16_MAX;
  if (stage->job->record != NULL)
    stage->pending++; /* the scheduler knows which one */
  else
    sim_stage_return(stage, task->index, attempt);
  if (G_UNLIKELY(framework->as_one))
    wait_as_one(framework, stage);
  else if (stage->shape == NULL)
    sim_queue_add(&framework->queue, stage);
  if (G_UNLIKELY(framework->demand != NULL))
    demand_moves(framework, stage, 1);
  if (was_launched && stage->tasks != TASKS_UNLIMITED)
    tell_demand(framework, true, 1, &stage->need);
  if (G_UNLIKELY(framework->as_one) &&
      stage->pending == 1) /* the first that is lost takes the others along */
    kill_live(framework, stage->job, stage);
}

/* @ended: as it was. */
static void task_finished(SimFramework *framework, SimStage *stage, const SimTask *ended,
                          const TaskStatus *status)
{
  SimJob *job = stage->job;
  framework->world->tasks_finished++;
  stage->finished++;
  if (stage->tasks == TASKS_UNLIMITED)
    return;
  if (G_UNLIKELY(framework->keeps_up)) {
    task_returns(framework, stage, ended, status);
    return;
  }
  if (stage->finished < stage->tasks) {
    if (G_UNLIKELY(framework->as_one))
      wait_as_one(framework, stage);
    return;
  }
  stage->done = true;
  job->done |= UINT64_C(1) << stage->number;
  make_runnable(framework, job);
  if (all_done(job))
    end_job(framework, job, JOB_FINISHED, NULL);
}

static void task_ended(SimFramework *framework, SimTask *task, const TaskStatus *status)
{
  SimStage *stage = task->stage;
  SimJob *job = stage->job;
  SimTask ended = *task;
  tell_attempt(framework, task, status->state, sim_world_now(framework->world));
  task->stage = NULL;
  sim_task_let_go(&framework->world->tasks, slot_of(status->label), task, SIM_TASK_OF_FRAMEWORK);
  stage->live--;
  job->live--;
  if (G_UNLIKELY(framework->executors != NULL))
    sim_executors_ended(framework->executors, (AgentId){ended.agent});
  sim_queue_job_changed(&framework->queue, job);
  bool is_nothing = job->record != NULL && framework->scheduler->attempt_ends(framework, stage, ended.index,
                                                                              ended.attempt, status->state);
  if (sim_job_is_over(job)) {
    if (status->state == TASK_FINISHED)
      framework->world->tasks_finished++;
    drop_refused(framework, stage, status);
    free_if_unused(job);
  } else if (G_UNLIKELY(is_nothing)) {
    drop_refused(framework, stage, status);
  } else if (status->state == TASK_FINISHED) {
    task_finished(framework, stage, &ended, status);
  } else if (status->state == TASK_ERROR) {
    bool has_more =
        job->live > 0; /* then it outlives end_job(), and is over when its tasks come back killed */
    drop_refused(framework, stage, status);
    end_job(framework, job, JOB_FAILED_STATE, "the master refused one of its tasks (TASK_ERROR)");
    if (has_more)
      kill_live(framework, job, NULL);
  } else {
    task_returns(framework, stage, &ended, status);
  }
}

static void task_runs(SimFramework *framework, const SimTask *task, const TaskStatus *status)
{
  if (task->stage->job->state == JOB_WAITING)
    tell_state(framework, task->stage->job, JOB_RUNNING, NULL);
  if (G_UNLIKELY(framework->executors != NULL))
    sim_executors_heard(framework->executors, (AgentId){task->agent});
  if (G_UNLIKELY(framework->scheduler->unwanted != NULL) &&
      framework->scheduler->unwanted(framework, task, status->label))
    sim_network_kill(framework->world->network, framework->id, status->task);
}

void sim_framework_status(SimFramework *framework, const TaskStatus *status)
{
  SimWorld *world = framework->world;
  SimTask *task = pool_find(&world->tasks, status->label);
  bool terminal = task_state_is_terminal(status->state);
  if (G_UNLIKELY(framework->stopped)) { /* nobody is there to acknowledge */
    if (task != NULL && terminal && (task->flags & SIM_TASK_OF_AGENT))
      sim_agents_forget(world->agents, status->label);
    else if (task != NULL && terminal && task->stage != NULL) {
      sim_framework_dropped(framework, task);
      sim_task_let_go(&world->tasks, slot_of(status->label), task, SIM_TASK_OF_FRAMEWORK);
    }
    return;
  }
  if (task == NULL || (task->flags & SIM_TASK_OF_FRAMEWORK) == 0) { /* seen to end already */
    if (status->sequence > 0)
      sim_network_acknowledge(world->network, framework->id, status->task, status->sequence);
    return;
  }
  if (terminal)
    task_ended(framework, task, status);
  else if (status->state == TASK_RUNNING)
    task_runs(framework, task, status);
  if (status->sequence > 0)
    sim_network_acknowledge(world->network, framework->id, status->task, status->sequence);
  if (terminal)
    sim_framework_settle(framework);
}

void sim_framework_dropped(SimFramework *framework, SimTask *task)
{
  SimStage *stage = task->stage;
  tell_attempt(framework, task, task->flags & SIM_TASK_ENDED ? state_on_agent(task) : TASK_KILLED,
               sim_world_now(framework->world));
  task->stage = NULL;
  stage->live--;
  stage->job->live--;
  free_if_unused(stage->job);
}
