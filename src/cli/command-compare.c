/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/comparison-print.h"
#include "cli/options.h"
#include "cli/report.h"
#include "metrics/paired-comparison.h"

static const char summary[] =
    "Compares runs that differ in one thing (the allocator, a key of the workload, the program), pair by "
    "pair:\n"
    "the same seed and replication on both sides, so that all had the same jobs. The first runs are the "
    "base\n"
    "that the others are compared with. Of several replications there are intervals, and p-values that are\n"
    "adjusted for the number of comparisons (Holm). Completion times are those of the same jobs on both "
    "sides.";

static const char examples[] =
    "Examples:\n"
    "  sim compare quickstart-drf-1.db quickstart-priority-1.db\n"
    "  sim run my.ini -a drf,priority,fair --replications 20 -o my.db      compares at its end, too\n"
    "  sim compare my.db --frameworks\n"
    "  sim compare my.db --metric fairness/jain --metric \"utilization:resource cpus\" --format csv\n"
    "\n"
    "Exit status: 0 well; 2 a file cannot be read, or the runs are no pairs: what differs is named.";

typedef struct {
  char *format;
  char **metrics;
  gboolean frameworks;
} CompareArguments;

static void compare_arguments_clear(CompareArguments *arguments)
{
  g_free(arguments->format);
  g_strfreev(arguments->metrics);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CompareArguments, compare_arguments_clear)

typedef char *(*Print)(const GPtrArray *comparisons);

static Print find_print(const char *format, GError **error)
{
  static const char *const names[] = {"text", "csv", "json", NULL};
  static const Print prints[] = {comparison_text, comparison_csv, comparison_json};
  for (size_t i = 0; names[i] != NULL; i++)
    if (format == NULL || g_str_equal(format, names[i]))
      return prints[i];
  options_unknown(error, "--format", format, names);
  return NULL;
}

static bool compare(char **files, const CompareArguments *arguments, GError **error)
{
  Print print = find_print(arguments->format, error);
  if (print == NULL)
    return false;
  g_autoptr(PairedSides) sides = paired_sides_open((const char *const *)files, error);
  if (sides == NULL)
    return false;
  const PairedChoice choice = {
      .groups = arguments->frameworks,
      .metrics = (const char *const *)arguments->metrics,
  };
  g_autoptr(GPtrArray) comparisons = paired_comparisons_new(sides, &choice, error);
  if (comparisons == NULL)
    return false;
  g_autofree char *text = print(comparisons);
  fputs(*text == '\n' ? text + 1 : text, stdout);
  return true;
}

ExitStatus command_compare(int argc, char **argv)
{
  g_auto(CompareArguments) arguments = {.format = NULL};
  const GOptionEntry entries[] = {
      {"metric", 'm', 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments.metrics,
       "Only this one (default: those that have a better and a worse); may be repeated", "NAME[:SCOPE]"},
      {"frameworks", 'f', 0, G_OPTION_ARG_NONE, &arguments.frameworks,
       "Those of each [framework NAME] of the workload, too", NULL},
      {"format", 0, 0, G_OPTION_ARG_FILENAME, &arguments.format, "text (default), csv or json", "FORMAT"},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"compare", "[OPTION...] RESULTS...", summary, examples, entries};
  g_auto(GStrv) files = NULL;
  g_autoptr(GError) error = NULL;
  OptionsRead read = options_read(&options, argc, argv, &files, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_READ && files[0] == NULL)
    g_set_error(&error, CLI_ERROR, CLI_ERROR_USAGE,
                "which results files? Give at least one (sim compare --help)");
  if (error == NULL && compare(files, &arguments, &error))
    return EXIT_WELL;
  report_error(error);
  return EXIT_BAD_INPUT;
}
