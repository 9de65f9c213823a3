/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * ContractWorld: the host of one allocator in a scenario of the contract suite: clock, books, and a look at every
 * offer.
 *
 *     contract_world_new() ---> calls (world_add_agent(), ...) ---> world_settle(), world_tick() ---> _free()
 *                                   |                                        |
 *                                   '-- noted as text, made                  '-- offers: judged, noted, booked
 *
 * The books are lists, searched from end to end: plain, slow, and nothing like those of an allocator. An offer that
 * breaks a rule but holds what is free is booked all the same; one that cannot be booked comes back at once.
 *
 * Calls come in the order that core/allocator.h asks for, at instants between ticks.
 *
 * Not here: what is called when (contract-scenario.h), what the rules are called (contract.c).
 */

#include <glib.h>

#include "base/resource-kinds.h"
#include "core/allocator.h"

#define WORLD_INTERVAL         ((Duration){NS_PER_S})
#define WORLD_REGION_OF_MASTER "here"
#define WORLD_ROLES_MAX        32 /* bits of WorldFramework.roles */

/* What can be wrong with an offer; the rules of safety that look at single offers, in the order of contract.c. */
typedef enum {
  FAULT_NOT_FREE,
  FAULT_NOT_SUBSCRIBED, /* no such framework, not active, or not in the role */
  FAULT_SUPPRESSED,
  FAULT_FILTER,
  FAULT_LIMIT,
  FAULT_MINIMUM,
  FAULT_GPUS,
  FAULT_REGION,
  FAULT_CONSTRAINTS,
  FAULT_WHITELIST,
  FAULT_AGENT_INACTIVE,
  FAULT_AGENT_OLD,
  FAULT_RESERVED,
  FAULT_CAPABILITY,
  FAULT_AGENT_REMOVED,
  FAULT_OUTSIDE_RUN,
  FAULTS,
} ContractFault;

typedef struct {
  char *path;
  RoleAttributes attributes;
} WorldRole;

typedef struct {
  bool present;
  bool active;
  uint32_t roles;      /* bit r: role r */
  uint32_t suppressed; /* likewise */
  uint32_t capabilities;
  bool minimum_set;
  Quantities minimum;           /* one alternative; zero: any amount will do */
  OfferConstraints constraints; /* points to static tables */
} WorldFramework;

typedef struct {
  FrameworkId framework;
  RoleId role;
  Resources refused;
  Instant until;
} WorldFilter;

typedef struct {
  bool present;
  bool active;
  Resources total;
  char *hostname;
  const char *disk;   /* the value of its attribute "disk"; NULL: it has none */
  const char *region; /* NULL: that of the master */
  uint32_t lacks;
  GArray *filters; /* WorldFilter */
} WorldAgent;

/* What a framework has on an agent: an offer, or tasks. */
typedef struct {
  FrameworkId framework;
  RoleId role;
  AgentId agent;
  Resources resources;
  bool allocated;
} WorldHolding;

typedef struct {
  const AllocatorInterface *interface;
  Allocator *allocator;
  ResourceKinds *kinds;
  uint64_t seed; /* of AllocatorHost.random */
  Instant now;
  Instant tick_requested;
  bool run_requested;
  bool in_run;

  GArray *roles;      /* WorldRole */
  GArray *frameworks; /* WorldFramework */
  GArray *agents;     /* WorldAgent */
  GArray *holdings;   /* WorldHolding, in the order of their arrival */
  GArray *refused;    /* WorldHolding: offers that could not be booked */
  char **whitelist;   /* NULL: all */

  uint64_t n_calls;
  uint64_t n_offers;
  GQueue *trace; /* of char *: the last calls and offers */
  GString *log;  /* (nullable): each offer, for comparing */
  uint32_t watched;
  char *violation; /* the first of a fault that is watched */
} ContractWorld;

/** contract_world_new: @option_values: as AllocatorSettings.option_values; NULL: all default. @watched: bit f: fault f is a
 * violation. NULL where create() refuses: @violation says so. */
ContractWorld *contract_world_new(const AllocatorInterface *interface, const char *const *option_values,
                                  uint64_t seed, uint32_t watched, char **violation);
void contract_world_free(ContractWorld *world);

WorldRole *world_role(const ContractWorld *world, RoleId role);
WorldFramework *world_framework(const ContractWorld *world, FrameworkId framework);
WorldAgent *world_agent(const ContractWorld *world, AgentId agent);
WorldHolding *world_holding(const ContractWorld *world, uint32_t index);

/* For the files of the world only. */
void world_note_call(ContractWorld *world, const char *format, ...) G_GNUC_PRINTF(2, 3);
char *world_describe(const ContractWorld *world, const WorldHolding *offer); /* (transfer full) */
GArray *world_array_new(guint size, void (*clear)(void *item));
void world_holding_clear(void *holding);

/* --- calls ---------------------------------------------------------------------------------------------- */

RoleId world_add_role(ContractWorld *world, const char *path, RoleId parent);
void world_update_role(ContractWorld *world, RoleId role, const RoleAttributes *attributes);
RoleAttributes world_role_attributes(double weight, int64_t priority);

/** world_add_agent: @spec: copied, but for its total, which is taken over. */
AgentId world_add_agent(ContractWorld *world, const WorldAgent *spec);
/** world_remove_agent: @late: what comes back from it is told after it is gone, as by the master. */
void world_remove_agent(ContractWorld *world, AgentId agent, bool late);
void world_update_agent(ContractWorld *world, AgentId agent, Resources total); /* (transfer full) */
void world_update_agent_disk(ContractWorld *world, AgentId agent, const char *disk);
void world_activate_agent(ContractWorld *world, AgentId agent, bool active);
void world_update_whitelist(ContractWorld *world, char **hostnames); /* (transfer full) (nullable) */

FrameworkId world_add_framework(ContractWorld *world, const WorldFramework *spec);
void world_remove_framework(ContractWorld *world, FrameworkId framework, bool late);
void world_update_framework(ContractWorld *world, FrameworkId framework, const WorldFramework *spec);
void world_activate_framework(ContractWorld *world, FrameworkId framework, bool active);
void world_suppress(ContractWorld *world, FrameworkId framework, RoleId role); /* ROLE_NONE: all */
void world_revive(ContractWorld *world, FrameworkId framework, RoleId role);
void world_request_resources(ContractWorld *world, FrameworkId framework, RoleId role, const Quantities *task,
                             uint32_t count);

/** world_accept: the offer @index: @used of it is in use now, the rest comes back with @filter. */
void world_accept(ContractWorld *world, uint32_t index, const Resources *used, OfferFilter filter);
/** world_recover: the holding @index comes back, offered or in use. */
void world_recover(ContractWorld *world, uint32_t index, OfferFilter filter);

/* --- time ----------------------------------------------------------------------------------------------- */

/** world_settle: makes the run that was asked for, if any. */
void world_settle(ContractWorld *world);
/** world_tick: moves to the next multiple of the interval, and makes its tick where one was asked for. */
void world_tick(ContractWorld *world);
/** world_advance: moves on, making the ticks that were asked for; not to the instant of a tick. */
void world_advance(ContractWorld *world, Duration wait);

/* --- books ---------------------------------------------------------------------------------------------- */

/** world_free: what is free on @agent; to be cleared. */
void world_free(const ContractWorld *world, AgentId agent, Resources *free);

/** world_offer_fault: what is wrong with such an offer, and @why; -1: nothing. @first: the first fault that counts; to
 * find the next, one more than the last. */
int world_offer_fault(const ContractWorld *world, const WorldHolding *offer, int first, GString *why);

/** world_find_idle: whether something free is kept from somebody who may have it: then says what. */
bool world_find_idle(const ContractWorld *world, GString *what);

/** world_violate: notes the first violation, with the last calls. */
void world_violate(ContractWorld *world, const char *what);
