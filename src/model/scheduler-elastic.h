/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Elastic: starts a task on whatever it gets.
 *
 * Each offer (several of one agent that follow each other count as one) is filled with pending tasks in the
 * order of the queue, where a later task may pass one that does not fit, up to tasks-per-offer. What has got
 * a task is accepted, and its rest refused for refuse-unused; what has not is declined and refused for
 * refuse. Answers go out in the order of the offers. Of what is reserved, revocable or a range: sim-room.h.
 *
 * Cost: O(tasks launched + offers x shapes that are small enough, see sim-queue.h).
 * Source: Hindman et al., NSDI 2011, section 4.1.
 */

#include "model/sim-framework.h"

extern const SimScheduler scheduler_elastic;

/** scheduler_reason: why @job waits, for frameworks that take whatever fits. Valid until the next call. */
const char *scheduler_reason(SimFramework *framework, SimJob *job);

/* How such frameworks answer the offers @first ..., @n of one agent and role, and what is counted of it (OfferSummary).
 * scheduler_decline: nothing is started there; @room: for one task. scheduler_accept: @tasks are. */
void scheduler_decline(SimFramework *framework, const OfferMessage *first, uint32_t n,
                       const Quantities *room);
void scheduler_accept(SimFramework *framework, const OfferMessage *first, uint32_t n, const TaskInfo *tasks,
                      uint32_t n_tasks);
