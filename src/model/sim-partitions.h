/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimPartitions: static partitioning, the baseline that sharing is held against: each role has whole agents of its own, for
 * the whole run, as many as its weight says, and its frameworks are offered nothing else.
 *
 *     roles with weights, in order of their first framework  ->  which machine is whose
 *
 * Machines are dealt out one after the other, each to the role that has the fewest for its weight, (n + 1/2) / weight; the
 * first of several. So every role has its share of each class of agents and of each rack, as nearly as whole agents go.
 * Nothing is moved, also where a framework comes late or leaves early. A role has its own weight, whatever tree it stands in;
 * a framework with several roles is where its main one is.
 *
 * To the master it is an attribute of the agents, "partition", and one more test of what frameworks want: neither it nor
 * an allocator knows of partitions.
 *
 * Cost: O(machines x roles), once.
 * Source: Hindman et al., NSDI 2011, section 6.1 (Webster's rule for the rounding).
 */

#include "model/sim-framework.h"

#define SIM_PARTITION_ATTRIBUTE "partition"

/**
 * sim_partitions_new:
 * @error: SIMULATION_ERROR_PARTITION where a role would have no agent at all
 *
 * Once the world has its frameworks. Returns: (transfer full) (nullable).
 */
SimPartitions *sim_partitions_new(const SimWorld *world, GError **error);
void sim_partitions_free(SimPartitions *partitions);

/** sim_partitions_role: (transfer none): whose @machine is. */
const char *sim_partitions_role(const SimPartitions *partitions, uint32_t machine);

/** sim_partitions_count: how many agents of the class at @index of the cluster @role has. Cost: O(1). */
uint32_t sim_partitions_count(const SimPartitions *partitions, const char *role, uint32_t index);
