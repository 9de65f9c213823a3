/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run-arguments.h"

#include <string.h>

#include "base/number.h"
#include "base/time-text.h"
#include "cli/allocator-choice.h"
#include "cli/report.h"

void run_arguments_clear(RunArguments *arguments)
{
  g_free(arguments->workload);
  g_free(arguments->allocator);
  g_free(arguments->seed);
  g_free(arguments->replication);
  g_free(arguments->replications);
  g_free(arguments->replications_max);
  g_strfreev(arguments->until);
  g_free(arguments->jobs);
  g_free(arguments->output);
  g_free(arguments->scratch);
  g_strfreev(arguments->set);
  g_free(arguments->record);
  g_free(arguments->sample_interval);
  g_free(arguments->compat);
  g_free(arguments->partition);
  g_free(arguments->call_limit);
}

#define RUN_COUNT_MAX 1000000

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
    "  sim workloads/quickstart.ini --allocator drf,priority --replications 30 -j 4\n"
    "  sim workloads/quickstart.ini --until \"completion_time/mean 2%\" --until \"fairness/jain 0.01\"\n"
    "\n"
    "Exit status: 0 well; 2 the command line, the workload or a trace is wrong, and nothing was\n"
    "written; 1 the run failed, and there is no results file; 130 interrupted (Ctrl-C), and the\n"
    "results up to then are marked \"truncated\". A second Ctrl-C stops at once and keeps nothing.\n"
    "Of many runs those that are finished are kept in RESULTS.parts, and the same command goes on from "
    "there.";

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

OptionsRead run_arguments_read(int argc, char **argv, RunArguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
      {"workload", 'w', 0, G_OPTION_ARG_FILENAME, &arguments->workload,
       "What to run: a workload file, or a raw trace (.swf, .tsv, each also .gz)", "FILE"},
      {"allocator", 'a', 0, G_OPTION_ARG_FILENAME, &arguments->allocator,
       "Who is offered what: see sim list allocators; ./mine.so; several: a,b (default: " ALLOCATOR_DEFAULT
       ")",
       "NAME|FILE"},
      {"seed", 's', 0, G_OPTION_ARG_FILENAME, &arguments->seed,
       "Of all random draws, instead of the workload's", "N"},
      {"replications", 0, 0, G_OPTION_ARG_FILENAME, &arguments->replications,
       "How many runs, each with a seed of its own, for means with intervals", "N"},
      {"until", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->until,
       "As many as it takes until a metric is known: \"completion_time/mean 2%\"", "METRIC[:SCOPE] WIDTH"},
      {"replications-max", 0, 0, G_OPTION_ARG_FILENAME, &arguments->replications_max,
       "But not more than so many (default: 1000)", "N"},
      {"jobs", 'j', 0, G_OPTION_ARG_FILENAME, &arguments->jobs,
       "How many runs at a time (default: one per processor)", "N"},
      {"isolated", 0, 0, G_OPTION_ARG_NONE, &arguments->isolated,
       "Also run each framework alone on its part of the agents, for finish-time fairness", NULL},
      {"keep-going", 'k', 0, G_OPTION_ARG_NONE, &arguments->keep_going,
       "Where a run fails, do the others all the same", NULL},
      {"replication", 0, 0, G_OPTION_ARG_FILENAME, &arguments->replication,
       "One of many: its seed comes from the workload's and this number, from 0", "N"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments->output,
       "Results file (default: WORKLOAD-ALLOCATOR-SEED.db); replaced only by a whole one", "FILE"},
      {"scratch", 0, 0, G_OPTION_ARG_FILENAME, &arguments->scratch,
       "Make it there, on a disk of this machine, and move it to its place once it is whole", "FOLDER"},
      {"set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->set,
       "Override a key of the workload; may be repeated", "GROUP.KEY=VALUE"},
      {"record", 0, 0, G_OPTION_ARG_FILENAME, &arguments->record,
       "What has rows of its own: jobs (default), or tasks: also each attempt of a task", "WHAT"},
      {"sample-interval", 0, 0, G_OPTION_ARG_FILENAME, &arguments->sample_interval,
       "Between samples of time series, such as 30s (default: a hundredth of the run)", "TIME"},
      {"plugin-call-limit", 0, 0, G_OPTION_ARG_FILENAME, &arguments->call_limit,
       "Processor time that one call into a plug-in may take (default: 60s)", "TIME"},
      {"compat", 0, 0, G_OPTION_ARG_FILENAME, &arguments->compat,
       "mesos: where Mesos does something surprising, do it, too; or none", "WHAT"},
      {"partition", 0, 0, G_OPTION_ARG_FILENAME, &arguments->partition,
       "static: each role has agents of its own, what sharing is held against; or shared", "WHAT"},
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

/* As one could type it again. */
char *run_arguments_command(int argc, char **argv)
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

bool run_arguments_record(const RunArguments *arguments, bool *tasks, GError **error)
{
  static const char *const known[] = {"jobs", "tasks", NULL};
  if (arguments->record != NULL && !g_strv_contains(known, arguments->record)) {
    options_unknown(error, "--record", arguments->record, known);
    return false;
  }
  *tasks = g_strcmp0(arguments->record, "tasks") == 0;
  return true;
}

static const char *const compats[] = {"mesos", "none", NULL};
static const char *const partitions[] = {"shared", "static", NULL};

/* An option that is short for a key with one of a few values; @value: (nullable). */
static bool add_choice(GPtrArray *overrides, const char *option, const char *value, const char *key,
                       const char *const *known, GError **error)
{
  if (value == NULL)
    return true;
  if (!g_strv_contains(known, value)) {
    options_unknown(error, option, value, known);
    return false;
  }
  g_ptr_array_add(overrides, g_strdup_printf("%s=%s", key, value));
  return true;
}

char **run_arguments_overrides(const RunArguments *arguments, GError **error)
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
  if (!add_choice(overrides, "--compat", arguments->compat, "master.compat", compats, error) ||
      !add_choice(overrides, "--partition", arguments->partition, "experiment.partition", partitions, error))
    return NULL;
  g_ptr_array_add(overrides, NULL);
  return (char **)g_ptr_array_steal(overrides, NULL);
}

char **run_arguments_allocators(const RunArguments *arguments, GError **error)
{
  g_auto(GStrv) names = g_strsplit(arguments->allocator, ",", -1);
  for (guint i = 0; names[i] != NULL; i++) {
    g_strstrip(names[i]);
    for (guint k = 0; k < i; k++)
      if (strcmp(names[i], names[k]) == 0) {
        g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--allocator: \"%s\" stands twice", names[i]);
        return NULL;
      }
  }
  if (names[0] == NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--allocator: expected a name, not \"\"");
    return NULL;
  }
  return g_steal_pointer(&names);
}

bool run_arguments_count(const char *option, const char *text, int64_t min, uint32_t otherwise,
                         uint32_t *count, GError **error)
{
  int64_t number = otherwise;
  if (text != NULL && !number_parse_integer(text, min, RUN_COUNT_MAX, &number, error)) {
    g_prefix_error(error, "%s: ", option);
    return false;
  }
  *count = (uint32_t)number;
  return true;
}
