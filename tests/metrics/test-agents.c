/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hand-worked clusters: sharing incentive, envy, and each part of the decomposition; and random ones, of which every
 * thousandth is in one part.
 */
#include "metrics/decomposition.h"
#include "metrics/sharing.h"
#include "tests/support/test-main.h"

enum { A, B };

typedef struct {
  DemandSizes *demands;
  ResourceKinds *kinds;
  AgentPicture picture;
  uint32_t reserved; /* to role "b" */
} World;

static Quantities amounts(int64_t cpus, int64_t mem)
{
  return (Quantities){{cpus * QUANTITY_UNIT, mem * QUANTITY_UNIT}};
}

static void world_init(World *world)
{
  *world = (World){.demands = demand_sizes_new(), .kinds = resource_kinds_new()};
  world->reserved = resource_kinds_reservation(world->kinds, "b");
}

static void world_clear(World *world)
{
  demand_sizes_free(world->demands);
  resource_kinds_free(world->kinds);
  picture_clear(&world->picture);
}

static void demand(World *world, uint32_t framework, int64_t tasks, int64_t cpus, int64_t mem)
{
  Quantities task = amounts(cpus, mem);
  demand_sizes_add(world->demands, framework, &task, tasks);
}

static void agent(World *world, Quantities total, Quantities free)
{
  Resources whole = resources_of(&total), rest = resources_of(&free);
  picture_agent(&world->picture, (AgentId){world->picture.agents.n}, &whole, &rest);
}

static void use(World *world, PictureUse kind, uint32_t framework, Quantities what)
{
  Resources resources = resources_of(&what);
  picture_use(&world->picture, kind, framework, &resources);
}

static Decomposition decompose(const World *world)
{
  static const char *const a[] = {"a", NULL}, *const b[] = {"b/c", NULL};
  const DecompositionClaim claims[] = {{a, false}, {b, false}};
  Decomposition decomposition;
  decomposition_measure(&world->picture, claims, world->kinds, &decomposition);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    int64_t sum = 0;
    for (int part = 0; part < PARTS; part++) {
      ck_assert_int_ge(decomposition.parts[part].amount[kind], 0);
      sum += decomposition.parts[part].amount[kind];
    }
    ck_assert_int_eq(sum, decomposition.total.amount[kind]);
  }
  return decomposition;
}

#define ck_cpus(decomposition, part, cpus)                                                                   \
  ck_assert_int_eq((decomposition).parts[part].amount[RESOURCE_CPUS], (cpus)*QUANTITY_UNIT)

/* --- sharing ------------------------------------------------------------------------------------------------ */

/* Two agents of 10 cpus; half of each class is room for 2 * 10 / 2 tasks of one cpu, but for 2 * 3 / 2 of three. */
START_TEST(sharing_incentive_counts_whole_tasks_of_each_agent)
{
  World world;
  world_init(&world);
  demand(&world, A, 100, 1, 0);
  demand(&world, B, 2, 3, 0);
  picture_begin(&world.picture, world.demands, 2);
  for (int i = 0; i < 2; i++)
    agent(&world, amounts(10, 10), amounts(8, 10));
  use(&world, PICTURE_TASK, A, amounts(1, 0));
  use(&world, PICTURE_TASK, A, amounts(1, 0));
  Sharing sharings[] = {{.part = 0.5, .demanded = 100, .task = amounts(1, 0)},
                        {.part = 0.5, .demanded = 2, .task = amounts(3, 0)}};
  sharing_measure(&world.picture, sharings);
  ck_assert_double_eq_tol(sharings[A].entitled, 10, 1e-9);
  ck_assert_double_eq_tol(sharings[A].incentive, 2, 1e-9);
  ck_assert_double_eq_tol(sharings[B].entitled, 2, 1e-9); /* no more than it demands */
  ck_assert_double_eq_tol(sharings[B].incentive, 0, 1e-9);
  world_clear(&world);
}
END_TEST

/* One agent that has room for 100 tasks: half of it has room for 50, and so for all ten that A demands. Of what B holds
 * there, room for 40, a third is looked at by A, and that is more than the ten as well. */
START_TEST(a_part_of_what_is_larger_than_the_demand_is_all_of_it)
{
  World world;
  world_init(&world);
  demand(&world, A, 10, 1, 0);
  demand(&world, B, 100, 1, 0);
  picture_begin(&world.picture, world.demands, 2);
  agent(&world, amounts(100, 10), amounts(55, 10));
  for (int i = 0; i < 45; i++)
    use(&world, PICTURE_TASK, i < 5 ? A : B, amounts(1, 0));
  Sharing sharings[] = {{.part = 0.5, .demanded = 10, .task = amounts(1, 0)},
                        {.part = 0.5, .demanded = 100, .task = amounts(1, 0)}};
  sharing_measure(&world.picture, sharings);
  ck_assert_double_eq_tol(sharings[A].entitled, 10, 1e-9);
  ck_assert_double_eq_tol(sharings[A].incentive, 5, 1e-9);
  ck_assert_double_eq_tol(sharings[A].envy, 10 - 5 - 1, 1e-9);
  sharings[A].part = 0.25;
  sharings[B].part = 0.75;
  sharing_measure(&world.picture, sharings);
  ck_assert_double_eq_tol(sharings[A].entitled, 10, 1e-9);
  ck_assert_double_eq_tol(sharings[A].envy, 10 - 5 - 1, 1e-9);
  world_clear(&world);
}
END_TEST

/* A may have the second of three agents alone: a half of that, and not a third of what B holds. */
START_TEST(what_is_not_allowed_has_no_room)
{
  World world;
  const bool allowed[] = {false, true, false};
  world_init(&world);
  demand(&world, A, 100, 1, 0);
  demand(&world, B, 100, 1, 0);
  picture_begin(&world.picture, world.demands, 2);
  for (int i = 0; i < 3; i++) {
    agent(&world, amounts(10, 10), amounts(4, 10));
    for (int k = 0; k < 6; k++)
      use(&world, PICTURE_TASK, B, amounts(1, 0));
  }
  Sharing sharings[] = {{.allowed = allowed, .part = 0.5, .demanded = 100, .task = amounts(1, 0)},
                        {.part = 0.5, .demanded = 100, .task = amounts(1, 0)}};
  sharing_measure(&world.picture, sharings);
  ck_assert_double_eq_tol(sharings[A].entitled, 5, 1e-9);
  ck_assert_double_eq_tol(sharings[A].envy, 6 - 0 - 1, 1e-9);
  ck_assert_double_eq_tol(sharings[B].entitled, 15, 1e-9);
  ck_assert_double_eq_tol(sharings[B].incentive, 15, 1e-9);
  sharings[A].allowed = NULL;
  sharing_measure(&world.picture, sharings);
  ck_assert_double_eq_tol(sharings[A].entitled, 15, 1e-9);
  ck_assert_double_eq_tol(sharings[A].envy, 18 - 0 - 1, 1e-9);
  world_clear(&world);
}
END_TEST

/* B holds 3 + 2 cpus on two agents: room for 1 + 1 tasks of A, of two cpus each, though 5 cpus would have room for 2.5. */
START_TEST(envy_is_agent_by_agent_and_up_to_one_task)
{
  World world;
  world_init(&world);
  demand(&world, A, 5, 2, 0);
  demand(&world, B, 9, 1, 0);
  picture_begin(&world.picture, world.demands, 2);
  agent(&world, amounts(10, 10), amounts(7, 10));
  for (int i = 0; i < 3; i++)
    use(&world, PICTURE_TASK, B, amounts(1, 0));
  agent(&world, amounts(10, 10), amounts(8, 10));
  use(&world, PICTURE_TASK, B, amounts(1, 0));
  use(&world, PICTURE_TASK, B, amounts(1, 0));
  Sharing sharings[] = {{.part = 0.5, .demanded = 5, .task = amounts(2, 0)},
                        {.part = 0.5, .demanded = 9, .task = amounts(1, 0)}};
  sharing_measure(&world.picture, sharings);
  ck_assert_double_eq_tol(sharings[A].envy, 1, 1e-9);
  ck_assert_double_eq_tol(sharings[B].envy, 0, 1e-9);
  /* Who may have three times as much looks at what the other has as if it were three times as much. */
  sharings[A].part = 0.75;
  sharings[B].part = 0.25;
  sharing_measure(&world.picture, sharings);
  ck_assert_double_eq_tol(sharings[A].envy, 4, 1e-9); /* 6, of which it demands 5, less one */
  world_clear(&world);
}
END_TEST

START_TEST(drf_shares_leave_no_envy)
{
  World world;
  world_init(&world);
  demand(&world, A, DEMAND_ENDLESS, 1, 4);
  demand(&world, B, DEMAND_ENDLESS, 3, 1);
  picture_begin(&world.picture, world.demands, 2);
  agent(&world, amounts(9, 18), amounts(0, 4));
  for (int i = 0; i < 3; i++)
    use(&world, PICTURE_TASK, A, amounts(1, 4));
  for (int i = 0; i < 2; i++)
    use(&world, PICTURE_TASK, B, amounts(3, 1));
  Sharing sharings[] = {{.part = 0.5, .demanded = DEMAND_ENDLESS, .task = amounts(1, 4)},
                        {.part = 0.5, .demanded = DEMAND_ENDLESS, .task = amounts(3, 1)}};
  sharing_measure(&world.picture, sharings);
  for (int i = A; i <= B; i++) {
    ck_assert_double_eq_tol(sharings[i].envy, 0, 1e-9);
    ck_assert_double_eq_tol(sharings[i].incentive, sharings[i].entitled, 1e-9);
  }
  Decomposition decomposition = decompose(&world);
  ck_cpus(decomposition, PART_USED, 9);
  ck_assert_int_eq(decomposition.parts[PART_TOO_SMALL].amount[RESOURCE_MEM], 4 * QUANTITY_UNIT);
  world_clear(&world);
}
END_TEST

/* As many sizes as jobs, ten under way at a time: what is over is forgotten, what is demanded is not. */
START_TEST(sizes_that_are_over_are_forgotten)
{
  World world;
  world_init(&world);
  uint32_t n = 0;
  for (int64_t job = 0; job < 10000; job++) {
    demand(&world, A, 3, 1, job + 1);
    if (job >= 10)
      demand(&world, A, -3, 1, job - 9);
    const DemandSize *sizes = demand_sizes_of(world.demands, A, &n);
    ck_assert_uint_le(n, 40);
    int64_t tasks = 0;
    for (uint32_t i = 0; i < n; i++) {
      ck_assert_uint_eq(demand_sizes_find(world.demands, A, &sizes[i].task), i);
      ck_assert(i == 0 || sizes[i].task.amount[RESOURCE_MEM] > sizes[i - 1].task.amount[RESOURCE_MEM]);
      tasks += sizes[i].tasks;
    }
    ck_assert_int_eq(tasks, 3 * MIN(job + 1, 10));
  }
  world_clear(&world);
}
END_TEST

/* --- decomposition ------------------------------------------------------------------------------------------ */

START_TEST(waiting_tasks_are_counted_once)
{
  World world;
  world_init(&world);
  demand(&world, A, 4, 2, 0); /* one runs */
  picture_begin(&world.picture, world.demands, 2);
  agent(&world, amounts(10, 0), amounts(5, 0));
  use(&world, PICTURE_TASK, A, amounts(2, 0));
  use(&world, PICTURE_OFFER, B, amounts(3, 0));
  agent(&world, amounts(10, 0), amounts(10, 0));
  ck_assert_int_eq(world.picture.frameworks.items[A].waiting, 3);
  Decomposition decomposition = decompose(&world);
  ck_cpus(decomposition, PART_USED, 2);
  ck_cpus(decomposition, PART_OFFERED, 3);
  ck_cpus(decomposition, PART_USABLE, 6); /* two tasks on one agent, the third on the other */
  ck_cpus(decomposition, PART_UNWANTED, 9);
  world_clear(&world);
}
END_TEST

START_TEST(gates_decide)
{
  World world;
  world_init(&world);
  demand(&world, A, DEMAND_ENDLESS, 2, 0);
  picture_begin(&world.picture, world.demands, 2);
  for (int i = 0; i < 7; i++)
    agent(&world, amounts(5, 0), amounts(5, 0));
  for (uint32_t i = 0; i < 7; i++)
    ck_assert(picture_is_asked(&world.picture, i));
  picture_gate(&world.picture, 0, A, PICTURE_FILTERED, NULL);
  picture_gate(&world.picture, 1, A, PICTURE_HELD_BACK, NULL);
  picture_gate(&world.picture, 2, A, PICTURE_TOO_LITTLE, NULL);
  picture_gate(&world.picture, 3, A, PICTURE_UNWANTED, NULL);
  picture_gate(&world.picture, 4, A, PICTURE_FILTERED, NULL);
  picture_gate(&world.picture, 4, A, PICTURE_OPEN, NULL); /* in another role */
  Resources less = resources_of(&(Quantities){{QUANTITY_UNIT}}), enough = resources_of(&(Quantities){{2000}});
  picture_gate(&world.picture, 5, A, PICTURE_FILTERED, &enough);
  picture_gate(&world.picture, 6, A, PICTURE_OPEN, &less);
  Decomposition decomposition = decompose(&world);
  ck_cpus(decomposition, PART_FILTERED, 4 + 4);
  ck_cpus(decomposition, PART_HELD_BACK, 4 + 4);
  ck_cpus(decomposition, PART_USABLE, 4);
  ck_cpus(decomposition, PART_TOO_SMALL, 1 + 1 + 5 + 1 + 1 + 1);
  ck_cpus(decomposition, PART_UNWANTED, 5);
  world_clear(&world);
}
END_TEST

/* What is reserved to role b is held back from a, and open to b/c. */
START_TEST(reservations_are_held_back)
{
  for (uint32_t framework = A; framework <= B; framework++) {
    World world;
    world_init(&world);
    demand(&world, framework, DEMAND_ENDLESS, 2, 0);
    picture_begin(&world.picture, world.demands, 2);
    Resources total = RESOURCES_EMPTY;
    ResourceSlice slice = {.quantities = amounts(4, 0), .reservation = world.reserved};
    resources_add_slice(&total, &slice);
    picture_agent(&world.picture, (AgentId){world.picture.agents.n}, &total, &total);
    Decomposition decomposition = decompose(&world);
    ck_cpus(decomposition, framework == A ? PART_HELD_BACK : PART_USABLE, 4);
    resources_clear(&total);
    world_clear(&world);
  }
}
END_TEST

START_TEST(nothing_waits_where_nothing_fits)
{
  World world;
  world_init(&world);
  demand(&world, A, 1, 3, 0);
  picture_begin(&world.picture, world.demands, 2);
  agent(&world, amounts(2, 2), amounts(2, 2));
  ck_assert(!picture_is_asked(&world.picture, 0));
  Decomposition decomposition = decompose(&world);
  ck_cpus(decomposition, PART_TOO_SMALL, 2);
  demand(&world, A, -1, 3, 0);
  picture_begin(&world.picture, world.demands, 2);
  agent(&world, amounts(2, 2), amounts(2, 2));
  decomposition = decompose(&world);
  ck_cpus(decomposition, PART_UNWANTED, 2);
  world_clear(&world);
}
END_TEST

START_TEST(random_clusters_are_conserved)
{
  g_autoptr(GRand) random = g_rand_new_with_seed((guint32)_i);
  World world;
  world_init(&world);
  for (uint32_t framework = A; framework <= B; framework++)
    for (int size = 0; size < 3; size++)
      demand(&world, framework, g_rand_int_range(random, 0, 9), g_rand_int_range(random, 0, 4),
             g_rand_int_range(random, 0, 4));
  picture_begin(&world.picture, world.demands, 2);
  for (uint32_t i = 0; i < 12; i++) {
    Quantities used = amounts(g_rand_int_range(random, 0, 4), g_rand_int_range(random, 0, 4));
    Quantities offered = amounts(g_rand_int_range(random, 0, 4), g_rand_int_range(random, 0, 4));
    Resources free = resources_of(
        &(Quantities){{g_rand_int_range(random, -999, 9999), g_rand_int_range(random, 0, 9999)}});
    ResourceSlice slice = {.quantities = amounts(g_rand_int_range(random, 0, 3), 1),
                           .reservation = world.reserved,
                           .revocable = g_rand_boolean(random)};
    resources_add_slice(&free, &slice);
    Resources total;
    resources_copy(&total, &free);
    quantities_add(&total.plain, &used);
    quantities_add(&total.plain, &offered);
    picture_agent(&world.picture, (AgentId){world.picture.agents.n}, &total, &free);
    use(&world, PICTURE_TASK, A, used);
    use(&world, PICTURE_OFFER, B, offered);
    for (uint32_t framework = A; framework <= B; framework++)
      if (g_rand_boolean(random))
        picture_gate(&world.picture, i, framework, (PictureGate)g_rand_int_range(random, 0, 5), NULL);
    resources_clear(&total);
    resources_clear(&free);
  }
  decompose(&world);
  world_clear(&world);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("agents");
  test_case(suite, sharing_incentive_counts_whole_tasks_of_each_agent);
  test_case(suite, a_part_of_what_is_larger_than_the_demand_is_all_of_it);
  test_case(suite, what_is_not_allowed_has_no_room);
  test_case(suite, envy_is_agent_by_agent_and_up_to_one_task);
  test_case(suite, drf_shares_leave_no_envy);
  test_case(suite, sizes_that_are_over_are_forgotten);
  test_case(suite, waiting_tasks_are_counted_once);
  test_case(suite, gates_decide);
  test_case(suite, reservations_are_held_back);
  test_case(suite, nothing_waits_where_nothing_fits);
  test_case_loop(suite, random_clusters_are_conserved, 0, 100);
  return suite;
}
