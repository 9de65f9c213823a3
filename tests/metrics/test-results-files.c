/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only whole results files get their name: bad places, full disks, runs that are given up.
 * Not pinned: what is in them (test-results.c).
 */
#include "metrics/results.h"

#include <signal.h>
#include <sys/resource.h>

#include "tests/metrics/results-fixture.h"

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

START_TEST(the_file_that_is_replaced_leaves_its_mode)
{
  static const mode_t modes[] = {0600, 0640, 0666};
  g_autofree char *path = in_folder("a.db");
  for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
    GStatBuf status;
    ck_assert(g_file_set_contents(path, "earlier", -1, NULL));
    ck_assert_int_eq(g_chmod(path, modes[i]), 0);
    ck_assert(results_commit(results_open(path, NULL), NULL));
    ck_assert_int_eq(g_stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, modes[i]);
  }
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
                       LOCALITY_NONE, "TASK_FINISHED");
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

Suite *test_suite(void)
{
  Suite *suite = suite_create("results-files");
  in_a_folder(suite, name_is_given_at_the_end_only);
  in_a_folder(suite, the_file_that_is_replaced_leaves_its_mode);
  in_a_folder(suite, abandoned_leaves_nothing);
  in_a_folder(suite, partial_names_do_not_collide);
  in_a_folder(suite, bad_places_are_refused_at_once);
  in_a_folder(suite, symbolic_link_is_followed);
  add(suite, full_disk, "full_disk", 2);
  return suite;
}
