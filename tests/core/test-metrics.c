/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the names and values of counters and gauges, with a scripted allocator: all of them after a small history, in order,
 * and those that appear only then.
 */

#include <string.h>

#include "base/resources-text.h"
#include "core/run-timer.h"
#include "tests/core/scripted-world.h"
#include "tests/support/test-main.h"

typedef struct {
  GString *text;
  const char *prefix; /* only names that begin so */
  bool zeros;
} Collected;

static void collect(void *self, const char *name, double value)
{
  Collected *collected = self;
  if (!g_str_has_prefix(name, collected->prefix) || (value == 0 && !collected->zeros))
    return;
  g_string_append_printf(collected->text, "%s%s %g", collected->text->len == 0 ? "" : "\n", name, value);
}

/* "name value" of all metrics that begin with @prefix, a line each. */
static char *metrics(const MasterFixture *f, const char *prefix, bool zeros)
{
  Collected collected = {g_string_new(NULL), prefix, zeros};
  master_metrics(f->master, f->now, MASTER_METRICS_FRAMEWORKS | MASTER_METRICS_FILTERS, collect, &collected);
  return g_string_free(collected.text, FALSE);
}

static void expect_metrics(const MasterFixture *f, const char *prefix, bool zeros, const char *expected)
{
  g_autofree char *text = metrics(f, prefix, zeros);
  ck_assert_str_eq(text, expected);
}

/* Two agents, one of them inactive; a task that runs, one that has failed, one refused; an offer that is held. */
static MasterFixture *history(void)
{
  MasterFixture *f = scripted_world(NULL);
  const FrameworkId F0 = {0};
  const FrameworkId F1 = {1};
  scripted_launch(f, 0, 0, 1, "cpus:1;mem:1024");
  fixture_status(f, 1, TASK_RUNNING, 1);
  master_acknowledge(f->master, f->now, F0, fixture_task(f, 1), 1);
  scripted_launch(f, 1, 1, 2, "cpus:2");
  scripted_end(f, 1, 2, TASK_FAILED);
  scripted_offer(f, 1, 1, "cpus:1");
  fixture_decline(f, F1, "3", refuse_ms(1000));
  scripted_offer(f, 1, 1, "cpus:1");
  fixture_accept(f, F1, "4", "3@1=cpus:9", OFFER_FILTER_NONE);
  fixture_accept(f, F1, "0", "4@1=cpus:1", OFFER_FILTER_NONE);
  scripted_offer(f, 0, 0, "cpus:0.5");
  scripted_offer(f, 0, 2, "cpus:1");
  master_deactivate_agent(f->master, f->now, (AgentId){2}, NULL);
  master_suppress(f->master, f->now, F1, NULL, 0);
  master_kill(f->master, f->now, F0, TASK_NONE, AGENT_NONE);
  fixture_status(f, 1, TASK_STARTING, 1);                           /* not as it was */
  master_acknowledge(f->master, f->now, F0, fixture_task(f, 1), 7); /* of nothing */
  return f;
}

START_TEST(of_the_master)
{
  MasterFixture *f = history();
  g_autofree char *all = metrics(f, "master/", true);
  /* Up to the frameworks'. */
  *strstr(all, "\nmaster/frameworks/") = '\0';
  ck_assert_str_eq(all, "master/uptime_secs 6\n"
                        "master/elected 1\n"
                        "master/slaves_connected 3\n"
                        "master/slaves_disconnected 0\n"
                        "master/slaves_active 2\n"
                        "master/slaves_inactive 1\n"
                        "master/frameworks_connected 2\n"
                        "master/frameworks_active 2\n"
                        "master/frameworks_inactive 0\n"
                        "master/outstanding_offers 1\n"
                        "master/tasks_staging 0\n"
                        "master/tasks_starting 0\n"
                        "master/tasks_running 1\n"
                        "master/tasks_killing 0\n"
                        "master/tasks_unreachable 0\n"
                        "master/tasks_finished 0\n"
                        "master/tasks_failed 1\n"
                        "master/tasks_killed 0\n"
                        "master/tasks_error 1\n"
                        "master/tasks_lost 0\n"
                        "master/tasks_dropped 1\n"
                        "master/tasks_gone 0\n"
                        "master/tasks_gone_by_operator 0\n"
                        "master/task_failed/source_executor/reason_none 1\n"
                        "master/task_error/source_master/reason_task_invalid 1\n"
                        "master/task_dropped/source_master/reason_invalid_offers 1\n"
                        "master/dropped_messages 0\n"
                        "master/messages_register_framework 2\n"
                        "master/messages_unregister_framework 0\n"
                        "master/messages_kill_task 1\n"
                        "master/messages_status_update_acknowledgement 3\n"
                        "master/messages_resource_request 0\n"
                        "master/messages_launch_tasks 4\n"
                        "master/messages_decline_offers 1\n"
                        "master/messages_revive_offers 0\n"
                        "master/messages_suppress_offers 1\n"
                        "master/messages_reconcile_tasks 0\n"
                        "master/messages_register_slave 3\n"
                        "master/messages_status_update 3\n"
                        "master/messages_update_slave 0\n"
                        "master/messages_exited_executor 0\n"
                        "master/valid_status_updates 2\n"
                        "master/invalid_status_updates 1\n"
                        "master/valid_status_update_acknowledgements 2\n"
                        "master/invalid_status_update_acknowledgements 1\n"
                        "master/slave_registrations 3\n"
                        "master/slave_removals 0\n"
                        "master/cpus_total 12\n"
                        "master/cpus_used 1\n"
                        "master/cpus_percent 0.0833333\n"
                        "master/gpus_total 0\n"
                        "master/gpus_used 0\n"
                        "master/gpus_percent 0\n"
                        "master/mem_total 12288\n"
                        "master/mem_used 1024\n"
                        "master/mem_percent 0.0833333\n"
                        "master/disk_total 0\n"
                        "master/disk_used 0\n"
                        "master/disk_percent 0\n"
                        "master/cpus_revocable_total 0\n"
                        "master/cpus_revocable_used 0\n"
                        "master/cpus_revocable_percent 0\n"
                        "master/gpus_revocable_total 0\n"
                        "master/gpus_revocable_used 0\n"
                        "master/gpus_revocable_percent 0\n"
                        "master/mem_revocable_total 0\n"
                        "master/mem_revocable_used 0\n"
                        "master/mem_revocable_percent 0\n"
                        "master/disk_revocable_total 0\n"
                        "master/disk_revocable_used 0\n"
                        "master/disk_revocable_percent 0\n"
                        "master/operations/total 0\n"
                        "master/operations/finished 0\n"
                        "master/operations/dropped 0\n"
                        "master/operations/reserve/total 0\n"
                        "master/operations/reserve/finished 0\n"
                        "master/operations/reserve/dropped 0\n"
                        "master/operations/unreserve/total 0\n"
                        "master/operations/unreserve/finished 0\n"
                        "master/operations/unreserve/dropped 0\n"
                        "master/operations/create/total 0\n"
                        "master/operations/create/finished 0\n"
                        "master/operations/create/dropped 0\n"
                        "master/operations/destroy/total 0\n"
                        "master/operations/destroy/finished 0\n"
                        "master/operations/destroy/dropped 0");
  fixture_free(f);
}
END_TEST

START_TEST(of_frameworks)
{
  MasterFixture *f = history();
  expect_metrics(f, "master/frameworks/f/0000/", true,
                 "master/frameworks/f/0000/subscribed 1\n"
                 "master/frameworks/f/0000/calls 5\n"
                 "master/frameworks/f/0000/calls/subscribe 1\n"
                 "master/frameworks/f/0000/calls/teardown 0\n"
                 "master/frameworks/f/0000/calls/accept 1\n"
                 "master/frameworks/f/0000/calls/decline 0\n"
                 "master/frameworks/f/0000/calls/accept_inverse_offers 0\n"
                 "master/frameworks/f/0000/calls/decline_inverse_offers 0\n"
                 "master/frameworks/f/0000/calls/revive 0\n"
                 "master/frameworks/f/0000/calls/kill 1\n"
                 "master/frameworks/f/0000/calls/acknowledge 2\n"
                 "master/frameworks/f/0000/calls/reconcile 0\n"
                 "master/frameworks/f/0000/calls/request 0\n"
                 "master/frameworks/f/0000/calls/suppress 0\n"
                 "master/frameworks/f/0000/calls/update_framework 0\n"
                 "master/frameworks/f/0000/events 7\n"
                 "master/frameworks/f/0000/events/subscribed 1\n"
                 "master/frameworks/f/0000/events/offers 3\n"
                 "master/frameworks/f/0000/events/inverse_offers 0\n"
                 "master/frameworks/f/0000/events/rescind 1\n"
                 "master/frameworks/f/0000/events/rescind_inverse_offer 0\n"
                 "master/frameworks/f/0000/events/update 2\n"
                 "master/frameworks/f/0000/events/error 0\n"
                 "master/frameworks/f/0000/offers/sent 3\n"
                 "master/frameworks/f/0000/offers/accepted 1\n"
                 "master/frameworks/f/0000/offers/declined 0\n"
                 "master/frameworks/f/0000/offers/rescinded 1\n"
                 "master/frameworks/f/0000/tasks/active/task_staging 0\n"
                 "master/frameworks/f/0000/tasks/active/task_starting 0\n"
                 "master/frameworks/f/0000/tasks/active/task_running 1\n"
                 "master/frameworks/f/0000/tasks/active/task_killing 0\n"
                 "master/frameworks/f/0000/tasks/active/task_unreachable 0\n"
                 "master/frameworks/f/0000/tasks/active/task_unknown 0\n"
                 "master/frameworks/f/0000/tasks/terminal/task_finished 0\n"
                 "master/frameworks/f/0000/tasks/terminal/task_failed 0\n"
                 "master/frameworks/f/0000/tasks/terminal/task_killed 0\n"
                 "master/frameworks/f/0000/tasks/terminal/task_error 0\n"
                 "master/frameworks/f/0000/tasks/terminal/task_lost 0\n"
                 "master/frameworks/f/0000/tasks/terminal/task_dropped 0\n"
                 "master/frameworks/f/0000/tasks/terminal/task_gone 0\n"
                 "master/frameworks/f/0000/tasks/terminal/task_gone_by_operator 0\n"
                 "master/frameworks/f/0000/operations 1\n"
                 "master/frameworks/f/0000/operations/launch 1\n"
                 "master/frameworks/f/0000/operations/launch_group 0\n"
                 "master/frameworks/f/0000/operations/reserve 0\n"
                 "master/frameworks/f/0000/operations/unreserve 0\n"
                 "master/frameworks/f/0000/operations/create 0\n"
                 "master/frameworks/f/0000/operations/destroy 0\n"
                 "master/frameworks/f/0000/roles/r/suppressed 0");
  expect_metrics(f, "master/frameworks/g/", false,
                 "master/frameworks/g/0001/subscribed 1\n"
                 "master/frameworks/g/0001/calls 7\n"
                 "master/frameworks/g/0001/calls/subscribe 1\n"
                 "master/frameworks/g/0001/calls/accept 3\n"
                 "master/frameworks/g/0001/calls/decline 1\n"
                 "master/frameworks/g/0001/calls/acknowledge 1\n"
                 "master/frameworks/g/0001/calls/suppress 1\n"
                 "master/frameworks/g/0001/events 7\n"
                 "master/frameworks/g/0001/events/subscribed 1\n"
                 "master/frameworks/g/0001/events/offers 3\n"
                 "master/frameworks/g/0001/events/update 3\n"
                 "master/frameworks/g/0001/offers/sent 3\n"
                 "master/frameworks/g/0001/offers/accepted 2\n"
                 "master/frameworks/g/0001/offers/declined 1\n"
                 "master/frameworks/g/0001/tasks/terminal/task_failed 1\n"
                 "master/frameworks/g/0001/tasks/terminal/task_error 1\n"
                 "master/frameworks/g/0001/tasks/terminal/task_dropped 1\n"
                 "master/frameworks/g/0001/operations 3\n"
                 "master/frameworks/g/0001/operations/launch 3\n"
                 "master/frameworks/g/0001/roles/s/t/suppressed 1");
  /* What it did is known when it has left. */
  master_teardown(f->master, f->now, (FrameworkId){0});
  expect_metrics(f, "master/frameworks/f/0000/tasks/terminal", false,
                 "master/frameworks/f/0000/tasks/terminal/task_killed 1");
  expect_metrics(f, "master/frameworks/f/0000/calls/teardown", false,
                 "master/frameworks/f/0000/calls/teardown 1");
  fixture_free(f);
}
END_TEST

START_TEST(a_name_is_encoded)
{
  MasterFixture *f = scripted_world(NULL);
  fixture_subscribe(f, "a b/c%", "r", 0);
  expect_metrics(f, "master/frameworks/a", false,
                 "master/frameworks/a%20b%2Fc%25/0002/subscribed 1\n"
                 "master/frameworks/a%20b%2Fc%25/0002/calls 1\n"
                 "master/frameworks/a%20b%2Fc%25/0002/calls/subscribe 1\n"
                 "master/frameworks/a%20b%2Fc%25/0002/events 1\n"
                 "master/frameworks/a%20b%2Fc%25/0002/events/subscribed 1");
  fixture_free(f);
}
END_TEST

START_TEST(of_the_allocator)
{
  MasterFixture *f = history();
  expect_metrics(f, "allocator/", true,
                 "allocator/mesos/allocation_runs 6\n"
                 "allocator/mesos/resources/cpus/total 12\n"
                 "allocator/mesos/resources/cpus/offered_or_allocated 1.5\n"
                 "allocator/mesos/resources/mem/total 12288\n"
                 "allocator/mesos/resources/mem/offered_or_allocated 1024\n"
                 "allocator/mesos/resources/disk/total 0\n"
                 "allocator/mesos/resources/disk/offered_or_allocated 0\n"
                 "allocator/mesos/roles/r/shares/dominant 0\n"
                 "allocator/mesos/roles/s/t/shares/dominant 0\n"
                 "allocator/mesos/offer_filters/roles/r/active 0\n"
                 "allocator/mesos/offer_filters/roles/s/t/active 0\n"
                 "allocator/mesos/quota/roles/r/resources/cpus/consumed 1\n"
                 "allocator/mesos/quota/roles/r/resources/mem/consumed 1024");
  /* Quotas are there while there are any. */
  QuotaUpdate quota = {"r", QUANTITIES_ZERO, {{-1, 2000000, -1, -1, -1, -1}}};
  quota.guarantee.amount[RESOURCE_CPUS] = 1500;
  master_update_quota(f->master, f->now, &quota, 1, false, NULL);
  expect_metrics(f, "allocator/mesos/quota", true,
                 "allocator/mesos/quota/roles/r/resources/cpus/guarantee 1.5\n"
                 "allocator/mesos/quota/roles/r/resources/cpus/consumed 1\n"
                 "allocator/mesos/quota/roles/r/resources/cpus/offered_or_allocated 1.5\n"
                 "allocator/mesos/quota/roles/r/resources/mem/limit 2000\n"
                 "allocator/mesos/quota/roles/r/resources/mem/consumed 1024\n"
                 "allocator/mesos/quota/roles/r/resources/mem/offered_or_allocated 1024");
  fixture_free(f);
}
END_TEST

static void limited(MasterSettings *settings)
{
  static const RateLimit limits[] = {{"p", 1, 1}, {NULL, 1, 1}};
  settings->rate_limits = limits;
  settings->n_rate_limits = G_N_ELEMENTS(limits);
}

START_TEST(of_principals)
{
  script_start(NULL);
  MasterFixture *f = fixture_new(&scripted_allocator, limited);
  script_start(f->kinds);
  f->principal = "p";
  fixture_subscribe(f, "f", "r", 0);
  Instant at;
  ck_assert(master_admit(f->master, f->now, (FrameworkId){0}, &at));
  ck_assert(master_admit(f->master, f->now, (FrameworkId){0}, &at));
  ck_assert(!master_admit(f->master, f->now, (FrameworkId){0}, &at));
  expect_metrics(f, "frameworks/", true,
                 "frameworks/p/messages_received 3\nframeworks/p/messages_processed 1");
  expect_metrics(f, "master/dropped", true, "master/dropped_messages 1");
  expect_metrics(f, "master/frameworks/f/0000/events/error", true, "master/frameworks/f/0000/events/error 1");
  fixture_advance(f, 1000);
  expect_metrics(f, "frameworks/", true,
                 "frameworks/p/messages_received 3\nframeworks/p/messages_processed 2");
  fixture_free(f);
}
END_TEST

START_TEST(of_inverse_offers_and_removals)
{
  MasterFixture *f = scripted_world(NULL);
  MaintenanceWindow window = {{0}, {{60 * NS_PER_S}, DURATION_MAX}};
  master_update_maintenance(f->master, f->now, &window, 1, NULL);
  script_inverse(0, 0);
  script_inverse(1, 0);
  scripted_tick(f);
  for (int i = 0; i < 2; i++)
    master_answer_inverse_offer(f->master, f->now, (FrameworkId){0},
                                g_array_index(f->inverse_offers, FixtureInverseOffer, 0).id, i == 0,
                                OFFER_FILTER_NONE);
  master_mark_agent_gone(f->master, f->now, (AgentId){0}, NULL);
  master_disconnect_agent(f->master, f->now, (AgentId){1});
  expect_metrics(f, "master/frameworks/f/0000/calls/", false,
                 "master/frameworks/f/0000/calls/subscribe 1\n"
                 "master/frameworks/f/0000/calls/accept_inverse_offers 1\n"
                 "master/frameworks/f/0000/calls/decline_inverse_offers 1");
  expect_metrics(f, "master/frameworks/g/0001/events/", false,
                 "master/frameworks/g/0001/events/subscribed 1\n"
                 "master/frameworks/g/0001/events/inverse_offers 1\n"
                 "master/frameworks/g/0001/events/rescind_inverse_offer 1");
  expect_metrics(f, "master/slave", true,
                 "master/slaves_connected 1\nmaster/slaves_disconnected 1\nmaster/slaves_active 1\n"
                 "master/slaves_inactive 1\nmaster/slave_registrations 3\nmaster/slave_removals 1");
  fixture_free(f);
}
END_TEST

START_TEST(revocable_and_reserved)
{
  script_start(NULL);
  MasterFixture *f = fixture_new(&scripted_allocator, NULL);
  script_start(f->kinds);
  master_update_role(f->master, f->now, "a",
                     &(RoleAttributes){.weight = 1, .limit = {{-1, -1, -1, -1, -1, -1}}});
  AgentInfo info = {.hostname = "h"};
  ck_assert(resources_parse(f->kinds, "cpus:4;cpus(a/b):2;cpus{REV}:8", &info.total, NULL));
  master_register_agent(f->master, f->now, &info);
  expect_metrics(
      f, "master/cpus", true,
      "master/cpus_total 6\nmaster/cpus_used 0\nmaster/cpus_percent 0\n"
      "master/cpus_revocable_total 8\nmaster/cpus_revocable_used 0\nmaster/cpus_revocable_percent 0");
  expect_metrics(f, "allocator/mesos/resources/cpus", true,
                 "allocator/mesos/resources/cpus/total 14\n"
                 "allocator/mesos/resources/cpus/offered_or_allocated 0");
  /* A reservation is in use, whether somebody holds it or not. */
  expect_metrics(f, "allocator/mesos/quota", true, "allocator/mesos/quota/roles/a/resources/cpus/consumed 2");
  resources_clear(&info.total);
  fixture_free(f);
}
END_TEST

static void timer_value(void *self, const char *suffix, double value)
{
  g_string_append_printf(self, "%s=%g ", suffix, value);
}

START_TEST(percentiles_of_timers)
{
  RunTimer timer;
  g_autoptr(GString) text = g_string_new(NULL);
  run_timer_init(&timer);
  /* 0 to 100 ms in another order, after one that is too old. */
  run_timer_add(&timer, INSTANT_ZERO, 777 * NS_PER_MS);
  Instant now = {NS_PER_H + 1};
  for (int64_t i = 0; i <= 100; i++)
    run_timer_add(&timer, now, i * 37 % 101 * NS_PER_MS);
  run_timer_values(&timer, now, timer_value, text);
  ck_assert_str_eq(text->str,
                   "=64 /count=101 /max=100 /min=0 /p50=50 /p90=90 /p95=95 /p99=99 /p999=99.9 /p9999=99.99 ");
  for (int64_t i = 0; i < 2 * RUN_TIMER_SAMPLES; i++)
    run_timer_add(&timer, now, NS_PER_MS);
  ck_assert_uint_eq(timer.samples.length, RUN_TIMER_SAMPLES);
  run_timer_clear(&timer);
}
END_TEST

static void count(void *self, const char *name, double value)
{
  (void)value;
  *(uint32_t *)self += g_str_has_prefix(name, "master/frameworks/") || strstr(name, "offer_filters") != NULL;
}

START_TEST(details_are_left_out_where_nobody_asks)
{
  MasterFixture *f = history();
  uint32_t n = 0;
  master_metrics(f->master, f->now, 0, count, &n);
  ck_assert_uint_eq(n, 0);
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("metrics");
  test_case(suite, of_the_master);
  test_case(suite, of_frameworks);
  test_case(suite, a_name_is_encoded);
  test_case(suite, of_the_allocator);
  test_case(suite, of_principals);
  test_case(suite, of_inverse_offers_and_removals);
  test_case(suite, revocable_and_reserved);
  test_case(suite, percentiles_of_timers);
  test_case(suite, details_are_left_out_where_nobody_asks);
  return suite;
}
