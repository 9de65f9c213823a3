/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/winner-tree.h"

#include <glib.h>

#include "base/check.h"

/* The cursor walks the tree best first: it keeps the places whose winners may come next in a heap, and takes
 * a place apart only after its winner was given. The first entry, which is all that most allocations need,
 * costs no heap. */

static inline bool key_is_less(const SorterKey *a, const SorterKey *b)
{
  if (G_UNLIKELY(a->priority != b->priority))
    return a->priority > b->priority;
  if (a->share != b->share)
    return a->share < b->share;
  return a->count < b->count || (a->count == b->count && a->rank < b->rank);
}

static inline uint32_t match(const WinnerTree *tree, uint32_t left, uint32_t right)
{
  if (right == INDEX_NONE)
    return left;
  if (left == INDEX_NONE)
    return right;
  return key_is_less(&tree->keys[right], &tree->keys[left]) ? right : left;
}

void winner_tree_clear(WinnerTree *tree)
{
  g_free(tree->keys);
  g_free(tree->places);
  g_free(tree->heap);
  *tree = (WinnerTree){0};
}

bool winner_tree_reserve(WinnerTree *tree, uint32_t n)
{
  CHECK(n < UINT32_MAX / 4);
  if (n <= tree->leaves && tree->leaves > 0)
    return false;
  uint32_t leaves = 1;
  while (leaves < n)
    leaves *= 2;
  tree->leaves = leaves;
  tree->keys = g_renew(SorterKey, tree->keys, leaves);
  tree->places = g_renew(uint32_t, tree->places, 2 * (size_t)leaves);
  for (uint32_t place = 0; place < 2 * leaves; place++)
    tree->places[place] = INDEX_NONE;
  winner_tree_begin(tree);
  return true;
}

void winner_tree_rebuild(WinnerTree *tree)
{
  for (uint32_t place = tree->leaves - 1; place >= 1; place--)
    tree->places[place] = match(tree, tree->places[2 * place], tree->places[2 * place + 1]);
  winner_tree_begin(tree);
}

void winner_tree_set(WinnerTree *tree, uint32_t entry, bool in)
{
  uint32_t *places = tree->places;
  uint32_t place = tree->leaves + entry;
  uint32_t winner = in ? entry : INDEX_NONE;
  places[place] = winner;
  winner_tree_begin(tree);
  while (place > 1) {
    uint32_t other = places[place ^ 1];
    if (winner == INDEX_NONE || (other != INDEX_NONE && key_is_less(&tree->keys[other], &tree->keys[winner])))
      winner = other;
    place /= 2;
    /* Where another entry won before and still wins, nothing above has changed. */
    if (winner == places[place] && winner != entry)
      return;
    places[place] = winner;
  }
}

static bool place_is_before(const WinnerTree *tree, uint32_t a, uint32_t b)
{
  return key_is_less(&tree->keys[tree->places[a]], &tree->keys[tree->places[b]]);
}

static void heap_push(WinnerTree *tree, uint32_t place)
{
  if (tree->heap_size == tree->heap_capacity) {
    tree->heap_capacity = MAX(16, 2 * tree->heap_capacity);
    tree->heap = g_renew(uint32_t, tree->heap, tree->heap_capacity);
  }
  uint32_t at = tree->heap_size++;
  while (at > 0 && place_is_before(tree, place, tree->heap[(at - 1) / 2])) {
    tree->heap[at] = tree->heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  tree->heap[at] = place;
}

static uint32_t heap_pop(WinnerTree *tree)
{
  uint32_t first = tree->heap[0];
  uint32_t last = tree->heap[--tree->heap_size];
  uint32_t at = 0;
  for (;;) {
    uint32_t child = 2 * at + 1;
    if (child >= tree->heap_size)
      break;
    if (child + 1 < tree->heap_size && place_is_before(tree, tree->heap[child + 1], tree->heap[child]))
      child++;
    if (!place_is_before(tree, tree->heap[child], last))
      break;
    tree->heap[at] = tree->heap[child];
    at = child;
  }
  if (tree->heap_size > 0)
    tree->heap[at] = last;
  return first;
}

uint32_t winner_tree_next(WinnerTree *tree)
{
  if (tree->pending == 0 && tree->heap_size == 0) {
    uint32_t least = winner_tree_least(tree);
    tree->pending = least == INDEX_NONE ? 0 : 1;
    return least;
  }
  if (tree->pending != 0) {
    /* Everything that lost to the entry given last, on its way up to the place it was given from. */
    uint32_t place = tree->leaves + tree->places[tree->pending];
    for (; place != tree->pending; place /= 2)
      if (tree->places[place ^ 1] != INDEX_NONE)
        heap_push(tree, place ^ 1);
    tree->pending = 0;
  }
  if (tree->heap_size == 0) {
    /* At the end: stay there. */
    return INDEX_NONE;
  }
  tree->pending = heap_pop(tree);
  return tree->places[tree->pending];
}
