/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdio.h>

#include "cli/allocator-choice.h"
#include "cli/commands.h"
#include "cli/load-workload.h"
#include "cli/options.h"
#include "cli/pilot.h"
#include "cli/report.h"
#include "cli/sources.h"
#include "model/simulation.h"
#include "report/format.h"

static const char summary[] =
    "Checks workload files and raw traces, with all traces that they name, and prints what each of\n"
    "them would run. All files are checked, whatever is wrong with the first.";

static const char examples[] = "Examples:\n"
                               "  sim validate workloads/*.ini\n"
                               "  sim validate log.swf.gz --set cluster.agents=64\n"
                               "\n"
                               "Exit status: 0 if all are right, else 2.";

static void append_jobs(GString *line, const SourcesCount *count)
{
  g_autofree char *jobs = format_counted(count->jobs, "job");
  g_autofree char *tasks = format_counted(count->tasks, "task");
  if (count->more && count->jobs == 0)
    g_string_append(line, "jobs as long as it runs");
  else
    g_string_append_printf(line, "%s%s, %s%s", count->more ? "more than " : "", jobs, tasks,
                           count->tasks_unlimited ? " and tasks without end" : "");
}

static char *describe(const Experiment *experiment, const Sources *sources, const SourcesCount *count)
{
  g_autofree char *agents = format_counted(experiment->cluster.agents, "agent");
  g_autofree char *frameworks = format_counted(sources->n_members, "framework");
  GString *line = g_string_new(NULL);
  g_string_append_printf(line, "%s, %s, ", agents, frameworks);
  append_jobs(line, count);
  if (count->last_submit.ns > 0) {
    g_autofree char *last = format_clock((Duration){count->last_submit.ns});
    g_string_append_printf(line, ", the last submitted at %s", last);
  }
  if (experiment->duration_given) {
    g_autofree char *duration = format_clock(experiment->duration);
    g_string_append_printf(line, "; ends at %s", duration);
  }
  return g_string_free(line, FALSE);
}

/* Whether there are agents for each part is known when the run is built. */
static bool can_be_parted(const LoadedWorkload *loaded, const AllocatorInterface *allocator, GError **error)
{
  const Experiment *experiment = loaded->experiment;
  g_autoptr(Sources) sources = sources_open(experiment, loaded->raw, experiment->seed, error);
  if (sources == NULL)
    return false;
  SimulationSettings settings = {.experiment = experiment,
                                 .allocator = allocator,
                                 .sources = (JobSource *const *)sources->sources,
                                 .seed = experiment->seed};
  g_autoptr(Simulation) simulation = simulation_new(&settings, error);
  return simulation != NULL;
}

static bool validate(const char *path, char **overrides, const AllocatorChoice *choice, bool quiet,
                     GError **error)
{
  const AllocatorInterface *more = choice->plugin == NULL ? NULL : choice->interface;
  g_auto(LoadedWorkload) loaded = {0};
  if (!load_workload(path, (const char *const *)overrides, more, &loaded, error))
    return false;
  const Experiment *experiment = loaded.experiment;
  if (experiment->parted && !can_be_parted(&loaded, choice->interface, error))
    return false;
  g_autoptr(Sources) sources = sources_open(experiment, loaded.raw, experiment->seed, error);
  if (sources == NULL)
    return false;
  SourcesCount count;
  if (!sources_count(sources, experiment, &count, error))
    return false;
  if (!quiet) {
    sources_warn(sources);
    pilot_warn(experiment);
    g_autofree char *shown = printable(path);
    g_autofree char *line = describe(experiment, sources, &count);
    printf("%s: %s\n", shown, line);
  }
  return true;
}

static ExitStatus validate_all(char **files, char **set, const char *allocator, Guard *guard, bool quiet)
{
  g_auto(AllocatorChoice) choice = {0};
  g_autoptr(GError) error = NULL;
  if (!allocator_choose(allocator, guard == NULL ? NULL : guard_page(guard), &choice, &error))
    return report_error(error);
  ExitStatus status = EXIT_WELL;
  for (char **file = files; *file != NULL; file++) {
    g_autoptr(GError) wrong = NULL;
    if (!validate(*file, set, &choice, quiet, &wrong)) {
      fflush(stdout); /* in the order of the files, also where both go to one place */
      status = report_error(wrong);
    }
  }
  return status;
}

ExitStatus command_validate(int argc, char **argv)
{
  g_auto(GStrv) set = NULL;
  g_autofree char *allocator = NULL;
  gboolean quiet = FALSE;
  const GOptionEntry entries[] = {
      {"set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &set, "Override a key of each workload; may be repeated",
       "GROUP.KEY=VALUE"},
      {"allocator", 'a', 0, G_OPTION_ARG_FILENAME, &allocator,
       "A plug-in, ./mine.so, that the workloads give options to", "FILE"},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Print nothing but errors", NULL},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"validate", "[OPTION...] FILE...", summary, examples, entries};
  g_auto(GStrv) files = NULL;
  g_autoptr(GError) error = NULL;
  OptionsRead read = options_read(&options, argc, argv, &files, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_READ && files[0] == NULL)
    g_set_error(&error, CLI_ERROR, CLI_ERROR_USAGE, "which workloads? (sim validate --help)");
  if (error != NULL)
    return report_error(error);

  if (allocator == NULL || !plugin_is_path(allocator))
    return validate_all(files, set, allocator == NULL ? ALLOCATOR_DEFAULT : allocator, NULL, quiet);
  g_autoptr(Guard) guard = guard_new();
  ExitStatus status;
  if (guard_command(guard, allocator, GUARD_CALL_LIMIT_DEFAULT, &status))
    return status;
  return validate_all(files, set, allocator, guard, quiet);
}
