/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the hierarchical allocators (drf, priority) against a slow oracle in random scenarios of all calls: each
 * offer of each run must be the oracle's, no agent may be left out, and what is free, how many filters are live and what
 * counts against quotas must agree after each call. So nothing is offered twice, nothing inside a live filter of its
 * receiver or below the minimum, and free + offered + allocated = total. What an offer leads to is within the limits that
 * bind it, a run leaves free what guarantees require, and when all have left nothing is left behind.
 *
 * A scenario has some of: quota (nested, or compatible with Mesos), reserved and revocable resources and conversions,
 * wishes of frameworks, maintenance; or none of them.
 *
 * Each scenario is played twice, with every tick and with only those that the allocator asks for; the offers
 * must be the same, in the same order.
 *
 * Not here: agreement with Mesos (tests/conformance), the master (test-allocator-master.c).
 */

#include <string.h>

#include "allocators/drf-sorter.h"
#include "allocators/drf.h"
#include "allocators/hierarchical-internal.h"
#include "allocators/priority.h"
#include "base/resource-kinds.h"
#include "tests/allocators/allocator-harness.h"
#include "tests/properties/oracle-allocator.h"
#include "tests/properties/property-random.h"
#include "tests/support/test-main.h"

#define CHUNKS              16
#define SCENARIOS_PER_CHUNK 100
#define STEPS               70
#define ROLES               7
#define FRAMEWORKS_MAX      64
#define AGENTS_MAX          64

static const char *const role_paths[ROLES] = {"a", "b", "a/x", "a/y", "B", "a/x/p", "*"};
static const uint32_t role_parents[ROLES] = {INDEX_NONE, INDEX_NONE, 0, 0, INDEX_NONE, 2, INDEX_NONE};
static const char *const framework_names[] = {"f1", "f10", "f2", "F9", "g", "f1.b", "z"};
static const char *const hostnames[] = {"h0", "h1", "h2"};

/* What a scenario may have. */
typedef enum {
  WITH_QUOTA = 1 << 0,
  WITH_SPECIAL = 1 << 1,
  WITH_WISHES = 1 << 2,
  WITH_MAINTENANCE = 1 << 3,
} Feature;

typedef struct {
  OfferWishes wishes;
  ConstraintGroup group;
  AttributeConstraint constraint;
} KnownWishes;

typedef struct {
  const char *name;
  bool present;
  bool active;
  uint32_t n_roles;
  RoleId roles[ROLES];
  bool suppressed[ROLES]; /* as told last; for info structs only */
  KnownWishes wishes[ROLES];
  OfferWishes told[ROLES];
  uint32_t capabilities;
} KnownFramework;

typedef struct {
  bool present;
} KnownAgent;

typedef struct {
  uint64_t seed;
  uint32_t step;
  uint32_t features;
  bool compatible;
  ResourceKinds *kinds;
  PropertyRandom random;
  uint32_t n_roles;
  uint32_t agents_wanted;
  uint32_t frameworks_wanted;
  AllocatorHarness real[2]; /* every tick; only those asked for */
  OracleAllocator *oracle;
  RoleAttributes attributes[ROLES];
  KnownFramework frameworks[FRAMEWORKS_MAX];
  uint32_t n_frameworks;
  KnownAgent agents[AGENTS_MAX];
  uint32_t n_agents;
} World;

/* Makes the call on both instances. */
#define REAL(world, call, ...)                                                                               \
  do {                                                                                                       \
    for (int which = 0; which < 2; which++) {                                                                \
      AllocatorHarness *harness = &(world)->real[which];                                                     \
      harness->interface->call(harness->allocator, harness->now, __VA_ARGS__);                               \
    }                                                                                                        \
  } while (0)

#define HERE "seed %" G_GUINT64_FORMAT " step %u: "

static uint32_t below(World *world, uint32_t n)
{
  return property_below(&world->random, n);
}

static bool percent(World *world, uint32_t p)
{
  return property_percent(&world->random, p);
}

static Instant now_of(const World *world)
{
  return world->real[0].now;
}

/* --- comparison ----------------------------------------------------------------------------------------- */

static void grants_free(GArray *grants)
{
  for (guint i = 0; i < grants->len; i++)
    resources_clear(&g_array_index(grants, OracleGrant, i).resources);
  g_array_unref(grants);
}

static void compare_offer(World *world, const HarnessOffer *offer, const OracleGrant *grant)
{
  Quantities quota = offer->resources.plain;
  ck_assert_msg(grant->framework.index == offer->framework.index && grant->role.index == offer->role.index,
                HERE "agent %u should go to framework %u in role %u, not to %u in %u", world->seed,
                world->step, offer->agent.index, grant->framework.index, grant->role.index,
                offer->framework.index, offer->role.index);
  ck_assert_msg(resources_equal(&offer->resources, &grant->resources),
                HERE "agent %u is offered in other amounts", world->seed, world->step, offer->agent.index);
  ck_assert_msg(oracle_limit_is_kept(world->oracle, offer->role, &quota),
                HERE "an offer of agent %u exceeds a limit", world->seed, world->step, offer->agent.index);
}

/* The offers of one run, agent by agent. */
static void compare_run(World *world, const GArray *offers)
{
  for (guint i = 0; i < offers->len;) {
    const HarnessOffer *first = &g_array_index(offers, HarnessOffer, i);
    GArray *grants = oracle_visit(world->oracle, first->agent);
    ck_assert_msg(grants != NULL, HERE "agent %u is offered, to framework %u, but should not be (yet)",
                  world->seed, world->step, first->agent.index, first->framework.index);
    for (guint j = 0; j < grants->len; j++, i++) {
      const HarnessOffer *offer = &g_array_index(offers, HarnessOffer, i);
      ck_assert_msg(i < offers->len && offer->agent.index == first->agent.index,
                    HERE "agent %u should be offered to %u in role %u, too", world->seed, world->step,
                    first->agent.index, g_array_index(grants, OracleGrant, j).framework.index,
                    g_array_index(grants, OracleGrant, j).role.index);
      compare_offer(world, offer, &g_array_index(grants, OracleGrant, j));
    }
    grants_free(grants);
  }
}

/* Of inverse offers only the set matters. */
static void compare_inverse(World *world)
{
  const GArray *asked = world->real[0].inverse;
  guint n_expected = 0;
  ck_assert_msg(asked->len == world->real[1].inverse->len,
                HERE "%u inverse offers with every tick, %u otherwise", world->seed, world->step, asked->len,
                world->real[1].inverse->len);
  for (uint32_t i = 0; i < world->n_agents; i++)
    for (uint32_t j = 0; j < world->n_frameworks; j++) {
      if (!oracle_asks(world->oracle, (AgentId){i}, (FrameworkId){j}))
        continue;
      bool found = false;
      for (guint k = 0; k < asked->len; k++) {
        const HarnessInverse *inverse = &g_array_index(asked, HarnessInverse, k);
        found = found || (inverse->agent.index == i && inverse->framework.index == j);
      }
      ck_assert_msg(found, HERE "framework %u should be asked for agent %u", world->seed, world->step, j, i);
      n_expected++;
    }
  ck_assert_msg(asked->len == n_expected, HERE "%u inverse offers, expected %u", world->seed, world->step,
                asked->len, n_expected);
}

static void compare_offers(World *world, bool tick)
{
  const GArray *offers = world->real[0].offers;
  const GArray *lazy = world->real[1].offers;
  ck_assert_msg(offers->len == lazy->len, HERE "%u offers with every tick, %u with those asked for",
                world->seed, world->step, offers->len, lazy->len);
  for (guint i = 0; i < offers->len; i++) {
    const HarnessOffer *offer = &g_array_index(offers, HarnessOffer, i);
    const HarnessOffer *other = &g_array_index(lazy, HarnessOffer, i);
    ck_assert_msg(
        offer->agent.index == other->agent.index && offer->framework.index == other->framework.index &&
            offer->role.index == other->role.index && resources_equal(&offer->resources, &other->resources),
        HERE "offer %u depends on which ticks are made", world->seed, world->step, i);
  }
  oracle_run_begin(world->oracle, now_of(world), tick);
  compare_run(world, offers);
  compare_inverse(world);
  AgentId left_out;
  ck_assert_msg(oracle_run_end(world->oracle, &left_out),
                HERE "agent %d should be offered, or more kept free", world->seed, world->step,
                (int)left_out.index);
  harness_forget_offers(&world->real[0]);
  harness_forget_offers(&world->real[1]);
}

static void compare_books(World *world)
{
  for (int which = 0; which < 2; which++) {
    const AllocatorHarness *harness = &world->real[which];
    for (uint32_t i = 0; i < world->n_agents; i++) {
      AllocatorAgentView view;
      if (!world->agents[i].present)
        continue;
      harness->interface->view_agent(harness->allocator, harness->now, (AgentId){i}, &view);
      Resources available = oracle_available(world->oracle, (AgentId){i});
      ck_assert_msg(resources_equal(&view.available, &available), HERE "what is free on agent %u differs",
                    world->seed, world->step, i);
      resources_clear(&available);
    }
    for (uint32_t i = 0; i < world->n_roles; i++) {
      for (int only = 0; only < 2 && (world->features & WITH_QUOTA) != 0; only++) {
        Quantities use;
        Quantities used = oracle_quota_use(world->oracle, (RoleId){i}, only == 1);
        harness->interface->quota_use(harness->allocator, (RoleId){i}, only == 1, &use);
        ck_assert_msg(quantities_equal(&use, &used), HERE "use of %s differs", world->seed, world->step,
                      role_paths[i]);
      }
      uint64_t expected = oracle_count_filters(world->oracle, harness->now, (RoleId){i});
      uint64_t got = harness->interface->count_filters(harness->allocator, harness->now, (RoleId){i});
      /* A filter that another one covers is dropped when its agent is visited next, which may be later. */
      uint64_t least = oracle_count_uncovered_filters(world->oracle, harness->now, (RoleId){i});
      ck_assert_msg(got >= least && got <= expected,
                    HERE "%" G_GUINT64_FORMAT " filters in %s, expected up to %" G_GUINT64_FORMAT,
                    world->seed, world->step, got, role_paths[i], expected);
    }
    harness->interface->check(harness->allocator, harness->now);
  }
}

static void settle(World *world)
{
  harness_settle(&world->real[0]);
  harness_settle(&world->real[1]);
  compare_offers(world, false);
  compare_books(world);
}

/* --- frameworks ----------------------------------------------------------------------------------------- */

static uint32_t count_present(const World *world)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < world->n_frameworks; i++)
    n += world->frameworks[i].present ? 1 : 0;
  return n;
}

/* A framework that is there and, if asked for, active; or INDEX_NONE. */
static FrameworkId random_framework(World *world, bool active)
{
  uint32_t first = world->n_frameworks == 0 ? 0 : below(world, world->n_frameworks);
  for (uint32_t i = 0; i < world->n_frameworks; i++) {
    uint32_t at = (first + i) % world->n_frameworks;
    if (world->frameworks[at].present && (world->frameworks[at].active || !active))
      return (FrameworkId){at};
  }
  return FRAMEWORK_NONE;
}

static const char *free_name(World *world)
{
  uint32_t first = below(world, G_N_ELEMENTS(framework_names));
  for (uint32_t i = 0; i < G_N_ELEMENTS(framework_names); i++) {
    const char *name = framework_names[(first + i) % G_N_ELEMENTS(framework_names)];
    bool taken = false;
    for (uint32_t j = 0; j < world->n_frameworks; j++)
      taken = taken || (world->frameworks[j].present && strcmp(world->frameworks[j].name, name) == 0);
    if (!taken)
      return name;
  }
  return NULL;
}

static void choose_roles(World *world, KnownFramework *framework)
{
  framework->n_roles = 0;
  uint32_t wanted = percent(world, 60) ? 1 : 1 + below(world, 3);
  uint32_t first = below(world, world->n_roles);
  uint32_t stride = 1 + below(world, 2);
  for (uint32_t i = 0; i < wanted && i * stride < world->n_roles; i++) {
    framework->roles[i] = (RoleId){(first + i * stride) % world->n_roles};
    framework->suppressed[i] = percent(world, 15);
    framework->n_roles++;
  }
  framework->capabilities = (percent(world, 30) ? FRAMEWORK_GPU_RESOURCES : 0u) |
                            (percent(world, 50) ? FRAMEWORK_REVOCABLE_RESOURCES : 0u);
}

/* Any amount, or one host only. */
static void choose_wishes(World *world, KnownFramework *framework)
{
  for (uint32_t i = 0; i < framework->n_roles; i++) {
    KnownWishes *wishes = &framework->wishes[i];
    wishes->constraint = (AttributeConstraint){CONSTRAINT_HOSTNAME, CONSTRAINT_EQUALS, NULL,
                                               hostnames[below(world, G_N_ELEMENTS(hostnames))]};
    wishes->group = (ConstraintGroup){&wishes->constraint, 1};
    bool wanted = (world->features & WITH_WISHES) != 0 && percent(world, 40);
    framework->told[i] = (OfferWishes){
        .min_allocatable_set = wanted && percent(world, 50),
        .constraints = {&wishes->group, wanted && percent(world, 50) ? 1 : 0},
    };
  }
}

static AllocatorFramework info_of(World *world, KnownFramework *framework)
{
  choose_wishes(world, framework);
  return (AllocatorFramework){
      .name = framework->name,
      .roles = framework->roles,
      .suppressed = framework->suppressed,
      .n_roles = framework->n_roles,
      .capabilities = framework->capabilities,
      .wishes = framework->told,
  };
}

static void add_framework(World *world, const AllocatorUse *used, uint32_t n_used)
{
  KnownFramework *framework = &world->frameworks[world->n_frameworks];
  FrameworkId id = {world->n_frameworks++};
  *framework = (KnownFramework){.name = free_name(world), .present = true, .active = percent(world, 85)};
  choose_roles(world, framework);
  AllocatorFramework info = info_of(world, framework);
  REAL(world, add_framework, id, &info, framework->active, used, n_used);
  oracle_add_framework(world->oracle, id, &info, framework->active, used, n_used);
}

static void step_add_framework(World *world)
{
  if (world->n_frameworks < FRAMEWORKS_MAX && count_present(world) < world->frameworks_wanted)
    add_framework(world, NULL, 0);
}

static void step_remove_framework(World *world)
{
  FrameworkId id = random_framework(world, false);
  if (id.index == INDEX_NONE)
    return;
  world->frameworks[id.index].present = false;
  REAL(world, remove_framework, id);
  oracle_remove_framework(world->oracle, id);
}

static void step_activity(World *world)
{
  FrameworkId id = random_framework(world, false);
  if (id.index == INDEX_NONE)
    return;
  KnownFramework *framework = &world->frameworks[id.index];
  framework->active = !framework->active;
  if (framework->active)
    REAL(world, activate_framework, id);
  else
    REAL(world, deactivate_framework, id);
  oracle_set_framework_active(world->oracle, id, framework->active);
}

static void step_update_framework(World *world)
{
  FrameworkId id = random_framework(world, true);
  if (id.index == INDEX_NONE)
    return;
  choose_roles(world, &world->frameworks[id.index]);
  AllocatorFramework info = info_of(world, &world->frameworks[id.index]);
  REAL(world, update_framework, id, &info);
  oracle_update_framework(world->oracle, id, &info);
}

static void step_suppression(World *world)
{
  FrameworkId id = random_framework(world, true);
  if (id.index == INDEX_NONE)
    return;
  const KnownFramework *framework = &world->frameworks[id.index];
  RoleId role = percent(world, 50) ? ROLE_NONE : framework->roles[below(world, framework->n_roles)];
  if (percent(world, 45)) {
    REAL(world, suppress_offers, id, role);
    oracle_suppress(world->oracle, id, role);
  } else {
    REAL(world, revive_offers, id, role);
    oracle_revive(world->oracle, id, role);
  }
}

/* Any guarantee and limit, within one another or not; or none. */
static void choose_quota(World *world, RoleAttributes *attributes)
{
  static const int64_t amounts[] = {0, 500, 1000, 3000, 6000};
  attributes->guarantee = QUANTITIES_ZERO;
  attributes->limit = ROLE_ATTRIBUTES_DEFAULT.limit;
  for (int kind = RESOURCE_CPUS; kind <= RESOURCE_MEM; kind++) {
    int64_t scale = kind == RESOURCE_MEM ? 512 : 1;
    if (percent(world, 40))
      attributes->guarantee.amount[kind] = scale * amounts[below(world, G_N_ELEMENTS(amounts))];
    if (percent(world, 40))
      attributes->limit.amount[kind] = scale * amounts[below(world, G_N_ELEMENTS(amounts))];
    if (attributes->limit.amount[kind] >= 0 && (world->compatible || percent(world, 90)))
      attributes->limit.amount[kind] =
          MAX(attributes->limit.amount[kind], attributes->guarantee.amount[kind]);
  }
}

static void step_role(World *world)
{
  static const double weights[] = {1, 2, 3, 0.5, 10};
  RoleId role = {below(world, world->n_roles)};
  RoleAttributes *attributes = &world->attributes[role.index];
  attributes->weight = weights[below(world, G_N_ELEMENTS(weights))];
  attributes->priority = (int64_t)below(world, 3) - 1;
  if ((world->features & WITH_QUOTA) != 0 && (!world->compatible || role_parents[role.index] == INDEX_NONE))
    choose_quota(world, attributes);
  REAL(world, update_role, role, attributes);
  oracle_update_role(world->oracle, role, attributes);
}

/* --- agents --------------------------------------------------------------------------------------------- */

static AgentId random_agent(World *world)
{
  uint32_t first = world->n_agents == 0 ? 0 : below(world, world->n_agents);
  for (uint32_t i = 0; i < world->n_agents; i++)
    if (world->agents[(first + i) % world->n_agents].present)
      return (AgentId){(first + i) % world->n_agents};
  return AGENT_NONE;
}

static Quantities random_amounts(World *world)
{
  static const int64_t cpus[] = {1000, 2000, 4000, 500, 5, 0};
  static const int64_t mem[] = {1024000, 2048000, 512000, 16000, 0};
  Quantities amounts = QUANTITIES_ZERO;
  amounts.amount[RESOURCE_CPUS] = cpus[below(world, G_N_ELEMENTS(cpus))];
  amounts.amount[RESOURCE_MEM] = mem[below(world, G_N_ELEMENTS(mem))];
  return amounts;
}

/* A slice of amounts that is reserved to a role (which may not be known yet), or revocable. */
static ResourceSlice random_slice(World *world, const Quantities *amounts)
{
  ResourceSlice slice = {.quantities = *amounts, .reservation = RESERVATION_NONE};
  if (percent(world, 35))
    slice.revocable = true;
  else
    slice.reservation = resource_kinds_reservation(world->kinds, role_paths[below(world, ROLES)]);
  return slice;
}

/* To be cleared. */
static Resources random_total(World *world)
{
  Resources total = RESOURCES_EMPTY;
  total.plain = random_amounts(world);
  total.plain.amount[RESOURCE_GPUS] = percent(world, 15) ? 1000 : 0;
  if ((world->features & WITH_SPECIAL) == 0 || percent(world, 30))
    return total;
  for (uint32_t i = 0; i < 1 + below(world, 3); i++) {
    Quantities amounts = random_amounts(world);
    ResourceSlice slice = random_slice(world, &amounts);
    resources_add_slice(&total, &slice);
  }
  return total;
}

/* Halves or thirds of some kinds, or none. */
static Quantities part_of(World *world, const Quantities *whole)
{
  Quantities part = *whole;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (part.amount[kind] > 0 && percent(world, 40))
      part.amount[kind] = part.amount[kind] / (2 + (int64_t)below(world, 2)) * (int64_t)below(world, 2);
  return part;
}

/* A part of @whole, to be cleared. */
static Resources random_part(World *world, const Resources *whole)
{
  Resources part = RESOURCES_EMPTY;
  part.plain = part_of(world, &whole->plain);
  for (uint32_t i = 0; whole->special != NULL && i < whole->special->n_slices; i++) {
    ResourceSlice slice = whole->special->slices[i];
    slice.quantities = part_of(world, &slice.quantities);
    resources_add_slice(&part, &slice);
  }
  return part;
}

static uint32_t count_agents(const World *world)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < world->n_agents; i++)
    n += world->agents[i].present ? 1 : 0;
  return n;
}

static void step_add_agent(World *world)
{
  if (world->n_agents == AGENTS_MAX || count_agents(world) >= world->agents_wanted)
    return;
  AgentId id = {world->n_agents++};
  KnownAgent *agent = &world->agents[id.index];
  *agent = (KnownAgent){true};
  Resources total = random_total(world);
  AllocatorAgent info = {.hostname = hostnames[below(world, G_N_ELEMENTS(hostnames))]};
  AllocatorUse used = {
      random_framework(world, false), {below(world, world->n_roles)}, id, random_part(world, &total)};
  bool new_framework = percent(world, 30) && free_name(world) != NULL && world->n_frameworks < FRAMEWORKS_MAX;
  if (new_framework)
    used.framework = (FrameworkId){world->n_frameworks};
  uint32_t n_used =
      used.framework.index == INDEX_NONE || resources_are_empty(&used.resources) || percent(world, 70) ? 0
                                                                                                       : 1;
  REAL(world, add_agent, id, &info, &total, &used, n_used);
  oracle_add_agent(world->oracle, id, info.hostname, &total, &used, n_used);
  if (new_framework && n_used == 1) {
    if (percent(world, 50))
      settle(world);
    add_framework(world, &used, 1);
  }
  resources_clear(&used.resources);
  resources_clear(&total);
}

static void step_agent(World *world)
{
  AgentId id = random_agent(world);
  if (id.index == INDEX_NONE)
    return;
  switch (below(world, 6)) {
  case 0:
    world->agents[id.index].present = false;
    REAL(world, remove_agent, id);
    oracle_remove_agent(world->oracle, id);
    break;
  case 1:
  case 2: {
    Resources total = random_total(world);
    REAL(world, update_agent, id, &total);
    oracle_update_agent(world->oracle, id, &total);
    resources_clear(&total);
    break;
  }
  case 3:
    for (int which = 0; which < 2; which++)
      world->real[which].interface->update_agent_attributes(world->real[which].allocator,
                                                            world->real[which].now, id);
    oracle_update_attributes(world->oracle, id);
    break;
  case 4:
    REAL(world, activate_agent, id);
    oracle_set_agent_active(world->oracle, id, true);
    break;
  default:
    REAL(world, deactivate_agent, id);
    oracle_set_agent_active(world->oracle, id, false);
  }
}

static void step_whitelist(World *world)
{
  uint32_t n = below(world, G_N_ELEMENTS(hostnames) + 1);
  const char *const *hosts = percent(world, 70) ? NULL : hostnames;
  REAL(world, update_whitelist, hosts, n);
  oracle_update_whitelist(world->oracle, hosts, n);
}

/* --- resources ------------------------------------------------------------------------------------------ */

static OfferFilter random_filter(World *world)
{
  static const int64_t seconds[] = {0, -1, 1, 2, 3, 5, 10};
  if (percent(world, 30))
    return OFFER_FILTER_NONE;
  if (percent(world, 5))
    return (OfferFilter){true, DURATION_MAX};
  if (percent(world, 20))
    return (OfferFilter){true, {below(world, 3000) * NS_PER_MS}};
  return (OfferFilter){true, {seconds[below(world, G_N_ELEMENTS(seconds))] * NS_PER_S}};
}

static void step_recover(World *world)
{
  uint32_t n = oracle_count_holdings(world->oracle);
  if (n == 0)
    return;
  Quantities in_use;
  AllocatorUse held = oracle_holding(world->oracle, below(world, n), &in_use);
  Resources back = RESOURCES_EMPTY;
  if (percent(world, 60))
    resources_copy(&back, &held.resources);
  else
    back = random_part(world, &held.resources);
  bool allocated = percent(world, 40);
  if (allocated || percent(world, 20)) {
    REAL(world, transition_offered_to_allocated, held.framework, held.role, held.agent, &back);
    oracle_allocate(world->oracle, held.framework, held.role, held.agent, &back);
  }
  if (percent(world, 80)) {
    OfferFilter filter = random_filter(world);
    REAL(world, recover_resources, held.framework, held.role, held.agent, &back, filter, allocated);
    oracle_recover(world->oracle, now_of(world), held.framework, held.role, held.agent, &back, filter,
                   allocated);
  }
  resources_clear(&back);
}

/* Reserves plain resources for a role, or makes them plain again. */
static void choose_conversion(World *world, const Resources *whole, const char *role, Resources *from,
                              Resources *to)
{
  *from = *to = RESOURCES_EMPTY;
  const ResourceSlice *reserved = NULL;
  for (uint32_t i = 0; whole->special != NULL && i < whole->special->n_slices; i++)
    if (!whole->special->slices[i].revocable)
      reserved = &whole->special->slices[i];
  if (reserved != NULL && percent(world, 50)) {
    resources_add_slice(from, reserved);
    to->plain = reserved->quantities;
    return;
  }
  from->plain = part_of(world, &whole->plain);
  ResourceSlice slice = {.quantities = from->plain,
                         .reservation = resource_kinds_reserve(world->kinds, RESERVATION_NONE, role)};
  resources_add_slice(to, &slice);
}

static void step_convert(World *world)
{
  Resources from;
  Resources to;
  uint32_t n = oracle_count_holdings(world->oracle);
  AgentId agent = random_agent(world);
  if ((world->features & WITH_SPECIAL) == 0)
    return;
  if (n > 0 && percent(world, 50)) {
    AllocatorUse held = oracle_holding(world->oracle, below(world, n), NULL);
    choose_conversion(world, &held.resources, role_paths[held.role.index], &from, &to);
    REAL(world, update_allocation, held.framework, held.role, held.agent, &from, &to);
    oracle_update_allocation(world->oracle, held.framework, held.role, held.agent, &from, &to);
  } else if (agent.index != INDEX_NONE) {
    Resources free = oracle_available(world->oracle, agent);
    choose_conversion(world, &free, role_paths[below(world, ROLES)], &from, &to);
    if (percent(world, 20))
      from.plain.amount[RESOURCE_CPUS] += 250; /* perhaps more than there is */
    if (percent(world, 20))
      to.plain.amount[RESOURCE_MEM] += 1000; /* something new comes along */
    bool expected = oracle_update_available(world->oracle, agent, &from, &to);
    for (int which = 0; which < 2; which++)
      ck_assert(world->real[which].interface->update_available(
                    world->real[which].allocator, world->real[which].now, agent, &from, &to) == expected);
    resources_clear(&free);
  } else {
    return;
  }
  resources_clear(&from);
  resources_clear(&to);
}

static void step_maintenance(World *world)
{
  static const Unavailability window = {{60 * NS_PER_S}, {NS_PER_H}};
  AgentId agent = random_agent(world);
  FrameworkId framework = random_framework(world, false);
  if ((world->features & WITH_MAINTENANCE) == 0 || agent.index == INDEX_NONE)
    return;
  if (framework.index == INDEX_NONE || percent(world, 40)) {
    bool unavailable = percent(world, 70);
    REAL(world, update_unavailability, agent, unavailable ? &window : NULL);
    oracle_update_unavailability(world->oracle, agent, unavailable);
    return;
  }
  OfferFilter filter = random_filter(world);
  InverseOfferAnswer answer = (InverseOfferAnswer)below(world, 3);
  REAL(world, update_inverse_offer, agent, framework, answer, filter);
  oracle_update_inverse_offer(world->oracle, now_of(world), agent, framework, filter);
}

/* For somebody who has gone: nothing happens. */
static void step_late_recover(World *world)
{
  Resources some = RESOURCES_EMPTY;
  some.plain.amount[RESOURCE_CPUS] = 1000;
  for (uint32_t i = 0; i < world->n_frameworks && world->n_agents > 0; i++)
    if (!world->frameworks[i].present)
      REAL(world, recover_resources, (FrameworkId){i}, (RoleId){0}, (AgentId){0}, &some,
           ((OfferFilter){true, {NS_PER_S}}), false);
}

/* --- scenarios ------------------------------------------------------------------------------------------ */

static void step_time(World *world)
{
  settle(world);
  if (percent(world, 25)) {
    Duration wait = {(int64_t)below(world, (uint32_t)(harness_until_tick(&world->real[0]).ns / NS_PER_MS)) *
                     NS_PER_MS};
    harness_advance(&world->real[0], wait);
    harness_advance(&world->real[1], wait);
    compare_books(world);
    return;
  }
  uint32_t ticks = percent(world, 80) ? 1 : 1 + below(world, 12);
  for (uint32_t i = 0; i < ticks; i++) {
    harness_tick(&world->real[0]);
    harness_tick(&world->real[1]);
    compare_offers(world, true);
    compare_books(world);
  }
}

static void step(World *world)
{
  uint32_t kind = below(world, 100);
  harness_arrive(&world->real[1]);
  if (kind < 12)
    step_add_agent(world);
  else if (kind < 20)
    step_add_framework(world);
  else if (kind < 22)
    step_remove_framework(world);
  else if (kind < 26)
    step_activity(world);
  else if (kind < 30)
    step_update_framework(world);
  else if (kind < 37)
    step_suppression(world);
  else if (kind < 41)
    step_role(world);
  else if (kind < 48)
    step_agent(world);
  else if (kind < 50)
    step_whitelist(world);
  else if (kind < 75)
    step_recover(world);
  else if (kind < 76)
    step_late_recover(world);
  else if (kind < 80)
    step_convert(world);
  else if (kind < 84)
    step_maintenance(world);
  else
    step_time(world);
  if (percent(world, 75))
    settle(world);
}

static void world_start(World *world, const AllocatorInterface *interface, bool use_priority)
{
  AllocatorSettings settings = {
      .allocation_interval = {NS_PER_S},
      .min_allocatable = harness_mesos_minimum(),
      .n_min_allocatable = percent(world, 80) ? 2 : 0,
      .fair_sharing_excluded = percent(world, 20) ? 1u << RESOURCE_GPUS : 0,
      .filter_gpu_resources = percent(world, 80),
      .kinds = world->kinds,
      .mesos_compatible = world->compatible,
  };
  world->n_roles = 1 + below(world, ROLES);
  world->agents_wanted = 1 + below(world, 7);
  world->frameworks_wanted = 1 + below(world, G_N_ELEMENTS(framework_names));
  harness_init(&world->real[0], interface, &settings, world->seed, false);
  harness_init(&world->real[1], interface, &settings, world->seed, true);
  world->oracle = oracle_new(&settings, use_priority);
  for (uint32_t i = 0; i < world->n_roles; i++) {
    for (int which = 0; which < 2; which++)
      interface->add_role(world->real[which].allocator, (RoleId){i}, (RoleId){role_parents[i]},
                          role_paths[i]);
    oracle_add_role(world->oracle, role_paths[i]);
    world->attributes[i] = ROLE_ATTRIBUTES_DEFAULT;
  }
  /* So that what is allocated is counted from the beginning. */
  Quantities use;
  for (int which = 0; which < 2 && (world->features & WITH_QUOTA) != 0; which++)
    interface->quota_use(world->real[which].allocator, (RoleId){0}, true, &use);
}

/* When all have left, nothing is left behind. */
static void world_empty(World *world)
{
  for (uint32_t i = 0; i < world->n_frameworks; i++)
    if (world->frameworks[i].present) {
      REAL(world, remove_framework, (FrameworkId){i});
      oracle_remove_framework(world->oracle, (FrameworkId){i});
    }
  for (uint32_t i = 0; i < world->n_agents; i++)
    if (world->agents[i].present)
      REAL(world, remove_agent, (AgentId){i});
  for (int which = 0; which < 2; which++) {
    const Allocator *kernel = world->real[which].allocator;
    kernel->role_interface->check(kernel->role_sorter);
    hierarchical_check(kernel, world->real[which].now);
    ck_assert_uint_eq(kernel->clients.n_taken, 0);
    ck_assert_uint_eq(kernel->holdings.n_taken, 0);
    ck_assert_uint_eq(kernel->filters.n_taken, 0);
    ck_assert_uint_eq(g_hash_table_size(kernel->held_special), 0);
    ck_assert_uint_eq(g_hash_table_size(kernel->refused_special), 0);
    ck_assert_uint_eq(kernel->n_special + kernel->n_wishes + kernel->maintained.n, 0);
    ck_assert(quantities_are_zero(&kernel->totals.total));
    for (int place = PLACE_READY; place < PLACES; place++)
      ck_assert_uint_eq(kernel->places[place].n, 0);
  }
}

static void scenario(uint64_t seed, const AllocatorInterface *interface, bool use_priority)
{
  g_autofree World *world = g_new0(World, 1);
  world->seed = seed;
  world->random = (PropertyRandom){seed};
  world->kinds = resource_kinds_new();
  world->features = percent(world, 30) ? 0 : below(world, 16);
  world->compatible = !use_priority && percent(world, 40);
  world_start(world, interface, use_priority);
  for (world->step = 0; world->step < STEPS; world->step++)
    step(world);
  settle(world);
  world_empty(world);
  harness_clear(&world->real[0]);
  harness_clear(&world->real[1]);
  oracle_free(world->oracle);
  resource_kinds_free(world->kinds);
}

/* How many scenarios for each that there are by default. */
static uint64_t repeats(void)
{
  const char *text = g_getenv("ALLOCATOR_REPEATS");
  return text == NULL ? 1 : g_ascii_strtoull(text, NULL, 10);
}

/* drf without the quirks of Mesos's sorter, which the oracle's has not either. */
static Allocator *kernel_create(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                                char **error)
{
  (void)error;
  return hierarchical_new(settings, host, now, &drf_sorter, NULL, &drf_sorter, NULL);
}

static void chunk(int which, const AllocatorInterface *interface, bool use_priority)
{
  uint64_t n = SCENARIOS_PER_CHUNK * repeats();
  for (uint64_t i = 0; i < n; i++)
    scenario((uint64_t)which * n + i, interface, use_priority);
}

START_TEST(drf_agrees_with_the_oracle)
{
  AllocatorInterface interface = drf_allocator;
  interface.create = kernel_create;
  chunk(_i, &interface, false);
}
END_TEST

START_TEST(priority_agrees_with_the_oracle)
{
  chunk(_i, &priority_allocator, true);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("allocator");
  test_case_loop(suite, drf_agrees_with_the_oracle, 0, CHUNKS);
  test_case_loop(suite, priority_agrees_with_the_oracle, 0, CHUNKS / 4);
  test_note("%" G_GUINT64_FORMAT " random steps",
            (CHUNKS + CHUNKS / 4) * SCENARIOS_PER_CHUNK * STEPS * repeats());
  return suite;
}
