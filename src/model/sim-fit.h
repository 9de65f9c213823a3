/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Whether a job can ever run on the empty cluster (or the partition of its role), on the agents that its framework wants.
 *
 * Agents that the master does not offer to its framework, for their gpus or region, do not count.
 *
 * A job that may run is let in where that is not certain: in a partition hostnames and racks are looked at by their number
 * alone, reservations are not where operators may change them, nor are quotas.
 */

#include "model/sim-job.h"
#include "model/sim-world.h"

/** sim_fit_agents: (transfer full) (nullable): how many agents of each class @spec wants; NULL: all. Cost: O(agents). */
uint32_t *sim_fit_agents(const Experiment *experiment, const FrameworkSpec *spec);

/**
 * sim_misfit:
 * @spec: the group of the job's framework: one that starts gangs needs all tasks of a stage at once
 * @allowed: sim_fit_agents() of it
 * @role: its main one
 *
 * Cost: O(stages x agent classes).
 * Returns: (transfer full) (nullable): why it can never run; NULL where it can.
 */
char *sim_misfit(const SimWorld *world, const FrameworkSpec *spec, const uint32_t *allowed, const char *role,
                 const SimJob *job);
