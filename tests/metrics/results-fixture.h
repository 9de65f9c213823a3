/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the tests of results files share: a folder for each test, a run of five jobs, SQL.
 */
#include "metrics/results.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/test-main.h"

static char *folder; /* of the test that runs */

static inline void make_folder(void)
{
  folder = g_dir_make_tmp("offersim-results-XXXXXX", NULL);
  ck_assert_ptr_nonnull(folder);
}

static inline void remove_folder(void)
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

static inline char *in_folder(const char *name)
{
  return g_build_filename(folder, name, NULL);
}

/* How many files are in the folder, partial ones too. */
static inline int files(void)
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

static inline Instant at(int64_t seconds)
{
  return (Instant){seconds * NS_PER_S};
}

typedef struct {
  Experiment experiment;
  FrameworkSpec groups[2];
  AgentClass class;
} Setting;

static inline void setting_init(Setting *setting)
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
      .confidence = 0.95,
      .fairness = FAIRNESS_AGENTS,
      .kinds = resource_kinds_new(),
      .cluster = {.classes = &setting->class, .n_classes = 1, .agents = 1},
      .frameworks = setting->groups,
      .n_frameworks = 2,
  };
}

static inline void setting_clear(Setting *setting)
{
  resource_kinds_free(setting->experiment.kinds);
}

static const ResultsTrace trace = {"load", "traces/a.swf", "00ff", 77, NULL};

static inline ResultsProvenance provenance(void)
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

static inline void framework(const MasterObserver *master, const JobObserver *jobs, uint32_t id,
                             const char *name, uint32_t group)
{
  const char *const roles[] = {name};
  RoleAttributes attributes = ROLE_ATTRIBUTES_DEFAULT;
  attributes.weight = id + 1;
  master->role_updated(master->self, at(0), name, &attributes);
  master->framework_added(master->self, at(0), (FrameworkId){id}, name, roles, 1);
  jobs->framework_started(jobs->self, at(0), (FrameworkId){id}, group, 1);
}

/* A job of one task <2 cpus, 10 mem> of framework @id from @submit; it runs from @start to @end. */
static inline void run_job(const MasterObserver *master, const JobObserver *jobs, uint32_t id, uint32_t job,
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
  TaskLocality locality = job == 1 ? LOCALITY_ANY : job == 2 ? LOCALITY_RACK : LOCALITY_NODE;
  jobs->task_located(jobs->self, framework_id, (JobId){job}, locality);
  if (jobs->task_attempt != NULL)
    jobs->task_attempt(jobs->self, framework_id, (JobId){job}, 0, 0, 0, agent, at(start), at(start), at(end),
                       locality, "TASK_FINISHED");
  jobs->job_state(jobs->self, at(end), framework_id, (JobId){job}, JOB_FINISHED, NULL);
}

static inline void sample_idle(ResultsRun *run, int64_t seconds)
{
  Resources total = resources_of(&(Quantities){{10000, 100000}});
  picture_agent(results_run_picture(run), (AgentId){0}, &total, &total);
  ck_assert(results_sample(run, at(seconds), NULL));
}

/* 20 s: load-1 has jobs of 1, 2, 3 and 10 s, one after the other; load-2 has one that never starts. */
static inline void drive(ResultsRun *run)
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
  sample_idle(run, 7);
  run_job(master, jobs, 0, 4, 7, 8, 17);
  master->allocation_run(master->self, at(18), true, 3);
  sample_idle(run, 20);
}

static const ResultsEnd ending = {.status = RESULTS_OK,
                                  .master_load = 0.5,
                                  .digest = 0xbeef,
                                  .events = 99,
                                  .end = {20 * NS_PER_S},
                                  .wall_s = 1.5,
                                  .max_rss_kib = 64};

static inline bool write_file(const char *path, uint32_t runs, ResultsSummary *summary, GError **error)
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
static inline char *ask(const char *path, const char *sql)
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

static inline void add(Suite *suite, const TTest *function, const char *name, int to)
{
  TCase *tcase = tcase_create(name);
  tcase_add_checked_fixture(tcase, make_folder, remove_folder);
  tcase_add_loop_test(tcase, function, 0, to);
  suite_add_tcase(suite, tcase);
}

#define in_a_folder(suite, function) add((suite), (function), #function, 1)
