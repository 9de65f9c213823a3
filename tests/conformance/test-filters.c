/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins how long and what a refusal blocks: scenarios that are told by Mesos's
 * allocator tests (SmallOfferFilterTimeout, ReviveOffers, RemoveFilters, ActiveOfferFiltersMetrics) and by
 * its filter and its recoverResources, on the drf allocator without a master.
 *
 * Not here: who is served when nothing is refused (test-fair-sharing.c), suppression (test-gates.c).
 */

#include "tests/conformance/scenario.h"
#include "tests/support/test-main.h"

/* A recover as the format cannot say it: with any refusal at all. F1 in r1 gives all of A1 back. */
static void decline_all(Scenario *s, Duration refuse)
{
  AllocatorPlayer *player = scenario_player(s);
  AllocatorHarness *harness = &player->harness;
  Resources all = RESOURCES_EMPTY;
  all.plain.amount[RESOURCE_CPUS] = 2000;
  all.plain.amount[RESOURCE_MEM] = 1024000;
  harness_arrive(harness);
  harness->interface->recover_resources(
      harness->allocator, harness->now, allocator_player_framework(player, "F1"),
      allocator_player_role(player, "r1"), allocator_player_agent(player, "A1"), &all,
      (OfferFilter){true, refuse}, false);
  harness_settle(harness);
}

static Scenario *one_agent_offered(int way)
{
  Scenario *s = scenario_allocator(way, NULL);
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addagent A1 cpus:2;mem:1024", "0 F1 r1 A1 cpus:2;mem:1024");
  return s;
}

static void interval_of_a_minute(AllocatorSettings *settings)
{
  settings->allocation_interval = (Duration){NS_PER_MIN};
}

START_TEST(a_filter_lives_for_one_interval_at_least)
{
  Scenario *s = scenario_allocator(_i, interval_of_a_minute);
  scenario_offers(s, "addframework F1 r - - active");
  scenario_offers(s, "addagent A1 cpus:2;mem:1024", "0 F1 r A1 cpus:2;mem:1024");
  scenario_offers(s, "addframework F2 r - - active");
  scenario_offers(s, "addagent A2 cpus:2;mem:1024", "0 F2 r A2 cpus:2;mem:1024");
  scenario_offers(s, "recover F2 A2 r cpus:2;mem:1024 1000 offered");
  /* The second is long over, and the share of F1 is the larger one. */
  scenario_offers(s, "tick", "60000 F1 r A2 cpus:2;mem:1024");
  scenario_offers(s, "recover F1 A2 r cpus:2;mem:1024 none offered");
  scenario_offers(s, "tick", "120000 F2 r A2 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(revive_drops_filters_at_once)
{
  Scenario *s = one_agent_offered(_i);
  scenario_offers(s, "recover F1 A1 r1 cpus:2;mem:1024 1000000 offered");
  scenario_offers(s, "tick");
  scenario_offers(s, "revive F1 -", "1000 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(revive_drops_filters_of_the_revived_role_only)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 r1,r2 - - active");
  scenario_offers(s, "addagent A1 cpus:2;mem:1024", "0 F1 r1 A1 cpus:2;mem:1024");
  scenario_offers(s, "addagent A2 cpus:2;mem:1024", "0 F1 r2 A2 cpus:2;mem:1024");
  scenario_offers(s, "recover F1 A1 r1 cpus:2;mem:1024 1000000 offered");
  scenario_offers(s, "suppress F1 r2");
  scenario_offers(s, "tick");
  scenario_offers(s, "revive F1 r2", "1000 F1 r2 A1 cpus:2;mem:1024");
  scenario_offers(s, "recover F1 A1 r2 cpus:2;mem:1024 1000000 offered");
  scenario_offers(s, "tick");
  scenario_offers(s, "revive F1 r1", "2000 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(changed_attributes_drop_the_agents_filters)
{
  Scenario *s = one_agent_offered(_i);
  scenario_offers(s, "recover F1 A1 r1 cpus:2;mem:1024 2000 offered");
  scenario_offers(s, "attributes A1 rack-7", "0 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(filters_are_counted_by_role)
{
  Scenario *s = scenario_allocator(_i, NULL);
  Instant now = INSTANT_ZERO;
  scenario_offers(s, "addagent A1 cpus:2;mem:1024");
  scenario_offers(s, "addframework F1 A - - active", "0 F1 A A1 cpus:2;mem:1024");
  scenario_offers(s, "recover F1 A1 A cpus:2;mem:1024 100000 offered");
  ck_assert_uint_eq(scenario_filters(s, "A", now), 1);
  scenario_offers(s, "addframework F2 B - - active", "0 F2 B A1 cpus:2;mem:1024");
  scenario_offers(s, "recover F2 A1 B cpus:2;mem:1024 100000 offered");
  ck_assert_uint_eq(scenario_filters(s, "A", now), 1);
  ck_assert_uint_eq(scenario_filters(s, "B", now), 1);
  scenario_offers(s, "addframework F3 A - - active", "0 F3 A A1 cpus:2;mem:1024");
  scenario_offers(s, "recover F3 A1 A cpus:2;mem:1024 100000 offered");
  ck_assert_uint_eq(scenario_filters(s, "A", now), 2);
  ck_assert_uint_eq(scenario_filters(s, "B", now), 1);
  scenario_offers(s, "removeframework F1");
  ck_assert_uint_eq(scenario_filters(s, "A", now), 1);
  scenario_offers(s, "deactivateframework F2");
  ck_assert_uint_eq(scenario_filters(s, "B", now), 0);
  scenario_offers(s, "removeagent A1");
  ck_assert_uint_eq(scenario_filters(s, "A", now), 0);
  scenario_end(s);
}
END_TEST

START_TEST(less_than_what_was_refused_stays_blocked)
{
  Scenario *s = one_agent_offered(_i);
  scenario_offers(s, "recover F1 A1 r1 cpus:2;mem:1024 1000000 offered");
  scenario_offers(s, "updateagent A1 cpus:1;mem:1024");
  scenario_offers(s, "tick");
  /* More of one kind, less of the other: no longer contained in what was refused. */
  scenario_offers(s, "updateagent A1 cpus:1;mem:1025", "1000 F1 r1 A1 cpus:1;mem:1025");
  scenario_end(s);
}
END_TEST

START_TEST(several_filters_are_not_added_up)
{
  Scenario *s = one_agent_offered(_i);
  scenario_offers(s, "recover F1 A1 r1 cpus:1;mem:512 1000000 offered");
  scenario_offers(s, "tick");
  scenario_offers(s, "recover F1 A1 r1 cpus:1;mem:512 1000000 offered");
  /* All that is free was refused, but not in one piece. */
  scenario_offers(s, "tick", "2000 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(a_refusal_of_no_time_blocks_nothing)
{
  Scenario *s = one_agent_offered(_i);
  scenario_offers(s, "addframework F2 r2 - - active");
  scenario_offers(s, "addagent A2 cpus:1;mem:512", "0 F2 r2 A2 cpus:1;mem:512");
  decline_all(s, DURATION_ZERO);
  ck_assert_uint_eq(scenario_filters(s, "r1", INSTANT_ZERO), 0);
  scenario_offers(s, "tick", "1000 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(a_negative_refusal_is_the_default)
{
  Scenario *s = one_agent_offered(_i);
  decline_all(s, (Duration){-NS_PER_S});
  scenario_offers(s, "ticks 4");
  scenario_offers(s, "tick", "5000 F1 r1 A1 cpus:2;mem:1024");
  decline_all(s, (Duration){INT64_MIN});
  scenario_offers(s, "ticks 4");
  scenario_offers(s, "tick", "10000 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(a_huge_refusal_ends_after_a_year)
{
  Scenario *s = one_agent_offered(_i);
  Instant year = {365 * NS_PER_D};
  decline_all(s, DURATION_MAX);
  ck_assert_uint_eq(scenario_filters(s, "r1", (Instant){year.ns - 1}), 1);
  ck_assert_uint_eq(scenario_filters(s, "r1", year), 0);
  scenario_end(s);
}
END_TEST

START_TEST(expiry_at_the_instant_of_a_tick)
{
  /* Installed after the last tick, so for one interval: still seen. */
  Scenario *s = one_agent_offered(_i);
  scenario_offers(s, "tick");
  scenario_offers(s, "recover F1 A1 r1 cpus:2;mem:1024 1000 offered");
  scenario_offers(s, "tick");
  scenario_offers(s, "tick", "3000 F1 r1 A1 cpus:2;mem:1024");
  /* Installed before the last tick: gone. */
  scenario_offers(s, "recover F1 A1 r1 cpus:2;mem:1024 2000 offered");
  scenario_offers(s, "tick");
  scenario_offers(s, "tick", "5000 F1 r1 A1 cpus:2;mem:1024");
  /* Between ticks. */
  scenario_offers(s, "advance 400");
  scenario_offers(s, "recover F1 A1 r1 cpus:2;mem:1024 1000 offered");
  scenario_offers(s, "tick");
  scenario_offers(s, "advance 300");
  scenario_offers(s, "addframework F2 r2 - - active", "6300 F2 r2 A1 cpus:2;mem:1024");
  scenario_offers(s, "advance 200");
  scenario_offers(s, "recover F2 A1 r2 cpus:2;mem:1024 none offered");
  scenario_offers(s, "suppress F2 -");
  scenario_offers(s, "addframework F3 r3 r3 - active", "6500 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(a_refused_agent_that_keeps_changing_waits_all_the_same)
{
  Scenario *s = one_agent_offered(_i);
  scenario_offers(s, "recover F1 A1 r1 cpus:2;mem:1024 30000 offered");
  for (int i = 0; i < 150; i++) {
    scenario_offers(s, "updateagent A1 cpus:1;mem:1024");
    scenario_offers(s, "updateagent A1 cpus:2;mem:1024");
  }
  scenario_offers(s, "ticks 29");
  scenario_offers(s, "tick", "30000 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(suppression_keeps_filters)
{
  Scenario *s = one_agent_offered(_i);
  scenario_offers(s, "recover F1 A1 r1 cpus:2;mem:1024 100000 offered");
  scenario_offers(s, "suppress F1 -");
  ck_assert_uint_eq(scenario_filters(s, "r1", INSTANT_ZERO), 1);
  /* An update that lifts the suppression is a revive without a run. */
  scenario_offers(s, "updateframework F1 r1 - -");
  ck_assert_uint_eq(scenario_filters(s, "r1", INSTANT_ZERO), 0);
  scenario_offers(s, "tick", "1000 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("filters");
  test_case_loop(suite, a_filter_lives_for_one_interval_at_least, 0, SCENARIO_WAYS);
  test_case_loop(suite, revive_drops_filters_at_once, 0, SCENARIO_WAYS);
  test_case_loop(suite, revive_drops_filters_of_the_revived_role_only, 0, SCENARIO_WAYS);
  test_case_loop(suite, changed_attributes_drop_the_agents_filters, 0, SCENARIO_WAYS);
  test_case_loop(suite, filters_are_counted_by_role, 0, SCENARIO_WAYS);
  test_case_loop(suite, less_than_what_was_refused_stays_blocked, 0, SCENARIO_WAYS);
  test_case_loop(suite, several_filters_are_not_added_up, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_refusal_of_no_time_blocks_nothing, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_negative_refusal_is_the_default, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_huge_refusal_ends_after_a_year, 0, SCENARIO_WAYS);
  test_case_loop(suite, expiry_at_the_instant_of_a_tick, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_refused_agent_that_keeps_changing_waits_all_the_same, 0, SCENARIO_WAYS);
  test_case_loop(suite, suppression_keeps_filters, 0, SCENARIO_WAYS);
  return suite;
}
