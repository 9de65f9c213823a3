/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the random sorter: who is first has the probabilities of the reference (weights 1 to 5; a tree), who is second those
 * of a draw among the rest; only active clients draw, and weights are relative to them; the order is a function of
 * the visit; hold() keeps it; nested sorters draw apart. And drf with random sorters.
 *
 * Frequencies are compared within five standard errors, which the fixed seed meets or not for good.
 */

#include <math.h>
#include <string.h>

#include "allocators/drf.h"
#include "allocators/random-sorter.h"
#include "tests/allocators/allocator-harness.h"
#include "tests/support/test-main.h"

#define VISITS 20000

static SorterTotals totals = {.version = 1};

static void fill_random(void *self, uint64_t run, uint32_t stage, uint32_t *numbers, size_t n)
{
  uint64_t stream = harness_mix(harness_mix(*(const uint64_t *)self, run), stage);
  for (size_t i = 0; i < n; i++)
    numbers[i] = (uint32_t)(harness_mix(stream, i) >> 32);
}

static RandomSorterContext context_of(uint64_t *seed, uint32_t *n_sorters)
{
  *n_sorters = 0;
  return (RandomSorterContext){{.size = sizeof(AllocatorHost), .self = seed, .random = fill_random},
                               n_sorters};
}

static void begin(Sorter *sorter, uint64_t visit)
{
  SorterVisit seen = {.agent = {0}, .number = visit};
  random_sorter.begin(sorter, &seen);
}

static uint32_t next(Sorter *sorter)
{
  uint32_t client;
  return random_sorter.next(sorter, &client) ? client : UINT32_MAX;
}

static void add(Sorter *sorter, uint32_t client, const char *path)
{
  random_sorter.add(sorter, client, path);
  random_sorter.activate(sorter, client);
}

static void assert_frequency(uint32_t n, uint32_t of, double expected)
{
  double error = sqrt(expected * (1 - expected) / of);
  ck_assert_msg(fabs((double)n / of - expected) < 5 * error, "%u of %u; expected %.4f", n, of, expected);
}

START_TEST(weights_are_probabilities)
{
  uint64_t seed = 5;
  uint32_t n_sorters;
  RandomSorterContext context = context_of(&seed, &n_sorters);
  Sorter *sorter = random_sorter.create(&totals, &context);
  static const char *const names[] = {"a", "b", "c", "d", "e"};
  uint32_t first[5] = {0}, second[5][5] = {{0}};
  for (uint32_t i = 0; i < 5; i++) {
    random_sorter.update_weight(sorter, names[i], i + 1.0);
    add(sorter, i, names[i]);
  }
  for (uint64_t visit = 1; visit <= VISITS; visit++) {
    begin(sorter, visit);
    uint32_t one = next(sorter), two = next(sorter);
    ck_assert(one < 5 && two < 5 && one != two);
    first[one]++;
    second[one][two]++;
    for (int i = 0; i < 3; i++)
      ck_assert(next(sorter) < 5);
    ck_assert(next(sorter) == UINT32_MAX);
  }
  for (uint32_t i = 0; i < 5; i++) {
    assert_frequency(first[i], VISITS, (i + 1) / 15.0);
    for (uint32_t j = 0; j < 5; j++)
      if (j != i)
        assert_frequency(second[i][j], first[i], (j + 1) / (14.0 - i));
  }
  random_sorter.check(sorter);
  random_sorter.destroy(sorter);
}
END_TEST

/* a: 1 [a/.: 1, a/b: 2], c: 2 [c/d: 1, c/e: 2] */
START_TEST(a_tree_multiplies_down)
{
  uint64_t seed = 6;
  uint32_t n_sorters;
  RandomSorterContext context = context_of(&seed, &n_sorters);
  Sorter *sorter = random_sorter.create(&totals, &context);
  static const char *const paths[] = {"a", "a/b", "c/d", "c/e"};
  static const double expected[] = {1 / 9.0, 2 / 9.0, 2 / 9.0, 4 / 9.0};
  uint32_t first[4] = {0}, alone[4] = {0};
  random_sorter.update_weight(sorter, "a/b", 2);
  random_sorter.update_weight(sorter, "c", 2);
  random_sorter.update_weight(sorter, "c/e", 2);
  for (uint32_t i = 0; i < 4; i++)
    add(sorter, i, paths[i]);
  for (uint64_t visit = 1; visit <= VISITS; visit++) {
    begin(sorter, visit);
    first[next(sorter)]++;
  }
  for (int i = 0; i < 4; i++)
    assert_frequency(first[i], VISITS, expected[i]);
  /* c/e goes: all of c's weight is c/d's. */
  random_sorter.deactivate(sorter, 3);
  for (uint64_t visit = 1; visit <= VISITS; visit++) {
    begin(sorter, visit);
    alone[next(sorter)]++;
  }
  assert_frequency(alone[0], VISITS, 1 / 9.0);
  assert_frequency(alone[1], VISITS, 2 / 9.0);
  assert_frequency(alone[2], VISITS, 6 / 9.0);
  ck_assert_uint_eq(alone[3], 0);
  random_sorter.destroy(sorter);
}
END_TEST

START_TEST(the_order_is_a_function_of_the_visit)
{
  uint64_t seed = 7;
  uint32_t n_sorters, same = 0;
  RandomSorterContext context = context_of(&seed, &n_sorters);
  Sorter *one = random_sorter.create(&totals, &context);
  Sorter *other = random_sorter.create(&totals, &context);
  for (uint32_t i = 0; i < 20; i++) {
    g_autofree char *name = g_strdup_printf("f%02u", i);
    add(one, i, name);
    add(other, i, name);
  }
  ck_assert_uint_eq(n_sorters, 2);
  uint32_t order[20];
  begin(one, 3);
  for (int i = 0; i < 20; i++)
    order[i] = next(one);
  for (uint64_t visit = 1; visit < 400; visit++) {
    begin(one, visit);
    begin(other, visit);
    same += next(one) == next(other) ? 1 : 0;
  }
  /* Held, the rest goes on through changes; otherwise a change ends the order. */
  begin(one, 3);
  for (int i = 0; i < 5; i++)
    ck_assert_uint_eq(next(one), order[i]);
  random_sorter.hold(one);
  random_sorter.deactivate(one, order[7]);
  for (int i = 5; i < 20; i++)
    ck_assert_uint_eq(next(one), order[i]);
  ck_assert_uint_eq(next(one), UINT32_MAX);
  begin(one, 3);
  next(one);
  random_sorter.allocated(one, 2, &(Quantities){{1000}});
  ck_assert_uint_eq(next(one), UINT32_MAX);
  assert_frequency(same, 399, 1 / 20.0);
  random_sorter.destroy(one);
  random_sorter.destroy(other);
}
END_TEST

/* --- drf with these sorters ----------------------------------------------------------------------------- */

typedef struct {
  uint32_t offers[3];
} Offers;

/* Agents of one cpu for roles a (weight 1) and b (weight 3: two frameworks). */
static Offers play_whole(const char *roles, const char *frameworks, const char *whole)
{
  const char *values[] = {roles, frameworks, NULL, whole};
  static const char *const names[] = {"f1", "f2", "f3"};
  static const RoleId role[] = {{0}, {1}, {1}};
  AllocatorSettings settings = {.allocation_interval = {NS_PER_S}, .option_values = values};
  AllocatorHarness harness;
  Offers sum = {{0}};
  harness_init(&harness, &drf_allocator, &settings, 3, false);
  drf_allocator.add_role(harness.allocator, (RoleId){0}, ROLE_NONE, "a");
  drf_allocator.add_role(harness.allocator, (RoleId){1}, ROLE_NONE, "b");
  RoleAttributes attributes = ROLE_ATTRIBUTES_DEFAULT;
  attributes.weight = 3;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    attributes.limit.amount[kind] = -1;
  drf_allocator.update_role(harness.allocator, harness.now, (RoleId){1}, &attributes);
  for (uint32_t i = 0; i < 4000; i++) {
    Resources total = resources_of(&(Quantities){{1000}});
    drf_allocator.add_agent(harness.allocator, harness.now, (AgentId){i}, &(AllocatorAgent){.hostname = "h"},
                            &total, NULL, 0);
  }
  for (uint32_t i = 0; i < 3; i++) {
    AllocatorFramework info = {.name = names[i], .roles = &role[i], .n_roles = 1};
    drf_allocator.add_framework(harness.allocator, harness.now, (FrameworkId){i}, &info, true, NULL, 0);
  }
  harness_settle(&harness);
  for (guint i = 0; i < harness.offers->len; i++)
    sum.offers[g_array_index(harness.offers, HarnessOffer, i).framework.index]++;
  drf_allocator.check(harness.allocator, harness.now);
  harness_clear(&harness);
  return sum;
}

static Offers play(const char *roles, const char *frameworks)
{
  return play_whole(roles, frameworks, NULL);
}

/* All of a run is for the one that came first. */
START_TEST(drf_gives_the_whole_cluster)
{
  Offers all = play_whole(NULL, NULL, "yes");
  ck_assert_uint_eq(all.offers[0], 4000);
  ck_assert_uint_eq(all.offers[1] + all.offers[2], 0);
  all = play_whole(NULL, NULL, "no");
  ck_assert_uint_eq(all.offers[0], 1000);
}
END_TEST

START_TEST(drf_takes_either_for_each_level)
{
  Offers all = play(NULL, NULL);
  ck_assert(all.offers[0] == 1000 && all.offers[1] == 1500 && all.offers[2] == 1500);
  all = play("random", "drf");
  ck_assert_uint_ne(all.offers[0], 1000);
  assert_frequency(all.offers[0], 4000, 0.25);
  ck_assert_uint_le(MAX(all.offers[1], all.offers[2]) - MIN(all.offers[1], all.offers[2]), 1);
  all = play("drf", "random");
  ck_assert_uint_eq(all.offers[0], 1000);
  ck_assert_uint_ne(all.offers[1], 1500);
  assert_frequency(all.offers[1], 3000, 0.5);
  all = play("random", "random");
  assert_frequency(all.offers[0], 4000, 0.25);
  assert_frequency(all.offers[1], all.offers[1] + all.offers[2], 0.5);
}
END_TEST

START_TEST(other_sorters_are_refused)
{
  const char *values[] = {"drf", "radnom", NULL, NULL};
  AllocatorSettings settings = {.allocation_interval = {NS_PER_S}, .option_values = values};
  AllocatorHost host = {.size = sizeof host};
  char *error = NULL;
  ck_assert_ptr_null(drf_allocator.create(&settings, &host, INSTANT_ZERO, &error));
  ck_assert_str_eq(
      error, "\"radnom\": did you mean \"random\"? expected one of drf, random (option framework-sorter)");
  g_free(error);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("random-sorter");
  test_case(suite, weights_are_probabilities);
  test_case(suite, a_tree_multiplies_down);
  test_case(suite, the_order_is_a_function_of_the_visit);
  test_case(suite, drf_gives_the_whole_cluster);
  test_case(suite, drf_takes_either_for_each_level);
  test_case(suite, other_sorters_are_refused);
  return suite;
}
