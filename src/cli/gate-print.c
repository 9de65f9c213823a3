/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gate-print.h"

#include <math.h>
#include <string.h>

#include "cli/report.h"
#include "cli/table.h"

/* --- cells -------------------------------------------------------------------------------------------------- */

static char *number_text(double number)
{
  return isnan(number) ? g_strdup("-") : g_strdup_printf("%.4g", number);
}

static char *change_text(double number)
{
  return isnan(number) ? g_strdup("-") : g_strdup_printf(number == 0 ? "0" : "%+.3g", number);
}

static char *bounds_text(const GateRow *row)
{
  if (isnan(row->low))
    return g_strdup("-");
  g_autofree char *low = change_text(row->low);
  g_autofree char *high = change_text(row->high);
  return g_strdup_printf("%s to %s", low, high);
}

#define COLUMNS 9
static const char *const headings[COLUMNS] = {"workload", "metric",    "baseline",   "measured", "worse by",
                                              "bounds",   "tolerance", "detectable", "verdict"};

/* Array of COLUMNS (transfer full) texts. */
static void row_cells(const GateRow *row, char **cells)
{
  cells[0] = printable(row->workload);
  cells[1] = printable(row->metric);
  cells[2] = number_text(row->baseline);
  cells[3] = number_text(row->measured);
  cells[4] = change_text(row->worsening);
  cells[5] = bounds_text(row);
  cells[6] = number_text(row->tolerance);
  cells[7] = number_text(row->detectable);
  cells[8] = g_strdup(gate_verdict_name(row->verdict));
}

/* "pass: 12 of 14" */
static char *total_text(const GPtrArray *rows)
{
  guint counts[3] = {0};
  for (guint i = 0; i < rows->len; i++)
    counts[((const GateRow *)g_ptr_array_index(rows, i))->verdict]++;
  return g_strdup_printf("%s: %u passed, %u regressed, %u inconclusive",
                         gate_verdict_name(gate_verdict(rows)), counts[GATE_PASS], counts[GATE_REGRESSION],
                         counts[GATE_INCONCLUSIVE]);
}

/* --- a terminal --------------------------------------------------------------------------------------------- */

char *gate_text(const GPtrArray *rows, const char *title)
{
  g_autoptr(TextTable) table = text_table_new(COLUMNS, false);
  GString *out = g_string_new(NULL);
  g_autofree char *total = total_text(rows);
  g_string_append_printf(out, "%s\n\n", title);
  for (guint i = 0; i < COLUMNS; i++)
    text_table_add(table, g_strdup(headings[i]));
  for (guint i = 0; i < rows->len; i++) {
    char *cells[COLUMNS];
    row_cells(g_ptr_array_index(rows, i), cells);
    for (guint k = 0; k < COLUMNS; k++)
      text_table_add(table, cells[k]);
  }
  text_table_print(table, "", out);
  g_string_append_c(out, '\n');
  for (guint i = 0; i < rows->len; i++) {
    const GateRow *row = g_ptr_array_index(rows, i);
    if (row->why != NULL)
      g_string_append_printf(out, "%s, %s: %s\n", row->workload, row->metric, row->why);
  }
  g_string_append_printf(out, "%s\n", total);
  return g_string_free(out, FALSE);
}

/* --- Markdown ----------------------------------------------------------------------------------------------- */

static void append_markdown(GString *out, const char *text)
{
  for (const char *c = text; *c != '\0'; c++) {
    if (strchr("|\\<>*_`", *c) != NULL)
      g_string_append_c(out, '\\');
    g_string_append_c(out, *c);
  }
}

static void append_markdown_row(GString *out, const char *const *cells)
{
  g_string_append_c(out, '|');
  for (guint i = 0; i < COLUMNS; i++) {
    g_string_append_c(out, ' ');
    append_markdown(out, cells[i]);
    g_string_append(out, " |");
  }
  g_string_append_c(out, '\n');
}

char *gate_markdown(const GPtrArray *rows, const char *title)
{
  GString *out = g_string_new("### Fairness gate: ");
  g_autofree char *total = total_text(rows);
  g_string_append_printf(out, "%s\n\n", total);
  append_markdown(out, title);
  g_string_append(out, "\n\n");
  append_markdown_row(out, headings);
  g_string_append(out, "|---|---|--:|--:|--:|--:|--:|--:|---|\n");
  for (guint i = 0; i < rows->len; i++) {
    const GateRow *row = g_ptr_array_index(rows, i);
    char *cells[COLUMNS];
    row_cells(row, cells);
    if (row->why != NULL) {
      char *verdict = cells[COLUMNS - 1];
      cells[COLUMNS - 1] = g_strdup_printf("%s: %s", verdict, row->why);
      g_free(verdict);
    }
    append_markdown_row(out, (const char *const *)cells);
    for (guint k = 0; k < COLUMNS; k++)
      g_free(cells[k]);
  }
  return g_string_free(out, FALSE);
}

/* --- JUnit -------------------------------------------------------------------------------------------------- */

static char *row_message(const GateRow *row)
{
  if (row->why != NULL)
    return g_strdup(row->why);
  g_autofree char *bounds = bounds_text(row);
  return g_strdup_printf("worse by %+.3g (%s), tolerance %.4g", row->worsening, bounds, row->tolerance);
}

static void append_case(GString *out, const GateRow *row)
{
  g_autofree char *message = row_message(row);
  g_autofree char *start =
      g_markup_printf_escaped("  <testcase classname=\"%s\" name=\"%s\"", row->workload, row->metric);
  g_string_append(out, start);
  if (row->verdict == GATE_PASS) {
    g_string_append(out, "/>\n");
    return;
  }
  const char *element = row->verdict == GATE_REGRESSION ? "failure" : "error";
  g_autofree char *inner = g_markup_printf_escaped("<%s type=\"%s\" message=\"%s\"/>", element,
                                                   gate_verdict_name(row->verdict), message);
  g_string_append_printf(out, ">%s</testcase>\n", inner);
}

char *gate_junit(const GPtrArray *rows, const char *title, double seconds)
{
  guint counts[3] = {0};
  for (guint i = 0; i < rows->len; i++)
    counts[((const GateRow *)g_ptr_array_index(rows, i))->verdict]++;
  g_autofree char *start = g_markup_printf_escaped(
      "<testsuite name=\"fairness gate: %s\" tests=\"%u\" failures=\"%u\" errors=\"%u\" time=\"%.3f\">\n",
      title, rows->len, counts[GATE_REGRESSION], counts[GATE_INCONCLUSIVE], seconds);
  GString *out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  g_string_append(out, start);
  for (guint i = 0; i < rows->len; i++)
    append_case(out, g_ptr_array_index(rows, i));
  g_string_append(out, "</testsuite>\n");
  return g_string_free(out, FALSE);
}
