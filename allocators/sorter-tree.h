/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SorterTree: the tree of nodes that all sorters are made of: who is there, with what weight and count, who holds
 * what. drf_sorter is this tree as it stands; others give it another key, or another order of their own.
 *
 *   sorter-tree.c    nodes: they come, change and go
 *   sorter-order.c   keys of siblings, the order
 *   drf-sorter.c, policy-sorter.c, random-sorter.c    the sorters
 *
 *   clients a, a/c, b:            root
 *                                /    \
 *                               a      b        "a" has become an inner node, its client stands below it as "a/."
 *                              / \
 *                            a/.  a/c
 *
 * A key function makes it a tree with facts: then each node also keeps what a policy may ask (NodeFacts). Without one
 * the key is the weighted dominant share, inlined: nothing that policies need costs DRF a look.
 *
 * Invariants (sorter_tree_check()):
 *   1. a node has either a client or children, but for the root, which may have neither;
 *   2. the allocation of an inner node is the sum of its children's, n_active and the sums of the facts likewise; the
 *      root keeps n_active only;
 *   3. of the children of a group those that are ranked stand in order of path, with ascending ranks;
 *   4. each child whose key or rank is out of date is marked, and listed once in `marked`; or its group is stale.
 *
 * Not here: the contract of the functions (core/sorter.h).
 */

#include <glib.h>

#include "allocators/winner-tree.h"
#include "base/check.h"
#include "base/pool.h"
#include "core/sorter.h"

#define ROOT 0u

/* The children of an inner node. */
typedef struct {
  uint32_t n;
  uint32_t capacity;
  uint32_t *children; /* node slots, in no order: the entries of the tree */
  uint32_t *by_path;  /* the same: n_ranked in order of path, then those that are new */
  uint32_t n_ranked;
  WinnerTree tree;
  uint32_t *marked; /* indices of children whose keys have to be computed anew; capacity entries */
  uint32_t n_marked;
  uint64_t keys_version; /* Sorter.keys_version that the keys were computed for */
  bool stale;            /* all keys have to be computed anew */
} Group;

/* What the operator says of a path. */
typedef struct {
  double weight;
  int64_t priority;
  Quantities guarantee;
  Quantities limit;
} PathAttributes;

/* Sums over a subtree, for the mean size of its tasks. */
typedef struct {
  Quantities launched; /* of the tasks that have begun */
  uint64_t n_launched;
  uint32_t n_declared; /* demands */
  uint64_t pending;    /* tasks that wait, of these demands */
  Quantities waiting;  /* of n_weighed of these tasks */
  uint64_t n_weighed;
} NodeSums;

/* A demand counts for at most so many of its tasks, or for as many as come to at most this amount of each kind, but for
 * one: sums of thousands of demands fit. */
#define DEMAND_WEIGHT_MAX 100000
#define DEMAND_SUM_MAX    QUANTITY_MAX

/* What a policy may ask of a node beside its allocation; in trees with a key function only. */
typedef struct {
  uint64_t arrival; /* order of arrival */
  PathAttributes attributes;
  NodeSums sums;
  Quantities
      combined; /* the allocation that a policy made of its children's; inner nodes, valid during an order */
  bool blocked; /* likewise: all of its children are */
} NodeFacts;

typedef struct {
  char *path;        /* full; "a/." for the client of an inner node */
  uint32_t parent;   /* node slot */
  uint32_t index;    /* in the parent's group */
  uint32_t client;   /* INDEX_NONE: an inner node */
  uint32_t n_active; /* active clients in the subtree */
  uint32_t mark;     /* 1 + its place among those marked, or 0 */
  uint64_t rank;     /* among its siblings, by path; if it is ranked */
  double weight;
  uint64_t count; /* of allocations */
  Quantities allocation;
  NodeFacts *facts; /* NULL in a tree without a key function */
  Group *group;     /* NULL: a leaf */
} Node;

/* Fills priority and share of @key, which come before count and path. */
typedef void (*SorterTreeKey)(const Sorter *sorter, const Node *node, SorterKey *key);

struct Sorter {
  const SorterTotals *totals;
  SorterTreeKey key;      /* NULL: the weighted dominant share */
  void *own;              /* what the sorter that is made of the tree keeps beside it */
  GArray *fresh;          /* uint32_t: nodes made since the last order; in Mesos's way only, else NULL */
  bool flat;              /* paths are names */
  Pool nodes;             /* slot ROOT is the root */
  GHashTable *by_path;    /* path -> slot + 1, without the "/." leaves; looked up only, never walked */
  GHashTable *attributes; /* path -> PathAttributes; NULL while all are the default; looked up only */
  uint32_t *client_nodes; /* client -> slot */
  uint32_t n_client_nodes;
  uint32_t n_clients;
  uint64_t n_arrivals;

  /* What the shares are taken of, as doubles, for the kinds that count. */
  uint64_t totals_version;
  uint64_t keys_version; /* grows where all keys have to be computed anew */
  uint32_t n_counted;
  uint32_t counted[RESOURCE_KINDS_MAX];
  double counted_total[RESOURCE_KINDS_MAX];

  /* Cursor: the groups from the root down to the one that is being walked; or the rest of the order, held. */
  Group **walk;
  uint32_t n_walk;
  uint32_t walk_capacity;
  GArray *held; /* uint32_t clients */
  uint32_t n_held_given;
  bool holding;
};

static inline Node *node_at(const Sorter *sorter, uint32_t slot)
{
  return pool_at(&sorter->nodes, slot);
}

static inline uint32_t client_slot(const Sorter *sorter, uint32_t client)
{
  CHECK(client < sorter->n_client_nodes && sorter->client_nodes[client] != INDEX_NONE);
  return sorter->client_nodes[client];
}

static inline Node *client_node(const Sorter *sorter, uint32_t client)
{
  return node_at(sorter, client_slot(sorter, client));
}

/** sorter_tree_new: (transfer full): an empty tree. */
Sorter *sorter_tree_new(const SorterTotals *totals, SorterTreeKey key, void *own);

/** sorter_tree_follow_mesos: of an empty tree: from now on it does as Mesos's sorters do where that is surprising: a weight
 * has no effect on a node that is no client and has been in an order; and a client that loses its last sub-client goes on
 * with the count of its subtree. */
void sorter_tree_follow_mesos(Sorter *sorter);

/* --- the functions of SorterInterface ------------------------------------------------------------------- */

void sorter_tree_destroy(Sorter *sorter); /* not what `own` refers to */
void sorter_tree_flatten(Sorter *sorter);
void sorter_tree_add(Sorter *sorter, uint32_t client, const char *path);
void sorter_tree_remove(Sorter *sorter, uint32_t client);
void sorter_tree_activate(Sorter *sorter, uint32_t client);
void sorter_tree_deactivate(Sorter *sorter, uint32_t client);
void sorter_tree_update_weight(Sorter *sorter, const char *path, double weight);
void sorter_tree_update_priority(Sorter *sorter, const char *path, int64_t priority);
void sorter_tree_allocated(Sorter *sorter, uint32_t client, const Quantities *quantities);
void sorter_tree_unallocated(Sorter *sorter, uint32_t client, const Quantities *quantities);
void sorter_tree_update(Sorter *sorter, uint32_t client, const Quantities *from, const Quantities *to);
void sorter_tree_restore(Sorter *sorter, uint32_t client, const Quantities *quantities, uint64_t count);
double sorter_tree_share(const Sorter *sorter, uint32_t client); /* weighted dominant share */
const Quantities *sorter_tree_allocation(const Sorter *sorter, uint32_t client);
uint32_t sorter_tree_count(const Sorter *sorter);
uint32_t sorter_tree_count_active(const Sorter *sorter);
void sorter_tree_check(const Sorter *sorter);

/* Those of a tree with facts. */
void sorter_tree_launched(Sorter *sorter, uint32_t client, const Quantities *task);
void sorter_tree_demand(Sorter *sorter, uint32_t client, const SorterDemand *from, const SorterDemand *to);
void sorter_tree_update_quota(Sorter *sorter, const char *path, const Quantities *guarantee,
                              const Quantities *limit);

/* sorter-order.c */
void sorter_tree_begin(Sorter *sorter, const SorterVisit *visit);
bool sorter_tree_next(Sorter *sorter, uint32_t *client);
void sorter_tree_hold(Sorter *sorter);

/* The entries that sorters rarely replace. */
#define SORTER_TREE_FUNCTIONS                                                                                \
  .flatten = sorter_tree_flatten, .update_priority = sorter_tree_update_priority,                            \
  .allocated = sorter_tree_allocated, .unallocated = sorter_tree_unallocated, .update = sorter_tree_update,  \
  .restore = sorter_tree_restore, .share = sorter_tree_share, .allocation = sorter_tree_allocation,          \
  .count = sorter_tree_count, .count_active = sorter_tree_count_active, .check = sorter_tree_check

/* --- sorter-order.c ------------------------------------------------------------------------------------- */

Group *sorter_tree_group_new(void);
void sorter_tree_group_free(Group *group);

/** sorter_tree_group_add, sorter_tree_group_remove: the child @slot comes, marked, or goes. Its place in the order of
 * paths is found when the order is asked for. Cost: O(log n) comparisons of paths, and a move of part of an array. */
void sorter_tree_group_add(Sorter *sorter, Group *group, uint32_t slot);
void sorter_tree_group_remove(Sorter *sorter, Group *group, uint32_t slot);

static inline void sorter_tree_group_mark(Group *group, Node *node)
{
  if (node->mark != 0)
    return;
  group->marked[group->n_marked++] = node->index;
  node->mark = group->n_marked;
}

/** sorter_tree_mark: the key of @node, or whether it takes part, has changed. */
static inline void sorter_tree_mark(Sorter *sorter, Node *node)
{
  sorter_tree_group_mark(node_at(sorter, node->parent)->group, node);
}

/** sorter_tree_cursor_end: a change ends the cursor, unless it holds the rest of its order. */
static inline void sorter_tree_cursor_end(Sorter *sorter)
{
  sorter->n_walk = 0;
}
