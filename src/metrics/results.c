/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/results.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "metrics/metric-list.h"
#include "metrics/results-private.h"

G_DEFINE_QUARK(offersim - results - error, results_error)

#define NAME_PART_MAX 200 /* bytes of the name that the partial file's name repeats */
#define COPY_CHUNK    (1 << 20)

const char *results_why(sqlite3 *db)
{
  switch (sqlite3_errcode(db)) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return "it is locked: another program writes to it";
  case SQLITE_NOTADB:
    return "not a results file of sim: no database";
  default:
    return sqlite3_errmsg(db);
  }
}

bool results_exec(sqlite3 *db, const char *sql, GError **error)
{
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return true;
  g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_WRITE, "SQLite: %s", results_why(db));
  return false;
}

/* --- the place -------------------------------------------------------------------------------------------
 */

static bool set_open_error(GError **error, const char *path, const char *why)
{
  g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_OPEN, "%s: %s", path, why);
  return false;
}

/* A name that is taken by something else than a file, such as /dev/full, must not be renamed over. */
static bool find_target(Results *results, GError **error)
{
  struct stat found;
  size_t length = strlen(results->path);
  if (length == 0 || results->path[length - 1] == '/')
    return set_open_error(error, results->path, "not the name of a file");
  if (stat(results->path, &found) == 0) {
    if (S_ISDIR(found.st_mode))
      return set_open_error(error, results->path, "is a directory");
    if (!S_ISREG(found.st_mode))
      return set_open_error(error, results->path, "exists and is not a regular file");
    char *real = realpath(results->path, NULL);
    if (real == NULL)
      return set_open_error(error, results->path, g_strerror(errno));
    results->target = g_strdup(real);
    results->mode = found.st_mode & 07777u;
    free(real);
  } else {
    results->target = g_strdup(results->path);
  }
  results->folder = g_path_get_dirname(results->target);
  return true;
}

/* An empty file of a temporary name. Returns: (transfer full): its path. */
static char *make_temporary(const Results *results, const char *folder, GError **error)
{
  g_autofree char *name = g_path_get_basename(results->target);
  g_autofree char *part = g_strndup(name, NAME_PART_MAX);
  for (unsigned number = 0;; number++) {
    g_autofree char *partial = g_strdup_printf("%s/.%s.partial-%ld-%u", folder, part, (long)getpid(), number);
    int file = g_open(partial, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0) {
      close(file);
      return g_steal_pointer(&partial);
    }
    if (errno == EEXIST)
      continue;
    int why = errno;
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_OPEN, "%s: cannot make a file in folder %s: %s",
                results->path, folder, g_strerror(why));
    return NULL;
  }
}

static bool make_partial(Results *results, GError **error)
{
  if (results->scratch != NULL) {
    /* Whether the whole file will have a place is to be known now. */
    g_autofree char *probe = make_temporary(results, results->folder, error);
    if (probe == NULL)
      return false;
    g_unlink(probe);
  }
  const char *folder = results->scratch == NULL ? results->folder : results->scratch;
  results->partial = make_temporary(results, folder, error);
  return results->partial != NULL;
}

/* --- the file --------------------------------------------------------------------------------------------
 */

static void add_column_docs(RowStream *stream, const ResultsRelation *relation)
{
  for (const ResultsColumn *column = relation->columns; column->name != NULL; column++) {
    RowCell *cell = row_add(stream, TABLE_COLUMN_DOC);
    (cell++)->text = relation->name;
    (cell++)->text = column->name;
    (cell++)->text = column->unit;
    cell->text = column->text;
  }
}

static bool add_docs(Results *results, GError **error)
{
  RowStream *stream = row_stream_new(results->writer);
  for (int table = 0; table < RESULTS_TABLES; table++)
    add_column_docs(stream, results_table((ResultsTable)table));
  for (const ResultsRelation *view = results_views(); view->name != NULL; view++)
    add_column_docs(stream, view);
  for (const Metric *metric = metric_list(); metric->name != NULL; metric++) {
    RowCell *cell = row_add(stream, TABLE_METRIC_DOC);
    (cell++)->text = metric->name;
    (cell++)->text = metric->unit;
    (cell++)->text = metric_better(metric);
    cell->text = metric->text;
  }
  bool done = row_stream_flush(stream, error);
  row_stream_free(stream);
  return done;
}

/* No journal: what is not renamed is thrown away. One transaction: nothing is written twice. */
static bool make_file(Results *results, GError **error)
{
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX;
  if (sqlite3_open_v2(results->partial, &results->db, flags, NULL) != SQLITE_OK) {
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_OPEN, "%s: SQLite: %s", results->path,
                results->db == NULL ? "no memory" : sqlite3_errmsg(results->db));
    return false;
  }
  g_autofree char *schema = results_schema_sql();
  if (!results_exec(
          results->db,
          "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN",
          error) ||
      !results_exec(results->db, schema, error)) {
    g_prefix_error(error, "%s: ", results->path);
    return false;
  }
  results->writer = row_writer_new(results->db, error);
  return results->writer != NULL && add_docs(results, error);
}

Results *results_open_in(const char *path, const char *scratch, GError **error)
{
  Results *results = g_new0(Results, 1);
  results->path = g_strdup(path);
  results->scratch = g_strdup(scratch);
  results->runs = g_ptr_array_new();
  g_mutex_init(&results->mutex);
  if (find_target(results, error) && make_partial(results, error) && make_file(results, error))
    return results;
  results_abandon(results);
  return NULL;
}

Results *results_open(const char *path, GError **error)
{
  return results_open_in(path, NULL, error);
}

const char *results_partial(const Results *results)
{
  return results->partial;
}

/* Ends the thread and closes the file. Returns: false where SQLite refuses. */
static bool close_file(Results *results, GError **error)
{
  bool closed = true;
  g_clear_pointer(&results->writer, row_writer_free);
  if (results->db != NULL && sqlite3_close(results->db) != SQLITE_OK) {
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_WRITE, "%s: SQLite: %s", results->path,
                sqlite3_errmsg(results->db));
    closed = false;
  }
  results->db = NULL;
  return closed;
}

static bool flush_to_disk(const Results *results, const char *path, int flags, GError **error)
{
  int file = g_open(path, flags | O_CLOEXEC, 0);
  bool flushed = file >= 0 && fsync(file) == 0;
  int why = errno;
  if (file >= 0)
    close(file);
  if (!flushed)
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_WRITE, "%s: %s", results->path, g_strerror(why));
  return flushed;
}

static bool set_write_error(const Results *results, int why, GError **error)
{
  g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_WRITE, "%s: %s", results->path, g_strerror(why));
  return false;
}

static bool copy_bytes(int from, int to)
{
  g_autofree char *chunk = g_malloc(COPY_CHUNK);
  for (;;) {
    ssize_t length = read(from, chunk, COPY_CHUNK);
    if (length < 0 && errno == EINTR)
      continue;
    if (length <= 0)
      return length == 0;
    for (ssize_t done = 0; done < length;) {
      ssize_t written = write(to, chunk + done, (size_t)(length - done));
      if (written < 0 && errno != EINTR)
        return false;
      done += MAX(written, 0);
    }
  }
}

/* Brings the partial file from the scratch folder to where a rename will do. */
static bool bring_home(Results *results, GError **error)
{
  g_autofree char *copy = make_temporary(results, results->folder, error);
  if (copy == NULL)
    return false;
  int from = g_open(results->partial, O_RDONLY | O_CLOEXEC, 0);
  int to = g_open(copy, O_WRONLY | O_CLOEXEC, 0);
  bool copied = from >= 0 && to >= 0 && copy_bytes(from, to) && fsync(to) == 0;
  int why = errno;
  if (from >= 0)
    close(from);
  /* A file system that is far away may say only now that it is full. */
  if (to >= 0 && close(to) != 0 && copied) {
    why = errno;
    copied = false;
  }
  if (!copied) {
    g_unlink(copy);
    return set_write_error(results, why, error);
  }
  g_unlink(results->partial);
  g_free(results->partial);
  results->partial = g_steal_pointer(&copy);
  return true;
}

static bool make_whole(Results *results, GError **error)
{
  if (!row_writer_check(results->writer, error) || !results_finish_times(results->db, error) ||
      !results_summarize(results->db, error) || !results_exec(results->db, "COMMIT", error)) {
    g_prefix_error(error, "%s: ", results->path);
    return false;
  }
  if (!close_file(results, error))
    return false;
  if (results->scratch != NULL ? !bring_home(results, error)
                               : !flush_to_disk(results, results->partial, O_RDWR, error))
    return false;
  /* Who may read it is said of the name, not of one run's results. Where it cannot be set the run is not lost. */
  if (results->mode != 0)
    (void)chmod(results->partial, results->mode);
  if (g_rename(results->partial, results->target) != 0)
    return set_write_error(results, errno, error);
  g_clear_pointer(&results->partial, g_free);
  /* The file is whole and in its place; folders of some file systems cannot be flushed. */
  flush_to_disk(results, results->folder, O_RDONLY | O_DIRECTORY, NULL);
  return true;
}

bool results_commit(Results *results, GError **error)
{
  CHECK(results->runs->len == 0);
  bool whole = make_whole(results, error);
  results_abandon(results);
  return whole;
}

void results_abandon(Results *results)
{
  if (results == NULL)
    return;
  if (results->writer != NULL)
    row_writer_discard(results->writer);
  for (guint i = 0; i < results->runs->len; i++)
    results_run_free(g_ptr_array_index(results->runs, i));
  g_ptr_array_unref(results->runs);
  close_file(results, NULL);
  if (results->partial != NULL)
    g_unlink(results->partial);
  g_mutex_clear(&results->mutex);
  g_free(results->partial);
  g_free(results->scratch);
  g_free(results->folder);
  g_free(results->target);
  g_free(results->path);
  g_free(results);
}
