/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins quota of top-level roles: guarantees that are held back, limits, chopped offers, disks that cannot be cut, what
 * reservations count for, and the pause after a failover: scenarios that are told by Mesos's allocator
 * tests (each test names its own).
 *
 * Not here: quota of roles below others (test-nested-quota.c), the operator's checks of it (tests/core).
 */

#include "tests/conformance/scenario.h"
#include "tests/support/test-main.h"

START_TEST(a_guarantee_is_held_back) /* QuotaProvidesGuarantee */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:2;mem:1024 cpus:2;mem:1024");
  scenario_offers(s, "addframework F1 q - - active");
  scenario_offers(s, "addframework F2 n - - active");
  scenario_offers(s, "addagent A1 cpus:1;mem:512", "0 F1 q A1 cpus:1;mem:512");
  scenario_offers(s, "addagent A2 cpus:1;mem:512", "0 F1 q A2 cpus:1;mem:512");
  scenario_offers(s, "recover F1 A2 q cpus:1;mem:512 2000 offered");
  scenario_offers(s, "tick");
  scenario_offers(s, "advance 500");
  scenario_offers(s, "tick", "2000 F1 q A2 cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(a_limit_is_kept) /* QuotaProvidesLimit */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota * - cpus:0;mem:0;disk:0");
  scenario_offers(s, "addframework F1 * - - active");
  scenario_offers(s, "addagent A1 cpus:2;mem:1024;disk:1024");
  scenario_offers(s, "addframework F2 n - - active", "0 F2 n A1 cpus:2;disk:1024;mem:1024");
  scenario_offers(s, "quota * - cpus:1;mem:512;disk:512");
  scenario_offers(s, "addagent A2 cpus:2;mem:1024;disk:1024", "0 F1 * A2 cpus:1;disk:512;mem:512",
                  "0 F2 n A2 cpus:1;disk:512;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(a_quota_that_is_gone_binds_nobody) /* RemoveQuota */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:2;mem:1024 cpus:2;mem:1024");
  scenario_offers(s, "addframework F1 q - - inactive");
  scenario_offers(s, "addagent A1 cpus:1;mem:512 used F1 q cpus:1;mem:512");
  scenario_offers(s, "addagent A2 cpus:1;mem:512 used F1 q cpus:1;mem:512");
  scenario_offers(s, "addframework F2 n - - active");
  scenario_quota_use(s, "q", true, "cpus:2;mem:1024");
  scenario_offers(s, "quota q - -");
  scenario_offers(s, "tick");
  scenario_offers(s, "recover F1 A1 q cpus:1;mem:512 none allocated");
  scenario_offers(s, "tick", "2000 F2 n A1 cpus:1;mem:512");
  scenario_quota_use(s, "q", true, "cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(offers_are_cut_to_the_quota) /* QuotaAllocationGranularity */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:0.5;mem:200 cpus:0.5;mem:200");
  scenario_offers(s, "addframework F1 q - - active");
  scenario_offers(s, "addagent A cpus:1;mem:512", "0 F1 q A cpus:0.5;mem:200");
  scenario_offers(s, "addframework F2 n - - active", "0 F2 n A cpus:0.5;mem:312");
  scenario_end(s);
}
END_TEST

START_TEST(a_disk_of_its_own_is_not_cut) /* QuotaAllocationGranularityUnchoppableResource */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:2;mem:2048;disk:150 cpus:2;mem:2048;disk:150");
  scenario_offers(s, "addframework F1 q - - active");
  scenario_offers(s, "addagent A1 cpus:0.5;mem:512;disk[MOUNT:d]:100",
                  "0 F1 q A1 cpus:0.5;disk[MOUNT:d]:100;mem:512");
  scenario_offers(s, "addagent A2 cpus:0.5;mem:512;disk[MOUNT:d]:100", "0 F1 q A2 cpus:0.5;mem:512");
  scenario_offers(s, "addagent A3 cpus:2;mem:2048;disk:150", "0 F1 q A3 cpus:1;disk:50;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(several_disks_fit_together) /* QuotaAllocationMultipleDisk */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:1;mem:512;disk:100 cpus:1;mem:512;disk:100");
  scenario_offers(s, "addframework F q - - active");
  scenario_offers(s, "addagent A cpus:1;mem:512;disk:50;disk[MOUNT:d]:50",
                  "0 F q A cpus:1;disk:50;disk[MOUNT:d]:50;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(a_satisfied_guarantee_needs_no_room) /* DRFWithQuota */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:0.25;mem:128 cpus:0.25;mem:128");
  scenario_offers(s, "addframework F1 q - - active");
  scenario_offers(s, "addframework F2 n - - active");
  scenario_offers(s, "addagent A1 cpus:1;mem:512 used F1 q cpus:0.25;mem:128", "0 F2 n A1 cpus:0.75;mem:384");
  scenario_quota_use(s, "q", false, "cpus:0.25;mem:128");
  scenario_quota_use(s, "n", false, "cpus:0.75;mem:384");
  scenario_quota_use(s, "n", true, "-");
  scenario_offers(s, "addagent A2 cpus:1;mem:512", "0 F2 n A2 cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(a_guarantee_ends_starvation) /* QuotaAgainstStarvation */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 q - - active");
  scenario_offers(s, "addagent A1 cpus:1;mem:512", "0 F1 q A1 cpus:1;mem:512");
  scenario_offers(s, "addframework F2 n - - active");
  scenario_offers(s, "addagent A2 cpus:1;mem:512", "0 F2 n A2 cpus:1;mem:512");
  scenario_offers(s, "recover F2 A2 n cpus:1;mem:512 0 offered");
  scenario_offers(s, "tick", "1000 F2 n A2 cpus:1;mem:512");
  scenario_offers(s, "recover F2 A2 n cpus:1;mem:512 0 offered");
  scenario_offers(s, "quota q cpus:2;mem:1024 cpus:2;mem:1024");
  scenario_offers(s, "tick", "2000 F1 q A2 cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(room_is_held_back_for_an_absent_role) /* QuotaAbsentFrameworkWholeAgent */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:2;mem:1024 cpus:2;mem:1024");
  scenario_offers(s, "addframework F n - - active");
  scenario_offers(s, "addagent A1 cpus:2;mem:1024");
  scenario_call(s, "addagent A2 cpus:2;mem:1024");
  ck_assert_uint_eq(s->decisions->len, 1);
  ck_assert_uint_eq(scenario_count(s, "F"), 1);
  scenario_offers(s, "ticks 3");
  scenario_end(s);
}
END_TEST

START_TEST(two_quotas_are_served_side_by_side) /* MultiQuotaWithFrameworks */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q1 cpus:1;mem:200 cpus:1;mem:200");
  scenario_offers(s, "quota q2 cpus:2;mem:2000 cpus:2;mem:2000");
  scenario_offers(s, "addframework F1 q1 - - active");
  scenario_offers(s, "addframework F2 q2 - - active");
  scenario_offers(s, "addagent A1 cpus:1;mem:1024 used F1 q1 cpus:1;mem:1024");
  scenario_offers(s, "addagent A2 cpus:1;mem:1024 used F2 q2 cpus:1;mem:1024");
  scenario_offers(s, "addagent A3 cpus:2;mem:2048", "0 F2 q2 A3 cpus:1;mem:976");
  scenario_end(s);
}
END_TEST

START_TEST(reservations_count_for_the_quota) /* ReservationWithinQuota */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:2;mem:256 cpus:2;mem:256");
  scenario_offers(s, "addframework F1 q - - active");
  scenario_offers(s, "addframework F2 n - - active");
  scenario_offers(s, "addagent A1 cpus:8;mem(q):256 used F1 q cpus:2;mem(q):256", "0 F2 n A1 cpus:6");
  scenario_offers(s, "addagent A2 cpus:4", "0 F2 n A2 cpus:4");
  scenario_end(s);
}
END_TEST

START_TEST(what_others_have_reserved_is_no_headroom) /* QuotaSetAsideReservedResources */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A1 cpus:4;mem:512");
  scenario_offers(s, "addagent A2 cpus(n):4;mem(n):512");
  scenario_offers(s, "quota q cpus:4;mem:512 cpus:4;mem:512");
  scenario_offers(s, "addframework F1 q - - active", "0 F1 q A1 cpus:4;mem:512");
  scenario_offers(s, "recover F1 A1 q cpus:4;mem:512 86400000 offered");
  scenario_offers(s, "addframework F2 n - - active", "0 F2 n A2 cpus(n):4;mem(n):512");
  scenario_offers(s, "recover F2 A2 n cpus(n):4;mem(n):512 86400000 offered");
  scenario_offers(s, "ticks 2");
  scenario_end(s);
}
END_TEST

START_TEST(a_reservation_counts_though_it_is_free) /* ReservationUnallocated */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:1;mem:1024 cpus:1;mem:1024");
  scenario_offers(s, "addframework F q - - active");
  if (_i % 2 == 0) {
    scenario_offers(s, "addagent A1 cpus(q):1;mem(q):1024", "0 F q A1 cpus(q):1;mem(q):1024");
  } else { /* dynamic */
    scenario_offers(s, "addagent A1 cpus:1;mem:1024", "0 F q A1 cpus:1;mem:1024");
    scenario_convert(s, "F", "A1", "q", "cpus:1;mem:1024", "cpus(*,q):1;mem(*,q):1024");
  }
  scenario_quota_use(s, "q", true, "cpus:1;mem:1024");
  scenario_offers(s, _i % 2 == 0 ? "recover F A1 q cpus(q):1;mem(q):1024 86400000 offered"
                                 : "recover F A1 q cpus(*,q):1;mem(*,q):1024 86400000 offered");
  scenario_offers(s, "addagent A2 cpus:1;mem:1024");
  scenario_offers(s, "ticks 2");
  scenario_end(s);
}
END_TEST

START_TEST(a_reservation_counts_while_it_is_used) /* ReservationAllocated */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:2;mem:2048 cpus:2;mem:2048");
  scenario_offers(s, "addframework F q - - active");
  if (_i % 2 == 0) {
    scenario_offers(s, "addagent A1 cpus(q):1;mem(q):1024", "0 F q A1 cpus(q):1;mem(q):1024");
  } else { /* dynamic */
    scenario_offers(s, "addagent A1 cpus:1;mem:1024", "0 F q A1 cpus:1;mem:1024");
    scenario_convert(s, "F", "A1", "q", "cpus:1;mem:1024", "cpus(*,q):1;mem(*,q):1024");
  }
  scenario_offers(s, "addagent A2 cpus:1;mem:1024", "0 F q A2 cpus:1;mem:1024");
  scenario_offers(s, "addagent A3 cpus:1;mem:1024");
  scenario_end(s);
}
END_TEST

START_TEST(a_reservation_is_had_though_headroom_is_tight) /* NonQuotaRoleReservationWithQuotaRole */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:2;mem:2048 cpus:2;mem:2048");
  scenario_offers(s, "addframework F1 q - - active");
  scenario_offers(s, "addagent A1 cpus:2;mem:2048;cpus(n):2;mem(n):2048", "0 F1 q A1 cpus:2;mem:2048");
  scenario_offers(s, "recover F1 A1 q cpus:2;mem:2048 86400000 offered");
  scenario_offers(s, "addframework F2 n - - active", "0 F2 n A1 cpus(n):2;mem(n):2048");
  scenario_end(s);
}
END_TEST

START_TEST(a_shared_volume_counts_once) /* SharedAllocatedResourceQuotaAccounting */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:3;mem:2048;disk:100 cpus:3;mem:2048;disk:100");
  scenario_offers(s, "addframework F q - shared active");
  scenario_offers(s, "addagent A1 cpus:2;mem:1024;disk(q):50", "0 F q A1 cpus:2;disk(q):50;mem:1024");
  scenario_convert(s, "F", "A1", "q", "disk(q):50", "disk(q)[v]{SHARED}:50");
  scenario_convert(s, "F", "A1", "q", "-", "disk(q)[v]{SHARED}:50");
  scenario_quota_use(s, "q", false, "cpus:2;disk:50;mem:1024");
  scenario_offers(s, "addagent A2 cpus:1;mem:1024;disk:50", "0 F q A2 cpus:1;disk:50;mem:1024");
  scenario_offers(s, "addagent A3 cpus:1;mem:1024;disk:50");
  scenario_end(s);
}
END_TEST

START_TEST(surplus_of_one_role_is_no_headroom_for_another) /* QuotaHeadroomWhenReservationsExceedQuota */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota x cpus:1;mem:1024 cpus:1;mem:1024");
  scenario_offers(s, "quota y cpus:1;mem:1024 cpus:1;mem:1024");
  scenario_offers(s, "addframework F n - - active");
  scenario_offers(s, "addagent A1 cpus(x):2;mem(x):2048");
  scenario_offers(s, "addagent A2 cpus:1;mem:1024");
  scenario_call(s, "addagent A3 cpus:1;mem:1024");
  ck_assert_uint_eq(s->decisions->len, 1);
  scenario_end(s);
}
END_TEST

START_TEST(an_ancestors_reservation_in_use_is_no_headroom) /* QuotaWithAncestorReservations */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 a/b - - active");
  scenario_offers(s, "addagent A1 cpus(a):1;mem(a):1024", "0 F1 a/b A1 cpus(a):1;mem(a):1024");
  scenario_offers(s, "deactivateframework F1");
  scenario_offers(s, "quota q cpus:1;mem:1024 cpus:1;mem:1024");
  scenario_offers(s, "addframework F2 n - - active");
  scenario_offers(s, "addagent A2 cpus:1;mem:1024");
  scenario_call(s, "addagent A3 cpus:1;mem:1024");
  ck_assert_uint_eq(s->decisions->len, 1);
  ck_assert_uint_eq(scenario_count(s, "F2"), 1);
  scenario_end(s);
}
END_TEST

START_TEST(a_reservation_below_counts_above) /* QuotaWithNestedRoleReservation */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota a cpus:2;mem:200 cpus:2;mem:200");
  scenario_offers(s, "addagent A1 cpus(a/b):1;mem(a/b):100");
  scenario_offers(s, "addagent A2 cpus:10;mem:1000");
  scenario_offers(s, "addframework F a - - active", "0 F a A2 cpus:1;mem:100");
  scenario_end(s);
}
END_TEST

START_TEST(use_below_is_no_headroom) /* QuotaHeadroomWithNestedRoleAllocation */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 a/b - - active");
  scenario_offers(s, "addagent A1 cpus:1;mem:100", "0 F1 a/b A1 cpus:1;mem:100");
  scenario_offers(s, "addframework F2 a - - active");
  scenario_offers(s, "addagent A2 cpus:1;mem:100", "0 F2 a A2 cpus:1;mem:100");
  scenario_offers(s, "quota q cpus:1;mem:100 cpus:1;mem:100");
  scenario_offers(s, "addagent A3 cpus:1;mem:100");
  scenario_call(s, "addagent A4 cpus:1;mem:100");
  ck_assert_uint_eq(s->decisions->len, 1);
  scenario_offers(s, "ticks 2");
  scenario_end(s);
}
END_TEST

START_TEST(what_comes_free_elsewhere_frees_what_was_held_back)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F n - - active");
  scenario_offers(s, "addagent A1 cpus:1;mem:512", "0 F n A1 cpus:1;mem:512");
  scenario_offers(s, "quota q cpus:1;mem:512 -");
  scenario_offers(s, "addagent A2 cpus:1;mem:512");
  scenario_offers(s, "ticks 5");
  scenario_offers(s, "recover F A1 n cpus:1;mem:512 86400000 offered");
  scenario_offers(s, "tick", "6000 F n A2 cpus:1;mem:512");
  scenario_offers(s, "quota q - -");
  scenario_offers(s, "ticks 3");
  scenario_offers(s, "revive F -", "9000 F n A1 cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(a_raised_limit_takes_effect_at_the_next_tick)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q - cpus:1");
  scenario_offers(s, "addframework F q - - active");
  scenario_offers(s, "addagent A cpus:4;mem:512", "0 F q A cpus:1;mem:512");
  scenario_offers(s, "ticks 3");
  scenario_offers(s, "quota q - cpus:3");
  scenario_offers(s, "tick", "4000 F q A cpus:2");
  scenario_offers(s, "quota q - -");
  scenario_offers(s, "tick", "5000 F q A cpus:1");
  scenario_end(s);
}
END_TEST

/* --- after a failover ----------------------------------------------------------------------------------- */

static void recover(const Scenario *s, uint32_t expected_agents)
{
  AllocatorHarness *harness = scenario_arrive(s);
  harness->interface->recover(harness->allocator, harness->now, expected_agents);
}

START_TEST(nothing_is_offered_until_most_agents_are_back) /* recover */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:1 -");
  recover(s, 10);
  scenario_offers(s, "addframework F q - - active");
  for (int i = 1; i <= 7; i++)
    scenario_call_printf(s, "addagent A%d cpus:1;mem:512", i);
  ck_assert_uint_eq(s->decisions->len, 0);
  scenario_offers(s, "ticks 5");
  scenario_offers(s, "addagent A8 cpus:1;mem:512", "5000 F q A8 cpus:1;mem:512");
  scenario_call(s, "tick");
  ck_assert_uint_eq(s->decisions->len, 7);
  scenario_end(s);
}
END_TEST

START_TEST(nothing_is_offered_for_ten_minutes_at_most)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:1 -");
  recover(s, 10);
  scenario_offers(s, "addframework F q - - active");
  scenario_offers(s, "addagent A cpus:1;mem:512");
  scenario_offers(s, "ticks 599");
  scenario_offers(s, "tick", "600000 F q A cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(there_is_no_pause_without_quota_or_agents) /* MasterQuotaTest.RecoverQuotaEmptyCluster */
{
  Scenario *s = scenario_allocator(_i, NULL);
  recover(s, 10);
  scenario_offers(s, "addframework F q - - active");
  scenario_offers(s, "addagent A1 cpus:1;mem:512", "0 F q A1 cpus:1;mem:512");
  scenario_offers(s, "quota q cpus:1 -");
  recover(s, 1); /* of which 80 % are none */
  scenario_offers(s, "addagent A2 cpus:1;mem:512", "0 F q A2 cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("quota");
  test_case_loop(suite, a_guarantee_is_held_back, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_limit_is_kept, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_quota_that_is_gone_binds_nobody, 0, SCENARIO_WAYS);
  test_case_loop(suite, offers_are_cut_to_the_quota, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_disk_of_its_own_is_not_cut, 0, SCENARIO_WAYS);
  test_case_loop(suite, several_disks_fit_together, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_satisfied_guarantee_needs_no_room, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_guarantee_ends_starvation, 0, SCENARIO_WAYS);
  test_case_loop(suite, room_is_held_back_for_an_absent_role, 0, SCENARIO_WAYS);
  test_case_loop(suite, two_quotas_are_served_side_by_side, 0, SCENARIO_WAYS);
  test_case_loop(suite, reservations_count_for_the_quota, 0, SCENARIO_WAYS);
  test_case_loop(suite, what_others_have_reserved_is_no_headroom, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_reservation_counts_though_it_is_free, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_reservation_counts_while_it_is_used, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_reservation_is_had_though_headroom_is_tight, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_shared_volume_counts_once, 0, SCENARIO_WAYS);
  test_case_loop(suite, surplus_of_one_role_is_no_headroom_for_another, 0, SCENARIO_WAYS);
  test_case_loop(suite, an_ancestors_reservation_in_use_is_no_headroom, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_reservation_below_counts_above, 0, SCENARIO_WAYS);
  test_case_loop(suite, use_below_is_no_headroom, 0, SCENARIO_WAYS);
  test_case_loop(suite, what_comes_free_elsewhere_frees_what_was_held_back, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_raised_limit_takes_effect_at_the_next_tick, 0, SCENARIO_WAYS);
  test_case_loop(suite, nothing_is_offered_until_most_agents_are_back, 0, SCENARIO_WAYS);
  test_case_loop(suite, nothing_is_offered_for_ten_minutes_at_most, 0, SCENARIO_WAYS);
  test_case_loop(suite, there_is_no_pause_without_quota_or_agents, 0, SCENARIO_WAYS);
  return suite;
}
