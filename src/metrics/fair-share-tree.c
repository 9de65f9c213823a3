/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/fair-share-private.h"

/*
 * A tree is filled event by event: the next leaf has all it demands, or the next resource is used up.
 *
 * Each node has a water level of its own, which its children stand at: the share of a leaf is weight * level
 * of its node as long as it grows, so the order in which the leaves of a node are done never changes and is
 * sorted once. Levels of different nodes rise at different rates; only these are computed anew after each
 * event:
 *
 *   direction(node) = sum of weight * unit over growing leaves + sum of weight * direction / norm over nodes
 *   norm(node)      = largest component of direction(node), so that the node's dominant share grows like its
 *                     weight; 1 at the top, whose level drives all others
 *   rate(node)      = rate(parent) * weight / norm
 */
typedef struct {
  uint32_t parent; /* index of a branch; INDEX_NONE at the top */
  double weight;
  double level;
  double rate;
  double norm;
  double leaves[RESOURCE_KINDS_MAX]; /* sum of weight * unit over growing leaves */
  double direction[RESOURCE_KINDS_MAX];
  uint32_t growing;     /* leaves that grow */
  uint32_t next, after; /* range of leaves that may not be done */
} Branch;

typedef struct {
  FairShareLeaf *leaves;
  uint32_t n_leaves;
  bool *done; /* beside leaves */
  Branch *branches;
  uint32_t n_branches; /* parents before children, the top first */
  double used[RESOURCE_KINDS_MAX];
  bool full[RESOURCE_KINDS_MAX];
  uint32_t growing;
  double *shares; /* by client */
} Tree;

static int compare_leaves(const void *a, const void *b)
{
  const FairShareLeaf *one = a;
  const FairShareLeaf *other = b;
  if (one->parent != other->parent)
    return one->parent < other->parent ? -1 : 1;
  if (one->level < other->level || one->level > other->level)
    return one->level < other->level ? -1 : 1;
  return one->client < other->client ? -1 : one->client > other->client;
}

static double largest(const double values[RESOURCE_KINDS_MAX])
{
  double value = 0;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    value = fmax(value, values[kind]);
  return value;
}

/* What is left of a sum whose largest parts are gone is what rounding left of it. */
#define CANCELLED 1e-6

static void branch_sum_up(const Tree *tree, Branch *branch)
{
  memset(branch->leaves, 0, sizeof branch->leaves);
  for (uint32_t i = branch->next; i < branch->after; i++)
    for (int kind = 0; !tree->done[i] && kind < RESOURCE_KINDS_MAX; kind++)
      branch->leaves[kind] += tree->leaves[i].weight * tree->leaves[i].unit[kind];
}

static void tree_stop(Tree *tree, uint32_t i, double share)
{
  const FairShareLeaf *leaf = &tree->leaves[i];
  Branch *branch = &tree->branches[leaf->parent];
  tree->shares[leaf->client] = share;
  tree->done[i] = true;
  tree->growing--;
  branch->growing--;
  bool cancelled = branch->growing == 0;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    double before = branch->leaves[kind];
    branch->leaves[kind] -= leaf->weight * leaf->unit[kind];
    cancelled = cancelled || branch->leaves[kind] < CANCELLED * before;
  }
  if (cancelled)
    branch_sum_up(tree, branch);
}

static void tree_rates(Tree *tree)
{
  for (uint32_t b = 0; b < tree->n_branches; b++)
    memcpy(tree->branches[b].direction, tree->branches[b].leaves, sizeof tree->branches[b].direction);
  for (uint32_t b = tree->n_branches; b-- > 1;) {
    Branch *branch = &tree->branches[b];
    Branch *parent = &tree->branches[branch->parent];
    branch->norm = largest(branch->direction);
    if (branch->norm <= 0)
      continue;
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      parent->direction[kind] += branch->weight * branch->direction[kind] / branch->norm;
  }
  tree->branches[0].rate = 1;
  for (uint32_t b = 1; b < tree->n_branches; b++) {
    Branch *branch = &tree->branches[b];
    branch->rate = branch->norm > 0 ? tree->branches[branch->parent].rate * branch->weight / branch->norm : 0;
  }
}

/* How far the level of the top may rise before the next event. */
static double tree_step(const Tree *tree)
{
  double step = (double)INFINITY;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (!tree->full[kind] && tree->branches[0].direction[kind] > 0)
      step = fmin(step, (1 - tree->used[kind]) / tree->branches[0].direction[kind]);
  for (uint32_t b = 0; b < tree->n_branches; b++) {
    const Branch *branch = &tree->branches[b];
    if (branch->growing > 0)
      step = fmin(step, (tree->leaves[branch->next].level - branch->level) / branch->rate);
  }
  return fmax(step, 0);
}

/* Stops the leaves that have all they demand. */
static void branch_stop_sated(Tree *tree, Branch *branch)
{
  while (branch->next < branch->after) {
    const FairShareLeaf *leaf = &tree->leaves[branch->next];
    if (!tree->done[branch->next]) {
      if (leaf->level > branch->level * (1 + FAIR_SHARE_EPSILON))
        break;
      tree_stop(tree, branch->next, leaf->level * leaf->weight);
    }
    branch->next++;
  }
}

/* Stops the leaves that need a resource which is used up. */
static void tree_stop_blocked(Tree *tree, int kind)
{
  tree->full[kind] = true;
  for (uint32_t i = 0; i < tree->n_leaves; i++)
    if (!tree->done[i] && tree->leaves[i].unit[kind] > 0)
      tree_stop(tree, i, tree->branches[tree->leaves[i].parent].level * tree->leaves[i].weight);
}

static void tree_fill(Tree *tree)
{
  while (tree->growing > 0) {
    tree_rates(tree);
    double step = tree_step(tree);
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      tree->used[kind] += step * tree->branches[0].direction[kind];
    for (uint32_t b = 0; b < tree->n_branches; b++)
      tree->branches[b].level += step * tree->branches[b].rate;

    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      if (!tree->full[kind] && tree->used[kind] >= 1 - FAIR_SHARE_EPSILON)
        tree_stop_blocked(tree, kind);
    for (uint32_t b = 0; b < tree->n_branches; b++)
      branch_stop_sated(tree, &tree->branches[b]);
  }
}

static int compare_nodes(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

/* Makes a branch of each node with several children, and of the top. */
static void tree_branches(Tree *tree, const FairShare *fair, const FairShareNode *nodes, uint32_t top)
{
  uint32_t *branch_of = fair->branch_of;
  tree->branches = g_new0(Branch, (size_t)fair->n_involved + 1);
  tree->branches[0] = (Branch){.parent = INDEX_NONE};
  tree->n_branches = 1;
  qsort(fair->involved, fair->n_involved, sizeof *fair->involved, compare_nodes);
  for (uint32_t i = 0; i < fair->n_involved; i++) {
    uint32_t node = fair->involved[i];
    branch_of[node] = 0;
    if (node == top || fair->children[node] < 2)
      continue;
    uint32_t parent = nodes[node].parent;
    double weight = nodes[node].weight;
    fair_share_up(fair, nodes, &parent, &weight);
    branch_of[node] = tree->n_branches;
    tree->branches[tree->n_branches++] =
        (Branch){.parent = parent == INDEX_NONE ? 0 : branch_of[parent], .weight = weight};
  }
  for (uint32_t i = 0; i < tree->n_leaves; i++)
    tree->leaves[i].parent = tree->leaves[i].parent == INDEX_NONE ? 0 : branch_of[tree->leaves[i].parent];
}

void fair_share_tree(FairShare *fair, const FairShareNode *nodes, uint32_t top, double *shares)
{
  Tree tree = {
      .leaves = fair->leaves, .n_leaves = fair->n_leaves, .growing = fair->n_leaves, .shares = shares};
  tree_branches(&tree, fair, nodes, top);
  g_autofree Branch *branches = tree.branches;
  g_autofree bool *done = g_new0(bool, tree.n_leaves);
  tree.done = done;

  qsort(tree.leaves, tree.n_leaves, sizeof *tree.leaves, compare_leaves);
  for (uint32_t i = 0; i < tree.n_leaves; i++) {
    const FairShareLeaf *leaf = &tree.leaves[i];
    Branch *branch = &branches[leaf->parent];
    if (branch->growing++ == 0)
      branch->next = i;
    branch->after = i + 1;
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      branch->leaves[kind] += leaf->weight * leaf->unit[kind];
  }
  tree_fill(&tree);
}
