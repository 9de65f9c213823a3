/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/contract-scenario.h"

#include "base/check.h"
#include "base/resources-text.h"

#define AGENTS_MAX     16
#define FRAMEWORKS_MAX 12
#define REMOVED_MAX    60 /* ids are never used again: a scenario does not go on for ever */

uint32_t contract_draw(uint64_t *state, uint32_t n)
{
  *state += 0x9e3779b97f4a7c15u;
  uint64_t x = *state;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t)(((x ^ (x >> 31)) >> 32) * n >> 32);
}

static uint32_t draw(ContractScenario *scenario, uint32_t n)
{
  return contract_draw(&scenario->state, n);
}

static bool has(const ContractScenario *scenario, ScenarioFeature feature)
{
  return (scenario->features & (uint32_t)feature) != 0;
}

/* --- what comes ----------------------------------------------------------------------------------------- */

static Resources draw_total(ContractScenario *scenario)
{
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_printf(text, "cpus:%u;mem:%u", 1 + draw(scenario, 8), 512 * (1 + draw(scenario, 8)));
  if (has(scenario, SCENARIO_GPUS) && draw(scenario, 3) == 0)
    g_string_append_printf(text, ";gpus:%u", 1 + draw(scenario, 2));
  if (has(scenario, SCENARIO_RESERVED) && draw(scenario, 2) == 0)
    g_string_append_printf(text, ";cpus(%s):%u", draw(scenario, 2) == 0 ? "a" : "a/x", 1 + draw(scenario, 3));
  if (has(scenario, SCENARIO_RESERVED) && draw(scenario, 3) == 0)
    g_string_append_printf(text, ";mem(b):%u", 256 * (1 + draw(scenario, 3)));
  if (has(scenario, SCENARIO_REVOCABLE) && draw(scenario, 2) == 0)
    g_string_append_printf(text, ";cpus{REV}:%u", 1 + draw(scenario, 3));
  Resources total;
  CHECK(resources_parse(scenario->world->kinds, text->str, &total, NULL));
  return total;
}

static const char *draw_disk(ContractScenario *scenario)
{
  static const char *const disks[] = {NULL, "ssd", "hdd", "ssd-2"};
  return has(scenario, SCENARIO_CONSTRAINTS) ? disks[draw(scenario, 4)] : NULL;
}

static void add_agent(ContractScenario *scenario)
{
  static const char *const regions[] = {NULL, WORLD_REGION_OF_MASTER, "elsewhere"};
  WorldAgent spec = {.total = draw_total(scenario), .disk = draw_disk(scenario)};
  if (has(scenario, SCENARIO_REGIONS))
    spec.region = regions[draw(scenario, 3)];
  if (has(scenario, SCENARIO_AGENTS_OLD))
    spec.lacks = draw(scenario, 4);
  world_add_agent(scenario->world, &spec);
}

/* "ssd" or on host h1; not "hdd"; some "ssd..." ; none, and absent is right; the third host or any region. */
static OfferConstraints draw_constraints(ContractScenario *scenario)
{
  static const AttributeConstraint is_ssd[] = {{CONSTRAINT_ATTRIBUTE, CONSTRAINT_EQUALS, "disk", "ssd"}};
  static const AttributeConstraint is_h1[] = {{CONSTRAINT_HOSTNAME, CONSTRAINT_EQUALS, NULL, "h1"}};
  static const AttributeConstraint no_hdd[] = {{CONSTRAINT_ATTRIBUTE, CONSTRAINT_NOT_EQUALS, "disk", "hdd"}};
  static const AttributeConstraint some_ssd[] = {
      {CONSTRAINT_ATTRIBUTE, CONSTRAINT_MATCHES, "disk", "ssd(-[0-9])?"},
      {CONSTRAINT_HOSTNAME, CONSTRAINT_NOT_MATCHES, NULL, "h[02]"}};
  static const AttributeConstraint no_disk[] = {{CONSTRAINT_ATTRIBUTE, CONSTRAINT_NOT_EXISTS, "disk", NULL}};
  static const AttributeConstraint has_disk[] = {{CONSTRAINT_ATTRIBUTE, CONSTRAINT_EXISTS, "disk", NULL}};
  static const ConstraintGroup choices[][2] = {
      {{is_ssd, 1}, {is_h1, 1}}, {{no_hdd, 1}, {NULL, 0}},   {{some_ssd, 2}, {NULL, 0}},
      {{no_disk, 1}, {NULL, 0}}, {{has_disk, 1}, {NULL, 0}},
  };
  uint32_t choice = has(scenario, SCENARIO_CONSTRAINTS) ? draw(scenario, 8) : UINT32_MAX;
  if (choice >= G_N_ELEMENTS(choices))
    return (OfferConstraints){NULL, 0};
  return (OfferConstraints){choices[choice], choices[choice][1].n_constraints > 0 ? 2 : 1};
}

static WorldFramework draw_framework(ContractScenario *scenario)
{
  uint32_t n_roles = scenario->world->roles->len;
  WorldFramework spec = {.roles = 1u << draw(scenario, n_roles), .constraints = draw_constraints(scenario)};
  if (draw(scenario, 4) == 0)
    spec.roles |= 1u << draw(scenario, n_roles);
  if (has(scenario, SCENARIO_SUPPRESSES) && draw(scenario, 4) == 0)
    spec.suppressed = spec.roles & (uint32_t)draw(scenario, 1u << n_roles);
  static const struct {
    ScenarioFeature feature;
    FrameworkCapability capability;
  } capabilities[] = {{SCENARIO_GPUS, FRAMEWORK_GPU_RESOURCES},
                      {SCENARIO_REGIONS, FRAMEWORK_REGION_AWARE},
                      {SCENARIO_REVOCABLE, FRAMEWORK_REVOCABLE_RESOURCES}};
  for (size_t i = 0; i < G_N_ELEMENTS(capabilities); i++)
    if (has(scenario, capabilities[i].feature) && draw(scenario, 2) == 0)
      spec.capabilities |= capabilities[i].capability;
  if (has(scenario, SCENARIO_MINIMA) && draw(scenario, 2) == 0) {
    spec.minimum_set = true;
    spec.minimum.amount[RESOURCE_CPUS] = QUANTITY_UNIT * draw(scenario, 5);
    spec.minimum.amount[RESOURCE_MEM] = 512 * QUANTITY_UNIT * draw(scenario, 4);
  }
  return spec;
}

static void add_framework(ContractScenario *scenario)
{
  WorldFramework spec = draw_framework(scenario);
  world_add_framework(scenario->world, &spec);
}

/* --- who is there --------------------------------------------------------------------------------------- */

static uint32_t count_agents(const ContractWorld *world)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < world->agents->len; i++)
    n += world_agent(world, (AgentId){i})->present;
  return n;
}

static uint32_t count_frameworks(const ContractWorld *world)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < world->frameworks->len; i++)
    n += world_framework(world, (FrameworkId){i})->present;
  return n;
}

static AgentId draw_agent(ContractScenario *scenario)
{
  uint32_t n = count_agents(scenario->world);
  uint32_t skip = n == 0 ? 0 : draw(scenario, n);
  for (uint32_t i = 0; i < scenario->world->agents->len; i++)
    if (world_agent(scenario->world, (AgentId){i})->present && skip-- == 0)
      return (AgentId){i};
  return AGENT_NONE;
}

static FrameworkId draw_present_framework(ContractScenario *scenario)
{
  uint32_t n = count_frameworks(scenario->world);
  uint32_t skip = n == 0 ? 0 : draw(scenario, n);
  for (uint32_t i = 0; i < scenario->world->frameworks->len; i++)
    if (world_framework(scenario->world, (FrameworkId){i})->present && skip-- == 0)
      return (FrameworkId){i};
  return FRAMEWORK_NONE;
}

/* One of the roles of a framework, or ROLE_NONE. */
static RoleId draw_role_of(ContractScenario *scenario, FrameworkId framework)
{
  uint32_t roles = world_framework(scenario->world, framework)->roles;
  uint32_t role = draw(scenario, scenario->world->roles->len);
  return (roles & 1u << role) != 0 ? (RoleId){role} : ROLE_NONE;
}

/* --- what happens --------------------------------------------------------------------------------------- */

static OfferFilter draw_filter(ContractScenario *scenario)
{
  static const int64_t refuse_ns[] = {0, -1, NS_PER_S / 2, 2 * NS_PER_S, 5 * NS_PER_S, 60 * NS_PER_S};
  uint32_t choice = draw(scenario, G_N_ELEMENTS(refuse_ns) + 1);
  return choice == G_N_ELEMENTS(refuse_ns) ? OFFER_FILTER_NONE : (OfferFilter){true, {refuse_ns[choice]}};
}

/* All of it, or some of each plain amount; slices whole. */
static void draw_use(ContractScenario *scenario, const Resources *offered, Resources *used)
{
  resources_copy(used, offered);
  if (draw(scenario, 2) == 0)
    return;
  Resources plain = resources_of(&offered->plain);
  if (draw(scenario, 2) == 0 && !resources_are_empty(&plain)) {
    resources_clear(used);
    *used = plain;
  }
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    used->plain.amount[kind] -= used->plain.amount[kind] / 2 / 1000 * 1000;
}

static void answer_offer(ContractScenario *scenario, uint32_t index)
{
  OfferFilter filter = draw_filter(scenario);
  if (draw(scenario, 2) == 0) {
    world_recover(scenario->world, index, filter);
    return;
  }
  Resources used;
  draw_use(scenario, &world_holding(scenario->world, index)->resources, &used);
  world_accept(scenario->world, index, &used, filter);
  resources_clear(&used);
}

static void answer_or_finish(ContractScenario *scenario)
{
  ContractWorld *world = scenario->world;
  if (world->holdings->len == 0)
    return;
  uint32_t index = draw(scenario, world->holdings->len);
  if (world_holding(world, index)->allocated)
    world_recover(world, index, OFFER_FILTER_NONE);
  else
    answer_offer(scenario, index);
}

static void come_or_go(ContractScenario *scenario)
{
  ContractWorld *world = scenario->world;
  bool leaves = has(scenario, SCENARIO_LEAVES) && draw(scenario, 2) == 0;
  bool late = has(scenario, SCENARIO_LATE);
  if (draw(scenario, 2) == 0) {
    if (leaves && count_agents(world) > 3)
      world_remove_agent(world, draw_agent(scenario), late);
    else if (count_agents(world) < AGENTS_MAX && world->agents->len < REMOVED_MAX)
      add_agent(scenario);
  } else {
    if (leaves && count_frameworks(world) > 2)
      world_remove_framework(world, draw_present_framework(scenario), late);
    else if (count_frameworks(world) < FRAMEWORKS_MAX && world->frameworks->len < REMOVED_MAX)
      add_framework(scenario);
  }
}

static void change_framework(ContractScenario *scenario)
{
  ContractWorld *world = scenario->world;
  FrameworkId framework = draw_present_framework(scenario);
  if (framework.index == INDEX_NONE)
    return;
  uint32_t choice = draw(scenario, 4);
  if (choice < 2 && has(scenario, SCENARIO_SUPPRESSES)) {
    RoleId role = draw_role_of(scenario, framework);
    if (choice == 0)
      world_suppress(world, framework, role);
    else
      world_revive(world, framework, role);
  } else if (choice == 2 && has(scenario, SCENARIO_DEACTIVATES)) {
    world_activate_framework(world, framework, !world_framework(world, framework)->active);
  } else if (choice == 3 &&
             (scenario->features & (SCENARIO_DEACTIVATES | SCENARIO_MINIMA | SCENARIO_CONSTRAINTS |
                                    SCENARIO_GPUS | SCENARIO_REGIONS)) != 0) {
    WorldFramework spec = draw_framework(scenario);
    if (!has(scenario, SCENARIO_DEACTIVATES)) {
      spec.roles = world_framework(world, framework)->roles;
      spec.suppressed = world_framework(world, framework)->suppressed;
    }
    world_update_framework(world, framework, &spec);
  }
}

static void change_agent(ContractScenario *scenario)
{
  ContractWorld *world = scenario->world;
  AgentId agent = draw_agent(scenario);
  if (agent.index == INDEX_NONE)
    return;
  uint32_t choice = draw(scenario, 3);
  if (choice == 0 && has(scenario, SCENARIO_AGENTS_INACTIVE))
    world_activate_agent(world, agent, !world_agent(world, agent)->active);
  else if (choice == 1 && has(scenario, SCENARIO_TOTALS))
    world_update_agent(world, agent, draw_total(scenario));
  else if (choice == 2 && has(scenario, SCENARIO_CONSTRAINTS))
    world_update_agent_disk(world, agent, draw_disk(scenario));
}

static void draw_whitelist(ContractScenario *scenario)
{
  if (draw(scenario, 3) == 0) {
    world_update_whitelist(scenario->world, NULL);
    return;
  }
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (uint32_t i = 0; i < scenario->world->agents->len; i++)
    if (draw(scenario, 3) != 0)
      g_ptr_array_add(names, g_strdup_printf("h%u", i));
  g_ptr_array_add(names, g_strdup("no-such-host"));
  g_ptr_array_add(names, NULL);
  world_update_whitelist(scenario->world, (char **)g_ptr_array_steal(names, NULL));
}

static void change_role(ContractScenario *scenario)
{
  RoleId role = {draw(scenario, scenario->world->roles->len)};
  RoleAttributes attributes = world_role_attributes(1 + draw(scenario, 3), draw(scenario, 3));
  if (has(scenario, SCENARIO_LIMITS) && role.index < 3 && draw(scenario, 4) != 0) {
    attributes.limit.amount[RESOURCE_CPUS] = QUANTITY_UNIT * draw(scenario, 12);
    if (draw(scenario, 2) == 0)
      attributes.limit.amount[RESOURCE_MEM] = 512 * QUANTITY_UNIT * draw(scenario, 12);
  }
  world_update_role(scenario->world, role, &attributes);
}

static void declare_demand(ContractScenario *scenario)
{
  FrameworkId framework = draw_present_framework(scenario);
  RoleId role = framework.index == INDEX_NONE ? ROLE_NONE : draw_role_of(scenario, framework);
  if (role.index == INDEX_NONE)
    return;
  Quantities task = {.amount = {[RESOURCE_CPUS] = QUANTITY_UNIT * (1 + draw(scenario, 3)),
                                [RESOURCE_MEM] = 256 * QUANTITY_UNIT * (1 + draw(scenario, 8))}};
  world_request_resources(scenario->world, framework, role, &task, draw(scenario, 6));
}

/* What was there comes back once more, though it is gone; and what is repeated changes nothing. */
static void speak_late(ContractScenario *scenario)
{
  ContractWorld *world = scenario->world;
  FrameworkId framework = draw_present_framework(scenario);
  AgentId agent = draw_agent(scenario);
  Resources resources;
  CHECK(resources_parse(world->kinds, "cpus:1;mem:256", &resources, NULL));
  OfferFilter filter = draw_filter(scenario);
  RoleId role = {draw(scenario, world->roles->len)};
  for (uint32_t i = 0; i < world->agents->len; i++)
    if (!world_agent(world, (AgentId){i})->present && framework.index != INDEX_NONE && draw(scenario, 4) == 0)
      world->interface->recover_resources(world->allocator, world->now, framework, role, (AgentId){i},
                                          &resources, filter, draw(scenario, 2) == 0);
  for (uint32_t i = 0; i < world->frameworks->len; i++)
    if (!world_framework(world, (FrameworkId){i})->present && agent.index != INDEX_NONE &&
        draw(scenario, 4) == 0)
      world->interface->recover_resources(world->allocator, world->now, (FrameworkId){i}, role, agent,
                                          &resources, filter, draw(scenario, 2) == 0);
  if (agent.index != INDEX_NONE)
    world_activate_agent(world, agent, world_agent(world, agent)->active);
  if (framework.index != INDEX_NONE && world_framework(world, framework)->active)
    world_activate_framework(world, framework, true);
  AllocatorAgentView view;
  if (agent.index != INDEX_NONE)
    world->interface->view_agent(world->allocator, world->now, agent, &view);
  world->interface->check(world->allocator, world->now);
}

static void change_something(ContractScenario *scenario)
{
  switch (draw(scenario, 10)) {
  case 0:
  case 1:
    come_or_go(scenario);
    break;
  case 2:
  case 3:
  case 4:
    change_framework(scenario);
    break;
  case 5:
  case 6:
    change_agent(scenario);
    break;
  case 7:
    change_role(scenario);
    break;
  case 8:
    if (has(scenario, SCENARIO_WHITELIST))
      draw_whitelist(scenario);
    break;
  default:
    if (has(scenario, SCENARIO_DEMANDS))
      declare_demand(scenario);
    if (has(scenario, SCENARIO_LATE))
      speak_late(scenario);
    break;
  }
}

/* --- the scenario --------------------------------------------------------------------------------------- */

ContractScenario contract_scenario_begin(ContractWorld *world, uint32_t features, uint64_t seed)
{
  ContractScenario scenario = {world, features, seed * 0x2545f4914f6cdd1du + 1};
  RoleId a = world_add_role(world, "a", ROLE_NONE);
  world_add_role(world, "b", ROLE_NONE);
  world_add_role(world, "c", ROLE_NONE);
  world_add_role(world, "a/x", a);
  world_add_role(world, "a/y", a);
  for (uint32_t n = 3 + draw(&scenario, 6); n > 0; n--)
    add_agent(&scenario);
  for (uint32_t n = 2 + draw(&scenario, 4); n > 0; n--)
    add_framework(&scenario);
  for (int i = 0; i < 3; i++)
    change_role(&scenario);
  world_settle(world);
  return scenario;
}

void contract_scenario_step(ContractScenario *scenario)
{
  uint32_t choice = draw(scenario, 10);
  if (choice < 6) {
    for (uint32_t n = 1 + draw(scenario, 4); n > 0; n--)
      answer_or_finish(scenario);
  } else if (choice < 8) {
    change_something(scenario);
  } else {
    world_advance(scenario->world, (Duration){NS_PER_MS * (50 + draw(scenario, 1600))});
  }
  world_settle(scenario->world);
}
