/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-fit.h"

#include "base/resources-text.h"

/* How many tasks fit the empty cluster at once, up to @enough. */
static uint64_t room_for(const Cluster *cluster, const Quantities *need, uint32_t per_agent, uint64_t enough)
{
  uint64_t room = 0;
  for (uint32_t i = 0; i < cluster->n_classes && room < enough; i++) {
    const AgentClass *class = &cluster->classes[i];
    if (class->count > 0 && quantities_contain(&class->resources.plain, need))
      room += (uint64_t) class->count * MIN(quantities_divide(&class->resources.plain, need), per_agent);
  }
  return room;
}

char *sim_misfit(const Experiment *experiment, const FrameworkSpec *spec, const SimJob *job)
{
  bool rigid = spec->scheduler == SCHEDULER_RIGID;
  for (uint32_t i = 0; i < job->n_stages; i++) {
    const SimStage *stage = &job->stages[i];
    if (stage->tasks == 0)
      continue;
    if (rigid && stage->tasks == TASKS_UNLIMITED)
      return g_strdup("a gang without a number of tasks never starts");
    uint64_t wanted = rigid ? stage->tasks : 1;
    uint64_t room = room_for(&experiment->cluster, &stage->need, spec->tasks_per_offer, wanted);
    if (room >= wanted)
      continue;
    g_autofree char *need = quantities_print(experiment->kinds, &stage->need);
    if (room == 0)
      return g_strdup_printf("a task of %s fits no agent", need);
    return g_strdup_printf(
        "its gang of %u tasks of %s each does not fit the empty cluster: %" G_GUINT64_FORMAT " fit",
        stage->tasks, need, room);
  }
  return NULL;
}
