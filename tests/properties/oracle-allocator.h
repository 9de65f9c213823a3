/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * OracleAllocator: what Mesos's hierarchical allocator would offer, computed the slow way.
 *
 * It keeps flat lists (frameworks, holdings, filters), looks at every agent in every run, and orders roles
 * and frameworks from scratch with naive sorters for each agent. It does not choose the order of agents:
 * whether an agent is offered at all does not depend on it, and who gets it is asked agent by agent, in the
 * order of the allocator under test.
 *
 * The calls are those of AllocatorInterface, reduced to plain resources; the caller keeps to its contract.
 */

#include "core/allocator.h"

typedef struct OracleAllocator OracleAllocator;

typedef struct {
  FrameworkId framework;
  RoleId role;
  Quantities quantities;
} OracleGrant;

/** oracle_new: @use_priority: roles with a larger priority come first. */
OracleAllocator *oracle_new(const AllocatorSettings *settings, bool use_priority);
void oracle_free(OracleAllocator *oracle);

void oracle_add_role(OracleAllocator *oracle, const char *path);
void oracle_update_role(OracleAllocator *oracle, RoleId role, const RoleAttributes *attributes);

void oracle_add_framework(OracleAllocator *oracle, FrameworkId framework, const AllocatorFramework *info,
                          bool active, const AllocatorUse *used, uint32_t n_used);
void oracle_remove_framework(OracleAllocator *oracle, FrameworkId framework);
void oracle_set_framework_active(OracleAllocator *oracle, FrameworkId framework, bool active);
void oracle_update_framework(OracleAllocator *oracle, FrameworkId framework, const AllocatorFramework *info);
void oracle_suppress(OracleAllocator *oracle, FrameworkId framework, RoleId role);
void oracle_revive(OracleAllocator *oracle, FrameworkId framework, RoleId role);

void oracle_add_agent(OracleAllocator *oracle, AgentId agent, const char *hostname, const Quantities *total,
                      const AllocatorUse *used, uint32_t n_used);
void oracle_remove_agent(OracleAllocator *oracle, AgentId agent);
void oracle_update_agent(OracleAllocator *oracle, AgentId agent, const Quantities *total);
void oracle_update_attributes(OracleAllocator *oracle, AgentId agent);
void oracle_set_agent_active(OracleAllocator *oracle, AgentId agent, bool active);
void oracle_update_whitelist(OracleAllocator *oracle, const char *const *hostnames, uint32_t n_hostnames);

void oracle_recover(OracleAllocator *oracle, Instant now, FrameworkId framework, RoleId role, AgentId agent,
                    const Quantities *quantities, OfferFilter filter);

/** oracle_run_begin: the run at @now begins; @tick: for all agents, otherwise for the candidates. */
void oracle_run_begin(OracleAllocator *oracle, Instant now, bool tick);

/** oracle_visit: visits @agent, books what it grants. False: the agent is not offered in this run. */
bool oracle_visit(OracleAllocator *oracle, AgentId agent, OracleGrant *grant);

/** oracle_run_end: false where an agent should have been visited that was not (it is in @agent). */
bool oracle_run_end(OracleAllocator *oracle, AgentId *agent);

/* To compare and to choose from. */
Quantities oracle_available(const OracleAllocator *oracle, AgentId agent);
uint64_t oracle_count_filters(const OracleAllocator *oracle, Instant now, RoleId role);

/** oracle_count_uncovered_filters: those of them that no other one of the same framework makes superfluous. */
uint64_t oracle_count_uncovered_filters(const OracleAllocator *oracle, Instant now, RoleId role);
uint32_t oracle_count_holdings(const OracleAllocator *oracle);
AllocatorUse oracle_holding(const OracleAllocator *oracle, uint32_t i);
