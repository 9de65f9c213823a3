/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * capacity: queues with a guaranteed capacity, first come first served within.
 *
 * Policy: among siblings of the role tree the one that uses the smallest part of its capacity is served first. The capacity of
 * a role is its guarantee ([role PATH] guarantee); the part that it uses is the largest over the resources guaranteed. Roles
 * without a guarantee have no capacity: they come after all that have some, by weighted dominant share. What capacities
 * leave over is lent to whoever comes first, up to its limit, which the kernel keeps. Frameworks of one role are served in
 * the order in which they came.
 *
 * Demand: not used. Options: none.
 * Source: the Capacity Scheduler of Hadoop (YARN).
 */

#include "allocators/policy.h"

extern const PolicyInterface capacity_policy;
extern const AllocatorInterface capacity_allocator;
