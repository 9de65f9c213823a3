/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the files of the oracle share.
 */

#include "base/resource-kinds.h"
#include "tests/properties/naive-sorter.h"
#include "tests/properties/oracle-allocator.h"

typedef struct {
  RoleId role;
  bool subscribed;
  bool suppressed;
  bool tracked;             /* in the role's sorter */
  bool any_amount;          /* a minimum of its own: none */
  const char *only_on_host; /* NULL: any */
} OracleClient;

typedef struct {
  bool present;
  bool active;
  uint32_t capabilities;
  uint32_t n_roles;
  char *name;
  GArray *clients; /* OracleClient, one per role */
} OracleFramework;

typedef struct {
  char *path;
  RoleAttributes attributes;
  uint32_t n_tracked;
  NaiveSorter *sorter; /* of frameworks, by id; NULL while there is none */
  Quantities hidden;   /* compatible: what this run has granted below it in stage 2 */
} OracleRole;

typedef struct {
  bool present;
  bool active;
  bool candidate;
  bool visited[3]; /* in this run, by stage */
  bool unavailable;
  char *hostname;
  Resources total;
  Resources unknown_use; /* of frameworks that are not there yet */
} OracleAgent;

typedef struct {
  AllocatorUse use;
  Quantities allocated; /* of what counts for quota */
} OracleHolding;

typedef struct {
  FrameworkId framework;
  RoleId role;
  AgentId agent;
  Resources refused;
  Instant installed;
  Instant expiry;
} OracleFilter;

/* Of inverse offers: an outstanding one, or a filter. */
typedef struct {
  FrameworkId framework;
  AgentId agent;
  bool outstanding;
  Instant installed;
  Instant expiry;
} OracleInverse;

struct OracleAllocator {
  AllocatorSettings settings;
  bool use_priority;
  SorterTotals totals;
  NaiveSorter *role_sorter;
  GArray *roles;      /* OracleRole */
  GArray *frameworks; /* OracleFramework */
  GArray *agents;     /* OracleAgent */
  GArray *holdings;   /* OracleHolding, each (framework, role, agent) once */
  GArray *filters;    /* OracleFilter */
  GArray *inverse;    /* OracleInverse */
  char **whitelist;   /* NULL: all */

  Instant now; /* of the run */
  bool tick;
  int stage;
  Quantities available; /* headroom */
  Quantities required;
  bool was_short[RESOURCE_KINDS_MAX]; /* before the run */
};

static inline OracleRole *oracle_role(const OracleAllocator *oracle, RoleId role)
{
  return &g_array_index(oracle->roles, OracleRole, role.index);
}

static inline OracleFramework *oracle_framework(const OracleAllocator *oracle, FrameworkId framework)
{
  return &g_array_index(oracle->frameworks, OracleFramework, framework.index);
}

static inline OracleAgent *oracle_agent(const OracleAllocator *oracle, AgentId agent)
{
  return &g_array_index(oracle->agents, OracleAgent, agent.index);
}

static inline OracleHolding *oracle_holding_at(const OracleAllocator *oracle, guint i)
{
  return &g_array_index(oracle->holdings, OracleHolding, i);
}

OracleClient *oracle_client_find(const OracleAllocator *oracle, FrameworkId framework, RoleId role);

/** oracle_book: the framework holds more. */
void oracle_book(OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId agent,
                 const Resources *resources);

/* --- oracle-quota.c --- */

/** oracle_quota_part: what of @resources counts for quota. */
Quantities oracle_quota_part(const Resources *resources);

/** oracle_consumed: what counts against a quota of @role. */
Quantities oracle_consumed(const OracleAllocator *oracle, RoleId role);

/** oracle_required: what all guarantees lack, if @grantee (ROLE_NONE: nobody) held @more of each kind beside. */
Quantities oracle_required(const OracleAllocator *oracle, RoleId grantee, int64_t more);

/** oracle_headroom: what is free for all. */
Quantities oracle_headroom(const OracleAllocator *oracle);

/** oracle_lacks: how much a grant to @role does for guarantees. */
Quantities oracle_lacks(const OracleAllocator *oracle, RoleId role);

/** oracle_room: how much of @wanted limits leave for @role. */
Quantities oracle_room(const OracleAllocator *oracle, RoleId role, const Quantities *wanted);
