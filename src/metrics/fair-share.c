/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/fair-share.h"

#include <math.h>
#include <string.h>

#include "metrics/fair-share-private.h"

FairShare *fair_share_new(void)
{
  return g_new0(FairShare, 1);
}

void fair_share_free(FairShare *fair)
{
  if (fair == NULL)
    return;
  g_free(fair->leaves);
  g_free(fair->children);
  g_free(fair->involved);
  g_free(fair->branch_of);
  g_free(fair);
}

double fair_share_dominant(const Quantities *capacity, const Quantities *amounts)
{
  double dominant = 0;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    if (amounts->amount[kind] <= 0)
      continue;
    if (capacity->amount[kind] <= 0)
      return (double)INFINITY;
    dominant = fmax(dominant, (double)amounts->amount[kind] / (double)capacity->amount[kind]);
  }
  return dominant;
}

void fair_share_up(const FairShare *fair, const FairShareNode *nodes, uint32_t *parent, double *weight)
{
  while (*parent != INDEX_NONE && fair->children[*parent] == 1) {
    *weight = nodes[*parent].weight;
    *parent = nodes[*parent].parent;
  }
}

static void reserve(FairShare *fair, uint32_t n_nodes, uint32_t n_clients)
{
  if (n_clients > fair->leaves_max) {
    fair->leaves_max = n_clients;
    fair->leaves = g_renew(FairShareLeaf, fair->leaves, n_clients);
  }
  if (n_nodes > fair->nodes_max) {
    uint32_t max = MAX(n_nodes, 2 * fair->nodes_max);
    fair->children = g_renew(uint32_t, fair->children, max);
    memset(fair->children + fair->nodes_max, 0, (max - fair->nodes_max) * sizeof *fair->children);
    fair->involved = g_renew(uint32_t, fair->involved, max);
    fair->branch_of = g_renew(uint32_t, fair->branch_of, max);
    fair->nodes_max = max;
  }
  fair->n_leaves = 0;
  fair->n_involved = 0;
}

/* One more child of @node demands something; and with its first one @node does. */
static void involve(FairShare *fair, const FairShareNode *nodes, uint32_t node)
{
  for (; node != INDEX_NONE; node = nodes[node].parent) {
    if (fair->children[node]++ > 0)
      return;
    fair->involved[fair->n_involved++] = node;
  }
}

static void collect(FairShare *fair, const Quantities *capacity, const FairShareNode *nodes,
                    const FairShareClient *clients, uint32_t n_clients, double *shares)
{
  for (uint32_t i = 0; i < n_clients; i++) {
    const FairShareClient *client = &clients[i];
    shares[i] = 0;
    double demand = fair_share_dominant(capacity, &client->demand);
    if (demand <= 0 || isinf(demand))
      continue;

    FairShareLeaf *leaf = &fair->leaves[fair->n_leaves++];
    leaf->client = i;
    leaf->parent = client->node;
    leaf->weight = client->weight;
    leaf->level = client->unlimited ? (double)INFINITY : demand;
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      leaf->unit[kind] = client->demand.amount[kind] <= 0
                             ? 0
                             : (double)client->demand.amount[kind] / (double)capacity->amount[kind] / demand;
    involve(fair, nodes, leaf->parent);
  }
}

/* Takes away nodes with one child. Returns: the node that all that is left hangs below, or INDEX_NONE. */
static uint32_t collapse(FairShare *fair, const FairShareNode *nodes)
{
  uint32_t at_top = 0;
  uint32_t single = INDEX_NONE;
  for (uint32_t i = 0; i < fair->n_involved; i++) {
    uint32_t node = fair->involved[i];
    uint32_t parent = nodes[node].parent;
    double weight = nodes[node].weight;
    if (fair->children[node] < 2)
      continue;
    fair_share_up(fair, nodes, &parent, &weight);
    if (parent == INDEX_NONE) {
      at_top++;
      single = node;
    }
  }
  for (uint32_t i = 0; i < fair->n_leaves; i++) {
    FairShareLeaf *leaf = &fair->leaves[i];
    fair_share_up(fair, nodes, &leaf->parent, &leaf->weight);
    leaf->level /= leaf->weight;
    at_top += leaf->parent == INDEX_NONE;
  }
  return at_top == 1 ? single : INDEX_NONE;
}

void fair_share_begin(FairShare *fair, const Quantities *capacity, const FairShareNode *nodes,
                      uint32_t n_nodes, const FairShareClient *clients, uint32_t n_clients, double *shares)
{
  reserve(fair, n_nodes, n_clients);
  collect(fair, capacity, nodes, clients, n_clients, shares);
}

void fair_share_end(FairShare *fair)
{
  for (uint32_t i = 0; i < fair->n_involved; i++)
    fair->children[fair->involved[i]] = 0;
}

void fair_share_compute(FairShare *fair, const Quantities *capacity, const FairShareNode *nodes,
                        uint32_t n_nodes, const FairShareClient *clients, uint32_t n_clients, double *shares)
{
  fair_share_begin(fair, capacity, nodes, n_nodes, clients, n_clients, shares);
  uint32_t top = collapse(fair, nodes);

  bool flat = true;
  for (uint32_t i = 0; i < fair->n_leaves && flat; i++)
    flat = fair->leaves[i].parent == top;
  if (flat)
    fair_share_flat(fair, shares);
  else
    fair_share_tree(fair, nodes, top, shares);
  fair_share_end(fair);
}

/*
 * Siblings: the water level rises by Newton's method. What the growing leaves use is a concave function of
 * the level, so the level at which the tangent meets the capacity is never too high: leaves that have all
 * they demand below it are done, and when there are none, that level is where a resource is used up. A round
 * is a pass over the leaves that still grow; each but the last of a resource takes some out.
 */
typedef struct {
  double used[RESOURCE_KINDS_MAX]; /* by leaves that have stopped */
  double slope[RESOURCE_KINDS_MAX];
  double level;
} Water;

static void water_stop(FairShare *fair, Water *water, uint32_t i, double share, double *shares)
{
  const FairShareLeaf *leaf = &fair->leaves[i];
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    water->used[kind] += share * leaf->unit[kind];
  shares[leaf->client] = share;
  fair->leaves[i] = fair->leaves[--fair->n_leaves];
}

/* Sets the level to which all may rise. Returns: the kind that is the limit. */
static int water_rise(const FairShare *fair, Water *water)
{
  memset(water->slope, 0, sizeof water->slope);
  for (uint32_t i = 0; i < fair->n_leaves; i++)
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      water->slope[kind] += fair->leaves[i].weight * fair->leaves[i].unit[kind];

  double level = (double)INFINITY;
  int limit = 0;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    if (water->slope[kind] <= 0)
      continue;
    double at = (1 - water->used[kind]) / water->slope[kind];
    if (at < level) {
      level = at;
      limit = kind;
    }
  }
  water->level = fmax(water->level, level);
  return limit;
}

void fair_share_flat(FairShare *fair, double *shares)
{
  Water water = {.level = 0};
  while (fair->n_leaves > 0) {
    int limit = water_rise(fair, &water);
    bool stopped = false;
    for (uint32_t i = fair->n_leaves; i-- > 0;) {
      const FairShareLeaf *leaf = &fair->leaves[i];
      if (leaf->level > water.level)
        continue;
      water_stop(fair, &water, i, leaf->level * leaf->weight, shares);
      stopped = true;
    }
    if (stopped)
      continue;
    for (uint32_t i = fair->n_leaves; i-- > 0;)
      if (fair->leaves[i].unit[limit] > 0)
        water_stop(fair, &water, i, water.level * fair->leaves[i].weight, shares);
  }
}
