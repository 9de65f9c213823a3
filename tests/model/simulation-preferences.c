/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Agents that are preferred (sim-preference.h): the wait for them, and what it costs to run elsewhere.
 */

#include <string.h>

#include "tests/model/text-run.h"
#include "tests/support/test-main.h"

static const TextAttempt *attempt_of(const TextRun *run, const char *framework, uint32_t index)
{
  for (uint32_t i = 0; i < run->attempts->len; i++) {
    const TextAttempt *attempt = &g_array_index(run->attempts, TextAttempt, i);
    if (strcmp(attempt->framework, framework) == 0 && attempt->index == index)
      return attempt;
  }
  ck_abort_msg("no task %u of %s", index, framework);
}

/* A fast disk on the last agent alone, which is busy until 20 s. */
#define BUSY(keys)                                                                                           \
  "[cluster]\nresources=cpus:1\n[agents slow]\ncount=1\n[agents fast]\ncount=1\nattributes=disk:ssd\n"       \
  "[framework busy]\nonly-agents=fast\ntasks=1\ntask-resources=cpus:1\ntask-duration=20s\n"                  \
  "[framework f]\nstart=1s\nrefuse-seconds=1s\ntask-resources=cpus:1\ntask-duration=10s\ntasks=1\n" keys

static void check_one(const char *text, uint32_t agent, double from, double to, double length)
{
  TextRun run;
  text_run(&run, "drf", text);
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  const TextAttempt *attempt = attempt_of(&run, "f", 0);
  ck_assert_uint_eq(attempt->agent, agent);
  ck_assert_double_ge(attempt->start, from);
  ck_assert_double_le(attempt->start, to);
  ck_assert_double_eq_tol(attempt->finish - attempt->start, length, 1e-6);
  text_run_clear(&run);
}

START_TEST(waits_then_takes_any)
{
  static const char *const schedulers[] = {"elastic", "rigid", "mpi"};
  for (uint32_t i = 0; i < G_N_ELEMENTS(schedulers); i++) {
#define CHECK_ONE(keys, ...)                                                                                 \
  {                                                                                                          \
    g_autofree char *text = g_strconcat(BUSY(keys), "scheduler=", schedulers[i], "\n", NULL);                \
    check_one(text, __VA_ARGS__);                                                                            \
  }
    CHECK_ONE("", 0, 1, 1, 10)
    CHECK_ONE("prefers=disk == ssd\nelsewhere-slowdown=3\n", 0, 1, 1, 30)
    CHECK_ONE("prefers=disk == ssd\nelsewhere-slowdown=3\nprefers-wait=10s\n", 0, 11, 13, 30)
    CHECK_ONE("prefers=disk == ssd\nelsewhere-slowdown=3\nprefers-wait=1min\n", 1, 20, 21, 10)
  }
}
END_TEST

START_TEST(resources_may_be_preferred)
{
  static const char *const text =
      "[cluster]\nresources=cpus:1;mem:100\n[agents small]\ncount=2\n[agents large]\ncount=1\n"
      "resources=cpus:1;mem:900\n[framework f]\ntasks=1\ntask-resources=cpus:1\ntask-duration=10s\n"
      "prefers-resources=mem:500\nprefers-wait=1h\n";
  check_one(text, 2, 0, 0, 10);
}
END_TEST

/* Each launch on a preferred agent begins the wait anew: with one that comes free every 10 s nothing goes elsewhere. */
START_TEST(a_preferred_launch_begins_the_wait_anew)
{
  for (int patient = 0; patient < 2; patient++) {
    TextRun run;
    g_autofree char *text = g_strconcat(
        "[cluster]\nresources=cpus:1\n[agents slow]\ncount=3\n[agents fast]\ncount=1\n[framework f]\n"
        "refuse-seconds=0s\ntasks=5\ntask-resources=cpus:1\ntask-duration=10s\nprefers=class == fast\n",
        patient ? "prefers-wait=12s\n" : "prefers-wait=8s\n", NULL);
    text_run(&run, "drf", text);
    uint32_t elsewhere = 0;
    for (uint32_t i = 0; i < 5; i++)
      elsewhere += attempt_of(&run, "f", i)->agent != 3;
    ck_assert_uint_eq(elsewhere, patient ? 0 : 3);
    text_run_clear(&run);
  }
}
END_TEST

/* Paired: where a task runs is all that changes its length. */
START_TEST(durations_are_paired)
{
  static const char *const cluster = "[cluster]\nresources=cpus:2\n[agents a]\ncount=5\n[agents b]\ncount=5\n"
                                     "[framework f]\njobs=10\narrival=poisson(5s)\ntasks=6\n"
                                     "task-resources=cpus:1\ntask-duration=uniform(5s, 15s)\n";
  g_autofree char *with = g_strconcat(cluster, "prefers=class == b\nelsewhere-slowdown=2\n", NULL);
  TextRun run, plain;
  double length[10][6];
  text_run(&plain, "drf", cluster);
  text_run(&run, "drf", with);
  ck_assert_uint_eq(plain.attempts->len, 60);
  ck_assert_uint_eq(run.attempts->len, 60);
  for (uint32_t i = 0; i < 60; i++) {
    const TextAttempt *attempt = &g_array_index(plain.attempts, TextAttempt, i);
    length[attempt->job][attempt->index] = attempt->finish - attempt->start;
  }
  for (uint32_t i = 0; i < 60; i++) {
    const TextAttempt *attempt = &g_array_index(run.attempts, TextAttempt, i);
    double expected = length[attempt->job][attempt->index] * (attempt->agent < 5 ? 2 : 1);
    ck_assert_double_eq_tol(attempt->finish - attempt->start, expected, 1e-6);
  }
  text_run_clear(&run);
  text_run_clear(&plain);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-preferences");
  TCase *all = tcase_create("preferences");
  tcase_add_test(all, waits_then_takes_any);
  tcase_add_test(all, resources_may_be_preferred);
  tcase_add_test(all, a_preferred_launch_begins_the_wait_anew);
  tcase_add_test(all, durations_are_paired);
  suite_add_tcase(suite, all);
  return suite;
}
