/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: what each operator call of a workload file does to a run: when it takes effect, to whom, and what is told of it.
 * Not here: what the master checks (tests/core), the text (tests/workload).
 */

#include <string.h>

#include "tests/model/text-run.h"
#include "tests/support/test-main.h"

#define HEAD(agents, duration)                                                                               \
  "[experiment]\nduration=" duration "\n[cluster]\nagents=" agents "\nresources=cpus:1;mem:1024\n"
#define ENDLESS(name, length)                                                                                \
  "[framework " name "]\ntasks=unlimited\ntask-resources=cpus:1\ntask-duration=" length "\n"
#define AT(name, call) "[operator " name "]\nat=" call "\n"

static const char *const done[] = {"TASK_FINISHED", "TASK_KILLED", "TASK_LOST", "TASK_GONE",
                                   "TASK_GONE_BY_OPERATOR"};

static void check_all_done(const TextRun *run, uint32_t n)
{
  ck_assert_uint_eq(run->calls->len, n);
  for (uint32_t i = 0; i < n; i++)
    ck_assert_msg(text_call(run, i)->refused == 0, "call %u: %s", i, text_call(run, i)->message);
  ck_assert_str_eq(run->warnings->str, "");
}

/* 12 agents of one slot, tasks of 2 s: halves before, thirds after. */
START_TEST(weights_take_effect)
{
  TextRun run;
  text_run(&run, "drf", HEAD("12", "300s") ENDLESS("a", "2s") ENDLESS("b", "2s") AT("w", "100s: weight b 2"));
  check_all_done(&run, 1);
  ck_assert_uint_eq(text_launches(&run, "a", -1, 50, 99), text_launches(&run, "b", -1, 50, 99));
  uint32_t a = text_launches(&run, "a", -1, 150, 249), b = text_launches(&run, "b", -1, 150, 249);
  ck_assert_uint_eq(a + b, 12 * 50);
  ck_assert_uint_eq(b, 2 * a);
  text_run_clear(&run);
}
END_TEST

/* The limit binds as tasks end; without it everything is taken again. */
START_TEST(quotas_limit_and_guarantee)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("10", "300s") ENDLESS("a", "2s") AT("q", "100s: quota a limit=cpus:3 force")
               AT("none", "200s: quota a"));
  check_all_done(&run, 2);
  ck_assert_uint_eq(text_launches(&run, "a", -1, 110, 189), 3 * 40);
  ck_assert_uint_eq(text_launches(&run, "a", -1, 210, 289), 10 * 40);
  text_run_clear(&run);

  /* The rest of the cluster is withheld from those that have no guarantee. */
  text_run(&run, "drf", HEAD("10", "100s") "[role vip]\nguarantee=cpus:4\n" ENDLESS("a", "2s"));
  ck_assert_uint_eq(text_launches(&run, "a", -1, 10, 89), 6 * 40);
  text_run_clear(&run);
}
END_TEST

START_TEST(guarantees_above_the_cluster_are_refused)
{
  TextRun run;
  text_run(&run, "drf", HEAD("2", "10s") ENDLESS("a", "2s") AT("q", "5s: quota a guarantee=cpus:3"));
  ck_assert_uint_eq(text_call(&run, 0)->done, 0);
  ck_assert_uint_eq(text_call(&run, 0)->refused, 1);
  ck_assert_ptr_nonnull(
      strstr(run.warnings->str, "[operator q] quota a guarantee=cpus:3: refused for 1 of 1: "));
  text_run_clear(&run);
}
END_TEST

START_TEST(calls_after_the_end_are_named)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("2", "10s") ENDLESS("a", "2s") AT("p", "5s: weight a 2") AT("q", "11s: weight a 3"));
  ck_assert_uint_eq(run.calls->len, 1);
  ck_assert_str_eq(run.warnings->str,
                   "[operator q] at 11s: weight a 3: the run ended before; 1 of 2 calls were not made\n");
  text_run_clear(&run);
}
END_TEST

/* Tasks of 7 s from 0 s on, a drain at 2 s with 3 s: killed at 5 s, and run again elsewhere; with 8 s: they end. */
START_TEST(drained_agents)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("2", "20s") "[framework f]\ntasks=2\ntask-resources=cpus:1\ntask-duration=7s\n"
                            "capabilities=task-killing-state\n" AT("d", "2s: drain agents:1 grace=3s"));
  check_all_done(&run, 1);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_KILLED", 0, 5, 5), 1);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", 1, 7, 14), 2);
  ck_assert_uint_eq(text_launches(&run, "f", 0, 1, 20), 0);
  /* staging is the master's own state; running, killing, killed; running, finished twice */
  ck_assert_double_eq(text_count(&run, "master/messages_status_update"), 3 + 4);
  text_run_clear(&run);

  text_run(&run, "drf",
           HEAD("2", "20s") "[framework f]\ntasks=2\ntask-resources=cpus:1\ntask-duration=7s\n" AT(
               "d", "2s: drain agents grace=8s mark-gone"));
  ck_assert_uint_eq(text_call(&run, 0)->done, 2);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", -1, 7, 7), 2);
  ck_assert_double_eq(text_count(&run, "master/slaves_active"), 0);
  ck_assert_double_eq(text_count(&run, "master/slave_removals"), 2);
  text_run_clear(&run);
}
END_TEST

#define MAINTAINED(reply)                                                                                    \
  HEAD("2", "100s")                                                                                          \
  ENDLESS("f", "8s")                                                                                         \
  "capabilities=partition-aware\ninverse-offers=" reply                                                      \
  "\n" AT("plan", "10s: maintenance agents:1 start=30s length=20s")                                          \
      AT("down", "20s: maintenance-start agents:1") AT("up", "50s: maintenance-stop agents:1")

/* Nothing starts on agent 0 from the inverse offer on; its task is lost when it goes down; the machine comes back as
 * agent 2. */
START_TEST(maintenance)
{
  TextRun run;
  text_run(&run, "drf", MAINTAINED("accept"));
  check_all_done(&run, 3);
  ck_assert_uint_eq(text_launches(&run, "f", 0, 0, 10), 2);
  ck_assert_uint_eq(text_launches(&run, "f", 0, 10.5, 100), 0);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_GONE", 0, 0, 100), 0); /* it had ended by then */
  ck_assert_uint_ge(text_launches(&run, "f", 2, 50, 52), 1);
  ck_assert_double_eq(text_count(&run, "master/slave_registrations"), 3);
  text_run_clear(&run);

  text_run(&run, "drf", MAINTAINED("decline"));
  check_all_done(&run, 3);
  ck_assert_uint_eq(text_launches(&run, "f", 0, 10.5, 20), 1);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_GONE", 0, 20, 20), 1);
  ck_assert_uint_ge(text_launches(&run, "f", 2, 50, 52), 1);
  text_run_clear(&run);

  text_run(&run, "drf", MAINTAINED("ignore"));
  check_all_done(&run, 3);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_GONE", 0, 20, 20), 1);
  text_run_clear(&run);
}
END_TEST

/* A machine that is let back before it has gone down does not register twice. */
START_TEST(maintenance_that_makes_no_sense)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("2", "100s") ENDLESS("f", "8s") AT("down", "20s: maintenance-start agents:1")
               AT("up", "50s: maintenance-stop agents:1"));
  ck_assert_uint_eq(text_call(&run, 0)->refused, 1);
  ck_assert_uint_eq(text_call(&run, 1)->refused, 1);
  ck_assert_double_eq(text_count(&run, "master/slave_registrations"), 2);
  text_run_clear(&run);
}
END_TEST

START_TEST(agents_that_are_gone_or_not_offered)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("3", "100s") ENDLESS("f", "4s") AT("off", "10s: deactivate agents:1")
               AT("on", "50s: reactivate agents:1") AT("gone", "30s: gone agents:2")
                   AT("white", "70s: whitelist agents:1") AT("all", "90s: whitelist all"));
  check_all_done(&run, 5);
  ck_assert_uint_eq(text_launches(&run, "f", 0, 12, 49), 0);
  ck_assert_uint_ge(text_launches(&run, "f", 0, 50, 60), 2);
  ck_assert_uint_eq(text_launches(&run, "f", 1, 30.5, 100), 0);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_LOST", 1, 30, 30), 1);
  ck_assert_uint_eq(text_launches(&run, "f", 2, 70.5, 89), 0);
  ck_assert_uint_ge(text_launches(&run, "f", 0, 74, 89), 3);
  ck_assert_uint_ge(text_launches(&run, "f", 2, 90, 95), 1);
  text_run_clear(&run);
}
END_TEST

/* Everybody of a group, or one by name; who has left already, or has not come yet, is refused. */
START_TEST(teardown)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("3", "100s") ENDLESS("f", "4s") "count=2\n" ENDLESS("g", "4s") AT("one", "10s: teardown f-2")
               AT("rest", "20s: teardown f"));
  ck_assert_uint_eq(text_call(&run, 0)->done, 1);
  ck_assert_uint_eq(text_call(&run, 1)->done, 1);
  ck_assert_uint_eq(text_call(&run, 1)->refused, 1);
  ck_assert_uint_eq(text_launches(&run, "f-2", -1, 10.5, 100), 0);
  ck_assert_uint_ge(text_launches(&run, "f-1", -1, 10.5, 19), 1);
  ck_assert_uint_eq(text_launches(&run, "f-1", -1, 20.5, 100), 0);
  ck_assert_uint_eq(text_launches(&run, "g", -1, 24.5, 87.5) % 3, 0);
  text_run_clear(&run);
  text_run(&run, "drf", HEAD("1", "20s") ENDLESS("f", "4s") "start=5s\n" AT("early", "1s: teardown f"));
  ck_assert_uint_eq(text_call(&run, 0)->refused, 1);
  ck_assert_str_eq(text_call(&run, 0)->message, "framework f: has not subscribed yet");
  text_run_clear(&run);
}
END_TEST

/* What is reserved to somebody else is not offered to f until it is unreserved. */
START_TEST(reservations)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("2", "100s") ENDLESS("f", "4s") AT("deactivate", "9s: deactivate agents:1")
               AT("reserve", "20s: reserve agents:1 cpus(*,other):1")
                   AT("activate", "21s: reactivate agents:1")
                       AT("unreserve", "50s: unreserve agents:1 cpus(*,other):1"));
  check_all_done(&run, 4);
  ck_assert_uint_eq(text_launches(&run, "f", 0, 20, 49), 0);
  ck_assert_uint_ge(text_launches(&run, "f", 0, 50, 60), 2);
  text_run_clear(&run);

  text_run(&run, "drf",
           "[experiment]\nduration=60s\n[cluster]\nagents=1\nresources=cpus:1;disk:100\n" ENDLESS("f", "4s")
               AT("reserve", "10s: reserve agents disk(*,f):100")
                   AT("create", "20s: create agents disk(*,f)[v]:60")
                       AT("destroy", "40s: destroy agents disk(*,f)[v]:60")
                           AT("again", "50s: create agents disk(*,g)[v]:60"));
  ck_assert_uint_eq(text_call(&run, 2)->done, 1);
  ck_assert_uint_eq(text_call(&run, 3)->refused, 1);
  text_run_clear(&run);
}
END_TEST

/* An operator's call is part of what happens: it is in the digest, also where nothing comes of it. */
START_TEST(calls_are_in_the_digest)
{
  TextRun without, with, again;
  text_run(&without, "drf", HEAD("2", "20s") ENDLESS("f", "4s"));
  text_run(&with, "drf", HEAD("2", "20s") ENDLESS("f", "4s") AT("w", "10s: weight nobody 2"));
  text_run(&again, "drf", HEAD("2", "20s") ENDLESS("f", "4s") AT("w", "10s: weight nobody 2"));
  ck_assert_uint_eq(text_launches(&without, "f", -1, 0, 20), text_launches(&with, "f", -1, 0, 20));
  ck_assert(without.digest != with.digest && with.digest == again.digest);
  text_run_clear(&without);
  text_run_clear(&with);
  text_run_clear(&again);
}
END_TEST

/* All of it with messages that take time, and are repeated: the books hold, and nothing is lost for good. */
START_TEST(with_latency)
{
  TextRun run;
  text_run(&run, "drf",
           "[network]\nmaster-agent=exponential(300ms)\nmaster-framework=exponential(500ms)\n" HEAD(
               "6", "900s") "[framework f]\ntasks=200\ntask-resources=cpus:1\ntask-duration=exponential(3s)\n"
                            "capabilities=task-killing-state, partition-aware\nreconcile-every=20s\n"
                            "executor-start-up=exponential(1s)\n" ENDLESS("g", "2s") "stop=350s\n" AT(
                                "a", "10s: drain agents:1-2 grace=2s") AT("b", "50s: reactivate agents:1-2")
                                AT("c", "60s: maintenance agents:3-4 start=70s")
                                    AT("d", "70s: maintenance-start agents:3-4")
                                        AT("e", "90s: maintenance-stop agents:3-4")
                                            AT("f", "91s: gone agents:5")
                                                AT("g", "100s: drain agents:6 grace=1s mark-gone")
                                                    AT("h", "120s: teardown g"));
  check_all_done(&run, 8);
  ck_assert_uint_eq(text_attempts(&run, "f", "TASK_FINISHED", -1, 0, 900), 200);
  uint32_t ended = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(done); i++)
    ended += text_attempts(&run, "f", done[i], -1, 0, 900);
  ck_assert_uint_eq(ended, text_launches(&run, "f", -1, 0, 900));
  text_run_clear(&run);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-operator");
  test_case(suite, weights_take_effect);
  test_case(suite, quotas_limit_and_guarantee);
  test_case(suite, guarantees_above_the_cluster_are_refused);
  test_case(suite, calls_after_the_end_are_named);
  test_case(suite, drained_agents);
  test_case(suite, maintenance);
  test_case(suite, maintenance_that_makes_no_sense);
  test_case(suite, agents_that_are_gone_or_not_offered);
  test_case(suite, teardown);
  test_case(suite, reservations);
  test_case(suite, calls_are_in_the_digest);
  test_case(suite, with_latency);
  return suite;
}
