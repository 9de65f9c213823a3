/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/metric-list.h"

#include <stddef.h>
#include <string.h>

#define LESS    METRIC_LESS_IS_BETTER
#define MORE    METRIC_MORE_IS_BETTER
#define NEITHER METRIC_DESCRIBES

static const Metric metrics[] = {
    {"fairness/jain", "1/n to 1", MORE, "Jain index over the ratios of view fairness"},
    {"fairness/largest_gap", "0 to 1", LESS,
     "largest of fair share less dominant share over samples and frameworks with unmet demand"},
    {"fairness/deficit", "share-seconds", LESS, "sum over frameworks of their deficits, see table framework"},
    {"fairness/sharing_incentive", "0 to 1", MORE, "least of any framework, see table framework"},
    {"fairness/envy", "0 to 1", LESS, "largest of any framework, see table framework"},
    {"fairness/finish_time", "ratio", LESS,
     "1: as alone; of runs with --isolated: completion times over those of the same jobs with the group "
     "alone on its part "
     "(1/n by weight) "
     "of each class of agents; only jobs that finish alone, unfinished ones with their age; run: largest of "
     "any group"},
    {"decomposition/used", "0 to 1", NEITHER,
     "of all resource-seconds: used by tasks and executors; see table decomposition_sample"},
    {"decomposition/offered", "0 to 1", LESS, "likewise: on offer"},
    {"decomposition/filtered", "0 to 1", NEITHER,
     "free, and room for waiting tasks of frameworks that have refused it"},
    {"decomposition/held_back", "0 to 1", NEITHER,
     "free, and room for waiting tasks, but kept from them by a quota, a reservation or an operator"},
    {"decomposition/usable", "0 to 1", LESS, "free, and room for waiting tasks that may have it"},
    {"decomposition/too_small", "0 to 1", LESS, "free, and too small for every task that waits"},
    {"decomposition/unwanted", "0 to 1", NEITHER, "free, and no task waits for it"},
    {"starvation/longest", "s", LESS, "longest starvation of any framework, see table framework"},
    {"starvation/open", "frameworks", LESS,
     "frameworks whose longest starvation lasted to the end of the run"},
    {"work/rate", "tasks", MORE,
     "useful work: task-seconds per second, while it demanded something (the longest time of any framework)"},
    {"utilization", "0 to 1", MORE,
     "time mean of allocated / total, from warm-up to end; see view utilization"},
    {"utilization/offered", "0 to 1", NEITHER, "likewise, of what was on offer"},
    {"jobs/submitted", "jobs", NEITHER, "jobs of the group"},
    {"tasks/launched", "tasks", NEITHER, "tasks of the group that the master accepted"},
    {"completion_time/count", "jobs", MORE,
     "finished jobs of the group; of a steady run those submitted after the warm-up"},
    {"completion_time/mean", "s", LESS, "mean of their completion times"},
    {"completion_time/median", "s", LESS, "median; between two order statistics by linear interpolation"},
    {"completion_time/p95", "s", LESS, "95th percentile, likewise"},
    {"completion_time/p99", "s", LESS, "99th percentile, likewise"},
    {"ramp_up/count", "frameworks", MORE, "frameworks of the group that reached their target"},
    {"ramp_up/mean", "s", LESS, "mean of their ramp-ups"},
    {"ramp_up/median", "s", LESS, "median, as of completion times"},
    {"ramp_up/p95", "s", LESS, "95th percentile, likewise"},
    {"ramp_up/p99", "s", LESS, "99th percentile, likewise"},
    {"offers/unusable", "0 to 1", LESS,
     "of the group's offers looked at while tasks waited: without room for any"},
    {"offer_wait/served", "frameworks", MORE, "frameworks of the group that got a usable offer"},
    {"offer_wait/first_mean", "s", LESS, "mean of their times to the first usable offer"},
    {"offer_wait/longest", "s", LESS,
     "longest time of any of the group without a usable offer while tasks waited"},
    {"decisions/busyness", "0 to 1", LESS,
     "of frameworks with decision times: the part of their time in which they decide"},
    {"locality/node", "0 to 1", MORE, "of the launched tasks whose data lies somewhere: on an agent with it"},
    {"locality/rack", "0 to 1", MORE, "likewise: on an agent with it, or in a rack with it"},
    {"mean_share", "0 to 1", NEITHER, "mean over the frameworks of the group of mean_dominant_share"},
    {"allocator/mesos/allocation_runs", "runs", NEITHER, "runs of the allocator"},
    {"allocator/allocation_ticks", "runs", NEITHER, "of them periodic ones"},
    {"master/slave_registrations", "agents", NEITHER, "agents that registered"},
    {"master/slave_removals", "agents", NEITHER, "agents that were removed"},
    {"master/slaves_active", "agents", NEITHER, "agents at the end"},
    {"master/frameworks_active", "frameworks", NEITHER, "frameworks at the end"},
    {"master/outstanding_offers", "offers", NEITHER, "offers at the end"},
    {"master/tasks_staging", "tasks", NEITHER, "tasks in TASK_STAGING at the end"},
    {"master/tasks_starting", "tasks", NEITHER, "tasks in TASK_STARTING at the end"},
    {"master/tasks_running", "tasks", NEITHER, "tasks in TASK_RUNNING at the end"},
    {"master/tasks_killing", "tasks", NEITHER, "tasks in TASK_KILLING at the end"},
    {"master/tasks_unreachable", "tasks", NEITHER, "tasks in TASK_UNREACHABLE at the end"},
    {"master/tasks_finished", "tasks", MORE, "tasks that ended in TASK_FINISHED"},
    {"master/tasks_failed", "tasks", NEITHER, "tasks that ended in TASK_FAILED"},
    {"master/tasks_killed", "tasks", NEITHER, "tasks that ended in TASK_KILLED"},
    {"master/tasks_error", "tasks", NEITHER, "tasks that ended in TASK_ERROR"},
    {"master/tasks_lost", "tasks", NEITHER, "tasks that ended in TASK_LOST"},
    {"master/tasks_dropped", "tasks", NEITHER, "tasks that ended in TASK_DROPPED"},
    {"master/tasks_gone", "tasks", NEITHER, "tasks that ended in TASK_GONE"},
    {"master/tasks_gone_by_operator", "tasks", NEITHER, "tasks that ended in TASK_GONE_BY_OPERATOR"},
    {"master/load", "1: all of the time", NEITHER,
     "where service-time or costs are given: work that the master was given, over the length of the run; "
     "above 1 it falls "
     "behind"},
    {"offers/sent", "offers", NEITHER, "offers made"},
    {"offers/accepted", "offers", NEITHER, "used, at least in part"},
    {"offers/declined", "offers", NEITHER, "declined, or accepted without a launch"},
    {"offers/rescinded", "offers", NEITHER, "taken back by the master"},
    {"offers/discarded", "offers", NEITHER, "gone with an invalid accept or with their framework"},
    {NULL, NULL, NEITHER, NULL},
};

const Metric *metric_list(void)
{
  return metrics;
}

const Metric *metric_find(const char *name)
{
  for (const Metric *metric = metrics; metric->name != NULL; metric++)
    if (strcmp(metric->name, name) == 0)
      return metric;
  return NULL;
}

const char *metric_better(const Metric *metric)
{
  static const char *const names[] = {[NEITHER] = "", [LESS] = "less", [MORE] = "more"};
  return names[metric->direction];
}
