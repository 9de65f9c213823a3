/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Executors that live on (sim-executors.h): the start-up is paid once per agent and framework, and idle ones exit.
 */

#include <math.h>
#include <string.h>

#include "tests/model/text-run.h"
#include "tests/support/test-main.h"

static const TextAttempt *attempt_at(const TextRun *run, uint32_t i)
{
  return &g_array_index(run->attempts, TextAttempt, i);
}

/* How many attempts waited @seconds for their executor. */
static uint32_t n_waited(const TextRun *run, double seconds)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->attempts->len; i++)
    n += fabs(attempt_at(run, i)->start - attempt_at(run, i)->launch - seconds) < 1e-6;
  return n;
}

#define TWELVE(more)                                                                                         \
  "[experiment]\nduration=1h\n[cluster]\nagents=3\nresources=cpus:1\n[framework f]\nrefuse-seconds=0s\n"     \
  "tasks=12\ntask-resources=cpus:1\ntask-duration=10s\nexecutor-start-up=4s\n" more

START_TEST(start_up_is_paid_once)
{
  TextRun run;
  text_run(&run, "drf", TWELVE(""));
  ck_assert_uint_eq(n_waited(&run, 4), 12);
  text_run_clear(&run);
  text_run(&run, "drf", TWELVE("executor-reuse=yes\n"));
  ck_assert_uint_eq(n_waited(&run, 4), 3);
  ck_assert_uint_eq(n_waited(&run, 0), 9);
  text_run_clear(&run);
}
END_TEST

/* Tasks that come while it starts wait for the rest; each framework has one of its own. */
START_TEST(later_ones_wait_for_the_rest)
{
  TextRun run;
  text_run(
      &run, "drf",
      "[experiment]\nduration=1h\n[cluster]\nagents=1\nresources=cpus:4\n[framework f]\nrefuse-seconds=0s\n"
      "arrival=at(0s, 3s)\ntasks=1\ntask-resources=cpus:1\ntask-duration=10s\nexecutor-start-up=4s\n"
      "executor-reuse=yes\n[framework g]\nstart=1s\ntasks=1\ntask-resources=cpus:1\ntask-duration=10s\n"
      "executor-start-up=2s\nexecutor-reuse=yes\n");
  ck_assert_uint_eq(run.attempts->len, 3);
  for (uint32_t i = 0; i < 3; i++)
    ck_assert_double_eq(attempt_at(&run, i)->start, strcmp(attempt_at(&run, i)->framework, "g") == 0 ? 3 : 4);
  text_run_clear(&run);
}
END_TEST

#define GAP(more)                                                                                            \
  "[experiment]\nduration=1h\n[cluster]\nagents=1\nresources=cpus:1\n[framework f]\nrefuse-seconds=0s\n"     \
  "arrival=at(0s, 30s, 100s)\ntasks=1\ntask-resources=cpus:1\ntask-duration=10s\nexecutor-start-up=4s\n"     \
  "executor-reuse=yes\n" more

/* Idle from 14 s to 30 s, then from 40 s on (or 44 s). */
START_TEST(idle_ones_exit)
{
  TextRun run;
  text_run(&run, "drf", GAP(""));
  ck_assert_uint_eq(n_waited(&run, 4), 1);
  text_run_clear(&run);
  text_run(&run, "drf", GAP("executor-idle-timeout=20s\n"));
  ck_assert_uint_eq(n_waited(&run, 4), 2);
  text_run_clear(&run);
  text_run(&run, "drf", GAP("executor-idle-timeout=5s\n"));
  ck_assert_uint_eq(n_waited(&run, 4), 3);
  text_run_clear(&run);
}
END_TEST

/* A drained machine comes back as another agent, which has no executor. */
START_TEST(another_agent_starts_anew)
{
  TextRun run;
  text_run(
      &run, "drf",
      "[experiment]\nduration=5min\n[cluster]\nagents=1\nresources=cpus:1\n[framework f]\nrefuse-seconds=0s\n"
      "tasks=3\ntask-resources=cpus:1\ntask-duration=30s\nexecutor-start-up=4s\nexecutor-reuse=yes\n"
      "[operator a]\nat=40s: maintenance agents:1 start=45s length=10s\n"
      "[operator b]\nat=45s: maintenance-start agents:1\n[operator c]\nat=55s: maintenance-stop agents:1\n");
  ck_assert_uint_eq(n_waited(&run, 4), 2);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", -1, 0, 300), 3);
  text_run_clear(&run);
}
END_TEST

/* With another framework in between, which takes the agent, its executor is idle for long enough: its memory is free then,
 * and what it held is read anew by the next one. */
START_TEST(what_an_idle_executor_held_is_lost)
{
  static const char *const between = "[framework other]\nstart=50s\ntasks=1\ntask-resources=cpus:2\n"
                                     "task-duration=100s\n[framework memory]\nstart=120s\ntasks=1\n"
                                     "task-resources=mem:500\ntask-duration=1s\n";
  for (int idle = 0; idle < 2; idle++) {
    TextRun run;
    g_autofree char *text = g_strconcat(
        "[cluster]\nagents=1\nresources=cpus:2;mem:1000\n[framework s]\nscheduler=spark\nrefuse-seconds=0s\n"
        "iterations=2\ntasks=1\ntask-resources=cpus:2\ntask-duration=100s\ncached-task-duration=5s\n"
        "executor-resources=mem:600\nexecutor-start-up=1s\n",
        idle ? "executor-idle-timeout=10s\n" : "", between, NULL);
    text_run(&run, "drf", text);
    ck_assert_int_eq(run.end, SIMULATION_DONE);
    double memory = text_state(&run, 2, "running"), finished = text_state(&run, 0, "finished");
    if (idle) { /* both of its parts took 100 s */
      ck_assert_double_ge(memory, 111);
      ck_assert_double_le(memory, 122);
      ck_assert_double_ge(finished, 301);
    } else { /* the memory was held until its end; the second part took 5 s */
      ck_assert_double_ge(memory, finished);
      ck_assert_double_le(finished, 220);
    }
    text_run_clear(&run);
  }
}
END_TEST

/* At 20 s the framework hears that its task has ended, and has no job: its executor exits, and at 25 s the master hears of
 * that: the next run is at 25 s or 26 s, and what it offers is launched 5 s later. */
START_TEST(the_master_hears_of_an_exit_as_of_a_status)
{
  TextRun run;
  text_run(&run, "drf",
           "[experiment]\nduration=5min\n[cluster]\nagents=1\nresources=cpus:2;mem:1000\n[network]\n"
           "master-agent=5s\n[framework s]\nscheduler=spark\nrefuse-seconds=0s\ntasks=1\n"
           "task-resources=cpus:1\ntask-duration=10s\nexecutor-resources=mem:600\n[framework "
           "memory]\nrefuse-seconds=0s\nstart=15s\ntasks=1\n"
           "task-resources=mem:500\ntask-duration=1s\n");
  ck_assert_uint_eq(text_attempts(&run, "memory", "TASK_FINISHED", -1, 31, 32.5), 1);
  text_run_clear(&run);
}
END_TEST

/* Two executors exit, a machine comes back, a framework subscribes; the agents of the beginning have registered before. */
START_TEST(what_the_master_takes_for_an_exit_a_return_and_a_subscription)
{
  TextRun run;
  text_run(&run, "drf",
           "[master]\ncosts=executor-exited 1ms, register 10ms, subscribe 100ms\n[experiment]\n"
           "duration=5min\n[cluster]\nagents=3\nresources=cpus:1\n[framework f]\nrefuse-seconds=0s\n"
           "arrival=at(0s, 100s)\ntasks=1\ntask-resources=cpus:1\ntask-duration=10s\nexecutor-reuse=yes\n"
           "executor-idle-timeout=10s\n"
           "[operator a]\nat=40s: maintenance agents:1 start=45s length=10s\n"
           "[operator b]\nat=45s: maintenance-start agents:1\n[operator c]\nat=55s: maintenance-stop "
           "agents:1\n");
  ck_assert_int_eq(run.totals.master_work.ns, 112 * NS_PER_MS);
  text_run_clear(&run);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-executors");
  TCase *all = tcase_create("executors");
  tcase_add_test(all, start_up_is_paid_once);
  tcase_add_test(all, later_ones_wait_for_the_rest);
  tcase_add_test(all, idle_ones_exit);
  tcase_add_test(all, another_agent_starts_anew);
  tcase_add_test(all, what_an_idle_executor_held_is_lost);
  tcase_add_test(all, the_master_hears_of_an_exit_as_of_a_status);
  tcase_add_test(all, what_the_master_takes_for_an_exit_a_return_and_a_subscription);
  suite_add_tcase(suite, all);
  return suite;
}
