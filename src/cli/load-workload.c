/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/load-workload.h"

#include <stdio.h>
#include <string.h>

#include "cli/allocator-choice.h"
#include "cli/report.h"
#include "traces/raw-trace.h"
#include "workload/workload-file.h"

/* Whether an override gives this key of the group [cluster]. */
static bool overrides_cluster(const char *const *overrides, const char *key)
{
  for (const char *const *one = overrides; one != NULL && *one != NULL; one++) {
    g_auto(GStrv) sides = g_strsplit(*one, "=", 2);
    g_autofree char *name = g_strconcat("cluster.", key, NULL);
    if (sides[0] != NULL && strcmp(g_strstrip(sides[0]), name) == 0)
      return true;
  }
  return false;
}

static Experiment *load_raw(const char *path, const char *const *overrides, const WorkloadNames *names,
                            GError **error)
{
  bool cluster_given = overrides_cluster(overrides, "agents") && overrides_cluster(overrides, "resources");
  g_autofree char *text = raw_trace_workload(path, cluster_given, error);
  return text == NULL ? NULL : workload_text_load(text, path, overrides, names, error);
}

static Experiment *load_any(const char *path, const char *const *overrides, const WorkloadNames *names,
                            bool *raw, GError **error)
{
  *raw = raw_trace_is(path);
  return *raw ? load_raw(path, overrides, names, error) : workload_file_load(path, overrides, names, error);
}

bool load_workload_of_plugin(const char *path, const char *const *overrides, LoadedWorkload *loaded,
                             GError **error)
{
  const WorkloadNames names = {.any_allocator = true, .can_run = true};
  bool raw;
  Experiment *experiment = load_any(path, overrides, &names, &raw, error);
  if (experiment != NULL)
    *loaded = (LoadedWorkload){experiment, raw};
  return experiment != NULL;
}

bool load_workload(const char *path, const char *const *overrides, const AllocatorInterface *more,
                   LoadedWorkload *loaded, GError **error)
{
  g_autoptr(WorkloadNames) names = allocator_names_new(more);
  names->can_run = true;
  bool raw;
  g_autoptr(Experiment) experiment = load_any(path, overrides, names, &raw, error);
  if (experiment == NULL || !allocator_options_check(experiment, more, error))
    return false;
  *loaded = (LoadedWorkload){g_steal_pointer(&experiment), raw};
  return true;
}

void load_workload_note(const LoadedWorkload *loaded)
{
  if (!loaded->raw)
    return;
  g_autofree char *path = printable(loaded->experiment->source_path);
  fprintf(stderr, "note: %s is a trace; it is run with these defaults, to be changed with --set:\n", path);
  g_auto(GStrv) lines = g_strsplit(loaded->experiment->effective, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (**line != '\0' && **line != '#') {
      g_autofree char *shown = printable(*line);
      fprintf(stderr, "    %s\n", shown);
    }
}

void loaded_workload_clear(LoadedWorkload *loaded)
{
  experiment_free(loaded->experiment);
  *loaded = (LoadedWorkload){0};
}

char *workload_stem(const char *path)
{
  static const char *const endings[] = {".gz", ".ini", ".swf", ".tsv"};
  char *name = g_path_get_basename(path);
  for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
    size_t length = strlen(name);
    size_t end = strlen(endings[i]);
    if (length > end && g_ascii_strcasecmp(name + length - end, endings[i]) == 0)
      name[length - end] = '\0';
  }
  return name;
}
