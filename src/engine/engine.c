/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

#include <string.h>

#include "base/check.h"

#define HANDLERS_MAX (UINT32_C(1) << 24)
#define CHECK_EVERY  4096 /* events between two walks over the whole queue, with -Dinvariants=true */

typedef struct {
  SimHandler fn;
  void *self;
  uint64_t entries; /* dispatched */
  char *name;
} Handler;

struct SimEngine {
  Instant now;
  uint64_t events;
  SimEventQueue *queue;
  Handler *handlers; /* array of handlers_allocated, by index */
  uint32_t handlers_n;
  uint32_t handlers_allocated;
  bool running;
  bool stopping;
  uint32_t poll_every;
  uint32_t poll_left; /* entries until the next call */
  bool (*poll)(void *self);
  void *poll_self;
};

SimEngine *sim_engine_new(void)
{
  SimEngine *engine = g_new0(SimEngine, 1);
  engine->queue = sim_event_queue_new();
  engine->poll_every = engine->poll_left = UINT32_MAX;
  return engine;
}

void sim_engine_free(SimEngine *engine)
{
  if (!engine)
    return;
  CHECK(!engine->running);
  for (uint32_t i = 0; i < engine->handlers_n; i++)
    g_free(engine->handlers[i].name);
  g_free(engine->handlers);
  sim_event_queue_free(engine->queue);
  g_free(engine);
}

SimHandlerId sim_engine_add_handler(SimEngine *engine, const char *name, SimHandler fn, void *self)
{
  CHECK(fn && name);
  CHECK(engine->handlers_n < HANDLERS_MAX);
  if (engine->handlers_n == engine->handlers_allocated) {
    engine->handlers_allocated = MAX(16, engine->handlers_allocated * 2);
    engine->handlers = g_renew(Handler, engine->handlers, engine->handlers_allocated);
  }
  engine->handlers[engine->handlers_n] = (Handler){.fn = fn, .self = self, .name = g_strdup(name)};
  return (SimHandlerId){engine->handlers_n++};
}

Instant sim_engine_now(const SimEngine *engine)
{
  return engine->now;
}

void sim_engine_post(SimEngine *engine, Instant at, SimPhase phase, SimHandlerId handler, uint64_t payload)
{
  CHECK(handler.index < engine->handlers_n);
  if (G_UNLIKELY(instant_is_never(at)))
    return;
  sim_event_queue_add(engine->queue, at, phase, handler.index, payload);
}

SimEventHandle sim_engine_schedule(SimEngine *engine, Instant at, SimPhase phase, SimHandlerId handler,
                                   uint64_t payload)
{
  CHECK(handler.index < engine->handlers_n);
  if (G_UNLIKELY(instant_is_never(at)))
    return SIM_EVENT_NONE;
  return sim_event_queue_add_cancellable(engine->queue, at, phase, handler.index, payload);
}

bool sim_engine_cancel(SimEngine *engine, SimEventHandle handle)
{
  return sim_event_queue_cancel(engine->queue, handle);
}

/* Asks the poll function whether to stop. */
static bool poll_says_stop(SimEngine *engine)
{
  engine->poll_left = engine->poll_every;
  return engine->poll && engine->poll(engine->poll_self);
}

SimRunEnd sim_engine_run(SimEngine *engine, Instant until)
{
  CHECK(!engine->running);
  CHECK(until.ns >= engine->now.ns);
  SimEntry entry;

  engine->running = true;
  engine->stopping = false;
  while (!engine->stopping && sim_event_queue_pop(engine->queue, until, &entry)) {
    engine->now = (Instant){entry.at_ns};
    engine->events += sim_entry_phase(&entry) != SIM_PHASE_SAMPLE;
    Handler *handler = &engine->handlers[entry.tag];
    handler->entries++;
    handler->fn(handler->self, entry.payload); /* may add handlers: the array may move */
    if (INVARIANTS_ON && engine->events % CHECK_EVERY == 0)
      sim_event_queue_check(engine->queue);
    if (G_UNLIKELY(--engine->poll_left == 0) && poll_says_stop(engine))
      engine->stopping = true;
  }
  engine->running = false;

  if (engine->stopping)
    return SIM_RUN_STOPPED;
  if (sim_engine_pending(engine) == 0)
    return SIM_RUN_EMPTY;
  engine->now = until;
  return SIM_RUN_UNTIL;
}

void sim_engine_stop(SimEngine *engine)
{
  CHECK(engine->running);
  engine->stopping = true;
}

void sim_engine_set_poll(SimEngine *engine, uint32_t every_entries, bool (*poll)(void *self), void *self)
{
  CHECK(every_entries > 0);
  engine->poll_every = engine->poll_left = every_entries;
  engine->poll = poll;
  engine->poll_self = self;
}

bool sim_engine_peek(const SimEngine *engine, SimHandlerId handler, uint32_t ahead, uint64_t *payload)
{
  const SimEntry *entry = sim_event_queue_near(engine->queue, ahead);
  if (entry == NULL || entry->tag != handler.index)
    return false;
  *payload = entry->payload;
  return true;
}

uint64_t sim_engine_events(const SimEngine *engine)
{
  return engine->events;
}

size_t sim_engine_pending(const SimEngine *engine)
{
  return sim_event_queue_size(engine->queue);
}

size_t sim_engine_pending_in_phase(const SimEngine *engine, SimPhase phase)
{
  return sim_event_queue_size_in_phase(engine->queue, phase);
}

const char *sim_engine_handler_name(const SimEngine *engine, SimHandlerId handler)
{
  CHECK(handler.index < engine->handlers_n);
  return engine->handlers[handler.index].name;
}

uint64_t sim_engine_handler_entries(const SimEngine *engine, SimHandlerId handler)
{
  CHECK(handler.index < engine->handlers_n);
  return engine->handlers[handler.index].entries;
}

size_t sim_engine_memory(const SimEngine *engine)
{
  return sizeof *engine + engine->handlers_allocated * sizeof(Handler) +
         sim_event_queue_memory(engine->queue);
}
