/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * psdsf: per-server dominant share fairness.
 *
 * Policy: for the agent that is visited, the client with the smallest virtual dominant share on it comes first: x / gamma per
 * weight, where x is how many tasks it runs on all agents and gamma how many it could run on this one alone. As x tasks hold
 * x times one task, that is the largest part over the resources of (what it holds on all agents) / (what this agent has),
 * which needs no size of a task. A client that holds something of which the agent has nothing comes last; so clients go
 * where their tasks suit the machine.
 *
 * Demand: not used. Options: none.
 * Source: Khamse-Ashari, Lambadaris, Kesidis, Urgaonkar and Zhao, arXiv 1611.00404; Shan et al., arXiv 1803.00922.
 */

#include "allocators/policy.h"

extern const PolicyInterface psdsf_policy;
extern const AllocatorInterface psdsf_allocator;
