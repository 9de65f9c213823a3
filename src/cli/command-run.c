/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/time-text.h"
#include "cli/allocator-choice.h"
#include "cli/load-workload.h"
#include "cli/options.h"
#include "cli/output-file.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/run-plan.h"
#include "cli/sources.h"
#include "cli/summary-print.h"
#include "engine/random.h"

/* As given on the command line. */
typedef struct {
  char *workload;
  char *allocator;
  char *seed;
  char *replication;
  char *output;
  char **set;
  char *record;
  char *sample_interval;
  char *compat;
  char *call_limit;
  gboolean quiet;
  gboolean no_progress;
} RunArguments;

static void run_arguments_clear(RunArguments *arguments)
{
  g_free(arguments->workload);
  g_free(arguments->allocator);
  g_free(arguments->seed);
  g_free(arguments->replication);
  g_free(arguments->output);
  g_strfreev(arguments->set);
  g_free(arguments->record);
  g_free(arguments->sample_interval);
  g_free(arguments->compat);
  g_free(arguments->call_limit);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RunArguments, run_arguments_clear)

static const char summary[] =
    "Runs a workload on a simulated cluster, prints a summary and leaves everything else in one\n"
    "SQLite file. FILE may stand without --workload.";

static const char examples[] =
    "Examples:\n"
    "  sim --workload workloads/quickstart.ini --allocator drf\n"
    "  sim workloads/quickstart.ini --seed 7 --set cluster.agents=300 --output half.db\n"
    "  sim --workload workloads/scalability.ini --set \"framework load.count=10\" --record tasks\n"
    "  sim --workload log.swf.gz      a raw trace, with the defaults that it prints\n"
    "  sim --workload workloads/quickstart.ini --allocator ./mine.so      a plug-in: see the README\n"
    "\n"
    "Exit status: 0 well; 2 the command line, the workload or a trace is wrong, and nothing was\n"
    "written; 1 the run failed, and there is no results file; 130 interrupted (Ctrl-C), and the\n"
    "results up to then are marked \"truncated\". A second Ctrl-C stops at once and keeps nothing.";

/* The one workload is that of --workload or the one word; it moves to @arguments. */
static bool take_workload(RunArguments *arguments, char **words, GError **error)
{
  char **more = words;
  if (arguments->workload == NULL && words[0] != NULL) {
    arguments->workload = g_strdup(words[0]);
    more = words + 1;
  }
  if (arguments->workload == NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "which workload? Give --workload FILE (sim run --help)");
    return false;
  }
  if (*more != NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "one workload is run at a time, not both \"%s\" and \"%s\" (sim run --help)",
                arguments->workload, *more);
    return false;
  }
  return true;
}

static OptionsRead read_arguments(int argc, char **argv, RunArguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
      {"workload", 'w', 0, G_OPTION_ARG_FILENAME, &arguments->workload,
       "What to run: a workload file, or a raw trace (.swf, .tsv, each also .gz)", "FILE"},
      {"allocator", 'a', 0, G_OPTION_ARG_FILENAME, &arguments->allocator,
       "Who is offered what: see sim list allocators (default: " ALLOCATOR_DEFAULT
       "), or a plug-in: ./mine.so",
       "NAME|FILE"},
      {"seed", 's', 0, G_OPTION_ARG_FILENAME, &arguments->seed,
       "Of all random draws, instead of the workload's", "N"},
      {"replication", 0, 0, G_OPTION_ARG_FILENAME, &arguments->replication,
       "One of many: its seed comes from the workload's and this number, from 0", "N"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments->output,
       "Results file (default: WORKLOAD-ALLOCATOR-SEED.db); replaced only by a whole one", "FILE"},
      {"set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->set,
       "Override a key of the workload; may be repeated", "GROUP.KEY=VALUE"},
      {"record", 0, 0, G_OPTION_ARG_FILENAME, &arguments->record,
       "What has rows of its own: jobs (default), or tasks: also each attempt of a task", "WHAT"},
      {"sample-interval", 0, 0, G_OPTION_ARG_FILENAME, &arguments->sample_interval,
       "Between samples of time series, such as 30s (default: a hundredth of the run)", "TIME"},
      {"plugin-call-limit", 0, 0, G_OPTION_ARG_FILENAME, &arguments->call_limit,
       "Processor time that one call into a plug-in may take (default: 60s)", "TIME"},
      {"compat", 0, 0, G_OPTION_ARG_FILENAME, &arguments->compat,
       "mesos: as Mesos, also where that is surprising; or none (default: the workload's)", "WHAT"},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &arguments->quiet, "Print nothing but errors", NULL},
      {"no-progress", 0, 0, G_OPTION_ARG_NONE, &arguments->no_progress,
       "Show no progress (it is shown on a terminal only)", NULL},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"run", "[OPTION...] --workload FILE", summary, examples, entries};
  g_auto(GStrv) words = NULL;
  OptionsRead read = options_read(&options, argc, argv, &words, error);
  if (read != OPTIONS_READ)
    return read;
  if (arguments->allocator == NULL)
    arguments->allocator = g_strdup(ALLOCATOR_DEFAULT);
  return take_workload(arguments, words, error) ? OPTIONS_READ : OPTIONS_WRONG;
}

/* --- from the arguments to a plan ----------------------------------------------------------------------- */

/* Everything that a plan points to. */
typedef struct {
  Guard *guard; /* NULL: the allocator is no plug-in */
  AllocatorChoice allocator;
  LoadedWorkload workload;
  Sources *sources;
  const char **allocator_options;
  char **overrides;
  char *output;
  char *command;
  RunPlan plan;
} Preparation;

static void preparation_clear(Preparation *preparation)
{
  sources_free(preparation->sources);
  g_free(preparation->allocator_options);
  g_strfreev(preparation->overrides);
  g_free(preparation->output);
  g_free(preparation->command);
  loaded_workload_clear(&preparation->workload);
  allocator_choice_clear(&preparation->allocator);
  guard_free(preparation->guard);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Preparation, preparation_clear)

/* As one could type it again. */
static char *command_line(int argc, char **argv)
{
  GString *line = g_string_new("sim run");
  for (int i = 0; i < argc; i++) {
    bool plain = argv[i][0] != '\0' &&
                 argv[i][strspn(argv[i], G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_./=:,+%@")] == '\0';
    g_autofree char *quoted = plain ? g_strdup(argv[i]) : g_shell_quote(argv[i]);
    g_string_append_printf(line, " %s", quoted);
  }
  return g_string_free(line, FALSE);
}

static bool check_record(const RunArguments *arguments, bool *tasks, GError **error)
{
  static const char *const known[] = {"jobs", "tasks", NULL};
  if (arguments->record != NULL && !g_strv_contains(known, arguments->record)) {
    options_unknown(error, "--record", arguments->record, known);
    return false;
  }
  *tasks = g_strcmp0(arguments->record, "tasks") == 0;
  return true;
}

/* --seed, --sample-interval and --compat are keys of the workload too; as overrides they are part of what is stored. */
static char **all_overrides(const RunArguments *arguments, GError **error)
{
  g_autoptr(GPtrArray) overrides = g_ptr_array_new_with_free_func(g_free);
  for (char **one = arguments->set; one != NULL && *one != NULL; one++)
    g_ptr_array_add(overrides, g_strdup(*one));
  if (arguments->seed != NULL) {
    uint64_t seed;
    if (!options_parse_seed(arguments->seed, &seed, error))
      return NULL;
    g_ptr_array_add(overrides, g_strdup_printf("experiment.seed=%" G_GUINT64_FORMAT, seed));
  }
  if (arguments->sample_interval != NULL) {
    Duration interval;
    if (!duration_parse(arguments->sample_interval, &interval, error)) {
      g_prefix_error(error, "--sample-interval: ");
      return NULL;
    }
    if (interval.ns <= 0) {
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                  "--sample-interval: expected a duration longer than zero, not \"%s\"",
                  arguments->sample_interval);
      return NULL;
    }
    g_ptr_array_add(overrides, g_strdup_printf("experiment.sample-interval=%s", arguments->sample_interval));
  }
  if (arguments->compat != NULL) {
    static const char *const known[] = {"mesos", "none", NULL};
    if (!g_strv_contains(known, arguments->compat)) {
      options_unknown(error, "--compat", arguments->compat, known);
      return NULL;
    }
    g_ptr_array_add(overrides, g_strdup_printf("master.compat=%s", arguments->compat));
  }
  g_ptr_array_add(overrides, NULL);
  return (char **)g_ptr_array_steal(overrides, NULL);
}

static bool parse_replication(const char *text, uint32_t *replication, GError **error)
{
  int64_t number = 0;
  if (text != NULL && !number_parse_integer(text, 0, UINT32_MAX, &number, error)) {
    g_prefix_error(error, "--replication: ");
    return false;
  }
  *replication = (uint32_t)number;
  return true;
}

static bool prepare(const RunArguments *arguments, Preparation *preparation, GError **error)
{
  RunPlan *plan = &preparation->plan;
  GuardPage *page = preparation->guard == NULL ? NULL : guard_page(preparation->guard);
  if (!check_record(arguments, &plan->record_tasks, error) ||
      !allocator_choose(arguments->allocator, page, &preparation->allocator, error))
    return false;
  plan->allocator = preparation->allocator.interface;
  plan->plugin = preparation->allocator.plugin;
  plan->guard = preparation->guard;
  preparation->overrides = all_overrides(arguments, error);
  const char *const *overrides = (const char *const *)preparation->overrides;
  if (overrides == NULL ||
      !load_workload(arguments->workload, overrides, plan->plugin == NULL ? NULL : plan->allocator,
                     &preparation->workload, error) ||
      !parse_replication(arguments->replication, &plan->replication, error))
    return false;

  plan->experiment = preparation->workload.experiment;
  plan->settings = overrides;
  plan->seed = plan->experiment->seed;
  plan->quiet = arguments->quiet;
  plan->progress = !arguments->quiet && !arguments->no_progress && progress_possible();
  if (!arguments->quiet)
    load_workload_note(&preparation->workload);
  uint64_t seed = sim_replication_seed(plan->seed, plan->replication);
  preparation->sources = sources_open(plan->experiment, preparation->workload.raw, seed, error);
  if (preparation->sources == NULL)
    return false;
  if (!arguments->quiet)
    sources_warn(preparation->sources);
  preparation->allocator_options = allocator_option_values(plan->experiment, plan->allocator);
  preparation->output = arguments->output != NULL ? g_strdup(arguments->output)
                                                  : output_default(arguments->workload, plan->allocator->name,
                                                                   plan->seed, plan->replication);
  plan->sources = preparation->sources;
  plan->allocator_options = preparation->allocator_options;
  plan->output = preparation->output;
  plan->command = preparation->command;
  return output_check(plan->output, plan->experiment, error);
}

/* --- the command ---------------------------------------------------------------------------------------- */

static ExitStatus execute(const RunPlan *plan)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Run) run = run_prepare(plan, &error);
  if (run == NULL)
    return report_error(error);
  if (!plan->quiet) {
    g_autofree char *head = summary_head_of_plan(plan->experiment, plan->sources, plan->allocator->name,
                                                 plan->seed, plan->replication);
    fputs(head, stdout);
    fflush(stdout); /* before the first line of progress */
  }
  g_auto(ResultsSummary) results = {0};
  RunEnd end = run_execute(run, &results, &error);
  if (end == RUN_FAILED)
    return report_error(error);
  if (!plan->quiet) {
    g_autofree char *body = summary_body(&results);
    fputs(body, stdout);
  }
  return end == RUN_INTERRUPTED ? EXIT_INTERRUPTED : EXIT_WELL;
}

ExitStatus command_run(int argc, char **argv)
{
  g_auto(RunArguments) arguments = {0};
  g_auto(Preparation) preparation = {.command = command_line(argc, argv)};
  g_autoptr(GError) error = NULL;
  switch (read_arguments(argc, argv, &arguments, &error)) {
  case OPTIONS_HELP:
    return EXIT_WELL;
  case OPTIONS_WRONG:
    return report_error(error);
  case OPTIONS_READ:
  default:
    break;
  }
  Duration call_limit;
  if (!options_parse_call_limit(arguments.call_limit, arguments.allocator, &call_limit, &error))
    return report_error(error);
  if (plugin_is_path(arguments.allocator)) {
    /* From here on this may be a child: the plug-in never runs in the process that the user waits for. */
    ExitStatus status;
    preparation.guard = guard_new();
    if (guard_command(preparation.guard, arguments.allocator, call_limit, &status))
      return status;
  }
  if (!prepare(&arguments, &preparation, &error))
    return report_error(error);
  return execute(&preparation.plan);
}
