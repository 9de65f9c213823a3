/* SPDX-License-Identifier: Apache-2.0 */
#include "model/scheduler-spark.h"

#include "model/scheduler-elastic.h"
#include "model/sim-agents.h"
#include "model/sim-blocks.h"
#include "model/sim-frameworks.h"

typedef struct {
  SimBlocks *pending;  /* NULL: it has not been looked at */
  uint32_t *machines;  /* array by part: where it was launched last; then what the next iteration reads */
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

typedef struct {
  ExecutorInfo *info;
  AgentId agent;
  Instant ready; /* its start-up is over */
  bool runs;     /* a task of it has been heard to run */
} Executor;

typedef struct {
  GPtrArray *executors; /* Executor, in the order of their launch */
  GHashTable *find;     /* agent + 1 -> Executor; only looked up */
  uint64_t n;           /* that there ever were */
} Spark;

static gpointer key_of(AgentId agent)
{
  return GSIZE_TO_POINTER((gsize)agent.index + 1);
}

static Spark *state_of(SimFramework *framework)
{
  if (framework->state == NULL) {
    Spark *spark = g_new0(Spark, 1);
    spark->executors = g_ptr_array_new_with_free_func(g_free);
    spark->find = g_hash_table_new(NULL, NULL);
    framework->state = spark;
  }
  return framework->state;
}

/* --- jobs ----------------------------------------------------------------------------------------------- */

static void free_job(gpointer record)
{
  SparkJob *job = record;
  for (uint32_t i = 0; i < job->n; i++) {
    sim_blocks_free(job->stages[i].pending);
    g_free(job->stages[i].machines);
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
    stage->machines = g_new(uint32_t, MAX(tasks, 1));
    stage->launched = g_new0(uint16_t, MAX(tasks, 1));
    stage->localities = g_new0(uint8_t, MAX(tasks, 1));
    if (i < spec->n_stages)
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
  uint32_t machines = framework->world->experiment->cluster.agents;
  const SimPlaces places = {MAX(machines, 1), 0};
  if (record->cached != NULL)
    record->pending = sim_blocks_new_at(&places, stage->tasks, record_of(record->before)->machines);
  else
    record->pending = sim_blocks_new(&places, stage->tasks, 0, framework->world->seed, stage->entity);
  record->since = sim_world_now(framework->world);
}

/* --- executors ------------------------------------------------------------------------------------------ */

static Executor *executor_on(const Spark *spark, AgentId agent)
{
  return g_hash_table_lookup(spark->find, key_of(agent));
}

static Executor *start_executor(SimFramework *framework, AgentId agent)
{
  Spark *spark = framework->state;
  Executor *executor = g_new0(Executor, 1);
  SimDraw draw = {framework->world->seed, SIM_PURPOSE_EXECUTOR_START,
                  sim_entity_hash(framework->spec->name, framework->member, 0, 0), agent.index};
  executor->info = g_new0(ExecutorInfo, 1);
  executor->info->id = spark->n++;
  executor->info->resources = resources_of(&framework->spec->executor_resources);
  executor->agent = agent;
  executor->ready =
      instant_after(sim_world_now(framework->world), sim_delay_draw(&framework->start_up, &draw));
  if (framework->executors == NULL)
    framework->executors = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(framework->executors, executor->info);
  g_ptr_array_add(spark->executors, executor);
  g_hash_table_insert(spark->find, key_of(agent), executor);
  return executor;
}

/* The last job has ended. */
static void spark_ended(SimFramework *framework)
{
  Spark *spark = framework->state;
  SimWorld *world = framework->world;
  if (spark == NULL || framework->first_job != NULL || framework->stopped)
    return;
  g_autoptr(GPtrArray) gone = g_steal_pointer(&spark->executors);
  spark->executors = g_ptr_array_new_with_free_func(g_free);
  g_hash_table_remove_all(spark->find);
  for (uint32_t i = 0; i < gone->len; i++) {
    const Executor *executor = g_ptr_array_index(gone, i);
    master_executor_exited(world->master, sim_world_now(world), executor->agent, framework->id,
                           executor->info->id);
  }
}

/* --- offers --------------------------------------------------------------------------------------------- */

/* The part of @stage to launch on @machine now, or INDEX_NONE. */
static uint32_t choose_part(const SimFramework *framework, const SimStage *stage, bool has_executor,
                            uint32_t machine, TaskLocality *locality)
{
  SparkStage *record = record_of(stage);
  *locality = LOCALITY_NONE;
  if (record->pending == NULL)
    open_stage(framework, stage);
  if (record->cached == NULL)
    return sim_blocks_find(record->pending, LOCALITY_ANY, 0);
  *locality = LOCALITY_NODE;
  uint32_t part = has_executor ? sim_blocks_find(record->pending, LOCALITY_NODE, machine) : INDEX_NONE;
  if (part != INDEX_NONE)
    return part;
  Duration waited = instant_since(sim_world_now(framework->world), record->since);
  if (waited.ns < framework->spec->locality_wait.ns)
    return INDEX_NONE;
  *locality = LOCALITY_ANY;
  part = sim_blocks_find(record->pending, LOCALITY_ANY, 0);
  if (part != INDEX_NONE && has_executor && sim_blocks_machine(record->pending, part, 0) == machine)
    *locality = LOCALITY_NODE;
  return part;
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
static bool choose(const SimFramework *framework, const Quantities *room, bool has_executor, uint32_t machine,
                   Choice *choice)
{
  choice->stage = NULL;
  for (SimJob *job = framework->first_job; job != NULL; job = job->following) {
    if (choice->stage != NULL && !serves_before(framework, job, choice->stage->job))
      continue;
    for (uint32_t i = 0; i < job->n_stages; i++) {
      SimStage *stage = &job->stages[i];
      TaskLocality locality;
      if (stage->shape == NULL || !quantities_contain(room, &stage->need))
        continue;
      uint32_t part = choose_part(framework, stage, has_executor, machine, &locality);
      if (part == INDEX_NONE)
        continue;
      *choice = (Choice){stage, part, locality};
      break;
    }
  }
  return choice->stage != NULL;
}

static void launch(SimFramework *framework, const Choice *choice, Executor *executor, uint32_t machine,
                   TaskInfo *info)
{
  SparkStage *record = record_of(choice->stage);
  SimWorld *world = framework->world;
  Instant now = sim_world_now(world);
  uint32_t part = choice->part;
  sim_blocks_take(record->pending, part);
  if (record->launched[part] < UINT16_MAX)
    record->launched[part]++;
  SimRetry number = {part, record->launched[part]};
  SimTask *task = sim_framework_take_task(framework, choice->stage, number, executor->agent, info);
  record->machines[part] = machine;
  record->localities[part] = (uint8_t)choice->locality;
  if (choice->locality == LOCALITY_NODE) {
    SimDraw draw = {world->seed, SIM_PURPOSE_TASK_DURATION, choice->stage->entity, part};
    task->length = sim_distribution_draw_duration(record->cached, &draw);
    record->since = now;
  }
  task->start_up =
      instant_is_before(now, executor->ready) ? instant_since(executor->ready, now) : DURATION_ZERO;
  info->executor = executor->info;
}

/* Offers @first ... are @n of one agent. */
static void serve(SimFramework *framework, const OfferMessage *first, uint32_t n, Quantities room)
{
  const FrameworkSpec *spec = framework->spec;
  AgentId agent = first->agent;
  uint32_t machine = sim_agents_machine(framework->world->agents, agent);
  Executor *executor = executor_on(framework->state, agent);
  bool fits = machine != INDEX_NONE;
  Quantities whole = room;
  if (executor == NULL || !executor->runs) {
    fits = fits && quantities_contain(&room, &spec->executor_resources);
    if (fits)
      quantities_subtract(&room, &spec->executor_resources);
  }
  g_autoptr(GArray) tasks = g_array_new(FALSE, FALSE, sizeof(TaskInfo));
  Choice choice;
  while (fits && tasks->len < spec->tasks_per_offer &&
         choose(framework, &room, executor != NULL, machine, &choice)) {
    TaskInfo info;
    if (executor == NULL)
      executor = start_executor(framework, agent);
    launch(framework, &choice, executor, machine, &info);
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
  state_of(framework);
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
  if (state != TASK_FINISHED)
    sim_blocks_return(record_of(stage)->pending, index);
  return false;
}

/* Not a question here, but news: the executor is there. */
static bool spark_unwanted(SimFramework *framework, const SimTask *task, uint64_t label)
{
  (void)label;
  Executor *executor = executor_on(state_of(framework), (AgentId){task->agent});
  if (executor != NULL)
    executor->runs = true;
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

static void spark_clear(SimFramework *framework)
{
  Spark *spark = framework->state;
  if (spark == NULL)
    return;
  g_ptr_array_unref(spark->executors);
  g_hash_table_unref(spark->find);
  g_free(spark);
  framework->state = NULL;
}

const SimScheduler scheduler_spark = {
    .offers = spark_offers,
    .submitted = spark_submitted,
    .ended = spark_ended,
    .unwanted = spark_unwanted,
    .job_ends = spark_job_ends,
    .attempt_ends = spark_attempt_ends,
    .locality = spark_locality,
    .clear = spark_clear,
    .reason = scheduler_reason,
};
