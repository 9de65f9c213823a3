/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/error.h"
#include "workload/agent-filter.h"
#include "workload/role-room.h"
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

/* --- the cluster ---------------------------------------------------------------------------------------- */

/* What all agents have is added up, and so is what is in use of it: that must be countable, with room to spare. */
#define TOTAL_MAX (INT64_MAX / 4)

static bool check_totals(const WorkloadBuild *build, GError **error)
{
  const Cluster *cluster = &build->experiment->cluster;
  Quantities sum = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    const AgentClass *agents = &cluster->classes[i];
    Quantities each = resources_total(&agents->resources);
    const KeyGroup *group = key_file_find(build->file, "agents", agents->name);
    if (group == NULL)
      group = key_file_find(build->file, "cluster", "");
    for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      if (__builtin_mul_overflow(each.amount[kind], agents->count, &each.amount[kind]) ||
          __builtin_add_overflow(sum.amount[kind], each.amount[kind], &sum.amount[kind]) ||
          sum.amount[kind] > TOTAL_MAX)
        return key_file_fail(
            build->file, group, key_group_find(group, "resources"), WORKLOAD_ERROR_VALUE, error,
            "%u such agents make too much %s; expected at most %" G_GINT64_FORMAT " in all", agents->count,
            resource_kinds_name(build->experiment->kinds, kind), TOTAL_MAX / QUANTITY_UNIT);
  }
  return true;
}

/* --- quotas --------------------------------------------------------------------------------------------- */

/* An error about one key of [role PATH]; nothing of @role is named twice. @most: of @kind, in thousandths: @what. */
static bool fail_quota(const WorkloadBuild *build, const RoleSpec *role, const char *key, uint32_t kind,
                       int64_t most, const char *what, GError **error)
{
  const KeyGroup *group = key_file_find(build->file, "role", role->path);
  const KeyEntry *entry = key_group_find(group, key);
  return key_file_fail(
      build->file, group, entry, WORKLOAD_ERROR_VALUE, error, "expected at most %s:%.12g, %s, not \"%s\"",
      resource_kinds_name(build->experiment->kinds, kind), (double)MAX(most, 0) / 1000, what, entry->value);
}

static const RoleSpec *find_role(const Experiment *experiment, const char *path)
{
  for (uint32_t i = 0; i < experiment->n_roles; i++)
    if (strcmp(experiment->roles[i].path, path) == 0)
      return &experiment->roles[i];
  return NULL;
}

static bool is_child_of(const RoleSpec *role, const RoleSpec *parent)
{
  const char *slash = strrchr(role->path, '/');
  size_t length = strlen(parent->path);
  return slash != NULL && (size_t)(slash - role->path) == length &&
         strncmp(role->path, parent->path, length) == 0;
}

/* The limit of @role is within its own guarantee's and those of the roles above it. */
static bool check_limit(const WorkloadBuild *build, const RoleSpec *role, GError **error)
{
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    if (role->limit.amount[kind] < 0)
      continue;
    if (role->guarantee.amount[kind] > role->limit.amount[kind])
      return fail_quota(build, role, "guarantee", kind, role->limit.amount[kind], "its limit", error);
    g_autofree char *above = g_strdup(role->path);
    for (char *slash = strrchr(above, '/'); slash != NULL; slash = strrchr(above, '/')) {
      *slash = '\0';
      const RoleSpec *parent = find_role(build->experiment, above);
      g_autofree char *what = g_strdup_printf("the limit of [role %s]", above);
      if (parent != NULL && parent->limit.amount[kind] >= 0 &&
          role->limit.amount[kind] > parent->limit.amount[kind])
        return fail_quota(build, role, "limit", kind, parent->limit.amount[kind], what, error);
    }
  }
  return true;
}

/* What is guaranteed to the children of a role is within what is guaranteed to it. */
static bool check_children(const WorkloadBuild *build, const RoleSpec *role, GError **error)
{
  const Experiment *experiment = build->experiment;
  const char *slash = strrchr(role->path, '/');
  if (slash == NULL || quantities_are_zero(&role->guarantee))
    return true;
  g_autofree char *above = g_strndup(role->path, (size_t)(slash - role->path));
  const RoleSpec *parent = find_role(experiment, above);
  Quantities siblings = QUANTITIES_ZERO;
  for (uint32_t i = 0; parent != NULL && i < experiment->n_roles; i++)
    if (is_child_of(&experiment->roles[i], parent))
      quantities_add(&siblings, &experiment->roles[i].guarantee);
  const Quantities none = QUANTITIES_ZERO;
  const Quantities *most = parent == NULL ? &none : &parent->guarantee;
  g_autofree char *what =
      g_strdup_printf("what is guaranteed to [role %s] without the other roles below it", above);
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (role->guarantee.amount[kind] > 0 &&
        MAX(siblings.amount[kind], role->guarantee.amount[kind]) > most->amount[kind])
      return fail_quota(build, role, "guarantee", kind,
                        most->amount[kind] - MAX(siblings.amount[kind] - role->guarantee.amount[kind], 0),
                        what, error);
  return true;
}

/* As the master would check an operator's call (core/operator.h). */
static bool check_quotas(const WorkloadBuild *build, GError **error)
{
  const Experiment *experiment = build->experiment;
  Quantities left = cluster_total(&experiment->cluster);
  for (uint32_t i = 0; i < experiment->n_roles; i++) {
    const RoleSpec *role = &experiment->roles[i];
    const KeyGroup *group = key_file_find(build->file, "role", role->path);
    bool nested = strchr(role->path, '/') != NULL;
    const KeyEntry *quota = key_group_find(group, "guarantee");
    quota = quota != NULL ? quota : key_group_find(group, "limit");
    if (nested && quota != NULL && experiment->master.mesos_compatible)
      return key_file_fail(build->file, group, quota, WORKLOAD_ERROR_VALUE, error,
                           "with \"compat = mesos\" only roles without \"/\" have quotas");
    if (!check_limit(build, role, error) || !check_children(build, role, error))
      return false;
    if (nested)
      continue;
    quantities_subtract(&left, &role->guarantee);
    for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      if (left.amount[kind] < 0)
        return fail_quota(build, role, "guarantee", kind, left.amount[kind] + role->guarantee.amount[kind],
                          "what the cluster has without the guarantees of the roles before it", error);
  }
  return true;
}

/* --- torque --------------------------------------------------------------------------------------------- */

static const FrameworkSpec *torque_before(const Experiment *experiment, const FrameworkSpec *framework)
{
  for (const FrameworkSpec *other = experiment->frameworks; other < framework; other++)
    if (other->scheduler == SCHEDULER_TORQUE && g_strcmp0(other->role, framework->role) == 0)
      return other;
  return NULL;
}

/* What it is guaranteed is its pool of nodes, so it must be guaranteed something, and alone. */
static bool check_torque(const WorkloadBuild *build, const FrameworkSpec *framework, GError **error)
{
  const Experiment *experiment = build->experiment;
  const KeyGroup *group = framework_group(build, framework);
  const KeyEntry *scheduler = key_group_find(group, "scheduler");
  bool traced = framework->trace != NULL;
  if (framework->job_order != JOB_ORDER_FIFO)
    return key_file_fail(build->file, group, key_group_find(group, "job-order"), WORKLOAD_ERROR_VALUE, error,
                         "a torque queue is in the order of submission; expected fifo, or no such key");
  if (traced && framework->role == NULL)
    return key_file_fail(build->file, group, scheduler, WORKLOAD_ERROR_VALUE, error,
                         "its pool is what its role is guaranteed; expected \"role\" beside it");
  if (framework->role != NULL &&
      (framework->count > 1 || traced || torque_before(experiment, framework) != NULL) &&
      !(traced && framework->trace->frameworks.kind == MAP_NONE))
    return key_file_fail(
        build->file, group, scheduler, WORKLOAD_ERROR_VALUE, error,
        "several torque frameworks with the role \"%s\": what is guaranteed to it can be the "
        "pool of one",
        framework->role);
  for (uint32_t member = 0; member < framework->count; member++) {
    g_autofree char *name = framework_member_name(framework, member);
    const char *path = framework->role != NULL ? framework->role : name;
    const RoleSpec *role = find_role(experiment, path);
    if (role == NULL || quantities_are_zero(&role->guarantee))
      return key_file_fail(build->file, group, scheduler, WORKLOAD_ERROR_VALUE, error,
                           "its pool is what its role is guaranteed; expected \"guarantee\" in [role %s]",
                           path);
  }
  return true;
}

/* Keys that only one scheduler reads. */
static bool check_own_keys(const WorkloadBuild *build, const FrameworkSpec *framework, GError **error)
{
  static const struct {
    const char *key;
    SchedulerKind scheduler;
    const char *name;
  } own[] = {{"backfill", SCHEDULER_TORQUE, "torque"},
             {"estimate-factor", SCHEDULER_TORQUE, "torque"},
             {"cached-task-duration", SCHEDULER_SPARK, "spark"},
             {"locality-wait", SCHEDULER_SPARK, "spark"},
             {"executor-resources", SCHEDULER_SPARK, "spark"}};
  const KeyGroup *group = framework_group(build, framework);
  for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
    const KeyEntry *entry = key_group_find(group, own[i].key);
    if (entry != NULL && framework->scheduler != own[i].scheduler)
      return key_file_fail(build->file, group, entry, WORKLOAD_ERROR_NAME, error,
                           "only goes with \"scheduler = %s\"", own[i].name);
  }
  for (uint32_t i = 0; i < framework->n_stages && framework->scheduler != SCHEDULER_SPARK; i++) {
    g_autofree char *rest = g_strdup_printf("%s.%s", framework->name, framework->stages[i].name);
    const KeyGroup *stage = key_file_find(build->file, "stage", rest);
    const KeyEntry *entry = stage == NULL ? NULL : key_group_find(stage, "cached-task-duration");
    if (entry != NULL)
      return key_file_fail(build->file, stage, entry, WORKLOAD_ERROR_NAME, error,
                           "only goes with \"scheduler = spark\"");
  }
  return true;
}

/* Keys of preferences go with something that is preferred, and with schedulers that take any offer of it. */
static bool check_preferences(const WorkloadBuild *build, const FrameworkSpec *framework, GError **error)
{
  static const char *const keys[] = {"prefers", "prefers-resources", "prefers-wait", "elsewhere-slowdown"};
  const KeyGroup *group = framework_group(build, framework);
  bool has_any = framework_has_preferences(framework);
  bool may = framework->scheduler == SCHEDULER_ELASTIC || scheduler_starts_gangs(framework->scheduler);
  for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
    const KeyEntry *entry = key_group_find(group, keys[i]);
    if (entry != NULL && !may)
      return key_file_fail(build->file, group, entry, WORKLOAD_ERROR_NAME, error,
                           "goes with elastic, rigid, mpi and torque frameworks alone");
    if (entry != NULL && !has_any)
      return key_file_fail(build->file, group, entry, WORKLOAD_ERROR_VALUE, error,
                           "nothing is preferred; expected \"prefers\" or \"prefers-resources\" beside it");
    if (entry != NULL && framework->elsewhere_slowdown < 1 && i == 3)
      return key_file_fail(build->file, group, entry, WORKLOAD_ERROR_VALUE, error,
                           "expected a factor of at least 1, not \"%s\"", entry->value);
  }
  return true;
}

/* How a job grows and shrinks is up to elastic and rigid frameworks; a rigid one that needs all its tasks does neither. */
static bool check_scaling(const WorkloadBuild *build, const FrameworkSpec *framework, GError **error)
{
  static const char *const keys[] = {"minimum-allocation", "scale-up", "scale-down"};
  const KeyGroup *group = framework_group(build, framework);
  bool rigid = framework->scheduler == SCHEDULER_RIGID;
  for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
    const KeyEntry *entry = key_group_find(group, keys[i]);
    if (entry != NULL && !rigid && framework->scheduler != SCHEDULER_ELASTIC)
      return key_file_fail(build->file, group, entry, WORKLOAD_ERROR_NAME, error,
                           "goes with elastic and rigid frameworks alone");
    if (entry != NULL && rigid && framework->minimum_allocation == 0)
      return key_file_fail(
          build->file, group, entry, WORKLOAD_ERROR_VALUE, error,
          "a rigid framework runs all its tasks or none; expected \"minimum-allocation\" beside it");
  }
  return true;
}

/* Those of spark are always shared. */
static bool complete_executors(const WorkloadBuild *build, FrameworkSpec *framework, GError **error)
{
  const KeyGroup *group = framework_group(build, framework);
  const KeyEntry *reuse = key_group_find(group, "executor-reuse");
  const KeyEntry *timeout = key_group_find(group, "executor-idle-timeout");
  if (framework->scheduler == SCHEDULER_SPARK && reuse != NULL && !framework->executor_reuse)
    return key_file_fail(build->file, group, reuse, WORKLOAD_ERROR_VALUE, error,
                         "an executor of spark lives on; expected yes, or no such key");
  if (framework->scheduler == SCHEDULER_SPARK)
    framework->executor_reuse = true;
  if (timeout != NULL && !framework->executor_reuse)
    return key_file_fail(build->file, group, timeout, WORKLOAD_ERROR_NAME, error,
                         "is about executors that live on; expected \"executor-reuse = yes\" beside it");
  return true;
}

static bool check_schedulers(const WorkloadBuild *build, GError **error)
{
  const Experiment *experiment = build->experiment;
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    FrameworkSpec *framework = &experiment->frameworks[i];
    if (!check_own_keys(build, framework, error) || !complete_executors(build, framework, error) ||
        !check_preferences(build, framework, error) || !check_scaling(build, framework, error) ||
        (framework->scheduler == SCHEDULER_TORQUE && !check_torque(build, framework, error)))
      return false;
  }
  return true;
}

bool check_experiment(const WorkloadBuild *build, GError **error)
{
  return check_stage_groups(build, error) && check_names(build, error) && check_weights(build, error) &&
         check_totals(build, error) && check_quotas(build, error) && check_schedulers(build, error);
}
