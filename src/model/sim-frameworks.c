/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-frameworks.h"

#include "model/scheduler-elastic.h"
#include "model/scheduler-rigid.h"
#include "model/sim-mail.h"
#include "model/sim-message.h"
#include "model/sim-network.h"
#include "model/sim-record.h"

struct SimFrameworks {
  SimWorld *world;
  SimFramework *all; /* array by (group, member) */
  uint32_t n;
  uint32_t *first_of_group; /* in all */
  SimFramework **by_id;     /* array of n, filled as they start */
  uint32_t n_started;
  SimHandlerId decision_handler;
  SimHandlerId hold_handler;
  SimMailbag thoughts; /* SimMessage: offers that wait for a decision */
  TaskInfo *scratch;
  uint32_t scratch_space;
  OfferId *declines;
  uint32_t n_declines;
  uint32_t declines_space;
};

static void on_decision(void *self, uint64_t payload);
static void on_hold_timeout(void *self, uint64_t payload);

static void init_framework(SimFramework *framework, SimWorld *world, uint32_t group, uint32_t member,
                           const SourceMember *info)
{
  const FrameworkSpec *spec = &world->experiment->frameworks[group];
  framework->world = world;
  framework->spec = spec;
  framework->member_info = info;
  framework->scheduler = spec->scheduler == SCHEDULER_RIGID ? &scheduler_rigid : &scheduler_elastic;
  framework->id = FRAMEWORK_NONE;
  framework->group = group;
  framework->member = member;
  sim_queue_init(&framework->queue, spec->job_order == JOB_ORDER_FAIR);
  framework->decision = sim_delay_of(spec->decision_time);
  framework->start_up = sim_delay_of(spec->executor_start_up);
  framework->refuse = (OfferFilter){true, spec->refuse};
  framework->refuse_unused = (OfferFilter){true, spec->refuse_unused};
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
  frameworks->by_id = g_new0(SimFramework *, MAX(frameworks->n, 1));
  for (uint32_t group = 0; group < n_groups; group++)
    for (uint32_t member = 0; member < sources[group]->n_members; member++)
      init_framework(sim_frameworks_of(frameworks, group, member), world, group, member,
                     &sources[group]->members[member]);
  frameworks->decision_handler =
      sim_engine_add_handler(world->engine, "framework-decision", on_decision, frameworks);
  frameworks->hold_handler =
      sim_engine_add_handler(world->engine, "hold-timeout", on_hold_timeout, frameworks);
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
    g_queue_clear(&framework->thoughts);
    g_clear_pointer(&framework->waiting, g_hash_table_unref);
    g_free(framework->considered);
    while (framework->first_job != NULL) {
      SimJob *job = framework->first_job;
      framework->first_job = job->following;
      sim_job_free(job);
    }
  }
  sim_mail_clear(&frameworks->thoughts);
  g_free(frameworks->scratch);
  g_free(frameworks->declines);
  g_free(frameworks->by_id);
  g_free(frameworks->first_of_group);
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

/* Agents with gpus are kept for those that may ask for them. */
static bool may_use_gpus(const FrameworkSpec *spec)
{
  for (uint32_t i = 0; i < spec->n_stages; i++)
    if (spec->stages[i].task_resources.amount[RESOURCE_GPUS] > 0)
      return true;
  const TraceSpec *trace = spec->trace;
  return trace != NULL &&
         (trace->task_resources.amount[RESOURCE_GPUS] > 0 || trace->map_resources.amount[RESOURCE_GPUS] > 0 ||
          trace->reduce_resources.amount[RESOURCE_GPUS] > 0 || trace->whole_agents ||
          trace->kind_columns[RESOURCE_GPUS].name != NULL);
}

void sim_frameworks_start(SimFrameworks *frameworks, SimFramework *framework)
{
  SimWorld *world = frameworks->world;
  Instant now = sim_world_now(world);
  const char *role = framework->member_info->role;
  framework->suppressed = framework->spec->suppress && !framework->job_due;
  framework->started = true;
  framework->id = (FrameworkId){frameworks->n_started};
  frameworks->by_id[frameworks->n_started++] = framework;
  world->frameworks_live++;
  world->progress = now;
  FrameworkInfo info = {
      .name = framework->member_info->name,
      .roles = &role,
      .suppressed = &framework->suppressed,
      .n_roles = 1,
      .capabilities = may_use_gpus(framework->spec) ? FRAMEWORK_GPU_RESOURCES : 0,
  };
  sim_digest_add_2(&world->digest, now, SIM_PHASE_ARRIVAL, SIM_RECORD_SUBSCRIBE, framework->id.index,
                   sim_text_hash(framework->member_info->name));
  FrameworkId id = master_subscribe(world->master, now, &info, NULL);
  CHECK(id.index == framework->id.index);
  if (world->observer.framework_started != NULL)
    world->observer.framework_started(world->observer.self, now, id, framework->group,
                                      framework->spec->ramp_up_target);
}

void sim_frameworks_stop(SimFrameworks *frameworks, SimFramework *framework)
{
  SimWorld *world = frameworks->world;
  if (!framework->started || framework->stopped)
    return;
  framework->stopped = true;
  world->frameworks_live--;
  sim_frameworks_hold_until(frameworks, framework, INSTANT_NEVER);
  sim_framework_kill_jobs(framework);
  if (framework->scheduler->clear != NULL)
    framework->scheduler->clear(framework);
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
      if (job->state == JOB_WAITING)
        observer->job_state(observer->self, now, framework->id, job->id, JOB_WAITING,
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

void sim_frameworks_run_ends(SimFrameworks *frameworks)
{
  const SimWorld *world = frameworks->world;
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

static void serve(SimFramework *framework, const OfferMessage *offers, uint32_t n)
{
  framework->scheduler->offers(framework, offers, n);
  sim_framework_settle(framework);
}

/* --- decisions that take time --------------------------------------------------------------------------- */

_Static_assert(sizeof(gpointer) >= sizeof(OfferId), "an offer's id is a key");

static gpointer key_of(OfferId offer)
{
  return GSIZE_TO_POINTER(offer.value);
}

static void remember(SimFramework *framework, const SimMessage *message)
{
  if (framework->waiting == NULL)
    framework->waiting = g_hash_table_new(NULL, NULL);
  for (uint32_t i = 0; i < message->n; i++)
    g_hash_table_insert(framework->waiting, key_of(message->offers[i].id), NULL);
}

static bool was_rescinded(const SimFramework *framework, OfferId offer)
{
  return g_hash_table_lookup(framework->waiting, key_of(offer)) != NULL;
}

static void forget_thought(SimFrameworks *frameworks, SimFramework *framework)
{
  SimMessage *message = g_queue_pop_head(&framework->thoughts);
  size_t size = sim_message_size(message);
  for (uint32_t i = 0; i < message->n; i++)
    g_hash_table_remove(framework->waiting, key_of(message->offers[i].id));
  sim_message_clear(message);
  sim_mail_give(&frameworks->thoughts, message, size);
  frameworks->world->decisions--;
}

/* Begins with the first message that still has an offer. What was rescinded is dealt with already. */
static void begin_decision(SimFrameworks *frameworks, SimFramework *framework)
{
  SimWorld *world = frameworks->world;
  while (!g_queue_is_empty(&framework->thoughts)) {
    const SimMessage *message = g_queue_peek_head(&framework->thoughts);
    uint32_t i = 0;
    while (i < message->n && was_rescinded(framework, message->offers[i].id))
      i++;
    if (i < message->n)
      break;
    forget_thought(frameworks, framework);
  }
  if (g_queue_is_empty(&framework->thoughts))
    return;
  SimDraw draw = {world->seed, SIM_PURPOSE_DECISION_TIME,
                  sim_entity_hash(framework->spec->name, framework->member, 0, 0), framework->decisions++};
  sim_engine_post(world->engine,
                  instant_after(sim_world_now(world), sim_delay_draw(&framework->decision, &draw)),
                  SIM_PHASE_TIMER, frameworks->decision_handler, framework->id.index);
  /* From now on a rescind comes too late: what it thinks about is what stands here. */
  const SimMessage *message = g_queue_peek_head(&framework->thoughts);
  framework->considered = g_renew(OfferMessage, framework->considered, message->n);
  framework->n_considered = 0;
  for (uint32_t i = 0; i < message->n; i++)
    if (!was_rescinded(framework, message->offers[i].id))
      framework->considered[framework->n_considered++] = message->offers[i];
}

static void on_decision(void *self, uint64_t payload)
{
  SimFrameworks *frameworks = self;
  SimWorld *world = frameworks->world;
  SimFramework *framework = frameworks->by_id[payload];
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_TIMER, SIM_RECORD_DECISION, payload);
  if (framework->stopped) {
    while (!g_queue_is_empty(&framework->thoughts))
      forget_thought(frameworks, framework);
    return;
  }
  serve(framework, framework->considered, framework->n_considered);
  if (framework->scheduler->rescind != NULL)
    for (uint32_t i = 0; i < framework->n_considered; i++)
      if (was_rescinded(framework, framework->considered[i].id))
        framework->scheduler->rescind(framework, framework->considered[i].id);
  forget_thought(frameworks, framework);
  begin_decision(frameworks, framework);
}

void sim_frameworks_offers(SimFrameworks *frameworks, FrameworkId id, const OfferMessage *offers, uint32_t n)
{
  SimFramework *framework = frameworks->by_id[id.index];
  if (framework->stopped)
    return;
  if (G_LIKELY(!framework->decision.present)) {
    serve(framework, offers, n);
    return;
  }
  SimMessage message = {.kind = SIM_MESSAGE_OFFERS, .framework = id, .n = n, .offers = offers};
  void *block = sim_mail_take(&frameworks->thoughts, sim_message_size(&message));
  bool idle = g_queue_is_empty(&framework->thoughts);
  SimMessage *thought = sim_message_copy(block, &message);
  g_queue_push_tail(&framework->thoughts, thought);
  remember(framework, thought);
  frameworks->world->decisions++;
  if (idle)
    begin_decision(frameworks, framework);
}

void sim_frameworks_rescind(SimFrameworks *frameworks, FrameworkId id, OfferId offer)
{
  SimFramework *framework = frameworks->by_id[id.index];
  if (framework->stopped)
    return;
  if (framework->scheduler->rescind != NULL)
    framework->scheduler->rescind(framework, offer);
  if (framework->waiting != NULL && g_hash_table_contains(framework->waiting, key_of(offer)))
    g_hash_table_insert(framework->waiting, key_of(offer), framework);
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

void sim_frameworks_hold_until(SimFrameworks *frameworks, SimFramework *framework, Instant at)
{
  SimEngine *engine = frameworks->world->engine;
  sim_engine_cancel(engine, framework->holding);
  framework->holding =
      sim_engine_schedule(engine, at, SIM_PHASE_TIMER, frameworks->hold_handler, framework->id.index);
}

static void on_hold_timeout(void *self, uint64_t payload)
{
  SimFrameworks *frameworks = self;
  SimWorld *world = frameworks->world;
  SimFramework *framework = frameworks->by_id[payload];
  framework->holding = SIM_EVENT_NONE;
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_TIMER, SIM_RECORD_HOLD_TIMEOUT, payload);
  framework->scheduler->hold_timeout(framework);
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
