/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Whether a job can ever run on the empty cluster (or the partition of its role), on the agents that its framework wants.
 *
 * Agents that the master does not offer to its framework, for their gpus or region, do not count.
 *
 * A job that may run is let in where that is not certain: reservations and quotas are not looked at where operators may
 * change them (workload/role-room.h).
 */

#include "model/sim-job.h"
#include "model/sim-world.h"

/** sim_fit_agents: (transfer full) (nullable): how many agents of each class @spec wants, of those in the partition of
 * @role where there are any; NULL: all. Cost: O(agents). */
uint32_t *sim_fit_agents(const SimWorld *world, const FrameworkSpec *spec, const char *role);

/**
 * sim_misfit:
 * @spec: the group of the job's framework: one that starts gangs needs all tasks of a stage at once
 * @allowed: sim_fit_agents() of it
 * @role: its main one
 *
 * Cost: O(stages x (agent classes + roles)); roles only where quotas are known to stay (workload/role-room.h).
 * Returns: (transfer full) (nullable): why it can never run; NULL where it can.
 */
char *sim_misfit(const SimWorld *world, const FrameworkSpec *spec, const uint32_t *allowed, const char *role,
                 const SimJob *job);
