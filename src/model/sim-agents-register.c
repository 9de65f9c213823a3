/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-agents-private.h"
#include "model/sim-network.h"
#include "model/sim-partitions.h"
#include "model/sim-record.h"
#include "workload/agent-filter.h"

#define OWN_ATTRIBUTES 4

/* Whether it is one of the slow ones of its class. */
static double speed_of(const SimAgents *agents, const AgentClass *class, uint32_t machine)
{
  if (class->slow.probability <= 0)
    return class->speed;
  SimDraw draw = {agents->world->seed, SIM_PURPOSE_SLOW_AGENT, 0, machine};
  return sim_random_unit(&draw) < class->slow.probability ? class->speed / class->slow.factor : class->speed;
}

void sim_agents_add(SimAgents *agents, const AgentClass *class, uint32_t machine)
{
  agents->current[machine] = (AgentId){agents->n};
  agents->all[agents->n++] =
      (SimAgent){speed_of(agents, class, machine), {INDEX_NONE, INDEX_NONE}, INDEX_NONE, machine};
}

/* @names, @values: room for OWN_ATTRIBUTES more than the class has; returns how many there are. @rack: room for its name. */
static uint32_t list_attributes(const SimAgents *agents, const AgentClass *class, uint32_t machine,
                                const char *host, char rack[RACK_NAME_SIZE], const char **names,
                                const char **values)
{
  uint32_t per_rack = agents->world->experiment->cluster.agents_per_rack;
  uint32_t n = 0;
  names[n] = "host";
  values[n++] = host;
  names[n] = "class";
  values[n++] = class->name;
  if (per_rack > 0) {
    rack_name(&agents->world->experiment->cluster, machine, rack);
    names[n] = "rack";
    values[n++] = rack;
  }
  if (agents->world->partitions != NULL) {
    names[n] = SIM_PARTITION_ATTRIBUTE;
    values[n++] = sim_partitions_role(agents->world->partitions, machine);
  }
  for (uint32_t i = 0; i < class->n_attributes; i++) {
    names[n] = class->attributes[i].name;
    values[n++] = class->attributes[i].value;
  }
  return n;
}

/* Registers the machine as the agent that it is now; false where the master does not let it. */
static bool register_agent(SimAgents *agents, const AgentClass *class, uint32_t machine)
{
  SimWorld *world = agents->world;
  char host[AGENT_HOSTNAME_SIZE], rack[RACK_NAME_SIZE];
  agent_hostname(machine, host);
  AgentInfo info = {
      .hostname = host, .region = class->region, .zone = class->zone, .total = class->resources};
  const char **names = g_newa(const char *, class->n_attributes + OWN_ATTRIBUTES);
  const char **values = g_newa(const char *, class->n_attributes + OWN_ATTRIBUTES);
  if (G_UNLIKELY(agents->says_attributes)) {
    info.attribute_names = names;
    info.attribute_values = values;
    info.n_attributes = list_attributes(agents, class, machine, host, rack, names, values);
  }
  Instant now = sim_world_now(world);
  uint32_t index = agents->current[machine].index;
  sim_digest_add_2(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_REGISTER, index,
                   sim_record_quantities(&class->resources.plain));
  sim_record_slices(&world->digest, now, &class->resources);
  AgentId agent = master_register_agent(world->master, now, &info);
  CHECK(agent.index == index || agent.index == AGENT_NONE.index);
  return agent.index == index;
}

void sim_agents_register(SimAgents *agents)
{
  const Cluster *cluster = &agents->world->experiment->cluster;
  uint32_t index = 0;
  for (uint32_t c = 0; c < cluster->n_classes; c++)
    for (uint32_t i = 0; i < cluster->classes[c].count; i++)
      CHECK(register_agent(agents, &cluster->classes[c], index++));
}

AgentId sim_agents_current(const SimAgents *agents, uint32_t machine)
{
  return agents->current[machine];
}

uint32_t sim_agents_machine(const SimAgents *agents, AgentId agent)
{
  return agents->all[agent.index].machine;
}

void sim_agents_return(SimAgents *agents, uint32_t machine)
{
  const AgentClass *class = agent_class_of(&agents->world->experiment->cluster, machine);
  AgentId before = agents->current[machine];
  if (agents->all[before.index].machine != INDEX_NONE)
    return;
  agents->all = g_renew(SimAgent, agents->all, agents->n + 1);
  sim_network_add_agent(agents->world->network, (AgentId){agents->n});
  sim_agents_add(agents, class, machine);
  sim_network_charge(agents->world->network, MASTER_COST_REGISTER);
  if (register_agent(agents, class, machine))
    return;
  agents->n--; /* still down: it keeps its old number */
  agents->current[machine] = before;
}
