/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: a plan becomes a file or an error and no file, several times in one process; an allocator that
 * offers what is not free is named and stops the run. Not pinned: what is in the file (tests/metrics),
 * signals (test-output.py).
 */

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "allocators/registry.h"
#include "cli/report.h"
#include "cli/run-plan.h"
#include "metrics/results.h"
#include "tests/support/test-main.h"
#include "workload/workload-file.h"

static const char workload[] = "[cluster]\nagents = 3\nresources = cpus:2\n"
                               "[framework f]\njobs = 5\narrival = poisson(3s)\ntasks = 4\n"
                               "task-resources = cpus:1\ntask-duration = exponential(5s)\n";

/* A plan in a folder of its own. */
typedef struct {
  char *folder;
  char *output;
  Experiment *experiment;
  Sources *sources;
  RunPlan plan;
} Fixture;

static Fixture fixture_new(const AllocatorInterface *allocator)
{
  Fixture fixture = {.folder = g_dir_make_tmp("sim-test-XXXXXX", NULL)};
  fixture.output = g_build_filename(fixture.folder, "r.db", NULL);
  fixture.experiment = workload_text_load(workload, "test.ini", NULL, NULL, NULL);
  fixture.sources = sources_open(fixture.experiment, false, 1, NULL);
  fixture.plan = (RunPlan){.experiment = fixture.experiment,
                           .allocator = allocator,
                           .sources = fixture.sources,
                           .output = fixture.output,
                           .command = "test",
                           .seed = 1,
                           .quiet = true};
  return fixture;
}

/* How many files there are, hidden ones too. */
static int fixture_files(const Fixture *fixture)
{
  int n = 0;
  GDir *dir = g_dir_open(fixture->folder, 0, NULL);
  while (g_dir_read_name(dir) != NULL)
    n++;
  g_dir_close(dir);
  return n;
}

static void fixture_clear(Fixture *fixture)
{
  g_unlink(fixture->output);
  ck_assert_int_eq(g_rmdir(fixture->folder), 0);
  sources_free(fixture->sources);
  experiment_free(fixture->experiment);
  g_free(fixture->output);
  g_free(fixture->folder);
}

/* Returns: (transfer full): the digest of a run that ends well. */
static char *run_well(void)
{
  Fixture fixture = fixture_new(allocator_find("drf"));
  g_autoptr(GError) error = NULL;
  Run *run = run_prepare(&fixture.plan, &error);
  ck_assert_msg(run != NULL, "%s", error == NULL ? "" : error->message);
  g_auto(ResultsSummary) summary = {0};
  ck_assert_int_eq(run_execute(run, &summary, &error), RUN_WHOLE);
  run_free(run);
  ck_assert_int_eq(fixture_files(&fixture), 1);
  ck_assert_int_eq(summary.status, RESULTS_OK);
  ck_assert_uint_eq(summary.tasks, 20);
  fixture_clear(&fixture);
  return g_strdup(summary.digest);
}

START_TEST(runs_in_one_process_are_alike)
{
  g_autofree char *first = run_well();
  g_autofree char *second = run_well();
  ck_assert_str_eq(first, second);
}
END_TEST

START_TEST(a_run_that_is_not_executed_leaves_nothing)
{
  Fixture fixture = fixture_new(allocator_find("drf"));
  Run *run = run_prepare(&fixture.plan, NULL);
  ck_assert_ptr_nonnull(run);
  ck_assert_int_eq(fixture_files(&fixture), 1); /* the partial one */
  run_free(run);
  ck_assert_int_eq(fixture_files(&fixture), 0);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_place_that_cannot_be_written)
{
  Fixture fixture = fixture_new(allocator_find("drf"));
  g_autoptr(GError) error = NULL;
  g_autofree char *nowhere = g_build_filename(fixture.folder, "no", "r.db", NULL);
  fixture.plan.output = nowhere;
  ck_assert_ptr_null(run_prepare(&fixture.plan, &error));
  ck_assert_int_eq(error->domain, RESULTS_ERROR);
  ck_assert_int_eq(fixture_files(&fixture), 0);
  fixture_clear(&fixture);
}
END_TEST

/* --- an allocator with a fault ---------------------------------------------------------------------------
 */

/* drf, but in each run it also offers more than an agent has. */
static AllocatorHost host;

static Allocator *faulty_create(const AllocatorSettings *settings, const AllocatorHost *given, Instant now,
                                char **error)
{
  host = *given;
  return allocator_find("drf")->create(settings, given, now, error);
}

static void faulty_run(Allocator *allocator, Instant now)
{
  allocator_find("drf")->run(allocator, now);
  const Resources more = resources_of(&(Quantities){{3 * QUANTITY_UNIT}});
  host.offer(host.self, (FrameworkId){0}, (RoleId){0}, (AgentId){0}, &more);
}

START_TEST(a_faulty_allocator_is_named_and_stops_the_run)
{
  AllocatorInterface faulty = *allocator_find("drf");
  faulty.name = "faulty";
  faulty.create = faulty_create;
  faulty.run = faulty_run;
  Fixture fixture = fixture_new(&faulty);
  g_autoptr(GError) error = NULL;
  Run *run = run_prepare(&fixture.plan, &error);
  ck_assert_msg(run != NULL, "%s", error == NULL ? "" : error->message);
  ResultsSummary summary;
  ck_assert_int_eq(run_execute(run, &summary, &error), RUN_FAILED);
  ck_assert(g_error_matches(error, CLI_ERROR, CLI_ERROR_RUN));
  ck_assert_msg(strstr(error->message, "faulty") != NULL, "%s", error->message);
  ck_assert_msg(g_str_has_prefix(error->message, "the run failed at 0:00 of simulated time: "), "%s",
                error->message);
  run_free(run);
  ck_assert_int_eq(fixture_files(&fixture), 0);
  fixture_clear(&fixture);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("run-plan");
  test_case(suite, runs_in_one_process_are_alike);
  test_case(suite, a_run_that_is_not_executed_leaves_nothing);
  test_case(suite, a_place_that_cannot_be_written);
  test_case(suite, a_faulty_allocator_is_named_and_stops_the_run);
  return suite;
}
