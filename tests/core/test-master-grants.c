/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what passes between the master and any allocator, with a scripted one: the calls that it makes and
 * their order, how grants become offers and messages, that grants which its books do not allow are refused
 * and named, and how requests become timers.
 *
 * Not here: what allocators decide (tests/allocators, tests/conformance).
 */

#include "tests/core/master-fixture.h"
#include "tests/core/scripted-allocator.h"
#include "tests/support/test-main.h"

static const FrameworkId F0 = {0};
static const AgentId A0 = {0};

static Resources cpus(int64_t thousandths)
{
  Resources resources = RESOURCES_EMPTY;
  resources.plain.amount[RESOURCE_CPUS] = thousandths;
  return resources;
}

static void grant(uint32_t framework, uint32_t agent, int64_t thousandths)
{
  Resources resources = cpus(thousandths);
  script_grant(framework, 0, agent, &resources, true);
}

static void run(MasterFixture *f)
{
  script_host()->request_run(script_host()->self);
  ck_assert(master_revive(f->master, f->now, F0, NULL, 0)); /* requests are passed on at the end of a call */
  script_calls();
  fixture_settle(f);
}

/* Two frameworks in r, three agents of four cpus. */
static MasterFixture *scripted(void)
{
  script_start(NULL);
  MasterFixture *f = fixture_new(&scripted_allocator, NULL);
  script_start(f->kinds);
  fixture_subscribe(f, "f", "r", 0);
  fixture_subscribe(f, "g", "r", 0);
  for (int i = 0; i < 3; i++)
    fixture_register(f, "cpus:4");
  script_calls();
  return f;
}

/* --- calls ---------------------------------------------------------------------------------------------- */

START_TEST(the_master_tells_what_arrives)
{
  script_start(NULL);
  MasterFixture *f = fixture_new(&scripted_allocator, NULL);
  script_start(f->kinds);
  RoleAttributes attributes = ROLE_ATTRIBUTES_DEFAULT;
  attributes.weight = 2.5;
  attributes.priority = -3;
  ck_assert_uint_eq(master_update_role(f->master, f->now, "a/b", &attributes).index, 1);
  ck_assert_str_eq(master_role_path(f->master, (RoleId){1}), "a/b");
  fixture_register(f, "cpus:1");
  fixture_subscribe(f, "f", "a/c,!a/b", FRAMEWORK_GPU_RESOURCES);
  master_suppress(f->master, f->now, F0, (const char *const[]){"a/c"}, 1);
  master_suppress(f->master, f->now, F0, NULL, 0);
  master_revive(f->master, f->now, F0, (const char *const[]){"a/b"}, 1);
  ck_assert_str_eq(script_calls(), "add-role 0 -1 a\nadd-role 1 0 a/b\nupdate-role 1 weight 2.5 priority -3\n"
                                   "add-agent A0 host-0 cpus:1 uses 0\nadd-role 2 0 a/c\n"
                                   "add-framework F0 f roles 2 !1 capabilities 1 active uses 0\n"
                                   "suppress F0 2\nsuppress F0 -1\nrevive F0 1");
  ck_assert_uint_eq(master_agent_count(f->master), 1);
  ck_assert_uint_eq(master_framework_count(f->master), 1);
  fixture_free(f);
}
END_TEST

START_TEST(an_accept_allocates_then_recovers)
{
  MasterFixture *f = scripted();
  grant(0, 0, 3000);
  run(f);
  fixture_accept(f, F0, "1", "7@0=cpus:1 8@0=cpus:0.5 9@0=cpus:2", refuse_ms(2500));
  ck_assert_str_eq(script_calls(), "run\nallocate F0 0 A0 cpus:1\nallocate F0 0 A0 cpus:0.5\n"
                                   "recover F0 0 A0 cpus:1.5 2500 offered");
  fixture_status(f, 7, TASK_RUNNING, 1);
  ck_assert_str_eq(script_calls(), "");
  fixture_status(f, 7, TASK_FINISHED, 2);
  ck_assert_str_eq(script_calls(), "recover F0 0 A0 cpus:1 none allocated");
  master_acknowledge(f->master, f->now, F0, fixture_task(f, 7), 2);
  ck_assert_str_eq(script_calls(), "");
  fixture_free(f);
}
END_TEST

START_TEST(nothing_is_recovered_where_all_is_used)
{
  MasterFixture *f = scripted();
  grant(0, 0, 1000);
  run(f);
  fixture_accept(f, F0, "1", "7@0=cpus:1", refuse_ms(2500));
  ck_assert_str_eq(script_calls(), "run\nallocate F0 0 A0 cpus:1");
  fixture_free(f);
}
END_TEST

START_TEST(ends_of_offers_come_back)
{
  MasterFixture *f = scripted();
  grant(0, 0, 1000);
  grant(0, 1, 1000);
  grant(0, 2, 1000);
  run(f);
  fixture_decline(f, F0, "1", refuse_ms(1));
  fixture_accept(f, F0, "2 3", "", refuse_ms(1)); /* two agents */
  ck_assert_str_eq(script_calls(),
                   "run\nrecover F0 0 A0 cpus:1 1 offered\nrecover F0 0 A1 cpus:1 none offered\n"
                   "recover F0 0 A2 cpus:1 none offered");
  fixture_free(f);
}
END_TEST

START_TEST(a_framework_gives_all_back_before_it_goes)
{
  MasterFixture *f = scripted();
  grant(0, 0, 1000);
  grant(0, 1, 2000);
  run(f);
  fixture_accept(f, F0, "2", "7@1=cpus:2", OFFER_FILTER_NONE);
  script_calls();
  master_teardown(f->master, f->now, F0);
  fixture_check(f);
  ck_assert_str_eq(script_calls(),
                   "recover F0 0 A0 cpus:1 none offered\nrecover F0 0 A1 cpus:2 none allocated\n"
                   "remove-framework F0");
  fixture_free(f);
}
END_TEST

START_TEST(an_agent_goes_at_the_allocator_first)
{
  MasterFixture *f = scripted();
  grant(0, 0, 1000);
  run(f);
  script_calls();
  master_remove_agent(f->master, f->now, A0);
  fixture_check(f);
  const char *calls = script_calls();
  ck_assert_msg(g_str_has_prefix(calls, "remove-agent A0"), "%s", calls);
  fixture_free(f);
}
END_TEST

/* --- grants --------------------------------------------------------------------------------------------- */

START_TEST(the_offers_of_a_run_to_one_framework_are_one_message)
{
  MasterFixture *f = scripted();
  grant(1, 2, 1000);
  grant(0, 0, 1000);
  grant(1, 1, 1000);
  grant(0, 2, 1000);
  grant(1, 2, 500); /* the same framework and agent once more: an offer of its own */
  run(f);
  fixture_expect(f, "0 offers F1 [1 A2 cpus:1] [3 A1 cpus:1] [5 A2 cpus:0.5]\n"
                    "0 offers F0 [2 A0 cpus:1] [4 A2 cpus:1]");
  ck_assert_uint_eq(master_offers_outstanding(f->master), 5);
  fixture_free(f);
}
END_TEST

START_TEST(a_run_without_grants_sends_nothing)
{
  MasterFixture *f = scripted();
  run(f);
  ck_assert_str_eq(script_calls(), "run");
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

static void expect_refused(MasterFixture *f, const char *why)
{
  uint32_t before = master_offers_outstanding(f->master);
  run(f);
  const char *log = fixture_log(f);
  ck_assert_msg(g_str_has_prefix(log, "0 broken allocator scripted offered "), "%s", log);
  ck_assert_msg(g_strstr_len(log, -1, why) != NULL, "%s", log);
  ck_assert_uint_eq(master_offers_outstanding(f->master), before);
}

START_TEST(more_than_there_is_is_refused)
{
  MasterFixture *f = scripted();
  Resources much = cpus(4001);
  script_grant(0, 0, 0, &much, false);
  expect_refused(f, "offered cpus:4.001 of agent 0 to framework 0");
  Resources other = RESOURCES_EMPTY;
  other.plain.amount[RESOURCE_MEM] = 1;
  script_grant(0, 0, 0, &other, false);
  expect_refused(f, "mem:0.001");
  fixture_free(f);
}
END_TEST

START_TEST(what_is_offered_or_used_is_not_offered_again)
{
  MasterFixture *f = scripted();
  grant(0, 0, 3000);
  run(f);
  fixture_accept(f, F0, "1", "7@0=cpus:2", OFFER_FILTER_NONE); /* 2 used, 2 free */
  grant(1, 0, 1000);                                           /* 1 free */
  run(f);
  fixture_log(f);
  Resources twice = cpus(1001);
  script_grant(1, 0, 0, &twice, false);
  expect_refused(f, "not free");
  grant(1, 0, 1000);
  run(f);
  ck_assert_uint_eq(master_offers_outstanding(f->master), 2);
  fixture_free(f);
}
END_TEST

START_TEST(twice_in_one_run_is_refused)
{
  MasterFixture *f = scripted();
  Resources rest = cpus(2000);
  grant(0, 0, 3000);
  script_grant(1, 0, 0, &rest, false);
  run(f);
  const char *log = fixture_log(f);
  ck_assert_msg(g_strstr_len(log, -1, "broken") != NULL, "%s", log);
  ck_assert_uint_eq(master_offers_outstanding(f->master), 1);
  fixture_free(f);
}
END_TEST

START_TEST(nobody_and_nowhere_are_refused)
{
  MasterFixture *f = scripted();
  Resources one = cpus(1000);
  script_grant(2, 0, 0, &one, false);
  expect_refused(f, "no such framework");
  script_grant(INDEX_NONE, 0, 0, &one, false);
  expect_refused(f, "no such framework");
  script_grant(0, 0, 3, &one, false);
  expect_refused(f, "no such agent");
  script_grant(0, 1, 0, &one, false);
  expect_refused(f, "it has not subscribed to that role");
  master_remove_agent(f->master, f->now, A0);
  script_grant(0, 0, 0, &one, false);
  expect_refused(f, "no such agent");
  master_teardown(f->master, f->now, (FrameworkId){1});
  script_grant(1, 0, 1, &one, false);
  expect_refused(f, "no such framework");
  fixture_free(f);
}
END_TEST

START_TEST(no_amounts_are_refused)
{
  MasterFixture *f = scripted();
  Resources none = RESOURCES_EMPTY;
  script_grant(0, 0, 0, &none, false);
  expect_refused(f, "not an amount");
  Resources negative = cpus(1000);
  negative.plain.amount[RESOURCE_MEM] = -1000;
  script_grant(0, 0, 0, &negative, false);
  expect_refused(f, "not an amount");
  fixture_free(f);
}
END_TEST

/* Of reservations, disks and ranges that nobody has made. */
START_TEST(what_nobody_knows_is_refused)
{
  MasterFixture *f = scripted();
  static const ResourceSlice slices[] = {
      {.quantities = {{1000}}, .reservation = 77},
      {.quantities = {{0, 0, 1000}}, .reservation = RESERVATION_NONE, .disk = 5},
      {.reservation = RESERVATION_NONE, .range = 5, .first = 1, .last = 2},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(slices); i++) {
    Resources unknown = cpus(500);
    resources_add_slice(&unknown, &slices[i]);
    script_grant(0, 0, 0, &unknown, false);
    expect_refused(f, "offered cpus:0.5;(unknown) of agent 0 to framework 0: that is not for that role");
    resources_clear(&unknown);
  }
  fixture_free(f);
}
END_TEST

START_TEST(grants_outside_a_run_are_refused)
{
  MasterFixture *f = scripted();
  Resources one = cpus(1000);
  script_host()->offer(script_host()->self, F0, (RoleId){0}, A0, &one);
  fixture_check(f);
  const char *log = fixture_log(f);
  ck_assert_msg(g_strstr_len(log, -1, "outside a run") != NULL, "%s", log);
  ck_assert_uint_eq(master_offers_outstanding(f->master), 0);
  fixture_free(f);
}
END_TEST

/* --- requests ------------------------------------------------------------------------------------------- */

START_TEST(a_run_is_asked_for_once)
{
  MasterFixture *f = scripted();
  fixture_advance(f, 40);
  for (int i = 0; i < 3; i++) {
    script_host()->request_run(script_host()->self);
    master_revive(f->master, f->now, F0, NULL, 0);
    ck_assert_int_eq(f->timers[MASTER_TIMER_RUN].ns, f->now.ns);
  }
  ck_assert_uint_eq(f->timers_set, 1);
  fixture_settle(f);
  ck_assert_uint_eq(f->n_runs, 1);
  fixture_free(f);
}
END_TEST

static void request_tick(int64_t milliseconds)
{
  script_host()->request_tick(script_host()->self, (Instant){milliseconds * NS_PER_MS});
}

START_TEST(ticks_are_the_first_not_before)
{
  MasterFixture *f = scripted();
  ck_assert(instant_is_never(f->timers[MASTER_TIMER_TICK]));
  request_tick(4001);
  ck_assert_int_eq(f->timers[MASTER_TIMER_TICK].ns, 5 * NS_PER_S);
  request_tick(4000); /* earlier: replaces */
  ck_assert_int_eq(f->timers[MASTER_TIMER_TICK].ns, 4 * NS_PER_S);
  request_tick(9000); /* later: does not */
  ck_assert_int_eq(f->timers[MASTER_TIMER_TICK].ns, 4 * NS_PER_S);
  request_tick(0); /* there is none at the start */
  ck_assert_int_eq(f->timers[MASTER_TIMER_TICK].ns, NS_PER_S);
  fixture_advance(f, 1000);
  ck_assert_uint_eq(f->n_ticks, 1);
  ck_assert(instant_is_never(f->timers[MASTER_TIMER_TICK]));
  request_tick(1000); /* that one has been made */
  ck_assert_int_eq(f->timers[MASTER_TIMER_TICK].ns, 2 * NS_PER_S);
  fixture_advance(f, 3000);
  request_tick(0); /* 3 s has not: now */
  ck_assert_int_eq(f->timers[MASTER_TIMER_TICK].ns, 3 * NS_PER_S);
  fixture_settle(f);
  ck_assert_uint_eq(f->n_ticks, 3);
  script_host()->request_tick(script_host()->self, INSTANT_NEVER);
  ck_assert(instant_is_never(f->timers[MASTER_TIMER_TICK]));
  fixture_free(f);
}
END_TEST

START_TEST(a_request_after_idle_time_is_not_for_the_past)
{
  MasterFixture *f = scripted();
  fixture_advance(f, 7500);
  request_tick(7500);
  ck_assert_int_eq(f->timers[MASTER_TIMER_TICK].ns, 8 * NS_PER_S);
  fixture_free(f);
  /* Even where the allocator asks for one that nobody made, long ago. */
  f = scripted();
  fixture_advance(f, 7500);
  ck_assert(master_revive(f->master, f->now, F0, NULL, 0));
  request_tick(0);
  ck_assert_int_eq(f->timers[MASTER_TIMER_TICK].ns, 8 * NS_PER_S);
  fixture_free(f);
}
END_TEST

/* --- settings ------------------------------------------------------------------------------------------- */

static void other_settings(MasterSettings *settings)
{
  settings->allocation_interval = (Duration){NS_PER_MIN};
  settings->fair_sharing_excluded = 1u << RESOURCE_GPUS;
  settings->filter_gpu_resources = false;
  settings->n_min_allocatable = 1;
}

START_TEST(settings_reach_the_allocator)
{
  script_start(NULL);
  MasterFixture *f = fixture_new(&scripted_allocator, other_settings);
  const AllocatorSettings *settings = script_settings();
  ck_assert_int_eq(settings->allocation_interval.ns, NS_PER_MIN);
  ck_assert_uint_eq(settings->fair_sharing_excluded, 1u << RESOURCE_GPUS);
  ck_assert(!settings->filter_gpu_resources);
  ck_assert_uint_eq(settings->n_min_allocatable, 1);
  ck_assert_int_eq(settings->min_allocatable[0].amount[RESOURCE_CPUS], 10);
  ck_assert_ptr_eq(settings->kinds, f->kinds);
  ck_assert_uint_eq(script_host()->size, sizeof(AllocatorHost));
  fixture_free(f);
}
END_TEST

START_TEST(a_refused_option_is_an_error)
{
  MasterSettings settings = {.allocation_interval = {NS_PER_S}, .offer_timeout = DURATION_MAX};
  MasterPorts ports = {.self = NULL};
  g_autoptr(GError) error = NULL;
  script_start(NULL);
  script_fail("quantum: expected a duration");
  ck_assert_ptr_null(master_new(&settings, &scripted_allocator, &ports, NULL, INSTANT_ZERO, &error));
  ck_assert_msg(error != NULL && g_strstr_len(error->message, -1, "quantum: expected a duration") != NULL &&
                    g_strstr_len(error->message, -1, "scripted") != NULL,
                "%s", error == NULL ? "no error" : error->message);
}
END_TEST

START_TEST(nobody_need_observe)
{
  MasterSettings settings = {.allocation_interval = {NS_PER_S}, .offer_timeout = DURATION_MAX};
  MasterPorts ports = {.self = NULL};
  script_start(NULL);
  Master *master = master_new(&settings, &scripted_allocator, &ports, NULL, INSTANT_ZERO, NULL);
  ck_assert_ptr_nonnull(master);
  AgentInfo info = {.hostname = "h", .total = cpus(1000)};
  master_register_agent(master, INSTANT_ZERO, &info);
  master_remove_agent(master, INSTANT_ZERO, A0);
  master_check(master, INSTANT_ZERO);
  master_free(master);
  master_free(NULL);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("master-grants");
  test_case(suite, the_master_tells_what_arrives);
  test_case(suite, an_accept_allocates_then_recovers);
  test_case(suite, nothing_is_recovered_where_all_is_used);
  test_case(suite, ends_of_offers_come_back);
  test_case(suite, a_framework_gives_all_back_before_it_goes);
  test_case(suite, an_agent_goes_at_the_allocator_first);
  test_case(suite, the_offers_of_a_run_to_one_framework_are_one_message);
  test_case(suite, a_run_without_grants_sends_nothing);
  test_case(suite, more_than_there_is_is_refused);
  test_case(suite, what_is_offered_or_used_is_not_offered_again);
  test_case(suite, twice_in_one_run_is_refused);
  test_case(suite, nobody_and_nowhere_are_refused);
  test_case(suite, no_amounts_are_refused);
  test_case(suite, what_nobody_knows_is_refused);
  test_case(suite, grants_outside_a_run_are_refused);
  test_case(suite, a_run_is_asked_for_once);
  test_case(suite, ticks_are_the_first_not_before);
  test_case(suite, a_request_after_idle_time_is_not_for_the_past);
  test_case(suite, settings_reach_the_allocator);
  test_case(suite, a_refused_option_is_an_error);
  test_case(suite, nobody_need_observe);
  return suite;
}
