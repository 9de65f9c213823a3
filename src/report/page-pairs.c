/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "report/format.h"
#include "report/page-private.h"
#include "report/paired-text.h"

#define PAIRED_VARIANTS_MAX 6

static void append_metric(GString *out, const PairedMetric *metric, double confidence)
{
  g_autofree char *name = paired_metric_text(metric);
  g_string_append(out, "<tr><th scope=\"row\">");
  page_text(out, name);
  g_string_append(out, "</th>");
  page_cell(out, true, paired_value_text(metric, metric->base, metric->at_least[0]));
  page_cell(out, true, paired_value_text(metric, metric->other, metric->at_least[1]));
  page_cell(out, true, paired_change_text(metric));
  page_cell(out, true, paired_interval_text(metric));
  page_cell(out, true, paired_p_text(metric->p_adjusted));
  page_cell(out, false, g_strdup(paired_verdict_text(metric, confidence)));
  page_cell(out, true, paired_saved_text(metric));
  g_string_append(out, "</tr>\n");
}

/* What the marks mean, and what became of the jobs. */
static void append_notes(GString *out, const PairedComparison *comparison)
{
  const PairedJobs *jobs = comparison->jobs;
  char *const *labels = comparison->pairs->labels;
  g_autofree char *matched = format_counted(jobs->matched, "job");
  g_string_append_printf(out, "<p class=\"quiet\">%s submitted with both, in all pairs: with ", matched);
  page_text(out, labels[1]);
  if (jobs->matched > 0) {
    g_autofree char *sooner = format_percent((double)jobs->faster / (double)jobs->matched);
    g_autofree char *later = format_percent((double)jobs->slower / (double)jobs->matched);
    g_string_append_printf(out, " %s were done sooner, %s later", sooner, later);
  }
  if (jobs->unfinished[0] + jobs->unfinished[1] > 0) {
    g_autofree char *base = format_count(jobs->unfinished[0]);
    g_autofree char *other = format_count(jobs->unfinished[1]);
    g_string_append_printf(out, "; unfinished %s and %s, which count with their age: hence &gt;=", base,
                           other);
  }
  g_string_append(out, ". p is adjusted for all comparisons (Holm).</p>\n");
}

static void append_comparison(GString *out, const PairedComparison *comparison)
{
  const RunPairs *pairs = comparison->pairs;
  g_autofree char *base = g_strconcat("#", pairs->labels[0], NULL);
  g_autofree char *other = g_strconcat("#", pairs->labels[1], NULL);
  const char *const names[] = {"Metric",         base, other, "#Change", "#Interval", "#p", "Verdict",
                               "#Pairing saves", NULL};
  g_autofree char *caption =
      g_strdup_printf("Paired differences: %s against %s, %u pairs of runs, %g %% intervals",
                      pairs->labels[1], pairs->labels[0], pairs->n, 100 * comparison->confidence);
  page_table_begin(out, caption, names);
  for (guint i = 0; i < comparison->metrics->len; i++)
    append_metric(out, g_ptr_array_index(comparison->metrics, i), comparison->confidence);
  page_table_end(out);
  append_notes(out, comparison);
}

/* Runs that differ in more than one thing are no pairs; they stand side by side all the same. */
void page_append_pairs(GString *out, const RunSet *set)
{
  g_autoptr(GPtrArray) paths = g_ptr_array_new();
  const PairedChoice choice = {.metrics = NULL};
  uint32_t variants = run_set_variants(set);
  if (variants < 2 || variants > PAIRED_VARIANTS_MAX)
    return;
  for (uint32_t i = 0; i < run_set_files(set); i++)
    g_ptr_array_add(paths, (gpointer)(guintptr)run_set_path(set, i));
  g_ptr_array_add(paths, NULL);
  g_autoptr(PairedSides) sides = paired_sides_open((const char *const *)paths->pdata, NULL);
  g_autoptr(GPtrArray) comparisons = sides == NULL ? NULL : paired_comparisons_new(sides, &choice, NULL);
  for (guint i = 0; comparisons != NULL && i < comparisons->len; i++) {
    const PairedComparison *comparison = g_ptr_array_index(comparisons, i);
    if (comparison->pairs->n >= 2 && comparison->pairs->independent)
      append_comparison(out, comparison);
  }
}
