/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins quota where roles lie below others: the better behaviour, which is the default (limits and guarantees hold for the
 * whole subtree, guarantees of roles below are honoured within it), and Mesos's, which is had on request
 * (QuotaWithNestedRoleAllocation). src/core/README.md says why they differ.
 */

#include "tests/conformance/scenario.h"
#include "tests/support/test-main.h"

static void compatible(AllocatorSettings *settings)
{
  settings->mesos_compatible = true;
}

START_TEST(a_limit_binds_the_roles_below)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota a - cpus:2");
  scenario_offers(s, "addframework F1 a/b - - active");
  scenario_offers(s, "addagent A1 cpus:4;mem:512", "0 F1 a/b A1 cpus:2;mem:512");
  scenario_offers(s, "addframework F2 a/c - - active");
  scenario_offers(s, "ticks 2");
  scenario_offers(s, "addagent A2 cpus:4;mem:512", "2000 F2 a/c A2 mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(compatible_a_limit_does_not_bind_the_roles_below)
{
  Scenario *s = scenario_allocator(_i, compatible);
  scenario_offers(s, "quota a - cpus:2");
  scenario_offers(s, "addframework F1 a/b - - active");
  scenario_offers(s, "addagent A1 cpus:4;mem:512", "0 F1 a/b A1 cpus:4;mem:512");
  /* But what is used below counts for the role itself. */
  scenario_offers(s, "addframework F2 a - - active");
  scenario_offers(s, "suppress F1 -");
  scenario_offers(s, "addagent A2 cpus:4;mem:512", "0 F2 a A2 mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(the_tightest_limit_holds)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota a - cpus:8");
  scenario_offers(s, "quota a/b - cpus:3");
  scenario_offers(s, "quota a/b/c - cpus:5;mem:100");
  scenario_offers(s, "addframework F a/b/c - - active");
  scenario_offers(s, "addagent A cpus:16;mem:512", "0 F a/b/c A cpus:3;mem:100");
  scenario_end(s);
}
END_TEST

START_TEST(roles_below_satisfy_a_guarantee)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 n - - active");
  scenario_offers(s, "addagent A1 cpus:2;mem:512", "0 F1 n A1 cpus:2;mem:512");
  scenario_offers(s, "quota a cpus:2 -");
  scenario_offers(s, "addframework F2 a/b - - active");
  /* The share of n is the smaller one for all but the first grant; the guarantee decides. */
  scenario_offers(s, "addagent A2 cpus:1;mem:512", "0 F2 a/b A2 cpus:1;mem:512");
  scenario_offers(s, "addagent A3 cpus:1;mem:512", "0 F2 a/b A3 cpus:1;mem:512");
  scenario_offers(s, "addagent A4 cpus:1;mem:512", "0 F1 n A4 cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(a_guarantee_below_is_held_back_from_its_siblings)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota a cpus:4 cpus:4");
  scenario_offers(s, "quota a/x cpus:3 -");
  scenario_offers(s, "addframework F1 a/y - - active");
  scenario_offers(s, "addagent A cpus:8;mem:512", "0 F1 a/y A cpus:1;mem:512");
  scenario_offers(s, "ticks 2");
  scenario_offers(s, "addframework F2 a/x - - active", "2000 F2 a/x A cpus:3");
  scenario_quota_use(s, "a", false, "cpus:4;mem:512");
  scenario_quota_use(s, "a/x", false, "cpus:3");
  scenario_end(s);
}
END_TEST

START_TEST(guarantees_below_may_exceed_that_above)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota a cpus:1 -");
  scenario_offers(s, "quota a/x cpus:2 -");
  scenario_offers(s, "quota a/y cpus:2 -");
  scenario_offers(s, "addframework F n - - active");
  scenario_offers(s, "addagent A cpus:6;mem:512", "0 F n A cpus:2;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(reservations_below_count_against_a_limit)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota a - cpus:3");
  scenario_offers(s, "addframework F1 a/b - - active");
  scenario_offers(s, "addagent A cpus:8;mem:512;cpus(a/c):2", "0 F1 a/b A cpus:1;mem:512");
  /* What is reserved is had, whatever the limit. */
  scenario_offers(s, "addframework F2 a/c - - active", "0 F2 a/c A cpus(a/c):2");
  scenario_end(s);
}
END_TEST

START_TEST(a_role_that_comes_later_counts_below)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:8;mem:512;cpus(a/b/c):2");
  scenario_offers(s, "quota a - cpus:4");
  scenario_quota_use(s, "a", false, "cpus:2");
  scenario_offers(s, "addframework F a/b - - active", "0 F a/b A cpus:2;mem:512");
  scenario_quota_use(s, "a/b", false, "cpus:4;mem:512");
  scenario_offers(s, "quota a/b/c - cpus:4");
  scenario_quota_use(s, "a/b/c", false, "cpus:2");
  scenario_end(s);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("nested-quota");
  test_case_loop(suite, a_limit_binds_the_roles_below, 0, SCENARIO_WAYS);
  test_case_loop(suite, compatible_a_limit_does_not_bind_the_roles_below, 0, SCENARIO_WAYS);
  test_case_loop(suite, the_tightest_limit_holds, 0, SCENARIO_WAYS);
  test_case_loop(suite, roles_below_satisfy_a_guarantee, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_guarantee_below_is_held_back_from_its_siblings, 0, SCENARIO_WAYS);
  test_case_loop(suite, guarantees_below_may_exceed_that_above, 0, SCENARIO_WAYS);
  test_case_loop(suite, reservations_below_count_against_a_limit, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_role_that_comes_later_counts_below, 0, SCENARIO_WAYS);
  return suite;
}
