/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Static partitions: whose the agents are, and that the jobs are the same.
 */

#include <string.h>

#include "tests/model/text-run.h"
#include "tests/support/test-main.h"

#define FRAMEWORK(name, more)                                                                                \
  "[framework " name "]\njobs=20\ntasks=5\ntask-resources=cpus:1\ntask-duration=exponential(10s)\n" more

#define WORKLOAD(partition)                                                                                  \
  "[experiment]\npartition=" partition "\n[agents small]\ncount=8\nresources=cpus:1\n"                       \
  "[agents large]\ncount=4\nresources=cpus:4\n[role b]\nweight=3\n" FRAMEWORK("a", "")                       \
      FRAMEWORK("b", "role=b\n") FRAMEWORK("c", "role=b\nconstraints=class == small\n")

static uint32_t agents_of(const TextRun *run, const char *framework, uint32_t from, uint32_t to)
{
  bool seen[64] = {false};
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->attempts->len; i++) {
    const TextAttempt *attempt = &g_array_index(run->attempts, TextAttempt, i);
    bool is_of = framework == NULL || strcmp(attempt->framework, framework) == 0;
    if (!is_of || attempt->agent < from || attempt->agent >= to || seen[attempt->agent])
      continue;
    seen[attempt->agent] = true;
    n++;
  }
  return n;
}

START_TEST(roles_have_agents_of_their_own)
{
  TextRun run, shared;
  text_run(&run, "drf", WORKLOAD("static"));
  /* A quarter of each class for a, the rest for the role b, of which c wants the small ones only. */
  ck_assert_uint_eq(agents_of(&run, "a", 0, 8), 2);
  ck_assert_uint_eq(agents_of(&run, "a", 8, 12), 1);
  ck_assert_uint_eq(agents_of(&run, "b", 8, 12), 3);
  ck_assert_uint_eq(agents_of(&run, "c", 0, 8), 6);
  ck_assert_uint_eq(agents_of(&run, "c", 8, 12), 0);
  ck_assert_uint_eq(agents_of(&run, NULL, 0, 12), 12);
  for (uint32_t i = 0; i < run.attempts->len; i++)
    for (uint32_t j = 0; j < run.attempts->len; j++) {
      const TextAttempt *one = &g_array_index(run.attempts, TextAttempt, i);
      const TextAttempt *other = &g_array_index(run.attempts, TextAttempt, j);
      ck_assert(one->agent != other->agent ||
                (strcmp(one->framework, "a") == 0) == (strcmp(other->framework, "a") == 0));
    }
  text_run(&shared, "drf", WORKLOAD("shared"));
  ck_assert_uint_gt(agents_of(&shared, "a", 0, 12), 3);
  ck_assert_uint_eq(shared.attempts->len, run.attempts->len);
  text_run_clear(&shared);
  text_run_clear(&run);
}
END_TEST

/* Of four agents by 1 : 1 : 4 Webster's rule gives the first two one each; the largest would take three by d'Hondt's. */
START_TEST(agents_by_websters_rule)
{
  TextRun run;
  text_run(
      &run, "drf",
      "[experiment]\npartition=static\n[cluster]\nagents=4\nresources=cpus:1\n[role c]\nweight=4\n" FRAMEWORK(
          "a", "") FRAMEWORK("b", "") FRAMEWORK("c", "role=c\n"));
  ck_assert_uint_eq(agents_of(&run, "a", 0, 4), 1);
  ck_assert_uint_eq(agents_of(&run, "b", 0, 4), 1);
  ck_assert_uint_eq(agents_of(&run, "c", 0, 4), 2);
  text_run_clear(&run);
}
END_TEST

START_TEST(a_gang_larger_than_its_partition)
{
  TextRun run;
  text_run(&run, "drf",
           "[experiment]\npartition=static\n[cluster]\nagents=4\nresources=cpus:1\n" FRAMEWORK(
               "a", "") "[framework g]\nscheduler=rigid\ntasks=3\ntask-resources=cpus:1\ntask-duration=1s\n");
  ck_assert_int_eq(run.end, SIMULATION_DONE);
  ck_assert_ptr_nonnull(strstr(run.states->str,
                               "g 20 unschedulable 0: its gang of 3 tasks of cpus:1 each does "
                               "not fit the empty partition of its role: 2 fit"));
  text_run_clear(&run);
}
END_TEST

/* Of the four agents of a rack two are in the partition of g, as half of all are; of the named two, one. */
START_TEST(agents_that_are_wanted_and_of_the_partition)
{
  static const char *const wants[] = {"constraints=rack == rack-00001\n",
                                      "constraints=hostname == agent-00001 | hostname == agent-00002\n"};
  static const char *const fit[] = {"2 fit", "1 fit"};
  for (int i = 0; i < 2; i++)
    for (int fits = 0; fits < 2; fits++) {
      TextRun run;
      g_autofree char *text = g_strdup_printf(
          "[experiment]\npartition=static\n[cluster]\nagents=8\nagents-per-rack=4\nresources=cpus:"
          "1\n" FRAMEWORK(
              "a",
              "") "[framework g]\nscheduler=rigid\ntasks=%d\ntask-resources=cpus:1\ntask-duration=1s\n%s",
          (i == 0 ? 2 : 1) + 1 - fits, wants[i]);
      text_run(&run, "drf", text);
      ck_assert_int_eq(run.end, SIMULATION_DONE);
      ck_assert((strstr(run.states->str, fit[i]) == NULL) == (fits == 1));
      ck_assert((strstr(run.states->str, "g 20 finished") != NULL) == (fits == 1));
      text_run_clear(&run);
    }
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-partitions");
  test_case(suite, roles_have_agents_of_their_own);
  test_case(suite, agents_by_websters_rule);
  test_case(suite, a_gang_larger_than_its_partition);
  test_case(suite, agents_that_are_wanted_and_of_the_partition);
  return suite;
}
