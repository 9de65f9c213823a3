/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * DemandSizes: how many tasks of which size each framework demands, as the models publish it.
 *
 * The recorder adds demands up; whether a task fits an agent needs each size by itself. A demand includes the tasks that
 * run. Sizes keep their order of arrival; one of which nothing is demanded is forgotten in time. An endless demand counts DEMAND_ENDLESS tasks, for good until it is dropped.
 *
 * Memory: sizes that are demanded now, at most twice as many. Not here: what runs (agent-picture.h).
 */

#include <glib.h>
#include <stdint.h>

#include "base/quantities.h"

#define DEMAND_ENDLESS (INT64_MAX / 4)

typedef struct DemandSizes DemandSizes;

typedef struct {
  Quantities task;
  int64_t tasks; /* demanded now, 0 or more */
} DemandSize;

DemandSizes *demand_sizes_new(void);
void demand_sizes_free(DemandSizes *sizes);

/** demand_sizes_add: @tasks more (or, negative, fewer) tasks of this size; a size that is not known has none to lose.
 * Cost: O(1), in the mean of many. */
void demand_sizes_add(DemandSizes *sizes, uint32_t framework, const Quantities *task, int64_t tasks);

/** demand_sizes_drop: the framework demands nothing any more. */
void demand_sizes_drop(DemandSizes *sizes, uint32_t framework);

/** demand_sizes_of: (transfer none): array of @n, valid until the next change. */
const DemandSize *demand_sizes_of(const DemandSizes *sizes, uint32_t framework, uint32_t *n);

/** demand_sizes_find: the place of a size in that array, or UINT32_MAX. */
uint32_t demand_sizes_find(const DemandSizes *sizes, uint32_t framework, const Quantities *task);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DemandSizes, demand_sizes_free)
