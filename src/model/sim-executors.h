/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimExecutors: those of one framework that outlive their tasks, one on each agent where it runs any.
 *
 *                first task there                       no task for executor-idle-timeout; of spark: no task, and no
 *     (none) ----------------------> STARTING, RUNNING ------------------------------------------------------> (none)
 *                                     |    ^                                                    job is left
 *                                     '----'  tasks: each waits for what is left of the start-up
 *
 * The start-up is paid once: the draw has the key (SIM_PURPOSE_EXECUTOR_START, entity of the framework, agent), and begins
 * when the framework decides. The master books the executor with its first task (core/messages.h, ExecutorInfo) and is told
 * when it exits: what it had booked is free then.
 *
 * Without any of this (executor-reuse = no, not spark) each task has an executor to itself, and there is no SimExecutors.
 *
 * Invariants:
 *   1. an agent has at most one executor of a framework that lives;
 *   2. live = tasks that were taken under it and have not been seen to end; an entry is pending only while that is 0.
 *
 * Cost: O(1) per task and per exit; the end of the last job of spark O(executors log executors). Memory: that of executors
 * that live.
 * Source: apache/mesos src/slave/slave.cpp (custom executors); Spark's dynamic allocation (executorIdleTimeout).
 */

#include <glib.h>
#include <stdbool.h>

#include "core/messages.h"
#include "engine/engine.h"
#include "model/sim-task.h"

struct SimFramework;
typedef struct SimExecutors SimExecutors;

typedef struct {
  ExecutorInfo *info;
  AgentId agent;
  Instant ready; /* its start-up is over */
  uint32_t live;
  uint32_t place;      /* among those that live */
  bool runs;           /* a task of it has been heard to run: it is in the master's books */
  SimEventHandle idle; /* when it exits */
} SimExecutor;

/** sim_executors_new: @handler: of what is to be called when one has been idle for long enough, with @payload and the
 * agent in the low half: it calls sim_executors_idle(). */
SimExecutors *sim_executors_new(struct SimFramework *framework, SimHandlerId handler, uint64_t payload);

/** sim_executors_clear: the framework has left. What messages may name stays until sim_executors_free(). */
void sim_executors_clear(SimExecutors *executors);
void sim_executors_free(SimExecutors *executors);

/** sim_executors_find: (transfer none) (nullable): the one that lives there. */
SimExecutor *sim_executors_find(const SimExecutors *executors, AgentId agent);

/** sim_executors_count: how many there ever were; their ids are below. */
uint32_t sim_executors_count(const SimExecutors *executors);

/** sim_executors_take: @task is about to be launched under that of its agent: its start-up, and what @info says of it. */
void sim_executors_take(SimExecutors *executors, SimTask *task, TaskInfo *info);

/** sim_executors_heard: a task on @agent runs. sim_executors_ended: one has ended. */
void sim_executors_heard(SimExecutors *executors, AgentId agent);
void sim_executors_ended(SimExecutors *executors, AgentId agent);

/** sim_executors_idle: that of @agent exits. */
void sim_executors_idle(SimExecutors *executors, AgentId agent);

/** sim_executors_no_jobs: (spark) none is left: those without tasks exit, the others when their last one has ended. */
void sim_executors_no_jobs(SimExecutors *executors);
