/* SPDX-License-Identifier: Apache-2.0 */
#include "workload/workload-file.h"

#include <string.h>

#include "base/error.h"
#include "workload/text-file.h"
#include "workload/workload-build.h"

#define WORKLOAD_BYTES_MAX (64u << 20)

/* Groups that --set may make: those that mean something with any one key. */
static const char *const makeable_groups[] = {"experiment", "cluster",     "master",     "network",
                                              "role *",     "allocator *", "operator *", NULL};

GQuark workload_error_quark(void)
{
  return g_quark_from_static_string("offersim-workload-error");
}

char *workload_where(const Experiment *experiment, int line, const char *group, const char *key)
{
  if (line == 0)
    return g_strdup_printf("--set %s%s%s: ", group, key == NULL ? "" : ".", key == NULL ? "" : key);
  return g_strdup_printf("%s:%d: [%s]%s%s: ", experiment->source_path, line, group, key == NULL ? "" : " ",
                         key == NULL ? "" : key);
}

/* --- which groups there are ----------------------------------------------------------------------------- */

static bool check_group(const KeyFile *file, const KeyGroup *group, GError **error)
{
  const char *names[GROUP_KINDS + 1] = {NULL};
  for (int kind = 0; kind < GROUP_KINDS; kind++) {
    const GroupForm *form = &group_forms[kind];
    names[kind] = form->name;
    if (strcmp(group->kind, form->name) != 0)
      continue;
    if (form->named != (*group->rest != '\0'))
      return key_file_fail(file, group, NULL, WORKLOAD_ERROR_NAME, error, "expected [%s]", form->heading);
    return true;
  }
  const char *nearest = base_nearest(group->kind, names);
  if (nearest != NULL)
    return key_file_fail(file, group, NULL, WORKLOAD_ERROR_NAME, error, "unknown group; did you mean \"%s\"?",
                         nearest);
  g_autofree char *all = g_strjoinv(", ", (char **)(guintptr)names);
  return key_file_fail(file, group, NULL, WORKLOAD_ERROR_NAME, error, "unknown group; expected one of %s",
                       all);
}

static bool check_groups(const KeyFile *file, GError **error)
{
  const GPtrArray *groups = key_file_groups(file);
  for (guint i = 0; i < groups->len; i++)
    if (!check_group(file, g_ptr_array_index(groups, i), error))
      return false;
  return true;
}

/* --- simple groups -------------------------------------------------------------------------------------- */

static bool read_single(WorkloadBuild *build, GroupKind kind, KeyParts *parts, GError **error)
{
  const KeyGroup *group = key_file_find(build->file, group_forms[kind].name, "");
  const KeyTargets targets = {.experiment = build->experiment, .parts = parts};
  return key_group_read(build->file, group, kind, JOBS_ANY, &build->context, &targets, error);
}

/* After the agents, which may name further kinds of resources. */
static bool build_master(WorkloadBuild *build, GError **error)
{
  MasterFlags *master = &build->experiment->master;
  KeyParts parts = {.attributes = {NULL, 0}};
  bool read = read_single(build, GROUP_MASTER, &parts, error);
  master->n_min_allocatable = parts.min_allocatable.n;
  master->min_allocatable = g_steal_pointer(&parts.min_allocatable.list);
  master->n_rate_limits = parts.rate_limits.n;
  master->rate_limits = g_steal_pointer(&parts.rate_limits.list);
  parts.rate_limits.n = 0;
  master->revocation = read && parts.revocation_grace.ns != DURATION_MAX.ns;
  if (master->revocation)
    master->revocation_grace = parts.revocation_grace;
  key_parts_clear(&parts);
  return read && read_single(build, GROUP_NETWORK, NULL, error);
}

static bool build_experiment(WorkloadBuild *build, GError **error)
{
  Experiment *experiment = build->experiment;
  if (!read_single(build, GROUP_EXPERIMENT, NULL, error))
    return false;
  const KeyGroup *group = key_file_find(build->file, "experiment", "");
  experiment->duration_given = key_group_find(group, "duration") != NULL;
  const KeyEntry *partition = key_group_find(group, "partition");
  if (partition != NULL && partition->position.set == NULL)
    experiment->parted_line = partition->position.line;
  if (experiment->title == NULL)
    experiment->title = g_path_get_basename(experiment->source_path);
  experiment->warm_up_given = key_group_find(group, "warm-up") != NULL;
  if (experiment->kind == RUN_STEADY && !experiment->duration_given)
    return key_file_fail(build->file, group, key_group_find(group, "kind"), WORKLOAD_ERROR_VALUE, error,
                         "a steady run needs a duration");
  if (experiment->sample_interval.ns == 0 && experiment->duration_given)
    experiment->sample_interval.ns = MAX(experiment->duration.ns / 100, 1);
  if (experiment->duration_given && experiment->warm_up.ns >= experiment->duration.ns)
    return key_file_fail(build->file, group, key_group_find(group, "warm-up"), WORKLOAD_ERROR_VALUE, error,
                         "expected less than the duration of the run, \"%s\", not \"%s\"",
                         key_group_find(group, "duration")->value, key_group_find(group, "warm-up")->value);
  return true;
}

static bool build_role(WorkloadBuild *build, const KeyGroup *group, GError **error)
{
  Experiment *experiment = build->experiment;
  RoleSpec *role = &experiment->roles[experiment->n_roles++];
  *role = (RoleSpec){.path = g_strdup(group->rest), .line = group->position.line};
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    role->limit.amount[kind] = -1;
  if (!role_path_check(role->path, error))
    return key_file_prefix(build->file, group, NULL, error);
  const KeyTargets targets = {.experiment = experiment, .role = role};
  return key_group_read(build->file, group, GROUP_ROLE, JOBS_ANY, &build->context, &targets, error);
}

static const WorkloadAllocator unknown_allocator;

static const WorkloadAllocator *find_allocator(const WorkloadBuild *build, const KeyGroup *group,
                                               GError **error)
{
  size_t n = build->known == NULL ? 0 : build->known->n_allocators;
  g_autofree const char **names = g_new0(const char *, n + 1);
  for (size_t i = 0; i < n; i++) {
    names[i] = build->known->allocators[i].name;
    if (strcmp(names[i], group->rest) == 0)
      return &build->known->allocators[i];
  }
  if (build->known != NULL && build->known->any_allocator)
    return &unknown_allocator;
  int index;
  value_choice(group->rest, "allocator", names, &index, error);
  key_file_prefix(build->file, group, NULL, error);
  return NULL;
}

static bool check_option(const WorkloadBuild *build, const KeyGroup *group, const KeyEntry *entry,
                         const char *const *known, GError **error)
{
  static const char *const none[] = {NULL};
  const char *const *keys = known == NULL ? none : known;
  if (g_strv_contains(keys, entry->name))
    return true;
  const char *nearest = base_nearest(entry->name, keys);
  if (nearest != NULL)
    return key_file_fail(build->file, group, entry, WORKLOAD_ERROR_NAME, error,
                         "unknown key; did you mean \"%s\"?", nearest);
  g_autofree char *all = g_strjoinv(", ", (char **)(guintptr)keys);
  return key_file_fail(build->file, group, entry, WORKLOAD_ERROR_NAME, error, "unknown key; expected %s%s",
                       *all == '\0' ? "none, this allocator has no options" : "one of ", all);
}

static bool build_allocator(WorkloadBuild *build, const KeyGroup *group, GError **error)
{
  Experiment *experiment = build->experiment;
  const WorkloadAllocator *allocator = find_allocator(build, group, error);
  if (allocator == NULL)
    return false;
  guint n = group->entries->len;
  AllocatorOptions *options = &experiment->allocators[experiment->n_allocators++];
  *options = (AllocatorOptions){.allocator = g_strdup(group->rest),
                                .keys = g_new0(char *, n + 1),
                                .values = g_new0(char *, n + 1),
                                .lines = g_new0(int, n + 1)};
  for (guint i = 0; i < n; i++) {
    const KeyEntry *entry = g_ptr_array_index(group->entries, i);
    if (allocator != &unknown_allocator && !check_option(build, group, entry, allocator->option_keys, error))
      return false;
    options->keys[i] = g_strdup(entry->name);
    options->values[i] = g_strdup(entry->value);
    options->lines[i] = entry->position.set == NULL ? entry->position.line : 0;
  }
  return true;
}

static bool build_named(WorkloadBuild *build, GError **error)
{
  const GPtrArray *groups = key_file_groups(build->file);
  build->experiment->roles = g_new0(RoleSpec, groups->len);
  build->experiment->allocators = g_new0(AllocatorOptions, groups->len);
  for (guint i = 0; i < groups->len; i++) {
    const KeyGroup *group = g_ptr_array_index(groups, i);
    if (strcmp(group->kind, "role") == 0 && !build_role(build, group, error))
      return false;
    if (strcmp(group->kind, "allocator") == 0 && !build_allocator(build, group, error))
      return false;
  }
  return true;
}

/* --- identity ------------------------------------------------------------------------------------------- */

/* Keys of [experiment] that say how often and with which seeds, not what is run. */
static bool decides_a_run(const KeyGroup *group, const KeyEntry *entry)
{
  static const char *const others[] = {"seed", "replications", "confidence", NULL};
  return strcmp(group->name, "experiment") != 0 || !g_strv_contains(others, entry->name);
}

/* Values have no line ends of their own in them that could be taken for the next key: they are quoted. */
static void add_identity(GChecksum *checksum, const KeyFile *file)
{
  const GPtrArray *groups = key_file_groups(file);
  for (guint i = 0; i < groups->len; i++) {
    const KeyGroup *group = g_ptr_array_index(groups, i);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint k = 0; k < group->entries->len; k++) {
      const KeyEntry *entry = g_ptr_array_index(group->entries, k);
      g_autofree char *value = g_strescape(entry->value, NULL);
      if (decides_a_run(group, entry))
        g_string_append_printf(text, "%s=%s\n", entry->name, value);
    }
    /* --seed may have made the group. */
    if (text->len > 0 || strcmp(group->name, "experiment") != 0) {
      g_string_prepend(text, "]\n");
      g_string_prepend(text, group->name);
      g_string_prepend(text, "[");
    }
    g_checksum_update(checksum, (const guchar *)text->str, (gssize)text->len);
  }
}

/* --- the whole ------------------------------------------------------------------------------------------ */

/* Nobody is there whom a guarantee would keep anything for. */
static void drop_guarantees(Experiment *experiment)
{
  for (uint32_t i = 0; experiment->only != NULL && i < experiment->n_roles; i++)
    experiment->roles[i].guarantee = QUANTITIES_ZERO;
}

/* After all checks: what else is in the file is as right or wrong as ever. */
static bool keep_only(const WorkloadBuild *build, GError **error)
{
  Experiment *experiment = build->experiment;
  if (experiment->only == NULL)
    return true;
  g_autofree const char **names = g_new0(const char *, experiment->n_frameworks + 1);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++)
    names[i] = experiment->frameworks[i].name;
  int index;
  if (!value_choice(experiment->only, "framework", names, &index, error)) {
    const KeyGroup *group = key_file_find(build->file, "experiment", "");
    return key_file_prefix(build->file, group, key_group_find(group, "only"), error);
  }
  experiment_keep_only(experiment, (uint32_t)index);
  return true;
}

static bool build_all(WorkloadBuild *build, GError **error)
{
  if (!check_groups(build->file, error) || !build_experiment(build, error) || !build_cluster(build, error) ||
      !build_master(build, error) || !build_named(build, error) || !build_frameworks(build, error) ||
      !build_operators(build, error))
    return false;
  drop_guarantees(build->experiment);
  return check_experiment(build, error) && check_fits(build, error) && keep_only(build, error);
}

Experiment *workload_data_load(const char *data, size_t length, const char *source_path,
                               const char *const *overrides, const WorkloadNames *known, GError **error)
{
  g_autoptr(KeyFile) file = key_file_new(data, length, source_path, overrides, makeable_groups, error);
  if (file == NULL)
    return NULL;
  g_autoptr(Experiment) experiment = g_new0(Experiment, 1);
  g_autofree char *folder = g_path_get_dirname(source_path);
  experiment->kinds = resource_kinds_new();
  experiment->source_path = g_strdup(source_path);
  experiment->effective = g_strdup(key_file_text(file));
  g_autoptr(GChecksum) identity = g_checksum_new(G_CHECKSUM_SHA256);
  WorkloadBuild build = {.file = file,
                         .known = known,
                         .experiment = experiment,
                         .context = {.kinds = experiment->kinds, .folder = folder, .inputs = identity}};
  add_identity(identity, file);
  if (!build_all(&build, error))
    return NULL;
  experiment->identity = g_strdup(g_checksum_get_string(identity));
  return g_steal_pointer(&experiment);
}

Experiment *workload_text_load(const char *text, const char *source_path, const char *const *overrides,
                               const WorkloadNames *known, GError **error)
{
  return workload_data_load(text, strlen(text), source_path, overrides, known, error);
}

Experiment *workload_file_load(const char *path, const char *const *overrides, const WorkloadNames *known,
                               GError **error)
{
  size_t length;
  g_autofree char *data = text_file_read(path, WORKLOAD_BYTES_MAX, &length, error);
  if (data == NULL)
    return NULL;
  return workload_data_load(data, length, path, overrides, known, error);
}
