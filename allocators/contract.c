/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/contract.h"

#include "allocators/contract-rules.h"
#include "base/check.h"

typedef struct {
  ContractVerdict (*judge)(const ContractJudge *judge);
  uint32_t features;
  ContractFault fault; /* judge_offers */
} RuleTest;

/* The two tables belong together, line by line. */
static const ContractRule rules[] = {
    {"only-free", "it offers what is free on the agent, and never nothing", 0},
    {"only-subscribed", "only to frameworks that are there, active, and in the role", 0},
    {"suppression", "nothing in a role in which the framework suppresses offers", 0},
    {"filters", "nothing that is contained in what the framework refused, while the filter lives", 0},
    {"limits", "nothing unreserved beyond the limit of a role", 0},
    {"minimum", "nothing below the minimum of all, or of the framework where it has one", 0},
    {"gpus", "agents with gpus only to frameworks with that capability", 0},
    {"regions", "agents elsewhere only to frameworks with that capability", 0},
    {"constraints", "only agents that the framework's offer constraints allow", 0},
    {"whitelist", "only hosts of the whitelist, where there is one", 0},
    {"inactive-agents", "nothing of an agent that is deactivated", 0},
    {"old-agents", "agents that lack a capability not to those who need it", 0},
    {"reservations", "what is reserved only to the role, or to roles below it", 0},
    {"capabilities", "what is revocable only to frameworks with that capability", 0},
    {"removed-agents", "nothing of an agent that has been removed", 0},
    {"only-in-runs", "offers only within run() and tick()", 0},
    {"deterministic", "the same calls bring the same offers", 0},
    {"instances", "two instances in one process know nothing of each other", 0},
    {"late-calls", "calls about what is gone, and repeated calls, do no harm", 0},
    {"answers", "what somebody may have is offered within 100 allocation intervals", 0},
    {"work-conserving", "after a tick nothing is left that somebody may have", ALLOCATOR_WORK_CONSERVING},
    {"weights", "of two busy roles that of weight 3 gets three times as much", ALLOCATOR_USES_WEIGHTS},
    {"hierarchy", "a role gets its share whatever is below it", ALLOCATOR_USES_HIERARCHY},
    {"no-starvation", "frameworks that decline all they get keep nothing from another",
     ALLOCATOR_NO_STARVATION},
    {"priority", "a role of higher priority gets all that it takes", ALLOCATOR_USES_PRIORITY},
    {"demand", "what frameworks declare to wait for decides who is offered what", ALLOCATOR_USES_DEMAND},
};

static const RuleTest tests[G_N_ELEMENTS(rules)] = {
    {judge_offers, SCENARIO_TOTALS, FAULT_NOT_FREE},
    {judge_offers, SCENARIO_LEAVES | SCENARIO_DEACTIVATES, FAULT_NOT_SUBSCRIBED},
    {judge_offers, SCENARIO_SUPPRESSES, FAULT_SUPPRESSED},
    {judge_offers, 0, FAULT_FILTER},
    {judge_offers, SCENARIO_LIMITS, FAULT_LIMIT},
    {judge_offers, SCENARIO_MINIMA, FAULT_MINIMUM},
    {judge_offers, SCENARIO_GPUS, FAULT_GPUS},
    {judge_offers, SCENARIO_REGIONS, FAULT_REGION},
    {judge_offers, SCENARIO_CONSTRAINTS, FAULT_CONSTRAINTS},
    {judge_offers, SCENARIO_WHITELIST, FAULT_WHITELIST},
    {judge_offers, SCENARIO_AGENTS_INACTIVE, FAULT_AGENT_INACTIVE},
    {judge_offers, SCENARIO_AGENTS_OLD, FAULT_AGENT_OLD},
    {judge_offers, SCENARIO_RESERVED, FAULT_RESERVED},
    {judge_offers, SCENARIO_REVOCABLE, FAULT_CAPABILITY},
    {judge_offers, SCENARIO_LEAVES, FAULT_AGENT_REMOVED},
    {judge_offers, 0, FAULT_OUTSIDE_RUN},
    {judge_deterministic, SCENARIO_ALL, FAULTS},
    {judge_instances, SCENARIO_ALL, FAULTS},
    {judge_late_calls, SCENARIO_LEAVES | SCENARIO_LATE, FAULTS},
    {judge_answers, 0, FAULTS},
    {judge_work_conserving, SCENARIO_ALL & ~SCENARIO_LIMITS, FAULTS},
    {judge_weights, 0, FAULTS},
    {judge_hierarchy, 0, FAULTS},
    {judge_no_starvation, 0, FAULTS},
    {judge_priority, 0, FAULTS},
    {judge_demand, SCENARIO_DEMANDS, FAULTS},
};

const ContractRule *contract_rules(uint32_t *n)
{
  *n = G_N_ELEMENTS(rules);
  return rules;
}

bool contract_options_check(const AllocatorInterface *allocator, const char *const *option_values,
                            char **message)
{
  ContractWorld *world = contract_world_new(allocator, option_values, 1, 0, message);
  if (world == NULL)
    return false;
  contract_world_free(world);
  return true;
}

ContractVerdict contract_judge(uint32_t rule, const AllocatorInterface *allocator,
                               const char *const *option_values, uint64_t seed, uint32_t n_scenarios,
                               char **violation)
{
  CHECK(rule < G_N_ELEMENTS(rules));
  *violation = NULL;
  uint32_t property = rules[rule].property;
  if (property != 0 && (allocator->properties & property) == 0)
    return CONTRACT_NOT_DECLARED;
  const ContractJudge judge = {.interface = allocator,
                               .option_values = option_values,
                               .fault = tests[rule].fault,
                               .features = tests[rule].features,
                               .seed = seed,
                               .n_scenarios = n_scenarios,
                               .violation = violation};
  return tests[rule].judge(&judge);
}
