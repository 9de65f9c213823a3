/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * priority: strict priorities, the second allocation module of the Mesos paper.
 *
 * Policy: among siblings of the role tree the one with the largest priority ([role PATH] priority, default 0) is always
 * served first; those of equal priority, and the frameworks within a role, share by weighted dominant resource fairness
 * as in drf. A role with a low priority starves while a higher one takes all that it is offered. Priorities beyond 2^53
 * are told apart only as far as a double goes.
 *
 * Demand: not used; a framework that has nothing to run should suppress offers, or refuse them for long. Options: none.
 * Source: Hindman et al., NSDI 2011, section 3.1.
 */

#include "allocators/policy.h"

extern const PolicyInterface priority_policy;
extern const AllocatorInterface priority_allocator;
