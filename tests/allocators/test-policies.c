/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what stands between a policy and the kernel: what a policy sees of its clients (weights, quota, arrival, demand
 * that is declared, adds up and goes, tasks that are estimated), when it is asked again, what it may ask of its host,
 * and its options. And single policies where a table of numbers does not say it: fifo, capacity, tetris, hdrf, tsf.
 *
 * Not here: the worked examples (test-policy-examples.c), the contract (test-contract.c).
 */

#include <math.h>
#include <string.h>

#include "allocators/best-fit.h"
#include "allocators/capacity.h"
#include "allocators/fair.h"
#include "allocators/fifo.h"
#include "allocators/hdrf.h"
#include "allocators/hierarchical.h"
#include "allocators/policy-allocator.h"
#include "allocators/registry.h"
#include "allocators/tetris.h"
#include "allocators/tsf.h"
#include "tests/allocators/allocator-harness.h"
#include "tests/support/test-main.h"

/* --- a kernel and its calls ----------------------------------------------------------------------------- */

typedef struct {
  AllocatorHarness harness;
  uint32_t n_agents;
  uint32_t n_frameworks;
  uint32_t n_roles;
} World;

static void world_start(World *world, const AllocatorInterface *interface, const char *option)
{
  const char *values[] = {option};
  AllocatorSettings settings = {.allocation_interval = {NS_PER_S}, .option_values = values};
  *world = (World){.n_roles = 0};
  harness_init(&world->harness, interface, &settings, 5, false);
}

#define CALL(world, function, ...)                                                                           \
  (world)->harness.interface->function((world)->harness.allocator, (world)->harness.now, __VA_ARGS__)

static Quantities amounts(double cpus, double mem)
{
  return (Quantities){{[RESOURCE_CPUS] = llround(1000 * cpus), [RESOURCE_MEM] = llround(1000 * mem)}};
}

static RoleId add_role(World *world, const char *path, uint32_t parent)
{
  RoleId role = {world->n_roles++};
  world->harness.interface->add_role(world->harness.allocator, role, (RoleId){parent}, path);
  return role;
}

static FrameworkId add_framework(World *world, const char *name, RoleId role)
{
  FrameworkId framework = {world->n_frameworks++};
  AllocatorFramework info = {.name = name, .roles = &role, .n_roles = 1};
  CALL(world, add_framework, framework, &info, true, NULL, 0);
  return framework;
}

static AgentId add_agent(World *world, double cpus, double mem)
{
  AgentId agent = {world->n_agents++};
  Quantities quantities = amounts(cpus, mem);
  Resources total = resources_of(&quantities);
  CALL(world, add_agent, agent, &(AllocatorAgent){.hostname = "h"}, &total, NULL, 0);
  return agent;
}

static void declare(World *world, FrameworkId framework, RoleId role, double cpus, double mem,
                    uint32_t pending)
{
  Quantities task = amounts(cpus, mem);
  CALL(world, request_resources, framework, role, &task, pending);
}

static const HarnessOffer *offer_at(const World *world, uint32_t i)
{
  ck_assert_uint_lt(i, world->harness.offers->len);
  return &g_array_index(world->harness.offers, HarnessOffer, i);
}

static void settle(World *world)
{
  harness_forget_offers(&world->harness);
  harness_settle(&world->harness);
}

static void tick(World *world)
{
  harness_forget_offers(&world->harness);
  harness_tick(&world->harness);
}

/* Of what was offered last, a task of this size begins and the rest is refused. */
static void launch_one(World *world, double cpus, double mem)
{
  HarnessOffer offer = *offer_at(world, world->harness.offers->len - 1);
  Quantities task = amounts(cpus, mem), rest = offer.resources.plain;
  quantities_subtract(&rest, &task);
  Resources used = resources_of(&task), unused = resources_of(&rest);
  CALL(world, transition_offered_to_allocated, offer.framework, offer.role, offer.agent, &used);
  CALL(world, recover_resources, offer.framework, offer.role, offer.agent, &unused, OFFER_FILTER_NONE, false);
}

static void decline_all(World *world, OfferFilter filter)
{
  for (guint i = 0; i < world->harness.offers->len; i++) {
    const HarnessOffer *offer = offer_at(world, i);
    CALL(world, recover_resources, offer->framework, offer->role, offer->agent, &offer->resources, filter,
         false);
  }
  harness_forget_offers(&world->harness);
}

static void world_end(World *world)
{
  world->harness.interface->check(world->harness.allocator, world->harness.now);
  harness_clear(&world->harness);
}

/* --- a policy that writes down what it sees ------------------------------------------------------------- */

#define SEEN_MAX 16

struct Policy {
  const PolicyHost *host;
};

typedef struct {
  PolicyClient clients[SEEN_MAX]; /* of the last key of each path */
  char paths[SEEN_MAX][16];
  uint32_t n;
  uint32_t n_keys;
  double draws[SEEN_MAX];
  uint64_t fits;
  AgentId agent;
  Quantities agent_free;
} Seen;

static Seen seen;

static const PolicyClient *seen_client(const char *path)
{
  for (uint32_t i = 0; i < seen.n; i++)
    if (strcmp(seen.paths[i], path) == 0)
      return &seen.clients[i];
  ck_abort_msg("no key of %s was asked for", path);
}

static PolicyKey probe_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  uint32_t i = 0;
  while (i < seen.n && strcmp(seen.paths[i], client->path) != 0)
    i++;
  ck_assert_uint_lt(i, SEEN_MAX);
  seen.n = MAX(seen.n, i + 1);
  g_strlcpy(seen.paths[i], client->path, sizeof seen.paths[i]);
  seen.clients[i] = *client;
  seen.draws[i] = policy->host->draw(policy->host->self, visit, client);
  seen.fits = policy->host->cluster_fits(policy->host->self, &client->task);
  seen.agent = visit->agent;
  seen.agent_free = *visit->agent_free;
  seen.n_keys++;
  return (PolicyKey){.first = nan("")};
}

static void probe_portion(Policy *policy, const PolicyClient *client, const PolicyVisit *visit,
                          Quantities *offer)
{
  (void)policy;
  ck_assert(!client->is_role && visit->agent_free->amount[RESOURCE_CPUS] > 0);
  offer->amount[RESOURCE_CPUS] = MIN(offer->amount[RESOURCE_CPUS], 1000);
  offer->amount[RESOURCE_MEM] *= 2; /* more: ignored */
}

static Policy *probe_create(const PolicySettings *settings, const PolicyHost *host, char **error)
{
  (void)settings;
  (void)error;
  Policy *policy = g_new(Policy, 1);
  policy->host = host;
  seen = (Seen){.n = 0};
  return policy;
}

static void probe_destroy(Policy *policy)
{
  g_free(policy);
}

#define PROBE .name = "probe", .summary = "writes down what it sees"
#define PROBE_FUNCTIONS                                                                                      \
  POLICY_HEAD, PROBE, .create = probe_create, .destroy = probe_destroy, .key = probe_key,                    \
                      .flags = POLICY_ORDERS_ROLES | POLICY_ORDERS_FRAMEWORKS

static const PolicyInterface probe_policy = {PROBE_FUNCTIONS};
static const PolicyInterface looking_policy = {PROBE_FUNCTIONS | POLICY_LOOKS_AT_AGENT};
static const PolicyInterface portion_policy = {PROBE_FUNCTIONS, .portion = probe_portion};
POLICY_ALLOCATOR(probe_allocator, probe_policy, PROBE);
POLICY_ALLOCATOR(looking_allocator, looking_policy, PROBE);
POLICY_ALLOCATOR(portion_allocator, portion_policy, PROBE);

/* Keys of two that come to nothing are equal: allocations and paths decide. */
START_TEST(what_a_policy_sees)
{
  World world;
  world_start(&world, &probe_allocator, NULL);
  RoleId a = add_role(&world, "a", INDEX_NONE), b = add_role(&world, "b", INDEX_NONE);
  RoleAttributes attributes = ROLE_ATTRIBUTES_DEFAULT;
  attributes.weight = 2.5;
  attributes.priority = -3;
  attributes.limit.amount[RESOURCE_CPUS] = 70000;
  CALL(&world, update_role, b, &attributes);
  add_framework(&world, "late", b);
  add_framework(&world, "early", a);
  add_framework(&world, "early2", a);
  add_agent(&world, 10, 100);
  settle(&world);
  ck_assert_uint_eq(offer_at(&world, 0)->role.index, a.index); /* by path: both came to NaN */
  const PolicyClient *client = seen_client("b");
  ck_assert(client->is_role && !client->is_inner && client->number == b.index);
  ck_assert_double_eq(client->weight, 2.5);
  ck_assert_int_eq(client->priority, -3);
  ck_assert_int_eq(client->limit.amount[RESOURCE_CPUS], 70000);
  ck_assert_int_eq(client->limit.amount[RESOURCE_MEM], -1);
  ck_assert(!client->declared && client->pending == UINT32_MAX && client->running == 0);
  ck_assert_uint_lt(client->arrival, seen_client("a")->arrival);
  ck_assert(!seen_client("early")->is_role && seen_client("early")->arrival < seen_client("early2")->arrival);
  ck_assert_double_eq(seen_client("early")->weight, 1);
  world_end(&world);
}
END_TEST

START_TEST(tasks_are_estimated)
{
  World world;
  world_start(&world, &probe_allocator, NULL);
  RoleId a = add_role(&world, "a", INDEX_NONE), b = add_role(&world, "b", INDEX_NONE);
  add_framework(&world, "f1", a);
  add_framework(&world, "f2", b);
  add_agent(&world, 100, 1000);
  settle(&world);
  launch_one(&world, 1, 20);
  tick(&world); /* to b, who has had less */
  ck_assert_int_eq(seen_client("a")->task.amount[RESOURCE_CPUS], 1000);
  ck_assert_double_eq(seen_client("a")->running, 1);
  ck_assert_uint_eq(seen_client("a")->allocations, 1);
  decline_all(&world, (OfferFilter){true, {NS_PER_H}});
  tick(&world);
  launch_one(&world, 3, 40);
  tick(&world);
  const PolicyClient *client = seen_client("a"); /* the mean */
  ck_assert_int_eq(client->task.amount[RESOURCE_CPUS], 2000);
  ck_assert_int_eq(client->task.amount[RESOURCE_MEM], 30000);
  ck_assert(!client->declared);
  world_end(&world);
}
END_TEST

/* In a role the demands of frameworks add up; what leaves takes its own away. */
START_TEST(demands_add_up)
{
  World world;
  world_start(&world, &looking_allocator, NULL);
  RoleId a = add_role(&world, "a", INDEX_NONE), other = add_role(&world, "o", INDEX_NONE);
  RoleId below = add_role(&world, "a/x", a.index);
  FrameworkId f1 = add_framework(&world, "f1", below), f2 = add_framework(&world, "f2", below);
  add_framework(&world, "f3", other);
  declare(&world, f1, below, 1, 10, 3);
  declare(&world, f2, below, 3, 50, 1);
  AgentId agent = add_agent(&world, 2, 20);
  settle(&world);
  const PolicyClient *role = seen_client("a");
  ck_assert(role->is_inner && role->declared && !role->is_blocked && role->number == UINT32_MAX);
  ck_assert_uint_eq(role->pending, 4);
  ck_assert_int_eq(role->task.amount[RESOURCE_CPUS], 1500); /* the mean of four tasks */
  ck_assert_int_eq(role->task.amount[RESOURCE_MEM], 20000);
  ck_assert(seen_client("f2")->is_blocked && !seen_client("f1")->is_blocked); /* f2's does not fit */
  ck_assert_uint_eq(seen.agent.index, agent.index);
  ck_assert_int_eq(seen.agent_free.amount[RESOURCE_CPUS], 2000);
  decline_all(&world, OFFER_FILTER_NONE);

  CALL(&world, remove_framework, f1);
  tick(&world);
  ck_assert_uint_eq(seen_client("a")->pending, 1);
  ck_assert_int_eq(seen_client("a")->task.amount[RESOURCE_CPUS], 3000);
  decline_all(&world, OFFER_FILTER_NONE);
  declare(&world, f2, below, 1, 1, 0);
  tick(&world);
  ck_assert(seen_client("a")->declared && seen_client("a")->is_blocked && seen_client("a")->pending == 0);
  ck_assert(!seen_client("o")->declared && !seen_client("o")->is_blocked);
  world_end(&world);
}
END_TEST

/* As much as a framework may declare. */
START_TEST(huge_demands_add_up)
{
  World world;
  world_start(&world, &looking_allocator, NULL);
  RoleId role = add_role(&world, "a", INDEX_NONE);
  FrameworkId f1 = add_framework(&world, "f1", role), f2 = add_framework(&world, "f2", role);
  add_framework(&world, "other", add_role(&world, "o", INDEX_NONE));
  declare(&world, f1, role, 1, (double)(QUANTITY_MAX / QUANTITY_UNIT), UINT32_MAX);
  declare(&world, f2, role, 1, (double)(QUANTITY_MAX / QUANTITY_UNIT), UINT32_MAX);
  add_agent(&world, 2, 20);
  settle(&world);
  const PolicyClient *client = seen_client("a");
  ck_assert_int_eq(client->task.amount[RESOURCE_CPUS], 1000);
  ck_assert_int_eq(client->task.amount[RESOURCE_MEM], QUANTITY_MAX);
  ck_assert(client->is_blocked && client->pending == UINT32_MAX - 1);
  decline_all(&world, OFFER_FILTER_NONE);
  declare(&world, f1, role, 1, 1, 1);
  CALL(&world, remove_framework, f2);
  tick(&world);
  ck_assert_int_eq(seen_client("a")->task.amount[RESOURCE_MEM], 1000);
  world_end(&world);
}
END_TEST

/* Only clients that changed are asked for again, unless the policy looks at agents. */
START_TEST(keys_are_kept)
{
  for (int looks = 0; looks < 2; looks++) {
    World world;
    world_start(&world, looks == 1 ? &looking_allocator : &probe_allocator, NULL);
    for (uint32_t i = 0; i < 10; i++) {
      g_autofree char *name = g_strdup_printf("r%u", i);
      add_framework(&world, name, add_role(&world, name, INDEX_NONE));
    }
    for (int i = 0; i < 30; i++)
      add_agent(&world, 1, 1);
    settle(&world);
    ck_assert_uint_eq(world.harness.offers->len, 30);
    ck_assert_uint_eq(seen.n_keys, looks == 1 ? 30 * 10 : 10 + 29);
    world_end(&world);
  }
}
END_TEST

START_TEST(draws_and_agents_of_the_host)
{
  World world;
  world_start(&world, &looking_allocator, NULL);
  RoleId same = add_role(&world, "same", INDEX_NONE), b = add_role(&world, "b", INDEX_NONE);
  FrameworkId f = add_framework(&world, "same2", same);
  add_framework(&world, "z", same);
  FrameworkId g = add_framework(&world, "b", b);
  for (int i = 0; i < 3; i++)
    add_agent(&world, 4, 10);
  add_agent(&world, 100, 5);
  declare(&world, f, same, 2, 3, 5);
  declare(&world, g, b, 2, 3, 5);
  settle(&world);
  for (uint32_t i = 0; i < seen.n; i++)
    for (uint32_t j = 0; j <= i; j++)
      ck_assert(seen.draws[i] > 0 && seen.draws[i] < 1 && (i == j || seen.draws[i] != seen.draws[j]));
  decline_all(&world, OFFER_FILTER_NONE);
  Quantities more = amounts(100, 30);
  Resources total = resources_of(&more);
  CALL(&world, deactivate_framework, g);
  tick(&world);
  CALL(&world, update_agent, (AgentId){3}, &total);
  CALL(&world, remove_agent, (AgentId){0});
  decline_all(&world, OFFER_FILTER_NONE);
  CALL(&world, deactivate_framework, (FrameworkId){1});
  CALL(&world, activate_framework, g);
  settle(&world);
  ck_assert_uint_eq(seen.fits, 2 * 2 + 10); /* two agents hold two tasks of <2, 3>, one holds ten */
  world_end(&world);
}
END_TEST

START_TEST(a_portion_is_offered)
{
  World world;
  world_start(&world, &portion_allocator, NULL);
  RoleId a = add_role(&world, "a", INDEX_NONE);
  add_framework(&world, "f1", a);
  add_framework(&world, "f2", a);
  add_agent(&world, 4, 10);
  settle(&world);
  ck_assert_uint_ge(world.harness.offers->len, 1);
  ck_assert_int_eq(offer_at(&world, 0)->resources.plain.amount[RESOURCE_CPUS], 1000);
  ck_assert_int_eq(offer_at(&world, 0)->resources.plain.amount[RESOURCE_MEM], 10000);
  world_end(&world);
}
END_TEST

/* --- single policies ------------------------------------------------------------------------------------ */

START_TEST(fifo_serves_who_came_first)
{
  World world;
  world_start(&world, &fifo_allocator, NULL);
  RoleId a = add_role(&world, "a", INDEX_NONE), b = add_role(&world, "b", INDEX_NONE);
  FrameworkId first = add_framework(&world, "z", b);
  add_framework(&world, "x", a);
  FrameworkId third = add_framework(&world, "y", b);
  for (int i = 0; i < 5; i++)
    add_agent(&world, 1, 1);
  settle(&world);
  for (uint32_t i = 0; i < 5; i++)
    ck_assert_uint_eq(offer_at(&world, i)->framework.index, first.index);
  decline_all(&world, (OfferFilter){true, {NS_PER_H}});
  tick(&world); /* the rest of b's, then a's */
  for (uint32_t i = 0; i < 5; i++)
    ck_assert_uint_eq(offer_at(&world, i)->framework.index, third.index);
  world_end(&world);
}
END_TEST

/* Capacities of 20 and 10 cpus, and a role that has none. */
START_TEST(capacity_levels_what_is_used_of_it)
{
  World world;
  world_start(&world, &capacity_allocator, NULL);
  static const double guarantees[] = {20, 10, 0};
  static const char *const paths[] = {"b", "c", "a"};
  uint32_t got[3] = {0};
  for (int i = 0; i < 3; i++) {
    RoleAttributes attributes = ROLE_ATTRIBUTES_DEFAULT;
    attributes.guarantee = amounts(guarantees[i], 0);
    RoleId role = add_role(&world, paths[i], INDEX_NONE);
    CALL(&world, update_role, role, &attributes);
    add_framework(&world, paths[i], role);
  }
  for (int i = 0; i < 60; i++)
    add_agent(&world, 1, 1);
  settle(&world);
  for (uint32_t i = 0; i < 60; i++)
    got[offer_at(&world, i)->framework.index]++;
  /* Beyond their guarantees too, for both want more than there is. */
  ck_assert_uint_eq(got[0], 40);
  ck_assert_uint_eq(got[1], 20);
  ck_assert_uint_eq(got[2], 0);
  world_end(&world);
}
END_TEST

/* Who is first on an agent of <10, 40>: a cpu-heavy one, who is better aligned, (8/10 + 1/40) / 2 to (1/10 + 8/40) / 2,
 * but has an agent already; or a mem-heavy one, who has nothing. */
static uint32_t tetris_first(const char *fairness)
{
  World world;
  world_start(&world, &tetris_allocator, fairness);
  RoleId a = add_role(&world, "a", INDEX_NONE), b = add_role(&world, "b", INDEX_NONE);
  FrameworkId cpu = add_framework(&world, "a", a);
  declare(&world, cpu, a, 8, 1, 100);
  add_agent(&world, 10, 10);
  settle(&world);
  FrameworkId mem = add_framework(&world, "b", b);
  declare(&world, mem, b, 1, 8, 100);
  add_agent(&world, 10, 40);
  settle(&world);
  uint32_t first = offer_at(&world, 0)->framework.index;
  world_end(&world);
  return first;
}

START_TEST(tetris_packs_or_shares)
{
  ck_assert_uint_eq(tetris_first("0"), 0);
  ck_assert_uint_eq(tetris_first(NULL), 0);
  ck_assert_uint_eq(tetris_first("0.5"), 1);
  ck_assert_uint_eq(tetris_first("1"), 1);
  World world;
  world_start(&world, &tetris_allocator, "0");
  RoleId a = add_role(&world, "a", INDEX_NONE), b = add_role(&world, "b", INDEX_NONE);
  FrameworkId light = add_framework(&world, "a", a), heavy = add_framework(&world, "b", b);
  declare(&world, light, a, 8, 1, 100);
  declare(&world, heavy, b, 1, 8, 100);
  add_agent(&world, 10, 10); /* half of the cpus gone: what fits is the mem-heavy one */
  settle(&world);
  ck_assert_uint_eq(offer_at(&world, 0)->framework.index, light.index);
  launch_one(&world, 8, 1);
  tick(&world);
  ck_assert_uint_eq(offer_at(&world, 0)->framework.index, heavy.index);
  world_end(&world);
}
END_TEST

START_TEST(hdrf_serves_who_waits_for_nothing_last)
{
  World world;
  world_start(&world, &hdrf_allocator, NULL);
  RoleId a = add_role(&world, "a", INDEX_NONE), b = add_role(&world, "b", INDEX_NONE);
  FrameworkId idle = add_framework(&world, "a", a), busy = add_framework(&world, "b", b);
  declare(&world, idle, a, 1, 1, 0);
  declare(&world, busy, b, 1, 1, 100);
  for (int i = 0; i < 4; i++)
    add_agent(&world, 1, 1);
  settle(&world);
  for (uint32_t i = 0; i < 4; i++)
    ck_assert_uint_eq(offer_at(&world, i)->framework.index, busy.index);
  world_end(&world);
}
END_TEST

/* Each has one task in its share: a's would fit 4 times into the cluster, b's 8 times. */
START_TEST(tsf_compares_tasks)
{
  World world;
  world_start(&world, &tsf_allocator, NULL);
  RoleId a = add_role(&world, "a", INDEX_NONE), b = add_role(&world, "b", INDEX_NONE);
  FrameworkId large = add_framework(&world, "a", a), small = add_framework(&world, "b", b);
  declare(&world, large, a, 2, 2, 100);
  declare(&world, small, b, 1, 1, 100);
  uint32_t got[2] = {0};
  for (int i = 0; i < 4; i++)
    add_agent(&world, 2, 2);
  settle(&world);
  for (uint32_t i = 0; i < 4; i++)
    got[offer_at(&world, i)->framework.index]++;
  ck_assert_uint_eq(got[large.index], 2);
  ck_assert_uint_eq(got[small.index], 2);
  world_end(&world);
}
END_TEST

/* Each takes the agent that suits its task, whoever is first and in whatever order the agents come. */
START_TEST(best_fit_chooses_agents)
{
  for (int i = 0; i < 8; i++) {
    World world;
    world_start(&world, &best_fit_allocator, NULL);
    bool cpu_first = i % 2 == 1, agent_first = i / 2 % 2 == 1, declares = i / 4 == 0;
    RoleId a = add_role(&world, "a", INDEX_NONE), b = add_role(&world, "b", INDEX_NONE);
    FrameworkId f = add_framework(&world, "a", a), g = add_framework(&world, "b", b);
    FrameworkId cpu = cpu_first ? f : g;
    if (declares) {
      declare(&world, f, a, cpu_first ? 1 : 0.2, cpu_first ? 0.2 : 1, 100);
      declare(&world, g, b, cpu_first ? 0.2 : 1, cpu_first ? 1 : 0.2, 100);
    }
    AgentId rich = {agent_first ? 0 : 1}; /* in cpus */
    add_agent(&world, agent_first ? 12 : 2, agent_first ? 2 : 12);
    add_agent(&world, agent_first ? 2 : 12, agent_first ? 12 : 2);
    settle(&world);
    ck_assert_uint_eq(world.harness.offers->len, 2);
    ck_assert_uint_ne(offer_at(&world, 0)->framework.index, offer_at(&world, 1)->framework.index);
    for (uint32_t k = 0; declares && k < 2; k++)
      ck_assert((offer_at(&world, k)->agent.index == rich.index) ==
                (offer_at(&world, k)->framework.index == cpu.index));
    world_end(&world);
  }
}
END_TEST

/* An agent that holds a task comes before one that does not, however unlike it is. */
START_TEST(best_fit_fits_at_all)
{
  World world;
  world_start(&world, &best_fit_allocator, NULL);
  RoleId role = add_role(&world, "a", INDEX_NONE);
  declare(&world, add_framework(&world, "f", role), role, 0.001, 0, 1);
  AgentId unlike = add_agent(&world, 0.001, 1e9);
  add_agent(&world, 0, 1);
  settle(&world);
  ck_assert_uint_eq(offer_at(&world, 0)->agent.index, unlike.index);
  world_end(&world);
}
END_TEST

/* Best fit without its flag: it is asked for each grant. The policy is the context. */
static Allocator *asked_create(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                               char **error)
{
  return policy_allocator_new(settings->context, settings, host, now, error);
}

static uint32_t below(uint64_t *state, uint32_t n)
{
  *state = harness_mix(*state, 1);
  return (uint32_t)(*state % n);
}

/* Some roles are limited, so that agents are parted. */
static void furnish(World *world, uint64_t state)
{
  static const char *const roles[] = {"a", "b", "b/x", "c"};
  static const char *const names[] = {"f", "g", "h", "i", "j", "k"};
  for (uint32_t i = 0; i < G_N_ELEMENTS(roles); i++) {
    RoleId role = add_role(world, roles[i], i == 2 ? 1 : INDEX_NONE);
    RoleAttributes attributes = ROLE_ATTRIBUTES_DEFAULT;
    if (below(&state, 2) == 0)
      attributes.limit.amount[RESOURCE_CPUS] = 1000 * (1 + (int64_t)below(&state, 20));
    CALL(world, update_role, role, &attributes);
  }
  for (uint32_t i = 0; i < 30; i++)
    add_agent(world, 1 + below(&state, 4), 1 + below(&state, 4));
  for (uint32_t i = 0; i < G_N_ELEMENTS(names); i++) {
    RoleId role = {below(&state, G_N_ELEMENTS(roles))};
    declare(world, add_framework(world, names[i], role), role, 0.5 * (1 + below(&state, 4)),
            0.5 * (1 + below(&state, 4)), 1 + below(&state, 20));
  }
}

/* The same offers in the same order; some of them come back, in part, with a filter or without. */
static void compare_and_return(World *one, World *other, uint64_t *state)
{
  uint32_t n = one->harness.offers->len;
  ck_assert_uint_eq(n, other->harness.offers->len);
  for (uint32_t i = 0; i < n; i++) {
    const HarnessOffer *a = offer_at(one, i), *b = offer_at(other, i);
    ck_assert(a->agent.index == b->agent.index && a->framework.index == b->framework.index &&
              a->role.index == b->role.index && resources_equal(&a->resources, &b->resources));
    uint32_t part = below(state, 3);
    Resources back = a->resources;
    if (part == 1)
      back.plain.amount[RESOURCE_CPUS] /= 2;
    OfferFilter filter = {below(state, 2) == 0, {(int64_t)below(state, 4) * NS_PER_S}};
    for (World *world = one; part > 0 && world != NULL; world = world == one ? other : NULL)
      CALL(world, recover_resources, a->framework, a->role, a->agent, &back, filter, false);
  }
}

START_TEST(kept_scores_bring_the_same_offers)
{
  PolicyInterface asked = best_fit_policy;
  asked.flags &= ~(uint32_t)POLICY_SCORES_TASKS;
  ck_assert_uint_ne(asked.flags, best_fit_policy.flags);
  AllocatorInterface asking = best_fit_allocator;
  asking.create = asked_create;
  AllocatorSettings settings = {.allocation_interval = {NS_PER_S}, .context = &asked};
  uint64_t state = (uint64_t)_i;
  World one = {.n_roles = 0}, other = {.n_roles = 0};
  uint32_t offers = 0;
  harness_init(&one.harness, &best_fit_allocator, &settings, state, false);
  harness_init(&other.harness, &asking, &settings, state, false);
  furnish(&one, state);
  furnish(&other, state);
  settle(&one);
  settle(&other);
  for (int i = 0; i < 30; i++) {
    offers += one.harness.offers->len;
    compare_and_return(&one, &other, &state);
    tick(&one);
    tick(&other);
  }
  ck_assert_uint_gt(offers, 30);
  world_end(&one);
  world_end(&other);
}
END_TEST

/* --- options -------------------------------------------------------------------------------------------- */

static void assert_refused(const char *allocator, const char *value, const char *message)
{
  const AllocatorInterface *interface = allocator_find(allocator);
  AllocatorSettings settings = {.allocation_interval = {NS_PER_S}, .option_values = &value};
  AllocatorHost host = {.size = sizeof host};
  char *error = NULL;
  ck_assert_ptr_null(interface->create(&settings, &host, INSTANT_ZERO, &error));
  ck_assert_ptr_nonnull(strstr(error, message));
  ck_assert_ptr_nonnull(strstr(error, interface->options[0].key));
  g_free(error);
}

START_TEST(options_that_make_no_sense_are_refused)
{
  assert_refused("fair", "cpu", "\"cpu\": expected a resource of this run");
  assert_refused("cmmf", "", "\"\": expected a resource of this run");
  assert_refused("tetris", "1.01", "\"1.01\": expected a number from 0 to 1");
  assert_refused("tetris", "-0.1", "\"-0.1\": expected");
  assert_refused("tetris", "half", "\"half\": expected");
  assert_refused("tetris", "nan", "\"nan\": expected");
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("policies");
  test_case(suite, what_a_policy_sees);
  test_case(suite, tasks_are_estimated);
  test_case(suite, demands_add_up);
  test_case(suite, huge_demands_add_up);
  test_case(suite, keys_are_kept);
  test_case(suite, draws_and_agents_of_the_host);
  test_case(suite, a_portion_is_offered);
  test_case(suite, fifo_serves_who_came_first);
  test_case(suite, capacity_levels_what_is_used_of_it);
  test_case(suite, tetris_packs_or_shares);
  test_case(suite, hdrf_serves_who_waits_for_nothing_last);
  test_case(suite, tsf_compares_tasks);
  test_case(suite, best_fit_chooses_agents);
  test_case(suite, best_fit_fits_at_all);
  test_case_loop(suite, kept_scores_bring_the_same_offers, 0, 40);
  test_case(suite, options_that_make_no_sense_are_refused);
  return suite;
}
