/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * drf_sorter: orders siblings by dominant resource fairness, exactly as Mesos does.
 *
 * Share of a node = max over the kinds that the total has and that are not excluded of (allocation / total),
 * divided by the node's weight. Siblings: smaller share first, then fewer allocations, then path. It is the tree of
 * sorter-tree.h as it stands.
 *
 * Where Mesos's own behaviour is odd, this sorter does the better thing (src/core/README.md): the weight of
 * an inner node always takes effect, and a client that loses its last sub-client goes on with its own count; or, on
 * request, what Mesos does.
 *
 * Work is put off to the next begin(): a change marks nodes, and only what was marked gets a new key. A group
 * with one child needs no key at all.
 *
 * Context: DrfSorterSettings, or NULL for the default.
 * Source: Ghodsi et al., NSDI 2011; apache/mesos src/master/allocator/mesos/sorter/drf/sorter.cpp.
 */

#include "core/sorter.h"

typedef struct {
  bool mesos_compatible; /* odd where Mesos is */
} DrfSorterSettings;

/** drf_sorter_context: (transfer none): the context for these settings. */
const void *drf_sorter_context(bool mesos_compatible);

extern const SorterInterface drf_sorter;
