/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimArrivals: who starts, who leaves and which job comes when.
 *
 *     JobSource --- next() ---> to come, by (submission, group, member) ---> submitted to its framework
 *         ^                        ^
 *         '--- next_after() -------'--- a job of a closed source has ended
 *
 * At one instant: frameworks that start subscribe, in the order of (group, member); then the jobs of the
 * instant are submitted in the order of (group, member, source), and get their ids, which are dense; then
 * each framework that has got one speaks to the master. Those that stop at this instant have left before.
 *
 * From an open source one job more than what has been submitted is held, so a trace of any length takes
 * bounded memory. A job that can never run (sim-fit.h) is submitted and reported JOB_UNSCHEDULABLE at once.
 * In a closed source a job that has ended in any way is followed by the next; but a member whose
 * unschedulable job would be followed by another at the same instant has said its last word.
 *
 * Jobs of frameworks that have left are not submitted.
 *
 * Cost: one event per instant at which something comes; a job O(log(jobs to come) + stages x classes).
 */

#include "model/sim-framework.h"

/** sim_arrivals_new: pulls the first jobs. NULL and @error where a source fails. Sources outlive it. */
SimArrivals *sim_arrivals_new(SimWorld *world, JobSource *const *sources, GError **error);
void sim_arrivals_free(SimArrivals *arrivals);

/** sim_arrivals_begin: posts the first event. Once the master is there. */
void sim_arrivals_begin(SimArrivals *arrivals);

/** sim_arrivals_leave: @framework leaves before its time, at this instant, but when the present handler has returned;
 * where it has not come yet it never does. */
void sim_arrivals_leave(SimArrivals *arrivals, SimFramework *framework);

/** sim_arrivals_job_ended: @job of @framework has reached its last state. */
void sim_arrivals_job_ended(SimArrivals *arrivals, SimFramework *framework, const SimJob *job);

/** sim_arrivals_are_over: whether no job is to come any more, as long as no job ends. */
bool sim_arrivals_are_over(const SimArrivals *arrivals);
