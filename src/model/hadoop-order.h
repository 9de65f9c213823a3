/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * HadoopOrder: the order in which a framework's jobs are asked what they would start.
 *
 *     fifo   one pool; the job that was submitted first
 *     fair   one pool; the job with the fewest live tasks, then the first one
 *     hfs    the pool with the fewest live tasks, then the first one; within it the job that was submitted first. Jobs
 *            are dealt to the pools in turn, in the order of submission.
 *
 * It holds jobs that have something to start, and perhaps some that have no more: whoever meets one takes it out.
 *
 * Invariant: what a job and a pool are ordered by changes only between two calls that say so: hadoop_order_changed()
 * right after each change of SimJob.live.
 *
 * Cost: add, remove, changed O(log jobs + pools); a step forward O(1) amortised.
 * Source: Zaharia et al., "Delay scheduling", EuroSys 2010, section 2.2 (pools of the Hadoop Fair Scheduler).
 */

#include <glib.h>

#include "model/sim-job.h"
#include "workload/experiment.h"

typedef struct {
  uint32_t number;
  uint32_t position; /* in HadoopOrder.pools */
  uint64_t live;     /* tasks of its jobs */
  GSequence *jobs;   /* HadoopPlace */
} HadoopPool;

/* Of one job; it stands in the job's record. */
typedef struct {
  const SimJob *job;
  HadoopPool *pool;
  GSequenceIter *at; /* NULL: it is out */
} HadoopPlace;

typedef struct {
  bool fair;
  uint32_t n_pools;
  HadoopPool **pools; /* in their order */
  HadoopPool **by_number;
} HadoopOrder;

/** hadoop_order_init: @pools: 1 unless the order is hfs. */
void hadoop_order_init(HadoopOrder *order, JobOrder job_order, uint32_t pools);
void hadoop_order_clear(HadoopOrder *order);

/** hadoop_order_begin: @place is that of @job, and out. */
void hadoop_order_begin(HadoopOrder *order, HadoopPlace *place, const SimJob *job);

/** hadoop_order_add, remove: nothing where it is in, or out, already. */
void hadoop_order_add(HadoopOrder *order, HadoopPlace *place);
void hadoop_order_remove(HadoopPlace *place);

/** hadoop_order_changed: the job has @more live tasks than before: 1 or -1. */
void hadoop_order_changed(HadoopOrder *order, HadoopPlace *place, int more);
