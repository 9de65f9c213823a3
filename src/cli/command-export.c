/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "cli/commands.h"
#include "cli/long-work.h"
#include "cli/options.h"
#include "cli/report.h"
#include "offersim-version.h"
#include "report/export.h"

static const char summary[] = "Writes results in the format of other programs.";

static const char examples[] =
    "FORMAT:\n"
    "  csv           all tables and views, a file each, in a folder\n"
    "  trace-events  tasks as slices on agents or frameworks, for ui.perfetto.dev and chrome://tracing;\n"
    "                needs a run with --record tasks\n"
    "  batsim        jobs.csv as Batsim writes it, for Evalys; a resource is an agent (known with\n"
    "                --record tasks)\n"
    "  swf           jobs in the Standard Workload Format 2.2; a processor is a task\n"
    "\n"
    "Examples:\n"
    "  sim export quickstart-drf-1.db --format csv --output tables\n"
    "  sim export quickstart-drf-1.db --format trace-events --tracks frameworks --from 10min --to 12min\n"
    "  sim export quickstart-drf-1.db --format swf --output quickstart.swf";

typedef struct {
  char *format;
  char *output;
  char *run;
  char *tracks;
  char *from;
  char *to;
} ExportArguments;

static void export_arguments_clear(ExportArguments *arguments)
{
  g_free(arguments->format);
  g_free(arguments->output);
  g_free(arguments->run);
  g_free(arguments->tracks);
  g_free(arguments->from);
  g_free(arguments->to);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ExportArguments, export_arguments_clear)

typedef enum { FORMAT_CSV, FORMAT_TRACE_EVENTS, FORMAT_BATSIM, FORMAT_SWF, FORMATS } Format;

static const char *const formats[] = {
    [FORMAT_CSV] = "csv",       [FORMAT_TRACE_EVENTS] = "trace-events",
    [FORMAT_BATSIM] = "batsim", [FORMAT_SWF] = "swf",
    [FORMATS] = NULL,
};

/* Of the default names of what is written. */
static const char *const endings[FORMATS] = {
    [FORMAT_CSV] = "-csv",
    [FORMAT_TRACE_EVENTS] = "-trace.json",
    [FORMAT_BATSIM] = "-jobs.csv",
    [FORMAT_SWF] = ".swf",
};

static bool refuse(GError **error, const char *what)
{
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s (sim export --help)", what);
  return false;
}

static bool check_format(const char *name, Format *format, GError **error)
{
  if (name == NULL)
    return refuse(error, "which format? Give --format, one of csv, trace-events, batsim, swf");
  for (int i = 0; i < FORMATS; i++)
    if (strcmp(formats[i], name) == 0) {
      *format = (Format)i;
      return true;
    }
  options_unknown(error, "format", name, formats);
  return false;
}

static bool check_time(const char *option, const char *text, int64_t *ns, GError **error)
{
  Duration duration;
  if (text == NULL)
    return true;
  if (!duration_parse(text, &duration, error)) {
    g_prefix_error(error, "%s: ", option);
    return false;
  }
  *ns = duration.ns;
  return true;
}

static bool check_tracks(const ExportArguments *arguments, Format format, TraceEventsOptions *options,
                         GError **error)
{
  static const char *const tracks[] = {"agents", "frameworks", NULL};
  *options = (TraceEventsOptions){.to_ns = INT64_MAX};
  bool any = arguments->tracks != NULL || arguments->from != NULL || arguments->to != NULL;
  if (any && format != FORMAT_TRACE_EVENTS)
    return refuse(error, "--tracks, --from and --to belong to --format trace-events");
  if (arguments->run != NULL && format == FORMAT_CSV)
    return refuse(error, "--format csv writes all runs; --run belongs to the other formats");
  if (arguments->tracks != NULL && !g_strv_contains(tracks, arguments->tracks)) {
    options_unknown(error, "kind of tracks", arguments->tracks, tracks);
    return false;
  }
  options->by_framework = arguments->tracks != NULL && strcmp(arguments->tracks, "frameworks") == 0;
  if (!check_time("--from", arguments->from, &options->from_ns, error) ||
      !check_time("--to", arguments->to, &options->to_ns, error))
    return false;
  return options->from_ns <= options->to_ns || refuse(error, "--from is later than --to");
}

static bool export_results(char *const *files, const char *run, Format format,
                           const TraceEventsOptions *options, const char *output, GError **error)
{
  g_autoptr(LongWork) work = long_work_new();
  const ReportHost *host = long_work_host(work);
  g_autoptr(RunSet) set = run_set_open((const char *const *)files, run, error);
  if (set == NULL)
    return false;
  if (run_set_runs(set) > 1 && format != FORMAT_CSV)
    report_note("%s holds %u runs, this is the first of them (--run N)", files[0], run_set_runs(set));
  switch (format) {
  case FORMAT_CSV:
    return export_csv(set, output, host, error);
  case FORMAT_TRACE_EVENTS:
    return export_trace_events(set, 0, options, output, host, error);
  case FORMAT_BATSIM:
    if (!run_set_has_tasks(set, 0))
      report_note(
          "tasks were not recorded (--record tasks): allocated_resources is empty, and Evalys draws no chart "
          "of agents");
    return export_batsim(set, 0, output, host, error);
  case FORMAT_SWF:
    return export_swf(set, 0, "sim export (offersim " OFFERSIM_VERSION ", commit " OFFERSIM_GIT_COMMIT ")",
                      output, host, error);
  case FORMATS:
    break;
  }
  return false;
}

static bool check_arguments(const ExportArguments *arguments, char *const *files, Format *format,
                            TraceEventsOptions *options, GError **error)
{
  if (files[0] == NULL || files[1] != NULL)
    return refuse(error, "which results file? Give one");
  return check_format(arguments->format, format, error) && check_tracks(arguments, *format, options, error);
}

ExitStatus command_export(int argc, char **argv)
{
  g_auto(ExportArguments) arguments = {0};
  const GOptionEntry entries[] = {
      {"format", 'f', 0, G_OPTION_ARG_FILENAME, &arguments.format, "See below", "FORMAT"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments.output,
       "The file, or for csv the folder (default: named after the results and the format)", "FILE"},
      {"run", 'r', 0, G_OPTION_ARG_FILENAME, &arguments.run, "Which run, where the file holds several", "N"},
      {"tracks", 0, 0, G_OPTION_ARG_FILENAME, &arguments.tracks,
       "Of trace-events: agents (default) or frameworks", "WHAT"},
      {"from", 0, 0, G_OPTION_ARG_FILENAME, &arguments.from,
       "Of trace-events: what ended before this time of the run is left out, such as 10min", "TIME"},
      {"to", 0, 0, G_OPTION_ARG_FILENAME, &arguments.to,
       "Of trace-events: what began after this time of the run is left out", "TIME"},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"export", "[OPTION...] RESULTS --format FORMAT", summary, examples,
                                  entries};
  g_auto(GStrv) files = NULL;
  g_autoptr(GError) error = NULL;
  Format format = FORMATS;
  TraceEventsOptions tracks;
  OptionsRead read = options_read(&options, argc, argv, &files, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_WRONG || !check_arguments(&arguments, files, &format, &tracks, &error))
    return report_error(error);
  g_autofree char *output =
      arguments.output == NULL ? long_work_output(files[0], endings[format]) : g_strdup(arguments.output);
  if (!long_work_check_output(output, files, &error))
    return report_error(error);
  if (!export_results(files, arguments.run, format, &tracks, output, &error))
    return long_work_failed(error);
  g_autofree char *shown = printable(output);
  printf("%s\n", shown);
  return EXIT_WELL;
}
