/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * RowWriter: rows on their way into the tables of a results file.
 *
 *   RowStream: a batch per table --(full)--> bounded queue --> thread: INSERT ... SELECT from the batch
 *       ^                                                        |
 *       '------------------------ empty batches <----------------'
 *
 * Whoever produces rows writes cells into memory (no lock, no SQL); a full batch is handed to the writer's
 * thread, which lets SQLite read it as a virtual table, so that a row costs no statement of its own.
 * Producers wait when the queue is full: memory is bounded whatever the number of rows.
 *
 * The first error ends all writing: what comes later is dropped, and row_writer_check() tells it.
 *
 * A writer is shared by any number of streams, each used by one thread.
 */

#include <glib.h>
#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "metrics/results-schema.h"

typedef struct RowWriter RowWriter;

#define ROW_BATCH   1024 /* rows */
#define ROW_NULL    INT64_MIN
#define ROW_NO_REAL ((double)NAN)

/* One value, of the kind of its column. NULL in SQL: ROW_NULL, NAN, NULL. */
typedef union {
  int64_t integer;
  double real;
  const char *text;
} RowCell;

typedef struct {
  ResultsTable table;
  uint32_t n_cells; /* per row */
  uint32_t n_rows;
  GStringChunk *texts; /* (nullable): copies of texts */
  RowCell cells[];     /* row by row */
} RowBatch;

typedef struct {
  RowWriter *writer;
  RowBatch *batches[RESULTS_TABLES]; /* being filled; NULL: none */
} RowStream;

/**
 * row_writer_new:
 * @db: with its tables; used by the writer's thread until row_writer_free()
 */
RowWriter *row_writer_new(sqlite3 *db, GError **error);

/** row_writer_free: ends the thread when its queue is empty; all streams must have been freed. */
void row_writer_free(RowWriter *writer);

/** row_writer_check: false, with RESULTS_ERROR_WRITE, where something could not be written. */
bool row_writer_check(RowWriter *writer, GError **error);

/** row_writer_discard: from now on rows are dropped. */
void row_writer_discard(RowWriter *writer);

RowStream *row_stream_new(RowWriter *writer);

/** row_stream_free: drops rows that have not been flushed; NULL is allowed. */
void row_stream_free(RowStream *stream);

/** row_stream_flush: hands all rows over and waits until the tables have them.
 * Returns: as row_writer_check(). */
bool row_stream_flush(RowStream *stream, GError **error);

/** row_stream_turn: hands the batch of @table over, if any, and makes an empty one. For row_add() only. */
RowBatch *row_stream_turn(RowStream *stream, ResultsTable table);

/**
 * row_add: a new row of @table.
 *
 * Returns: its cells, in the order of the columns, to be filled before the next row of that table. Texts must
 * stay until the writer is freed, or be copied by row_text().
 */
static inline RowCell *row_add(RowStream *stream, ResultsTable table)
{
  RowBatch *batch = stream->batches[table];
  if (G_UNLIKELY(batch == NULL || batch->n_rows == ROW_BATCH))
    batch = row_stream_turn(stream, table);
  return batch->cells + (size_t)batch->n_rows++ * batch->n_cells;
}

/** row_text: a copy of @text (nullable) that lives as long as the last row of @table. */
const char *row_text(RowStream *stream, ResultsTable table, const char *text);
