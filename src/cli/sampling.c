/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sampling.h"

#include <math.h>

#include "engine/distribution.h"

#define SAMPLES      100
#define INTERVAL_MIN 0.001 /* seconds */
#define INTERVAL_MAX 86400.0
#define UNITS(q)     ((double)(q) / (double)QUANTITY_UNIT)

/* What is known beforehand of the jobs of all groups. */
typedef struct {
  double last;                     /* arrival, seconds */
  double task;                     /* longest mean time of a task, seconds */
  double work[RESOURCE_KINDS_MAX]; /* unit-seconds */
} Outlook;

static double mean_of(const SimDistribution *distribution)
{
  return distribution == NULL ? 0 : sim_distribution_mean(distribution);
}

static double last_arrival(const FrameworkSpec *framework)
{
  double jobs = (double)framework->jobs;
  double start = duration_seconds((Duration){framework->start.ns});
  switch (framework->arrival.kind) {
  case ARRIVAL_ONCE:
    return start;
  case ARRIVAL_AT:
    return start + (framework->arrival.n_at == 0
                        ? 0
                        : duration_seconds(framework->arrival.at[framework->arrival.n_at - 1]));
  case ARRIVAL_EVERY:
  case ARRIVAL_POISSON:
    return start + jobs * mean_of(framework->arrival.gap);
  case ARRIVAL_CLOSED:
  default:
    break;
  }
  double busy = 0; /* a job takes at least as long as its longest stage */
  for (uint32_t i = 0; i < framework->n_stages; i++)
    busy = fmax(busy, mean_of(framework->stages[i].task_duration));
  return start + jobs * (mean_of(framework->arrival.gap) + busy);
}

static void look_at_synthetic(const FrameworkSpec *framework, Outlook *outlook)
{
  double jobs = (double)framework->jobs * framework->count;
  outlook->last = fmax(outlook->last, last_arrival(framework));
  for (uint32_t i = 0; i < framework->n_stages; i++) {
    const StageSpec *stage = &framework->stages[i];
    double seconds = mean_of(stage->task_duration);
    outlook->task = fmax(outlook->task, seconds);
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      outlook->work[kind] +=
          jobs * mean_of(stage->tasks) * seconds * UNITS(stage->task_resources.amount[kind]);
  }
}

static void look_at_trace(const TraceSummary *trace, Outlook *outlook)
{
  outlook->last = fmax(outlook->last, duration_seconds((Duration){trace->last_submit.ns}));
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    outlook->work[kind] += trace->work[kind];
}

/* Seconds that the cluster needs for all the work, if it could be cut at will. */
static double time_of_work(const Cluster *cluster, const Outlook *outlook)
{
  double capacity[RESOURCE_KINDS_MAX] = {0};
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    Quantities total = resources_total(&cluster->classes[i].resources);
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      capacity[kind] += UNITS(total.amount[kind]) * cluster->classes[i].count;
  }
  double seconds = 0;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (capacity[kind] > 0)
      seconds = fmax(seconds, outlook->work[kind] / capacity[kind]);
  return seconds;
}

/* The least of 1, 2, 5, 10, 20, ... that is not below @number. */
static double round_number(double number)
{
  double power = pow(10, floor(log10(number)));
  static const double steps[] = {1, 2, 5};
  for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
    if (number <= steps[i] * power * (1 + 1e-9))
      return steps[i] * power;
  return 10 * power;
}

Duration sampling_interval(const Experiment *experiment, const Sources *sources)
{
  if (experiment->sample_interval.ns > 0)
    return experiment->sample_interval;
  if (experiment->duration_given)
    return (Duration){MAX(experiment->duration.ns / SAMPLES, 1)};
  Outlook outlook = {0};
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    if (experiment->frameworks[i].trace != NULL)
      look_at_trace(&sources->traces[i], &outlook);
    else
      look_at_synthetic(&experiment->frameworks[i], &outlook);
  }
  double seconds = fmax(outlook.last + outlook.task, time_of_work(&experiment->cluster, &outlook)) / SAMPLES;
  Duration interval = {NS_PER_S};
  duration_from_seconds(fmin(round_number(fmax(seconds, INTERVAL_MIN)), INTERVAL_MAX), &interval);
  return interval;
}
