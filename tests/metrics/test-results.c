/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results files: names, documentation and values of what is in them, and reading them back.
 * Not pinned: how the numbers come about (test-recorder.c), sizes and speed (tests/bench/bench-rows.c).
 */
#include "metrics/results.h"

#include <math.h>

#include "metrics/results-point.h"
#include "metrics/results-reader.h"
#include "metrics/results-schema.h"
#include "tests/metrics/results-fixture.h"

START_TEST(names_that_scripts_rely_on)
{
  g_autofree char *path = in_folder("a.db");
  ck_assert(write_file(path, 1, NULL, NULL));
  ck_sql(path,
         "SELECT run_id, title, allocator, seed, replication, status, digest, version, git_commit, "
         "length(workload), events, sim_end_ns, wall_s, max_rss_kib FROM run",
         "1|A test|drf|5|0|ok|000000000000beef|1.2|abc|28|99|20000000000|1.5|64");
  ck_sql(path, "SELECT framework_id, name, role, weight, group_name FROM framework",
         "0|load-1|load-1|1.0|load 1|load-2|load-2|2.0|load 2|probe|probe|3.0|probe");
  ck_sql(path,
         "SELECT job_id, framework_id, name, submit_ns / 1000000000, start_ns / 1000000000, "
         "finish_ns / 1000000000, tasks, state FROM job WHERE job_id IN (0, 4) ORDER BY job_id",
         "0|1|job-0|0|NULL|NULL|1|waiting 4|0|job-4|7|8|17|1|finished");
  ck_sql(path,
         "SELECT framework_id, job_id, stage, task_index, attempt, agent_id, start_ns, finish_ns, state, "
         "start_up_ns, locality FROM task_attempt WHERE job_id = 4",
         "0|4|0|0|0|0|8000000000|17000000000|finished|0|node");
  ck_sql(path,
         "SELECT t_ns / 1000000000, framework_id, dominant_share FROM share_sample WHERE framework_id = 0",
         "7|0|0.0 20|0|0.0");
  ck_sql(path, "SELECT t_ns / 1000000000, resource, allocated, offered, total FROM cluster_sample",
         "7|cpus|0.0|0.0|10.0 7|mem|0.0|0.0|100.0 20|cpus|0.0|0.0|10.0 20|mem|0.0|0.0|100.0");
  ck_sql(path, "SELECT value FROM metric WHERE name = 'master/tasks_finished' AND scope = 'run'", "4.0");
  ck_sql(path, "SELECT framework, path, sha256, bytes FROM trace", "load|traces/a.swf|00ff|77");
  ck_sql(path, "SELECT name, count, resources FROM agent_class", "agents|1|cpus:10;mem:100");
  ck_sql(path, "SELECT path, weight FROM role", "load-1|1.0 load-2|2.0 probe|3.0");
  ck_sql(path, "SELECT tasks_ended, jobs_waiting, offers_sent FROM run_sample", "3|1|3 4|1|4");
}
END_TEST

START_TEST(views)
{
  g_autofree char *path = in_folder("a.db");
  ck_assert(write_file(path, 1, NULL, NULL));
  ck_sql(path, "SELECT run_id, framework, seconds FROM ramp_up", "1|load-1|1.0 1|load-2|NULL 1|probe|NULL");
  ck_sql(path, "SELECT run_id, framework, job_id, seconds FROM completion_time",
         "1|load-1|1|1.0 1|load-1|2|2.0 1|load-1|3|3.0 1|load-1|4|10.0");
  /* 2 cpus of 10 for 1 + 1 + 2 + 9 of 20 s */
  ck_sql(path, "SELECT run_id, resource, round(mean, 9), offered FROM utilization",
         "1|cpus|0.13|0.0 1|mem|0.065|0.0");
  ck_sql(path, "SELECT run_id, framework, round(mean_dominant_share, 9), mean_fair_share FROM fairness",
         "1|load-1|0.13|0.0 1|load-2|0.0|0.2 1|probe|0.0|0.0");
  ck_sql(path, "SELECT run_id, framework, tasks, node, rack, off_rack FROM locality",
         "1|load-1|4.0|0.5|0.25|0.25");
  ck_sql(path,
         "SELECT job_id, node_local, rack_local, off_rack FROM job WHERE job_id IN (0, 1, 4) ORDER BY 1",
         "0|0|0|0 1|0|0|1 4|1|0|0");
  ck_sql(
      path, "SELECT scope, name, value FROM metric WHERE name LIKE 'locality/%' ORDER BY 1, 2",
      "framework load|locality/node|0.5 framework load|locality/rack|0.75 framework probe|locality/node|NULL "
      "framework probe|locality/rack|NULL run|locality/node|0.5 run|locality/rack|0.75");
}
END_TEST

/* Of each group and in all; a steady run leaves out the jobs of its warm-up. */
START_TEST(metrics_of_times)
{
  static const char *const select = "SELECT scope, group_concat(name || ' ' || coalesce(round(value, 6), "
                                    "'-'), ';') FROM (SELECT * FROM metric "
                                    "WHERE name LIKE 'completion_time/%' OR name LIKE 'ramp_up/%' OR name "
                                    "LIKE 'jobs/%' OR name LIKE 'tasks/%' "
                                    "ORDER BY name) GROUP BY scope";
  g_autofree char *path = in_folder("a.db");
  ck_assert(write_file(path, 1, NULL, NULL));
  ck_sql(path, select,
         "framework load|completion_time/count 4.0;completion_time/mean 4.0;completion_time/median 2.5;"
         "completion_time/p95 8.95;completion_time/p99 9.79;jobs/submitted 5.0;ramp_up/count "
         "1.0;ramp_up/mean 1.0;"
         "ramp_up/median 1.0;ramp_up/p95 1.0;ramp_up/p99 1.0;tasks/launched 4.0 "
         "framework probe|completion_time/count 0.0;completion_time/mean -;completion_time/median -;"
         "completion_time/p95 -;completion_time/p99 -;jobs/submitted 0.0;ramp_up/count 0.0;ramp_up/mean -;"
         "ramp_up/median -;ramp_up/p95 -;ramp_up/p99 -;tasks/launched 0.0 "
         "run|completion_time/count 4.0;completion_time/mean 4.0;completion_time/median 2.5;"
         "completion_time/p95 8.95;completion_time/p99 9.79;jobs/submitted 5.0;ramp_up/count "
         "1.0;ramp_up/mean 1.0;"
         "ramp_up/median 1.0;ramp_up/p95 1.0;ramp_up/p99 1.0;tasks/launched 4.0");
  ck_sql(path, "SELECT scope, round(value, 6) FROM metric WHERE name = 'utilization'",
         "resource cpus|0.13 resource mem|0.065");

  Setting setting;
  setting_init(&setting);
  setting.experiment.kind = RUN_STEADY;
  setting.experiment.warm_up.ns = 4 * NS_PER_S;
  ResultsProvenance from = provenance();
  Results *results = results_open(path, NULL);
  ResultsRun *run = results_begin_run(results, &from, &setting.experiment);
  drive(run);
  ck_assert(results_end_run(run, &ending, NULL, NULL));
  ck_assert(results_commit(results, NULL));
  ck_sql(path,
         "SELECT name, value FROM metric WHERE scope = 'framework load' AND name LIKE 'completion_time/%'",
         "completion_time/count|2.0 completion_time/mean|6.5 completion_time/median|6.5 "
         "completion_time/p95|9.65 "
         "completion_time/p99|9.93");
  ck_sql(path, "SELECT kind, warm_up_ns FROM run", "steady|4000000000");
  setting_clear(&setting);
}
END_TEST

START_TEST(where_a_run_comes_from)
{
  static const char *const settings[] = {"cluster.agents=3", "experiment.seed=9", "framework a b.jobs = 7",
                                         "cluster.agents=4", NULL};
  static char identity[] = "0123";
  g_autofree char *path = in_folder("a.db");
  Setting setting;
  setting_init(&setting);
  setting.experiment.identity = identity;
  setting.experiment.confidence = 0.9;
  ResultsProvenance from = provenance();
  from.settings = settings;
  from.allocator_sha256 = "beef";
  Results *results = results_open(path, NULL);
  ResultsRun *run = results_begin_run(results, &from, &setting.experiment);
  ck_assert(results_end_run(run, &ending, NULL, NULL));
  ck_assert(results_commit(results, NULL));
  ck_sql(path, "SELECT name, value FROM setting ORDER BY name", "cluster.agents|4 framework a b.jobs|7");
  g_autofree char *point = results_point(&setting.experiment, &from);
  g_autofree char *key = results_point_key(&setting.experiment, &from);
  g_autofree char *expected = g_strdup_printf("%s|%s|beef|terminating|0.9|NULL|0", point, key);
  ck_sql(path, "SELECT point, point_key, allocator_sha256, kind, confidence, place, recorded FROM run",
         expected);
  setting_clear(&setting);
}
END_TEST

/* All jobs come from traces, and no seed changes them. */
START_TEST(a_recorded_run_says_so)
{
  for (int i = 0; i < 3; i++) {
    ResultsTrace traces[2] = {{"load", "a.swf", "01", 1, NULL},
                              {"probe", "b.swf", "02", 1, i == 1 ? "jitter(1s)" : NULL}};
    g_autofree char *path = in_folder("a.db");
    Setting setting;
    setting_init(&setting);
    ResultsProvenance from = provenance();
    from.traces = traces;
    from.n_traces = i == 2 ? 1 : 2;
    Results *results = results_open(path, NULL);
    ResultsRun *run = results_begin_run(results, &from, &setting.experiment);
    ck_assert(results_end_run(run, &ending, NULL, NULL));
    ck_assert(results_commit(results, NULL));
    ck_sql(path, "SELECT recorded FROM run", i == 0 ? "1" : "0");
    if (i == 1)
      ck_sql(path, "SELECT framework, replicate FROM trace", "load|NULL probe|jitter(1s)");
    setting_clear(&setting);
  }
}
END_TEST

/* Each part of the provenance is part of the key, and only what is run is part of the point. */
START_TEST(keys_tell_runs_apart)
{
  enum { VARIANTS = 10 };
  static char one[] = "0123";
  static char other[] = "4567";
  char *keys[VARIANTS];
  char *points[VARIANTS];
  for (int i = 0; i < VARIANTS; i++) {
    Setting setting;
    setting_init(&setting);
    ResultsTrace changed = {"load", "traces/b.swf", i == 2 ? "00fe" : "00ff", 78, NULL};
    ResultsProvenance from = provenance();
    setting.experiment.identity = i == 1 ? other : one;
    from.traces = &changed;
    from.command = i == 0 ? "sim run" : "sim";
    from.allocator = i == 3 ? "priority" : "drf";
    from.allocator_sha256 = i == 4 ? "aa" : i == 5 ? "bb" : NULL;
    from.seed = i == 6 ? 6 : 5;
    from.replication = i == 7 ? 1 : 0;
    from.git_commit = i == 8 ? "abd" : "abc";
    from.record_tasks = i != 9;
    keys[i] = results_point_key(&setting.experiment, &from);
    points[i] = results_point(&setting.experiment, &from);
    ck_assert_uint_eq(strlen(keys[i]), 64);
    ck_assert_uint_eq(strlen(points[i]), 16);
    setting_clear(&setting);
  }
  for (int i = 0; i < VARIANTS; i++)
    for (int k = 0; k < i; k++) {
      ck_assert_str_ne(keys[i], keys[k]);
      ck_assert_int_eq(strcmp(points[i], points[k]) == 0, (i > 2 || i == 0) && (k > 2 || k == 0));
    }
  for (int i = 0; i < VARIANTS; i++) {
    g_free(keys[i]);
    g_free(points[i]);
  }
}
END_TEST

/* What operators did, what roles had of their quotas, what frameworks thought of their offers, Mesos's counters. */
START_TEST(operators_quotas_and_offers)
{
  g_autofree char *path = in_folder("a.db");
  Setting setting;
  setting_init(&setting);
  static char first[] = "first", second[] = "second", weight[] = "weight load-1 2", gone[] = "gone agents";
  OperatorSpec calls[] = {{.name = first, .text = weight}, {.name = second, .text = gone}};
  setting.experiment.operators = calls;
  setting.experiment.n_operators = 2;
  Results *results = results_open(path, NULL);
  ResultsProvenance from = provenance();
  ResultsRun *run = results_begin_run(results, &from, &setting.experiment);
  const MasterObserver *master = results_run_master_observer(run);
  const JobObserver *jobs = results_run_job_observer(run);
  framework(master, jobs, 0, "load-1", 0);
  framework(master, jobs, 1, "load-2", 0);
  RoleAttributes none = {.weight = 1, .limit = {{-1, -1, -1, -1, -1, -1}}};
  RoleAttributes quota = {.weight = 1, .guarantee = {{4000}}, .limit = {{8000, -1, 0, -1, -1, -1}}};
  master->role_updated(master->self, at(1), "load-1", &quota);
  master->role_updated(master->self, at(1), "load-2", &none);
  jobs->operator_called(jobs->self, at(2), 0, 1, 0, NULL);
  jobs->operator_called(jobs->self, at(3), 1, 3, 2, "agent 7: is not there");
  const OfferSummary judged = {.usable = 3,
                               .unusable = 1,
                               .unwanted = 2,
                               .first_wait = {2 * NS_PER_S},
                               .deciding = {NS_PER_S},
                               .longest_wait = {5 * NS_PER_S}};
  jobs->offers_judged(jobs->self, (FrameworkId){0}, &judged);
  const Quantities consumed = {{1500}}, offered = {{500, 9000}};
  results_run_quota(run, at(4), "load-1", &quota.guarantee, &quota.limit, &consumed, &offered);
  results_run_counter(run, "master/elected", 1);
  const ResultsEnd end = {.status = RESULTS_OK, .end = at(20)};
  g_auto(ResultsSummary) summary = {0};
  ck_assert(results_end_run(run, &end, &summary, NULL));
  ck_assert(results_commit(results, NULL));
  setting_clear(&setting);

  ck_sql(path, "SELECT number, name, t_ns / 1000000000, call, done, refused, message FROM operator_call",
         "0|first|2|weight load-1 2|1|0|NULL 1|second|3|gone agents|3|2|agent 7: is not there");
  ck_sql(path,
         "SELECT t_ns / 1000000000, role, resource, guarantee, limit_amount, consumed, offered FROM "
         "quota_sample",
         "4|load-1|cpus|4.0|8.0|1.5|0.5 4|load-1|disk|0.0|0.0|0.0|0.0");
  ck_sql(path, "SELECT path, guarantee, limit_amount FROM role", "load-1|cpus:4|cpus:8;disk:0 load-2||");
  ck_sql(path, "SELECT framework, unusable, first_wait, longest_wait FROM offers",
         "load-1|0.25|2.0|5.0 load-2|NULL|NULL|0.0");
  ck_sql(path, "SELECT name, value FROM counter", "master/elected|1.0");
  ck_sql(path,
         "SELECT name, value FROM metric WHERE name LIKE 'offer%' AND scope = 'framework load' ORDER BY name",
         "offer_wait/first_mean|2.0 offer_wait/longest|5.0 offer_wait/served|1.0 offers/unusable|0.25");
  ck_assert_uint_eq(summary.operator_calls, 2);
  ck_assert_uint_eq(summary.operator_refused, 1);
  ck_assert_str_eq(summary.refused_call, "[operator second] gone agents");
  ck_assert_str_eq(summary.refused_message, "agent 7: is not there");
  ck_assert_double_eq(summary.offers_unusable, .25);
}
END_TEST

START_TEST(every_column_is_explained)
{
  g_autofree char *path = in_folder("a.db");
  ck_assert(write_file(path, 1, NULL, NULL));
  ck_sql(path,
         "SELECT s.name, c.name FROM sqlite_schema s JOIN pragma_table_xinfo(s.name) c "
         "WHERE s.type IN ('table', 'view') AND NOT EXISTS (SELECT 1 FROM column_doc d WHERE d.table_name = "
         "s.name "
         "AND d.column_name = c.name AND length(d.text) > 3)",
         "");
  ck_sql(path,
         "SELECT table_name, column_name FROM column_doc d WHERE NOT EXISTS "
         "(SELECT 1 FROM pragma_table_xinfo(d.table_name) c WHERE c.name = d.column_name)",
         "");
  ck_sql(
      path,
      "SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND NOT strict",
      "");
  ck_sql(path,
         "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%run_id%' ORDER BY name",
         "column_doc metric_doc");
  ck_sql(path, "SELECT DISTINCT name FROM metric EXCEPT SELECT name FROM metric_doc", "");
  ck_sql(path, "SELECT name FROM metric_doc EXCEPT SELECT DISTINCT name FROM metric",
         "decisions/busyness fairness/finish_time");
  ck_sql(path, "PRAGMA application_id", "1332110925");
  ck_sql(path, "PRAGMA user_version", "6");
  ck_sql(path, "PRAGMA integrity_check", "ok");
}
END_TEST

START_TEST(attempt_states)
{
  for (int code = 0; results_attempt_states[code] != NULL; code++) {
    g_autofree char *upper = g_ascii_strup(results_attempt_states[code], -1);
    g_autofree char *full = g_strdup_printf("TASK_%s", upper);
    ck_assert_int_eq(results_attempt_state_code(full), code);
    ck_assert_int_eq(results_attempt_state_code(results_attempt_states[code]), code);
    g_autofree char *quoted = g_strdup_printf("WHEN %d THEN '%s'", code, results_attempt_states[code]);
    const ResultsColumn *column = results_table(TABLE_TASK_ATTEMPT)->columns;
    while (column->kind != COLUMN_COMPUTED)
      column++;
    ck_assert_ptr_nonnull(strstr(column->sql, quoted));
  }
}
END_TEST

static void check_summary(const ResultsSummary *summary, const char *path)
{
  ck_assert_str_eq(summary->path, path);
  ck_assert_str_eq(summary->title, "A test");
  ck_assert_str_eq(summary->digest, "000000000000beef");
  ck_assert_int_eq(summary->status, RESULTS_OK);
  ck_assert_int_eq(summary->end.ns, at(20).ns);
  ck_assert_uint_eq(summary->agents, 1);
  ck_assert_uint_eq(summary->frameworks, 3);
  ck_assert_uint_eq(summary->events, 99);
  ck_assert_uint_eq(summary->tasks, 4);
  ck_assert_uint_eq(summary->jobs, 5);
  ck_assert_uint_eq(summary->n_groups, 2);
  const ResultsGroup *load = &summary->groups[0];
  ck_assert_str_eq(load->name, "load");
  ck_assert_uint_eq(load->frameworks, 2);
  ck_assert_uint_eq(load->jobs, 5);
  ck_assert_uint_eq(load->jobs_finished, 4);
  ck_assert_uint_eq(load->jobs_unfinished, 1);
  ck_assert_uint_eq(load->ramp_ups, 1);
  ck_assert_double_eq_tol(load->ramp_up_s, 1, 1e-9);
  ck_assert_double_eq_tol(load->completion_mean_s, 4, 1e-9);
  ck_assert_double_eq_tol(load->completion_median_s, 2.5, 1e-9);
  ck_assert_double_eq_tol(load->completion_p95_s, 3 + .85 * 7, 1e-9);
  ck_assert_double_eq_tol(load->mean_share, .065, 1e-9);
  const ResultsGroup *probe = &summary->groups[1];
  ck_assert_uint_eq(probe->jobs, 0);
  ck_assert(isnan(probe->ramp_up_s));
  ck_assert(isnan(probe->completion_mean_s));
  ck_assert(isnan(probe->completion_p95_s));
  ck_assert_uint_eq(summary->n_resources, 2);
  ck_assert_str_eq(summary->resources[0].name, "cpus");
  ck_assert_double_eq_tol(summary->resources[0].utilization, .13, 1e-9);
  ck_assert_double_eq_tol(summary->resources[1].total, 100, 1e-9);
  /* load-2 wants 2 of 10 cpus in both samples and has nothing: gap .2; no ratio but 0 */
  ck_assert_double_eq_tol(summary->largest_gap, .2, 1e-9);
  ck_assert(isnan(summary->jain));
}

START_TEST(summary_now_and_later)
{
  g_autofree char *path = in_folder("a.db");
  g_auto(ResultsSummary) summary = {0};
  g_autoptr(GError) error = NULL;
  ck_assert(write_file(path, 2, &summary, &error));
  check_summary(&summary, path);

  g_autoptr(ResultsReader) reader = results_reader_open(path, &error);
  ck_assert_ptr_nonnull(reader);
  ck_assert_uint_eq(results_reader_runs(reader), 2);
  for (uint32_t index = 0; index < 2; index++) {
    g_auto(ResultsSummary) again = {0};
    ck_assert(results_reader_summary(reader, index, &again, &error));
    ck_assert_uint_eq(again.run_id, index + 1);
    check_summary(&again, path);
    g_autofree char *workload = results_reader_workload(reader, index, &error);
    ck_assert_str_eq(workload, "[experiment]\ntitle = A test\n");
  }
}
END_TEST

START_TEST(reader_refuses_other_files)
{
  const char *const contents[] = {
      "", "not a database at all, but long enough to be looked at, surely, as a header. "
          "SQLite reads one hundred bytes."};
  for (int i = 0; i < 2; i++) {
    g_autofree char *path = in_folder("other.db");
    g_autoptr(GError) error = NULL;
    ck_assert(g_file_set_contents(path, contents[i], -1, NULL));
    ck_assert_ptr_null(results_reader_open(path, &error));
    ck_assert(g_error_matches(error, RESULTS_ERROR, RESULTS_ERROR_FORMAT));
    ck_assert(g_str_has_prefix(error->message, path));
  }
  g_autofree char *missing = in_folder("missing.db");
  g_autoptr(GError) error = NULL;
  ck_assert_ptr_null(results_reader_open(missing, &error));
  ck_assert(g_error_matches(error, RESULTS_ERROR, RESULTS_ERROR_OPEN));
  g_clear_error(&error);
  ck_assert_ptr_null(results_reader_open(folder, &error));
  ck_assert(g_error_matches(error, RESULTS_ERROR, RESULTS_ERROR_OPEN));
}
END_TEST

/* --- several runs ----------------------------------------------------------------------------------------
 */

typedef struct {
  Results *results;
  Setting setting;
} Replication;

static gpointer replicate(gpointer data)
{
  Replication *replication = data;
  ResultsProvenance from = provenance();
  ResultsRun *run = results_begin_run(replication->results, &from, &replication->setting.experiment);
  const JobObserver *jobs = results_run_job_observer(run);
  drive(run);
  for (uint32_t row = 0; row < 20000; row++)
    jobs->task_attempt(jobs->self, (FrameworkId){0}, (JobId){row}, 0, 0, 0, (AgentId){0}, at(1), at(1), at(2),
                       LOCALITY_NONE, "TASK_KILLED");
  ResultsSummary summary = {0};
  bool done = results_end_run(run, &ending, &summary, NULL);
  done = done && summary.n_groups == 2 && fabs(summary.groups[0].completion_mean_s - 4) < 1e-9;
  results_summary_clear(&summary);
  return GINT_TO_POINTER(done);
}

START_TEST(replications_side_by_side)
{
  enum { N = 4 };
  g_autofree char *path = in_folder("a.db");
  Results *results = results_open(path, NULL);
  Replication replications[N];
  GThread *threads[N];
  for (int i = 0; i < N; i++) {
    replications[i].results = results;
    setting_init(&replications[i].setting);
    threads[i] = g_thread_new("replication", replicate, &replications[i]);
  }
  for (int i = 0; i < N; i++)
    ck_assert(GPOINTER_TO_INT(g_thread_join(threads[i])));
  ck_assert(results_commit(results, NULL));
  ck_sql(
      path,
      "SELECT run_id, (SELECT count(*) FROM task_attempt t WHERE t.run_id = run.run_id) FROM run ORDER BY 1",
      "1|20004 2|20004 3|20004 4|20004");
  ck_sql(path, "SELECT count(*) FROM completion_time", "16");
  for (int i = 0; i < N; i++)
    setting_clear(&replications[i].setting);
}
END_TEST

/* More rows than all batches together. */
START_TEST(many_rows)
{
  g_autofree char *path = in_folder("a.db");
  Setting setting;
  setting_init(&setting);
  ResultsProvenance from = provenance();
  Results *results = results_open(path, NULL);
  ResultsRun *run = results_begin_run(results, &from, &setting.experiment);
  const JobObserver *jobs = results_run_job_observer(run);
  const int n = 50000;
  for (int row = 0; row < n; row++) {
    char name[16];
    g_snprintf(name, sizeof name, "n%d", row);
    jobs->job_submitted(jobs->self, at(row), (FrameworkId){0}, (JobId){(uint32_t)row}, name, (uint64_t)row,
                        1);
    jobs->job_state(jobs->self, at(row + 1), (FrameworkId){0}, (JobId){(uint32_t)row}, JOB_FINISHED, NULL);
  }
  ResultsEnd end = ending;
  end.end = at(n + 1);
  ck_assert(results_end_run(run, &end, NULL, NULL));
  ck_assert(results_commit(results, NULL));
  ck_sql(path, "SELECT count(*), sum(job_id), count(DISTINCT name), sum(name = 'n' || job_id) FROM job",
         "50000|1249975000|50000|50000");
  setting_clear(&setting);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("results");
  in_a_folder(suite, names_that_scripts_rely_on);
  in_a_folder(suite, views);
  in_a_folder(suite, metrics_of_times);
  in_a_folder(suite, where_a_run_comes_from);
  in_a_folder(suite, a_recorded_run_says_so);
  in_a_folder(suite, keys_tell_runs_apart);
  in_a_folder(suite, operators_quotas_and_offers);
  in_a_folder(suite, every_column_is_explained);
  in_a_folder(suite, attempt_states);
  in_a_folder(suite, summary_now_and_later);
  in_a_folder(suite, reader_refuses_other_files);
  in_a_folder(suite, replications_side_by_side);
  in_a_folder(suite, many_rows);
  return suite;
}
