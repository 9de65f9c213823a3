/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the parts of the kernel share; the invariants are in hierarchical.h.
 *
 *   hierarchical.c            frameworks and roles come, change and go
 *   hierarchical-agents.c     agents likewise
 *   hierarchical-clients.c    frameworks in their roles, and the sorters that order them
 *   hierarchical-holdings.c   who holds what on which agent
 *   hierarchical-places.c     where agents stand, filters
 *   hierarchical-run.c        the runs
 *   hierarchical-life.c       making, freeing and checking
 *   hierarchical-view.c       what can be asked
 */

#include <glib.h>

#include "allocators/hierarchical.h"
#include "base/array.h"
#include "base/pool.h"

typedef enum {
  PLACE_NOWHERE,
  PLACE_READY,
  PLACE_BLOCKED,
} KernelPlace;

/* What one client holds on one agent, offered or allocated. In the agent's list. */
typedef struct {
  uint32_t client; /* slot */
  uint32_t next;   /* holding slot or INDEX_NONE */
  Quantities quantities;
} KernelHolding;

/* A refusal. In the agent's list. */
typedef struct {
  uint32_t client; /* slot */
  uint32_t epoch;  /* of the client when it was installed; stale where they differ */
  uint32_t next;   /* filter slot or INDEX_NONE */
  bool at_tick; /* lives for one interval from a tick that had been made: the tick at its expiry still sees it
                 */
  Instant expiry;
  Quantities refused;
} KernelFilter;

/* What visits and recoveries need of an agent: one cache line. */
typedef struct {
  Quantities free;      /* total less what is used; may be negative */
  uint32_t holdings;    /* first of the list, or INDEX_NONE */
  uint32_t filters;     /* first of the list, or INDEX_NONE */
  uint32_t place_index; /* in the array of its place */
  unsigned place : 2;   /* KernelPlace */
  bool present : 1;
  bool activated : 1;
  bool whitelisted : 1;
  bool candidate : 1; /* for the pending run */
  bool has_gpus : 1;
} KernelAgent;

_Static_assert(sizeof(KernelAgent) <= 64, "an agent is one cache line");

/* The rest. */
typedef struct {
  Quantities total;
  Instant wake; /* BLOCKED: when the first of the filters that block it expires; or INSTANT_NEVER */
  char *hostname;
} KernelAgentRest;

/* A framework in one of its roles. */
typedef struct {
  FrameworkId framework;
  RoleId role;
  uint32_t member;        /* its number in the role's sorter */
  uint32_t next;          /* of its framework: client slot or INDEX_NONE */
  uint32_t n_holdings;    /* agents on which it holds something */
  uint32_t epoch;         /* of its filters */
  uint64_t blocked_visit; /* the visit in which a filter blocks it */
  uint64_t seen_visit;    /* the visit in which a filter of it was seen */
  uint32_t seen_filter;   /* that filter */
  bool subscribed;
  bool suppressed;
  bool tracked;          /* is in the role's sorter */
  bool active;           /* and active there */
  uint64_t count;        /* while it is alone in its role: what its sorter would know of it */
  Quantities allocation; /* likewise */
  SorterDemand *demand;  /* owned; NULL: nothing has been said */
} KernelClient;

typedef struct {
  bool present;
  bool active;
  uint32_t capabilities;
  uint32_t clients; /* first of the list, or INDEX_NONE */
  char *name;
} KernelFramework;

typedef struct {
  char *path;
  RoleId parent; /* or ROLE_NONE */
  RoleAttributes attributes;
  Sorter *sorter;       /* of its clients; NULL while there is at most one, who needs no order */
  GArray *members;      /* uint32_t: member number -> client slot; a free number -> the next free one, or
                           INDEX_NONE; NULL without a sorter */
  uint32_t free_member; /* the first free number, or INDEX_NONE */
  uint32_t only;        /* without a sorter: the one client's slot, or INDEX_NONE */
  uint32_t n_tracked;
  uint32_t n_active;
} KernelRole;

typedef struct {
  Instant at;
  AgentId agent;
} KernelWake;

struct Allocator {
  AllocatorHost host;
  Duration interval;
  Quantities *min_allocatable;
  uint32_t n_min_allocatable;
  bool filter_gpu_resources;
  KernelHooks hooks;

  const SorterInterface *role_interface;
  const SorterInterface *framework_interface;
  const void *framework_context;
  SorterTotals totals;
  Sorter *role_sorter;

  GArray *roles;                     /* KernelRole by RoleId */
  GArray *frameworks;                /* KernelFramework by FrameworkId */
  Array(KernelAgent) agents;         /* by AgentId */
  Array(KernelAgentRest) agent_rest; /* likewise */
  Pool clients;                      /* KernelClient */
  Pool holdings;                     /* KernelHolding */
  Pool filters;                      /* KernelFilter */
  uint32_t n_active_roles;
  GHashTable *whitelist; /* hostnames; NULL: all; looked up only */

  Array(AgentId) places[3];  /* by KernelPlace; that of PLACE_NOWHERE is not kept */
  Array(KernelWake) wakes;   /* a heap; entries that no longer hold are left in it */
  Array(AgentId) candidates; /* for the pending run */
  bool all_candidates;
  bool run_requested;
  bool tick_requested;
  Instant last_tick;

  uint64_t n_runs;        /* that visited something */
  uint64_t n_visits;      /* of agents */
  Array(AgentId) visited; /* order of the run */
  Array(uint32_t) random;
};

static inline KernelAgent *kernel_agent(const Allocator *kernel, AgentId agent)
{
  return &kernel->agents.items[agent.index];
}

static inline KernelAgentRest *kernel_agent_rest(const Allocator *kernel, AgentId agent)
{
  return &kernel->agent_rest.items[agent.index];
}

static inline KernelRole *kernel_role(const Allocator *kernel, RoleId role)
{
  return &g_array_index(kernel->roles, KernelRole, role.index);
}

static inline KernelFramework *kernel_framework(const Allocator *kernel, FrameworkId framework)
{
  return &g_array_index(kernel->frameworks, KernelFramework, framework.index);
}

static inline bool kernel_agent_is_known(const Allocator *kernel, AgentId agent)
{
  return agent.index < kernel->agents.n && kernel_agent(kernel, agent)->present;
}

static inline bool kernel_framework_is_known(const Allocator *kernel, FrameworkId framework)
{
  return framework.index < kernel->frameworks->len && kernel_framework(kernel, framework)->present;
}

static inline KernelClient *kernel_client(const Allocator *kernel, uint32_t slot)
{
  return pool_at(&kernel->clients, slot);
}

/* --- hierarchical-places.c --- */

/** kernel_offerable: the part of the agent's free quantities that is not negative. */
static inline Quantities kernel_offerable(const KernelAgent *agent)
{
  return quantities_are_valid(&agent->free) ? agent->free : quantities_positive(&agent->free);
}

/** kernel_place_update: puts the agent where it belongs now that something about it has changed, out of
 * BLOCKED. */
void kernel_place_update(Allocator *kernel, Instant now, AgentId agent);

/** kernel_place_leave: out of READY and BLOCKED. */
void kernel_place_leave(Allocator *kernel, AgentId agent);

/** kernel_place_block: from READY to BLOCKED, until @wake. */
void kernel_place_block(Allocator *kernel, AgentId agent, Instant wake);

/** kernel_unblock_all: frameworks have changed, every BLOCKED agent is to be looked at again. */
void kernel_unblock_all(Allocator *kernel, Instant now);

/** kernel_wake: puts agents whose filters expire by @now back to READY. */
void kernel_wake(Allocator *kernel, Instant now);

/** kernel_request_tick: asks for the next tick if it could do something. */
void kernel_request_tick(Allocator *kernel, Instant now);

/** kernel_request_run: asks for a run; for @agent, or for all (AGENT_NONE). */
void kernel_request_run(Allocator *kernel, AgentId agent);

/** kernel_filter_is_live: whether @filter blocks in a run at @now. */
bool kernel_filter_is_live(const Allocator *kernel, const KernelFilter *filter, Instant now, bool tick);

/** kernel_filter_add: installs the refusal of @refused by @client on @agent. */
void kernel_filter_add(Allocator *kernel, Instant now, uint32_t client, AgentId agent,
                       const Quantities *refused, OfferFilter filter);

/** kernel_filters_drop: of one agent. */
void kernel_filters_drop(Allocator *kernel, AgentId agent);

/* --- hierarchical-clients.c --- */

/** kernel_client_find: the slot of a framework in one of its roles, or INDEX_NONE. */
uint32_t kernel_client_find(const Allocator *kernel, FrameworkId framework, RoleId role);

/** kernel_client_get: the same, made where the framework has nothing to do with the role yet. */
uint32_t kernel_client_get(Allocator *kernel, FrameworkId framework, RoleId role);

/** kernel_client_unlink: forgets a client that is not tracked. */
void kernel_client_unlink(Allocator *kernel, uint32_t slot);

/** kernel_client_track: puts it into its role's sorter, and the role into the role sorter. */
void kernel_client_track(Allocator *kernel, uint32_t slot);

/** kernel_client_update: brings a client to what its framework's state asks for: tracked or not, active or not. */
void kernel_client_update(Allocator *kernel, uint32_t slot);

/* --- hierarchical-holdings.c --- */

/** kernel_hold: books @quantities of @agent for @client (sorters, holding); not the agent's free part. */
void kernel_hold(Allocator *kernel, uint32_t client, AgentId agent, const Quantities *quantities);

/** kernel_unhold: takes @quantities out of the sorters and the holding at @link of its agent's list, which vanishes
 * when it is empty. */
void kernel_unhold(Allocator *kernel, uint32_t *link, const Quantities *quantities);

/** kernel_holding_find: the link to what the client holds on @agent, or NULL. */
uint32_t *kernel_holding_find(Allocator *kernel, KernelAgent *agent, uint32_t client);

/** kernel_use_book: books what runs already. */
void kernel_use_book(Allocator *kernel, const AllocatorUse *use);
