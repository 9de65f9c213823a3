/* SPDX-License-Identifier: Apache-2.0 */
#include "model/scheduler-hadoop.h"

#include <math.h>

#include "model/hadoop-job.h"
#include "model/scheduler-elastic.h"
#include "model/sim-frameworks.h"
#include "model/sim-network.h"
#include "model/sim-room.h"

#define STRAGGLER_INTERVAL (3 * NS_PER_S)

typedef struct {
  HadoopOrder order;
  SimPlaces places;
  uint64_t offer; /* number of the last one */
  Instant last_offer;
  GPtrArray *skipped; /* HadoopJob: at that one; wait alone */
  uint32_t waiting;   /* reduces, counted in SimWorld.waiting_tasks */
  bool awake;         /* a look for stragglers is due */
} Hadoop;

/* What is offered. */
typedef struct {
  AgentId agent;
  uint32_t machine;
  Quantities room;    /* for one task */
  Quantities lasting; /* likewise, that it may have for any time */
} Place;

/* What is launched there. */
typedef struct {
  HadoopJob *job;
  HadoopStage *stage;
  uint32_t index;
  TaskLocality locality;
} Choice;

static Hadoop *hadoop_of(SimFramework *framework)
{
  if (G_LIKELY(framework->state != NULL))
    return framework->state;
  const Cluster *cluster = &framework->world->experiment->cluster;
  Hadoop *hadoop = g_new0(Hadoop, 1);
  hadoop_order_init(&hadoop->order, framework->spec->job_order, framework->spec->hadoop.pools);
  hadoop->places = (SimPlaces){cluster->agents, cluster->agents_per_rack};
  hadoop->skipped = g_ptr_array_new();
  framework->state = hadoop;
  return hadoop;
}

static void hadoop_clear(SimFramework *framework)
{
  Hadoop *hadoop = framework->state;
  if (hadoop == NULL)
    return;
  framework->world->waiting_tasks -= hadoop->waiting;
  hadoop_order_clear(&hadoop->order);
  g_ptr_array_unref(hadoop->skipped);
  g_free(hadoop);
  framework->state = NULL;
}

/* --- skipping ------------------------------------------------------------------------------------------- */

static void begin_offer(const SimFramework *framework, Hadoop *hadoop)
{
  Instant now = sim_world_now(framework->world);
  for (guint i = 0; i < hadoop->skipped->len; i++) {
    HadoopJob *job = g_ptr_array_index(hadoop->skipped, i);
    delay_rule_next_offer(&job->delay, instant_since(now, hadoop->last_offer));
    job->skipped_place = G_MAXUINT;
  }
  g_ptr_array_set_size(hadoop->skipped, 0);
  hadoop->last_offer = now;
  hadoop->offer++;
}

static void skip(const SimFramework *framework, Hadoop *hadoop, HadoopJob *job)
{
  const DelayRule *rule = &framework->spec->hadoop.delay;
  if (job->skipped_at == hadoop->offer)
    return;
  job->skipped_at = hadoop->offer;
  delay_rule_skipped(rule, &job->delay);
  if (rule->kind != DELAY_WAIT)
    return;
  job->skipped_place = hadoop->skipped->len;
  g_ptr_array_add(hadoop->skipped, job);
}

static void forget_skip(Hadoop *hadoop, HadoopJob *job)
{
  guint place = job->skipped_place;
  if (place == G_MAXUINT)
    return;
  g_ptr_array_remove_index_fast(hadoop->skipped, place);
  if (place < hadoop->skipped->len)
    ((HadoopJob *)g_ptr_array_index(hadoop->skipped, place))->skipped_place = place;
  job->skipped_place = G_MAXUINT;
}

/* --- choosing ------------------------------------------------------------------------------------------- */

/* A task that has to run again leaves alone what is for short ones. */
static bool fits(const HadoopStage *stage, uint32_t index, const Place *place)
{
  return stage->launched[index] == 0 || quantities_contain(&place->lasting, &stage->stage->need);
}

/* The first task that is to run a second time, of those that do not run here. */
static bool choose_second(const SimFramework *framework, HadoopStage *stage, const Place *place,
                          Choice *choice)
{
  for (guint i = 0; stage->doubled != NULL && i < stage->doubled->len; i++) {
    uint32_t index = g_array_index(stage->doubled, uint32_t, i);
    const SimTask *first =
        pool_find(&framework->world->tasks, hadoop_stage_find(stage, index)->attempts[0].label);
    if (first == NULL || first->agent == place->agent.index || !fits(stage, index, place))
      continue;
    choice->stage = stage;
    choice->index = index;
    choice->locality = sim_blocks_locality(stage->pending, index, place->machine);
    return true;
  }
  return false;
}

/* The nearest map that the job may start here. */
static bool choose_map(const SimFramework *framework, Hadoop *hadoop, HadoopJob *job, const Place *place,
                       Choice *choice)
{
  HadoopStage *maps = &job->stages[HADOOP_MAPS];
  TaskLocality most = delay_rule_allows(&framework->spec->hadoop.delay, &job->delay);
  if (framework->spec->hadoop.replicas == 0)
    most = LOCALITY_ANY;
  for (TaskLocality locality = LOCALITY_NODE; locality <= most; locality++) {
    uint32_t index = sim_blocks_find(maps->pending, locality, place->machine);
    if (index == INDEX_NONE)
      continue;
    choice->stage = maps;
    choice->index = index;
    choice->locality = framework->spec->hadoop.replicas == 0 ? LOCALITY_NONE : locality;
    return fits(maps, index, place);
  }
  skip(framework, hadoop, job);
  return false;
}

static bool has_room(const HadoopStage *stage, const Place *place)
{
  return stage->stage->pending > 0 && stage->stage->runnable &&
         quantities_contain(&place->room, &stage->stage->need);
}

static bool choose_of(const SimFramework *framework, Hadoop *hadoop, HadoopJob *job, const Place *place,
                      Choice *choice)
{
  HadoopStage *maps = &job->stages[HADOOP_MAPS];
  choice->job = job;
  if (hadoop_stage_has_fresh(maps))
    return has_room(maps, place) && choose_map(framework, hadoop, job, place, choice);
  if (has_room(maps, place) && choose_second(framework, maps, place, choice))
    return true;
  HadoopStage *reduces = &job->stages[HADOOP_REDUCES];
  if (job->n_stages <= HADOOP_REDUCES || !has_room(reduces, place))
    return false;
  uint32_t index = sim_blocks_find(reduces->pending, LOCALITY_ANY, place->machine);
  if (index == INDEX_NONE)
    return choose_second(framework, reduces, place, choice);
  choice->stage = reduces;
  choice->index = index;
  choice->locality = LOCALITY_NONE;
  return fits(reduces, index, place);
}

static bool has_pending(const HadoopJob *job)
{
  for (uint32_t i = 0; i < job->n_stages; i++)
    if (job->stages[i].stage->shape != NULL)
      return true;
  return false;
}

static bool choose(const SimFramework *framework, Hadoop *hadoop, const Place *place, Choice *choice)
{
  for (uint32_t i = 0; i < hadoop->order.n_pools; i++) {
    GSequenceIter *at = g_sequence_get_begin_iter(hadoop->order.pools[i]->jobs);
    while (!g_sequence_iter_is_end(at)) {
      HadoopPlace *in_order = g_sequence_get(at);
      HadoopJob *job = in_order->job->record;
      at = g_sequence_iter_next(at);
      if (!has_pending(job))
        hadoop_order_remove(in_order);
      else if (choose_of(framework, hadoop, job, place, choice))
        return true;
    }
  }
  return false;
}

/* --- launching ------------------------------------------------------------------------------------------ */

static Duration seconds(double amount)
{
  Duration time;
  return duration_from_seconds(amount, &time) ? time : DURATION_MAX;
}

/* Of a map that is drawn to work for @work. */
static Duration map_length(const HadoopSpec *spec, const SimStage *stage, Duration work,
                           TaskLocality locality)
{
  if (locality == LOCALITY_NONE || locality == LOCALITY_NODE)
    return work;
  const ReadCost *cost = locality == LOCALITY_RACK ? &spec->rack_read : &spec->off_rack_read;
  if (cost->rate > 0)
    return duration_sum(work, seconds(stage->input / cost->rate));
  return cost->factor == 1 ? work : seconds(duration_seconds(work) * cost->factor);
}

static Duration length_of(const SimFramework *framework, const Choice *choice, Duration work)
{
  const HadoopSpec *spec = &framework->spec->hadoop;
  if (choice->stage == &choice->job->stages[HADOOP_MAPS])
    return map_length(spec, choice->stage->stage, work, choice->locality);
  return choice->job->maps_over ? duration_sum(work, hadoop_job_shuffle(choice->job, spec)) : DURATION_MAX;
}

static void count_waiting(SimFramework *framework, int more)
{
  ((Hadoop *)framework->state)->waiting += (uint32_t)more;
  framework->world->waiting_tasks += (uint32_t)more;
}

static void watch_for_stragglers(SimFramework *framework, Hadoop *hadoop)
{
  if (!framework->spec->hadoop.speculation || hadoop->awake)
    return;
  hadoop->awake = true;
  sim_frameworks_set_timer(framework->world->frameworks, framework,
                           instant_after(sim_world_now(framework->world), (Duration){STRAGGLER_INTERVAL}));
}

static TaskInfo launch(SimFramework *framework, Hadoop *hadoop, const Choice *choice, AgentId agent)
{
  const JobObserver *observer = &framework->world->observer;
  HadoopStage *stage = choice->stage;
  TaskInfo info;
  bool is_new = hadoop_stage_find(stage, choice->index) == NULL;
  uint16_t number = hadoop_stage_next_attempt(stage, choice->index);
  SimTask *task =
      sim_framework_take_task(framework, stage->stage, (SimRetry){choice->index, number}, agent, &info);
  hadoop_order_changed(&hadoop->order, &choice->job->place, 1);
  Duration work = task->length;
  task->length = length_of(framework, choice, work);
  if (stage != &choice->job->stages[HADOOP_MAPS] && !choice->job->maps_over)
    count_waiting(framework, 1);
  hadoop_stage_launch(stage, choice->index, number, info.label, work, task->length, choice->locality);
  if (stage == &choice->job->stages[HADOOP_MAPS] && is_new)
    delay_rule_launched(&framework->spec->hadoop.delay, &choice->job->delay, choice->locality);
  if (choice->locality != LOCALITY_NONE && observer->task_located != NULL)
    observer->task_located(observer->self, framework->id, choice->job->job->id, choice->locality);
  watch_for_stragglers(framework, hadoop);
  return info;
}

/* --- offers --------------------------------------------------------------------------------------------- */

static void look_at(const SimFramework *framework, const Resources *rest, Place *place)
{
  place->room = sim_room(rest, framework->uses_revocable);
  place->lasting = place->room;
  if (G_LIKELY(rest->special == NULL))
    return;
  Resources lasting;
  resources_copy(&lasting, rest);
  sim_room_drop_limited(framework->world->experiment, &lasting);
  place->lasting = sim_room(&lasting, framework->uses_revocable);
  resources_clear(&lasting);
}

/* Takes what the task has out of @rest. */
static void take_room(const SimFramework *framework, const HadoopStage *stage, uint32_t index,
                      Resources *rest, Resources *taken)
{
  if (stage->launched[index] == 0)
    sim_room_take(rest, &stage->stage->need, taken);
  else
    CHECK(sim_room_take_lasting(framework->world->experiment, rest, &stage->stage->need,
                                framework->uses_revocable, taken));
}

/* Offers @first ... are @n of one agent. */
static void answer(SimFramework *framework, Hadoop *hadoop, const OfferMessage *first, uint32_t n)
{
  Place place = {.agent = first->agent,
                 .machine = sim_agents_machine(framework->world->agents, first->agent)};
  Resources rest = RESOURCES_EMPTY;
  g_autoptr(GArray) tasks = g_array_new(FALSE, FALSE, sizeof(TaskInfo));
  for (uint32_t i = 0; i < n; i++)
    resources_add(&rest, &first[i].resources);
  begin_offer(framework, hadoop);
  for (look_at(framework, &rest, &place);
       tasks->len < framework->spec->tasks_per_offer && sim_queue_may_fit(&framework->queue, &place.room);
       look_at(framework, &rest, &place)) {
    Choice choice;
    Resources taken;
    if (place.machine == INDEX_NONE || !choose(framework, hadoop, &place, &choice))
      break;
    take_room(framework, choice.stage, choice.index, &rest, &taken);
    TaskInfo task = launch(framework, hadoop, &choice, first->agent);
    task.resources = taken;
    g_array_append_val(tasks, task);
  }
  resources_clear(&rest);
  if (tasks->len == 0)
    scheduler_decline(framework, first, n, &place.room);
  else
    scheduler_accept(framework, first, n, (const TaskInfo *)(const void *)tasks->data, tasks->len);
  for (uint32_t i = 0; i < tasks->len; i++)
    resources_clear(&g_array_index(tasks, TaskInfo, i).resources);
}

/* --- killing -------------------------------------------------------------------------------------------- */

/* The master knows an attempt when its launch has arrived; until then the kill waits for hadoop_unwanted(). */
static void kill_attempt(SimFramework *framework, uint64_t label)
{
  const SimTask *task = pool_find(&framework->world->tasks, label);
  if (task != NULL && (task->flags & SIM_TASK_OF_FRAMEWORK) != 0 && task->id.value != TASK_NONE.value)
    sim_network_kill(framework->world->network, framework->id, task->id);
}

/* It had not arrived at its agent yet when it should have been killed. A reduce of a job that is over would wait for ever. */
static bool hadoop_unwanted(SimFramework *framework, const SimTask *task, uint64_t label)
{
  (void)framework, (void)label;
  const HadoopJob *job = task->stage->job->record;
  const HadoopTask *running = hadoop_stage_find(&job->stages[task->stage->number], task->index);
  bool is_reduce = task->stage->number == HADOOP_REDUCES;
  return running->done ||
         (is_reduce && !job->maps_over && (running->gives_way || sim_job_is_over(task->stage->job)));
}

static void hadoop_offers(SimFramework *framework, const OfferMessage *offers, uint32_t n)
{
  Hadoop *hadoop = hadoop_of(framework);
  uint32_t end;
  for (uint32_t i = 0; i < n; i = end) {
    for (end = i + 1; end < n && offers[end].agent.index == offers[i].agent.index &&
                      offers[end].role.index == offers[i].role.index;
         end++)
      ;
    answer(framework, hadoop, &offers[i], end - i);
  }
  sim_framework_flush(framework, framework->refuse);
}

/* The reduce that was launched last of those that wait; NULL: none. */
static HadoopTask *youngest_waiting(const SimFramework *framework, const HadoopJob *job)
{
  const SimTask *youngest = NULL;
  HadoopTask *found = NULL;
  for (uint32_t i = 0; i < job->stages[HADOOP_REDUCES].n_running; i++) {
    HadoopTask *reduce = &job->stages[HADOOP_REDUCES].running[i];
    const SimTask *task = pool_find(&framework->world->tasks, reduce->attempts[0].label);
    if (reduce->gives_way || task == NULL)
      continue;
    if (youngest == NULL || task->launch.ns > youngest->launch.ns ||
        (task->launch.ns == youngest->launch.ns && task->index > youngest->index)) {
      youngest = task;
      found = reduce;
    }
  }
  return found;
}

static void give_way(HadoopTask *reduce, GArray *labels)
{
  if (reduce == NULL || reduce->gives_way)
    return;
  reduce->gives_way = true;
  for (uint32_t i = 0; i < reduce->n; i++)
    g_array_append_val(labels, reduce->attempts[i].label);
}

/* A map is to run again: a reduce that waits for it makes room, the youngest. Where one has less than a map needs they all do,
 * since nobody knows which of them stand together. They may be gone when a kill returns. */
static void make_room_for_map(SimFramework *framework, const HadoopJob *job)
{
  if (job->n_stages <= HADOOP_REDUCES)
    return;
  const HadoopStage *reduces = &job->stages[HADOOP_REDUCES];
  g_autoptr(GArray) labels = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  if (quantities_contain(&reduces->stage->need, &job->stages[HADOOP_MAPS].stage->need))
    give_way(youngest_waiting(framework, job), labels);
  else
    for (uint32_t i = 0; i < reduces->n_running; i++)
      give_way(&reduces->running[i], labels);
  for (guint i = 0; i < labels->len; i++)
    kill_attempt(framework, g_array_index(labels, uint64_t, i));
}

/* --- attempts that end ---------------------------------------------------------------------------------- */

static void begin_reduces(SimFramework *framework, Hadoop *hadoop, HadoopJob *job, uint32_t finished)
{
  if (job->n_stages <= HADOOP_REDUCES)
    return;
  SimStage *reduces = job->stages[HADOOP_REDUCES].stage;
  double enough =
      ceil(framework->spec->hadoop.reduce_slow_start * job->stages[HADOOP_MAPS].stage->tasks - 1e-9);
  if (!job->maps_over && !reduces->runnable && reduces->tasks > 0 && finished >= enough)
    sim_framework_begin(framework, reduces);
  hadoop_order_add(&hadoop->order, &job->place);
}

/* The last map has finished: the reduces that wait learn how long they will take. */
static void end_maps(SimFramework *framework, HadoopJob *job)
{
  SimAgents *agents = framework->world->agents;
  job->maps_over = true;
  for (uint32_t i = 0; job->n_stages > HADOOP_REDUCES && i < job->stages[HADOOP_REDUCES].n_running; i++) {
    HadoopTask *reduce = &job->stages[HADOOP_REDUCES].running[i];
    for (uint32_t j = 0; j < reduce->n; j++) {
      HadoopAttempt *attempt = &reduce->attempts[j];
      Duration ran = sim_agents_ran(agents, attempt->label);
      Duration left = hadoop_job_left(job, &framework->spec->hadoop, reduce->work, ran);
      attempt->length = duration_sum(ran, left);
      sim_agents_set_left(agents, attempt->label, left);
      count_waiting(framework, -1);
    }
  }
}

/* @others: attempts at it still run. */
static void task_finished(SimFramework *framework, Hadoop *hadoop, HadoopJob *job, HadoopStage *stage,
                          uint32_t index, uint32_t others)
{
  HadoopTask *task = others > 0 ? hadoop_stage_find(stage, index) : NULL;
  uint32_t finished = stage->stage->finished + 1; /* it is counted when this returns */
  if (task != NULL)
    task->done = true;
  if (stage == &job->stages[HADOOP_MAPS]) {
    if (finished == stage->stage->tasks)
      end_maps(framework, job);
    begin_reduces(framework, hadoop, job, finished);
  }
  if (task != NULL)
    kill_attempt(framework, task->attempts[0].label);
}

static void task_is_pending(SimFramework *framework, Hadoop *hadoop, HadoopJob *job, HadoopStage *stage,
                            uint32_t index)
{
  sim_blocks_return(stage->pending, index);
  hadoop_order_add(&hadoop->order, &job->place);
  if (stage == &job->stages[HADOOP_MAPS])
    make_room_for_map(framework, job);
}

static bool hadoop_attempt_ends(SimFramework *framework, SimStage *of, uint32_t index, uint16_t number,
                                TaskState state)
{
  Hadoop *hadoop = framework->state;
  HadoopJob *job = of->job->record;
  HadoopStage *stage = &job->stages[of->number];
  HadoopTask *task = hadoop_stage_find(stage, index);
  bool was_done = task->done;
  hadoop_order_changed(&hadoop->order, &job->place, -1);
  if (hadoop_task_attempt(task, number)->length.ns == DURATION_MAX.ns && stage != &job->stages[HADOOP_MAPS] &&
      !job->maps_over)
    count_waiting(framework, -1);
  bool ends = state == TASK_FINISHED || task->n == 1;
  if (task->doubled && ends) {
    hadoop_stage_single(stage, index);
    if (!sim_job_is_over(of->job))
      sim_framework_drop_pending(framework, of, 1);
  }
  uint32_t others = hadoop_stage_end(stage, index, number);
  if (was_done || sim_job_is_over(of->job))
    return true;
  if (state == TASK_FINISHED) {
    task_finished(framework, hadoop, job, stage, index, others);
    return false;
  }
  if (others > 0)
    return true;
  if (state != TASK_ERROR)
    task_is_pending(framework, hadoop, job, stage, index);
  return false;
}

/* --- jobs ----------------------------------------------------------------------------------------------- */

static void hadoop_submitted(SimFramework *framework, SimJob *job)
{
  Hadoop *hadoop = hadoop_of(framework);
  HadoopJob *record = hadoop_job_new(job, &framework->spec->hadoop, &hadoop->places, framework->world->seed);
  job->record = record;
  job->free_record = hadoop_job_free;
  hadoop_order_begin(&hadoop->order, &record->place, job);
  hadoop_order_add(&hadoop->order, &record->place);
  begin_reduces(framework, hadoop, record, 0);
}

static void hadoop_job_ends(SimFramework *framework, SimJob *job)
{
  HadoopJob *record = job->record;
  forget_skip(framework->state, record);
  hadoop_order_remove(&record->place);
}

static TaskLocality hadoop_locality(const SimStage *of, uint32_t index, uint16_t number)
{
  const HadoopJob *job = of->job->record;
  return hadoop_task_attempt(hadoop_stage_find(&job->stages[of->number], index), number)->locality;
}

static const char *hadoop_reason(SimFramework *framework, SimJob *job)
{
  const HadoopJob *record = job->record;
  if (record != NULL && record->skipped_at > 0)
    return "it waits for an agent with its data";
  return scheduler_reason(framework, job);
}

/* --- stragglers ----------------------------------------------------------------------------------------- */

static bool find_stragglers(SimFramework *framework, Hadoop *hadoop, HadoopJob *job)
{
  bool any_runs = false;
  g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (uint32_t i = 0; i < job->n_stages; i++) {
    HadoopStage *stage = &job->stages[i];
    any_runs = any_runs || stage->n_running > 0;
    g_array_set_size(found, 0);
    hadoop_stage_stragglers(job, stage, framework->world->agents, found);
    for (guint j = 0; j < found->len; j++) {
      hadoop_stage_double(stage, g_array_index(found, uint32_t, j));
      sim_framework_add_pending(framework, stage->stage, 1);
      hadoop_order_add(&hadoop->order, &job->place);
    }
  }
  return any_runs;
}

static void hadoop_timer(SimFramework *framework)
{
  Hadoop *hadoop = framework->state;
  bool any_runs = false;
  for (const SimJob *job = framework->first_job; job != NULL; job = job->following)
    if (job->record != NULL)
      any_runs |= find_stragglers(framework, hadoop, job->record);
  hadoop->awake = false;
  if (any_runs)
    watch_for_stragglers(framework, hadoop);
  sim_framework_settle(framework);
}

const SimScheduler scheduler_hadoop = {
    .offers = hadoop_offers,
    .timer = hadoop_timer,
    .clear = hadoop_clear,
    .reason = hadoop_reason,
    .submitted = hadoop_submitted,
    .job_ends = hadoop_job_ends,
    .attempt_ends = hadoop_attempt_ends,
    .unwanted = hadoop_unwanted,
    .locality = hadoop_locality,
};
