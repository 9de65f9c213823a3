/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/drf-sorter.h"

#include <glib.h>
#include <string.h>

#include "allocators/winner-tree.h"
#include "base/check.h"
#include "base/pool.h"

#define ROOT 0u

/* The children of an inner node. */
typedef struct {
  uint32_t n;
  uint32_t capacity;
  uint32_t *children; /* node slots; in order of path where `numbered` */
  WinnerTree tree;    /* entries: indices into children */
  uint32_t *marked;   /* children whose keys have to be computed anew; capacity entries */
  uint32_t n_marked;
  uint64_t totals_version; /* of the totals that the keys were computed from */
  bool numbered;           /* children are in order and the tree stands */
} Group;

typedef struct {
  char *path;        /* full; "a/." for the client of an inner node */
  uint32_t parent;   /* node slot */
  uint32_t index;    /* in the parent's group, where that is numbered */
  uint32_t client;   /* INDEX_NONE: an inner node */
  uint32_t n_active; /* active clients in the subtree */
  bool marked;
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

/* --- groups ----------------------------------------------------------------------------------------- */

static Group *group_new(void)
{
  return g_new0(Group, 1);
}

static void group_free(Group *group)
{
  if (group == NULL)
    return;
  winner_tree_clear(&group->tree);
  g_free(group->children);
  g_free(group->marked);
  g_free(group);
}

static void group_add(Group *group, uint32_t slot)
{
  if (group->n == group->capacity) {
    group->capacity = MAX(2, 2 * group->capacity);
    group->children = g_renew(uint32_t, group->children, group->capacity);
    group->marked = g_renew(uint32_t, group->marked, group->capacity);
  }
  group->children[group->n++] = slot;
  group->numbered = false;
}

static void group_remove(Group *group, uint32_t slot)
{
  for (uint32_t i = 0; i < group->n; i++)
    if (group->children[i] == slot) {
      group->children[i] = group->children[--group->n];
      group->numbered = false;
      return;
    }
  CHECK(false && "the child is in its parent's group");
}

static inline void node_mark(Sorter *sorter, Node *node)
{
  Group *group = node_at(sorter, node->parent)->group;
  if (node->marked || !group->numbered)
    return;
  node->marked = true;
  group->marked[group->n_marked++] = node->index;
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

/* --- the tree of nodes ------------------------------------------------------------------------------ */

static uint32_t node_new(Sorter *sorter, uint32_t parent, const char *path, uint32_t client)
{
  uint32_t slot;
  Node *node = pool_take(&sorter->nodes, &slot);
  const PathAttributes *attributes =
      sorter->attributes == NULL ? NULL : g_hash_table_lookup(sorter->attributes, path);
  *node = (Node){
      .path = g_strdup(path),
      .parent = parent,
      .client = client,
      .weight = attributes == NULL ? 1.0 : attributes->weight,
      .priority = attributes == NULL ? 0 : attributes->priority,
  };
  if (slot != ROOT)
    group_add(node_at(sorter, parent)->group, slot);
  return slot;
}

static void node_free(Sorter *sorter, uint32_t slot)
{
  Node *node = node_at(sorter, slot);
  g_free(node->path);
  group_free(node->group);
  pool_give(&sorter->nodes, slot);
}

static uint32_t path_find(const Sorter *sorter, const char *path)
{
  return GPOINTER_TO_UINT(g_hash_table_lookup(sorter->by_path, path)) - 1;
}

static void path_insert(Sorter *sorter, uint32_t slot)
{
  g_hash_table_insert(sorter->by_path, node_at(sorter, slot)->path, GUINT_TO_POINTER(slot + 1));
}

/* The client of a leaf that is to become an inner node moves to a new leaf below it, with a copy of its
 * state. */
static void leaf_to_inner(Sorter *sorter, uint32_t slot)
{
  Node *inner = node_at(sorter, slot);
  inner->group = group_new();
  if (inner->client == INDEX_NONE)
    return;
  g_autofree char *path = g_strconcat(inner->path, "/.", NULL);
  uint32_t below = node_new(sorter, slot, path, inner->client);
  Node *leaf = node_at(sorter, below);
  leaf->n_active = inner->n_active;
  leaf->count = inner->count;
  leaf->allocation = inner->allocation;
  sorter->client_nodes[inner->client] = below;
  inner->client = INDEX_NONE;
}

/* The inner node for @path, made with its ancestors where it is new. */
static uint32_t inner_get(Sorter *sorter, const char *path)
{
  uint32_t slot = path_find(sorter, path);
  if (slot == INDEX_NONE) {
    const char *slash = strrchr(path, '/');
    g_autofree char *above = slash == NULL ? NULL : g_strndup(path, (size_t)(slash - path));
    slot = node_new(sorter, above == NULL ? ROOT : inner_get(sorter, above), path, INDEX_NONE);
    path_insert(sorter, slot);
  }
  if (node_at(sorter, slot)->group == NULL)
    leaf_to_inner(sorter, slot);
  return slot;
}

static void client_nodes_reserve(Sorter *sorter, uint32_t client)
{
  if (client < sorter->n_client_nodes)
    return;
  uint32_t n = MAX(client + 1, 2 * sorter->n_client_nodes);
  sorter->client_nodes = g_renew(uint32_t, sorter->client_nodes, n);
  for (uint32_t i = sorter->n_client_nodes; i < n; i++)
    sorter->client_nodes[i] = INDEX_NONE;
  sorter->n_client_nodes = n;
}

static inline void cursor_end(Sorter *sorter)
{
  sorter->n_walk = 0;
}

static void drf_add(Sorter *sorter, uint32_t client, const char *path)
{
  client_nodes_reserve(sorter, client);
  CHECK(sorter->client_nodes[client] == INDEX_NONE);
  cursor_end(sorter);

  uint32_t slot = path_find(sorter, path);
  if (slot != INDEX_NONE) {
    /* There are clients below it already: it takes part among them. */
    CHECK(node_at(sorter, slot)->group != NULL);
    g_autofree char *leaf = g_strconcat(path, "/.", NULL);
    slot = node_new(sorter, slot, leaf, client);
  } else {
    const char *slash = strrchr(path, '/');
    g_autofree char *above = slash == NULL ? NULL : g_strndup(path, (size_t)(slash - path));
    slot = node_new(sorter, above == NULL ? ROOT : inner_get(sorter, above), path, client);
    path_insert(sorter, slot);
  }
  sorter->client_nodes[client] = slot;
  sorter->n_clients++;
}

static void active_add(Sorter *sorter, uint32_t slot, uint32_t more)
{
  for (; slot != ROOT; slot = node_at(sorter, slot)->parent) {
    Node *node = node_at(sorter, slot);
    node->n_active += more; /* wraps where more is a negative number */
    node_mark(sorter, node);
  }
  node_at(sorter, ROOT)->n_active += more;
}

static void inner_collapse(Sorter *sorter, uint32_t slot)
{
  Node *inner = node_at(sorter, slot);
  uint32_t below = inner->group->children[0];
  Node *leaf = node_at(sorter, below);
  inner->client = leaf->client;
  /* Its own count, not that of the whole subtree: past grants to others are no reason to serve it later. */
  inner->count = leaf->count;
  sorter->client_nodes[leaf->client] = slot;
  g_clear_pointer(&inner->group, group_free);
  node_free(sorter, below);
  node_mark(sorter, inner);
}

static bool is_dot_leaf(const Sorter *sorter, uint32_t slot)
{
  const Node *node = node_at(sorter, slot);
  return node->client != INDEX_NONE && g_str_has_suffix(node->path, "/.");
}

static void drf_remove(Sorter *sorter, uint32_t client)
{
  Node *leaf = client_node(sorter, client);
  uint32_t slot = sorter->client_nodes[client];
  Quantities held = leaf->allocation;
  cursor_end(sorter);
  if (leaf->n_active > 0)
    active_add(sorter, slot, UINT32_MAX);
  sorter->client_nodes[client] = INDEX_NONE;
  sorter->n_clients--;

  while (slot != ROOT) {
    Node *node = node_at(sorter, slot);
    uint32_t parent = node->parent;
    if (parent != ROOT)
      quantities_subtract(&node_at(sorter, parent)->allocation, &held);
    if (node->group == NULL || node->group->n == 0) {
      if (!is_dot_leaf(sorter, slot))
        g_hash_table_remove(sorter->by_path, node->path);
      group_remove(node_at(sorter, parent)->group, slot);
      node_free(sorter, slot);
    } else if (node->group->n == 1 && is_dot_leaf(sorter, node->group->children[0])) {
      inner_collapse(sorter, slot);
    } else {
      node_mark(sorter, node);
    }
    slot = parent;
  }
}

/* --- changes ---------------------------------------------------------------------------------------- */

static void drf_activate(Sorter *sorter, uint32_t client)
{
  if (client_node(sorter, client)->n_active > 0)
    return;
  cursor_end(sorter);
  active_add(sorter, sorter->client_nodes[client], 1);
}

static void drf_deactivate(Sorter *sorter, uint32_t client)
{
  if (client_node(sorter, client)->n_active == 0)
    return;
  cursor_end(sorter);
  active_add(sorter, sorter->client_nodes[client], UINT32_MAX);
}

static PathAttributes *path_attributes(Sorter *sorter, const char *path)
{
  if (sorter->attributes == NULL)
    sorter->attributes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  PathAttributes *attributes = g_hash_table_lookup(sorter->attributes, path);
  if (attributes == NULL) {
    attributes = g_new0(PathAttributes, 1);
    attributes->weight = 1.0;
    g_hash_table_insert(sorter->attributes, g_strdup(path), attributes);
  }
  return attributes;
}

static void path_apply(Sorter *sorter, const char *path, const PathAttributes *attributes)
{
  uint32_t slot = path_find(sorter, path);
  if (slot == INDEX_NONE)
    return;
  Node *node = node_at(sorter, slot);
  node->weight = attributes->weight;
  node->priority = attributes->priority;
  cursor_end(sorter);
  node_mark(sorter, node);
}

static void drf_update_weight(Sorter *sorter, const char *path, double weight)
{
  CHECK(weight > 0);
  PathAttributes *attributes = path_attributes(sorter, path);
  attributes->weight = weight;
  path_apply(sorter, path, attributes);
}

static void drf_update_priority(Sorter *sorter, const char *path, int64_t priority)
{
  PathAttributes *attributes = path_attributes(sorter, path);
  attributes->priority = priority;
  path_apply(sorter, path, attributes);
}

static void drf_allocated(Sorter *sorter, uint32_t client, const Quantities *quantities)
{
  cursor_end(sorter);
  /* Up to the root, which has no siblings to be compared with and so keeps no sum. */
  for (uint32_t slot = client_slot(sorter, client); slot != ROOT;) {
    Node *node = node_at(sorter, slot);
    quantities_add(&node->allocation, quantities);
    node->count++;
    node_mark(sorter, node);
    slot = node->parent;
  }
}

static void drf_unallocated(Sorter *sorter, uint32_t client, const Quantities *quantities)
{
  cursor_end(sorter);
  for (uint32_t slot = client_slot(sorter, client); slot != ROOT;) {
    Node *node = node_at(sorter, slot);
    quantities_subtract(&node->allocation, quantities);
    node_mark(sorter, node);
    slot = node->parent;
  }
}

static void drf_update(Sorter *sorter, uint32_t client, const Quantities *from, const Quantities *to)
{
  Quantities change = *from;
  quantities_subtract(&change, to);
  drf_unallocated(sorter, client, &change);
}

/* --- the order -------------------------------------------------------------------------------------- */

static void walk_enter(Sorter *sorter, Group *group)
{
  if (sorter->n_walk == sorter->walk_capacity) {
    sorter->walk_capacity = MAX(4, 2 * sorter->walk_capacity);
    sorter->walk = g_renew(Group *, sorter->walk, sorter->walk_capacity);
  }
  group_begin(sorter, group);
  sorter->walk[sorter->n_walk++] = group;
}

static void drf_begin(Sorter *sorter)
{
  Group *group = node_at(sorter, ROOT)->group;
  totals_refresh(sorter);
  sorter->holding = false;
  cursor_end(sorter);
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

static bool drf_next(Sorter *sorter, uint32_t *client)
{
  if (G_LIKELY(!sorter->holding))
    return walk_next(sorter, client);
  if (sorter->n_held_given == sorter->held->len)
    return false;
  *client = g_array_index(sorter->held, uint32_t, sorter->n_held_given++);
  return true;
}

static void drf_hold(Sorter *sorter)
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

/* --- to look at, to make, to check ------------------------------------------------------------------ */

static double drf_share(const Sorter *sorter, uint32_t client)
{
  const Node *node = client_node(sorter, client);
  double share = 0;
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    int64_t total = sorter->totals->total.amount[kind];
    if (total > 0 && (sorter->totals->excluded & (1u << kind)) == 0)
      share = MAX(share, (double)node->allocation.amount[kind] / 1000.0 / ((double)total / 1000.0));
  }
  /* The client of an inner node goes by that node's weight to the outside. */
  const Node *outside =
      is_dot_leaf(sorter, sorter->client_nodes[client]) ? node_at(sorter, node->parent) : node;
  return share / outside->weight;
}

static const Quantities *drf_allocation(const Sorter *sorter, uint32_t client)
{
  return &client_node(sorter, client)->allocation;
}

static uint32_t drf_count(const Sorter *sorter)
{
  return sorter->n_clients;
}

static uint32_t drf_count_active(const Sorter *sorter)
{
  return node_at(sorter, ROOT)->n_active;
}

static void node_check(const Sorter *sorter, uint32_t slot)
{
  const Node *node = node_at(sorter, slot);
  if (node->group == NULL) {
    CHECK(node->client != INDEX_NONE && sorter->client_nodes[node->client] == slot && node->n_active <= 1);
    return;
  }
  Quantities sum = QUANTITIES_ZERO;
  uint32_t n_active = 0;
  CHECK(node->client == INDEX_NONE && (slot == ROOT || node->group->n > 0));
  for (uint32_t i = 0; i < node->group->n; i++) {
    const Node *child = node_at(sorter, node->group->children[i]);
    CHECK(child->parent == slot && (!node->group->numbered || child->index == i));
    node_check(sorter, node->group->children[i]);
    quantities_add(&sum, &child->allocation);
    n_active += child->n_active;
  }
  CHECK(slot == ROOT || quantities_equal(&sum, &node->allocation));
  CHECK(n_active == node->n_active);
}

static void drf_check(const Sorter *sorter)
{
  node_check(sorter, ROOT);
}

static Sorter *sorter_new(const SorterTotals *totals, bool use_priority)
{
  Sorter *sorter = g_new0(Sorter, 1);
  sorter->totals = totals;
  sorter->totals_version = totals->version - 1;
  sorter->use_priority = use_priority;
  pool_init(&sorter->nodes, sizeof(Node));
  sorter->by_path = g_hash_table_new(g_str_hash, g_str_equal);
  sorter->held = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  uint32_t root = node_new(sorter, INDEX_NONE, "", INDEX_NONE);
  CHECK(root == ROOT);
  node_at(sorter, ROOT)->group = group_new();
  return sorter;
}

static Sorter *drf_create(const SorterTotals *totals)
{
  return sorter_new(totals, false);
}

static Sorter *priority_create(const SorterTotals *totals)
{
  return sorter_new(totals, true);
}

static void drf_destroy(Sorter *sorter)
{
  for (uint32_t slot = 0; slot < sorter->nodes.n_slots; slot++)
    if (pool_is_taken(&sorter->nodes, slot))
      node_free(sorter, slot);
  pool_clear(&sorter->nodes);
  g_hash_table_unref(sorter->by_path);
  g_clear_pointer(&sorter->attributes, g_hash_table_unref);
  g_free(sorter->walk);
  g_array_unref(sorter->held);
  g_free(sorter->client_nodes);
  g_free(sorter);
}

#define SORTER_FUNCTIONS                                                                                     \
  .destroy = drf_destroy, .add = drf_add, .remove = drf_remove, .activate = drf_activate,                    \
  .deactivate = drf_deactivate, .update_weight = drf_update_weight, .update_priority = drf_update_priority,  \
  .allocated = drf_allocated, .unallocated = drf_unallocated, .update = drf_update, .begin = drf_begin,      \
  .next = drf_next, .hold = drf_hold, .share = drf_share, .allocation = drf_allocation, .count = drf_count,  \
  .count_active = drf_count_active, .check = drf_check

const SorterInterface drf_sorter = {
    .name = "drf",
    .summary = "dominant resource fairness: the smallest weighted dominant share first",
    .create = drf_create,
    SORTER_FUNCTIONS,
};

const SorterInterface priority_sorter = {
    .name = "priority",
    .summary = "strict priorities: the largest priority first, dominant resource fairness among equals",
    .create = priority_create,
    SORTER_FUNCTIONS,
};
