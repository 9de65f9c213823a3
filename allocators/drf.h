/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * drf: Mesos's hierarchical allocator. Roles, and the frameworks within each role, are served in the order of
 * weighted dominant resource fairness (drf-sorter.h); an agent's free resources go whole to the first that
 * may have them.
 *
 * Policy: among siblings of the role tree the one with the smallest dominant share per weight is served
 * first, ties by the number of past allocations, then by path; the same among the frameworks of the role
 * chosen, without weights. Demand is not known to it.
 *
 * Options: role-sorter, framework-sorter = drf | random: the order of that level may be a fresh weighted shuffle for each
 * agent instead (random-sorter.h). revocation-timeout = off | a duration: how long a guarantee may be unmet before
 * tasks of others are killed for it (revocation.h); needs a master that revokes. whole-cluster = yes: all that a run offers
 * goes to the framework that comes first for the first agent visited; what it may not have is free until the next run. For
 * experiments: within a run, weights and shares of others count for nothing then, and it is not work-conserving.
 *
 * Source: Ghodsi et al., NSDI 2011; apache/mesos src/master/allocator/mesos/hierarchical.cpp.
 */

#include "core/allocator.h"

extern const AllocatorInterface drf_allocator;
