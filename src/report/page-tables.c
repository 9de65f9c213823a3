/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "report/format.h"
#include "report/page-private.h"
#include "report/svg.h"

#define VARIANTS_ACROSS 4 /* columns of the comparison */
#define VARIANTS_SHOWN  200
#define RUNS_SHOWN      60 /* rows of the table of runs */
#define SEEDS_SHOWN     20
#define CLASSES_SHOWN   12
#define GROUPS_SHOWN    60

void page_text(GString *out, const char *text)
{
  svg_append_escaped(out, text == NULL ? "" : text);
}

void page_cell(GString *out, bool number, char *text)
{
  g_string_append(out, number ? "<td class=\"n\">" : "<td>");
  page_text(out, text);
  g_string_append(out, "</td>");
  g_free(text);
}

void page_fact(GString *out, const char *name, char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf(out, "<dt>%s</dt><dd>", name);
  page_text(out, value);
  g_string_append(out, "</dd>\n");
  g_free(value);
}

/* A table that scrolls by itself where the screen is narrow. A name that begins with "#" is of a column of numbers. */
void page_table_begin(GString *out, const char *caption, const char *const *names)
{
  g_string_append(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
  page_text(out, caption);
  g_string_append(out, "\"><table><caption>");
  page_text(out, caption);
  g_string_append(out, "</caption><thead><tr>");
  for (; *names != NULL; names++) {
    bool number = **names == '#';
    g_string_append(out, number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
    page_text(out, *names + number);
    g_string_append(out, "</th>");
  }
  g_string_append(out, "</tr></thead><tbody>\n");
}

void page_table_end(GString *out)
{
  g_string_append(out, "</tbody></table></div>\n");
}

/* --- what was run --------------------------------------------------------------------------------------- */

/* "600 of cpus:4;mem:15360", one line for each class. */
static char *describe_cluster(const RunSet *set, uint32_t run, GError **error)
{
  Query query;
  if (!query_start(&query, set, run,
                   "SELECT count, name, resources, speed FROM agent_class WHERE run_id = ?1 ORDER BY rowid",
                   error))
    return NULL;
  GString *text = g_string_new(NULL);
  guint rows = 0;
  for (; query_next(&query); rows++) {
    if (rows >= CLASSES_SHOWN)
      continue;
    g_autofree char *agents = format_counted((uint64_t)query_integer(&query, 0), "agent");
    g_autofree char *resources = query_text(&query, 2);
    g_string_append_printf(text, "%s%s with %s", rows == 0 ? "" : "; ", agents, resources);
    if (query_real(&query, 3) != 1)
      g_string_append_printf(text, ", speed %g", query_real(&query, 3));
  }
  if (rows > CLASSES_SHOWN)
    g_string_append_printf(text, "; and %u further classes", rows - CLASSES_SHOWN);
  if (!query_end(&query, error)) {
    g_string_free(text, TRUE);
    return NULL;
  }
  return g_string_free(text, FALSE);
}

/* Each once, in the order of runs. */
static char *describe_seeds(const RunSet *set)
{
  g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);
  GString *text = g_string_new(NULL);
  for (uint32_t i = 0; i < run_set_runs(set); i++) {
    const int64_t *seed = &run_set_run(set, i)->summary.seed;
    if (!g_hash_table_add(seen, (gpointer)(guintptr)seed) || g_hash_table_size(seen) > SEEDS_SHOWN)
      continue;
    g_string_append_printf(text, "%s%" G_GINT64_FORMAT, text->len == 0 ? "" : ", ", *seed);
  }
  if (g_hash_table_size(seen) > SEEDS_SHOWN)
    g_string_append(text, ", ...");
  return g_string_free(text, FALSE);
}

/* "10: 5 of each of 2 variants" */
static char *describe_runs(const RunSet *set)
{
  uint32_t runs = run_set_runs(set);
  uint32_t variants = run_set_variants(set);
  uint32_t each = run_set_variant(set, 0)->n_runs;
  for (uint32_t i = 1; i < variants; i++)
    if (run_set_variant(set, i)->n_runs != each)
      return g_strdup_printf("%u, of %u variants", runs, variants);
  if (variants == 1)
    return g_strdup_printf("%u replications", runs);
  return each == 1 ? g_strdup_printf("%u variants, one run each", variants)
                   : g_strdup_printf("%u: %u replications of each of %u variants", runs, each, variants);
}

static char *describe_allocators(const RunSet *set)
{
  GString *text = g_string_new(NULL);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  for (uint32_t i = 0; i < run_set_runs(set); i++) {
    const char *name = run_set_run(set, i)->summary.allocator;
    if (g_hash_table_add(seen, (gpointer)(guintptr)name))
      g_string_append_printf(text, "%s%s", text->len == 0 ? "" : ", ", name);
  }
  return g_string_free(text, FALSE);
}

bool page_append_experiment(GString *out, const RunSet *set, GError **error)
{
  const ReportRun *first = run_set_run(set, 0);
  char *cluster = describe_cluster(set, 0, error);
  if (cluster == NULL)
    return false;
  g_string_append(out, "<section><h2>What was run</h2>\n<dl>\n");
  page_fact(out, "Workload", g_strdup(first->workload_path));
  page_fact(out, "Cluster", cluster);
  page_fact(out, "Frameworks", format_count(first->summary.frameworks));
  page_fact(out, run_set_variants(set) > 1 ? "Allocators" : "Allocator", describe_allocators(set));
  page_fact(out, run_set_runs(set) > 1 ? "Seeds" : "Seed", describe_seeds(set));
  if (run_set_runs(set) > 1)
    page_fact(out, "Runs", describe_runs(set));
  page_fact(out, "Overridden",
            run_set_variants(set) > 1 || *first->settings == '\0' ? NULL : g_strdup(first->settings));
  g_autofree char *clock = format_clock((Duration){first->summary.end.ns});
  page_fact(out, "Simulated time",
            g_strdup_printf("%s%s", clock, run_set_runs(set) > 1 ? " (the first run)" : ""));
  if (first->warm_up_ns > 0) {
    g_autofree char *warm_up = format_clock((Duration){first->warm_up_ns});
    page_fact(out, "Warm-up", g_strdup_printf("%s, not measured; a dotted line in the figures", warm_up));
  }
  g_string_append(out, "</dl></section>\n");
  return true;
}

/* --- summary -------------------------------------------------------------------------------------------- */

static char *group_name(const ResultsGroup *group)
{
  g_autofree char *many = format_count(group->frameworks);
  return group->frameworks == 1 ? g_strdup(group->name) : g_strdup_printf("%s (%s)", group->name, many);
}

/* Means of what only some have reached say so. */
static char *of_all(char *reached, uint64_t n, uint64_t all, uint64_t shown)
{
  if (n == all)
    return reached;
  g_autofree char *some = reached;
  g_autofree char *count = format_count(shown);
  return g_strdup_printf("%s of %s", some, count);
}

static void append_group(GString *out, const ResultsGroup *group)
{
  g_autofree char *name = group_name(group);
  g_string_append(out, "<tr><th scope=\"row\">");
  page_text(out, name);
  g_string_append(out, "</th>");
  page_cell(out, true,
            of_all(format_count(group->jobs_finished), group->jobs_finished, group->jobs, group->jobs));
  page_cell(out, true, format_count(group->tasks));
  page_cell(out, true, format_seconds(group->ramp_up_s));
  page_cell(out, true, format_seconds(group->completion_mean_s));
  page_cell(out, true, format_seconds(group->completion_median_s));
  page_cell(out, true, format_seconds(group->completion_p95_s));
  page_cell(out, true, format_percent(group->mean_share));
  g_string_append(out, "</tr>\n");
}

static void append_groups(GString *out, const RunSet *set, uint32_t variant)
{
  static const char *const names[] = {"Framework",  "#Jobs finished",    "#Tasks",
                                      "#Ramp-up",   "#Completion: mean", "#Median",
                                      "#95th pct.", "#Mean share",       NULL};
  const ReportRun *run = run_set_run(set, run_set_variant(set, variant)->runs[0]);
  GString *caption = g_string_new("By group of frameworks");
  if (run_set_variants(set) > 1)
    g_string_append_printf(caption, ": %s", run_set_variant(set, variant)->label);
  if (run_set_runs(set) > run_set_variants(set))
    g_string_append_printf(caption, ", seed %" G_GINT64_FORMAT, run->summary.seed);
  g_autofree char *text = g_string_free(caption, FALSE);
  page_table_begin(out, text, names);
  for (uint32_t i = 0; i < MIN(run->summary.n_groups, GROUPS_SHOWN); i++)
    append_group(out, &run->summary.groups[i]);
  page_table_end(out);
  if (run->summary.n_groups > GROUPS_SHOWN)
    g_string_append_printf(out, "<p class=\"quiet\">%u further groups are left out here.</p>\n",
                           run->summary.n_groups - GROUPS_SHOWN);
}

static void append_tile(GString *out, const char *name, char *value)
{
  g_string_append(out, "<li><b>");
  page_text(out, value);
  g_string_append(out, "</b><span>");
  page_text(out, name);
  g_string_append(out, "</span></li>\n");
  g_free(value);
}

/* The numbers of one run that matter first. */
static void append_tiles(GString *out, const ResultsSummary *summary)
{
  char ratio[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append(out, "<ul class=\"tiles\">\n");
  for (uint32_t i = 0; i < MIN(summary->n_resources, COMPARISON_RESOURCES); i++) {
    g_autofree char *name = g_strdup_printf("%s allocated, mean", summary->resources[i].name);
    append_tile(out, name, format_percent(summary->resources[i].utilization));
  }
  append_tile(out, "Jain index of shares / fair shares",
              isnan(summary->jain) ? g_strdup("-")
                                   : g_strdup(g_ascii_formatd(ratio, sizeof ratio, "%.3f", summary->jain)));
  append_tile(out, "largest gap to the fair share", format_percent(summary->largest_gap));
  append_tile(out, "jobs", format_about((double)summary->jobs));
  append_tile(out, "tasks launched", format_about((double)summary->tasks));
  g_string_append(out, "</ul>\n");
}

/* Four digits that mean something. */
static char *format_value(double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  if (value >= 999.95)
    return format_count((uint64_t)llround(value));
  return g_strdup(g_ascii_formatd(text, sizeof text, "%.4g", value));
}

static char *describe_sample(const Comparison *comparison, const ComparisonMetric *metric, uint32_t variant)
{
  Sample sample = comparison_sample(metric, variant);
  uint32_t n_runs = run_set_variant(comparison->set, variant)->n_runs;
  if (sample.n == 0)
    return g_strdup("-");
  g_autofree char *mean = format_value(sample.mean);
  GString *text = g_string_new(mean);
  double half = comparison_half_width(comparison, metric, variant);
  if (isfinite(half)) {
    char width[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(text, " \u00b1 %s", g_ascii_formatd(width, sizeof width, "%.2g", half));
  }
  if (sample.n != n_runs)
    g_string_append_printf(text, " (%u of %u runs)", (unsigned)sample.n, n_runs);
  return g_string_free(text, FALSE);
}

static char *metric_label(const ComparisonMetric *metric)
{
  return *metric->unit == '\0' ? g_strdup(metric->name)
                               : g_strdup_printf("%s [%s]", metric->name, metric->unit);
}

static char *variant_label(const RunSet *set, uint32_t index)
{
  const ReportVariant *variant = run_set_variant(set, index);
  return variant->n_runs > 1 ? g_strdup_printf("%s (%u runs)", variant->label, variant->n_runs)
                             : g_strdup(variant->label);
}

/* A few variants stand side by side; many below each other. */
static void append_comparison(GString *out, const RunSet *set, const Comparison *comparison)
{
  uint32_t variants = MIN(run_set_variants(set), VARIANTS_SHOWN);
  uint32_t metrics = comparison->metrics->len;
  bool across = variants <= VARIANTS_ACROSS;
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(names, g_strdup(across ? "Metric" : "Variant"));
  for (uint32_t i = 0; i < (across ? variants : metrics); i++) {
    g_autofree char *label =
        across ? variant_label(set, i) : metric_label(g_ptr_array_index(comparison->metrics, i));
    g_ptr_array_add(names, g_strconcat("#", label, NULL));
  }
  g_ptr_array_add(names, NULL);
  g_autofree char *caption = comparison_has_intervals(comparison)
                                 ? g_strdup_printf("Means over the runs, with Student's %g %% intervals",
                                                   100 * run_set_run(set, 0)->confidence)
                                 : g_strdup("Side by side");
  page_table_begin(out, caption, (const char *const *)names->pdata);
  for (uint32_t row = 0; row < (across ? metrics : variants); row++) {
    g_autofree char *head =
        across ? metric_label(g_ptr_array_index(comparison->metrics, row)) : variant_label(set, row);
    g_string_append(out, "<tr><th scope=\"row\">");
    page_text(out, head);
    g_string_append(out, "</th>");
    for (uint32_t column = 0; column < (across ? variants : metrics); column++)
      page_cell(out, true,
                describe_sample(comparison, g_ptr_array_index(comparison->metrics, across ? row : column),
                                across ? column : row));
    g_string_append(out, "</tr>\n");
  }
  page_table_end(out);
  if (run_set_variants(set) > variants)
    g_string_append_printf(out, "<p class=\"quiet\">%u further variants are left out here.</p>\n",
                           run_set_variants(set) - variants);
  if (run_set_runs(set) > run_set_variants(set) && run_set_run(set, 0)->recorded)
    g_string_append(out, "<p class=\"quiet\">No intervals: the runs replay one recorded input, which is one "
                         "observation however often it is made.</p>\n");
}

/* A steady run that is alone has intervals too. */
static bool append_batches(GString *out, const RunSet *set, GError **error)
{
  static const char *const names[] = {"Metric", "Of", "#Mean", "#Batches", NULL};
  Query query;
  if (!query_start(&query, set, 0,
                   "SELECT name, scope, mean, half_width, n FROM metric_summary WHERE run_id = ?1 "
                   "AND method = 'batches' AND mean IS NOT NULL ORDER BY name, scope LIMIT 100",
                   error))
    return false;
  g_autofree char *caption =
      g_strdup_printf("Batch means, with Student's %g %% intervals", 100 * run_set_run(set, 0)->confidence);
  bool begun = false;
  for (; query_next(&query); begun = true) {
    if (!begun)
      page_table_begin(out, caption, names);
    g_string_append(out, "<tr>");
    page_cell(out, false, query_text(&query, 0));
    page_cell(out, false, query_text(&query, 1));
    char width[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *mean = format_value(query_real(&query, 2));
    page_cell(out, true,
              query_is_null(&query, 3)
                  ? g_strdup(mean)
                  : g_strdup_printf("%s \u00b1 %s", mean,
                                    g_ascii_formatd(width, sizeof width, "%.2g", query_real(&query, 3))));
    page_cell(out, true, format_count((uint64_t)query_integer(&query, 4)));
    g_string_append(out, "</tr>\n");
  }
  if (begun)
    page_table_end(out);
  return query_end(&query, error);
}

bool page_append_summary(GString *out, const RunSet *set, const Comparison *comparison, GError **error)
{
  g_string_append(out, "<section><h2>Summary</h2>\n");
  if (run_set_runs(set) == 1) {
    append_tiles(out, &run_set_run(set, 0)->summary);
    if (!append_batches(out, set, error))
      return false;
  }
  if (comparison != NULL) {
    append_comparison(out, set, comparison);
    page_append_pairs(out, set);
  }
  for (uint32_t i = 0; i < MIN(run_set_variants(set), PAGE_VARIANTS_MAX); i++)
    append_groups(out, set, i);
  g_string_append(out, "</section>\n");
  return true;
}

/* --- provenance ----------------------------------------------------------------------------------------- */

static void append_run(GString *out, const RunSet *set, const ReportRun *run)
{
  const ResultsSummary *summary = &run->summary;
  g_string_append(out, "<tr><th scope=\"row\">");
  page_text(out, run_set_path(set, run->file));
  g_string_append_printf(out, "</th><td class=\"n\">%u</td>", run->run_id);
  page_cell(out, false, g_strdup(summary->allocator));
  page_cell(out, true,
            run->replication == 0
                ? g_strdup_printf("%" G_GINT64_FORMAT, summary->seed)
                : g_strdup_printf("%" G_GINT64_FORMAT ".%u", summary->seed, run->replication));
  page_cell(out, false, g_strdup(results_status_name(summary->status)));
  page_cell(out, true, format_clock((Duration){summary->end.ns}));
  page_cell(out, true, format_about((double)summary->events));
  page_cell(out, true, format_seconds(summary->wall_s));
  page_cell(out, true, format_kib(summary->max_rss_kib));
  g_string_append(out, "<td><code>");
  page_text(out, summary->digest);
  g_string_append(out, "</code></td>");
  page_cell(out, false, g_strdup(summary->version));
  g_string_append(out, "<td><code>");
  page_text(out, summary->git_commit);
  g_string_append(out, "</code></td></tr>\n");
}

static bool append_traces(GString *out, const RunSet *set, GError **error)
{
  static const char *const names[] = {"Framework", "Trace", "#Bytes", "Replicated by", "SHA-256", NULL};
  Query query;
  if (!query_start(
          &query, set, 0,
          "SELECT framework, path, bytes, sha256, replicate FROM trace WHERE run_id = ?1 ORDER BY rowid",
          error))
    return false;
  bool begun = false;
  for (; query_next(&query); begun = true) {
    if (!begun)
      page_table_begin(out, "Traces that were replayed", names);
    g_string_append(out, "<tr>");
    page_cell(out, false, query_text(&query, 0));
    page_cell(out, false, query_text(&query, 1));
    page_cell(out, true, format_count((uint64_t)query_integer(&query, 2)));
    page_cell(out, false, query_is_null(&query, 4) ? g_strdup("as recorded") : query_text(&query, 4));
    g_autofree char *sha256 = query_text(&query, 3);
    g_string_append_printf(out, "<td class=\"long\"><code>%s</code></td></tr>\n", sha256);
  }
  if (begun)
    page_table_end(out);
  return query_end(&query, error);
}

/* Allocators that do not come with the program. */
static void append_plugins(GString *out, const RunSet *set)
{
  static const char *const names[] = {"Allocator", "Plug-in", "SHA-256", NULL};
  bool begun = false;
  for (uint32_t i = 0; i < MIN(run_set_variants(set), VARIANTS_SHOWN); i++) {
    const ReportRun *run = run_set_run(set, run_set_variant(set, i)->runs[0]);
    if (run->allocator_path == NULL)
      continue;
    if (!begun)
      page_table_begin(out, "Plug-ins", names);
    begun = true;
    g_string_append(out, "<tr>");
    page_cell(out, false, g_strdup(run->summary.allocator));
    page_cell(out, false, g_strdup(run->allocator_path));
    g_string_append(out, "<td class=\"long\"><code>");
    page_text(out, run->allocator_sha256);
    g_string_append(out, "</code></td></tr>\n");
  }
  if (begun)
    page_table_end(out);
}

bool page_append_runs(GString *out, const RunSet *set, GError **error)
{
  static const char *const names[] = {"Results",    "#Run",    "Allocator", "#Seed",   "Status",
                                      "#Simulated", "#Events", "#Wall",     "#Memory", "Digest",
                                      "Version",    "Commit",  NULL};
  g_string_append(out, "<section><h2>Where the numbers come from</h2>\n");
  page_table_begin(out, "Runs", names);
  for (uint32_t i = 0; i < MIN(run_set_runs(set), RUNS_SHOWN); i++)
    append_run(out, set, run_set_run(set, i));
  page_table_end(out);
  if (run_set_runs(set) > RUNS_SHOWN)
    g_string_append_printf(out, "<p class=\"quiet\">%u further runs are left out here.</p>\n",
                           run_set_runs(set) - RUNS_SHOWN);
  append_plugins(out, set);
  if (!append_traces(out, set, error))
    return false;
  g_string_append(out, "</section>\n");
  return true;
}
