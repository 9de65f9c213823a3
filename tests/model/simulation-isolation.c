/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What tasks on one agent cost each other, and containers (sim-isolation.h).
 */

#include <string.h>

#include "tests/model/text-run.h"
#include "tests/support/test-main.h"

static const TextAttempt *attempt_of(const TextRun *run, const char *framework)
{
  for (uint32_t i = 0; i < run->attempts->len; i++)
    if (strcmp(g_array_index(run->attempts, TextAttempt, i).framework, framework) == 0)
      return &g_array_index(run->attempts, TextAttempt, i);
  ck_abort_msg("no attempt of %s", framework);
}

static double length_of(const TextRun *run, const char *framework)
{
  return attempt_of(run, framework)->finish - attempt_of(run, framework)->start;
}

#define ONE(name, start, cpus)                                                                               \
  "[framework " name "]\nstart=" start "\ntasks=1\ntask-resources=cpus:" cpus "\ntask-duration=10s\n"

/* b comes beside one of four cpus, c beside three, d when all have gone. */
#define FOUR(keys)                                                                                           \
  "[cluster]\nagents=1\nresources=cpus:4\n" keys ONE("a", "0s", "1") ONE("b", "2s", "2") ONE("c", "4s", "1") \
      ONE("d", "1min", "1")

static void check_lengths(const char *text, double a, double b, double c, double d)
{
  TextRun run;
  text_run(&run, "drf", text);
  ck_assert_double_eq_tol(length_of(&run, "a"), a, 1e-6);
  ck_assert_double_eq_tol(length_of(&run, "b"), b, 1e-6);
  ck_assert_double_eq_tol(length_of(&run, "c"), c, 1e-6);
  ck_assert_double_eq_tol(length_of(&run, "d"), d, 1e-6);
  text_run_clear(&run);
}

START_TEST(others_slow_by_their_load)
{
  check_lengths(FOUR(""), 10, 10, 10, 10);
  check_lengths(FOUR("isolation=none\n"), 10, 10, 10, 10);
  check_lengths(FOUR("isolation=containers\n"), 10, 10 * (1 + 0.3 * 0.25), 10 * (1 + 0.3 * 0.75), 10);
  check_lengths(FOUR("isolation=containers\nco-location-slowdown=none\n"), 10, 10, 10, 10);
  check_lengths(FOUR("co-location-slowdown=0: 1, 1: 6.5\n"), 10, 10 * (1 + 5.5 * 0.25), 10 * (1 + 5.5 * 0.75),
                10);
  check_lengths(FOUR("co-location-slowdown=0: 1, 0.5: 1.1, 1: 1.3\n"), 10, 10.5, 12, 10);
  check_lengths(FOUR("co-location-slowdown=0.5: 2, 0.6: 3\n"), 20, 20, 30, 20); /* level outside */
}
END_TEST

START_TEST(containers_take_time_to_start)
{
  static const double starts[] = {3, 1}; /* what two tasks in a row wait for: container and executor */
  for (int reuse = 0; reuse < 2; reuse++) {
    TextRun run;
    g_autofree char *text = g_strconcat(
        "[experiment]\nduration=1h\n[cluster]\nagents=1\nresources=cpus:1\nisolation=containers\n"
        "container-start-up=2s\n[framework f]\nrefuse-seconds=0s\ntasks=2\ntask-resources=cpus:1\n"
        "task-duration=10s\nexecutor-start-up=1s\n",
        reuse ? "executor-reuse=yes\n" : "", NULL);
    text_run(&run, "drf", text);
    ck_assert_uint_eq(run.attempts->len, 2);
    for (uint32_t i = 0; i < 2; i++) {
      const TextAttempt *attempt = &g_array_index(run.attempts, TextAttempt, i);
      double expected = i == 0 || !reuse ? starts[0] : 0;
      ck_assert_double_eq(attempt->start - attempt->launch, expected);
    }
    text_run_clear(&run);
  }
}
END_TEST

/* One agent has a neighbour on it, the other two tasks of the gang: all run as those that have it worst. */
START_TEST(gangs_meet_their_neighbours_and_themselves)
{
  TextRun run;
  text_run(&run, "drf",
           "[cluster]\nagents=2\nresources=cpus:4\nco-location-slowdown=0: 1, 1: 2\n"
           "[framework busy]\nonly-agents=agent-00001\ntasks=1\ntask-resources=cpus:3\ntask-duration=1h\n"
           "[framework gang]\nstart=5s\nscheduler=mpi\ntasks=3\ntask-resources=cpus:1\ntask-duration=10s\n");
  uint32_t n = 0;
  for (uint32_t i = 0; i < run.attempts->len; i++) {
    const TextAttempt *attempt = &g_array_index(run.attempts, TextAttempt, i);
    if (strcmp(attempt->framework, "gang") != 0)
      continue;
    n++;
    ck_assert_double_eq_tol(attempt->finish - attempt->start, 17.5, 1e-6); /* beside three of four cpus */
  }
  ck_assert_uint_eq(n, 3);
  text_run_clear(&run);
}
END_TEST

/* Nobody else is there: each of the three is beside the other two. */
START_TEST(a_gang_meets_itself)
{
  TextRun run;
  text_run(&run, "drf",
           "[cluster]\nagents=1\nresources=cpus:4\nco-location-slowdown=0: 1, 1: 2\n"
           "[framework gang]\nscheduler=mpi\ntasks=3\ntask-resources=cpus:1\ntask-duration=10s\n");
  ck_assert_uint_eq(text_attempts(&run, "gang", "TASK_FINISHED", 0, 15, 15), 3);
  text_run_clear(&run);
}
END_TEST

/* The same jobs and durations, with and without: only the factor is added. */
START_TEST(durations_are_paired)
{
#define MANY                                                                                                 \
  "[cluster]\nagents=5\nresources=cpus:4\n%s[framework f]\njobs=20\narrival=poisson(2s)\ntasks=4\n"          \
  "task-resources=cpus:1\ntask-duration=uniform(1s, 9s)\n"
  TextRun with, without;
  g_autofree char *first = g_strdup_printf(MANY, "isolation=containers\n");
  g_autofree char *second = g_strdup_printf(MANY, "");
  double length[20][4] = {{0}};
  bool slowed = false;
  text_run(&with, "drf", first);
  text_run(&without, "drf", second);
  ck_assert_uint_eq(with.attempts->len, 80);
  ck_assert_uint_eq(without.attempts->len, 80);
  for (uint32_t i = 0; i < 80; i++) {
    const TextAttempt *attempt = &g_array_index(without.attempts, TextAttempt, i);
    length[attempt->job][attempt->index] = attempt->finish - attempt->start;
  }
  for (uint32_t i = 0; i < 80; i++) {
    const TextAttempt *attempt = &g_array_index(with.attempts, TextAttempt, i);
    double factor = (attempt->finish - attempt->start) / length[attempt->job][attempt->index];
    ck_assert_double_ge(factor, 1 - 1e-6);
    ck_assert_double_le(factor, 1 + 0.3 * 0.75 + 1e-6);
    slowed = slowed || factor > 1.1;
  }
  ck_assert(slowed);
  text_run_clear(&with);
  text_run_clear(&without);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-isolation");
  TCase *all = tcase_create("isolation");
  tcase_add_test(all, others_slow_by_their_load);
  tcase_add_test(all, containers_take_time_to_start);
  tcase_add_test(all, gangs_meet_their_neighbours_and_themselves);
  tcase_add_test(all, a_gang_meets_itself);
  tcase_add_test(all, durations_are_paired);
  suite_add_tcase(suite, all);
  return suite;
}
