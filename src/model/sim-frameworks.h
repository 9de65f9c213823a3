/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimFrameworks: all frameworks of a run, those to come and those that have left.
 *
 *                start (subscribes)          stop (tears down)
 *     to come  --------------------> live  ---------------------> left
 *
 * They get their FrameworkIds in the order of (start, group, member). A framework is connected from its start
 * on: subscribing takes no time, everything that it says afterwards takes what the network takes.
 *
 * Cost: a message O(1) beside what the scheduler does.
 */

#include "core/messages.h"
#include "model/sim-framework.h"

/** sim_frameworks_new: @sources: one per group of the experiment. */
SimFrameworks *sim_frameworks_new(SimWorld *world, JobSource *const *sources);
void sim_frameworks_free(SimFrameworks *frameworks);

uint32_t sim_frameworks_count(const SimFrameworks *frameworks);

/** sim_frameworks_of: the framework of a @member of a @group. */
SimFramework *sim_frameworks_of(SimFrameworks *frameworks, uint32_t group, uint32_t member);

/** sim_frameworks_at: by number: ordered by (group, member). */
SimFramework *sim_frameworks_at(SimFrameworks *frameworks, uint32_t number);

/** sim_frameworks_by_id: one that has started. */
SimFramework *sim_frameworks_by_id(SimFrameworks *frameworks, FrameworkId id);

/** sim_frameworks_role: (transfer none): the main role of one that has started. */
const char *sim_frameworks_role(const SimFrameworks *frameworks, FrameworkId id);

/** sim_frameworks_start: it subscribes; suppressed, if it may and no job is due. */
void sim_frameworks_start(SimFrameworks *frameworks, SimFramework *framework);

/** sim_frameworks_stop: it leaves with all its jobs and tasks. */
void sim_frameworks_stop(SimFrameworks *frameworks, SimFramework *framework);

/** sim_frameworks_explain: nothing runs any more: tells the observer what each unfinished job waits for. */
void sim_frameworks_explain(SimFrameworks *frameworks);

/** sim_frameworks_run_ends: tells the observer of what is still under way: jobs, tasks (job-observer.h). @end: of the run,
 * perhaps later than its last event. */
void sim_frameworks_run_ends(SimFrameworks *frameworks, Instant end);

/* Messages from the master. */
void sim_frameworks_offers(SimFrameworks *frameworks, FrameworkId framework, const OfferMessage *offers,
                           uint32_t n);
void sim_frameworks_rescind(SimFrameworks *frameworks, FrameworkId framework, OfferId offer);
void sim_frameworks_inverse_offers(SimFrameworks *frameworks, FrameworkId framework,
                                   const InverseOfferMessage *offers, uint32_t n);
/* It has done what it must not, and gives up at the end of this instant's present event. */
void sim_frameworks_error(SimFrameworks *frameworks, FrameworkId framework, const char *text);
void sim_frameworks_status(SimFrameworks *frameworks, FrameworkId framework, const TaskStatus *status);

/** sim_frameworks_task_dropped: an agent has ended @task, whose framework has left. */
void sim_frameworks_task_dropped(SimFrameworks *frameworks, SimTask *task);

/** sim_frameworks_want: something waits to run, and nothing did; or the other way round. */
void sim_frameworks_want(SimFrameworks *frameworks, SimFramework *framework, bool wants);

/** sim_frameworks_set_timer: calls the scheduler's timer once, at @at instead of what was set before; INSTANT_NEVER: not any
 * more. */
void sim_frameworks_set_timer(SimFrameworks *frameworks, SimFramework *framework, Instant at);
