/* SPDX-License-Identifier: Apache-2.0 */
#include "report/page.h"

#include <string.h>

#include "report/figures.h"
#include "report/format.h"
#include "report/gnuplot.h"
#include "report/page-private.h"
#include "report/svg.h"

#define POINTS_FIRST       16000 /* of a figure; half of it where the page is too long, and so on */
#define POINTS_LEAST       250
#define WORKLOAD_BYTES_MAX 200000 /* of the workload that is shown */

/* --- head ----------------------------------------------------------------------------------------------- */

static char *page_title(const RunSet *set)
{
  const char *title = run_set_run(set, 0)->summary.title;
  return g_strdup(*title == '\0' ? "A run of sim" : title);
}

static char *page_subtitle(const RunSet *set)
{
  const ResultsSummary *first = &run_set_run(set, 0)->summary;
  g_autofree char *agents = format_counted(first->agents, "agent");
  g_autofree char *frameworks = format_counted(first->frameworks, "framework");
  g_autofree char *clock = format_clock((Duration){first->end.ns});
  if (run_set_runs(set) == 1)
    return g_strdup_printf("%s \u00b7 %s \u00b7 allocator %s \u00b7 seed %" G_GINT64_FORMAT
                           " \u00b7 %s simulated",
                           agents, frameworks, first->allocator, first->seed, clock);
  GString *text = g_string_new(NULL);
  g_string_append_printf(text, "%s \u00b7 %s \u00b7 %u runs", agents, frameworks, run_set_runs(set));
  if (run_set_variants(set) == 1) {
    g_string_append_printf(text, " that differ in their seed alone \u00b7 allocator %s", first->allocator);
  } else {
    g_string_append_printf(text, ": ");
    for (uint32_t i = 0; i < run_set_variants(set) && i < 6; i++)
      g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", run_set_variant(set, i)->label);
  }
  return g_string_free(text, FALSE);
}

static void append_warnings(GString *out, const RunSet *set)
{
  static const char *const meanings[RESULTS_STATUSES] = {
      [RESULTS_OK] = NULL,
      [RESULTS_TRUNCATED] = "was interrupted: what came later is missing",
      [RESULTS_STALLED] = "stalled: nothing ran any more, and jobs waited",
      [RESULTS_FAILED] = "failed",
  };
  for (uint32_t i = 0; i < run_set_runs(set); i++) {
    const ReportRun *run = run_set_run(set, i);
    if (meanings[run->summary.status] == NULL)
      continue;
    g_string_append_printf(out, "<p class=\"warning\">Run %u of ", run->run_id);
    page_text(out, run_set_path(set, run->file));
    g_string_append_printf(out, " %s", meanings[run->summary.status]);
    if (run->summary.reason != NULL) {
      g_string_append(out, ": ");
      page_text(out, run->summary.reason);
    }
    g_string_append(out, "</p>\n");
  }
}

static void append_head(GString *out, const RunSet *set)
{
  g_autofree char *title = page_title(set);
  g_autofree char *subtitle = page_subtitle(set);
  g_autofree char *style = page_style();
  g_string_append(out, "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\"><head>\n"
                       "<meta charset=\"utf-8\"/>\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                       "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                       "<link rel=\"icon\" href=\"data:,\"/>\n<title>");
  page_text(out, title);
  g_string_append_printf(out, "</title>\n<style>%s</style>\n</head>\n<body><main>\n<h1>", style);
  page_text(out, title);
  g_string_append(out, "</h1>\n<p class=\"quiet\">");
  page_text(out, subtitle);
  g_string_append(out, "</p>\n");
  append_warnings(out, set);
}

/* --- figures -------------------------------------------------------------------------------------------- */

static void append_figure(GString *out, const Figure *figure, const char *svg)
{
  g_string_append_printf(out, "<figure id=\"figure-%s\"><h3>", figure->name);
  page_text(out, figure->title);
  g_string_append(out, "</h3>\n");
  g_string_append(out, svg);
  g_string_append(out, "<figcaption>");
  page_text(out, figure->caption);
  g_string_append(out, "</figcaption>\n");
  if (figure->source != NULL) {
    g_string_append(out, "<details><summary>Its numbers, in SQL</summary><pre>");
    page_text(out, figure->source);
    g_string_append(out, "</pre></details>\n");
  }
  g_string_append(out, "</figure>\n");
}

static bool collect_figures(const RunSet *set, const ReportHost *host, GPtrArray *figures, GError **error)
{
  guint n = 0;
  for (const FigureKind *kind = figure_kinds(); kind->name != NULL; kind++)
    n++;
  guint done = 0;
  for (const FigureKind *kind = figure_kinds(); kind->name != NULL; kind++, done++) {
    const char *why;
    if (!report_host_progress(host, kind->summary, 0.8 * done / n, error) ||
        !figures_make(set, kind->name, PAGE_VARIANTS_MAX, host, figures, &why, error))
      return false;
  }
  return true;
}

static bool append_figures(GString *out, GPtrArray *figures, unsigned budget, GError **error)
{
  for (guint i = 0; i < figures->len; i++)
    figure_thin(g_ptr_array_index(figures, i), budget);
  g_string_append(out, "<section><h2>Figures</h2>\n");
  if (figures->len == 0)
    g_string_append(out, "<p>There is nothing to be drawn: nothing was sampled, and no job finished.</p>\n");
  g_string_append(out, "<div class=\"figures\">\n");
  g_autoptr(GPtrArray) pictures = figures->len == 0 ? g_ptr_array_new()
                                                    : gnuplot_draw((const Figure *const *)figures->pdata,
                                                                   figures->len, PICTURE_SVG, error);
  if (pictures == NULL)
    return false;
  for (guint i = 0; i < pictures->len; i++) {
    const Figure *figure = g_ptr_array_index(figures, i);
    g_autofree char *svg = svg_refine(g_ptr_array_index(pictures, i), figure, false, error);
    if (svg == NULL)
      return false;
    append_figure(out, figure, svg);
  }
  g_string_append(out, "</div></section>\n");
  return true;
}

/* --- how to repeat it ----------------------------------------------------------------------------------- */

static char *shell_word(const char *word)
{
  bool plain = *word != '\0' && *word != '-' &&
               word[strspn(word, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_./=:,+%@")] == '\0';
  return plain ? g_strdup(word) : g_shell_quote(word);
}

/* Replications 0, 1, ... of one seed: what --replications makes. */
static bool are_replications(const RunSet *set, const ReportVariant *variant)
{
  guint64 met = 0;
  const ReportRun *first = run_set_run(set, variant->runs[0]);
  for (uint32_t i = 0; i < variant->n_runs; i++) {
    const ReportRun *run = run_set_run(set, variant->runs[i]);
    if (run->summary.seed != first->summary.seed || run->replication >= variant->n_runs)
      return false;
    met += run->replication;
  }
  return variant->n_runs > 1 && met == (guint64)variant->n_runs * (variant->n_runs - 1) / 2;
}

static void append_commands_of(GString *out, const RunSet *set, const ReportRun *run, uint32_t number)
{
  bool only = run_set_variants(set) == 1;
  g_autofree char *file = shell_word(run_set_path(set, run->file));
  g_autofree char *allocator =
      shell_word(run->allocator_path == NULL ? run->summary.allocator : run->allocator_path);
  g_autofree char *workload = only ? g_strdup("again.ini") : g_strdup_printf("again-%u.ini", number + 1);
  g_autoptr(GString) lines = g_string_new(NULL);
  g_string_append_printf(lines, "sim show %s --workload", file);
  if (run->run_id != 1)
    g_string_append_printf(lines, " --run %u", run->index + 1);
  g_string_append_printf(lines, " > %s\nsim run --workload %s --allocator %s --seed %" G_GINT64_FORMAT,
                         workload, workload, allocator, run->summary.seed);
  const ReportVariant *variant = run_set_variant(set, run->variant);
  if (are_replications(set, variant))
    g_string_append_printf(lines, " --replications %u", variant->n_runs);
  else if (run->replication > 0)
    g_string_append_printf(lines, " --replication %u", run->replication);
  g_string_append(
      lines, run_set_has_tasks(set, run_set_find(set, run->file, run->run_id)) ? " --record tasks\n" : "\n");
  page_text(out, lines->str);
}

static void append_report_command(GString *out, const RunSet *set)
{
  g_autoptr(GString) line = g_string_new("sim report");
  for (uint32_t i = 0; i < run_set_files(set); i++) {
    g_autofree char *file = shell_word(run_set_path(set, i));
    g_string_append_printf(line, " %s", file);
  }
  g_string_append(line, " --output report.html\n");
  page_text(out, line->str);
}

static void append_workload(GString *out, const ReportRun *run)
{
  g_autofree char *shown = g_strndup(run->workload, WORKLOAD_BYTES_MAX);
  g_string_append(out, "<details><summary>The workload, with all that was overridden</summary><pre>");
  page_text(out, shown);
  if (strlen(run->workload) > WORKLOAD_BYTES_MAX)
    g_string_append(out, "\n... (sim show prints all of it)");
  g_string_append(out, "</pre></details>\n");
}

static void append_repetition(GString *out, const RunSet *set)
{
  const ReportRun *first = run_set_run(set, 0);
  uint32_t shown = MIN(run_set_variants(set), PAGE_VARIANTS_MAX);
  g_string_append(
      out, "<section><h2>How to repeat it</h2>\n<p>The same workload, allocator and seed give the same "
           "digest. Traces are found where they were.</p>\n<pre>");
  for (uint32_t i = 0; i < shown; i++)
    append_commands_of(out, set, run_set_run(set, run_set_variant(set, i)->runs[0]), i);
  if (run_set_variants(set) > shown)
    g_string_append_printf(out, "# ... and likewise for %u further variants\n",
                           run_set_variants(set) - shown);
  append_report_command(out, set);
  g_string_append(out, "</pre>\n");
  if (first->command != NULL) {
    g_string_append_printf(out, "<p>%s was made by</p>\n<pre>",
                           run_set_runs(set) > 1 ? "The first run" : "The run");
    page_text(out, first->command);
    g_string_append(out, "</pre>\n");
  }
  append_workload(out, first);
  g_string_append(out, "</section>\n");
}

/* --- the whole ------------------------------------------------------------------------------------------ */

static GString *assemble(const RunSet *set, const PageMaker *maker, const Comparison *comparison,
                         GPtrArray *figures, unsigned budget, GError **error)
{
  GString *out = g_string_new(NULL);
  append_head(out, set);
  bool well = page_append_experiment(out, set, error) && page_append_summary(out, set, comparison, error) &&
              append_figures(out, figures, budget, error) && page_append_runs(out, set, error);
  if (!well) {
    g_string_free(out, TRUE);
    return NULL;
  }
  append_repetition(out, set);
  g_string_append(out, "<footer>Made by sim report (offersim) ");
  page_text(out, maker->version);
  g_string_append(out, ", commit ");
  page_text(out, maker->git_commit);
  g_string_append(out, ".</footer>\n</main></body></html>\n");
  return out;
}

GString *page_make(const RunSet *set, const PageMaker *maker, const ReportHost *host, GError **error)
{
  g_autoptr(GPtrArray) figures = g_ptr_array_new_with_free_func((GDestroyNotify)figure_free);
  g_autoptr(Comparison) comparison = NULL;
  if (!gnuplot_check(error) || !collect_figures(set, host, figures, error))
    return NULL;
  if (run_set_runs(set) > 1 && (comparison = comparison_new(set, host, error)) == NULL)
    return NULL;
  GString *page = NULL;
  for (unsigned budget = POINTS_FIRST; budget >= POINTS_LEAST; budget /= 2) {
    if (page != NULL)
      g_string_free(page, TRUE);
    if (!report_host_progress(host, "drawing", 0.85, error))
      return NULL;
    page = assemble(set, maker, comparison, figures, budget, error);
    if (page == NULL || page->len <= PAGE_BYTES_MAX)
      return page;
  }
  g_set_error(error, REPORT_ERROR, REPORT_ERROR_RUN, "the page would be larger than %d bytes",
              PAGE_BYTES_MAX);
  g_string_free(page, TRUE);
  return NULL;
}
