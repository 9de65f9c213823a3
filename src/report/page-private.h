/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the parts of a page share. */

#include "report/comparison.h"
#include "report/page.h"

/** page_style: (transfer full): the style sheet. */
char *page_style(void);

/** page_text: @text with what HTML needs escaped. */
void page_text(GString *out, const char *text);

/** page_cell: "<td>": @number: flush right. @text: (transfer full) */
void page_cell(GString *out, bool number, char *text);

/** page_fact: a line of a list of facts; @value: (transfer full) (nullable): no line. */
void page_fact(GString *out, const char *name, char *value);

/** page_table_begin: @names: of columns, NULL-terminated; "#" before one: of numbers. */
void page_table_begin(GString *out, const char *caption, const char *const *names);
void page_table_end(GString *out);

/** page_append_experiment: what was run, in a few lines. */
bool page_append_experiment(GString *out, const RunSet *set, GError **error);

/** page_append_summary: a table of groups for each variant, and of @comparison (nullable). */
bool page_append_summary(GString *out, const RunSet *set, const Comparison *comparison, GError **error);

/** page_append_pairs: tables of paired differences, where the files of @set hold a few variants that are pairs; else
 * nothing. */
void page_append_pairs(GString *out, const RunSet *set);

/** page_append_runs: a table of all runs, traces, and the commands that repeat them. */
bool page_append_runs(GString *out, const RunSet *set, GError **error);
