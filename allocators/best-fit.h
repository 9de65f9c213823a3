/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * best-fit: dominant resource fairness over many machines, each task where it fits best.
 *
 * Policy: clients come first, in the order of drf: by weighted dominant share of the whole cluster. The one whose turn it is
 * takes, of the agents that it may have something of, the one whose free part is most like its task:
 * H = sum over the resources of | task / task of the first - free / free of the first | is least, the first resource being
 * the first of which the task needs something. Agents that cannot hold one task come after all that can.
 *
 * Demand: the size of a task is what the scheduler declares, else the mean of the tasks that it has begun; until one is
 * known all agents suit equally. Options: none.
 * Source: Wang, Li and Liang, INFOCOM 2014 and IEEE TPDS 2015 (DRFH, best-fit heuristic).
 */

#include "allocators/policy.h"

extern const PolicyInterface best_fit_policy;
extern const AllocatorInterface best_fit_allocator;
