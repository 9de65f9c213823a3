/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-preference.h"

#include "model/sim-agents.h"
#include "model/sim-framework.h"
#include "workload/agent-filter.h"

struct SimPreference {
  uint64_t *bits; /* array: one for each machine */
};

SimPreference *sim_preference_new(const Cluster *cluster, const FrameworkSpec *spec)
{
  if (!framework_has_preferences(spec))
    return NULL;
  SimPreference *preference = g_new0(SimPreference, 1);
  preference->bits = g_new0(uint64_t, cluster->agents / 64 + 1);
  uint32_t machine = 0;
  for (uint32_t i = 0; i < cluster->n_classes; i++)
    for (uint32_t j = 0; j < cluster->classes[i].count; j++, machine++)
      if (framework_prefers(spec, cluster, &cluster->classes[i], machine))
        preference->bits[machine / 64] |= UINT64_C(1) << machine % 64;
  return preference;
}

void sim_preference_free(SimPreference *preference)
{
  if (preference == NULL)
    return;
  g_free(preference->bits);
  g_free(preference);
}

bool sim_preference_holds(const SimPreference *preference, uint32_t machine)
{
  return machine != INDEX_NONE && (preference->bits[machine / 64] >> machine % 64 & 1) != 0;
}

bool sim_framework_prefers(const SimFramework *framework, AgentId agent)
{
  return sim_preference_holds(framework->preference, sim_agents_machine(framework->world->agents, agent));
}

bool sim_framework_passes_over(const SimFramework *framework, AgentId agent)
{
  Duration waited = instant_since(sim_world_now(framework->world), framework->prefers_since);
  return waited.ns < framework->spec->prefers_wait.ns && !sim_framework_prefers(framework, agent);
}
