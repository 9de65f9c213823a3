/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * policy_sorter: orders the clients of one level by the keys of a policy (policy.h says what these are).
 *
 * It is the tree of sorter-tree.h with a key function that asks the policy. Siblings: smaller key.first, then smaller
 * key.second, then fewer allocations, then path. Keys are made anew for what has changed; for all of them when the
 * totals have; and at each begin() where the policy looks at the agent, draws or combines: begin() then costs
 * O(clients of the groups that are walked), with combine() O(all clients).
 *
 * Context: PolicySorterContext.
 * Not here: what the kernel asks of a policy beside the order (policy-allocator.c).
 */

#include "allocators/policy.h"
#include "core/sorter.h"

typedef struct {
  const PolicyInterface *interface;
  Policy *policy; /* NULL where it has no state */
  bool roles;     /* the clients are roles, else frameworks of one role */
} PolicySorterContext;

extern const SorterInterface policy_sorter;

/** policy_visit_of: a visit as policies see it; refers to what @visit (NULL: of no agent) and @totals refer to. */
PolicyVisit policy_visit_of(const SorterTotals *totals, const SorterVisit *visit);

/* The same, with copies of its own. Not to be moved. */
typedef struct {
  Quantities agent_total;
  Quantities agent_free;
  PolicyVisit visit; /* refers to the two */
} PolicyVisitCopy;

void policy_visit_copy(PolicyVisitCopy *copy, const SorterTotals *totals, const SorterVisit *visit);

/** policy_sorter_client: @client, of a policy_sorter, as its policy would see it in @visit. */
void policy_sorter_client(const Sorter *sorter, uint32_t client, const PolicyVisit *visit,
                          PolicyClient *seen);
