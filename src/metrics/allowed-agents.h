/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * AllowedAgents: which agents a framework may be offered at all: those that pass its constraints and, where the master asks
 * for it, those whose gpus or region it is ready for.
 *
 *   agents register ---> allowed_agents_saw()
 *   a picture of them ---> allowed_agents_look(); allowed_agents_of(): which of its agents a [framework NAME] may have
 *
 * What may change in a run is left out: quotas, reservations, whether an agent is active, filters. Parts of static
 * partitioning, too. An agent that is not of the experiment's cluster is allowed.
 *
 * Cost: each verdict is made once: O(agents x groups that have constraints).
 */

#include "metrics/agent-picture.h"
#include "workload/experiment.h"

typedef struct AllowedAgents AllowedAgents;

/** allowed_agents_new: (nullable): NULL where all may have all. @experiment: outlives it. */
AllowedAgents *allowed_agents_new(const Experiment *experiment);
void allowed_agents_free(AllowedAgents *allowed);

/** allowed_agents_saw: @agent is the one with that hostname. */
void allowed_agents_saw(AllowedAgents *allowed, AgentId agent, const char *hostname);

/** allowed_agents_look: at all agents of @picture, which have been seen. Cost: O(agents x groups with constraints). */
void allowed_agents_look(AllowedAgents *allowed, const AgentPicture *picture);

/** allowed_agents_of: (nullable) (transfer none): what the [framework NAME] of number @group may have of the last picture: a
 * verdict for each of its agents, until the next; NULL: all. */
const bool *allowed_agents_of(const AllowedAgents *allowed, uint32_t group);
