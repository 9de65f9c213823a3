/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * fair: weighted max-min fairness of one resource.
 *
 * Policy: among siblings of the role tree, then among the frameworks of the role, the one with the smallest amount of the
 * resource per weight is served first, whatever it holds of others. Where demands end, the rest goes to those that still
 * want: each gets the lesser of its demand and a common level times its weight (water-filling).
 *
 * Demand: not used; it ends where offers are refused or suppressed.
 * Options: resource = cpus: the name of the resource.
 * Source: weighted max-min fairness, as in fair queueing (Demers, Keshav and Shenker, SIGCOMM 1989).
 */

#include "allocators/policy.h"

extern const PolicyInterface fair_policy;
extern const AllocatorInterface fair_allocator;
