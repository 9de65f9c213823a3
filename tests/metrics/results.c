/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results files: names, documentation and values of what is in them; that only whole files get their name.
 * Not pinned: the numbers themselves (tests/metrics/recorder.c), sizes and speed (tests/bench/bench-rows.c).
 */
#include "metrics/results.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "metrics/results-reader.h"
#include "metrics/results-schema.h"
#include "tests/support/test-main.h"

static char *folder; /* of the test that runs */

static void make_folder(void)
{
  folder = g_dir_make_tmp("offersim-results-XXXXXX", NULL);
  ck_assert_ptr_nonnull(folder);
}

static void remove_folder(void)
{
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_unlink(path);
  }
  g_clear_pointer(&dir, g_dir_close);
  g_rmdir(folder);
  g_clear_pointer(&folder, g_free);
}

static char *in_folder(const char *name)
{
  return g_build_filename(folder, name, NULL);
}

/* How many files are in the folder, partial ones too. */
static int files(void)
{
  int n = 0;
  GDir *dir = g_dir_open(folder, 0, NULL);
  while (g_dir_read_name(dir) != NULL)
    n++;
  g_dir_close(dir);
  return n;
}

/* --- a run -----------------------------------------------------------------------------------------------
 */

static Instant at(int64_t seconds)
{
  return (Instant){seconds * NS_PER_S};
}

typedef struct {
  Experiment experiment;
  FrameworkSpec groups[2];
  AgentClass class;
} Setting;

static void setting_init(Setting *setting)
{
  memset(setting, 0, sizeof *setting);
  static char load[] = "load";
  static char probe[] = "probe";
  static char name[] = "agents";
  static char title[] = "A test";
  static char effective[] = "[experiment]\ntitle = A test\n";
  setting->groups[0] = (FrameworkSpec){.name = load, .count = 2};
  setting->groups[1] = (FrameworkSpec){.name = probe, .count = 1};
  setting->class.name = name;
  setting->class.count = 1;
  setting->class.speed = 1;
  setting->class.resources = resources_of(&(Quantities){{10000, 100000}});
  setting->experiment = (Experiment){
      .title = title,
      .effective = effective,
      .kinds = resource_kinds_new(),
      .cluster = {.classes = &setting->class, .n_classes = 1, .agents = 1},
      .frameworks = setting->groups,
      .n_frameworks = 2,
  };
}

static void setting_clear(Setting *setting)
{
  resource_kinds_free(setting->experiment.kinds);
}

static const ResultsTrace trace = {"load", "traces/a.swf", "00ff", 77};

static ResultsProvenance provenance(void)
{
  return (ResultsProvenance){.version = "1.2",
                             .git_commit = "abc",
                             .allocator = "drf",
                             .command = "sim run",
                             .seed = 5,
                             .traces = &trace,
                             .n_traces = 1,
                             .record_tasks = true};
}

static void framework(const MasterObserver *master, const JobObserver *jobs, uint32_t id, const char *name,
                      uint32_t group)
{
  const char *const roles[] = {name};
  RoleAttributes attributes = {.weight = id + 1};
  master->role_updated(master->self, at(0), name, &attributes);
  master->framework_added(master->self, at(0), (FrameworkId){id}, name, roles, 1);
  jobs->framework_started(jobs->self, at(0), (FrameworkId){id}, group, 1);
}

/* A job of one task <2 cpus, 10 mem> of framework @id from @submit; it runs from @start to @end. */
static void run_job(const MasterObserver *master, const JobObserver *jobs, uint32_t id, uint32_t job,
                    int64_t submit, int64_t start, int64_t end)
{
  Resources each = resources_of(&(Quantities){{2000, 10000}});
  FrameworkId framework_id = {id};
  TaskId task = {1};
  AgentId agent = {0};
  g_autofree char *name = g_strdup_printf("job-%u", job);
  jobs->job_submitted(jobs->self, at(submit), framework_id, (JobId){job}, name, job, 1);
  jobs->demand_added(jobs->self, at(submit), framework_id, 1, &each.plain);
  if (start < 0)
    return;
  master->offer_made(master->self, at(start), framework_id, agent, (OfferId){1}, &each);
  master->offer_ended(master->self, at(start), framework_id, agent, (OfferId){1}, &each, OFFER_ACCEPTED);
  master->task_launched(master->self, at(start), framework_id, agent, task, &each);
  master->task_updated(master->self, at(start), framework_id, agent, task, &each, TASK_STAGING, TASK_RUNNING,
                       REASON_NONE, false);
  jobs->job_state(jobs->self, at(start), framework_id, (JobId){job}, JOB_RUNNING, NULL);
  master->task_updated(master->self, at(end), framework_id, agent, task, &each, TASK_RUNNING, TASK_FINISHED,
                       REASON_NONE, true);
  if (jobs->task_attempt != NULL)
    jobs->task_attempt(jobs->self, framework_id, (JobId){job}, 0, 0, 0, agent, at(start), at(start), at(end),
                       "TASK_FINISHED");
  jobs->job_state(jobs->self, at(end), framework_id, (JobId){job}, JOB_FINISHED, NULL);
}

/* 20 s: load-1 has jobs of 1, 2, 3 and 10 s, one after the other; load-2 has one that never starts. */
static void drive(ResultsRun *run)
{
  const MasterObserver *master = results_run_master_observer(run);
  const JobObserver *jobs = results_run_job_observer(run);
  Resources total = resources_of(&(Quantities){{10000, 100000}});
  master->agent_added(master->self, at(0), (AgentId){0}, "host", &total);
  framework(master, jobs, 0, "load-1", 0);
  framework(master, jobs, 1, "load-2", 0);
  framework(master, jobs, 2, "probe", 1);
  run_job(master, jobs, 1, 0, 0, -1, -1);
  run_job(master, jobs, 0, 1, 1, 1, 2);
  run_job(master, jobs, 0, 2, 2, 3, 4);
  run_job(master, jobs, 0, 3, 4, 5, 7);
  ck_assert(results_sample(run, at(7), NULL));
  run_job(master, jobs, 0, 4, 7, 8, 17);
  master->allocation_run(master->self, at(18), true, 3);
  ck_assert(results_sample(run, at(20), NULL));
}

static const ResultsEnd ending = {.status = RESULTS_OK,
                                  .digest = 0xbeef,
                                  .events = 99,
                                  .end = {20 * NS_PER_S},
                                  .wall_s = 1.5,
                                  .max_rss_kib = 64};

static bool write_file(const char *path, uint32_t runs, ResultsSummary *summary, GError **error)
{
  Setting setting;
  ResultsProvenance from = provenance();
  Results *results = results_open(path, error);
  if (results == NULL)
    return false;
  setting_init(&setting);
  bool written = true;
  for (uint32_t i = 0; i < runs && written; i++) {
    ResultsRun *run = results_begin_run(results, &from, &setting.experiment);
    drive(run);
    written = results_end_run(run, &ending, i == 0 ? summary : NULL, error);
  }
  if (written)
    written = results_commit(results, error);
  else
    results_abandon(results);
  setting_clear(&setting);
  return written;
}

/* --- SQL -------------------------------------------------------------------------------------------------
 */

/* The rows of @sql as text: columns with '|', rows with ' '. */
static char *ask(const char *path, const char *sql)
{
  sqlite3 *db;
  sqlite3_stmt *query;
  GString *text = g_string_new(NULL);
  ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  int code = sqlite3_prepare_v2(db, sql, -1, &query, NULL);
  ck_assert_msg(code == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
  while (sqlite3_step(query) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(query); i++) {
      const char *cell = (const char *)sqlite3_column_text(query, i);
      g_string_append_printf(text, "%s%s",
                             i > 0           ? "|"
                             : text->len > 0 ? " "
                                             : "",
                             cell == NULL ? "NULL" : cell);
    }
  }
  ck_assert_int_eq(sqlite3_finalize(query), SQLITE_OK);
  sqlite3_close(db);
  return g_string_free(text, FALSE);
}

#define ck_sql(path, sql, expected)                                                                          \
  do {                                                                                                       \
    g_autofree char *answer = ask((path), (sql));                                                            \
    ck_assert_str_eq(answer, (expected));                                                                    \
  } while (0)

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
         "start_up_ns FROM task_attempt WHERE job_id = 4",
         "0|4|0|0|0|0|8000000000|17000000000|finished|0");
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
  ck_sql(path, "SELECT name FROM metric_doc EXCEPT SELECT DISTINCT name FROM metric", "");
  ck_sql(path, "PRAGMA application_id", "1332110925");
  ck_sql(path, "PRAGMA user_version", "1");
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

/* --- only whole files ------------------------------------------------------------------------------------
 */

START_TEST(name_is_given_at_the_end_only)
{
  Setting setting;
  setting_init(&setting);
  ResultsProvenance from = provenance();
  g_autofree char *path = in_folder("a.db");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  ck_assert(g_file_set_contents(path, "earlier", -1, NULL));

  Results *results = results_open(path, NULL);
  ResultsRun *run = results_begin_run(results, &from, &setting.experiment);
  drive(run);
  ck_assert_int_eq(files(), 2);
  ck_assert(results_end_run(run, &ending, NULL, NULL));
  ck_assert(g_file_get_contents(path, &before, NULL, NULL));
  ck_assert_str_eq(before, "earlier");
  ck_assert(results_commit(results, NULL));
  ck_assert(g_file_get_contents(path, &after, NULL, NULL));
  ck_assert(g_str_has_prefix(after, "SQLite format 3"));
  ck_assert_int_eq(files(), 1);
  setting_clear(&setting);
}
END_TEST

START_TEST(abandoned_leaves_nothing)
{
  Setting setting;
  setting_init(&setting);
  ResultsProvenance from = provenance();
  g_autofree char *path = in_folder("a.db");
  Results *results = results_open(path, NULL);
  ResultsRun *run = results_begin_run(results, &from, &setting.experiment);
  drive(run);
  results_abandon(results);
  ck_assert_int_eq(files(), 0);

  ck_assert(g_file_set_contents(path, "earlier", -1, NULL));
  results_abandon(results_open(path, NULL));
  g_autofree char *kept = NULL;
  ck_assert(g_file_get_contents(path, &kept, NULL, NULL));
  ck_assert_str_eq(kept, "earlier");
  results_abandon(NULL);
  setting_clear(&setting);
}
END_TEST

/* Two at a time with one name: the last one committed has it. A leftover of a killed process is in nobody's
 * way. */
START_TEST(partial_names_do_not_collide)
{
  g_autofree char *path = in_folder("a.db");
  g_autofree char *leftover = g_strdup_printf("%s/.a.db.partial-%ld-0", folder, (long)getpid());
  ck_assert(g_file_set_contents(leftover, "leftover", -1, NULL));
  Results *one = results_open(path, NULL);
  Results *other = results_open(path, NULL);
  ck_assert_ptr_nonnull(one);
  ck_assert_ptr_nonnull(other);
  ck_assert_int_eq(files(), 3);
  ck_assert(results_commit(one, NULL));
  ck_assert(results_commit(other, NULL));
  ck_assert_int_eq(files(), 2);
  ck_sql(path, "PRAGMA integrity_check", "ok");
}
END_TEST

static void refuse(const char *path, const char *part)
{
  g_autoptr(GError) error = NULL;
  ck_assert_ptr_null(results_open(path, &error));
  ck_assert(g_error_matches(error, RESULTS_ERROR, RESULTS_ERROR_OPEN));
  ck_assert_msg(strstr(error->message, part) != NULL, "%s", error->message);
}

START_TEST(bad_places_are_refused_at_once)
{
  g_autofree char *nowhere = in_folder("no/such/folder/a.db");
  g_autofree char *slash = in_folder("a/");
  refuse(nowhere, "No such file");
  refuse(folder, "is a directory");
  refuse(slash, "not the name of a file");
  refuse("", "not the name of a file");
  refuse("/dev/full", "not a regular file");
  refuse("/dev/null", "not a regular file");
  refuse("/proc/a.db", "cannot make a file in folder /proc");
  if (geteuid() != 0) {
    g_autofree char *path = in_folder("a.db");
    ck_assert_int_eq(g_chmod(folder, 0500), 0);
    refuse(path, "Permission denied");
    ck_assert_int_eq(g_chmod(folder, 0700), 0);
  }
  ck_assert_int_eq(files(), 0);
}
END_TEST

START_TEST(symbolic_link_is_followed)
{
  g_autofree char *real = in_folder("real.db");
  g_autofree char *path = in_folder("a.db");
  ck_assert(g_file_set_contents(real, "earlier", -1, NULL));
  ck_assert_int_eq(symlink("real.db", path), 0);
  ck_assert(write_file(path, 1, NULL, NULL));
  ck_assert(g_file_test(path, G_FILE_TEST_IS_SYMLINK));
  ck_sql(real, "SELECT count(*) FROM run", "1");
}
END_TEST

static void limit_files(rlim_t bytes)
{
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit = {bytes, RLIM_INFINITY};
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A limit of the file's size stands for the full disk. It is met while the run writes, or not before the end.
 */
START_TEST(full_disk)
{
  Setting setting;
  setting_init(&setting);
  ResultsProvenance from = provenance();
  g_autofree char *path = in_folder("a.db");
  g_autoptr(GError) error = NULL;
  ck_assert(g_file_set_contents(path, "earlier", -1, NULL));

  Results *results = results_open(path, NULL);
  ResultsRun *run = results_begin_run(results, &from, &setting.experiment);
  drive(run);
  const JobObserver *jobs = results_run_job_observer(run);
  limit_files(_i == 0 ? 65536 : 4096);
  bool sampled = true;
  for (uint32_t row = 0; _i == 0 && row < 1000000 && sampled; row++) {
    jobs->task_attempt(jobs->self, (FrameworkId){0}, (JobId){row}, 0, 0, 0, (AgentId){0}, at(1), at(1), at(2),
                       "TASK_FINISHED");
    if (row % 10000 == 0)
      sampled = results_sample(run, at(20), &error);
  }
  ck_assert(sampled == (_i != 0));
  if (_i == 0) {
    results_abandon(results);
  } else {
    ck_assert(results_end_run(run, &ending, NULL, NULL));
    ck_assert(!results_commit(results, &error));
  }
  limit_files(RLIM_INFINITY);
  ck_assert(g_error_matches(error, RESULTS_ERROR, RESULTS_ERROR_WRITE));
  ck_assert(g_str_has_prefix(error->message, path));
  ck_assert_int_eq(files(), 1);
  g_autofree char *kept = NULL;
  ck_assert(g_file_get_contents(path, &kept, NULL, NULL));
  ck_assert_str_eq(kept, "earlier");
  setting_clear(&setting);
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
                       "TASK_KILLED");
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

static void add(Suite *suite, const TTest *function, const char *name, int to)
{
  TCase *tcase = tcase_create(name);
  tcase_add_checked_fixture(tcase, make_folder, remove_folder);
  tcase_add_loop_test(tcase, function, 0, to);
  suite_add_tcase(suite, tcase);
}

#define in_a_folder(suite, function) add((suite), (function), #function, 1)

Suite *test_suite(void)
{
  Suite *suite = suite_create("results");
  in_a_folder(suite, names_that_scripts_rely_on);
  in_a_folder(suite, views);
  in_a_folder(suite, every_column_is_explained);
  in_a_folder(suite, attempt_states);
  in_a_folder(suite, summary_now_and_later);
  in_a_folder(suite, reader_refuses_other_files);
  in_a_folder(suite, name_is_given_at_the_end_only);
  in_a_folder(suite, abandoned_leaves_nothing);
  in_a_folder(suite, partial_names_do_not_collide);
  in_a_folder(suite, bad_places_are_refused_at_once);
  in_a_folder(suite, symbolic_link_is_followed);
  add(suite, full_disk, "full_disk", 2);
  in_a_folder(suite, replications_side_by_side);
  in_a_folder(suite, many_rows);
  return suite;
}
