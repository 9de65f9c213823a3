/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SyntheticSource: the jobs of a [framework NAME] group without a trace, as a JobSource.
 *
 *     once      jobs 1 ... n of a member at its start
 *     at        the n-th at start + at[n]
 *     every     the first at start, each further one a gap later
 *     poisson   likewise with exponential gaps, the first a gap after start
 *     closed    the first at start, each further one a think time after the completion of the one before
 *
 * Jobs of all members come merged by (submit, member). A job that would be submitted at or after its member's
 * stop does not exist, nor do those behind it.
 *
 * Draws: gaps (SIM_PURPOSE_ARRIVAL) and think times (SIM_PURPOSE_THINK_TIME) have the entity (group's name,
 * member), numbers of tasks (SIM_PURPOSE_JOB_SHAPE) also the stage; the index is the job's number within the
 * member. So neither the number of members nor the other keys change them.
 *
 * Job.key is (member << 40) + number, Job.name "job-1", "job-2", ... within the member.
 *
 * Cost: O(log members) per job; memory O(members).
 */

#include <glib.h>
#include <stdint.h>

#include "workload/experiment.h"
#include "workload/job-source.h"

/**
 * synthetic_source_new:
 * @framework: without a trace; must outlive the source
 * @group_index: its place in Experiment.frameworks; draws do not depend on it
 * @seed: of the run
 * @error: (nullable): not set at present: every input error is found when the workload is loaded
 *
 * Returns: (transfer full): the source, before its first job.
 */
JobSource *synthetic_source_new(const FrameworkSpec *framework, uint32_t group_index, uint64_t seed,
                                GError **error);
