/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins how the master takes resources away from a framework when the allocator asks for them, with a scripted allocator:
 * which tasks it chooses, what it sends, that asking again costs nobody, and what it refuses.
 */

#include "base/resources-text.h"
#include "tests/core/scripted-world.h"
#include "tests/support/test-main.h"

static void with_revocation(MasterSettings *settings)
{
  settings->revocation = true;
  settings->revocation_grace = (Duration){500 * NS_PER_MS};
}

static void revoke(MasterFixture *f, uint32_t framework, uint32_t agent, const char *text)
{
  Resources resources;
  ck_assert(resources_parse(f->kinds, text, &resources, NULL));
  script_revoke(framework, agent, &resources);
  scripted_tick(f);
}

/* F0 runs on A0, oldest first: 1: one cpu, 2: memory, 3: one cpu; and F1 a task of one cpu, the youngest of all. */
static MasterFixture *crowded(void)
{
  MasterFixture *f = scripted_world(with_revocation);
  scripted_launch(f, 0, 0, 1, "cpus:1");
  scripted_launch(f, 0, 0, 2, "mem:1024");
  scripted_launch(f, 0, 0, 3, "cpus:1");
  scripted_launch(f, 1, 0, 4, "cpus:1");
  scripted_forget(f);
  return f;
}

START_TEST(the_youngest_tasks_that_help)
{
  MasterFixture *f = crowded();
  revoke(f, 0, 0, "cpus:1");
  fixture_expect(f, "5000 kill A0 3 within 500 REASON_CONTAINER_PREEMPTED");
  fixture_expect_told(f, "revoked F0 A0 3 cpus:1 within 500");
  fixture_free(f);

  f = crowded();
  revoke(f, 0, 0, "cpus:1.5");
  fixture_expect(f, "5000 kill A0 3 within 500 REASON_CONTAINER_PREEMPTED\n"
                    "5000 kill A0 1 within 500 REASON_CONTAINER_PREEMPTED");
  fixture_free(f);

  f = crowded();
  revoke(f, 0, 0, "cpus:1;mem:1000");
  fixture_expect(f, "5000 kill A0 3 within 500 REASON_CONTAINER_PREEMPTED\n"
                    "5000 kill A0 2 within 500 REASON_CONTAINER_PREEMPTED");
  fixture_free(f);
}
END_TEST

/* The order of launches holds however tasks came and went. */
START_TEST(the_youngest_after_others_have_ended)
{
  MasterFixture *f = crowded();
  scripted_end(f, 0, 1, TASK_FINISHED);
  scripted_launch(f, 0, 0, 5, "cpus:1");
  scripted_end(f, 0, 3, TASK_FINISHED);
  scripted_launch(f, 0, 0, 6, "cpus:1");
  scripted_forget(f);
  revoke(f, 0, 0, "cpus:1.001");
  fixture_expect(f, "7000 kill A0 6 within 500 REASON_CONTAINER_PREEMPTED\n"
                    "7000 kill A0 5 within 500 REASON_CONTAINER_PREEMPTED");
  fixture_free(f);
}
END_TEST

START_TEST(what_is_being_killed_counts)
{
  MasterFixture *f = crowded();
  revoke(f, 0, 0, "cpus:1");
  scripted_forget(f);
  revoke(f, 0, 0, "cpus:1");
  fixture_expect(f, "");
  revoke(f, 0, 0, "cpus:2");
  fixture_expect(f, "7000 kill A0 1 within 500 REASON_CONTAINER_PREEMPTED");
  /* Once one has ended, what is asked for is asked for of those that are left. */
  TaskStatus killed = {.task = fixture_task(f, 3),
                       .agent = {0},
                       .state = TASK_KILLED,
                       .reason = REASON_CONTAINER_PREEMPTED,
                       .source = SOURCE_AGENT,
                       .sequence = 1};
  master_status_update(f->master, f->now, &killed);
  fixture_expect(f, "7000 status F0 3 TASK_KILLED REASON_CONTAINER_PREEMPTED agent 1");
  revoke(f, 0, 0, "cpus:1");
  fixture_expect(f, "");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

static void end_all(MasterFixture *f, AgentId agent, TaskId task)
{
  (void)task;
  f->on_kill = NULL;
  for (uint64_t label = 1; label <= 3; label += 2) {
    TaskStatus status = {.task = fixture_task(f, label), .agent = agent, .state = TASK_KILLED, .sequence = 1};
    master_status_update(f->master, f->now, &status);
  }
}

START_TEST(a_task_that_ends_within_the_first_kill)
{
  MasterFixture *f = crowded();
  f->on_kill = end_all;
  revoke(f, 0, 0, "cpus:2");
  fixture_expect(f, "5000 kill A0 3 within 500 REASON_CONTAINER_PREEMPTED\n"
                    "5000 status F0 1 TASK_KILLED REASON_NONE master 1\n"
                    "5000 status F0 3 TASK_KILLED REASON_NONE master 1");
  fixture_free(f);
}
END_TEST

START_TEST(what_is_not_there_is_not_revoked)
{
  static const struct {
    uint32_t framework;
    uint32_t agent;
    const char *resources;
    const char *message;
  } cases[] = {
      {0, 0, "cpus:2.001", "cpus:2.001 of agent 0 from framework 0: it does not run that much there"},
      {1, 0, "mem:1", "mem:1 of agent 0 from framework 1: it does not run that much there"},
      {0, 1, "cpus:1", "cpus:1 of agent 1 from framework 0: it does not run that much there"},
      {0, 0, "", " of agent 0 from framework 0: that is not an amount"},
      {7, 0, "cpus:1", "cpus:1 of agent 0 from framework 7: there is no such framework"},
      {0, 7, "cpus:1", "cpus:1 of agent 7 from framework 0: there is no such agent"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    MasterFixture *f = crowded();
    revoke(f, cases[i].framework, cases[i].agent, cases[i].resources);
    g_autofree char *expected = g_strdup_printf("5000 broken allocator scripted took %s", cases[i].message);
    fixture_expect(f, expected);
    fixture_expect_told(f, "");
    fixture_free(f);
  }
}
END_TEST

/* All that the framework uses there is more than its tasks do. */
START_TEST(executors_go_with_their_tasks)
{
  MasterFixture *f = scripted_world(with_revocation);
  scripted_offer(f, 0, 0, "cpus:3");
  ck_assert_int_eq(
      fixture_accept(f, (FrameworkId){0}, "1", "1@0=cpus:1+9=cpus:0.5 2@0=cpus:1", OFFER_FILTER_NONE),
      ACCEPT_DONE);
  scripted_forget(f);
  revoke(f, 0, 0, "cpus:2.5");
  fixture_expect(f, "2000 kill A0 2 within 500 REASON_CONTAINER_PREEMPTED\n"
                    "2000 kill A0 1 within 500 REASON_CONTAINER_PREEMPTED");
  scripted_forget(f);
  revoke(f, 0, 0, "cpus:2.5");
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

START_TEST(an_agent_that_is_not_connected_hears_of_it_later)
{
  MasterFixture *f = crowded();
  master_disconnect_agent(f->master, f->now, (AgentId){0});
  revoke(f, 0, 0, "cpus:1");
  fixture_expect(f, "");
  fixture_expect_told(f, "A0 INACTIVE\nrevoked F0 A0 3 cpus:1 within 500");
  master_reconnect_agent(f->master, f->now, (AgentId){0});
  fixture_expect(f, "5000 kill A0 3 within 500 REASON_CONTAINER_PREEMPTED");
  fixture_free(f);
}
END_TEST

START_TEST(revocation_is_off_by_default)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 1, "cpus:1");
  scripted_forget(f);
  revoke(f, 0, 0, "cpus:1");
  fixture_expect(f,
                 "2000 broken allocator scripted took cpus:1 of agent 0 from framework 0: revocation is off");
  fixture_free(f);
  f = crowded();
  Resources one = RESOURCES_EMPTY;
  one.plain.amount[RESOURCE_CPUS] = 1000;
  script_host()->revoke(script_host()->self, (FrameworkId){0}, (AgentId){0}, &one);
  fixture_expect(f, "4000 broken allocator scripted took cpus:1 of agent 0 from framework 0: outside a run");
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("revocation");
  test_case(suite, the_youngest_tasks_that_help);
  test_case(suite, the_youngest_after_others_have_ended);
  test_case(suite, what_is_being_killed_counts);
  test_case(suite, a_task_that_ends_within_the_first_kill);
  test_case(suite, executors_go_with_their_tasks);
  test_case(suite, what_is_not_there_is_not_revoked);
  test_case(suite, an_agent_that_is_not_connected_hears_of_it_later);
  test_case(suite, revocation_is_off_by_default);
  return suite;
}
