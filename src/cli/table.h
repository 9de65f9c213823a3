/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * TextTable: cells in aligned columns. The first column is flush left, the others flush right, unless the
 * table is one of text, where all are flush left. Widths count characters, not bytes.
 */

#include <glib.h>
#include <stdbool.h>

typedef struct TextTable TextTable;

/** text_table_new: @columns: at least 1; @text: all columns flush left. */
TextTable *text_table_new(guint columns, bool text);
void text_table_free(TextTable *table);

/** text_table_add: @cell: (transfer full): the next cell, from left to right, row by row. */
void text_table_add(TextTable *table, char *cell);

/** text_table_print: appends the rows to @out, each line beginning with @head, without blanks at its end. */
void text_table_print(const TextTable *table, const char *head, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TextTable, text_table_free)
