/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The life of offers and tasks in the master: scenarios that are told by Mesos's tests of the master (ResourcesUnused,
 * ResourcesGetReofferedAfterTaskInfoError, FrameworkExited, SchedulerFailover, OutOfOrderDispatch,
 * ReleaseResourcesForTerminalTaskWithPendingUpdates, UnacknowledgedTerminalTask, KillUnknownTask, ReconciliationTest,
 * NoOffersWithAllRolesSuppressed), with the drf allocator.
 *
 * Not here: each rule by itself (tests/core); what of these scenarios is about failovers of masters and partitions.
 */

#include "allocators/drf.h"
#include "tests/core/master-fixture.h"
#include "tests/support/test-main.h"

static const FrameworkId F0 = {0};
static const FrameworkId F1 = {1};
static const AgentId A0 = {0};

/* Offer 1: all of A0, to F0 in role r. */
static MasterFixture *offered(const char *resources, uint32_t capabilities)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, resources);
  fixture_subscribe(f, "f", "r", capabilities);
  fixture_settle(f);
  fixture_log(f);
  return f;
}

static void acknowledge(MasterFixture *f, FrameworkId framework, uint64_t label, uint32_t sequence)
{
  master_acknowledge(f->master, f->now, framework, fixture_task(f, label), sequence);
  fixture_check(f);
}

/* --- what a launch leaves ------------------------------------------------------------------------------- */

START_TEST(the_rest_of_an_offer_is_offered_at_the_next_tick)
{
  MasterFixture *f = offered("cpus:2;mem:1024", 0);
  fixture_accept(f, F0, "1", "1@0=cpus:1;mem:500", refuse_ms(0));
  fixture_expect(f, "0 launch A0 F0 1 cpus:1;mem:500");
  fixture_advance(f, 999);
  fixture_expect(f, "");
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:1;mem:524]");
  fixture_free(f);
}
END_TEST

START_TEST(a_bad_task_costs_nobody_else)
{
  MasterFixture *f = offered("cpus:4;mem:1024", 0);
  fixture_accept(f, F0, "1", "1@0=cpus:1 2@0= 3@0=cpus:99 4@0=cpus:1", refuse_ms(0));
  fixture_expect(f, "0 launch A0 F0 1 cpus:1\n"
                    "0 status F0 2 TASK_ERROR REASON_TASK_INVALID master 0\n"
                    "0 status F0 3 TASK_ERROR REASON_TASK_INVALID master 0\n"
                    "0 launch A0 F0 4 cpus:1");
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:2;mem:1024]");
  fixture_free(f);
}
END_TEST

START_TEST(one_bad_task_costs_the_group)
{
  MasterFixture *f = offered("cpus:4;mem:1024", 0);
  fixture_operate(f, F0, "1", "group 1@0=cpus:1+1=cpus:0.1 2@0=cpus:9+1=cpus:0.1", refuse_ms(0));
  fixture_expect(f, "0 status F0 1 TASK_ERROR REASON_TASK_GROUP_INVALID master 0\n"
                    "0 status F0 2 TASK_ERROR REASON_TASK_GROUP_INVALID master 0");
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:4;mem:1024]");
  fixture_free(f);
}
END_TEST

/* --- who leaves ----------------------------------------------------------------------------------------- */

START_TEST(what_a_framework_had_goes_to_the_next_one)
{
  MasterFixture *f = offered("cpus:3;mem:1024", 0);
  fixture_accept(f, F0, "1", "1@0=cpus:1;mem:512", refuse_ms(100000));
  fixture_subscribe(f, "g", "r", 0);
  fixture_settle(f);
  fixture_log(f); /* F1 has the rest */
  fixture_decline(f, F1, "2", refuse_ms(0));
  master_teardown(f->master, f->now, F0);
  fixture_advance(f, 1000);
  fixture_expect(f, "0 shutdown A0 F0\n1000 offers F1 [3 A0 cpus:3;mem:1024]");
  fixture_free(f);
}
END_TEST

/* Its scheduler has failed over: what it runs stays, all else is offered anew. */
START_TEST(who_comes_back_is_offered_what_he_does_not_use)
{
  MasterFixture *f = offered("cpus:3;mem:1024", 0);
  fixture_accept(f, F0, "1", "1@0=cpus:1;mem:512", refuse_ms(100000));
  fixture_status(f, 1, TASK_RUNNING, 1);
  master_deactivate_framework(f->master, f->now, F0);
  fixture_log(f);
  fixture_advance(f, 2000);
  fixture_expect(f, "");
  master_activate_framework(f->master, f->now, F0);
  fixture_settle(f);
  fixture_expect(f, "2000 offers F0 [2 A0 cpus:2;mem:512]");
  fixture_free(f);
}
END_TEST

/* What was on its way when the framework left: answers to its offers, ends of its tasks. */
START_TEST(what_comes_too_late_is_harmless)
{
  MasterFixture *f = offered("cpus:3;mem:1024", 0);
  fixture_accept(f, F0, "1", "1@0=cpus:1;mem:512", refuse_ms(0));
  fixture_advance(f, 1000);
  master_teardown(f->master, f->now, F0);
  fixture_log(f);
  fixture_decline(f, F0, "2", refuse_ms(100000));
  fixture_accept(f, F0, "2", "2@0=cpus:1", refuse_ms(100000));
  fixture_status(f, 1, TASK_FINISHED, 1);
  acknowledge(f, F0, 1, 1);
  master_executor_exited(f->master, f->now, A0, F0, 1);
  master_remove_agent(f->master, f->now, A0);
  fixture_status(f, 1, TASK_FINISHED, 1);
  fixture_check(f);
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

/* --- ends that are not acknowledged --------------------------------------------------------------------- */

START_TEST(resources_do_not_wait_for_the_acknowledgement)
{
  MasterFixture *f = offered("cpus:2;mem:1024", 0);
  fixture_accept(f, F0, "1", "1@0=cpus:2;mem:1024", refuse_ms(0));
  fixture_status(f, 1, TASK_RUNNING, 1);
  acknowledge(f, F0, 1, 1);
  fixture_status(f, 1, TASK_FINISHED, 2);
  fixture_log(f);
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:2;mem:1024]");
  master_reconcile(f->master, f->now, F0, NULL, 0);
  fixture_expect(f, "1000 status F0 1 TASK_FINISHED REASON_RECONCILIATION master 0");
  acknowledge(f, F0, 1, 2);
  fixture_log(f);
  master_reconcile(f->master, f->now, F0, NULL, 0);
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

/* --- reconciliation ------------------------------------------------------------------------------------- */

START_TEST(questions_and_answers)
{
  static const uint32_t capabilities[] = {0, FRAMEWORK_PARTITION_AWARE};
  for (int aware = 0; aware < 2; aware++) {
    MasterFixture *f = offered("cpus:2;mem:1024", capabilities[aware]);
    fixture_accept(f, F0, "1", "1@0=cpus:1", refuse_ms(0));
    fixture_status(f, 1, TASK_RUNNING, 1);
    AgentId removed = fixture_register(f, "cpus:1");
    AgentId gone = fixture_register(f, "cpus:1");
    master_remove_agent(f->master, f->now, removed);
    master_mark_agent_gone(f->master, f->now, gone, NULL);
    fixture_log(f);
    TaskId never = {slot_id(9, 9)};
    TaskQuery queries[] = {{fixture_task(f, 1), 0, A0},
                           {never, 2, A0},
                           {never, 3, gone},
                           {never, 4, removed},
                           {never, 5, AGENT_NONE}};
    master_reconcile(f->master, f->now, F0, queries, G_N_ELEMENTS(queries));
    fixture_expect(f, aware == 0 ? "0 status F0 1 TASK_RUNNING REASON_RECONCILIATION master 0\n"
                                   "0 status F0 2 TASK_LOST REASON_RECONCILIATION master 0\n"
                                   "0 status F0 3 TASK_LOST REASON_RECONCILIATION master 0\n"
                                   "0 status F0 4 TASK_LOST REASON_RECONCILIATION master 0\n"
                                   "0 status F0 5 TASK_LOST REASON_RECONCILIATION master 0"
                                 : "0 status F0 1 TASK_RUNNING REASON_RECONCILIATION master 0\n"
                                   "0 status F0 2 TASK_GONE REASON_RECONCILIATION master 0\n"
                                   "0 status F0 3 TASK_GONE_BY_OPERATOR REASON_RECONCILIATION master 0\n"
                                   "0 status F0 4 TASK_UNKNOWN REASON_RECONCILIATION master 0\n"
                                   "0 status F0 5 TASK_UNKNOWN REASON_RECONCILIATION master 0");
    master_kill(f->master, f->now, F0, never, A0);
    fixture_expect(f, aware == 0 ? "0 status F0 0 TASK_LOST REASON_RECONCILIATION master 0"
                                 : "0 status F0 0 TASK_GONE REASON_RECONCILIATION master 0");
    fixture_free(f);
  }
}
END_TEST

/* --- suppression from the start ------------------------------------------------------------------------- */

START_TEST(subscribed_with_all_roles_suppressed)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:2;mem:1024");
  fixture_subscribe(f, "f", "!r,!s", 0);
  fixture_advance(f, 3000);
  fixture_expect(f, "");
  /* And once more, as it was. */
  ck_assert(fixture_update(f, F0, "f", "!r,!s", 0));
  fixture_advance(f, 6000);
  fixture_expect(f, "");
  ck_assert(master_revive(f->master, f->now, F0, (const char *const[]){"s"}, 1));
  fixture_settle(f);
  fixture_expect(f, "6000 offers F0 [1 A0 cpus:2;mem:1024]");
  fixture_free(f);
}
END_TEST

/* What leaves the suppressed roles by an update loses its filters, but waits for the tick. */
START_TEST(no_longer_suppressed_by_an_update)
{
  MasterFixture *f = offered("cpus:2;mem:1024", 0);
  fixture_decline(f, F0, "1", refuse_ms(1000000));
  ck_assert(fixture_update(f, F0, "f", "!r", 0));
  ck_assert(fixture_update(f, F0, "f", "r", 0));
  fixture_settle(f);
  fixture_expect(f, "");
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:2;mem:1024]");
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("offers-and-tasks");
  test_case(suite, the_rest_of_an_offer_is_offered_at_the_next_tick);
  test_case(suite, a_bad_task_costs_nobody_else);
  test_case(suite, one_bad_task_costs_the_group);
  test_case(suite, what_a_framework_had_goes_to_the_next_one);
  test_case(suite, who_comes_back_is_offered_what_he_does_not_use);
  test_case(suite, what_comes_too_late_is_harmless);
  test_case(suite, resources_do_not_wait_for_the_acknowledgement);
  test_case(suite, questions_and_answers);
  test_case(suite, subscribed_with_all_roles_suppressed);
  test_case(suite, no_longer_suppressed_by_an_update);
  return suite;
}
