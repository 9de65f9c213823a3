/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "cli/allocator-choice.h"
#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/means-print.h"
#include "cli/options.h"
#include "cli/output-file.h"
#include "cli/pilot.h"
#include "cli/plugin.h"
#include "cli/point-list.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/sources.h"
#include "cli/sweep-file.h"
#include "report/format.h"
#include "workload/workload-file.h"

static const char summary[] =
    "Runs a workload at many points: every combination of values of its keys, allocators, seeds and\n"
    "replications that FILE names. All runs become one SQLite file, the same for any number of jobs.";

static const char examples[] =
    "A sweep is a key file beside the workload:\n"
    "\n"
    "  [sweep]\n"
    "  workload = quickstart.ini\n"
    "  allocators = drf, priority\n"
    "  replications = 5                        seeds = 1, 2 and record = tasks may stand here, too\n"
    "\n"
    "  [points]                                a grid: 3 x 2 points; several grids follow one another:\n"
    "  cluster.agents = 300, 600, 1200         [points small], [points large], ...\n"
    "  framework facebook.scheduler = elastic, rigid\n"
    "\n"
    "Examples:\n"
    "  sim sweep workloads/sweeps/load.ini -j 4\n"
    "  sim sweep mine.ini --dry-run                               which runs it has; checks all of them\n"
    "  sim sweep mine.ini --shard 3/8 && sim merge mine.db mine-*-of-8.db       the third of 8 machines\n"
    "  parallel sim sweep mine.ini -j 1 --shard {}/8 ::: 1 2 3 4 5 6 7 8        GNU parallel\n"
    "  scripts/sweep-slurm mine.ini -- --cpus-per-task=4                        Slurm\n"
    "\n"
    "Runs that are there already, in the output or in OUTPUT.parts, are not run again: after an\n"
    "interruption the same command goes on from there, and a sweep may grow.\n"
    "\n"
    "Exit status: 0 well; 2 the sweep or a workload is wrong; 1 a run failed, 130 interrupted: those that\n"
    "are finished are kept.";

typedef struct {
  char *file;
  char *output;
  char *shard;
  char *scratch;
  char *jobs;
  char **set;
  char *call_limit;
  gboolean dry_run;
  gboolean keep_going;
  gboolean quiet;
  gboolean no_progress;
} SweepArguments;

static void sweep_arguments_clear(SweepArguments *arguments)
{
  g_free(arguments->file);
  g_free(arguments->output);
  g_free(arguments->shard);
  g_free(arguments->scratch);
  g_free(arguments->jobs);
  g_strfreev(arguments->set);
  g_free(arguments->call_limit);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SweepArguments, sweep_arguments_clear)

/* What a run is made of again once its warm-up is known. */
typedef struct {
  uint32_t point; /* of the file */
  const char *seed;
} Origin;

typedef struct {
  const SweepArguments *arguments;
  SweepFile *file;
  Pilot *
      pilots; /* one for each point of the file; that of a point with a warm-up of its own has no overrides */
  uint32_t n_pilots;   /* that have */
  GArray *all_origins; /* of Origin, as many as @list has points */
  uint32_t shard;      /* from 0 */
  uint32_t shards;     /* how many there are */
  char *output;
  bool plugins;       /* whether any of the allocators is one */
  PointList *list;    /* all of the sweep */
  uint32_t n_all;     /* runs of the sweep */
  uint32_t again;     /* that stand twice, and are run once */
  BatchPoint *points; /* those of this shard */
  uint32_t n_points;
  Origin *origins;    /* of @points */
  BatchPoint *others; /* those of the other shards */
  uint32_t n_others;
  BatchSettings settings;
} Sweep;

static void sweep_clear(Sweep *sweep)
{
  for (uint32_t i = 0; sweep->pilots != NULL && i < sweep->file->n_points; i++) {
    g_strfreev((char **)(guintptr)sweep->pilots[i].overrides);
    g_free((char *)(guintptr)sweep->pilots[i].settings);
    g_free(sweep->pilots[i].warm_up);
  }
  g_free(sweep->pilots);
  g_clear_pointer(&sweep->all_origins, g_array_unref);
  g_free(sweep->points);
  g_free(sweep->origins);
  g_free(sweep->others);
  point_list_free(sweep->list);
  sweep_file_free(sweep->file);
  g_free(sweep->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sweep, sweep_clear)

/* --- which runs --------------------------------------------------------------------------------------------- */

/* "3/8" */
static bool read_shard(Sweep *sweep, GError **error)
{
  const char *text = sweep->arguments->shard;
  sweep->shards = 1;
  if (text == NULL)
    return true;
  g_auto(GStrv) sides = g_strsplit(text, "/", -1);
  int64_t shard, shards;
  if (g_strv_length(sides) == 2 && number_parse_integer(sides[1], 1, SWEEP_RUNS_MAX, &shards, NULL) &&
      number_parse_integer(sides[0], 1, shards, &shard, NULL)) {
    sweep->shard = (uint32_t)shard - 1;
    sweep->shards = (uint32_t)shards;
    return true;
  }
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--shard: expected I/N, with I from 1 to N, not \"%s\"",
              text);
  return false;
}

/* The keys on the command line are for all points. */
static bool check_overrides(const Sweep *sweep, GError **error)
{
  for (char **one = sweep->arguments->set; one != NULL && *one != NULL; one++) {
    g_auto(GStrv) sides = g_strsplit(*one, "=", 2);
    const char *name = sides[0] == NULL ? "" : g_strstrip(sides[0]);
    bool seed = strcmp(name, "experiment.seed") == 0 && *sweep->file->seeds != NULL;
    if (!seed && !sweep_file_varies(sweep->file, name))
      continue;
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--set %s: %s gives it other values", name,
                sweep->file->path);
    return false;
  }
  return true;
}

/* Of the command line, then of the point, then the seed, then the warm-up where it is known. */
static char **overrides_of(const Sweep *sweep, uint32_t number, const char *seed)
{
  const SweepPoint *point = &sweep->file->points[number];
  const char *warm_up = sweep->pilots[number].warm_up;
  GPtrArray *overrides = g_ptr_array_new();
  for (char **one = sweep->arguments->set; one != NULL && *one != NULL; one++)
    g_ptr_array_add(overrides, g_strdup(*one));
  for (char **one = point->settings; *one != NULL; one++)
    g_ptr_array_add(overrides, g_strdup(*one));
  if (seed != NULL)
    g_ptr_array_add(overrides, g_strconcat("experiment.seed=", seed, NULL));
  if (warm_up != NULL)
    g_ptr_array_add(overrides, g_strconcat(PILOT_WARM_UP_KEY "=", warm_up, NULL));
  g_ptr_array_add(overrides, NULL);
  return (char **)g_ptr_array_free(overrides, FALSE);
}

static char *settings_of(const SweepPoint *point, const char *seed)
{
  g_autofree char *settings = g_strjoinv(", ", point->settings);
  if (seed == NULL)
    return g_steal_pointer(&settings);
  return g_strdup_printf("%s%sseed %s", settings, *settings == '\0' ? "" : ", ", seed);
}

/* The cell of a point, and of all that is run there. */
static const PointCell *load_point(Sweep *sweep, uint32_t number, const char *seed, GError **error)
{
  const SweepPoint *point = &sweep->file->points[number];
  g_auto(GStrv) overrides = overrides_of(sweep, number, seed);
  g_autofree char *settings = settings_of(point, seed);
  const PointCell *cell =
      point_list_cell(sweep->list, sweep->file->workload, (const char *const *)overrides, settings, error);
  if (cell != NULL)
    return cell;
  if (g_error_matches(*error, WORKLOAD_ERROR, WORKLOAD_ERROR_READ) &&
      g_str_has_prefix((*error)->message, sweep->file->workload))
    sweep_file_blame_key(sweep->file, "workload", error);
  else
    sweep_file_blame(sweep->file, point, error);
  return NULL;
}

/* The warm-up is one for all seeds, so that they are replications of one thing: it is found with the first of them. */
static void note_pilot(Sweep *sweep, uint32_t number, const char *seed)
{
  Pilot *pilot = &sweep->pilots[number];
  if (pilot->overrides != NULL)
    return;
  pilot->workload = sweep->file->workload;
  pilot->overrides = (const char *const *)overrides_of(sweep, number, seed);
  pilot->settings = settings_of(&sweep->file->points[number], NULL);
  sweep->n_pilots++;
}

/* All runs at one point with one seed. Their places are given when all are known. */
static bool add_runs(Sweep *sweep, const PointCell *cell, Origin origin, GError **error)
{
  const Experiment *experiment = point_cell_workload(cell)->experiment;
  uint32_t n;
  uint32_t replications =
      sweep->file->replications > 0 ? sweep->file->replications : experiment->replications;
  for (uint32_t replication = 0; replication < replications; replication++)
    for (char **allocator = sweep->file->allocators; *allocator != NULL; allocator++) {
      if (!point_list_add(sweep->list, cell, *allocator, replication, -1, error))
        return false;
      g_array_append_val(sweep->all_origins, origin);
    }
  point_list_points(sweep->list, &n);
  if (n <= SWEEP_RUNS_MAX)
    return true;
  g_set_error(error, CLI_ERROR, CLI_ERROR_INPUT, "%s: more than %d runs", sweep->file->path, SWEEP_RUNS_MAX);
  return false;
}

static bool add_point(Sweep *sweep, uint32_t number, const char *seed, GError **error)
{
  const PointCell *cell = load_point(sweep, number, seed, error);
  if (cell == NULL)
    return false;
  const Experiment *experiment = point_cell_workload(cell)->experiment;
  if (!sweep->arguments->quiet && seed == *sweep->file->seeds)
    pilot_warn(experiment);
  if (pilot_is_needed(experiment))
    note_pilot(sweep, number, seed);
  if (sweep->settings.confidence == 0) /* the first point's is that of all */
    sweep->settings.confidence = experiment->confidence;
  bool added =
      output_check(sweep->output, experiment, error) && add_runs(sweep, cell, (Origin){number, seed}, error);
  point_list_forget(sweep->list, cell);
  return added;
}

/* Those that this shard has. One that stands twice is run once. */
static void choose_points(Sweep *sweep)
{
  g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
  uint32_t n;
  const BatchPoint *all = point_list_points(sweep->list, &n);
  sweep->points = g_new0(BatchPoint, MAX(n, 1));
  sweep->origins = g_new0(Origin, MAX(n, 1));
  sweep->others = g_new0(BatchPoint, MAX(n, 1));
  for (uint32_t i = 0; i < n; i++) {
    if (!g_hash_table_add(keys, (gpointer)(guintptr)all[i].key))
      continue;
    uint32_t place = sweep->n_all++;
    bool own = place % sweep->shards == sweep->shard;
    if (own)
      sweep->origins[sweep->n_points] = g_array_index(sweep->all_origins, Origin, i);
    BatchPoint *point = own ? &sweep->points[sweep->n_points++] : &sweep->others[sweep->n_others++];
    *point = all[i];
    point->place = place;
  }
  sweep->again = n - sweep->n_all;
}

/* An output holds the runs of one batch: that of a shard would lose those of the others. */
static bool check_shards(const Sweep *sweep, GError **error)
{
  g_autofree bool *done = g_new0(bool, MAX(sweep->n_others, 1));
  if (!batch_find_done(&sweep->settings, sweep->others, sweep->n_others, done, error))
    return false;
  for (uint32_t i = 0; i < sweep->n_others; i++)
    if (done[i]) {
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                  "--output %s: holds runs of other shards; each shard has a file of its own", sweep->output);
      return false;
    }
  return true;
}

/* --- their traces ------------------------------------------------------------------------------------------- */

/* What a point says of frameworks, and with that of traces: the settings of other groups change nothing in how a trace is
 * read. */
static char *framework_settings(const SweepPoint *point)
{
  GString *text = g_string_new(NULL);
  for (char **one = point->settings; *one != NULL; one++)
    if (g_str_has_prefix(*one, "framework ") || g_str_has_prefix(*one, "stage ") ||
        g_str_has_prefix(*one, "cluster.") || g_str_has_prefix(*one, "experiment.only="))
      g_string_append_printf(text, "%s\n", *one);
  return g_string_free(text, FALSE);
}

static bool check_point_sources(Sweep *sweep, Origin origin, GError **error)
{
  const PointCell *cell = load_point(sweep, origin.point, origin.seed, error);
  if (cell == NULL)
    return false;
  const LoadedWorkload *workload = point_cell_workload(cell);
  g_autoptr(Sources) sources =
      sources_open(workload->experiment, workload->raw, workload->experiment->seed, error);
  if (sources == NULL)
    sweep_file_blame(sweep->file, &sweep->file->points[origin.point], error);
  point_list_forget(sweep->list, cell);
  return sources != NULL;
}

/* Every trace is read as every point to be run would read it: what is wrong with one is found before hours of runs. */
static bool check_sources(Sweep *sweep, GError **error)
{
  g_autoptr(GHashTable) read = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autofree bool *done = g_new0(bool, MAX(sweep->n_points, 1));
  if (!batch_find_done(&sweep->settings, sweep->points, sweep->n_points, done, error))
    return false;
  for (uint32_t i = 0; i < sweep->n_points; i++) {
    Origin origin = sweep->origins[i];
    if (!done[i] && g_hash_table_add(read, framework_settings(&sweep->file->points[origin.point])) &&
        !check_point_sources(sweep, origin, error))
      return false;
  }
  return true;
}

/* --- all of them -------------------------------------------------------------------------------------------- */

/* Makes the list of all runs. */
static bool add_points(Sweep *sweep, GError **error)
{
  const SweepFile *file = sweep->file;
  point_list_free(sweep->list);
  sweep->list = point_list_new(sweep->plugins, file->record_tasks);
  g_array_set_size(sweep->all_origins, 0);
  for (char **one = file->allocators; *one != NULL; one++)
    if (!point_list_check(sweep->list, *one, error)) {
      sweep_file_blame_key(file, "allocators", error);
      return false;
    }
  for (uint32_t i = 0; i < file->n_points; i++) {
    if (*file->seeds == NULL && !add_point(sweep, i, NULL, error))
      return false;
    for (char **seed = file->seeds; *seed != NULL; seed++)
      if (!add_point(sweep, i, *seed, error))
        return false;
  }
  return true;
}

static PilotSettings pilot_settings(const Sweep *sweep)
{
  return (PilotSettings){&sweep->settings, (const char *const *)sweep->file->allocators, sweep->plugins};
}

/* A warm-up that is known from earlier runs is part of a point, and of its key; one that is not found yet becomes so
 * before the runs (find_warm_ups()). */
static bool recall_warm_ups(Sweep *sweep, GError **error)
{
  const PilotSettings settings = pilot_settings(sweep);
  if (sweep->n_pilots == 0)
    return true;
  return pilots_recall(&settings, sweep->pilots, sweep->file->n_points, error) && add_points(sweep, error);
}

static bool list_points(Sweep *sweep, GError **error)
{
  const SweepFile *file = sweep->file;
  for (char **one = file->allocators; *one != NULL; one++)
    sweep->plugins = sweep->plugins || plugin_is_path(*one);
  sweep->pilots = g_new0(Pilot, file->n_points);
  sweep->all_origins = g_array_new(FALSE, FALSE, sizeof(Origin));
  if (!add_points(sweep, error) || !recall_warm_ups(sweep, error))
    return false;
  choose_points(sweep);
  return (sweep->n_others == 0 || check_shards(sweep, error)) && check_sources(sweep, error);
}

/* --- preparing ---------------------------------------------------------------------------------------------- */

static char *default_output(const Sweep *sweep)
{
  g_autofree char *stem = workload_stem(sweep->file->path);
  if (sweep->arguments->shard == NULL)
    return g_strdup_printf("%s.db", stem);
  return g_strdup_printf("%s-%u-of-%u.db", stem, sweep->shard + 1, sweep->shards);
}

static bool read_settings(Sweep *sweep, GError **error)
{
  const SweepArguments *arguments = sweep->arguments;
  BatchSettings *settings = &sweep->settings;
  int64_t workers = g_get_num_processors();
  if (arguments->jobs != NULL && !number_parse_integer(arguments->jobs, 1, SWEEP_RUNS_MAX, &workers, error)) {
    g_prefix_error(error, "--jobs: ");
    return false;
  }
  const char *limited = sweep->file->allocators[0]; /* whose calls are bounded */
  for (char **one = sweep->file->allocators; *one != NULL; one++)
    if (plugin_is_path(*one))
      limited = *one;
  Duration ignored;
  settings->output = sweep->output;
  settings->scratch = arguments->scratch;
  settings->workers = (uint32_t)workers;
  settings->record_tasks = sweep->file->record_tasks;
  settings->call_limit = arguments->call_limit;
  settings->keep_going = arguments->keep_going;
  settings->quiet = arguments->quiet;
  settings->progress = !arguments->quiet && !arguments->no_progress && progress_possible();
  return options_parse_call_limit(arguments->call_limit, limited, &ignored, error);
}

static bool prepare(Sweep *sweep, GError **error)
{
  sweep->file = sweep_file_load(sweep->arguments->file, error);
  if (sweep->file == NULL || !read_shard(sweep, error) || !check_overrides(sweep, error))
    return false;
  sweep->output =
      sweep->arguments->output != NULL ? g_strdup(sweep->arguments->output) : default_output(sweep);
  return read_settings(sweep, error) && list_points(sweep, error);
}

/* --- running ------------------------------------------------------------------------------------------------ */

/* "quickstart.ini: 6 points, 2 allocators: 24 runs; shard 3 of 8: 3 runs" */
static char *headline(const Sweep *sweep)
{
  GString *line = g_string_new(NULL);
  g_autofree char *path = printable(sweep->file->workload);
  g_autofree char *points = format_counted(sweep->file->n_points, "point");
  g_autofree char *allocators = g_strjoinv(", ", sweep->file->allocators);
  g_autofree char *runs = format_counted(sweep->n_all, "run");
  g_string_append_printf(line, "%s: %s; %s %s; %s", path, points,
                         sweep->file->allocators[1] == NULL ? "allocator" : "allocators", allocators, runs);
  if (sweep->again > 0)
    g_string_append_printf(line, " (%u more stand twice)", sweep->again);
  if (sweep->arguments->shard != NULL) {
    g_autofree char *own = format_counted(sweep->n_points, "run");
    g_string_append_printf(line, "; shard %u of %u: %s", sweep->shard + 1, sweep->shards, own);
  }
  return g_string_free(line, FALSE);
}

/* A line of its own for each run on standard output, and nothing else, so that other programs may count them. */
static ExitStatus print_points(const Sweep *sweep)
{
  g_autoptr(GError) error = NULL;
  g_autofree bool *done = g_new0(bool, MAX(sweep->n_points, 1));
  if (!batch_find_done(&sweep->settings, sweep->points, sweep->n_points, done, &error))
    return report_error(error);
  uint32_t n_done = 0;
  for (uint32_t i = 0; i < sweep->n_points; i++) {
    g_autofree char *label = printable(sweep->points[i].label);
    printf("%" G_GINT64_FORMAT "\t%s\t%s\n", sweep->points[i].place, done[i] ? "done" : "to do", label);
    n_done += done[i];
  }
  fflush(stdout);
  if (!sweep->arguments->quiet) {
    g_autofree char *line = headline(sweep);
    report_note("%s, %u of them there already", line, n_done);
  }
  return EXIT_WELL;
}

/* The pilots of points that this shard has runs of. */
static ExitStatus run_pilots(Sweep *sweep, Batch *batch)
{
  const PilotSettings settings = pilot_settings(sweep);
  g_autofree Pilot *own = g_new0(Pilot, sweep->file->n_points);
  for (uint32_t i = 0; i < sweep->n_points; i++)
    own[sweep->origins[i].point] = sweep->pilots[sweep->origins[i].point];
  ExitStatus status = pilots_run(&settings, batch, own, sweep->file->n_points);
  for (uint32_t i = 0; i < sweep->file->n_points; i++)
    if (own[i].warm_up != NULL)
      sweep->pilots[i].warm_up = own[i].warm_up;
  return status;
}

/* Runs whose warm-up was not known get it, and a key with it. */
static ExitStatus find_warm_ups(Sweep *sweep, Batch *batch)
{
  g_autoptr(GError) error = NULL;
  g_autofree bool *known = g_new0(bool, sweep->file->n_points);
  for (uint32_t i = 0; i < sweep->file->n_points; i++)
    known[i] = sweep->pilots[i].overrides == NULL || sweep->pilots[i].warm_up != NULL;
  ExitStatus status = run_pilots(sweep, batch);
  for (uint32_t i = 0; i < sweep->n_points && status == EXIT_WELL; i++) {
    Origin origin = sweep->origins[i];
    BatchPoint *point = &sweep->points[i];
    if (known[origin.point])
      continue;
    uint32_t n;
    const PointCell *cell = load_point(sweep, origin.point, origin.seed, &error);
    if (cell == NULL ||
        !point_list_add(sweep->list, cell, point->allocator, point->replication, point->place, &error))
      return report_error(error);
    point_list_forget(sweep->list, cell);
    *point = point_list_points(sweep->list, &n)[n - 1];
  }
  return status;
}

static ExitStatus run_points(Sweep *sweep)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Batch) batch = batch_open(&sweep->settings, &error);
  if (batch == NULL)
    return report_error(error);
  if (!sweep->arguments->quiet) {
    g_autofree char *line = headline(sweep);
    printf("%s\n", line);
    fflush(stdout);
  }
  uint32_t wanted;
  ExitStatus status = sweep->n_pilots == 0 ? EXIT_WELL : find_warm_ups(sweep, batch);
  if (status == EXIT_WELL)
    status = batch_run(batch, sweep->points, sweep->n_points, NULL, NULL, &wanted);
  if (status == EXIT_WELL)
    status = batch_merge(batch, sweep->points, wanted);
  if (status != EXIT_WELL || sweep->arguments->quiet)
    return status;
  return means_show(sweep->output);
}

ExitStatus command_sweep(int argc, char **argv)
{
  g_auto(SweepArguments) arguments = {0};
  const GOptionEntry entries[] = {
      {"jobs", 'j', 0, G_OPTION_ARG_FILENAME, &arguments.jobs,
       "How many runs at a time (default: one per processor)", "N"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments.output,
       "Results file (default: FILE with .db, and the shard); replaced only by a whole one", "FILE"},
      {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &arguments.dry_run,
       "Check all points, say which runs there are, one per line, and run nothing", NULL},
      {"shard", 0, 0, G_OPTION_ARG_FILENAME, &arguments.shard,
       "Only these runs: the I-th of N parts, for N machines", "I/N"},
      {"scratch", 0, 0, G_OPTION_ARG_FILENAME, &arguments.scratch,
       "Make files there, on a disk of this machine, and move them to their places once they are whole",
       "FOLDER"},
      {"keep-going", 'k', 0, G_OPTION_ARG_NONE, &arguments.keep_going,
       "Where a run fails, do the others all the same", NULL},
      {"set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments.set,
       "Override a key of the workload at all points; may be repeated", "GROUP.KEY=VALUE"},
      {"plugin-call-limit", 0, 0, G_OPTION_ARG_FILENAME, &arguments.call_limit,
       "Processor time that one call into a plug-in may take (default: 60s)", "TIME"},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &arguments.quiet, "Print nothing but errors", NULL},
      {"no-progress", 0, 0, G_OPTION_ARG_NONE, &arguments.no_progress,
       "Show no progress (it is shown on a terminal only)", NULL},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"sweep", "[OPTION...] FILE", summary, examples, entries};
  g_auto(GStrv) words = NULL;
  g_autoptr(GError) error = NULL;
  OptionsRead read = options_read(&options, argc, argv, &words, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_READ && g_strv_length(words) != 1)
    g_set_error(&error, CLI_ERROR, CLI_ERROR_USAGE, "which sweep? Give one FILE (sim sweep --help)");
  if (error != NULL)
    return report_error(error);
  arguments.file = g_strdup(words[0]);
  g_auto(Sweep) sweep = {.arguments = &arguments};
  if (!prepare(&sweep, &error))
    return report_error(error);
  return arguments.dry_run ? print_points(&sweep) : run_points(&sweep);
}
