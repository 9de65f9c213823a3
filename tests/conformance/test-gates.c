/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins suppress, revive, activation, the minimum that is offered, the whitelist, the gpu gate and which calls
 * make a run: scenarios that are told by Mesos's allocator tests (SuppressAndReviveOffers,
 * DeactivateAndReactivateFramework, Allocatable, Whitelist), on the drf allocator without a master.
 *
 * Not here: filters (test-filters.c); the minimum over reservations (test-wishes.c).
 */

#include "tests/conformance/scenario.h"
#include "tests/support/test-main.h"

static Scenario *one_agent_offered(int way)
{
  Scenario *s = scenario_allocator(way, NULL);
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addagent A1 cpus:2;mem:1024", "0 F1 r1 A1 cpus:2;mem:1024");
  return s;
}

START_TEST(suppressed_until_revived)
{
  Scenario *s = one_agent_offered(_i);
  scenario_offers(s, "revive F1 -"); /* needless, harmless */
  scenario_offers(s, "revive F1 r1");
  scenario_offers(s, "recover F1 A1 r1 cpus:2;mem:1024 none offered");
  scenario_offers(s, "suppress F1 -");
  scenario_offers(s, "tick");
  scenario_offers(s, "revive F1 -", "1000 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(one_role_is_suppressed_the_other_not)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 r1,r2 r1 - active");
  scenario_offers(s, "addagent A1 cpus:2;mem:1024", "0 F1 r2 A1 cpus:2;mem:1024");
  scenario_offers(s, "addagent A2 cpus:2;mem:1024", "0 F1 r2 A2 cpus:2;mem:1024");
  scenario_offers(s, "revive F1 r1");
  scenario_offers(s, "addagent A3 cpus:2;mem:1024", "0 F1 r1 A3 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(activation_does_not_lift_suppression)
{
  Scenario *s = one_agent_offered(_i);
  scenario_offers(s, "recover F1 A1 r1 cpus:2;mem:1024 none offered");
  scenario_offers(s, "suppress F1 -");
  scenario_offers(s, "deactivateframework F1");
  scenario_offers(s, "tick");
  scenario_offers(s, "activateframework F1");
  scenario_offers(s, "tick");
  scenario_offers(s, "revive F1 -", "2000 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(an_inactive_framework_gets_nothing)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 r1 - - inactive");
  scenario_offers(s, "addagent A1 cpus:2;mem:1024");
  scenario_offers(s, "tick");
  scenario_offers(s, "activateframework F1", "1000 F1 r1 A1 cpus:2;mem:1024");
  scenario_offers(s, "deactivateframework F1");
  /* What it holds stays booked. */
  scenario_offers(s, "addframework F2 r2 - - active");
  ck_assert(scenario_share(s, "r1") == 1);
  scenario_end(s);
}
END_TEST

START_TEST(too_little_is_not_offered)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addagent A1 cpus:0.005;mem:16");
  scenario_offers(s, "tick");
  scenario_offers(s, "addagent A2 cpus:0.01;mem:16", "1000 F1 r1 A2 cpus:0.01;mem:16");
  scenario_offers(s, "addagent A3 cpus:0.005;mem:32", "1000 F1 r1 A3 cpus:0.005;mem:32");
  scenario_offers(s, "updateagent A1 cpus:0.006;mem:16");
  scenario_offers(s, "updateagent A1 mem:32", "1000 F1 r1 A1 mem:32");
  scenario_end(s);
}
END_TEST

static void no_minimum(AllocatorSettings *settings)
{
  settings->n_min_allocatable = 0;
}

START_TEST(without_minimum_anything_is_offered)
{
  Scenario *s = scenario_allocator(_i, no_minimum);
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addagent A1 disk:0.001", "0 F1 r1 A1 disk:0.001");
  scenario_offers(s, "addagent A2 -");
  scenario_end(s);
}
END_TEST

START_TEST(only_listed_hosts_are_offered)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "whitelist A9");
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addagent A1 cpus:2;mem:1024");
  scenario_offers(s, "tick");
  scenario_offers(s, "whitelist A1,A9");
  scenario_offers(s, "tick", "2000 F1 r1 A1 cpus:2;mem:1024");
  scenario_offers(s, "whitelist -");
  scenario_offers(s, "addagent A9 cpus:2;mem:1024");
  scenario_offers(s, "whitelist all");
  scenario_offers(s, "tick", "3000 F1 r1 A9 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(gpu_agents_are_for_those_who_ask)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addagent A1 cpus:2;gpus:1;mem:1024");
  scenario_offers(s, "addframework F2 r2 - gpu active", "0 F2 r2 A1 cpus:2;gpus:1;mem:1024");
  /* The gate is the agent's total, not what is free of it. */
  scenario_offers(s, "allocate F2 A1 r2 gpus:1");
  scenario_offers(s, "recover F2 A1 r2 cpus:2;mem:1024 100000 offered");
  scenario_offers(s, "tick");
  scenario_offers(s, "updateframework F1 r1 - gpu");
  scenario_offers(s, "tick", "2000 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

static void no_gpu_gate(AllocatorSettings *settings)
{
  settings->filter_gpu_resources = false;
}

START_TEST(gpu_gate_can_be_opened)
{
  Scenario *s = scenario_allocator(_i, no_gpu_gate);
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addagent A1 cpus:2;gpus:1;mem:1024", "0 F1 r1 A1 cpus:2;gpus:1;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(these_calls_make_no_run)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addframework F2 r2 r2 - active");
  scenario_offers(s, "addagent A1 cpus:2;mem:1024", "0 F1 r1 A1 cpus:2;mem:1024");
  scenario_offers(s, "recover F1 A1 r1 cpus:1;mem:512 none offered");
  scenario_offers(s, "weight r1 3");
  scenario_offers(s, "whitelist A1");
  scenario_offers(s, "whitelist all");
  scenario_offers(s, "deactivateagent A1");
  scenario_offers(s, "activateagent A1");
  scenario_offers(s, "allocate F1 A1 r1 cpus:0.5");
  scenario_offers(s, "recover F1 A1 r1 cpus:0.5 none allocated");
  scenario_offers(s, "updateframework F2 r2 - -");
  scenario_offers(s, "suppress F1 -");
  scenario_offers(s, "deactivateframework F1");
  scenario_offers(s, "removeframework F1");
  scenario_offers(s, "tick", "1000 F2 r2 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(a_run_for_one_agent_looks_at_no_other)
{
  Scenario *s = scenario_allocator(_i, NULL);
  /* Nobody is there, yet the runs for these two are over. */
  scenario_offers(s, "addagent A1 cpus:2;mem:1024");
  scenario_offers(s, "addframework F1 r1 r1 - active");
  scenario_offers(s, "updateframework F1 r1 - -");
  scenario_offers(s, "addagent A2 cpus:1;mem:512", "0 F1 r1 A2 cpus:1;mem:512");
  scenario_offers(s, "updateagent A2 cpus:2;mem:512", "0 F1 r1 A2 cpus:1");
  scenario_offers(s, "tick", "1000 F1 r1 A1 cpus:2;mem:1024");
  scenario_end(s);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("gates");
  test_case_loop(suite, suppressed_until_revived, 0, SCENARIO_WAYS);
  test_case_loop(suite, one_role_is_suppressed_the_other_not, 0, SCENARIO_WAYS);
  test_case_loop(suite, activation_does_not_lift_suppression, 0, SCENARIO_WAYS);
  test_case_loop(suite, an_inactive_framework_gets_nothing, 0, SCENARIO_WAYS);
  test_case_loop(suite, too_little_is_not_offered, 0, SCENARIO_WAYS);
  test_case_loop(suite, without_minimum_anything_is_offered, 0, SCENARIO_WAYS);
  test_case_loop(suite, only_listed_hosts_are_offered, 0, SCENARIO_WAYS);
  test_case_loop(suite, gpu_agents_are_for_those_who_ask, 0, SCENARIO_WAYS);
  test_case_loop(suite, gpu_gate_can_be_opened, 0, SCENARIO_WAYS);
  test_case_loop(suite, these_calls_make_no_run, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_run_for_one_agent_looks_at_no_other, 0, SCENARIO_WAYS);
  return suite;
}
