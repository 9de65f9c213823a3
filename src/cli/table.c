/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include "base/check.h"

#define GAP 3 /* blanks between columns */

struct TextTable {
  guint columns;
  bool text;
  GPtrArray *cells; /* of char *: row by row */
};

TextTable *text_table_new(guint columns, bool text)
{
  CHECK(columns >= 1);
  TextTable *table = g_new(TextTable, 1);
  *table = (TextTable){columns, text, g_ptr_array_new_with_free_func(g_free)};
  return table;
}

void text_table_free(TextTable *table)
{
  if (table == NULL)
    return;
  g_ptr_array_unref(table->cells);
  g_free(table);
}

void text_table_add(TextTable *table, char *cell)
{
  g_ptr_array_add(table->cells, cell);
}

static void append_blanks(GString *out, glong n)
{
  for (; n > 0; n--)
    g_string_append_c(out, ' ');
}

static void trim_end(GString *out)
{
  gsize length = out->len;
  while (length > 0 && out->str[length - 1] == ' ')
    length--;
  g_string_truncate(out, length);
}

void text_table_print(const TextTable *table, const char *head, GString *out)
{
  CHECK(table->cells->len % table->columns == 0);
  g_autofree glong *widths = g_new0(glong, table->columns);
  for (guint i = 0; i < table->cells->len; i++) {
    glong *width = &widths[i % table->columns];
    *width = MAX(*width, g_utf8_strlen(g_ptr_array_index(table->cells, i), -1));
  }
  for (guint i = 0; i < table->cells->len; i++) {
    const char *cell = g_ptr_array_index(table->cells, i);
    guint column = i % table->columns;
    glong blanks = widths[column] - g_utf8_strlen(cell, -1);
    bool left = table->text || column == 0;
    if (column == 0)
      g_string_append(out, head);
    else
      append_blanks(out, GAP);
    append_blanks(out, left ? 0 : blanks);
    g_string_append(out, cell);
    append_blanks(out, left ? blanks : 0);
    if (column + 1 == table->columns) {
      trim_end(out);
      g_string_append_c(out, '\n');
    }
  }
}
