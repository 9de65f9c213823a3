/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "allocators/contract-rules.h"

#define STEPS 250 /* of a scenario */

ContractVerdict judge_end(const ContractJudge *judge, ContractWorld *world)
{
  if (world == NULL)
    return CONTRACT_BROKEN;
  ContractVerdict verdict = world->violation == NULL ? CONTRACT_KEPT : CONTRACT_BROKEN;
  *judge->violation = g_steal_pointer(&world->violation);
  contract_world_free(world);
  return verdict;
}

/* --- offers --------------------------------------------------------------------------------------------- */

/* Every other scenario has all features: rules meet each other there. */
ContractVerdict judge_offers(const ContractJudge *judge)
{
  ContractVerdict verdict = CONTRACT_KEPT;
  for (uint32_t i = 0; i < judge->n_scenarios && verdict == CONTRACT_KEPT; i++) {
    uint64_t seed = judge->seed + i;
    ContractWorld *world = contract_world_new(judge->interface, judge->option_values, seed,
                                              1u << judge->fault, judge->violation);
    if (world != NULL) {
      ContractScenario scenario =
          contract_scenario_begin(world, i % 2 == 0 ? judge->features : SCENARIO_ALL, seed);
      for (int step = 0; step < STEPS && world->violation == NULL; step++)
        contract_scenario_step(&scenario);
    }
    verdict = judge_end(judge, world);
  }
  return verdict;
}

/* Plays one scenario in which no more than what is free may be offered. */
static ContractVerdict play_free(const ContractJudge *judge, uint32_t features, uint64_t seed)
{
  ContractWorld *world = contract_world_new(judge->interface, judge->option_values, seed,
                                            1u << FAULT_NOT_FREE, judge->violation);
  if (world != NULL) {
    ContractScenario scenario = contract_scenario_begin(world, features, seed);
    for (int step = 0; step < STEPS && world->violation == NULL; step++)
      contract_scenario_step(&scenario);
  }
  return judge_end(judge, world);
}

ContractVerdict judge_late_calls(const ContractJudge *judge)
{
  for (uint32_t i = 0; i < judge->n_scenarios; i++) {
    if (play_free(judge, judge->features & ~(uint32_t)SCENARIO_LATE, judge->seed + i) == CONTRACT_BROKEN) {
      g_free(*judge->violation);
      *judge->violation = g_strdup("it offers what is not free without them, too: nothing can be said");
      return CONTRACT_NOT_JUDGED;
    }
    if (play_free(judge, judge->features, judge->seed + i) == CONTRACT_BROKEN)
      return CONTRACT_BROKEN;
  }
  return CONTRACT_KEPT;
}

/* --- equal histories ------------------------------------------------------------------------------------ */

char *judge_play(const ContractJudge *judge, uint64_t seed)
{
  ContractWorld *world =
      contract_world_new(judge->interface, judge->option_values, seed, 0, judge->violation);
  if (world == NULL)
    return NULL;
  world->log = g_string_new(NULL);
  ContractScenario scenario = contract_scenario_begin(world, judge->features, seed);
  for (int step = 0; step < STEPS; step++)
    contract_scenario_step(&scenario);
  char *log = g_strdup(world->log->str);
  contract_world_free(world);
  return log;
}

/* The first line in which they differ, of either. */
static char *describe_difference(const char *one, const char *other)
{
  const char *line = one;
  const char *other_line = other;
  for (; *one != '\0' && *one == *other; one++, other++)
    if (*one == '\n') {
      line = one + 1;
      other_line = other + 1;
    }
  g_autofree char *first = g_strndup(line, strcspn(line, "\n"));
  g_autofree char *second = g_strndup(other_line, strcspn(other_line, "\n"));
  return g_strdup_printf("\"%s\" and \"%s\" (nanoseconds and offer)",
                         *first == '\0' ? "no more offers" : first,
                         *second == '\0' ? "no more offers" : second);
}

/* Memory that is taken moves what comes later to other addresses. */
static GPtrArray *disturb_memory(uint64_t seed)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func(g_free);
  for (int i = 0; i < 300; i++)
    g_ptr_array_add(blocks, g_malloc(16 + contract_draw(&seed, 500)));
  for (int i = 0; i < 100; i++)
    g_ptr_array_remove_index_fast(blocks, contract_draw(&seed, blocks->len));
  return blocks;
}

ContractVerdict judge_deterministic(const ContractJudge *judge)
{
  for (uint32_t i = 0; i < judge->n_scenarios; i++) {
    g_autofree char *first = judge_play(judge, judge->seed + i);
    GPtrArray *blocks = disturb_memory(judge->seed + i);
    g_autofree char *second = first == NULL ? NULL : judge_play(judge, judge->seed + i);
    g_ptr_array_unref(blocks);
    if (second == NULL)
      return CONTRACT_BROKEN;
    if (strcmp(first, second) == 0)
      continue;
    g_autofree char *difference = describe_difference(first, second);
    *judge->violation = g_strdup_printf("scenario %" G_GUINT64_FORMAT ", played twice, brings %s",
                                        judge->seed + i, difference);
    return CONTRACT_BROKEN;
  }
  return CONTRACT_KEPT;
}

/* --- instances ------------------------------------------------------------------------------------------ */

/* Two scenarios, step by step in turn. Returns: the offers of the first. */
static char *play_beside(const ContractJudge *judge, uint64_t seed)
{
  ContractWorld *world =
      contract_world_new(judge->interface, judge->option_values, seed, 0, judge->violation);
  if (world == NULL)
    return NULL;
  world->log = g_string_new(NULL);
  ContractScenario scenario = contract_scenario_begin(world, judge->features, seed);
  ContractWorld *other =
      contract_world_new(judge->interface, judge->option_values, seed + 1000, 0, judge->violation);
  if (other != NULL) {
    ContractScenario beside = contract_scenario_begin(other, judge->features, seed + 1000);
    for (int step = 0; step < STEPS; step++) {
      contract_scenario_step(&scenario);
      contract_scenario_step(&beside);
    }
  }
  char *log = other == NULL ? NULL : g_strdup(world->log->str);
  contract_world_free(other);
  contract_world_free(world);
  return log;
}

ContractVerdict judge_instances(const ContractJudge *judge)
{
  for (uint32_t i = 0; i < judge->n_scenarios; i++) {
    g_autofree char *alone = judge_play(judge, judge->seed + i);
    g_autofree char *again = alone == NULL ? NULL : judge_play(judge, judge->seed + i);
    g_autofree char *beside = again == NULL ? NULL : play_beside(judge, judge->seed + i);
    if (beside == NULL)
      return CONTRACT_BROKEN;
    if (strcmp(alone, again) != 0) {
      *judge->violation = g_strdup("it is not deterministic: nothing can be said");
      return CONTRACT_NOT_JUDGED;
    }
    if (strcmp(alone, beside) == 0)
      continue;
    g_autofree char *difference = describe_difference(alone, beside);
    *judge->violation = g_strdup_printf("scenario %" G_GUINT64_FORMAT ", alone and beside another, brings %s",
                                        judge->seed + i, difference);
    return CONTRACT_BROKEN;
  }
  return CONTRACT_KEPT;
}
