/* SPDX-License-Identifier: Apache-2.0 */
#include "report/csv-text.h"

#include <math.h>
#include <string.h>

void csv_text(TextFile *file, const char *text, size_t length)
{
  bool quoted = length == 0;
  for (size_t i = 0; i < length && !quoted; i++)
    quoted = strchr("\",\r\n", text[i]) != NULL;
  if (!quoted) {
    text_file_write(file, text, length);
    return;
  }
  text_file_putc(file, '"');
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '"')
      text_file_putc(file, '"');
    text_file_putc(file, text[i]);
  }
  text_file_putc(file, '"');
}

void csv_real(TextFile *file, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  if (isnan(number))
    return;
  for (int digits = 15; digits <= 17; digits++) {
    char format[] = "%.15g";
    format[3] = (char)('0' + digits % 10);
    g_ascii_formatd(text, sizeof text, format, number);
    if (g_ascii_strtod(text, NULL) == number)
      break;
  }
  text_file_puts(file, text);
}

void csv_cell(TextFile *file, const Query *query, int column)
{
  switch (sqlite3_column_type(query->statement, column)) {
  case SQLITE_NULL:
    break;
  case SQLITE_INTEGER:
    text_file_integer(file, sqlite3_column_int64(query->statement, column));
    break;
  case SQLITE_FLOAT:
    csv_real(file, sqlite3_column_double(query->statement, column));
    break;
  default: {
    const char *text = (const char *)sqlite3_column_text(query->statement, column);
    csv_text(file, text, (size_t)sqlite3_column_bytes(query->statement, column));
  }
  }
}
