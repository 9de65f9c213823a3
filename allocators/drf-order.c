/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "allocators/drf-sorter-internal.h"

Group *drf_group_new(void)
{
  return g_new0(Group, 1);
}

void drf_group_free(Group *group)
{
  if (group == NULL)
    return;
  winner_tree_clear(&group->tree);
  g_free(group->children);
  g_free(group->marked);
  g_free(group);
}

void drf_group_add(Group *group, uint32_t slot)
{
  if (group->n == group->capacity) {
    group->capacity = MAX(2, 2 * group->capacity);
    group->children = g_renew(uint32_t, group->children, group->capacity);
    group->marked = g_renew(uint32_t, group->marked, group->capacity);
  }
  group->children[group->n++] = slot;
  group->numbered = false;
}

void drf_group_remove(Group *group, uint32_t slot)
{
  for (uint32_t i = 0; i < group->n; i++)
    if (group->children[i] == slot) {
      group->children[i] = group->children[--group->n];
      group->numbered = false;
      return;
    }
  CHECK(false && "the child is in its parent's group");
}

static double node_share(const Sorter *sorter, const Node *node)
{
  double share = 0;
  for (uint32_t i = 0; i < sorter->n_counted; i++) {
    double part = (double)node->allocation.amount[sorter->counted[i]] / 1000.0 / sorter->counted_total[i];
    share = part > share ? part : share;
  }
  return node->weight == 1.0 ? share : share / node->weight;
}

static void totals_refresh(Sorter *sorter)
{
  if (sorter->totals_version == sorter->totals->version)
    return;
  sorter->totals_version = sorter->totals->version;
  sorter->n_counted = 0;
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (sorter->totals->total.amount[kind] > 0 && (sorter->totals->excluded & (1u << kind)) == 0) {
      sorter->counted[sorter->n_counted] = kind;
      sorter->counted_total[sorter->n_counted++] = (double)sorter->totals->total.amount[kind] / 1000.0;
    }
}

static void node_key(const Sorter *sorter, Group *group, uint32_t index, const Node *node)
{
  SorterKey *key = &group->tree.keys[index];
  key->priority = sorter->use_priority ? node->priority : 0;
  key->share = node_share(sorter, node);
  key->count = node->count;
}

static int slot_compare_by_path(const void *a, const void *b, void *data)
{
  const Sorter *sorter = data;
  return strcmp(node_at(sorter, *(const uint32_t *)a)->path, node_at(sorter, *(const uint32_t *)b)->path);
}

static void group_number(Sorter *sorter, Group *group)
{
  g_qsort_with_data(group->children, (int)group->n, sizeof(uint32_t), slot_compare_by_path, sorter);
  winner_tree_resize(&group->tree, group->n);
  for (uint32_t i = 0; i < group->n; i++)
    node_at(sorter, group->children[i])->index = i;
  group->numbered = true;
}

static void group_rekey_all(Sorter *sorter, Group *group)
{
  for (uint32_t i = 0; i < group->n; i++) {
    Node *child = node_at(sorter, group->children[i]);
    child->marked = false;
    node_key(sorter, group, i, child);
    winner_tree_put(&group->tree, i, child->n_active > 0);
  }
  winner_tree_rebuild(&group->tree);
  group->n_marked = 0;
  group->totals_version = sorter->totals_version;
}

/* An only child is first whatever its share: it needs no key. */
static void group_begin_single(const Sorter *sorter, Group *group)
{
  Node *child = node_at(sorter, group->children[0]);
  child->marked = false;
  group->n_marked = 0;
  group->tree.places[1] = child->n_active > 0 ? 0 : INDEX_NONE;
  winner_tree_begin(&group->tree);
}

/* Brings the order of one group up to date and puts its cursor in front. */
static void group_begin(Sorter *sorter, Group *group)
{
  if (group->n == 1 && group->numbered && group->tree.leaves == 1) {
    group_begin_single(sorter, group);
    return;
  }
  bool all = !group->numbered || group->totals_version != sorter->totals_version;
  if (!group->numbered)
    group_number(sorter, group);
  /* A set costs about log2(n) matches, a rebuild n: beyond a quarter of the children the rebuild is cheaper.
   */
  if (all || group->n_marked > 1 + group->n / 4) {
    group_rekey_all(sorter, group);
    return;
  }
  for (uint32_t i = 0; i < group->n_marked; i++) {
    uint32_t index = group->marked[i];
    Node *child = node_at(sorter, group->children[index]);
    child->marked = false;
    node_key(sorter, group, index, child);
    winner_tree_set(&group->tree, index, child->n_active > 0);
  }
  group->n_marked = 0;
  winner_tree_begin(&group->tree);
}

/* --- the order ------------------------------------------------------------------------------------------ */

static void walk_enter(Sorter *sorter, Group *group)
{
  if (sorter->n_walk == sorter->walk_capacity) {
    sorter->walk_capacity = MAX(4, 2 * sorter->walk_capacity);
    sorter->walk = g_renew(Group *, sorter->walk, sorter->walk_capacity);
  }
  group_begin(sorter, group);
  sorter->walk[sorter->n_walk++] = group;
}

void drf_begin(Sorter *sorter, const SorterVisit *visit)
{
  (void)visit;
  Group *group = node_at(sorter, ROOT)->group;
  totals_refresh(sorter);
  sorter->holding = false;
  drf_cursor_end(sorter);
  walk_enter(sorter, group);
}

static bool walk_next(Sorter *sorter, uint32_t *client)
{
  while (sorter->n_walk > 0) {
    Group *group = sorter->walk[sorter->n_walk - 1];
    uint32_t index = winner_tree_next(&group->tree);
    if (index == INDEX_NONE) {
      sorter->n_walk--;
      continue;
    }
    Node *node = node_at(sorter, group->children[index]);
    if (node->group == NULL) {
      *client = node->client;
      return true;
    }
    walk_enter(sorter, node->group);
  }
  return false;
}

bool drf_next(Sorter *sorter, uint32_t *client)
{
  if (G_LIKELY(!sorter->holding))
    return walk_next(sorter, client);
  if (sorter->n_held_given == sorter->held->len)
    return false;
  *client = g_array_index(sorter->held, uint32_t, sorter->n_held_given++);
  return true;
}

void drf_hold(Sorter *sorter)
{
  uint32_t client;
  if (sorter->holding)
    return;
  g_array_set_size(sorter->held, 0);
  while (walk_next(sorter, &client))
    g_array_append_val(sorter->held, client);
  sorter->n_held_given = 0;
  sorter->holding = true;
}
