/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * OracleAllocator: what Mesos's hierarchical allocator would offer, computed the slow way.
 *
 * It keeps flat lists (frameworks, holdings, filters), looks at every agent in every run, adds up what roles use and what
 * guarantees lack whenever it is asked for, and orders roles and frameworks from scratch with naive sorters for each
 * agent. It does not choose the order of agents: it is asked agent by agent, in the order of the allocator under test.
 * Agents that were passed over are asked at the end: within a run everything only shrinks, so what somebody may not have
 * when his turn comes he may not have at the end, and what he may have at the end he should have been given.
 *
 *   oracle-allocator.c   who is there, who holds what
 *   oracle-run.c         runs: both stages
 *   oracle-quota.c       what roles use, lack and may have
 *
 * The calls are those of AllocatorInterface; the caller keeps to its contract.
 */

#include <glib.h>

#include "core/allocator.h"

typedef struct OracleAllocator OracleAllocator;

typedef struct {
  FrameworkId framework;
  RoleId role;
  Resources resources; /* owned by the array */
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

void oracle_add_agent(OracleAllocator *oracle, AgentId agent, const char *hostname, const Resources *total,
                      const AllocatorUse *used, uint32_t n_used);
void oracle_remove_agent(OracleAllocator *oracle, AgentId agent);
void oracle_update_agent(OracleAllocator *oracle, AgentId agent, const Resources *total);
void oracle_update_attributes(OracleAllocator *oracle, AgentId agent);
void oracle_set_agent_active(OracleAllocator *oracle, AgentId agent, bool active);
void oracle_update_whitelist(OracleAllocator *oracle, const char *const *hostnames, uint32_t n_hostnames);
void oracle_update_unavailability(OracleAllocator *oracle, AgentId agent, bool unavailable);
void oracle_update_inverse_offer(OracleAllocator *oracle, Instant now, AgentId agent, FrameworkId framework,
                                 OfferFilter filter);

void oracle_recover(OracleAllocator *oracle, Instant now, FrameworkId framework, RoleId role, AgentId agent,
                    const Resources *resources, OfferFilter filter, bool allocated);
void oracle_allocate(OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId agent,
                     const Resources *resources);
void oracle_update_allocation(OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId agent,
                              const Resources *from, const Resources *to);
bool oracle_update_available(OracleAllocator *oracle, AgentId agent, const Resources *from,
                             const Resources *to);

/* --- runs ----------------------------------------------------------------------------------------------- */

/** oracle_run_begin: the run at @now begins; @tick: for all agents, otherwise for the candidates. */
void oracle_run_begin(OracleAllocator *oracle, Instant now, bool tick);

/** oracle_visit: visits @agent: in stage 1 if that gives something, else in stage 2; books what it grants.
 * Returns: (transfer full) (nullable): OracleGrant, in order; NULL: nothing, or not again; or, before stage 2, another
 * agent should have been given something in stage 1. */
GArray *oracle_visit(OracleAllocator *oracle, AgentId agent);

/** oracle_run_end: false where something is wrong: an agent (@agent) should have been given something that was not, or (none)
 * less than the guarantees require is left free, though it was there before. */
bool oracle_run_end(OracleAllocator *oracle, AgentId *agent);

/** oracle_asks: whether the framework should be asked for the agent back at the end of the run, before oracle_run_end(); it is
 * outstanding then. */
bool oracle_asks(OracleAllocator *oracle, AgentId agent, FrameworkId framework);

/* --- to compare and to choose from ---------------------------------------------------------------------- */

/** oracle_available: (transfer full): what is free. */
Resources oracle_available(const OracleAllocator *oracle, AgentId agent);
uint64_t oracle_count_filters(const OracleAllocator *oracle, Instant now, RoleId role);

/** oracle_count_uncovered_filters: those of them that no other one of the same framework makes superfluous. */
uint64_t oracle_count_uncovered_filters(const OracleAllocator *oracle, Instant now, RoleId role);
uint32_t oracle_count_holdings(const OracleAllocator *oracle);

/** oracle_holding: what it refers to is the oracle's, until the next call. @allocated (nullable): of it, in use. */
AllocatorUse oracle_holding(const OracleAllocator *oracle, uint32_t i, Quantities *allocated);

/** oracle_quota_use: as AllocatorInterface.quota_use(). */
Quantities oracle_quota_use(const OracleAllocator *oracle, RoleId role, bool allocated_only);

/** oracle_limit_is_kept: whether what a grant of @quota to @role has led to is within all limits that bind it. */
bool oracle_limit_is_kept(const OracleAllocator *oracle, RoleId role, const Quantities *quota);
