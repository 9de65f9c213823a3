/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "workload/workload-build.h"

static const struct {
  const char *suffix;
  TraceFormat format;
} suffixes[] = {{".swf", TRACE_SWF}, {".tsv", TRACE_SWIM}, {".csv", TRACE_CSV}};

static bool format_of_name(const char *path, TraceFormat *format)
{
  g_autofree char *name = g_ascii_strdown(path, -1);
  if (g_str_has_suffix(name, ".gz"))
    name[strlen(name) - strlen(".gz")] = '\0';
  for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
    if (g_str_has_suffix(name, suffixes[i].suffix)) {
      *format = suffixes[i].format;
      return true;
    }
  return false;
}

bool build_trace_format(WorkloadBuild *build, const KeyGroup *group, unsigned *jobs, GError **error)
{
  static const unsigned jobs_by_format[] = {
      [TRACE_SWF] = JOBS_SWF, [TRACE_SWIM] = JOBS_SWIM, [TRACE_CSV] = JOBS_CSV};
  TraceSpec *trace = build->experiment->frameworks[build->experiment->n_frameworks - 1].trace;
  const KeyEntry *path = key_group_find(group, "trace");
  const KeyEntry *format = key_group_find(group, "format");
  if (format != NULL) {
    if (!value_trace_format(&build->context, format->value, &trace->format, error))
      return key_file_prefix(build->file, group, format, error);
  } else if (!format_of_name(path->value, &trace->format)) {
    return key_file_fail(
        build->file, group, path, WORKLOAD_ERROR_VALUE, error,
        "the name \"%s\" does not tell the format; expected .swf, .tsv or .csv (each also with "
        ".gz), or a key \"format\" = swf, swim or csv",
        path->value);
  }
  *jobs = jobs_by_format[trace->format];
  return true;
}

/* --- mappings ------------------------------------------------------------------------------------------- */

static const char *format_name(TraceFormat format)
{
  return format == TRACE_SWF ? "SWF" : format == TRACE_SWIM ? "SWIM" : "CSV";
}

static bool map_fits(const TraceMap *map, TraceFormat format)
{
  switch (map->kind) {
  case MAP_NONE:
  case MAP_NUMBER:
    return true;
  case MAP_COLUMN:
    return format == TRACE_CSV;
  case MAP_USER:
  case MAP_GROUP:
  case MAP_QUEUE:
  case MAP_PARTITION:
  case MAP_EXECUTABLE:
    return format == TRACE_SWF;
  }
  return false;
}

static bool check_map(const WorkloadBuild *build, const KeyGroup *group, const char *key, const TraceMap *map,
                      TraceFormat format, GError **error)
{
  const KeyEntry *entry = key_group_find(group, key);
  bool is_roles = strcmp(key, "roles") == 0;
  const char *none = is_roles ? "framework" : "one";
  const char *forms = format == TRACE_SWF   ? "user, group, queue, partition, executable, "
                      : format == TRACE_CSV ? "column NAME, "
                                            : "";
  if (entry == NULL)
    return true;
  if (!map_fits(map, format) || (map->kind == MAP_NONE && strcmp(entry->value, none) != 0))
    return key_file_fail(build->file, group, entry, WORKLOAD_ERROR_VALUE, error,
                         "\"%s\" is not for a %s trace; expected %sa number or %s", entry->value,
                         format_name(format), forms, none);
  return true;
}

static TraceMap default_frameworks(TraceFormat format)
{
  switch (format) {
  case TRACE_SWF:
    return (TraceMap){MAP_USER, 0, NULL};
  case TRACE_SWIM:
    return (TraceMap){MAP_NUMBER, 4, NULL};
  case TRACE_CSV:
    return (TraceMap){MAP_NONE, 0, NULL};
  }
  return (TraceMap){MAP_NONE, 0, NULL};
}

/* --- what follows from the cluster ---------------------------------------------------------------------- */

/* The class whose agents have the most cpus, then memory: a task of a whole agent is made for it. */
static const AgentClass *largest_class(const Cluster *cluster)
{
  const AgentClass *largest = &cluster->classes[0];
  for (uint32_t i = 1; i < cluster->n_classes; i++) {
    const int64_t *amount = cluster->classes[i].resources.plain.amount;
    const int64_t *least = largest->resources.plain.amount;
    if (amount[RESOURCE_CPUS] > least[RESOURCE_CPUS] ||
        (amount[RESOURCE_CPUS] == least[RESOURCE_CPUS] && amount[RESOURCE_MEM] > least[RESOURCE_MEM]))
      largest = &cluster->classes[i];
  }
  return largest;
}

static bool cluster_has(const Cluster *cluster, int kind)
{
  for (uint32_t i = 0; i < cluster->n_classes; i++)
    if (resources_total(&cluster->classes[i].resources).amount[kind] > 0)
      return true;
  return false;
}

/* A default task asks for nothing that no agent has. */
static void drop_kinds_without_agents(const Cluster *cluster, Quantities *task)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (!cluster_has(cluster, kind))
      task->amount[kind] = 0;
}

static uint32_t slots_of(const Cluster *cluster, const Quantities *task)
{
  uint64_t slots = 0;
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    Quantities agent = resources_total(&cluster->classes[i].resources);
    slots += (uint64_t)cluster->classes[i].count * quantities_divide(&agent, task);
    slots = MIN(slots, UINT32_MAX - 1);
  }
  return (uint32_t)slots;
}

static bool complete_swim(const WorkloadBuild *build, const KeyGroup *group, TraceSpec *trace, GError **error)
{
  const Cluster *cluster = &build->experiment->cluster;
  Quantities *tasks[] = {&trace->map_resources, &trace->reduce_resources};
  const char *const keys[] = {"map-resources", "reduce-resources"};
  trace->agents = cluster->agents;
  for (size_t i = 0; i < G_N_ELEMENTS(tasks); i++) {
    if (key_group_find(group, keys[i]) == NULL)
      drop_kinds_without_agents(cluster, tasks[i]);
    if (quantities_are_zero(tasks[i]))
      return key_file_fail(build->file, group, NULL, WORKLOAD_ERROR_VALUE, error,
                           "the key \"%s\" is missing: the agents have neither cpus nor mem", keys[i]);
  }
  if (key_group_find(group, "slots") == NULL)
    trace->slots = MAX(slots_of(cluster, &trace->map_resources), 1);
  return true;
}

static bool complete_csv(const WorkloadBuild *build, const KeyGroup *group, const TraceSpec *trace,
                         GError **error)
{
  if (trace->duration.name == NULL && trace->end.name == NULL)
    return key_file_fail(build->file, group, NULL, WORKLOAD_ERROR_VALUE, error,
                         "expected \"column-duration\" or \"column-end\": nothing says how long tasks run");
  const char *other = trace->end.name != NULL     ? "column-end"
                      : trace->start.name != NULL ? "column-start"
                                                  : NULL;
  if (trace->duration.name != NULL && other != NULL)
    return key_file_fail(build->file, group, key_group_find(group, other), WORKLOAD_ERROR_VALUE, error,
                         "does not go with \"column-duration\", which says already how long tasks run");
  if ((trace->reduces.name == NULL) != (trace->reduce_duration.name == NULL))
    return key_file_fail(build->file, group, NULL, WORKLOAD_ERROR_VALUE, error,
                         "expected both \"column-reduces\" and \"column-reduce-duration\", or neither");
  bool any = !quantities_are_zero(&trace->task_resources);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    if (trace->kind_columns[kind].name == NULL)
      continue;
    any = true;
    if (trace->task_resources.amount[kind] != 0)
      return key_file_fail(build->file, group, key_group_find(group, "task-resources"), WORKLOAD_ERROR_VALUE,
                           error, "names \"%s\", which has a column: %s",
                           resource_kinds_name(build->experiment->kinds, (uint32_t)kind),
                           trace->kind_columns[kind].name);
  }
  if (any)
    return true;
  return key_file_fail(
      build->file, group, NULL, WORKLOAD_ERROR_VALUE, error,
      "nothing says what a task takes; expected \"task-resources\", \"column-cpus\" or another "
      "column of resources");
}

/* Users are those of the SWF field, or else whoever the frameworks are made from. */
static bool check_replicate(const WorkloadBuild *build, const KeyGroup *group, const TraceSpec *trace,
                            GError **error)
{
  const KeyEntry *entry = key_group_find(group, "replicate");
  if (trace->replicate.kind != REPLICATE_USERS || trace->format == TRACE_SWF ||
      trace->frameworks.kind == MAP_COLUMN)
    return true;
  return key_file_fail(build->file, group, entry, WORKLOAD_ERROR_VALUE, error,
                       "nothing says who the users of this %s trace are%s", format_name(trace->format),
                       trace->format == TRACE_CSV ? "; expected \"frameworks\" = column NAME" : "");
}

bool build_trace_defaults(WorkloadBuild *build, const KeyGroup *group, FrameworkSpec *framework,
                          GError **error)
{
  TraceSpec *trace = framework->trace;
  const Cluster *cluster = &build->experiment->cluster;
  trace->line = key_group_find(group, "trace")->position.line;
  trace->path = g_path_is_absolute(trace->path_as_written) || strcmp(build->context.folder, ".") == 0
                    ? g_strdup(trace->path_as_written)
                    : g_build_filename(build->context.folder, trace->path_as_written, NULL);
  trace->agent_resources = resources_total(&largest_class(cluster)->resources);
  if (key_group_find(group, "use-memory") == NULL)
    trace->use_memory = cluster_has(cluster, RESOURCE_MEM);
  if (key_group_find(group, "frameworks") == NULL)
    trace->frameworks = default_frameworks(trace->format);
  if (!check_map(build, group, "frameworks", &trace->frameworks, trace->format, error) ||
      !check_map(build, group, "roles", &trace->roles, trace->format, error) ||
      !check_replicate(build, group, trace, error))
    return false;
  if (trace->window_end.ns <= trace->window_start.ns)
    return key_file_fail(build->file, group, key_group_find(group, "window-end"), WORKLOAD_ERROR_VALUE, error,
                         "expected a time after \"window-start\", not \"%s\"",
                         key_group_find(group, "window-end")->value);
  switch (trace->format) {
  case TRACE_SWF:
    return true;
  case TRACE_SWIM:
    return complete_swim(build, group, trace, error);
  case TRACE_CSV:
    return complete_csv(build, group, trace, error);
  }
  return true;
}
