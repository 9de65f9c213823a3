/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * fifo: first come, first served.
 *
 * Policy: roles in the order in which their first framework came, frameworks of a role in the order in which they came. The
 * first takes all that it can use; the others get what it refuses, in turn. In a tree of roles a subtree came with its
 * first framework. A role that everybody has left comes anew.
 *
 * Demand: not used. Options: none.
 * Source: the usual queue of batch systems; Hadoop's first scheduler.
 */

#include "allocators/policy.h"

extern const PolicyInterface fifo_policy;
extern const AllocatorInterface fifo_allocator;
