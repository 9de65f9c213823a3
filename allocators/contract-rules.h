/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How the rules of the contract suite are judged: one function for each kind of rule.
 *
 * Not here: the list of rules (contract.c).
 */

#include "allocators/contract-scenario.h"
#include "allocators/contract.h"

typedef struct {
  const AllocatorInterface *interface;
  const char *const *option_values; /* (nullable) */
  ContractFault fault;              /* judge_offers */
  uint32_t features;                /* of scenarios */
  uint64_t seed;
  uint32_t n_scenarios;
  char **violation; /* out */
} ContractJudge;

/** judge_end: what is wrong moves to the judge; the world (NULL: create() refused, and that is said) goes. */
ContractVerdict judge_end(const ContractJudge *judge, ContractWorld *world);

/** judge_play: (transfer full): the offers of one scenario, as text; NULL where create() refuses. */
char *judge_play(const ContractJudge *judge, uint64_t seed);

/* Each of them: whether the rule is kept; else *violation is set. */

/* Safety: random scenarios, in which no offer may have the fault. */
ContractVerdict judge_offers(const ContractJudge *judge);
/* The same calls twice bring the same offers. */
ContractVerdict judge_deterministic(const ContractJudge *judge);
/* Two instances, called in turn, offer what each offers alone. */
ContractVerdict judge_instances(const ContractJudge *judge);
/* Calls about what is gone, and repeated ones, do no harm. */
ContractVerdict judge_late_calls(const ContractJudge *judge);
/* What is free is offered within the bound. */
ContractVerdict judge_answers(const ContractJudge *judge);

/* Properties. */
ContractVerdict judge_work_conserving(const ContractJudge *judge);
ContractVerdict judge_weights(const ContractJudge *judge);
ContractVerdict judge_hierarchy(const ContractJudge *judge);
ContractVerdict judge_no_starvation(const ContractJudge *judge);
ContractVerdict judge_priority(const ContractJudge *judge);
ContractVerdict judge_demand(const ContractJudge *judge);
