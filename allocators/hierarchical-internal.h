/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the parts of the kernel share; the invariants are in hierarchical.h.
 *
 *   hierarchical.c            frameworks and roles come, change and go
 *   hierarchical-agents.c     agents likewise
 *   hierarchical-clients.c    frameworks in their roles, and the sorters that order them
 *   hierarchical-holdings.c   who holds what on which agent
 *   hierarchical-special.c    what is not plain: reservations, revocable resources, disks, ports
 *   hierarchical-places.c     where agents stand
 *   hierarchical-filters.c    refusals
 *   hierarchical-gates.c      what else keeps a client from an agent: wishes, capabilities, minima
 *   hierarchical-quota.c      quota: what roles use, what is to be held back
 *   hierarchical-run.c        the runs; visits of agents where nothing but filters and gpus matters
 *   hierarchical-stages.c     visits where the rest matters: both stages, one client
 *   hierarchical-visit.c      how a visit goes through the clients
 *   hierarchical-scores.c     runs in which clients come first
 *   hierarchical-explain.c    visits that only tell
 *   hierarchical-maintenance.c  unavailability, inverse offers
 *   hierarchical-life.c       making, freeing and checking
 *   hierarchical-view.c       what can be asked
 */

#include <glib.h>

#include "allocators/hierarchical.h"
#include "allocators/revocation.h"
#include "base/array.h"
#include "base/pool.h"

typedef enum {
  PLACE_NOWHERE,
  PLACE_READY,
  PLACE_BLOCKED,
  PLACE_WITHHELD, /* blocked, and quota or a policy has kept something back */
  PLACES,
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
  bool special; /* refused something that is not plain, too: in Allocator.refused_special */
  Instant expiry;
  Quantities refused;
} KernelFilter;

/* What visits and recoveries need of an agent: one cache line. */
typedef struct {
  Quantities free;      /* total less what is used; may be negative */
  uint32_t holdings;    /* first of the list, or INDEX_NONE */
  uint32_t filters;     /* first of the list, or INDEX_NONE */
  uint32_t place_index; /* in the array of its place */
  unsigned place : 3;   /* KernelPlace */
  bool present : 1;
  bool activated : 1;
  bool whitelisted : 1;
  bool candidate : 1; /* for the pending run */
  bool has_gpus : 1;
  bool special : 1;   /* has or had something that is not plain: KernelAgentRest.special is there */
  bool remote : 1;    /* in another region than the master */
  unsigned lacks : 2; /* AgentLack */
  bool unusual : 1;   /* one of the three above: a visit has to look at more than filters and gpus */
} KernelAgent;

_Static_assert(sizeof(KernelAgent) <= 64, "an agent is one cache line");

/* What an agent has beside plain resources. Shared volumes are free however often they are held. */
typedef struct {
  ResourceSlices *total;
  ResourceSlices *held;    /* by clients, all together */
  ResourceSlices *unknown; /* by frameworks that nobody has named yet */
  ResourceSlices *free;    /* total less both, never negative */
  ResourceSlices *shared;  /* shared volumes that were offered in the run `shared_run`: not twice */
  uint64_t shared_run;
  Quantities quantities; /* of the agent's whole total, plain and special */
} KernelSpecial;

/* What one framework makes of an agent's unavailability. */
typedef struct {
  FrameworkId framework;
  uint32_t epoch;   /* of the framework's inverse filters when this one was installed */
  bool outstanding; /* an inverse offer is */
  bool answered;
  bool at_tick; /* the tick at the expiry still sees the filter */
  InverseOfferAnswer answer;
  Instant expiry; /* of the filter; INSTANT_ZERO: none */
} KernelInverse;

typedef struct {
  Unavailability window;
  uint32_t index;                  /* in Allocator.maintained */
  Array(KernelInverse) frameworks; /* that hold or held something here */
} KernelMaintenance;

/* The rest. */
typedef struct {
  Quantities total; /* plain */
  Instant wake; /* BLOCKED, WITHHELD: when the first of the filters that block it expires; or INSTANT_NEVER */
  char *hostname;
  uint32_t attributes; /* index in Allocator.attributes */
  KernelSpecial *special;
  KernelMaintenance *maintenance;
} KernelAgentRest;

/* Attributes, region and zone that agents have in common: constraints are evaluated once for each. */
typedef struct {
  uint32_t n;
  char **names;
  char **values; /* NULL: not a text */
  char *region;  /* NULL: that of the master */
  char *zone;
} KernelAttributes;

/* What a client asks of offers: a copy of OfferWishes. */
typedef struct KernelWishes KernelWishes;

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
  uint32_t seen_filter;   /* that filter, the first in the list */
  bool seen_more;         /* and there were others of it behind */
  bool subscribed;
  bool suppressed;
  bool tracked;          /* is in the role's sorter */
  bool active;           /* and active there */
  uint64_t count;        /* while it is alone in its role: what its sorter would know of it */
  Quantities allocation; /* likewise */
  SorterDemand *demand;  /* owned; NULL: nothing has been said */
  KernelWishes *wishes;  /* owned; NULL: none */
  uint64_t
      done_run; /* the run in which it was found that it may have nothing more; where clients come first */
} KernelClient;

typedef struct {
  bool present;
  bool active;
  uint32_t capabilities;
  uint32_t clients;       /* first of the list, or INDEX_NONE */
  uint32_t n_roles;       /* to which it is subscribed */
  uint32_t inverse_epoch; /* grows when its inverse filters are dropped */
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

/* What a role and all roles below it use, while Allocator.watched. */
typedef struct {
  Quantities used;      /* offered or allocated, unreserved and not revocable */
  Quantities allocated; /* of it */
  Quantities reserved;  /* of the totals of agents */
  uint32_t quota;       /* index in Allocator.quotas of its own quota, or INDEX_NONE */
  uint32_t bound;       /* the same of the nearest role at or above it that has one */
} KernelBooks;

/* A role that has a quota. The roles above it that have one, and those below, make a tree; in compatible runs each stands
 * for itself. */
typedef struct {
  RoleId role;
  uint32_t parent; /* the next above it, or INDEX_NONE */
  Quantities guarantee;
  Quantities limit;          /* -1: none */
  Quantities required;       /* what the guarantees here and below still lack */
  Quantities required_below; /* sum over the next below it */
  Quantities
      hidden; /* compatible: granted to roles below it in stage 2 of this run, which does not count yet */
} KernelQuota;

/* Sums over all agents, while Allocator.watched. */
typedef struct {
  Quantities used;           /* held by clients, plain or not */
  Quantities reserved;       /* of the totals */
  Quantities reserved_used;  /* held by clients */
  Quantities revocable_free; /* and never negative */
} KernelSums;

/* What an explanation has granted. */
typedef struct {
  RoleId role;
  Quantities quota;
} KernelDraft;

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
  bool mesos_compatible;
  char *region; /* of the master; NULL: none */
  Quantities least_offer;
  const ResourceKinds *kinds;
  KernelHooks hooks;
  KernelRevocation *revocation; /* NULL: off */

  /* Features that cost something: a run without them tests these flags and goes its old way. */
  bool unusual;       /* every visit has to look at more than filters and gpus */
  bool watched;       /* books of roles are kept: there is or was a quota, or a policy keeps something back */
  bool tells_tasks;   /* a sorter wants to know of each task that begins */
  uint32_t n_quotas;  /* roles that have one */
  uint32_t n_wishes;  /* clients that have some */
  uint32_t n_special; /* agents that have something special */

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
  GHashTable *whitelist;              /* hostnames; NULL: all; looked up only */
  GHashTable *held_special;           /* holding slot -> ResourceSlices; looked up only */
  GHashTable *refused_special;        /* filter slot -> ResourceSlices; looked up only */
  GHashTable *attribute_sets;         /* text -> index in attributes + 1; looked up only */
  Array(KernelAttributes) attributes; /* the first one is empty */

  Array(KernelBooks) books;    /* by RoleId */
  Array(Quantities) allocated; /* by holding slot: what of it is in use, unreserved and not revocable */
  Array(KernelQuota) quotas;
  GHashTable *role_by_path; /* -> RoleId + 1, while watched; looked up only */
  bool quotas_stale;        /* roles or their quotas have changed: `quotas` is to be made anew */
  bool hidden;              /* some of them have something hidden */
  Quantities required;      /* what all guarantees together still lack */
  KernelSums sums;
  uint64_t
      freedom; /* grows whenever something that was withheld might be so no longer; then a tick is asked for */
  uint64_t freedom_seen; /* when WITHHELD was last looked at */

  bool paused; /* after a failover: until enough agents are known, or `pause_end` */
  uint32_t expected_agents;
  uint32_t n_present; /* agents */
  Instant pause_end;

  Array(AgentId) maintained;     /* agents with a maintenance record */
  Array(AgentId) inverse_agents; /* of the run */
  Instant inverse_wake;          /* when an inverse offer may be due; or INSTANT_NEVER */

  Array(AgentId) places[PLACES]; /* by KernelPlace; that of PLACE_NOWHERE is not kept */
  Array(KernelWake) wakes;       /* a heap; entries that no longer hold are left in it */
  Array(AgentId) candidates;     /* for the pending run */
  bool all_candidates;
  bool run_requested;
  bool tick_requested;
  Instant start;
  Instant last_tick;
  Instant last_sort; /* compatible: when the order of roles was last asked for, or would have been */

  uint64_t n_runs;        /* that visited something */
  uint64_t n_visits;      /* of agents */
  uint64_t mark;          /* of the visit that is made: what clients are marked with */
  uint64_t mark_dry;      /* the same where visits are not counted; counts down */
  Array(AgentId) visited; /* order of the run */
  Array(KernelDraft) drafts;
  Array(Resources) explained; /* what the last explanation has told; owned */
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

/* What stands in the records of an agent, as resources; the slices stay theirs. */
static inline KernelSpecial *kernel_special(const Allocator *kernel, AgentId id)
{
  return kernel_agent_rest(kernel, id)->special;
}

/** kernel_sum_change: adds @change to @sum (@sign 1), or takes it out (-1). */
static inline void kernel_sum_change(Quantities *sum, const Quantities *change, int sign)
{
  if (sign > 0)
    quantities_add(sum, change);
  else
    quantities_subtract(sum, change);
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

/** kernel_place_leave: out of READY, BLOCKED and WITHHELD. */
void kernel_place_leave(Allocator *kernel, AgentId agent);

/** kernel_place_block: from READY to @place, BLOCKED or WITHHELD, until @wake. */
void kernel_place_block(Allocator *kernel, AgentId agent, KernelPlace place, Instant wake);

/** kernel_unblock_all: frameworks have changed, every blocked agent is to be looked at again. */
void kernel_unblock_all(Allocator *kernel, Instant now);

/** kernel_wake: puts agents whose filters expire by @now back to READY, and those that were withheld if that may have
 * changed. */
void kernel_wake(Allocator *kernel, Instant now);

/** kernel_request_tick: asks for the next tick if it could do something. */
void kernel_request_tick(Allocator *kernel, Instant now);

/** kernel_request_run: asks for a run; for @agent, or for all (AGENT_NONE). */
void kernel_request_run(Allocator *kernel, AgentId agent);

/** kernel_places_check: CHECKs that each agent stands where it should, and that what is to wake up will. */
void kernel_places_check(const Allocator *kernel);

/* --- hierarchical-filters.c --- */

/** kernel_filter_is_live: whether @filter blocks in a run at @now. */
bool kernel_filter_is_live(const Allocator *kernel, const KernelFilter *filter, Instant now, bool tick);

/** kernel_filter_add: installs the refusal of @refused by @client on @agent. */
void kernel_filter_add(Allocator *kernel, Instant now, uint32_t client, AgentId agent,
                       const Resources *refused, OfferFilter filter);

/** kernel_filters_drop: of one agent. */
void kernel_filters_drop(Allocator *kernel, AgentId agent);

/** kernel_filters_mark: marks the clients that may not have @offerable in this visit, drops the filters that are over or
 * spare, and says when the first of those that block is over. */
Instant kernel_filters_mark(Allocator *kernel, KernelAgent *agent, const Quantities *offerable, Instant now,
                            bool tick);

/** kernel_filters_see: for a visit that does not know yet what will be offered to whom: drops the filters that are over
 * or spare, marks the clients that have one, and says when the first is over that a client has who may be offered
 * something now. */
Instant kernel_filters_see(Allocator *kernel, KernelAgent *agent, Instant now, bool tick);

/** kernel_filters_block: whether a filter of @client blocks @offer, after kernel_filters_see(); @until (nullable) receives
 * when the last of those that do is over. */
bool kernel_filters_block(const Allocator *kernel, uint32_t client, const Resources *offer, Instant now,
                          bool tick, Instant *until);

/** kernel_refuse_duration: how long a refusal is to last; zero: not at all. */
Duration kernel_refuse_duration(OfferFilter filter);

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

/** kernel_hold_resources: the same for resources that may be special; what is special leaves the agent's free part. */
void kernel_hold_resources(Allocator *kernel, uint32_t client, AgentId agent, const Resources *resources);

/** kernel_unhold: takes @resources out of the sorters and the holding at @link of @agent's list, which vanishes when it is
 * empty; the plain part does not become free. @allocated: what was in use comes first. */
void kernel_unhold(Allocator *kernel, AgentId agent, uint32_t *link, const Resources *resources,
                   bool allocated);

/** kernel_unhold_all: likewise, all that it is. Returns: the plain part. */
Quantities kernel_unhold_all(Allocator *kernel, AgentId agent, uint32_t *link);

/** kernel_holding_find: the link to what the client holds on @agent, or NULL. */
uint32_t *kernel_holding_find(Allocator *kernel, KernelAgent *agent, uint32_t client);

/** kernel_held: what the holding in @slot is; the slices stay its own. */
Resources kernel_held(const Allocator *kernel, uint32_t slot);

/** kernel_convert: of the holding at @link, @from becomes @to. */
void kernel_convert(Allocator *kernel, AgentId agent, uint32_t *link, const Resources *from,
                    const Resources *to);

/** kernel_use_book: books what runs already. @known: the agent has it among what unknown frameworks use. */
void kernel_use_book(Allocator *kernel, const AllocatorUse *use, bool known);

/* --- hierarchical-special.c --- */

/** kernel_special_make: the record of @agent, which is special from now on. */
KernelSpecial *kernel_special_make(Allocator *kernel, AgentId agent);

/** kernel_special_free: frees the record, at the agent's end. */
void kernel_special_free(Allocator *kernel, AgentId agent);

/** kernel_special_begin, kernel_special_end: around every change of the record's total, held and unknown, and of the
 * agent's plain total: the sums are kept, and what is free is made anew. */
void kernel_special_begin(Allocator *kernel, AgentId agent);
void kernel_special_end(Allocator *kernel, AgentId agent);

/** kernel_special_sums_add: adds the agent's special part to the sums and books (@sign 1), or takes it out (-1). */
void kernel_special_sums_add(Allocator *kernel, AgentId agent, int sign);

/** kernel_slices_add, kernel_slices_subtract: to and from @slices, which are owned. */
void kernel_slices_add(ResourceSlices **slices, const ResourceSlices *more);
void kernel_slices_subtract(ResourceSlices **slices, const ResourceSlices *less);

/** kernel_held_special: what is special in the holding in @slot, or NULL; set: takes @slices. */
ResourceSlices *kernel_held_special(const Allocator *kernel, uint32_t slot);
void kernel_held_special_set(Allocator *kernel, uint32_t slot, ResourceSlices *slices);

/** kernel_free: what is free on @agent; the slices stay its own. */
Resources kernel_free(const Allocator *kernel, AgentId agent);

/* --- hierarchical-gates.c --- */

/** kernel_wishes_set: what @client asks of offers from now on; @wishes (nullable) is copied. */
void kernel_wishes_set(Allocator *kernel, uint32_t client, const OfferWishes *wishes);

/** kernel_wishes_forget: what was found about @agent; it has changed. */
void kernel_wishes_forget(Allocator *kernel, AgentId agent);

/** kernel_attributes_intern: the index of the attributes, region and zone of @info. */
uint32_t kernel_attributes_intern(Allocator *kernel, const AllocatorAgent *info);
void kernel_attributes_free(Allocator *kernel);

/** kernel_agent_set_info: what is known of @agent beside its total. Returns: whether something differs; its attributes:
 * @attributes_differ. */
bool kernel_agent_set_info(Allocator *kernel, AgentId agent, const AllocatorAgent *info,
                           bool *attributes_differ);

/** kernel_unusual_update: sets Allocator.unusual. */
void kernel_unusual_update(Allocator *kernel);

/** kernel_wants_agent: whether the client's constraints allow @agent. */
bool kernel_wants_agent(const Allocator *kernel, const KernelClient *client, AgentId agent);

/** kernel_suits_agent: whether the client's capabilities and role do for @agent. */
bool kernel_suits_agent(const Allocator *kernel, const KernelClient *client, const KernelAgent *agent);

/** kernel_is_enough: whether @resources are not below the minimum of the client. */
bool kernel_is_enough(const Allocator *kernel, const KernelClient *client, const Resources *resources);

/* --- hierarchical-quota.c --- */

/** kernel_watch: keeps the books of roles from now on. */
void kernel_watch(Allocator *kernel);

/** kernel_watch_role: a role has been added, while books are kept. */
void kernel_watch_role(Allocator *kernel, RoleId role);

/** kernel_quota_set: the attributes of @role were @before. */
void kernel_quota_set(Allocator *kernel, RoleId role, const RoleAttributes *before);

/** kernel_watch_hold, kernel_watch_unhold: a client of @role holds @quota more or less of what counts for quota, @plain of
 * it plain; in the holding in @slot. */
void kernel_watch_hold(Allocator *kernel, RoleId role, uint32_t slot, const Quantities *quota,
                       const Quantities *plain);
void kernel_watch_unhold(Allocator *kernel, RoleId role, const Quantities *quota, const Quantities *plain);

/** kernel_watch_allocated: of the holding in @slot, of @role, @change more (@sign 1) or less (-1) is in use. */
void kernel_watch_allocated(Allocator *kernel, uint32_t slot, RoleId role, const Quantities *change,
                            int sign);

/** kernel_watch_reserved: of agents' totals, @change more or less is reserved to @reservation. */
void kernel_watch_reserved(Allocator *kernel, uint32_t reservation, const Quantities *change, int sign);

/** kernel_quotas_refresh: makes Allocator.quotas anew where it is stale; before the three below. */
void kernel_quotas_refresh(Allocator *kernel);

/** kernel_quota_consumed: what counts against the quota now. */
Quantities kernel_quota_consumed(const Allocator *kernel, const KernelQuota *quota);

/** kernel_quota_available: what of all that is free is neither reserved nor revocable. */
Quantities kernel_quota_available(const Allocator *kernel);

/* What a role may have. */
typedef struct {
  Quantities limit; /* at most so much; INT64_MAX: any amount */
  Quantities lacks; /* guarantees would be satisfied by so much */
} KernelRoom;

/** kernel_quota_look: what @role may have. Returns: whether any quota concerns it. Cost: O(quotas at and above it). */
bool kernel_quota_look(const Allocator *kernel, RoleId role, KernelRoom *room);

/** kernel_quota_hide: @quota is being granted to @role, and does not count for roles above it in this run (compatible).
 * kernel_quota_reveal: the run is over. */
void kernel_quota_hide(Allocator *kernel, RoleId role, const Quantities *quota);
void kernel_quota_reveal(Allocator *kernel);

/** kernel_quota_draft: counts what an explanation grants; kernel_quota_undraft: all that no more. */
void kernel_quota_draft(Allocator *kernel, RoleId role, const Quantities *quota);
void kernel_quota_undraft(Allocator *kernel);

/** kernel_pause_update: an agent has come, or time has passed: the pause after a failover may be over. */
void kernel_pause_update(Allocator *kernel, Instant now);

/** kernel_books_check: CHECKs the books against the agents. */
void kernel_books_check(const Allocator *kernel);

/* --- hierarchical-run.c, hierarchical-stages.c --- */

/** kernel_sort_missed: compatible: the order of roles is asked for if a run of Mesos's would have done so since the last
 * one: it looks at all agents at each tick, which is left out here where nobody may have anything. */
void kernel_sort_missed(Allocator *kernel, Instant now);

/** kernel_shuffle: puts the agents visited into the order of @stage of this run. */
void kernel_shuffle(Allocator *kernel, uint32_t stage);

/** kernel_visit_agent: looks at one agent in a run without quota. */
void kernel_visit_agent(Allocator *kernel, AgentId agent, Instant now, bool tick);

/** kernel_run_stages: looks at the agents visited, in both stages. */
void kernel_run_stages(Allocator *kernel, Instant now, bool tick);

/* --- hierarchical-explain.c --- */

/** kernel_explained_clear: frees what the last explanation has told. */
void kernel_explained_clear(Allocator *kernel);

/* --- hierarchical-maintenance.c --- */

/** kernel_maintenance_drop: @agent is gone. */
void kernel_maintenance_drop(Allocator *kernel, AgentId agent);

/** kernel_inverse_collect: remembers the agents that the run is about to look at (all, or its candidates) and that are to
 * be maintained. kernel_inverse_offers: asks for them back, at the end of the run. */
void kernel_inverse_collect(Allocator *kernel, bool all);
void kernel_inverse_offers(Allocator *kernel, Instant now, bool tick);
