/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimAgents: the modelled machines with their executors.
 *
 *     launch --> executor starts (start-up time) --> TASK_RUNNING --> runs (length / pace) ---> TASK_FINISHED
 *                        |                                |
 *                        '------ kill: TASK_KILLED -------'      shutdown of the framework, or of the machine: no
 *                                                                word, all gone
 *
 * A kill with a grace period lets the task go on until it is over, or has come to its own end; frameworks that know
 * the state hear TASK_KILLING meanwhile.
 *
 * A task that has something of what is reserved to a role with a maximum task duration is killed after that: TASK_FAILED,
 * REASON_MAX_COMPLETION_TIME_REACHED (room for short tasks: NSDI 2011, section 4.5).
 *
 * Updates of one task are numbered from 1 and sent one at a time: the next one waits for the acknowledgement
 * of the last; of what has changed meanwhile only the last is sent. One that is not acknowledged is sent again after
 * 10 s, 20 s, ... up to 10 min; where nothing can be that late (no latency that is drawn, no limits at the master, and
 * constant latencies well below) no time is kept for it. A task of length 0 starts and ends, its end is an event of its
 * own at the same instant.
 *
 * Machines are named agent-00001, agent-00002, ... over all classes, in the order of Experiment.cluster; their
 * attributes are `host`, `class`, `rack` (with agents-per-rack: rack-00001 holds the first of them, ...) and those of
 * their class. A machine that was down for maintenance registers anew: it is another agent then.
 *
 * Invariants:
 *   1. a task is in the list of its agent from the launch until its end is acknowledged (or shut down);
 *   2. a task that has not ended has an entry pending, unless it never ends.
 *
 * Cost: a launch, an end O(tasks on that agent); 28 bytes per agent.
 *
 * Source: apache/mesos src/slave/slave.cpp, status_update_manager (retries).
 * Not here: what a task costs the machine (the master's books), failures; how fast it runs where that is not the speed
 * of its agent (sim-pace.h).
 */

#include <glib.h>

#include "core/messages.h"
#include "model/sim-world.h"

SimAgents *sim_agents_new(SimWorld *world);
void sim_agents_free(SimAgents *agents);

/** sim_agents_register: all of them, at the master, in order. Once, at the start. */
void sim_agents_register(SimAgents *agents);

/** sim_agents_current: the agent that a machine (a number below Cluster.agents) is, or was last. */
AgentId sim_agents_current(const SimAgents *agents, uint32_t machine);

/** sim_agents_machine: the machine that an agent is; INDEX_NONE: it is down. */
uint32_t sim_agents_machine(const SimAgents *agents, AgentId agent);

/** sim_agents_return: a machine that is down is there again, and registers. */
void sim_agents_return(SimAgents *agents, uint32_t machine);

/** sim_agents_speed: what durations of tasks there are divided by. */
double sim_agents_speed(const SimAgents *agents, AgentId agent);

/** sim_agents_cpus_used: what tasks there have that have not ended, in thousandths. Cost: O(tasks there). */
int64_t sim_agents_cpus_used(const SimAgents *agents, AgentId agent);

/** sim_agents_list: (transfer full): labels (uint64_t) of the tasks there, in the order of their records. Cost: O(tasks there
 * log tasks there). */
GArray *sim_agents_list(const SimAgents *agents, AgentId agent);

/** sim_agents_expect: a hint that something will be launched on @agent in a moment. */
void sim_agents_expect(const SimAgents *agents, AgentId agent);

/*
 * What the executors of a framework and its scheduler tell each other, past the master: at once, and no event.
 */

/** sim_agents_age: for how long the task has run; zero where it does not run yet, or any more. @label: of a task.
 * sim_agents_ran: likewise, as long as it would have taken at speed 1. */
Duration sim_agents_age(const SimAgents *agents, uint64_t label);
Duration sim_agents_ran(const SimAgents *agents, uint64_t label);

/** sim_agents_set_left: the task of @label, which was launched with the length DURATION_MAX, has @left to run from now on
 * (from its start on where it does not run yet) at speed 1. */
void sim_agents_set_left(SimAgents *agents, uint64_t label, Duration left);

/* Messages from the master. */
void sim_agents_launch(SimAgents *agents, AgentId agent, const TaskLaunch *launch);
void sim_agents_kill(SimAgents *agents, AgentId agent, TaskId task, Duration grace, TaskReason reason);
/* The machine goes down with all that it runs. */
void sim_agents_shutdown(SimAgents *agents, AgentId agent);
/* @label: of the launch. */
void sim_agents_acknowledge(SimAgents *agents, AgentId agent, uint64_t label, uint32_t sequence);
void sim_agents_shutdown_framework(SimAgents *agents, AgentId agent, FrameworkId framework);

/**
 * sim_agents_forget: a task of a framework that has left, whose end nobody will acknowledge.
 * @label: of the task
 */
void sim_agents_forget(SimAgents *agents, uint64_t label);
