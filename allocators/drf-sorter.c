/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/drf-sorter.h"

#include <string.h>

#include "allocators/drf-sorter-internal.h"

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
    drf_group_add(sorter, node_at(sorter, parent)->group, slot);
  return slot;
}

static void node_free(Sorter *sorter, uint32_t slot)
{
  Node *node = node_at(sorter, slot);
  g_free(node->path);
  drf_group_free(node->group);
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
  inner->group = drf_group_new();
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

static void drf_flatten(Sorter *sorter)
{
  CHECK(sorter->n_clients == 0);
  sorter->flat = true;
}

static void drf_add(Sorter *sorter, uint32_t client, const char *path)
{
  client_nodes_reserve(sorter, client);
  CHECK(sorter->client_nodes[client] == INDEX_NONE);
  drf_cursor_end(sorter);

  uint32_t slot = path_find(sorter, path);
  if (slot != INDEX_NONE) {
    /* There are clients below it already: it takes part among them. */
    CHECK(node_at(sorter, slot)->group != NULL);
    g_autofree char *leaf = g_strconcat(path, "/.", NULL);
    slot = node_new(sorter, slot, leaf, client);
  } else {
    const char *slash = sorter->flat ? NULL : strrchr(path, '/');
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
    drf_mark(sorter, node);
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
  g_clear_pointer(&inner->group, drf_group_free);
  node_free(sorter, below);
  drf_mark(sorter, inner);
}

static bool is_dot_leaf(const Sorter *sorter, uint32_t slot)
{
  const Node *node = node_at(sorter, slot);
  return !sorter->flat && node->client != INDEX_NONE && g_str_has_suffix(node->path, "/.");
}

static void drf_remove(Sorter *sorter, uint32_t client)
{
  Node *leaf = client_node(sorter, client);
  uint32_t slot = sorter->client_nodes[client];
  Quantities held = leaf->allocation;
  drf_cursor_end(sorter);
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
      drf_group_remove(sorter, node_at(sorter, parent)->group, slot);
      node_free(sorter, slot);
    } else if (node->group->n == 1 && is_dot_leaf(sorter, node->group->children[0])) {
      inner_collapse(sorter, slot);
    } else {
      drf_mark(sorter, node);
    }
    slot = parent;
  }
}

/* --- changes ---------------------------------------------------------------------------------------- */

static void drf_activate(Sorter *sorter, uint32_t client)
{
  if (client_node(sorter, client)->n_active > 0)
    return;
  drf_cursor_end(sorter);
  active_add(sorter, sorter->client_nodes[client], 1);
}

static void drf_deactivate(Sorter *sorter, uint32_t client)
{
  if (client_node(sorter, client)->n_active == 0)
    return;
  drf_cursor_end(sorter);
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
  drf_cursor_end(sorter);
  drf_mark(sorter, node);
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
  drf_cursor_end(sorter);
  /* Up to the root, which has no siblings to be compared with and so keeps no sum. */
  for (uint32_t slot = client_slot(sorter, client); slot != ROOT;) {
    Node *node = node_at(sorter, slot);
    quantities_add(&node->allocation, quantities);
    node->count++;
    drf_mark(sorter, node);
    slot = node->parent;
  }
}

static void drf_unallocated(Sorter *sorter, uint32_t client, const Quantities *quantities)
{
  drf_cursor_end(sorter);
  for (uint32_t slot = client_slot(sorter, client); slot != ROOT;) {
    Node *node = node_at(sorter, slot);
    quantities_subtract(&node->allocation, quantities);
    drf_mark(sorter, node);
    slot = node->parent;
  }
}

static void drf_restore(Sorter *sorter, uint32_t client, const Quantities *quantities, uint64_t count)
{
  drf_allocated(sorter, client, quantities);
  for (uint32_t slot = client_slot(sorter, client); slot != ROOT; slot = node_at(sorter, slot)->parent)
    node_at(sorter, slot)->count += count - 1; /* wraps where count is 0 */
}

static void drf_update(Sorter *sorter, uint32_t client, const Quantities *from, const Quantities *to)
{
  Quantities change = *from;
  quantities_subtract(&change, to);
  drf_unallocated(sorter, client, &change);
}

/* --- to look at, to make, to check ------------------------------------------------------------------ */

static double drf_share(const Sorter *sorter, uint32_t client)
{
  const Node *node = client_node(sorter, client);
  /* The client of an inner node goes by that node's weight to the outside. */
  const Node *outside =
      is_dot_leaf(sorter, sorter->client_nodes[client]) ? node_at(sorter, node->parent) : node;
  return sorter_totals_share(sorter->totals, &node->allocation) / outside->weight;
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

static void group_check(const Sorter *sorter, const Group *group)
{
  for (uint32_t i = 0; i < group->n; i++) {
    const Node *child = node_at(sorter, group->children[i]);
    CHECK(child->index == i && child->mark <= group->n_marked);
    CHECK(child->mark == 0 || group->marked[child->mark - 1] == i);
  }
  for (uint32_t i = 1; i < group->n_ranked; i++) {
    const Node *before = node_at(sorter, group->by_path[i - 1]), *after = node_at(sorter, group->by_path[i]);
    CHECK(before->rank < after->rank && strcmp(before->path, after->path) < 0);
  }
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
  group_check(sorter, node->group);
  for (uint32_t i = 0; i < node->group->n; i++) {
    const Node *child = node_at(sorter, node->group->children[i]);
    CHECK(child->parent == slot);
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
  pool_init_small(&sorter->nodes, sizeof(Node), 3); /* many roles have few frameworks */
  sorter->by_path = g_hash_table_new(g_str_hash, g_str_equal);
  sorter->held = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  uint32_t root = node_new(sorter, INDEX_NONE, "", INDEX_NONE);
  CHECK(root == ROOT);
  node_at(sorter, ROOT)->group = drf_group_new();
  return sorter;
}

static Sorter *drf_create(const SorterTotals *totals, const void *context)
{
  (void)context;
  return sorter_new(totals, false);
}

static Sorter *priority_create(const SorterTotals *totals, const void *context)
{
  (void)context;
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
  .destroy = drf_destroy, .flatten = drf_flatten, .add = drf_add, .remove = drf_remove,                      \
  .activate = drf_activate, .deactivate = drf_deactivate, .update_weight = drf_update_weight,                \
  .update_priority = drf_update_priority, .allocated = drf_allocated, .unallocated = drf_unallocated,        \
  .update = drf_update, .restore = drf_restore, .begin = drf_begin, .next = drf_next, .hold = drf_hold,      \
  .share = drf_share, .allocation = drf_allocation, .count = drf_count, .count_active = drf_count_active,    \
  .check = drf_check

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
