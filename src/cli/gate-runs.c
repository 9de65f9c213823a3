/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gate-runs.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "cli/batch.h"
#include "cli/options.h"
#include "cli/plugin.h"
#include "cli/point-list.h"
#include "cli/report.h"
#include "metrics/results-reader.h"
#include "offersim-version.h"

typedef struct {
  const GateRunsSettings *settings;
  GateRuns *runs;
  PointList *list;
  char *folder; /* of the batch; NULL: the results are kept */
  char *output;
} Measuring;

void gate_runs_clear(GateRuns *runs)
{
  gate_baseline_free(runs->measured);
  g_clear_pointer(&runs->limits, g_ptr_array_unref);
}

static void measuring_clear(Measuring *measuring)
{
  point_list_free(measuring->list);
  if (measuring->folder != NULL) {
    g_unlink(measuring->output);
    g_rmdir(measuring->folder);
  }
  g_free(measuring->folder);
  g_free(measuring->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Measuring, measuring_clear)

/* --- which runs --------------------------------------------------------------------------------------------- */

static gint compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Returns: (transfer full): names of the workloads, sorted. */
static GPtrArray *list_workloads(const char *folder, GError **error)
{
  g_autoptr(GError) why = NULL;
  g_autoptr(GDir) dir = g_dir_open(folder, 0, &why);
  if (dir == NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s", why->message);
    return NULL;
  }
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir))
    if (g_str_has_suffix(name, ".ini") && *name != '.')
      g_ptr_array_add(names, g_strdup(name));
  g_ptr_array_sort(names, compare_names);
  if (names->len > 0)
    return g_steal_pointer(&names);
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s: there is no workload in it; expected files *.ini",
              folder);
  return NULL;
}

/* The workload is still what the baseline was made of. */
static bool check_workload(const GateRunsSettings *settings, const char *name, const char *point,
                           GError **error)
{
  if (settings->baseline == NULL || settings->renew)
    return true;
  const GateWorkload *before = gate_baseline_find(settings->baseline, name);
  if (before != NULL && strcmp(before->point, point) == 0)
    return true;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
              before == NULL ? "%s/%s: not in the baseline; --accept makes it anew"
                             : "%s/%s: has changed since the baseline was made; --accept makes it anew",
              settings->folder, name);
  return false;
}

static char **overrides_of(const GateRunsSettings *settings, uint64_t seed)
{
  GPtrArray *all = g_ptr_array_new();
  for (const char *const *one = settings->overrides; one != NULL && *one != NULL; one++)
    g_ptr_array_add(all, g_strdup(*one));
  g_ptr_array_add(all, g_strdup_printf("experiment.seed=%" G_GUINT64_FORMAT, seed));
  g_ptr_array_add(all, NULL);
  return (char **)g_ptr_array_free(all, FALSE);
}

static bool choose_seed(const GateRunsSettings *settings, const GateWorkload *before, uint64_t *seed,
                        GError **error)
{
  if (settings->seed != NULL)
    return options_parse_seed(settings->seed, seed, error);
  if (before != NULL)
    *seed = before->seed;
  return true;
}

static bool add_workload(Measuring *measuring, const char *name, int64_t *place, GError **error)
{
  const GateRunsSettings *settings = measuring->settings;
  g_autofree char *path = g_build_filename(settings->folder, name, NULL);
  const PointCell *plain = point_list_cell(measuring->list, path, NULL, name, error);
  if (plain == NULL)
    return false;
  g_autofree char *point = point_cell_point(plain);
  const GateWorkload *before =
      settings->baseline == NULL ? NULL : gate_baseline_find(settings->baseline, name);
  uint64_t seed = point_cell_workload(plain)->experiment->seed;
  if (!check_workload(settings, name, point, error) || !choose_seed(settings, before, &seed, error))
    return false;
  uint32_t replications = settings->replications > 0 ? settings->replications
                          : before != NULL           ? before->replications
                                                     : GATE_REPLICATIONS;
  gate_baseline_add(measuring->runs->measured, name, point, seed, replications);
  g_auto(GStrv) overrides = overrides_of(settings, seed);
  const PointCell *cell = point_list_cell(measuring->list, path, (const char *const *)overrides, name, error);
  if (cell == NULL)
    return false;
  for (uint32_t r = 0; r < replications; r++)
    if (!point_list_add(measuring->list, cell, settings->allocator, r, (*place)++, error))
      return false;
  return true;
}

static bool check_all_are_there(const GateRunsSettings *settings, const GateBaseline *measured,
                                GError **error)
{
  if (settings->baseline == NULL || settings->renew)
    return true;
  for (guint i = 0; i < settings->baseline->workloads->len; i++) {
    const char *name = gate_workload(settings->baseline, i)->file;
    if (gate_baseline_find(measured, name) != NULL)
      continue;
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "%s: there is no %s, which the baseline has; --accept makes it anew", settings->folder, name);
    return false;
  }
  return true;
}

static GateBaseline *new_measured(const GateRunsSettings *settings)
{
  GateBaseline *measured = gate_baseline_new(settings->allocator, OFFERSIM_VERSION " " OFFERSIM_GIT_COMMIT);
  if (settings->baseline == NULL)
    return measured;
  g_array_set_size(measured->tolerances, 0);
  for (guint i = 0; i < settings->baseline->tolerances->len; i++) {
    GateTolerance tolerance = *gate_tolerance(settings->baseline, i);
    tolerance.scope = g_strdup(tolerance.scope);
    g_array_append_val(measured->tolerances, tolerance);
  }
  return measured;
}

static bool prepare(Measuring *measuring, GError **error)
{
  const GateRunsSettings *settings = measuring->settings;
  measuring->list = point_list_new(plugin_is_path(settings->allocator), false);
  measuring->runs->measured = new_measured(settings);
  if (!point_list_check(measuring->list, settings->allocator, error))
    return false;
  g_autoptr(GPtrArray) names = list_workloads(settings->folder, error);
  int64_t place = 0;
  for (guint i = 0; names != NULL && i < names->len; i++)
    if (!add_workload(measuring, g_ptr_array_index(names, i), &place, error))
      return false;
  if (names == NULL || !check_all_are_there(settings, measuring->runs->measured, error))
    return false;
  measuring->output = g_strdup(settings->output);
  if (settings->output != NULL)
    return true;
  g_autoptr(GError) why = NULL;
  measuring->folder = g_dir_make_tmp("sim-gate-XXXXXX", &why);
  if (measuring->folder == NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "%s", why->message);
    return false;
  }
  measuring->output = g_build_filename(measuring->folder, "gate.db", NULL);
  return true;
}

/* --- what they measured ------------------------------------------------------------------------------------- */

static bool read_value(ResultsReader *reader, uint32_t run, const Metric *metric, const char *scope,
                       double *value, GError **error)
{
  bool exists;
  *value = (double)NAN;
  return results_reader_metric(reader, run, metric->name, scope, value, &exists, error);
}

/* Runs lie in the order of their places. */
static bool read_values(Measuring *measuring, GError **error)
{
  const GateRunsSettings *settings = measuring->settings;
  const GateBaseline *measured = measuring->runs->measured;
  g_autoptr(ResultsReader) reader = results_reader_open(measuring->output, error);
  if (reader == NULL)
    return false;
  measuring->runs->limits = g_ptr_array_new_with_free_func(g_free);
  uint32_t run = 0;
  for (guint w = 0; w < measured->workloads->len; w++) {
    const GateWorkload *workload = gate_workload(measured, w);
    for (guint q = 0; q < settings->n_requirements; q++)
      g_ptr_array_add(measuring->runs->limits, g_new(double, workload->replications));
    for (uint32_t r = 0; r < workload->replications; r++, run++) {
      for (guint i = 0; i < measured->tolerances->len; i++) {
        const GateTolerance *tolerance = gate_tolerance(measured, i);
        if (!read_value(reader, run, tolerance->metric, tolerance->scope, gate_value(workload, i, r), error))
          return false;
      }
      for (guint q = 0; q < settings->n_requirements; q++) {
        const GateRequirement *requirement = &settings->requirements[q];
        double *values = g_ptr_array_index(measuring->runs->limits, w * settings->n_requirements + q);
        if (!read_value(reader, run, requirement->metric, requirement->scope, &values[r], error))
          return false;
      }
    }
  }
  return true;
}

static ExitStatus run_all(Measuring *measuring)
{
  const GateRunsSettings *settings = measuring->settings;
  const BatchSettings batch_settings = {
      .output = measuring->output,
      .workers = settings->workers,
      .call_limit = settings->call_limit,
      .confidence = 0.95,
      .temporary = measuring->folder != NULL,
      .quiet = settings->quiet,
      .progress = settings->progress,
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(Batch) batch = batch_open(&batch_settings, &error);
  if (batch == NULL)
    return report_error(error);
  uint32_t n, wanted;
  const BatchPoint *points = point_list_points(measuring->list, &n);
  ExitStatus status = batch_run(batch, points, n, NULL, NULL, &wanted);
  return status == EXIT_WELL ? batch_merge(batch, points, n) : status;
}

ExitStatus gate_runs(const GateRunsSettings *settings, GateRuns *runs)
{
  g_auto(Measuring) measuring = {.settings = settings, .runs = runs};
  g_autoptr(GError) error = NULL;
  if (!prepare(&measuring, &error))
    return report_error(error);
  ExitStatus status = run_all(&measuring);
  if (status != EXIT_WELL)
    return status;
  return read_values(&measuring, &error) ? EXIT_WELL : report_error(error);
}
