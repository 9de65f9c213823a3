/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/means-print.h"

#include <math.h>
#include <stdio.h>

#include "cli/report.h"
#include "cli/table.h"
#include "report/format.h"

#define GROUPS_IN_FULL 4   /* more have one line each */
#define GROUPS_SHOWN   200 /* of these, so many at most */
#define LABEL_WIDTH    14  /* of the lines below the table */

/* --- cells -------------------------------------------------------------------------------------------------- */

typedef char *(*Format)(double number);

static char *format_index(double number)
{
  return isnan(number) ? g_strdup("-") : g_strdup_printf("%.3f", number);
}

/* A mean of counts. */
static char *format_mean_count(double number)
{
  if (isnan(number))
    return g_strdup("-");
  if (number == floor(number) && number >= 0 && number < 0x1p53)
    return format_count((uint64_t)number);
  return g_strdup_printf("%.1f", number);
}

/* "22.0 s +- 0.1 s" */
static char *cell_of(ResultsMean mean, Format format)
{
  g_autofree char *middle = format(mean.mean);
  if (isnan(mean.mean) || isnan(mean.half_width) || mean.half_width == 0)
    return g_steal_pointer(&middle);
  g_autofree char *width = format(mean.half_width);
  return g_strdup_printf("%s +- %s", middle, width);
}

static void add_cell(TextTable *table, const ResultsMeansGroup *group, const char *name, const char *scope,
                     Format format)
{
  text_table_add(table, cell_of(results_mean(group, name, scope), format));
}

/* --- a group in full ---------------------------------------------------------------------------------------- */

typedef struct {
  const char *heading;
  const char *name;
  Format format;
} Column;

static const Column columns[] = {
    {"jobs finished", "completion_time/count", format_mean_count},
    {"ramp-up", "ramp_up/mean", format_seconds},
    {"completion: mean", "completion_time/mean", format_seconds},
    {"median", "completion_time/median", format_seconds},
    {"p95", "completion_time/p95", format_seconds},
    {"mean share", "mean_share", format_percent},
};

static void append_frameworks(GString *out, const ResultsMeansGroup *group)
{
  g_autoptr(TextTable) table = text_table_new(1 + G_N_ELEMENTS(columns), false);
  text_table_add(table, g_strdup("framework"));
  for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
    text_table_add(table, g_strdup(columns[i].heading));
  for (uint32_t k = 0; k < group->n_frameworks; k++) {
    const ResultsMeansFramework *framework = &group->frameworks[k];
    g_autofree char *name = printable(framework->name);
    g_autofree char *many = format_count(framework->frameworks);
    g_autofree char *scope = g_strdup_printf("framework %s", framework->name);
    text_table_add(table,
                   framework->frameworks == 1 ? g_strdup(name) : g_strdup_printf("%s (%s)", name, many));
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
      add_cell(table, group, columns[i].name, scope, columns[i].format);
  }
  text_table_print(table, "", out);
}

static void append_label(GString *out, const char *label)
{
  g_string_append_printf(out, "%-*s", LABEL_WIDTH, label);
}

static void append_lines(GString *out, const ResultsMeansGroup *group)
{
  append_label(out, "utilization");
  for (char **resource = group->resources; *resource != NULL; resource++) {
    g_autofree char *scope = g_strdup_printf("resource %s", *resource);
    g_autofree char *cell = cell_of(results_mean(group, "utilization", scope), format_percent);
    g_string_append_printf(out, "%s%s %s", resource == group->resources ? "" : "   ", *resource, cell);
  }
  g_autofree char *jain = cell_of(results_mean(group, "fairness/jain", "run"), format_index);
  g_autofree char *gap = cell_of(results_mean(group, "fairness/largest_gap", "run"), format_percent);
  g_string_append_c(out, '\n');
  append_label(out, "fairness");
  g_string_append_printf(out, "Jain index %s   largest gap to the fair share %s", jain, gap);
  ResultsMean finish = results_mean(group, "fairness/finish_time", "run");
  g_autofree char *time = cell_of(finish, format_index);
  if (!isnan(finish.mean))
    g_string_append_printf(out, "   finish-time fairness %s", time);
  g_string_append_c(out, '\n');
}

static void append_runs(GString *out, const ResultsMeansGroup *group)
{
  g_autofree char *runs = format_counted(group->runs, "run");
  append_label(out, "runs");
  g_string_append(out, runs);
  if (group->stalled > 0)
    g_string_append_printf(out, ", %u stalled", group->stalled);
  if (group->still)
    g_string_append(out, "; no intervals: nothing that is drawn makes them differ");
  else if (group->runs > 1)
    g_string_append_printf(out, "; mean +- half-width, confidence %g %%", 100 * group->confidence);
  else if (group->intervals)
    g_string_append_printf(out, "; +- by means of batches, confidence %g %%", 100 * group->confidence);
  else
    g_string_append(out, "; no intervals: that takes replications");
  g_string_append_c(out, '\n');
}

static void append_group(GString *out, const ResultsMeansGroup *group, bool alone)
{
  g_string_append_c(out, '\n');
  if (!alone) {
    g_autofree char *settings = printable(group->settings);
    g_string_append_printf(out, "allocator %s%s%s\n\n", group->allocator, *settings == '\0' ? "" : "; ",
                           settings);
  }
  append_frameworks(out, group);
  g_string_append_c(out, '\n');
  append_lines(out, group);
  append_runs(out, group);
}

/* --- many groups -------------------------------------------------------------------------------------------- */

static void append_line_each(GString *out, const ResultsMeans *means)
{
  static const char *const headings[] = {"point", "allocator", "runs", "completion: mean",
                                         "p95",   "Jain index"};
  g_autoptr(TextTable) table = text_table_new(G_N_ELEMENTS(headings), false);
  for (size_t i = 0; i < G_N_ELEMENTS(headings); i++)
    text_table_add(table, g_strdup(headings[i]));
  for (uint32_t i = 0; i < MIN(means->n, GROUPS_SHOWN); i++) {
    const ResultsMeansGroup *group = &means->groups[i];
    text_table_add(table, *group->settings == '\0' ? g_strdup("-") : printable(group->settings));
    text_table_add(table, g_strdup(group->allocator));
    text_table_add(table, format_count(group->runs));
    add_cell(table, group, "completion_time/mean", "run", format_seconds);
    add_cell(table, group, "completion_time/p95", "run", format_seconds);
    add_cell(table, group, "fairness/jain", "run", format_index);
  }
  g_string_append_c(out, '\n');
  text_table_print(table, "", out);
  if (means->n > GROUPS_SHOWN) {
    g_autofree char *more = format_count(means->n - GROUPS_SHOWN);
    g_string_append_printf(out, "... and %s more: see table metric_summary of the results\n", more);
  }
  g_string_append_c(out, '\n');
}

char *means_text(const ResultsMeans *means, const char *path)
{
  GString *out = g_string_new(NULL);
  if (means->n > GROUPS_IN_FULL)
    append_line_each(out, means);
  for (uint32_t i = 0; means->n <= GROUPS_IN_FULL && i < means->n; i++)
    append_group(out, &means->groups[i], means->n == 1);
  g_autofree char *shown = printable(path);
  append_label(out, "results");
  g_string_append_printf(out, "%s\n", shown);
  return g_string_free(out, FALSE);
}

static void warn_of_still(const ResultsMeans *means)
{
  for (uint32_t i = 0; i < means->n; i++)
    if (means->groups[i].still) {
      report_warning(
          "all replications replay the same input, so that they tell nothing of others, and there are no "
          "intervals; \"replicate\" in the [framework ...] of a trace makes each of them another "
          "realisation");
      return;
    }
}

ExitStatus means_show(const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ResultsReader) reader = results_reader_open(path, &error);
  g_autoptr(ResultsMeans) means = reader == NULL ? NULL : results_means_read(reader, &error);
  if (means == NULL)
    return report_error(error);
  g_autofree char *text = means_text(means, path);
  fputs(text, stdout);
  fflush(stdout);
  warn_of_still(means);
  return EXIT_WELL;
}
