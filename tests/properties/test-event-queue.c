/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <string.h>

#include "engine/event-queue.h"
#include "engine/random.h"
#include "tests/support/test-main.h"

/*
 * Pins: the event queue pops exactly what a plain 4-ary heap of (instant, phase, sequence) pops, in the same
 * order, over random sequences of add, cancel and pop, with a limit or without; sizes agree after each step;
 * and the structure's own invariants hold throughout.
 *
 * Each seed draws a mix of how far ahead entries are added, since that decides which part of the queue they
 * pass through: the present instant, milliseconds beside tens of seconds, bursts at one instant, years.
 *
 * Does not pin: times (tests/bench/bench-hold.c).
 */

/* As ck_assert(), which writes to a file each time it holds. */
#define must(condition)                                                                                      \
  do {                                                                                                       \
    if (!(condition))                                                                                        \
      ck_abort_msg("%s", #condition);                                                                        \
  } while (0)

/* ---- the oracle ------------------------------------------------------------------------------------- */

typedef struct {
  int64_t at_ns;
  SimPhase phase;
  uint64_t number; /* its sequence, payload and index in the model's states */
} Item;

typedef enum { PENDING, CANCELLED, POPPED } State;

typedef struct {
  GArray *heap;    /* of Item, 4-ary */
  GArray *states;  /* of State, by number */
  GArray *handles; /* of SimEventHandle, by number */
  size_t live;
  size_t live_in_phase[SIM_PHASES];
  int64_t floor_ns;
} Model;

static bool item_before(const Item *a, const Item *b)
{
  if (a->at_ns != b->at_ns)
    return a->at_ns < b->at_ns;
  if (a->phase != b->phase)
    return a->phase < b->phase;
  return a->number < b->number;
}

static Item *item(Model *model, guint i)
{
  return &g_array_index(model->heap, Item, i);
}

static State *state(Model *model, uint64_t number)
{
  return &g_array_index(model->states, State, (guint)number);
}

static void heap_push(Model *model, Item added)
{
  guint i = model->heap->len;
  g_array_append_val(model->heap, added);
  for (; i > 0 && item_before(&added, item(model, (i - 1) / 4)); i = (i - 1) / 4)
    *item(model, i) = *item(model, (i - 1) / 4);
  *item(model, i) = added;
}

static Item heap_pop(Model *model)
{
  Item least = *item(model, 0);
  guint n = model->heap->len - 1;
  Item moved = *item(model, n);
  g_array_set_size(model->heap, n);
  guint i = 0;
  while (4 * i + 1 < n) {
    guint child = 4 * i + 1;
    for (guint j = child + 1; j < 4 * i + 5 && j < n; j++) {
      if (item_before(item(model, j), item(model, child)))
        child = j;
    }
    if (!item_before(item(model, child), &moved))
      break;
    *item(model, i) = *item(model, child);
    i = child;
  }
  if (n > 0)
    *item(model, i) = moved;
  return least;
}

static void model_init(Model *model)
{
  *model = (Model){
      .heap = g_array_new(FALSE, FALSE, sizeof(Item)),
      .states = g_array_new(FALSE, FALSE, sizeof(State)),
      .handles = g_array_new(FALSE, FALSE, sizeof(SimEventHandle)),
  };
}

static void model_clear(Model *model)
{
  g_array_unref(model->heap);
  g_array_unref(model->states);
  g_array_unref(model->handles);
}

static bool model_pop(Model *model, int64_t limit_ns, Item *out)
{
  while (model->heap->len > 0 && *state(model, item(model, 0)->number) == CANCELLED)
    heap_pop(model);
  if (model->heap->len == 0)
    return false;
  if (item(model, 0)->at_ns > limit_ns) {
    model->floor_ns = limit_ns;
    return false;
  }
  *out = heap_pop(model);
  *state(model, out->number) = POPPED;
  model->floor_ns = out->at_ns;
  model->live--;
  model->live_in_phase[out->phase]--;
  return true;
}

/* ---- random steps ----------------------------------------------------------------------------------- */

typedef struct {
  SimEventQueue *queue;
  Model model;
  SimDraw draw;
  unsigned mix;         /* which kinds of delay occur: bit per kind of delay_ns() */
  uint64_t cancellable; /* percent of entries */
  uint64_t eager;       /* percent of cancellable entries that are cancelled */
} Scene;

static uint64_t below(Scene *scene, uint64_t n)
{
  scene->draw.index++;
  return sim_random_below(&scene->draw, n);
}

static int64_t delay_ns(Scene *scene)
{
  for (;;) {
    unsigned kind = (unsigned)below(scene, 8);
    if (!(scene->mix >> kind & 1))
      continue;
    switch (kind) {
    case 0:
      return 0;
    case 1:
      return 1 + (int64_t)below(scene, 3);
    case 2:
      return NS_PER_MS;
    case 3:
      return (int64_t)below(scene, 100) * 10;
    case 4:
      return (int64_t)below(scene, 60 * NS_PER_S);
    case 5: /* whole seconds: many at one instant */
      return (int64_t)(1 + below(scene, 5)) * NS_PER_S - scene->model.floor_ns % NS_PER_S;
    case 6:
      return (int64_t)below(scene, 400) * NS_PER_D;
    default:
      return (int64_t)(below(scene, UINT64_C(1) << 62) >> below(scene, 62));
    }
  }
}

static void add(Scene *scene, int64_t at_ns)
{
  Model *model = &scene->model;
  if (at_ns < model->floor_ns || at_ns == INT64_MAX) /* overflowed */
    return;
  SimPhase phase = (SimPhase)below(scene, SIM_PHASES);
  uint64_t number = model->states->len;
  State pending = PENDING;
  SimEventHandle handle = SIM_EVENT_NONE;
  if (below(scene, 100) < scene->cancellable)
    handle = sim_event_queue_add_cancellable(scene->queue, (Instant){at_ns}, phase, 7, number);
  else
    sim_event_queue_add(scene->queue, (Instant){at_ns}, phase, 7, number);
  g_array_append_val(model->states, pending);
  g_array_append_val(model->handles, handle);
  heap_push(model, (Item){at_ns, phase, number});
  model->live++;
  model->live_in_phase[phase]++;
}

static int64_t instant_from(Scene *scene)
{
  int64_t at_ns;
  return __builtin_add_overflow(scene->model.floor_ns, delay_ns(scene), &at_ns) ? INT64_MAX : at_ns;
}

static void cancel(Scene *scene, uint64_t number)
{
  Model *model = &scene->model;
  SimEventHandle handle = g_array_index(model->handles, SimEventHandle, (guint)number);
  bool expected = !sim_event_handle_is_none(handle) && *state(model, number) == PENDING;
  must(sim_event_queue_cancel(scene->queue, handle) == expected);
  if (!expected)
    return;
  *state(model, number) = CANCELLED;
  model->live--;
  for (guint i = 0; i < model->heap->len; i++) { /* rare enough to look for it */
    if (item(model, i)->number == number)
      model->live_in_phase[item(model, i)->phase]--;
  }
}

static bool pop(Scene *scene, int64_t limit_ns)
{
  Item expected = {0};
  SimEntry found;
  bool any = model_pop(&scene->model, limit_ns, &expected);
  must(sim_event_queue_pop(scene->queue, (Instant){limit_ns}, &found) == any);
  if (any) {
    must(found.payload == expected.number);
    must(found.at_ns == expected.at_ns);
    must(sim_entry_phase(&found) == expected.phase);
    must(found.tag == 7);
  }
  return any;
}

static void compare_sizes(Scene *scene)
{
  must(sim_event_queue_size(scene->queue) == scene->model.live);
  for (unsigned phase = 0; phase < SIM_PHASES; phase++)
    must(sim_event_queue_size_in_phase(scene->queue, (SimPhase)phase) == scene->model.live_in_phase[phase]);
}

static void step(Scene *scene)
{
  Model *model = &scene->model;
  uint64_t kind = below(scene, 100);
  if (kind < 45) {
    add(scene, instant_from(scene));
  } else if (kind < 47) { /* a burst at one instant */
    int64_t at_ns = instant_from(scene);
    for (uint64_t n = below(scene, 100); n > 0; n--)
      add(scene, at_ns);
  } else if (kind < 80) {
    pop(scene, INT64_MAX);
  } else if (kind < 90) {
    int64_t limit_ns;
    if (!__builtin_add_overflow(model->floor_ns, delay_ns(scene), &limit_ns))
      pop(scene, limit_ns);
  } else if (model->states->len > 0 && below(scene, 100) < scene->eager) {
    uint64_t recent = MIN(model->states->len, 200);
    cancel(scene, model->states->len - 1 - below(scene, recent));
  }
}

static void scene_init(Scene *scene, uint64_t seed)
{
  *scene = (Scene){
      .queue = sim_event_queue_new(),
      .draw = {.seed = seed, .purpose = SIM_PURPOSE_TEST},
  };
  model_init(&scene->model);
  scene->mix = (unsigned)below(scene, 255) + 1;
  scene->cancellable = below(scene, 101);
  scene->eager = below(scene, 101);
}

static void scene_end(Scene *scene)
{
  while (pop(scene, INT64_MAX))
    ;
  compare_sizes(scene);
  sim_event_queue_check(scene->queue);
  sim_event_queue_free(scene->queue);
  model_clear(&scene->model);
}

START_TEST(pops_as_a_heap_does)
{
  Scene scene;
  scene_init(&scene, (uint64_t)_i);
  for (int i = 0; i < 2000; i++) {
    step(&scene);
    if (i % 16 == 0) {
      compare_sizes(&scene);
      sim_event_queue_check(scene.queue);
    }
  }
  scene_end(&scene);
}
END_TEST

/* Enough entries in short ranges that buckets get nodes of their own, on several levels. */
START_TEST(crowded_ranges)
{
  Scene scene;
  scene_init(&scene, (uint64_t)_i);
  int64_t far_ns = (int64_t)below(&scene, UINT64_C(1) << (10 + 5 * _i));
  uint64_t width = UINT64_C(1) << 2 * _i;
  for (int i = 0; i < 40000; i++)
    add(&scene, far_ns + (int64_t)below(&scene, width));
  sim_event_queue_check(scene.queue);
  for (int i = 0; i < 60000; i++) {
    pop(&scene, INT64_MAX);
    if (i % 3 != 0)
      add(&scene, MAX(far_ns, scene.model.floor_ns) + (int64_t)below(&scene, width));
    if (i % 4096 == 0)
      sim_event_queue_check(scene.queue);
  }
  scene_end(&scene);
}
END_TEST

/* Time-outs that are nearly all cancelled: what is kept stays in proportion to what is wanted. */
START_TEST(cancelled_entries_are_swept)
{
  SimEventQueue *queue = sim_event_queue_new();
  SimDraw draw = {.seed = (uint64_t)_i, .purpose = SIM_PURPOSE_TEST};
  SimEventHandle last[500] = {{0}};
  size_t pending = 0;
  for (uint64_t i = 0; i < 1000000; i++) {
    draw.index = i;
    int64_t spread_ns = _i == 0 ? 0 : (int64_t)sim_random_below(&draw, UINT64_C(1) << 6 * _i);
    uint64_t slot = i % G_N_ELEMENTS(last);
    pending -= sim_event_queue_cancel(queue, last[slot]);
    last[slot] =
        sim_event_queue_add_cancellable(queue, (Instant){NS_PER_H + spread_ns}, SIM_PHASE_TIMER, 0, i);
    pending++;
    must(sim_event_queue_size(queue) == pending);
    if (i % 65536 == 0)
      sim_event_queue_check(queue);
  }
  must(sim_event_queue_memory(queue) <= 2 << 20); /* a million entries would need 32 MiB */
  sim_event_queue_check(queue);

  size_t popped = 0;
  SimEntry entry;
  while (sim_event_queue_pop(queue, INSTANT_NEVER, &entry))
    popped++;
  must(popped == pending);
  sim_event_queue_check(queue);
  sim_event_queue_free(queue);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("event-queue");
  test_case_loop(suite, pops_as_a_heap_does, 1, 1001);
  test_case_loop(suite, crowded_ranges, 0, 10);
  test_case_loop(suite, cancelled_entries_are_swept, 0, 8);
  return suite;
}
