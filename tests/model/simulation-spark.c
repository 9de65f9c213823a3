/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Spark: iterations over what executors hold, the wait for them, and what they hold of their agents.
 */

#include <string.h>

#include "tests/model/text-run.h"
#include "tests/support/test-main.h"

#define HEAD(agents, resources) "[cluster]\nagents=" agents "\nresources=" resources "\n"

#define SPARK(more)                                                                                          \
  "[framework "                                                                                              \
  "s]\nscheduler=spark\ntask-resources=cpus:1\ntask-duration=100s\ncached-task-duration=5s\n" more

/* The published figures (NSDI 2011, section 6.4): 174 s, then 6 s each: 348 s in all. */
START_TEST(later_iterations_are_fast)
{
  TextRun run;
  text_run(
      &run, "drf",
      HEAD("5", "cpus:2") "[framework s]\nscheduler=spark\niterations=30\ntasks=10\ntask-resources=cpus:1\n"
                          "executor-start-up=1s\ntask-duration=173s\ncached-task-duration=6s\n");
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  ck_assert_double_eq(text_state(&run, 0, "finished"), 348);
  ck_assert_uint_eq(text_attempts(&run, "s", "TASK_FINISHED", -1, 174, 174), 10);
  ck_assert_uint_eq(text_attempts(&run, "s", "TASK_FINISHED", -1, 180, 180), 10);
  text_run_clear(&run);
}
END_TEST

/* The agents of the second iteration are busy for a long time: after the wait its parts go elsewhere, and take long. */
START_TEST(waits_for_its_parts)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("2", "cpus:1") SPARK(
               "iterations=3\ntasks=2\nlocality-wait=10s\nrefuse-seconds=0s\n") "[framework "
                                                                                "late]\nstart=150s\nonly-"
                                                                                "agents=agent-00001\ntasks="
                                                                                "1\ntask-resources=cpus:1\n"
                                                                                "task-duration=1s\n"
                                                                                "[framework "
                                                                                "busy]\nstart=102s\nonly-"
                                                                                "agents=agent-00001\ntasks="
                                                                                "1\ntask-resources=cpus:1\n"
                                                                                "task-duration=500s\n");
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  /* Both end their second part at 105 s; busy takes the first agent. The third on the second agent is fast: 110 s. The
   * other waits until 10 s after that launch, takes 100 s there, and is the last. */
  double finished = text_state(&run, 0, "finished");
  ck_assert_double_ge(finished, 105 + 10 + 100);
  ck_assert_double_le(finished, 110 + 10 + 100 + 2);
  text_run_clear(&run);
}
END_TEST

/* The second agent holds two of three parts, which run from 200 s to 205 s and to 210 s; the wait for the first agent, which is
 * busy from 100 s on, begins anew with the second of them. */
START_TEST(a_launch_on_its_agent_renews_the_wait)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("2", "cpus:1") SPARK(
               "iterations=2\ntasks=3\nlocality-wait=10s\nrefuse-seconds=0s\n") "[framework "
                                                                                "busy]\nstart=50s\nonly-"
                                                                                "agents=agent-00001\ntasks="
                                                                                "1\ntask-resources=cpus:1\n"
                                                                                "task-duration=500s\n");
  double finished = text_state(&run, 0, "finished");
  ck_assert_double_ge(finished, 205 + 10 + 100);
  ck_assert_double_le(finished, 206 + 10 + 100);
  text_run_clear(&run);
}
END_TEST

/* The wait runs from when the iteration may begin, also where nothing is offered meanwhile: both agents are busy, the other one
 * for 15 s more. */
START_TEST(the_wait_needs_no_offers)
{
#define BUSY(agent) "start=50s\nonly-agents=" agent "\ntasks=1\ntask-resources=cpus:1\ntask-duration=65s\n"
  TextRun run;
  text_run(
      &run, "drf",
      HEAD("2", "cpus:1")
          SPARK("iterations=2\ntasks=1\nlocality-wait=10s\nrefuse-seconds=0s\n") "[framework one]\n" BUSY(
              "agent-00001") "[framework two]\n" BUSY("agent-00002"));
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  ck_assert_double_eq(text_state(&run, 0, "finished"), 100 + 15 + 100);
  text_run_clear(&run);
}
END_TEST

/* What its executor holds is free when its job is over, not before. */
START_TEST(executors_hold_their_agents)
{
  TextRun run;
  text_run(
      &run, "drf",
      HEAD("1", "cpus:4;mem:1000") SPARK(
          "iterations=2\ntasks=2\nexecutor-resources=mem:600\n") "[framework "
                                                                 "other]\nstart=1s\ntasks=1\ntask-resources="
                                                                 "cpus:1;mem:500\ntask-duration=10s\n");
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  double finished = text_state(&run, 0, "finished");
  ck_assert_double_ge(finished, 105);
  ck_assert_double_le(finished, 106);
  ck_assert_double_ge(text_state(&run, 1, "running"), finished);
  ck_assert_double_le(text_state(&run, 1, "running"), finished + 6);
  text_run_clear(&run);
  text_run(&run, "drf", HEAD("1", "cpus:4;mem:1000") SPARK("tasks=2\nexecutor-resources=mem:1001\n"));
  ck_assert_ptr_nonnull(strstr(run.states->str, "unschedulable"));
  text_run_clear(&run);
  text_run(&run, "drf", HEAD("1", "cpus(s):4;mem:1000") SPARK("tasks=2\n")); /* it uses nothing reserved */
  ck_assert_ptr_nonnull(strstr(run.states->str, "unschedulable"));
  text_run_clear(&run);
}
END_TEST

/* However long the wait: what nobody holds any more is read anew as soon as there is room. Two of three parts are held on, and
 * run from 100 s to 105 s; the agent of the third one goes while it runs there, or before. */
static void check_gone(const char *more, const char *gone, double finished)
{
  TextRun run;
  g_autofree char *text =
      g_strdup_printf(HEAD("3", "cpus:1") SPARK("iterations=2\ntasks=3\nlocality-wait=1h\n") "%s[operator "
                                                                                             "gone]\nat=%s\n",
                      more, gone);
  text_run(&run, "drf", text);
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  ck_assert_double_eq(text_state(&run, 0, "finished"), finished);
  text_run_clear(&run);
}

START_TEST(nobody_waits_for_executors_that_are_gone)
{
  check_gone("", "102s: gone agents:1", 105 + 100);
  check_gone("[operator off]\nat=50s: deactivate agents:1\n", "103s: gone agents:1", 105 + 100);
}
END_TEST

/* A long wait is no stall: the agent of one of two parts is offered no more, and its executor lives. */
START_TEST(a_long_wait_is_no_stall)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("2", "cpus:1") SPARK(
               "iterations=2\ntasks=2\nlocality-wait=1h\n") "[operator o]\nat=50s: deactivate agents:1\n");
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  ck_assert_double_ge(text_state(&run, 0, "finished"), 105 - 5 + 3600 + 100);
  ck_assert_double_le(text_state(&run, 0, "finished"), 105 + 3600 + 6 + 100);
  text_run_clear(&run);
}
END_TEST

/* Parts that were held by an agent that is gone are read anew elsewhere; nothing is lost but time. */
static void check_loss(const char *network)
{
  TextRun run;
  g_autofree char *text = g_strdup_printf(
      HEAD("3", "cpus:2;mem:100") "%s" SPARK(
          "iterations=4\ntasks=6\nexecutor-resources=mem:60\n"
          "executor-start-up=exponential(1s)\n") "[operator gone]\nat=50s: gone agents:1\n[operator "
                                                 "again]\nat=220s: drain agents:2 mark-gone\n",
      network);
  text_run(&run, "drf", text);
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  ck_assert_uint_eq(text_attempts(&run, "s", "TASK_FINISHED", -1, 0, 5000), 24);
  ck_assert_double_ge(text_state(&run, 0, "finished"), 200);
  text_run_clear(&run);
}

START_TEST(agents_are_lost)
{
  check_loss("");
  check_loss("[network]\nmaster-agent=exponential(300ms)\nmaster-framework=exponential(300ms)\n"
             "[master]\noffer-timeout=1s\n");
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-spark");
  test_case(suite, later_iterations_are_fast);
  test_case(suite, waits_for_its_parts);
  test_case(suite, a_launch_on_its_agent_renews_the_wait);
  test_case(suite, the_wait_needs_no_offers);
  test_case(suite, executors_hold_their_agents);
  test_case(suite, nobody_waits_for_executors_that_are_gone);
  test_case(suite, a_long_wait_is_no_stall);
  test_case(suite, agents_are_lost);
  return suite;
}
