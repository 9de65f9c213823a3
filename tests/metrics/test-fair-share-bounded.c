/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ideal with guarantees, limits and reservations: by hand, against a naive solver of one resource over random trees
 * (bisection at each node), against the solver without bounds, and for what holds of any division.
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

#define ck_near(value, expected) ck_assert_double_eq_tol((value), (expected), 1e-8)

/* --- by hand ------------------------------------------------------------------------------------------------ */

enum { ROLES = 3 };
static const FairShareNode three[ROLES] = {{INDEX_NONE, 1}, {INDEX_NONE, 1}, {INDEX_NONE, 1}};

static void divide_three(const FairShareBounds *bounds, const FairShareClient *clients, double *shares)
{
  g_autoptr(FairShare) fair = fair_share_new();
  Quantities capacity = amounts(100, 100);
  fair_share_compute_bounded(fair, &capacity, three, bounds, ROLES, clients, ROLES, shares);
}

START_TEST(a_guarantee_is_a_floor_and_no_more)
{
  FairShareClient clients[] = {client(0, 1, UNLIMITED, 1, 1), client(1, 1, UNLIMITED, 1, 1),
                               client(2, 1, UNLIMITED, 1, 1)};
  FairShareBounds bounds[] = {FAIR_SHARE_UNBOUNDED, FAIR_SHARE_UNBOUNDED, FAIR_SHARE_UNBOUNDED};
  double shares[ROLES];
  bounds[0].guarantee = amounts(60, 0);
  divide_three(bounds, clients, shares);
  ck_near(shares[0], 0.6);
  ck_near(shares[1], 0.2);
  ck_near(shares[2], 0.2);
  /* Less than its fair part: nothing changes. */
  bounds[0].guarantee = amounts(20, 0);
  divide_three(bounds, clients, shares);
  ck_near(shares[0], 1.0 / 3);
  /* It demands less than is guaranteed. */
  bounds[0].guarantee = amounts(60, 0);
  clients[0] = client(0, 1, FINITE, 10, 10);
  divide_three(bounds, clients, shares);
  ck_near(shares[0], 0.1);
  ck_near(shares[1], 0.45);
}
END_TEST

START_TEST(a_limit_is_a_cap)
{
  FairShareClient clients[] = {client(0, 1, UNLIMITED, 1, 2), client(1, 1, UNLIMITED, 1, 1),
                               client(2, 1, FINITE, 10, 0)};
  FairShareBounds bounds[] = {FAIR_SHARE_UNBOUNDED, FAIR_SHARE_UNBOUNDED, FAIR_SHARE_UNBOUNDED};
  double shares[ROLES];
  bounds[0].limit = amounts(5, -0.001);
  divide_three(bounds, clients, shares);
  ck_near(shares[0], 0.1); /* 5 cpus, 10 mem */
  ck_near(shares[1], 0.85);
  ck_near(shares[2], 0.1);
  bounds[2].limit = amounts(0, -0.001); /* nothing at all */
  divide_three(bounds, clients, shares);
  ck_near(shares[2], 0);
}
END_TEST

START_TEST(what_is_reserved_is_for_its_role_alone)
{
  FairShareClient clients[] = {client(0, 1, UNLIMITED, 1, 0), client(1, 1, UNLIMITED, 1, 0),
                               client(2, 1, FINITE, 0, 0)};
  FairShareBounds bounds[] = {FAIR_SHARE_UNBOUNDED, FAIR_SHARE_UNBOUNDED, FAIR_SHARE_UNBOUNDED};
  double shares[ROLES];
  bounds[0].reserved = amounts(70, 0);
  bounds[2].reserved = amounts(10, 0); /* of which nobody makes use */
  divide_three(bounds, clients, shares);
  ck_near(shares[0], 0.7);
  ck_near(shares[1], 0.2);
  bounds[0].reserved = amounts(20, 0); /* it counts for its share */
  divide_three(bounds, clients, shares);
  ck_near(shares[0], 0.45);
  ck_near(shares[1], 0.45);
}
END_TEST

/* a: (a1, a2) is guaranteed 60, of which a1 50; b competes for the rest, of which it gets all: a is ahead of it. */
START_TEST(guarantees_within_guarantees)
{
  FairShareNode nodes[] = {{INDEX_NONE, 1}, {0, 1}, {0, 1}, {INDEX_NONE, 1}};
  FairShareBounds bounds[] = {FAIR_SHARE_UNBOUNDED, FAIR_SHARE_UNBOUNDED, FAIR_SHARE_UNBOUNDED,
                              FAIR_SHARE_UNBOUNDED};
  FairShareClient clients[] = {client(1, 1, UNLIMITED, 1, 0), client(2, 1, UNLIMITED, 1, 0),
                               client(3, 1, UNLIMITED, 1, 0)};
  Quantities capacity = amounts(100, 0);
  double shares[3];
  g_autoptr(FairShare) fair = fair_share_new();
  bounds[0].guarantee = amounts(60, 0);
  bounds[1].guarantee = amounts(50, 0);
  fair_share_compute_bounded(fair, &capacity, nodes, bounds, 4, clients, 3, shares);
  ck_near(shares[0], 0.5);
  ck_near(shares[1], 0.1);
  ck_near(shares[2], 0.4);
}
END_TEST

/* DRF, NSDI 2011, section 4.1 with a limit for B of one task: A goes on until its memory is used up. */
START_TEST(drf_example_with_a_limit)
{
  FairShareClient clients[] = {client(0, 1, UNLIMITED, 1, 4), client(1, 1, UNLIMITED, 3, 1),
                               client(2, 1, FINITE, 0, 0)};
  FairShareBounds bounds[] = {FAIR_SHARE_UNBOUNDED, FAIR_SHARE_UNBOUNDED, FAIR_SHARE_UNBOUNDED};
  Quantities capacity = amounts(9, 18);
  double shares[ROLES];
  g_autoptr(FairShare) fair = fair_share_new();
  fair_share_compute_bounded(fair, &capacity, three, bounds, ROLES, clients, ROLES, shares);
  ck_near(shares[0], 2.0 / 3);
  ck_near(shares[1], 2.0 / 3);
  bounds[1].limit = amounts(3, -0.001);
  fair_share_compute_bounded(fair, &capacity, three, bounds, ROLES, clients, ROLES, shares);
  ck_near(shares[0], 17.0 / 18);
  ck_near(shares[1], 1.0 / 3);
}
END_TEST

/* --- random trees ------------------------------------------------------------------------------------------- */

enum { TOPS = 4, NODES = 3 * TOPS, EACH = 2, CLIENTS = NODES * EACH };

typedef struct {
  FairShareNode nodes[NODES]; /* TOPS, then two below each; clients hang below all */
  FairShareBounds bounds[NODES];
  FairShareClient clients[CLIENTS];
  double shares[CLIENTS];
} Tree;

static double between(GRand *random, double least, double most)
{
  if (most <= least)
    return least;
  return floor(g_rand_double_range(random, least, most) * 1000) / 1000;
}

/* Those of two children are within their parent's, as the master sees to. */
static double guaranteed_above(const Tree *tree, uint32_t node)
{
  return (double)tree->bounds[tree->nodes[node].parent].guarantee.amount[0] / 1000;
}

static void tree_make(Tree *tree, GRand *random, bool bounded, bool two_kinds)
{
  for (uint32_t n = 0; n < NODES; n++) {
    bool top = n < TOPS;
    FairShareBounds *bounds = &tree->bounds[n];
    *bounds = FAIR_SHARE_UNBOUNDED;
    tree->nodes[n] = (FairShareNode){top ? INDEX_NONE : (n - TOPS) / 2, g_rand_double_range(random, 0.5, 4)};
    if (bounded && g_rand_boolean(random))
      bounds->guarantee = amounts(between(random, 0, top ? 150 : guaranteed_above(tree, n) / 2), 0);
    if (bounded && g_rand_boolean(random))
      bounds->limit.amount[0] = bounds->guarantee.amount[0] + llround(between(random, 0, 300) * 1000);
    if (bounded && top && g_rand_boolean(random))
      bounds->reserved = amounts(between(random, 0, 50), 0);
  }
  for (uint32_t i = 0; i < CLIENTS; i++) {
    bool unlimited = g_rand_int_range(random, 0, 4) == 0;
    double cpus = unlimited ? 1 : between(random, 0, 200);
    tree->clients[i] = client(i % NODES, g_rand_double_range(random, 0.5, 4), unlimited, cpus,
                              two_kinds ? between(random, 0, unlimited ? 2 : 200) : 0);
  }
}

static double cap_of_client(const Tree *tree, uint32_t i)
{
  return tree->clients[i].unlimited ? 1e9 : (double)tree->clients[i].demand.amount[0] / 1e6;
}

/* What a node can use, and what comes first; of children and clients together. */
static double cap_of(const Tree *tree, uint32_t node)
{
  double cap = 0;
  for (uint32_t n = 0; n < NODES; n++)
    cap += tree->nodes[n].parent == node ? cap_of(tree, n) : 0;
  for (uint32_t i = 0; i < CLIENTS; i++)
    cap += tree->clients[i].node == node ? cap_of_client(tree, i) : 0;
  int64_t limit = tree->bounds[node].limit.amount[0];
  return limit < 0 ? cap : fmin(cap, (double)limit / 1e6);
}

static double floor_of(const Tree *tree, uint32_t node)
{
  double floors = 0;
  for (uint32_t n = 0; n < NODES; n++)
    floors += tree->nodes[n].parent == node ? floor_of(tree, n) : 0;
  return fmin(cap_of(tree, node), fmax(floors, (double)tree->bounds[node].guarantee.amount[0] / 1e6));
}

static double reserved_to(const Tree *tree, uint32_t node)
{
  return (double)tree->bounds[node].reserved.amount[0] / 1e6;
}

static double at_level(double level, double weight, double least, double most)
{
  return fmin(fmax(level * weight, least), most);
}

/* What the children of @node come to at @level; of the top only what is not reserved to them. */
static double used_at(const Tree *tree, uint32_t node, double level)
{
  double used = 0;
  for (uint32_t n = 0; n < NODES; n++) {
    if (tree->nodes[n].parent != node)
      continue;
    double part = at_level(level, tree->nodes[n].weight, floor_of(tree, n), cap_of(tree, n));
    used += fmax(part - reserved_to(tree, n), 0);
  }
  for (uint32_t i = 0; i < CLIENTS; i++)
    if (tree->clients[i].node == node)
      used += at_level(level, tree->clients[i].weight, 0, cap_of_client(tree, i));
  return used;
}

static void divide_naively(const Tree *tree, uint32_t node, double part, double *shares)
{
  double low = 0, high = 1e4;
  for (int i = 0; i < 200; i++) {
    double level = (low + high) / 2;
    if (used_at(tree, node, level) <= part)
      low = level;
    else
      high = level;
  }
  for (uint32_t n = 0; n < NODES; n++) {
    if (tree->nodes[n].parent != node)
      continue;
    double own = at_level(low, tree->nodes[n].weight, floor_of(tree, n), cap_of(tree, n));
    divide_naively(tree, n, fmax(own, fmin(cap_of(tree, n), reserved_to(tree, n))), shares);
  }
  for (uint32_t i = 0; i < CLIENTS; i++)
    if (tree->clients[i].node == node)
      shares[i] = at_level(low, tree->clients[i].weight, 0, cap_of_client(tree, i));
}

START_TEST(one_resource_as_a_naive_solver_divides_it)
{
  g_autoptr(GRand) random = g_rand_new_with_seed((guint32)_i);
  g_autoptr(FairShare) fair = fair_share_new();
  Quantities capacity = amounts(1000, 0);
  Tree tree;
  double expected[CLIENTS], common = 1;
  tree_make(&tree, random, true, false);
  fair_share_compute_bounded(fair, &capacity, tree.nodes, tree.bounds, NODES, tree.clients, CLIENTS,
                             tree.shares);
  for (uint32_t n = 0; n < TOPS; n++)
    common -= reserved_to(&tree, n);
  divide_naively(&tree, INDEX_NONE, common, expected);
  for (uint32_t i = 0; i < CLIENTS; i++)
    ck_near(tree.shares[i], expected[i]);
}
END_TEST

START_TEST(without_bounds_as_the_other_solver)
{
  g_autoptr(GRand) random = g_rand_new_with_seed((guint32)_i);
  g_autoptr(FairShare) fair = fair_share_new();
  Quantities capacity = amounts(1000, 1000);
  Tree tree;
  double expected[CLIENTS];
  tree_make(&tree, random, false, true);
  fair_share_compute_bounded(fair, &capacity, tree.nodes, tree.bounds, NODES, tree.clients, CLIENTS,
                             tree.shares);
  fair_share_compute(fair, &capacity, tree.nodes, NODES, tree.clients, CLIENTS, expected);
  for (uint32_t i = 0; i < CLIENTS; i++)
    ck_near(tree.shares[i], expected[i]);
}
END_TEST

/* Weights may be as different as anybody writes them: next to 1e9 a leaf of weight 1e-9 still gets what is left. */
START_TEST(weights_of_any_size)
{
  g_autoptr(GRand) random = g_rand_new_with_seed((guint32)_i);
  g_autoptr(FairShare) fair = fair_share_new();
  Quantities capacity = amounts(1000, 1000);
  Tree tree;
  double expected[CLIENTS];
  tree_make(&tree, random, false, true);
  for (uint32_t n = 0; n < NODES; n++)
    tree.nodes[n].weight = pow(10, g_rand_double_range(random, -9, 9));
  for (uint32_t i = 0; i < CLIENTS; i++)
    tree.clients[i].weight = pow(10, g_rand_double_range(random, -9, 9));
  fair_share_compute_bounded(fair, &capacity, tree.nodes, tree.bounds, NODES, tree.clients, CLIENTS,
                             tree.shares);
  fair_share_compute(fair, &capacity, tree.nodes, NODES, tree.clients, CLIENTS, expected);
  for (uint32_t i = 0; i < CLIENTS; i++)
    ck_assert_double_eq_tol(tree.shares[i], expected[i], 1e-6);
}
END_TEST

/* Nobody has more than it demands, no role more than its limit, all together no more than there is; and who has less than
 * it demands needs something that is used up, or that a role above it may have no more of. */
START_TEST(two_resources_within_bounds)
{
  g_autoptr(GRand) random = g_rand_new_with_seed((guint32)_i);
  g_autoptr(FairShare) fair = fair_share_new();
  Quantities capacity = amounts(1000, 1000);
  Tree tree;
  tree_make(&tree, random, true, true);
  fair_share_compute_bounded(fair, &capacity, tree.nodes, tree.bounds, NODES, tree.clients, CLIENTS,
                             tree.shares);
  double used[NODES][2] = {{0}}, common[2] = {1, 1};
  for (uint32_t i = 0; i < CLIENTS; i++) {
    double demand = fair_share_dominant(&capacity, &tree.clients[i].demand);
    for (int kind = 0; kind < 2 && demand > 0; kind++)
      for (uint32_t n = tree.clients[i].node; n != INDEX_NONE; n = tree.nodes[n].parent)
        used[n][kind] += tree.shares[i] / demand * (double)tree.clients[i].demand.amount[kind] / 1e6;
  }
  for (uint32_t n = 0; n < NODES; n++) {
    int64_t limit = tree.bounds[n].limit.amount[0];
    ck_assert(limit < 0 || used[n][0] <= (double)limit / 1e6 + 1e-8);
  }
  for (uint32_t n = 0; n < TOPS; n++) {
    common[0] -= fmax(used[n][0], reserved_to(&tree, n));
    common[1] -= used[n][1];
  }
  ck_assert(common[0] >= -1e-8 && common[1] >= -1e-8);
  for (uint32_t i = 0; i < CLIENTS; i++) {
    const FairShareClient *of = &tree.clients[i];
    double demand = fair_share_dominant(&capacity, &of->demand);
    if (demand <= 0 || (!of->unlimited && tree.shares[i] >= demand - 1e-8))
      continue;
    bool blocked = of->demand.amount[1] > 0 && common[1] <= 1e-8;
    double reserved = 0;
    for (uint32_t n = of->node; n != INDEX_NONE; n = tree.nodes[n].parent) {
      int64_t limit = tree.bounds[n].limit.amount[0];
      blocked =
          blocked || (of->demand.amount[0] > 0 && limit >= 0 && used[n][0] >= (double)limit / 1e6 - 1e-8);
      if (n < TOPS)
        reserved = fmax(reserved_to(&tree, n) - used[n][0], 0);
    }
    ck_assert(blocked || (of->demand.amount[0] > 0 && common[0] + reserved <= 1e-8));
  }
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("fair-share-bounded");
  test_case(suite, a_guarantee_is_a_floor_and_no_more);
  test_case(suite, a_limit_is_a_cap);
  test_case(suite, what_is_reserved_is_for_its_role_alone);
  test_case(suite, guarantees_within_guarantees);
  test_case(suite, drf_example_with_a_limit);
  test_case_loop(suite, one_resource_as_a_naive_solver_divides_it, 0, 200);
  test_case_loop(suite, without_bounds_as_the_other_solver, 0, 100);
  test_case_loop(suite, weights_of_any_size, 0, 200);
  test_case_loop(suite, two_resources_within_bounds, 0, 100);
  return suite;
}
