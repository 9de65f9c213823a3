/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/isolation.h"

#include <math.h>
#include <string.h>

#include "metrics/fair-share.h"

#define CLUSTER_CLASS "agents" /* the class that [cluster] itself makes */

/* The tree of roles, each with a node below it for frameworks of its own, as recorder.h has it. */
typedef struct {
  const Experiment *experiment;
  GArray *nodes;       /* FairShareNode: two for each role */
  GHashTable *by_path; /* path -> index of the role + 1; looked up only */
} RoleTree;

static uint32_t role_of(const RoleTree *tree, const char *path, double weight)
{
  uint32_t known = GPOINTER_TO_UINT(g_hash_table_lookup(tree->by_path, path));
  if (known != 0)
    return known - 1;
  uint32_t above = INDEX_NONE;
  const char *slash = strrchr(path, '/');
  if (slash != NULL) {
    g_autofree char *parent = g_strndup(path, (gsize)(slash - path));
    above = 2 * role_of(tree, parent, 1);
  }
  for (uint32_t i = 0; i < tree->experiment->n_roles; i++)
    if (strcmp(tree->experiment->roles[i].path, path) == 0)
      weight = tree->experiment->roles[i].weight;
  uint32_t index = tree->nodes->len / 2;
  FairShareNode nodes[] = {{above, weight}, {2 * index, 1}};
  g_array_append_vals(tree->nodes, nodes, G_N_ELEMENTS(nodes));
  g_hash_table_insert(tree->by_path, g_strdup(path), GUINT_TO_POINTER(index + 1));
  return index;
}

double *isolation_parts(const Experiment *experiment, const Sources *sources)
{
  const Quantities whole = {{QUANTITY_UNIT}};
  g_autoptr(GArray) nodes = g_array_new(FALSE, FALSE, sizeof(FairShareNode));
  g_autoptr(GArray) clients = g_array_new(FALSE, FALSE, sizeof(FairShareClient));
  g_autoptr(GHashTable) by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  const RoleTree tree = {experiment, nodes, by_path};
  for (uint32_t i = 0; i < experiment->n_frameworks; i++)
    for (uint32_t member = 0; member < sources->sources[i]->n_members; member++) {
      uint32_t role =
          role_of(&tree, sources->sources[i]->members[member].role, experiment->frameworks[i].weight);
      FairShareClient client = {2 * role + 1, 1, true, whole};
      g_array_append_val(clients, client);
    }
  g_autoptr(FairShare) fair = fair_share_new();
  g_autofree double *shares = g_new0(double, MAX(clients->len, 1));
  fair_share_compute(fair, &whole, (const FairShareNode *)(const void *)nodes->data, nodes->len,
                     (const FairShareClient *)(const void *)clients->data, clients->len, shares);
  double *parts = g_new0(double, MAX(experiment->n_frameworks, 1));
  uint32_t next = 0;
  for (uint32_t i = 0; i < experiment->n_frameworks; i++)
    for (uint32_t member = 0; member < sources->sources[i]->n_members; member++)
      parts[i] += shares[next++];
  return parts;
}

char **isolation_overrides(const Experiment *experiment, const char *point, uint32_t index, double part)
{
  const Cluster *cluster = &experiment->cluster;
  char **overrides = g_new0(char *, (size_t)cluster->n_classes + 3);
  overrides[0] = g_strdup_printf("experiment.only=%s", experiment->frameworks[index].name);
  overrides[1] = g_strdup_printf("experiment.shared-point=%s", point);
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    const AgentClass *agents = &cluster->classes[i];
    uint32_t count = (uint32_t)fmax(round(agents->count * part), 1);
    overrides[i + 2] = strcmp(agents->name, CLUSTER_CLASS) == 0
                           ? g_strdup_printf("cluster.agents=%u", count)
                           : g_strdup_printf("agents %s.count=%u", agents->name, count);
  }
  return overrides;
}
