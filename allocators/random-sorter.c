/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/random-sorter.h"

#include "allocators/draw.h"
#include "allocators/sorter-tree.h"

/* Weights are integers, thus sums stay exact when clients are taken out and put back: parts of WEIGHT_ALL, at least 1.
 * They stand in a Fenwick tree: sums[i] is that of the leaves i - (i & -i) ... i - 1. */
#define WEIGHT_ALL  0x1p60
#define DRAWS_AHEAD 4u

__extension__ typedef unsigned __int128 WideWeight;

typedef struct {
  uint32_t client;
  uint64_t weight;
} RandomLeaf;

typedef struct {
  const RandomSorterContext *context;
  uint32_t number;   /* of the sorter */
  GArray *leaves;    /* RandomLeaf: the active clients */
  GArray *sums;      /* uint64_t: 1 + leaves->len entries; the first is not used */
  uint64_t all;      /* of all leaves */
  GArray *taken;     /* uint32_t: indices of the leaves given since begin() */
  uint64_t left;     /* weight of the others */
  bool stale;        /* leaves have to be collected anew */
  uint64_t n_orders; /* without a visit */
  uint64_t order;    /* what the draws are a function of */
  uint32_t n_draws;  /* made since begin() */
  uint32_t numbers[2 * DRAWS_AHEAD];
} RandomOrder;

/* --- the leaves and their weights ----------------------------------------------------------------------- */

static void leaves_collect(const Sorter *sorter, uint32_t slot, double share)
{
  RandomOrder *order = sorter->own;
  const Group *group = node_at(sorter, slot)->group;
  double sum = 0;
  for (uint32_t i = 0; i < group->n; i++) {
    const Node *child = node_at(sorter, group->children[i]);
    sum += child->n_active > 0 ? child->weight : 0;
  }
  for (uint32_t i = 0; i < group->n; i++) {
    const Node *child = node_at(sorter, group->children[i]);
    if (child->n_active == 0)
      continue;
    double part = share * (child->weight / sum);
    if (child->group != NULL) {
      leaves_collect(sorter, group->children[i], part);
      continue;
    }
    RandomLeaf leaf = {child->client, MAX(1, (uint64_t)(part * WEIGHT_ALL))};
    g_array_append_val(order->leaves, leaf);
    order->all += leaf.weight;
  }
}

static uint64_t *sum_at(const RandomOrder *order, uint32_t i)
{
  return &g_array_index(order->sums, uint64_t, i);
}

static const RandomLeaf *leaf_at(const RandomOrder *order, uint32_t i)
{
  return &g_array_index(order->leaves, RandomLeaf, i);
}

static void sums_add(RandomOrder *order, uint32_t leaf, uint64_t more)
{
  for (uint32_t i = leaf + 1; i <= order->leaves->len; i += i & -i)
    *sum_at(order, i) += more; /* wraps where more is a negative number */
}

static void leaves_refresh(Sorter *sorter)
{
  RandomOrder *order = sorter->own;
  g_array_set_size(order->leaves, 0);
  order->all = 0;
  leaves_collect(sorter, ROOT, 1);
  g_array_set_size(order->sums, 0);
  g_array_set_size(order->sums, order->leaves->len + 1); /* zeroed */
  for (uint32_t i = 0; i < order->leaves->len; i++)
    sums_add(order, i, leaf_at(order, i)->weight);
  order->stale = false;
}

/* The leaf at @weight of those left, laid end to end. */
static uint32_t leaf_find(const RandomOrder *order, uint64_t weight)
{
  uint32_t n = order->leaves->len, below = 0, step = 1;
  while (2 * step <= n)
    step *= 2;
  for (; step > 0; step /= 2)
    if (below + step <= n && *sum_at(order, below + step) <= weight) {
      below += step;
      weight -= *sum_at(order, below);
    }
  return below;
}

/* --- the order ------------------------------------------------------------------------------------------ */

static uint64_t draw_below(RandomOrder *order, uint64_t below)
{
  uint32_t at = order->n_draws % DRAWS_AHEAD;
  if (at == 0) {
    const AllocatorHost *host = &order->context->host;
    host->random(host->self, draw_mix(order->order, order->n_draws), DRAW_RANDOM_SORTER, order->numbers,
                 2 * DRAWS_AHEAD);
  }
  order->n_draws++;
  uint64_t number = (uint64_t)order->numbers[2 * at] << 32 | order->numbers[2 * at + 1];
  return (uint64_t)(((WideWeight)number * below) >> 64);
}

static bool random_draw(Sorter *sorter, uint32_t *client)
{
  RandomOrder *order = sorter->own;
  /* The tree takes its cursor away at a change; it has no other use for it here. */
  if (sorter->n_walk == 0 || order->left == 0)
    return false;
  uint32_t found = leaf_find(order, draw_below(order, order->left));
  const RandomLeaf *leaf = leaf_at(order, found);
  sums_add(order, found, -leaf->weight);
  order->left -= leaf->weight;
  g_array_append_val(order->taken, found);
  *client = leaf->client;
  return true;
}

static void random_begin(Sorter *sorter, const SorterVisit *visit)
{
  RandomOrder *order = sorter->own;
  if (order->stale)
    leaves_refresh(sorter);
  else
    for (guint i = 0; i < order->taken->len; i++) {
      uint32_t leaf = g_array_index(order->taken, uint32_t, i);
      sums_add(order, leaf, leaf_at(order, leaf)->weight);
    }
  g_array_set_size(order->taken, 0);
  order->left = order->all;
  order->order = draw_mix(visit == NULL ? ++order->n_orders : visit->number, order->number);
  order->n_draws = 0;
  sorter->holding = false;
  sorter->n_walk = 1;
}

static bool random_next(Sorter *sorter, uint32_t *client)
{
  if (!sorter->holding)
    return random_draw(sorter, client);
  if (sorter->n_held_given == sorter->held->len)
    return false;
  *client = g_array_index(sorter->held, uint32_t, sorter->n_held_given++);
  return true;
}

static void random_hold(Sorter *sorter)
{
  uint32_t client;
  if (sorter->holding)
    return;
  g_array_set_size(sorter->held, 0);
  while (random_draw(sorter, &client))
    g_array_append_val(sorter->held, client);
  sorter->n_held_given = 0;
  sorter->holding = true;
}

/* --- changes that leaves and weights depend on ---------------------------------------------------------- */

static void make_stale(Sorter *sorter)
{
  ((RandomOrder *)sorter->own)->stale = true;
}

static void random_add(Sorter *sorter, uint32_t client, const char *path)
{
  sorter_tree_add(sorter, client, path);
  make_stale(sorter);
}

static void random_remove(Sorter *sorter, uint32_t client)
{
  sorter_tree_remove(sorter, client);
  make_stale(sorter);
}

static void random_activate(Sorter *sorter, uint32_t client)
{
  sorter_tree_activate(sorter, client);
  make_stale(sorter);
}

static void random_deactivate(Sorter *sorter, uint32_t client)
{
  sorter_tree_deactivate(sorter, client);
  make_stale(sorter);
}

static void random_update_weight(Sorter *sorter, const char *path, double weight)
{
  sorter_tree_update_weight(sorter, path, weight);
  make_stale(sorter);
}

/* --- the table ------------------------------------------------------------------------------------------ */

static Sorter *random_create(const SorterTotals *totals, const void *context)
{
  RandomOrder *order = g_new0(RandomOrder, 1);
  order->context = context;
  order->number = (*order->context->n_sorters)++;
  order->leaves = g_array_new(FALSE, FALSE, sizeof(RandomLeaf));
  order->sums = g_array_new(FALSE, TRUE, sizeof(uint64_t));
  order->taken = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  order->stale = true;
  return sorter_tree_new(totals, NULL, order);
}

static void random_destroy(Sorter *sorter)
{
  RandomOrder *order = sorter->own;
  sorter_tree_destroy(sorter);
  g_array_unref(order->leaves);
  g_array_unref(order->sums);
  g_array_unref(order->taken);
  g_free(order);
}

const SorterInterface random_sorter = {
    .name = "random",
    .summary = "a fresh shuffle for each agent, weights in proportion",
    .create = random_create,
    .destroy = random_destroy,
    .add = random_add,
    .remove = random_remove,
    .activate = random_activate,
    .deactivate = random_deactivate,
    .update_weight = random_update_weight,
    .begin = random_begin,
    .next = random_next,
    .hold = random_hold,
    SORTER_TREE_FUNCTIONS,
};
