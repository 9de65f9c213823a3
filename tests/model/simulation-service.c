/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Services: how many instances are up, where they stand, and what replaces those that are lost.
 */

#include <string.h>

#include "tests/model/text-run.h"
#include "tests/support/test-main.h"

#define HEAD(agents, more)                                                                                   \
  "[experiment]\nduration=100s\n[cluster]\nagents=" agents "\nresources=cpus:4\n" more

#define SERVICE(instances, more)                                                                             \
  "[framework web]\nscheduler=service\ninstances=" instances "\ntask-resources=cpus:1\n" more

static const TextAttempt *attempt_at(const TextRun *run, uint32_t i)
{
  return &g_array_index(run->attempts, TextAttempt, i);
}

/* Attempts that run at @at; of those still running at the end finish is -1. */
static uint32_t up_at(const TextRun *run, double at)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->attempts->len; i++) {
    const TextAttempt *attempt = attempt_at(run, i);
    n += attempt->start >= 0 && attempt->start <= at && (attempt->finish < 0 || attempt->finish > at);
  }
  return n;
}

/* The most attempts that run at once on one of @n agents, or in one rack of @per_rack. */
static uint32_t crowd_at(const TextRun *run, double at, uint32_t per_rack)
{
  uint32_t crowd[64] = {0}, most = 0;
  for (uint32_t i = 0; i < run->attempts->len; i++) {
    const TextAttempt *attempt = attempt_at(run, i);
    if (attempt->start < 0 || attempt->start > at || (attempt->finish >= 0 && attempt->finish <= at))
      continue;
    uint32_t here = ++crowd[attempt->agent / per_rack];
    most = MAX(most, here);
  }
  return most;
}

START_TEST(follows_its_schedule)
{
  TextRun run;
  text_run(&run, "drf", HEAD("5", "") SERVICE("3, 20s: 10, 40s: 4, 60s: 0, 80s: 2", "start=5s\n"));
  const double at[] = {10, 30, 50, 70, 90};
  const uint32_t up[] = {3, 10, 4, 0, 2};
  for (uint32_t i = 0; i < 5; i++)
    ck_assert_uint_eq(up_at(&run, at[i]), up[i]);
  /* At once downwards, and the youngest go: those of 25 s first. */
  ck_assert_uint_eq(text_attempts(&run, "web", "TASK_KILLED", -1, 45, 45), 6);
  for (uint32_t i = 0; i < 6; i++)
    ck_assert_double_ge(attempt_at(&run, i)->launch, 25);
  ck_assert_double_ge(text_state(&run, 0, "running"), 5);
  ck_assert_double_eq(text_state(&run, 0, "finished"), -1);
  text_run_clear(&run);
}
END_TEST

/* Those that end by themselves are replaced, as are those that are lost with their agent. */
START_TEST(replaces_what_ends)
{
  TextRun run;
  text_run(&run, "drf", HEAD("5", "") SERVICE("6", "task-duration=exponential(10s)\n"));
  ck_assert_uint_gt(text_attempts(&run, "web", "TASK_FINISHED", -1, 0, 100), 30);
  for (double at = 10; at < 100; at += 10)
    ck_assert_uint_ge(up_at(&run, at), 3); /* each waits for at most one allocation */
  text_run_clear(&run);
  text_run(&run, "drf", HEAD("5", "") SERVICE("6", "") "[operator out]\nat=30s: gone agents:1-3\n");
  for (double at = 35; at < 100; at += 10)
    ck_assert_uint_eq(up_at(&run, at), 6);
  text_run_clear(&run);
}
END_TEST

START_TEST(spreads)
{
  TextRun run;
  text_run(&run, "drf", HEAD("5", "") SERVICE("5", "spread=host\ntask-duration=exponential(10s)\n"));
  for (double at = 0; at < 100; at += 5)
    ck_assert_uint_le(crowd_at(&run, at, 1), 1);
  ck_assert_uint_ge(up_at(&run, 3), 4);
  text_run_clear(&run);
  text_run(&run, "drf",
           HEAD("12", "agents-per-rack=3\n")
               SERVICE("4, 50s: 1", "spread=rack\ntask-duration=exponential(10s)\n"));
  for (double at = 0; at < 100; at += 5)
    ck_assert_uint_le(crowd_at(&run, at, 3), 1);
  ck_assert_uint_ge(up_at(&run, 3), 3);
  text_run_clear(&run);
}
END_TEST

/* A place is free again when its agent is gone; with latency nothing is ever there twice. */
START_TEST(spreads_with_losses_and_latency)
{
  TextRun run;
  text_run(
      &run, "drf",
      HEAD("8", "agents-per-rack=2\n") "[network]\nmaster-agent=exponential(200ms)\n"
                                       "master-framework=exponential(200ms)\n" SERVICE(
                                           "4, 20s: 2, 21s: 4, 70s: 1",
                                           "spread=rack\nexecutor-start-up=1s\n") "[operator out]\nat=30s: "
                                                                                  "gone agents:1\n[operator "
                                                                                  "more]\nat=50s: drain "
                                                                                  "agents:3-4\n");
  for (double at = 0; at < 100; at += 1)
    ck_assert_uint_le(crowd_at(&run, at, 2), 1);
  ck_assert_uint_eq(up_at(&run, 45), 4);
  ck_assert_uint_eq(up_at(&run, 65), 3);
  ck_assert_uint_eq(up_at(&run, 95), 1);
  text_run_clear(&run);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-service");
  test_case(suite, follows_its_schedule);
  test_case(suite, replaces_what_ends);
  test_case(suite, spreads);
  test_case(suite, spreads_with_losses_and_latency);
  return suite;
}
