/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the priority allocator: larger priorities of roles are served before all others, equals share by
 * dominant share, a change of priority counts from the next run on, and nested roles are ordered among
 * siblings only.
 *
 * Not here: what it has in common with drf (test-contract.c, tests/properties/test-allocator.c).
 */

#include "allocators/priority.h"
#include "tests/allocators/allocator-harness.h"
#include "tests/support/test-main.h"

static AllocatorHarness harness;

/* Roles with these paths (parents by index), one framework in each, and @n agents of one cpu. */
static void start(const char *const *paths, const uint32_t *parents, const int64_t *priorities,
                  uint32_t n_roles, uint32_t n_agents)
{
  AllocatorSettings settings = {.allocation_interval = {NS_PER_S}, .filter_gpu_resources = true};
  harness_init(&harness, &priority_allocator, &settings, 3, false);
  for (uint32_t i = 0; i < n_roles; i++) {
    RoleAttributes attributes = ROLE_ATTRIBUTES_DEFAULT;
    attributes.priority = priorities[i];
    harness.interface->add_role(harness.allocator, (RoleId){i}, (RoleId){parents[i]}, paths[i]);
    harness.interface->update_role(harness.allocator, harness.now, (RoleId){i}, &attributes);
  }
  for (uint32_t i = 0; i < n_agents; i++) {
    AllocatorAgent info = {.hostname = "h"};
    Resources total = RESOURCES_EMPTY;
    total.plain.amount[RESOURCE_CPUS] = 1000;
    harness.interface->add_agent(harness.allocator, harness.now, (AgentId){i}, &info, &total, NULL, 0);
  }
  for (uint32_t i = 0; i < n_roles; i++) {
    RoleId role = {i};
    AllocatorFramework info = {.name = paths[i], .roles = &role, .n_roles = 1};
    harness.interface->add_framework(harness.allocator, harness.now, (FrameworkId){i}, &info, true, NULL, 0);
  }
  harness_settle(&harness);
}

static uint32_t offers_to(uint32_t framework)
{
  uint32_t n = 0;
  for (guint i = 0; i < harness.offers->len; i++)
    n += g_array_index(harness.offers, HarnessOffer, i).framework.index == framework ? 1 : 0;
  return n;
}

static void return_all(OfferFilter filter)
{
  for (guint i = 0; i < harness.offers->len; i++) {
    const HarnessOffer *offer = &g_array_index(harness.offers, HarnessOffer, i);
    harness.interface->recover_resources(harness.allocator, harness.now, offer->framework, offer->role,
                                         offer->agent, &offer->resources, filter, false);
  }
  harness_forget_offers(&harness);
}

static const uint32_t top[] = {INDEX_NONE, INDEX_NONE, INDEX_NONE, INDEX_NONE};

START_TEST(the_largest_first_equals_share)
{
  static const char *const paths[] = {"a", "b", "c"};
  static const int64_t priorities[] = {-5, 2, 2};
  start(paths, top, priorities, 3, 10);
  ck_assert_uint_eq(offers_to(0), 0);
  ck_assert_uint_eq(offers_to(1), 5);
  ck_assert_uint_eq(offers_to(2), 5);
  /* What these refuse is left for the next. */
  return_all((OfferFilter){true, {NS_PER_H}});
  harness_tick(&harness);
  return_all((OfferFilter){true, {NS_PER_H}});
  harness_tick(&harness);
  ck_assert_uint_eq(offers_to(0), 10);
  harness_clear(&harness);
}
END_TEST

START_TEST(a_change_counts_from_the_next_run_on)
{
  static const char *const paths[] = {"a", "b"};
  static const int64_t priorities[] = {0, 0};
  start(paths, top, priorities, 2, 8);
  ck_assert_uint_eq(offers_to(0), 4);
  return_all(OFFER_FILTER_NONE);
  RoleAttributes attributes = ROLE_ATTRIBUTES_DEFAULT;
  attributes.priority = INT64_MAX;
  harness.interface->update_role(harness.allocator, harness.now, (RoleId){1}, &attributes);
  harness_settle(&harness);
  ck_assert_uint_eq(harness.offers->len, 0);
  harness_tick(&harness);
  ck_assert_uint_eq(offers_to(1), 8);
  return_all(OFFER_FILTER_NONE);
  attributes.priority = INT64_MIN;
  harness.interface->update_role(harness.allocator, harness.now, (RoleId){1}, &attributes);
  harness_tick(&harness);
  ck_assert_uint_eq(offers_to(0), 8);
  harness_clear(&harness);
}
END_TEST

START_TEST(nested_priorities_are_among_siblings)
{
  static const char *const paths[] = {"a", "b", "a/x", "a/y"};
  static const uint32_t parents[] = {INDEX_NONE, INDEX_NONE, 0, 0};
  static const int64_t priorities[] = {0, 1, 100, 50};
  start(paths, parents, priorities, 4, 6);
  /* b is before all of a, however large the priorities below a are. */
  ck_assert_uint_eq(offers_to(1), 6);
  return_all((OfferFilter){true, {NS_PER_H}});
  harness_tick(&harness);
  ck_assert_uint_eq(offers_to(2), 6);
  return_all((OfferFilter){true, {NS_PER_H}});
  harness_tick(&harness);
  ck_assert_uint_eq(offers_to(3), 6);
  /* The role's own framework is last: its place among its children has no priority. */
  return_all((OfferFilter){true, {NS_PER_H}});
  harness_tick(&harness);
  ck_assert_uint_eq(offers_to(0), 6);
  harness_clear(&harness);
}
END_TEST

START_TEST(frameworks_of_one_role_share)
{
  static const char *const paths[] = {"a", "b"};
  static const int64_t priorities[] = {1, 0};
  start(paths, top, priorities, 2, 6);
  return_all(OFFER_FILTER_NONE);
  RoleId role = {0};
  AllocatorFramework info = {.name = "second", .roles = &role, .n_roles = 1};
  harness.interface->add_framework(harness.allocator, harness.now, (FrameworkId){2}, &info, true, NULL, 0);
  harness_settle(&harness);
  ck_assert_uint_eq(offers_to(0), 3);
  ck_assert_uint_eq(offers_to(2), 3);
  ck_assert_uint_eq(offers_to(1), 0);
  harness_clear(&harness);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("priority");
  test_case(suite, the_largest_first_equals_share);
  test_case(suite, a_change_counts_from_the_next_run_on);
  test_case(suite, nested_priorities_are_among_siblings);
  test_case(suite, frameworks_of_one_role_share);
  return suite;
}
