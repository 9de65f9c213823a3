/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What drf-sorter.c (the tree of nodes, changes to it) and drf-order.c (keys, the order) share. drf-sorter.h
 * says what it is about.
 *
 * Invariants (drf_check()):
 *   1. a node has either a client or children, but for the root, which may have neither;
 *   2. the allocation of an inner node is the sum of its children's, n_active likewise; the root keeps
 * n_active only;
 *   3. of the children of a group those that are ranked stand in order of path, with ascending ranks;
 *   4. each child whose key or rank is out of date is marked, and listed once in `marked`; or its group is stale.
 */

#include <glib.h>

#include "allocators/drf-sorter.h"
#include "allocators/winner-tree.h"
#include "base/check.h"
#include "base/pool.h"

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
  uint64_t totals_version; /* of the totals that the keys were computed from */
  bool stale;              /* all keys have to be computed anew */
} Group;

typedef struct {
  char *path;        /* full; "a/." for the client of an inner node */
  uint32_t parent;   /* node slot */
  uint32_t index;    /* in the parent's group */
  uint32_t client;   /* INDEX_NONE: an inner node */
  uint32_t n_active; /* active clients in the subtree */
  uint32_t mark;     /* 1 + its place among those marked, or 0 */
  uint64_t rank;     /* among its siblings, by path; if it is ranked */
  double weight;
  int64_t priority;
  uint64_t count; /* of allocations */
  Quantities allocation;
  Group *group; /* NULL: a leaf */
} Node;

typedef struct {
  double weight;
  int64_t priority;
} PathAttributes;

struct Sorter {
  const SorterTotals *totals;
  bool use_priority;
  bool flat;              /* paths are names */
  Pool nodes;             /* slot ROOT is the root */
  GHashTable *by_path;    /* path -> slot + 1, without the "/." leaves; looked up only, never walked */
  GHashTable *attributes; /* path -> PathAttributes; NULL while all are the default */
  uint32_t *client_nodes; /* client -> slot */
  uint32_t n_client_nodes;
  uint32_t n_clients;

  /* What the shares are taken of, as doubles, for the kinds that count. */
  uint64_t totals_version;
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

/* --- drf-order.c ---------------------------------------------------------------------------------------- */

Group *drf_group_new(void);
void drf_group_free(Group *group);

/** drf_group_add, drf_group_remove: the child @slot comes, marked, or goes. Its place in the order of paths is
 * found when the order is asked for. Cost: O(log n) comparisons of paths, and a move of part of an array. */
void drf_group_add(Sorter *sorter, Group *group, uint32_t slot);
void drf_group_remove(Sorter *sorter, Group *group, uint32_t slot);

static inline void drf_group_mark(Group *group, Node *node)
{
  if (node->mark != 0)
    return;
  group->marked[group->n_marked++] = node->index;
  node->mark = group->n_marked;
}

/** drf_mark: the key of @node, or whether it takes part, has changed. */
static inline void drf_mark(Sorter *sorter, Node *node)
{
  drf_group_mark(node_at(sorter, node->parent)->group, node);
}

/** drf_cursor_end: a change ends the cursor, unless it holds the rest of its order. */
static inline void drf_cursor_end(Sorter *sorter)
{
  sorter->n_walk = 0;
}

/* SorterInterface.begin, next, hold. */
void drf_begin(Sorter *sorter, const SorterVisit *visit);
bool drf_next(Sorter *sorter, uint32_t *client);
void drf_hold(Sorter *sorter);
