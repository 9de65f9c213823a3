/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "metrics/recorder-private.h"

/* Fair shares, default targets, samples, and what is asked for at the end. */

static bool demands(const RecordedFramework *framework)
{
  return framework->started && !framework->stopped &&
         (framework->unlimited > 0 || framework->demand_tasks > 0 || framework->executors > 0);
}

static int compare_indices(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

/* Drops those that demand nothing any more. In the order of indices sums of doubles come out the same however the
 * others came to be listed. */
static void tidy_demanding(Recorder *recorder)
{
  uint32_t *list = recorder->demanding;
  uint32_t n = 0;
  bool ascending = true;
  for (uint32_t i = 0; i < recorder->n_demanding; i++) {
    RecordedFramework *framework = &recorder->frameworks[list[i]];
    framework->listed = demands(framework);
    if (!framework->listed)
      continue;
    ascending = ascending && (n == 0 || list[n - 1] < list[i]);
    list[n++] = list[i];
  }
  recorder->n_demanding = n;
  if (!ascending)
    qsort(list, n, sizeof *list, compare_indices);
}

/* Of tasks and executors. A demand beyond what amounts hold is beyond any cluster, and stays so, and as wide for its length, if halved. */
static Quantities finite_demand(const RecordedFramework *framework)
{
  Quantities demand;
  WideInteger all[RESOURCE_KINDS_MAX], divisor = 1;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    for (all[kind] = framework->demand[kind] + framework->held_by_executors.amount[kind];
         all[kind] / divisor > INT64_MAX;)
      divisor *= 2;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    demand.amount[kind] = (int64_t)(all[kind] / divisor);
  return demand;
}

void recorder_fair_shares(Recorder *recorder)
{
  Quantities capacity;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    capacity.amount[kind] = recorder->cluster.total[kind].level;
  tidy_demanding(recorder);
  for (uint32_t i = 0; i < recorder->n_demanding; i++) {
    const RecordedFramework *framework = &recorder->frameworks[recorder->demanding[i]];
    FairShareClient *client = &recorder->clients[i];
    client->node = framework->role_index == INDEX_NONE ? INDEX_NONE : 2 * framework->role_index + 1;
    client->weight = 1;
    client->unlimited = framework->unlimited > 0;
    client->demand = client->unlimited ? framework->unlimited_task : finite_demand(framework);
  }
  if (recorder->bounded)
    fair_share_compute_bounded(recorder->fair, &capacity, recorder->nodes, recorder->bounds,
                               2 * recorder->n_roles, recorder->clients, recorder->n_demanding,
                               recorder->shares);
  else
    fair_share_compute(recorder->fair, &capacity, recorder->nodes, 2 * recorder->n_roles, recorder->clients,
                       recorder->n_demanding, recorder->shares);
}

/* Whole tasks of the fair share of the client at @place; the share never exceeds the demand. */
static int64_t default_target(const Recorder *recorder, uint32_t place)
{
  const RecordedFramework *framework = &recorder->frameworks[recorder->demanding[place]];
  const FairShareClient *client = &recorder->clients[place];
  double dominant = 0;
  for (uint32_t kind = 0; kind < recorder->kinds_end; kind++) {
    double amount = client->unlimited
                        ? (double)client->demand.amount[kind]
                        : (double)(framework->demand[kind] + framework->held_by_executors.amount[kind]);
    dominant = fmax(dominant, amount / recorder->totals[kind]);
  }
  double of_demand = recorder->shares[place] / dominant;
  double tasks = client->unlimited ? of_demand : of_demand * (double)framework->demand_tasks;
  if (!(tasks >= 1))
    return 1;
  /* 250 tasks may come out as 249.9999999999. */
  return (int64_t)fmin(floor(tasks * (1 + 1e-9)), 1e15);
}

void recorder_set_targets(Recorder *recorder)
{
  recorder_fair_shares(recorder);
  for (uint32_t i = 0; i < recorder->n_demanding; i++) {
    RecordedFramework *framework = &recorder->frameworks[recorder->demanding[i]];
    if (framework->ramp_up_wait != RAMP_UP_OPEN)
      continue;
    framework->ramp_up_target = default_target(recorder, i);
    framework->ramp_up_wait = framework->ramp_up_target;
    if (framework->ramp_up_peak >= framework->ramp_up_target) {
      framework->ramp_up_at = framework->start;
      framework->ramp_up_wait = RAMP_UP_OVER;
    }
  }
  /* What demands nothing has no target. */
  for (uint32_t i = 0; i < recorder->n_open; i++) {
    RecordedFramework *framework = &recorder->frameworks[recorder->open[i]];
    if (framework->ramp_up_wait == RAMP_UP_OPEN)
      framework->ramp_up_wait = RAMP_UP_OVER;
  }
  recorder->n_open = 0;
}

double recorder_share_of_task(const Recorder *recorder, const RecordedFramework *framework)
{
  double tasks = framework->unlimited > 0 ? 1 : (double)MAX(framework->demand_tasks, 1);
  double share = 0;
  for (uint32_t kind = 0; kind < recorder->kinds_end; kind++) {
    double demand = framework->unlimited > 0 ? (double)framework->unlimited_task.amount[kind]
                                             : (double)framework->demand[kind];
    share = fmax(share, demand / tasks / recorder->totals[kind]);
  }
  return share;
}

static void sample_shortfall(const Recorder *recorder, RecordedFramework *framework, Instant now,
                             double share)
{
  int64_t since = MAX(recorder->sampled.ns, MAX(recorder->warm_up.ns, framework->start.ns));
  if (framework->stopped || now.ns <= since)
    return;
  bool waits = framework->unlimited > 0 || framework->demand_tasks > 0; /* else: executors that are idle */
  const ShortfallSample sample = {
      .now = now,
      .length = {now.ns - since},
      .ideal = waits ? framework->fair_share : 0,
      .share = share,
      .task = framework->listed ? recorder_share_of_task(recorder, framework) : 0,
      .running = (double)framework->running,
      .use = framework->used,
  };
  shortfall_sample(&framework->shortfall, &sample);
}

/* The means since @since, which is before @now. What the run adds up stays as it is: sums of doubles would come out
 * otherwise if samples cut them in pieces. */
static void sample_means(Recorder *recorder, Instant now, Instant since)
{
  RecordedCluster *cluster = &recorder->cluster;
  WideInteger sums[RESOURCE_KINDS_MAX] = {0};
  double length = (double)(now.ns - since.ns);
  for (uint32_t i = 0; i < recorder->n_frameworks; i++) {
    RecordedFramework *framework = &recorder->frameworks[i];
    for (uint32_t kind = 0; kind < recorder->kinds_end; kind++)
      sums[kind] += integral_until(&framework->allocated[kind], now);
    if (!framework->started || framework->stopped)
      continue;
    double time = framework->share_time +
                  dominant_share(recorder, framework) * (double)(now.ns - framework->share_since.ns);
    double own = fmin(length, (double)(now.ns - framework->start.ns));
    framework->since_share = own > 0 ? (time - framework->since_share_time) / own : 0;
    framework->since_share_time = time;
  }
  for (uint32_t kind = 0; kind < recorder->kinds_end; kind++) {
    cluster->since_allocated[kind] = (double)(sums[kind] - cluster->since_integral[kind]) / length;
    cluster->since_integral[kind] = sums[kind];
  }
}

void recorder_sample(Recorder *recorder, Instant now)
{
  RecordedCluster *cluster = &recorder->cluster;
  recorder_advance(recorder, now);
  recorder_fair_shares(recorder);
  bool counts = now.ns >= recorder->warm_up.ns;
  cluster->samples += counts;
  uint32_t place = 0;
  for (uint32_t i = 0; i < recorder->n_frameworks; i++) {
    RecordedFramework *framework = &recorder->frameworks[i];
    framework->fair_share = framework->listed ? recorder->shares[place++] : 0;
    if (!counts || !framework->started)
      continue;
    double share = dominant_share(recorder, framework);
    framework->sampled_share += share;
    framework->sampled_fair_share += framework->fair_share;
    cluster->largest_gap = fmax(cluster->largest_gap, fmax(framework->fair_share - share, 0));
    sample_shortfall(recorder, framework, now, share);
  }
  Instant since = {MAX(recorder->sampled.ns, recorder->warm_up.ns)};
  Instant before = recorder->measuring ? since : recorder->sampled;
  if (now.ns > before.ns)
    sample_means(recorder, now, before);
  recorder->sampled = now;
  if (recorder->agents != NULL)
    recorder_sample_agents(recorder, now, since);
}

uint32_t recorder_framework_count(const Recorder *recorder)
{
  return recorder->n_frameworks;
}

const RecordedFramework *recorder_framework(const Recorder *recorder, uint32_t index)
{
  return &recorder->frameworks[index];
}

const RecordedCluster *recorder_cluster(const Recorder *recorder)
{
  return &recorder->cluster;
}

double recorder_framework_weight(const Recorder *recorder, uint32_t index)
{
  uint32_t role = recorder->frameworks[index].role_index;
  return role == INDEX_NONE ? 1 : recorder->roles[role].attributes.weight;
}

double recorder_role_weight(const Recorder *recorder, const char *path)
{
  uint32_t known = GPOINTER_TO_UINT(g_hash_table_lookup(recorder->role_by_path, path));
  return known == 0 ? 1 : recorder->roles[known - 1].attributes.weight;
}

double recorder_share(const Recorder *recorder, uint32_t index)
{
  return dominant_share(recorder, &recorder->frameworks[index]);
}

double recorder_share_with_offered(const Recorder *recorder, uint32_t index)
{
  const RecordedFramework *framework = &recorder->frameworks[index];
  double share = 0;
  for (uint32_t kind = 0; kind < recorder->kinds_end; kind++) {
    int64_t level = framework->allocated[kind].level + framework->offered[kind].level;
    share = fmax(share, (double)level / recorder->totals[kind]);
  }
  return share;
}

double recorder_share_of(const Recorder *recorder, uint32_t index, uint32_t kind)
{
  int64_t total = recorder->cluster.total[kind].level;
  return total > 0 ? (double)recorder->frameworks[index].allocated[kind].level / (double)total : 0;
}

double recorder_mean_share(const Recorder *recorder, uint32_t index)
{
  const RecordedFramework *framework = &recorder->frameworks[index];
  if (!framework->started)
    return (double)NAN;
  int64_t begin = MAX(framework->start.ns, recorder->warm_up.ns);
  int64_t end = instant_min(framework->stop, recorder->end).ns;
  return end > begin ? framework->share_time / (double)(end - begin) : (double)NAN;
}

double recorder_mean(const Recorder *recorder, const Integral *integral)
{
  int64_t window = recorder->end.ns - recorder->warm_up.ns;
  if (window <= 0)
    return (double)NAN;
  return (double)integral_until(integral, recorder->end) / (double)window / (double)QUANTITY_UNIT;
}

double recorder_jain(const Recorder *recorder)
{
  JainIndex jain = {0, 0, 0};
  for (uint32_t i = 0; i < recorder->n_frameworks; i++) {
    const RecordedFramework *framework = &recorder->frameworks[i];
    if (framework->sampled_fair_share > 0)
      jain_add(&jain, framework->sampled_share / framework->sampled_fair_share);
  }
  return jain_value(&jain);
}

void recorder_role_foreach(const Recorder *recorder,
                           void (*visit)(void *self, const char *path, const RoleAttributes *attributes),
                           void *self)
{
  for (uint32_t i = 0; i < recorder->n_roles; i++)
    visit(self, recorder->roles[i].path, &recorder->roles[i].attributes);
}
