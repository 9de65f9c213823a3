/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/properties/naive-sorter.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/ids.h"

/* A path that is a client or lies above one. */
typedef struct {
  char *path;
  uint32_t client; /* INDEX_NONE: only above clients */
  bool active;
  Quantities allocation; /* of the client itself */
  uint64_t own_count;    /* grants to the client itself */
  uint64_t tree_count;   /* grants to it and below it */
} NaiveNode;

typedef struct {
  double weight;
  int64_t priority;
} NaiveAttributes;

struct NaiveSorter {
  const SorterTotals *totals;
  bool use_priority;
  GPtrArray *nodes;       /* NaiveNode *, in no order */
  GHashTable *attributes; /* path -> NaiveAttributes * */
};

/* One of the siblings that are put in order: a subtree, or the client of a node that has others below it. */
typedef struct {
  const NaiveNode *node;
  bool alone; /* the client without what is below */
  char *path;
  double share;
  int64_t priority;
  uint64_t count;
} NaiveSibling;

static void node_free(void *node)
{
  g_free(((NaiveNode *)node)->path);
  g_free(node);
}

NaiveSorter *naive_sorter_new(const SorterTotals *totals, bool use_priority)
{
  NaiveSorter *sorter = g_new0(NaiveSorter, 1);
  sorter->totals = totals;
  sorter->use_priority = use_priority;
  sorter->nodes = g_ptr_array_new_with_free_func(node_free);
  sorter->attributes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return sorter;
}

void naive_sorter_free(NaiveSorter *sorter)
{
  g_ptr_array_unref(sorter->nodes);
  g_hash_table_unref(sorter->attributes);
  g_free(sorter);
}

/* --- nodes ---------------------------------------------------------------------------------------------- */

static NaiveNode *node_at(const NaiveSorter *sorter, guint i)
{
  return sorter->nodes->pdata[i];
}

static NaiveNode *find_path(const NaiveSorter *sorter, const char *path)
{
  for (guint i = 0; i < sorter->nodes->len; i++)
    if (strcmp(node_at(sorter, i)->path, path) == 0)
      return node_at(sorter, i);
  return NULL;
}

static NaiveNode *find_client(const NaiveSorter *sorter, uint32_t client)
{
  for (guint i = 0; i < sorter->nodes->len; i++)
    if (node_at(sorter, i)->client == client)
      return node_at(sorter, i);
  CHECK(false && "a client that was added");
  return NULL;
}

/* Whether @path lies below @above; everything lies below "". */
static bool is_below(const char *path, const char *above)
{
  size_t length = strlen(above);
  return length == 0 || (strncmp(path, above, length) == 0 && path[length] == '/');
}

static bool is_child(const char *path, const char *above)
{
  const char *rest = *above == '\0' ? path : path + strlen(above) + 1;
  return is_below(path, above) && strchr(rest, '/') == NULL;
}

static bool has_below(const NaiveSorter *sorter, const char *path)
{
  for (guint i = 0; i < sorter->nodes->len; i++)
    if (is_below(node_at(sorter, i)->path, path))
      return true;
  return false;
}

static NaiveNode *get_path(NaiveSorter *sorter, const char *path)
{
  NaiveNode *node = find_path(sorter, path);
  if (node != NULL)
    return node;
  node = g_new0(NaiveNode, 1);
  node->path = g_strdup(path);
  node->client = INDEX_NONE;
  g_ptr_array_add(sorter->nodes, node);
  const char *slash = strrchr(path, '/');
  if (slash != NULL) {
    g_autofree char *above = g_strndup(path, (gsize)(slash - path));
    get_path(sorter, above);
  }
  return node;
}

static const NaiveAttributes *attributes_of(const NaiveSorter *sorter, const char *path)
{
  static const NaiveAttributes none = {.weight = 1};
  const NaiveAttributes *attributes = g_hash_table_lookup(sorter->attributes, path);
  return attributes == NULL ? &none : attributes;
}

static NaiveAttributes *attributes_get(NaiveSorter *sorter, const char *path)
{
  NaiveAttributes *attributes = g_hash_table_lookup(sorter->attributes, path);
  if (attributes == NULL) {
    attributes = g_memdup2(attributes_of(sorter, path), sizeof *attributes);
    g_hash_table_insert(sorter->attributes, g_strdup(path), attributes);
  }
  return attributes;
}

/* --- changes -------------------------------------------------------------------------------------------- */

void naive_add(NaiveSorter *sorter, uint32_t client, const char *path)
{
  NaiveNode *node = get_path(sorter, path);
  CHECK(node->client == INDEX_NONE);
  node->client = client;
  node->active = false;
  node->allocation = QUANTITIES_ZERO;
  node->own_count = 0;
}

void naive_remove(NaiveSorter *sorter, uint32_t client)
{
  find_client(sorter, client)->client = INDEX_NONE;
  /* Paths that have no client any more, from the longest on; and clients that are alone again. */
  for (bool again = true; again;) {
    again = false;
    for (guint i = 0; i < sorter->nodes->len; i++) {
      NaiveNode *node = node_at(sorter, i);
      if (has_below(sorter, node->path))
        continue;
      node->tree_count = node->own_count;
      if (node->client == INDEX_NONE) {
        g_ptr_array_remove_index_fast(sorter->nodes, i);
        again = true;
        break;
      }
    }
  }
}

void naive_set_active(NaiveSorter *sorter, uint32_t client, bool active)
{
  find_client(sorter, client)->active = active;
}

void naive_update_weight(NaiveSorter *sorter, const char *path, double weight)
{
  attributes_get(sorter, path)->weight = weight;
}

void naive_update_priority(NaiveSorter *sorter, const char *path, int64_t priority)
{
  attributes_get(sorter, path)->priority = priority;
}

void naive_allocated(NaiveSorter *sorter, uint32_t client, const Quantities *quantities)
{
  NaiveNode *granted = find_client(sorter, client);
  quantities_add(&granted->allocation, quantities);
  granted->own_count++;
  for (guint i = 0; i < sorter->nodes->len; i++) {
    NaiveNode *node = node_at(sorter, i);
    if (node == granted || is_below(granted->path, node->path))
      node->tree_count++;
  }
}

void naive_unallocated(NaiveSorter *sorter, uint32_t client, const Quantities *quantities)
{
  quantities_subtract(&find_client(sorter, client)->allocation, quantities);
}

/* --- the order ------------------------------------------------------------------------------------------ */

static Quantities allocation_of(const NaiveSorter *sorter, const NaiveNode *of, bool alone)
{
  Quantities sum = QUANTITIES_ZERO;
  for (guint i = 0; i < sorter->nodes->len; i++) {
    const NaiveNode *node = node_at(sorter, i);
    if (node->client != INDEX_NONE && (node == of || (!alone && is_below(node->path, of->path))))
      quantities_add(&sum, &node->allocation);
  }
  return sum;
}

static NaiveSibling sibling_of(const NaiveSorter *sorter, const NaiveNode *node, bool alone)
{
  NaiveSibling sibling = {.node = node, .alone = alone};
  sibling.path = alone ? g_strconcat(node->path, "/.", NULL) : g_strdup(node->path);
  sibling.count = alone ? node->own_count : node->tree_count;
  const NaiveAttributes *attributes = attributes_of(sorter, sibling.path);
  sibling.priority = sorter->use_priority ? attributes->priority : 0;
  Quantities allocation = allocation_of(sorter, node, alone);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    int64_t total = sorter->totals->total.amount[kind];
    if (total <= 0 || (sorter->totals->excluded & (1u << kind)) != 0)
      continue;
    double share = ((double)allocation.amount[kind] / 1000.0) / ((double)total / 1000.0);
    if (share > sibling.share)
      sibling.share = share;
  }
  sibling.share /= attributes->weight;
  return sibling;
}

static int sibling_compare(const void *left, const void *right)
{
  const NaiveSibling *a = left;
  const NaiveSibling *b = right;
  if (a->priority != b->priority)
    return a->priority > b->priority ? -1 : 1;
  if (a->share < b->share || a->share > b->share)
    return a->share < b->share ? -1 : 1;
  if (a->count != b->count)
    return a->count < b->count ? -1 : 1;
  return strcmp(a->path, b->path);
}

static void collect(const NaiveSorter *sorter, const char *above, GArray *order)
{
  g_autoptr(GArray) siblings = g_array_new(FALSE, FALSE, sizeof(NaiveSibling));
  for (guint i = 0; i < sorter->nodes->len; i++) {
    const NaiveNode *node = node_at(sorter, i);
    bool is_above = strcmp(node->path, above) == 0;
    if (!is_child(node->path, above) && !(is_above && node->client != INDEX_NONE))
      continue;
    NaiveSibling sibling = sibling_of(sorter, node, is_above);
    g_array_append_val(siblings, sibling);
  }
  g_array_sort(siblings, sibling_compare);
  for (guint i = 0; i < siblings->len; i++) {
    const NaiveSibling *sibling = &g_array_index(siblings, NaiveSibling, i);
    if (!sibling->alone && has_below(sorter, sibling->node->path))
      collect(sorter, sibling->node->path, order);
    else if (sibling->node->active)
      g_array_append_val(order, sibling->node->client);
    g_free(sibling->path);
  }
}

GArray *naive_order(const NaiveSorter *sorter)
{
  GArray *order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  collect(sorter, "", order);
  return order;
}

const Quantities *naive_allocation(const NaiveSorter *sorter, uint32_t client)
{
  return &find_client(sorter, client)->allocation;
}
