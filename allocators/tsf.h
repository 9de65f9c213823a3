/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * tsf: task share fairness.
 *
 * Policy: the client with the smallest task share per weight comes first: the tasks that it runs, divided by the tasks that it
 * could run if it had all agents to itself, empty and without its placement constraints. So a constraint, or a task that
 * fits few machines, does not make a client look poorer than it is.
 *
 * Demand: the size of a task is what the scheduler declares, else the mean of the tasks that it has begun; until one is
 * known a client is ordered by its weighted dominant share. A task that fits no agent puts its client last.
 * Options: none.
 * Source: Wang, Li, Liang and Li, SC 2016.
 */

#include "allocators/policy.h"

extern const PolicyInterface tsf_policy;
extern const AllocatorInterface tsf_allocator;
