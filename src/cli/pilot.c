/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pilot.h"

#include <stdlib.h>
#include <string.h>

#include "base/time-text.h"
#include "cli/point-list.h"
#include "cli/report.h"
#include "metrics/warm-up.h"
#include "report/format.h"

#define PILOT_SAMPLES 1000 /* of the series that shows when a run is warm */

bool pilot_is_needed(const Experiment *experiment)
{
  return experiment->kind == RUN_STEADY && !experiment->warm_up_given;
}

void pilot_warn(const Experiment *experiment)
{
  if (experiment->kind != RUN_STEADY || !experiment->duration_given ||
      experiment->warm_up.ns <= experiment->duration.ns / 2)
    return;
  g_autofree char *warm_up = duration_print(experiment->warm_up);
  g_autofree char *duration = duration_print(experiment->duration);
  g_autofree char *message =
      g_strdup_printf("%s: the run is too short: its warm-up of %s ends in the second half of its %s",
                      experiment->source_path, warm_up, duration);
  report_warning(message);
}

char **overrides_with(const char *const *overrides, const char *name, const char *value)
{
  guint n = g_strv_length((char **)(guintptr)overrides);
  char **longer = g_new0(char *, n + 2);
  for (guint i = 0; i < n; i++)
    longer[i] = g_strdup(overrides[i]);
  longer[n] = g_strconcat(name, "=", value, NULL);
  return longer;
}

char **pilot_overrides(const Pilot *pilot)
{
  return overrides_with(pilot->overrides, PILOT_WARM_UP_KEY, pilot->warm_up);
}

/* One run with each allocator. */
static bool add_runs(const PilotSettings *settings, PointList *list, const PointCell *cell, GError **error)
{
  for (const char *const *allocator = settings->allocators; *allocator != NULL; allocator++)
    if (!point_list_add(list, cell, *allocator, 0, -1, error))
      return false;
  return true;
}

/* --- what is there ------------------------------------------------------------------------------------------ */

static int compare_texts(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* As warm_ups_read() has them: of each key the last one. */
static char *settings_text(const char *const *overrides)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = g_strv_length((char **)(guintptr)overrides); i-- > 0;) {
    g_auto(GStrv) sides = g_strsplit(overrides[i], "=", 2);
    const char *name = g_strstrip(sides[0]);
    if (strcmp(name, "experiment.seed") != 0 && g_hash_table_add(names, g_strdup(name)))
      g_ptr_array_add(texts, g_strdup_printf("%s=%s\n", name, sides[1] == NULL ? "" : g_strstrip(sides[1])));
  }
  if (texts->len > 1)
    qsort(texts->pdata, texts->len, sizeof(char *), compare_texts);
  g_ptr_array_add(texts, NULL);
  return g_strjoinv("", (char **)texts->pdata);
}

/* Adds the first replication of @pilot as it would be with the warm-up that a run with its settings left out. */
static bool add_recalled(const PilotSettings *settings, GHashTable *warm_ups, Pilot *pilot, PointList *list,
                         GError **error)
{
  g_autofree char *text = settings_text(pilot->overrides);
  const char *known = g_hash_table_lookup(warm_ups, text);
  if (known == NULL)
    return true;
  pilot->warm_up = g_strdup(known);
  g_auto(GStrv) overrides = pilot_overrides(pilot);
  const PointCell *cell = point_list_cell(list, pilot->workload, (const char *const *)overrides, "", error);
  if (cell == NULL || !add_runs(settings, list, cell, error))
    return false;
  point_list_forget(list, cell);
  return true;
}

bool pilots_recall(const PilotSettings *settings, Pilot *pilots, uint32_t n, GError **error)
{
  const char *output = settings->batch->output;
  g_autoptr(ResultsReader) reader =
      g_file_test(output, G_FILE_TEST_IS_REGULAR) ? results_reader_open(output, NULL) : NULL;
  g_autoptr(GHashTable) warm_ups = reader == NULL ? NULL : warm_ups_read(reader, NULL);
  if (warm_ups == NULL || g_hash_table_size(warm_ups) == 0)
    return true; /* whoever opens the batch says what is wrong with the output */
  g_autoptr(PointList) list = point_list_new(settings->plugins, settings->batch->record_tasks);
  for (uint32_t i = 0; i < n; i++)
    if (pilots[i].overrides != NULL && !add_recalled(settings, warm_ups, &pilots[i], list, error))
      return false;
  uint32_t n_points, at = 0;
  const BatchPoint *points = point_list_points(list, &n_points);
  g_autofree bool *done = g_new0(bool, MAX(n_points, 1));
  if (!batch_find_done(settings->batch, points, n_points, done, error))
    return false;
  for (uint32_t i = 0; i < n; i++) {
    bool all = true;
    for (const char *const *one = settings->allocators; pilots[i].warm_up != NULL && *one != NULL; one++)
      all = done[at++] && all;
    if (!all)
      g_clear_pointer(&pilots[i].warm_up, g_free);
  }
  return true;
}

/* --- running ------------------------------------------------------------------------------------------------ */

/* What is needed of the workload once its runs are there. */
typedef struct {
  Pilot *pilot;
  Duration duration;
  WarmUpSeries series;
  Duration found; /* the longest so far */
} Flight;

static bool add_flight(const PilotSettings *settings, PointList *list, Flight *flight, GError **error)
{
  const Pilot *pilot = flight->pilot;
  const PointCell *plain = point_list_cell(list, pilot->workload, pilot->overrides, "", error);
  if (plain == NULL)
    return false;
  const Experiment *experiment = point_cell_workload(plain)->experiment;
  flight->duration = experiment->duration;
  flight->series = experiment->warm_up_series;
  point_list_forget(list, plain);
  Duration interval = {MAX(flight->duration.ns / PILOT_SAMPLES, 1)};
  g_autofree char *text = duration_print(interval);
  g_auto(GStrv) overrides = overrides_with(pilot->overrides, "experiment.sample-interval", text);
  g_autofree char *label =
      g_strdup_printf("%s%spilot run", pilot->settings, *pilot->settings == '\0' ? "" : ", ");
  const PointCell *cell =
      point_list_cell(list, pilot->workload, (const char *const *)overrides, label, error);
  if (cell == NULL || !add_runs(settings, list, cell, error))
    return false;
  point_list_forget(list, cell);
  return true;
}

/* Too short is said at once: of many points all that are. */
static bool measure(Flight *flight, Batch *batch, const BatchPoint *point, bool *short_run, GError **error)
{
  uint32_t index;
  Duration own;
  bool found;
  g_autoptr(ResultsReader) reader = batch_open_shard(batch, point, &index, error);
  if (reader == NULL || !warm_up_find(reader, index, flight->series, &own, &found, error))
    return false;
  if (found) {
    flight->found.ns = MAX(flight->found.ns, own.ns);
    return true;
  }
  const char *settings = flight->pilot->settings;
  g_autofree char *duration = duration_print(flight->duration);
  g_autoptr(GError) too_short =
      g_error_new(CLI_ERROR, CLI_ERROR_RUN,
                  "%s%sthe run is too short: with allocator %s MSER-5 finds it still warming up in the "
                  "second half of its %s; expected a longer duration, another warm-up-series, or a warm-up",
                  settings, *settings == '\0' ? "" : ": ", point->allocator, duration);
  report_error(too_short);
  *short_run = true;
  return true;
}

static ExitStatus measure_all(Flight *flights, uint32_t n, Batch *batch, const BatchPoint *points,
                              uint32_t n_allocators)
{
  g_autoptr(GError) error = NULL;
  bool short_run = false;
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t k = 0; k < n_allocators; k++)
      if (!measure(&flights[i], batch, &points[i * n_allocators + k], &short_run, &error))
        return report_error(error);
  if (short_run)
    return EXIT_RUN_FAILED;
  for (uint32_t i = 0; i < n; i++)
    flights[i].pilot->warm_up = duration_print(flights[i].found);
  return EXIT_WELL;
}

static void tell(const Flight *flights, uint32_t n)
{
  Duration shortest = flights[0].found, longest = flights[0].found;
  for (uint32_t i = 1; i < n; i++) {
    shortest.ns = MIN(shortest.ns, flights[i].found.ns);
    longest.ns = MAX(longest.ns, flights[i].found.ns);
  }
  g_autofree char *from = duration_print(shortest);
  g_autofree char *to = duration_print(longest);
  g_autofree char *points = format_counted(n, "point");
  if (n == 1)
    report_note("the warm-up is %s, found by MSER-5 in a pilot run", from);
  else
    report_note("the warm-up of %s is %s to %s, found by MSER-5 in pilot runs", points, from, to);
}

ExitStatus pilots_run(const PilotSettings *settings, Batch *batch, Pilot *pilots, uint32_t n)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PointList) list = point_list_new(settings->plugins, settings->batch->record_tasks);
  g_autofree Flight *flights = g_new0(Flight, MAX(n, 1));
  uint32_t n_flights = 0, n_points, wanted;
  for (uint32_t i = 0; i < n; i++) {
    if (pilots[i].overrides == NULL || pilots[i].warm_up != NULL)
      continue;
    flights[n_flights].pilot = &pilots[i];
    if (!add_flight(settings, list, &flights[n_flights++], &error))
      return report_error(error);
  }
  if (n_flights == 0)
    return EXIT_WELL;
  const BatchPoint *points = point_list_points(list, &n_points);
  ExitStatus status = batch_run(batch, points, n_points, NULL, NULL, &wanted);
  if (status == EXIT_WELL)
    status = measure_all(flights, n_flights, batch, points, n_points / n_flights);
  if (status == EXIT_WELL && !settings->batch->quiet)
    tell(flights, n_flights);
  return status;
}
