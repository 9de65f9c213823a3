/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Spark: executors that live on, and hold what they have read, so that later iterations are fast.
 *
 *     first launch on an agent           no job of the framework is left, or executor-idle-timeout
 *     ---------------------> EXECUTOR ------------------------------------> gone: what it held is lost, its resources free
 *        start-up, once          |  ^
 *                             tasks, one after the other, with executor-resources held between them
 *
 * A job runs its stages `iterations` times. The tasks of a stage are parts of its data. An executor that has finished a
 * part holds it from then on: a task of the next iteration of the same stage takes cached-task-duration there,
 * task-duration elsewhere, from where on it is held there instead.
 *
 * A stage of a later iteration launches parts on the agents that hold them. Elsewhere only when locality-wait has gone by
 * since it became runnable or last launched one that was; or, at once, while no living executor holds any of the parts that
 * wait. Offers that are of no use meanwhile are declined with refuse.
 *
 * Where a stage has no cached-task-duration, or in the first iteration, parts go anywhere. Jobs are served in job-order, the
 * stages of one in their order. Lost parts run again, also where they were held.
 *
 * Resources of an executor are those of the offer in which its first task is launched; while that has not been heard to
 * run, further launches there need room for it, too. Of offers that are not plain, only what is plain is used.
 *
 * Invariants:
 *   1. a part is pending in its stage's SimBlocks, or lives, or is finished;
 *   2. a part is held by the executor that finished it last, while that lives (sim-executors.h).
 *
 * Cost: an offer O(unfinished jobs x stages) for each launch, and once more; an iteration O(parts).
 * Not here: memory that is too small for what is cached; data that is written to disk.
 * Source: Zaharia et al., "Spark: cluster computing with working sets", HotCloud 2010; Hindman et al., NSDI 2011, 6.4;
 * Spark's configuration (spark.locality.wait).
 */

#include "model/sim-framework.h"

extern const SimScheduler scheduler_spark;
