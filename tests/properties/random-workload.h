/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Random experiments, as the text of a workload file: a function of the seed alone.
 *
 * Small on purpose, 1 to 12 agents and 1 to 12 frameworks, so that offers, filters and gangs get into each
 * other's way; every key of a synthetic workload that changes what happens is used by some of them: classes
 * of agents and their speeds, roles in a tree with weights and priorities, elastic and rigid frameworks,
 * stages, all kinds of arrival, offer and hold time-outs, refusals, latencies, the master's service time,
 * decision and start-up times, frameworks that start late and leave early.
 *
 * Half of them are rich: they also have reserved, revocable and ranged resources, quotas, capabilities, constraints,
 * minima, several roles, rate limits, decliners, holders, habits, regions and operator calls.
 */

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  char *text;
  bool same_speed;    /* all agents have speed 1: a task takes as long wherever it runs */
  bool open_arrivals; /* no submission waits for a completion */
} RandomWorkload;

/** random_workload: Returns: (transfer full): its text is to be freed with g_free(). */
RandomWorkload random_workload(uint64_t seed);
