/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * FairShare: the fluid weighted max-min fair division of a cluster, by dominant share.
 *
 * This is what a perfectly fair scheduler would give if tasks were divisible and agents were one big machine:
 * the yardstick that a real allocation is measured with.
 *
 * Water-filling. Each client grows in the direction of its demand, its dominant share (the largest of its
 * shares of a resource) at a rate in proportion to its weight, until it has all that it demands or until a
 * resource that it needs is used up. Those that stop leave the rest to the others. Demand may be unlimited.
 *
 * Tree. Clients hang below nodes (roles); siblings, clients and nodes alike, compete by weight, and only
 * those that demand something and can still grow. A node's usage is the sum of its children's and its
 * dominant share grows at the rate of its weight, so two children that need different resources do not slow
 * each other down. A node with one demanding child is that child with the node's weight. With one resource
 * this is exactly the hierarchical weighted max-min; with several it is the fluid form of hierarchical DRF.
 *
 *     <30,30>  root: a<1,0>  b<1,0>  c: (c1<1,0>, c2<0,1>)  d<0,1>
 *              cpus are used up at 1/3 each: a, b, c1 stop; c2 and d go on to 1/2 each
 *
 * What needs a resource that the cluster does not have gets nothing and competes with nobody.
 *
 * Cost: without siblings below a common node that itself has siblings (each client in its own role, or all in
 * one): O(rounds * clients * kinds), a few rounds. Otherwise O(c log c + (c + kinds) * nodes * kinds) for c
 * demanding clients and the nodes with at least two demanding children. Nodes below which nobody demands anything
 * cost nothing.
 *
 * Source: Ghodsi et al., DRF, NSDI 2011, sections 4 and 6; Bhattacharya et al., H-DRF, SoCC 2013, section 4.
 * Not here: placement, fragmentation, what was really given.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/quantities.h"

typedef struct FairShare FairShare; /* scratch memory, used again from call to call */

/* A role, or whatever else divides its part among children. */
typedef struct {
  uint32_t parent; /* an earlier node, or INDEX_NONE: top level */
  double weight;   /* > 0 */
} FairShareNode;

typedef struct {
  uint32_t node; /* its parent, or INDEX_NONE: top level */
  double weight; /* > 0 */
  bool unlimited;
  Quantities demand; /* all that it demands; unlimited: one task, the direction; zero: it demands nothing */
} FairShareClient;

FairShare *fair_share_new(void);
void fair_share_free(FairShare *fair);

/**
 * fair_share_compute:
 * @capacity: of the cluster
 * @nodes: array of @n_nodes, parents before children
 * @clients: array of @n_clients
 * @shares: array of @n_clients, receives each client's fair dominant share, 0 to 1
 */
void fair_share_compute(FairShare *fair, const Quantities *capacity, const FairShareNode *nodes,
                        uint32_t n_nodes, const FairShareClient *clients, uint32_t n_clients, double *shares);

/* What a role is kept to. */
typedef struct {
  Quantities guarantee; /* it comes first up to this; zero: none of the kind */
  Quantities limit;     /* it never has more; negative: none of the kind */
  Quantities reserved;  /* of the capacity, nobody else has this */
} FairShareBounds;

#define FAIR_SHARE_UNBOUNDED ((FairShareBounds){.limit = {{-1, -1, -1, -1, -1, -1}}})
_Static_assert(RESOURCE_KINDS_MAX == 6, "FAIR_SHARE_UNBOUNDED has a limit for each kind");

/**
 * fair_share_compute_bounded: the same with quotas and reservations.
 * @bounds: array beside @nodes
 *
 * Guarantees are floors: they are filled first, those of the deepest nodes before those above them, each from below by
 * the same progressive filling, as far as they are demanded; then all grow, and who is ahead because of its guarantee
 * waits until the others have come as far. A guarantee says nothing of kinds that it does not name. Limits are caps.
 * What is reserved to a node is taken by the clients below it alone, who take it before anything else; it counts for their
 * shares like the rest. Where guarantees exceed what there is, they are filled as far as it goes.
 *
 * With bounds that say nothing it gives what fair_share_compute() gives, to rounding.
 * Cost: O(rounds * (clients * depth + nodes) * kinds), with a round for each client, bound and node that is done: quadratic.
 */
void fair_share_compute_bounded(FairShare *fair, const Quantities *capacity, const FairShareNode *nodes,
                                const FairShareBounds *bounds, uint32_t n_nodes,
                                const FairShareClient *clients, uint32_t n_clients, double *shares);

/**
 * fair_share_dominant: the largest of @amounts over @capacity.
 *
 * INFINITY where it holds a kind that @capacity does not have. How many tasks of resources r a dominant share
 * s is: s / fair_share_dominant(r).
 */
double fair_share_dominant(const Quantities *capacity, const Quantities *amounts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FairShare, fair_share_free)
