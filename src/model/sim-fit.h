/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Whether a job can ever run on the empty cluster.
 */

#include "model/sim-job.h"
#include "workload/experiment.h"

/**
 * sim_misfit:
 * @spec: the group of the job's framework: a rigid one needs all tasks of a stage at once
 *
 * Cost: O(stages x agent classes).
 * Returns: (transfer full) (nullable): why it can never run; NULL where it can.
 */
char *sim_misfit(const Experiment *experiment, const FrameworkSpec *spec, const SimJob *job);
