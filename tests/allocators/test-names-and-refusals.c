/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins: a "/" in a framework's name means nothing to the order within a role; a framework that refuses the same agent
 * again and again has one filter there, not one per refusal. Not here: who is offered what otherwise (conformance).
 */

#include "allocators/drf.h"
#include "allocators/priority.h"
#include "tests/allocators/allocator-harness.h"
#include "tests/support/test-main.h"

static const AllocatorInterface *const tested[] = {&drf_allocator, &priority_allocator};

static void start(AllocatorHarness *harness, const AllocatorInterface *interface, const char *const *names,
                  uint32_t n)
{
  AllocatorSettings settings = {
      .allocation_interval = {NS_PER_S}, .min_allocatable = harness_mesos_minimum(), .n_min_allocatable = 2};
  RoleId role = {0};
  harness_init(harness, interface, &settings, 1, false);
  interface->add_role(harness->allocator, role, ROLE_NONE, "r");
  for (uint32_t i = 0; i < n; i++) {
    AllocatorFramework info = {.name = names[i], .roles = &role, .n_roles = 1};
    interface->add_framework(harness->allocator, harness->now, (FrameworkId){i}, &info, true, NULL, 0);
  }
  harness_settle(harness);
}

static void add_agent(AllocatorHarness *harness, uint32_t number)
{
  Quantities total = {{[RESOURCE_CPUS] = 1000, [RESOURCE_MEM] = 1024000}};
  Resources resources = resources_of(&total);
  g_autofree char *name = g_strdup_printf("agent-%u", number);
  AllocatorAgent info = {.hostname = name};
  harness->interface->add_agent(harness->allocator, harness->now, (AgentId){number}, &info, &resources, NULL,
                                0);
  harness_settle(harness);
}

START_TEST(slashes_are_part_of_names)
{
  static const char *const names[] = {"x/1", "x/2", "x/3", "y", "x", "x/."};
  enum { N = G_N_ELEMENTS(names) };
  AllocatorHarness harness;
  uint32_t given[N] = {0};
  start(&harness, tested[_i], names, N);
  for (uint32_t i = 0; i < 3 * N; i++)
    add_agent(&harness, i);
  ck_assert_uint_eq(harness.offers->len, 3 * N);
  for (guint i = 0; i < harness.offers->len; i++)
    given[g_array_index(harness.offers, HarnessOffer, i).framework.index]++;
  for (uint32_t i = 0; i < N; i++)
    ck_assert_msg(given[i] == 3, "%s was given %u agents of %u", names[i], given[i], 3 * N);
  harness.interface->check(harness.allocator, harness.now);
  for (uint32_t i = 0; i < N; i++)
    harness.interface->remove_framework(harness.allocator, harness.now, (FrameworkId){i});
  harness.interface->check(harness.allocator, harness.now);
  harness_clear(&harness);
}
END_TEST

/* Takes a part of each offer and refuses the rest for a day, then gives the part back: a thousand times. */
START_TEST(refusals_do_not_pile_up)
{
  static const char *const names[] = {"a"};
  AllocatorHarness harness;
  Quantities part = {{[RESOURCE_CPUS] = 900, [RESOURCE_MEM] = 900000}};
  Resources used = resources_of(&part);
  OfferFilter day = {true, {NS_PER_D}};
  start(&harness, tested[_i], names, 1);
  add_agent(&harness, 0);
  for (int round = 0; round < 1000; round++) {
    ck_assert_uint_eq(harness.offers->len, 1);
    HarnessOffer offer = g_array_index(harness.offers, HarnessOffer, 0);
    Resources rest = offer.resources;
    resources_subtract(&rest, &used);
    harness_forget_offers(&harness);
    harness.interface->recover_resources(harness.allocator, harness.now, offer.framework, offer.role,
                                         offer.agent, &rest, day, false);
    harness_tick(&harness);
    ck_assert_uint_eq(harness.offers->len, 0);
    harness.interface->recover_resources(harness.allocator, harness.now, offer.framework, offer.role,
                                         offer.agent, &used, OFFER_FILTER_NONE, true);
    harness_tick(&harness);
    uint64_t filters = harness.interface->count_filters(harness.allocator, harness.now, (RoleId){0});
    ck_assert_msg(filters <= 2, "%u filters after %d refusals", (unsigned)filters, round + 1);
  }
  harness_clear(&harness);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("names and refusals");
  test_case_loop(suite, slashes_are_part_of_names, 0, G_N_ELEMENTS(tested));
  test_case_loop(suite, refusals_do_not_pile_up, 0, G_N_ELEMENTS(tested));
  return suite;
}
