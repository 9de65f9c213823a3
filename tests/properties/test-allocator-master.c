/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the master with each registered allocator in random scenarios: frameworks that accept parts, decline,
 * hold, kill, suppress, subscribe and leave, agents that register and go, operators that weigh, drain, reserve and plan
 * maintenance, statuses in any order, stale and foreign ids. After each event the books of master, allocator and observer must agree on each agent: free,
 * offered and allocated make the total; each offer ends once, each task in one terminal state. At the end,
 * once everybody has left, nothing is held. The same seed gives the same messages.
 *
 * Not here: whether the offers are the right ones (test-allocator.c).
 */

#include <stdio.h>
#include <string.h>

#include "allocators/drf.h"
#include "allocators/priority.h"
#include "allocators/registry.h"
#include "tests/core/master-fixture.h"
#include "tests/properties/operator-steps.h"
#include "tests/properties/property-random.h"
#include "tests/support/test-main.h"

#define CHUNKS              8
#define SCENARIOS_PER_CHUNK 100
#define STEPS               120

typedef struct {
  PropertyRandom random;
  MasterFixture *f;
  uint32_t depth;
  uint64_t next_label;
  GArray *frameworks; /* bool by id: there */
  GArray *agents;     /* bool by id: there */
  GArray *sequences;  /* uint32_t by task: last sequence said */
} World;

static uint32_t below(World *world, uint32_t n)
{
  return property_below(&world->random, n);
}

static bool percent(World *world, uint32_t p)
{
  return property_percent(&world->random, p);
}

static uint32_t any_present(World *world, const GArray *present)
{
  uint32_t first = present->len == 0 ? 0 : below(world, present->len);
  for (guint i = 0; i < present->len; i++)
    if (g_array_index(present, bool, (first + i) % present->len))
      return (first + i) % present->len;
  return INDEX_NONE;
}

static OfferFilter random_filter(World *world)
{
  static const int64_t milliseconds[] = {0, -1, 100, 1000, 2000, 5000, 3600000};
  if (percent(world, 30))
    return OFFER_FILTER_NONE;
  return refuse_ms(milliseconds[below(world, G_N_ELEMENTS(milliseconds))]);
}

/* --- offers --------------------------------------------------------------------------------------------- */

/* Mostly a live offer of the framework; sometimes any that was ever made, or none. */
static OfferId random_offer(World *world, FrameworkId framework)
{
  const GArray *offers = world->f->offers;
  if (offers->len == 0 || percent(world, 3))
    return percent(world, 50) ? OFFER_NONE : (OfferId){property_bits(&world->random)};
  uint32_t first = below(world, offers->len);
  if (!percent(world, 5))
    for (guint i = 0; i < offers->len; i++) {
      const FixtureOffer *offer = &g_array_index(offers, FixtureOffer, (first + i) % offers->len);
      if (!offer->ended && offer->framework.index == framework.index)
        return offer->id;
    }
  return g_array_index(offers, FixtureOffer, first).id;
}

static const FixtureOffer *offer_of(const World *world, OfferId id)
{
  for (guint i = world->f->offers->len; i-- > 0;)
    if (g_array_index(world->f->offers, FixtureOffer, i).id.value == id.value)
      return &g_array_index(world->f->offers, FixtureOffer, i);
  return NULL;
}

static TaskInfo random_task(World *world, const FixtureOffer *offer)
{
  TaskInfo task = {.label = ++world->next_label};
  task.agent = offer == NULL || percent(world, 2) ? (AgentId){below(world, 5)} : offer->agent;
  for (int kind = 0; kind < 2; kind++) {
    int64_t whole = offer == NULL ? 1000 : offer->resources.plain.amount[kind];
    task.resources.plain.amount[kind] = whole * (1 + below(world, 4)) / 4;
    if (percent(world, 2))
      task.resources.plain.amount[kind] = percent(world, 50) ? -1000 : whole + 1;
  }
  return task;
}

static void accept_some(World *world, FrameworkId framework, OfferId first)
{
  OfferId offers[3] = {first};
  TaskInfo tasks[4];
  uint32_t n_offers = 1;
  uint32_t n_tasks = below(world, 5);
  while (n_offers < 3 && percent(world, 10))
    offers[n_offers++] = random_offer(world, framework);
  for (uint32_t i = 0; i < n_tasks; i++)
    tasks[i] = random_task(world, offer_of(world, first));
  uint32_t split = n_tasks == 0 ? 0 : below(world, n_tasks);
  Operation operations[2] = {{.kind = OPERATION_LAUNCH, .tasks = tasks, .n_tasks = split},
                             {.kind = OPERATION_LAUNCH, .tasks = tasks + split, .n_tasks = n_tasks - split}};
  master_accept(world->f->master, world->f->now, framework, offers, n_offers, operations, 2,
                random_filter(world));
  fixture_check(world->f);
}

static void step_offer(World *world)
{
  FrameworkId framework = {any_present(world, world->frameworks)};
  if (framework.index == INDEX_NONE)
    return;
  OfferId offer = random_offer(world, framework);
  if (percent(world, 60)) {
    accept_some(world, framework, offer);
    return;
  }
  OfferId offers[2] = {offer, random_offer(world, framework)};
  master_decline(world->f->master, world->f->now, framework, offers, 1 + below(world, 2),
                 random_filter(world));
}

/* --- tasks ---------------------------------------------------------------------------------------------- */

static const FixtureTask *random_task_of_all(World *world)
{
  const GArray *tasks = world->f->tasks;
  if (tasks->len == 0)
    return NULL;
  uint32_t first = below(world, tasks->len);
  for (guint i = 0; i < tasks->len && !percent(world, 5); i++) {
    const FixtureTask *task = &g_array_index(tasks, FixtureTask, (first + i) % tasks->len);
    if (!task->freed)
      return task;
  }
  return &g_array_index(tasks, FixtureTask, first);
}

static uint32_t *sequence_of(World *world, const FixtureTask *task)
{
  if (world->sequences->len < world->f->tasks->len)
    g_array_set_size(world->sequences, world->f->tasks->len);
  return &g_array_index(world->sequences, uint32_t,
                        (guint)(task - &g_array_index(world->f->tasks, FixtureTask, 0)));
}

static void say_status(World *world, const FixtureTask *task)
{
  static const TaskState states[] = {TASK_STARTING, TASK_RUNNING, TASK_RUNNING,
                                     TASK_FINISHED, TASK_FAILED,  TASK_KILLED};
  uint32_t *sequence = sequence_of(world, task);
  TaskStatus status = {
      .task = task->id,
      .agent = percent(world, 2) ? (AgentId){below(world, 9)} : task->agent,
      .state = states[below(world, G_N_ELEMENTS(states))],
      .source = SOURCE_EXECUTOR,
      .sequence = percent(world, 5) ? *sequence : ++*sequence,
  };
  if (status.sequence > 0)
    master_status_update(world->f->master, world->f->now, &status);
}

static void step_task(World *world)
{
  const FixtureTask *task = random_task_of_all(world);
  if (task == NULL)
    return;
  FrameworkId framework = task->framework;
  if (percent(world, 3))
    framework.index = any_present(world, world->frameworks);
  uint32_t kind = below(world, 100);
  if (kind < 60)
    say_status(world, task);
  else if (kind < 85 && framework.index != INDEX_NONE)
    master_acknowledge(world->f->master, world->f->now, framework, task->id,
                       *sequence_of(world, task) + (percent(world, 5) ? 1 : 0));
  else if (framework.index != INDEX_NONE)
    master_kill(world->f->master, world->f->now, framework, task->id, AGENT_NONE);
}

/* --- frameworks and agents ------------------------------------------------------------------------------ */

static void step_subscribe(World *world)
{
  static const char *const roles[] = {"a", "b", "a/x", "a,b", "a/x,!c", "!c"};
  g_autofree char *name = g_strdup_printf("f%u", world->frameworks->len);
  bool yes = true;
  if (world->frameworks->len >= 12)
    return;
  fixture_subscribe(world->f, name, roles[below(world, G_N_ELEMENTS(roles))],
                    percent(world, 30) ? FRAMEWORK_PARTITION_AWARE : 0);
  g_array_append_val(world->frameworks, yes);
}

static void step_leave(World *world)
{
  uint32_t framework = any_present(world, world->frameworks);
  if (framework == INDEX_NONE)
    return;
  g_array_index(world->frameworks, bool, framework) = false;
  master_teardown(world->f->master, world->f->now, (FrameworkId){framework});
}

static void step_suppression(World *world)
{
  static const char *const roles[] = {NULL, "a", "b", "c"};
  FrameworkId framework = {any_present(world, world->frameworks)};
  const char *role = roles[below(world, G_N_ELEMENTS(roles))];
  if (framework.index == INDEX_NONE)
    return;
  if (percent(world, 40))
    master_suppress(world->f->master, world->f->now, framework, &role, role == NULL ? 0 : 1);
  else
    master_revive(world->f->master, world->f->now, framework, &role, role == NULL ? 0 : 1);
}

static void step_agent(World *world)
{
  static const char *const totals[] = {"cpus:4;mem:4096", "cpus:1;mem:1024", "cpus:2", "cpus:0.5;mem:100"};
  bool yes = true;
  uint32_t agent = any_present(world, world->agents);
  if (agent != INDEX_NONE && percent(world, 25)) {
    g_array_index(world->agents, bool, agent) = false;
    master_remove_agent(world->f->master, world->f->now, (AgentId){agent});
  } else if (world->agents->len < 30) {
    fixture_register(world->f, totals[below(world, G_N_ELEMENTS(totals))]);
    g_array_append_val(world->agents, yes);
  }
}

static void step_role(World *world)
{
  static const char *const roles[] = {"a", "b", "c", "a/x"};
  RoleAttributes attributes = ROLE_ATTRIBUTES_DEFAULT;
  attributes.weight = 0.5 + below(world, 4);
  attributes.priority = below(world, 3);
  master_update_role(world->f->master, world->f->now, roles[below(world, G_N_ELEMENTS(roles))], &attributes);
}

/* --- answers within the call ---------------------------------------------------------------------------- */

static void answer_offers(MasterFixture *f, FrameworkId framework, const OfferMessage *offers, uint32_t n)
{
  World *world = f->user;
  fixture_check(f);
  if (world->depth > 2 || !percent(world, 30))
    return;
  world->depth++;
  OfferId id = offers[below(world, n)].id;
  if (percent(world, 70))
    accept_some(world, framework, id);
  else
    step_leave(world);
  world->depth--;
}

static void answer_status(MasterFixture *f, FrameworkId framework, const TaskStatus *status)
{
  World *world = f->user;
  fixture_check(f);
  if (world->depth > 2 || !percent(world, 20))
    return;
  world->depth++;
  if (status->sequence > 0)
    master_acknowledge(f->master, f->now, framework, status->task, status->sequence);
  else
    step_offer(world);
  world->depth--;
}

static void answer_launch(MasterFixture *f, AgentId agent, const TaskLaunch *launch)
{
  World *world = f->user;
  (void)agent;
  (void)launch;
  fixture_check(f);
  if (world->depth > 2 || !percent(world, 20))
    return;
  world->depth++;
  step_task(world);
  world->depth--;
}

/* --- scenarios ------------------------------------------------------------------------------------------ */

static void step(World *world)
{
  uint32_t kind = below(world, 100);
  if (kind < 30)
    step_offer(world);
  else if (kind < 55)
    step_task(world);
  else if (kind < 63)
    step_agent(world);
  else if (kind < 68)
    step_subscribe(world);
  else if (kind < 70)
    step_leave(world);
  else if (kind < 75)
    step_suppression(world);
  else if (kind < 77)
    step_role(world);
  else if (kind < 82)
    operator_step(&world->random, world->f);
  else if (kind < 87)
    fixture_settle(world->f);
  else
    fixture_advance(world->f, world->f->now.ns / NS_PER_MS + below(world, percent(world, 80) ? 1500 : 20000));
  fixture_check(world->f);
}

/* Everybody leaves: then nothing is held, and each task and offer has come to its one end. */
static void end(World *world)
{
  MasterFixture *f = world->f;
  f->on_offers = NULL;
  f->on_status = NULL;
  f->on_launch = NULL;
  while (any_present(world, world->frameworks) != INDEX_NONE)
    step_leave(world);
  fixture_check(f);
  ck_assert_uint_eq(master_offers_outstanding(f->master), 0);
  ck_assert_uint_eq(master_tasks_live(f->master), 0);
  for (guint i = 0; i < f->offers->len; i++)
    ck_assert(g_array_index(f->offers, FixtureOffer, i).ended);
  for (guint i = 0; i < f->tasks->len; i++)
    ck_assert(task_state_is_terminal(g_array_index(f->tasks, FixtureTask, i).state));
  for (guint i = 0; i < f->offered->len; i++) {
    ck_assert(resources_are_empty(&g_array_index(f->offered, Resources, i)));
    ck_assert(resources_are_empty(&g_array_index(f->allocated, Resources, i)));
  }
  /* All is free again: a newcomer is offered every agent that is there, whole. */
  uint32_t present = operator_end(f);
  uint32_t before = f->offers->len;
  fixture_check(f);
  fixture_subscribe(f, "last", "last", 0);
  fixture_settle(f);
  ck_assert_uint_eq(f->offers->len - before, present);
}

static void offers_time_out(MasterSettings *settings)
{
  settings->offer_timeout = (Duration){7 * NS_PER_S};
}

static void scenario(uint64_t seed, const AllocatorInterface *allocator, bool quiet, GString *trace)
{
  World world = {.random = {seed}};
  world.f = fixture_new(allocator, seed % 3 == 0 ? offers_time_out : NULL);
  world.f->seed = seed;
  world.f->user = &world;
  world.f->quiet = quiet;
  world.frameworks = g_array_new(FALSE, FALSE, sizeof(bool));
  world.agents = g_array_new(FALSE, FALSE, sizeof(bool));
  world.sequences = g_array_new(FALSE, TRUE, sizeof(uint32_t));
  if (seed % 2 == 1) {
    world.f->on_offers = answer_offers;
    world.f->on_status = answer_status;
    world.f->on_launch = answer_launch;
  }
  for (int i = 0; i < STEPS; i++)
    step(&world);
  if (trace != NULL)
    g_string_assign(trace, fixture_log(world.f));
  end(&world);
  ck_assert_uint_eq(world.f->n_broken, 0);
  fixture_free(world.f);
  g_array_unref(world.frameworks);
  g_array_unref(world.agents);
  g_array_unref(world.sequences);
}

static uint32_t count_allocators(void)
{
  uint32_t n = 0;
  while (allocator_list()[n] != NULL)
    n++;
  return n;
}

/* A check that fails stops the process, so the seed is said first; meson shows stderr of failures only. */
START_TEST(the_books_agree)
{
  uint32_t n = count_allocators();
  const AllocatorInterface *allocator = allocator_list()[(uint32_t)_i % n];
  for (int i = 0; i < SCENARIOS_PER_CHUNK; i++) {
    uint64_t seed = ((uint64_t)_i / n) * SCENARIOS_PER_CHUNK + (uint64_t)i;
    fprintf(stderr, "%s, seed %" G_GUINT64_FORMAT "\n", allocator->name, seed);
    scenario(seed, allocator, true, NULL);
  }
}
END_TEST

START_TEST(the_same_seed_gives_the_same_messages)
{
  g_autoptr(GString) first = g_string_new(NULL);
  g_autoptr(GString) second = g_string_new(NULL);
  uint32_t different = 0;
  gsize said = 0;
  for (uint64_t seed = 1000; seed < 1100; seed++) {
    scenario(seed, &drf_allocator, false, first);
    scenario(seed, &drf_allocator, false, second);
    ck_assert_str_eq(first->str, second->str);
    said += first->len;
    scenario(seed, &priority_allocator, false, second);
    different += strcmp(first->str, second->str) != 0 ? 1 : 0;
  }
  ck_assert_uint_gt(different, 10); /* the comparison can fail */
  ck_assert_uint_gt(said, 100000);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("allocator-master");
  test_case_loop(suite, the_books_agree, 0, CHUNKS * (int)count_allocators());
  test_case(suite, the_same_seed_gives_the_same_messages);
  test_note("%u random steps", CHUNKS * count_allocators() * SCENARIOS_PER_CHUNK * STEPS);
  return suite;
}
