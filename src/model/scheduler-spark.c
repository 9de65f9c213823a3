/* SPDX-License-Identifier: Apache-2.0 */
#include "model/scheduler-spark.h"

#include <string.h>

#include "model/scheduler-elastic.h"
#include "model/sim-agents.h"
#include "model/sim-blocks.h"

typedef struct {
  SimBlocks *pending;  /* NULL: it has not been looked at */
  uint32_t *holders;   /* array by part: the executor that it was launched under last, which holds it then */
  AgentId *agents;     /* array by part: where that is */
  bool *waits;         /* array by part: it is pending */
  uint32_t looked;     /* those below either do not wait, or are held by nobody any more */
  uint16_t *launched;  /* array by part: attempts */
  uint8_t *localities; /* array by part: TaskLocality of the last one */
  Instant since;       /* it waits for agents with its parts */
  const SimDistribution *cached; /* NULL: it does not ask who holds what */
  SimStage *before;              /* the same in the iteration before; NULL: the first */
} SparkStage;

typedef struct {
  uint32_t n;
  SparkStage stages[];
} SparkJob;

/* --- jobs ----------------------------------------------------------------------------------------------- */

static void free_job(gpointer record)
{
  SparkJob *job = record;
  for (uint32_t i = 0; i < job->n; i++) {
    sim_blocks_free(job->stages[i].pending);
    g_free(job->stages[i].holders);
    g_free(job->stages[i].agents);
    g_free(job->stages[i].waits);
    g_free(job->stages[i].launched);
    g_free(job->stages[i].localities);
  }
  g_free(job);
}

static void spark_submitted(SimFramework *framework, SimJob *job)
{
  const FrameworkSpec *spec = framework->spec;
  SparkJob *record = g_malloc0(sizeof *record + job->n_stages * sizeof record->stages[0]);
  record->n = job->n_stages;
  for (uint32_t i = 0; i < job->n_stages; i++) {
    SparkStage *stage = &record->stages[i];
    uint32_t tasks = job->stages[i].tasks;
    CHECK(tasks != TASKS_UNLIMITED);
    stage->holders = g_new(uint32_t, MAX(tasks, 1));
    stage->agents = g_new(AgentId, MAX(tasks, 1));
    stage->waits = g_new(bool, MAX(tasks, 1));
    memset(stage->waits, true, tasks);
    stage->launched = g_new0(uint16_t, MAX(tasks, 1));
    stage->localities = g_new0(uint8_t, MAX(tasks, 1));
    if (i < spec->n_stages || spec->n_stages == 0) /* jobs of traces have no iterations */
      continue;
    stage->before = &job->stages[i - spec->n_stages];
    stage->cached = spec->stages[i % spec->n_stages].cached_duration;
  }
  job->record = record;
  job->free_record = free_job;
}

static SparkStage *record_of(const SimStage *stage)
{
  return &((SparkJob *)stage->job->record)->stages[stage->number];
}

/* The stage is looked at for the first time: what came before it is done. */
static void open_stage(const SimFramework *framework, const SimStage *stage)
{
  SparkStage *record = record_of(stage);
  /* A place is an executor. */
  const SimPlaces places = {MAX(sim_executors_count(framework->executors), 1), 0};
  if (record->cached != NULL)
    record->pending = sim_blocks_new_at(&places, stage->tasks, record_of(record->before)->holders);
  else
    record->pending = sim_blocks_new(&places, stage->tasks, 0, framework->world->seed, stage->entity);
  record->since = stage->begun;
}

/* What they hold goes with them. */
static void spark_ended(SimFramework *framework)
{
  if (framework->first_job == NULL && !framework->stopped)
    sim_executors_no_jobs(framework->executors);
}

/* --- offers --------------------------------------------------------------------------------------------- */

/* Whether a part is pending that a living executor holds. Cost: O(1), amortised over the parts. */
static bool waits_for_any(const SimFramework *framework, const SimStage *stage)
{
  SparkStage *record = record_of(stage);
  const SparkStage *before = record_of(record->before);
  for (; record->looked < stage->tasks; record->looked++) {
    uint32_t part = record->looked;
    const SimExecutor *holder = sim_executors_find(framework->executors, before->agents[part]);
    if (record->waits[part] && holder != NULL && holder->info->id == before->holders[part] &&
        sim_agents_machine(framework->world->agents, before->agents[part]) != INDEX_NONE)
      return true;
  }
  return false;
}

/* The part of @stage to launch under @executor (INDEX_NONE: one that has to be started) now, or INDEX_NONE. */
static uint32_t choose_part(const SimFramework *framework, const SimStage *stage, uint32_t executor,
                            TaskLocality *locality)
{
  SparkStage *record = record_of(stage);
  *locality = LOCALITY_NONE;
  if (record->pending == NULL)
    open_stage(framework, stage);
  if (record->cached == NULL)
    return sim_blocks_find(record->pending, LOCALITY_ANY, 0);
  *locality = LOCALITY_NODE;
  uint32_t part =
      executor != INDEX_NONE ? sim_blocks_find(record->pending, LOCALITY_NODE, executor) : INDEX_NONE;
  if (part != INDEX_NONE)
    return part;
  Duration waited = instant_since(sim_world_now(framework->world), record->since);
  if (waited.ns < framework->spec->locality_wait.ns && waits_for_any(framework, stage))
    return INDEX_NONE;
  *locality = LOCALITY_ANY;
  return sim_blocks_find(record->pending, LOCALITY_ANY, 0);
}

typedef struct {
  SimStage *stage;
  uint32_t part;
  TaskLocality locality;
} Choice;

static bool serves_before(const SimFramework *framework, const SimJob *job, const SimJob *other)
{
  if (framework->queue.fair && job->live != other->live)
    return job->live < other->live;
  return job->sequence < other->sequence;
}

/* What to launch in @room; false: nothing. */
static bool choose(const SimFramework *framework, const Quantities *room, const SimExecutor *executor,
                   Choice *choice)
{
  uint32_t id = executor == NULL ? INDEX_NONE : (uint32_t)executor->info->id;
  choice->stage = NULL;
  for (SimJob *job = framework->first_job; job != NULL; job = job->following) {
    if (choice->stage != NULL && !serves_before(framework, job, choice->stage->job))
      continue;
    for (uint32_t i = 0; i < job->n_stages; i++) {
      SimStage *stage = &job->stages[i];
      TaskLocality locality;
      if (stage->shape == NULL || !quantities_contain(room, &stage->need))
        continue;
      uint32_t part = choose_part(framework, stage, id, &locality);
      if (part == INDEX_NONE)
        continue;
      *choice = (Choice){stage, part, locality};
      break;
    }
  }
  return choice->stage != NULL;
}

static void launch(SimFramework *framework, const Choice *choice, AgentId agent, TaskInfo *info)
{
  SparkStage *record = record_of(choice->stage);
  SimWorld *world = framework->world;
  uint32_t part = choice->part;
  sim_blocks_take(record->pending, part);
  if (record->launched[part] < UINT16_MAX)
    record->launched[part]++;
  SimRetry number = {part, record->launched[part]};
  SimTask *task = sim_framework_take_task(framework, choice->stage, number, agent, info);
  record->holders[part] = (uint32_t)info->executor->id;
  record->agents[part] = agent;
  record->waits[part] = false;
  record->localities[part] = (uint8_t)choice->locality;
  if (choice->locality != LOCALITY_NODE)
    return;
  SimDraw draw = {world->seed, SIM_PURPOSE_TASK_DURATION, choice->stage->entity, part};
  task->length = sim_distribution_draw_duration(record->cached, &draw);
  record->since = sim_world_now(world);
}

/* Offers @first ... are @n of one agent. */
static void serve(SimFramework *framework, const OfferMessage *first, uint32_t n, Quantities room)
{
  const FrameworkSpec *spec = framework->spec;
  AgentId agent = first->agent;
  const SimExecutor *executor = sim_executors_find(framework->executors, agent);
  bool fits = sim_agents_machine(framework->world->agents, agent) != INDEX_NONE;
  Quantities whole = room;
  if (executor == NULL || !executor->runs) {
    fits = fits && quantities_contain(&room, &spec->executor_resources);
    if (fits)
      quantities_subtract(&room, &spec->executor_resources);
  }
  g_autoptr(GArray) tasks = g_array_new(FALSE, FALSE, sizeof(TaskInfo));
  Choice choice;
  while (fits && tasks->len < spec->tasks_per_offer && choose(framework, &room, executor, &choice)) {
    TaskInfo info;
    launch(framework, &choice, agent, &info);
    executor = sim_executors_find(framework->executors, agent);
    quantities_subtract(&room, &info.resources.plain);
    g_array_append_val(tasks, info);
  }
  g_autofree OfferId *ids = g_new(OfferId, n);
  for (uint32_t i = 0; i < n; i++)
    ids[i] = first[i].id;
  if (tasks->len > 0) {
    framework->judged.usable += n;
    sim_framework_flush(framework, framework->refuse);
    sim_framework_accept(framework, ids, n, (const TaskInfo *)(const void *)tasks->data, tasks->len);
    return;
  }
  for (uint32_t i = 0; i < n; i++)
    sim_framework_decline(framework, ids[i]);
  if (sim_queue_is_empty(&framework->queue)) {
    framework->judged.unwanted += n;
    return;
  }
  framework->judged.unusable += n;
  framework->refused_any = true;
  framework->last_room = whole;
}

static void spark_offers(SimFramework *framework, const OfferMessage *offers, uint32_t n)
{
  for (uint32_t i = 0, end; i < n; i = end) {
    Quantities room = offers[i].resources.plain;
    for (end = i + 1; end < n && offers[end].agent.index == offers[i].agent.index &&
                      offers[end].role.index == offers[i].role.index;
         end++)
      quantities_add(&room, &offers[end].resources.plain);
    serve(framework, &offers[i], end - i, room);
  }
  sim_framework_flush(framework, framework->refuse);
}

/* --- what becomes of tasks ------------------------------------------------------------------------------ */

static bool spark_attempt_ends(SimFramework *framework, SimStage *stage, uint32_t index, uint16_t attempt,
                               TaskState state)
{
  (void)framework, (void)attempt;
  SparkStage *record = record_of(stage);
  if (state == TASK_FINISHED)
    return false;
  sim_blocks_return(record->pending, index);
  record->waits[index] = true;
  record->looked = MIN(record->looked, index);
  return false;
}

static TaskLocality spark_locality(const SimStage *stage, uint32_t index, uint16_t attempt)
{
  (void)attempt;
  return (TaskLocality)record_of(stage)->localities[index];
}

static void spark_job_ends(SimFramework *framework, SimJob *job)
{
  (void)framework, (void)job;
}

const SimScheduler scheduler_spark = {
    .offers = spark_offers,
    .submitted = spark_submitted,
    .ended = spark_ended,
    .job_ends = spark_job_ends,
    .attempt_ends = spark_attempt_ends,
    .locality = spark_locality,
    .reason = scheduler_reason,
};
