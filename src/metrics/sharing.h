/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Sharing: would a framework be better off with a cluster of its own, or with what another one has? At one instant.
 *
 *   part              of a framework: its weight down the tree of roles among those that demand something: 1/n each where n
 *                     are alike.
 *   sharing incentive tasks that it runs, against those that it could run on its part of each class of agents, used alone:
 *                     part x agents of the class x whole tasks that fit one of them, over all classes; at most as many as
 *                     it demands. Agents are alike when they have the same resources.
 *   envy              of i towards j: whole tasks of i that fit what j's tasks hold, agent by agent, times part of i / part
 *                     of j, at most as many as i demands, less those that i runs, less one (indivisible tasks leave nobody
 *                     without a wish for one more). The framework's envy is that towards the one that it envies most.
 *
 * On an agent that a framework's tasks may not run on nothing fits for it: its part is one of the agents that it may have,
 * and what others hold elsewhere is nothing to envy.
 *
 * A task is one of mean size, where a framework demands several. Only who demands something is compared. Weights alone
 * decide on parts: guarantees, limits and reservations are left out, so that a role with a guarantee above its part has
 * more than its incentive asks for, others may have less, and envy it.
 *
 * Cost: O(agents x classes), and O(frameworks x (holdings + frameworks)) for those that have tasks waiting.
 * Source: Ghodsi et al., DRF, NSDI 2011, section 3 (sharing incentive, envy-freeness); Parkes, Procaccia and Shah, Beyond
 * DRF, EC 2012 (envy-freeness up to one task).
 */

#include "metrics/agent-picture.h"

typedef struct {
  const bool *allowed; /* by agent of the picture: whether its tasks may run there; NULL: on all */
  double part;         /* 0: it demands nothing */
  int64_t demanded;    /* tasks, those that run included */
  Quantities task;     /* of mean size */
  double entitled;     /* out: tasks that it could run on its part; 0: none */
  double incentive;    /* out: of these, how many it runs: at most all */
  double envy;         /* out: tasks */
} Sharing;

/** sharing_measure: fills in what is marked out; @sharings: as many as @picture has frameworks. */
void sharing_measure(const AgentPicture *picture, Sharing *sharings);
