/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Rigid, MPI and Torque: start the tasks of a stage only all at once (a gang). They answer offers alike; what else MPI is, a stage
 * that is one whole, is in sim-framework.h; which gangs Torque gathers for, in sim-backfill.h.
 *
 *              an offer has room for          what it holds fits
 *              a task of the gang             all tasks of the gang
 *     IDLE ----------------------> HOLDING ------------------------> IDLE
 *      ^                           |  |  ^                            the gang starts, one accept per agent;
 *      |   hold-timeout, or the    |  '--' rescinded offers           what is left over goes back with
 *      '--- gang has gone ---------'       are forgotten              refuse-unused
 *
 * Held offers are not answered: they count as offered. One gang is gathered for at a time, the first in the
 * order of the queue when the last one started; the next one takes what is offered from then on. An offer
 * without room for a task of it is declined with refuse. The hold time-out runs from the first offer held for
 * a gang; then everything goes back with refuse.
 *
 * A gang is what is pending in its stage: where a task of a rigid framework has to run again it is a gang of one. Several offers
 * of one agent and role count together; tasks-per-offer is the most that one agent takes of a gang (in one role). Of what
 * is not plain a gang takes what is reserved, and ranges, as sim-room.h says, but nothing revocable.
 *
 * Moldable: what lies between rigid and elastic, an elastic or rigid framework with a minimum allocation, or without
 * scale-up. A stage of which nothing runs starts with the minimum at least, and with as many more as what is held holds; one
 * that runs starts whatever fits on what it is offered, without scale-up only up to the number that it has started with.
 * One that has lost or finished all that ran starts anew. A choice without scale-up costs O(unfinished jobs).
 *
 * The tasks of an mpi or torque gang run in step: they begin when the slowest of their executors is up, run all at the pace of
 * the slowest (sim-pace.h), and end together, but for what the messages to their agents take.
 *
 * Cost: an offer O(1); a start O(offers held + tasks); a rescind amortised O(1).
 * Source: Hindman et al., NSDI 2011, section 4.1.
 */

#include "model/sim-framework.h"

extern const SimScheduler scheduler_rigid;
extern const SimScheduler scheduler_moldable;
extern const SimScheduler scheduler_mpi;
extern const SimScheduler scheduler_torque;
