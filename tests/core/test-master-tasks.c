/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the life of a task in the master, with the drf allocator: statuses in and out of order, when its
 * resources are free, acknowledgements, kills, and what happens to it when its framework or agent goes.
 *
 * Not here: launches that are refused (test-master-offers.c), answers within a call (test-master-reentry.c).
 */

#include "allocators/drf.h"
#include "tests/core/master-fixture.h"
#include "tests/support/test-main.h"

static const FrameworkId F0 = {0};
static const FrameworkId F1 = {1};
static const AgentId A0 = {0};

/* F0 runs the tasks 1 and 2 on A0 and refuses the rest for long. */
static MasterFixture *two_tasks(uint32_t capabilities)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:4;mem:4096");
  fixture_subscribe(f, "f", "r", capabilities);
  fixture_settle(f);
  fixture_accept(f, F0, "1", "1@0=cpus:1;mem:1024 2@0=cpus:1;mem:512", refuse_ms(1000000));
  fixture_log(f);
  return f;
}

static void acknowledge(MasterFixture *f, FrameworkId framework, uint64_t label, uint32_t sequence)
{
  master_acknowledge(f->master, f->now, framework, fixture_task(f, label), sequence);
  fixture_check(f);
}

static void kill_task(MasterFixture *f, FrameworkId framework, TaskId task)
{
  master_kill(f->master, f->now, framework, task, AGENT_NONE);
  fixture_check(f);
}

/* Whether the master still knows the task: a kill of it is not answered like one of an unknown task. */
static bool is_known(MasterFixture *f, uint64_t label)
{
  fixture_log(f);
  kill_task(f, F0, fixture_task(f, label));
  return g_strstr_len(fixture_log(f), -1, " 0 TASK_LOST REASON_RECONCILIATION") == NULL;
}

/* --- statuses ------------------------------------------------------------------------------------------- */

START_TEST(statuses_are_forwarded_in_order)
{
  MasterFixture *f = two_tasks(0);
  fixture_status(f, 1, TASK_STARTING, 1);
  fixture_status(f, 1, TASK_RUNNING, 2);
  fixture_status(f, 2, TASK_RUNNING, 1);
  fixture_status(f, 1, TASK_FINISHED, 3);
  fixture_expect(f, "0 status F0 1 TASK_STARTING REASON_NONE executor 1\n"
                    "0 status F0 1 TASK_RUNNING REASON_NONE executor 2\n"
                    "0 status F0 2 TASK_RUNNING REASON_NONE executor 1\n"
                    "0 status F0 1 TASK_FINISHED REASON_NONE executor 3");
  ck_assert_uint_eq(master_tasks_live(f->master), 1);
  fixture_free(f);
}
END_TEST

START_TEST(a_repeated_status_is_passed_on_again)
{
  MasterFixture *f = two_tasks(0);
  fixture_status(f, 1, TASK_RUNNING, 2);
  fixture_status(f, 1, TASK_RUNNING, 2);
  fixture_status(f, 1, TASK_FINISHED, 3);
  fixture_status(f, 1, TASK_FINISHED, 3);
  fixture_expect(f, "0 status F0 1 TASK_RUNNING REASON_NONE executor 2\n"
                    "0 status F0 1 TASK_RUNNING REASON_NONE executor 2\n"
                    "0 status F0 1 TASK_FINISHED REASON_NONE executor 3\n"
                    "0 status F0 1 TASK_FINISHED REASON_NONE executor 3");
  ck_assert_uint_eq(master_tasks_live(f->master), 1);
  acknowledge(f, F0, 1, 3);
  fixture_log(f);
  fixture_status(f, 1, TASK_FINISHED, 3); /* the acknowledgement has yet to arrive there */
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

START_TEST(old_and_repeated_statuses_change_nothing)
{
  MasterFixture *f = two_tasks(0);
  fixture_status(f, 1, TASK_RUNNING, 2);
  fixture_log(f);
  fixture_status(f, 1, TASK_STARTING, 1);
  fixture_status(f, 1, TASK_FAILED, 2);
  fixture_expect(f, "");
  ck_assert_uint_eq(master_tasks_live(f->master), 2);
  fixture_free(f);
}
END_TEST

/* What has ended stays so, whatever else is said of it. */
START_TEST(the_first_end_counts)
{
  MasterFixture *f = two_tasks(0);
  fixture_status(f, 1, TASK_FAILED, 1);
  fixture_status(f, 1, TASK_FINISHED, 2);
  fixture_status(f, 1, TASK_RUNNING, 3);
  ck_assert_int_eq(g_array_index(f->tasks, FixtureTask, 0).state, TASK_FAILED);
  ck_assert_uint_eq(master_tasks_live(f->master), 1);
  fixture_free(f);
}
END_TEST

START_TEST(statuses_of_unknown_tasks_are_dropped)
{
  MasterFixture *f = two_tasks(0);
  TaskStatus status = {.task = fixture_task(f, 1), .agent = {1}, .state = TASK_FINISHED, .sequence = 1};
  master_status_update(f->master, f->now, &status); /* another agent's task */
  status.agent = A0;
  status.task = TASK_NONE;
  master_status_update(f->master, f->now, &status);
  status.task = (TaskId){slot_id(0, 77)};
  master_status_update(f->master, f->now, &status);
  status.task = (TaskId){slot_id(5000000, 1)};
  master_status_update(f->master, f->now, &status);
  fixture_check(f);
  fixture_expect(f, "");
  ck_assert_uint_eq(master_tasks_live(f->master), 2);
  fixture_free(f);
}
END_TEST

START_TEST(statuses_after_the_removal_are_dropped)
{
  MasterFixture *f = two_tasks(0);
  TaskStatus status = {.task = fixture_task(f, 1), .agent = A0, .state = TASK_FINISHED, .sequence = 1};
  master_remove_agent(f->master, f->now, A0);
  fixture_log(f);
  master_status_update(f->master, f->now, &status);
  fixture_check(f);
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

START_TEST(resources_are_free_at_the_end_not_at_the_acknowledgement)
{
  MasterFixture *f = two_tasks(0);
  fixture_status(f, 1, TASK_RUNNING, 1);
  fixture_advance(f, 100);
  fixture_status(f, 1, TASK_FINISHED, 2);
  fixture_log(f);
  /* Three cpus are more than the two that were refused. */
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:3;mem:3584]");
  ck_assert(is_known(f, 1));
  fixture_free(f);
}
END_TEST

START_TEST(each_terminal_state_frees)
{
  for (int state = 0; state < TASK_STATES; state++) {
    MasterFixture *f = two_tasks(0);
    fixture_status(f, 1, (TaskState)state, 1);
    ck_assert_uint_eq(master_tasks_live(f->master), task_state_is_terminal((TaskState)state) ? 1 : 2);
    fixture_free(f);
  }
}
END_TEST

/* --- states that not every framework knows --------------------------------------------------------------- */

START_TEST(killing_is_only_for_those_that_know_it)
{
  for (int capable = 0; capable < 2; capable++) {
    MasterFixture *f = two_tasks(capable == 0 ? 0 : FRAMEWORK_TASK_KILLING_STATE);
    fixture_status(f, 1, TASK_RUNNING, 1);
    fixture_log(f);
    fixture_status(f, 1, TASK_KILLING, 2);
    fixture_expect(f, capable == 0 ? "0 acknowledge A0 1 2"
                                   : "0 status F0 1 TASK_KILLING REASON_NONE executor 2");
    fixture_status(f, 1, TASK_KILLING, 2); /* repeated */
    fixture_expect(f, capable == 0 ? "0 acknowledge A0 1 2"
                                   : "0 status F0 1 TASK_KILLING REASON_NONE executor 2");
    ck_assert_int_eq(g_array_index(f->tasks, FixtureTask, 0).state,
                     capable == 0 ? TASK_RUNNING : TASK_KILLING);
    fixture_status(f, 1, TASK_KILLED, 3);
    fixture_expect(f, "0 status F0 1 TASK_KILLED REASON_NONE executor 3");
    acknowledge(f, F0, 1, 3);
    ck_assert(!is_known(f, 1));
    fixture_free(f);
  }
}
END_TEST

START_TEST(states_of_partitions_are_lost_to_the_others)
{
  static const TaskState states[] = {TASK_DROPPED, TASK_GONE, TASK_GONE_BY_OPERATOR};
  for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
    for (int aware = 0; aware < 2; aware++) {
      MasterFixture *f = two_tasks(aware == 0 ? 0 : FRAMEWORK_PARTITION_AWARE);
      fixture_status(f, 1, states[i], 1);
      ck_assert_int_eq(g_array_index(f->tasks, FixtureTask, 0).state, aware == 0 ? TASK_LOST : states[i]);
      fixture_free(f);
    }
}
END_TEST

START_TEST(statuses_that_are_no_agents_to_tell)
{
  MasterFixture *f = two_tasks(0);
  TaskStatus good = {
      .task = fixture_task(f, 1), .agent = A0, .state = TASK_RUNNING, .source = SOURCE_AGENT, .sequence = 1};
  TaskStatus bad[] = {good, good, good, good, good, good, good, good};
  bad[0].state = TASK_STAGING;
  bad[1].state = TASK_UNREACHABLE;
  bad[2].state = TASK_UNKNOWN;
  bad[3].state = TASK_STATES;
  bad[4].reason = TASK_REASONS;
  bad[5].source = TASK_SOURCES;
  bad[6].sequence = 0;
  bad[7].agent.index = 99;
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
    master_status_update(f->master, f->now, &bad[i]);
  fixture_check(f);
  fixture_expect(f, "");
  master_status_update(f->master, f->now, &good);
  fixture_expect(f, "0 status F0 1 TASK_RUNNING REASON_NONE agent 1");
  fixture_free(f);
}
END_TEST

/* --- acknowledgements ----------------------------------------------------------------------------------- */

START_TEST(acknowledgements_are_passed_on)
{
  MasterFixture *f = two_tasks(0);
  fixture_status(f, 1, TASK_RUNNING, 1);
  acknowledge(f, F0, 1, 1);
  fixture_status(f, 1, TASK_FINISHED, 2);
  acknowledge(f, F0, 1, 2);
  fixture_expect(f, "0 status F0 1 TASK_RUNNING REASON_NONE executor 1\n0 acknowledge A0 1 1\n"
                    "0 status F0 1 TASK_FINISHED REASON_NONE executor 2\n0 acknowledge A0 1 2");
  ck_assert(!is_known(f, 1));
  ck_assert(is_known(f, 2));
  fixture_free(f);
}
END_TEST

START_TEST(wrong_acknowledgements_are_ignored)
{
  MasterFixture *f = two_tasks(0);
  fixture_subscribe(f, "g", "s", 0);
  fixture_settle(f);
  fixture_status(f, 1, TASK_FINISHED, 3);
  fixture_log(f);
  acknowledge(f, F0, 1, 4); /* not sent yet */
  acknowledge(f, F0, 1, 0);
  acknowledge(f, F1, 1, 3); /* not its own */
  master_acknowledge(f->master, f->now, F0, TASK_NONE, 1);
  master_acknowledge(f->master, f->now, F0, (TaskId){slot_id(0, 99)}, 1);
  fixture_check(f);
  fixture_expect(f, "");
  ck_assert(is_known(f, 1));
  acknowledge(f, F0, 1, 3);
  fixture_expect(f, "0 acknowledge A0 1 3");
  acknowledge(f, F0, 1, 3); /* the record is gone */
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

START_TEST(a_late_acknowledgement_of_an_earlier_status_keeps_the_record)
{
  MasterFixture *f = two_tasks(0);
  fixture_status(f, 1, TASK_RUNNING, 1);
  fixture_status(f, 1, TASK_FINISHED, 2);
  fixture_log(f);
  acknowledge(f, F0, 1, 1);
  fixture_expect(f, "0 acknowledge A0 1 1");
  ck_assert(is_known(f, 1));
  acknowledge(f, F0, 1, 2);
  ck_assert(!is_known(f, 1));
  fixture_free(f);
}
END_TEST

START_TEST(an_id_is_not_used_again)
{
  MasterFixture *f = two_tasks(0);
  TaskId before = fixture_task(f, 1);
  fixture_status(f, 1, TASK_FINISHED, 1);
  acknowledge(f, F0, 1, 1);
  fixture_advance(f, 1000);
  fixture_accept(f, F0, "2", "3@0=cpus:1;mem:1024", refuse_ms(0));
  TaskId after = fixture_task(f, 3);
  ck_assert_uint_eq(slot_of(before.value), slot_of(after.value));
  ck_assert(before.value != after.value);
  TaskStatus stale = {.task = before, .agent = A0, .state = TASK_FAILED, .sequence = 9};
  master_status_update(f->master, f->now, &stale);
  fixture_check(f);
  ck_assert_uint_eq(master_tasks_live(f->master), 2);
  fixture_free(f);
}
END_TEST

/* --- kills ---------------------------------------------------------------------------------------------- */

START_TEST(a_kill_goes_to_the_agent)
{
  MasterFixture *f = two_tasks(0);
  kill_task(f, F0, fixture_task(f, 2));
  fixture_expect(f, "0 kill A0 2");
  ck_assert_uint_eq(master_tasks_live(f->master), 2);
  fixture_status(f, 2, TASK_KILLED, 1);
  fixture_expect(f, "0 status F0 2 TASK_KILLED REASON_NONE executor 1");
  /* It has ended: the answer is its state. */
  kill_task(f, F0, fixture_task(f, 2));
  fixture_expect(f, "0 status F0 2 TASK_KILLED REASON_RECONCILIATION master 0");
  fixture_free(f);
}
END_TEST

START_TEST(a_kill_of_an_unknown_task_is_answered)
{
  MasterFixture *f = two_tasks(0);
  kill_task(f, F0, TASK_NONE);
  kill_task(f, F0, (TaskId){slot_id(0, 99)});
  fixture_expect(f, "0 status F0 0 TASK_LOST REASON_RECONCILIATION master 0\n"
                    "0 status F0 0 TASK_LOST REASON_RECONCILIATION master 0");
  fixture_free(f);
}
END_TEST

START_TEST(a_partition_aware_framework_hears_unknown)
{
  MasterFixture *f = two_tasks(FRAMEWORK_PARTITION_AWARE);
  kill_task(f, F0, TASK_NONE);
  fixture_expect(f, "0 status F0 0 TASK_UNKNOWN REASON_RECONCILIATION master 0");
  fixture_free(f);
}
END_TEST

START_TEST(nobody_kills_anothers_task)
{
  MasterFixture *f = two_tasks(0);
  fixture_subscribe(f, "g", "s", 0);
  kill_task(f, F1, fixture_task(f, 1));
  fixture_expect(f, "0 status F1 0 TASK_LOST REASON_RECONCILIATION master 0");
  ck_assert_uint_eq(master_tasks_live(f->master), 2);
  fixture_free(f);
}
END_TEST

/* --- removals ------------------------------------------------------------------------------------------- */

START_TEST(an_agent_goes_with_its_tasks)
{
  MasterFixture *f = two_tasks(0);
  fixture_status(f, 2, TASK_FINISHED, 1); /* not acknowledged: not lost again */
  fixture_log(f);
  master_remove_agent(f->master, f->now, A0);
  fixture_check(f);
  fixture_expect(f, "0 status F0 1 TASK_LOST REASON_SLAVE_REMOVED master 0");
  ck_assert_int_eq(g_array_index(f->tasks, FixtureTask, 0).state, TASK_LOST);
  ck_assert_int_eq(g_array_index(f->tasks, FixtureTask, 1).state, TASK_FINISHED);
  ck_assert_uint_eq(master_tasks_live(f->master), 0);
  fixture_free(f);
}
END_TEST

START_TEST(a_partition_aware_framework_hears_gone)
{
  MasterFixture *f = two_tasks(FRAMEWORK_PARTITION_AWARE);
  fixture_status(f, 1, TASK_RUNNING, 1);
  fixture_log(f);
  master_remove_agent(f->master, f->now, A0);
  fixture_check(f);
  ck_assert_int_eq(g_array_index(f->tasks, FixtureTask, 0).state, TASK_GONE);
  ck_assert_int_eq(g_array_index(f->tasks, FixtureTask, 1).state, TASK_GONE);
  fixture_free(f);
}
END_TEST

START_TEST(a_framework_goes_with_its_tasks)
{
  MasterFixture *f = two_tasks(0);
  fixture_register(f, "cpus:1;mem:1024");
  fixture_settle(f);
  fixture_register(f, "cpus:2;mem:2048");
  fixture_settle(f);
  fixture_expect(f, "0 offers F0 [2 A1 cpus:1;mem:1024]\n0 offers F0 [3 A2 cpus:2;mem:2048]");
  fixture_accept(f, F0, "3", "3@2=cpus:1", refuse_ms(0));
  fixture_status(f, 3, TASK_FINISHED, 1);
  fixture_log(f);
  master_teardown(f->master, f->now, F0);
  fixture_check(f);
  /* Without a word to the framework; only agents on which something runs are told. */
  fixture_expect(f, "0 shutdown A0 F0");
  ck_assert_int_eq(g_array_index(f->tasks, FixtureTask, 0).state, TASK_KILLED);
  ck_assert_int_eq(g_array_index(f->tasks, FixtureTask, 1).state, TASK_KILLED);
  ck_assert_int_eq(g_array_index(f->tasks, FixtureTask, 2).state, TASK_FINISHED);
  ck_assert_uint_eq(master_tasks_live(f->master), 0);
  ck_assert_uint_eq(master_offers_outstanding(f->master), 0);

  /* What the agents still say of these tasks is dropped; all is free for the next one. */
  TaskStatus late = {.task = fixture_task(f, 1), .agent = A0, .state = TASK_KILLED, .sequence = 1};
  master_status_update(f->master, f->now, &late);
  fixture_subscribe(f, "g", "s", 0);
  fixture_settle(f);
  ck_assert_uint_eq(master_offers_outstanding(f->master), 3);
  fixture_free(f);
}
END_TEST

START_TEST(only_its_own_tasks_go)
{
  MasterFixture *f = two_tasks(0);
  fixture_subscribe(f, "g", "s", 0);
  fixture_settle(f);
  fixture_accept(f, F1, "2", "3@0=cpus:2", refuse_ms(0));
  fixture_log(f);
  master_teardown(f->master, f->now, F0);
  fixture_check(f);
  ck_assert_uint_eq(master_tasks_live(f->master), 1);
  fixture_status(f, 3, TASK_RUNNING, 1);
  fixture_expect(f, "0 shutdown A0 F0\n0 status F1 3 TASK_RUNNING REASON_NONE executor 1");
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("master-tasks");
  test_case(suite, statuses_are_forwarded_in_order);
  test_case(suite, a_repeated_status_is_passed_on_again);
  test_case(suite, old_and_repeated_statuses_change_nothing);
  test_case(suite, the_first_end_counts);
  test_case(suite, statuses_of_unknown_tasks_are_dropped);
  test_case(suite, statuses_after_the_removal_are_dropped);
  test_case(suite, resources_are_free_at_the_end_not_at_the_acknowledgement);
  test_case(suite, each_terminal_state_frees);
  test_case(suite, killing_is_only_for_those_that_know_it);
  test_case(suite, states_of_partitions_are_lost_to_the_others);
  test_case(suite, statuses_that_are_no_agents_to_tell);
  test_case(suite, acknowledgements_are_passed_on);
  test_case(suite, wrong_acknowledgements_are_ignored);
  test_case(suite, a_late_acknowledgement_of_an_earlier_status_keeps_the_record);
  test_case(suite, an_id_is_not_used_again);
  test_case(suite, a_kill_goes_to_the_agent);
  test_case(suite, a_kill_of_an_unknown_task_is_answered);
  test_case(suite, a_partition_aware_framework_hears_unknown);
  test_case(suite, nobody_kills_anothers_task);
  test_case(suite, an_agent_goes_with_its_tasks);
  test_case(suite, a_partition_aware_framework_hears_gone);
  test_case(suite, a_framework_goes_with_its_tasks);
  test_case(suite, only_its_own_tasks_go);
  return suite;
}
