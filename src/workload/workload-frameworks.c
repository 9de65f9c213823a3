/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "workload/workload-build.h"

#define STAGE_DEFAULT    "tasks" /* the name of the only stage of a framework without [stage] groups */
#define STAGE_OF_SERVICE "instances"

/* The [stage] groups of one framework: "stage FRAMEWORK.NAME" is split at the last ".". */
static GPtrArray *stages_of(const WorkloadBuild *build, const char *framework)
{
  GPtrArray *stages = g_ptr_array_new();
  const GPtrArray *groups = key_file_groups(build->file);
  size_t length = strlen(framework);
  for (guint i = 0; i < groups->len; i++) {
    KeyGroup *group = g_ptr_array_index(groups, i);
    const char *dot = strrchr(group->rest, '.');
    if (strcmp(group->kind, "stage") == 0 && dot != NULL && (size_t)(dot - group->rest) == length &&
        strncmp(group->rest, framework, length) == 0)
      g_ptr_array_add(stages, group);
  }
  return stages;
}

/* --- what must hold within one group -------------------------------------------------------------------- */

static bool check_role(const WorkloadBuild *build, const KeyGroup *group, const FrameworkSpec *framework,
                       GError **error)
{
  const KeyEntry *weight = key_group_find(group, "weight");
  const KeyEntry *roles = key_group_find(group, "roles");
  if (framework->role != NULL && weight != NULL)
    return key_file_fail(build->file, group, weight, WORKLOAD_ERROR_VALUE, error,
                         "does not go with \"role\": the weight of a role stands in [role %s]",
                         framework->role);
  if (framework->role != NULL && roles != NULL)
    return key_file_fail(build->file, group, roles, WORKLOAD_ERROR_VALUE, error,
                         "does not go with \"role\", which is one role for all");
  if (framework->roles != NULL && weight != NULL)
    return key_file_fail(build->file, group, weight, WORKLOAD_ERROR_VALUE, error,
                         "does not go with \"roles\": the weight of a role stands in [role PATH]");
  if (weight != NULL && framework->trace != NULL && framework->trace->roles.kind != MAP_NONE)
    return key_file_fail(build->file, group, weight, WORKLOAD_ERROR_VALUE, error,
                         "does not go with \"roles\": the weight of a role stands in [role PATH]");
  if (framework->role != NULL || framework->roles != NULL)
    return true;
  g_autofree char *name = framework_member_name(framework, 0);
  if (!role_path_check(name, error))
    return key_file_prefix(build->file, group, NULL, error);
  return true;
}

static bool check_times(const WorkloadBuild *build, const KeyGroup *group, const FrameworkSpec *framework,
                        GError **error)
{
  if (framework->stop.ns > framework->start.ns)
    return true;
  return key_file_fail(build->file, group, key_group_find(group, "stop"), WORKLOAD_ERROR_VALUE, error,
                       "expected a time after \"start\", not \"%s\"", key_group_find(group, "stop")->value);
}

/* How many jobs: the arrival decides where the key is not given. */
static bool complete_jobs(const WorkloadBuild *build, const KeyGroup *group, FrameworkSpec *framework,
                          GError **error)
{
  const KeyEntry *jobs = key_group_find(group, "jobs");
  switch (framework->arrival.kind) {
  case ARRIVAL_ONCE:
    if (jobs == NULL)
      framework->jobs = 1;
    if (framework->jobs == UINT64_MAX)
      return key_file_fail(build->file, group, jobs, WORKLOAD_ERROR_VALUE, error,
                           "expected a number: with \"arrival = once\" all jobs are submitted at the start");
    return true;
  case ARRIVAL_AT:
    if (jobs != NULL)
      return key_file_fail(build->file, group, jobs, WORKLOAD_ERROR_VALUE, error,
                           "does not go with \"arrival = at(...)\", which lists %u jobs",
                           framework->arrival.n_at);
    framework->jobs = framework->arrival.n_at;
    return true;
  case ARRIVAL_EVERY:
  case ARRIVAL_POISSON:
  case ARRIVAL_CLOSED:
    if (jobs == NULL)
      framework->jobs = UINT64_MAX;
    return true;
  }
  g_assert_not_reached();
}

static bool check_stages(const WorkloadBuild *build, const KeyGroup *group, const FrameworkSpec *framework,
                         const GPtrArray *stages, GError **error)
{
  uint64_t awaited = 0;
  for (uint32_t i = 0; i < framework->n_stages; i++)
    awaited |= framework->stages[i].after;
  for (uint32_t i = 0; i < framework->n_stages; i++) {
    const StageSpec *stage = &framework->stages[i];
    if (!stage->unlimited)
      continue;
    g_autofree char *rest = g_strdup_printf("%s.%s", framework->name, stage->name);
    const KeyGroup *where = stages->len == 0 ? group : key_file_find(build->file, "stage", rest);
    const KeyEntry *tasks = key_group_find(where, "tasks");
    if (scheduler_starts_gangs(framework->scheduler))
      return key_file_fail(build->file, where, tasks, WORKLOAD_ERROR_VALUE, error,
                           "its scheduler starts all tasks at once: expected a number, not \"unlimited\"");
    if ((awaited >> i & 1) != 0)
      return key_file_fail(
          build->file, where, tasks, WORKLOAD_ERROR_VALUE, error,
          "another stage waits for the end of this one: expected a number, not \"unlimited\"");
  }
  return true;
}

/* All iterations are stages of their own. */
static bool check_iterations(const WorkloadBuild *build, const KeyGroup *group,
                             const FrameworkSpec *framework, GError **error)
{
  const KeyEntry *iterations = key_group_find(group, "iterations");
  bool unlimited = false;
  for (uint32_t i = 0; i < framework->n_stages; i++)
    unlimited = unlimited || framework->stages[i].unlimited;
  if (unlimited && framework->scheduler == SCHEDULER_SPARK)
    return key_file_fail(build->file, group, key_group_find(group, "scheduler"), WORKLOAD_ERROR_VALUE, error,
                         "a spark framework knows how many tasks a stage has: expected no \"unlimited\"");
  if (unlimited && framework->iterations > 1)
    return key_file_fail(build->file, group, iterations, WORKLOAD_ERROR_VALUE, error,
                         "an iteration waits for the end of the one before, and \"tasks\" are unlimited");
  if (framework->n_stages * framework->iterations <= JOB_STAGES_MAX)
    return true;
  return key_file_fail(build->file, group, iterations, WORKLOAD_ERROR_VALUE, error,
                       "%u iterations of %u stages are more than the %d stages that a job may have",
                       framework->iterations, framework->n_stages, JOB_STAGES_MAX);
}

/* Without a duration every framework must come to an end. */
static bool check_end(const WorkloadBuild *build, const KeyGroup *group, const FrameworkSpec *framework,
                      GError **error)
{
  if (build->experiment->duration_given || !instant_is_never(framework->stop))
    return true;
  const char *endless = framework->jobs == UINT64_MAX ? "\"jobs\" are" : NULL;
  for (uint32_t i = 0; i < framework->n_stages; i++)
    if (framework->stages[i].unlimited)
      endless = framework->n_instances > 0 ? "the service is" : "\"tasks\" are";
  if (framework->trace != NULL || endless == NULL)
    return true;
  return key_file_fail(build->file, group, NULL, WORKLOAD_ERROR_VALUE, error,
                       "the run would never end: %s without limit, and there is neither \"stop\" here nor "
                       "\"duration\" in [experiment]",
                       endless);
}

/* --- services ------------------------------------------------------------------------------------------- */

/* There are as many hosts, or racks, as instances. */
static bool check_spread(const WorkloadBuild *build, const KeyGroup *group, FrameworkSpec *framework,
                         GError **error)
{
  const Cluster *cluster = &build->experiment->cluster;
  const KeyEntry *limit = key_group_find(group, "tasks-per-offer");
  if (framework->spread == SPREAD_NONE)
    return true;
  if (framework->spread == SPREAD_RACK && cluster->agents_per_rack == 0)
    return key_file_fail(build->file, group, key_group_find(group, "spread"), WORKLOAD_ERROR_VALUE, error,
                         "there are no racks; expected \"agents-per-rack\" in [cluster]");
  if (limit != NULL)
    return key_file_fail(build->file, group, limit, WORKLOAD_ERROR_VALUE, error,
                         "does not go with \"spread\", which is one instance on one agent");
  framework->tasks_per_offer = 1;
  uint32_t per_place = framework->spread == SPREAD_HOST ? 1 : cluster->agents_per_rack;
  uint32_t places = (uint32_t)(((uint64_t)cluster->agents + per_place - 1) / per_place);
  for (uint32_t i = 0; i < framework->n_instances; i++)
    if (framework->instances[i].count > places)
      return key_file_fail(build->file, group, key_group_find(group, "instances"), WORKLOAD_ERROR_VALUE,
                           error, "expected at most %u, as many as there are %s to spread over, not %u",
                           places, framework->spread == SPREAD_HOST ? "agents" : "racks",
                           framework->instances[i].count);
  return true;
}

/* --- which agents, and how much of them ----------------------------------------------------------------- */

static AgentTests test_of(AgentProperty property, const char *attribute, const char *text)
{
  AgentTests group = {g_new0(AgentTest, 1), 1};
  group.tests[0] = (AgentTest){property, AGENT_IS, g_strdup(attribute), g_strdup(text)};
  return group;
}

/* The class or host of one name of "only-agents". */
static bool tests_of(const WorkloadBuild *build, const char *name, AgentTests *group, GError **error)
{
  AgentRange range;
  if (strchr(name, ':') != NULL)
    return value_fail(error, "expected classes of agents and hostnames, not \"%s\"", name);
  if (!agents_find(build, name, &range, error))
    return false;
  const Cluster *cluster = &build->experiment->cluster;
  bool is_class = false;
  for (uint32_t i = 0; i < cluster->n_classes; i++)
    is_class = is_class || strcmp(cluster->classes[i].name, name) == 0;
  *group = is_class ? test_of(AGENT_ATTRIBUTE, "class", name) : test_of(AGENT_HOSTNAME, NULL, name);
  return true;
}

/* "only-agents" is short for constraints. */
static bool limit_agents(const WorkloadBuild *build, const KeyGroup *group, char **only, AgentFilter *filter,
                         GError **error)
{
  const KeyEntry *entry = key_group_find(group, "only-agents");
  if (only == NULL)
    return true;
  if (filter->n > 0)
    return key_file_fail(build->file, group, entry, WORKLOAD_ERROR_VALUE, error,
                         "does not go with \"constraints\", which can say the same: class == %s", only[0]);
  filter->groups = g_new0(AgentTests, g_strv_length(only));
  for (; *only != NULL; only++, filter->n++)
    if (!tests_of(build, *only, &filter->groups[filter->n], error))
      return key_file_prefix(build->file, group, entry, error);
  return true;
}

/* "at-least" is short for a minimum without alternatives. */
static bool take_minimum(const WorkloadBuild *build, const KeyGroup *group, KeyParts *parts,
                         FrameworkSpec *framework, GError **error)
{
  const KeyEntry *least = key_group_find(group, "at-least");
  framework->min_allocatable_given = key_group_find(group, "min-allocatable-resources") != NULL;
  if (least != NULL && framework->min_allocatable_given)
    return key_file_fail(build->file, group, least, WORKLOAD_ERROR_VALUE, error,
                         "does not go with \"min-allocatable-resources\"; expected one of the two");
  framework->min_allocatable = g_steal_pointer(&parts->min_allocatable.list);
  framework->n_min_allocatable = parts->min_allocatable.n;
  if (least == NULL)
    return true;
  g_free(framework->min_allocatable);
  framework->min_allocatable_given = true;
  framework->min_allocatable = g_memdup2(&parts->at_least, sizeof parts->at_least);
  framework->n_min_allocatable = 1;
  return true;
}

/* --- building ------------------------------------------------------------------------------------------- */

/* Which jobs the group is about; a trace's record is made. */
static bool jobs_from(WorkloadBuild *build, const KeyGroup *group, const GPtrArray *stages,
                      FrameworkSpec *framework, unsigned *jobs, GError **error)
{
  const KeyEntry *trace = key_group_find(group, "trace");
  const KeyEntry *scheduler = key_group_find(group, "scheduler");
  bool decliner = scheduler != NULL && strcmp(scheduler->value, "decliner") == 0;
  bool service = scheduler != NULL && strcmp(scheduler->value, "service") == 0;
  *jobs = stages->len == 0 ? JOBS_PLAIN : JOBS_STAGED;
  if (decliner && stages->len > 0)
    return key_file_fail(build->file, group, scheduler, WORKLOAD_ERROR_NAME, error,
                         "a decliner runs nothing, and there is [%s]",
                         ((const KeyGroup *)g_ptr_array_index(stages, 0))->name);
  if (service && stages->len > 0)
    return key_file_fail(build->file, group, scheduler, WORKLOAD_ERROR_NAME, error,
                         "a service has instances and no stages, and there is [%s]",
                         ((const KeyGroup *)g_ptr_array_index(stages, 0))->name);
  if (decliner || service) {
    *jobs = decliner ? JOBS_NONE : JOBS_SERVICE;
    return true;
  }
  if (trace == NULL)
    return true;
  if (stages->len > 0)
    return key_file_fail(build->file, group, trace, WORKLOAD_ERROR_NAME, error,
                         "does not go with [%s]: the jobs come from the trace",
                         ((const KeyGroup *)g_ptr_array_index(stages, 0))->name);
  framework->trace = g_new0(TraceSpec, 1);
  framework->trace->window_end = INSTANT_NEVER;
  framework->trace->jobs_max = UINT32_MAX;
  return build_trace_format(build, group, jobs, error);
}

/* The values of the group's own keys. */
static bool read_framework(WorkloadBuild *build, const KeyGroup *group, unsigned jobs,
                           FrameworkSpec *framework, GError **error)
{
  KeyParts parts = {.attributes = {NULL, 0}};
  StageSpec *stage = NULL;
  if (jobs == JOBS_PLAIN || jobs == JOBS_SERVICE) {
    framework->stages = g_new0(StageSpec, 1);
    framework->n_stages = 1;
    stage = &framework->stages[0];
    stage->name = g_strdup(jobs == JOBS_PLAIN ? STAGE_DEFAULT : STAGE_OF_SERVICE);
  }
  const KeyTargets targets = {.experiment = build->experiment,
                              .framework = framework,
                              .trace = framework->trace,
                              .stage = stage,
                              .parts = &parts};
  bool read = key_group_read(build->file, group, GROUP_FRAMEWORK, jobs, &build->context, &targets, error);
  if (stage != NULL) {
    stage->unlimited = parts.tasks.unlimited || jobs == JOBS_SERVICE;
    stage->tasks = g_steal_pointer(&parts.tasks.tasks);
  }
  framework->instances = g_steal_pointer(&parts.instances.list);
  framework->n_instances = parts.instances.n;
  read = read && limit_agents(build, group, parts.only_agents, &framework->agents, error) &&
         take_minimum(build, group, &parts, framework, error);
  framework->forgets_to_revive = jobs != JOBS_NONE && !parts.revive;
  framework->keeps_width = key_group_find(group, "scale-up") != NULL && !parts.scale_up;
  key_parts_clear(&parts);
  return read;
}

static bool build_framework(WorkloadBuild *build, const KeyGroup *group, GError **error)
{
  Experiment *experiment = build->experiment;
  FrameworkSpec *framework = &experiment->frameworks[experiment->n_frameworks++];
  *framework = (FrameworkSpec){.name = g_strdup(group->rest),
                               .line = group->position.line,
                               .count = 1,
                               .iterations = 1,
                               .stop = INSTANT_NEVER};
  g_autoptr(GPtrArray) stages = stages_of(build, framework->name);
  unsigned jobs;
  if (!jobs_from(build, group, stages, framework, &jobs, error) ||
      !read_framework(build, group, jobs, framework, error))
    return false;

  framework->start_given = key_group_find(group, "start") != NULL;
  framework->capabilities_given = key_group_find(group, "capabilities") != NULL;
  if (jobs == JOBS_NONE && key_group_find(group, "suppress") == NULL)
    framework->suppress = false;
  if (key_group_find(group, "refuse-seconds-unused") == NULL)
    framework->refuse_unused = framework->refuse;
  if (!check_role(build, group, framework, error) || !check_times(build, group, framework, error))
    return false;
  if (framework->roles != NULL)
    framework->role = g_strdup(framework->roles[0]);
  if (framework->trace != NULL)
    return build_trace_defaults(build, group, framework, error) &&
           build_hadoop(build, group, stages, framework, error);
  if (jobs == JOBS_NONE)
    return true;
  if (stages->len > 0 && !build_stages(build, stages, framework, error))
    return false;
  return complete_jobs(build, group, framework, error) && check_spread(build, group, framework, error) &&
         check_iterations(build, group, framework, error) &&
         build_hadoop(build, group, stages, framework, error) &&
         check_stages(build, group, framework, stages, error) && check_end(build, group, framework, error);
}

bool build_frameworks(WorkloadBuild *build, GError **error)
{
  const GPtrArray *groups = key_file_groups(build->file);
  build->experiment->frameworks = g_new0(FrameworkSpec, groups->len);
  for (guint i = 0; i < groups->len; i++) {
    const KeyGroup *group = g_ptr_array_index(groups, i);
    if (strcmp(group->kind, "framework") == 0 && !build_framework(build, group, error))
      return false;
  }
  if (build->experiment->n_frameworks == 0)
    return key_file_fail(build->file, NULL, NULL, WORKLOAD_ERROR_VALUE, error,
                         "no frameworks; expected at least one [framework NAME]");
  return true;
}
