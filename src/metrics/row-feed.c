/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/row-feed.h"

#include "base/check.h"

typedef struct {
  sqlite3_vtab base;
  const RowFeed *feed;
} FeedTable;

typedef struct {
  sqlite3_vtab_cursor base;
  const RowFeed *feed;
  const RowCell *row;
  const RowCell *end;
} FeedCursor;

static int feed_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                        char **error)
{
  const RowFeed *feed = aux;
  (void)argc;
  (void)argv;
  (void)error;
  g_autofree char *columns = results_table_columns(feed->table);
  g_autofree char *sql = g_strdup_printf("CREATE TABLE x(%s)", columns);
  int code = sqlite3_declare_vtab(db, sql);
  if (code != SQLITE_OK)
    return code;
  FeedTable *table = g_new0(FeedTable, 1);
  table->feed = feed;
  *out = &table->base;
  return SQLITE_OK;
}

static int feed_disconnect(sqlite3_vtab *table)
{
  g_free(table);
  return SQLITE_OK;
}

static int feed_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
  (void)table;
  info->estimatedCost = ROW_BATCH;
  info->estimatedRows = ROW_BATCH;
  return SQLITE_OK;
}

static int feed_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
  FeedCursor *cursor = g_new0(FeedCursor, 1);
  cursor->feed = ((FeedTable *)table)->feed;
  *out = &cursor->base;
  return SQLITE_OK;
}

static int feed_close(sqlite3_vtab_cursor *cursor)
{
  g_free(cursor);
  return SQLITE_OK;
}

static int feed_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc,
                       sqlite3_value **argv)
{
  FeedCursor *cursor = (FeedCursor *)base;
  const RowBatch *batch = cursor->feed->batch;
  (void)number;
  (void)text;
  (void)argc;
  (void)argv;
  cursor->row = batch == NULL ? NULL : batch->cells;
  cursor->end = batch == NULL ? NULL : batch->cells + (size_t)batch->n_rows * batch->n_cells;
  return SQLITE_OK;
}

static int feed_next(sqlite3_vtab_cursor *base)
{
  FeedCursor *cursor = (FeedCursor *)base;
  cursor->row += cursor->feed->n_cells;
  return SQLITE_OK;
}

static int feed_eof(sqlite3_vtab_cursor *base)
{
  const FeedCursor *cursor = (const FeedCursor *)base;
  return cursor->row == cursor->end;
}

static int feed_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
  const FeedCursor *cursor = (const FeedCursor *)base;
  const RowCell *cell = &cursor->row[column];
  /* A context without a result is NULL; so is a NaN to SQLite. */
  switch (cursor->feed->kinds[column]) {
  case COLUMN_INTEGER:
    if (cell->integer != ROW_NULL)
      sqlite3_result_int64(context, cell->integer);
    break;
  case COLUMN_REAL:
    sqlite3_result_double(context, cell->real);
    break;
  case COLUMN_TEXT:
    if (cell->text != NULL)
      sqlite3_result_text(context, cell->text, -1, SQLITE_STATIC);
    break;
  case COLUMN_COMPUTED:
  case COLUMN_OF_VIEW:
  default:
    break;
  }
  return SQLITE_OK;
}

static int feed_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
  const FeedCursor *cursor = (const FeedCursor *)base;
  *rowid = (cursor->row - cursor->feed->batch->cells) / cursor->feed->n_cells;
  return SQLITE_OK;
}

/* No xCreate: the table exists by its name alone, the file knows nothing of it. */
static const sqlite3_module feed_module = {
    .xConnect = feed_connect,
    .xBestIndex = feed_best_index,
    .xDisconnect = feed_disconnect,
    .xOpen = feed_open,
    .xClose = feed_close,
    .xFilter = feed_filter,
    .xNext = feed_next,
    .xEof = feed_eof,
    .xColumn = feed_column,
    .xRowid = feed_rowid,
};

int row_feed_init(RowFeed *feed, ResultsTable table, sqlite3 *db)
{
  *feed = (RowFeed){.table = table};
  for (const ResultsColumn *column = results_table(table)->columns; column->name != NULL; column++) {
    if (column->kind == COLUMN_COMPUTED)
      continue;
    CHECK(feed->n_cells < G_N_ELEMENTS(feed->kinds));
    feed->kinds[feed->n_cells++] = column->kind;
  }
  g_autofree char *name = g_strdup_printf("rows_%s", results_table(table)->name);
  return sqlite3_create_module_v2(db, name, &feed_module, feed, NULL);
}
