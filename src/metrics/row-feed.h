/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * RowFeed: a batch of rows as a virtual table of SQLite, "rows_TABLE".
 *
 * Not here: who fills batches (row-writer.h).
 */

#include <sqlite3.h>

#include "metrics/row-writer.h"

/* Lives at least until the last statement that reads rows_TABLE is finalized. */
typedef struct {
  ResultsTable table;
  const RowBatch *batch; /* what the virtual table holds now; NULL: nothing */
  uint32_t n_cells;
  ColumnKind kinds[48]; /* of the cells */
} RowFeed;

/** row_feed_init: @feed gives no rows yet. Returns: an SQLite result code. */
int row_feed_init(RowFeed *feed, ResultsTable table, sqlite3 *db);
