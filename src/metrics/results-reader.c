/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/results-reader.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "metrics/results-private.h"

struct ResultsReader {
  char *path;
  sqlite3 *db;
  uint32_t *run_ids;
  uint32_t n_runs;
};

/* Where the header of an SQLite file says whose it is; the number is big-endian. */
#define HEADER_MAGIC       "SQLite format 3"
#define HEADER_APPLICATION 68
#define HEADER_BYTES       100

bool results_file_is_foreign(const char *path)
{
  unsigned char header[HEADER_BYTES];
  FILE *file = g_fopen(path, "rbe");
  if (file == NULL)
    return false;
  bool whole = fread(header, sizeof header, 1, file) == 1;
  fclose(file);
  uint32_t application = 0;
  for (int i = 0; i < 4; i++)
    application = application << 8 | header[HEADER_APPLICATION + i];
  return whole && memcmp(header, HEADER_MAGIC, sizeof HEADER_MAGIC) == 0 &&
         application != RESULTS_APPLICATION_ID;
}

static bool pragma(sqlite3 *db, const char *sql, int64_t *value, GError **error)
{
  sqlite3_stmt *query = results_query(db, sql, 0, error);
  if (query == NULL)
    return false;
  *value = sqlite3_step(query) == SQLITE_ROW ? sqlite3_column_int64(query, 0) : 0;
  return results_query_end(db, query, error);
}

static bool check_format(const ResultsReader *reader, GError **error)
{
  int64_t application = 0;
  int64_t version = 0;
  if (!pragma(reader->db, "PRAGMA application_id", &application, error) ||
      !pragma(reader->db, "PRAGMA user_version", &version, error))
    return false;
  if (application != RESULTS_APPLICATION_ID) {
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_FORMAT, "not a results file of sim");
    return false;
  }
  if (version != RESULTS_SCHEMA_VERSION) {
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_FORMAT,
                "results of version %" G_GINT64_FORMAT ", this program reads version %d", version,
                RESULTS_SCHEMA_VERSION);
    return false;
  }
  return true;
}

static bool read_runs(ResultsReader *reader, GError **error)
{
  sqlite3_stmt *query = results_query(reader->db, "SELECT run_id FROM run ORDER BY run_id", 0, error);
  if (query == NULL)
    return false;
  while (sqlite3_step(query) == SQLITE_ROW) {
    reader->run_ids = g_renew(uint32_t, reader->run_ids, reader->n_runs + 1);
    reader->run_ids[reader->n_runs++] = (uint32_t)sqlite3_column_int64(query, 0);
  }
  return results_query_end(reader->db, query, error);
}

static bool open_file(ResultsReader *reader, GError **error)
{
  /* SQLite says no more than that it cannot open the file. */
  const char *why = NULL;
  if (g_access(reader->path, R_OK) != 0)
    why = g_strerror(errno);
  else if (g_file_test(reader->path, G_FILE_TEST_IS_DIR))
    why = "is a directory";
  if (why != NULL) {
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_OPEN, "%s", why);
    return false;
  }
  g_autofree char *plain =
      g_path_is_absolute(reader->path) ? g_strdup(reader->path) : g_strdup_printf("./%s", reader->path);
  if (sqlite3_open_v2(plain, &reader->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
    return true;
  g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_OPEN, "SQLite: %s",
              reader->db == NULL ? "no memory" : sqlite3_errmsg(reader->db));
  return false;
}

ResultsReader *results_reader_open(const char *path, GError **error)
{
  ResultsReader *reader = g_new0(ResultsReader, 1);
  reader->path = g_strdup(path);
  if (open_file(reader, error) && check_format(reader, error) && read_runs(reader, error))
    return reader;
  g_prefix_error(error, "%s: ", path);
  results_reader_free(reader);
  return NULL;
}

void results_reader_free(ResultsReader *reader)
{
  if (reader == NULL)
    return;
  sqlite3_close(reader->db);
  g_free(reader->run_ids);
  g_free(reader->path);
  g_free(reader);
}

uint32_t results_reader_runs(const ResultsReader *reader)
{
  return reader->n_runs;
}

uint32_t results_reader_run_id(const ResultsReader *reader, uint32_t index)
{
  return reader->run_ids[index];
}

struct sqlite3 *results_reader_database(ResultsReader *reader)
{
  return reader->db;
}

char **results_reader_keys(ResultsReader *reader, GError **error)
{
  g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
  sqlite3_stmt *query = results_query(
      reader->db,
      "SELECT CASE WHEN status IN ('ok', 'stalled') THEN point_key ELSE '' END FROM run ORDER BY run_id", 0,
      error);
  if (query == NULL)
    return NULL;
  while (sqlite3_step(query) == SQLITE_ROW)
    g_ptr_array_add(keys, g_strdup((const char *)sqlite3_column_text(query, 0)));
  if (!results_query_end(reader->db, query, error)) {
    g_prefix_error(error, "%s: ", reader->path);
    return NULL;
  }
  g_ptr_array_add(keys, NULL);
  return (char **)g_ptr_array_steal(keys, NULL);
}

uint32_t results_reader_find(ResultsReader *reader, const char *key)
{
  g_auto(GStrv) keys = results_reader_keys(reader, NULL);
  for (uint32_t i = 0; keys != NULL && i < reader->n_runs; i++)
    if (strcmp(keys[i], key) == 0)
      return i;
  return UINT32_MAX;
}

bool results_reader_metric(ResultsReader *reader, uint32_t index, const char *name, const char *scope,
                           double *value, bool *exists, GError **error)
{
  sqlite3_stmt *query =
      results_query(reader->db, "SELECT value FROM metric WHERE run_id = ?1 AND name = ?2 AND scope = ?3",
                    reader->run_ids[index], error);
  *value = (double)NAN;
  *exists = false;
  if (query == NULL)
    return false;
  sqlite3_bind_text(query, 2, name, -1, SQLITE_STATIC);
  sqlite3_bind_text(query, 3, scope, -1, SQLITE_STATIC);
  if (sqlite3_step(query) == SQLITE_ROW) {
    *exists = true;
    if (sqlite3_column_type(query, 0) != SQLITE_NULL)
      *value = sqlite3_column_double(query, 0);
  }
  if (results_query_end(reader->db, query, error))
    return true;
  g_prefix_error(error, "%s: ", reader->path);
  return false;
}

/* The text that @sql, with the run's number for its parameter, gives; "" where that is NULL. */
static char *run_text(ResultsReader *reader, const char *sql, uint32_t index, GError **error)
{
  char *text = NULL;
  sqlite3_stmt *query = results_query(reader->db, sql, reader->run_ids[index], error);
  if (query != NULL) {
    if (sqlite3_step(query) == SQLITE_ROW) {
      const char *cell = (const char *)sqlite3_column_text(query, 0);
      text = g_strdup(cell == NULL ? "" : cell);
    }
    if (!results_query_end(reader->db, query, error))
      g_clear_pointer(&text, g_free);
  }
  if (text == NULL)
    g_prefix_error(error, "%s: ", reader->path);
  return text;
}

char *results_reader_workload(ResultsReader *reader, uint32_t index, GError **error)
{
  return run_text(reader, "SELECT workload FROM run WHERE run_id = ?1", index, error);
}

char *results_reader_workload_path(ResultsReader *reader, uint32_t index, GError **error)
{
  return run_text(reader, "SELECT workload_path FROM run WHERE run_id = ?1", index, error);
}

/* --- what a run was made from ---------------------------------------------------------------------------- */

void results_origin_clear(ResultsOrigin *origin)
{
  g_free(origin->version);
  g_free(origin->git_commit);
  g_free(origin->allocator);
  g_free(origin->allocator_path);
  g_free(origin->allocator_sha256);
  for (uint32_t i = 0; i < origin->n_traces; i++) {
    g_free(origin->traces[i].framework);
    g_free(origin->traces[i].path);
    g_free(origin->traces[i].sha256);
  }
  g_free(origin->traces);
  *origin = (ResultsOrigin){0};
}

static char *text_at(sqlite3_stmt *query, int column)
{
  return g_strdup((const char *)sqlite3_column_text(query, column));
}

static bool read_origin_run(ResultsReader *reader, uint32_t index, ResultsOrigin *origin, GError **error)
{
  sqlite3_stmt *query = results_query(
      reader->db,
      "SELECT version, git_commit, allocator, allocator_path, allocator_sha256, seed, replication "
      "FROM run "
      "WHERE run_id = ?1",
      reader->run_ids[index], error);
  if (query == NULL)
    return false;
  if (sqlite3_step(query) == SQLITE_ROW) {
    origin->version = text_at(query, 0);
    origin->git_commit = text_at(query, 1);
    origin->allocator = text_at(query, 2);
    origin->allocator_path = text_at(query, 3);
    origin->allocator_sha256 = text_at(query, 4);
    origin->seed = (uint64_t)sqlite3_column_int64(query, 5);
    origin->replication = (uint32_t)sqlite3_column_int64(query, 6);
  }
  return results_query_end(reader->db, query, error);
}

static bool read_origin_traces(ResultsReader *reader, uint32_t index, ResultsOrigin *origin, GError **error)
{
  sqlite3_stmt *query =
      results_query(reader->db, "SELECT framework, path, sha256 FROM trace WHERE run_id = ?1 ORDER BY rowid",
                    reader->run_ids[index], error);
  if (query == NULL)
    return false;
  while (sqlite3_step(query) == SQLITE_ROW) {
    origin->traces = g_renew(ResultsOriginTrace, origin->traces, origin->n_traces + 1);
    origin->traces[origin->n_traces++] =
        (ResultsOriginTrace){text_at(query, 0), text_at(query, 1), text_at(query, 2)};
  }
  return results_query_end(reader->db, query, error);
}

bool results_reader_origin(ResultsReader *reader, uint32_t index, ResultsOrigin *origin, GError **error)
{
  g_auto(ResultsOrigin) found = {0};
  if (read_origin_run(reader, index, &found, error) && read_origin_traces(reader, index, &found, error)) {
    *origin = found;
    found = (ResultsOrigin){0};
    return true;
  }
  g_prefix_error(error, "%s: ", reader->path);
  return false;
}

bool results_reader_summary(ResultsReader *reader, uint32_t index, ResultsSummary *summary, GError **error)
{
  if (results_summary_read(reader->db, reader->run_ids[index], reader->path, summary, error))
    return true;
  g_prefix_error(error, "%s: ", reader->path);
  return false;
}
