/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The tables and views of a results file, and what each means.
 *
 * One C table (results-schema.c) makes both the SQL and the rows of column_doc, so what is said of a column
 * cannot drift from the column. A change of a name or meaning is a new RESULTS_SCHEMA_VERSION.
 * Not here: the numbers of table metric (metric-list.h).
 */

#include <glib.h>
#include <stddef.h>

#define RESULTS_APPLICATION_ID 0x4f66664d /* "OffM" */
#define RESULTS_SCHEMA_VERSION 6

/* Tables that rows are added to, in the order of their parts in results-schema.c. */
typedef enum {
  TABLE_RUN,
  TABLE_SETTING,
  TABLE_TRACE,
  TABLE_AGENT_CLASS,
  TABLE_ROLE,
  TABLE_FRAMEWORK,
  TABLE_FRAMEWORK_RESOURCE,
  TABLE_RESOURCE,
  TABLE_JOB,
  TABLE_TASK_ATTEMPT,
  TABLE_SHARE_SAMPLE,
  TABLE_CLUSTER_SAMPLE,
  TABLE_RUN_SAMPLE,
  TABLE_QUOTA_SAMPLE,
  TABLE_DECOMPOSITION_SAMPLE,
  TABLE_OPERATOR_CALL,
  TABLE_COUNTER,
  TABLE_METRIC,
  TABLE_METRIC_SUMMARY,
  TABLE_METRIC_DOC,
  TABLE_COLUMN_DOC,
  RESULTS_TABLES,
} ResultsTable;

typedef enum {
  COLUMN_INTEGER,
  COLUMN_REAL,
  COLUMN_TEXT,
  COLUMN_COMPUTED, /* a text that SQLite computes from another column; takes no room and has no cell */
  COLUMN_OF_VIEW,
} ColumnKind;

typedef struct {
  const char *name; /* NULL: end of the list */
  ColumnKind kind;
  const char *sql;  /* (nullable): what follows the type in CREATE TABLE */
  const char *unit; /* "" where it has none */
  const char *text;
} ResultsColumn;

typedef struct {
  const char *name; /* of the table or view */
  const char *sql;  /* table: what follows the columns; view: the SELECT */
  const ResultsColumn *columns;
} ResultsRelation;

/** results_table: the table, by its number. */
const ResultsRelation *results_table(ResultsTable table);

/** results_views: views, ended by one without a name. */
const ResultsRelation *results_views(void);

/** results_table_cells: how many columns of @table have cells. */
guint results_table_cells(ResultsTable table);

/** results_table_columns: (transfer full): their names, with commas. */
char *results_table_columns(ResultsTable table);

/** results_schema_sql: (transfer full): makes all tables and views of an empty file. */
char *results_schema_sql(void);

/* States of task_attempt, by state_code: "finished" is 0. */
extern const char *const results_attempt_states[];

/** results_attempt_state_code: of a name such as "finished" or "TASK_FINISHED". */
int results_attempt_state_code(const char *name);
