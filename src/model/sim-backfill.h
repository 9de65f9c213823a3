/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which job of a Torque framework comes next: a queue of gangs that share the framework's pool of nodes.
 *
 * The pool is what the role is guaranteed, as the workload says it: together gangs that have started and the one that is
 * gathered for never take more, of the kinds that the guarantee names. It is taken as jobs need it and given back as they
 * end; the quota keeps it for them meanwhile.
 *
 *   none    the first job of the queue, once it fits in what is left of the pool
 *   easy    where it does not: by the estimates of those that run it fits from some instant on (the shadow time), with
 *           something left over then (the extra). The first later job goes ahead that fits now, and is over by the shadow
 *           time or fits in the extra.
 *
 * The estimate of a job is its length (of the gang that waits; at speed 1) times estimate-factor; one that runs longer
 * than that is taken to end now. A gang that is gathered for stays the one until it has started, so that the time it takes to
 * gather may delay the first job; under a quota that is about an allocation interval.
 *
 * While nothing may start, offers are declined; when a gang comes, has been lost or is done, offers are asked for again,
 * whatever was refused.
 *
 * Cost: a choice O(unfinished jobs of the framework); once it has been that nothing may start, O(1) until that.
 * Source: Lifka 1995 (EASY); Mu'alem and Feitelson 2001; Hindman et al., NSDI 2011, section 6 (Torque).
 */

#include "model/sim-framework.h"

/** sim_backfill_next: (nullable): the gang to gather for; NULL: none may start now. */
SimStage *sim_backfill_next(SimFramework *framework);

/** sim_backfill_changed: a gang waits from now on, or again, or is done or dropped. */
void sim_backfill_changed(SimFramework *framework);

/** sim_backfill_pool: what @role is guaranteed; of kinds that its guarantee does not name, all there is. */
Quantities sim_backfill_pool(const Experiment *experiment, const char *role);

/** sim_backfill_gang: what @tasks tasks of @need take together; of what cannot be counted, as much as can. */
Quantities sim_backfill_gang(const Quantities *need, uint32_t tasks);
