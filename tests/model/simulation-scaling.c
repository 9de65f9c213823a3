/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What lies between elastic and rigid: a minimum allocation, scale-up, scale-down.
 */

#include <string.h>

#include "tests/model/text-run.h"
#include "tests/support/test-main.h"

static const TextAttempt *attempt_at(const TextRun *run, uint32_t i)
{
  return &g_array_index(run->attempts, TextAttempt, i);
}

/* How many of f run at @at. */
static uint32_t n_running(const TextRun *run, double at)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->attempts->len; i++) {
    const TextAttempt *attempt = attempt_at(run, i);
    n += strcmp(attempt->framework, "f") == 0 && attempt->start >= 0 && attempt->start <= at &&
         (attempt->finish < 0 || attempt->finish > at);
  }
  return n;
}

/* One of four agents is busy until 20 s, another one until 40 s. */
#define BUSY(keys) BUSY_OF("12", keys)
#define BUSY_OF(tasks, keys)                                                                                 \
  "[experiment]\nduration=1h\n[cluster]\nagents=4\nresources=cpus:1\n"                                       \
  "[framework one]\nonly-agents=agent-00001\ntasks=1\ntask-resources=cpus:1\ntask-duration=20s\n"            \
  "[framework two]\nonly-agents=agent-00002\ntasks=1\ntask-resources=cpus:1\ntask-duration=40s\n"            \
  "[framework f]\nstart=1s\nrefuse-seconds=0s\ntasks=" tasks "\ntask-resources=cpus:1\n"                     \
  "task-duration=uniform(29s, 31s)\n" keys

static void check_widths(const char *text, uint32_t at_15, uint32_t at_25, uint32_t at_45)
{
  TextRun run;
  text_run(&run, "drf", text);
  ck_assert_uint_eq(n_running(&run, 15), at_15);
  ck_assert_uint_eq(n_running(&run, 25), at_25);
  ck_assert_uint_eq(n_running(&run, 45), at_45);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", -1, 0, 3600), 12);
  text_run_clear(&run);
}

START_TEST(starts_with_its_minimum)
{
  static const char *const schedulers[] = {"scheduler=elastic\n", "scheduler=rigid\n"};
  for (uint32_t i = 0; i < 2; i++) {
    static const char *const keys[] = {"minimum-allocation=1\n", "minimum-allocation=2\n",
                                       "minimum-allocation=3\n", "minimum-allocation=4\n"};
    static const uint32_t widths[][3] = {{2, 3, 4}, {2, 3, 4}, {0, 3, 4}, {0, 0, 4}};
    for (uint32_t j = 0; j < G_N_ELEMENTS(keys); j++) {
      g_autofree char *text = g_strconcat(BUSY(""), schedulers[i], keys[j], NULL);
      check_widths(text, widths[j][0], widths[j][1], widths[j][2]);
    }
  }
}
END_TEST

/* Of a job of three: all three. */
START_TEST(a_minimum_above_its_tasks_is_all)
{
  TextRun run;
  text_run(&run, "drf", BUSY_OF("3", "minimum-allocation=5\n"));
  ck_assert_uint_eq(n_running(&run, 15), 0);
  ck_assert_uint_eq(n_running(&run, 25), 3);
  text_run_clear(&run);
}
END_TEST

START_TEST(stays_as_wide_as_it_began)
{
  check_widths(BUSY("minimum-allocation=2\nscale-up=no\n"), 2, 2, 2);
  check_widths(BUSY("minimum-allocation=3\nscale-up=no\n"), 0, 3, 3);
  check_widths(BUSY("scheduler=rigid\nminimum-allocation=2\nscale-up=no\n"), 2, 2, 2);
}
END_TEST

/* Without growth of the first job the next one begins beside it. */
START_TEST(others_use_what_it_leaves)
{
  TextRun run;
  text_run(&run, "drf", BUSY("minimum-allocation=2\nscale-up=no\njobs=2\n"));
  ck_assert_double_le(text_state(&run, 2, "running"), 2);
  ck_assert_double_ge(text_state(&run, 3, "running"), 20);
  ck_assert_double_le(text_state(&run, 3, "running"), 42);
  text_run_clear(&run);
}
END_TEST

#define MAINTAINED(keys) MAINTAINED_OF("1", keys)
#define MAINTAINED_OF(agents, keys)                                                                          \
  "[experiment]\nduration=1h\n[cluster]\nagents=3\nresources=cpus:2\n[framework f]\nrefuse-seconds=0s\n"     \
  "tasks=6\ntask-resources=cpus:1\ntask-duration=100s\n" keys                                                \
  "[operator o]\nat=10s: maintenance agents:" agents " start=60s length=10s\n"

static void check_released(const char *text, uint32_t expected)
{
  TextRun run;
  text_run(&run, "drf", text);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_KILLED", 0, 10, 13), expected);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_KILLED", -1, 0, 3600), expected);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", -1, 0, 3600), 6);
  text_run_clear(&run);
}

START_TEST(gives_up_what_it_is_asked_for)
{
  check_released(MAINTAINED(""), 0);
  check_released(MAINTAINED("scale-down=yes\n"), 2);
  check_released(MAINTAINED("scale-down=yes\ninverse-offers=decline\n"), 0);
  check_released(MAINTAINED("scale-down=yes\nminimum-allocation=4\n"), 2);
  check_released(MAINTAINED("scale-down=yes\nminimum-allocation=5\n"), 1);
  check_released(MAINTAINED("scale-down=yes\nminimum-allocation=6\n"), 0);
  check_released("[network]\nmaster-agent=100ms\nmaster-framework=100ms\n" MAINTAINED(
                     "scale-down=yes\nminimum-allocation=5\n"),
                 1);
}
END_TEST

/* Two of three agents are to be maintained. What is given up on the first one lives until that is heard, and is not counted for
 * the minimum any more. */
START_TEST(the_minimum_is_that_of_all_agents)
{
  static const char *const latencies[] = {"0s", "100ms"};
  for (int i = 0; i < 2; i++) {
    TextRun run;
    g_autofree char *text = g_strdup_printf("[network]\nmaster-agent=%s\nmaster-framework=%s\n" MAINTAINED_OF(
                                                "1-2", "scale-down=yes\nminimum-allocation=5\n"),
                                            latencies[i], latencies[i]);
    text_run(&run, "drf", text);
    ck_assert_uint_eq(text_attempts(&run, "f", "TASK_KILLED", -1, 10, 13), 1);
    ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", -1, 0, 3600), 6);
    text_run_clear(&run);
  }
}
END_TEST

/* What can only be known in the run. */
START_TEST(a_minimum_that_never_fits)
{
  TextRun run;
  text_run(&run, "drf",
           "[cluster]\nagents=4\nresources=cpus:1\n[framework f]\ntasks=9\ntask-resources=cpus:1\n"
           "task-duration=1s\nminimum-allocation=5\n");
  ck_assert_ptr_nonnull(
      strstr(run.states->str,
             "unschedulable 0: its gang of 5 tasks of cpus:1 each does not fit the empty cluster: 4 fit"));
  text_run_clear(&run);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-scaling");
  TCase *all = tcase_create("scaling");
  tcase_add_test(all, starts_with_its_minimum);
  tcase_add_test(all, a_minimum_above_its_tasks_is_all);
  tcase_add_test(all, stays_as_wide_as_it_began);
  tcase_add_test(all, others_use_what_it_leaves);
  tcase_add_test(all, gives_up_what_it_is_asked_for);
  tcase_add_test(all, the_minimum_is_that_of_all_agents);
  tcase_add_test(all, a_minimum_that_never_fits);
  suite_add_tcase(suite, all);
  return suite;
}
