/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Hadoop: jobs of maps and reduces, whose maps run near their data.
 *
 * For each offer (several of one agent that follow each other count as one), as long as there is room:
 *
 *     for each job, in the job order (hadoop-order.h):
 *       a map is pending that does not run:
 *         the nearest such map is as near as the job's delay allows (delay-rule.h)?   it is launched
 *         else                                                                        the job is skipped
 *       else the first map that has fallen behind of those that do not run on this agent:  a second attempt is launched
 *       else, from slow-start on, a reduce, new or behind:                            it is launched
 *     nothing was launched: the rest is refused
 *
 * A job is skipped once at most per offer, and not where it has no room there. The nearest map: on this agent, else in its
 * rack, else the first one. Without replicas every map is as good as any. So the delay of nobody is naive scheduling,
 * Algorithm 1 of the paper.
 *
 * Reduces are begun when the part reduce-slow-start of the maps has finished and all are launched: maps and reduces share
 * the room here, and a reduce that waits for a map must not take its place. Where a map has to run again, the reduce of its
 * job that was launched last and still waits is killed for it, or all that wait where a reduce needs less than a map; they are
 * pending again then.
 *
 * Speculation: every three seconds, while tasks run, the stages whose tasks are all launched are looked at for stragglers
 * (hadoop-job.h): each is to be launched a second time, elsewhere. When one of the two finishes, the other is killed.
 *
 * Reads: a map not on an agent with its block takes rack-read or off-rack-read longer.
 *
 * An offer counts as usable where it got a task: one that all jobs have let go by does not.
 *
 * Cost: an offer O(jobs that are skipped + tasks launched), each in O(1) whatever the number of blocks and tasks
 * (sim-blocks.h), O(log jobs) in the orders other than fifo; and O(stragglers on its agent).
 * Source: Zaharia et al., "Delay scheduling", EuroSys 2010; Hadoop 0.20; Hindman et al., NSDI 2011, section 5.1. What is
 * said of slow-start is as in MapReduce on YARN (RMContainerAllocator), where there are no slots of their own for reduces
 * either.
 */

#include "model/sim-framework.h"

extern const SimScheduler scheduler_hadoop;
