/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what is reserved, shared or made of something else: who may have it, that it counts for shares, and that
 * conversions of offers and of what is free take effect: scenarios that are told by Mesos's allocator and sorter tests
 * (ReservedDRF, Reservations, OfferAncestorReservationsToDescendantChild, UpdateAllocation,
 * UpdateAllocationRemoveResources, UpdateAvailableSuccess and Fail, AllocateSharedResources, SharedResources,
 * NonScalarReservationTracking), and refined reservations.
 *
 * Not here: reservations and quota (test-quota.c).
 */

#include "base/resource-kinds.h"
#include "tests/conformance/scenario.h"
#include "tests/support/test-main.h"

START_TEST(allocated_reservations_count_for_shares)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A1 cpus:1;mem:512;cpus(r1):100;mem(r1):1024");
  scenario_offers(s, "addframework F1 r1 - - active", "0 F1 r1 A1 cpus:1;cpus(r1):100;mem:512;mem(r1):1024");
  scenario_offers(s, "addframework F2 r2 - - active");
  scenario_offers(s, "addagent A2 cpus:2;mem:512", "0 F2 r2 A2 cpus:2;mem:512");
  scenario_offers(s, "addagent A3 cpus:2;mem:512", "0 F2 r2 A3 cpus:2;mem:512");
  scenario_offers(s, "addframework F3 r1 - - active");
  scenario_offers(s, "addagent A4 cpus(r1):2;mem(r1):1024", "0 F3 r1 A4 cpus(r1):2;mem(r1):1024");
  scenario_end(s);
}
END_TEST

START_TEST(reservations_are_for_their_role_only)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A1 cpus(r1):2;mem(r1):1024");
  scenario_offers(s, "addagent A2 cpus:1;mem:1024;cpus(r2):2;mem(r2):1024");
  scenario_offers(s, "addagent A3 cpus(r3):2;mem(r3):1024");
  scenario_offers(s, "addframework F1 r1 - - active", "0 F1 r1 A1 cpus(r1):2;mem(r1):1024",
                  "0 F1 r1 A2 cpus:1;mem:1024");
  scenario_offers(s, "addframework F2 r2 - - active", "0 F2 r2 A2 cpus(r2):2;mem(r2):1024");
  scenario_offers(s, "ticks 2");
  scenario_end(s);
}
END_TEST

START_TEST(reservations_flow_down_to_the_roles_below)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A1 cpus(a):1;mem(a):512");
  scenario_offers(s, "addagent A2 cpus:2;mem:1024;cpus(a/b):4;mem(a/b):2048");
  scenario_offers(s, "addframework F a/b/c - - active", "0 F a/b/c A1 cpus(a):1;mem(a):512",
                  "0 F a/b/c A2 cpus:2;cpus(a/b):4;mem:1024;mem(a/b):2048");
  scenario_end(s);
}
END_TEST

START_TEST(reservations_do_not_flow_up_or_aside)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A1 cpus(a/b):1;mem(a/b):512");
  scenario_offers(s, "addframework F1 a - - active");
  scenario_offers(s, "addframework F2 a/c - - active");
  scenario_offers(s, "addframework F3 a/bc - - active");
  scenario_offers(s, "addframework F4 a/b - - active", "0 F4 a/b A1 cpus(a/b):1;mem(a/b):512");
  scenario_end(s);
}
END_TEST

START_TEST(a_volume_comes_back_with_the_offer)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:100;mem:100;disk(r1):100");
  scenario_offers(s, "addframework F r1 - - active", "0 F r1 A cpus:100;disk(r1):100;mem:100");
  scenario_convert(s, "F", "A", "r1", "disk(r1):5", "disk(r1)[data]:5");
  scenario_offers(s, "recover F A r1 cpus:100;mem:100;disk(r1):95;disk(r1)[data]:5 none offered");
  scenario_offers(s, "tick", "1000 F r1 A cpus:100;disk(r1):95;disk(r1)[data]:5;mem:100");
  scenario_end(s);
}
END_TEST

START_TEST(what_is_converted_away_is_gone)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:100;mem:100;disk:100");
  scenario_offers(s, "addframework F r1 - - active", "0 F r1 A cpus:100;disk:100;mem:100");
  ck_assert_double_eq(scenario_share(s, "r1"), 1.0);
  scenario_convert(s, "F", "A", "r1", "disk:100", "-");
  scenario_offers(s, "recover F A r1 cpus:50;mem:100 none offered");
  ck_assert_double_eq(scenario_share(s, "r1"), 0.5); /* of a total without a disk */
  scenario_offers(s, "tick", "1000 F r1 A cpus:50;mem:100");
  scenario_end(s);
}
END_TEST

START_TEST(a_reservation_within_an_offer_stays_with_its_role)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:4;mem:1024");
  scenario_offers(s, "addframework F1 r1 - - active", "0 F1 r1 A cpus:4;mem:1024");
  scenario_convert(s, "F1", "A", "r1", "cpus:1;mem:512", "cpus(*,r1):1;mem(*,r1):512");
  scenario_offers(s, "recover F1 A r1 cpus:3;cpus(*,r1):1;mem:512;mem(*,r1):512 none offered");
  scenario_offers(s, "suppress F1 -");
  scenario_offers(s, "addframework F2 r2 - - active", "0 F2 r2 A cpus:3;mem:512");
  scenario_offers(s, "revive F1 -", "0 F1 r1 A cpus(*,r1):1;mem(*,r1):512");
  scenario_end(s);
}
END_TEST

START_TEST(what_is_free_can_be_reserved)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:100;mem:100");
  ck_assert(scenario_convert_free(s, "A", "cpus:25;mem:50", "cpus(*,r1):25;mem(*,r1):50"));
  scenario_offers(s, "addframework F r1 - - active", "0 F r1 A cpus:75;cpus(*,r1):25;mem:50;mem(*,r1):50");
  scenario_end(s);
}
END_TEST

START_TEST(what_is_offered_cannot_be_reserved)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:100;mem:100");
  scenario_offers(s, "addframework F r1 - - active", "0 F r1 A cpus:100;mem:100");
  ck_assert(!scenario_convert_free(s, "A", "cpus:25;mem:50", "cpus(*,r1):25;mem(*,r1):50"));
  scenario_offers(s, "recover F A r1 cpus:100;mem:100 none offered");
  scenario_offers(s, "tick", "1000 F r1 A cpus:100;mem:100");
  scenario_end(s);
}
END_TEST

/* A task of F1 uses a shared volume; the rest of the agent goes to F2, and the volume with it. */
static void shared_volume(int way, const char *quota)
{
  Scenario *s = scenario_allocator(way, NULL);
  if (quota != NULL)
    scenario_offers(s, quota);
  scenario_offers(s, "addagent A cpus:4;mem:1024;disk(r1):200");
  scenario_offers(s, "addframework F1 r1 - shared active", "0 F1 r1 A cpus:4;disk(r1):200;mem:1024");
  scenario_convert(s, "F1", "A", "r1", "disk(r1):50", "disk(r1)[v]{SHARED}:50");
  scenario_offers(s, "allocate F1 A r1 cpus:1;mem:256;disk(r1)[v]{SHARED}:50");
  scenario_offers(s, "recover F1 A r1 cpus:3;mem:768;disk(r1):150 none offered");
  scenario_offers(s, "addframework F2 r1 - shared active",
                  "0 F2 r1 A cpus:3;disk(r1):150;disk(r1)[v]{SHARED}:50;mem:768");
  /* The volume alone is below the minimum. */
  scenario_offers(s, "tick");
  scenario_end(s);
}

START_TEST(a_shared_volume_is_offered_while_it_is_in_use)
{
  shared_volume(_i, NULL);
}
END_TEST

START_TEST(a_shared_volume_is_offered_under_quota_too)
{
  shared_volume(_i, "quota r1 cpus:4;mem:1024;disk:200 cpus:4;mem:1024;disk:200");
}
END_TEST

START_TEST(a_shared_volume_goes_to_one_framework_in_a_run)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 a - shared active");
  scenario_offers(s, "addframework F2 a/b - shared active");
  /* Each of them may have one of the reservations, both the volume. */
  scenario_call(s, "addagent A cpus(a):4;mem(a):512;cpus(a/b):1;mem(a/b):512;disk(a)[v]{SHARED}:50");
  ck_assert_uint_eq(s->decisions->len, 1 + scenario_count(s, "F1"));
  guint with_volume = 0;
  for (guint i = 0; i < s->decisions->len; i++)
    with_volume += strstr(s->decisions->pdata[i], "[v]") != NULL ? 1 : 0;
  ck_assert_uint_eq(with_volume, 1);
  scenario_end(s);
}
END_TEST

START_TEST(shared_volumes_are_for_those_who_can_share)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:1;mem:512;disk(r)[v]{SHARED}:50");
  scenario_offers(s, "addframework F r - - active", "0 F r A cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(a_shared_volume_counts_once_for_a_client)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:10;mem:1024;disk(r)[v]{SHARED}:50");
  scenario_offers(s, "addframework F r - shared active", "0 F r A cpus:10;disk(r)[v]{SHARED}:50;mem:1024");
  scenario_offers(s, "addagent B cpus:10;mem:1024;disk(r):450", "0 F r B cpus:10;disk(r):450;mem:1024");
  scenario_offers(s, "recover F A r cpus:10;mem:1024 none offered");
  scenario_offers(s, "recover F B r cpus:10;mem:1024;disk(r):450 none offered");
  ck_assert_double_eq(scenario_share(s, "r"), 0.1);
  /* A second copy costs nothing, and the volume remains while one is held. */
  scenario_convert(s, "F", "A", "r", "-", "disk(r)[v]{SHARED}:50");
  ck_assert_double_eq(scenario_share(s, "r"), 0.1);
  scenario_offers(s, "recover F A r disk(r)[v]{SHARED}:50 none offered");
  ck_assert_double_eq(scenario_share(s, "r"), 0.1);
  scenario_offers(s, "recover F A r disk(r)[v]{SHARED}:50 none offered");
  ck_assert_double_eq(scenario_share(s, "r"), 0.0);
  scenario_end(s);
}
END_TEST

START_TEST(a_shared_volume_counts_for_each_client)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:10;mem:1024;disk:50;disk(r)[v]{SHARED}:50");
  scenario_offers(s, "addframework F1 r - shared active",
                  "0 F1 r A cpus:10;disk:50;disk(r)[v]{SHARED}:50;mem:1024");
  scenario_offers(s, "addframework F2 r - shared active");
  scenario_offers(s, "recover F1 A r cpus:10;disk:50;mem:1024 60000 offered");
  scenario_offers(s, "tick", "1000 F2 r A cpus:10;disk:50;disk(r)[v]{SHARED}:50;mem:1024");
  scenario_offers(s, "recover F2 A r cpus:10;disk:50;mem:1024 none offered");
  const AllocatorHarness *harness = scenario_arrive(s);
  RoleId r = scenario_role(s, "r");
  for (int i = 0; i < 2; i++)
    ck_assert_double_eq(
        harness->interface->share(harness->allocator, r, scenario_framework(s, i == 0 ? "F1" : "F2")), 0.5);
  ck_assert_double_eq(scenario_share(s, "r"), 0.5); /* their role has one */
  scenario_end(s);
}
END_TEST

START_TEST(refined_reservations_are_for_those_who_know_them)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:1;mem:512;cpus(a,a/b):2");
  scenario_offers(s, "addframework F1 a/b - - active", "0 F1 a/b A cpus:1;mem:512");
  scenario_offers(s, "addframework F2 a/b - refine active", "0 F2 a/b A cpus(a,a/b):2");
  scenario_end(s);
}
END_TEST

START_TEST(reserved_ports_come_and_go)
{
  Scenario *s = scenario_allocator(_i, NULL);
  ResourceKinds *kinds = scenario_player(s)->kinds;
  ck_assert(resource_kinds_add(kinds, "ports", NULL, NULL));
  scenario_offers(s, "addagent A1 ports(r):[31000-31009]");
  scenario_offers(s, "addagent A2 ports(r):[31000-31009]");
  scenario_offers(s, "addframework F r - - active"); /* ports alone are below the minimum */
  scenario_offers(s, "removeagent A1");
  scenario_offers(s, "updateagent A2 cpus:1;ports(r):[31000-31009]",
                  "0 F r A2 cpus:1;ports(r):[31000-31009]");
  scenario_offers(s, "recover F A2 r ports(r):[31000-31004] 5000 offered");
  scenario_offers(s, "recover F A2 r cpus:1;ports(r):[31005-31005] none offered");
  scenario_offers(s, "tick", "1000 F r A2 cpus:1;ports(r):[31000-31005]");
  scenario_offers(s, "removeagent A2");
  scenario_end(s);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("reservations");
  test_case_loop(suite, allocated_reservations_count_for_shares, 0, SCENARIO_WAYS);
  test_case_loop(suite, reservations_are_for_their_role_only, 0, SCENARIO_WAYS);
  test_case_loop(suite, reservations_flow_down_to_the_roles_below, 0, SCENARIO_WAYS);
  test_case_loop(suite, reservations_do_not_flow_up_or_aside, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_volume_comes_back_with_the_offer, 0, SCENARIO_WAYS);
  test_case_loop(suite, what_is_converted_away_is_gone, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_reservation_within_an_offer_stays_with_its_role, 0, SCENARIO_WAYS);
  test_case_loop(suite, what_is_free_can_be_reserved, 0, SCENARIO_WAYS);
  test_case_loop(suite, what_is_offered_cannot_be_reserved, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_shared_volume_is_offered_while_it_is_in_use, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_shared_volume_is_offered_under_quota_too, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_shared_volume_goes_to_one_framework_in_a_run, 0, SCENARIO_WAYS);
  test_case_loop(suite, shared_volumes_are_for_those_who_can_share, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_shared_volume_counts_once_for_a_client, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_shared_volume_counts_for_each_client, 0, SCENARIO_WAYS);
  test_case_loop(suite, refined_reservations_are_for_those_who_know_them, 0, SCENARIO_WAYS);
  test_case_loop(suite, reserved_ports_come_and_go, 0, SCENARIO_WAYS);
  return suite;
}
