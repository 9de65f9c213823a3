/* SPDX-License-Identifier: Apache-2.0 */
#include "model/scheduler-service.h"

#include "model/scheduler-elastic.h"
#include "model/sim-agents.h"
#include "model/sim-frameworks.h"
#include "model/sim-network.h"

typedef struct {
  SimStage *instances;
  uint32_t wanted;
  uint32_t changes;   /* of the schedule, that have been made */
  GHashTable *doomed; /* labels of those that are to be killed; only looked up */
  GHashTable *taken;  /* places, as place_key(); only looked up */
  GHashTable *racks;  /* of agents that instances were launched on, both + 1; only looked up */
} Service;

_Static_assert(sizeof(gpointer) >= sizeof(uint64_t), "a label is a key");

static gpointer key_of(uint64_t number)
{
  return GSIZE_TO_POINTER(number);
}

/* --- places --------------------------------------------------------------------------------------------- */

/* The place that @agent is at, from 1; 0: it is down. Those that an instance was launched on keep theirs. */
static uint64_t place_of(const SimFramework *framework, AgentId agent)
{
  const Service *service = framework->state;
  if (framework->spec->spread == SPREAD_HOST)
    return (uint64_t)agent.index + 1;
  uint64_t rack = GPOINTER_TO_SIZE(g_hash_table_lookup(service->racks, key_of((uint64_t)agent.index + 1)));
  uint32_t machine = sim_agents_machine(framework->world->agents, agent);
  if (rack > 0 || machine == INDEX_NONE)
    return rack;
  return machine / framework->world->experiment->cluster.agents_per_rack + 1;
}

/* Offers @first ... are @n of one agent. The place is taken before anything is said, since the answer may come at once. */
static void serve_place(SimFramework *framework, const OfferMessage *first, uint32_t n)
{
  const Service *service = framework->state;
  uint64_t place = place_of(framework, first->agent);
  bool is_free = place > 0 && !g_hash_table_contains(service->taken, key_of(place));
  uint64_t launched = framework->world->tasks_launched;
  if (is_free) {
    g_hash_table_add(service->taken, key_of(place));
    if (framework->spec->spread == SPREAD_RACK)
      g_hash_table_insert(service->racks, key_of((uint64_t)first->agent.index + 1), key_of(place));
    scheduler_elastic.offers(framework, first, n);
    if (framework->world->tasks_launched == launched)
      g_hash_table_remove(service->taken, key_of(place));
    return;
  }
  for (uint32_t i = 0; i < n; i++)
    sim_framework_decline(framework, first[i].id);
  *(sim_queue_is_empty(&framework->queue) ? &framework->judged.unwanted : &framework->judged.unusable) += n;
  sim_framework_flush(framework, framework->refuse);
}

static void service_offers(SimFramework *framework, const OfferMessage *offers, uint32_t n)
{
  if (framework->spec->spread == SPREAD_NONE || framework->state == NULL) {
    scheduler_elastic.offers(framework, offers, n);
    return;
  }
  for (uint32_t i = 0, end; i < n; i = end) {
    for (end = i + 1; end < n && offers[end].agent.index == offers[i].agent.index &&
                      offers[end].role.index == offers[i].role.index;)
      end++;
    serve_place(framework, &offers[i], end - i);
  }
}

/* --- how many ------------------------------------------------------------------------------------------- */

static gint compare_ages(gconstpointer a, gconstpointer b, gpointer data)
{
  const Pool *tasks = data;
  const SimTask *task = pool_at(tasks, slot_of(*(const uint64_t *)a));
  const SimTask *other = pool_at(tasks, slot_of(*(const uint64_t *)b));
  if (task->launch.ns != other->launch.ns)
    return task->launch.ns > other->launch.ns ? -1 : 1;
  return task->index > other->index ? -1 : task->index < other->index;
}

/* Labels of the instances that are to stay so far, the youngest first. */
static GArray *list_instances(const SimFramework *framework, const Service *service)
{
  Pool *tasks = &framework->world->tasks;
  GArray *labels = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  for (uint32_t slot = 0; slot < tasks->n_slots; slot++) {
    const SimTask *task = pool_at(tasks, slot);
    uint64_t label = pool_id(tasks, slot);
    if (pool_is_taken(tasks, slot) && task->stage == service->instances &&
        (task->flags & SIM_TASK_OF_FRAMEWORK) != 0 && !g_hash_table_contains(service->doomed, key_of(label)))
      g_array_append_val(labels, label);
  }
  g_array_sort_with_data(labels, compare_ages, tasks);
  return labels;
}

static void kill_youngest(SimFramework *framework, uint32_t n)
{
  const Service *service = framework->state;
  const Pool *tasks = &framework->world->tasks;
  g_autoptr(GArray) labels = list_instances(framework, service);
  CHECK(n <= labels->len);
  for (uint32_t i = 0; i < n; i++)
    g_hash_table_add(service->doomed, key_of(g_array_index(labels, uint64_t, i)));
  for (uint32_t i = 0; i < n; i++) {
    const SimTask *task = pool_find(tasks, g_array_index(labels, uint64_t, i));
    if (task != NULL && task->id.value != TASK_NONE.value) /* else when it is heard of */
      sim_network_kill(framework->world->network, framework->id, task->id);
  }
}

static void scale(SimFramework *framework, uint32_t wanted)
{
  Service *service = framework->state;
  uint32_t before = service->wanted;
  service->wanted = wanted;
  if (wanted > before) {
    sim_framework_add_pending(framework, service->instances, wanted - before);
    return;
  }
  uint32_t fewer = before - wanted;
  fewer -= sim_framework_drop_pending(framework, service->instances, fewer);
  if (fewer > 0)
    kill_youngest(framework, fewer);
}

/* Makes the changes that are due, and waits for the next one. */
static void follow_schedule(SimFramework *framework)
{
  Service *service = framework->state;
  const FrameworkSpec *spec = framework->spec;
  Instant now = sim_world_now(framework->world);
  Instant start = framework->member_info->start;
  uint32_t wanted = service->wanted;
  if (framework->first_job == NULL) /* it has failed */
    return;
  while (service->changes < spec->n_instances &&
         instant_after(start, spec->instances[service->changes].after).ns <= now.ns)
    wanted = spec->instances[service->changes++].count;
  if (wanted != service->wanted)
    scale(framework, wanted);
  if (service->changes < spec->n_instances)
    sim_frameworks_set_timer(framework->world->frameworks, framework,
                             instant_after(start, spec->instances[service->changes].after));
}

static void service_timer(SimFramework *framework)
{
  follow_schedule(framework);
  framework->world->progress = sim_world_now(framework->world);
  sim_framework_settle(framework);
}

static void service_submitted(SimFramework *framework, SimJob *job)
{
  Service *service = g_new0(Service, 1);
  CHECK(framework->state == NULL && job->n_stages == 1);
  service->instances = &job->stages[0];
  service->instances->runnable = true;
  service->instances->tasks = 0; /* it has a number at any time */
  service->instances->pending = 0;
  service->doomed = g_hash_table_new(NULL, NULL);
  service->taken = g_hash_table_new(NULL, NULL);
  service->racks = g_hash_table_new(NULL, NULL);
  framework->state = service;
  follow_schedule(framework);
}

/* --- what becomes of them ------------------------------------------------------------------------------- */

static bool service_unwanted(SimFramework *framework, const SimTask *task, uint64_t label)
{
  const Service *service = framework->state;
  (void)task;
  return g_hash_table_contains(service->doomed, key_of(label));
}

static bool service_returns(SimFramework *framework, const SimTask *task, uint64_t label)
{
  Service *service = framework->state;
  if (framework->spec->spread != SPREAD_NONE)
    g_hash_table_remove(service->taken, key_of(place_of(framework, (AgentId){task->agent})));
  if (!g_hash_table_remove(service->doomed, key_of(label)))
    sim_framework_add_pending(framework, service->instances, 1);
  return false;
}

static void service_clear(SimFramework *framework)
{
  Service *service = framework->state;
  if (service == NULL)
    return;
  g_hash_table_unref(service->doomed);
  g_hash_table_unref(service->taken);
  g_hash_table_unref(service->racks);
  g_free(service);
  framework->state = NULL;
}

static const char *service_reason(SimFramework *framework, SimJob *job)
{
  const Service *service = framework->state;
  if (service != NULL && service->wanted == 0)
    return "no instance of it is wanted";
  return scheduler_reason(framework, job);
}

const SimScheduler scheduler_service = {
    .offers = service_offers,
    .timer = service_timer,
    .submitted = service_submitted,
    .unwanted = service_unwanted,
    .returns = service_returns,
    .clear = service_clear,
    .reason = service_reason,
};
