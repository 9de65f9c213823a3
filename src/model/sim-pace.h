/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimPace: how fast each task runs, where that is not just the speed of its agent.
 *
 *     pace = speed of the agent / (factor of a slow task x slowdown elsewhere x slowdown by others on the agent)
 *
 * Elsewhere: not on an agent that the framework prefers (sim-preference.h).
 *
 * An agent's own speed (sim_agents_speed()) is that of its class, less the factor of slow-agents where it is one of
 * them. Which agents are is drawn once with the key (SIM_PURPOSE_SLOW_AGENT, machine); whether an attempt is slow with
 * the key (SIM_PURPOSE_SLOW_TASK, entity of the stage, task and attempt): a second attempt is drawn anew. Neither shifts
 * another draw, and the length of a task stays what it is.
 *
 * Life: taken (the framework has decided) -> for mpi and torque joined, the gang runs at the pace of its slowest task; for
 * others it arrives at its agent, and meets those that are there (sim-isolation.h) -> read where the task starts, and by who
 * asks how far it is.
 *
 * Invariant: a pace is above zero, and is that of the record that was taken last in its slot.
 *
 * Cost: O(1) per task, with a slowdown by others O(tasks on its agent); 8 bytes per task that lives at once. Without any of this there is no SimPace: NULL.
 * Source: J. Dean, S. Ghemawat: "MapReduce", OSDI 2004, section 3.6 (slow machines, slow tasks).
 */

#include "model/sim-task.h"
#include "model/sim-world.h"

/** sim_pace_new: (transfer full) (nullable): NULL where every task runs at the speed of its agent. */
SimPace *sim_pace_new(SimWorld *world);
void sim_pace_free(SimPace *pace);

/** sim_pace_take: the framework of @task, whose stage, index, attempt and agent are known, is about to launch it. */
void sim_pace_take(SimPace *pace, uint32_t slot, const SimTask *task);

/** sim_pace_join: @tasks, which have been taken, run as fast as the slowest of them. */
void sim_pace_join(SimPace *pace, const TaskInfo *tasks, uint32_t n);

/** sim_pace_arrive: @task has come to its agent, where it is not in the list yet. */
void sim_pace_arrive(SimPace *pace, uint32_t slot, const SimTask *task);

/** sim_pace_of: of the task in @slot. */
double sim_pace_of(const SimPace *pace, uint32_t slot);
