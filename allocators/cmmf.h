/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * cmmf: constrained max-min fairness, by the online scheduler of Choosy.
 *
 * Policy: an agent that has something free goes to that client, among those that may use it, who holds the smallest amount of
 * the resource per weight: max-min fairness under placement constraints. Who may use an agent is not the policy's to say:
 * the kernel asks offer constraints, capabilities and limits before it serves the next in this order. So the order is that
 * of fair, and the name says what it is for. Choosy is about indivisible machines; agents may hold several tasks here, so
 * amounts of one resource are compared, not numbers of machines.
 *
 * Demand: not used; it ends where offers are refused or suppressed.
 * Options: resource = cpus: the name of the resource.
 * Source: Ghodsi, Zaharia, Shenker and Stoica, EuroSys 2013.
 */

#include "allocators/policy.h"

extern const PolicyInterface cmmf_policy;
extern const AllocatorInterface cmmf_allocator;
