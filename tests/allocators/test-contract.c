/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what every allocator of the registry must keep: a complete table, properties that are what they say,
 * instances that know nothing of each other, the same offers for the same calls, and the contract of
 * core/allocator.h where it does not depend on the policy (only free resources, whole books, filters, gates).
 *
 * Not here: whether the policy is the right one (test-priority.c, tests/conformance, tests/properties).
 */

#include <string.h>

#include "allocators/registry.h"
#include "tests/allocators/allocator-harness.h"
#include "tests/support/test-main.h"

typedef struct {
  AllocatorHarness harness;
  uint32_t n_roles;
  uint32_t n_frameworks;
  uint32_t n_agents;
} Bench;

static const AllocatorInterface *allocator_at(int i)
{
  return allocator_list()[i];
}

static int count_allocators(void)
{
  int n = 0;
  while (allocator_list()[n] != NULL)
    n++;
  return n;
}

static void bench_start(Bench *bench, const AllocatorInterface *interface, uint64_t seed)
{
  AllocatorSettings settings = {
      .allocation_interval = {NS_PER_S},
      .min_allocatable = harness_mesos_minimum(),
      .n_min_allocatable = 2,
      .filter_gpu_resources = true,
  };
  *bench = (Bench){0};
  harness_init(&bench->harness, interface, &settings, seed, false);
}

static RoleId add_role(Bench *bench, const char *path, uint32_t parent)
{
  RoleId role = {bench->n_roles++};
  bench->harness.interface->add_role(bench->harness.allocator, role, (RoleId){parent}, path);
  return role;
}

static void set_role(Bench *bench, RoleId role, double weight, int64_t priority)
{
  RoleAttributes attributes = {.weight = weight, .priority = priority};
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    attributes.limit.amount[kind] = -1;
  bench->harness.interface->update_role(bench->harness.allocator, bench->harness.now, role, &attributes);
}

static FrameworkId add_framework(Bench *bench, RoleId role)
{
  FrameworkId framework = {bench->n_frameworks++};
  g_autofree char *name = g_strdup_printf("f%03u", framework.index);
  AllocatorFramework info = {.name = name, .roles = &role, .n_roles = 1};
  bench->harness.interface->add_framework(bench->harness.allocator, bench->harness.now, framework, &info,
                                          true, NULL, 0);
  return framework;
}

static AgentId add_agent(Bench *bench, int64_t cpus)
{
  AgentId agent = {bench->n_agents++};
  g_autofree char *hostname = g_strdup_printf("h%u", agent.index);
  AllocatorAgent info = {.hostname = hostname};
  Resources total = RESOURCES_EMPTY;
  total.plain.amount[RESOURCE_CPUS] = cpus;
  bench->harness.interface->add_agent(bench->harness.allocator, bench->harness.now, agent, &info, &total,
                                      NULL, 0);
  return agent;
}

static uint32_t offers_to(const Bench *bench, FrameworkId framework)
{
  uint32_t n = 0;
  for (guint i = 0; i < bench->harness.offers->len; i++)
    n += g_array_index(bench->harness.offers, HarnessOffer, i).framework.index == framework.index ? 1 : 0;
  return n;
}

static void return_all(Bench *bench, OfferFilter filter)
{
  for (guint i = 0; i < bench->harness.offers->len; i++) {
    const HarnessOffer *offer = &g_array_index(bench->harness.offers, HarnessOffer, i);
    bench->harness.interface->recover_resources(bench->harness.allocator, bench->harness.now,
                                                offer->framework, offer->role, offer->agent,
                                                &offer->resources, filter, false);
  }
  harness_forget_offers(&bench->harness);
}

/* --- the table ------------------------------------------------------------------------------------------ */

START_TEST(the_table_is_complete)
{
  const AllocatorInterface *table = allocator_at(_i);
  ck_assert_uint_eq(table->abi_version, ALLOCATOR_ABI_VERSION);
  ck_assert_uint_eq(table->size, sizeof(AllocatorInterface));
  ck_assert(table->create && table->destroy && table->add_role && table->update_role);
  ck_assert(table->add_framework && table->remove_framework && table->activate_framework);
  ck_assert(table->deactivate_framework && table->update_framework);
  ck_assert(table->add_agent && table->remove_agent && table->update_agent && table->update_agent_attributes);
  ck_assert(table->activate_agent && table->deactivate_agent && table->update_whitelist);
  ck_assert(table->transition_offered_to_allocated && table->recover_resources);
  ck_assert(table->suppress_offers && table->revive_offers && table->run && table->tick);
  ck_assert(table->view_agent && table->share && table->count_filters && table->check);
  ck_assert(table->n_options == 0 || table->options != NULL);
}
END_TEST

START_TEST(it_is_found_by_its_name)
{
  const AllocatorInterface *table = allocator_at(_i);
  ck_assert_ptr_eq(allocator_find(table->name), table);
  ck_assert_uint_gt(strlen(table->name), 0);
  ck_assert_ptr_null(strpbrk(table->name, " \t\n/="));
  ck_assert_uint_gt(strlen(table->summary), 0);
  ck_assert_ptr_null(strpbrk(table->summary, "\n\t"));
  if (_i > 0)
    ck_assert_int_lt(strcmp(allocator_at(_i - 1)->name, table->name), 0);
  ck_assert_ptr_null(allocator_find("no such allocator"));
  ck_assert_ptr_null(allocator_find(""));
}
END_TEST

/* --- the contract --------------------------------------------------------------------------------------- */

START_TEST(only_what_is_free_is_offered)
{
  Bench bench;
  bench_start(&bench, allocator_at(_i), 1);
  RoleId role = add_role(&bench, "r", INDEX_NONE);
  AgentId agent = add_agent(&bench, 4000);
  FrameworkId framework = add_framework(&bench, role);
  harness_settle(&bench.harness);
  int64_t offered = 0;
  for (guint i = 0; i < bench.harness.offers->len; i++)
    offered += g_array_index(bench.harness.offers, HarnessOffer, i).resources.plain.amount[RESOURCE_CPUS];
  ck_assert_int_eq(offers_to(&bench, framework) > 0, offered > 0);
  AllocatorAgentView view;
  bench.harness.interface->view_agent(bench.harness.allocator, bench.harness.now, agent, &view);
  ck_assert_int_eq(offered + view.available.plain.amount[RESOURCE_CPUS], 4000);
  bench.harness.interface->check(bench.harness.allocator, bench.harness.now);
  harness_clear(&bench.harness);
}
END_TEST

START_TEST(nothing_is_offered_inside_a_filter)
{
  Bench bench;
  bench_start(&bench, allocator_at(_i), 1);
  RoleId role = add_role(&bench, "r", INDEX_NONE);
  for (int i = 0; i < 10; i++)
    add_agent(&bench, 1000);
  add_framework(&bench, role);
  add_framework(&bench, role);
  harness_settle(&bench.harness);
  return_all(&bench, (OfferFilter){true, {3600 * NS_PER_S}});
  for (int i = 0; i < 10; i++) {
    harness_tick(&bench.harness);
    return_all(&bench, (OfferFilter){true, {3600 * NS_PER_S}});
  }
  /* By now both have refused all that was offered to them. */
  uint64_t filters = bench.harness.interface->count_filters(bench.harness.allocator, bench.harness.now, role);
  harness_tick(&bench.harness);
  ck_assert_uint_eq(bench.harness.offers->len, 0);
  ck_assert_uint_le(filters, 20);
  harness_clear(&bench.harness);
}
END_TEST

/* Plays the same calls and appends a line per offer. */
static void play(Bench *bench, int step, GString *trace)
{
  if (step == 0) {
    add_role(bench, "a", INDEX_NONE);
    add_role(bench, "b", INDEX_NONE);
    for (int i = 0; i < 12; i++)
      add_agent(bench, 1000);
    add_framework(bench, (RoleId){0});
    add_framework(bench, (RoleId){1});
    add_framework(bench, (RoleId){1});
    harness_settle(&bench->harness);
  } else {
    harness_tick(&bench->harness);
  }
  for (guint i = 0; i < bench->harness.offers->len; i++) {
    const HarnessOffer *offer = &g_array_index(bench->harness.offers, HarnessOffer, i);
    g_string_append_printf(trace, "%d %u %u %u\n", step, offer->framework.index, offer->role.index,
                           offer->agent.index);
  }
  return_all(bench, OFFER_FILTER_NONE);
}

START_TEST(instances_know_nothing_of_each_other)
{
  g_autoptr(GString) alone = g_string_new(NULL);
  g_autoptr(GString) beside = g_string_new(NULL);
  g_autoptr(GString) other = g_string_new(NULL);
  Bench bench;
  Bench second;
  bench_start(&bench, allocator_at(_i), 7);
  for (int step = 0; step < 20; step++)
    play(&bench, step, alone);
  harness_clear(&bench.harness);

  bench_start(&bench, allocator_at(_i), 7);
  bench_start(&second, allocator_at(_i), 8);
  for (int step = 0; step < 20; step++) {
    play(&bench, step, beside);
    play(&second, step, other);
  }
  harness_clear(&bench.harness);
  harness_clear(&second.harness);
  ck_assert_str_eq(alone->str, beside->str);
  ck_assert_uint_gt(alone->len, 0);
  ck_assert_str_ne(alone->str, other->str); /* the order of agents is the seed's */
}
END_TEST

/* --- properties ----------------------------------------------------------------------------------------- */

/* Shares are exact, but for an allocator that draws lots: then within three standard errors of 40 draws. */
static void assert_offers(int allocator, const Bench *bench, FrameworkId framework, uint32_t expected)
{
  bool draws = (allocator_at(allocator)->properties & ALLOCATOR_NO_STARVATION) != 0;
  ck_assert_int_le(ABS((int)offers_to(bench, framework) - (int)expected), draws ? 9 : 0);
}

START_TEST(work_conserving)
{
  if ((allocator_at(_i)->properties & ALLOCATOR_WORK_CONSERVING) == 0)
    return;
  Bench bench;
  bench_start(&bench, allocator_at(_i), 1);
  RoleId role = add_role(&bench, "r", INDEX_NONE);
  for (int i = 0; i < 50; i++)
    add_agent(&bench, 1000 + 10 * i);
  add_framework(&bench, role);
  harness_settle(&bench.harness);
  ck_assert_uint_eq(bench.harness.offers->len, 50);
  harness_clear(&bench.harness);
}
END_TEST

START_TEST(uses_weights)
{
  if ((allocator_at(_i)->properties & ALLOCATOR_USES_WEIGHTS) == 0)
    return;
  Bench bench;
  bench_start(&bench, allocator_at(_i), 1);
  RoleId light = add_role(&bench, "light", INDEX_NONE);
  RoleId heavy = add_role(&bench, "heavy", INDEX_NONE);
  set_role(&bench, heavy, 3, 0);
  for (int i = 0; i < 40; i++)
    add_agent(&bench, 1000);
  FrameworkId few = add_framework(&bench, light);
  FrameworkId many = add_framework(&bench, heavy);
  harness_settle(&bench.harness);
  assert_offers(_i, &bench, few, 10);
  assert_offers(_i, &bench, many, 30);
  harness_clear(&bench.harness);
}
END_TEST

START_TEST(uses_hierarchy)
{
  if ((allocator_at(_i)->properties & ALLOCATOR_USES_HIERARCHY) == 0)
    return;
  Bench bench;
  bench_start(&bench, allocator_at(_i), 1);
  RoleId a = add_role(&bench, "a", INDEX_NONE);
  RoleId b = add_role(&bench, "b", INDEX_NONE);
  RoleId ax = add_role(&bench, "a/x", a.index);
  RoleId ay = add_role(&bench, "a/y", a.index);
  for (int i = 0; i < 40; i++)
    add_agent(&bench, 1000);
  FrameworkId x = add_framework(&bench, ax);
  FrameworkId y = add_framework(&bench, ay);
  FrameworkId z = add_framework(&bench, b);
  harness_settle(&bench.harness);
  /* a and b halve the cluster, whatever is below a. */
  assert_offers(_i, &bench, x, 10);
  assert_offers(_i, &bench, y, 10);
  assert_offers(_i, &bench, z, 20);
  harness_clear(&bench.harness);
}
END_TEST

START_TEST(uses_priority)
{
  bool uses = (allocator_at(_i)->properties & ALLOCATOR_USES_PRIORITY) != 0;
  if (!uses && (allocator_at(_i)->properties & ALLOCATOR_USES_WEIGHTS) == 0)
    return;
  Bench bench;
  bench_start(&bench, allocator_at(_i), 1);
  RoleId low = add_role(&bench, "a-low", INDEX_NONE);
  RoleId high = add_role(&bench, "high", INDEX_NONE);
  set_role(&bench, low, 10, -1);
  set_role(&bench, high, 1, 1);
  for (int i = 0; i < 22; i++)
    add_agent(&bench, 1000);
  FrameworkId last = add_framework(&bench, low);
  FrameworkId first = add_framework(&bench, high);
  harness_settle(&bench.harness);
  assert_offers(_i, &bench, first, uses ? 22 : 2);
  assert_offers(_i, &bench, last, uses ? 0 : 20);
  harness_clear(&bench.harness);
}
END_TEST

START_TEST(no_starvation)
{
  if ((allocator_at(_i)->properties & ALLOCATOR_NO_STARVATION) == 0)
    return;
  /* One who declines for a short while must not keep everything from one who holds more. */
  Bench bench;
  bench_start(&bench, allocator_at(_i), 1);
  RoleId a = add_role(&bench, "a", INDEX_NONE);
  RoleId b = add_role(&bench, "b", INDEX_NONE);
  add_agent(&bench, 1000);
  FrameworkId holder = add_framework(&bench, b);
  harness_settle(&bench.harness);
  ck_assert_uint_eq(offers_to(&bench, holder), 1);
  harness_forget_offers(&bench.harness);
  add_agent(&bench, 1000);
  for (int i = 0; i < 20; i++)
    add_framework(&bench, a);
  bool served = false;
  harness_settle(&bench.harness);
  for (int i = 0; i < 200 && !served; i++) {
    served = offers_to(&bench, holder) > 0;
    return_all(&bench, (OfferFilter){true, {5 * NS_PER_S}});
    harness_tick(&bench.harness);
  }
  ck_assert(served);
  harness_clear(&bench.harness);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("contract");
  int n = count_allocators();
  test_case_loop(suite, the_table_is_complete, 0, n);
  test_case_loop(suite, it_is_found_by_its_name, 0, n);
  test_case_loop(suite, only_what_is_free_is_offered, 0, n);
  test_case_loop(suite, nothing_is_offered_inside_a_filter, 0, n);
  test_case_loop(suite, instances_know_nothing_of_each_other, 0, n);
  test_case_loop(suite, work_conserving, 0, n);
  test_case_loop(suite, uses_weights, 0, n);
  test_case_loop(suite, uses_hierarchy, 0, n);
  test_case_loop(suite, uses_priority, 0, n);
  test_case_loop(suite, no_starvation, 0, n);
  return suite;
}
