/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "metrics/recorder-private.h"
#include "metrics/sharing.h"

/* What is measured agent by agent at each sample: sharing incentive, envy, decomposition. */

void recorder_measure_agents(Recorder *recorder, const Experiment *experiment)
{
  CHECK(recorder->agents == NULL && recorder->n_frameworks == 0);
  recorder->agents = g_new0(AgentMeasures, 1);
  recorder->agents->experiment = experiment;
  recorder->agents->demands = demand_sizes_new();
  recorder->agents->allowed = allowed_agents_new(experiment);
}

void recorder_agents_saw(Recorder *recorder, AgentId agent, const char *hostname)
{
  if (recorder->agents->allowed != NULL)
    allowed_agents_saw(recorder->agents->allowed, agent, hostname);
}

void recorder_agents_free(AgentMeasures *agents)
{
  if (agents == NULL)
    return;
  demand_sizes_free(agents->demands);
  allowed_agents_free(agents->allowed);
  picture_clear(&agents->picture);
  g_free(agents);
}

AgentPicture *recorder_picture(Recorder *recorder)
{
  if (recorder->agents == NULL)
    return NULL;
  picture_begin(&recorder->agents->picture, recorder->agents->demands, recorder->n_frameworks);
  return &recorder->agents->picture;
}

/* --- sharing -------------------------------------------------------------------------------------------- */

/* The whole, divided by weight alone: as if all demanded the same without end. */
static void find_parts(Recorder *recorder, Sharing *sharings)
{
  const Quantities whole = {{QUANTITY_UNIT}};
  uint32_t n = recorder->n_demanding;
  g_autofree FairShareClient *clients = g_new(FairShareClient, MAX(n, 1));
  g_autofree double *parts = g_new(double, MAX(n, 1));
  for (uint32_t i = 0; i < n; i++) {
    clients[i] = recorder->clients[i];
    clients[i].unlimited = true;
    clients[i].demand = whole;
  }
  fair_share_compute(recorder->fair, &whole, recorder->nodes, 2 * recorder->n_roles, clients, n, parts);
  for (uint32_t i = 0; i < n; i++)
    sharings[recorder->demanding[i]].part = parts[i];
}

static void describe_demand(const RecordedFramework *framework, Sharing *sharing)
{
  if (framework->unlimited > 0) {
    sharing->demanded = DEMAND_ENDLESS;
    sharing->task = framework->unlimited_task;
    return;
  }
  sharing->demanded = framework->demand_tasks;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    sharing->task.amount[kind] = (int64_t)(framework->demand[kind] / MAX(framework->demand_tasks, 1));
}

static void sample_sharing(Recorder *recorder, double seconds)
{
  g_autofree Sharing *sharings = g_new0(Sharing, MAX(recorder->n_frameworks, 1));
  AllowedAgents *allowed = recorder->agents->allowed;
  if (allowed != NULL)
    allowed_agents_look(allowed, &recorder->agents->picture);
  find_parts(recorder, sharings);
  for (uint32_t i = 0; i < recorder->n_demanding; i++)
    describe_demand(&recorder->frameworks[recorder->demanding[i]], &sharings[recorder->demanding[i]]);
  for (uint32_t i = 0; allowed != NULL && i < recorder->n_demanding; i++) {
    uint32_t index = recorder->demanding[i];
    sharings[index].allowed = allowed_agents_of(allowed, recorder->frameworks[index].group);
  }
  sharing_measure(&recorder->agents->picture, sharings);
  for (uint32_t i = 0; i < recorder->n_frameworks; i++) {
    RecordedFramework *framework = &recorder->frameworks[i];
    framework->entitled += sharings[i].entitled * seconds;
    framework->incentive += sharings[i].incentive * seconds;
    if (sharings[i].envy > 0)
      framework->envy += sharings[i].envy * recorder_share_of_task(recorder, framework) * seconds;
  }
}

/* --- decomposition -------------------------------------------------------------------------------------- */

static void decompose(Recorder *recorder, int64_t length_ns)
{
  AgentMeasures *agents = recorder->agents;
  const Experiment *experiment = agents->experiment;
  uint32_t n = recorder->n_frameworks;
  g_autofree DecompositionClaim *claims = g_new0(DecompositionClaim, MAX(n, 1));
  g_autofree const char **roles =
      g_new0(const char *, 2 * (size_t)MAX(n, 1)); /* two each: its main one and NULL */
  for (uint32_t i = 0; i < n; i++) {
    const RecordedFramework *framework = &recorder->frameworks[i];
    roles[2 * (size_t)i] = framework->role;
    claims[i].roles = &roles[2 * (size_t)i];
    if (!framework->started || framework->group >= experiment->n_frameworks)
      continue;
    const FrameworkSpec *spec = &experiment->frameworks[framework->group];
    claims[i].revocable = (spec->capabilities & CAPABLE_REVOCABLE_RESOURCES) != 0;
    if (spec->roles != NULL)
      claims[i].roles = (const char *const *)spec->roles;
  }
  decomposition_measure(&agents->picture, claims, experiment->kinds, &agents->decomposition);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    agents->total[kind] += (WideInteger)agents->decomposition.total.amount[kind] * length_ns;
    for (int part = 0; part < PARTS; part++)
      agents->parts[part][kind] += (WideInteger)agents->decomposition.parts[part].amount[kind] * length_ns;
  }
}

void recorder_sample_agents(Recorder *recorder, Instant now, Instant since)
{
  int64_t length_ns = MAX(now.ns - since.ns, 0);
  CHECK(recorder->agents->picture.frameworks.n == recorder->n_frameworks);
  if (length_ns > 0)
    sample_sharing(recorder, (double)length_ns / 1e9);
  decompose(recorder, length_ns);
}

const Decomposition *recorder_decomposition(const Recorder *recorder)
{
  return recorder->agents == NULL ? NULL : &recorder->agents->decomposition;
}

double recorder_decomposition_of(const Recorder *recorder, uint32_t kind, DecompositionPart part)
{
  const AgentMeasures *agents = recorder->agents;
  if (agents == NULL || agents->total[kind] == 0)
    return (double)NAN;
  return (double)agents->parts[part][kind] / (double)agents->total[kind];
}
