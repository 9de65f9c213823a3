/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Isolation: each framework group of a workload alone on its part of the cluster, as finish-time fairness compares it.
 *
 * The part of a group is the sum of its frameworks' weights down the tree of roles, among all frameworks of the workload:
 * 1/n where n are alike. Alone it has that part of each class of agents, rounded to whole agents, at least one, and all of
 * its own jobs with their arrivals and durations.
 *
 * Source: finish-time fairness: Mahajan et al., Themis, NSDI 2020: the time to finish when sharing over the time alone on 1/n.
 */

#include <glib.h>

#include "cli/sources.h"
#include "workload/experiment.h"

/** isolation_parts: (transfer full): the part of each framework group of @experiment. */
double *isolation_parts(const Experiment *experiment, const Sources *sources);

/** isolation_overrides: (transfer full): what makes of a workload the one in which the group @index is alone on @part.
 * @point: results_point() of that workload */
char **isolation_overrides(const Experiment *experiment, const char *point, uint32_t index, double part);
