/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/allocator-choice.h"
#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/lies.h"
#include "cli/options.h"
#include "cli/output-file.h"
#include "cli/pilot.h"
#include "cli/plugin.h"
#include "cli/point-list.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/run-arguments.h"
#include "cli/table.h"
#include "metrics/results-reader.h"
#include "metrics/statistics.h"

static const char summary[] =
    "Lets one framework lie, and says what it gains: the same jobs with the same seeds, once with the truth\n"
    "and once with each lie: it inflates its tasks or its demand, declines and waits for more, hoards\n"
    "offers, splits into several frameworks, spams the master with revives. Useful work is what its tasks\n"
    "do in the time in which it demands something (metric work/rate: task-seconds per second), whatever they "
    "ask for.";

static const char examples[] =
    "Examples:\n"
    "  sim manipulate --workload mine.ini --framework batch\n"
    "  sim manipulate --workload mine.ini --framework batch --allocator ./mine.so --replications 30 -j 4\n"
    "\n"
    "The gain is reported and judged by nobody: whether one of so much matters is for the reader to say.\n"
    "\n"
    "Exit status: 0 well, whatever is gained; 2 the command line or the workload is wrong; 1 a run failed,\n"
    "130 interrupted: runs that are finished are kept.";

#define REPLICATIONS_DEFAULT 10
#define METRIC               "work/rate"

typedef struct {
  char *workload;
  char *framework;
  char *allocator;
  char *replications;
  char *jobs;
  char *output;
  char **set;
  char *call_limit;
  gboolean quiet;
  gboolean no_progress;
} ManipulateArguments;

static void manipulate_arguments_clear(ManipulateArguments *arguments)
{
  g_free(arguments->workload);
  g_free(arguments->framework);
  g_free(arguments->allocator);
  g_free(arguments->replications);
  g_free(arguments->jobs);
  g_free(arguments->output);
  g_strfreev(arguments->set);
  g_free(arguments->call_limit);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ManipulateArguments, manipulate_arguments_clear)

/* The truth, or a lie that can be told. */
typedef struct {
  const char *name;
  const PointCell *cell;
  Sample work; /* task-seconds per second */
  Sample gain; /* less those of the truth */
} Story;

typedef struct {
  const ManipulateArguments *arguments;
  const char *allocator;
  PointList *list;
  GPtrArray *lies; /* Lie */
  GArray *stories; /* Story; the truth is the first */
  uint32_t replications;
  char *output;
  BatchSettings settings;
  char *warm_up; /* (nullable): what a pilot of the truth found */
} Manipulation;

static void manipulation_clear(Manipulation *manipulation)
{
  if (manipulation->lies != NULL)
    g_ptr_array_unref(manipulation->lies);
  if (manipulation->stories != NULL)
    g_array_unref(manipulation->stories);
  point_list_free(manipulation->list);
  g_free(manipulation->output);
  g_free(manipulation->warm_up);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Manipulation, manipulation_clear)

/* --- which runs --------------------------------------------------------------------------------------------- */

static bool add_story(Manipulation *manipulation, const char *name, char *const *overrides, GError **error)
{
  g_autoptr(GPtrArray) all = g_ptr_array_new();
  for (char **one = manipulation->arguments->set; one != NULL && *one != NULL; one++)
    g_ptr_array_add(all, *one);
  for (char *const *one = overrides; one != NULL && *one != NULL; one++)
    g_ptr_array_add(all, *one);
  g_autofree char *warm_up =
      manipulation->warm_up == NULL ? NULL : g_strconcat(PILOT_WARM_UP_KEY "=", manipulation->warm_up, NULL);
  if (warm_up != NULL)
    g_ptr_array_add(all, warm_up);
  g_ptr_array_add(all, NULL);
  Story story = {.name = name};
  story.cell = point_list_cell(manipulation->list, manipulation->arguments->workload,
                               (const char *const *)all->pdata, name, error);
  if (story.cell == NULL)
    return false;
  g_array_append_val(manipulation->stories, story);
  return true;
}

static const Experiment *truth_of(const Manipulation *manipulation)
{
  return point_cell_workload(g_array_index(manipulation->stories, Story, 0).cell)->experiment;
}

static bool find_framework(const Manipulation *manipulation, uint32_t *index, GError **error)
{
  const Experiment *experiment = truth_of(manipulation);
  g_autofree const char **names = g_new0(const char *, experiment->n_frameworks + 1);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    names[i] = experiment->frameworks[i].name;
    if (strcmp(names[i], manipulation->arguments->framework) == 0) {
      *index = i;
      return true;
    }
  }
  options_unknown(error, "framework of the workload", manipulation->arguments->framework, names);
  return false;
}

/* A lie that makes no workload cannot be told. */
static void add_lies(Manipulation *manipulation, uint32_t framework)
{
  manipulation->lies = lies_new(truth_of(manipulation), framework);
  for (guint i = 0; i < manipulation->lies->len; i++) {
    Lie *lie = g_ptr_array_index(manipulation->lies, i);
    g_autoptr(GError) error = NULL;
    if (lie->overrides != NULL && !add_story(manipulation, lie->name, lie->overrides, &error))
      lie->why_not = g_strdup(error->message);
  }
}

static bool add_points(const Manipulation *manipulation, GError **error)
{
  int64_t place = 0;
  for (uint32_t replication = 0; replication < manipulation->replications; replication++)
    for (guint i = 0; i < manipulation->stories->len; i++)
      if (!point_list_add(manipulation->list, g_array_index(manipulation->stories, Story, i).cell,
                          manipulation->allocator, replication, place++, error))
        return false;
  return true;
}

static char *default_output(const Manipulation *manipulation)
{
  g_autofree char *name = g_path_get_basename(manipulation->allocator);
  if (plugin_is_path(manipulation->allocator) && g_str_has_suffix(name, ".so"))
    name[strlen(name) - strlen(".so")] = '\0';
  g_autofree char *both = g_strconcat("manipulate-", name, NULL);
  return output_default(manipulation->arguments->workload, both, truth_of(manipulation)->seed, 0);
}

static bool read_settings(Manipulation *manipulation, GError **error)
{
  const ManipulateArguments *arguments = manipulation->arguments;
  const Experiment *experiment = truth_of(manipulation);
  BatchSettings *settings = &manipulation->settings;
  Duration ignored;
  manipulation->output =
      arguments->output != NULL ? g_strdup(arguments->output) : default_output(manipulation);
  settings->output = manipulation->output;
  settings->call_limit = arguments->call_limit;
  settings->confidence = experiment->confidence;
  settings->quiet = arguments->quiet;
  settings->progress = !arguments->quiet && !arguments->no_progress && progress_possible();
  return options_parse_call_limit(arguments->call_limit, manipulation->allocator, &ignored, error) &&
         run_arguments_count("--replications", arguments->replications, 1,
                             MAX(REPLICATIONS_DEFAULT, experiment->replications), &manipulation->replications,
                             error) &&
         run_arguments_count("--jobs", arguments->jobs, 1, g_get_num_processors(), &settings->workers,
                             error) &&
         output_check(manipulation->output, experiment, error);
}

/* The truth alone, which says what else there is to know. */
static bool tell_truth(Manipulation *manipulation, GError **error)
{
  point_list_free(manipulation->list);
  g_clear_pointer(&manipulation->stories, g_array_unref);
  manipulation->list = point_list_new(plugin_is_path(manipulation->allocator), false);
  manipulation->stories = g_array_new(FALSE, FALSE, sizeof(Story));
  return point_list_check(manipulation->list, manipulation->allocator, error) &&
         add_story(manipulation, "the truth", NULL, error);
}

static bool tell_lies(Manipulation *manipulation, GError **error)
{
  uint32_t framework;
  if (!find_framework(manipulation, &framework, error))
    return false;
  g_clear_pointer(&manipulation->lies, g_ptr_array_unref);
  add_lies(manipulation, framework);
  return add_points(manipulation, error);
}

static bool prepare(Manipulation *manipulation, GError **error)
{
  manipulation->allocator =
      manipulation->arguments->allocator == NULL ? ALLOCATOR_DEFAULT : manipulation->arguments->allocator;
  return tell_truth(manipulation, error) && read_settings(manipulation, error) &&
         tell_lies(manipulation, error);
}

/* The warm-up of the truth is left out of all stories. */
static ExitStatus find_warm_up(Manipulation *manipulation, Batch *batch)
{
  const char *const none[] = {NULL};
  const char *const allocators[] = {manipulation->allocator, NULL};
  const PilotSettings settings = {&manipulation->settings, allocators,
                                  plugin_is_path(manipulation->allocator)};
  char **set = manipulation->arguments->set;
  Pilot pilot = {manipulation->arguments->workload, set == NULL ? none : (const char *const *)set, "", NULL};
  g_autoptr(GError) error = NULL;
  if (!pilots_recall(&settings, &pilot, 1, &error))
    return report_error(error);
  ExitStatus status = pilots_run(&settings, batch, &pilot, 1);
  manipulation->warm_up = pilot.warm_up;
  if (status == EXIT_WELL && (!tell_truth(manipulation, &error) || !tell_lies(manipulation, &error)))
    return report_error(error);
  return status;
}

/* --- what is gained ----------------------------------------------------------------------------------------- */

static bool read_work(Manipulation *manipulation, const BatchPoint *points, uint32_t n, GError **error)
{
  g_autoptr(ResultsReader) reader = results_reader_open(manipulation->output, error);
  g_autofree char *scope = g_strdup_printf("framework %s", manipulation->arguments->framework);
  double truth = 0;
  if (reader == NULL)
    return false;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t index = results_reader_find(reader, points[i].key);
    guint place = i % manipulation->stories->len;
    double work;
    bool exists;
    if (index == UINT32_MAX) {
      g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "%s: %s did not come to its end", manipulation->output,
                  points[i].label);
      return false;
    }
    if (!results_reader_metric(reader, index, METRIC, scope, &work, &exists, error))
      return false;
    work = exists && isfinite(work) ? work : 0; /* it never demanded anything that a sample saw */
    if (place == 0)
      truth = work;
    Story *story = &g_array_index(manipulation->stories, Story, place);
    sample_add(&story->work, work);
    sample_add(&story->gain, work - truth);
  }
  return true;
}

/* "+12.3 %", of the truth's mean; "" where that is nothing. */
static char *gain_text(const Story *story, double truth)
{
  return truth > 0 ? g_strdup_printf("%+.1f %%", story->gain.mean / truth * 100) : g_strdup("");
}

/* "+- 1.2 %", likewise; "" where one run says nothing of others. */
static char *interval_text(const Story *story, double truth, double confidence)
{
  double width = sample_half_width(&story->gain, confidence);
  return truth > 0 && isfinite(width) ? g_strdup_printf("+- %.1f %%", width / truth * 100) : g_strdup("");
}

static void add_row(const Manipulation *manipulation, TextTable *table, const Story *story)
{
  double truth = g_array_index(manipulation->stories, Story, 0).work.mean;
  bool lie = story != &g_array_index(manipulation->stories, Story, 0);
  text_table_add(table, g_strdup(story->name));
  text_table_add(table, g_strdup_printf("%.4g", story->work.mean));
  text_table_add(table, lie ? gain_text(story, truth) : g_strdup(""));
  text_table_add(table, lie ? interval_text(story, truth, manipulation->settings.confidence) : g_strdup(""));
}

static char *verdict(const Manipulation *manipulation)
{
  const Story *best = NULL;
  double truth = g_array_index(manipulation->stories, Story, 0).work.mean;
  for (guint i = 1; i < manipulation->stories->len; i++) {
    const Story *story = &g_array_index(manipulation->stories, Story, i);
    if (best == NULL || story->gain.mean > best->gain.mean)
      best = story;
  }
  if (best == NULL || !(truth > 0))
    return g_strdup("manipulation gain   not known: there is nothing to compare\n");
  if (best->gain.mean <= 0)
    return g_strdup("manipulation gain   0 %: none of these lies pays\n");
  /* The best of several is the best by chance, too: its interval holds for all of them together. */
  double confidence = 1 - (1 - manipulation->settings.confidence) / (manipulation->stories->len - 1);
  double width = sample_half_width(&best->gain, confidence);
  g_autofree char *interval = interval_text(best, truth, confidence);
  return g_strdup_printf("manipulation gain   %.1f %%%s%s: %s%s\n", best->gain.mean / truth * 100,
                         *interval == '\0' ? "" : " ", interval, best->name,
                         best->gain.mean > width ? "" : " (may be chance)");
}

static void print(const Manipulation *manipulation)
{
  g_autoptr(TextTable) table = text_table_new(4, false);
  g_autoptr(GString) out = g_string_new(NULL);
  text_table_add(table,
                 g_strdup_printf("%s with %s", manipulation->arguments->framework, manipulation->allocator));
  text_table_add(table, g_strdup("useful work"));
  text_table_add(table, g_strdup("gain"));
  text_table_add(table, g_strdup_printf("%.4g %% interval", manipulation->settings.confidence * 100));
  for (guint i = 0; i < manipulation->stories->len; i++)
    add_row(manipulation, table, &g_array_index(manipulation->stories, Story, i));
  text_table_print(table, "", out);
  for (guint i = 0; i < manipulation->lies->len; i++) {
    const Lie *lie = g_ptr_array_index(manipulation->lies, i);
    if (lie->why_not != NULL)
      g_string_append_printf(out, "not tried: %s: %s\n", lie->name, lie->why_not);
  }
  g_autofree char *last = verdict(manipulation);
  printf("%s\n%s", out->str, last);
}

static ExitStatus run(Manipulation *manipulation)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Batch) batch = batch_open(&manipulation->settings, &error);
  if (batch == NULL)
    return report_error(error);
  ExitStatus status = pilot_is_needed(truth_of(manipulation)) ? find_warm_up(manipulation, batch) : EXIT_WELL;
  if (status != EXIT_WELL)
    return status;
  uint32_t n, wanted;
  const BatchPoint *points = point_list_points(manipulation->list, &n);
  status = batch_run(batch, points, n, NULL, NULL, &wanted);
  if (status == EXIT_WELL)
    status = batch_merge(batch, points, wanted);
  if (status != EXIT_WELL)
    return status;
  if (!read_work(manipulation, points, n, &error))
    return report_error(error);
  if (!manipulation->arguments->quiet)
    print(manipulation);
  return EXIT_WELL;
}

ExitStatus command_manipulate(int argc, char **argv)
{
  g_auto(ManipulateArguments) arguments = {0};
  const GOptionEntry entries[] = {
      {"workload", 'w', 0, G_OPTION_ARG_FILENAME, &arguments.workload, "The workload", "FILE"},
      {"framework", 'f', 0, G_OPTION_ARG_FILENAME, &arguments.framework,
       "Who lies: [framework NAME] of the workload", "NAME"},
      {"allocator", 'a', 0, G_OPTION_ARG_FILENAME, &arguments.allocator,
       "Who is lied to: see sim list allocators; ./mine.so (default: " ALLOCATOR_DEFAULT ")", "NAME|FILE"},
      {"replications", 0, 0, G_OPTION_ARG_FILENAME, &arguments.replications,
       "How many runs of each story, each with a seed of its own (default: 10)", "N"},
      {"jobs", 'j', 0, G_OPTION_ARG_FILENAME, &arguments.jobs,
       "How many runs at a time (default: one per processor)", "N"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments.output,
       "Results file of all runs (default: WORKLOAD-manipulate-ALLOCATOR-SEED.db)", "FILE"},
      {"set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments.set,
       "Override a key of the workload; may be repeated", "GROUP.KEY=VALUE"},
      {"plugin-call-limit", 0, 0, G_OPTION_ARG_FILENAME, &arguments.call_limit,
       "Processor time that one call into a plug-in may take (default: 60s)", "TIME"},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &arguments.quiet, "Print nothing but errors", NULL},
      {"no-progress", 0, 0, G_OPTION_ARG_NONE, &arguments.no_progress,
       "Show no progress (it is shown on a terminal only)", NULL},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"manipulate", "[OPTION...] --workload FILE --framework NAME", summary,
                                  examples, entries};
  g_auto(GStrv) words = NULL;
  g_autoptr(GError) error = NULL;
  OptionsRead read = options_read(&options, argc, argv, &words, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_READ && arguments.workload == NULL && words[0] != NULL)
    arguments.workload = g_strdup(words[0]);
  if (read == OPTIONS_READ && (arguments.workload == NULL || arguments.framework == NULL))
    g_set_error(&error, CLI_ERROR, CLI_ERROR_USAGE,
                "who lies, and in which workload? Give --workload FILE and --framework NAME (sim manipulate "
                "--help)");
  g_auto(Manipulation) manipulation = {.arguments = &arguments};
  if (error != NULL || !prepare(&manipulation, &error))
    return report_error(error);
  return run(&manipulation);
}
