/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-executors.h"

#include "model/sim-framework.h"
#include "model/sim-isolation.h"
#include "model/sim-network.h"

struct SimExecutors {
  SimFramework *framework;
  SimHandlerId handler;
  uint64_t payload;
  uint64_t entity;
  uint32_t started;  /* so far: the next number */
  GPtrArray *left;   /* ExecutorInfo, of those that lived when the framework left: messages may name them */
  GPtrArray *living; /* SimExecutor, each at its place */
  GHashTable *find;  /* agent + 1 -> SimExecutor; only looked up */
};

static gpointer key_of(AgentId agent)
{
  return GSIZE_TO_POINTER((gsize)agent.index + 1);
}

SimExecutors *sim_executors_new(SimFramework *framework, SimHandlerId handler, uint64_t payload)
{
  SimExecutors *executors = g_new0(SimExecutors, 1);
  executors->framework = framework;
  executors->handler = handler;
  executors->payload = payload;
  executors->entity = sim_entity_hash(framework->spec->name, framework->member, 0, 0);
  executors->left = g_ptr_array_new_with_free_func(g_free);
  executors->living = g_ptr_array_new_with_free_func(g_free);
  executors->find = g_hash_table_new(NULL, NULL);
  return executors;
}

void sim_executors_clear(SimExecutors *executors)
{
  for (uint32_t i = 0; i < executors->living->len; i++) {
    const SimExecutor *executor = g_ptr_array_index(executors->living, i);
    sim_engine_cancel(executors->framework->world->engine, executor->idle);
    g_ptr_array_add(executors->left, executor->info);
  }
  g_hash_table_remove_all(executors->find);
  g_ptr_array_set_size(executors->living, 0);
}

void sim_executors_free(SimExecutors *executors)
{
  if (executors == NULL)
    return;
  for (uint32_t i = 0; i < executors->living->len; i++)
    g_free(((SimExecutor *)g_ptr_array_index(executors->living, i))->info);
  g_hash_table_unref(executors->find);
  g_ptr_array_unref(executors->living);
  g_ptr_array_unref(executors->left);
  g_free(executors);
}

SimExecutor *sim_executors_find(const SimExecutors *executors, AgentId agent)
{
  return g_hash_table_lookup(executors->find, key_of(agent));
}

uint32_t sim_executors_count(const SimExecutors *executors)
{
  return executors->started;
}

static SimExecutor *start(SimExecutors *executors, AgentId agent)
{
  const SimFramework *framework = executors->framework;
  SimExecutor *executor = g_new0(SimExecutor, 1);
  SimDraw draw = {framework->world->seed, SIM_PURPOSE_EXECUTOR_START, executors->entity, agent.index};
  executor->info = g_new0(ExecutorInfo, 1);
  executor->info->id = executors->started++;
  executor->info->resources = resources_of(&framework->spec->executor_resources);
  executor->agent = agent;
  executor->ready =
      instant_after(sim_world_now(framework->world), sim_delay_draw(&framework->start_up, &draw));
  executor->ready =
      instant_after(executor->ready, sim_isolation_start_up(framework->world, draw.entity, draw.index));
  executor->idle = SIM_EVENT_NONE;
  executor->place = executors->living->len;
  g_ptr_array_add(executors->living, executor);
  g_hash_table_insert(executors->find, key_of(agent), executor);
  return executor;
}

void sim_executors_take(SimExecutors *executors, SimTask *task, TaskInfo *info)
{
  const SimWorld *world = executors->framework->world;
  Instant now = sim_world_now(world);
  SimExecutor *executor = sim_executors_find(executors, (AgentId){task->agent});
  if (executor == NULL)
    executor = start(executors, (AgentId){task->agent});
  executor->live++;
  sim_engine_cancel(world->engine, executor->idle);
  executor->idle = SIM_EVENT_NONE;
  task->start_up =
      instant_is_before(now, executor->ready) ? instant_since(executor->ready, now) : DURATION_ZERO;
  info->executor = executor->info;
}

void sim_executors_heard(SimExecutors *executors, AgentId agent)
{
  SimExecutor *executor = sim_executors_find(executors, agent);
  if (executor != NULL)
    executor->runs = true;
}

/* Books are in order before the master hears of it: it may make offers at once. All its tasks have been seen to end, so that
 * no message names it any more. */
static void end(SimExecutors *executors, SimExecutor *executor)
{
  SimFramework *framework = executors->framework;
  SimWorld *world = framework->world;
  AgentId agent = executor->agent;
  g_autofree ExecutorInfo *info = executor->info;
  uint32_t place = executor->place;
  sim_engine_cancel(world->engine, executor->idle);
  g_hash_table_remove(executors->find, key_of(agent));
  g_ptr_array_remove_index_fast(executors->living, place);
  if (place < executors->living->len)
    ((SimExecutor *)g_ptr_array_index(executors->living, place))->place = place;
  sim_network_executor_exited(world->network, agent, framework->id, info->id);
}

void sim_executors_ended(SimExecutors *executors, AgentId agent)
{
  SimExecutor *executor = sim_executors_find(executors, agent);
  const SimFramework *framework = executors->framework;
  SimWorld *world = framework->world;
  Duration timeout = framework->spec->executor_idle_timeout;
  if (executor == NULL || --executor->live > 0)
    return;
  if (framework->first_job == NULL && framework->spec->scheduler == SCHEDULER_SPARK)
    end(executors, executor);
  else if (timeout.ns > 0 && timeout.ns != DURATION_MAX.ns)
    executor->idle =
        sim_engine_schedule(world->engine, instant_after(sim_world_now(world), timeout), SIM_PHASE_TIMER,
                            executors->handler, executors->payload | agent.index);
}

void sim_executors_idle(SimExecutors *executors, AgentId agent)
{
  SimExecutor *executor = sim_executors_find(executors, agent);
  CHECK(executor != NULL && executor->live == 0);
  executor->idle = SIM_EVENT_NONE;
  end(executors, executor);
}

static gint compare_starts(gconstpointer a, gconstpointer b)
{
  uint64_t one = (*(SimExecutor *const *)a)->info->id;
  uint64_t other = (*(SimExecutor *const *)b)->info->id;
  return one < other ? -1 : one > other;
}

void sim_executors_no_jobs(SimExecutors *executors)
{
  g_autoptr(GPtrArray) idle = g_ptr_array_new();
  for (uint32_t i = 0; i < executors->living->len; i++) {
    SimExecutor *executor = g_ptr_array_index(executors->living, i);
    if (executor->live == 0)
      g_ptr_array_add(idle, executor);
  }
  g_ptr_array_sort(idle, compare_starts);
  for (uint32_t i = 0; i < idle->len; i++)
    end(executors, g_ptr_array_index(idle, i));
}
