/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * tetris: packing of several resources, with a knob for fairness.
 *
 * Policy: for the agent that is visited the client comes first whose task is best aligned with what is free there: the dot
 * product of task and free, each divided by what the agent has, is largest; in the mean over the resources it is from 0 to
 * 1. The knob weighs that against fairness: the order is that of fairness * (dominant share per weight) - (1 - fairness) *
 * alignment, so 0 only packs and 1 only shares. Clients whose task does not fit come last.
 *
 * Tetris turns its knob in another way (it packs among the part 1 - fairness of the clients that is furthest below its
 * share) and adds the work that a job has left, which an allocator does not know.
 *
 * Demand: the size of a task is what the scheduler declares, else the mean of the tasks that it has begun; a client of
 * which none is known counts as perfectly aligned.
 * Options: fairness = 0.25: from 0 to 1.
 * Source: Grandl, Ananthanarayanan, Kandula, Rao and Akella, SIGCOMM 2014.
 */

#include "allocators/policy.h"

extern const PolicyInterface tetris_policy;
extern const AllocatorInterface tetris_allocator;
