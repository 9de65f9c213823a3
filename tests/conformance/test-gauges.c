/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins which gauges of roles, resources and runs are there when: scenarios that are told by Mesos's tests of its metrics
 * (DominantShareMetrics, ResourceMetrics, QuotaMetrics, DRFWithQuota, RemoveQuota, AllocationRunTimerMetrics,
 * AllocationRunLatencyMetrics) and of its tree of roles (RoleTreeTest), with the master and the drf allocator.
 *
 * Not here: all names (tests/core/test-metrics.c), who is offered what.
 */

#include <string.h>

#include "allocators/drf.h"
#include "base/resources-text.h"
#include "tests/core/master-fixture.h"
#include "tests/support/test-main.h"

typedef struct {
  GString *text;
  const char *prefix;
} Collected;

static void collect(void *self, const char *name, double value)
{
  Collected *collected = self;
  if (g_str_has_prefix(name, collected->prefix))
    g_string_append_printf(collected->text, "%s%s %g", collected->text->len == 0 ? "" : "\n",
                           name + strlen(collected->prefix), value);
}

/* All gauges whose name begins so, without that. */
static void expect_gauges(const MasterFixture *f, const char *prefix, const char *expected)
{
  Collected collected = {g_string_new(NULL), prefix};
  master_metrics(f->master, f->now, MASTER_METRICS_FILTERS, collect, &collected);
  ck_assert_str_eq(collected.text->str, expected);
  g_string_free(collected.text, TRUE);
}

static void set_quota(MasterFixture *f, const char *role, const char *guarantee, const char *limit)
{
  QuotaUpdate update = {.role = role};
  ck_assert(quantities_parse(f->kinds, guarantee, &update.guarantee, NULL));
  ck_assert(quantities_parse(f->kinds, limit, &update.limit, NULL));
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (update.limit.amount[kind] == 0)
      update.limit.amount[kind] = -1;
  ck_assert_int_eq(master_update_quota(f->master, f->now, &update, 1, true, NULL), OPERATOR_DONE);
}

START_TEST(shares_are_those_of_roles_with_frameworks)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:1;mem:1024");
  expect_gauges(f, "allocator/mesos/roles/", "");
  fixture_subscribe(f, "f", "rA", 0);
  fixture_settle(f);
  expect_gauges(f, "allocator/mesos/roles/", "rA/shares/dominant 1");
  fixture_decline(f, (FrameworkId){0}, "1", OFFER_FILTER_NONE);
  fixture_subscribe(f, "g", "rB", 0);
  fixture_settle(f);
  expect_gauges(f, "allocator/mesos/roles/", "rA/shares/dominant 0\nrB/shares/dominant 1");
  fixture_register(f, "cpus:1;mem:1024");
  fixture_settle(f);
  expect_gauges(f, "allocator/mesos/roles/", "rA/shares/dominant 0.5\nrB/shares/dominant 0.5");
  master_teardown(f->master, f->now, (FrameworkId){1});
  expect_gauges(f, "allocator/mesos/roles/", "rA/shares/dominant 0.5");
  fixture_free(f);
}
END_TEST

START_TEST(resources_are_there_from_the_beginning)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  expect_gauges(f, "allocator/mesos/resources/",
                "cpus/total 0\ncpus/offered_or_allocated 0\nmem/total 0\nmem/offered_or_allocated 0\n"
                "disk/total 0\ndisk/offered_or_allocated 0");
  AgentId agent = fixture_register(f, "cpus:2;mem:1024;disk:100;gpus:1");
  expect_gauges(f, "allocator/mesos/resources/",
                "cpus/total 2\ncpus/offered_or_allocated 0\nmem/total 1024\nmem/offered_or_allocated 0\n"
                "disk/total 100\ndisk/offered_or_allocated 0");
  fixture_subscribe(f, "f", "r", FRAMEWORK_GPU_RESOURCES);
  fixture_settle(f);
  fixture_accept(f, (FrameworkId){0}, "1", "1@0=cpus:1;mem:24", refuse_ms(5000));
  expect_gauges(f, "allocator/mesos/resources/",
                "cpus/total 2\ncpus/offered_or_allocated 1\nmem/total 1024\nmem/offered_or_allocated 24\n"
                "disk/total 100\ndisk/offered_or_allocated 0");
  fixture_advance(f, 6000);
  expect_gauges(f, "allocator/mesos/resources/cpus/", "total 2\noffered_or_allocated 2");
  master_remove_agent(f->master, f->now, agent);
  expect_gauges(f, "allocator/mesos/resources/cpus/", "total 0\noffered_or_allocated 0");
  fixture_free(f);
}
END_TEST

START_TEST(quotas_are_there_by_resource)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  set_quota(f, "r", "cpus:1", "cpus:1;mem:1024");
  expect_gauges(f, "allocator/mesos/quota/roles/r/resources/",
                "cpus/guarantee 1\ncpus/limit 1\ncpus/offered_or_allocated 0\n"
                "mem/limit 1024\nmem/offered_or_allocated 0");
  set_quota(f, "r", "cpus:1", "mem:1024");
  expect_gauges(f, "allocator/mesos/quota/roles/r/resources/",
                "cpus/guarantee 1\ncpus/offered_or_allocated 0\nmem/limit 1024\nmem/offered_or_allocated 0");
  set_quota(f, "r", "", "");
  expect_gauges(f, "allocator/mesos/quota/", "");
  fixture_free(f);
}
END_TEST

START_TEST(use_of_a_quota_can_be_read)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:1;mem:512");
  fixture_subscribe(f, "f", "q", 0);
  fixture_settle(f);
  fixture_accept(f, (FrameworkId){0}, "1", "1@0=cpus:0.25;mem:128", refuse_ms(100000));
  set_quota(f, "q", "cpus:0.25;mem:128", "cpus:0.25;mem:128");
  expect_gauges(f, "allocator/mesos/quota/roles/",
                "q/resources/cpus/guarantee 0.25\nq/resources/cpus/limit 0.25\n"
                "q/resources/cpus/consumed 0.25\nq/resources/cpus/offered_or_allocated 0.25\n"
                "q/resources/mem/guarantee 128\nq/resources/mem/limit 128\n"
                "q/resources/mem/consumed 128\nq/resources/mem/offered_or_allocated 128");
  set_quota(f, "q", "", "");
  expect_gauges(f, "allocator/mesos/quota/roles/",
                "q/resources/cpus/consumed 0.25\n"
                "q/resources/mem/consumed 128");
  fixture_free(f);
}
END_TEST

/* A role shows as long as there is something to be said of it. Of a role that is in reservations only, its ancestors. */
START_TEST(roles_come_and_go_with_what_is_said_of_them)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  WeightUpdate weights[] = {{"w/x", 2}, {"a", 1}};
  ck_assert_int_eq(master_update_weights(f->master, f->now, weights, 2, NULL), OPERATOR_DONE);
  set_quota(f, "q", "cpus:1", "");
  AgentId agent = fixture_register(f, "cpus:4;cpus(a/b):2");
  FrameworkId framework = fixture_subscribe(f, "f", "p/c", 0);
  expect_gauges(f, "allocator/mesos/roles/", "p/c/shares/dominant 0");
  expect_gauges(f, "allocator/mesos/quota/roles/",
                "a/resources/cpus/consumed 2\n"
                "q/resources/cpus/guarantee 1\nq/resources/cpus/offered_or_allocated 0");
  fixture_settle(f);
  fixture_accept(f, framework, "1", "1@0=cpus:1", refuse_ms(100000));
  expect_gauges(f, "allocator/mesos/quota/roles/p",
                "/resources/cpus/consumed 1\n"
                "/c/resources/cpus/consumed 1");
  /* The role goes with its last framework, whatever others it might have had. */
  master_teardown(f->master, f->now, framework);
  expect_gauges(f, "allocator/mesos/roles/", "");
  expect_gauges(f, "allocator/mesos/quota/roles/p", "");
  master_remove_agent(f->master, f->now, agent);
  set_quota(f, "q", "", "");
  expect_gauges(f, "allocator/mesos/quota/", "");
  /* The weight was meant for whoever comes. */
  fixture_subscribe(f, "g", "w/x", 0);
  fixture_subscribe(f, "h", "w/y", 0);
  for (int i = 0; i < 3; i++) {
    fixture_register(f, "cpus:2;mem:1024");
    fixture_settle(f);
  }
  expect_gauges(f, "allocator/mesos/roles/w/x/", "shares/dominant 0.333333"); /* two agents of three, by 2 */
  expect_gauges(f, "allocator/mesos/roles/w/y/", "shares/dominant 0.333333");
  fixture_free(f);
}
END_TEST

/* --- timers --------------------------------------------------------------------------------------------- */

typedef struct {
  Instant run_timer; /* set for */
  int64_t clock_ns;  /* a millisecond goes by with each look at it */
} Host;

static int64_t host_clock(void *self)
{
  return ((Host *)self)->clock_ns += NS_PER_MS;
}

static void host_set_timer(void *self, MasterTimer timer, Instant at)
{
  if (timer == MASTER_TIMER_RUN)
    ((Host *)self)->run_timer = at;
}

static void host_random(void *self, uint64_t run, uint32_t stage, uint32_t *numbers, size_t n)
{
  (void)self, (void)run, (void)stage;
  memset(numbers, 0, n * sizeof(*numbers));
}

static void expect_timers(const Master *master, Instant now, const char *expected)
{
  Collected collected = {g_string_new(NULL), "allocator/mesos/allocation_run_"};
  master_metrics(master, now, 0, collect, &collected);
  ck_assert_str_eq(collected.text->str, expected);
  g_string_free(collected.text, TRUE);
}

START_TEST(runs_are_timed_where_there_is_a_clock)
{
  Host host = {INSTANT_NEVER, 0};
  ResourceKinds *kinds = resource_kinds_new();
  MasterSettings settings = {
      .allocation_interval = {NS_PER_S}, .offer_timeout = DURATION_MAX, .kinds = kinds};
  MasterPorts ports = {
      .self = &host, .set_timer = host_set_timer, .random = host_random, .clock_ns = host_clock};
  Instant now = INSTANT_ZERO;
  g_autoptr(Master) master = master_new(&settings, &drf_allocator, &ports, NULL, now, NULL);
  const char *role = "r";
  FrameworkInfo info = {.name = "f", .roles = &role, .n_roles = 1};
  expect_timers(master, now, "");
  master_subscribe(master, now, &info, NULL);
  ck_assert_int_eq(host.run_timer.ns, now.ns);
  host.clock_ns += 2 * NS_PER_MS;
  master_timer(master, now, MASTER_TIMER_RUN);
  expect_timers(master, now, "ms 1\nlatency_ms 3");
  /* A tick is not asked for. */
  now.ns += NS_PER_S;
  master_timer(master, now, MASTER_TIMER_TICK);
  expect_timers(master, now,
                "ms 1\n"
                "ms/count 2\n"
                "ms/max 1\n"
                "ms/min 1\n"
                "ms/p50 1\n"
                "ms/p90 1\n"
                "ms/p95 1\n"
                "ms/p99 1\n"
                "ms/p999 1\n"
                "ms/p9999 1\n"
                "latency_ms 3");
  /* After an hour without runs the last value is all that is left. */
  now.ns += NS_PER_H + 1;
  expect_timers(master, now, "ms 1\nlatency_ms 3");
  g_clear_pointer(&master, master_free);
  resource_kinds_free(kinds);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("gauges");
  test_case(suite, shares_are_those_of_roles_with_frameworks);
  test_case(suite, resources_are_there_from_the_beginning);
  test_case(suite, quotas_are_there_by_resource);
  test_case(suite, use_of_a_quota_can_be_read);
  test_case(suite, roles_come_and_go_with_what_is_said_of_them);
  test_case(suite, runs_are_timed_where_there_is_a_clock);
  return suite;
}
