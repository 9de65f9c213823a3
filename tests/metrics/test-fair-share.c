/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published and hand-worked divisions. Not pinned: the time that a division takes.
 */
#include "metrics/fair-share.h"

#include <math.h>

#include "tests/support/test-main.h"

#define UNLIMITED true
#define FINITE    false

static Quantities amounts(double cpus, double mem)
{
  return (Quantities){{(int64_t)llround(cpus * 1000), (int64_t)llround(mem * 1000)}};
}

static FairShareClient client(uint32_t node, double weight, bool unlimited, double cpus, double mem)
{
  return (FairShareClient){node, weight, unlimited, amounts(cpus, mem)};
}

static void divide(Quantities capacity, const FairShareNode *nodes, uint32_t n_nodes,
                   const FairShareClient *clients, uint32_t n, double *shares)
{
  g_autoptr(FairShare) fair = fair_share_new();
  fair_share_compute(fair, &capacity, nodes, n_nodes, clients, n, shares);
}

#define ck_near(value, expected) ck_assert_double_eq_tol((value), (expected), 1e-9)

static double tasks(Quantities capacity, const FairShareClient *of, double share)
{
  return share / fair_share_dominant(&capacity, &of->demand);
}

/* Ghodsi et al., NSDI 2011, section 4.1: <9 cpus, 18 GB>. */
START_TEST(drf_example)
{
  FairShareClient clients[] = {client(INDEX_NONE, 1, UNLIMITED, 1, 4),
                               client(INDEX_NONE, 1, UNLIMITED, 3, 1)};
  double shares[2];
  divide(amounts(9, 18), NULL, 0, clients, 2, shares);
  ck_near(shares[0], 2.0 / 3);
  ck_near(shares[1], 2.0 / 3);
  ck_near(tasks(amounts(9, 18), &clients[0], shares[0]), 3);
  ck_near(tasks(amounts(9, 18), &clients[1], shares[1]), 2);
}
END_TEST

START_TEST(drf_where_asset_fairness_breaks_sharing_incentive)
{
  FairShareClient clients[] = {client(INDEX_NONE, 1, UNLIMITED, 1, 3),
                               client(INDEX_NONE, 1, UNLIMITED, 1, 1)};
  double shares[2];
  divide(amounts(30, 30), NULL, 0, clients, 2, shares);
  ck_near(tasks(amounts(30, 30), &clients[0], shares[0]), 5);
  ck_near(tasks(amounts(30, 30), &clients[1], shares[1]), 15);
}
END_TEST

START_TEST(weighted_drf)
{
  FairShareClient clients[] = {client(INDEX_NONE, 2, UNLIMITED, 1, 4),
                               client(INDEX_NONE, 1, UNLIMITED, 3, 1)};
  double shares[2];
  divide(amounts(90, 180), NULL, 0, clients, 2, shares);
  ck_near(tasks(amounts(90, 180), &clients[0], shares[0]), 540.0 / 13);
  ck_near(tasks(amounts(90, 180), &clients[1], shares[1]), 180.0 / 13);
}
END_TEST

START_TEST(max_min_of_one_resource)
{
  const double demands[] = {2, 2.6, 4, 5};
  const double expected[] = {0.2, 0.26, 0.27, 0.27};
  FairShareClient clients[4];
  double shares[4];
  for (int i = 0; i < 4; i++)
    clients[i] = client(INDEX_NONE, 1, FINITE, demands[i], 0);
  divide(amounts(10, 0), NULL, 0, clients, 4, shares);
  for (int i = 0; i < 4; i++)
    ck_near(shares[i], expected[i]);
}
END_TEST

START_TEST(demand_below_capacity_is_met)
{
  FairShareClient clients[] = {client(INDEX_NONE, 5, FINITE, 1, 2), client(INDEX_NONE, 1, FINITE, 6, 1)};
  double shares[2];
  divide(amounts(10, 10), NULL, 0, clients, 2, shares);
  ck_near(shares[0], 0.2);
  ck_near(shares[1], 0.6);
}
END_TEST

/* <3,3>, A<2,1>, B<1,2>: one task each; with the first resource doubled 1.5 and 0.75. */
START_TEST(drf_breaks_resource_monotonicity)
{
  FairShareClient clients[] = {client(INDEX_NONE, 1, UNLIMITED, 2, 1),
                               client(INDEX_NONE, 1, UNLIMITED, 1, 2)};
  double shares[2];
  divide(amounts(3, 3), NULL, 0, clients, 2, shares);
  ck_near(tasks(amounts(3, 3), &clients[0], shares[0]), 1);
  ck_near(tasks(amounts(3, 3), &clients[1], shares[1]), 1);
  divide(amounts(6, 3), NULL, 0, clients, 2, shares);
  ck_near(tasks(amounts(6, 3), &clients[0], shares[0]), 1.5);
  ck_near(tasks(amounts(6, 3), &clients[1], shares[1]), 0.75);
}
END_TEST

/* A client whose resource is used up leaves the other resource to those that do not need the first. */
START_TEST(growth_goes_on_after_a_resource_is_used_up)
{
  FairShareClient clients[] = {client(INDEX_NONE, 1, UNLIMITED, 1, 0), client(INDEX_NONE, 1, UNLIMITED, 1, 0),
                               client(INDEX_NONE, 1, UNLIMITED, 0, 1), client(INDEX_NONE, 1, FINITE, 0, 2)};
  double shares[4];
  divide(amounts(10, 10), NULL, 0, clients, 4, shares);
  ck_near(shares[0], 0.5);
  ck_near(shares[1], 0.5);
  ck_near(shares[2], 0.8);
  ck_near(shares[3], 0.2);
}
END_TEST

START_TEST(what_cannot_run_competes_with_nobody)
{
  FairShareClient clients[] = {client(INDEX_NONE, 1, UNLIMITED, 1, 0), client(INDEX_NONE, 9, UNLIMITED, 1, 1),
                               client(INDEX_NONE, 9, FINITE, 0, 0)};
  double shares[3] = {-1, -1, -1};
  divide(amounts(10, 0), NULL, 0, clients, 3, shares);
  ck_near(shares[0], 1);
  ck_near(shares[1], 0);
  ck_near(shares[2], 0);
}
END_TEST

START_TEST(nobody_and_nothing)
{
  double shares[1] = {-1};
  divide(amounts(10, 10), NULL, 0, NULL, 0, shares);
  FairShareClient one = client(INDEX_NONE, 1, UNLIMITED, 1, 1);
  divide(amounts(0, 0), NULL, 0, &one, 1, shares);
  ck_near(shares[0], 0);
}
END_TEST

/*
 * One resource of 100: root: a (weight 3): a1, a2 (weight 2), a3; b (weight 1): b1; c (weight 2): demands
 * nothing. a : b = 75 : 25. a1 demands 10 only; a2 : a3 = 2 : 1 of the other 65, but a3 demands 15, so a2
 * has 50.
 */
START_TEST(hierarchy_by_hand)
{
  FairShareNode nodes[] = {{INDEX_NONE, 3}, {INDEX_NONE, 1}, {INDEX_NONE, 2}};
  FairShareClient clients[] = {client(0, 1, FINITE, 10, 0), client(0, 2, UNLIMITED, 1, 0),
                               client(0, 1, FINITE, 15, 0), client(1, 1, UNLIMITED, 1, 0),
                               client(2, 1, FINITE, 0, 0)};
  double shares[5];
  divide(amounts(100, 0), nodes, 3, clients, 5, shares);
  ck_near(shares[0], 0.10);
  ck_near(shares[1], 0.50);
  ck_near(shares[2], 0.15);
  ck_near(shares[3], 0.25);
  ck_near(shares[4], 0);
}
END_TEST

/* What a node does not demand goes to its siblings, by their weights: a wants 20 of its 50, b : c = 2 : 1. */
START_TEST(hierarchy_leaves_the_rest_to_siblings)
{
  FairShareNode nodes[] = {{INDEX_NONE, 3}, {INDEX_NONE, 2}, {INDEX_NONE, 1}};
  FairShareClient clients[] = {client(0, 1, FINITE, 15, 0),   client(0, 1, FINITE, 5, 0),
                               client(1, 1, UNLIMITED, 1, 0), client(1, 1, UNLIMITED, 1, 0),
                               client(2, 1, UNLIMITED, 1, 0), client(2, 3, UNLIMITED, 1, 0)};
  double shares[6];
  divide(amounts(100, 0), nodes, 3, clients, 6, shares);
  ck_near(shares[0], 0.15);
  ck_near(shares[1], 0.05);
  ck_near(shares[2], 0.8 * 2 / 3 / 2);
  ck_near(shares[3], 0.8 * 2 / 3 / 2);
  ck_near(shares[4], 0.8 / 3 / 4);
  ck_near(shares[5], 0.8 / 3 * 3 / 4);
}
END_TEST

/* H-DRF, "rescaling": <10,10>; sci<1,1>, eng(dev<1,0>, prod<0,1>): 5, 5, 5. */
START_TEST(hdrf_rescaling)
{
  FairShareNode nodes[] = {{INDEX_NONE, 1}, {INDEX_NONE, 1}};
  FairShareClient clients[] = {client(0, 1, UNLIMITED, 1, 1), client(1, 1, UNLIMITED, 1, 0),
                               client(1, 1, UNLIMITED, 0, 1)};
  double shares[3];
  divide(amounts(10, 10), nodes, 2, clients, 3, shares);
  for (int i = 0; i < 3; i++)
    ck_near(shares[i], 0.5);
}
END_TEST

/* H-DRF, "blocking": <30,30>; n1<1,0>, n2<1,0>, n3(n31<1,0>, n32<0,1>), n4<0,1>: 10, 10, 10, 15, 15. */
START_TEST(hdrf_blocking)
{
  FairShareNode nodes[] = {{INDEX_NONE, 1}, {INDEX_NONE, 1}, {INDEX_NONE, 1}, {INDEX_NONE, 1}};
  FairShareClient clients[] = {client(0, 1, UNLIMITED, 1, 0), client(1, 1, UNLIMITED, 1, 0),
                               client(2, 1, UNLIMITED, 1, 0), client(2, 1, UNLIMITED, 0, 1),
                               client(3, 1, UNLIMITED, 0, 1)};
  const double expected[] = {1.0 / 3, 1.0 / 3, 1.0 / 3, 0.5, 0.5};
  double shares[5];
  divide(amounts(30, 30), nodes, 4, clients, 5, shares);
  for (int i = 0; i < 5; i++)
    ck_near(shares[i], expected[i]);
}
END_TEST

/* Chains of nodes with one child weigh like their topmost node; all below one node are siblings. */
START_TEST(nodes_with_one_child_do_not_count)
{
  FairShareNode nodes[] = {{INDEX_NONE, 7}, {0, 5}, {1, 3}, {1, 1}, {2, 9}};
  FairShareClient clients[] = {client(4, 1, UNLIMITED, 1, 0), client(3, 1, UNLIMITED, 1, 0)};
  double shares[2];
  divide(amounts(8, 0), nodes, 5, clients, 2, shares);
  ck_near(shares[0], 0.75);
  ck_near(shares[1], 0.25);
}
END_TEST

/* The tree of one resource against the definition, level by level; 200 random trees. */
static void water(double part, const double *weight, const double *demand, uint32_t n, double *out)
{
  bool sated[8] = {false};
  for (uint32_t round = 0; round <= n; round++) {
    double rest = part;
    double weights = 0;
    for (uint32_t i = 0; i < n; i++) {
      if (sated[i])
        rest -= demand[i];
      else if (demand[i] > 0)
        weights += weight[i];
    }
    for (uint32_t i = 0; i < n; i++) {
      out[i] = sated[i] ? demand[i] : weights > 0 && demand[i] > 0 ? rest * weight[i] / weights : 0;
      sated[i] = sated[i] || out[i] >= demand[i];
    }
  }
}

START_TEST(random_trees_of_one_resource)
{
  g_autoptr(GRand) random = g_rand_new_with_seed((guint32)_i);
  enum { NODES = 4, EACH = 5 };
  FairShareNode nodes[NODES];
  FairShareClient clients[NODES * EACH];
  double weight[NODES], total[NODES] = {0}, part[NODES], shares[NODES * EACH];
  for (uint32_t v = 0; v < NODES; v++) {
    weight[v] = g_rand_double_range(random, 0.5, 4);
    nodes[v] = (FairShareNode){INDEX_NONE, weight[v]};
    for (uint32_t c = 0; c < EACH; c++) {
      int demand = g_rand_int_range(random, 0, 12);
      clients[v * EACH + c] = client(v, g_rand_double_range(random, 0.5, 4), FINITE, demand, 0);
      total[v] += demand;
    }
  }
  divide(amounts(100, 0), nodes, NODES, clients, NODES * EACH, shares);
  water(100, weight, total, NODES, part);
  for (uint32_t v = 0; v < NODES; v++) {
    double weights[EACH], demands[EACH], expected[EACH];
    for (uint32_t c = 0; c < EACH; c++) {
      weights[c] = clients[v * EACH + c].weight;
      demands[c] = (double)clients[v * EACH + c].demand.amount[0] / 1000;
    }
    water(fmin(part[v], total[v]), weights, demands, EACH, expected);
    for (uint32_t c = 0; c < EACH; c++)
      ck_near(shares[v * EACH + c] * 100, expected[c]);
  }
}
END_TEST

/* Many clients, each with a role of its own: what is given is used up, and nobody exceeds the demand. */
START_TEST(ten_thousand_roles)
{
  enum { N = 10000 };
  g_autoptr(GRand) random = g_rand_new_with_seed(7);
  g_autofree FairShareNode *nodes = g_new(FairShareNode, N);
  g_autofree FairShareClient *clients = g_new(FairShareClient, N);
  g_autofree double *shares = g_new(double, N);
  Quantities capacity = amounts(10000, 20000);
  for (uint32_t i = 0; i < N; i++) {
    nodes[i] = (FairShareNode){INDEX_NONE, 1};
    int cpus = g_rand_int_range(random, 1, 5);
    clients[i] = client(i, 1, FINITE, cpus, g_rand_int_range(random, 1, 9));
  }
  g_autoptr(FairShare) fair = fair_share_new();
  for (int sample = 0; sample < 10; sample++)
    fair_share_compute(fair, &capacity, nodes, N, clients, N, shares);

  double used[2] = {0};
  for (uint32_t i = 0; i < N; i++) {
    double demand = fair_share_dominant(&capacity, &clients[i].demand);
    ck_assert_double_le(shares[i], demand * (1 + 1e-9));
    for (int kind = 0; kind < 2; kind++)
      used[kind] +=
          shares[i] / demand * (double)clients[i].demand.amount[kind] / (double)capacity.amount[kind];
  }
  ck_near(fmax(used[0], used[1]), 1);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("fair-share");
  test_case(suite, drf_example);
  test_case(suite, drf_where_asset_fairness_breaks_sharing_incentive);
  test_case(suite, weighted_drf);
  test_case(suite, max_min_of_one_resource);
  test_case(suite, demand_below_capacity_is_met);
  test_case(suite, drf_breaks_resource_monotonicity);
  test_case(suite, growth_goes_on_after_a_resource_is_used_up);
  test_case(suite, what_cannot_run_competes_with_nobody);
  test_case(suite, nobody_and_nothing);
  test_case(suite, hierarchy_by_hand);
  test_case(suite, hierarchy_leaves_the_rest_to_siblings);
  test_case(suite, hdrf_rescaling);
  test_case(suite, hdrf_blocking);
  test_case(suite, nodes_with_one_child_do_not_count);
  test_case_loop(suite, random_trees_of_one_resource, 0, 200);
  test_case(suite, ten_thousand_roles);
  return suite;
}
