/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-frameworks.h"

#include "model/scheduler-decliner.h"
#include "model/scheduler-elastic.h"
#include "model/scheduler-hadoop.h"
#include "model/scheduler-rigid.h"
#include "model/scheduler-service.h"
#include "model/scheduler-spark.h"
#include "model/sim-agents.h"
#include "model/sim-arrivals.h"
#include "model/sim-habits.h"
#include "model/sim-network.h"
#include "model/sim-preference.h"
#include "model/sim-record.h"
#include "model/sim-thoughts.h"
#include "model/sim-wishes.h"

struct SimFrameworks {
  SimWorld *world;
  SimFramework *all; /* array by (group, member) */
  uint32_t n;
  uint32_t *first_of_group;    /* in all */
  SimPreference **preferences; /* array by group; NULL: none */
  uint32_t n_groups;
  SimFramework **by_id; /* array of n, filled as they start */
  uint32_t n_started;
  SimHandlerId timer_handler;
  SimHandlerId idle_handler;
  SimThoughts *thoughts;
  SimHabits *habits;
  TaskInfo *scratch;
  uint32_t scratch_space;
  OfferId *declines;
  uint32_t n_declines;
  uint32_t declines_space;
};

static void on_timer(void *self, uint64_t payload);
static void on_executor_idle(void *self, uint64_t payload);

static const SimScheduler *const schedulers[] = {
    [SCHEDULER_ELASTIC] = &scheduler_elastic,   [SCHEDULER_RIGID] = &scheduler_rigid,
    [SCHEDULER_MPI] = &scheduler_mpi,           [SCHEDULER_SERVICE] = &scheduler_service,
    [SCHEDULER_DECLINER] = &scheduler_decliner, [SCHEDULER_HADOOP] = &scheduler_hadoop,
    [SCHEDULER_SPARK] = &scheduler_spark,       [SCHEDULER_TORQUE] = &scheduler_torque,
};

/* @number: in all; @idle_handler: of executors. */
static void init_framework(SimFramework *framework, SimWorld *world, uint32_t group, uint32_t member,
                           const SourceMember *info, SimHandlerId idle_handler, uint64_t number,
                           const SimPreference *preference)
{
  const FrameworkSpec *spec = &world->experiment->frameworks[group];
  framework->world = world;
  framework->spec = spec;
  framework->member_info = info;
  framework->scheduler = schedulers[spec->scheduler];
  if (!scheduler_loses_gangs(spec->scheduler) && (spec->minimum_allocation > 0 || spec->keeps_width))
    framework->scheduler = &scheduler_moldable;
  framework->id = FRAMEWORK_NONE;
  framework->group = group;
  framework->member = member;
  sim_queue_init(&framework->queue, spec->job_order == JOB_ORDER_FAIR);
  framework->decision = sim_delay_of(spec->decision_time);
  framework->decision_per_job = sim_delay_of(spec->decision_time_per_job);
  framework->decision_per_task = sim_delay_of(spec->decision_time_per_task);
  if (framework->decision_per_job.present || framework->decision_per_task.present)
    framework->decision.present = true;
  framework->hold = sim_delay_of(spec->hold_time);
  framework->start_up = sim_delay_of(spec->executor_start_up);
  framework->refuse = (OfferFilter){true, spec->refuse};
  framework->refuse_unused = (OfferFilter){true, spec->refuse_unused};
  framework->answers_at_once = !framework->decision.present && !framework->hold.present;
  if (spec->executor_reuse)
    framework->executors = sim_executors_new(framework, idle_handler, number << 32);
  framework->starts_plainly = !framework->start_up.present && framework->executors == NULL &&
                              world->pace == NULL && world->experiment->cluster.isolation.start_up == NULL &&
                              preference == NULL;
  framework->preference = preference;
  framework->picks_offers =
      preference != NULL || (world->may_maintain && spec->inverse_offers == INVERSE_ACCEPT);
  framework->as_one = scheduler_loses_gangs(spec->scheduler);
  framework->keeps_up = spec->scheduler == SCHEDULER_SERVICE;
  framework->settled = 2; /* nothing has been said yet */
  framework->judged.first_wait.ns = -1;
  framework->uses_revocable = (spec->capabilities & CAPABLE_REVOCABLE_RESOURCES) != 0;
  if (spec->declared_demand > 0)
    framework->demand = g_new0(SimDemand, 1);
}

SimFrameworks *sim_frameworks_new(SimWorld *world, JobSource *const *sources)
{
  SimFrameworks *frameworks = g_new0(SimFrameworks, 1);
  uint32_t n_groups = world->experiment->n_frameworks;
  frameworks->world = world;
  frameworks->first_of_group = g_new(uint32_t, n_groups + 1);
  for (uint32_t group = 0; group < n_groups; group++) {
    frameworks->first_of_group[group] = frameworks->n;
    frameworks->n += sources[group]->n_members;
  }
  frameworks->first_of_group[n_groups] = frameworks->n;
  frameworks->all = g_new0(SimFramework, MAX(frameworks->n, 1));
  frameworks->n_groups = n_groups;
  frameworks->preferences = g_new0(SimPreference *, MAX(n_groups, 1));
  for (uint32_t group = 0; group < n_groups; group++)
    frameworks->preferences[group] =
        sim_preference_new(&world->experiment->cluster, &world->experiment->frameworks[group]);
  frameworks->by_id = g_new0(SimFramework *, MAX(frameworks->n, 1));
  frameworks->idle_handler =
      sim_engine_add_handler(world->engine, "executor-idle", on_executor_idle, frameworks);
  for (uint32_t group = 0; group < n_groups; group++)
    for (uint32_t member = 0; member < sources[group]->n_members; member++)
      init_framework(sim_frameworks_of(frameworks, group, member), world, group, member,
                     &sources[group]->members[member], frameworks->idle_handler,
                     frameworks->first_of_group[group] + member, frameworks->preferences[group]);
  frameworks->thoughts = sim_thoughts_new(world);
  frameworks->habits = sim_habits_new(world);
  frameworks->timer_handler = sim_engine_add_handler(world->engine, "framework-timer", on_timer, frameworks);
  return frameworks;
}

/* Jobs that are over are in no list: their last task would have freed them. */
static void free_jobs_of_live_tasks(SimFrameworks *frameworks)
{
  Pool *tasks = &frameworks->world->tasks;
  for (uint32_t slot = 0; slot < tasks->n_slots; slot++) {
    const SimTask *task = pool_at(tasks, slot);
    if (!pool_is_taken(tasks, slot) || task->stage == NULL)
      continue;
    SimJob *job = task->stage->job;
    if (--job->live == 0 && sim_job_is_over(job))
      sim_job_free(job);
  }
}

void sim_frameworks_free(SimFrameworks *frameworks)
{
  if (frameworks == NULL)
    return;
  free_jobs_of_live_tasks(frameworks);
  for (uint32_t i = 0; i < frameworks->n; i++) {
    SimFramework *framework = &frameworks->all[i];
    if (framework->scheduler->clear != NULL)
      framework->scheduler->clear(framework);
    sim_queue_clear(&framework->queue);
    sim_thoughts_clear(framework);
    sim_executors_free(framework->executors);
    g_clear_pointer(&framework->released, g_array_unref);
    sim_habits_clear(framework);
    while (framework->first_job != NULL) {
      SimJob *job = framework->first_job;
      framework->first_job = job->following;
      sim_job_free(job);
    }
  }
  sim_thoughts_free(frameworks->thoughts);
  sim_habits_free(frameworks->habits);
  g_free(frameworks->scratch);
  g_free(frameworks->declines);
  g_free(frameworks->by_id);
  g_free(frameworks->first_of_group);
  for (uint32_t i = 0; i < frameworks->n_groups; i++)
    sim_preference_free(frameworks->preferences[i]);
  g_free(frameworks->preferences);
  g_free(frameworks->all);
  g_free(frameworks);
}

uint32_t sim_frameworks_count(const SimFrameworks *frameworks)
{
  return frameworks->n;
}

SimFramework *sim_frameworks_of(SimFrameworks *frameworks, uint32_t group, uint32_t member)
{
  CHECK(frameworks->first_of_group[group] + member < frameworks->first_of_group[group + 1]);
  return &frameworks->all[frameworks->first_of_group[group] + member];
}

SimFramework *sim_frameworks_at(SimFrameworks *frameworks, uint32_t number)
{
  return &frameworks->all[number];
}

/* --- start and stop ------------------------------------------------------------------------------------- */

static uint32_t capabilities_of(const FrameworkSpec *spec)
{
  static const uint32_t masters[] = {FRAMEWORK_GPU_RESOURCES,     FRAMEWORK_REVOCABLE_RESOURCES,
                                     FRAMEWORK_SHARED_RESOURCES,  FRAMEWORK_RESERVATION_REFINEMENT,
                                     FRAMEWORK_REGION_AWARE,      FRAMEWORK_PARTITION_AWARE,
                                     FRAMEWORK_TASK_KILLING_STATE};
  uint32_t capabilities = 0;
  if (!spec->capabilities_given)
    return framework_takes_gpus(spec) ? FRAMEWORK_GPU_RESOURCES : 0;
  for (uint32_t i = 0; i < G_N_ELEMENTS(masters); i++)
    if ((spec->capabilities >> i & 1) != 0)
      capabilities |= masters[i];
  return capabilities;
}

/* False, and the run is over, where the master refuses it: what the workload says has been checked before. */
static bool subscribe(SimFramework *framework, Instant now)
{
  const FrameworkSpec *spec = framework->spec;
  const char *own = framework->member_info->role;
  const char *const *roles = spec->roles == NULL ? &own : (const char *const *)spec->roles;
  uint32_t n_roles = spec->roles == NULL ? 1 : g_strv_length(spec->roles);
  g_autofree bool *suppressed = g_new(bool, n_roles);
  const char *partition = framework->world->partitions == NULL ? NULL : own;
  g_autofree OfferWishes *wishes = sim_wishes_new(spec, partition, n_roles);
  for (uint32_t i = 0; i < n_roles; i++)
    suppressed[i] = framework->suppressed;
  FrameworkInfo info = {
      .name = framework->member_info->name,
      .roles = roles,
      .suppressed = suppressed,
      .n_roles = n_roles,
      .capabilities = capabilities_of(spec),
      .wishes = wishes,
      .principal = spec->principal,
  };
  GError *error = NULL;
  sim_network_charge(framework->world->network, MASTER_COST_SUBSCRIBE);
  FrameworkId id = master_subscribe(framework->world->master, now, &info, &error);
  sim_wishes_clear(wishes);
  if (error == NULL)
    CHECK(id.index == framework->id.index);
  else
    sim_world_halt(framework->world, SIMULATION_FAILED, error);
  return error == NULL;
}

void sim_frameworks_start(SimFrameworks *frameworks, SimFramework *framework)
{
  SimWorld *world = frameworks->world;
  Instant now = sim_world_now(world);
  framework->suppressed = framework->spec->suppress && !framework->job_due;
  framework->started = true;
  framework->id = (FrameworkId){frameworks->n_started};
  frameworks->by_id[frameworks->n_started] = framework;
  world->progress = now;
  sim_digest_add_2(&world->digest, now, SIM_PHASE_ARRIVAL, SIM_RECORD_SUBSCRIBE, framework->id.index,
                   sim_text_hash(framework->member_info->name));
  if (!subscribe(framework, now)) {
    framework->stopped = true;
    return;
  }
  frameworks->n_started++;
  world->frameworks_live++;
  if (world->observer.framework_started != NULL)
    world->observer.framework_started(world->observer.self, now, framework->id, framework->group,
                                      framework->spec->ramp_up_target);
  sim_habits_start(frameworks->habits, framework);
}

void sim_frameworks_stop(SimFrameworks *frameworks, SimFramework *framework)
{
  SimWorld *world = frameworks->world;
  if (!framework->started || framework->stopped)
    return;
  framework->stopped = true;
  world->frameworks_live--;
  sim_frameworks_set_timer(frameworks, framework, INSTANT_NEVER);
  sim_habits_stop(framework);
  sim_framework_kill_jobs(framework);
  if (framework->scheduler->clear != NULL)
    framework->scheduler->clear(framework);
  if (framework->executors != NULL)
    sim_executors_clear(framework->executors);
  sim_framework_judge(framework, sim_world_now(world));
  if (world->observer.framework_stopped != NULL)
    world->observer.framework_stopped(world->observer.self, sim_world_now(world), framework->id);
  sim_network_teardown(world->network, framework->id);
}

void sim_frameworks_explain(SimFrameworks *frameworks)
{
  JobObserver *observer = &frameworks->world->observer;
  if (observer->job_state == NULL)
    return;
  Instant now = sim_world_now(frameworks->world);
  for (uint32_t i = 0; i < frameworks->n; i++) {
    SimFramework *framework = &frameworks->all[i];
    for (SimJob *job = framework->first_job; job != NULL; job = job->following)
      observer->job_state(observer->self, now, framework->id, job->id, job->state,
                          framework->scheduler->reason(framework, job));
  }
}

static void tell_live_tasks(const SimWorld *world)
{
  if (world->observer.task_attempt == NULL)
    return;
  for (uint32_t slot = 0; slot < world->tasks.n_slots; slot++) {
    const SimTask *task = pool_at(&world->tasks, slot);
    if (pool_is_taken(&world->tasks, slot) && task->stage != NULL)
      sim_framework_run_ends(task->stage->job->framework, task);
  }
}

void sim_frameworks_run_ends(SimFrameworks *frameworks, Instant end)
{
  const SimWorld *world = frameworks->world;
  for (uint32_t i = 0; i < frameworks->n; i++)
    if (frameworks->all[i].started && !frameworks->all[i].stopped)
      sim_framework_judge(&frameworks->all[i], end);
  tell_live_tasks(world);
  if (world->observer.job_span == NULL)
    return;
  for (uint32_t i = 0; i < frameworks->n; i++) {
    const SimFramework *framework = &frameworks->all[i];
    for (const SimJob *job = framework->first_job; job != NULL; job = job->following)
      world->observer.job_span(world->observer.self, sim_world_now(world), framework->id, job->id, job->start,
                               INSTANT_NEVER);
  }
}

/* --- messages ------------------------------------------------------------------------------------------- */

SimFramework *sim_frameworks_by_id(SimFrameworks *frameworks, FrameworkId id)
{
  return frameworks->by_id[id.index];
}

const char *sim_frameworks_role(const SimFrameworks *frameworks, FrameworkId id)
{
  return frameworks->by_id[id.index]->member_info->role;
}

void sim_frameworks_offers(SimFrameworks *frameworks, FrameworkId id, const OfferMessage *offers, uint32_t n)
{
  SimFramework *framework = frameworks->by_id[id.index];
  if (framework->stopped)
    return;
  if (G_LIKELY(framework->answers_at_once))
    sim_framework_serve(framework, offers, n);
  else
    sim_thoughts_begin(frameworks->thoughts, framework, offers, n);
}

/* Labels of those that the framework has given up before, and that it has not seen end yet. */
static void forget_released(const SimWorld *world, GArray *released)
{
  guint n = 0;
  for (guint i = 0; i < released->len; i++) {
    uint64_t label = g_array_index(released, uint64_t, i);
    const SimTask *task = pool_find(&world->tasks, label);
    if (task != NULL && (task->flags & SIM_TASK_OF_FRAMEWORK) != 0)
      g_array_index(released, uint64_t, n++) = label;
  }
  g_array_set_size(released, n);
}

/* Of a stage as many are kept as it starts with. */
static bool may_release(const SimFramework *framework, const SimStage *stage)
{
  uint32_t live = stage->live;
  for (guint i = 0; i < framework->released->len; i++) {
    uint64_t label = g_array_index(framework->released, uint64_t, i);
    const SimTask *task = pool_find(&framework->world->tasks, label);
    live -= task->stage == stage;
  }
  return live > framework->spec->minimum_allocation;
}

/* Kills what the framework may spare on @agent; it runs again elsewhere. */
static void release_agent(SimFramework *framework, AgentId agent)
{
  SimWorld *world = framework->world;
  if (framework->released == NULL)
    framework->released = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  GArray *released = framework->released;
  forget_released(world, released);
  guint first = released->len;
  g_autoptr(GArray) labels = sim_agents_list(world->agents, agent);
  for (guint i = 0; i < labels->len; i++) {
    uint64_t label = g_array_index(labels, uint64_t, i);
    const SimTask *task = pool_find(&world->tasks, label);
    if (task->stage != NULL && task->stage->job->framework == framework &&
        (task->flags & SIM_TASK_ENDED) == 0 && may_release(framework, task->stage))
      g_array_append_val(released, label);
  }
  /* What is killed may be gone when the next one is, and so may be records of others. */
  g_autofree TaskId *ids = g_new(TaskId, MAX(released->len - first, 1));
  guint n = released->len - first;
  for (guint i = 0; i < n; i++)
    ids[i] = ((const SimTask *)pool_find(&world->tasks, g_array_index(released, uint64_t, first + i)))->id;
  for (guint i = 0; i < n; i++)
    sim_network_kill(world->network, framework->id, ids[i]);
}

void sim_frameworks_inverse_offers(SimFrameworks *frameworks, FrameworkId id,
                                   const InverseOfferMessage *offers, uint32_t n)
{
  SimFramework *framework = frameworks->by_id[id.index];
  InverseOfferReply reply = framework->spec->inverse_offers;
  for (uint32_t i = 0; i < n && !framework->stopped && reply != INVERSE_IGNORE; i++) {
    AgentId agent = offers[i].agent;
    sim_network_answer_inverse_offer(frameworks->world->network, id, offers[i].id, reply == INVERSE_ACCEPT,
                                     framework->refuse);
    if (framework->spec->scale_down && reply == INVERSE_ACCEPT)
      release_agent(framework, agent);
  }
}

void sim_frameworks_error(SimFrameworks *frameworks, FrameworkId id, const char *text)
{
  SimFramework *framework = frameworks->by_id[id.index];
  if (framework->stopped)
    return;
  g_autofree char *message = g_strdup_printf("%s gives up: %s", framework->member_info->name, text);
  sim_world_warn(frameworks->world, message);
  sim_arrivals_leave(frameworks->world->arrivals, framework);
}

void sim_frameworks_rescind(SimFrameworks *frameworks, FrameworkId id, OfferId offer)
{
  SimFramework *framework = frameworks->by_id[id.index];
  if (framework->stopped)
    return;
  if (framework->scheduler->rescind != NULL)
    framework->scheduler->rescind(framework, offer);
  sim_thoughts_rescind(framework, offer);
}

void sim_frameworks_status(SimFrameworks *frameworks, FrameworkId id, const TaskStatus *status)
{
  sim_framework_status(frameworks->by_id[id.index], status);
}

void sim_frameworks_task_dropped(SimFrameworks *frameworks, SimTask *task)
{
  (void)frameworks;
  sim_framework_dropped(task->stage->job->framework, task);
}

/* --- for the schedulers --------------------------------------------------------------------------------- */

void sim_frameworks_set_timer(SimFrameworks *frameworks, SimFramework *framework, Instant at)
{
  SimEngine *engine = frameworks->world->engine;
  sim_engine_cancel(engine, framework->timer);
  framework->timer =
      sim_engine_schedule(engine, at, SIM_PHASE_TIMER, frameworks->timer_handler, framework->id.index);
}

void sim_frameworks_want(SimFrameworks *frameworks, SimFramework *framework, bool wants)
{
  sim_habits_want(frameworks->habits, framework, wants);
}

static void on_timer(void *self, uint64_t payload)
{
  SimFrameworks *frameworks = self;
  SimWorld *world = frameworks->world;
  SimFramework *framework = frameworks->by_id[payload];
  framework->timer = SIM_EVENT_NONE;
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_TIMER, SIM_RECORD_HOLD_TIMEOUT, payload);
  framework->scheduler->timer(framework);
}

static void on_executor_idle(void *self, uint64_t payload)
{
  SimFrameworks *frameworks = self;
  SimWorld *world = frameworks->world;
  SimFramework *framework = &frameworks->all[payload >> 32];
  AgentId agent = {(uint32_t)payload};
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_TIMER, SIM_RECORD_EXECUTOR_IDLE,
                   sim_record_pair(framework->id.index, agent.index));
  sim_executors_idle(framework->executors, agent);
}

TaskInfo *sim_framework_scratch(SimFramework *framework, uint32_t n)
{
  SimFrameworks *frameworks = framework->world->frameworks;
  if (n > frameworks->scratch_space) {
    frameworks->scratch_space = MAX(2 * frameworks->scratch_space, MAX(n, 16));
    frameworks->scratch = g_renew(TaskInfo, frameworks->scratch, frameworks->scratch_space);
  }
  return frameworks->scratch;
}

void sim_framework_decline(SimFramework *framework, OfferId offer)
{
  SimFrameworks *frameworks = framework->world->frameworks;
  if (frameworks->n_declines == frameworks->declines_space) {
    frameworks->declines_space = MAX(2 * frameworks->declines_space, 64);
    frameworks->declines = g_renew(OfferId, frameworks->declines, frameworks->declines_space);
  }
  frameworks->declines[frameworks->n_declines++] = offer;
}

void sim_framework_flush(SimFramework *framework, OfferFilter filter)
{
  SimFrameworks *frameworks = framework->world->frameworks;
  uint32_t n = frameworks->n_declines;
  frameworks->n_declines = 0;
  if (n > 0)
    sim_network_decline(framework->world->network, framework->id, frameworks->declines, n, filter);
}
