/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Policy: who comes next, and nothing else.
 *
 * A policy gives every client (a role, or a framework of a role) a key; the hierarchical kernel serves clients in
 * the order of their keys, keeps all books and enforces every gate. So a policy cannot offer what is not free,
 * break a filter or a quota; it can only be unfair.
 *
 *     kernel visits an agent -> policy sorter -> key() of each client whose key may have changed -> order
 *                                            -> first client that passes all gates -> portion() -> offer
 *
 * Two ways of going through a run:
 *   agents first (score == NULL)   agents in random order, each to the first client that may have it;
 *   clients first (score given)    the first client in the order takes, of all agents that it may have something
 *                                  of, the one with the best score; again, until nobody may have anything. A run
 *                                  then costs O(grants x agents with something free); with
 *                                  POLICY_SCORES_TASKS, O(clients x agents with something free).
 *
 * Order: smaller key.first, then smaller key.second, then fewer allocations, then path. In a tree of roles each
 * level is ordered on its own: an inner node has the sum of its subtree, or what combine() makes of it.
 *
 * Keys are kept and made anew only for clients that have changed, and for all when the cluster has; so key() may use
 * the client (but not is_blocked), its options, visit->total and cluster_fits(), and nothing else. A policy that also
 * looks at is_blocked or the agent, or draws, says so in its flags, and one that combines sees everything anew at each
 * visit: then a visit costs O(clients).
 *
 * Demand. A scheduler may declare how many tasks of what size it waits for (PolicyClient.declared). Without a
 * declaration `task` is estimated: the mean of the tasks that it has begun so far; zero before the first. For a role
 * the numbers are sums over those of its frameworks that declare, `task` is their mean task.
 *
 * Contract: key(), combine(), portion() and score() are functions of their arguments, the options and the host; no
 * clock, no global state. They must not fail. A key that is not a number counts as infinite.
 *
 * Source: design; compare the Sorter of apache/mesos.
 */

#include "core/allocator.h"

#define POLICY_ABI_VERSION 1

typedef struct Policy Policy; /* an instance; each policy defines its own */

/* A client, as a policy sees it: a copy. */
typedef struct {
  const char *path; /* role path ("a/.": the frameworks of a role with roles below it), or framework name */
  uint32_t number;  /* of the role, or of the framework within its role; UINT32_MAX for an inner node */
  bool is_role;
  bool is_inner;    /* stands for the subtree of a role path */
  bool is_blocked;  /* inactive, or nothing waits (declared), or its task does not fit into what the visit has
                            free; of an inner node, where the policy combines: all of its children are */
  double weight;    /* > 0; frameworks: 1 */
  int64_t priority; /* larger first; frameworks: 0 */
  uint64_t arrival; /* order of arrival among all at this level; for a role of its first framework */
  uint64_t allocations;  /* how many grants it has had */
  Quantities allocation; /* offered and allocated now */
  Quantities guarantee;  /* frameworks: none */
  Quantities limit;      /* -1: none */
  bool declared;         /* the next two are what its scheduler says; else estimated */
  Quantities task;       /* one task */
  uint32_t pending;      /* tasks that wait; UINT32_MAX: unknown */
  double running; /* allocation in tasks: max over kinds of allocation / task; 0 where task is unknown */
} PolicyClient;

/* What is given away, and where. */
typedef struct {
  AgentId agent;                 /* AGENT_NONE where clients come first */
  const Quantities *agent_total; /* of the cluster where there is no agent */
  const Quantities *agent_free;  /* likewise */
  const Quantities *total;       /* of the cluster */
  uint32_t excluded;             /* bit k: kind k does not count for shares */
  uint64_t number;               /* of the visit, from 1 */
} PolicyVisit;

typedef struct {
  double first;
  double second;
} PolicyKey;

typedef enum {
  POLICY_LOOKS_AT_AGENT = 1 << 0, /* key() depends on visit->agent...: keys are made anew for each visit */
  POLICY_DRAWS = 1 << 1,          /* key() draws: likewise */
  POLICY_ORDERS_ROLES = 1 << 2,   /* the levels that it orders; the other one is DRF's. */
  POLICY_ORDERS_FRAMEWORKS = 1 << 3,
  POLICY_SCORES_TASKS =
      1 << 4, /* score() depends on the client's task and on the agent alone, not on what the client
                                   has or on visit->number: it is asked once for each agent and run, not for each grant */
} PolicyFlag;

/* What a policy may ask; valid as long as the instance. */
typedef struct {
  uint32_t size;
  void *self;
  const ResourceKinds *kinds; /* opaque */
  /* The index of a kind by name; false where the run has none of that name. */
  bool (*kind_find)(void *self, const char *name, uint32_t *kind);
  /* A uniform number in (0, 1): a function of the run's seed, visit->number and the client. */
  double (*draw)(void *self, const PolicyVisit *visit, const PolicyClient *client);
  /* How many tasks of this size all agents together hold when empty: the sum over agents of the whole number that
   * fits; 0 for no task. Cost: O(classes of equal agents). */
  uint64_t (*cluster_fits)(void *self, const Quantities *task);
} PolicyHost;

typedef struct {
  const char *const *option_values; /* one per option, in its order; NULL: default */
  const void *context;              /* PolicyInterface.context */
} PolicySettings;

typedef struct {
  uint32_t abi_version; /* POLICY_ABI_VERSION */
  uint32_t size;        /* of this table */
  const char *name;
  const char *summary; /* one line */
  const AllocatorOption *options;
  uint32_t n_options;
  uint32_t properties; /* AllocatorProperty, or-ed; declared ones are tested */
  uint32_t flags;      /* PolicyFlag, or-ed */

  /* NULL and @error (to be freed with g_free(), or free()) where an option is wrong. (optional): NULL where the
   * policy has no state; the functions below then get NULL. */
  Policy *(*create)(const PolicySettings *settings, const PolicyHost *host, char **error);
  void (*destroy)(Policy *policy); /* with create */

  PolicyKey (*key)(Policy *policy, const PolicyClient *client, const PolicyVisit *visit);

  /* (optional) Makes node->allocation of an inner node, which has the sum, from its @n children, which have theirs
   * already. */
  void (*combine)(Policy *policy, const PolicyClient *children, uint32_t n, const PolicyVisit *visit,
                  PolicyClient *node);
  /* (optional) The part of what passed the gates that is offered: @offer is reduced in place; a larger or negative
   * amount is ignored. @client, here and below: the framework, or its role where the policy orders roles only. */
  void (*portion)(Policy *policy, const PolicyClient *client, const PolicyVisit *visit, Quantities *offer);
  /* (optional) How well the agent of the visit suits the client: larger is better; negative infinity: not at all. */
  double (*score)(Policy *policy, const PolicyClient *client, const PolicyVisit *visit);

  /* For tables that are made at run time: handed to create() in its settings. */
  const void *context;
} PolicyInterface;

/**
 * policy_allocator_new: for AllocatorInterface.create of a policy.
 * @policy: of this version in full; outlives the instance
 * @error: from the policy's create()
 *
 * Returns: (transfer full) (nullable): a kernel ordered by @policy, for hierarchical_destroy().
 */
Allocator *policy_allocator_new(const PolicyInterface *policy, const AllocatorSettings *settings,
                                const AllocatorHost *host, Instant now, char **error);
