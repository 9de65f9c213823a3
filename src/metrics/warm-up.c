/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/warm-up.h"

#include "metrics/results-private.h"
#include "metrics/statistics.h"

static const char *const selects[] = {
    [WARM_UP_UTILIZATION] =
        ("SELECT t_ns, max(mean_allocated / total) FROM cluster_sample WHERE run_id = ?1 AND total > 0 "
         "GROUP BY t_ns ORDER BY t_ns"),
    [WARM_UP_TASKS_RUNNING] = "SELECT t_ns, tasks_running FROM run_sample WHERE run_id = ?1 ORDER BY t_ns",
    [WARM_UP_JOBS_RUNNING] = "SELECT t_ns, jobs_running FROM run_sample WHERE run_id = ?1 ORDER BY t_ns",
    [WARM_UP_JOBS_WAITING] = "SELECT t_ns, jobs_waiting FROM run_sample WHERE run_id = ?1 ORDER BY t_ns",
    [WARM_UP_OFFERS_OUTSTANDING] =
        "SELECT t_ns, offers_outstanding FROM run_sample WHERE run_id = ?1 ORDER BY t_ns",
};

bool warm_up_find(ResultsReader *reader, uint32_t index, WarmUpSeries series, Duration *warm_up, bool *found,
                  GError **error)
{
  sqlite3 *db = results_reader_database(reader);
  g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(int64_t));
  g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
  sqlite3_stmt *query = results_query(db, selects[series], results_reader_run_id(reader, index), error);
  if (query == NULL)
    return false;
  while (sqlite3_step(query) == SQLITE_ROW) {
    int64_t time = sqlite3_column_int64(query, 0);
    double value = sqlite3_column_double(query, 1);
    g_array_append_val(times, time);
    g_array_append_val(values, value);
  }
  if (!results_query_end(db, query, error))
    return false;
  size_t cut = mser5_cut((const double *)(const void *)values->data, values->len);
  *found = cut < values->len;
  *warm_up = DURATION_ZERO;
  if (*found && cut > 0)
    warm_up->ns = g_array_index(times, int64_t, cut - 1);
  return true;
}

/* --- those of earlier runs ---------------------------------------------------------------------------------- */

typedef struct {
  int64_t run_id;
  GString *settings;
  char *warm_up; /* (nullable) */
} Told;

static void told_end(Told *told, GHashTable *warm_ups)
{
  if (told->warm_up != NULL)
    g_hash_table_insert(warm_ups, g_strdup(told->settings->str), g_steal_pointer(&told->warm_up));
  g_string_truncate(told->settings, 0);
}

GHashTable *warm_ups_read(ResultsReader *reader, GError **error)
{
  sqlite3 *db = results_reader_database(reader);
  g_autoptr(GHashTable) warm_ups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GString) settings = g_string_new(NULL);
  Told told = {.settings = settings};
  sqlite3_stmt *query = results_query(
      db,
      "SELECT run_id, CASE name WHEN 'experiment.warm-up' THEN value END, name || '=' || value FROM setting "
      "ORDER BY run_id, 3",
      0, error);
  if (query == NULL)
    return NULL;
  while (sqlite3_step(query) == SQLITE_ROW) {
    const char *warm_up = (const char *)sqlite3_column_text(query, 1);
    if (told.run_id != sqlite3_column_int64(query, 0))
      told_end(&told, warm_ups);
    told.run_id = sqlite3_column_int64(query, 0);
    if (warm_up != NULL)
      told.warm_up = g_strdup(warm_up);
    else
      g_string_append_printf(settings, "%s\n", (const char *)sqlite3_column_text(query, 2));
  }
  told_end(&told, warm_ups);
  return results_query_end(db, query, error) ? g_steal_pointer(&warm_ups) : NULL;
}
