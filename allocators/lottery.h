/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * lottery: proportional share by drawing lots.
 *
 * Policy: for each agent that is visited a lottery is held among siblings of the role tree, then within the winner, down to a
 * framework; weights of roles are their numbers of tickets, frameworks of one role have one each. Whoever takes what is
 * won gets the share tickets / all tickets of the agents in the mean: after n draws n p, with variance n p (1 - p). The
 * rest of the order is drawn likewise among those that are left, so nobody waits for a decliner.
 *
 * Demand: not used; only clients that are active draw. Options: none.
 * Source: Waldspurger and Weihl, OSDI 1994; Hindman et al., NSDI 2011, section 4.4.
 */

#include "allocators/policy.h"

extern const PolicyInterface lottery_policy;
extern const AllocatorInterface lottery_allocator;
