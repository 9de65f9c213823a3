/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/number.h"
#include "workload/workload-build.h"

#define CLUSTER_CLASS "agents" /* the name of the class that [cluster] itself makes */
#define AGENTS_MAX    50000000

/* What [cluster] says, before it is known whether it makes a class of agents. */
typedef struct {
  const KeyGroup *group; /* (nullable) */
  AgentClass agents;
  AttributeList attributes;
} ClusterKeys;

static void cluster_keys_clear(ClusterKeys *keys)
{
  KeyParts parts = {.attributes = keys->attributes};
  resources_clear(&keys->agents.resources);
  g_free(keys->agents.region);
  g_free(keys->agents.zone);
  key_parts_clear(&parts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ClusterKeys, cluster_keys_clear)

static bool has_attribute(const AttributeList *attributes, const char *name)
{
  for (uint32_t i = 0; i < attributes->n; i++)
    if (strcmp(attributes->list[i].name, name) == 0)
      return true;
  return false;
}

/* The attributes of the class, which are moved, and those of the cluster that it does not give itself. */
static void set_attributes(AgentClass *agents, AttributeList *own, const AttributeList *shared)
{
  agents->attributes = g_renew(Attribute, own->list, own->n + shared->n + 1);
  agents->n_attributes = own->n;
  *own = (AttributeList){agents->attributes, agents->n_attributes};
  for (uint32_t i = 0; i < shared->n; i++)
    if (!has_attribute(own, shared->list[i].name))
      agents->attributes[agents->n_attributes++] =
          (Attribute){g_strdup(shared->list[i].name), g_strdup(shared->list[i].value)};
  *own = (AttributeList){NULL, 0};
}

/* What is not said is as published. */
static bool complete_isolation(const WorkloadBuild *build, const KeyGroup *group, SlowdownList *said,
                               GError **error)
{
  static const SlowdownPoint of_containers[] = {{0, 1}, {1, 1.3}};
  Isolation *isolation = &build->experiment->cluster.isolation;
  const KeyEntry *start_up = key_group_find(group, "container-start-up");
  if (isolation->kind != ISOLATION_CONTAINERS && start_up != NULL)
    return key_file_fail(build->file, group, start_up, WORKLOAD_ERROR_NAME, error,
                         "only goes with \"isolation = containers\"");
  if (isolation->kind == ISOLATION_CONTAINERS && key_group_find(group, "co-location-slowdown") == NULL)
    *said = (SlowdownList){g_memdup2(of_containers, sizeof of_containers), G_N_ELEMENTS(of_containers)};
  isolation->points = g_steal_pointer(&said->list);
  isolation->n_points = said->n;
  return true;
}

static bool read_cluster(WorkloadBuild *build, ClusterKeys *keys, GError **error)
{
  KeyParts parts = {.attributes = {NULL, 0}};
  const KeyTargets targets = {.experiment = build->experiment, .agents = &keys->agents, .parts = &parts};
  keys->group = key_file_find(build->file, "cluster", "");
  bool read =
      key_group_read(build->file, keys->group, GROUP_CLUSTER, JOBS_ANY, &build->context, &targets, error);
  keys->attributes = parts.attributes;
  read = read && complete_isolation(build, keys->group, &parts.slowdown, error);
  g_free(parts.slowdown.list);
  return read;
}

static AgentClass *add_class(Cluster *cluster, const char *name)
{
  AgentClass *agents = &cluster->classes[cluster->n_classes++];
  *agents = (AgentClass){.name = g_strdup(name), .speed = 1};
  return agents;
}

static void set_place(AgentClass *agents, const AgentClass *cluster)
{
  if (agents->region == NULL)
    agents->region = g_strdup(cluster->region);
  if (agents->zone == NULL)
    agents->zone = g_strdup(cluster->zone);
}

static bool add_cluster_class(WorkloadBuild *build, const ClusterKeys *keys, GError **error)
{
  if (keys->agents.count == 0)
    return true;
  if (key_group_find(keys->group, "resources") == NULL)
    return key_file_fail(build->file, keys->group, NULL, WORKLOAD_ERROR_VALUE, error,
                         "the key \"resources\" is missing; expected the resources of one agent, such as "
                         "\"cpus:4;mem:8192\"");
  AgentClass *agents = add_class(&build->experiment->cluster, CLUSTER_CLASS);
  AttributeList none = {NULL, 0};
  agents->count = keys->agents.count;
  resources_copy(&agents->resources, &keys->agents.resources);
  set_attributes(agents, &none, &keys->attributes);
  set_place(agents, &keys->agents);
  agents->slow = keys->agents.slow;
  return true;
}

static bool add_named_class(WorkloadBuild *build, const KeyGroup *group, const ClusterKeys *keys,
                            GError **error)
{
  Cluster *cluster = &build->experiment->cluster;
  for (uint32_t i = 0; i < cluster->n_classes; i++)
    if (strcmp(cluster->classes[i].name, group->rest) == 0)
      return key_file_fail(build->file, group, NULL, WORKLOAD_ERROR_NAME, error,
                           "those of [cluster] have this name already");
  AgentClass *agents = add_class(cluster, group->rest);
  KeyParts parts = {.attributes = {NULL, 0}};
  const KeyTargets targets = {.experiment = build->experiment, .agents = agents, .parts = &parts};
  bool read = key_group_read(build->file, group, GROUP_AGENTS, JOBS_ANY, &build->context, &targets, error);
  set_attributes(agents, &parts.attributes, &keys->attributes);
  set_place(agents, &keys->agents);
  if (key_group_find(group, "slow-agents") == NULL)
    agents->slow = keys->agents.slow;
  key_parts_clear(&parts);
  if (!read)
    return false;
  if (key_group_find(group, "resources") == NULL) {
    if (key_group_find(keys->group, "resources") == NULL)
      return key_file_fail(
          build->file, group, NULL, WORKLOAD_ERROR_VALUE, error,
          "the key \"resources\" is missing, here and in [cluster]; expected the resources of "
          "one agent, such as \"cpus:4;mem:8192\"");
    resources_copy(&agents->resources, &keys->agents.resources);
  }
  return true;
}

static bool count_agents(WorkloadBuild *build, const ClusterKeys *keys, GError **error)
{
  Cluster *cluster = &build->experiment->cluster;
  uint64_t agents = 0;
  for (uint32_t i = 0; i < cluster->n_classes; i++)
    agents += cluster->classes[i].count;
  if (agents == 0)
    return key_file_fail(
        build->file, keys->group, NULL, WORKLOAD_ERROR_VALUE, error,
        "no agents; expected \"agents\" and \"resources\" in [cluster], or an [agents NAME]");
  if (agents > AGENTS_MAX)
    return key_file_fail(build->file, NULL, NULL, WORKLOAD_ERROR_VALUE, error,
                         "%" G_GUINT64_FORMAT " agents in all; expected at most %d", agents, AGENTS_MAX);
  cluster->agents = (uint32_t)agents;
  return true;
}

bool build_cluster(WorkloadBuild *build, GError **error)
{
  g_auto(ClusterKeys) keys = {NULL, {.name = NULL}, {NULL, 0}};
  const GPtrArray *groups = key_file_groups(build->file);
  build->experiment->cluster.classes = g_new0(AgentClass, groups->len + 1);
  if (!read_cluster(build, &keys, error) || !add_cluster_class(build, &keys, error))
    return false;
  for (guint i = 0; i < groups->len; i++) {
    const KeyGroup *group = g_ptr_array_index(groups, i);
    if (strcmp(group->kind, "agents") == 0 && !add_named_class(build, group, &keys, error))
      return false;
  }
  return count_agents(build, &keys, error);
}

/* --- AGENTS --------------------------------------------------------------------------------------------- */

/* "3" or "1-20" of @agents, which begin at @first. */
static bool find_some(const AgentClass *agents, uint32_t first, const char *numbers, AgentRange *range,
                      GError **error)
{
  g_auto(GStrv) ends = g_strsplit(numbers, "-", 2);
  int64_t from, to;
  if (ends[0] == NULL || !number_parse_integer(ends[0], 1, agents->count, &from, NULL))
    return value_fail(error, "expected %s:NUMBER or %s:FIRST-LAST, up to %u, not \"%s:%s\"", agents->name,
                      agents->name, agents->count, agents->name, numbers);
  to = from;
  if (ends[1] != NULL && !number_parse_integer(ends[1], from, agents->count, &to, NULL))
    return value_fail(error,
                      "expected a number from %" G_GINT64_FORMAT " to %u behind \"%s:%s-\", not \"%s\"", from,
                      agents->count, agents->name, ends[0], ends[1]);
  *range = (AgentRange){first + (uint32_t)from - 1, (uint32_t)(to - from + 1)};
  return true;
}

static bool find_host(const Cluster *cluster, const char *text, AgentRange *range)
{
  char hostname[AGENT_HOSTNAME_SIZE];
  const char *digits = strrchr(text, '-');
  int64_t number;
  if (digits == NULL || !number_parse_integer(digits + 1, 1, cluster->agents, &number, NULL))
    return false;
  agent_hostname((uint32_t)number - 1, hostname);
  *range = (AgentRange){(uint32_t)number - 1, 1};
  return strcmp(hostname, text) == 0;
}

bool agents_find(const WorkloadBuild *build, const char *text, AgentRange *range, GError **error)
{
  const Cluster *cluster = &build->experiment->cluster;
  g_autofree const char **names = g_new0(const char *, cluster->n_classes + 1);
  const char *colon = strrchr(text, ':');
  uint32_t first = 0;
  for (uint32_t i = 0; i < cluster->n_classes; first += cluster->classes[i++].count) {
    const AgentClass *agents = &cluster->classes[i];
    names[i] = agents->name;
    if (strcmp(text, agents->name) == 0) {
      *range = (AgentRange){first, agents->count};
      return true;
    }
    size_t length = strlen(agents->name);
    if (colon == text + length && strncmp(text, agents->name, length) == 0)
      return find_some(agents, first, colon + 1, range, error);
  }
  if (find_host(cluster, text, range))
    return true;
  g_autofree char *name = colon == NULL ? g_strdup(text) : g_strndup(text, (size_t)(colon - text));
  int index;
  return value_choice(name, "class of agents or hostname", names, &index, error);
}
