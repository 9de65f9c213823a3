/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/long-work.h"
#include "cli/options.h"
#include "cli/report.h"
#include "offersim-version.h"
#include "report/page.h"
#include "report/text-file.h"

static const char summary[] =
    "Makes one page of a run, or of several runs that are compared: what was run, a summary, figures,\n"
    "where the numbers come from, and how to repeat it. The page is one file that needs no network.\n"
    "Runs that differ in their seed alone are taken together, with confidence intervals. The figures\n"
    "are drawn by gnuplot.";

static const char examples[] = "Examples:\n"
                               "  sim report quickstart-drf-1.db\n"
                               "  sim report drf-*.db priority-*.db --output comparison.html";

static bool make_report(char **files, const char *run, const char *output, GError **error)
{
  static const PageMaker maker = {OFFERSIM_VERSION, OFFERSIM_GIT_COMMIT};
  g_autoptr(LongWork) work = long_work_new();
  g_autoptr(RunSet) set = run_set_open((const char *const *)files, run, error);
  if (set == NULL)
    return false;
  GString *page = page_make(set, &maker, long_work_host(work), error);
  if (page == NULL)
    return false;
  bool saved = text_file_save(output, page->str, page->len, error);
  g_string_free(page, TRUE);
  return saved;
}

ExitStatus command_report(int argc, char **argv)
{
  g_autofree char *output = NULL;
  g_autofree char *run = NULL;
  const GOptionEntry entries[] = {
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "The page (default: RESULTS.html)", "FILE"},
      {"run", 'r', 0, G_OPTION_ARG_FILENAME, &run, "Only this run, where the file holds several", "N"},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"report", "[OPTION...] RESULTS...", summary, examples, entries};
  g_auto(GStrv) files = NULL;
  g_autoptr(GError) error = NULL;
  OptionsRead read = options_read(&options, argc, argv, &files, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_READ && files[0] == NULL)
    g_set_error(&error, CLI_ERROR, CLI_ERROR_USAGE, "which results file? Give one (sim report --help)");
  if (error != NULL)
    return report_error(error);
  if (output == NULL)
    output = long_work_output(files[0], ".html");
  if (!long_work_check_output(output, files, &error))
    return report_error(error);
  if (!make_report(files, run, output, &error))
    return long_work_failed(error);
  g_autofree char *shown = printable(output);
  printf("%s\n", shown);
  return EXIT_WELL;
}
