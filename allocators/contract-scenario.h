/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * ContractScenario: random calls to a ContractWorld. What is drawn depends on the seed and on the books alone, so two
 * scenarios of one seed are equal as long as the offers are.
 *
 * Features say what happens in it beside agents and frameworks that come, and offers that are accepted, declined with
 * a filter, and come back.
 */

#include "allocators/contract-world.h"

typedef enum {
  SCENARIO_LEAVES = 1 << 0,          /* agents and frameworks are removed */
  SCENARIO_SUPPRESSES = 1 << 1,      /* frameworks suppress and revive */
  SCENARIO_DEACTIVATES = 1 << 2,     /* frameworks are deactivated, and change their roles */
  SCENARIO_LIMITS = 1 << 3,          /* roles have limits */
  SCENARIO_MINIMA = 1 << 4,          /* frameworks have minima of their own */
  SCENARIO_GPUS = 1 << 5,            /* some agents have gpus */
  SCENARIO_REGIONS = 1 << 6,         /* some agents are elsewhere */
  SCENARIO_CONSTRAINTS = 1 << 7,     /* frameworks have constraints, agents attributes */
  SCENARIO_WHITELIST = 1 << 8,       /* there is one, now and then */
  SCENARIO_AGENTS_INACTIVE = 1 << 9, /* agents are deactivated */
  SCENARIO_AGENTS_OLD = 1 << 10,     /* agents lack capabilities */
  SCENARIO_RESERVED = 1 << 11,       /* agents have static reservations */
  SCENARIO_REVOCABLE = 1 << 12,      /* agents have revocable resources */
  SCENARIO_TOTALS = 1 << 13,         /* totals of agents change */
  SCENARIO_DEMANDS = 1 << 14,        /* frameworks declare what they wait for */
  SCENARIO_LATE = 1 << 15,           /* what is gone is spoken of once more */
  SCENARIO_ALL = (1 << 14) - 1,      /* but for the last two */
} ScenarioFeature;

typedef struct {
  ContractWorld *world;
  uint32_t features;
  uint64_t state; /* of the draws */
} ContractScenario;

/** contract_scenario_begin: roles, agents, frameworks and the first run. */
ContractScenario contract_scenario_begin(ContractWorld *world, uint32_t features, uint64_t seed);

/** contract_scenario_step: one or some calls at one instant, or a moment that goes by. */
void contract_scenario_step(ContractScenario *scenario);

/** contract_draw: a number below @n, > 0. */
uint32_t contract_draw(uint64_t *state, uint32_t n);
