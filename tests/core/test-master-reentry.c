/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins that whoever is sent something by the master may call back at once, as a network without latency does:
 * the books are right whenever something is sent (checked at each message), and nothing is lost or done
 * twice.
 *
 * Not here: the same with time in between (test-master-offers.c, test-master-tasks.c).
 */

#include "allocators/drf.h"
#include "base/resources-text.h"
#include "tests/core/master-fixture.h"
#include "tests/support/test-main.h"

static const FrameworkId F0 = {0};
static const AgentId A0 = {0};

static void check_on_offers(MasterFixture *f, FrameworkId framework, const OfferMessage *offers, uint32_t n)
{
  (void)framework;
  (void)offers;
  (void)n;
  fixture_check(f);
}

/* Launches all that is offered, in tasks of one cpu. */
static void launch_all(MasterFixture *f, FrameworkId framework, const OfferMessage *offers, uint32_t n)
{
  fixture_check(f);
  for (uint32_t i = 0; i < n; i++) {
    TaskInfo tasks[8] = {{0}};
    uint32_t n_tasks = 0;
    int64_t left = offers[i].resources.plain.amount[RESOURCE_CPUS];
    for (; n_tasks < 8 && left >= 1000; left -= 1000, n_tasks++) {
      tasks[n_tasks] = (TaskInfo){.label = n_tasks + 1, .agent = offers[i].agent};
      tasks[n_tasks].resources.plain.amount[RESOURCE_CPUS] = 1000;
    }
    Operation launch = {.kind = OPERATION_LAUNCH, .tasks = tasks, .n_tasks = n_tasks};
    ck_assert_int_eq(
        master_accept(f->master, f->now, framework, &offers[i].id, 1, &launch, 1, OFFER_FILTER_NONE),
        ACCEPT_DONE);
    fixture_check(f);
  }
}

/* An agent whose tasks run and end at once. */
static void run_at_once(MasterFixture *f, AgentId agent, const TaskLaunch *launch)
{
  fixture_check(f);
  TaskStatus status = {.task = launch->task, .agent = agent, .source = SOURCE_EXECUTOR};
  status.state = TASK_RUNNING;
  status.sequence = 1;
  master_status_update(f->master, f->now, &status);
  fixture_check(f);
  status.state = TASK_FINISHED;
  status.sequence = 2;
  master_status_update(f->master, f->now, &status);
  fixture_check(f);
}

static void acknowledge_at_once(MasterFixture *f, FrameworkId framework, const TaskStatus *status)
{
  fixture_check(f);
  if (status->sequence > 0)
    master_acknowledge(f->master, f->now, framework, status->task, status->sequence);
  fixture_check(f);
}

START_TEST(everything_at_once)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  f->on_offers = launch_all;
  f->on_launch = run_at_once;
  f->on_status = acknowledge_at_once;
  for (int i = 0; i < 5; i++)
    fixture_register(f, "cpus:3");
  fixture_subscribe(f, "f", "r", 0);
  fixture_subscribe(f, "g", "s", 0);
  fixture_advance(f, 10000);
  ck_assert_uint_eq(master_tasks_live(f->master), 0);
  ck_assert_uint_eq(master_offers_outstanding(f->master), 0);
  ck_assert_uint_eq(f->tasks->len, 165); /* 15 at once, 15 at each tick */
  fixture_free(f);
}
END_TEST

/* The one who is asked first leaves; the offers to it and to the other one are in the same run. */
static void leave(MasterFixture *f, FrameworkId framework, const OfferMessage *offers, uint32_t n)
{
  (void)offers;
  (void)n;
  fixture_check(f);
  f->on_offers = check_on_offers;
  master_teardown(f->master, f->now, (FrameworkId){1 - framework.index});
  fixture_check(f);
  master_teardown(f->master, f->now, framework);
  fixture_check(f);
}

START_TEST(frameworks_leave_while_offers_are_sent)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  f->on_offers = leave;
  for (int i = 0; i < 6; i++)
    fixture_register(f, "cpus:1");
  fixture_subscribe(f, "f", "r", 0);
  fixture_subscribe(f, "g", "s", 0);
  fixture_settle(f);
  /* The other one was never told of offers that were gone by then. */
  ck_assert_uint_eq(master_offers_outstanding(f->master), 0);
  ck_assert_ptr_null(g_strstr_len(f->log->str, -1, "\n"));
  fixture_free(f);
}
END_TEST

static void remove_agent(MasterFixture *f, FrameworkId framework, const OfferMessage *offers, uint32_t n)
{
  (void)framework;
  (void)n;
  fixture_check(f);
  f->on_offers = check_on_offers;
  for (uint32_t i = 0; i < n; i++)
    master_remove_agent(f->master, f->now, offers[i].agent);
  fixture_check(f);
}

/* What a message says stays so during the call, whatever becomes of its offers. */
static void leave_and_read_on(MasterFixture *f, FrameworkId framework, const OfferMessage *offers, uint32_t n)
{
  ck_assert_uint_eq(n, 2);
  master_teardown(f->master, f->now, framework);
  for (uint32_t i = 0; i < n; i++) {
    g_autofree char *text = resources_print(f->kinds, &offers[i].resources);
    ck_assert_str_eq(text, "cpus:1;cpus(r):2");
  }
  f->user = f;
}

/* Likewise a launch, whatever becomes of its task. */
static void end_and_read_on(MasterFixture *f, AgentId agent, const TaskLaunch *launch)
{
  run_at_once(f, agent, launch);
  g_autofree char *text = resources_print(f->kinds, &launch->resources);
  ck_assert_str_eq(text, "cpus:1;cpus(r):2");
  f->user = f;
}

static void launch_whole(MasterFixture *f, FrameworkId framework, const OfferMessage *offers, uint32_t n)
{
  TaskInfo task = {.label = 1, .agent = offers[0].agent, .resources = offers[0].resources};
  Operation launch = {.kind = OPERATION_LAUNCH, .tasks = &task, .n_tasks = 1};
  ck_assert_uint_eq(n, 1);
  master_accept(f->master, f->now, framework, &offers[0].id, 1, &launch, 1, OFFER_FILTER_NONE);
  f->on_offers = NULL;
}

START_TEST(a_launch_outlives_its_task)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  f->on_offers = launch_whole;
  f->on_launch = end_and_read_on;
  f->on_status = acknowledge_at_once;
  fixture_register(f, "cpus:1;cpus(r):2");
  fixture_subscribe(f, "f", "r", 0);
  fixture_advance(f, 1000);
  ck_assert_ptr_nonnull(f->user);
  ck_assert_uint_eq(master_tasks_live(f->master), 0);
  fixture_free(f);
}
END_TEST

START_TEST(a_message_outlives_its_offers)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  f->on_offers = leave_and_read_on;
  fixture_register(f, "cpus:1;cpus(r):2");
  fixture_register(f, "cpus:1;cpus(r):2");
  fixture_subscribe(f, "f", "r", 0);
  fixture_advance(f, 1000);
  ck_assert_ptr_nonnull(f->user);
  fixture_free(f);
}
END_TEST

START_TEST(agents_go_while_offers_are_sent)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  f->on_offers = remove_agent;
  for (int i = 0; i < 6; i++)
    fixture_register(f, "cpus:1");
  fixture_subscribe(f, "f", "r", 0);
  fixture_subscribe(f, "g", "s", 0);
  fixture_settle(f);
  ck_assert_uint_eq(master_offers_outstanding(f->master), 3);
  fixture_free(f);
}
END_TEST

/* F0 holds an offer of A0 and runs tasks there. On the first bad news it answers with all that it has. */
static void accept_in_despair(MasterFixture *f, FrameworkId framework, const TaskStatus *status)
{
  fixture_check(f);
  if (status->state != TASK_LOST || f->user != NULL)
    return;
  f->user = f; /* once */
  TaskInfo task = {.label = 99, .agent = A0};
  task.resources.plain.amount[RESOURCE_CPUS] = 1000;
  Operation launch = {.kind = OPERATION_LAUNCH, .tasks = &task, .n_tasks = 1};
  OfferId offer = fixture_offer(f, 2);
  ck_assert_int_eq(master_accept(f->master, f->now, framework, &offer, 1, &launch, 1, OFFER_FILTER_NONE),
                   ACCEPT_INVALID_OFFERS);
  fixture_check(f);
  master_kill(f->master, f->now, framework, fixture_task(f, 1), AGENT_NONE);
  master_kill(f->master, f->now, framework, fixture_task(f, 2), AGENT_NONE);
  master_decline(f->master, f->now, framework, &offer, 1, OFFER_FILTER_NONE);
  fixture_check(f);
}

START_TEST(what_a_removed_agent_had_cannot_be_used)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:4");
  fixture_subscribe(f, "f", "r", 0);
  fixture_settle(f);
  fixture_accept(f, F0, "1", "1@0=cpus:1 2@0=cpus:1", OFFER_FILTER_NONE);
  fixture_advance(f, 1000);
  ck_assert_uint_eq(master_offers_outstanding(f->master), 1);
  f->on_status = accept_in_despair;
  fixture_log(f);
  master_remove_agent(f->master, f->now, A0);
  fixture_check(f);
  const char *log = fixture_log(f);
  ck_assert_msg(g_strstr_len(log, -1, "launch") == NULL && g_strstr_len(log, -1, "kill") == NULL, "%s", log);
  ck_assert_ptr_nonnull(g_strstr_len(log, -1, "rescind F0 2"));
  ck_assert_ptr_nonnull(g_strstr_len(log, -1, "status F0 99 TASK_LOST REASON_INVALID_OFFERS"));
  ck_assert_uint_eq(master_tasks_live(f->master), 0);
  ck_assert_uint_eq(master_offers_outstanding(f->master), 0);
  fixture_free(f);
}
END_TEST

static void tear_down_on_launch(MasterFixture *f, AgentId agent, const TaskLaunch *launch)
{
  (void)agent;
  fixture_check(f);
  f->on_launch = NULL;
  master_teardown(f->master, f->now, launch->framework);
  fixture_check(f);
}

START_TEST(a_framework_goes_while_its_launches_are_sent)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:4");
  fixture_subscribe(f, "f", "r", 0);
  fixture_settle(f);
  fixture_log(f);
  f->on_launch = tear_down_on_launch;
  fixture_accept(f, F0, "1", "1@0=cpus:1 2@0=cpus:1 3@0=cpus:9", OFFER_FILTER_NONE);
  /* The second is not launched any more, and nobody is told of the third. */
  fixture_expect(f, "0 launch A0 F0 1 cpus:1\n0 shutdown A0 F0");
  ck_assert_uint_eq(master_tasks_live(f->master), 0);
  fixture_free(f);
}
END_TEST

static void remove_on_launch(MasterFixture *f, AgentId agent, const TaskLaunch *launch)
{
  (void)launch;
  fixture_check(f);
  f->on_launch = NULL;
  master_remove_agent(f->master, f->now, agent);
  fixture_check(f);
}

START_TEST(an_agent_goes_while_launches_are_sent)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:4");
  fixture_subscribe(f, "f", "r", 0);
  fixture_settle(f);
  fixture_log(f);
  f->on_launch = remove_on_launch;
  fixture_accept(f, F0, "1", "1@0=cpus:1 2@0=cpus:1", OFFER_FILTER_NONE);
  const char *log = fixture_log(f);
  ck_assert_ptr_null(g_strstr_len(log, -1, "launch A0 F0 2"));
  ck_assert_uint_eq(master_tasks_live(f->master), 0);
  fixture_free(f);
}
END_TEST

static void short_timeout(MasterSettings *settings)
{
  settings->offer_timeout = (Duration){5 * NS_PER_S};
}

static void decline_the_others(MasterFixture *f, FrameworkId framework, OfferId offer)
{
  (void)offer;
  fixture_check(f);
  for (uint32_t number = 1; number <= f->offers->len; number++) {
    OfferId id = fixture_offer(f, number);
    master_decline(f->master, f->now, framework, &id, 1, OFFER_FILTER_NONE);
  }
  fixture_check(f);
}

START_TEST(offers_end_while_others_time_out)
{
  MasterFixture *f = fixture_new(&drf_allocator, short_timeout);
  f->on_rescind = decline_the_others;
  for (int i = 0; i < 4; i++)
    fixture_register(f, "cpus:1");
  fixture_subscribe(f, "f", "r", 0);
  fixture_advance(f, 60000);
  uint32_t rescinded = 0;
  for (guint i = 0; i < f->offers->len; i++) {
    const FixtureOffer *offer = &g_array_index(f->offers, FixtureOffer, i);
    rescinded += offer->ended && offer->end == OFFER_RESCINDED ? 1 : 0;
  }
  ck_assert_uint_eq(f->n_offers_live, 4);
  ck_assert(f->offers->len == 4 * (rescinded + 1));
  ck_assert_uint_ge(rescinded, 10);
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("master-reentry");
  test_case(suite, everything_at_once);
  test_case(suite, frameworks_leave_while_offers_are_sent);
  test_case(suite, a_message_outlives_its_offers);
  test_case(suite, a_launch_outlives_its_task);
  test_case(suite, agents_go_while_offers_are_sent);
  test_case(suite, what_a_removed_agent_had_cannot_be_used);
  test_case(suite, a_framework_goes_while_its_launches_are_sent);
  test_case(suite, an_agent_goes_while_launches_are_sent);
  test_case(suite, offers_end_while_others_time_out);
  return suite;
}
