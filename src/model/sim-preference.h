/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimPreference: the machines that the frameworks of one group would rather run on, and their wait for them.
 *
 *     something waits to run, or was started        prefers-wait has gone by        something was started on a
 *     on one of them           ---> WAITS ----------------------------> TAKES ANY -----------------> WAITS
 *                                                                        preferred one
 *
 * While a framework waits it declines what is not on one of them with refuse-seconds, so that it may be offered the same
 * again only after that; then it takes anything. Without prefers-wait it always does. On other machines a task takes
 * elsewhere-slowdown times as long (sim-pace.h). What is mandatory are constraints: others are not even offered.
 *
 * Its scheduler does not see what is declined: it answers the rest of the message.
 *
 * Cost: O(agents) once per group; O(1) per offer. Memory: a bit per agent.
 * Source: Hindman et al., NSDI 2011, section 4.1 (mandatory and preferred resources).
 */

#include "model/sim-world.h"

struct SimFramework;

/** sim_preference_new: (transfer full) (nullable): NULL: it prefers none. */
SimPreference *sim_preference_new(const Cluster *cluster, const FrameworkSpec *spec);
void sim_preference_free(SimPreference *preference);

/** sim_preference_holds: whether @machine is one of them; INDEX_NONE is not. */
bool sim_preference_holds(const SimPreference *preference, uint32_t machine);

/* Of a framework with preferences. sim_framework_prefers: whether it would rather run on @agent.
 * sim_framework_passes_over: whether it declines what is offered there now. */
bool sim_framework_prefers(const struct SimFramework *framework, AgentId agent);
bool sim_framework_passes_over(const struct SimFramework *framework, AgentId agent);
