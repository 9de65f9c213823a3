/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which agents of the cluster pass an AgentFilter, or are offered at all: what the master will say of them, known
 * beforehand.
 *
 * The attributes "class", "rack" (with agents-per-rack) and "host" are there by themselves (rack-00001, agent-00001).
 * A test of what an agent does not say is passed by "absent", "!=" and "!~" alone. Regular expressions match the whole
 * text.
 *
 * Not here: the text form (values.h); what the master does with it (core/allocator.h); regions of the master.
 */

#include <stdbool.h>
#include <stdint.h>

#include "workload/experiment.h"

/** rack_name: writes the name of the rack of the agent of this number, which has one. */
#define RACK_NAME_SIZE 24
void rack_name(const Cluster *cluster, uint32_t number, char name[RACK_NAME_SIZE]);

/** agent_filter_allows: whether the agent of this number, which is of @agents, passes. Cost: O(tests). */
bool agent_filter_allows(const AgentFilter *filter, const Cluster *cluster, const AgentClass *agents,
                         uint32_t number);

/** framework_prefers: whether @framework would rather run on the agent of this number; any, where it does not say. */
bool framework_prefers(const FrameworkSpec *framework, const Cluster *cluster, const AgentClass *agents,
                       uint32_t number);

/** framework_has_preferences: whether it says so. */
bool framework_has_preferences(const FrameworkSpec *framework);

/** framework_is_ready_for: whether the master offers it @agents at all: their gpus, their region. */
bool framework_is_ready_for(const Experiment *experiment, const FrameworkSpec *framework,
                            const AgentClass *agents);

/** agent_filter_count: how many of @agents pass, whose first one has the number @first. Cost: O(1) where no test is of
 * hostnames or racks, else O(agents). */
uint32_t agent_filter_count(const AgentFilter *filter, const Cluster *cluster, const AgentClass *agents,
                            uint32_t first);
