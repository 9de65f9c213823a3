/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/long-work.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/table.h"
#include "report/figures.h"
#include "report/gnuplot.h"
#include "report/svg.h"
#include "report/text-file.h"

static const char summary[] =
    "Draws one figure of a run, or of several runs that are compared, as SVG or PDF. Several results\n"
    "files, or several runs in one, are drawn together where the figure can (ramp-up, completion,\n"
    "comparison); the others show the first run, or that of --run. The drawing is done by gnuplot.";

typedef struct {
  char *figure;
  char *output;
  char *run;
} PlotArguments;

static void plot_arguments_clear(PlotArguments *arguments)
{
  g_free(arguments->figure);
  g_free(arguments->output);
  g_free(arguments->run);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PlotArguments, plot_arguments_clear)

static char *describe_figures(void)
{
  g_autoptr(TextTable) table = text_table_new(2, true);
  for (const FigureKind *kind = figure_kinds(); kind->name != NULL; kind++) {
    text_table_add(table, g_strdup(kind->name));
    text_table_add(table, g_strdup(kind->summary));
  }
  GString *text = g_string_new("NAME:\n");
  text_table_print(table, "  ", text);
  g_string_append(text, "\nExamples:\n"
                        "  sim plot quickstart-drf-1.db --figure shares\n"
                        "  sim plot drf.db priority.db --figure completion --output completion.pdf");
  return g_string_free(text, FALSE);
}

static bool check_figure(const char *name, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  for (const FigureKind *kind = figure_kinds(); kind->name != NULL; kind++)
    g_ptr_array_add(names, g_strdup(kind->name));
  g_ptr_array_add(names, NULL);
  if (name != NULL && g_strv_contains((const char *const *)names->pdata, name))
    return true;
  g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
  if (name == NULL)
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "which figure? Give --figure NAME, one of %s", all);
  else
    options_unknown(error, "figure", name, (const char *const *)names->pdata);
  return false;
}

static bool check_output(const char *path, PictureFormat *format, GError **error)
{
  *format = g_str_has_suffix(path, ".pdf") ? PICTURE_PDF : PICTURE_SVG;
  if (g_str_has_suffix(path, ".pdf") || g_str_has_suffix(path, ".svg"))
    return true;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--output %s: expected a name that ends in .svg or .pdf",
              path);
  return false;
}

static bool save_picture(const char *path, PictureFormat format, Figure *figure, GError **error)
{
  const Figure *const one[] = {figure};
  g_autoptr(GPtrArray) pictures = gnuplot_draw(one, 1, format, error);
  if (pictures == NULL)
    return false;
  gsize size;
  const char *raw = g_bytes_get_data(g_ptr_array_index(pictures, 0), &size);
  if (format == PICTURE_PDF)
    return text_file_save(path, raw, size, error);
  g_autofree char *svg = svg_refine(g_ptr_array_index(pictures, 0), figure, true, error);
  return svg != NULL && text_file_save(path, svg, strlen(svg), error);
}

static bool plot(char **files, const PlotArguments *arguments, const char *output, PictureFormat format,
                 GError **error)
{
  g_autoptr(LongWork) work = long_work_new();
  g_autoptr(RunSet) set = run_set_open((const char *const *)files, arguments->run, error);
  if (set == NULL)
    return false;
  g_autoptr(GPtrArray) figures = g_ptr_array_new_with_free_func((GDestroyNotify)figure_free);
  const char *why = NULL;
  if (!figures_make(set, arguments->figure, 1, long_work_host(work), figures, &why, error))
    return false;
  if (figures->len == 0) {
    g_set_error(error, REPORT_ERROR, REPORT_ERROR_INPUT, "there is no figure %s of these results: %s",
                arguments->figure, why);
    return false;
  }
  Figure *figure = g_ptr_array_index(figures, 0);
  figure_thin(figure, UINT_MAX);
  return save_picture(output, format, figure, error);
}

ExitStatus command_plot(int argc, char **argv)
{
  g_auto(PlotArguments) arguments = {0};
  const GOptionEntry entries[] = {
      {"figure", 'f', 0, G_OPTION_ARG_FILENAME, &arguments.figure, "What is drawn: see below", "NAME"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments.output,
       "The picture, .svg or .pdf (default: RESULTS-NAME.svg)", "FILE"},
      {"run", 'r', 0, G_OPTION_ARG_FILENAME, &arguments.run, "Only this run, where the file holds several",
       "N"},
      G_OPTION_ENTRY_NULL,
  };
  g_autofree char *figures = describe_figures();
  const CommandOptions options = {"plot", "[OPTION...] RESULTS... --figure NAME", summary, figures, entries};
  g_auto(GStrv) files = NULL;
  g_autoptr(GError) error = NULL;
  OptionsRead read = options_read(&options, argc, argv, &files, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_READ && files[0] == NULL)
    g_set_error(&error, CLI_ERROR, CLI_ERROR_USAGE, "which results file? Give one (sim plot --help)");
  if (error != NULL || !check_figure(arguments.figure, &error))
    return report_error(error);
  g_autofree char *ending = g_strdup_printf("-%s.svg", arguments.figure);
  g_autofree char *output =
      arguments.output == NULL ? long_work_output(files[0], ending) : g_strdup(arguments.output);
  PictureFormat format;
  if (!check_output(output, &format, &error) || !long_work_check_output(output, files, &error))
    return report_error(error);
  if (!plot(files, &arguments, output, format, &error))
    return long_work_failed(error);
  g_autofree char *shown = printable(output);
  printf("%s\n", shown);
  return EXIT_WELL;
}
