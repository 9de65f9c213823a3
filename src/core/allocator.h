/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The allocator: decides which framework is offered the free resources of which agent.
 *
 * An allocator is a table of functions in Mesos's verbs (AllocatorInterface) over an instance of its own. It
 * never talks to frameworks or agents: the master tells it what has changed, and it answers through
 * AllocatorHost.
 *
 *   Master --- add_agent, recover_resources, revive_offers, ... ---> Allocator    keeps its own books
 *   Master <-- request_run, request_tick --------------------------- Allocator    "I may have something to give"
 *   Master --- run(now), tick(now) --------------------------------> Allocator
 *   Master <-- offer(framework, role, agent, resources) ------------ Allocator    each is checked, then an offer
 *
 * Runs. Calls only collect candidates. Some of them (see each) make the allocator ask for a run: run(now)
 * then looks at these candidates. The master makes that run once, at the end of the instant; a replayer makes
 * it at once. tick(now) is the periodic run over all agents that may have something to give, at whole
 * multiples of the allocation interval; an allocator that has nothing to give asks for no tick, so an idle
 * cluster costs nothing.
 *
 * Filters and ticks at one instant: a filter that expires at the instant of a tick still blocks in that tick
 * if, and only if, it was installed after the tick before (so it lives for exactly one interval).
 *
 * Contract, kept by the caller:
 *   1. roles before agents before frameworks before the first run; ids are dense, in order of arrival;
 *   2. what is recovered was offered or allocated before; `now` never goes back;
 *   3. only subscribed roles are suppressed and revived.
 * Contract, kept by the allocator:
 *   4. an offer holds only what is free on that agent, and none inside a live filter of its receiver;
 *   5. nothing but the calls and AllocatorHost.random decides: same calls, same offers;
 *   6. instances in one process know nothing of each other.
 *
 * What is offered counts as used until it comes back through recover_resources. Resources cross by const
 * pointer and are copied where they are kept.
 *
 * Source: apache/mesos include/mesos/allocator/allocator.hpp. Not here: order of clients (sorter.h), offers
 * (master.h).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/resources.h"
#include "base/time.h"

/* Version 2 appended to the structs of version 1; a table of version 1 still works, with NULL and zero for what is
 * new. New entries always come last. */
#define ALLOCATOR_ABI_VERSION 2

typedef struct Allocator Allocator; /* an instance; each allocator defines its own */

/* --- what the allocator may ask of its host ------------------------------------------------------------- */

typedef struct AllocatorHelpers AllocatorHelpers; /* below */

typedef struct {
  uint32_t size; /* of this table, in bytes */
  void *self;    /* first argument of each function */

  /* Offers @resources of @agent to @framework in @role. Only within run() and tick(). */
  void (*offer)(void *self, FrameworkId framework, RoleId role, AgentId agent, const Resources *resources);

  /* Asks a framework to give an agent back that is to be maintained. Only within run() and tick(). */
  void (*inverse_offer)(void *self, FrameworkId framework, AgentId agent);

  /* Takes allocated resources away from a framework, by killing tasks after the grace period. */
  void (*revoke)(void *self, FrameworkId framework, AgentId agent, const Resources *resources);

  /* Asks for run() at the end of this instant; asking again before it changes nothing. */
  void (*request_run)(void *self);

  /* Asks for the first tick() at or after @not_before that has not been made yet. A later request for an
   * earlier instant replaces it; ticks that nobody asked for may be left out. */
  void (*request_tick)(void *self, Instant not_before);

  /* (optional) A hint that @agent will be offered in a moment: the host may fetch its books from far memory.
   */
  void (*expect)(void *self, AgentId agent);

  /* Fills @numbers with @n uniform 32-bit numbers, a function of (@run, @stage) and the host's seed alone. */
  void (*random)(void *self, uint64_t run, uint32_t stage, uint32_t *numbers, size_t n);

  /* Since version 2. */
  const AllocatorHelpers *helpers; /* (optional) */
} AllocatorHost;

/* --- what it is told ------------------------------------------------------------------------------------ */

typedef struct {
  Duration allocation_interval;      /* between ticks, > 0 */
  const Quantities *min_allocatable; /* alternatives; an offer must contain one of them */
  uint32_t n_min_allocatable;        /* 0: no minimum */
  const ResourceKinds *kinds;        /* names for messages; valid as long as the instance */
  uint32_t fair_sharing_excluded;    /* bit k: kind k does not count for shares */
  bool filter_gpu_resources;         /* agents with gpus only for frameworks capable of them */
  const char *const
      *option_values; /* one per AllocatorOption of the interface, in its order; NULL: default */
  /* Since version 2. */
  bool mesos_compatible;  /* where Mesos's behaviour is surprising (src/core/README.md): do as Mesos does */
  const char *region;     /* of the master; agents elsewhere only for FRAMEWORK_REGION_AWARE; NULL: none is */
  Quantities least_offer; /* per agent: less than all of this in one offer is not offered; zero: off */
  const void *context;    /* AllocatorInterface.context */
  bool revocation;        /* AllocatorHost.revoke() may be called */
} AllocatorSettings;

typedef struct {
  double weight;        /* > 0 */
  int64_t priority;     /* larger first; only for allocators that use priorities */
  Quantities guarantee; /* quota; zero: none */
  Quantities limit;     /* quota; an amount of -1: no limit */
} RoleAttributes;

/* Those of a role of which nothing has been said. */
#define ROLE_ATTRIBUTES_DEFAULT ((RoleAttributes){.weight = 1, .limit = {{-1, -1, -1, -1, -1, -1}}})
_Static_assert(RESOURCE_KINDS_MAX == 6, "ROLE_ATTRIBUTES_DEFAULT has a limit for each kind");

typedef enum {
  FRAMEWORK_GPU_RESOURCES = 1 << 0,
  FRAMEWORK_REVOCABLE_RESOURCES = 1 << 1,
  FRAMEWORK_SHARED_RESOURCES = 1 << 2,
  FRAMEWORK_RESERVATION_REFINEMENT = 1 << 3,
  FRAMEWORK_REGION_AWARE = 1 << 4,
  FRAMEWORK_PARTITION_AWARE = 1 << 5,
  FRAMEWORK_TASK_KILLING_STATE = 1 << 6,
} FrameworkCapability;

/* --- which agents a framework wants to be offered at all: an OR of groups, each an AND of constraints ---- */

typedef enum {
  CONSTRAINT_ATTRIBUTE, /* of the agent: the first one of that name */
  CONSTRAINT_HOSTNAME,
  CONSTRAINT_REGION,
  CONSTRAINT_ZONE,
} ConstraintSelector;

typedef enum {
  CONSTRAINT_EXISTS,
  CONSTRAINT_NOT_EXISTS,
  CONSTRAINT_EQUALS,
  CONSTRAINT_NOT_EQUALS,
  CONSTRAINT_MATCHES, /* regular expression, the whole text */
  CONSTRAINT_NOT_MATCHES,
} ConstraintPredicate;

/* Absent: NOT_... hold, the others do not. An attribute that is no text: every predicate about its text holds. */
typedef struct {
  ConstraintSelector selector;
  ConstraintPredicate predicate;
  const char *attribute; /* name; CONSTRAINT_ATTRIBUTE only */
  const char *text;      /* NULL for (NOT_)EXISTS */
} AttributeConstraint;

typedef struct {
  const AttributeConstraint *constraints;
  uint32_t n_constraints; /* >= 1 */
} ConstraintGroup;

typedef struct {
  const ConstraintGroup *groups;
  uint32_t n_groups; /* 0: any agent */
} OfferConstraints;

/* What one framework asks of the offers in one of its roles. */
typedef struct {
  bool min_allocatable_set;          /* replaces the global minimum; */
  const Quantities *min_allocatable; /* alternatives; none: any amount will do */
  uint32_t n_min_allocatable;
  OfferConstraints constraints;
} OfferWishes;

typedef struct {
  const char *name; /* breaks ties; unique */
  const RoleId *roles;
  const bool *suppressed; /* beside roles; NULL: none */
  uint32_t n_roles;       /* >= 1 */
  uint32_t capabilities;  /* FrameworkCapability, or-ed */
  /* Since version 2. */
  const OfferWishes *wishes; /* beside roles; NULL: none */
} AllocatorFramework;

typedef enum {
  AGENT_NOT_MULTI_ROLE = 1 << 0,        /* never offered to a framework with several roles */
  AGENT_NOT_HIERARCHICAL_ROLE = 1 << 1, /* nor to a role with a "/" */
} AgentLack;

typedef struct {
  const char *hostname; /* the whitelist's key */
  /* Since version 2. */
  const char *const *attribute_names;  /* beside attribute_values */
  const char *const *attribute_values; /* NULL: not a text */
  uint32_t n_attributes;
  const char *region; /* NULL: that of the master */
  const char *zone;
  uint32_t lacks; /* AgentLack, or-ed: capabilities that old agents do not have */
} AllocatorAgent;

/* Resources in use on an agent: by tasks that run there already. */
typedef struct {
  FrameworkId framework;
  RoleId role;
  AgentId agent;
  Resources resources;
} AllocatorUse;

/* How long what comes back is not to be offered to the same framework again. */
typedef struct {
  bool set;        /* false: no filter */
  Duration refuse; /* 0: no filter; negative: 5 s; at most 365 days */
} OfferFilter;

#define OFFER_FILTER_NONE ((OfferFilter){false, {0}})

typedef struct {
  Instant start;
  Duration length; /* DURATION_MAX: open */
} Unavailability;

typedef enum {
  INVERSE_OFFER_EXPIRED,
  INVERSE_OFFER_ACCEPTED,
  INVERSE_OFFER_DECLINED,
} InverseOfferAnswer;

/* An option of an allocator, for [allocator NAME] groups. */
typedef struct {
  const char *key;
  const char *value_default;
  const char *summary;
} AllocatorOption;

/* Declared properties, each tested by the contract suite. */
typedef enum {
  ALLOCATOR_WORK_CONSERVING = 1 << 0,
  ALLOCATOR_USES_WEIGHTS = 1 << 1,
  ALLOCATOR_USES_HIERARCHY = 1 << 2,
  ALLOCATOR_NO_STARVATION = 1 << 3,
  ALLOCATOR_USES_PRIORITY = 1 << 4,
  ALLOCATOR_USES_DEMAND = 1 << 5, /* of request_resources(); estimates from what was accepted without it */
} AllocatorProperty;

/* The gate that kept an agent's resources from a client, for explanations; in the order in which they are asked. */
typedef enum {
  GATE_OFFERED, /* none: it was offered something */
  GATE_AGENT_INACTIVE,
  GATE_NOT_WHITELISTED,
  GATE_NOTHING_FREE,
  GATE_FRAMEWORK_INACTIVE,
  GATE_SUPPRESSED,
  GATE_CONSTRAINTS,
  GATE_CAPABILITY, /* gpus, region, several or nested roles, resources it cannot use */
  GATE_QUOTA_LIMIT,
  GATE_QUOTA_HEADROOM, /* held back for guarantees of others */
  GATE_MINIMUM,
  GATE_FILTER,        /* until ExplainedClient.until */
  GATE_SERVED_BEFORE, /* the agent went to somebody before it */
  GATES,
} AllocatorGate;

/* One client, as it would be served now on one agent. */
typedef struct {
  RoleId role;
  FrameworkId framework;
  double role_key;      /* weighted dominant share of the role, whatever the order looks at */
  double framework_key; /* likewise, within the role */
  AllocatorGate gate;
  Instant until; /* GATE_FILTER; else INSTANT_NEVER */
  Resources
      offerable; /* GATE_OFFERED: what it would get; GATE_FILTER: what it would get but for the filter (empty: not known);
                    owned by the allocator, valid until the next call */
} ExplainedClient;

/* What the allocator knows of one agent; for checks and explanations. */
typedef struct {
  Resources available; /* owned by the allocator, valid until the next call */
  uint32_t filters;    /* live ones on this agent */
} AllocatorAgentView;

/* --- the table ------------------------------------------------------------------------------------------ */

/*
 * Every function is there unless it says (optional). `now` is the instant of the call. "Run: ..." says for
 * which agents the call asks for a run.
 */
typedef struct {
  uint32_t abi_version; /* ALLOCATOR_ABI_VERSION */
  uint32_t size;        /* of this table, in bytes */
  const char *name;
  const char *summary; /* one line */
  const AllocatorOption *options;
  uint32_t n_options;
  uint32_t properties; /* AllocatorProperty, or-ed */

  /* Settings and host table are copied. NULL and @error (to be freed with g_free()) where an option is wrong.
   */
  Allocator *(*create)(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                       char **error);
  void (*destroy)(Allocator *allocator);

  /* Roles. add_role: ids ascend, parents first; attributes are the default until update_role. Run: none. */
  void (*add_role)(Allocator *allocator, RoleId role, RoleId parent, const char *path);
  void (*update_role)(Allocator *allocator, Instant now, RoleId role, const RoleAttributes *attributes);

  /* Frameworks. add: @used is what it runs already, on known agents. Run: all agents, if active. */
  void (*add_framework)(Allocator *allocator, Instant now, FrameworkId framework,
                        const AllocatorFramework *info, bool active, const AllocatorUse *used,
                        uint32_t n_used);
  /* All that it was offered or allocated comes back. Run: none. */
  void (*remove_framework)(Allocator *allocator, Instant now, FrameworkId framework);
  /* Run: all agents. Suppressed roles stay suppressed. */
  void (*activate_framework)(Allocator *allocator, Instant now, FrameworkId framework);
  /* Drops its filters; what it has stays booked. Run: none. */
  void (*deactivate_framework)(Allocator *allocator, Instant now, FrameworkId framework);
  /* Replaces roles, suppression and capabilities; a role that is no longer suppressed loses its filters. Run:
   * none. */
  void (*update_framework)(Allocator *allocator, Instant now, FrameworkId framework,
                           const AllocatorFramework *info);

  /* Agents. add: activated; @used may name frameworks that are added later with the same use. Run: this
   * agent. */
  void (*add_agent)(Allocator *allocator, Instant now, AgentId agent, const AllocatorAgent *info,
                    const Resources *total, const AllocatorUse *used, uint32_t n_used);
  void (*remove_agent)(Allocator *allocator, Instant now, AgentId agent);
  /* New total, perhaps less than what is in use. Run: this agent, if it differs. */
  void (*update_agent)(Allocator *allocator, Instant now, AgentId agent, const Resources *total);
  /* The agent's attributes have changed: its filters are dropped. Run: this agent. */
  void (*update_agent_attributes)(Allocator *allocator, Instant now, AgentId agent);
  void (*activate_agent)(Allocator *allocator, Instant now, AgentId agent);   /* Run: none. */
  void (*deactivate_agent)(Allocator *allocator, Instant now, AgentId agent); /* Run: none. */
  /* Only these hosts are offered; NULL: all. Run: none. */
  void (*update_whitelist)(Allocator *allocator, Instant now, const char *const *hostnames,
                           uint32_t n_hostnames);
  /* (optional) NULL: none. Run: this agent. */
  void (*update_unavailability)(Allocator *allocator, Instant now, AgentId agent,
                                const Unavailability *unavailability);
  /* (optional) Run: none. */
  void (*update_inverse_offer)(Allocator *allocator, Instant now, AgentId agent, FrameworkId framework,
                               InverseOfferAnswer answer, OfferFilter filter);

  /* Resources. None of these asks for a run: what is free waits for the next tick. */
  /* (optional) An accept turned what was offered into something else: reserved, say. @from empty: @to are more copies of
   * shared volumes that the framework has been offered: the total stays. */
  void (*update_allocation)(Allocator *allocator, Instant now, FrameworkId framework, RoleId role,
                            AgentId agent, const Resources *from, const Resources *to);
  /* (optional) An operator turned free resources into something else; false where they are not free. */
  bool (*update_available)(Allocator *allocator, Instant now, AgentId agent, const Resources *from,
                           const Resources *to);
  /* What was offered is in use now. */
  void (*transition_offered_to_allocated)(Allocator *allocator, Instant now, FrameworkId framework,
                                          RoleId role, AgentId agent, const Resources *resources);
  /* Comes back, from offered or (@allocated) from use. Unknown frameworks and agents are no error. */
  void (*recover_resources)(Allocator *allocator, Instant now, FrameworkId framework, RoleId role,
                            AgentId agent, const Resources *resources, OfferFilter filter, bool allocated);

  /* ROLE_NONE: all its roles. Suppress: run: none. Revive drops the filters of these roles; run: all agents.
   */
  void (*suppress_offers)(Allocator *allocator, Instant now, FrameworkId framework, RoleId role);
  void (*revive_offers)(Allocator *allocator, Instant now, FrameworkId framework, RoleId role);
  /* (optional) Declares demand: @count tasks of @task each are waiting. */
  void (*request_resources)(Allocator *allocator, Instant now, FrameworkId framework, RoleId role,
                            const Quantities *task, uint32_t count);

  /* (optional) After a failover: hold back until enough of @expected_agents are known. */
  void (*recover)(Allocator *allocator, Instant now, uint32_t expected_agents);

  /* The pending run, for the candidates; and the periodic run, for all agents. */
  void (*run)(Allocator *allocator, Instant now);
  void (*tick)(Allocator *allocator, Instant now);

  /* (optional) A hint that resources of @agent will come back soon. @near: within a call or two, else a few
   * calls earlier; the records of the agent may be fetched from far memory first, what they refer to then. */
  void (*expect)(const Allocator *allocator, AgentId agent, bool near);

  /* For checks and explanations; change nothing. */
  void (*view_agent)(const Allocator *allocator, Instant now, AgentId agent, AllocatorAgentView *view);
  /* Dominant share of a framework within its role, or (FRAMEWORK_NONE) of the role: by weight, whatever the order
   * looks at. */
  double (*share)(const Allocator *allocator, RoleId role, FrameworkId framework);
  /* Live filters of frameworks in @role at @now (Mesos: offer_filters/roles/<role>/active). */
  uint64_t (*count_filters)(const Allocator *allocator, Instant now, RoleId role);
  /* Walks all structures; CHECKs their invariants. */
  void (*check)(const Allocator *allocator, Instant now);

  /* --- since version 2 --- */

  /* (optional) Replaces what is known of an agent beside its total: attributes (drops its filters where they
   * differ), region, lacks. Run: this agent, if something differs. Replaces update_agent_attributes. */
  void (*update_agent_info)(Allocator *allocator, Instant now, AgentId agent, const AllocatorAgent *info);
  /* (optional) What @agent would be offered to whom if a periodic run visited it alone now: @client is called for
   * each client in the order of service, those that are not in the order (inactive, suppressed) last. Changes
   * nothing. */
  void (*explain)(const Allocator *allocator, Instant now, AgentId agent,
                  void (*client)(void *self, const ExplainedClient *client), void *self);
  /* (optional) Quota of a role: what its subtree has been offered or allocated, unreserved and non-revocable, plus
   * all its reservations; @allocated_only: without what is only offered (Mesos: consumed). */
  void (*quota_use)(const Allocator *allocator, RoleId role, bool allocated_only, Quantities *use);
  /* For tables that are made at run time: who calls create() hands it on in AllocatorSettings.context. */
  const void *context;
} AllocatorInterface;

/* --- helpers -------------------------------------------------------------------------------------------- */

/* Functions of the vocabulary, for allocators that are linked with nothing (plug-ins); in a program they are at hand
 * under their own names. See base/resources.h and base/resource-kinds.h. */
struct AllocatorHelpers {
  uint32_t size; /* of this table, in bytes */

  void (*resources_copy)(Resources *copy, const Resources *resources);
  void (*resources_clear)(Resources *resources);
  void (*resources_add)(Resources *sum, const Resources *more);
  void (*resources_subtract)(Resources *rest, const Resources *less);
  void (*resources_take)(Resources *free, const Resources *less);
  void (*resources_give)(Resources *free, const Resources *more);
  bool (*resources_contain)(const Resources *whole, const Resources *part);
  bool (*resources_equal)(const Resources *a, const Resources *b);
  void (*resources_total)(const Resources *resources, Quantities *total);
  void (*resources_count)(const Resources *resources, Quantities *count); /* what minima are compared with */
  void (*resources_clamp)(Resources *resources);
  void (*resources_shrink)(Resources *resources, const Quantities *target);
  /* Makes @part, to be cleared, of what a framework with these capabilities (FrameworkCapability, or-ed) may be
   * offered in the role called @role: what is unreserved, or reserved to it or an ancestor of it. */
  void (*resources_offerable)(const ResourceKinds *kinds, const Resources *resources, const char *role,
                              uint32_t capabilities, Resources *part);

  uint32_t (*kind_count)(const ResourceKinds *kinds);
  const char *(*kind_name)(const ResourceKinds *kinds, uint32_t kind);
  bool (*kind_find)(const ResourceKinds *kinds, const char *name, uint32_t *kind);

  /* Whether @agent satisfies @constraints. Cost: regular expressions are compiled anew by each call. */
  bool (*constraints_allow)(const OfferConstraints *constraints, const AllocatorAgent *agent);

  /* Copies with all that they point to, to be given to the function of the same name. */
  OfferWishes *(*wishes_copy)(const OfferWishes *wishes);
  void (*wishes_free)(OfferWishes *wishes); /* (nullable) */
  AllocatorAgent *(*agent_copy)(const AllocatorAgent *agent);
  void (*agent_free)(AllocatorAgent *agent); /* (nullable) */
  bool (*attributes_equal)(const AllocatorAgent *one, const AllocatorAgent *other);
};

extern const AllocatorHelpers allocator_helpers; /* for AllocatorHost.helpers */
