/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* CsvText: cells of CSV. */

#include "report/run-set.h"
#include "report/text-file.h"

/** csv_text: a text, between quotes where RFC 4180 wants them. */
void csv_text(TextFile *file, const char *text, size_t length);

/** csv_real: the shortest decimal that is read back as the same number; nothing for NAN. */
void csv_real(TextFile *file, double number);

/** csv_cell: a column of the row that @query stands at; nothing for NULL. */
void csv_cell(TextFile *file, const Query *query, int column);
