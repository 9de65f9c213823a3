/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/results-merge.h"

#include <string.h>

#include "base/check.h"
#include "metrics/results-private.h"
#include "metrics/results-reader.h"

/* A run that is to be copied. */
typedef struct {
  size_t part; /* its number */
  int64_t run_id;
  int64_t place; /* INT64_MAX: none */
  char *key;
  bool whole;       /* neither interrupted nor failed */
  uint32_t run_new; /* its number in the new file */
} MergedRun;

static void merged_run_clear(gpointer data)
{
  g_free(((MergedRun *)data)->key);
}

/* --- which runs there are --------------------------------------------------------------------------------- */

static bool read_runs(sqlite3 *db, const ResultsPart *part, size_t number, GArray *runs, GError **error)
{
  sqlite3_stmt *query = results_query(
      db, "SELECT run_id, point_key, place, status IN ('ok', 'stalled') FROM run ORDER BY run_id", 0, error);
  if (query == NULL)
    return false;
  guint before = runs->len;
  while (sqlite3_step(query) == SQLITE_ROW) {
    const char *key = (const char *)sqlite3_column_text(query, 1);
    bool placed = sqlite3_column_type(query, 2) != SQLITE_NULL;
    if (part->key != NULL && g_strcmp0(part->key, key) != 0)
      continue;
    MergedRun run = {.part = number,
                     .run_id = sqlite3_column_int64(query, 0),
                     .place = part->place != RESULTS_NO_PLACE ? part->place
                              : placed                        ? sqlite3_column_int64(query, 2)
                                                              : INT64_MAX,
                     .key = g_strdup(key),
                     .whole = sqlite3_column_int(query, 3) != 0};
    g_array_append_val(runs, run);
  }
  if (!results_query_end(db, query, error))
    return false;
  if (part->key == NULL || runs->len > before)
    return true;
  g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_FORMAT, "holds no run with the key %s", part->key);
  return false;
}

/* @reader: of the part before, where this one is of the same file. */
static bool read_part(ResultsReader **reader, const ResultsPart *parts, size_t number, GArray *runs,
                      GError **error)
{
  const ResultsPart *part = &parts[number];
  if (number == 0 || strcmp(part->path, parts[number - 1].path) != 0) {
    results_reader_free(*reader);
    *reader = results_reader_open(part->path, error);
    if (*reader == NULL)
      return false;
  }
  if (read_runs(results_reader_db(*reader), part, number, runs, error))
    return true;
  g_prefix_error(error, "%s: ", part->path);
  return false;
}

static bool read_parts(const ResultsPart *parts, size_t n, GArray *runs, GError **error)
{
  ResultsReader *reader = NULL;
  bool read = true;
  for (size_t i = 0; i < n && read; i++)
    read = read_part(&reader, parts, i, runs, error);
  results_reader_free(reader);
  return read;
}

/* --- which of them go where ------------------------------------------------------------------------------- */

static int compare_runs(gconstpointer left, gconstpointer right)
{
  const MergedRun *a = left;
  const MergedRun *b = right;
  if (a->place != b->place)
    return a->place < b->place ? -1 : 1;
  if (a->part != b->part)
    return a->part < b->part ? -1 : 1;
  return a->run_id < b->run_id ? -1 : 1; /* never equal: of one part */
}

/* Returns: how many are kept; they are numbered. */
static uint32_t choose_runs(GArray *runs)
{
  g_autoptr(GHashTable) chosen = g_hash_table_new(g_str_hash, g_str_equal);
  uint32_t kept = 0;
  g_array_sort(runs, compare_runs);
  for (guint i = 0; i < runs->len; i++) {
    MergedRun *run = &g_array_index(runs, MergedRun, i);
    const MergedRun *other = g_hash_table_lookup(chosen, run->key);
    if (other == NULL || (run->whole && !other->whole))
      g_hash_table_replace(chosen, run->key, run);
  }
  for (guint i = 0; i < runs->len; i++) {
    MergedRun *run = &g_array_index(runs, MergedRun, i);
    if (g_hash_table_lookup(chosen, run->key) == run)
      run->run_new = ++kept;
  }
  return kept;
}

/* --- copying ---------------------------------------------------------------------------------------------- */

static bool step_once(sqlite3 *db, sqlite3_stmt *statement, GError **error)
{
  int code = sqlite3_step(statement);
  if (code == SQLITE_DONE || code == SQLITE_ROW)
    return true;
  g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_WRITE, "SQLite: %s", results_why(db));
  return false;
}

/* Fills the temporary table `merged` with the kept runs of this file. Returns: how many there are, or -1. */
static int fill_map(sqlite3 *db, const GArray *runs, const ResultsPart *parts, const char *path,
                    GError **error)
{
  int n = 0;
  sqlite3_stmt *insert = results_query(db, "INSERT INTO temp.merged VALUES (?1, ?2, ?3)", 0, error);
  if (insert == NULL || !results_exec(db, "DELETE FROM temp.merged", error)) {
    sqlite3_finalize(insert);
    return -1;
  }
  for (guint i = 0; i < runs->len && n >= 0; i++) {
    const MergedRun *run = &g_array_index(runs, MergedRun, i);
    if (run->run_new == 0 || strcmp(parts[run->part].path, path) != 0)
      continue;
    sqlite3_bind_int64(insert, 1, run->run_id);
    sqlite3_bind_int64(insert, 2, run->run_new);
    if (run->place == INT64_MAX)
      sqlite3_bind_null(insert, 3);
    else
      sqlite3_bind_int64(insert, 3, run->place);
    n = step_once(db, insert, error) ? n + 1 : -1;
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  return n;
}

/* Tables that are made anew: of the program, or of all runs together. */
static bool is_copied(ResultsTable table)
{
  return table != TABLE_METRIC_DOC && table != TABLE_COLUMN_DOC && table != TABLE_METRIC_SUMMARY;
}

static bool copy_tables(sqlite3 *db, GError **error)
{
  for (int table = 0; table < RESULTS_TABLES; table++) {
    if (!is_copied((ResultsTable)table))
      continue;
    const char *name = results_table((ResultsTable)table)->name;
    g_autofree char *columns = results_table_columns((ResultsTable)table);
    const char *others = strchr(columns, ',');
    CHECK(others != NULL && g_str_has_prefix(columns, "\"run_id\""));
    /* In the order of the part: its rows are read once, whichever runs are wanted. */
    g_autofree char *sql =
        g_strdup_printf("INSERT INTO main.\"%s\" (%s) SELECT merged.run_new%s FROM part.\"%s\" "
                        "CROSS JOIN temp.merged ON merged.run_old = \"%s\".run_id",
                        name, columns, others, name, name);
    if (!results_exec(db, sql, error))
      return false;
  }
  return results_exec(
      db,
      "UPDATE main.run SET place = (SELECT place_new FROM temp.merged WHERE run_new = run_id) "
      "WHERE run_id IN (SELECT run_new FROM temp.merged)",
      error);
}

static bool attach(sqlite3 *db, const char *path, GError **error)
{
  g_autofree char *plain = g_canonicalize_filename(path, NULL);
  sqlite3_stmt *statement = results_query(db, "ATTACH ?1 AS part", 0, error);
  if (statement == NULL)
    return false;
  sqlite3_bind_text(statement, 1, plain, -1, SQLITE_STATIC);
  bool attached = step_once(db, statement, error);
  sqlite3_finalize(statement);
  return attached;
}

static bool copy_file(sqlite3 *db, const GArray *runs, const ResultsPart *parts, const char *path,
                      GError **error)
{
  int n = fill_map(db, runs, parts, path, error);
  if (n <= 0)
    return n == 0;
  if (!attach(db, path, error))
    return false;
  bool copied =
      results_exec(db, "BEGIN", error) && copy_tables(db, error) && results_exec(db, "COMMIT", error);
  /* What failed is given up with the new file. */
  return copied && results_exec(db, "DETACH part", error);
}

static bool copy_runs(Results *results, const GArray *runs, const ResultsPart *parts, double confidence,
                      GError **error)
{
  sqlite3 *db = results->db;
  /* No file can be detached within a transaction; without a journal one more costs nothing. */
  if (!results_exec(
          db,
          "COMMIT; PRAGMA temp_store = MEMORY; "
          "CREATE TEMP TABLE merged (run_old INTEGER PRIMARY KEY, run_new INTEGER, place_new INTEGER)",
          error))
    return false;
  g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < runs->len; i++) {
    const MergedRun *run = &g_array_index(runs, MergedRun, i);
    const char *path = parts[run->part].path;
    if (run->run_new == 0 || !g_hash_table_add(done, (gpointer)(guintptr)path))
      continue;
    if (!copy_file(db, runs, parts, path, error)) {
      g_prefix_error(error, "merging %s: ", path);
      return false;
    }
  }
  g_autofree char *sql =
      g_strdup_printf("BEGIN; UPDATE run SET confidence = %.17g WHERE %d", confidence, confidence > 0);
  return results_exec(db, sql, error);
}

/* SQLite asks every so many steps of its machine: some milliseconds. */
#define STEPS_PER_STOP 100000

typedef struct {
  const ResultsMergeSettings *settings;
  bool stopped;
} Stop;

static int ask_to_stop(void *self)
{
  Stop *stop = self;
  stop->stopped = stop->stopped || stop->settings->stop(stop->settings->self);
  return stop->stopped;
}

bool results_merge(const char *path, const ResultsPart *parts, size_t n, const ResultsMergeSettings *settings,
                   ResultsMerged *merged, GError **error)
{
  g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(MergedRun));
  g_array_set_clear_func(runs, merged_run_clear);
  if (!read_parts(parts, n, runs, error))
    return false;
  uint32_t kept = choose_runs(runs);
  Results *results = results_open(path, error);
  if (results == NULL)
    return false;
  Stop stop = {settings, false};
  if (settings->stop != NULL)
    sqlite3_progress_handler(results->db, STEPS_PER_STOP, ask_to_stop, &stop);
  if (!copy_runs(results, runs, parts, settings->confidence, error)) {
    results_abandon(results);
    if (!stop.stopped) {
      g_prefix_error(error, "%s: ", path);
      return false;
    }
    g_clear_error(error);
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_STOPPED, "%s: stopped while merging", path);
    return false;
  }
  sqlite3_progress_handler(results->db, 0, NULL, NULL);
  if (merged != NULL)
    *merged = (ResultsMerged){kept, runs->len - kept};
  return results_commit(results, error);
}
