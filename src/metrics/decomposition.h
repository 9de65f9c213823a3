/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Decomposition: what became of all resources at one instant: each thousandth is in exactly one part.
 *
 *   used        by tasks and executors
 *   offered     on the way to a framework, or held by it
 *   filtered    free, and room for a waiting task of a framework that has refused that agent for a time, or all offers
 *   held back   free, and room for a waiting task, but kept for others: by a guarantee, a limit, a reservation, an operator
 *   usable      free, and room for a waiting task, and the next allocation may offer it
 *   too small   free, and no task that still waits fits
 *   unwanted    free, and no task waits for it
 *
 * Waiting tasks are counted once: they are put on the free agents, in the order of agents and frameworks, first where
 * they are usable, then where they are filtered, then where something is held back. What they take is of that part; what
 * then remains of an agent is too small while tasks wait that have found no place (and whose frameworks do not mind the
 * agent), and unwanted otherwise.
 *
 * An allocator that does not explain itself lets nobody know of filters and quotas: what they keep counts as usable.
 *
 * Invariant: the parts of a kind add up to the total of the agents, in integers.
 * Cost: O(agents with something free x frameworks with waiting tasks x sizes).
 */

#include "base/resource-kinds.h"
#include "metrics/agent-picture.h"

typedef enum {
  PART_USED,
  PART_OFFERED,
  PART_FILTERED,
  PART_HELD_BACK,
  PART_USABLE,
  PART_TOO_SMALL,
  PART_UNWANTED,
  PARTS,
} DecompositionPart;

/** decomposition_part_name: "used", "held_back", ... */
const char *decomposition_part_name(DecompositionPart part);

typedef struct {
  Quantities total;
  Quantities parts[PARTS];
} Decomposition;

/* Which pieces a framework may have. */
typedef struct {
  const char *const *roles; /* NULL-terminated */
  bool revocable;           /* it asks for revocable resources */
} DecompositionClaim;

/** decomposition_measure: @claims: as many as @picture has frameworks. */
void decomposition_measure(const AgentPicture *picture, const DecompositionClaim *claims,
                           const ResourceKinds *kinds, Decomposition *decomposition);
