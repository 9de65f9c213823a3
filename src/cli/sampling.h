/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How often time series are sampled where nobody says: a hundredth of the duration; of a run that ends with
 * its jobs, about a hundredth of how long it is going to take at least. That is known before the run from the
 * workload alone, so it is the same in each run of it.
 */

#include "base/time.h"
#include "cli/sources.h"
#include "workload/experiment.h"

/**
 * sampling_interval:
 * @experiment: with or without a sample interval
 * @sources: of it, open
 *
 * The estimate is the time of the last arrival plus the mean time of a task, or the work of all jobs over the
 * capacity of the cluster, whichever is more; the interval is 1, 2 or 5 times a power of ten.
 *
 * Returns: the interval, at least 1 ms unless the experiment says less.
 */
Duration sampling_interval(const Experiment *experiment, const Sources *sources);
