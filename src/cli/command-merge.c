/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/report.h"
#include "metrics/results-merge.h"
#include "metrics/results-reader.h"
#include "report/format.h"

static const char summary[] =
    "Merges results files into one. OUT may exist: then its runs stay, and those that it has already\n"
    "are not added again, so that a merge may be repeated, and shards may come one after the other.\n"
    "Means over replications (table metric_summary) are made anew.";

static const char examples[] =
    "Examples:\n"
    "  sim merge sweep.db sweep-1-of-4.db sweep-2-of-4.db sweep-3-of-4.db sweep-4-of-4.db\n"
    "  sim merge both.db quickstart-drf-1.db quickstart-priority-1.db\n"
    "\n"
    "Exit status: 0 well; 2 a file cannot be read, is locked, no results file or of another version; 1 OUT\n"
    "cannot be written, 130 interrupted: then OUT is as it was before.";

static bool stop_asked(void *self)
{
  return interrupt_requested(self);
}

/* A file that is to be replaced is never one that this program has not written. */
static bool check_parts(const ResultsPart *parts, size_t n, GError **error)
{
  for (size_t i = 0; i < n; i++) {
    g_autoptr(ResultsReader) reader = results_reader_open(parts[i].path, error);
    if (reader == NULL)
      return false;
  }
  return true;
}

static ExitStatus merge(char **files, gboolean quiet)
{
  g_autoptr(GError) error = NULL;
  g_autofree ResultsPart *parts = g_new0(ResultsPart, g_strv_length(files));
  size_t n = 0;
  bool exists = g_file_test(files[0], G_FILE_TEST_EXISTS);
  for (char **file = exists ? files : files + 1; *file != NULL; file++)
    parts[n++] = (ResultsPart){*file, NULL, RESULTS_NO_PLACE};
  if (!check_parts(parts, n, &error)) {
    report_error(error);
    return EXIT_BAD_INPUT;
  }
  g_autoptr(Interrupt) interrupt = interrupt_new(NULL, NULL);
  const ResultsMergeSettings settings = {.stop = stop_asked, .self = interrupt};
  ResultsMerged merged;
  if (!results_merge(files[0], parts, n, &settings, &merged, &error)) {
    ExitStatus status = report_error(error);
    return g_error_matches(error, RESULTS_ERROR, RESULTS_ERROR_STOPPED) ? EXIT_INTERRUPTED : status;
  }
  if (!quiet) {
    g_autofree char *shown = printable(files[0]);
    g_autofree char *runs = format_counted(merged.runs, "run");
    g_autofree char *repeated = format_count(merged.repeated);
    printf("%s: %s", shown, runs);
    if (merged.repeated > 0)
      printf("; %s left out, which %s there already", repeated, merged.repeated == 1 ? "was" : "were");
    putchar('\n');
  }
  return EXIT_WELL;
}

ExitStatus command_merge(int argc, char **argv)
{
  gboolean quiet = FALSE;
  const GOptionEntry entries[] = {
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Print nothing but errors", NULL},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"merge", "[OPTION...] OUT RESULTS...", summary, examples, entries};
  g_auto(GStrv) files = NULL;
  g_autoptr(GError) error = NULL;
  OptionsRead read = options_read(&options, argc, argv, &files, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_READ && (files[0] == NULL || files[1] == NULL))
    g_set_error(&error, CLI_ERROR, CLI_ERROR_USAGE,
                "which results files? Give OUT and at least one other (sim merge --help)");
  return error == NULL ? merge(files, quiet) : report_error(error);
}
