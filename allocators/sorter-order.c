/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "allocators/sorter-tree.h"

/* Ranks stand for paths in keys, so that a match reads no text. They leave room for those to come: the first and
 * the last keep RANK_STEP from their neighbour, one in between takes the middle, and where there is no room all
 * are numbered anew. */
#define RANK_STEP (UINT64_C(1) << 32)

Group *sorter_tree_group_new(void)
{
  return g_new0(Group, 1);
}

void sorter_tree_group_free(Group *group)
{
  if (group == NULL)
    return;
  winner_tree_clear(&group->tree);
  g_free(group->children);
  g_free(group->by_path);
  g_free(group->marked);
  g_free(group);
}

void sorter_tree_group_add(Sorter *sorter, Group *group, uint32_t slot)
{
  Node *node = node_at(sorter, slot);
  if (group->n == group->capacity) {
    group->capacity = MAX(2, 2 * group->capacity);
    group->children = g_renew(uint32_t, group->children, group->capacity);
    group->by_path = g_renew(uint32_t, group->by_path, group->capacity);
    group->marked = g_renew(uint32_t, group->marked, group->capacity);
  }
  node->index = group->n;
  group->children[group->n] = slot;
  group->by_path[group->n++] = slot;
  sorter_tree_group_mark(group, node);
}

/* --- ranks ---------------------------------------------------------------------------------------------- */

/* The first place among those ranked whose path is not before @path. */
static uint32_t place_find(const Sorter *sorter, const Group *group, const char *path)
{
  uint32_t from = 0, to = group->n_ranked;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (strcmp(node_at(sorter, group->by_path[middle])->path, path) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

static void rank_all(const Sorter *sorter, const Group *group)
{
  uint64_t rank = (UINT64_C(1) << 63) - group->n_ranked / 2 * RANK_STEP;
  for (uint32_t i = 0; i < group->n_ranked; i++, rank += RANK_STEP)
    node_at(sorter, group->by_path[i])->rank = rank;
}

/* Returns: whether there was room for a rank at @place without changing others. */
static bool rank_between(const Sorter *sorter, const Group *group, uint32_t place)
{
  bool first = place == 0, last = place + 1 == group->n_ranked;
  uint64_t below = first ? 0 : node_at(sorter, group->by_path[place - 1])->rank;
  uint64_t above = last ? UINT64_MAX : node_at(sorter, group->by_path[place + 1])->rank;
  uint64_t step = (above - below) / 2;
  if (step == 0)
    return false;
  if (first != last)
    step = MIN(step, RANK_STEP);
  node_at(sorter, group->by_path[place])->rank = first && !last ? above - step : below + step;
  return true;
}

static int slot_compare_by_path(const void *a, const void *b, void *data)
{
  const Sorter *sorter = data;
  return strcmp(node_at(sorter, *(const uint32_t *)a)->path, node_at(sorter, *(const uint32_t *)b)->path);
}

/* Puts new children in their places. Returns: whether others have got other ranks. */
static bool group_rank(Sorter *sorter, Group *group)
{
  bool all = group->n - group->n_ranked > 8 + group->n_ranked / 8;
  if (all) {
    g_qsort_with_data(group->by_path, (int)group->n, sizeof(uint32_t), slot_compare_by_path, sorter);
    group->n_ranked = group->n;
  }
  while (group->n_ranked < group->n) {
    uint32_t slot = group->by_path[group->n_ranked];
    uint32_t place = place_find(sorter, group, node_at(sorter, slot)->path);
    uint32_t *there = &group->by_path[place];
    memmove(there + 1, there, (group->n_ranked++ - place) * sizeof *there);
    *there = slot;
    if (!rank_between(sorter, group, place)) {
      rank_all(sorter, group);
      all = true;
    }
  }
  if (all)
    rank_all(sorter, group);
  return all;
}

static void group_unmark(const Sorter *sorter, Group *group, Node *node)
{
  if (node->mark == 0)
    return;
  uint32_t last = group->marked[--group->n_marked];
  group->marked[node->mark - 1] = last;
  node_at(sorter, group->children[last])->mark = node->mark;
  node->mark = 0;
}

void sorter_tree_group_remove(Sorter *sorter, Group *group, uint32_t slot)
{
  Node *node = node_at(sorter, slot);
  if (group_rank(sorter, group))
    group->stale = true;
  uint32_t place = place_find(sorter, group, node->path);
  uint32_t *there = &group->by_path[place];
  CHECK(place < group->n && *there == slot);
  memmove(there, there + 1, (--group->n_ranked - place) * sizeof *there);
  group_unmark(sorter, group, node);

  /* The last child takes its index. */
  uint32_t last = --group->n;
  if (last < group->tree.leaves)
    winner_tree_set(&group->tree, last, false);
  if (node->index == last)
    return;
  Node *moved = node_at(sorter, group->children[last]);
  group_unmark(sorter, group, moved);
  moved->index = node->index;
  group->children[moved->index] = group->children[last];
  sorter_tree_group_mark(group, moved);
}

/* --- keys ----------------------------------------------------------------------------------------------- */

static inline double node_share(const Sorter *sorter, const Node *node)
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
  sorter->totals_version = sorter->totals->version;
  sorter->keys_version++;
  sorter->n_counted = 0;
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (sorter->totals->total.amount[kind] > 0 && (sorter->totals->excluded & (1u << kind)) == 0) {
      sorter->counted[sorter->n_counted] = kind;
      sorter->counted_total[sorter->n_counted++] = (double)sorter->totals->total.amount[kind] / 1000.0;
    }
}

static inline void node_key(const Sorter *sorter, Group *group, uint32_t index, const Node *node)
{
  SorterKey *key = &group->tree.keys[index];
  if (G_LIKELY(sorter->key == NULL)) {
    key->priority = 0;
    key->share = node_share(sorter, node);
  } else {
    sorter->key(sorter, node, key);
  }
  key->count = node->count;
  key->rank = node->rank;
}

static void group_rekey_all(Sorter *sorter, Group *group)
{
  for (uint32_t i = 0; i < group->n; i++) {
    Node *child = node_at(sorter, group->children[i]);
    child->mark = 0;
    node_key(sorter, group, i, child);
    winner_tree_put(&group->tree, i, child->n_active > 0);
  }
  winner_tree_rebuild(&group->tree);
  group->n_marked = 0;
  group->keys_version = sorter->keys_version;
  group->stale = false;
}

/* An only child is first whatever its share: it needs no key and no rank. */
static void group_begin_single(const Sorter *sorter, Group *group)
{
  Node *child = node_at(sorter, group->children[0]);
  winner_tree_reserve(&group->tree, 1);
  child->mark = 0;
  group->n_marked = 0;
  winner_tree_put(&group->tree, 0, child->n_active > 0);
  winner_tree_begin(&group->tree);
}

/* Brings the order of one group up to date and puts its cursor in front. */
static void group_begin(Sorter *sorter, Group *group)
{
  if (group->n == 1 && group->tree.leaves <= 1) {
    group_begin_single(sorter, group);
    return;
  }
  bool all = group->stale || group->keys_version != sorter->keys_version;
  all |= group_rank(sorter, group);
  all |= winner_tree_reserve(&group->tree, group->n);
  /* A set costs about log2(n) matches, a rebuild n: beyond a quarter of the children the rebuild is cheaper.
   */
  if (all || group->n_marked > 1 + group->n / 4) {
    group_rekey_all(sorter, group);
    return;
  }
  for (uint32_t i = 0; i < group->n_marked; i++) {
    uint32_t index = group->marked[i];
    Node *child = node_at(sorter, group->children[index]);
    child->mark = 0;
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

static inline void walk_begin(Sorter *sorter)
{
  sorter->holding = false;
  sorter_tree_cursor_end(sorter);
  walk_enter(sorter, node_at(sorter, ROOT)->group);
}

/* Out of the way of what nearly every order begins with. */
static G_GNUC_NO_INLINE void begin_rarely(Sorter *sorter)
{
  if (sorter->totals_version != sorter->totals->version)
    totals_refresh(sorter);
  if (sorter->fresh != NULL)
    g_array_set_size(sorter->fresh, 0);
  walk_begin(sorter);
}

void sorter_tree_begin(Sorter *sorter, const SorterVisit *visit)
{
  (void)visit;
  if (G_UNLIKELY(sorter->totals_version != sorter->totals->version || sorter->fresh != NULL))
    begin_rarely(sorter);
  else
    walk_begin(sorter);
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

bool sorter_tree_next(Sorter *sorter, uint32_t *client)
{
  if (G_LIKELY(!sorter->holding))
    return walk_next(sorter, client);
  if (sorter->n_held_given == sorter->held->len)
    return false;
  *client = g_array_index(sorter->held, uint32_t, sorter->n_held_given++);
  return true;
}

void sorter_tree_hold(Sorter *sorter)
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
