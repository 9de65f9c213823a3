/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/drf-sorter.h"

#include "allocators/sorter-tree.h"

static Sorter *drf_create(const SorterTotals *totals, const void *context)
{
  const DrfSorterSettings *settings = context;
  Sorter *sorter = sorter_tree_new(totals, NULL, NULL);
  if (settings != NULL && settings->mesos_compatible)
    sorter_tree_follow_mesos(sorter);
  return sorter;
}

const void *drf_sorter_context(bool mesos_compatible)
{
  static const DrfSorterSettings compatible = {.mesos_compatible = true};
  return mesos_compatible ? &compatible : NULL;
}

const SorterInterface drf_sorter = {
    .name = "drf",
    .summary = "dominant resource fairness: the smallest weighted dominant share first",
    .create = drf_create,
    .destroy = sorter_tree_destroy,
    .add = sorter_tree_add,
    .remove = sorter_tree_remove,
    .activate = sorter_tree_activate,
    .deactivate = sorter_tree_deactivate,
    .update_weight = sorter_tree_update_weight,
    .begin = sorter_tree_begin,
    .next = sorter_tree_next,
    .hold = sorter_tree_hold,
    SORTER_TREE_FUNCTIONS,
};
