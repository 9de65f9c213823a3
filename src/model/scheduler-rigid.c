/* SPDX-License-Identifier: Apache-2.0 */
#include "model/scheduler-rigid.h"

#include "model/scheduler-elastic.h"
#include "model/sim-backfill.h"
#include "model/sim-frameworks.h"
#include "model/sim-pace.h"
#include "model/sim-room.h"

typedef struct {
  OfferId id;
  AgentId agent;
  RoleId role;
  Quantities room;         /* for tasks */
  Quantities plain;        /* of the offer */
  ResourceSlices *special; /* likewise; NULL where all of it is plain */
  uint32_t next;           /* in offers: the next one of the same agent, or INDEX_NONE */
  bool dead;               /* rescinded: counts nowhere, and goes with the next compact() */
} HeldOffer;

/* What is offered of one agent in one role. */
typedef struct {
  AgentId agent;
  RoleId role;
  Quantities room; /* of all its offers */
  uint32_t slots;  /* tasks of the gang that fit */
  uint32_t first;  /* in offers */
  uint32_t last;
  uint32_t n; /* offers that are not dead */
} HeldAgent;

typedef struct {
  SimStage *gang;    /* whom it gathers for; NULL: nobody */
  GArray *offers;    /* HeldOffer, in order of arrival */
  uint32_t dead;     /* of them */
  GArray *agents;    /* HeldAgent, in order of their first offer (where none is dead) */
  GHashTable *find;  /* agent and role -> index in agents + 1; only looked up */
  GHashTable *by_id; /* offer -> index in offers + 1, of the first n_by_id: made when one is rescinded; only
                        looked up */
  uint32_t n_by_id;
  uint64_t slots; /* of all agents */
  uint32_t told;  /* the observer's last number */
} Rigid;

_Static_assert(sizeof(gpointer) >= sizeof(uint64_t), "agent and role are a key");

static gpointer key_of(AgentId agent, RoleId role)
{
  return GSIZE_TO_POINTER((uint64_t)role.index << 32 | agent.index);
}

static Rigid *state_of(SimFramework *framework)
{
  if (framework->state == NULL) {
    Rigid *rigid = g_new0(Rigid, 1);
    rigid->offers = g_array_new(FALSE, FALSE, sizeof(HeldOffer));
    rigid->agents = g_array_new(FALSE, FALSE, sizeof(HeldAgent));
    rigid->find = g_hash_table_new(NULL, NULL);
    rigid->by_id = g_hash_table_new(NULL, NULL);
    framework->state = rigid;
  }
  return framework->state;
}

static HeldOffer *offer_at(const Rigid *rigid, uint32_t i)
{
  return &g_array_index(rigid->offers, HeldOffer, i);
}

static HeldAgent *agent_at(const Rigid *rigid, uint32_t i)
{
  return &g_array_index(rigid->agents, HeldAgent, i);
}

/* --- how many ------------------------------------------------------------------------------------------- */

/* That it starts with. */
static uint32_t least(const SimFramework *framework, const SimStage *gang)
{
  if (G_LIKELY(framework->spec->minimum_allocation == 0 && !framework->spec->keeps_width))
    return gang->pending;
  return gang->live > 0 ? 1 : framework_least(framework->spec, gang->pending);
}

/* That it may start now. */
static uint32_t most(const SimFramework *framework, const SimStage *gang)
{
  if (!framework->spec->keeps_width || gang->live == 0)
    return gang->pending;
  return gang->live >= gang->width ? 0 : MIN(gang->pending, gang->width - gang->live);
}

static void tell(SimFramework *framework)
{
  Rigid *rigid = framework->state;
  const JobObserver *observer = &framework->world->observer;
  uint32_t holds = rigid->gang == NULL ? 0 : (uint32_t)MIN(rigid->slots, rigid->gang->pending);
  if (holds == rigid->told)
    return;
  rigid->told = holds;
  if (observer->gang_holds != NULL)
    observer->gang_holds(observer->self, sim_world_now(framework->world), framework->id, holds);
}

/* --- what is held --------------------------------------------------------------------------------------- */

static uint32_t slots_in(const SimFramework *framework, const SimStage *gang, const Quantities *room)
{
  return MIN(quantities_divide(room, &gang->need), framework->spec->tasks_per_offer);
}

/* Books the offer at @i with its agent; returns how many more tasks of the gang fit now. */
static uint32_t book(SimFramework *framework, uint32_t i)
{
  Rigid *rigid = framework->state;
  HeldOffer *offer = offer_at(rigid, i);
  gpointer key = key_of(offer->agent, offer->role);
  uint32_t place = GPOINTER_TO_UINT(g_hash_table_lookup(rigid->find, key));
  offer->next = INDEX_NONE;
  if (place == 0) {
    HeldAgent fresh = {offer->agent, offer->role, offer->room, 0, i, i, 0};
    g_array_append_val(rigid->agents, fresh);
    place = rigid->agents->len;
    g_hash_table_insert(rigid->find, key, GUINT_TO_POINTER(place));
  } else {
    HeldAgent *agent = agent_at(rigid, place - 1);
    quantities_add(&agent->room, &offer->room);
    offer_at(rigid, agent->last)->next = i;
    agent->last = i;
  }
  HeldAgent *agent = agent_at(rigid, place - 1);
  uint32_t before = agent->slots;
  agent->n++;
  agent->slots = slots_in(framework, rigid->gang, &agent->room);
  rigid->slots += agent->slots - before;
  return agent->slots - before;
}

static void forget_agents(Rigid *rigid)
{
  g_array_set_size(rigid->agents, 0);
  g_hash_table_remove_all(rigid->find);
  rigid->slots = 0;
}

static void free_special(GArray *offers)
{
  for (uint32_t i = 0; i < offers->len; i++) {
    ResourceSlices *special = g_array_index(offers, HeldOffer, i).special;
    if (G_UNLIKELY(special != NULL))
      resource_slices_free(special);
  }
}

/* What they own has gone elsewhere, or has been freed. */
static void forget_offers(Rigid *rigid)
{
  g_array_set_size(rigid->offers, 0);
  g_hash_table_remove_all(rigid->by_id);
  rigid->n_by_id = 0;
  rigid->dead = 0;
  forget_agents(rigid);
}

/* Drops the dead and books the others again, so that agents stand in the order of their first offer. */
static void compact(SimFramework *framework)
{
  Rigid *rigid = framework->state;
  if (rigid->dead == 0)
    return;
  uint32_t n = 0;
  for (uint32_t i = 0; i < rigid->offers->len; i++) {
    HeldOffer offer = *offer_at(rigid, i);
    if (!offer.dead)
      *offer_at(rigid, n++) = offer;
    else if (offer.special != NULL)
      resource_slices_free(offer.special);
  }
  GArray *offers = rigid->offers;
  forget_offers(rigid);
  g_array_set_size(offers, n);
  for (uint32_t i = 0; i < n; i++)
    book(framework, i);
}

_Static_assert(sizeof(gpointer) >= sizeof(OfferId), "an offer's id is a key");

/* The index of an offer that is held, or INDEX_NONE. */
static uint32_t find_offer(Rigid *rigid, OfferId id)
{
  for (; rigid->n_by_id < rigid->offers->len; rigid->n_by_id++)
    g_hash_table_insert(rigid->by_id, GSIZE_TO_POINTER(offer_at(rigid, rigid->n_by_id)->id.value),
                        GUINT_TO_POINTER(rigid->n_by_id + 1));
  return GPOINTER_TO_UINT(g_hash_table_lookup(rigid->by_id, GSIZE_TO_POINTER(id.value))) - 1;
}

/* Takes the offer at @i out of the books of its agent. */
static void strike(SimFramework *framework, uint32_t i)
{
  Rigid *rigid = framework->state;
  HeldOffer *offer = offer_at(rigid, i);
  uint32_t place = GPOINTER_TO_UINT(g_hash_table_lookup(rigid->find, key_of(offer->agent, offer->role)));
  HeldAgent *agent = agent_at(rigid, place - 1);
  offer->dead = true;
  rigid->dead++;
  agent->n--;
  quantities_subtract(&agent->room, &offer->room);
  uint32_t slots = slots_in(framework, rigid->gang, &agent->room);
  rigid->slots -= agent->slots - slots;
  agent->slots = slots;
}

static uint32_t n_held(const Rigid *rigid)
{
  return rigid->offers->len - rigid->dead;
}

/* Whether one that is held is of the same agent and role. */
static bool holds_of(const Rigid *rigid, const OfferMessage *offer)
{
  uint32_t place = GPOINTER_TO_UINT(g_hash_table_lookup(rigid->find, key_of(offer->agent, offer->role)));
  return place != 0 && agent_at(rigid, place - 1)->n > 0;
}

/* Gives everything back. */
static void release(SimFramework *framework)
{
  Rigid *rigid = framework->state;
  sim_frameworks_set_timer(framework->world->frameworks, framework, INSTANT_NEVER);
  for (uint32_t i = 0; i < rigid->offers->len && !framework->stopped; i++)
    if (!offer_at(rigid, i)->dead)
      sim_framework_decline(framework, offer_at(rigid, i)->id);
  free_special(rigid->offers);
  forget_offers(rigid);
  rigid->gang = NULL;
  tell(framework);
  sim_framework_flush(framework, framework->refuse);
}

/* --- the start of a gang -------------------------------------------------------------------------------- */

/* What is held of @agent. */
static Resources held_of(const GArray *offers, const HeldAgent *agent)
{
  Resources held = RESOURCES_EMPTY;
  for (uint32_t i = agent->first; i != INDEX_NONE; i = g_array_index(offers, HeldOffer, i).next) {
    const HeldOffer *offer = &g_array_index(offers, HeldOffer, i);
    if (offer->special != NULL)
      resources_add_special(&held, offer->special);
    quantities_add(&held.plain, &offer->plain);
  }
  return held;
}

/* Nobody of a gang that is one whole gets on with it before the last one is there. */
static void await_slowest(const SimFramework *framework, const GArray *tasks)
{
  Pool *records = &framework->world->tasks;
  Duration longest = DURATION_ZERO;
  for (uint32_t i = 0; i < tasks->len; i++) {
    const SimTask *task = pool_at(records, slot_of(g_array_index(tasks, TaskInfo, i).label));
    longest.ns = MAX(longest.ns, task->start_up.ns);
  }
  for (uint32_t i = 0; i < tasks->len; i++)
    ((SimTask *)pool_at(records, slot_of(g_array_index(tasks, TaskInfo, i).label)))->start_up = longest;
}

/* Tasks for all agents, in the order of the agents; agent->slots becomes how many it gets. They own their resources. */
static GArray *take_all(SimFramework *framework, SimStage *gang, const GArray *offers, GArray *agents)
{
  uint32_t left = most(framework, gang);
  GArray *tasks = g_array_new(FALSE, FALSE, sizeof(TaskInfo));
  bool grows = gang->live > 0;
  Quantities need = gang->need;
  for (uint32_t a = 0; a < agents->len; a++) {
    HeldAgent *agent = &g_array_index(agents, HeldAgent, a);
    agent->slots = MIN(agent->slots, left);
    left -= agent->slots;
    Resources held = held_of(offers, agent);
    for (uint32_t i = 0; i < agent->slots; i++) {
      TaskInfo task;
      sim_framework_take(framework, gang, agent->agent, &task);
      if (G_UNLIKELY(held.special != NULL))
        sim_room_take(&held, &need, &task.resources);
      g_array_append_val(tasks, task);
    }
    resources_clear(&held);
  }
  if (!grows)
    gang->width = tasks->len;
  if (framework->as_one && !framework->starts_plainly)
    await_slowest(framework, tasks);
  if (framework->as_one && framework->world->pace != NULL)
    sim_pace_join(framework->world->pace, (const TaskInfo *)(const void *)tasks->data, tasks->len);
  return tasks;
}

static void accept_all(SimFramework *framework, const GArray *offers, const GArray *agents,
                       const TaskInfo *tasks)
{
  g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(OfferId));
  for (uint32_t a = 0; a < agents->len; a++) {
    const HeldAgent *agent = &g_array_index(agents, HeldAgent, a);
    if (agent->slots == 0)
      continue;
    g_array_set_size(ids, 0);
    for (uint32_t i = agent->first; i != INDEX_NONE; i = g_array_index(offers, HeldOffer, i).next)
      g_array_append_val(ids, g_array_index(offers, HeldOffer, i).id);
    sim_framework_accept(framework, (const OfferId *)(const void *)ids->data, ids->len, tasks, agent->slots);
    tasks += agent->slots;
  }
}

static void decline_rest(SimFramework *framework, const GArray *offers, const GArray *agents)
{
  for (uint32_t a = 0; a < agents->len; a++) {
    const HeldAgent *agent = &g_array_index(agents, HeldAgent, a);
    if (agent->slots > 0)
      continue;
    for (uint32_t i = agent->first; i != INDEX_NONE; i = g_array_index(offers, HeldOffer, i).next)
      sim_framework_decline(framework, g_array_index(offers, HeldOffer, i).id);
  }
  sim_framework_flush(framework, framework->refuse_unused);
}

/* What is held leaves the framework's books first: answers may come back within the accepts. */
static void start(SimFramework *framework)
{
  Rigid *rigid = framework->state;
  compact(framework);
  SimStage *gang = rigid->gang;
  GArray *offers = rigid->offers, *agents = rigid->agents;
  rigid->offers = g_array_new(FALSE, FALSE, sizeof(HeldOffer));
  rigid->agents = g_array_new(FALSE, FALSE, sizeof(HeldAgent));
  forget_offers(rigid);
  rigid->gang = NULL;
  gang->begun = sim_world_now(framework->world);
  sim_frameworks_set_timer(framework->world->frameworks, framework, INSTANT_NEVER);
  tell(framework);
  GArray *tasks = take_all(framework, gang, offers, agents);
  accept_all(framework, offers, agents, (const TaskInfo *)(const void *)tasks->data);
  decline_rest(framework, offers, agents);
  for (uint32_t i = 0; i < tasks->len; i++)
    resources_clear(&g_array_index(tasks, TaskInfo, i).resources);
  g_array_unref(tasks);
  free_special(offers);
  g_array_unref(offers);
  g_array_unref(agents);
}

/* --- scheduler ------------------------------------------------------------------------------------------ */

static void refuse(SimFramework *framework, const OfferMessage *offer, const Quantities *room)
{
  sim_framework_decline(framework, offer->id);
  if (sim_queue_is_empty(&framework->queue)) {
    framework->judged.unwanted++;
    return;
  }
  framework->judged.unusable++;
  framework->refused_any = true;
  framework->last_room = *room;
}

static void consider(SimFramework *framework, const OfferMessage *offer)
{
  Rigid *rigid = framework->state;
  Resources lasting = offer->resources;
  if (G_UNLIKELY(lasting.special != NULL)) {
    resources_copy(&lasting, &offer->resources);
    sim_room_drop_limited(framework->world->experiment, &lasting);
  }
  Quantities room = sim_room(&lasting, false);
  if (rigid->gang == NULL)
    rigid->gang = framework->scheduler->next_gang != NULL ? framework->scheduler->next_gang(framework)
                                                          : sim_queue_first(&framework->queue, NULL);
  if (rigid->gang == NULL || (!holds_of(rigid, offer) && slots_in(framework, rigid->gang, &room) == 0)) {
    refuse(framework, offer, &room);
    resources_clear(&lasting);
    return;
  }
  framework->judged.usable++;
  HeldOffer held = {.id = offer->id,
                    .agent = offer->agent,
                    .role = offer->role,
                    .room = room,
                    .plain = offer->resources.plain,
                    .next = INDEX_NONE};
  held.special = lasting.special; /* its own copy */
  if (n_held(rigid) == 0 && framework->spec->hold_timeout.ns != DURATION_MAX.ns)
    sim_frameworks_set_timer(framework->world->frameworks, framework,
                             instant_after(sim_world_now(framework->world), framework->spec->hold_timeout));
  g_array_append_val(rigid->offers, held);
  book(framework, rigid->offers->len - 1);
  if (rigid->slots < least(framework, rigid->gang))
    return;
  sim_framework_flush(framework, framework->refuse); /* answers go out in the order of the offers */
  tell(framework); /* for a moment it holds all: that is when it has ramped up */
  start(framework);
}

static void rigid_offers(SimFramework *framework, const OfferMessage *offers, uint32_t n)
{
  state_of(framework);
  for (uint32_t i = 0; i < n; i++)
    consider(framework, &offers[i]);
  sim_framework_flush(framework, framework->refuse);
  tell(framework);
}

static void rigid_rescind(SimFramework *framework, OfferId id)
{
  Rigid *rigid = state_of(framework);
  uint32_t i = find_offer(rigid, id);
  if (i == INDEX_NONE || offer_at(rigid, i)->dead)
    return;
  strike(framework, i);
  if (2 * rigid->dead >= rigid->offers->len)
    compact(framework);
  if (n_held(rigid) == 0)
    sim_frameworks_set_timer(framework->world->frameworks, framework, INSTANT_NEVER);
  tell(framework);
}

static void rigid_changed(SimFramework *framework, SimStage *gone)
{
  Rigid *rigid = framework->state;
  if (rigid != NULL && rigid->gang == gone)
    release(framework);
}

static void rigid_hold_timeout(SimFramework *framework)
{
  release(framework);
}

static void rigid_clear(SimFramework *framework)
{
  Rigid *rigid = framework->state;
  if (rigid == NULL)
    return;
  free_special(rigid->offers);
  g_array_unref(rigid->offers);
  g_array_unref(rigid->agents);
  g_hash_table_unref(rigid->find);
  g_hash_table_unref(rigid->by_id);
  g_free(rigid);
  framework->state = NULL;
}

static const char *rigid_reason(SimFramework *framework, SimJob *job)
{
  const Rigid *rigid = framework->state;
  if (rigid != NULL && rigid->gang != NULL && rigid->gang->job == job)
    return "its framework holds offers for a part of its gang";
  if (rigid != NULL && rigid->gang != NULL)
    return "its framework gathers offers for the gang of another job";
  if (framework->blocked)
    return "its framework has no room for it within what its role is guaranteed";
  return scheduler_reason(framework, job);
}

/* --- mpi ------------------------------------------------------------------------------------------------ */

/* All tasks have the length of the first one. */
static void mpi_submitted(SimFramework *framework, SimJob *job)
{
  for (uint32_t i = 0; i < job->n_stages; i++) {
    SimStage *stage = &job->stages[i];
    SimDraw draw = {framework->world->seed, SIM_PURPOSE_TASK_DURATION, stage->entity, 0};
    stage->length.constant = sim_delay_draw(&stage->length, &draw);
    stage->length.law = NULL;
  }
}

/* It was still on its way to its agent when another task of its stage was lost. */
static bool mpi_unwanted(SimFramework *framework, const SimTask *task, uint64_t label)
{
  (void)framework, (void)label;
  return task->stage->pending > 0;
}

/* --- moldable ------------------------------------------------------------------------------------------- */

static bool serves_before(const SimFramework *framework, const SimJob *job, const SimJob *other)
{
  return framework->queue.fair && job->live < other->live;
}

/* The first that may start something. */
static SimStage *moldable_next(SimFramework *framework)
{
  SimStage *next = NULL;
  if (!framework->spec->keeps_width)
    return sim_queue_first(&framework->queue, NULL);
  for (SimJob *job = framework->first_job; job != NULL; job = job->following)
    for (uint32_t i = 0; i < job->n_stages; i++)
      if (job->stages[i].shape != NULL && most(framework, &job->stages[i]) > 0 &&
          (next == NULL || serves_before(framework, job, next->job)))
        next = &job->stages[i];
  return next;
}

#define ANSWERS                                                                                              \
  .offers = rigid_offers, .rescind = rigid_rescind, .changed = rigid_changed, .timer = rigid_hold_timeout,   \
  .clear = rigid_clear, .reason = rigid_reason

const SimScheduler scheduler_rigid = {ANSWERS};
const SimScheduler scheduler_moldable = {ANSWERS, .next_gang = moldable_next};
const SimScheduler scheduler_mpi = {ANSWERS, .submitted = mpi_submitted, .unwanted = mpi_unwanted};
const SimScheduler scheduler_torque = {ANSWERS, .submitted = mpi_submitted, .unwanted = mpi_unwanted,
                                       .next_gang = sim_backfill_next, .moved = sim_backfill_changed};
