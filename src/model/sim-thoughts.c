/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-thoughts.h"

#include "model/sim-frameworks.h"
#include "model/sim-mail.h"
#include "model/sim-message.h"
#include "model/sim-record.h"

struct SimThoughts {
  SimWorld *world;
  SimHandlerId hold_handler;
  SimHandlerId decision_handler;
  SimMailbag bag; /* SimMessage */
};

static void on_held(void *self, uint64_t payload);
static const SimJob *first_job(const SimFramework *framework)
{
  const SimStage *first = sim_queue_first(&framework->queue, NULL);
  return first == NULL ? NULL : first->job;
}

static bool has_pending(const SimJob *job)
{
  for (uint32_t i = 0; i < job->n_stages; i++)
    if (job->stages[i].shape != NULL)
      return true;
  return false;
}

/* The job of this number that still has something to launch, or NULL. In fair order it need not be the first any more. */
static SimJob *find_waiting(const SimFramework *framework, uint32_t number)
{
  SimJob *job = framework->first_job;
  while (job != NULL && job->sequence != number)
    job = job->following;
  return job != NULL && has_pending(job) ? job : NULL;
}

/* Answers what has been thought about. Jobs are told apart by their numbers: one may be gone afterwards. */
static void decide(SimFramework *framework)
{
  uint32_t limit = framework->spec->attempts_max;
  const SimJob *before = limit == UINT32_MAX ? NULL : first_job(framework);
  uint32_t number = before == NULL ? 0 : before->sequence;
  sim_framework_serve(framework, framework->considered, framework->n_considered);
  SimJob *job = before == NULL ? NULL : find_waiting(framework, number);
  if (job != NULL && ++job->attempts >= limit)
    sim_framework_abandon(framework, job);
}

static void on_decision(void *self, uint64_t payload);

SimThoughts *sim_thoughts_new(SimWorld *world)
{
  SimThoughts *thoughts = g_new0(SimThoughts, 1);
  thoughts->world = world;
  thoughts->decision_handler =
      sim_engine_add_handler(world->engine, "framework-decision", on_decision, thoughts);
  thoughts->hold_handler = sim_engine_add_handler(world->engine, "framework-hold", on_held, thoughts);
  return thoughts;
}

void sim_thoughts_free(SimThoughts *thoughts)
{
  if (thoughts == NULL)
    return;
  sim_mail_clear(&thoughts->bag);
  g_free(thoughts);
}

void sim_thoughts_clear(SimFramework *framework)
{
  g_queue_clear(&framework->thoughts);
  g_clear_pointer(&framework->waiting, g_hash_table_unref);
  g_clear_pointer(&framework->considered, g_free);
}

/* --- what was rescinded meanwhile ----------------------------------------------------------------------- */

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

void sim_thoughts_rescind(SimFramework *framework, OfferId offer)
{
  if (framework->waiting != NULL && g_hash_table_contains(framework->waiting, key_of(offer)))
    g_hash_table_insert(framework->waiting, key_of(offer), framework);
}

/* Those of @message that are still there; returns their number. */
static uint32_t still_there(const SimFramework *framework, const SimMessage *message, OfferMessage *offers)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < message->n; i++)
    if (!was_rescinded(framework, message->offers[i].id))
      offers[n++] = message->offers[i];
  return n;
}

static SimMessage *keep(SimThoughts *thoughts, SimFramework *framework, const OfferMessage *offers,
                        uint32_t n)
{
  SimMessage message = {.kind = SIM_MESSAGE_OFFERS, .framework = framework->id, .n = n, .offers = offers};
  SimMessage *thought = sim_message_copy(sim_mail_take(&thoughts->bag, sim_message_size(&message)), &message);
  remember(framework, thought);
  thoughts->world->decisions++;
  return thought;
}

static void forget_offers(SimFramework *framework, const SimMessage *message)
{
  for (uint32_t i = 0; i < message->n; i++)
    g_hash_table_remove(framework->waiting, key_of(message->offers[i].id));
}

static void give(SimThoughts *thoughts, SimMessage *message)
{
  sim_mail_give(&thoughts->bag, message, sim_message_size(message));
  thoughts->world->decisions--;
}

static void forget(SimThoughts *thoughts, SimFramework *framework, SimMessage *message)
{
  forget_offers(framework, message);
  give(thoughts, message);
}

static Duration draw_time(const SimThoughts *thoughts, const SimFramework *framework, const SimDelay *delay,
                          SimPurpose purpose, uint64_t number)
{
  SimDraw draw = {thoughts->world->seed, purpose,
                  sim_entity_hash(framework->spec->name, framework->member, 0, 0), number};
  return sim_delay_draw(delay, &draw);
}

/* What the job takes that is first in the queue. */
static Duration time_for_job(const SimThoughts *thoughts, const SimFramework *framework)
{
  const SimStage *first = sim_queue_first(&framework->queue, NULL);
  if (first == NULL)
    return DURATION_ZERO;
  SimDraw draw = {thoughts->world->seed, SIM_PURPOSE_DECISION_TIME,
                  sim_entity_hash(framework->spec->name, framework->member, 0, 1), framework->decisions};
  Duration time = sim_delay_draw(&framework->decision_per_job, &draw);
  draw.entity = sim_entity_hash(framework->spec->name, framework->member, 0, 2);
  Duration each = sim_delay_draw(&framework->decision_per_task, &draw);
  uint32_t tasks = first->tasks == TASKS_UNLIMITED ? 1 : first->pending;
  int64_t all;
  if (__builtin_mul_overflow(each.ns, (int64_t)tasks, &all) || __builtin_add_overflow(all, time.ns, &time.ns))
    return DURATION_MAX;
  return time;
}

/* --- decisions ------------------------------------------------------------------------------------------ */

/* Begins with the first message that still has an offer. What was rescinded is dealt with already. */
static void begin_decision(SimThoughts *thoughts, SimFramework *framework)
{
  SimWorld *world = thoughts->world;
  while (!g_queue_is_empty(&framework->thoughts)) {
    const SimMessage *message = g_queue_peek_head(&framework->thoughts);
    uint32_t i = 0;
    while (i < message->n && was_rescinded(framework, message->offers[i].id))
      i++;
    if (i < message->n)
      break;
    forget(thoughts, framework, g_queue_pop_head(&framework->thoughts));
  }
  if (g_queue_is_empty(&framework->thoughts))
    return;
  Duration for_job = time_for_job(thoughts, framework);
  Duration time =
      draw_time(thoughts, framework, &framework->decision, SIM_PURPOSE_DECISION_TIME, framework->decisions++);
  framework->judged.deciding = duration_sum(framework->judged.deciding, duration_sum(time, for_job));
  sim_engine_post(world->engine, instant_after(instant_after(sim_world_now(world), time), for_job),
                  SIM_PHASE_TIMER, thoughts->decision_handler, framework->id.index);
  /* From now on a rescind comes too late: what it thinks about is what stands here. */
  const SimMessage *message = g_queue_peek_head(&framework->thoughts);
  framework->considered = g_renew(OfferMessage, framework->considered, message->n);
  framework->n_considered = still_there(framework, message, framework->considered);
}

static void on_decision(void *self, uint64_t payload)
{
  SimThoughts *thoughts = self;
  SimWorld *world = thoughts->world;
  SimFramework *framework = sim_frameworks_by_id(world->frameworks, (FrameworkId){(uint32_t)payload});
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_TIMER, SIM_RECORD_DECISION, payload);
  if (framework->stopped) {
    while (!g_queue_is_empty(&framework->thoughts))
      forget(thoughts, framework, g_queue_pop_head(&framework->thoughts));
    return;
  }
  decide(framework);
  if (framework->scheduler->rescind != NULL)
    for (uint32_t i = 0; i < framework->n_considered; i++)
      if (was_rescinded(framework, framework->considered[i].id))
        framework->scheduler->rescind(framework, framework->considered[i].id);
  forget(thoughts, framework, g_queue_pop_head(&framework->thoughts));
  begin_decision(thoughts, framework);
}

static void think(SimThoughts *thoughts, SimFramework *framework, const OfferMessage *offers, uint32_t n)
{
  bool idle = g_queue_is_empty(&framework->thoughts);
  g_queue_push_tail(&framework->thoughts, keep(thoughts, framework, offers, n));
  if (idle)
    begin_decision(thoughts, framework);
}

/* --- holding -------------------------------------------------------------------------------------------- */

static void on_held(void *self, uint64_t payload)
{
  SimThoughts *thoughts = self;
  SimWorld *world = thoughts->world;
  SimMessage *message = (SimMessage *)(uintptr_t)payload;
  SimFramework *framework = sim_frameworks_by_id(world->frameworks, message->framework);
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_TIMER, SIM_RECORD_HELD,
                   framework->id.index);
  g_autofree OfferMessage *offers = g_new(OfferMessage, message->n);
  uint32_t n = framework->stopped ? 0 : still_there(framework, message, offers);
  forget_offers(framework, message); /* first: those that it thinks about next are remembered again */
  if (n > 0 && framework->decision.present)
    think(thoughts, framework, offers, n);
  else if (n > 0)
    sim_framework_serve(framework, offers, n);
  give(thoughts, message);
}

void sim_thoughts_begin(SimThoughts *thoughts, SimFramework *framework, const OfferMessage *offers,
                        uint32_t n)
{
  SimWorld *world = thoughts->world;
  if (!framework->hold.present) {
    think(thoughts, framework, offers, n);
    return;
  }
  Duration time = draw_time(thoughts, framework, &framework->hold, SIM_PURPOSE_HOLD_TIME, framework->holds++);
  sim_engine_post(world->engine, instant_after(sim_world_now(world), time), SIM_PHASE_TIMER,
                  thoughts->hold_handler, (uint64_t)(uintptr_t)keep(thoughts, framework, offers, n));
}
