/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * CSV: anyone's own log, one job per row under a header that names the columns.
 *
 *   cells     separated by comma, TAB or semicolon, whichever the header has most of; quoted as in RFC 4180
 *             ("" within quotes is one quote), but no line break within quotes
 *   header    the first line; names are compared as they stand; a column may have no name
 *   rows      as many cells as the header; empty lines are ignored
 *
 * Not here: dates (times are numbers), several lines per job, joins. Such a log is turned into this form
 * first. Source: RFC 4180.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "traces/line-reader.h"
#include "traces/trace-rows.h"
#include "workload/experiment.h"

typedef struct CsvReader CsvReader;

/**
 * csv_reader_new:
 * @lines: (transfer full): at its first line; freed on failure too
 * @error: TRACE_ERROR
 *
 * Reads the header.
 */
CsvReader *csv_reader_new(LineReader *lines, GError **error);

void csv_reader_free(CsvReader *reader);

/** csv_reader_columns: how many columns the header has. */
uint32_t csv_reader_columns(const CsvReader *reader);

/** csv_reader_lines: (transfer none): the lines below. */
LineReader *csv_reader_lines(const CsvReader *reader);

/**
 * csv_reader_find:
 * @name: of a column
 * @key: the workload key that names it, for the message
 * @column: receives its index
 * @error: TRACE_ERROR_MAPPING: there is no such column (the nearest is named), or there are two
 */
bool csv_reader_find(const CsvReader *reader, const char *name, const char *key, uint32_t *column,
                     GError **error);

/** csv_reader_has: whether exactly this name stands in the header. */
bool csv_reader_has(const CsvReader *reader, const char *name);

/** csv_reader_next: reads the next row; its cells are valid until the next call. */
LineRead csv_reader_next(CsvReader *reader, GError **error);

/** csv_reader_cell: the text of a cell of the row, without quotes; "" where it is empty. */
const char *csv_reader_cell(const CsvReader *reader, uint32_t column);

/** csv_reader_column_name: as in the header. */
const char *csv_reader_column_name(const CsvReader *reader, uint32_t column);

/**
 * csv_rows_new:
 * @framework: with the trace's columns; must outlive the rows
 * @lines: (transfer full): at its first line; freed on failure too
 * @error: TRACE_ERROR
 *
 * The job of a row: a stage of `tasks` alike. Every number is the cell times the factor of its column. A
 * numeric column may also be the product of two, "num_gpu*gpu_milli" (unless a column has just that name).
 *
 *   submit      column `submit`, seconds; may not be empty
 *   tasks       column `tasks`, rounded half up, times `scale`, at least 1; without the column one task
 *   duration    column `duration`, or `end` less `start`, or `end` less `submit`; seconds, not negative
 *   reduces     with the columns `reduces` and `reduce_duration`: a second stage after the first, of as many tasks (likewise
 *               rounded and scaled) of that duration; 0: none. They take what tasks of the first take
 *   resources   of one task: the column of each kind; for kinds without a column task_resources
 *   name        column `name`, or the number of the row, from 1
 *   framework   with `frameworks = column NAME` that cell, "unknown" where it is empty; roles likewise
 *
 * Skipped: an empty cell for the duration, start or end (the job never ran); 0 tasks; no resources at all.
 * Refused: any other empty or negative number, text in numbers, a row of another length.
 */
TraceRows *csv_rows_new(const FrameworkSpec *framework, LineReader *lines, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvReader, csv_reader_free)
