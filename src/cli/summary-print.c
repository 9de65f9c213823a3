/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/summary-print.h"

#include <math.h>
#include <string.h>

#include "base/resources-text.h"
#include "cli/report.h"
#include "cli/table.h"
#include "report/format.h"

#define LABEL_WIDTH 14 /* of the lines below the table */
#define COLUMNS     8

/* --- the head ------------------------------------------------------------------------------------------- */

static char *describe_run(const char *title, const char *cluster, uint32_t frameworks, const char *allocator,
                          uint64_t seed, uint32_t replication)
{
  g_autofree char *shown = printable(title);
  g_autofree char *members = format_counted(frameworks, "framework");
  g_autofree char *which = replication == 0 ? g_strdup("") : g_strdup_printf(", replication %u", replication);
  return g_strdup_printf("%s\n%s; %s; allocator %s; seed %" G_GUINT64_FORMAT "%s\n", shown, cluster, members,
                         allocator, seed, which);
}

static char *describe_cluster(const Experiment *experiment)
{
  const Cluster *cluster = &experiment->cluster;
  g_autofree char *agents = format_counted(cluster->agents, "agent");
  if (cluster->n_classes != 1)
    return g_strdup_printf("%s of %u classes", agents, cluster->n_classes);
  g_autofree char *resources = resources_print(experiment->kinds, &cluster->classes[0].resources);
  return g_strdup_printf("%s, %s each", agents, resources);
}

char *summary_head_of_plan(const Experiment *experiment, const Sources *sources, const char *allocator,
                           uint64_t seed, uint32_t replication)
{
  g_autofree char *cluster = describe_cluster(experiment);
  return describe_run(experiment->title, cluster, sources->n_members, allocator, seed, replication);
}

char *summary_head(const ResultsSummary *summary)
{
  g_autofree char *agents = format_counted(summary->agents, "agent");
  return describe_run(summary->title, agents, summary->frameworks, summary->allocator,
                      (uint64_t)summary->seed, summary->replication);
}

/* --- the table of frameworks ---------------------------------------------------------------------------- */

static void append_heading(TextTable *table)
{
  static const char *const names[COLUMNS] = {"framework",        "jobs",   "tasks", "ramp-up",
                                             "completion: mean", "median", "p95",   "mean share"};
  for (size_t i = 0; i < COLUMNS; i++)
    text_table_add(table, g_strdup(names[i]));
}

/* Means of what only some frameworks or jobs have reached say so. */
static char *jobs_cell(const ResultsGroup *group)
{
  g_autofree char *jobs = format_count(group->jobs);
  if (group->jobs_finished == group->jobs)
    return g_steal_pointer(&jobs);
  g_autofree char *finished = format_count(group->jobs_finished);
  return g_strdup_printf("%s of %s", finished, jobs);
}

static char *ramp_up_cell(const ResultsGroup *group)
{
  g_autofree char *seconds = format_seconds(group->ramp_up_s);
  if (group->ramp_ups == group->frameworks || group->ramp_ups == 0)
    return g_steal_pointer(&seconds);
  return g_strdup_printf("%s (%u)", seconds, group->ramp_ups);
}

static void append_group(TextTable *table, const ResultsGroup *group)
{
  g_autofree char *name = printable(group->name);
  g_autofree char *many = format_count(group->frameworks);
  text_table_add(table, group->frameworks == 1 ? g_strdup(name) : g_strdup_printf("%s (%s)", name, many));
  text_table_add(table, jobs_cell(group));
  text_table_add(table, format_count(group->tasks));
  text_table_add(table, ramp_up_cell(group));
  text_table_add(table, format_seconds(group->completion_mean_s));
  text_table_add(table, format_seconds(group->completion_median_s));
  text_table_add(table, format_seconds(group->completion_p95_s));
  text_table_add(table, format_percent(group->mean_share));
}

/* --- the lines below ------------------------------------------------------------------------------------ */

static void append_label(GString *out, const char *label)
{
  g_string_append_printf(out, "%-*s", LABEL_WIDTH, label);
}

static void append_utilization(GString *out, const ResultsSummary *summary)
{
  append_label(out, "utilization");
  for (uint32_t i = 0; i < summary->n_resources; i++) {
    g_autofree char *share = format_percent(summary->resources[i].utilization);
    g_string_append_printf(out, "%s%s %s", i == 0 ? "" : "   ", summary->resources[i].name, share);
  }
  g_string_append_c(out, '\n');
}

static void append_offers(GString *out, const ResultsSummary *summary)
{
  g_autofree char *sent = format_count(summary->offers_sent);
  double all = (double)summary->offers_sent;
  append_label(out, "offers");
  g_string_append_printf(out, "%s sent", sent);
  const struct {
    const char *what;
    uint64_t offers;
  } ends[] = {{"used", summary->offers_used},
              {"declined", summary->offers_declined},
              {"rescinded", summary->offers_rescinded}};
  for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
    if (ends[i].offers > 0) {
      g_autofree char *share = format_percent((double)ends[i].offers / all);
      g_string_append_printf(out, "   %s %s", ends[i].what, share);
    }
  if (summary->offers_unusable > 0) {
    g_autofree char *share = format_percent(summary->offers_unusable);
    g_string_append_printf(out, "   no room for a waiting task %s", share);
  }
  g_string_append_c(out, '\n');
}

static void append_operator(GString *out, const ResultsSummary *summary)
{
  if (summary->operator_calls == 0)
    return;
  append_label(out, "operator");
  g_string_append_printf(out, "%u call%s", summary->operator_calls, summary->operator_calls == 1 ? "" : "s");
  if (summary->operator_refused > 0) {
    g_autofree char *call = printable(summary->refused_call);
    g_autofree char *message = printable(summary->refused_message);
    g_string_append_printf(out, ", %u refused, first %s: %s", summary->operator_refused, call, message);
  }
  g_string_append_c(out, '\n');
}

static void append_fairness(GString *out, const ResultsSummary *summary)
{
  g_autofree char *gap = format_percent(summary->largest_gap);
  append_label(out, "fairness");
  if (isnan(summary->jain))
    g_string_append(out, "Jain index -");
  else
    g_string_append_printf(out, "Jain index %.3f", summary->jain);
  g_string_append_printf(out, "   largest gap to the fair share %s\n", gap);
}

static void append_jobs(GString *out, const ResultsSummary *summary)
{
  uint64_t finished = 0, unfinished = 0, lost = 0;
  for (uint32_t i = 0; i < summary->n_groups; i++) {
    finished += summary->groups[i].jobs_finished;
    unfinished += summary->groups[i].jobs_unfinished;
    lost += summary->groups[i].jobs_lost;
  }
  g_autofree char *done = format_count(finished);
  append_label(out, "jobs");
  g_string_append_printf(out, "%s finished", done);
  if (unfinished > 0) {
    g_autofree char *open = format_count(unfinished);
    g_string_append_printf(out, ", %s waiting or running at the end", open);
  }
  if (lost > 0) {
    g_autofree char *gone = format_count(lost);
    g_string_append_printf(out, ", %s failed, killed or unschedulable", gone);
  }
  g_string_append_c(out, '\n');
}

static void append_run(GString *out, const ResultsSummary *summary)
{
  g_autofree char *tasks = format_about((double)summary->tasks);
  g_autofree char *events = format_about((double)summary->events);
  g_autofree char *rate =
      format_about(summary->wall_s > 0 ? (double)summary->events / summary->wall_s : (double)NAN);
  g_autofree char *wall = format_seconds(summary->wall_s);
  g_autofree char *memory = format_kib(summary->max_rss_kib);
  g_autofree char *end = format_clock((Duration){summary->end.ns});
  append_label(out, "run");
  g_string_append_printf(out, "%s simulated: %s %s, %s %s in %s (%s events/s), %s, digest %s\n", end, tasks,
                         summary->tasks == 1 ? "task" : "tasks", events,
                         summary->events == 1 ? "event" : "events", wall, rate, memory, summary->digest);
}

static void append_status(GString *out, const ResultsSummary *summary)
{
  if (summary->status == RESULTS_OK)
    return;
  append_label(out, "status");
  g_string_append(out, results_status_name(summary->status));
  if (summary->reason != NULL) {
    g_autofree char *reason = printable(summary->reason);
    g_string_append_printf(out, ": %s", reason);
  }
  g_string_append_c(out, '\n');
}

char *summary_body(const ResultsSummary *summary)
{
  g_autoptr(TextTable) table = text_table_new(COLUMNS, false);
  append_heading(table);
  for (uint32_t i = 0; i < summary->n_groups; i++)
    append_group(table, &summary->groups[i]);

  GString *out = g_string_new("\n");
  text_table_print(table, "", out);
  g_string_append_c(out, '\n');
  append_jobs(out, summary);
  append_utilization(out, summary);
  append_offers(out, summary);
  append_operator(out, summary);
  append_fairness(out, summary);
  append_run(out, summary);
  append_status(out, summary);
  g_autofree char *path = printable(summary->path);
  append_label(out, "results");
  g_string_append_printf(out, "%s\n", path);
  return g_string_free(out, FALSE);
}
