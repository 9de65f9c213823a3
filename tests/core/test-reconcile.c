/* SPDX-License-Identifier: Apache-2.0 */

/* Pins reconciliation, implicit and explicit, and kills, which of unknown tasks are answered in the same way. */

#include "tests/core/scripted-world.h"
#include "tests/support/test-main.h"

static const FrameworkId F0 = {0};
static const FrameworkId F1 = {1};
static const AgentId A0 = {0};
static const AgentId A1 = {1};

static void acknowledge(MasterFixture *f, FrameworkId framework, uint64_t label, uint32_t sequence)
{
  master_acknowledge(f->master, f->now, framework, fixture_task(f, label), sequence);
  fixture_check(f);
}

/* --- implicit ------------------------------------------------------------------------------------------- */

START_TEST(all_that_is_known)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 1, 1, "cpus:1");
  scripted_launch(f, 0, 0, 2, "cpus:1");
  scripted_launch(f, 0, 0, 3, "cpus:1");
  scripted_launch(f, 1, 0, 4, "cpus:1");
  scripted_launch(f, 0, 2, 5, "cpus:1");
  fixture_status(f, 1, TASK_RUNNING, 1);
  fixture_status(f, 2, TASK_FINISHED, 1); /* not acknowledged */
  scripted_end(f, 0, 5, TASK_FAILED);     /* acknowledged */
  scripted_forget(f);
  master_reconcile(f->master, f->now, F0, NULL, 0);
  fixture_expect(f, "5000 status F0 2 TASK_FINISHED REASON_RECONCILIATION master 0\n"
                    "5000 status F0 3 TASK_STAGING REASON_RECONCILIATION master 0\n"
                    "5000 status F0 1 TASK_RUNNING REASON_RECONCILIATION master 0");
  master_reconcile(f->master, f->now, F1, NULL, 0);
  fixture_expect(f, "5000 status F1 4 TASK_STAGING REASON_RECONCILIATION master 0");
  /* Asking changes nothing. */
  master_reconcile(f->master, f->now, F1, NULL, 0);
  fixture_expect(f, "5000 status F1 4 TASK_STAGING REASON_RECONCILIATION master 0");
  acknowledge(f, F0, 2, 1);
  fixture_log(f);
  master_reconcile(f->master, f->now, F0, NULL, 0);
  fixture_expect(f, "5000 status F0 3 TASK_STAGING REASON_RECONCILIATION master 0\n"
                    "5000 status F0 1 TASK_RUNNING REASON_RECONCILIATION master 0");
  fixture_free(f);
}
END_TEST

START_TEST(nothing_is_known)
{
  MasterFixture *f = scripted_world(NULL);
  master_reconcile(f->master, f->now, F0, NULL, 0);
  master_reconcile(f->master, f->now, (FrameworkId){7}, NULL, 0);
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

static void leave(MasterFixture *f, FrameworkId framework, const TaskStatus *status)
{
  (void)status;
  master_teardown(f->master, f->now, framework);
}

START_TEST(the_framework_leaves_at_the_first_answer)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 1, "cpus:1");
  scripted_launch(f, 0, 1, 2, "cpus:1");
  scripted_forget(f);
  f->on_status = leave;
  master_reconcile(f->master, f->now, F0, NULL, 0);
  fixture_check(f);
  fixture_expect(f, "2000 status F0 1 TASK_STAGING REASON_RECONCILIATION master 0\n2000 shutdown A0 F0\n"
                    "2000 shutdown A1 F0");
  fixture_free(f);
}
END_TEST

/* --- explicit ------------------------------------------------------------------------------------------- */

/* A1 has been removed, A2 is gone by an operator, A0 is there but not connected. */
static MasterFixture *world_of_all_kinds(void)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 1, "cpus:1");
  scripted_launch(f, 1, 0, 2, "cpus:1");
  master_remove_agent(f->master, f->now, A1);
  master_mark_agent_gone(f->master, f->now, (AgentId){2}, NULL);
  master_disconnect_agent(f->master, f->now, A0);
  scripted_forget(f);
  fixture_told(f);
  return f;
}

/* Asks for a task that the master does not know. */
static void ask(MasterFixture *f, FrameworkId framework, AgentId agent)
{
  TaskQuery query = {.task = {slot_id(77, 3)}, .label = 5, .agent = agent};
  master_reconcile(f->master, f->now, framework, &query, 1);
  fixture_check(f);
}

START_TEST(unknown_tasks)
{
  static const struct {
    AgentId agent;
    const char *state;
  } rows[] = {{{0}, "TASK_GONE"},
              {{1}, "TASK_UNKNOWN"},
              {{2}, "TASK_GONE_BY_OPERATOR"},
              {{99}, "TASK_UNKNOWN"},
              {{INDEX_NONE}, "TASK_UNKNOWN"}};
  MasterFixture *f = world_of_all_kinds();
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    ask(f, F1, rows[i].agent); /* which is partition-aware */
    g_autofree char *aware =
        g_strdup_printf("2000 status F1 5 %s REASON_RECONCILIATION master 0", rows[i].state);
    fixture_expect(f, aware);
    ask(f, F0, rows[i].agent);
    fixture_expect(f, "2000 status F0 5 TASK_LOST REASON_RECONCILIATION master 0");
  }
  fixture_free(f);
}
END_TEST

START_TEST(known_tasks)
{
  MasterFixture *f = world_of_all_kinds();
  TaskQuery queries[] = {
      {.task = fixture_task(f, 2), .label = 9, .agent = {0}},
      {.task = fixture_task(f, 2), .label = 9, .agent = {1}}, /* it knows better */
      {.task = fixture_task(f, 1), .label = 8, .agent = {0}}, /* of somebody else */
      {.task = TASK_NONE, .label = 7, .agent = {2}},
  };
  master_reconcile(f->master, f->now, F1, queries, G_N_ELEMENTS(queries));
  fixture_check(f);
  fixture_expect(f, "2000 status F1 2 TASK_STAGING REASON_RECONCILIATION master 0\n"
                    "2000 status F1 2 TASK_STAGING REASON_RECONCILIATION master 0\n"
                    "2000 status F1 8 TASK_GONE REASON_RECONCILIATION master 0\n"
                    "2000 status F1 7 TASK_GONE_BY_OPERATOR REASON_RECONCILIATION master 0");
  fixture_free(f);
}
END_TEST

/* --- kills ---------------------------------------------------------------------------------------------- */

START_TEST(a_kill_of_an_unknown_task_is_answered_likewise)
{
  MasterFixture *f = world_of_all_kinds();
  master_kill(f->master, f->now, F1, TASK_NONE, A0);
  master_kill(f->master, f->now, F1, TASK_NONE, (AgentId){2});
  master_kill(f->master, f->now, F1, TASK_NONE, AGENT_NONE);
  fixture_expect(f, "2000 status F1 0 TASK_GONE REASON_RECONCILIATION master 0\n"
                    "2000 status F1 0 TASK_GONE_BY_OPERATOR REASON_RECONCILIATION master 0\n"
                    "2000 status F1 0 TASK_UNKNOWN REASON_RECONCILIATION master 0");
  fixture_free(f);
}
END_TEST

START_TEST(a_kill_on_the_wrong_agent_is_ignored)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 1, "cpus:1");
  scripted_forget(f);
  master_kill(f->master, f->now, F0, fixture_task(f, 1), A1);
  fixture_expect(f, "");
  master_kill(f->master, f->now, F0, fixture_task(f, 1), A0);
  fixture_expect(f, "1000 kill A0 1");
  fixture_free(f);
}
END_TEST

START_TEST(a_kill_waits_for_the_agent)
{
  MasterFixture *f = scripted_world(NULL);
  for (uint64_t label = 1; label <= 3; label++)
    scripted_launch(f, 0, 0, label, "cpus:1");
  master_disconnect_agent(f->master, f->now, A0);
  scripted_forget(f);
  master_kill(f->master, f->now, F0, fixture_task(f, 1), AGENT_NONE);
  master_kill(f->master, f->now, F0, fixture_task(f, 3), AGENT_NONE);
  master_kill(f->master, f->now, F0, fixture_task(f, 3), AGENT_NONE);
  fixture_expect(f, "");
  fixture_status(f, 3, TASK_FINISHED, 1);
  fixture_log(f);
  master_reconnect_agent(f->master, f->now, A0);
  fixture_expect(f, "3000 kill A0 1");
  fixture_free(f);
}
END_TEST

/* An acknowledgement goes nowhere while the agent is not connected, and so does not count. */
START_TEST(acknowledgements_to_an_agent_that_is_cut_off)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 1, "cpus:1");
  fixture_status(f, 1, TASK_FINISHED, 1);
  master_disconnect_agent(f->master, f->now, A0);
  scripted_forget(f);
  acknowledge(f, F0, 1, 1);
  fixture_expect(f, "");
  master_reconcile(f->master, f->now, F0, NULL, 0);
  fixture_expect(f, "1000 status F0 1 TASK_FINISHED REASON_RECONCILIATION master 0");
  master_reconnect_agent(f->master, f->now, A0);
  fixture_status(f, 1, TASK_FINISHED, 1); /* the agent tries again */
  acknowledge(f, F0, 1, 1);
  fixture_expect(f, "1000 status F0 1 TASK_FINISHED REASON_NONE executor 1\n1000 acknowledge A0 1 1");
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("reconcile");
  test_case(suite, all_that_is_known);
  test_case(suite, nothing_is_known);
  test_case(suite, the_framework_leaves_at_the_first_answer);
  test_case(suite, unknown_tasks);
  test_case(suite, known_tasks);
  test_case(suite, a_kill_of_an_unknown_task_is_answered_likewise);
  test_case(suite, a_kill_on_the_wrong_agent_is_ignored);
  test_case(suite, a_kill_waits_for_the_agent);
  test_case(suite, acknowledgements_to_an_agent_that_is_cut_off);
  return suite;
}
