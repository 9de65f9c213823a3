/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/row-writer.h"

#include "base/check.h"
#include "metrics/results.h"
#include "metrics/row-feed.h"

#define QUEUE_MAX 16 /* batches */
#define TEXTS     16384

struct RowWriter {
  sqlite3 *db;
  RowFeed feeds[RESULTS_TABLES];
  sqlite3_stmt *inserts[RESULTS_TABLES]; /* made when first used; the thread's */
  GThread *thread;

  GMutex mutex; /* of all below */
  GCond changed;
  RowBatch *queue[QUEUE_MAX]; /* a ring */
  uint32_t first;
  uint32_t n_queued;
  uint64_t pushed;
  uint64_t done;
  GPtrArray *empty[RESULTS_TABLES]; /* batches to be used again */
  bool ending;
  GError *error;
  gint failed; /* atomic: error is set, or rows are to be dropped */
};

/* --- the thread ------------------------------------------------------------------------------------------
 */

static void fail(RowWriter *writer, const char *table)
{
  g_mutex_lock(&writer->mutex);
  if (writer->error == NULL)
    writer->error = g_error_new(RESULTS_ERROR, RESULTS_ERROR_WRITE, "cannot write to table %s: %s", table,
                                sqlite3_errmsg(writer->db));
  g_atomic_int_set(&writer->failed, 1);
  g_mutex_unlock(&writer->mutex);
}

static bool insert(RowWriter *writer, const RowBatch *batch)
{
  const char *table = results_table(batch->table)->name;
  sqlite3_stmt **statement = &writer->inserts[batch->table];
  if (*statement == NULL) {
    g_autofree char *columns = results_table_columns(batch->table);
    g_autofree char *sql = g_strdup_printf("INSERT INTO main.\"%s\"(%s) SELECT %s FROM \"rows_%s\"", table,
                                           columns, columns, table);
    if (sqlite3_prepare_v3(writer->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) != SQLITE_OK)
      return false;
  }
  writer->feeds[batch->table].batch = batch;
  bool done = sqlite3_step(*statement) == SQLITE_DONE;
  writer->feeds[batch->table].batch = NULL;
  return sqlite3_reset(*statement) == SQLITE_OK && done;
}

static void recycle(RowWriter *writer, RowBatch *batch)
{
  batch->n_rows = 0;
  if (batch->texts != NULL)
    g_string_chunk_clear(batch->texts);
  g_ptr_array_add(writer->empty[batch->table], batch);
}

static gpointer run(gpointer data)
{
  RowWriter *writer = data;
  g_mutex_lock(&writer->mutex);
  for (;;) {
    while (writer->n_queued == 0 && !writer->ending)
      g_cond_wait(&writer->changed, &writer->mutex);
    if (writer->n_queued == 0)
      break;
    RowBatch *batch = writer->queue[writer->first];
    writer->first = (writer->first + 1) % QUEUE_MAX;
    writer->n_queued--;
    g_cond_broadcast(&writer->changed);
    g_mutex_unlock(&writer->mutex);

    if (!g_atomic_int_get(&writer->failed) && !insert(writer, batch))
      fail(writer, results_table(batch->table)->name);

    g_mutex_lock(&writer->mutex);
    recycle(writer, batch);
    writer->done++;
    g_cond_broadcast(&writer->changed);
  }
  g_mutex_unlock(&writer->mutex);
  return NULL;
}

/* --- for producers ---------------------------------------------------------------------------------------
 */

static void batch_free(gpointer data)
{
  RowBatch *batch = data;
  if (batch->texts != NULL)
    g_string_chunk_free(batch->texts);
  g_free(batch);
}

RowWriter *row_writer_new(sqlite3 *db, GError **error)
{
  RowWriter *writer = g_new0(RowWriter, 1);
  writer->db = db;
  g_mutex_init(&writer->mutex);
  g_cond_init(&writer->changed);
  for (int table = 0; table < RESULTS_TABLES; table++)
    writer->empty[table] = g_ptr_array_new_with_free_func(batch_free);
  for (int table = 0; table < RESULTS_TABLES; table++) {
    if (row_feed_init(&writer->feeds[table], (ResultsTable)table, db) == SQLITE_OK)
      continue;
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_WRITE, "SQLite: %s", sqlite3_errmsg(db));
    row_writer_free(writer);
    return NULL;
  }
  writer->thread = g_thread_try_new("results", run, writer, error);
  if (writer->thread == NULL) {
    row_writer_free(writer);
    return NULL;
  }
  return writer;
}

void row_writer_free(RowWriter *writer)
{
  g_mutex_lock(&writer->mutex);
  writer->ending = true;
  g_cond_broadcast(&writer->changed);
  g_mutex_unlock(&writer->mutex);
  if (writer->thread != NULL)
    g_thread_join(writer->thread);
  for (int table = 0; table < RESULTS_TABLES; table++) {
    sqlite3_finalize(writer->inserts[table]);
    g_ptr_array_unref(writer->empty[table]);
  }
  g_clear_error(&writer->error);
  g_mutex_clear(&writer->mutex);
  g_cond_clear(&writer->changed);
  g_free(writer);
}

bool row_writer_check(RowWriter *writer, GError **error)
{
  if (!g_atomic_int_get(&writer->failed))
    return true;
  g_mutex_lock(&writer->mutex);
  if (writer->error != NULL)
    g_propagate_error(error, g_error_copy(writer->error));
  else
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_WRITE, "writing was given up");
  g_mutex_unlock(&writer->mutex);
  return false;
}

void row_writer_discard(RowWriter *writer)
{
  g_atomic_int_set(&writer->failed, 1);
}

RowStream *row_stream_new(RowWriter *writer)
{
  RowStream *stream = g_new0(RowStream, 1);
  stream->writer = writer;
  return stream;
}

void row_stream_free(RowStream *stream)
{
  if (stream == NULL)
    return;
  for (int table = 0; table < RESULTS_TABLES; table++)
    if (stream->batches[table] != NULL)
      batch_free(stream->batches[table]);
  g_free(stream);
}

/* With the mutex. */
static void push(RowWriter *writer, RowBatch *batch)
{
  while (writer->n_queued == QUEUE_MAX)
    g_cond_wait(&writer->changed, &writer->mutex);
  writer->queue[(writer->first + writer->n_queued) % QUEUE_MAX] = batch;
  writer->n_queued++;
  writer->pushed++;
  g_cond_broadcast(&writer->changed);
}

RowBatch *row_stream_turn(RowStream *stream, ResultsTable table)
{
  RowWriter *writer = stream->writer;
  RowBatch *batch = NULL;
  g_mutex_lock(&writer->mutex);
  if (stream->batches[table] != NULL)
    push(writer, stream->batches[table]);
  if (writer->empty[table]->len > 0)
    batch = g_ptr_array_steal_index_fast(writer->empty[table], writer->empty[table]->len - 1);
  g_mutex_unlock(&writer->mutex);
  if (batch == NULL) {
    uint32_t n_cells = writer->feeds[table].n_cells;
    batch = g_malloc(sizeof *batch + (size_t)ROW_BATCH * n_cells * sizeof(RowCell));
    *batch = (RowBatch){.table = table, .n_cells = n_cells};
  }
  stream->batches[table] = batch;
  return batch;
}

bool row_stream_flush(RowStream *stream, GError **error)
{
  RowWriter *writer = stream->writer;
  g_mutex_lock(&writer->mutex);
  for (int table = 0; table < RESULTS_TABLES; table++) {
    if (stream->batches[table] == NULL)
      continue;
    push(writer, stream->batches[table]);
    stream->batches[table] = NULL;
  }
  uint64_t until = writer->pushed;
  while (writer->done < until)
    g_cond_wait(&writer->changed, &writer->mutex);
  g_mutex_unlock(&writer->mutex);
  return row_writer_check(writer, error);
}

const char *row_text(RowStream *stream, ResultsTable table, const char *text)
{
  RowBatch *batch = stream->batches[table];
  if (text == NULL)
    return NULL;
  if (batch->texts == NULL)
    batch->texts = g_string_chunk_new(TEXTS);
  return g_string_chunk_insert(batch->texts, text);
}
