/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "metrics/results-private.h"

/* How long it took, by group of the workload and in all: completion of jobs, ramp-up of frameworks. Rows are read back
 * in the order of their lengths, which is that of any group, too: one pass gives all quantiles, and they are exact. */

/* A sorted sequence that is seen once and whose length is known. */
typedef struct {
  uint64_t n;
  uint64_t seen;
  WideInteger sum;
  double median; /* ns */
  double p95;
  double p99;
} Sequence;

/* Of one thing that takes time; the last one is that of all groups. */
typedef struct {
  Sequence *groups;
  uint32_t n_groups;
} Times;

/* The part that the next value has in the quantile @p: two neighbours share it. */
static double weight_in(const Sequence *sequence, double p)
{
  double distance = fabs(p * (double)(sequence->n - 1) - (double)sequence->seen);
  return distance < 1 ? 1 - distance : 0;
}

static void sequence_add(Sequence *sequence, int64_t ns)
{
  sequence->median += weight_in(sequence, 0.5) * (double)ns;
  sequence->p95 += weight_in(sequence, 0.95) * (double)ns;
  sequence->p99 += weight_in(sequence, 0.99) * (double)ns;
  sequence->sum += ns;
  sequence->seen++;
}

/* --- reading --------------------------------------------------------------------------------------------- */

static const char completions_where[] =
    "FROM job JOIN framework USING (run_id, framework_id) "
    "WHERE job.run_id = ?1 AND job.rowid > ?2 AND job.state_code = 2 AND job.submit_ns >= ?3";
static const char ramp_ups_where[] =
    "FROM framework WHERE run_id = ?1 AND start_ns IS NOT NULL AND ramp_up_ns IS NOT NULL";

/* Rows are (group, number): the number is how many, or, in ascending order, a time. */
static bool read_rows(ResultsRun *run, const char *head, const char *where, const char *tail, bool times,
                      Times *out, GError **error)
{
  sqlite3 *db = run->results->db;
  const Experiment *experiment = run->experiment;
  g_autofree char *sql = g_strconcat(head, where, tail, NULL);
  sqlite3_stmt *query = results_query(db, sql, run->run_id, error);
  if (query == NULL)
    return false;
  if (sqlite3_bind_parameter_count(query) > 1) {
    sqlite3_bind_int64(query, 2, run->jobs_before);
    sqlite3_bind_int64(query, 3, experiment->kind == RUN_STEADY ? experiment->warm_up.ns : INT64_MIN);
  }
  Sequence *all = &out->groups[out->n_groups];
  while (sqlite3_step(query) == SQLITE_ROW) {
    int64_t group = sqlite3_column_int64(query, 0);
    int64_t number = sqlite3_column_int64(query, 1);
    if (group >= out->n_groups)
      continue;
    if (times) {
      sequence_add(&out->groups[group], number);
      sequence_add(all, number);
    } else {
      out->groups[group].n += (uint64_t)number;
      all->n += (uint64_t)number;
    }
  }
  return results_query_end(db, query, error);
}

/* All jobs that have finished: known without reading them. */
static void count_finished(const ResultsRun *run, Times *out)
{
  for (uint32_t i = 0; i < recorder_framework_count(run->recorder); i++) {
    const RecordedFramework *framework = recorder_framework(run->recorder, i);
    if (!framework->started || framework->group >= out->n_groups)
      continue;
    out->groups[framework->group].n += framework->jobs[JOB_FINISHED];
    out->groups[out->n_groups].n += framework->jobs[JOB_FINISHED];
  }
}

static bool read_completions(ResultsRun *run, Times *out, GError **error)
{
  if (run->experiment->kind != RUN_STEADY) {
    count_finished(run, out);
    if (out->groups[out->n_groups].n == 0)
      return true;
    return read_rows(run, "SELECT framework.group_id, job.finish_ns - job.submit_ns ", completions_where,
                     " ORDER BY 2", true, out, error);
  }
  return read_rows(run, "SELECT framework.group_id, count(*) ", completions_where, " GROUP BY 1", false, out,
                   error) &&
         read_rows(run, "SELECT framework.group_id, job.finish_ns - job.submit_ns ", completions_where,
                   " ORDER BY 2", true, out, error);
}

static bool read_ramp_ups(ResultsRun *run, Times *out, GError **error)
{
  return read_rows(run, "SELECT group_id, count(*) ", ramp_ups_where, " GROUP BY 1", false, out, error) &&
         read_rows(run, "SELECT group_id, ramp_up_ns ", ramp_ups_where, " ORDER BY 2", true, out, error);
}

/* --- writing --------------------------------------------------------------------------------------------- */

typedef struct {
  const char *count, *mean, *median, *p95, *p99;
} TimesNames;

static const TimesNames completion_names = {"completion_time/count", "completion_time/mean",
                                            "completion_time/median", "completion_time/p95",
                                            "completion_time/p99"};
static const TimesNames ramp_up_names = {"ramp_up/count", "ramp_up/mean", "ramp_up/median", "ramp_up/p95",
                                         "ramp_up/p99"};

static void add_sequence(ResultsRun *run, const TimesNames *names, const char *scope,
                         const Sequence *sequence)
{
  double n = (double)sequence->n;
  results_add_metric(run, names->count, scope, n);
  results_add_metric(run, names->mean, scope, n > 0 ? (double)sequence->sum / n / 1e9 : (double)NAN);
  results_add_metric(run, names->median, scope, n > 0 ? sequence->median / 1e9 : (double)NAN);
  results_add_metric(run, names->p95, scope, n > 0 ? sequence->p95 / 1e9 : (double)NAN);
  results_add_metric(run, names->p99, scope, n > 0 ? sequence->p99 / 1e9 : (double)NAN);
}

static void add_times(ResultsRun *run, const TimesNames *names, const bool *started, const Times *times)
{
  for (uint32_t group = 0; group < times->n_groups; group++) {
    g_autofree char *scope = g_strdup_printf("framework %s", run->experiment->frameworks[group].name);
    if (started[group])
      add_sequence(run, names, scope, &times->groups[group]);
  }
  add_sequence(run, names, "run", &times->groups[times->n_groups]);
}

static bool any_located(const ResultsRun *run)
{
  for (uint32_t i = 0; i < recorder_framework_count(run->recorder); i++)
    for (TaskLocality locality = LOCALITY_NODE; locality <= LOCALITY_ANY; locality++)
      if (recorder_framework(run->recorder, i)->located[locality] > 0)
        return true;
  return false;
}

/* What the table of frameworks adds up to. */
static bool add_sums(ResultsRun *run, GError **error)
{
  static const struct {
    const char *name;
    const char *value;
    bool overall;
    enum { ALWAYS, WITH_AGENTS, WITH_LOCALITY } when;
  } metrics[] = {
      {"fairness/sharing_incentive", "min(sharing_incentive)", true, WITH_AGENTS},
      {"fairness/envy", "max(envy)", true, WITH_AGENTS},
      {"mean_share", "avg(mean_dominant_share)", false, ALWAYS},
      {"fairness/deficit", "sum(deficit)", true, ALWAYS},
      {"starvation/longest", "max(starvation_ns) / 1e9", true, ALWAYS},
      {"starvation/open", "CAST (sum(starvation_open) AS REAL)", true, ALWAYS},
      {"work/rate", "sum(sampled_work) * 1e9 / nullif(max(sampled_demand_ns), 0)", true, ALWAYS},
      {"jobs/submitted", "CAST (sum(jobs_submitted) AS REAL)", true, ALWAYS},
      {"tasks/launched", "CAST (sum(tasks_launched) AS REAL)", true, ALWAYS},
      {"offers/unusable",
       "CAST (sum(offers_unusable) AS REAL) / nullif(sum(offers_usable + offers_unusable), 0)", false,
       ALWAYS},
      {"offer_wait/served", "CAST (count(first_offer_wait_ns) AS REAL)", false, ALWAYS},
      {"offer_wait/first_mean", "avg(first_offer_wait_ns) / 1e9", false, ALWAYS},
      {"offer_wait/longest", "max(longest_offer_wait_ns) / 1e9", false, ALWAYS},
      {"locality/node", "CAST (sum(node_local) AS REAL) / nullif(sum(node_local + rack_local + off_rack), 0)",
       true, WITH_LOCALITY},
      {"locality/rack",
       "CAST (sum(node_local + rack_local) AS REAL) / nullif(sum(node_local + rack_local + off_rack), 0)",
       true, WITH_LOCALITY},
  };
  bool located = any_located(run);
  for (size_t i = 0; i < G_N_ELEMENTS(metrics); i++) {
    if ((metrics[i].when == WITH_AGENTS && run->experiment->fairness != FAIRNESS_AGENTS) ||
        (metrics[i].when == WITH_LOCALITY && !located))
      continue;
    g_autofree char *groups = g_strdup_printf(
        "INSERT INTO metric SELECT run_id, '%s', 'framework ' || group_name, %s FROM framework "
        "WHERE run_id = %u AND start_ns IS NOT NULL GROUP BY group_id",
        metrics[i].name, metrics[i].value, run->run_id);
    g_autofree char *all = g_strdup_printf(
        "INSERT INTO metric SELECT %u, '%s', 'run', coalesce(%s, %s) FROM framework WHERE run_id = %u",
        run->run_id, metrics[i].name, metrics[i].value, metrics[i].when == WITH_AGENTS ? "NULL" : "0.0",
        run->run_id);
    if (!results_exec(run->results->db, groups, error) ||
        (metrics[i].overall && !results_exec(run->results->db, all, error)))
      return false;
  }
  return true;
}

bool results_run_times(ResultsRun *run, GError **error)
{
  uint32_t n_groups = run->experiment->n_frameworks;
  g_autofree bool *started = g_new0(bool, MAX(n_groups, 1));
  g_autofree Sequence *completions = g_new0(Sequence, n_groups + 1);
  g_autofree Sequence *ramp_ups = g_new0(Sequence, n_groups + 1);
  Times completion_times = {completions, n_groups};
  Times ramp_up_times = {ramp_ups, n_groups};
  for (uint32_t i = 0; i < recorder_framework_count(run->recorder); i++) {
    const RecordedFramework *framework = recorder_framework(run->recorder, i);
    if (framework->started && framework->group < n_groups)
      started[framework->group] = true;
  }
  if (!read_completions(run, &completion_times, error) || !read_ramp_ups(run, &ramp_up_times, error))
    return false;
  add_times(run, &completion_names, started, &completion_times);
  add_times(run, &ramp_up_names, started, &ramp_up_times);
  return add_sums(run, error);
}
