/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins who is offered what when nothing but shares decides: scenarios that are told by Mesos's own allocator
 * tests (UnreservedDRF, CoarseGrained, SameShareFairness, UpdateWeight, NoDoubleAccounting,
 * DominantShareMetrics), on the drf allocator without a master.
 *
 * Not here: filters and suppression (test-filters.c, test-gates.c), the order of deep trees
 * (test-drf-order.c), quota and reservations.
 */

#include "tests/conformance/scenario.h"
#include "tests/support/test-main.h"

START_TEST(each_new_agent_goes_to_the_smallest_share)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A1 cpus:2;mem:1024");
  scenario_offers(s, "addframework F1 r1 - - active", "0 F1 r1 A1 cpus:2;mem:1024");
  scenario_offers(s, "addframework F2 r2 - - active");
  scenario_offers(s, "addagent A2 cpus:1;mem:512", "0 F2 r2 A2 cpus:1;mem:512");
  scenario_offers(s, "addagent A3 cpus:3;mem:2048", "0 F2 r2 A3 cpus:3;mem:2048");
  scenario_offers(s, "addframework F3 r1 - - active");
  scenario_offers(s, "addagent A4 cpus:4;mem:4096", "0 F3 r1 A4 cpus:4;mem:4096");
  /* F4 has nothing yet, but its role has more than that of F2. */
  scenario_offers(s, "addframework F4 r1 - - active");
  scenario_offers(s, "addagent A5 cpus:1;mem:512", "0 F2 r2 A5 cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(whole_agents_are_offered)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A1 cpus:2;mem:1024");
  scenario_offers(s, "addagent A2 cpus:2;mem:1024");
  scenario_offers(s, "addframework F1 r1 - - active", "0 F1 r1 A1 cpus:2;mem:1024",
                  "0 F1 r1 A2 cpus:2;mem:1024");
  scenario_return_all(s);
  scenario_call(s, "addframework F2 r2 - - active");
  ck_assert_uint_eq(s->decisions->len, 2);
  ck_assert_uint_eq(scenario_count(s, "F1"), 1);
  ck_assert_uint_eq(scenario_count(s, "F2"), 1);
  scenario_end(s);
}
END_TEST

START_TEST(equal_shares_take_turns_by_allocation_count)
{
  Scenario *s = scenario_allocator(_i, NULL);
  unsigned offers[2] = {0, 0};
  scenario_offers(s, "addframework F1 * - - active");
  scenario_offers(s, "addframework F2 * - - active");
  scenario_offers(s, "addagent A1 cpus:2;mem:1024", "0 F1 * A1 cpus:2;mem:1024");
  scenario_return_all(s);
  for (int tick = 0; tick < 10; tick++) {
    scenario_call(s, "tick");
    ck_assert_uint_eq(s->decisions->len, 1);
    offers[0] += scenario_count(s, "F1");
    offers[1] += scenario_count(s, "F2");
    scenario_return_all(s);
  }
  ck_assert_uint_eq(offers[0], 5);
  ck_assert_uint_eq(offers[1], 5);
  scenario_end(s);
}
END_TEST

START_TEST(weights_divide_the_agents)
{
  Scenario *s = scenario_allocator(_i, NULL);
  for (int agent = 1; agent <= 6; agent++)
    scenario_call_printf(s, "addagent A%d cpus:2;mem:1024", agent);
  scenario_call(s, "addframework F1 r1 - - active");
  ck_assert_uint_eq(scenario_count(s, "F1"), 6);
  scenario_return_all(s);
  scenario_call(s, "addframework F2 r2 - - active");
  ck_assert_uint_eq(scenario_count(s, "F1"), 3);
  ck_assert_uint_eq(scenario_count(s, "F2"), 3);
  scenario_return_all(s);

  /* The change alone gives nothing to anybody. */
  scenario_offers(s, "weight r2 2");
  scenario_call(s, "tick");
  ck_assert_uint_eq(scenario_count(s, "F1"), 2);
  ck_assert_uint_eq(scenario_count(s, "F2"), 4);
  scenario_return_all(s);

  scenario_offers(s, "weight r3 3");
  scenario_call(s, "addframework F3 r3 - - active");
  ck_assert_uint_eq(scenario_count(s, "F1"), 1);
  ck_assert_uint_eq(scenario_count(s, "F2"), 2);
  ck_assert_uint_eq(scenario_count(s, "F3"), 3);
  scenario_end(s);
}
END_TEST

START_TEST(use_counts_once_when_frameworks_come_last)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A1 cpus:1 used F1 r1 cpus:1");
  scenario_offers(s, "addagent A2 cpus:1 used F2 r2 cpus:1");
  scenario_offers(s, "addframework F1 r1 - - active used A1 r1 cpus:1");
  scenario_offers(s, "addframework F2 r2 - - active used A2 r2 cpus:1");
  ck_assert(scenario_share(s, "r1") == 0.5);
  ck_assert(scenario_share(s, "r2") == 0.5);
  scenario_end(s);
}
END_TEST

START_TEST(use_counts_once_when_frameworks_come_first)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addframework F2 r2 - - active");
  scenario_offers(s, "addagent A1 cpus:1 used F1 r1 cpus:1");
  scenario_offers(s, "addagent A2 cpus:1 used F2 r2 cpus:1");
  ck_assert(scenario_share(s, "r1") == 0.5);
  ck_assert(scenario_share(s, "r2") == 0.5);
  scenario_end(s);
}
END_TEST

START_TEST(dominant_shares_can_be_read)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A1 cpus:1;mem:1024");
  scenario_offers(s, "addframework F1 rA - - active", "0 F1 rA A1 cpus:1;mem:1024");
  ck_assert(scenario_share(s, "rA") == 1);
  scenario_return_all(s);
  ck_assert(scenario_share(s, "rA") == 0);
  /* Both shares are zero: the role with fewer past grants is served. */
  scenario_offers(s, "addframework F2 rB - - active", "0 F2 rB A1 cpus:1;mem:1024");
  ck_assert(scenario_share(s, "rA") == 0);
  ck_assert(scenario_share(s, "rB") == 1);
  scenario_offers(s, "addagent A2 cpus:1;mem:1024", "0 F1 rA A2 cpus:1;mem:1024");
  ck_assert(scenario_share(s, "rA") == 0.5);
  ck_assert(scenario_share(s, "rB") == 0.5);
  scenario_offers(s, "removeframework F2");
  ck_assert(scenario_share(s, "rA") == 0.5);
  ck_assert(scenario_share(s, "rB") == 0);
  scenario_end(s);
}
END_TEST

/* Within a role the share is of the whole cluster too, without the role's weight. */
START_TEST(shares_of_frameworks_can_be_read)
{
  Scenario *s = scenario_allocator(_i, NULL);
  AllocatorPlayer *player = scenario_player(s);
  scenario_offers(s, "weight r 4");
  scenario_offers(s, "addframework F1 r - - active");
  scenario_offers(s, "addagent A1 cpus:1;mem:1024", "0 F1 r A1 cpus:1;mem:1024");
  scenario_offers(s, "addframework F2 r - - active");
  scenario_offers(s, "addagent A2 cpus:1;mem:3072", "0 F2 r A2 cpus:1;mem:3072");
  RoleId role = allocator_player_role(player, "r");
  RoleId other = allocator_player_role(player, "other");
  FrameworkId first = allocator_player_framework(player, "F1");
  FrameworkId second = allocator_player_framework(player, "F2");
  const AllocatorHarness *harness = &player->harness;
  ck_assert(harness->interface->share(harness->allocator, role, first) == 0.5);
  ck_assert(harness->interface->share(harness->allocator, role, second) == 0.75);
  ck_assert(harness->interface->share(harness->allocator, role, FRAMEWORK_NONE) == 0.25);
  ck_assert(harness->interface->share(harness->allocator, other, first) == 0);
  scenario_offers(s, "updateframework F1 other - -");
  ck_assert(harness->interface->share(harness->allocator, other, first) == 0);
  ck_assert(harness->interface->share(harness->allocator, role, first) == 0.5);
  scenario_end(s);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("fair-sharing");
  test_case_loop(suite, each_new_agent_goes_to_the_smallest_share, 0, SCENARIO_WAYS);
  test_case_loop(suite, whole_agents_are_offered, 0, SCENARIO_WAYS);
  test_case_loop(suite, equal_shares_take_turns_by_allocation_count, 0, SCENARIO_WAYS);
  test_case_loop(suite, weights_divide_the_agents, 0, SCENARIO_WAYS);
  test_case_loop(suite, use_counts_once_when_frameworks_come_last, 0, SCENARIO_WAYS);
  test_case_loop(suite, use_counts_once_when_frameworks_come_first, 0, SCENARIO_WAYS);
  test_case_loop(suite, dominant_shares_can_be_read, 0, SCENARIO_WAYS);
  test_case_loop(suite, shares_of_frameworks_can_be_read, 0, SCENARIO_WAYS);
  return suite;
}
