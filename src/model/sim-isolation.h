/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimIsolation: what keeps the tasks of one agent apart, and what it costs.
 *
 *     none         nothing does. What tasks lose by their neighbours: co-location-slowdown, if it is said; else nothing
 *     containers   each executor starts in a container (container-start-up); unless co-location-slowdown says otherwise
 *                  tasks lose as published: an Apache server beside a program that takes all the CPU it can get has
 *                  1.3 times its latency in containers, 6.5 times without
 *
 * co-location-slowdown is a function of the load: the cpus of the other tasks there that have not ended, as a part of all
 * that the agent has. Between two points it is linear, before the first and behind the last one level. The factor at load 0
 * is what isolation costs by itself.
 *
 * It is sampled once for each task, when it arrives at its agent; of an mpi or torque gang when the framework launches it, its
 * own other tasks counted, and all of it runs at the pace of the slowest (sim-pace.h). What comes or goes later changes
 * nothing for those that are there.
 *
 * Draws: container start-up times have the key (SIM_PURPOSE_CONTAINER_START, entity, index) of the start-up of the executor.
 *
 * Cost: O(points) for a factor.
 * Source: Hindman et al., NSDI 2011, sections 3 (isolation modules) and 6.7 (the figures, as remembered).
 */

#include "model/sim-world.h"

/** sim_isolation_slowdown: by which factor a task takes longer. @load: of others. */
double sim_isolation_slowdown(const Isolation *isolation, double load);

/** sim_isolation_start_up: of the container of an executor; zero without. */
Duration sim_isolation_start_up(const SimWorld *world, uint64_t entity, uint64_t index);
