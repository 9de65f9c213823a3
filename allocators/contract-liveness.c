/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "allocators/contract-rules.h"
#include "base/check.h"
#include "base/resources-text.h"

#define STEPS 250 /* of a random scenario */

#define REFUSE_SHORT ((OfferFilter){true, {5 * NS_PER_S}})

/* --- a world of equal agents and busy frameworks ---------------------------------------------------------- */

static void add_agents(ContractWorld *world, uint32_t n)
{
  for (; n > 0; n--) {
    WorldAgent spec = {0};
    CHECK(resources_parse(world->kinds, "cpus:4;mem:4096", &spec.total, NULL));
    world_add_agent(world, &spec);
  }
}

/* One that waits for more tasks than there is room for, each a quarter of an agent. */
static FrameworkId add_busy_framework(ContractWorld *world, RoleId role)
{
  WorldFramework spec = {.roles = 1u << role.index};
  FrameworkId framework = world_add_framework(world, &spec);
  const Quantities task = {
      .amount = {[RESOURCE_CPUS] = QUANTITY_UNIT, [RESOURCE_MEM] = 1024 * QUANTITY_UNIT}};
  world_request_resources(world, framework, role, &task, 100000);
  return framework;
}

static void set_role(ContractWorld *world, RoleId role, double weight, int64_t priority)
{
  RoleAttributes attributes = world_role_attributes(weight, priority);
  world_update_role(world, role, &attributes);
}

/* The first offer that is outstanding; UINT32_MAX: none. */
static uint32_t find_offer(const ContractWorld *world)
{
  for (uint32_t i = 0; i < world->holdings->len; i++)
    if (!world_holding(world, i)->allocated)
      return i;
  return UINT32_MAX;
}

static void accept_all(ContractWorld *world)
{
  for (uint32_t i; (i = find_offer(world)) != UINT32_MAX;) {
    Resources all;
    resources_copy(&all, &world_holding(world, i)->resources);
    world_accept(world, i, &all, OFFER_FILTER_NONE);
    resources_clear(&all);
  }
}

static void decline_all(ContractWorld *world, OfferFilter filter)
{
  for (uint32_t i; (i = find_offer(world)) != UINT32_MAX;)
    world_recover(world, i, filter);
}

static double cpus_of(const ContractWorld *world, FrameworkId framework)
{
  int64_t cpus = 0;
  for (uint32_t i = 0; i < world->holdings->len; i++)
    if (world_holding(world, i)->framework.index == framework.index)
      cpus += world_holding(world, i)->resources.plain.amount[RESOURCE_CPUS];
  return (double)cpus / (double)QUANTITY_UNIT;
}

/* Calls at the instant of a tick that was left out would have to come after it: a moment goes by. */
static void next_interval(ContractWorld *world)
{
  world_tick(world);
  world_advance(world, (Duration){NS_PER_MS});
}

/* Everybody takes all that is offered, until nothing has been for a while. */
static void fill(ContractWorld *world)
{
  uint64_t offers = 0;
  world_settle(world);
  for (int idle = 0; idle<10; idle = world->n_offers> offers ? 0 : idle + 1) {
    offers = world->n_offers;
    accept_all(world);
    next_interval(world);
  }
  accept_all(world);
}

/* --- answers -------------------------------------------------------------------------------------------- */

/* Whether somebody was offered something, now or within the bound. */
static bool waits_for_offer(ContractWorld *world, const char *when)
{
  uint64_t before = world->n_offers;
  world_settle(world);
  for (int i = 0; i < CONTRACT_ANSWER_INTERVALS && world->n_offers == before; i++)
    next_interval(world);
  if (world->n_offers > before)
    return true;
  g_autofree char *what =
      g_strdup_printf("nothing has been offered for %d intervals, %s", CONTRACT_ANSWER_INTERVALS, when);
  world_violate(world, what);
  return false;
}

static void finish_all(ContractWorld *world)
{
  while (world->holdings->len > 0)
    world_recover(world, 0, OFFER_FILTER_NONE);
}

static void seek_answers(ContractWorld *world)
{
  RoleId role = world_add_role(world, "a", ROLE_NONE);
  RoleId other = world_add_role(world, "b", ROLE_NONE);
  add_agents(world, 3);
  FrameworkId framework = add_busy_framework(world, role);
  if (!waits_for_offer(world, "though there is one framework, and nothing is in use"))
    return;
  decline_all(world, OFFER_FILTER_NONE);
  if (!waits_for_offer(world, "though all was declined without a filter"))
    return;
  decline_all(world, REFUSE_SHORT);
  if (!waits_for_offer(world, "though the filter of 5 s that all was declined with has ended"))
    return;
  fill(world);
  finish_all(world);
  if (!waits_for_offer(world, "though all that was in use has come back"))
    return;
  finish_all(world);
  world_suppress(world, framework, ROLE_NONE);
  add_busy_framework(world, other);
  if (!waits_for_offer(world, "though another framework has come"))
    return;
  finish_all(world);
  for (int i = 0; i < 4; i++)
    add_busy_framework(world, i % 2 == 0 ? role : other);
  for (int i = 0; i < 20; i++) {
    if (!waits_for_offer(world, "though five frameworks decline without filters"))
      return;
    decline_all(world, OFFER_FILTER_NONE);
  }
}

ContractVerdict judge_answers(const ContractJudge *judge)
{
  ContractWorld *world =
      contract_world_new(judge->interface, judge->option_values, judge->seed, 0, judge->violation);
  if (world == NULL)
    return CONTRACT_BROKEN;
  seek_answers(world);
  return judge_end(judge, world);
}

/* --- work-conserving ------------------------------------------------------------------------------------ */

ContractVerdict judge_work_conserving(const ContractJudge *judge)
{
  for (uint32_t i = 0; i < judge->n_scenarios; i++) {
    uint64_t seed = judge->seed + i;
    ContractWorld *world =
        contract_world_new(judge->interface, judge->option_values, seed, 0, judge->violation);
    if (world == NULL)
      return CONTRACT_BROKEN;
    ContractScenario scenario = contract_scenario_begin(world, judge->features, seed);
    g_autoptr(GString) what = g_string_new(NULL);
    for (int step = 0; step < STEPS && world->violation == NULL; step++) {
      contract_scenario_step(&scenario);
      if (step % 10 != 0)
        continue;
      world_tick(world);
      if (world_find_idle(world, what))
        world_violate(world, what->str);
      world_advance(world, (Duration){NS_PER_MS});
    }
    if (judge_end(judge, world) == CONTRACT_BROKEN)
      return CONTRACT_BROKEN;
  }
  return CONTRACT_KEPT;
}

/* --- shares --------------------------------------------------------------------------------------------- */

typedef struct {
  double first;
  double second;
  double third;
} Shares;

/* Sums up what four scenarios give: a random order is right in the mean. */
static bool collect(const ContractJudge *judge, void (*play)(ContractWorld *world, Shares *sum), Shares *sum)
{
  *sum = (Shares){0};
  for (uint64_t i = 0; i < 4; i++) {
    ContractWorld *world =
        contract_world_new(judge->interface, judge->option_values, judge->seed + i, 0, judge->violation);
    if (world == NULL)
      return false;
    play(world, sum);
    contract_world_free(world);
  }
  return true;
}

static void play_weights(ContractWorld *world, Shares *sum)
{
  RoleId light = world_add_role(world, "light", ROLE_NONE);
  RoleId heavy = world_add_role(world, "heavy", ROLE_NONE);
  set_role(world, heavy, 3, 0);
  add_agents(world, 60);
  FrameworkId few = add_busy_framework(world, light);
  FrameworkId many = add_busy_framework(world, heavy);
  fill(world);
  sum->first += cpus_of(world, few);
  sum->second += cpus_of(world, many);
}

ContractVerdict judge_weights(const ContractJudge *judge)
{
  Shares sum;
  if (!collect(judge, play_weights, &sum))
    return CONTRACT_BROKEN;
  if (sum.first > 0 && sum.second > 2.2 * sum.first && sum.second < 4.2 * sum.first)
    return CONTRACT_KEPT;
  *judge->violation =
      g_strdup_printf("of %.0f cpus in all the role of weight 1 got %.0f and that of weight 3 %.0f; "
                      "expected 2.2 to 4.2 times as much",
                      sum.first + sum.second, sum.first, sum.second);
  return CONTRACT_BROKEN;
}

static void play_hierarchy(ContractWorld *world, Shares *sum)
{
  RoleId a = world_add_role(world, "a", ROLE_NONE);
  RoleId b = world_add_role(world, "b", ROLE_NONE);
  RoleId ax = world_add_role(world, "a/x", a);
  RoleId ay = world_add_role(world, "a/y", a);
  add_agents(world, 60);
  FrameworkId x = add_busy_framework(world, ax);
  FrameworkId y = add_busy_framework(world, ay);
  FrameworkId z = add_busy_framework(world, b);
  fill(world);
  sum->first += cpus_of(world, x);
  sum->second += cpus_of(world, y);
  sum->third += cpus_of(world, z);
}

ContractVerdict judge_hierarchy(const ContractJudge *judge)
{
  Shares sum;
  if (!collect(judge, play_hierarchy, &sum))
    return CONTRACT_BROKEN;
  double all = sum.first + sum.second + sum.third;
  if (sum.first > 0.17 * all && sum.second > 0.17 * all && sum.third > 0.42 * all && sum.third < 0.58 * all)
    return CONTRACT_KEPT;
  *judge->violation =
      g_strdup_printf("of %.0f cpus in all a/x got %.0f, a/y %.0f and b %.0f; expected about a "
                      "quarter, a quarter and a half",
                      all, sum.first, sum.second, sum.third);
  return CONTRACT_BROKEN;
}

/* Weights, names and the order of arrival all speak for the other one. */
static void play_priority(ContractWorld *world, Shares *sum)
{
  RoleId low = world_add_role(world, "a-low", ROLE_NONE);
  RoleId high = world_add_role(world, "high", ROLE_NONE);
  set_role(world, low, 10, -1);
  set_role(world, high, 1, 1);
  add_agents(world, 20);
  FrameworkId last = add_busy_framework(world, low);
  FrameworkId first = add_busy_framework(world, high);
  fill(world);
  sum->first += cpus_of(world, first);
  sum->second += cpus_of(world, last);
}

ContractVerdict judge_priority(const ContractJudge *judge)
{
  Shares sum;
  if (!collect(judge, play_priority, &sum))
    return CONTRACT_BROKEN;
  if (sum.first > 0 && sum.second == 0)
    return CONTRACT_KEPT;
  *judge->violation =
      g_strdup_printf("the role of lower priority got %.0f of %.0f cpus, while the higher one took all "
                      "that it was offered",
                      sum.second, sum.first + sum.second);
  return CONTRACT_BROKEN;
}

/* --- starvation ----------------------------------------------------------------------------------------- */

/* One who holds much waits beside many who hold nothing and decline whatever they get, for 5 s. */
static void seek_starvation(ContractWorld *world)
{
  RoleId a = world_add_role(world, "a", ROLE_NONE);
  RoleId b = world_add_role(world, "b", ROLE_NONE);
  add_agents(world, 1);
  FrameworkId holder = add_busy_framework(world, b);
  fill(world);
  add_agents(world, 1);
  for (int i = 0; i < 20; i++)
    add_busy_framework(world, a);
  double held = cpus_of(world, holder); /* before: it may be the first to be offered more */
  world_settle(world);
  for (int i = 0; i < 2 * CONTRACT_ANSWER_INTERVALS; i++) {
    if (cpus_of(world, holder) > held)
      return;
    decline_all(world, REFUSE_SHORT);
    next_interval(world);
  }
  g_autofree char *what =
      g_strdup_printf("framework %u has been offered nothing for %d intervals, while 20 others "
                      "declined all that they got for 5 s",
                      holder.index, 2 * CONTRACT_ANSWER_INTERVALS);
  world_violate(world, what);
}

ContractVerdict judge_no_starvation(const ContractJudge *judge)
{
  ContractWorld *world =
      contract_world_new(judge->interface, judge->option_values, judge->seed, 0, judge->violation);
  if (world == NULL)
    return CONTRACT_BROKEN;
  seek_starvation(world);
  return judge_end(judge, world);
}

/* --- demand --------------------------------------------------------------------------------------------- */

/* The same scenarios with and without the declarations: somewhere they must make a difference. */
ContractVerdict judge_demand(const ContractJudge *judge)
{
  if (judge->interface->request_resources == NULL) {
    *judge->violation = g_strdup("it has no request_resources()");
    return CONTRACT_BROKEN;
  }
  AllocatorInterface table = *judge->interface;
  table.request_resources = NULL;
  ContractJudge deaf = *judge;
  deaf.interface = &table;
  for (uint32_t i = 0; i < judge->n_scenarios; i++) {
    g_autofree char *declared = judge_play(judge, judge->seed + i);
    g_autofree char *undeclared = declared == NULL ? NULL : judge_play(&deaf, judge->seed + i);
    if (undeclared == NULL)
      return CONTRACT_BROKEN;
    if (strcmp(declared, undeclared) != 0)
      return CONTRACT_KEPT;
  }
  *judge->violation = g_strdup_printf(
      "in %u scenarios every offer is the same whether demand is declared or not", judge->n_scenarios);
  return CONTRACT_BROKEN;
}
