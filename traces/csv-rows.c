/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/check.h"
#include "traces/csv.h"
#include "traces/trace-number.h"

#define NAME_BYTES 32

/* Where a number of the job comes from. */
typedef struct {
  bool given;
  bool product; /* of two columns */
  uint32_t column[2];
  double factor;
  const char *key; /* the workload key; for messages */
} Source;

typedef struct {
  TraceRows base;
  const FrameworkSpec *framework;
  CsvReader *reader;
  uint64_t n_rows;
  Source submit, tasks, duration, start, end, reduces, reduce_duration;
  Source kinds[RESOURCE_KINDS_MAX];
  bool has_name, has_framework, has_role;
  uint32_t name, framework_column, role;
  char name_text[NAME_BYTES];
} CsvRows;

typedef enum {
  CELL_NUMBER,
  CELL_EMPTY,
  CELL_WRONG, /* the error is set */
} CellRead;

/* --- columns ------------------------------------------------------------------------------------------- */

static bool find_source(const CsvReader *reader, const TraceColumn *column, const char *key, Source *source,
                        GError **error)
{
  *source = (Source){.given = column->name != NULL, .factor = column->factor, .key = key};
  if (column->name == NULL)
    return true;
  const char *star = strchr(column->name, '*');
  if (star == NULL || csv_reader_has(reader, column->name))
    return csv_reader_find(reader, column->name, key, &source->column[0], error);
  g_autofree char *first = g_strndup(column->name, (size_t)(star - column->name));
  g_autofree char *second = g_strdup(star + 1);
  source->product = true;
  return csv_reader_find(reader, g_strstrip(first), key, &source->column[0], error) &&
         csv_reader_find(reader, g_strstrip(second), key, &source->column[1], error);
}

static bool find_map(const CsvReader *reader, const TraceMap *map, const char *key, bool *has,
                     uint32_t *column, GError **error)
{
  *has = map->kind == MAP_COLUMN;
  return !*has || csv_reader_find(reader, map->column, key, column, error);
}

static const char *kind_key(unsigned kind)
{
  static const char *const keys[RESOURCE_KINDS_FIXED] = {"column-cpus", "column-mem", "column-disk",
                                                         "column-gpus"};
  return kind < RESOURCE_KINDS_FIXED ? keys[kind] : "column of a resource";
}

static bool find_columns(CsvRows *rows, GError **error)
{
  const TraceSpec *spec = rows->framework->trace;
  const CsvReader *reader = rows->reader;
  if (!find_source(reader, &spec->submit, "column-submit", &rows->submit, error) ||
      !find_source(reader, &spec->tasks, "column-tasks", &rows->tasks, error) ||
      !find_source(reader, &spec->duration, "column-duration", &rows->duration, error) ||
      !find_source(reader, &spec->start, "column-start", &rows->start, error) ||
      !find_source(reader, &spec->end, "column-end", &rows->end, error) ||
      !find_source(reader, &spec->reduces, "column-reduces", &rows->reduces, error) ||
      !find_source(reader, &spec->reduce_duration, "column-reduce-duration", &rows->reduce_duration, error) ||
      !find_map(reader, &spec->frameworks, "frameworks", &rows->has_framework, &rows->framework_column,
                error) ||
      !find_map(reader, &spec->roles, "roles", &rows->has_role, &rows->role, error))
    return false;
  for (unsigned kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (!find_source(reader, &spec->kind_columns[kind], kind_key(kind), &rows->kinds[kind], error))
      return false;
  rows->has_name = spec->name.name != NULL;
  if (rows->has_name && !csv_reader_find(reader, spec->name.name, "column-name", &rows->name, error))
    return false;
  if (!rows->submit.given)
    return line_reader_fail(rows->base.lines, error, TRACE_ERROR_MAPPING,
                            "column-submit is needed: the column of the submit times");
  if (!rows->duration.given && !rows->end.given)
    return line_reader_fail(rows->base.lines, error, TRACE_ERROR_MAPPING,
                            "column-duration is needed, or column-end with column-start");
  return true;
}

/* --- cells --------------------------------------------------------------------------------------------- */

static bool is_space(char c)
{
  return c == ' ' || c == '\t';
}

static CellRead read_cell(const CsvRows *rows, uint32_t column, double *out, GError **error)
{
  const char *text = csv_reader_cell(rows->reader, column);
  const char *at = text;
  while (is_space(*at))
    at++;
  if (*at == '\0')
    return CELL_EMPTY;
  bool number = trace_number_scan(&at, out);
  while (is_space(*at))
    at++;
  if (number && *at == '\0')
    return CELL_NUMBER;
  line_reader_fail(rows->base.lines, error, TRACE_ERROR_FORMAT,
                   "column \"%s\": expected a number, not \"%.40s\"",
                   csv_reader_column_name(rows->reader, column), text);
  return CELL_WRONG;
}

static CellRead read_source(const CsvRows *rows, const Source *source, double *out, GError **error)
{
  double value;
  CellRead read = read_cell(rows, source->column[0], &value, error);
  if (read == CELL_NUMBER && source->product) {
    double second;
    read = read_cell(rows, source->column[1], &second, error);
    if (read == CELL_NUMBER)
      value *= second;
  }
  if (read == CELL_NUMBER)
    *out = value * source->factor;
  return read;
}

/* A number that must be there. */
static bool need_source(const CsvRows *rows, const Source *source, double *out, GError **error)
{
  CellRead read = read_source(rows, source, out, error);
  if (read == CELL_EMPTY)
    return line_reader_fail(rows->base.lines, error, TRACE_ERROR_FORMAT,
                            "column \"%s\" (%s): expected a number, the cell is empty",
                            csv_reader_column_name(rows->reader, source->column[0]), source->key);
  return read == CELL_NUMBER;
}

static bool refuse_negative(const CsvRows *rows, const Source *source, double value, GError **error)
{
  return line_reader_fail(rows->base.lines, error, TRACE_ERROR_FORMAT,
                          "column \"%s\" (%s): expected no negative number, not %g",
                          csv_reader_column_name(rows->reader, source->column[0]), source->key, value);
}

/* Where one of its cells is empty the job never ran. */
static CellRead read_duration(const CsvRows *rows, double submit, int64_t *ns, GError **error)
{
  double seconds;
  const Source *to_blame = &rows->duration;
  CellRead read;
  if (rows->duration.given) {
    read = read_source(rows, &rows->duration, &seconds, error);
    if (read != CELL_NUMBER)
      return read;
  } else {
    double start = submit;
    double end;
    to_blame = &rows->end;
    if (rows->start.given && (read = read_source(rows, &rows->start, &start, error)) != CELL_NUMBER)
      return read;
    if ((read = read_source(rows, &rows->end, &end, error)) != CELL_NUMBER)
      return read;
    seconds = end - start;
    if (seconds < 0) {
      line_reader_fail(rows->base.lines, error, TRACE_ERROR_FORMAT, "the job ends %g s before it starts",
                       -seconds);
      return CELL_WRONG;
    }
  }
  if (seconds < 0) {
    refuse_negative(rows, to_blame, seconds, error);
    return CELL_WRONG;
  }
  return trace_rows_seconds(&rows->base, to_blame->key, seconds, ns, error) ? CELL_NUMBER : CELL_WRONG;
}

/* A number of tasks; negative: wrong, with an error. */
static double read_tasks(const CsvRows *rows, const Source *source, GError **error)
{
  double tasks;
  if (!need_source(rows, source, &tasks, error))
    return -1;
  if (floor(tasks + 0.5) < 0)
    refuse_negative(rows, source, tasks, error);
  return floor(tasks + 0.5);
}

/* The second stage, like the first one but for its number of tasks and their duration. */
static bool read_reduces(const CsvRows *rows, TraceRow *row, GError **error)
{
  JobStage *reduces = &row->stages[1];
  double seconds;
  row->n_stages = 1;
  if (!rows->reduces.given)
    return true;
  double tasks = read_tasks(rows, &rows->reduces, error);
  if (tasks <= 0)
    return tasks == 0;
  if (!need_source(rows, &rows->reduce_duration, &seconds, error))
    return false;
  if (seconds < 0)
    return refuse_negative(rows, &rows->reduce_duration, seconds, error);
  reduces->name = "reduces";
  reduces->task_resources = row->stages[0].task_resources;
  reduces->after = 1;
  row->n_stages = 2;
  return trace_rows_scale_tasks(&rows->base, tasks, rows->framework->trace->scale, &reduces->tasks, error) &&
         trace_rows_seconds(&rows->base, rows->reduce_duration.key, seconds, &reduces->fixed_duration.ns,
                            error);
}

static bool read_resources(const CsvRows *rows, Quantities *out, GError **error)
{
  *out = rows->framework->trace->task_resources;
  for (unsigned kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    const Source *source = &rows->kinds[kind];
    double units = 0;
    if (!source->given)
      continue;
    if (!need_source(rows, source, &units, error))
      return false;
    if (units < 0)
      return refuse_negative(rows, source, units, error);
    double amount = floor(units * (double)QUANTITY_UNIT + 0.5);
    if (!(amount < 1e15))
      return line_reader_fail(rows->base.lines, error, TRACE_ERROR_FORMAT,
                              "column \"%s\" (%s): %g is too much",
                              csv_reader_column_name(rows->reader, source->column[0]), source->key, units);
    out->amount[kind] = (int64_t)amount;
  }
  return true;
}

static bool read_text(const CsvRows *rows, uint32_t column, const char **out, GError **error)
{
  *out = csv_reader_cell(rows->reader, column);
  if (g_utf8_validate(*out, -1, NULL))
    return true;
  return line_reader_fail(rows->base.lines, error, TRACE_ERROR_FORMAT, "column \"%s\": expected UTF-8",
                          csv_reader_column_name(rows->reader, column));
}

static bool read_texts(CsvRows *rows, TraceRow *row, GError **error)
{
  row->name = "";
  if ((rows->has_name && !read_text(rows, rows->name, &row->name, error)) ||
      (rows->has_framework && !read_text(rows, rows->framework_column, &row->framework, error)) ||
      (rows->has_role && !read_text(rows, rows->role, &row->role, error)))
    return false;
  if (*row->name == '\0') {
    g_snprintf(rows->name_text, sizeof rows->name_text, "%" G_GUINT64_FORMAT, row->row + 1);
    row->name = rows->name_text;
  }
  return true;
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static TraceRowRead skip(TraceRow *row, const char *why)
{
  row->skip = why;
  return TRACE_ROW_SKIPPED;
}

static TraceRowRead csv_rows_next(TraceRows *base, TraceRow *row, GError **error)
{
  CsvRows *rows = (CsvRows *)base;
  LineRead line = csv_reader_next(rows->reader, error);
  if (line != LINE_READ)
    return line == LINE_END ? TRACE_ROW_END : TRACE_ROW_FAILED;

  JobStage *stage = &row->stages[0];
  double submit = 0;
  double tasks = 1;
  row->row = rows->n_rows++;
  row->line = line_reader_number(base->lines);
  if (!need_source(rows, &rows->submit, &submit, error) ||
      !trace_rows_seconds(base, rows->submit.key, submit, &row->submit.ns, error))
    return TRACE_ROW_FAILED;
  CellRead duration = read_duration(rows, submit, &stage->fixed_duration.ns, error);
  if (duration == CELL_WRONG)
    return TRACE_ROW_FAILED;
  if (duration == CELL_EMPTY)
    return skip(row, "without duration");
  if (rows->tasks.given && (tasks = read_tasks(rows, &rows->tasks, error)) < 0)
    return TRACE_ROW_FAILED;
  if (tasks == 0)
    return skip(row, "without tasks");
  if (!trace_rows_scale_tasks(base, tasks, rows->framework->trace->scale, &stage->tasks, error) ||
      !read_resources(rows, &stage->task_resources, error) || !read_texts(rows, row, error))
    return TRACE_ROW_FAILED;
  if (quantities_are_zero(&stage->task_resources))
    return skip(row, "without resources");
  stage->name = "tasks";
  return read_reduces(rows, row, error) ? TRACE_ROW_JOB : TRACE_ROW_FAILED;
}

static void csv_rows_free(TraceRows *base)
{
  CsvRows *rows = (CsvRows *)base;
  csv_reader_free(rows->reader);
  g_free(rows);
}

TraceRows *csv_rows_new(const FrameworkSpec *framework, LineReader *lines, GError **error)
{
  CsvReader *reader = csv_reader_new(lines, error);
  if (reader == NULL)
    return NULL;
  CsvRows *rows = g_new0(CsvRows, 1);
  rows->base = (TraceRows){lines, csv_rows_next, NULL, csv_rows_free};
  rows->framework = framework;
  rows->reader = reader;
  if (!find_columns(rows, error)) {
    csv_rows_free(&rows->base);
    return NULL;
  }
  return &rows->base;
}
