/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/results-merge.h"

#include <string.h>

#include "base/check.h"
#include "metrics/results-private.h"
#include "metrics/results-reader.h"

/* A run that is to be copied. */
typedef struct {
  size_t part; /* that asks for it */
  guint file;  /* that holds it */
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

/* A file that parts name; each is read once, however many of its runs are wanted. */
typedef struct {
  const char *path;
  guint number; /* position among the files */
  bool copied;
  GArray *runs;       /* of MergedRun, in the order of their numbers; owns the keys */
  GHashTable *by_key; /* key -> position in runs + 1: the first whole one, else the first */
} PartFile;

static void part_file_free(gpointer data)
{
  PartFile *file = data;
  g_array_unref(file->runs);
  g_hash_table_unref(file->by_key);
  g_free(file);
}

static void part_file_add(PartFile *file, MergedRun run)
{
  guint other = GPOINTER_TO_UINT(g_hash_table_lookup(file->by_key, run.key));
  g_array_append_val(file->runs, run);
  if (other == 0 || (run.whole && !g_array_index(file->runs, MergedRun, other - 1).whole))
    g_hash_table_replace(file->by_key, run.key, GUINT_TO_POINTER(file->runs->len));
}

static bool part_file_read(PartFile *file, sqlite3 *db, GError **error)
{
  sqlite3_stmt *query = results_query(
      db, "SELECT run_id, point_key, place, status IN ('ok', 'stalled') FROM run ORDER BY run_id", 0, error);
  if (query == NULL)
    return false;
  while (sqlite3_step(query) == SQLITE_ROW) {
    bool placed = sqlite3_column_type(query, 2) != SQLITE_NULL;
    part_file_add(file, (MergedRun){.run_id = sqlite3_column_int64(query, 0),
                                    .place = placed ? sqlite3_column_int64(query, 2) : INT64_MAX,
                                    .key = g_strdup((const char *)sqlite3_column_text(query, 1)),
                                    .whole = sqlite3_column_int(query, 3) != 0});
  }
  return results_query_end(db, query, error);
}

static PartFile *part_file_new(const char *path, guint number, GError **error)
{
  g_autoptr(ResultsReader) reader = results_reader_open(path, error);
  if (reader == NULL)
    return NULL;
  PartFile *file = g_new0(PartFile, 1);
  file->path = path;
  file->number = number;
  file->runs = g_array_new(FALSE, FALSE, sizeof(MergedRun));
  file->by_key = g_hash_table_new(g_str_hash, g_str_equal);
  g_array_set_clear_func(file->runs, merged_run_clear);
  if (part_file_read(file, results_reader_database(reader), error))
    return file;
  g_prefix_error(error, "%s: ", path);
  part_file_free(file);
  return NULL;
}

static void add_run(GArray *runs, const PartFile *file, guint position, size_t part, int64_t place)
{
  MergedRun copy = g_array_index(file->runs, MergedRun, position);
  copy.part = part;
  copy.file = file->number;
  if (place != RESULTS_NO_PLACE)
    copy.place = place;
  g_array_append_val(runs, copy);
}

/* @files: PartFile, which own the keys of @runs; @by_path: path -> PartFile. */
static bool read_part(GPtrArray *files, GHashTable *by_path, const ResultsPart *part, size_t number,
                      GArray *runs, GError **error)
{
  PartFile *file = g_hash_table_lookup(by_path, part->path);
  if (file == NULL) {
    file = part_file_new(part->path, files->len, error);
    if (file == NULL)
      return false;
    g_ptr_array_add(files, file);
    g_hash_table_insert(by_path, (gpointer)(guintptr)part->path, file);
  }
  if (part->key == NULL) {
    for (guint i = 0; i < file->runs->len; i++)
      add_run(runs, file, i, number, part->place);
    return true;
  }
  guint position = GPOINTER_TO_UINT(g_hash_table_lookup(file->by_key, part->key));
  if (position > 0) {
    add_run(runs, file, position - 1, number, part->place);
    return true;
  }
  g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_FORMAT, "%s: holds no run with the key %s", part->path,
              part->key);
  return false;
}

static bool read_parts(GPtrArray *files, const ResultsPart *parts, size_t n, GArray *runs, GError **error)
{
  g_autoptr(GHashTable) by_path = g_hash_table_new(g_str_hash, g_str_equal);
  bool read = true;
  for (size_t i = 0; i < n && read; i++)
    read = read_part(files, by_path, &parts[i], i, runs, error);
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
static int fill_map(sqlite3 *db, const GArray *runs, guint file, GError **error)
{
  int n = 0;
  sqlite3_stmt *insert = results_query(db, "INSERT INTO temp.merged VALUES (?1, ?2, ?3)", 0, error);
  if (insert == NULL || !results_exec(db, "DELETE FROM temp.merged", error)) {
    sqlite3_finalize(insert);
    return -1;
  }
  for (guint i = 0; i < runs->len && n >= 0; i++) {
    const MergedRun *run = &g_array_index(runs, MergedRun, i);
    if (run->run_new == 0 || run->file != file)
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

static bool copy_file(sqlite3 *db, const GArray *runs, const PartFile *file, GError **error)
{
  int n = fill_map(db, runs, file->number, error);
  if (n <= 0)
    return n == 0;
  if (!attach(db, file->path, error))
    return false;
  bool copied =
      results_exec(db, "BEGIN", error) && copy_tables(db, error) && results_exec(db, "COMMIT", error);
  /* What failed is given up with the new file. */
  return copied && results_exec(db, "DETACH part", error);
}

static bool copy_runs(sqlite3 *db, const GArray *runs, const GPtrArray *files, double confidence,
                      GError **error)
{
  /* No file can be detached within a transaction; without a journal one more costs nothing. */
  if (!results_exec(
          db,
          "COMMIT; PRAGMA temp_store = MEMORY; "
          "CREATE TEMP TABLE merged (run_old INTEGER PRIMARY KEY, run_new INTEGER, place_new INTEGER)",
          error))
    return false;
  for (guint i = 0; i < runs->len; i++) {
    const MergedRun *run = &g_array_index(runs, MergedRun, i);
    PartFile *file = g_ptr_array_index(files, run->file);
    if (run->run_new == 0 || file->copied)
      continue;
    file->copied = true;
    if (!copy_file(db, runs, file, error)) {
      g_prefix_error(error, "merging %s: ", file->path);
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
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(part_file_free);
  if (!read_parts(files, parts, n, runs, error))
    return false;
  uint32_t kept = choose_runs(runs);
  Results *results = results_open_in(path, settings->scratch, error);
  if (results == NULL)
    return false;
  Stop stop = {settings, false};
  if (settings->stop != NULL)
    sqlite3_progress_handler(results->db, STEPS_PER_STOP, ask_to_stop, &stop);
  if (!copy_runs(results->db, runs, files, settings->confidence, error)) {
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
