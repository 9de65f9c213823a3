/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merging results files: which runs there are then, in which order, what becomes of repeated and broken ones; and what
 * is said of replications. Not pinned: the statistics themselves (test-statistics.c).
 */
#include "metrics/results-merge.h"

#include <math.h>

#include "metrics/results-private.h"
#include "metrics/results-reader.h"
#include "metrics/results-schema.h"
#include "metrics/statistics.h"
#include "tests/metrics/results-fixture.h"

/* One run: a job of load-1 that takes as many seconds as it is told. */
typedef struct {
  const char *allocator;
  uint32_t replication;
  int64_t seconds;
  ResultsStatus status;
  RunKind kind;
  bool recorded;
} OneRun;

static char identity[] = "0123";
static const ResultsMergeSettings plainly;

static void write_runs(const char *path, const OneRun *runs, size_t n)
{
  Results *results = results_open(path, NULL);
  ck_assert_ptr_nonnull(results);
  for (size_t i = 0; i < n; i++) {
    Setting setting;
    setting_init(&setting);
    setting.experiment.identity = identity;
    setting.experiment.confidence = 0.95;
    setting.experiment.kind = runs[i].kind;
    ResultsProvenance from = provenance();
    ResultsTrace traces[2] = {{"load", "a.swf", "01", 1, NULL}, {"probe", "b.swf", "02", 1, NULL}};
    from.traces = traces;
    from.n_traces = runs[i].recorded ? 2 : 1;
    from.allocator = runs[i].allocator;
    from.replication = runs[i].replication;
    ResultsRun *run = results_begin_run(results, &from, &setting.experiment);
    const MasterObserver *master = results_run_master_observer(run);
    const JobObserver *jobs = results_run_job_observer(run);
    Resources total = resources_of(&(Quantities){{10000, 100000}});
    master->agent_added(master->self, at(0), (AgentId){0}, "host", &total);
    framework(master, jobs, 0, "load-1", 0);
    run_job(master, jobs, 0, 0, 0, 0, runs[i].seconds);
    sample_idle(run, 20);
    ResultsEnd end = ending;
    end.digest = (uint64_t)runs[i].seconds;
    end.status = runs[i].status;
    ck_assert(results_end_run(run, &end, NULL, NULL));
    setting_clear(&setting);
  }
  ck_assert(results_commit(results, NULL));
}

static char *write_one(const char *name, const char *allocator, uint32_t replication, int64_t seconds)
{
  char *path = in_folder(name);
  OneRun run = {.allocator = allocator, .replication = replication, .seconds = seconds};
  write_runs(path, &run, 1);
  return path;
}

static void merge(const char *path, const ResultsPart *parts, size_t n, uint32_t runs, uint32_t repeated)
{
  ResultsMerged merged;
  g_autoptr(GError) error = NULL;
  bool done = results_merge(path, parts, n, &plainly, &merged, &error);
  ck_assert_msg(done, "%s", error == NULL ? "" : error->message);
  ck_assert_uint_eq(merged.runs, runs);
  ck_assert_uint_eq(merged.repeated, repeated);
}

START_TEST(runs_of_parts_are_in_one_file)
{
  g_autofree char *a = write_one("a.db", "drf", 0, 3);
  g_autofree char *b = write_one("b.db", "drf", 1, 5);
  g_autofree char *out = in_folder("out.db");
  const ResultsPart parts[] = {{a, NULL, RESULTS_NO_PLACE}, {b, NULL, RESULTS_NO_PLACE}};
  merge(out, parts, 2, 2, 0);
  ck_sql(out, "SELECT run_id, replication, place FROM run", "1|0|NULL 2|1|NULL");
  ck_sql(out, "SELECT run_id, seconds FROM completion_time", "1|3.0 2|5.0");
  /* Every table of a part has its rows, and no others. */
  for (int table = 0; table < RESULTS_TABLES; table++) {
    const char *name = results_table((ResultsTable)table)->name;
    if (table == TABLE_METRIC_SUMMARY || table == TABLE_METRIC_DOC || table == TABLE_COLUMN_DOC)
      continue;
    g_autofree char *columns = results_table_columns((ResultsTable)table);
    const char *others = strchr(columns, ',') + 1;
    for (int run = 1; run <= 2; run++) {
      g_autofree char *here =
          g_strdup_printf("SELECT %s FROM %s WHERE run_id = %d ORDER BY %s", others, name, run, others);
      g_autofree char *there = g_strdup_printf("SELECT %s FROM %s ORDER BY %s", others, name, others);
      g_autofree char *expected = ask(run == 1 ? a : b, there);
      ck_sql(out, here, expected);
    }
  }
  ck_sql(out, "SELECT count(*) > 0 FROM column_doc", "1");
  ck_sql(out, "PRAGMA integrity_check", "ok");
  g_autoptr(ResultsReader) reader = results_reader_open(out, NULL);
  ck_assert_uint_eq(results_reader_runs(reader), 2);
}
END_TEST

START_TEST(merging_again_changes_nothing)
{
  g_autofree char *a = write_one("a.db", "drf", 0, 3);
  g_autofree char *b = write_one("b.db", "drf", 1, 5);
  g_autofree char *out = in_folder("out.db");
  const ResultsPart parts[] = {{a, NULL, RESULTS_NO_PLACE}, {b, NULL, RESULTS_NO_PLACE}};
  merge(out, parts, 2, 2, 0);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize before_length, after_length;
  ck_assert(g_file_get_contents(out, &before, &before_length, NULL));
  /* The file is a part of itself. */
  const ResultsPart again[] = {
      {out, NULL, RESULTS_NO_PLACE}, {a, NULL, RESULTS_NO_PLACE}, {b, NULL, RESULTS_NO_PLACE}};
  merge(out, again, 3, 2, 2);
  ck_assert(g_file_get_contents(out, &after, &after_length, NULL));
  ck_assert_uint_eq(before_length, after_length);
  ck_assert_int_eq(memcmp(before, after, before_length), 0);
  ck_assert_int_eq(files(), 3);
}
END_TEST

/* Whatever the order of the parts, and however many runs each holds. */
START_TEST(places_decide_the_order)
{
  g_autofree char *a = write_one("a.db", "drf", 0, 3);
  g_autofree char *b = write_one("b.db", "drf", 1, 5);
  g_autofree char *c = write_one("c.db", "drf", 2, 7);
  g_autofree char *one = in_folder("one.db");
  g_autofree char *two = in_folder("two.db");
  g_autofree char *out = in_folder("out.db");
  g_autofree char *key_a = ask(a, "SELECT point_key FROM run");
  g_autofree char *key_c = ask(c, "SELECT point_key FROM run");
  g_autofree char *key_b = ask(b, "SELECT point_key FROM run");
  const ResultsPart first[] = {{c, key_c, 2}, {a, key_a, 0}};
  const ResultsPart second[] = {{b, key_b, 1}};
  merge(one, first, 2, 2, 0);
  merge(two, second, 1, 1, 0);
  ck_sql(one, "SELECT run_id, replication, place FROM run", "1|0|0 2|2|2");
  const ResultsPart both[] = {{two, NULL, RESULTS_NO_PLACE}, {one, NULL, RESULTS_NO_PLACE}};
  merge(out, both, 2, 3, 0);
  ck_sql(out, "SELECT run_id, replication, place FROM run", "1|0|0 2|1|1 3|2|2");
  ck_sql(out, "SELECT run_id, seconds FROM completion_time ORDER BY run_id", "1|3.0 2|5.0 3|7.0");
  /* One run of many, for another place. */
  const ResultsPart chosen[] = {{out, key_c, 0}, {out, key_a, 1}};
  merge(one, chosen, 2, 2, 0);
  ck_sql(one, "SELECT run_id, replication, place FROM run", "1|2|0 2|0|1");
  ck_sql(one, "SELECT run_id, seconds FROM completion_time ORDER BY run_id", "1|7.0 2|3.0");
}
END_TEST

START_TEST(an_interrupted_run_gives_way_to_a_whole_one)
{
  g_autofree char *broken = in_folder("broken.db");
  g_autofree char *out = in_folder("out.db");
  OneRun run = {.allocator = "drf", .seconds = 2, .status = RESULTS_TRUNCATED};
  write_runs(broken, &run, 1);
  const ResultsPart alone[] = {{broken, NULL, RESULTS_NO_PLACE}};
  merge(out, alone, 1, 1, 0);
  ck_sql(out, "SELECT status FROM run", "truncated");
  g_autofree char *whole = write_one("whole.db", "drf", 0, 3);
  const ResultsPart both[] = {{broken, NULL, RESULTS_NO_PLACE}, {whole, NULL, RESULTS_NO_PLACE}};
  merge(out, both, 2, 1, 1);
  ck_sql(out, "SELECT status FROM run", "ok");
}
END_TEST

/* --- what cannot be merged --------------------------------------------------------------------------------- */

static void refuse(const char *part, const char *key, int code, const char *text)
{
  g_autofree char *good = write_one("good.db", "drf", 0, 3);
  g_autofree char *out = in_folder("out.db");
  g_autoptr(GError) error = NULL;
  ck_assert(g_file_set_contents(out, "earlier", -1, NULL));
  int before = files();
  const ResultsPart parts[] = {{good, NULL, RESULTS_NO_PLACE}, {part, key, RESULTS_NO_PLACE}};
  ck_assert(!results_merge(out, parts, 2, &plainly, NULL, &error));
  ck_assert(g_error_matches(error, RESULTS_ERROR, code));
  ck_assert_msg(strstr(error->message, text) != NULL && strstr(error->message, part) != NULL, "%s",
                error->message);
  ck_assert_int_eq(files(), before);
  g_autofree char *kept = NULL;
  ck_assert(g_file_get_contents(out, &kept, NULL, NULL));
  ck_assert_str_eq(kept, "earlier");
}

static void execute(const char *path, const char *sql)
{
  sqlite3 *db;
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

START_TEST(other_files_are_refused)
{
  g_autofree char *missing = in_folder("missing.db");
  refuse(missing, NULL, RESULTS_ERROR_OPEN, "No such file");
  g_autofree char *text = in_folder("text.db");
  ck_assert(
      g_file_set_contents(text,
                          "a text that is no database, and long enough to be taken for one at first sight, "
                          "were it not for the beginning",
                          -1, NULL));
  refuse(text, NULL, RESULTS_ERROR_FORMAT, "not a results file of sim");
  g_autofree char *foreign = in_folder("foreign.db");
  execute(foreign, "CREATE TABLE run (run_id INTEGER)");
  refuse(foreign, NULL, RESULTS_ERROR_FORMAT, "not a results file of sim");
  g_autofree char *later = write_one("later.db", "drf", 1, 3);
  execute(later, "PRAGMA user_version = 99");
  refuse(later, NULL, RESULTS_ERROR_FORMAT, "results of version 99, this program reads version 6");
  g_autofree char *other = write_one("other.db", "drf", 1, 3);
  refuse(other, "feed", RESULTS_ERROR_FORMAT, "holds no run with the key feed");
  /* Cut off in the middle: the header is right. */
  g_autofree char *cut = write_one("cut.db", "drf", 1, 3);
  ck_assert_int_eq(truncate(cut, 8192), 0);
  refuse(cut, NULL, RESULTS_ERROR_FORMAT, "malformed");
}
END_TEST

START_TEST(a_locked_file_is_refused)
{
  g_autofree char *part = write_one("part.db", "drf", 1, 3);
  sqlite3 *db;
  ck_assert_int_eq(sqlite3_open(part, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
  refuse(part, NULL, RESULTS_ERROR_FORMAT, "it is locked: another program writes to it");
  sqlite3_close(db);
}
END_TEST

static bool at_once(void *self)
{
  (*(int *)self)++;
  return true;
}

/* It is asked while rows are copied; a merge this small may end before. */
START_TEST(a_merge_can_be_stopped)
{
  g_autofree char *big = in_folder("big.db");
  g_autofree char *out = in_folder("out.db");
  Setting setting;
  setting_init(&setting);
  ResultsProvenance from = provenance();
  Results *results = results_open(big, NULL);
  ResultsRun *run = results_begin_run(results, &from, &setting.experiment);
  const JobObserver *jobs = results_run_job_observer(run);
  drive(run);
  for (uint32_t row = 0; row < 50000; row++)
    jobs->task_attempt(jobs->self, (FrameworkId){0}, (JobId){row}, 0, 0, 0, (AgentId){0}, at(1), at(1), at(2),
                       LOCALITY_NONE, "TASK_KILLED");
  ck_assert(results_end_run(run, &ending, NULL, NULL));
  ck_assert(results_commit(results, NULL));
  int asked = 0;
  const ResultsMergeSettings settings = {.stop = at_once, .self = &asked};
  const ResultsPart part = {big, NULL, RESULTS_NO_PLACE};
  g_autoptr(GError) error = NULL;
  ck_assert(!results_merge(out, &part, 1, &settings, NULL, &error));
  ck_assert(g_error_matches(error, RESULTS_ERROR, RESULTS_ERROR_STOPPED));
  ck_assert_int_gt(asked, 0);
  ck_assert_int_eq(files(), 1);
  setting_clear(&setting);
}
END_TEST

/* --- replications ------------------------------------------------------------------------------------------ */

static const char *const select_summary =
    "SELECT run_id, method, n, missing, round(mean, 9), round(deviation, 9), round(half_width, 6), "
    "confidence "
    "FROM metric_summary WHERE name = 'completion_time/mean' AND scope = 'framework load'";

START_TEST(replications_are_summarized)
{
  static const OneRun runs[] = {
      {.allocator = "drf", .seconds = 3},
      {.allocator = "priority", .seconds = 2},
      {.allocator = "drf", .replication = 1, .seconds = 4},
      {.allocator = "drf", .replication = 2, .seconds = 8},
      {.allocator = "drf", .replication = 3, .seconds = 9, .status = RESULTS_TRUNCATED},
      {.allocator = "priority", .replication = 1, .seconds = 4},
  };
  g_autofree char *path = in_folder("a.db");
  write_runs(path, runs, G_N_ELEMENTS(runs));
  /* 3, 4, 8: deviation sqrt(7), t(2) = 4.302653; 2, 4: deviation sqrt(2), t(1) = 12.706205 */
  ck_sql(
      path, select_summary,
      "1|replications|3|0|5.0|2.645751311|6.572411|0.95 2|replications|2|0|3.0|1.414213562|12.706205|0.95");
  ck_sql(path, "SELECT DISTINCT name FROM metric EXCEPT SELECT name FROM metric_summary", "");
  /* What does not exist is missing, and is no zero. */
  ck_sql(
      path,
      "SELECT n, missing, mean, half_width FROM metric_summary WHERE run_id = 1 AND name = 'fairness/jain' "
      "AND scope = 'run'",
      "0|3|NULL|NULL");

  g_autofree char *out = in_folder("out.db");
  const ResultsPart part = {path, NULL, RESULTS_NO_PLACE};
  const ResultsMergeSettings surer = {.confidence = 0.99};
  ck_assert(results_merge(out, &part, 1, &surer, NULL, NULL));
  ck_sql(out, "SELECT DISTINCT confidence FROM run", "0.99");
  g_autofree char *half_width = g_strdup_printf("%.6f", 9.924843 * sqrt(7.0 / 3));
  ck_sql(out,
         "SELECT printf('%.6f', half_width) FROM metric_summary WHERE run_id = 1 AND name = "
         "'completion_time/mean' AND scope = 'run'",
         half_width);
}
END_TEST

/* Of other programs, plug-ins or workloads they are no replications. */
START_TEST(only_replications_are_summarized_together)
{
  g_autofree char *a = write_one("a.db", "drf", 0, 3);
  g_autofree char *b = write_one("b.db", "drf", 1, 5);
  g_autofree char *out = in_folder("out.db");
  const ResultsPart parts[] = {{a, NULL, RESULTS_NO_PLACE}, {b, NULL, RESULTS_NO_PLACE}};
  merge(out, parts, 2, 2, 0);
  ck_sql(out, "SELECT count(*) > 0 FROM metric_summary", "1");
  static const char *const changes[] = {"point = 'x'", "version = 'x'", "git_commit = 'x'", "allocator = 'x'",
                                        "allocator_sha256 = 'x'"};
  for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
    g_autofree char *other = write_one("b.db", "drf", 1, 5);
    g_autofree char *sql = g_strdup_printf("UPDATE run SET %s", changes[i]);
    execute(other, sql);
    merge(out, parts, 2, 2, 0);
    ck_sql(out, "SELECT count(*) FROM metric_summary", "0");
  }
}
END_TEST

/* One recorded input is one observation, and so are runs that are all alike. */
START_TEST(nothing_that_varies_gives_no_interval)
{
  for (int alike = 0; alike < 2; alike++) {
    const OneRun runs[] = {
        {.allocator = "drf", .seconds = 3, .recorded = !alike},
        {.allocator = "drf", .replication = 1, .seconds = alike ? 3 : 4, .recorded = !alike}};
    g_autofree char *path = in_folder("a.db");
    write_runs(path, runs, 2);
    ck_sql(path,
           "SELECT n, mean IS NULL, half_width FROM metric_summary WHERE name = 'completion_time/mean' AND "
           "scope = 'run'",
           "2|0|NULL");
  }
}
END_TEST

/* --- one long run ------------------------------------------------------------------------------------------ */

START_TEST(a_steady_run_is_summarized_by_batches)
{
  enum { N = 100, WARM_UP = 10 };
  g_autofree char *path = in_folder("a.db");
  Setting setting;
  setting_init(&setting);
  setting.experiment.confidence = 0.95;
  setting.experiment.kind = RUN_STEADY;
  setting.experiment.warm_up.ns = WARM_UP * NS_PER_S;
  ResultsProvenance from = provenance();
  Results *results = results_open(path, NULL);
  ResultsRun *run = results_begin_run(results, &from, &setting.experiment);
  const MasterObserver *master = results_run_master_observer(run);
  const JobObserver *jobs = results_run_job_observer(run);
  Resources total = resources_of(&(Quantities){{10000, 100000}});
  master->agent_added(master->self, at(0), (AgentId){0}, "host", &total);
  framework(master, jobs, 0, "load-1", 0);
  double times[N - WARM_UP];
  for (uint32_t i = 0; i < N; i++) {
    int64_t seconds = 1 + (i * 7) % 5;
    run_job(master, jobs, 0, i, i, i, i + seconds);
    if (i >= WARM_UP)
      times[i - WARM_UP] = (double)seconds;
  }
  ResultsEnd end = ending;
  end.end = at(N + 10);
  ck_assert(results_end_run(run, &end, NULL, NULL));
  ck_assert(results_commit(results, NULL));
  Sample sample = batch_means(times, N - WARM_UP, 20, NULL);
  g_autofree char *row =
      g_strdup_printf("batches|20|0|%.6f|%.6f", sample.mean, sample_half_width(&sample, 0.95));
  g_autofree char *both = g_strdup_printf("%s %s", row, row);
  ck_sql(path,
         "SELECT method, n, missing, printf('%.6f', mean), printf('%.6f', half_width) FROM metric_summary "
         "WHERE name = 'completion_time/mean'",
         both);
  setting_clear(&setting);
}
END_TEST

/* --- cost ------------------------------------------------------------------------------------------------------- */

static int count_step(void *self)
{
  (*(uint64_t *)self)++;
  return 0;
}

/* Hundreds of steps of SQLite's machine that finding finish times takes in a file of @n runs. */
static uint64_t steps_of_finish_times(uint32_t n)
{
  g_autofree char *name = g_strdup_printf("%u.db", n);
  g_autofree char *path = in_folder(name);
  g_autofree OneRun *runs = g_new0(OneRun, n);
  for (uint32_t i = 0; i < n; i++)
    runs[i] = (OneRun){"drf", i, 10, RESULTS_OK, RUN_TERMINATING, false};
  write_runs(path, runs, n);
  sqlite3 *db;
  uint64_t steps = 0;
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  sqlite3_progress_handler(db, 100, count_step, &steps);
  ck_assert(results_finish_times(db, NULL));
  sqlite3_close(db);
  return steps;
}

/* Where no run is alone there is nothing to be found, and many replications take as long as they are many. */
START_TEST(finish_times_are_found_in_linear_time)
{
  uint64_t few = steps_of_finish_times(50);
  uint64_t many = steps_of_finish_times(400);
  ck_assert_uint_gt(few, 0);
  ck_assert_uint_lt(many, 16 * few);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("results-merge");
  in_a_folder(suite, runs_of_parts_are_in_one_file);
  in_a_folder(suite, merging_again_changes_nothing);
  in_a_folder(suite, places_decide_the_order);
  in_a_folder(suite, an_interrupted_run_gives_way_to_a_whole_one);
  in_a_folder(suite, other_files_are_refused);
  in_a_folder(suite, a_locked_file_is_refused);
  in_a_folder(suite, a_merge_can_be_stopped);
  in_a_folder(suite, replications_are_summarized);
  in_a_folder(suite, only_replications_are_summarized_together);
  in_a_folder(suite, nothing_that_varies_gives_no_interval);
  in_a_folder(suite, a_steady_run_is_summarized_by_batches);
  in_a_folder(suite, finish_times_are_found_in_linear_time);
  return suite;
}
