/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/comparison-print.h"

#include <math.h>
#include <string.h>

#include "cli/report.h"
#include "cli/table.h"
#include "metrics/statistics.h"
#include "report/format.h"
#include "report/paired-text.h"

#define LABEL_WIDTH 14 /* of the lines below the table */

/* --- text --------------------------------------------------------------------------------------------------- */

static void append_metrics(GString *out, const PairedComparison *comparison)
{
  const char *const headings[] = {"metric",
                                  comparison->pairs->labels[0],
                                  comparison->pairs->labels[1],
                                  "change",
                                  "interval",
                                  "p",
                                  "",
                                  "pairing saves"};
  g_autoptr(TextTable) table = text_table_new(G_N_ELEMENTS(headings), false);
  for (size_t i = 0; i < G_N_ELEMENTS(headings); i++)
    text_table_add(table, printable(headings[i]));
  for (guint i = 0; i < comparison->metrics->len; i++) {
    const PairedMetric *metric = g_ptr_array_index(comparison->metrics, i);
    text_table_add(table, paired_metric_text(metric));
    text_table_add(table, paired_value_text(metric, metric->base, metric->at_least[0]));
    text_table_add(table, paired_value_text(metric, metric->other, metric->at_least[1]));
    text_table_add(table, paired_change_text(metric));
    text_table_add(table, paired_interval_text(metric));
    text_table_add(table, paired_p_text(metric->p_adjusted));
    text_table_add(table, g_strdup(paired_verdict_text(metric, comparison->confidence)));
    text_table_add(table, paired_saved_text(metric));
  }
  text_table_print(table, "", out);
}

static void append_label(GString *out, const char *label)
{
  g_string_append_printf(out, "%-*s", LABEL_WIDTH, label);
}

static void append_part(GString *out, const char *what, uint64_t part, uint64_t whole)
{
  g_autofree char *share = format_percent(whole == 0 ? (double)NAN : (double)part / (double)whole);
  g_string_append_printf(out, "%s %s", what, share);
}

static void append_differences(GString *out, const PairedJobs *jobs)
{
  static const double parts[] = {0.05, 0.25, 0.5, 0.75, 0.95};
  if (jobs->differences->len == 0)
    return;
  append_label(out, "");
  g_string_append(out, "difference");
  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    const double *ascending = (const double *)(const void *)jobs->differences->data;
    double seconds = quantile_of(ascending, jobs->differences->len, parts[i]);
    g_autofree char *magnitude = format_seconds(fabs(seconds));
    const char *sign = seconds > 0 ? "+" : seconds < 0 ? "-" : "";
    g_string_append_printf(out, "%s %g %%: %s%s", i == 0 ? "" : "  ", 100 * parts[i], sign, magnitude);
  }
  g_string_append_c(out, '\n');
}

static void append_jobs(GString *out, const PairedComparison *comparison)
{
  const PairedJobs *jobs = comparison->jobs;
  char *const *labels = comparison->pairs->labels;
  g_autofree char *matched = format_counted(jobs->matched, "job");
  append_label(out, "jobs");
  g_string_append_printf(out, "%s submitted with both, in all pairs", matched);
  if (jobs->alone[0] + jobs->alone[1] > 0) {
    g_autofree char *base = format_count(jobs->alone[0]);
    g_autofree char *other = format_count(jobs->alone[1]);
    g_string_append_printf(out, "; %s with %s only, %s with %s only", base, labels[0], other, labels[1]);
  }
  g_string_append_c(out, '\n');
  if (jobs->matched == 0)
    return;
  if (jobs->unfinished[0] + jobs->unfinished[1] > 0) {
    g_autofree char *base = format_count(jobs->unfinished[0]);
    g_autofree char *other = format_count(jobs->unfinished[1]);
    g_autofree char *both = format_count(jobs->unfinished_both);
    append_label(out, "");
    g_string_append_printf(out,
                           "unfinished: %s with %s, %s with %s, of these %s with both; they count with their "
                           "age, hence >=\n",
                           base, labels[0], other, labels[1], both);
  }
  append_label(out, "");
  g_string_append_printf(out, "with %s ", labels[1]);
  append_part(out, "sooner done", jobs->faster, jobs->matched);
  append_part(out, "   later", jobs->slower, jobs->matched);
  append_part(out, "   at the same time", jobs->equal, jobs->matched);
  if (jobs->undecided > 0)
    append_part(out, "   undecided", jobs->undecided, jobs->matched);
  g_string_append_c(out, '\n');
  append_differences(out, jobs);
}

static void append_head(GString *out, const PairedComparison *comparison, guint compared)
{
  const RunPairs *pairs = comparison->pairs;
  g_autofree char *base = printable(pairs->labels[0]);
  g_autofree char *other = printable(pairs->labels[1]);
  g_autofree char *factor = printable(pairs->factor);
  g_string_append_printf(out, "\n%s against %s (%s): %u pair%s of runs", other, base, factor, pairs->n,
                         pairs->n == 1 ? "" : "s");
  if (pairs->alone > 0)
    g_string_append_printf(out, ", %u without a partner left out", pairs->alone);
  if (pairs->n < 2)
    g_string_append(out, "; no intervals: that takes replications");
  else if (!pairs->independent)
    g_string_append(out, "; no intervals: nothing that is drawn makes the pairs differ");
  else
    g_string_append_printf(out, "; intervals of %g %%, p adjusted for %u comparisons",
                           100 * comparison->confidence, compared);
  g_string_append(out, "\n\n");
}

/* Those that are tested: only they are adjusted for each other. */
static guint count_tested(const GPtrArray *comparisons)
{
  guint n = 0;
  for (guint i = 0; i < comparisons->len; i++) {
    const GPtrArray *metrics = ((const PairedComparison *)g_ptr_array_index(comparisons, i))->metrics;
    for (guint k = 0; k < metrics->len; k++)
      n += isnan(((const PairedMetric *)g_ptr_array_index(metrics, k))->p) ? 0 : 1;
  }
  return n;
}

char *comparison_text(const GPtrArray *comparisons)
{
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < comparisons->len; i++) {
    const PairedComparison *comparison = g_ptr_array_index(comparisons, i);
    append_head(out, comparison, count_tested(comparisons));
    append_metrics(out, comparison);
    g_string_append_c(out, '\n');
    append_jobs(out, comparison);
  }
  return g_string_free(out, FALSE);
}

/* --- for programs ------------------------------------------------------------------------------------------- */

/* A line of CSV, or an object of JSON, in the making. */
typedef struct {
  GString *out;
  bool json;
  bool names; /* CSV: the header */
  bool first;
} Row;

static void append_json_string(GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  g_string_append_c(out, '"');
  for (const char *c = valid; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\')
      g_string_append_c(out, '\\');
    if (g_ascii_iscntrl(*c))
      g_string_append_printf(out, "\\u%04x", (unsigned)*c);
    else
      g_string_append_c(out, *c);
  }
  g_string_append_c(out, '"');
}

static void append_csv_string(GString *out, const char *text)
{
  bool plain = strpbrk(text, ",\"\r\n") == NULL;
  if (plain) {
    g_string_append(out, text);
    return;
  }
  g_auto(GStrv) parts = g_strsplit(text, "\"", -1);
  g_autofree char *doubled = g_strjoinv("\"\"", parts);
  g_string_append_printf(out, "\"%s\"", doubled);
}

/* Returns: whether the value is wanted: else the name was. */
static bool cell_begin(Row *row, const char *name)
{
  if (!row->first)
    g_string_append(row->out, row->json ? ", " : ",");
  row->first = false;
  if (row->json) {
    append_json_string(row->out, name);
    g_string_append(row->out, ": ");
  } else if (row->names) {
    g_string_append(row->out, name);
  }
  return row->json || !row->names;
}

static void row_text(Row *row, const char *name, const char *text)
{
  if (!cell_begin(row, name))
    return;
  if (row->json)
    append_json_string(row->out, text);
  else
    append_csv_string(row->out, text);
}

static void row_real(Row *row, const char *name, double number)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  if (!cell_begin(row, name))
    return;
  g_ascii_formatd(digits, sizeof digits, "%.15g", number);
  if (isfinite(number) && g_ascii_strtod(digits, NULL) != number)
    g_ascii_formatd(digits, sizeof digits, "%.17g", number);
  if (isfinite(number))
    g_string_append(row->out, digits);
  else if (row->json)
    g_string_append(row->out, "null");
}

static void row_count(Row *row, const char *name, uint64_t count)
{
  if (cell_begin(row, name))
    g_string_append_printf(row->out, "%" G_GUINT64_FORMAT, count);
}

static void row_flag(Row *row, const char *name, bool flag)
{
  if (cell_begin(row, name))
    g_string_append(row->out, row->json ? (flag ? "true" : "false") : (flag ? "1" : "0"));
}

static void row_metric(Row *row, const PairedComparison *comparison, const PairedMetric *metric)
{
  static const char *const verdicts[] = {"worse", "none", "better"};
  row_text(row, "metric", metric->metric->name);
  row_text(row, "scope", metric->scope);
  row_text(row, "unit", metric->metric->unit);
  row_text(row, "better", metric_better(metric->metric));
  row_count(row, "n", metric->n);
  row_count(row, "missing", metric->missing);
  row_real(row, "base_mean", metric->base);
  row_real(row, "other_mean", metric->other);
  row_flag(row, "base_at_least", metric->at_least[0]);
  row_flag(row, "other_at_least", metric->at_least[1]);
  row_text(row, "scale", metric->ratio ? "ratio" : "difference");
  row_real(row, "change", metric->change);
  row_real(row, "low", metric->low);
  row_real(row, "high", metric->high);
  row_real(row, "confidence", comparison->confidence);
  row_real(row, "p", metric->p);
  row_real(row, "p_adjusted", metric->p_adjusted);
  row_text(row, "verdict", verdicts[1 + paired_metric_verdict(metric, comparison->confidence)]);
  row_real(row, "correlation", metric->correlation);
  row_real(row, "pairing_saves", metric->saved);
}

static void append_csv_row(GString *out, const PairedComparison *comparison, const PairedMetric *metric,
                           bool names)
{
  Row row = {out, false, names, true};
  row_text(&row, "factor", comparison->pairs->factor);
  row_text(&row, "base", comparison->pairs->labels[0]);
  row_text(&row, "other", comparison->pairs->labels[1]);
  row_metric(&row, comparison, metric);
  g_string_append(out, "\r\n");
}

char *comparison_csv(const GPtrArray *comparisons)
{
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < comparisons->len; i++) {
    const PairedComparison *comparison = g_ptr_array_index(comparisons, i);
    for (guint k = 0; k < comparison->metrics->len; k++) {
      const PairedMetric *metric = g_ptr_array_index(comparison->metrics, k);
      if (out->len == 0)
        append_csv_row(out, comparison, metric, true);
      append_csv_row(out, comparison, metric, false);
    }
  }
  return g_string_free(out, FALSE);
}

static void append_json_jobs(GString *out, const PairedJobs *jobs)
{
  static const struct {
    const char *name;
    double part;
  } quantiles[] = {{"difference_p05", 0.05},
                   {"difference_p25", 0.25},
                   {"difference_median", 0.5},
                   {"difference_p75", 0.75},
                   {"difference_p95", 0.95}};
  Row row = {out, true, false, true};
  row_count(&row, "matched", jobs->matched);
  row_count(&row, "base_only", jobs->alone[0]);
  row_count(&row, "other_only", jobs->alone[1]);
  row_count(&row, "base_unfinished", jobs->unfinished[0]);
  row_count(&row, "other_unfinished", jobs->unfinished[1]);
  row_count(&row, "unfinished_both", jobs->unfinished_both);
  row_count(&row, "sooner", jobs->faster);
  row_count(&row, "later", jobs->slower);
  row_count(&row, "equal", jobs->equal);
  row_count(&row, "undecided", jobs->undecided);
  const GArray *differences = jobs->differences;
  for (size_t i = 0; i < G_N_ELEMENTS(quantiles); i++)
    row_real(&row, quantiles[i].name,
             differences->len == 0 ? (double)NAN
                                   : quantile_of((const double *)(const void *)differences->data,
                                                 differences->len, quantiles[i].part));
}

static void append_json_comparison(GString *out, const PairedComparison *comparison)
{
  const RunPairs *pairs = comparison->pairs;
  Row row = {out, true, false, true};
  g_string_append(out, "  {");
  row_text(&row, "factor", pairs->factor);
  row_text(&row, "base", pairs->labels[0]);
  row_text(&row, "other", pairs->labels[1]);
  row_count(&row, "pairs", pairs->n);
  row_count(&row, "without_partner", pairs->alone);
  row_flag(&row, "independent", pairs->independent);
  g_string_append(out, ",\n   \"metrics\": [");
  for (guint i = 0; i < comparison->metrics->len; i++) {
    Row one = {out, true, false, true};
    g_string_append(out, i == 0 ? "\n    {" : ",\n    {");
    row_metric(&one, comparison, g_ptr_array_index(comparison->metrics, i));
    g_string_append_c(out, '}');
  }
  g_string_append(out, "],\n   \"jobs\": {");
  append_json_jobs(out, comparison->jobs);
  g_string_append(out, "}}");
}

char *comparison_json(const GPtrArray *comparisons)
{
  GString *out = g_string_new("{\"comparisons\": [\n");
  for (guint i = 0; i < comparisons->len; i++) {
    if (i > 0)
      g_string_append(out, ",\n");
    append_json_comparison(out, g_ptr_array_index(comparisons, i));
  }
  g_string_append(out, "]}\n");
  return g_string_free(out, FALSE);
}
