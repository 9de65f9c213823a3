/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * hdrf: hierarchical dominant resource fairness.
 *
 * Policy: from the root down, the sibling with the smallest dominant share per weight comes first. What an inner node holds is
 * not the plain sum of its children:
 *   rescaling   children that are not blocked count as if all had the smallest weighted share M among them, so what one of
 *               them holds of a resource that the others do not want is not held against these;
 *   blocking    a leaf is blocked when nothing waits, or when its task does not fit into what is being given away; a node
 *               when all its children are. Blocked children count in full, and blocked nodes come last;
 *   and in the share of an inner node resources of which nothing is left do not count.
 * The paper has one pool of resources; here "left" is what the agent that is visited has free. Leaves are the roles, by the
 * sum of their frameworks; these share by dominant resource fairness, blocked ones last.
 *
 * Demand: what waits and the size of a task are what the schedulers declare, else a task is the mean of those begun and
 * something always waits. Children that hold nothing and have declared nothing are left out of M: nobody knows whether
 * they want something. Options: none.
 * Source: Bhattacharya, Culler, Friedman, Ghodsi, Shenker and Stoica, SoCC 2013.
 */

#include "allocators/policy.h"

extern const PolicyInterface hdrf_policy;
extern const AllocatorInterface hdrf_allocator;
