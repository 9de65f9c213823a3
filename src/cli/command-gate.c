/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/allocator-choice.h"
#include "cli/commands.h"
#include "cli/gate-print.h"
#include "cli/gate-runs.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/run-arguments.h"
#include "report/format.h"
#include "report/text-file.h"

#define GATE_CONFIDENCE 0.95
#define GATE_FOLDER     "workloads/fairness"

static const char summary[] = "Says whether an allocator has become unfair: runs small workloads with the "
                              "seeds of a baseline and compares\n"
                              "each fairness metric with it, pair by pair. A metric has regressed where the "
                              "lower bound of its worsening (95%\n"
                              "for all of them together) is above its tolerance, and is inconclusive, which "
                              "is no pass, where the interval is\n"
                              "wider than that. The baseline is a text file; --accept makes or renews it.";

static const char examples[] =
    "Examples:\n"
    "  sim gate --baseline fairness.baseline --accept                  what drf does now\n"
    "  sim gate --baseline fairness.baseline --allocator ./mine.so\n"
    "  sim gate --require \"starvation < 60s\" --require \"jain > 0.9\" --allocator ./mine.so\n"
    "  sim gate --baseline fairness.baseline --junit gate.xml --markdown gate.md\n"
    "\n"
    "Exit status: 0 pass; 1 regression; 2 an error, or inconclusive; 130 interrupted.";

typedef struct {
  char *baseline;
  char *allocator;
  char *workloads;
  char **require;
  char **set;
  char *replications;
  char *seed;
  char *jobs;
  char *junit;
  char *markdown;
  char *output;
  char *call_limit;
  gboolean accept;
  gboolean quiet;
  gboolean no_progress;
} GateArguments;

static void gate_arguments_clear(GateArguments *arguments)
{
  g_free(arguments->baseline);
  g_free(arguments->allocator);
  g_free(arguments->workloads);
  g_strfreev(arguments->require);
  g_strfreev(arguments->set);
  g_free(arguments->replications);
  g_free(arguments->seed);
  g_free(arguments->jobs);
  g_free(arguments->junit);
  g_free(arguments->markdown);
  g_free(arguments->output);
  g_free(arguments->call_limit);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GateArguments, gate_arguments_clear)

/* All that the command needs beside what it measures. */
typedef struct {
  GateArguments *arguments;
  GateBaseline *baseline; /* (nullable) */
  GArray *requirements;   /* of GateRequirement */
  char *folder;
  GateRunsSettings settings;
} Gate;

static void requirement_clear(void *data)
{
  gate_requirement_clear(data);
}

static void gate_clear(Gate *gate)
{
  gate_baseline_free(gate->baseline);
  g_clear_pointer(&gate->requirements, g_array_unref);
  g_free(gate->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Gate, gate_clear)

/* --- from the arguments ------------------------------------------------------------------------------------- */

/* Where the workloads are: in the source tree, or installed beside the program. */
static char *default_folder(void)
{
  if (g_file_test(GATE_FOLDER, G_FILE_TEST_IS_DIR))
    return g_strdup(GATE_FOLDER);
  g_autofree char *own = g_strdup_printf("/proc/%ld/exe", (long)getpid());
  g_autofree char *program = g_file_read_link(own, NULL);
  g_autofree char *bin = program == NULL ? NULL : g_path_get_dirname(program);
  if (bin == NULL)
    return g_strdup(GATE_FOLDER);
  g_autofree char *installed = g_build_filename(bin, "..", "share", "offersim", GATE_FOLDER, NULL);
  return g_file_test(installed, G_FILE_TEST_IS_DIR) ? g_canonicalize_filename(installed, NULL)
                                                    : g_strdup(GATE_FOLDER);
}

static bool usage(GError **error, const char *message)
{
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s", message);
  return false;
}

static bool check_arguments(const GateArguments *arguments, GError **error)
{
  if (arguments->baseline == NULL && arguments->require == NULL)
    return usage(error,
                 "against what? Give --baseline FILE, or --require \"METRIC < LIMIT\" (sim gate --help)");
  if (arguments->accept && arguments->baseline == NULL)
    return usage(error, "--accept: expected --baseline FILE, which it makes");
  if (arguments->accept && arguments->set != NULL)
    return usage(error, "--accept: a baseline is of the workloads as they are, without --set");
  if (arguments->baseline != NULL && !arguments->accept &&
      (arguments->replications != NULL || arguments->seed != NULL))
    return usage(error,
                 "--replications and --seed are those of the baseline; with --accept it is made with others");
  return true;
}

static bool read_baseline(Gate *gate, GError **error)
{
  const GateArguments *arguments = gate->arguments;
  if (arguments->baseline == NULL ||
      (arguments->accept && !g_file_test(arguments->baseline, G_FILE_TEST_EXISTS)))
    return true;
  gate->baseline = gate_baseline_read(arguments->baseline, error);
  if (gate->baseline == NULL && !g_file_test(arguments->baseline, G_FILE_TEST_EXISTS))
    g_prefix_error(error, "no baseline; --accept makes it: ");
  return gate->baseline != NULL;
}

static bool read_requirements(Gate *gate, GError **error)
{
  gate->requirements = g_array_new(FALSE, FALSE, sizeof(GateRequirement));
  g_array_set_clear_func(gate->requirements, requirement_clear);
  for (char **one = gate->arguments->require; one != NULL && *one != NULL; one++) {
    GateRequirement requirement;
    if (!gate_requirement_parse(*one, &requirement, error)) {
      g_prefix_error(error, "--require: ");
      return false;
    }
    g_array_append_val(gate->requirements, requirement);
  }
  return true;
}

static bool prepare(Gate *gate, GError **error)
{
  GateArguments *arguments = gate->arguments;
  Duration limit;
  if (!check_arguments(arguments, error) || !read_baseline(gate, error) || !read_requirements(gate, error))
    return false;
  if (arguments->allocator == NULL)
    arguments->allocator = g_strdup(gate->baseline == NULL ? ALLOCATOR_DEFAULT : gate->baseline->allocator);
  if (!options_parse_call_limit(arguments->call_limit, arguments->allocator, &limit, error))
    return false;
  gate->folder = arguments->workloads != NULL ? g_strdup(arguments->workloads) : default_folder();
  gate->settings = (GateRunsSettings){
      .folder = gate->folder,
      .allocator = arguments->allocator,
      .overrides = (const char *const *)arguments->set,
      .baseline = gate->baseline,
      .renew = arguments->accept,
      .seed = arguments->seed,
      .requirements = (const GateRequirement *)(const void *)gate->requirements->data,
      .n_requirements = gate->requirements->len,
      .output = arguments->output,
      .call_limit = arguments->call_limit,
      .quiet = arguments->quiet,
      .progress = !arguments->quiet && !arguments->no_progress && progress_possible(),
  };
  return run_arguments_count("--jobs", arguments->jobs, 1, g_get_num_processors(), &gate->settings.workers,
                             error) &&
         run_arguments_count("--replications", arguments->replications, 2, 0, &gate->settings.replications,
                             error);
}

/* --- what is said ------------------------------------------------------------------------------------------- */

static char *title_of(const Gate *gate, const GateBaseline *measured)
{
  GString *title = g_string_new(NULL);
  uint32_t runs = 0;
  for (guint i = 0; i < measured->workloads->len; i++)
    runs += gate_workload(measured, i)->replications;
  g_autofree char *counted = format_counted(runs, "run");
  g_autofree char *workloads = format_counted(measured->workloads->len, "workload");
  g_autofree char *allocator = printable(gate->arguments->allocator);
  g_string_append_printf(title, "allocator %s", allocator);
  if (gate->baseline != NULL)
    g_string_append_printf(title, " against the baseline of %s, %s", gate->baseline->allocator,
                           gate->baseline->program);
  g_string_append_printf(title, "; %s, %s", workloads, counted);
  return g_string_free(title, FALSE);
}

static GPtrArray *judge(const Gate *gate, const GateRuns *runs)
{
  GPtrArray *rows =
      gate->baseline == NULL ? gate_rows_new() : gate_judge(gate->baseline, runs->measured, GATE_CONFIDENCE);
  guint n = gate->requirements->len;
  for (guint w = 0; w < runs->measured->workloads->len; w++) {
    const GateWorkload *workload = gate_workload(runs->measured, w);
    for (guint q = 0; q < n; q++)
      gate_judge_requirement(rows, workload->file, &g_array_index(gate->requirements, GateRequirement, q),
                             g_ptr_array_index(runs->limits, w * n + q), workload->replications);
  }
  return rows;
}

static bool save(const char *path, char *text, GError **error)
{
  bool saved = path == NULL || text_file_save(path, text, strlen(text), error);
  g_free(text);
  return saved;
}

static ExitStatus tell(const Gate *gate, const GateRuns *runs, double seconds)
{
  const GateArguments *arguments = gate->arguments;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) rows = judge(gate, runs);
  g_autofree char *title = title_of(gate, runs->measured);
  g_autofree char *text = gate_text(rows, title);
  GateVerdict verdict = gate_verdict(rows);
  if (!arguments->quiet || verdict != GATE_PASS)
    fputs(text, stdout);
  fflush(stdout);
  if (!save(arguments->junit, gate_junit(rows, title, seconds), &error) ||
      !save(arguments->markdown, gate_markdown(rows, title), &error)) {
    report_error(error);
    return EXIT_BAD_INPUT;
  }
  return verdict == GATE_PASS ? EXIT_WELL : verdict == GATE_REGRESSION ? EXIT_REGRESSION : EXIT_BAD_INPUT;
}

static void note_few(const GateBaseline *measured)
{
  for (guint i = 0; i < measured->workloads->len; i++) {
    const GateWorkload *workload = gate_workload(measured, i);
    if (workload->replications < GATE_REPLICATIONS) {
      report_note("%s has %u replications; with fewer than %u little is found, and much is inconclusive",
                  workload->file, workload->replications, GATE_REPLICATIONS);
      return;
    }
  }
}

/* Of a new baseline metrics that these workloads do not have are left out; of one that is renewed somebody wanted them. */
static bool check_measured(const Gate *gate, const GateBaseline *measured, GError **error)
{
  for (guint i = 0; gate->baseline != NULL && i < measured->tolerances->len; i++) {
    const GateTolerance *tolerance = gate_tolerance(measured, i);
    if (gate_is_measured(measured, i))
      continue;
    g_autofree char *name = gate_metric_name(tolerance->metric, tolerance->scope);
    g_set_error(
        error, CLI_ERROR, CLI_ERROR_USAGE,
        "%s: [tolerances] %s: no workload has this metric of this scope (fairness = agents makes some; "
        "\"resource cpus\" is a scope); the baseline stays as it is",
        gate->arguments->baseline, name);
    return false;
  }
  return true;
}

static ExitStatus accept_baseline(const Gate *gate, const GateRuns *runs)
{
  g_autoptr(GError) error = NULL;
  if (!check_measured(gate, runs->measured, &error) ||
      !save(gate->arguments->baseline, gate_baseline_text(runs->measured), &error)) {
    report_error(error);
    return EXIT_BAD_INPUT;
  }
  if (!gate->arguments->quiet) {
    g_autofree char *path = printable(gate->arguments->baseline);
    g_autofree char *workloads = format_counted(runs->measured->workloads->len, "workload");
    printf("%s: %s of allocator %s\n", path, workloads, runs->measured->allocator);
    note_few(runs->measured);
  }
  return EXIT_WELL;
}

/* --- the command -------------------------------------------------------------------------------------------- */

static OptionsRead read_arguments(int argc, char **argv, GateArguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
      {"baseline", 'b', 0, G_OPTION_ARG_FILENAME, &arguments->baseline, "What it is compared with", "FILE"},
      {"accept", 0, 0, G_OPTION_ARG_NONE, &arguments->accept,
       "Make the baseline, or renew its values, from what is measured now", NULL},
      {"allocator", 'a', 0, G_OPTION_ARG_FILENAME, &arguments->allocator,
       "Which is tried, or ./mine.so (default: that of the baseline, or " ALLOCATOR_DEFAULT ")", "NAME|FILE"},
      {"workloads", 'w', 0, G_OPTION_ARG_FILENAME, &arguments->workloads,
       "Folder of workloads, *.ini (default: " GATE_FOLDER ", or as installed)", "DIR"},
      {"require", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->require,
       "What every replication has to keep: \"starvation < 60s\"; may be repeated", "LIMIT"},
      {"replications", 0, 0, G_OPTION_ARG_FILENAME, &arguments->replications,
       "Of each workload, where there is no baseline yet (default: 30)", "N"},
      {"seed", 's', 0, G_OPTION_ARG_FILENAME, &arguments->seed, "Likewise (default: those of the workloads)",
       "N"},
      {"set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->set,
       "A key of all workloads that is tried, too; may be repeated", "GROUP.KEY=VALUE"},
      {"jobs", 'j', 0, G_OPTION_ARG_FILENAME, &arguments->jobs,
       "How many runs at a time (default: one per processor)", "N"},
      {"junit", 0, 0, G_OPTION_ARG_FILENAME, &arguments->junit, "The verdicts as JUnit's XML", "FILE"},
      {"markdown", 0, 0, G_OPTION_ARG_FILENAME, &arguments->markdown, "The table as Markdown", "FILE"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments->output, "Keep the results of all runs", "FILE"},
      {"plugin-call-limit", 0, 0, G_OPTION_ARG_FILENAME, &arguments->call_limit,
       "Processor time that one call into a plug-in may take (default: 60s)", "TIME"},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &arguments->quiet, "Print nothing where all is well", NULL},
      {"no-progress", 0, 0, G_OPTION_ARG_NONE, &arguments->no_progress,
       "Show no progress (it is shown on a terminal only)", NULL},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"gate", "[OPTION...] --baseline FILE", summary, examples, entries};
  g_auto(GStrv) words = NULL;
  OptionsRead read = options_read(&options, argc, argv, &words, error);
  if (read != OPTIONS_READ || words[0] == NULL)
    return read;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "what is \"%s\"? (sim gate --help)", words[0]);
  return OPTIONS_WRONG;
}

ExitStatus command_gate(int argc, char **argv)
{
  g_auto(GateArguments) arguments = {.baseline = NULL};
  g_auto(Gate) gate = {.arguments = &arguments};
  g_auto(GateRuns) runs = {.measured = NULL};
  g_autoptr(GError) error = NULL;
  OptionsRead read = read_arguments(argc, argv, &arguments, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_READ && prepare(&gate, &error)) {
    gint64 start = g_get_monotonic_time();
    ExitStatus status = gate_runs(&gate.settings, &runs);
    /* 1 says that the allocator is worse, and nothing else. */
    if (status != EXIT_WELL)
      return status == EXIT_INTERRUPTED ? status : EXIT_BAD_INPUT;
    double seconds = (double)(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
    return arguments.accept ? accept_baseline(&gate, &runs) : tell(&gate, &runs, seconds);
  }
  report_error(error);
  return EXIT_BAD_INPUT;
}
