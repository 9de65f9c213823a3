/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * random: whoever the dice name.
 *
 * Policy: at each level of the role tree, and among the frameworks of a role, the order is a uniform permutation, drawn anew
 * for each agent that is visited. Weights and what somebody holds do not count. So in the long run siblings that take
 * what they are offered get equal numbers of offers, and nobody waits for a decliner.
 *
 * Demand: not used. Options: none.
 * Source: design; a baseline. The random sorter of Mesos, which counts weights, is drf with role-sorter = random.
 */

#include "allocators/policy.h"

extern const PolicyInterface random_policy;
extern const AllocatorInterface random_allocator;
