/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: the interval between samples where the workload says none. Not pinned: that the sources of a run
 * with a trace tell their work (tests/traces).
 */

#include <glib.h>

#include "base/time-text.h"
#include "cli/sampling.h"
#include "tests/support/test-main.h"
#include "workload/workload-file.h"

#define CLUSTER "[cluster]\nagents = 10\nresources = cpus:2\n"
#define TASK    "task-resources = cpus:1\ntask-duration = "

static void expect(const char *text, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Experiment) experiment = workload_text_load(text, "test.ini", NULL, NULL, &error);
  ck_assert_msg(experiment != NULL, "%s", error == NULL ? "" : error->message);
  g_autoptr(Sources) sources = sources_open(experiment, false, 1, &error);
  ck_assert_msg(sources != NULL, "%s", error == NULL ? "" : error->message);
  g_autofree char *interval = duration_print(sampling_interval(experiment, sources));
  ck_assert_str_eq(interval, expected);
}

START_TEST(what_is_said_counts)
{
  expect("[experiment]\nsample-interval = 7s\n" CLUSTER "[framework f]\ntasks = 1\n" TASK "1d\n", "7s");
  expect("[experiment]\nsample-interval = 7us\n" CLUSTER "[framework f]\ntasks = 1\n" TASK "1d\n", "7us");
  expect("[experiment]\nduration = 1h\n" CLUSTER "[framework f]\ntasks = 1\n" TASK "1d\n", "36s");
}
END_TEST

START_TEST(the_last_arrival_and_a_task)
{
  expect(CLUSTER "[framework f]\nstart = 90s\ntasks = 1\n" TASK "10s\n", "1s");
  expect(CLUSTER "[framework f]\narrival = at(0s, 80s)\ntasks = 1\n" TASK "21s\n", "2s");
  expect(CLUSTER "[framework f]\njobs = 40\narrival = every(9s)\ntasks = 1\n" TASK "40s\n", "5s");
  expect(CLUSTER "[framework f]\njobs = 10\narrival = closed(90s)\ntasks = 1\n" TASK "exponential(10s)\n",
         "20s");
}
END_TEST

START_TEST(the_work_over_the_cluster)
{
  /* 2,000 tasks of 10 s in 20 slots take 1,000 s. */
  expect(CLUSTER "[framework f]\ntasks = 2000\n" TASK "10s\n", "10s");
  expect(CLUSTER "[framework f]\ncount = 2\njobs = 2\ntasks = uniform(0, 1000)\n" TASK "10s\n", "10s");
}
END_TEST

START_TEST(bounds)
{
  expect(CLUSTER "[framework f]\ntasks = 1\n" TASK "1us\n", "1ms");
  expect(CLUSTER "[framework f]\ntasks = 1\n" TASK "pareto(0.5, 1s)\n", "1d");
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("sampling");
  test_case(suite, what_is_said_counts);
  test_case(suite, the_last_arrival_and_a_task);
  test_case(suite, the_work_over_the_cluster);
  test_case(suite, bounds);
  return suite;
}
