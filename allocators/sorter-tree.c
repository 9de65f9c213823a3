/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/sorter-tree.h"

#include <string.h>

/* --- the tree of nodes ------------------------------------------------------------------------------ */

static const PathAttributes attributes_default = {
    .weight = 1.0,
    .limit = {{-1, -1, -1, -1, -1, -1}},
};

static const PathAttributes *attributes_find(const Sorter *sorter, const char *path)
{
  const PathAttributes *found =
      sorter->attributes == NULL ? NULL : g_hash_table_lookup(sorter->attributes, path);
  return found == NULL ? &attributes_default : found;
}

static uint32_t node_new(Sorter *sorter, uint32_t parent, const char *path, uint32_t client)
{
  uint32_t slot;
  Node *node = pool_take(&sorter->nodes, &slot);
  const PathAttributes *attributes = attributes_find(sorter, path);
  *node = (Node){
      .path = g_strdup(path),
      .parent = parent,
      .client = client,
      .weight = attributes->weight,
  };
  if (sorter->key != NULL) {
    node->facts = g_new0(NodeFacts, 1);
    node->facts->attributes = *attributes;
    node->facts->arrival = sorter->n_arrivals++;
  }
  if (slot != ROOT)
    sorter_tree_group_add(sorter, node_at(sorter, parent)->group, slot);
  if (G_UNLIKELY(sorter->fresh != NULL))
    g_array_append_val(sorter->fresh, slot);
  return slot;
}

static bool node_is_fresh(const Sorter *sorter, uint32_t slot, guint *at)
{
  for (*at = 0; *at < sorter->fresh->len; (*at)++)
    if (g_array_index(sorter->fresh, uint32_t, *at) == slot)
      return true;
  return false;
}

static void node_free(Sorter *sorter, uint32_t slot)
{
  Node *node = node_at(sorter, slot);
  guint at;
  if (G_UNLIKELY(sorter->fresh != NULL) && node_is_fresh(sorter, slot, &at))
    g_array_remove_index_fast(sorter->fresh, at);
  g_free(node->path);
  g_free(node->facts);
  sorter_tree_group_free(node->group);
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
  inner->group = sorter_tree_group_new();
  if (inner->client == INDEX_NONE)
    return;
  g_autofree char *path = g_strconcat(inner->path, "/.", NULL);
  uint32_t below = node_new(sorter, slot, path, inner->client);
  Node *leaf = node_at(sorter, below);
  leaf->n_active = inner->n_active;
  leaf->count = inner->count;
  leaf->allocation = inner->allocation;
  if (leaf->facts != NULL) {
    leaf->facts->arrival = inner->facts->arrival;
    leaf->facts->sums = inner->facts->sums;
  }
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

void sorter_tree_flatten(Sorter *sorter)
{
  CHECK(sorter->n_clients == 0);
  sorter->flat = true;
}

void sorter_tree_add(Sorter *sorter, uint32_t client, const char *path)
{
  client_nodes_reserve(sorter, client);
  CHECK(sorter->client_nodes[client] == INDEX_NONE);
  sorter_tree_cursor_end(sorter);

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
    sorter_tree_mark(sorter, node);
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
  if (sorter->fresh == NULL)
    inner->count = leaf->count;
  if (inner->facts != NULL)
    inner->facts->arrival = leaf->facts->arrival;
  sorter->client_nodes[leaf->client] = slot;
  g_clear_pointer(&inner->group, sorter_tree_group_free);
  node_free(sorter, below);
  sorter_tree_mark(sorter, inner);
}

static bool is_dot_leaf(const Sorter *sorter, uint32_t slot)
{
  const Node *node = node_at(sorter, slot);
  return !sorter->flat && node->client != INDEX_NONE && g_str_has_suffix(node->path, "/.");
}

static void sums_add(NodeSums *sums, const NodeSums *more)
{
  quantities_add(&sums->launched, &more->launched);
  quantities_add(&sums->waiting, &more->waiting);
  sums->n_launched += more->n_launched;
  sums->n_declared += more->n_declared;
  sums->pending += more->pending;
  sums->n_weighed += more->n_weighed;
}

static void sums_subtract(NodeSums *sums, const NodeSums *less)
{
  quantities_subtract(&sums->launched, &less->launched);
  quantities_subtract(&sums->waiting, &less->waiting);
  sums->n_launched -= less->n_launched;
  sums->n_declared -= less->n_declared;
  sums->pending -= less->pending;
  sums->n_weighed -= less->n_weighed;
}

static bool sums_are_equal(const NodeSums *a, const NodeSums *b)
{
  return quantities_equal(&a->launched, &b->launched) && quantities_equal(&a->waiting, &b->waiting) &&
         a->n_launched == b->n_launched && a->n_declared == b->n_declared && a->pending == b->pending &&
         a->n_weighed == b->n_weighed;
}

void sorter_tree_remove(Sorter *sorter, uint32_t client)
{
  Node *leaf = client_node(sorter, client);
  uint32_t slot = sorter->client_nodes[client];
  Quantities held = leaf->allocation;
  NodeSums sums = leaf->facts == NULL ? (NodeSums){0} : leaf->facts->sums;
  sorter_tree_cursor_end(sorter);
  if (leaf->n_active > 0)
    active_add(sorter, slot, UINT32_MAX);
  sorter->client_nodes[client] = INDEX_NONE;
  sorter->n_clients--;

  while (slot != ROOT) {
    Node *node = node_at(sorter, slot);
    uint32_t parent = node->parent;
    if (parent != ROOT)
      quantities_subtract(&node_at(sorter, parent)->allocation, &held);
    if (parent != ROOT && node->facts != NULL)
      sums_subtract(&node_at(sorter, parent)->facts->sums, &sums);
    if (node->group == NULL || node->group->n == 0) {
      if (!is_dot_leaf(sorter, slot))
        g_hash_table_remove(sorter->by_path, node->path);
      sorter_tree_group_remove(sorter, node_at(sorter, parent)->group, slot);
      node_free(sorter, slot);
    } else if (node->group->n == 1 && is_dot_leaf(sorter, node->group->children[0])) {
      inner_collapse(sorter, slot);
    } else {
      sorter_tree_mark(sorter, node);
    }
    slot = parent;
  }
}

/* --- changes ---------------------------------------------------------------------------------------- */

void sorter_tree_activate(Sorter *sorter, uint32_t client)
{
  if (client_node(sorter, client)->n_active > 0)
    return;
  sorter_tree_cursor_end(sorter);
  active_add(sorter, sorter->client_nodes[client], 1);
}

void sorter_tree_deactivate(Sorter *sorter, uint32_t client)
{
  if (client_node(sorter, client)->n_active == 0)
    return;
  sorter_tree_cursor_end(sorter);
  active_add(sorter, sorter->client_nodes[client], UINT32_MAX);
}

static PathAttributes *path_attributes(Sorter *sorter, const char *path)
{
  if (sorter->attributes == NULL)
    sorter->attributes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  PathAttributes *attributes = g_hash_table_lookup(sorter->attributes, path);
  if (attributes == NULL) {
    attributes = g_memdup2(&attributes_default, sizeof attributes_default);
    g_hash_table_insert(sorter->attributes, g_strdup(path), attributes);
  }
  return attributes;
}

/* Whether Mesos would go on with the weight that the node had in an earlier order. */
static bool weight_is_kept(const Sorter *sorter, uint32_t slot)
{
  const Group *group = node_at(sorter, slot)->group;
  guint at;
  if (group == NULL || node_is_fresh(sorter, slot, &at))
    return false;
  for (uint32_t i = 0; i < group->n; i++)
    if (is_dot_leaf(sorter, group->children[i]))
      return false;
  return true;
}

static void path_apply(Sorter *sorter, const char *path, const PathAttributes *attributes)
{
  uint32_t slot = path_find(sorter, path);
  if (slot == INDEX_NONE)
    return;
  Node *node = node_at(sorter, slot);
  if (G_LIKELY(sorter->fresh == NULL) || !weight_is_kept(sorter, slot))
    node->weight = attributes->weight;
  if (node->facts != NULL)
    node->facts->attributes = *attributes;
  sorter_tree_cursor_end(sorter);
  sorter_tree_mark(sorter, node);
}

void sorter_tree_update_weight(Sorter *sorter, const char *path, double weight)
{
  CHECK(weight > 0);
  PathAttributes *attributes = path_attributes(sorter, path);
  attributes->weight = weight;
  path_apply(sorter, path, attributes);
}

void sorter_tree_update_priority(Sorter *sorter, const char *path, int64_t priority)
{
  PathAttributes *attributes = path_attributes(sorter, path);
  attributes->priority = priority;
  path_apply(sorter, path, attributes);
}

void sorter_tree_update_quota(Sorter *sorter, const char *path, const Quantities *guarantee,
                              const Quantities *limit)
{
  PathAttributes *attributes = path_attributes(sorter, path);
  attributes->guarantee = *guarantee;
  attributes->limit = *limit;
  path_apply(sorter, path, attributes);
}

void sorter_tree_allocated(Sorter *sorter, uint32_t client, const Quantities *quantities)
{
  sorter_tree_cursor_end(sorter);
  /* Up to the root, which has no siblings to be compared with and so keeps no sum. */
  for (uint32_t slot = client_slot(sorter, client); slot != ROOT;) {
    Node *node = node_at(sorter, slot);
    quantities_add(&node->allocation, quantities);
    node->count++;
    sorter_tree_mark(sorter, node);
    slot = node->parent;
  }
}

void sorter_tree_unallocated(Sorter *sorter, uint32_t client, const Quantities *quantities)
{
  sorter_tree_cursor_end(sorter);
  for (uint32_t slot = client_slot(sorter, client); slot != ROOT;) {
    Node *node = node_at(sorter, slot);
    quantities_subtract(&node->allocation, quantities);
    sorter_tree_mark(sorter, node);
    slot = node->parent;
  }
}

void sorter_tree_restore(Sorter *sorter, uint32_t client, const Quantities *quantities, uint64_t count)
{
  sorter_tree_allocated(sorter, client, quantities);
  for (uint32_t slot = client_slot(sorter, client); slot != ROOT; slot = node_at(sorter, slot)->parent)
    node_at(sorter, slot)->count += count - 1; /* wraps where count is 0 */
}

void sorter_tree_update(Sorter *sorter, uint32_t client, const Quantities *from, const Quantities *to)
{
  Quantities change = *from;
  quantities_subtract(&change, to);
  sorter_tree_unallocated(sorter, client, &change);
}

/* --- facts ------------------------------------------------------------------------------------------ */

void sorter_tree_launched(Sorter *sorter, uint32_t client, const Quantities *task)
{
  sorter_tree_cursor_end(sorter);
  for (uint32_t slot = client_slot(sorter, client); slot != ROOT;) {
    Node *node = node_at(sorter, slot);
    quantities_add(&node->facts->sums.launched, task);
    node->facts->sums.n_launched++;
    sorter_tree_mark(sorter, node);
    slot = node->parent;
  }
}

static NodeSums demand_sums(const SorterDemand *demand)
{
  if (demand == NULL)
    return (NodeSums){0};
  NodeSums sums = {.n_declared = 1, .pending = demand->pending};
  int64_t weight = DEMAND_WEIGHT_MAX;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (demand->task.amount[kind] > DEMAND_SUM_MAX / weight)
      weight = MAX(DEMAND_SUM_MAX / demand->task.amount[kind], 1);
  sums.n_weighed = MIN(demand->pending, (uint64_t)weight);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    sums.waiting.amount[kind] = demand->task.amount[kind] * (int64_t)sums.n_weighed;
  return sums;
}

void sorter_tree_demand(Sorter *sorter, uint32_t client, const SorterDemand *from, const SorterDemand *to)
{
  NodeSums less = demand_sums(from), more = demand_sums(to);
  sorter_tree_cursor_end(sorter);
  for (uint32_t slot = client_slot(sorter, client); slot != ROOT;) {
    Node *node = node_at(sorter, slot);
    sums_subtract(&node->facts->sums, &less);
    sums_add(&node->facts->sums, &more);
    sorter_tree_mark(sorter, node);
    slot = node->parent;
  }
}

/* --- to look at, to make, to check ------------------------------------------------------------------ */

double sorter_tree_share(const Sorter *sorter, uint32_t client)
{
  const Node *node = client_node(sorter, client);
  /* The client of an inner node goes by that node's weight to the outside. */
  const Node *outside =
      is_dot_leaf(sorter, sorter->client_nodes[client]) ? node_at(sorter, node->parent) : node;
  return sorter_totals_share(sorter->totals, &node->allocation) / outside->weight;
}

const Quantities *sorter_tree_allocation(const Sorter *sorter, uint32_t client)
{
  return &client_node(sorter, client)->allocation;
}

uint32_t sorter_tree_count(const Sorter *sorter)
{
  return sorter->n_clients;
}

uint32_t sorter_tree_count_active(const Sorter *sorter)
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
  NodeSums sums = {0};
  uint32_t n_active = 0;
  CHECK(node->client == INDEX_NONE && (slot == ROOT || node->group->n > 0));
  group_check(sorter, node->group);
  for (uint32_t i = 0; i < node->group->n; i++) {
    const Node *child = node_at(sorter, node->group->children[i]);
    CHECK(child->parent == slot);
    node_check(sorter, node->group->children[i]);
    quantities_add(&sum, &child->allocation);
    if (child->facts != NULL)
      sums_add(&sums, &child->facts->sums);
    n_active += child->n_active;
  }
  CHECK(slot == ROOT || quantities_equal(&sum, &node->allocation));
  CHECK(slot == ROOT || node->facts == NULL || sums_are_equal(&sums, &node->facts->sums));
  CHECK(n_active == node->n_active);
}

void sorter_tree_check(const Sorter *sorter)
{
  node_check(sorter, ROOT);
}

Sorter *sorter_tree_new(const SorterTotals *totals, SorterTreeKey key, void *own)
{
  Sorter *sorter = g_new0(Sorter, 1);
  sorter->totals = totals;
  sorter->totals_version = totals->version - 1;
  sorter->key = key;
  sorter->own = own;
  pool_init_small(&sorter->nodes, sizeof(Node), 3); /* many roles have few frameworks */
  sorter->by_path = g_hash_table_new(g_str_hash, g_str_equal);
  sorter->held = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  uint32_t root = node_new(sorter, INDEX_NONE, "", INDEX_NONE);
  CHECK(root == ROOT);
  node_at(sorter, ROOT)->group = sorter_tree_group_new();
  return sorter;
}

void sorter_tree_follow_mesos(Sorter *sorter)
{
  CHECK(sorter->n_clients == 0);
  sorter->fresh = g_array_new(FALSE, FALSE, sizeof(uint32_t));
}

void sorter_tree_destroy(Sorter *sorter)
{
  for (uint32_t slot = 0; slot < sorter->nodes.n_slots; slot++)
    if (pool_is_taken(&sorter->nodes, slot))
      node_free(sorter, slot);
  pool_clear(&sorter->nodes);
  g_hash_table_unref(sorter->by_path);
  g_clear_pointer(&sorter->attributes, g_hash_table_unref);
  g_free(sorter->walk);
  g_array_unref(sorter->held);
  if (sorter->fresh != NULL)
    g_array_unref(sorter->fresh);
  g_free(sorter->client_nodes);
  g_free(sorter);
}
