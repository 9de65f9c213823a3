/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "cli/allocator-choice.h"
#include "cli/commands.h"
#include "cli/means-print.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/summary-print.h"
#include "metrics/results-reader.h"
#include "report/format.h"
#include "workload/workload-file.h"

static const char summary[] =
    "Shows a run that is in a results file: its summary as comments, and below it the workload with\n"
    "all that was overridden. What is printed is itself a workload file, and repeats the run.";

static const char examples[] =
    "Examples:\n"
    "  sim show quickstart-drf-1.db\n"
    "  sim show quickstart-drf-1.db --summary      of many runs: means with intervals\n"
    "  sim show quickstart-drf-1.db > again.ini && sim --workload again.ini\n"
    "  sim show quickstart-drf-1.db --workload --set cluster.agents=300 > half.ini";

#define AGAIN "# The same again: " /* ends the summary; the workload follows */

typedef struct {
  gboolean workload;
  gboolean summary;
  char **set;
  char *run;
} ShowArguments;

static void show_arguments_clear(ShowArguments *arguments)
{
  g_strfreev(arguments->set);
  g_free(arguments->run);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ShowArguments, show_arguments_clear)

static void print_commented(const char *text)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL && (line[0][0] != '\0' || line[1] != NULL); line++)
    printf("#%s%s\n", **line == '\0' ? "" : " ", *line);
}

static bool print_summary(ResultsReader *reader, uint32_t run, bool commented, GError **error)
{
  g_auto(ResultsSummary) results = {0};
  g_auto(ResultsOrigin) origin = {0};
  if (!results_reader_summary(reader, run, &results, error) ||
      !results_reader_origin(reader, run, &origin, error))
    return false;
  g_autofree char *head = summary_head(&results);
  g_autofree char *body = summary_body(&results);
  g_autofree char *all = g_strconcat(head, body, NULL);
  if (!commented) {
    fputs(all, stdout);
    return true;
  }
  print_commented(all);
  const char *allocator = origin.allocator_path == NULL ? results.allocator : origin.allocator_path;
  printf("#\n" AGAIN "sim run --workload THIS-FILE --allocator %s", allocator);
  if (results.replication > 0)
    printf(" --replication %u", results.replication);
  fputs("\n\n", stdout);
  return true;
}

/* Where the workload begins in what an earlier `show` printed: summaries are not heaped upon another. */
static const char *skip_summary(const char *text)
{
  for (const char *line = text; *line == '#';) {
    const char *end = strchr(line, '\n');
    if (end == NULL)
      break;
    if (g_str_has_prefix(line, AGAIN))
      return end[1] == '\n' ? end + 2 : end + 1;
    line = end + 1;
  }
  return text;
}

/* Overrides that make the paths of traces absolute, so that the workload is right in any folder. */
static char **absolute_traces(const Experiment *experiment, char **set)
{
  g_autoptr(GPtrArray) overrides = g_ptr_array_new_with_free_func(g_free);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    const FrameworkSpec *framework = &experiment->frameworks[i];
    if (framework->trace != NULL && !g_path_is_absolute(framework->trace->path_as_written)) {
      g_autofree char *path = g_canonicalize_filename(framework->trace->path, NULL);
      g_ptr_array_add(overrides, g_strdup_printf("framework %s.trace=%s", framework->name, path));
    }
  }
  for (char **one = set; one != NULL && *one != NULL; one++)
    g_ptr_array_add(overrides, g_strdup(*one));
  g_ptr_array_add(overrides, NULL);
  return (char **)g_ptr_array_steal(overrides, NULL);
}

/* The options that the text gives to a plug-in: it is not loaded for being shown, so they are taken as they are. */
static AllocatorOption *options_of_plugin(const char *text, const char *name, uint32_t *n)
{
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_autofree char *group = g_strdup_printf("allocator %s", name);
  gsize n_keys = 0;
  g_auto(GStrv) keys = NULL;
  if (g_key_file_load_from_data(file, text, strlen(text), G_KEY_FILE_NONE, NULL))
    keys = g_key_file_get_keys(file, group, &n_keys, NULL);
  AllocatorOption *options = g_new0(AllocatorOption, n_keys + 1);
  *n = keys == NULL ? 0 : (uint32_t)n_keys;
  for (uint32_t i = 0; i < *n; i++)
    options[i].key = g_intern_string(keys[i]);
  return options;
}

/* The names that the workload may have used. */
static WorkloadNames *names_of(const ResultsOrigin *origin, const char *text)
{
  if (origin->allocator_path == NULL)
    return allocator_names_new(NULL);
  AllocatorInterface plugin = {.name = g_intern_string(origin->allocator)};
  g_autofree AllocatorOption *options = options_of_plugin(text, origin->allocator, &plugin.n_options);
  plugin.options = options;
  return allocator_names_new(&plugin);
}

/* The text as stored where nothing is to be changed. */
static char *changed_workload(const ResultsOrigin *origin, const char *text, const char *path, char **set,
                              GError **error)
{
  g_autoptr(WorkloadNames) names = names_of(origin, text);
  g_autoptr(Experiment) stored = workload_text_load(text, path, NULL, names, error);
  if (stored == NULL)
    return NULL;
  g_auto(GStrv) overrides = absolute_traces(stored, set);
  if (overrides[0] == NULL)
    return g_strdup(text);
  g_autoptr(Experiment) changed =
      workload_text_load(text, path, (const char *const *)overrides, names, error);
  return changed == NULL ? NULL : g_strdup(changed->effective);
}

/* A file that the workload reads may be gone since; then it is shown as it was. */
static bool print_workload(ResultsReader *reader, uint32_t run, char **set, GError **error)
{
  g_auto(ResultsOrigin) origin = {0};
  g_autofree char *text = results_reader_workload(reader, run, error);
  g_autofree char *path = text == NULL ? NULL : results_reader_workload_path(reader, run, error);
  if (path == NULL || !results_reader_origin(reader, run, &origin, error))
    return false;
  g_autoptr(GError) wrong = NULL;
  g_autofree char *changed = changed_workload(&origin, text, *path == '\0' ? "workload" : path, set, &wrong);
  if (changed == NULL && set != NULL) {
    g_propagate_error(error, g_steal_pointer(&wrong));
    return false;
  }
  if (changed == NULL)
    report_warning(wrong->message);
  fputs(skip_summary(changed == NULL ? text : changed), stdout);
  return true;
}

static bool choose_run(const ResultsReader *reader, const char *path, const char *text, uint32_t *run,
                       GError **error)
{
  uint32_t n = results_reader_runs(reader);
  if (n == 0) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_INPUT, "%s: holds no run", path);
    return false;
  }
  *run = 0;
  if (text == NULL) {
    if (n > 1)
      report_note("%s holds %u runs, this is the first of them (--run N; --summary: the means of all)", path,
                  n);
    return true;
  }
  int64_t number;
  if (!number_parse_integer(text, 1, n, &number, error)) {
    g_prefix_error(error, "--run: ");
    return false;
  }
  *run = (uint32_t)number - 1;
  return true;
}

/* Means over all runs, where the file holds several. */
static bool print_means(ResultsReader *reader, const char *path, GError **error)
{
  g_autoptr(ResultsMeans) means = results_means_read(reader, error);
  if (means == NULL)
    return false;
  if (means->n > 0) {
    g_autofree char *title = printable(means->groups[0].title);
    g_autofree char *runs = format_counted(results_reader_runs(reader), "run");
    printf("%s\n%s\n", title, runs);
  }
  g_autofree char *text = means_text(means, path);
  fputs(text, stdout);
  return true;
}

static bool show(const char *path, const ShowArguments *arguments, GError **error)
{
  g_autoptr(ResultsReader) reader = results_reader_open(path, error);
  uint32_t run;
  bool both = arguments->workload == arguments->summary;
  if (reader != NULL && !both && arguments->summary && arguments->run == NULL &&
      results_reader_runs(reader) > 1)
    return print_means(reader, path, error);
  if (reader == NULL || !choose_run(reader, path, arguments->run, &run, error))
    return false;
  if ((both || arguments->summary) && !print_summary(reader, run, both, error))
    return false;
  return (!both && !arguments->workload) || print_workload(reader, run, arguments->set, error);
}

ExitStatus command_show(int argc, char **argv)
{
  g_auto(ShowArguments) arguments = {0};
  const GOptionEntry entries[] = {
      {"workload", 'w', 0, G_OPTION_ARG_NONE, &arguments.workload, "Only the workload", NULL},
      {"summary", 's', 0, G_OPTION_ARG_NONE, &arguments.summary, "Only the summary", NULL},
      {"set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments.set,
       "Override a key of the workload that is printed; may be repeated", "GROUP.KEY=VALUE"},
      {"run", 'r', 0, G_OPTION_ARG_FILENAME, &arguments.run, "Which run, where the file holds several", "N"},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"show", "[OPTION...] RESULTS", summary, examples, entries};
  g_auto(GStrv) files = NULL;
  g_autoptr(GError) error = NULL;
  OptionsRead read = options_read(&options, argc, argv, &files, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_READ && (files[0] == NULL || files[1] != NULL))
    g_set_error(&error, CLI_ERROR, CLI_ERROR_USAGE, "which results file? Give one (sim show --help)");
  if (error == NULL)
    show(files[0], &arguments, &error);
  if (error == NULL)
    return EXIT_WELL;
  report_error(error);
  return EXIT_BAD_INPUT; /* whatever cannot be read here was named on the command line */
}
