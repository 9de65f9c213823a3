/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Gangs of a batch system: jobs that are one whole (mpi), and a pool of nodes for them (torque; backfilling is in
 * simulation-rigid.c).
 */

#include <string.h>

#include "tests/model/text-run.h"
#include "tests/support/test-main.h"

#define HEAD(agents, duration)                                                                               \
  "[experiment]\nduration=" duration "\n[cluster]\nagents=" agents "\nresources=cpus:1\n"

static const TextAttempt *attempt_at(const TextRun *run, uint32_t i)
{
  return &g_array_index(run->attempts, TextAttempt, i);
}

/* Tasks of one job take as long as each other, those of another job as long as they do. */
START_TEST(a_job_has_one_length)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("8", "1h") "[framework m]\nscheduler=mpi\njobs=2\ntasks=4\ntask-resources=cpus:1\n"
                           "task-duration=exponential(60s)\n");
  ck_assert_uint_eq(run.attempts->len, 8);
  for (uint32_t i = 1; i < 4; i++) {
    ck_assert_double_eq(attempt_at(&run, i)->finish, attempt_at(&run, 0)->finish);
    ck_assert_double_eq(attempt_at(&run, 4 + i)->finish, attempt_at(&run, 4)->finish);
  }
  ck_assert_double_ne(attempt_at(&run, 0)->finish, attempt_at(&run, 4)->finish);
  text_run_clear(&run);
}
END_TEST

/* However long their executors take to start, all begin at once, at the slowest, and end at once. */
START_TEST(a_gang_begins_at_once)
{
  TextRun run;
  text_run(&run, "drf",
           HEAD("8", "1h") "[framework m]\nscheduler=mpi\ntasks=8\ntask-resources=cpus:1\ntask-duration=20s\n"
                           "executor-start-up=exponential(10s)\n");
  ck_assert_uint_eq(run.attempts->len, 8);
  ck_assert_double_gt(attempt_at(&run, 0)->start, 10);
  for (uint32_t i = 0; i < 8; i++) {
    ck_assert_double_eq(attempt_at(&run, i)->start, attempt_at(&run, 0)->start);
    ck_assert_double_eq(attempt_at(&run, i)->finish, attempt_at(&run, 0)->start + 20);
  }
  text_run_clear(&run);
}
END_TEST

/* One of three tasks is lost: the others go with it, and all three start again where there is room. */
static void check_one_is_lost(const char *latency)
{
  TextRun run;
  g_autofree char *text = g_strdup_printf(
      HEAD("5", "200s") "[network]\nmaster-agent=%s\nmaster-framework=%s\n"
                        "[framework m]\nscheduler=mpi\ntasks=3\ntask-resources=cpus:1\ntask-duration=60s\n"
                        "[operator out]\nat=20s: drain agents:1-3\n",
      latency, latency);
  text_run(&run, "drf", text);
  uint32_t lost = text_attempts(&run, "m", "TASK_KILLED", -1, 19, 22);
  ck_assert_uint_eq(lost, 3);
  ck_assert_uint_eq(text_attempts(&run, "m", "TASK_FINISHED", -1, 0, 200), 0); /* two agents do not suffice */
  text_run_clear(&run);
}

START_TEST(one_lost_all_lost)
{
  check_one_is_lost("0s");
  check_one_is_lost("300ms");
}
END_TEST

/* The first agent goes while all three are on their way: the other two are killed when they are heard to run. */
START_TEST(those_on_their_way_are_lost_too)
{
  TextRun run;
  text_run(
      &run, "drf",
      HEAD("3", "200s") "[network]\nmaster-agent=5s\n[framework m]\nscheduler=mpi\ntasks=3\n"
                        "task-resources=cpus:1\ntask-duration=60s\n[operator out]\nat=2s: gone agents:1\n");
  ck_assert_uint_eq(text_attempts(&run, "m", "TASK_KILLED", -1, 10, 16), 2);
  ck_assert_uint_eq(text_attempts(&run, "m", "TASK_FINISHED", -1, 0, 200), 0); /* two agents do not suffice */
  text_run_clear(&run);
}
END_TEST

START_TEST(starts_again_as_a_whole)
{
  TextRun run;
  text_run(
      &run, "drf",
      HEAD("5", "200s") "[framework m]\nscheduler=mpi\ntasks=3\ntask-resources=cpus:1\ntask-duration=60s\n"
                        "[framework r]\nscheduler=rigid\nstart=1s\ntasks=2\ntask-resources=cpus:1\n"
                        "task-duration=60s\n"
                        "[operator out]\nat=20s: drain agents:1-2\n");
  /* Whoever was on the two agents, m or r: a rigid task runs again alone, mpi only as three. */
  double again = -1;
  uint32_t second = 0;
  for (uint32_t i = 0; i < run.attempts->len; i++)
    if (strcmp(attempt_at(&run, i)->framework, "m") == 0 && attempt_at(&run, i)->attempt == 2) {
      again = attempt_at(&run, i)->start;
      second++;
    }
  ck_assert_uint_eq(second, 3);
  for (uint32_t i = 0; i < run.attempts->len; i++)
    if (strcmp(attempt_at(&run, i)->framework, "m") == 0 && attempt_at(&run, i)->attempt == 2)
      ck_assert_double_eq(attempt_at(&run, i)->start, again);
  ck_assert_double_eq(text_state(&run, 0, "finished"), again + 60);
  text_run_clear(&run);
}
END_TEST

/* Where a job's size is drawn, what one host has room for is known only when it comes: two tasks. */
START_TEST(too_many_for_the_hosts_it_wants)
{
  TextRun run;
  text_run(&run, "drf",
           "[cluster]\nagents=4\nresources=cpus:2\n[framework r]\nscheduler=rigid\nonly-agents=agent-00001\n"
           "tasks=uniform(3, 6)\njobs=2\narrival=once\ntask-resources=cpus:1\ntask-duration=5s\n");
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  ck_assert_ptr_nonnull(strstr(run.states->str, "r 0 unschedulable"));
  ck_assert_ptr_nonnull(strstr(run.states->str, "r 1 unschedulable"));
  text_run_clear(&run);
}
END_TEST

/* --- torque --------------------------------------------------------------------------------------------- */

static double start_of(const TextRun *run, uint32_t job)
{
  return text_state(run, job, "running");
}

#define POOL(agents, nodes)                                                                                  \
  "[cluster]\nagents=" agents "\nresources=cpus:1\n[role pool]\nguarantee=cpus:" nodes "\n"

/* However much is free, the framework takes no more than is guaranteed to it. */
START_TEST(stays_within_its_pool)
{
  TextRun run;
  text_run(&run, "drf",
           POOL("10", "4") "[framework q]\nscheduler=torque\nrole=pool\njobs=6\ntasks=2\n"
                           "task-resources=cpus:1\ntask-duration=10s\n");
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  for (uint32_t job = 0; job < 6; job++) {
    ck_assert_double_ge(start_of(&run, job), 10.0 * (job / 2));
    ck_assert_double_le(start_of(&run, job), 12.0 * (job / 2) + 1); /* it asks again when a job has ended */
  }
  text_run_clear(&run);
  text_run(&run, "drf",
           POOL("10", "4") "[framework q]\nscheduler=torque\nrole=pool\ntasks=5\n"
                           "task-resources=cpus:1\ntask-duration=10s\n");
  ck_assert_ptr_nonnull(strstr(run.states->str,
                               "unschedulable 0: its gang of 5 tasks of cpus:1 each is more than "
                               "what the role \"pool\" is guaranteed"));
  text_run_clear(&run);
}
END_TEST

/* The second job, which has no room, refuses the last two agents for long; when the first one is lost it asks for them anew. */
START_TEST(a_lost_gang_asks_at_once)
{
  TextRun run;
  text_run(&run, "drf",
           POOL("4", "2") "[framework q]\nscheduler=torque\nrole=pool\njobs=2\narrival=once\ntasks=2\n"
                          "task-resources=cpus:1\ntask-duration=60s\nrefuse-seconds=1000s\n"
                          "[operator out]\nat=20s: gone agents:1-2\n");
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  ck_assert_uint_eq(text_attempts(&run, "q", "TASK_FINISHED", -1, 80, 83), 2);
  text_run_clear(&run);
}
END_TEST

/* The second stage of the first job comes before the second job, which has no room beside the first stage. */
START_TEST(the_next_stage_of_a_job_asks_at_once)
{
  TextRun run;
  text_run(
      &run, "drf",
      POOL("4",
           "2") "[framework q]\nscheduler=torque\nrole=pool\njobs=2\narrival=once\nrefuse-seconds=1000s\n"
                "[stage q.one]\ntasks=2\ntask-resources=cpus:1\ntask-duration=60s\n"
                "[stage q.two]\nafter=one\ntasks=2\ntask-resources=cpus:1\ntask-duration=60s\n");
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  ck_assert_double_le(text_state(&run, 0, "finished"), 123);
  ck_assert_double_le(text_state(&run, 1, "finished"), 246);
  text_run_clear(&run);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-gangs");
  test_case(suite, a_job_has_one_length);
  test_case(suite, a_gang_begins_at_once);
  test_case(suite, one_lost_all_lost);
  test_case(suite, those_on_their_way_are_lost_too);
  test_case(suite, starts_again_as_a_whole);
  test_case(suite, too_many_for_the_hosts_it_wants);
  test_case(suite, stays_within_its_pool);
  test_case(suite, a_lost_gang_asks_at_once);
  test_case(suite, the_next_stage_of_a_job_asks_at_once);
  return suite;
}
