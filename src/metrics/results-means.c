/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/results-means.h"

#include <math.h>

#include "metrics/results-private.h"

static char *text_at(sqlite3_stmt *query, int column)
{
  return g_strdup((const char *)sqlite3_column_text(query, column));
}

static double real_at(sqlite3_stmt *query, int column)
{
  return sqlite3_column_type(query, column) == SQLITE_NULL ? (double)NAN
                                                           : sqlite3_column_double(query, column);
}

/* --- one group --------------------------------------------------------------------------------------------- */

/* Batches and replications before the numbers of the run itself, which are left out where a mean is there. */
static bool read_means(sqlite3 *db, ResultsMeansGroup *group, GError **error)
{
  sqlite3_stmt *query =
      results_query(db,
                    "SELECT name, scope, mean, half_width, n FROM metric_summary WHERE run_id = ?1 "
                    "UNION ALL SELECT name, scope, value, NULL, 1 FROM metric WHERE run_id = ?1",
                    group->run_id, error);
  if (query == NULL)
    return false;
  group->means = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  while (sqlite3_step(query) == SQLITE_ROW) {
    char *key = g_strdup_printf("%s\n%s", (const char *)sqlite3_column_text(query, 0),
                                (const char *)sqlite3_column_text(query, 1));
    if (g_hash_table_contains(group->means, key)) {
      g_free(key);
      continue;
    }
    ResultsMean *mean = g_new(ResultsMean, 1);
    *mean = (ResultsMean){real_at(query, 2), real_at(query, 3), (uint64_t)sqlite3_column_int64(query, 4)};
    g_hash_table_insert(group->means, key, mean);
    group->intervals = group->intervals || !isnan(mean->half_width);
  }
  return results_query_end(db, query, error);
}

static bool read_frameworks(sqlite3 *db, ResultsMeansGroup *group, GError **error)
{
  sqlite3_stmt *query =
      results_query(db,
                    "SELECT group_name, count(*) FROM framework WHERE run_id = ?1 AND start_ns IS "
                    "NOT NULL GROUP BY group_id ORDER BY group_id",
                    group->run_id, error);
  if (query == NULL)
    return false;
  while (sqlite3_step(query) == SQLITE_ROW) {
    group->frameworks = g_renew(ResultsMeansFramework, group->frameworks, group->n_frameworks + 1);
    group->frameworks[group->n_frameworks++] =
        (ResultsMeansFramework){text_at(query, 0), (uint32_t)sqlite3_column_int64(query, 1)};
  }
  return results_query_end(db, query, error);
}

/* The first column of all rows. */
static char **read_texts(sqlite3 *db, const char *sql, uint32_t run_id, GError **error)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
  sqlite3_stmt *query = results_query(db, sql, run_id, error);
  if (query == NULL)
    return NULL;
  while (sqlite3_step(query) == SQLITE_ROW)
    g_ptr_array_add(texts, text_at(query, 0));
  if (!results_query_end(db, query, error))
    return NULL;
  g_ptr_array_add(texts, NULL);
  return (char **)g_ptr_array_steal(texts, NULL);
}

static bool read_group(sqlite3 *db, ResultsMeansGroup *group, GError **error)
{
  g_auto(GStrv) settings = read_texts(db,
                                      "SELECT name || '=' || value FROM setting WHERE run_id = ?1 "
                                      "AND name <> 'experiment.shared-point' ORDER BY name",
                                      group->run_id, error);
  if (settings == NULL)
    return false;
  group->settings = g_strjoinv(", ", settings);
  group->resources =
      read_texts(db, "SELECT resource FROM resource WHERE run_id = ?1 ORDER BY rowid", group->run_id, error);
  return group->resources != NULL && read_frameworks(db, group, error) && read_means(db, group, error);
}

/* --- all of them ------------------------------------------------------------------------------------------- */

static bool read_groups(sqlite3 *db, ResultsMeans *means, GError **error)
{
  sqlite3_stmt *query = results_query(
      db,
      "SELECT min(run_id), title, allocator, count(*), sum(status = 'stalled'), "
      "count(*) > 1 AND (min(recorded) OR count(DISTINCT digest) = 1), max(confidence) FROM run "
      "WHERE run_id IN " RESULTS_RUNS_ONCE " "
      "GROUP BY point, allocator, coalesce(allocator_sha256, ''), version, git_commit ORDER BY 1",
      0, error);
  if (query == NULL)
    return false;
  while (sqlite3_step(query) == SQLITE_ROW) {
    means->groups = g_renew(ResultsMeansGroup, means->groups, means->n + 1);
    means->groups[means->n++] = (ResultsMeansGroup){
        .run_id = (uint32_t)sqlite3_column_int64(query, 0),
        .title = text_at(query, 1),
        .allocator = text_at(query, 2),
        .runs = (uint32_t)sqlite3_column_int64(query, 3),
        .stalled = (uint32_t)sqlite3_column_int64(query, 4),
        .still = sqlite3_column_int(query, 5) != 0,
        .confidence = sqlite3_column_double(query, 6),
    };
  }
  return results_query_end(db, query, error);
}

ResultsMeans *results_means_read(ResultsReader *reader, GError **error)
{
  g_autoptr(ResultsMeans) means = g_new0(ResultsMeans, 1);
  sqlite3 *db = results_reader_database(reader);
  if (!read_groups(db, means, error))
    return NULL;
  for (uint32_t i = 0; i < means->n; i++)
    if (!read_group(db, &means->groups[i], error))
      return NULL;
  return g_steal_pointer(&means);
}

void results_means_free(ResultsMeans *means)
{
  if (means == NULL)
    return;
  for (uint32_t i = 0; i < means->n; i++) {
    ResultsMeansGroup *group = &means->groups[i];
    for (uint32_t k = 0; k < group->n_frameworks; k++)
      g_free(group->frameworks[k].name);
    g_free(group->frameworks);
    g_free(group->title);
    g_free(group->allocator);
    g_free(group->settings);
    g_strfreev(group->resources);
    g_clear_pointer(&group->means, g_hash_table_unref);
  }
  g_free(means->groups);
  g_free(means);
}

ResultsMean results_mean(const ResultsMeansGroup *group, const char *name, const char *scope)
{
  g_autofree char *key = g_strdup_printf("%s\n%s", name, scope);
  const ResultsMean *mean = g_hash_table_lookup(group->means, key);
  return mean == NULL ? (ResultsMean){(double)NAN, (double)NAN, 0} : *mean;
}
