/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the ways of dividing share: the demanding clients, in numbers without units.
 *
 * Usage is counted in fractions of the capacity, so every resource has the capacity 1.
 */

#include "base/quantities.h"
#include "metrics/fair-share.h"

typedef struct {
  uint32_t client; /* index into the caller's arrays */
  uint32_t parent; /* demanding node with several demanding children, or INDEX_NONE: top */
  double weight;
  double level;                    /* at which it has all it demands: demand / weight; INFINITY */
  double unit[RESOURCE_KINDS_MAX]; /* usage per dominant share; the largest is 1 */
} FairShareLeaf;

struct FairShare {
  FairShareLeaf *leaves; /* demanding clients */
  uint32_t n_leaves;
  uint32_t leaves_max;

  uint32_t *children; /* of each node: how many demand; all 0 between calls */
  uint32_t *involved; /* nodes with children that demand */
  uint32_t n_involved;
  uint32_t *branch_of; /* (fair-share-tree.c) by node */
  uint32_t nodes_max;
};

/* A share that differs by less than this from another is the same. */
#define FAIR_SHARE_EPSILON 1e-12

/** fair_share_begin: collects the clients that demand something, as they are in the tree, and the nodes above them; their
 * level is all that they demand. fair_share_end: before the next call. */
void fair_share_begin(FairShare *fair, const Quantities *capacity, const FairShareNode *nodes,
                      uint32_t n_nodes, const FairShareClient *clients, uint32_t n_clients, double *shares);
void fair_share_end(FairShare *fair);

/** fair_share_flat: all leaves are siblings. Reorders the leaves. */
void fair_share_flat(FairShare *fair, double *shares);

/** fair_share_tree: leaves below @nodes; nodes with fewer than two children in fair->children are passed
 * over, top is @top (INDEX_NONE: above all nodes). Reorders the leaves, sorts those involved. */
void fair_share_tree(FairShare *fair, const FairShareNode *nodes, uint32_t top, double *shares);

/** fair_share_up: the place of a child of @parent with @weight in the tree without nodes that have one child.
 */
void fair_share_up(const FairShare *fair, const FairShareNode *nodes, uint32_t *parent, double *weight);
