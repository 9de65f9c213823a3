/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/csv.h"

#include <string.h>

#include "base/check.h"
#include "base/error.h"

struct CsvReader {
  LineReader *lines;
  char separator;
  GPtrArray *names; /* of char *: the header */
  char **cells;     /* of the row, as many as names */
};

/* Only separators outside quotes count. The comma wins where none is there or two are equal. */
static char detect_separator(const char *header)
{
  unsigned commas = 0;
  unsigned tabs = 0;
  unsigned semicolons = 0;
  bool quoted = false;
  for (; *header != '\0'; header++) {
    if (*header == '"')
      quoted = !quoted;
    else if (!quoted) {
      commas += *header == ',';
      tabs += *header == '\t';
      semicolons += *header == ';';
    }
  }
  if (tabs > commas && tabs >= semicolons)
    return '\t';
  return semicolons > commas ? ';' : ',';
}

/*
 * Takes the quotes off a cell in place. @at is behind the opening quote; @out is where the cell begins.
 * Returns what follows the closing quote, or NULL where there is none.
 */
static char *unquote(char *at, char *out)
{
  for (;;) {
    if (*at == '\0')
      return NULL;
    if (*at == '"') {
      if (at[1] != '"') {
        *out = '\0';
        return at + 1;
      }
      at++;
    }
    *out++ = *at++;
  }
}

/*
 * Cuts the next cell off the line at *@at, which is moved behind the separator, or to NULL behind the last
 * cell. Returns NULL with an error where quotes are wrong.
 */
static char *next_cell(const CsvReader *reader, char **at, uint32_t column, GError **error)
{
  char *cell = *at;
  char *end;
  if (*cell == '"') {
    end = unquote(cell + 1, cell);
    if (end == NULL) {
      line_reader_fail(
          reader->lines, error, TRACE_ERROR_FORMAT,
          "cell %u: the quote is not closed on this line (line breaks within quotes are not read)",
          column + 1);
      return NULL;
    }
    if (*end != '\0' && *end != reader->separator) {
      line_reader_fail(reader->lines, error, TRACE_ERROR_FORMAT,
                       "cell %u: expected the end of the cell behind the quote, not \"%.20s\"", column + 1,
                       end);
      return NULL;
    }
  } else {
    end = cell;
    while (*end != '\0' && *end != reader->separator)
      end++;
  }
  *at = *end == '\0' ? NULL : end + 1;
  *end = '\0';
  return cell;
}

static bool read_header(CsvReader *reader, GError **error)
{
  char *line;
  LineRead read = line_reader_next(reader->lines, &line, NULL, error);
  if (read != LINE_READ)
    return false; /* an empty file is LINE_FAILED */
  reader->separator = detect_separator(line);
  for (char *at = line; at != NULL;) {
    const char *cell = next_cell(reader, &at, reader->names->len, error);
    if (cell == NULL)
      return false;
    if (!g_utf8_validate(cell, -1, NULL))
      return line_reader_fail(reader->lines, error, TRACE_ERROR_FORMAT,
                              "cell %u: the name of the column is not UTF-8", reader->names->len + 1);
    g_ptr_array_add(reader->names, g_strdup(cell));
  }
  reader->cells = g_new0(char *, reader->names->len);
  return true;
}

CsvReader *csv_reader_new(LineReader *lines, GError **error)
{
  g_autoptr(CsvReader) reader = g_new0(CsvReader, 1);
  reader->lines = lines;
  reader->names = g_ptr_array_new_with_free_func(g_free);
  if (!read_header(reader, error))
    return NULL;
  return g_steal_pointer(&reader);
}

void csv_reader_free(CsvReader *reader)
{
  if (reader == NULL)
    return;
  line_reader_free(reader->lines);
  g_ptr_array_unref(reader->names);
  g_free(reader->cells);
  g_free(reader);
}

uint32_t csv_reader_columns(const CsvReader *reader)
{
  return reader->names->len;
}

LineReader *csv_reader_lines(const CsvReader *reader)
{
  return reader->lines;
}

const char *csv_reader_column_name(const CsvReader *reader, uint32_t column)
{
  CHECK(column < reader->names->len);
  return g_ptr_array_index(reader->names, column);
}

const char *csv_reader_cell(const CsvReader *reader, uint32_t column)
{
  CHECK(column < reader->names->len);
  return reader->cells[column];
}

static uint32_t count_columns(const CsvReader *reader, const char *name, uint32_t *first)
{
  uint32_t found = 0;
  for (uint32_t i = 0; i < reader->names->len; i++)
    if (strcmp(g_ptr_array_index(reader->names, i), name) == 0 && found++ == 0)
      *first = i;
  return found;
}

bool csv_reader_has(const CsvReader *reader, const char *name)
{
  uint32_t first;
  return count_columns(reader, name, &first) > 0;
}

bool csv_reader_find(const CsvReader *reader, const char *name, const char *key, uint32_t *column,
                     GError **error)
{
  uint32_t found = count_columns(reader, name, column);
  if (found == 1)
    return true;
  if (found > 1)
    return line_reader_fail(reader->lines, error, TRACE_ERROR_MAPPING, "%s: %u columns are named \"%s\"", key,
                            found, name);
  g_autoptr(GPtrArray) known = g_ptr_array_new();
  for (uint32_t i = 0; i < reader->names->len; i++)
    g_ptr_array_add(known, g_ptr_array_index(reader->names, i));
  g_ptr_array_add(known, NULL);
  const char *nearest = base_nearest(name, (const char *const *)known->pdata);
  if (nearest != NULL)
    return line_reader_fail(reader->lines, error, TRACE_ERROR_MAPPING,
                            "%s: there is no column \"%s\"; did you mean \"%s\"?", key, name, nearest);
  g_autofree char *all = g_strjoinv(", ", (char **)known->pdata);
  return line_reader_fail(reader->lines, error, TRACE_ERROR_MAPPING,
                          "%s: there is no column \"%s\"; the columns are: %s", key, name, all);
}

LineRead csv_reader_next(CsvReader *reader, GError **error)
{
  char *at;
  do {
    LineRead read = line_reader_next(reader->lines, &at, NULL, error);
    if (read != LINE_READ)
      return read;
  } while (*at == '\0');

  uint32_t columns = reader->names->len;
  uint32_t cells = 0;
  while (at != NULL) {
    char *cell = next_cell(reader, &at, cells, error);
    if (cell == NULL)
      return LINE_FAILED;
    if (cells < columns)
      reader->cells[cells] = cell;
    cells++;
  }
  if (cells != columns) {
    line_reader_fail(reader->lines, error, TRACE_ERROR_FORMAT, "expected %u cells as in the header, found %u",
                     columns, cells);
    return LINE_FAILED;
  }
  return LINE_READ;
}
