/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * NaiveSorter: the order of sorter.h, computed from scratch each time by looking at everything. Slow, and
 * simple enough to be seen to be right; the oracle of test-sorter.c and of the allocator's oracle.
 *
 * Numbers of clients are the caller's, as in sorter.h.
 */

#include <glib.h>

#include "core/sorter.h"

typedef struct NaiveSorter NaiveSorter;

/** naive_sorter_new: @totals outlives it; @use_priority: larger priorities before everything else. */
NaiveSorter *naive_sorter_new(const SorterTotals *totals, bool use_priority);
void naive_sorter_free(NaiveSorter *sorter);

/* The functions of SorterInterface under their names there. */
void naive_add(NaiveSorter *sorter, uint32_t client, const char *path);
void naive_remove(NaiveSorter *sorter, uint32_t client);
void naive_set_active(NaiveSorter *sorter, uint32_t client, bool active);
void naive_update_weight(NaiveSorter *sorter, const char *path, double weight);
void naive_update_priority(NaiveSorter *sorter, const char *path, int64_t priority);
void naive_allocated(NaiveSorter *sorter, uint32_t client, const Quantities *quantities);
void naive_unallocated(NaiveSorter *sorter, uint32_t client, const Quantities *quantities);

/** naive_order: (transfer full): the active clients (uint32_t) in order. */
GArray *naive_order(const NaiveSorter *sorter);

const Quantities *naive_allocation(const NaiveSorter *sorter, uint32_t client);
