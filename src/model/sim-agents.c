/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-agents.h"

#include "model/sim-framework.h"
#include "model/sim-frameworks.h"
#include "model/sim-job.h"
#include "model/sim-network.h"
#include "model/sim-record.h"
#include "model/sim-task.h"

#define DIRECT 2

/* Its tasks, as slots: the first few stand here, so that one that ends is found without a look at the others.
 */
typedef struct {
  double speed;
  uint32_t direct[DIRECT]; /* a slot or INDEX_NONE */
  uint32_t first;          /* of the list of the others: the newest, or INDEX_NONE */
} SimAgent;

/* Looks ahead at ends that come, the farthest first, and how many entries ahead each goes. */
typedef enum { LOOK_TASK, LOOK_AGENT, LOOK_HELD, LOOKS } Look;
static const uint32_t look_ahead[LOOKS] = {12, 8, 4};

struct SimAgents {
  SimWorld *world;
  SimAgent *all; /* array by AgentId */
  uint32_t n;
  SimHandlerId start_handler;
  SimHandlerId finish_handler;
  uint64_t looked[LOOKS]; /* up to which entry, as a number of events */
};

static void on_start(void *self, uint64_t label);
static void on_finish(void *self, uint64_t label);

SimAgents *sim_agents_new(SimWorld *world)
{
  SimAgents *agents = g_new0(SimAgents, 1);
  const Cluster *cluster = &world->experiment->cluster;
  agents->world = world;
  agents->all = g_new(SimAgent, MAX(cluster->agents, 1));
  for (uint32_t c = 0; c < cluster->n_classes; c++)
    for (uint32_t i = 0; i < cluster->classes[c].count; i++)
      agents->all[agents->n++] = (SimAgent){cluster->classes[c].speed, {INDEX_NONE, INDEX_NONE}, INDEX_NONE};
  CHECK(agents->n == cluster->agents);
  agents->start_handler = sim_engine_add_handler(world->engine, "task-start", on_start, agents);
  agents->finish_handler = sim_engine_add_handler(world->engine, "task-end", on_finish, agents);
  return agents;
}

void sim_agents_free(SimAgents *agents)
{
  if (agents == NULL)
    return;
  g_free(agents->all);
  g_free(agents);
}

/* --- registration --------------------------------------------------------------------------------------- */

static void register_agent(SimAgents *agents, const AgentClass *class, uint32_t index)
{
  SimWorld *world = agents->world;
  uint32_t per_rack = world->experiment->cluster.agents_per_rack;
  char host[32], rack[32] = "";
  g_snprintf(host, sizeof host, "agent-%05u", index + 1);
  uint32_t n = 0;
  const char **names = g_newa(const char *, class->n_attributes + 2);
  const char **values = g_newa(const char *, class->n_attributes + 2);
  names[n] = "host";
  values[n++] = host;
  if (per_rack > 0) {
    g_snprintf(rack, sizeof rack, "rack-%05u", index / per_rack + 1);
    names[n] = "rack";
    values[n++] = rack;
  }
  for (uint32_t i = 0; i < class->n_attributes; i++) {
    names[n] = class->attributes[i].name;
    values[n++] = class->attributes[i].value;
  }
  AgentInfo info = {
      .hostname = host,
      .attribute_names = names,
      .attribute_values = values,
      .n_attributes = n,
      .total = class->resources,
  };
  Instant now = sim_world_now(world);
  sim_digest_add_2(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_REGISTER, index,
                   sim_record_quantities(&class->resources.plain));
  AgentId agent = master_register_agent(world->master, now, &info);
  CHECK(agent.index == index);
}

void sim_agents_register(SimAgents *agents)
{
  const Cluster *cluster = &agents->world->experiment->cluster;
  uint32_t index = 0;
  for (uint32_t c = 0; c < cluster->n_classes; c++)
    for (uint32_t i = 0; i < cluster->classes[c].count; i++)
      register_agent(agents, &cluster->classes[c], index++);
}

/* --- a task's life -------------------------------------------------------------------------------------- */

static void link_task(SimAgent *home, uint32_t slot, SimTask *task)
{
  for (int i = 0; i < DIRECT; i++)
    if (home->direct[i] == INDEX_NONE) {
      home->direct[i] = slot;
      return;
    }
  task->next = home->first;
  home->first = slot;
}

static void unlink_task(SimAgents *agents, uint32_t slot, const SimTask *task)
{
  SimAgent *home = &agents->all[task->agent];
  for (int i = 0; i < DIRECT; i++)
    if (home->direct[i] == slot) {
      home->direct[i] = INDEX_NONE;
      return;
    }
  uint32_t *link = &home->first;
  while (*link != slot) {
    CHECK(*link != INDEX_NONE);
    link = &((SimTask *)pool_at(&agents->world->tasks, *link))->next;
  }
  *link = task->next;
}

/* The task may be gone when this returns: with no latency the acknowledgement comes back within the call. */
static void send_update(SimAgents *agents, SimTask *task, uint64_t label)
{
  bool ended = (task->flags & SIM_TASK_ENDED) != 0;
  bool started = (task->flags & SIM_TASK_STARTED) != 0;
  TaskStatus status = {
      .task = task->id,
      .label = label,
      .agent = {task->agent},
      .state = !ended                                ? TASK_RUNNING
               : (task->flags & SIM_TASK_WAS_KILLED) ? TASK_KILLED
                                                     : TASK_FINISHED,
      .reason = REASON_NONE,
      .source = SOURCE_EXECUTOR,
      .sequence = ended && started ? 2 : 1,
  };
  task->flags |= SIM_TASK_IN_DOUBT;
  if (ended)
    task->flags |= SIM_TASK_END_SENT;
  sim_network_status(agents->world->network, &status);
}

static int64_t scaled(int64_t length_ns, double speed)
{
  if (speed == 1.0 || length_ns == DURATION_MAX.ns)
    return length_ns;
  Duration shorter;
  return duration_from_seconds((double)length_ns / 1e9 / speed, &shorter) ? shorter.ns : DURATION_MAX.ns;
}

static void start_task(SimAgents *agents, SimTask *task, uint64_t label)
{
  SimWorld *world = agents->world;
  Instant now = sim_world_now(world);
  Duration length = {scaled(task->length.ns, agents->all[task->agent].speed)};
  task->start = now;
  task->flags |= SIM_TASK_STARTED;
  if (task->stage != NULL && instant_is_never(task->stage->job->start))
    task->stage->job->start = now;
  task->entry = sim_engine_schedule(world->engine, instant_after(now, length), SIM_PHASE_TASK,
                                    agents->finish_handler, label);
  send_update(agents, task, label);
}

static void end_task(SimAgents *agents, SimTask *task)
{
  SimWorld *world = agents->world;
  task->finish = sim_world_now(world);
  task->flags |= SIM_TASK_ENDED;
  if (task->stage != NULL)
    task->stage->job->finish = task->finish;
  world->on_agents--;
  world->progress = task->finish;
}

static void on_start(void *self, uint64_t label)
{
  SimAgents *agents = self;
  SimTask *task = pool_find(&agents->world->tasks, label);
  CHECK(task != NULL);
  start_task(agents, task, label);
}

/* The next end that @look has not seen yet. An entry that is not in sight, or not an end, is asked for again. */
static inline bool look_at_next(SimAgents *agents, Look look, uint64_t *label)
{
  const SimEngine *engine = agents->world->engine;
  uint64_t now = sim_engine_events(engine);
  for (uint64_t at = MAX(agents->looked[look], now); at < now + look_ahead[look]; at++)
    if (sim_engine_peek(engine, agents->finish_handler, (uint32_t)(at - now), label)) {
      agents->looked[look] = at + 1;
      return true;
    }
  return false;
}

/* Tasks end in an order that has nothing to do with where their records lie. While one end is handled, the
 * records of the next few are fetched: the task itself, then what it names, then what that refers to. When the queue
 * brings new entries in sight there are several at a time: then they come from far memory side by side. */
static inline void expect_ends(SimAgents *agents)
{
  const SimWorld *world = agents->world;
  const SimTask *task;
  uint64_t label;
  while (look_at_next(agents, LOOK_TASK, &label))
    pool_prefetch(&world->tasks, label);
  while (look_at_next(agents, LOOK_AGENT, &label))
    if ((task = pool_find(&world->tasks, label)) != NULL) {
      __builtin_prefetch(&agents->all[task->agent]);
      master_expect_status(world->master, (AgentId){task->agent}, task->id, false);
    }
  while (look_at_next(agents, LOOK_HELD, &label))
    if ((task = pool_find(&world->tasks, label)) != NULL)
      master_expect_status(world->master, (AgentId){task->agent}, task->id, true);
}

static void on_finish(void *self, uint64_t label)
{
  SimAgents *agents = self;
  expect_ends(agents);
  SimTask *task = pool_find(&agents->world->tasks, label);
  CHECK(task != NULL);
  end_task(agents, task);
  if ((task->flags & SIM_TASK_IN_DOUBT) == 0)
    send_update(agents, task, label);
}

void sim_agents_expect(const SimAgents *agents, AgentId agent)
{
  __builtin_prefetch(&agents->all[agent.index]);
}

/* --- messages ------------------------------------------------------------------------------------------- */

void sim_agents_launch(SimAgents *agents, AgentId agent, const TaskLaunch *launch)
{
  SimWorld *world = agents->world;
  SimTask *task = pool_find(&world->tasks, launch->label);
  CHECK(task != NULL && task->agent == agent.index && (task->flags & SIM_TASK_OF_AGENT) == 0);
  SimAgent *home = &agents->all[agent.index];
  Instant now = sim_world_now(world);
  task->id = launch->task;
  task->flags |= SIM_TASK_OF_AGENT;
  link_task(home, slot_of(launch->label), task);
  world->on_agents++;
  world->progress = now;
  if (task->start_up.ns == 0) {
    start_task(agents, task, launch->label);
    return;
  }
  task->entry = sim_engine_schedule(world->engine, instant_after(now, task->start_up), SIM_PHASE_TASK,
                                    agents->start_handler, launch->label);
}

/* The slot of the task that the master calls @id, or INDEX_NONE. */
static uint32_t find(const SimAgents *agents, AgentId agent, TaskId id)
{
  const SimAgent *home = &agents->all[agent.index];
  for (int i = 0; i < DIRECT; i++)
    if (home->direct[i] != INDEX_NONE &&
        ((const SimTask *)pool_at(&agents->world->tasks, home->direct[i]))->id.value == id.value)
      return home->direct[i];
  uint32_t slot = home->first;
  while (slot != INDEX_NONE) {
    const SimTask *task = pool_at(&agents->world->tasks, slot);
    if (task->id.value == id.value)
      return slot;
    slot = task->next;
  }
  return INDEX_NONE;
}

void sim_agents_acknowledge(SimAgents *agents, AgentId agent, uint64_t label, uint32_t sequence)
{
  Pool *tasks = &agents->world->tasks;
  uint32_t slot = slot_of(label);
  SimTask *task = pool_find(tasks, label);
  if (task == NULL || task->agent != agent.index || (task->flags & SIM_TASK_OF_AGENT) == 0)
    return;
  bool started = (task->flags & SIM_TASK_STARTED) != 0;
  bool end_sent = (task->flags & SIM_TASK_END_SENT) != 0;
  if ((task->flags & SIM_TASK_IN_DOUBT) == 0 || sequence != (end_sent && started ? 2u : 1u))
    return;
  task->flags &= (uint8_t)~SIM_TASK_IN_DOUBT;
  if (end_sent) {
    unlink_task(agents, slot, task);
    sim_task_let_go(tasks, slot, task, SIM_TASK_OF_AGENT);
  } else if (task->flags & SIM_TASK_ENDED) {
    send_update(agents, task, pool_id(tasks, slot));
  }
}

void sim_agents_kill(SimAgents *agents, AgentId agent, TaskId id)
{
  uint32_t slot = find(agents, agent, id);
  if (slot == INDEX_NONE)
    return;
  SimTask *task = pool_at(&agents->world->tasks, slot);
  if (task->flags & SIM_TASK_ENDED)
    return;
  sim_engine_cancel(agents->world->engine, task->entry);
  task->flags |= SIM_TASK_WAS_KILLED;
  end_task(agents, task);
  if ((task->flags & SIM_TASK_IN_DOUBT) == 0)
    send_update(agents, task, pool_id(&agents->world->tasks, slot));
}

/* Takes a task away from its agent without a word; the framework has left. */
static void drop(SimAgents *agents, uint32_t slot, SimTask *task)
{
  if ((task->flags & SIM_TASK_ENDED) == 0) {
    sim_engine_cancel(agents->world->engine, task->entry);
    task->flags |= SIM_TASK_WAS_KILLED;
    end_task(agents, task);
  }
  if (task->stage != NULL)
    sim_frameworks_task_dropped(agents->world->frameworks, task);
  sim_task_let_go(&agents->world->tasks, slot, task, SIM_TASK_OF_AGENT | SIM_TASK_OF_FRAMEWORK);
}

static bool is_of(const SimTask *task, FrameworkId framework)
{
  return task->stage != NULL && task->stage->job->framework->id.index == framework.index;
}

void sim_agents_shutdown_framework(SimAgents *agents, AgentId agent, FrameworkId framework)
{
  SimAgent *home = &agents->all[agent.index];
  for (int i = 0; i < DIRECT; i++) {
    uint32_t slot = home->direct[i];
    if (slot == INDEX_NONE)
      continue;
    SimTask *task = pool_at(&agents->world->tasks, slot);
    if (!is_of(task, framework))
      continue;
    home->direct[i] = INDEX_NONE;
    drop(agents, slot, task);
  }
  uint32_t *link = &home->first;
  while (*link != INDEX_NONE) {
    uint32_t slot = *link;
    SimTask *task = pool_at(&agents->world->tasks, slot);
    if (!is_of(task, framework)) {
      link = &task->next;
      continue;
    }
    *link = task->next;
    drop(agents, slot, task);
  }
}

void sim_agents_forget(SimAgents *agents, uint64_t label)
{
  SimTask *task = pool_find(&agents->world->tasks, label);
  if (task == NULL || (task->flags & SIM_TASK_OF_AGENT) == 0)
    return;
  unlink_task(agents, slot_of(label), task);
  drop(agents, slot_of(label), task);
}
