/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the order of the DRF sorter: scenarios that are told by Mesos's sorter tests (WDRF,
 * AllocationCountTieBreak, HierarchicalAllocation, AddChildToLeaf, AddChildToInternal,
 * AddChildToInactiveLeaf, RemoveLeafCollapseParentInactive, UpdateTotal, RemoveResources, RevocableResources), and
 * where we leave Mesos on purpose: weights of inner nodes, the count of a client whose last sub-client goes.
 *
 * Not here: shared volumes (test-reservations.c), random trees (tests/properties/test-sorter.c), recorded orders (replay-mesos).
 */

#include "tests/conformance/scenario.h"
#include "tests/support/test-main.h"

/* A pool in which an allocation of n is a share of n percent. */
static Scenario *pool_of_hundred(void)
{
  return scenario_sorter("cpus:100;mem:100");
}

static void add(Scenario *s, const char *client, double amount)
{
  scenario_call_printf(s, "add %s", client);
  scenario_call_printf(s, "activate %s", client);
  if (amount > 0)
    scenario_call_printf(s, "allocated %s pool cpus:%g;mem:%g", client, amount, amount);
}

static void grant(Scenario *s, const char *client, double amount)
{
  scenario_call_printf(s, "allocated %s pool cpus:%g;mem:%g", client, amount, amount);
}

static void take_back(Scenario *s, const char *client, double amount)
{
  scenario_call_printf(s, "unallocated %s pool cpus:%g;mem:%g", client, amount, amount);
}

START_TEST(weights_divide_shares)
{
  Scenario *s = pool_of_hundred();
  add(s, "a", 5);
  scenario_call(s, "weight b 2");
  add(s, "b", 6);
  scenario_order(s, "b a");
  add(s, "c", 4);
  scenario_order(s, "b c a");
  scenario_call(s, "add d");
  scenario_call(s, "weight d 10");
  scenario_call(s, "activate d");
  scenario_call(s, "allocated d pool cpus:10;mem:20");
  scenario_order(s, "d b c a");
  scenario_call(s, "remove b");
  scenario_call(s, "allocated d pool cpus:10;mem:25");
  scenario_order(s, "c d a");
  scenario_call(s, "weight e 0.1");
  add(s, "e", 1);
  scenario_order(s, "c d a e");
  scenario_end(s);
}
END_TEST

START_TEST(allocation_counts_break_ties)
{
  Scenario *s = pool_of_hundred();
  add(s, "a", 3);
  add(s, "b", 3);
  add(s, "c", 1);
  grant(s, "c", 1);
  grant(s, "c", 1);
  add(s, "d", 1);
  grant(s, "d", 2);
  add(s, "e", 3);
  scenario_order(s, "a b e d c");
  take_back(s, "c", 3);
  scenario_order(s, "c a b e d");
  grant(s, "c", 3);
  scenario_order(s, "a b e d c");
  scenario_call(s, "deactivate c");
  scenario_order(s, "a b e d");
  scenario_call(s, "activate c");
  scenario_order(s, "a b e d c");
  /* Grants to a client that is not active count. */
  scenario_call(s, "deactivate a");
  take_back(s, "a", 3);
  grant(s, "a", 1);
  grant(s, "a", 1);
  grant(s, "a", 1);
  grant(s, "a", 0);
  grant(s, "a", 0);
  scenario_call(s, "activate a");
  scenario_order(s, "b e d c a");
  scenario_end(s);
}
END_TEST

START_TEST(a_subtree_comes_before_the_next_sibling)
{
  Scenario *s = pool_of_hundred();
  add(s, "a", 0);
  add(s, "b/c", 0);
  add(s, "b/d", 0);
  scenario_order(s, "a b/c b/d");
  grant(s, "a", 6);
  grant(s, "b/c", 4);
  grant(s, "b/d", 3);
  scenario_order(s, "a b/d b/c");
  grant(s, "a", 2);
  scenario_order(s, "b/d b/c a");
  add(s, "b/e/f", 3.5);
  scenario_order(s, "a b/d b/e/f b/c");
  scenario_call(s, "remove b/e/f");
  scenario_order(s, "b/d b/c a");
  scenario_call(s, "update b/c pool cpus:4;mem:4 cpus:1;mem:1");
  scenario_order(s, "b/c b/d a");
  scenario_end(s);
}
END_TEST

START_TEST(a_leaf_becomes_an_inner_node)
{
  Scenario *s = pool_of_hundred();
  add(s, "a", 10);
  add(s, "b", 6);
  scenario_order(s, "b a");
  add(s, "a/c", 5);
  scenario_order(s, "b a/c a");
  scenario_call(s, "remove a");
  scenario_order(s, "a/c b");
  add(s, "a", 10);
  scenario_order(s, "b a/c a");
  scenario_call(s, "weight a/c 0.2");
  scenario_order(s, "b a a/c");
  /* Against b, not against its own child. */
  scenario_call(s, "weight a 3");
  scenario_order(s, "a a/c b");
  scenario_call(s, "weight a/c 1");
  scenario_order(s, "a/c a b");
  scenario_end(s);
}
END_TEST

START_TEST(an_inner_node_becomes_a_client)
{
  Scenario *s = pool_of_hundred();
  add(s, "x/a", 10);
  add(s, "x/b", 6);
  scenario_order(s, "x/b x/a");
  add(s, "x", 7);
  scenario_order(s, "x/b x x/a");
  add(s, "z", 20);
  scenario_order(s, "z x/b x x/a");
  scenario_call(s, "remove x");
  scenario_order(s, "x/b x/a z");
  scenario_end(s);
}
END_TEST

START_TEST(an_inactive_leaf_stays_so)
{
  Scenario *s = pool_of_hundred();
  scenario_call(s, "add a");
  grant(s, "a", 10);
  add(s, "b", 6);
  scenario_order(s, "b");
  add(s, "a/c", 5);
  scenario_order(s, "b a/c");
  scenario_call(s, "remove a/c");
  scenario_order(s, "b");
  scenario_call(s, "activate a");
  scenario_order(s, "b a");
  scenario_end(s);
}
END_TEST

START_TEST(the_dominant_kind_follows_the_total)
{
  Scenario *s = pool_of_hundred();
  scenario_call(s, "add a");
  scenario_call(s, "activate a");
  scenario_call(s, "allocated a pool cpus:5;mem:2");
  scenario_call(s, "add b");
  scenario_call(s, "activate b");
  scenario_call(s, "allocated b pool cpus:2;mem:6");
  scenario_order(s, "a b");
  scenario_call(s, "addagent more mem:100");
  scenario_order(s, "b a");
  scenario_call(s, "removeagent more");
  scenario_order(s, "a b");
  scenario_end(s);
}
END_TEST

START_TEST(what_goes_with_an_agent_is_no_longer_held)
{
  Scenario *s = pool_of_hundred();
  scenario_call(s, "addagent more cpus:100;mem:100");
  add(s, "a", 10);
  scenario_call(s, "allocated a more cpus:40;mem:40");
  add(s, "b", 30);
  scenario_order(s, "b a");
  scenario_call(s, "unallocated a more cpus:40;mem:40");
  scenario_call(s, "removeagent more");
  scenario_order(s, "a b");
  scenario_end(s);
}
END_TEST

START_TEST(revocable_resources_are_in_the_pool)
{
  Scenario *s = scenario_sorter("cpus:10;cpus{REV}:10;mem:100");
  scenario_call(s, "add a");
  scenario_call(s, "activate a");
  scenario_call(s, "allocated a pool cpus:6");
  scenario_call(s, "add b");
  scenario_call(s, "activate b");
  scenario_call(s, "allocated b pool mem:40");
  scenario_order(s, "a b");
  scenario_call(s, "allocated a pool cpus{REV}:4");
  scenario_order(s, "b a");
  scenario_end(s);
}
END_TEST

START_TEST(excluded_kinds_do_not_count)
{
  Scenario *s = scenario_sorter("cpus:100;gpus:1");
  scenario_call(s, "add a");
  scenario_call(s, "activate a");
  scenario_call(s, "allocated a pool cpus:1;gpus:1");
  scenario_call(s, "add b");
  scenario_call(s, "activate b");
  scenario_call(s, "allocated b pool cpus:2");
  scenario_order(s, "b a");
  scenario_call(s, "exclude gpus");
  scenario_order(s, "a b");
  scenario_end(s);
}
END_TEST

/* Mesos ignores the new weight of a node that is only inner and was sorted before; here it takes effect. */
START_TEST(deviation_the_weight_of_an_inner_node_takes_effect)
{
  Scenario *s = pool_of_hundred();
  add(s, "a/b", 10);
  add(s, "c", 6);
  scenario_order(s, "c a/b");
  scenario_call(s, "weight a 2");
  scenario_order(s, "a/b c");
  scenario_end(s);
}
END_TEST

/* In Mesos, a goes on with the count of its whole former subtree; here with its own. */
START_TEST(deviation_a_client_keeps_its_own_count)
{
  Scenario *s = pool_of_hundred();
  add(s, "a", 1);
  add(s, "a/x", 1);
  grant(s, "a/x", 1);
  take_back(s, "a/x", 2);
  scenario_call(s, "remove a/x");
  add(s, "b", 0.5);
  grant(s, "b", 0.5);
  scenario_order(s, "a b");
  scenario_end(s);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("drf-order");
  test_case(suite, weights_divide_shares);
  test_case(suite, allocation_counts_break_ties);
  test_case(suite, a_subtree_comes_before_the_next_sibling);
  test_case(suite, a_leaf_becomes_an_inner_node);
  test_case(suite, an_inner_node_becomes_a_client);
  test_case(suite, an_inactive_leaf_stays_so);
  test_case(suite, the_dominant_kind_follows_the_total);
  test_case(suite, what_goes_with_an_agent_is_no_longer_held);
  test_case(suite, revocable_resources_are_in_the_pool);
  test_case(suite, excluded_kinds_do_not_count);
  test_case(suite, deviation_the_weight_of_an_inner_node_takes_effect);
  test_case(suite, deviation_a_client_keeps_its_own_count);
  return suite;
}
