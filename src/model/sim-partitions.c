/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-partitions.h"

#include <string.h>

#include "model/sim-frameworks.h"
#include "workload/workload-file.h"

typedef struct {
  const char *role;
  double weight;
  uint32_t machines;
  uint32_t *by_class;
} Partition;

struct SimPartitions {
  GArray *all;      /* Partition, in order of their first framework */
  GHashTable *find; /* role -> index + 1; only looked up */
  uint32_t *of_machine;
};

static double weight_of(const Experiment *experiment, const SimFramework *framework)
{
  if (framework->spec->role == NULL && framework->spec->weight != 1.0)
    return framework->spec->weight;
  for (uint32_t i = 0; i < experiment->n_roles; i++)
    if (strcmp(experiment->roles[i].path, framework->member_info->role) == 0)
      return experiment->roles[i].weight;
  return 1.0;
}

static Partition *partition_at(const SimPartitions *partitions, uint32_t i)
{
  return &g_array_index(partitions->all, Partition, i);
}

static void list_roles(SimPartitions *partitions, const SimWorld *world)
{
  for (uint32_t i = 0; i < sim_frameworks_count(world->frameworks); i++) {
    const SimFramework *framework = sim_frameworks_at(world->frameworks, i);
    char *role = framework->member_info->role;
    if (g_hash_table_contains(partitions->find, role))
      continue;
    Partition partition = {role, weight_of(world->experiment, framework), 0, NULL};
    partition.by_class = g_new0(uint32_t, MAX(world->experiment->cluster.n_classes, 1));
    g_array_append_val(partitions->all, partition);
    g_hash_table_insert(partitions->find, role, GUINT_TO_POINTER(partitions->all->len));
  }
}

/* The one that has the fewest for its weight. */
static uint32_t neediest(const SimPartitions *partitions)
{
  uint32_t found = 0;
  double least = G_MAXDOUBLE;
  for (uint32_t i = 0; i < partitions->all->len; i++) {
    const Partition *partition = partition_at(partitions, i);
    double has = (partition->machines + 0.5) / partition->weight;
    if (has < least) {
      least = has;
      found = i;
    }
  }
  return found;
}

static void deal_out(SimPartitions *partitions, const Cluster *cluster)
{
  uint32_t machine = 0;
  for (uint32_t class = 0; class < cluster->n_classes; class ++)
    for (uint32_t i = 0; i < cluster->classes[class].count; i++) {
      uint32_t to = neediest(partitions);
      partitions->of_machine[machine++] = to;
      partition_at(partitions, to)->machines++;
      partition_at(partitions, to)->by_class[class]++;
    }
}

SimPartitions *sim_partitions_new(const SimWorld *world, GError **error)
{
  const Cluster *cluster = &world->experiment->cluster;
  SimPartitions *partitions = g_new0(SimPartitions, 1);
  partitions->all = g_array_new(FALSE, FALSE, sizeof(Partition));
  partitions->find = g_hash_table_new(g_str_hash, g_str_equal);
  partitions->of_machine = g_new(uint32_t, MAX(cluster->agents, 1));
  list_roles(partitions, world);
  if (partitions->all->len > 0)
    deal_out(partitions, cluster);
  for (uint32_t i = 0; i < partitions->all->len; i++)
    if (partition_at(partitions, i)->machines == 0) {
      const Experiment *experiment = world->experiment;
      g_autofree char *where = workload_where(experiment, experiment->parted_line, "experiment", "partition");
      g_set_error(error, SIMULATION_ERROR, SIMULATION_ERROR_PARTITION,
                  "%sstatic: %u agents are too few for %u roles with these weights: \"%s\" would have none; "
                  "expected one for each at least",
                  where, cluster->agents, partitions->all->len, partition_at(partitions, i)->role);
      sim_partitions_free(partitions);
      return NULL;
    }
  return partitions;
}

void sim_partitions_free(SimPartitions *partitions)
{
  if (partitions == NULL)
    return;
  for (uint32_t i = 0; i < partitions->all->len; i++)
    g_free(partition_at(partitions, i)->by_class);
  g_array_unref(partitions->all);
  g_hash_table_unref(partitions->find);
  g_free(partitions->of_machine);
  g_free(partitions);
}

const char *sim_partitions_role(const SimPartitions *partitions, uint32_t machine)
{
  return partition_at(partitions, partitions->of_machine[machine])->role;
}

uint32_t sim_partitions_count(const SimPartitions *partitions, const char *role, uint32_t index)
{
  uint32_t place = GPOINTER_TO_UINT(g_hash_table_lookup(partitions->find, role));
  CHECK(place > 0);
  return partition_at(partitions, place - 1)->by_class[index];
}
