/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/fair-share-private.h"

/*
 * Progressive filling from where it stands. Each leaf has its share, each node what it has come to (its progress: the sum of
 * what its dominant share has grown). Among the children of a node that may grow, those with the least progress by weight
 * grow, together; when they have come as far as the next one, it joins them. So a child that a guarantee has put ahead
 * waits until the others have come as far.
 *
 * Guarantees come first, from the deepest roles up: in a phase only leaves below a role of that depth (or a deeper one)
 * grow, whose guarantee they can still use. In the last phase all do.
 *
 * A leaf takes each resource from the nearest role above it that has some reserved, and from the common pool after that.
 * It is done when it has all it demands, when one that it needs is used up wherever it may take it, or when a role above
 * it has reached its limit of it.
 *
 * Everything moves in a straight line from one event to the next; the step to it is computed, not searched.
 */
typedef double Amounts[RESOURCE_KINDS_MAX]; /* in parts of the capacity */

typedef struct {
  uint32_t parent; /* a node before it; INDEX_NONE: it is the top */
  uint32_t depth;  /* 0 at the top */
  double weight;
  double progress;
  Amounts guarantee;
  Amounts limit; /* INFINITY: none */
  Amounts pool;  /* what is left of what is reserved to it; of the top: common */
  Amounts used;
  /* Of the round: */
  bool active, joined;
  double least; /* progress by weight of the children that grow */
  double next;  /* of those that do not yet */
  double rate;  /* at which `least` rises */
  Amounts direction;
  Amounts usage;   /* growth of used */
  Amounts drained; /* decline of pool */
} Node;

typedef struct {
  const FairShareLeaf *of;
  uint32_t parent;
  double share;
  double growth;
  bool done, active, joined;
} Leaf;

typedef struct {
  Node *nodes; /* parents first, the top is 0 */
  uint32_t n_nodes;
  Leaf *leaves;
  uint32_t n_leaves;
  uint32_t depth; /* of the phase */
} Filling;

#define EPSILON                                                                                              \
  1e-11 /* parts of the capacity that are nothing; of levels, which are as large as weights are small: the
                       * part by which two that are the same may differ */

/* --- who may grow --------------------------------------------------------------------------------------- */

static bool has_room(const Filling *filling, const Leaf *leaf, int kind)
{
  bool pool = false;
  for (uint32_t n = leaf->parent; n != INDEX_NONE; n = filling->nodes[n].parent) {
    const Node *node = &filling->nodes[n];
    if (node->limit[kind] - node->used[kind] <= EPSILON)
      return false;
    pool = pool || node->pool[kind] > EPSILON;
  }
  return pool;
}

static bool is_done(const Filling *filling, const Leaf *leaf)
{
  if (leaf->share >= leaf->of->level * (1 - FAIR_SHARE_EPSILON))
    return true;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (leaf->of->unit[kind] > 0 && !has_room(filling, leaf, kind))
      return true;
  return false;
}

/* Whether the guarantee of @node is of use to the leaf. */
static bool guarantee_helps(const Node *node, const Leaf *leaf)
{
  bool helps = false;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    if (leaf->of->unit[kind] <= 0 || node->guarantee[kind] <= 0)
      continue;
    if (node->guarantee[kind] - node->used[kind] <= EPSILON)
      return false;
    helps = true;
  }
  return helps;
}

static bool may_grow(const Filling *filling, const Leaf *leaf)
{
  if (leaf->done || filling->depth == 0)
    return !leaf->done;
  for (uint32_t n = leaf->parent; n != INDEX_NONE && filling->nodes[n].depth >= filling->depth;
       n = filling->nodes[n].parent)
    if (guarantee_helps(&filling->nodes[n], leaf))
      return true;
  return false;
}

/* --- a round -------------------------------------------------------------------------------------------- */

static void offer_level(Node *parent, double level)
{
  parent->active = true;
  parent->least = fmin(parent->least, level);
}

/* Whether a child at @level grows with the others; else it may be the next to join. */
static bool join(Node *parent, double level)
{
  if (level <= parent->least * (1 + EPSILON))
    return true;
  parent->next = fmin(parent->next, level);
  return false;
}

static double progress_by_weight(const Node *node)
{
  return node->progress / node->weight;
}

/* Returns: whether anybody grows. */
static bool find_growing(Filling *filling)
{
  Node *nodes = filling->nodes;
  for (uint32_t n = 0; n < filling->n_nodes; n++) {
    Node *node = &nodes[n];
    node->active = node->joined = false;
    node->least = node->next = (double)INFINITY;
    node->rate = 0;
    memset(node->direction, 0, sizeof node->direction);
    memset(node->usage, 0, sizeof node->usage);
    memset(node->drained, 0, sizeof node->drained);
  }
  for (uint32_t i = 0; i < filling->n_leaves; i++) {
    Leaf *leaf = &filling->leaves[i];
    leaf->done = leaf->done || is_done(filling, leaf);
    leaf->active = may_grow(filling, leaf);
    if (leaf->active)
      offer_level(&nodes[leaf->parent], leaf->share / leaf->of->weight);
  }
  for (uint32_t n = filling->n_nodes; n-- > 1;)
    if (nodes[n].active)
      offer_level(&nodes[nodes[n].parent], progress_by_weight(&nodes[n]));
  return nodes[0].active;
}

static double largest(const Amounts amounts)
{
  double value = 0;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    value = fmax(value, amounts[kind]);
  return value;
}

static void find_directions(Filling *filling)
{
  Node *nodes = filling->nodes;
  for (uint32_t i = 0; i < filling->n_leaves; i++) {
    Leaf *leaf = &filling->leaves[i];
    Node *parent = &nodes[leaf->parent];
    leaf->joined = leaf->active && join(parent, leaf->share / leaf->of->weight);
    for (int kind = 0; leaf->joined && kind < RESOURCE_KINDS_MAX; kind++)
      parent->direction[kind] += leaf->of->weight * leaf->of->unit[kind];
  }
  for (uint32_t n = filling->n_nodes; n-- > 1;) {
    Node *node = &nodes[n];
    Node *parent = &nodes[node->parent];
    node->joined = node->active && join(parent, progress_by_weight(node));
    double norm = largest(node->direction);
    for (int kind = 0; node->joined && kind < RESOURCE_KINDS_MAX; kind++)
      parent->direction[kind] += node->weight * node->direction[kind] / norm;
  }
}

/* What the leaf takes of @kind, from the nearest pool. */
static void drain(Filling *filling, const Leaf *leaf, int kind)
{
  double amount = leaf->growth * leaf->of->unit[kind];
  bool drained = amount <= 0;
  for (uint32_t n = leaf->parent; n != INDEX_NONE; n = filling->nodes[n].parent) {
    Node *node = &filling->nodes[n];
    node->usage[kind] += amount;
    if (!drained && node->pool[kind] > EPSILON) {
      node->drained[kind] += amount;
      drained = true;
    }
  }
}

static void find_rates(Filling *filling)
{
  Node *nodes = filling->nodes;
  nodes[0].rate = 1;
  for (uint32_t n = 1; n < filling->n_nodes; n++)
    if (nodes[n].joined)
      nodes[n].rate = nodes[nodes[n].parent].rate * nodes[n].weight / largest(nodes[n].direction);
  for (uint32_t i = 0; i < filling->n_leaves; i++) {
    Leaf *leaf = &filling->leaves[i];
    leaf->growth = leaf->joined ? nodes[leaf->parent].rate * leaf->of->weight : 0;
    for (int kind = 0; leaf->growth > 0 && kind < RESOURCE_KINDS_MAX; kind++)
      drain(filling, leaf, kind);
  }
}

/* The least @step at which @rate has used up @left, where that is ahead. */
static double step_to(double step, double left, double rate)
{
  return rate > 0 && left > EPSILON ? fmin(step, left / rate) : step;
}

static double find_step(const Filling *filling)
{
  double step = (double)INFINITY;
  for (uint32_t i = 0; i < filling->n_leaves; i++) {
    const Leaf *leaf = &filling->leaves[i];
    if (leaf->growth > 0)
      step = fmin(step, (leaf->of->level - leaf->share) / leaf->growth);
  }
  for (uint32_t n = 0; n < filling->n_nodes; n++) {
    const Node *node = &filling->nodes[n];
    if (!isinf(node->next) && node->rate > 0)
      step = fmin(step, (node->next - node->least) / node->rate);
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
      step = step_to(step, node->pool[kind], node->drained[kind]);
      step = step_to(step, node->limit[kind] - node->used[kind], node->usage[kind]);
      if (filling->depth > 0)
        step = step_to(step, node->guarantee[kind] - node->used[kind], node->usage[kind]);
    }
  }
  return fmax(step, 0);
}

static void go(Filling *filling, double step)
{
  Node *nodes = filling->nodes;
  for (uint32_t i = 0; i < filling->n_leaves; i++)
    filling->leaves[i].share += step * filling->leaves[i].growth;
  for (uint32_t n = 0; n < filling->n_nodes; n++) {
    Node *node = &nodes[n];
    if (node->joined)
      node->progress += step * nodes[node->parent].rate * node->weight;
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
      node->used[kind] += step * node->usage[kind];
      node->pool[kind] = fmax(node->pool[kind] - step * node->drained[kind], 0);
    }
  }
}

static void fill(Filling *filling, uint32_t depth)
{
  filling->depth = depth;
  while (find_growing(filling)) {
    find_directions(filling);
    find_rates(filling);
    go(filling, find_step(filling));
  }
}

/* --- the tree ------------------------------------------------------------------------------------------- */

static double part_of(const Quantities *capacity, int kind, int64_t amount)
{
  return capacity->amount[kind] > 0 ? (double)amount / (double)capacity->amount[kind] : 0;
}

static int compare_nodes(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static void node_init(Node *node, const Quantities *capacity, const FairShareBounds *bounds)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    node->guarantee[kind] = part_of(capacity, kind, bounds->guarantee.amount[kind]);
    node->limit[kind] = bounds->limit.amount[kind] < 0 ? (double)INFINITY
                                                       : part_of(capacity, kind, bounds->limit.amount[kind]);
    node->pool[kind] = part_of(capacity, kind, bounds->reserved.amount[kind]);
  }
}

/* Returns: the largest depth. */
static uint32_t make_nodes(Filling *filling, FairShare *fair, const Quantities *capacity,
                           const FairShareNode *nodes, const FairShareBounds *bounds, uint32_t n_nodes)
{
  uint32_t depth = 0;
  Node *top = &filling->nodes[0];
  top->parent = INDEX_NONE;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    int64_t common = capacity->amount[kind];
    for (uint32_t n = 0; n < n_nodes; n++)
      common -= bounds[n].reserved.amount[kind];
    top->limit[kind] = (double)INFINITY;
    top->pool[kind] = part_of(capacity, kind, MAX(common, 0));
  }
  filling->n_nodes = 1;
  qsort(fair->involved, fair->n_involved, sizeof *fair->involved, compare_nodes);
  for (uint32_t i = 0; i < fair->n_involved; i++) {
    uint32_t at = fair->involved[i];
    Node *node = &filling->nodes[filling->n_nodes];
    fair->branch_of[at] = filling->n_nodes++;
    node->parent = nodes[at].parent == INDEX_NONE ? 0 : fair->branch_of[nodes[at].parent];
    node->depth = filling->nodes[node->parent].depth + 1;
    node->weight = nodes[at].weight;
    node_init(node, capacity, &bounds[at]);
    depth = MAX(depth, node->depth);
  }
  return depth;
}

void fair_share_compute_bounded(FairShare *fair, const Quantities *capacity, const FairShareNode *nodes,
                                const FairShareBounds *bounds, uint32_t n_nodes,
                                const FairShareClient *clients, uint32_t n_clients, double *shares)
{
  fair_share_begin(fair, capacity, nodes, n_nodes, clients, n_clients, shares);
  g_autofree Node *all = g_new0(Node, (size_t)fair->n_involved + 1);
  g_autofree Leaf *leaves = g_new0(Leaf, MAX(fair->n_leaves, 1));
  Filling filling = {.nodes = all, .leaves = leaves, .n_leaves = fair->n_leaves};
  uint32_t depth = make_nodes(&filling, fair, capacity, nodes, bounds, n_nodes);
  for (uint32_t i = 0; i < fair->n_leaves; i++) {
    const FairShareLeaf *of = &fair->leaves[i];
    leaves[i].of = of;
    leaves[i].parent = of->parent == INDEX_NONE ? 0 : fair->branch_of[of->parent];
  }
  for (uint32_t phase = depth + 1; phase-- > 0;)
    fill(&filling, phase);
  for (uint32_t i = 0; i < fair->n_leaves; i++)
    shares[leaves[i].of->client] = leaves[i].share;
  fair_share_end(fair);
}
