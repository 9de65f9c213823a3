/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * WinnerTree: entries with keys, the least of them always at hand, and all of them in order when asked for.
 *
 * A complete binary tree of matches over entry numbers 0..n-1; an inner place holds the number of the lesser
 * of its two children, an entry that is out holds no place:
 *
 *                  [1] 2                 keys: 0: .30   1: .20   2: .10   3: out
 *             [2] 1     [3] 2            entry i stands at place leaves + i
 *          [4] 0  [5] 1  [6] 2  [7] -    least: place 1
 *
 * Order: larger priority, smaller share, smaller count, then smaller rank, which the owner gives to break ties, to
 * each entry another. Shares are compared as exact doubles.
 *
 * Invariants:
 *   1. each inner place holds the lesser of its two children, after winner_tree_set() of every entry that
 * changed;
 *   2. a cursor gives each entry that is in once, in order, as long as nothing is set.
 *
 * Cost: set O(log n), stops early where the outcome of a match stays; rebuild O(n); least O(1); k-th O(k log
 * n). Not here: what keys mean (sorter-order.c).
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"

typedef struct {
  int64_t priority;
  double share;
  uint64_t count;
  uint64_t rank;
} SorterKey;

typedef struct {
  uint32_t leaves;  /* entries that there is room for: a power of two, or 0 */
  SorterKey *keys;  /* by entry; the owner writes, then calls set or rebuild */
  uint32_t *places; /* 2 * leaves: entry, or INDEX_NONE */
  uint32_t *heap;   /* of the cursor: places whose winners come next */
  uint32_t heap_size;
  uint32_t heap_capacity;
  uint32_t pending; /* of the cursor: the place given last, not yet taken apart; 0: none */
} WinnerTree;

/** winner_tree_clear: frees what the tree holds and makes it empty. */
void winner_tree_clear(WinnerTree *tree);

/** winner_tree_reserve: makes room for @n entries, at least one. Returns: whether there was too little; then all
 * are out until set or rebuild. */
bool winner_tree_reserve(WinnerTree *tree, uint32_t n);

/** winner_tree_put: whether @entry takes part; for a rebuild that follows. */
static inline void winner_tree_put(WinnerTree *tree, uint32_t entry, bool in)
{
  tree->places[tree->leaves + entry] = in ? entry : INDEX_NONE;
}

/** winner_tree_rebuild: plays all matches anew. */
void winner_tree_rebuild(WinnerTree *tree);

/** winner_tree_set: @entry has a new key, or has come @in or gone out. Ends the cursor. */
void winner_tree_set(WinnerTree *tree, uint32_t entry, bool in);

/** winner_tree_least: the first entry in order; INDEX_NONE where all are out. */
static inline uint32_t winner_tree_least(const WinnerTree *tree)
{
  return tree->leaves == 0 ? INDEX_NONE : tree->places[1];
}

/** winner_tree_begin: puts the cursor before the first entry. */
static inline void winner_tree_begin(WinnerTree *tree)
{
  tree->heap_size = 0;
  tree->pending = 0;
}

/** winner_tree_next: the next entry in order, or INDEX_NONE at the end. */
uint32_t winner_tree_next(WinnerTree *tree);
