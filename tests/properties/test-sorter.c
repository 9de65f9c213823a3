/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the sorters against a naive one (naive-sorter.h) in random scenarios: flat and deep trees, weights and
 * priorities of clients and of inner nodes, activation, removal of clients that hold something, totals that
 * change, numbers of clients that are used again; and the cursor's contract. And the order of names that crowd.
 *
 * Not here: agreement with Mesos (tests/conformance), speed (tests/bench).
 */

#include "allocators/drf-sorter.h"
#include "allocators/policy-sorter.h"
#include "allocators/priority.h"
#include "base/ids.h"
#include "tests/properties/naive-sorter.h"
#include "tests/properties/property-random.h"
#include "tests/support/test-main.h"

#define CHUNKS              16
#define SCENARIOS_PER_CHUNK 200
#define CLIENTS_MAX         64

typedef struct {
  uint64_t seed;
  uint32_t step;
  PropertyRandom random;
  const SorterInterface *interface;
  SorterTotals totals;
  Sorter *sorter;
  NaiveSorter *naive;
  uint32_t limit;           /* of clients that live at once */
  uint32_t depth;           /* of paths */
  uint32_t n_names;         /* of components */
  char *paths[CLIENTS_MAX]; /* by client; NULL: number is free */
  bool declares[CLIENTS_MAX];
  SorterDemand demands[CLIENTS_MAX];
} World;

static const char *const component[] = {"a", "b", "B", "a-b", "c", "f10", "f2", "f1.b", "z", "+",
                                        "d", "e", "g", "h",   "i", "j",   "k",  "l",    "m", "n"};

/* --- steps ---------------------------------------------------------------------------------------------- */

static char *random_path(World *world)
{
  GString *path = g_string_new(NULL);
  uint32_t depth = 1 + property_below(&world->random, world->depth);
  for (uint32_t i = 0; i < depth; i++)
    g_string_append_printf(path, "%s%s", i == 0 ? "" : "/",
                           component[property_below(&world->random, world->n_names)]);
  return g_string_free(path, FALSE);
}

static uint32_t random_client(World *world)
{
  uint32_t first = property_below(&world->random, world->limit);
  for (uint32_t i = 0; i < world->limit; i++)
    if (world->paths[(first + i) % world->limit] != NULL)
      return (first + i) % world->limit;
  return INDEX_NONE;
}

/* Few different amounts, so that shares are often equal. */
static Quantities random_amounts(World *world)
{
  static const int64_t amounts[] = {0, 1000, 1000, 2000, 3000, 500, 1, 233};
  Quantities quantities = QUANTITIES_ZERO;
  quantities.amount[RESOURCE_CPUS] = amounts[property_below(&world->random, G_N_ELEMENTS(amounts))];
  if (property_percent(&world->random, 50))
    quantities.amount[RESOURCE_MEM] = amounts[property_below(&world->random, G_N_ELEMENTS(amounts))];
  if (property_percent(&world->random, 10))
    quantities.amount[RESOURCE_GPUS] = 1000;
  return quantities;
}

static void step_add(World *world)
{
  uint32_t client = property_below(&world->random, world->limit);
  if (world->paths[client] != NULL)
    return;
  char *path = random_path(world);
  for (uint32_t i = 0; i < world->limit; i++)
    if (g_strcmp0(world->paths[i], path) == 0) {
      g_free(path);
      return;
    }
  world->paths[client] = path;
  world->interface->add(world->sorter, client, path);
  naive_add(world->naive, client, path);
  if (property_percent(&world->random, 80)) {
    world->interface->activate(world->sorter, client);
    naive_set_active(world->naive, client, true);
  }
}

static void step_remove(World *world, uint32_t client)
{
  world->interface->remove(world->sorter, client);
  naive_remove(world->naive, client);
  g_clear_pointer(&world->paths[client], g_free);
  world->declares[client] = false;
}

static void step_activity(World *world, uint32_t client)
{
  bool active = property_percent(&world->random, 60);
  if (active)
    world->interface->activate(world->sorter, client);
  else
    world->interface->deactivate(world->sorter, client);
  naive_set_active(world->naive, client, active);
}

static void step_attributes(World *world)
{
  static const double weights[] = {1, 2, 3, 0.5, 0.1, 7};
  g_autofree char *path = random_path(world);
  double weight = weights[property_below(&world->random, G_N_ELEMENTS(weights))];
  int64_t priority = (int64_t)property_below(&world->random, 3) - 1;
  world->interface->update_weight(world->sorter, path, weight);
  naive_update_weight(world->naive, path, weight);
  world->interface->update_priority(world->sorter, path, priority);
  naive_update_priority(world->naive, path, priority);
}

static void step_grant(World *world, uint32_t client)
{
  Quantities amounts = random_amounts(world);
  world->interface->allocated(world->sorter, client, &amounts);
  naive_allocated(world->naive, client, &amounts);
}

/* Gives a part, or all, back; or replaces it by something else. */
static void step_give_back(World *world, uint32_t client)
{
  Quantities amounts = *naive_allocation(world->naive, client);
  if (property_percent(&world->random, 50)) {
    Quantities part = random_amounts(world);
    quantities_min(&amounts, &part);
  }
  if (property_percent(&world->random, 30)) {
    Quantities instead = random_amounts(world);
    world->interface->update(world->sorter, client, &amounts, &instead);
    naive_unallocated(world->naive, client, &amounts);
    Quantities more = QUANTITIES_ZERO;
    quantities_subtract(&more, &instead);
    naive_unallocated(world->naive, client, &more);
  } else {
    world->interface->unallocated(world->sorter, client, &amounts);
    naive_unallocated(world->naive, client, &amounts);
  }
}

static void step_totals(World *world)
{
  Quantities amounts = random_amounts(world);
  Quantities missing = amounts;
  if (property_percent(&world->random, 50))
    sorter_totals_add(&world->totals, &amounts);
  quantities_min(&missing, &world->totals.total);
  if (property_percent(&world->random, 50))
    sorter_totals_subtract(&world->totals, &missing);
}

/* What only policies are told; it does not change the order, but has to add up in the tree. */
static void step_facts(World *world, uint32_t client)
{
  if (world->interface->demand == NULL)
    return;
  Quantities task = random_amounts(world);
  if (property_percent(&world->random, 50)) {
    world->interface->launched(world->sorter, client, &task);
    return;
  }
  bool declares = property_percent(&world->random, 80);
  SorterDemand demand = {task, property_below(&world->random, 3)};
  world->interface->demand(world->sorter, client, world->declares[client] ? &world->demands[client] : NULL,
                           declares ? &demand : NULL);
  world->declares[client] = declares;
  world->demands[client] = demand;
}

static void step(World *world)
{
  uint32_t client = random_client(world);
  uint32_t kind = property_below(&world->random, 100);
  if (client == INDEX_NONE || kind < 20)
    step_add(world);
  else if (kind < 25)
    step_remove(world, client);
  else if (kind < 35)
    step_activity(world, client);
  else if (kind < 45)
    step_attributes(world);
  else if (kind < 75)
    step_grant(world, client);
  else if (kind < 95)
    step_give_back(world, client);
  else if (kind < 97)
    step_facts(world, client);
  else
    step_totals(world);
}

/* --- comparison ----------------------------------------------------------------------------------------- */

static void compare_rest(World *world, const GArray *expected, guint from)
{
  uint32_t client;
  guint n = from;
  for (; world->interface->next(world->sorter, &client); n++) {
    ck_assert_msg(n < expected->len, "seed %" G_GUINT64_FORMAT " step %u: more clients than %u", world->seed,
                  world->step, expected->len);
    uint32_t wanted = g_array_index(expected, uint32_t, n);
    ck_assert_msg(client == wanted, "seed %" G_GUINT64_FORMAT " step %u place %u: expected %s, got %s",
                  world->seed, world->step, n, world->paths[wanted],
                  client < CLIENTS_MAX && world->paths[client] != NULL ? world->paths[client] : "nobody");
  }
  ck_assert_msg(n == expected->len, "seed %" G_GUINT64_FORMAT " step %u: %u clients, expected %u",
                world->seed, world->step, n, expected->len);
  ck_assert(!world->interface->next(world->sorter, &client));
}

static void compare_order(World *world)
{
  g_autoptr(GArray) expected = naive_order(world->naive);
  world->interface->begin(world->sorter, NULL);
  compare_rest(world, expected, 0);
  ck_assert_uint_eq(world->interface->count_active(world->sorter), expected->len);
}

/* A walk that is broken off by a change is over; one that is held goes on in the old order. */
static void compare_cursor(World *world)
{
  g_autoptr(GArray) before = naive_order(world->naive);
  uint32_t taken = before->len == 0 ? 0 : property_below(&world->random, before->len);
  bool hold = property_percent(&world->random, 50);
  uint32_t client;
  world->interface->begin(world->sorter, NULL);
  for (uint32_t i = 0; i < taken; i++) {
    ck_assert(world->interface->next(world->sorter, &client));
    ck_assert_uint_eq(client, g_array_index(before, uint32_t, i));
  }
  if (hold) {
    world->interface->hold(world->sorter);
    world->interface->hold(world->sorter);
  }
  client = random_client(world);
  if (client == INDEX_NONE)
    return;
  for (uint32_t i = 0; i < 3; i++)
    step_grant(world, client);
  if (hold)
    compare_rest(world, before, taken);
  else
    ck_assert(!world->interface->next(world->sorter, &client));
}

static void compare_clients(const World *world)
{
  uint32_t n = 0;
  for (uint32_t client = 0; client < world->limit; client++) {
    if (world->paths[client] == NULL)
      continue;
    n++;
    ck_assert(quantities_equal(world->interface->allocation(world->sorter, client),
                               naive_allocation(world->naive, client)));
  }
  ck_assert_uint_eq(world->interface->count(world->sorter), n);
  world->interface->check(world->sorter);
}

static void scenario(uint64_t seed, const SorterInterface *interface, const void *context, bool use_priority)
{
  World world = {.seed = seed, .random = {seed}, .interface = interface};
  bool large = property_percent(&world.random, 10);
  bool flat = property_percent(&world.random, 25);
  world.limit = large ? CLIENTS_MAX : 2 + property_below(&world.random, 14);
  world.depth = flat ? 1 : 2 + property_below(&world.random, 3);
  world.n_names = large ? G_N_ELEMENTS(component) : 2 + property_below(&world.random, 4);
  world.totals.total.amount[RESOURCE_CPUS] = 10000;
  world.totals.total.amount[RESOURCE_MEM] = property_percent(&world.random, 70) ? 10000 : 0;
  world.totals.total.amount[RESOURCE_GPUS] = 2000;
  world.totals.excluded = property_percent(&world.random, 30) ? 1u << RESOURCE_GPUS : 0;
  world.sorter = interface->create(&world.totals, context);
  world.naive = naive_sorter_new(&world.totals, use_priority);

  uint32_t steps = large ? 200 : 60;
  for (world.step = 0; world.step < steps; world.step++) {
    step(&world);
    if (property_percent(&world.random, 60))
      compare_order(&world);
    if (property_percent(&world.random, 10))
      compare_cursor(&world);
  }
  compare_order(&world);
  compare_clients(&world);

  interface->destroy(world.sorter);
  naive_sorter_free(world.naive);
  for (uint32_t client = 0; client < CLIENTS_MAX; client++)
    g_free(world.paths[client]);
}

START_TEST(drf_agrees_with_the_naive_sorter)
{
  for (int i = 0; i < SCENARIOS_PER_CHUNK; i++)
    scenario((uint64_t)_i * SCENARIOS_PER_CHUNK + (uint64_t)i, &drf_sorter, NULL, false);
}
END_TEST

/* The same order as a policy: keys kept; keys made anew for each order; inner nodes combined to what they are. */

static void combine_nothing(Policy *policy, const PolicyClient *children, uint32_t n,
                            const PolicyVisit *visit, PolicyClient *node)
{
  (void)policy;
  (void)visit;
  Quantities sum = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < n; i++)
    quantities_add(&sum, &children[i].allocation);
  ck_assert(quantities_equal(&sum, &node->allocation));
}

START_TEST(policies_agree_with_the_naive_sorter)
{
  PolicyInterface policies[3] = {priority_policy, priority_policy, priority_policy};
  policies[1].flags |= POLICY_LOOKS_AT_AGENT;
  policies[2].combine = combine_nothing;
  for (int i = 0; i < SCENARIOS_PER_CHUNK; i++) {
    PolicySorterContext context = {&policies[i % 3], NULL, true};
    scenario((uint64_t)_i * SCENARIOS_PER_CHUNK + (uint64_t)i, &policy_sorter, &context, true);
  }
}
END_TEST

/* Names that come in descending order, each next to the last one, and go: ranks run out of room, again and again.
 * Nobody has anything, so that the path alone decides. */
START_TEST(names_crowd_at_one_place)
{
  enum { CROWD = 500 };
  SorterTotals totals = {.version = 1};
  Sorter *sorter = drf_sorter.create(&totals, NULL);
  PropertyRandom random = {(uint64_t)_i};
  bool lives[CROWD] = {false};
  drf_sorter.flatten(sorter);
  drf_sorter.add(sorter, CROWD, "a");
  for (uint32_t newest = CROWD; newest-- > 0;) {
    g_autofree char *name = g_strdup_printf("f%03u", newest);
    drf_sorter.add(sorter, newest, name);
    drf_sorter.activate(sorter, newest);
    lives[newest] = true;
    uint32_t leaves = newest + property_below(&random, CROWD - newest);
    if (lives[leaves] && property_percent(&random, 30)) {
      drf_sorter.remove(sorter, leaves);
      lives[leaves] = false;
    }
    if (property_percent(&random, 20))
      continue;
    drf_sorter.check(sorter);
    drf_sorter.begin(sorter, NULL);
    uint32_t client;
    for (uint32_t i = newest; i < CROWD; i++)
      if (lives[i])
        ck_assert(drf_sorter.next(sorter, &client) && client == i);
    ck_assert(!drf_sorter.next(sorter, &client));
  }
  drf_sorter.destroy(sorter);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("sorter");
  test_case_loop(suite, drf_agrees_with_the_naive_sorter, 0, CHUNKS);
  test_case_loop(suite, policies_agree_with_the_naive_sorter, 0, CHUNKS / 2);
  test_case_loop(suite, names_crowd_at_one_place, 0, 4);
  return suite;
}
