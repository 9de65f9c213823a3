/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How fast tasks run (sim-pace.h): slow agents, slow tasks, and gangs in step.
 */

#include <math.h>
#include <string.h>

#include "tests/model/text-run.h"
#include "tests/support/test-main.h"

static const TextAttempt *attempt_at(const TextRun *run, uint32_t i)
{
  return &g_array_index(run->attempts, TextAttempt, i);
}

static double length_at(const TextRun *run, uint32_t i)
{
  return attempt_at(run, i)->finish - attempt_at(run, i)->start;
}

/* How many of all attempts took @seconds. */
static uint32_t n_of_length(const TextRun *run, double seconds)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->attempts->len; i++)
    n += fabs(length_at(run, i) - seconds) < 1e-6;
  return n;
}

/* --- slow agents ---------------------------------------------------------------------------------------- */

#define PARTLY_SLOW                                                                                          \
  "[cluster]\nagents=200\nresources=cpus:1\nslow-agents=25%:4\n[framework f]\ntasks=200\n"                   \
  "task-resources=cpus:1\ntask-duration=10s\n"

START_TEST(some_agents_are_slow)
{
  TextRun run;
  text_run(&run, "drf", PARTLY_SLOW);
  uint32_t slow = n_of_length(&run, 40);
  ck_assert_uint_eq(n_of_length(&run, 10) + slow, 200);
  ck_assert_uint_ge(slow, 30); /* 50 +- 6: three deviations and more */
  ck_assert_uint_le(slow, 70);
  text_run_clear(&run);
}
END_TEST

/* Which ones are does not depend on what runs there. */
START_TEST(the_same_agents_are_slow)
{
  TextRun run, other;
  text_run(&run, "drf", PARTLY_SLOW);
  text_run(&other, "priority", PARTLY_SLOW "start=7s\nrefuse-seconds=1s\n");
  double length[200] = {0};
  for (uint32_t i = 0; i < 200; i++)
    length[attempt_at(&run, i)->agent] = length_at(&run, i);
  for (uint32_t i = 0; i < 200; i++)
    ck_assert_double_eq_tol(length_at(&other, i), length[attempt_at(&other, i)->agent], 1e-6);
  text_run_clear(&run);
  text_run_clear(&other);
}
END_TEST

START_TEST(a_class_says_its_own)
{
  TextRun run;
  text_run(&run, "drf",
           "[cluster]\nagents=1\nresources=cpus:1\nslow-agents=100%:2\n[agents fast]\ncount=1\nspeed=2\n"
           "[agents sure]\ncount=1\nslow-agents=none\n[framework f]\ntasks=3\ntask-resources=cpus:1\n"
           "task-duration=10s\n");
  double expected[] = {20, 10, 10};
  ck_assert_uint_eq(run.attempts->len, 3);
  for (uint32_t i = 0; i < 3; i++)
    ck_assert_double_eq(length_at(&run, i), expected[attempt_at(&run, i)->agent]);
  text_run_clear(&run);
}
END_TEST

/* --- slow tasks ----------------------------------------------------------------------------------------- */

START_TEST(some_tasks_are_slow)
{
  TextRun run;
  text_run(&run, "drf",
           "[cluster]\nagents=200\nresources=cpus:1\n[framework f]\ntasks=200\ntask-resources=cpus:1\n"
           "task-duration=10s\nslow-tasks=25%:4\n");
  uint32_t slow = n_of_length(&run, 40);
  ck_assert_uint_eq(n_of_length(&run, 10) + slow, 200);
  ck_assert_uint_ge(slow, 30);
  ck_assert_uint_le(slow, 70);
  text_run_clear(&run);
}
END_TEST

#define THIRTY                                                                                               \
  "[experiment]\nduration=1h\n[cluster]\nagents=60\nresources=cpus:1\n%s\n[framework f]\ntasks=30\n"         \
  "task-resources=cpus:1\ntask-duration=uniform(60s, 61s)\nslow-tasks=%s\n"

/* The factor multiplies what was drawn, and another attempt at a task is drawn anew. */
START_TEST(durations_are_paired)
{
  TextRun run, even;
  g_autofree char *first = g_strdup_printf(THIRTY, "[operator out]\nat=5s: drain agents:1-30", "50%:3");
  g_autofree char *second = g_strdup_printf(THIRTY, "", "none");
  double length[30] = {0};
  bool slow[30][3] = {{false}};
  text_run(&even, "drf", second);
  for (uint32_t i = 0; i < 30; i++)
    length[attempt_at(&even, i)->index] = length_at(&even, i);
  text_run(&run, "drf", first);
  uint32_t finished = 0, differ = 0;
  for (uint32_t i = 0; i < run.attempts->len; i++) {
    const TextAttempt *attempt = attempt_at(&run, i);
    if (strcmp(attempt->state, "TASK_FINISHED") != 0)
      continue;
    double factor = length_at(&run, i) / length[attempt->index];
    ck_assert(fabs(factor - 1) < 1e-6 || fabs(factor - 3) < 1e-6);
    slow[attempt->index][attempt->attempt] = factor > 2;
    finished++;
  }
  ck_assert_uint_eq(finished, 30);
  text_run_clear(&run);
  g_autofree char *third = g_strdup_printf(THIRTY, "", "50%:3");
  text_run(&run, "drf", third);
  for (uint32_t i = 0; i < 30; i++) {
    uint32_t index = attempt_at(&run, i)->index;
    bool was_slow = length_at(&run, i) > 2 * length[index];
    differ += slow[index][2] != was_slow && attempt_at(&run, i)->attempt == 1;
  }
  ck_assert_uint_gt(differ, 0);
  text_run_clear(&run);
  text_run_clear(&even);
}
END_TEST

/* --- gangs ---------------------------------------------------------------------------------------------- */

#define TWO_SPEEDS                                                                                           \
  "[cluster]\nresources=cpus:1\n[agents fast]\ncount=3\n[agents slow]\ncount=1\nspeed=0.5\n[framework f]\n"  \
  "tasks=4\ntask-resources=cpus:1\ntask-duration=10s\n"

START_TEST(mpi_runs_in_step)
{
  static const char *const in_step[] = {"mpi", "torque\nrole=f\n[role f]\nguarantee=cpus:4"};
  for (uint32_t k = 0; k < G_N_ELEMENTS(in_step); k++) {
    TextRun run;
    g_autofree char *text = g_strdup_printf(TWO_SPEEDS "scheduler=%s\n", in_step[k]);
    text_run(&run, "drf", text);
    ck_assert_uint_eq(run.attempts->len, 4);
    ck_assert_uint_eq(n_of_length(&run, 20), 4);
    text_run_clear(&run);
  }
}
END_TEST

START_TEST(rigid_does_not)
{
  TextRun run;
  text_run(&run, "drf", TWO_SPEEDS "scheduler=rigid\n");
  ck_assert_uint_eq(n_of_length(&run, 10), 3);
  ck_assert_uint_eq(n_of_length(&run, 20), 1);
  text_run_clear(&run);
}
END_TEST

/* One slow task slows all of its gang, and no other gang. */
START_TEST(a_slow_task_slows_its_gang)
{
  TextRun run;
  text_run(&run, "drf",
           "[cluster]\nagents=80\nresources=cpus:1\n[framework f]\nscheduler=mpi\njobs=20\ntasks=4\n"
           "task-resources=cpus:1\ntask-duration=10s\nslow-tasks=20%:3\n");
  double length[20] = {0};
  uint32_t slow = 0;
  for (uint32_t i = 0; i < run.attempts->len; i++) {
    const TextAttempt *attempt = attempt_at(&run, i);
    if (length[attempt->job] == 0) {
      length[attempt->job] = length_at(&run, i);
      slow += length_at(&run, i) > 20;
    }
    ck_assert_double_eq(length_at(&run, i), length[attempt->job]);
  }
  ck_assert_uint_ge(slow, 4); /* of 20, each with 1 - 0.8^4 = 59 % */
  ck_assert_uint_le(slow, 19);
  text_run_clear(&run);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-pace");
  TCase *slow = tcase_create("stragglers");
  tcase_add_test(slow, some_agents_are_slow);
  tcase_add_test(slow, the_same_agents_are_slow);
  tcase_add_test(slow, a_class_says_its_own);
  tcase_add_test(slow, some_tasks_are_slow);
  tcase_add_test(slow, durations_are_paired);
  suite_add_tcase(suite, slow);
  TCase *gangs = tcase_create("gangs");
  tcase_add_test(gangs, mpi_runs_in_step);
  tcase_add_test(gangs, rigid_does_not);
  tcase_add_test(gangs, a_slow_task_slows_its_gang);
  suite_add_tcase(suite, gangs);
  return suite;
}
