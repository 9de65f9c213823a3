/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * rpsdsf: per-server dominant share fairness of what is left.
 *
 * Policy: as psdsf, but a client's tasks are counted against what the agent has free at the moment instead of all that it has:
 * the client with the smallest x / gamma per weight comes first, gamma being how many of its tasks fit into the residual
 * capacity. The scarcer a resource has become on an agent, the more those count that hold much of it; so little is left
 * that nobody can use.
 *
 * Demand: not used. Options: none.
 * Source: Shan et al., arXiv 1803.00922.
 */

#include "allocators/policy.h"

extern const PolicyInterface rpsdsf_policy;
extern const AllocatorInterface rpsdsf_allocator;
