/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins revocable resources: only who asks for them gets them, they grow and shrink with the agent's reports, they count for
 * shares and come back exactly: scenarios that are told by Mesos's allocator tests
 * (UpdateSlaveOversubscribedResources, OversubscribedNotAllocated, RecoverOversubscribedResources), and the use that an
 * agent brings along (AddResourceProvider, AddResourceProviderOverallocated).
 */

#include "tests/conformance/scenario.h"
#include "tests/support/test-main.h"

START_TEST(they_are_offered_as_they_are_reported)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F r - rev active");
  scenario_offers(s, "addagent A cpus:100;mem:100;disk:100", "0 F r A cpus:100;disk:100;mem:100");
  scenario_offers(s, "updateagent A cpus:100;mem:100;disk:100;cpus{REV}:10", "0 F r A cpus{REV}:10");
  scenario_offers(s, "updateagent A cpus:100;mem:100;disk:100;cpus{REV}:12", "0 F r A cpus{REV}:2");
  scenario_offers(s, "updateagent A cpus:100;mem:100;disk:100;cpus{REV}:5");
  scenario_offers(s, "recover F A r cpus{REV}:7 none offered");
  scenario_offers(s, "tick"); /* what is used is all that there is now */
  scenario_end(s);
}
END_TEST

START_TEST(they_are_for_those_who_ask)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addagent A cpus:10;mem:100;cpus{REV}:10", "0 F1 r1 A cpus:10;mem:100");
  scenario_offers(s, "ticks 3");
  scenario_offers(s, "addframework F2 r2 - rev active", "3000 F2 r2 A cpus{REV}:10");
  scenario_end(s);
}
END_TEST

START_TEST(what_comes_back_is_offered_again)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F r - rev active");
  scenario_offers(s, "addagent A cpus:10;mem:100;cpus{REV}:10", "0 F r A cpus:10;cpus{REV}:10;mem:100");
  scenario_offers(s, "recover F A r cpus:2;cpus{REV}:6 none offered");
  scenario_offers(s, "tick", "1000 F r A cpus:2;cpus{REV}:6");
  scenario_end(s);
}
END_TEST

START_TEST(they_count_for_shares)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F r - rev active");
  scenario_offers(s, "addagent A cpus:10;mem:100;cpus{REV}:10", "0 F r A cpus:10;cpus{REV}:10;mem:100");
  scenario_offers(s, "recover F A r cpus:10;mem:100 5000 offered");
  ck_assert_double_eq(scenario_share(s, "r"), 0.5);
  scenario_end(s);
}
END_TEST

START_TEST(a_refusal_of_the_one_is_none_of_the_other)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F r - rev active");
  scenario_offers(s, "addagent A cpus:4;mem:100", "0 F r A cpus:4;mem:100");
  scenario_offers(s, "recover F A r cpus:4;mem:100 60000 offered");
  scenario_offers(s, "updateagent A cpus:2;mem:100;cpus{REV}:1", "0 F r A cpus:2;cpus{REV}:1;mem:100");
  scenario_end(s);
}
END_TEST

START_TEST(an_agent_brings_more_use_than_it_has)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addagent A cpus:2;mem:200 used F1 r1 cpus:1;mem:100", "0 F1 r1 A cpus:1;mem:100");
  scenario_offers(s, "addagent B cpus:1;mem:100 used F1 r1 cpus:2;mem:200");
  scenario_offers(s, "recover F1 B r1 cpus:1;mem:100 none allocated");
  scenario_offers(s, "tick");
  scenario_offers(s, "updateagent B cpus:2;mem:200", "1000 F1 r1 B cpus:1;mem:100");
  scenario_end(s);
}
END_TEST

/* What a provider of an agent brings with tasks on it counts from the beginning. */
START_TEST(use_that_an_agent_brings_counts_for_shares) /* AddResourceProvider */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 r1 - - inactive");
  scenario_offers(s, "addframework F2 r2 - - inactive");
  scenario_offers(s, "addagent A cpus:3;mem:300;disk:30 used F1 r1 cpus:2;mem:200;disk:20");
  scenario_offers(s, "activateframework F2", "0 F2 r2 A cpus:1;disk:10;mem:100");
  scenario_offers(s, "activateframework F1");
  scenario_offers(s, "addagent B cpus:1;mem:100;disk:10", "0 F2 r2 B cpus:1;disk:10;mem:100");
  ck_assert_double_eq(scenario_share(s, "r1"), 0.5);
  ck_assert_double_eq(scenario_share(s, "r2"), 0.5);
  scenario_end(s);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("revocable");
  test_case_loop(suite, they_are_offered_as_they_are_reported, 0, SCENARIO_WAYS);
  test_case_loop(suite, they_are_for_those_who_ask, 0, SCENARIO_WAYS);
  test_case_loop(suite, what_comes_back_is_offered_again, 0, SCENARIO_WAYS);
  test_case_loop(suite, they_count_for_shares, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_refusal_of_the_one_is_none_of_the_other, 0, SCENARIO_WAYS);
  test_case_loop(suite, an_agent_brings_more_use_than_it_has, 0, SCENARIO_WAYS);
  test_case_loop(suite, use_that_an_agent_brings_counts_for_shares, 0, SCENARIO_WAYS);
  return suite;
}
