/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run-batch.h"

#include <stdio.h>
#include <string.h>

#include "cli/batch.h"
#include "cli/comparison-print.h"
#include "cli/isolation.h"
#include "cli/load-workload.h"
#include "cli/means-print.h"
#include "cli/output-file.h"
#include "cli/pilot.h"
#include "cli/plugin.h"
#include "cli/point-list.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/sources.h"
#include "cli/summary-print.h"
#include "cli/until.h"
#include "metrics/results-means.h"
#include "report/format.h"

#define REPLICATIONS_MAX_DEFAULT 1000

bool run_batch_is_asked(const RunArguments *arguments)
{
  return arguments->replications != NULL || arguments->until != NULL || arguments->isolated ||
         (arguments->allocator != NULL && strchr(arguments->allocator, ',') != NULL);
}

bool run_batch_is_wanted(const Experiment *experiment)
{
  return experiment->replications > 1 || pilot_is_needed(experiment);
}

typedef struct {
  const RunArguments *arguments;
  char **allocators;
  uint32_t n_allocators;
  bool plugins;
  char **overrides;
  char *output;
  uint32_t least; /* replications */
  uint32_t most;
  Until *until;
  const Experiment *experiment;
  double *parts; /* --isolated: of each framework group */
  PointList *list;
  BatchSettings settings;
  Batch *batch;
} RunBatch;

static void run_batch_clear(RunBatch *run)
{
  batch_free(run->batch);
  until_free(run->until);
  point_list_free(run->list);
  g_strfreev(run->allocators);
  g_strfreev(run->overrides);
  g_free(run->parts);
  g_free(run->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RunBatch, run_batch_clear)

/* --- preparing ---------------------------------------------------------------------------------------------- */

static bool read_allocators(RunBatch *run, GError **error)
{
  const char *limited = NULL; /* whose calls are bounded */
  run->allocators = run_arguments_allocators(run->arguments, error);
  if (run->allocators == NULL)
    return false;
  run->n_allocators = g_strv_length(run->allocators);
  for (char **one = run->allocators; *one != NULL; one++)
    if (plugin_is_path(*one) || limited == NULL)
      limited = *one;
  run->plugins = plugin_is_path(limited);
  Duration limit;
  run->settings.call_limit = run->arguments->call_limit;
  return options_parse_call_limit(run->arguments->call_limit, limited, &limit, error);
}

static bool read_counts(RunBatch *run, GError **error)
{
  const RunArguments *arguments = run->arguments;
  if (arguments->replication != NULL) {
    g_set_error(
        error, CLI_ERROR, CLI_ERROR_USAGE,
        "--replication is one of many: it goes with one allocator, and without --replications and --until");
    return false;
  }
  if (!run_arguments_count("--replications", arguments->replications, 1, run->experiment->replications,
                           &run->least, error) ||
      !run_arguments_count("--jobs", arguments->jobs, 1, g_get_num_processors(), &run->settings.workers,
                           error))
    return false;
  run->until = until_new((const char *const *)arguments->until, run->experiment, run->n_allocators, error);
  if (run->until == NULL)
    return false;
  run->most = run->least;
  if (!until_is_empty(run->until) && arguments->isolated) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "--isolated: expected a number of --replications, not --until");
    return false;
  }
  if (until_is_empty(run->until)) {
    if (arguments->replications_max == NULL)
      return true;
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "--replications-max: bounds what --until asks for, which is not given");
    return false;
  }
  run->least = MAX(run->least, UNTIL_REPLICATIONS_MIN);
  return run_arguments_count("--replications-max", arguments->replications_max, run->least,
                             MAX(run->least, REPLICATIONS_MAX_DEFAULT), &run->most, error);
}

/* "quickstart-drf+mine-1.db" */
static char *default_output(const RunBatch *run)
{
  g_autoptr(GString) names = g_string_new(NULL);
  for (char **one = run->allocators; *one != NULL; one++) {
    g_autofree char *name = g_path_get_basename(*one);
    if (plugin_is_path(*one) && g_str_has_suffix(name, ".so"))
      name[strlen(name) - strlen(".so")] = '\0';
    g_string_append_printf(names, "%s%s", names->len == 0 ? "" : "+", name);
  }
  return output_default(run->arguments->workload, names->str, run->experiment->seed, 0);
}

/* What is wrong with the jobs is found once, before any worker is. */
static bool check_sources(RunBatch *run, const LoadedWorkload *workload, GError **error)
{
  const Experiment *experiment = run->experiment;
  g_autoptr(Sources) sources = sources_open(experiment, workload->raw, experiment->seed, error);
  if (sources == NULL)
    return false;
  if (run->arguments->isolated)
    run->parts = isolation_parts(experiment, sources);
  if (run->arguments->quiet)
    return true;
  sources_warn(sources);
  pilot_warn(experiment);
  g_autofree char *names = g_strjoinv(", ", run->allocators);
  g_autofree char *head = summary_head_of_plan(experiment, sources, names, experiment->seed, 0);
  g_autofree char *replications = format_counted(run->most, "replication");
  printf("%s; %s%s\n", g_strchomp(head), until_is_empty(run->until) ? "" : "at most ", replications);
  fflush(stdout);
  return true;
}

static bool prepare(RunBatch *run, GError **error)
{
  const RunArguments *arguments = run->arguments;
  if (!run_arguments_record(arguments, &run->settings.record_tasks, error) || !read_allocators(run, error))
    return false;
  run->overrides = run_arguments_overrides(arguments, error);
  if (run->overrides == NULL)
    return false;
  run->list = point_list_new(run->plugins, run->settings.record_tasks);
  for (char **allocator = run->allocators; *allocator != NULL; allocator++)
    if (!point_list_check(run->list, *allocator, error))
      return false;
  const PointCell *cell =
      point_list_cell(run->list, arguments->workload, (const char *const *)run->overrides, "", error);
  if (cell == NULL)
    return false;
  const LoadedWorkload *workload = point_cell_workload(cell);
  run->experiment = workload->experiment;
  if (!read_counts(run, error))
    return false;
  run->output = arguments->output != NULL ? g_strdup(arguments->output) : default_output(run);
  run->settings.output = run->output;
  run->settings.scratch = arguments->scratch;
  run->settings.confidence = run->experiment->confidence;
  run->settings.keep_going = arguments->keep_going;
  run->settings.quiet = arguments->quiet;
  run->settings.progress = !arguments->quiet && !arguments->no_progress && progress_possible();
  if (!output_check(run->output, run->experiment, error))
    return false;
  if (!arguments->quiet)
    load_workload_note(workload);
  return check_sources(run, workload, error);
}

/* --- points ------------------------------------------------------------------------------------------------- */

static bool add_points(RunBatch *run, PointList *list, const PointCell *cell, uint32_t replications,
                       int64_t place, GError **error)
{
  for (uint32_t replication = 0; replication < replications; replication++)
    for (char **allocator = run->allocators; *allocator != NULL; allocator++) {
      if (!point_list_add(list, cell, *allocator, replication, place, error))
        return false;
      place += place >= 0;
    }
  return true;
}

/* Each framework group alone on its part, behind the runs that they share. */
static bool add_isolated(RunBatch *run, const PointCell *shared, GError **error)
{
  g_autofree char *point = point_cell_point(shared);
  for (uint32_t i = 0; i < run->experiment->n_frameworks; i++) {
    g_auto(GStrv) alone = isolation_overrides(run->experiment, point, i, run->parts[i]);
    g_autoptr(GPtrArray) overrides = g_ptr_array_new();
    for (char **one = run->overrides; *one != NULL; one++)
      g_ptr_array_add(overrides, *one);
    for (char **one = alone; *one != NULL; one++)
      g_ptr_array_add(overrides, *one);
    g_ptr_array_add(overrides, NULL);
    g_autofree char *label = g_strdup_printf("%s alone", run->experiment->frameworks[i].name);
    uint32_t n;
    point_list_points(run->list, &n);
    const PointCell *cell = point_list_cell(run->list, run->arguments->workload,
                                            (const char *const *)overrides->pdata, label, error);
    if (cell == NULL) {
      g_prefix_error(error, "--isolated: %s: ", label);
      return false;
    }
    if (!add_points(run, run->list, cell, run->most, n, error))
      return false;
  }
  return true;
}

/* What is found becomes an override of the runs proper. */
static ExitStatus find_warm_up(RunBatch *run)
{
  g_autoptr(GError) error = NULL;
  const PilotSettings settings = {&run->settings, (const char *const *)run->allocators, run->plugins};
  Pilot pilot = {run->arguments->workload, (const char *const *)run->overrides, "", NULL};
  if (!pilots_recall(&settings, &pilot, 1, &error))
    return report_error(error);
  ExitStatus status = pilots_run(&settings, run->batch, &pilot, 1);
  if (status != EXIT_WELL)
    return status;
  char **longer = pilot_overrides(&pilot);
  g_strfreev(run->overrides);
  run->overrides = longer;
  g_free(pilot.warm_up);
  return EXIT_WELL;
}

/* --- running ------------------------------------------------------------------------------------------------ */

/* BatchEnough: after each whole replication. */
static bool is_enough(void *self, Batch *batch, uint32_t n, GError **error)
{
  RunBatch *run = self;
  uint32_t ignored, index, sample = (n - 1) % run->n_allocators;
  const BatchPoint *point = &point_list_points(run->list, &ignored)[n - 1];
  g_autoptr(ResultsReader) reader = batch_open_shard(batch, point, &index, error);
  if (reader == NULL || !until_add(run->until, sample, reader, index, error))
    return false;
  return sample + 1 == run->n_allocators && n / run->n_allocators >= run->least &&
         until_is_known(run->until, run->settings.confidence);
}

/* Several allocators had the same jobs: they are compared with the first. */
static ExitStatus show_comparison(const RunBatch *run)
{
  const char *const paths[] = {run->output, NULL};
  const PairedChoice choice = {.metrics = NULL};
  if (run->n_allocators < 2)
    return EXIT_WELL;
  g_autoptr(GError) error = NULL;
  g_autoptr(PairedSides) sides = paired_sides_open(paths, &error);
  g_autoptr(GPtrArray) comparisons = sides == NULL ? NULL : paired_comparisons_new(sides, &choice, &error);
  if (comparisons == NULL)
    return report_error(error);
  g_autofree char *text = comparison_text(comparisons);
  fputs(text, stdout);
  fflush(stdout);
  return EXIT_WELL;
}

static ExitStatus show(const RunBatch *run)
{
  ExitStatus status = means_show(run->output);
  if (status == EXIT_WELL)
    status = show_comparison(run);
  g_autofree char *unknown =
      until_is_empty(run->until) ? NULL : until_describe(run->until, run->settings.confidence);
  if (unknown != NULL) {
    g_autofree char *message = g_strdup_printf("after %u replications %s", run->most, unknown);
    report_warning(message);
  }
  return status;
}

static ExitStatus run_points(RunBatch *run)
{
  g_autoptr(GError) error = NULL;
  const PointCell *cell =
      point_list_cell(run->list, run->arguments->workload, (const char *const *)run->overrides, "", &error);
  if (cell == NULL || !add_points(run, run->list, cell, run->most, 0, &error) ||
      (run->parts != NULL && !add_isolated(run, cell, &error)))
    return report_error(error);
  uint32_t n, wanted;
  const BatchPoint *points = point_list_points(run->list, &n);
  BatchEnough enough = until_is_empty(run->until) ? NULL : is_enough;
  ExitStatus status = batch_run(run->batch, points, n, enough, run, &wanted);
  if (status == EXIT_WELL)
    status = batch_merge(run->batch, points, wanted);
  return status != EXIT_WELL || run->arguments->quiet ? status : show(run);
}

ExitStatus run_batch(const RunArguments *arguments)
{
  g_auto(RunBatch) run = {.arguments = arguments};
  g_autoptr(GError) error = NULL;
  if (!prepare(&run, &error))
    return report_error(error);
  run.batch = batch_open(&run.settings, &error);
  if (run.batch == NULL)
    return report_error(error);
  ExitStatus status = pilot_is_needed(run.experiment) ? find_warm_up(&run) : EXIT_WELL;
  return status == EXIT_WELL ? run_points(&run) : status;
}
