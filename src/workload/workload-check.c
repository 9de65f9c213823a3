/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/error.h"
#include "workload/workload-build.h"

static const KeyGroup *framework_group(const WorkloadBuild *build, const FrameworkSpec *framework)
{
  return key_file_find(build->file, "framework", framework->name);
}

/* Every [stage FRAMEWORK.NAME] belongs to a [framework] and has a name of its own. */
static bool check_stage_groups(const WorkloadBuild *build, GError **error)
{
  const Experiment *experiment = build->experiment;
  const GPtrArray *groups = key_file_groups(build->file);
  g_autofree const char **names = g_new0(const char *, experiment->n_frameworks + 1);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++)
    names[i] = experiment->frameworks[i].name;
  for (guint i = 0; i < groups->len; i++) {
    const KeyGroup *group = g_ptr_array_index(groups, i);
    if (strcmp(group->kind, "stage") != 0)
      continue;
    const char *dot = strrchr(group->rest, '.');
    int index;
    if (dot == NULL || dot == group->rest || dot[1] == '\0' || strpbrk(dot, " \t,") != NULL)
      return key_file_fail(build->file, group, NULL, WORKLOAD_ERROR_NAME, error,
                           "expected [stage FRAMEWORK.NAME], with a name without blanks and commas");
    g_autofree char *framework = g_strndup(group->rest, (size_t)(dot - group->rest));
    if (!value_choice(framework, "framework", names, &index, error))
      return key_file_prefix(build->file, group, NULL, error);
  }
  return true;
}

/* Where the jobs are synthetic the names are known; those of traces are told when the trace is read. */
static bool check_names(const WorkloadBuild *build, GError **error)
{
  const Experiment *experiment = build->experiment;
  g_autoptr(GHashTable) owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    FrameworkSpec *framework = &experiment->frameworks[i];
    for (uint32_t member = 0; framework->trace == NULL && member < framework->count; member++) {
      char *name = framework_member_name(framework, member);
      const FrameworkSpec *owner = g_hash_table_lookup(owners, name);
      if (owner == NULL) {
        g_hash_table_insert(owners, name, framework);
        continue;
      }
      key_file_fail(build->file, framework_group(build, framework), NULL, WORKLOAD_ERROR_NAME, error,
                    "a framework \"%s\" comes from [framework %s] already", name, owner->name);
      g_free(name);
      return false;
    }
  }
  return true;
}

/* The group among whose members a framework has @name, and a weight was given. */
static const KeyEntry *weight_of_member(const WorkloadBuild *build, const char *name)
{
  const Experiment *experiment = build->experiment;
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    const FrameworkSpec *framework = &experiment->frameworks[i];
    const KeyEntry *weight = key_group_find(framework_group(build, framework), "weight");
    if (weight == NULL || framework->trace != NULL || !g_str_has_prefix(name, framework->name))
      continue;
    for (uint32_t member = 0; member < framework->count; member++) {
      g_autofree char *own = framework_member_name(framework, member);
      if (strcmp(own, name) == 0)
        return weight;
    }
  }
  return NULL;
}

/* One role, one weight. */
static bool check_weights(const WorkloadBuild *build, GError **error)
{
  const Experiment *experiment = build->experiment;
  for (uint32_t i = 0; i < experiment->n_roles; i++) {
    const KeyGroup *group = key_file_find(build->file, "role", experiment->roles[i].path);
    const KeyEntry *weight = key_group_find(group, "weight");
    if (weight != NULL && weight_of_member(build, experiment->roles[i].path) != NULL)
      return key_file_fail(
          build->file, group, weight, WORKLOAD_ERROR_VALUE, error,
          "the framework of this role has a key \"weight\" of its own; expected one of the two");
  }
  return true;
}

static bool check_quotas(const WorkloadBuild *build, GError **error)
{
  const Experiment *experiment = build->experiment;
  for (uint32_t i = 0; i < experiment->n_roles; i++) {
    const RoleSpec *role = &experiment->roles[i];
    const KeyGroup *group = key_file_find(build->file, "role", role->path);
    for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      if (role->limit.amount[kind] >= 0 && role->guarantee.amount[kind] > role->limit.amount[kind])
        return key_file_fail(build->file, group, key_group_find(group, "guarantee"), WORKLOAD_ERROR_VALUE,
                             error, "more %s than the limit allows: \"%s\"",
                             resource_kinds_name(experiment->kinds, kind),
                             key_group_find(group, "limit")->value);
  }
  return true;
}

bool check_experiment(const WorkloadBuild *build, GError **error)
{
  return check_stage_groups(build, error) && check_names(build, error) && check_weights(build, error) &&
         check_quotas(build, error);
}
