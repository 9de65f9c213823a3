/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/allowed-agents.h"

#include <stdlib.h>
#include <string.h>

#include "workload/agent-filter.h"

/* One [framework NAME]. */
typedef struct {
  bool *verdicts; /* by number of the agent in the cluster; NULL: it may have all */
  bool *pictured; /* by place in the last picture */
} Group;

struct AllowedAgents {
  const Experiment *experiment;
  Group *groups;
  Array(uint32_t) numbers; /* by AgentId: in the cluster, or INDEX_NONE */
};

/* --- verdicts ----------------------------------------------------------------------------------------------- */

/* (nullable) (transfer full) */
static bool *judge(const Experiment *experiment, const FrameworkSpec *framework)
{
  const Cluster *cluster = &experiment->cluster;
  g_autofree bool *verdicts = g_new(bool, MAX(cluster->agents, 1));
  bool all = true;
  uint32_t number = 0;
  for (uint32_t c = 0; c < cluster->n_classes; c++) {
    const AgentClass *agents = &cluster->classes[c];
    bool ready = framework_is_ready_for(experiment, framework, agents);
    for (uint32_t i = 0; i < agents->count; i++, number++) {
      verdicts[number] = ready && agent_filter_allows(&framework->agents, cluster, agents, number);
      all = all && verdicts[number];
    }
  }
  return all ? NULL : g_steal_pointer(&verdicts);
}

AllowedAgents *allowed_agents_new(const Experiment *experiment)
{
  AllowedAgents *allowed = g_new0(AllowedAgents, 1);
  bool any = false;
  allowed->experiment = experiment;
  allowed->groups = g_new0(Group, MAX(experiment->n_frameworks, 1));
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    allowed->groups[i].verdicts = judge(experiment, &experiment->frameworks[i]);
    any = any || allowed->groups[i].verdicts != NULL;
  }
  if (!any)
    g_clear_pointer(&allowed, allowed_agents_free);
  return allowed;
}

void allowed_agents_free(AllowedAgents *allowed)
{
  if (allowed == NULL)
    return;
  for (uint32_t i = 0; i < allowed->experiment->n_frameworks; i++) {
    g_free(allowed->groups[i].verdicts);
    g_free(allowed->groups[i].pictured);
  }
  g_free(allowed->groups);
  array_free(&allowed->numbers);
  g_free(allowed);
}

/* --- agents ------------------------------------------------------------------------------------------------- */

/* As agent_hostname() writes it. */
static uint32_t number_of(const Cluster *cluster, const char *hostname)
{
  const char *dash = strrchr(hostname, '-');
  unsigned long number = dash == NULL ? 0 : strtoul(dash + 1, NULL, 10);
  char name[AGENT_HOSTNAME_SIZE];
  if (number == 0 || number > cluster->agents)
    return INDEX_NONE;
  agent_hostname((uint32_t)number - 1, name);
  return strcmp(name, hostname) == 0 ? (uint32_t)number - 1 : INDEX_NONE;
}

void allowed_agents_saw(AllowedAgents *allowed, AgentId agent, const char *hostname)
{
  while (allowed->numbers.n <= agent.index)
    array_push(&allowed->numbers, INDEX_NONE);
  allowed->numbers.items[agent.index] = number_of(&allowed->experiment->cluster, hostname);
}

void allowed_agents_look(AllowedAgents *allowed, const AgentPicture *picture)
{
  for (uint32_t g = 0; g < allowed->experiment->n_frameworks; g++) {
    Group *group = &allowed->groups[g];
    if (group->verdicts == NULL)
      continue;
    group->pictured = g_renew(bool, group->pictured, MAX(picture->agents.n, 1));
    for (uint32_t i = 0; i < picture->agents.n; i++) {
      uint32_t id = picture->agents.items[i].id.index;
      uint32_t number = id < allowed->numbers.n ? allowed->numbers.items[id] : INDEX_NONE;
      group->pictured[i] = number == INDEX_NONE || group->verdicts[number];
    }
  }
}

const bool *allowed_agents_of(const AllowedAgents *allowed, uint32_t group)
{
  return group < allowed->experiment->n_frameworks ? allowed->groups[group].pictured : NULL;
}
