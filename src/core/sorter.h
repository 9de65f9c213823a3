/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Sorter: keeps the clients of one level (roles, or the frameworks of one role) in the order in which they
 * are served.
 *
 * Clients have paths: "a/b" is a client below the node "a", which need not be a client itself. Siblings are
 * ordered among themselves by the policy of the sorter (for DRF: weighted dominant share, allocation count,
 * path), and the whole subtree of a node precedes its next sibling. A client that has clients below it takes
 * part in the order of its children, under the path "<client>/.".
 *
 *          add            activate
 *   (none) ----> INACTIVE <--------> ACTIVE        only active clients appear in the order;
 *     ^             |      deactivate   |           allocation and count survive deactivation
 *     '-------------'-------------------'
 *                 remove
 *
 * Invariants:
 *   1. the allocation of an inner node is the sum over its subtree;
 *   2. the count of a node is the number of allocated() calls on it or below it since it was made;
 *   3. between two changes the order is fixed: a cursor gives each active client once.
 *
 * Clients are named by the caller's own dense numbers. Totals are shared by all sorters of an allocator: one
 * change of the cluster does not touch each of them.
 *
 * Source: apache/mesos src/master/allocator/mesos/sorter/sorter.hpp.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/quantities.h"

typedef struct Sorter Sorter; /* an instance; each sorter defines its own */

/* What shares are taken of. Owned by the caller; outlives the sorters. */
typedef struct {
  Quantities total;
  uint32_t excluded; /* bit k: kind k does not count for shares */
  uint64_t version;  /* grows with each change of the two above: sorter_totals_change() */
} SorterTotals;

static inline void sorter_totals_add(SorterTotals *totals, const Quantities *more)
{
  quantities_add(&totals->total, more);
  totals->version++;
}

static inline void sorter_totals_subtract(SorterTotals *totals, const Quantities *less)
{
  quantities_subtract(&totals->total, less);
  totals->version++;
}

/** sorter_totals_share: the dominant share of @allocation, without a weight: the largest part of a kind that
 * the total has and that is not excluded; computed as Mesos does. */
static inline double sorter_totals_share(const SorterTotals *totals, const Quantities *allocation)
{
  double share = 0;
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (totals->total.amount[kind] > 0 && (totals->excluded & (1u << kind)) == 0) {
      double part = (double)allocation->amount[kind] / 1000.0 / ((double)totals->total.amount[kind] / 1000.0);
      share = part > share ? part : share;
    }
  return share;
}

/* What an order may depend on beside the clients: the agent whose resources are to be given away. */
typedef struct {
  AgentId agent;           /* AGENT_NONE: none in particular */
  const Quantities *total; /* of that agent; of all where there is none */
  const Quantities *free;  /* what is to be given away */
  uint64_t number;         /* of the visit, from 1: same number, same random draws */
} SorterVisit;

/* What a client says that it waits for. */
typedef struct {
  Quantities task;  /* of one */
  uint32_t pending; /* how many */
} SorterDemand;

typedef struct {
  const char *name;
  const char *summary;

  /* @context: the sorter's own kind of settings (its header says which), kept by the caller; outlives it. */
  Sorter *(*create)(const SorterTotals *totals, const void *context);
  void (*destroy)(Sorter *sorter);

  /* Before the first client: from now on what is added are names, not paths; a "/" in them means nothing. */
  void (*flatten)(Sorter *sorter);

  /* Adds an inactive client. @path is unique among the clients. Cost: O(depth), and O(siblings log siblings)
   * once before the next order. */
  void (*add)(Sorter *sorter, uint32_t client, const char *path);
  /* What it still holds leaves its ancestors too. */
  void (*remove)(Sorter *sorter, uint32_t client);
  void (*activate)(Sorter *sorter, uint32_t client);   /* may be repeated */
  void (*deactivate)(Sorter *sorter, uint32_t client); /* may be repeated */

  /* Weight (> 0, default 1) and priority (default 0) of a path, which need not exist (yet). */
  void (*update_weight)(Sorter *sorter, const char *path, double weight);
  void (*update_priority)(Sorter *sorter, const char *path, int64_t priority);

  /* Allocation of a client grows; its count and those of its ancestors grow by one. Cost: O(depth). */
  void (*allocated)(Sorter *sorter, uint32_t client, const Quantities *quantities);
  /* It shrinks; counts stay. Cost: O(depth). */
  void (*unallocated)(Sorter *sorter, uint32_t client, const Quantities *quantities);
  /* A part of it is replaced; counts stay. */
  void (*update)(Sorter *sorter, uint32_t client, const Quantities *from, const Quantities *to);

  /* Gives a client that holds nothing what was allocated to it while it was alone and nobody needed an order:
   * @count allocations of @quantities in all. */
  void (*restore)(Sorter *sorter, uint32_t client, const Quantities *quantities, uint64_t count);

  /* The order. begin() puts the cursor (one per sorter) before the first active client, for a visit (NULL where
   * the sorter does not look at agents); next() gives the next one, or false at the end. A change to the sorter
   * ends the cursor, unless hold() was called before it: then the rest is given as the order stood at begin().
   * Cost: begin() O(changes log n); next() O(log n). */
  void (*begin)(Sorter *sorter, const SorterVisit *visit);
  bool (*next)(Sorter *sorter, uint32_t *client);
  void (*hold)(Sorter *sorter);

  /* Weighted dominant share, whatever the order looks at. */
  double (*share)(const Sorter *sorter, uint32_t client);
  const Quantities *(*allocation)(const Sorter *sorter, uint32_t client);
  uint32_t (*count)(const Sorter *sorter);        /* of clients */
  uint32_t (*count_active)(const Sorter *sorter); /* of active clients */
  /* Walks the whole structure; CHECKs its invariants. */
  void (*check)(const Sorter *sorter);

  /* The rest is optional: for sorters whose order depends on it. One that has launched() is told all from the first
   * client on, so a kernel that leaves out the sorter of a single client does not do so here. */

  /* A task of @client has begun; what it uses was told to allocated() before. For the mean size of tasks. */
  void (*launched)(Sorter *sorter, uint32_t client, const Quantities *task);
  /* @to takes the place of @from in what is waited for; NULL: nothing has been said. In a sorter of roles the demands of
   * a role's frameworks add up; one that leaves takes its own away. Removal of the client takes all away. */
  void (*demand)(Sorter *sorter, uint32_t client, const SorterDemand *from, const SorterDemand *to);
  /* Quota of a path, which need not exist (yet); a limit of -1: none. Default: zero and none. */
  void (*update_quota)(Sorter *sorter, const char *path, const Quantities *guarantee,
                       const Quantities *limit);
} SorterInterface;
