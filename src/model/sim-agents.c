/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-agents-private.h"

#include "base/prefetch.h"
#include "model/sim-framework.h"
#include "model/sim-frameworks.h"
#include "model/sim-job.h"
#include "model/sim-network.h"
#include "model/sim-record.h"
#include "model/sim-room.h"
#include "model/sim-task.h"

/* An update that waits for its acknowledgement, where it may come late. */
typedef struct {
  uint64_t label;
  Duration wait; /* until it is sent again */
  SimEventHandle entry;
} SimResend;

#define RESEND_FIRST (10 * NS_PER_S)
#define RESEND_LAST  (10 * NS_PER_MIN)

/* How many entries ahead each look goes. */
static const uint32_t look_ahead[LOOKS] = {24, 16, 8};

static void on_start(void *self, uint64_t label);
static void on_finish(void *self, uint64_t label);
static void on_grace(void *self, uint64_t label);
static void on_limit(void *self, uint64_t label);
static void on_resend(void *self, uint64_t label);

static int64_t longest_ns(const SimDistribution *law)
{
  SimDelay delay = sim_delay_of(law);
  return delay.law != NULL ? INT64_MAX : delay.constant.ns;
}

/* Whether an acknowledgement may take longer than the first wait, or be lost. */
static bool may_be_late(const Experiment *experiment)
{
  int64_t agent = longest_ns(experiment->network.master_agent);
  int64_t framework = longest_ns(experiment->network.master_framework);
  return master_takes_time(&experiment->master) || experiment->master.n_rate_limits > 0 ||
         agent >= RESEND_FIRST / 4 || framework >= RESEND_FIRST / 4;
}

static bool any_constraints(const Experiment *experiment)
{
  for (uint32_t i = 0; i < experiment->n_frameworks; i++)
    if (experiment->frameworks[i].agents.n > 0)
      return true;
  return false;
}

SimAgents *sim_agents_new(SimWorld *world)
{
  SimAgents *agents = g_new0(SimAgents, 1);
  const Cluster *cluster = &world->experiment->cluster;
  agents->world = world;
  agents->all = g_new(SimAgent, MAX(cluster->agents, 1));
  agents->current = g_new(AgentId, MAX(cluster->agents, 1));
  for (uint32_t c = 0; c < cluster->n_classes; c++)
    for (uint32_t i = 0; i < cluster->classes[c].count; i++)
      sim_agents_add(agents, &cluster->classes[c], agents->n);
  CHECK(agents->n == cluster->agents);
  agents->says_attributes = any_constraints(world->experiment) || world->experiment->parted;
  if (may_be_late(world->experiment))
    agents->resends = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
  agents->start_handler = sim_engine_add_handler(world->engine, "task-start", on_start, agents);
  agents->finish_handler = sim_engine_add_handler(world->engine, "task-end", on_finish, agents);
  agents->grace_handler = sim_engine_add_handler(world->engine, "task-grace", on_grace, agents);
  agents->limit_handler = sim_engine_add_handler(world->engine, "task-limit", on_limit, agents);
  agents->resend_handler = sim_engine_add_handler(world->engine, "status-again", on_resend, agents);
  return agents;
}

void sim_agents_free(SimAgents *agents)
{
  if (agents == NULL)
    return;
  g_clear_pointer(&agents->resends, g_hash_table_unref);
  g_free(agents->current);
  g_free(agents->all);
  g_free(agents);
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

/* The number of the update that says how the task stands, that it has @ended, say: those before have all been sent. */
static inline uint32_t sequence_of(const SimTask *task, bool ended)
{
  uint32_t sequence = ended && (task->flags & SIM_TASK_STARTED) != 0 ? 2 : 1;
  if (G_LIKELY((task->kill & SIM_KILL_TOLD) == 0))
    return sequence;
  return ended || (task->flags & SIM_TASK_STARTED) != 0 ? sequence + 1 : sequence;
}

static TaskState state_of(const SimTask *task, bool ended)
{
  if (!ended)
    return (task->kill & SIM_KILL_TOLD) != 0 ? TASK_KILLING : TASK_RUNNING;
  if ((task->kill & SIM_KILL_REASON) == REASON_MAX_COMPLETION_TIME_REACHED)
    return TASK_FAILED;
  return (task->flags & SIM_TASK_WAS_KILLED) != 0 ? TASK_KILLED : TASK_FINISHED;
}

static void stop_waiting(SimAgents *agents, uint64_t label)
{
  const SimResend *resend = g_hash_table_lookup(agents->resends, &label);
  if (resend == NULL)
    return;
  sim_engine_cancel(agents->world->engine, resend->entry);
  g_hash_table_remove(agents->resends, &label);
}

static void wait_for_acknowledgement(SimAgents *agents, uint64_t label, Duration wait)
{
  stop_waiting(agents, label); /* for an earlier one */
  SimResend *resend = g_new(SimResend, 1);
  *resend = (SimResend){label, wait, SIM_EVENT_NONE};
  resend->entry =
      sim_engine_schedule(agents->world->engine, instant_after(sim_world_now(agents->world), wait),
                          SIM_PHASE_TIMER, agents->resend_handler, label);
  g_hash_table_insert(agents->resends, &resend->label, resend);
}

/* Sends, or sends again, the last update; out of line, where kills or late acknowledgements are about. */
static G_GNUC_NO_INLINE void send_slowly(SimAgents *agents, const SimTask *task, uint64_t label,
                                         Duration wait)
{
  bool ended = (task->flags & SIM_TASK_END_SENT) != 0;
  TaskState state = state_of(task, ended);
  /* Who runs, or finishes in time, does not do so because somebody wants it to end. */
  bool by_kill = state != TASK_RUNNING && state != TASK_FINISHED;
  TaskStatus status = {.task = task->id,
                       .label = label,
                       .agent = {task->agent},
                       .state = state,
                       .reason = by_kill ? (TaskReason)(task->kill & SIM_KILL_REASON) : REASON_NONE,
                       .source = SOURCE_EXECUTOR,
                       .sequence = sequence_of(task, ended)};
  if (agents->resends != NULL)
    wait_for_acknowledgement(agents, label, wait);
  sim_network_status(agents->world->network, &status);
}

/* The task may be gone when this returns: with no latency the acknowledgement comes back within the call. */
static void send_update(SimAgents *agents, SimTask *task, uint64_t label)
{
  bool ended = (task->flags & SIM_TASK_ENDED) != 0;
  bool started = (task->flags & SIM_TASK_STARTED) != 0;
  task->flags |= SIM_TASK_IN_DOUBT;
  if (ended)
    task->flags |= SIM_TASK_END_SENT;
  if (G_UNLIKELY(task->kill != 0 || agents->resends != NULL)) {
    send_slowly(agents, task, label, (Duration){RESEND_FIRST});
    return;
  }
  TaskStatus status = {
      .task = task->id,
      .label = label,
      .agent = {task->agent},
      .state = ended ? TASK_FINISHED : TASK_RUNNING,
      .reason = REASON_NONE,
      .source = SOURCE_EXECUTOR,
      .sequence = ended && started ? 2 : 1,
  };
  sim_network_status(agents->world->network, &status);
}

static void on_resend(void *self, uint64_t label)
{
  SimAgents *agents = self;
  SimWorld *world = agents->world;
  const SimTask *task = pool_find(&world->tasks, label);
  const SimResend *resend = g_hash_table_lookup(agents->resends, &label);
  CHECK(task != NULL && resend != NULL && (task->flags & SIM_TASK_IN_DOUBT) != 0);
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_TIMER, SIM_RECORD_STATUS_AGAIN,
                   task->id.value);
  sim_world_check_stalled(world); /* where nobody is left to acknowledge it nothing else may ever happen */
  send_slowly(agents, task, label, (Duration){MIN(2 * resend->wait.ns, RESEND_LAST)});
}

static void start_task(SimAgents *agents, SimTask *task, uint64_t label)
{
  SimWorld *world = agents->world;
  Instant now = sim_world_now(world);
  Duration length = {sim_agents_scaled(task->length.ns, sim_agents_pace(agents, slot_of(label), task))};
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
      prefetch(&agents->all[task->agent]);
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

double sim_agents_speed(const SimAgents *agents, AgentId agent)
{
  return agents->all[agent.index].speed;
}

void sim_agents_expect(const SimAgents *agents, AgentId agent)
{
  prefetch(&agents->all[agent.index]);
}

static void kill_task(SimAgents *agents, uint32_t slot, SimTask *task)
{
  sim_engine_cancel(agents->world->engine, task->entry);
  task->flags |= SIM_TASK_WAS_KILLED;
  end_task(agents, task);
  if ((task->flags & SIM_TASK_IN_DOUBT) == 0)
    send_update(agents, task, pool_id(&agents->world->tasks, slot));
}

/* --- room for short tasks ------------------------------------------------------------------------------- */

/* The shortest of what the task has; 0: none. */
static Duration limit_of(const Experiment *experiment, const ResourceSlices *slices)
{
  Duration limit = DURATION_ZERO;
  for (uint32_t i = 0; i < slices->n_slices; i++) {
    Duration one = sim_room_limit(experiment, &slices->slices[i]);
    if (one.ns > 0)
      limit.ns = limit.ns == 0 ? one.ns : MIN(limit.ns, one.ns);
  }
  return limit;
}

static void limit_duration(SimAgents *agents, const TaskLaunch *launch)
{
  SimWorld *world = agents->world;
  Duration limit = limit_of(world->experiment, launch->resources.special);
  if (limit.ns > 0)
    sim_engine_post(world->engine, instant_after(sim_world_now(world), limit), SIM_PHASE_TASK,
                    agents->limit_handler, launch->label);
}

static void on_limit(void *self, uint64_t label)
{
  SimAgents *agents = self;
  SimTask *task = pool_find(&agents->world->tasks, label);
  if (task == NULL || (task->flags & SIM_TASK_OF_AGENT) == 0 || (task->flags & SIM_TASK_ENDED) != 0)
    return;
  task->kill =
      (uint8_t)((task->kill & ~SIM_KILL_REASON) | SIM_KILL_ASKED | REASON_MAX_COMPLETION_TIME_REACHED);
  kill_task(agents, slot_of(label), task);
}

/* --- messages ------------------------------------------------------------------------------------------- */

void sim_agents_launch(SimAgents *agents, AgentId agent, const TaskLaunch *launch)
{
  SimWorld *world = agents->world;
  SimTask *task = pool_find(&world->tasks, launch->label);
  SimAgent *home = &agents->all[agent.index];
  Instant now = sim_world_now(world);
  if (G_UNLIKELY(task ==
                 NULL)) { /* on its way to a machine that was removed: its framework has heard of that */
    CHECK(master_agent_state(world->master, agent) >= AGENT_STATE_GONE);
    return;
  }
  CHECK(task->agent == agent.index && (task->flags & SIM_TASK_OF_AGENT) == 0);
  if (G_UNLIKELY(world->pace != NULL))
    sim_pace_arrive(world->pace, slot_of(launch->label), task);
  task->id = launch->task;
  task->flags |= SIM_TASK_OF_AGENT;
  link_task(home, slot_of(launch->label), task);
  world->on_agents++;
  world->progress = now;
  if (G_UNLIKELY(launch->resources.special != NULL))
    limit_duration(agents, launch);
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

/* To those that know the state. */
static void say_killing(SimAgents *agents, SimTask *task, uint64_t label)
{
  if (task->stage == NULL ||
      (task->stage->job->framework->spec->capabilities & CAPABLE_TASK_KILLING_STATE) == 0)
    return;
  task->kill |= SIM_KILL_TOLD;
  send_update(agents, task, label);
}

void sim_agents_acknowledge(SimAgents *agents, AgentId agent, uint64_t label, uint32_t sequence)
{
  Pool *tasks = &agents->world->tasks;
  uint32_t slot = slot_of(label);
  SimTask *task = pool_find(tasks, label);
  if (task == NULL || task->agent != agent.index || (task->flags & SIM_TASK_OF_AGENT) == 0)
    return;
  bool end_sent = (task->flags & SIM_TASK_END_SENT) != 0;
  if ((task->flags & SIM_TASK_IN_DOUBT) == 0 || sequence != sequence_of(task, end_sent))
    return;
  task->flags &= (uint8_t)~SIM_TASK_IN_DOUBT;
  if (G_UNLIKELY(agents->resends != NULL))
    stop_waiting(agents, label);
  if (end_sent) {
    unlink_task(agents, slot, task);
    sim_task_let_go(tasks, slot, task, SIM_TASK_OF_AGENT);
  } else if (task->flags & SIM_TASK_ENDED) {
    send_update(agents, task, pool_id(tasks, slot));
  } else if (G_UNLIKELY((task->kill & (SIM_KILL_WARNED | SIM_KILL_TOLD)) == SIM_KILL_WARNED)) {
    say_killing(agents, task, pool_id(tasks, slot));
  }
}

void sim_agents_kill(SimAgents *agents, AgentId agent, TaskId id, Duration grace, TaskReason reason)
{
  SimWorld *world = agents->world;
  uint32_t slot = find(agents, agent, id);
  if (slot == INDEX_NONE)
    return;
  SimTask *task = pool_at(&world->tasks, slot);
  if (task->flags & SIM_TASK_ENDED)
    return;
  task->kill = (uint8_t)((task->kill & ~SIM_KILL_REASON) | SIM_KILL_ASKED | (uint8_t)reason);
  if (grace.ns <= 0) {
    kill_task(agents, slot, task);
    return;
  }
  bool is_first = (task->kill & SIM_KILL_WARNED) == 0;
  uint64_t label = pool_id(&world->tasks, slot);
  task->kill |= SIM_KILL_WARNED;
  sim_engine_post(world->engine, instant_after(sim_world_now(world), grace), SIM_PHASE_TASK,
                  agents->grace_handler, label);
  if (is_first && (task->flags & SIM_TASK_IN_DOUBT) == 0)
    say_killing(agents, task, label);
}

/* Its own end may have come before. */
static void on_grace(void *self, uint64_t label)
{
  SimAgents *agents = self;
  SimTask *task = pool_find(&agents->world->tasks, label);
  if (task != NULL && (task->flags & SIM_TASK_OF_AGENT) != 0 && (task->flags & SIM_TASK_ENDED) == 0)
    kill_task(agents, slot_of(label), task);
}

/* Ends what runs, without a word. */
static void stop_task(SimAgents *agents, uint32_t slot, SimTask *task)
{
  if ((task->flags & SIM_TASK_ENDED) == 0) {
    sim_engine_cancel(agents->world->engine, task->entry);
    task->flags |= SIM_TASK_WAS_KILLED;
    end_task(agents, task);
  }
  if (G_UNLIKELY(agents->resends != NULL))
    stop_waiting(agents, pool_id(&agents->world->tasks, slot));
}

/* Takes a task away from its agent; the framework has left. */
static void drop(SimAgents *agents, uint32_t slot, SimTask *task)
{
  stop_task(agents, slot, task);
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

/* The framework, if it is still there, has been told by the master, or will be: it lets go then. */
static void lose(SimAgents *agents, uint32_t slot)
{
  SimTask *task = pool_at(&agents->world->tasks, slot);
  stop_task(agents, slot, task);
  if (task->stage != NULL && task->stage->job->framework->stopped)
    sim_frameworks_task_dropped(agents->world->frameworks, task);
  uint8_t holders = task->stage == NULL ? SIM_TASK_OF_AGENT | SIM_TASK_OF_FRAMEWORK : SIM_TASK_OF_AGENT;
  sim_task_let_go(&agents->world->tasks, slot, task, holders);
}

void sim_agents_shutdown(SimAgents *agents, AgentId agent)
{
  SimAgent *home = &agents->all[agent.index];
  home->machine = INDEX_NONE;
  for (int i = 0; i < DIRECT; i++)
    if (home->direct[i] != INDEX_NONE)
      lose(agents, home->direct[i]);
  for (uint32_t slot = home->first, next; slot != INDEX_NONE; slot = next) {
    next = ((const SimTask *)pool_at(&agents->world->tasks, slot))->next;
    lose(agents, slot);
  }
  home->direct[0] = home->direct[1] = home->first = INDEX_NONE;
}

void sim_agents_forget(SimAgents *agents, uint64_t label)
{
  SimTask *task = pool_find(&agents->world->tasks, label);
  if (task == NULL || (task->flags & SIM_TASK_OF_AGENT) == 0)
    return;
  unlink_task(agents, slot_of(label), task);
  drop(agents, slot_of(label), task);
}
