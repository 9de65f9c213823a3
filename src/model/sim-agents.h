/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimAgents: the modelled machines with their executors.
 *
 *     launch --> executor starts (start-up time) --> TASK_RUNNING --> runs (length / speed) --> TASK_FINISHED
 *                        |                                |
 *                        '------ kill: TASK_KILLED -------'      shutdown of the framework: no word, all gone
 *
 * Updates of one task are numbered from 1 and sent one at a time: the next one waits for the acknowledgement
 * of the last. A task of length 0 starts and ends, its end is an event of its own at the same instant.
 *
 * Machines are named agent-00001, agent-00002, ... over all classes, in the order of Experiment.cluster;
 * their attributes are `host`, `rack` (with agents-per-rack: rack-00001 holds the first of them, ...) and
 * those of their class.
 *
 * Invariants:
 *   1. a task is in the list of its agent from the launch until its end is acknowledged (or shut down);
 *   2. a task that has not ended has an entry pending, unless it never ends.
 *
 * Cost: a launch, an end O(tasks on that agent); 16 bytes per agent.
 *
 * Not here: what a task costs the machine (the master's books), failures.
 */

#include "core/messages.h"
#include "model/sim-world.h"

SimAgents *sim_agents_new(SimWorld *world);
void sim_agents_free(SimAgents *agents);

/** sim_agents_register: all of them, at the master, in order. Once, at the start. */
void sim_agents_register(SimAgents *agents);

/** sim_agents_expect: a hint that something will be launched on @agent in a moment. */
void sim_agents_expect(const SimAgents *agents, AgentId agent);

/* Messages from the master. */
void sim_agents_launch(SimAgents *agents, AgentId agent, const TaskLaunch *launch);
void sim_agents_kill(SimAgents *agents, AgentId agent, TaskId task);
/* @label: of the launch. */
void sim_agents_acknowledge(SimAgents *agents, AgentId agent, uint64_t label, uint32_t sequence);
void sim_agents_shutdown_framework(SimAgents *agents, AgentId agent, FrameworkId framework);

/**
 * sim_agents_forget: a task of a framework that has left, whose end nobody will acknowledge.
 * @label: of the task
 */
void sim_agents_forget(SimAgents *agents, uint64_t label);
