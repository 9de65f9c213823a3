/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the maintenance schedule and inverse offers in the master, with a scripted allocator: what is taken back before the
 * allocator hears of a window, how inverse offers are made, answered, rescinded and time out, what becomes of an agent that
 * is taken down, and each refusal.
 *
 * Not here: whom the allocator asks, and how often (test-operator-effects.c).
 */

#include "tests/core/scripted-world.h"
#include "tests/support/test-main.h"

static const FrameworkId F0 = {0};
static const FrameworkId F1 = {1};
static const AgentId A0 = {0};

static MaintenanceWindow window(uint32_t agent, int64_t start_s, int64_t length_s)
{
  return (MaintenanceWindow){{agent}, {{start_s * NS_PER_S}, {length_s * NS_PER_S}}};
}

/* A0 is to be maintained from 60 s on, for 5 s. */
static MasterFixture *scheduled(void (*change)(MasterSettings *settings))
{
  MasterFixture *f = scripted_world(change);
  MaintenanceWindow windows[] = {window(0, 60, 5)};
  ck_assert_int_eq(master_update_maintenance(f->master, f->now, windows, 1, NULL), OPERATOR_DONE);
  scripted_forget(f);
  return f;
}

static void ask(MasterFixture *f, uint32_t framework, uint32_t agent)
{
  script_inverse(framework, agent);
  scripted_tick(f);
}

static InverseOfferId inverse(const MasterFixture *f, uint32_t number)
{
  return g_array_index(f->inverse_offers, FixtureInverseOffer, number - 1).id;
}

/* --- the schedule --------------------------------------------------------------------------------------- */

/* What comes back does so before the allocator hears of the window. */
START_TEST(a_schedule_starts_from_a_clean_slate)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 1, 0, 7, "cpus:1");
  scripted_grant(f, 0, 0, "cpus:2");
  scripted_grant(f, 0, 1, "cpus:2");
  scripted_tick(f);
  scripted_forget(f);
  MaintenanceWindow windows[] = {window(2, 60, 5), window(0, 30, 5)};
  ck_assert_int_eq(master_update_maintenance(f->master, f->now, windows, 2, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "unavailability A2 60000\nrecover F0 0 A0 cpus:2 none offered\n"
                                   "unavailability A0 30000");
  fixture_expect(f, "2000 rescind F0 2");
  fixture_expect_told(f, "UPDATE_MAINTENANCE_SCHEDULE agents 2 0");
  /* Later offers say so. */
  scripted_grant(f, 0, 0, "cpus:2");
  scripted_grant(f, 0, 1, "cpus:1");
  scripted_tick(f);
  fixture_expect(f, "3000 offers F0 [4 A0 cpus:2 from 30000 for 5000] [5 A1 cpus:1]");
  ask(f, 1, 0);
  fixture_expect(f, "4000 inverse-offers F1 [1 A0 from 30000 for 5000]");
  scripted_forget(f);
  /* A new schedule: one leaves, one stays; both begin again. */
  MaintenanceWindow later[] = {{{2}, {{90 * NS_PER_S}, DURATION_MAX}}};
  ck_assert_int_eq(master_update_maintenance(f->master, f->now, later, 1, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "recover F0 0 A0 cpus:2 none offered\ninverse-offer A0 F1 expired none\n"
                                   "unavailability A0 none\nunavailability A2 90000");
  fixture_expect(f, "4000 rescind F0 4\n4000 rescind-inverse F1 1");
  fixture_expect_told(f, "inverse-offer 1 rescinded\nUPDATE_MAINTENANCE_SCHEDULE agents 2");
  scripted_offer(f, 0, 2, "cpus:1");
  fixture_expect(f, "5000 offers F0 [6 A2 cpus:1 from 90000]");
  ck_assert_int_eq(master_update_maintenance(f->master, f->now, NULL, 0, NULL), OPERATOR_DONE);
  fixture_expect_told(f, "UPDATE_MAINTENANCE_SCHEDULE no agents");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

START_TEST(schedules_that_make_no_sense)
{
  MasterFixture *f = scheduled(NULL);
  GError *error = NULL;
  MaintenanceWindow unknown[] = {window(0, 1, 1), window(7, 1, 1)};
  expect_refused(master_update_maintenance(f->master, f->now, unknown, 2, &error), OPERATOR_UNKNOWN, &error,
                 "agent 7: there is no such agent; 3 have registered");
  MaintenanceWindow twice[] = {window(1, 1, 1), window(1, 2, 1)};
  expect_refused(master_update_maintenance(f->master, f->now, twice, 2, &error), OPERATOR_INVALID, &error,
                 "agent host-1: is scheduled twice; expected one window");
  MaintenanceWindow negative[] = {window(1, 1, -3)};
  expect_refused(master_update_maintenance(f->master, f->now, negative, 1, &error), OPERATOR_INVALID, &error,
                 "agent host-1: window of -3 s: expected a length that is not negative");
  MaintenanceWindow never[] = {{{1}, UNAVAILABILITY_NONE}};
  expect_refused(master_update_maintenance(f->master, f->now, never, 1, &error), OPERATOR_INVALID, &error,
                 "agent host-1: its window has no start; expected an instant");
  ck_assert_str_eq(script_calls(), "");
  fixture_expect_told(f, "UPDATE_MAINTENANCE_SCHEDULE agents 0 7 refused\n"
                         "UPDATE_MAINTENANCE_SCHEDULE agents 1 1 refused\n"
                         "UPDATE_MAINTENANCE_SCHEDULE agents 1 refused\n"
                         "UPDATE_MAINTENANCE_SCHEDULE agents 1 refused");
  expect_refused(
      master_drain_agent(f->master, f->now, A0, DURATION_ZERO, false, &error), OPERATOR_INVALID, &error,
      "agent host-0: is in the maintenance schedule; expected one that is not, or start maintenance");
  expect_refused(master_start_maintenance(f->master, f->now, (AgentId){1}, &error), OPERATOR_INVALID, &error,
                 "agent host-1: is not in the maintenance schedule; expected one that is");
  expect_refused(master_stop_maintenance(f->master, f->now, A0, &error), OPERATOR_INVALID, &error,
                 "agent host-0: is not down for maintenance but ACTIVE; expected one that is");
  expect_refused(master_start_maintenance(f->master, f->now, (AgentId){7}, &error), OPERATOR_UNKNOWN, &error,
                 "agent 7: there is no such agent; 3 have registered");
  expect_refused(master_stop_maintenance(f->master, f->now, (AgentId){7}, &error), OPERATOR_UNKNOWN, &error,
                 "agent 7: there is no such agent; 3 have registered");
  fixture_free(f);
}
END_TEST

/* --- inverse offers ------------------------------------------------------------------------------------- */

START_TEST(inverse_offers_of_a_run_are_one_message)
{
  MasterFixture *f = scripted_world(NULL);
  MaintenanceWindow windows[] = {window(0, 60, 5), window(1, 70, 5), window(2, 80, 5)};
  master_update_maintenance(f->master, f->now, windows, 3, NULL);
  scripted_forget(f);
  scripted_grant(f, 0, 0, "cpus:1");
  script_inverse(1, 2);
  script_inverse(0, 1);
  script_inverse(1, 0);
  scripted_tick(f);
  fixture_expect(f, "1000 offers F0 [1 A0 cpus:1 from 60000 for 5000]\n"
                    "1000 inverse-offers F0 [1 A1 from 70000 for 5000]\n"
                    "1000 inverse-offers F1 [2 A0 from 60000 for 5000] [3 A2 from 80000 for 5000]");
  ck_assert_uint_eq(master_inverse_offers_outstanding(f->master), 3);
  fixture_free(f);
}
END_TEST

START_TEST(inverse_offers_are_answered)
{
  MasterFixture *f = scheduled(NULL);
  ask(f, 0, 0);
  ask(f, 1, 0);
  scripted_forget(f);
  master_answer_inverse_offer(f->master, f->now, F0, inverse(f, 2), true,
                              OFFER_FILTER_NONE); /* not its own */
  master_answer_inverse_offer(f->master, f->now, F0, INVERSE_OFFER_NONE, true, OFFER_FILTER_NONE);
  master_answer_inverse_offer(f->master, f->now, (FrameworkId){5}, inverse(f, 2), true, OFFER_FILTER_NONE);
  ck_assert_str_eq(script_calls(), "");
  master_answer_inverse_offer(f->master, f->now, F0, inverse(f, 1), true, refuse_ms(5000));
  master_answer_inverse_offer(f->master, f->now, F1, inverse(f, 2), false, OFFER_FILTER_NONE);
  ck_assert_str_eq(script_calls(), "inverse-offer A0 F0 accepted 5000\ninverse-offer A0 F1 declined none");
  fixture_expect_told(f, "inverse-offer 1 accepted\ninverse-offer 2 declined");
  master_answer_inverse_offer(f->master, f->now, F0, inverse(f, 1), false, OFFER_FILTER_NONE); /* stale */
  ck_assert_str_eq(script_calls(), "");
  ck_assert_uint_eq(master_inverse_offers_outstanding(f->master), 0);
  ask(f, 0, 0);
  fixture_expect(f, "3000 inverse-offers F0 [3 A0 from 60000 for 5000]");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

START_TEST(inverse_offers_that_the_books_do_not_allow)
{
  MasterFixture *f = scheduled(NULL);
  ask(f, 0, 0);
  scripted_forget(f);
  script_inverse(0, 0);
  script_inverse(5, 0);
  script_inverse(0, 9);
  script_inverse(0, 1);
  scripted_tick(f);
  fixture_expect(
      f, "2000 broken allocator scripted asked framework 0 to leave agent 0: it has one already\n"
         "2000 broken allocator scripted asked framework 5 to leave agent 0: there is no such framework\n"
         "2000 broken allocator scripted asked framework 0 to leave agent 9: there is no such agent\n"
         "2000 broken allocator scripted asked framework 0 to leave agent 1: no maintenance is planned");
  script_host()->inverse_offer(script_host()->self, F1, A0);
  fixture_expect(f, "2000 broken allocator scripted asked framework 1 to leave agent 0: outside a run");
  ck_assert_uint_eq(master_inverse_offers_outstanding(f->master), 1);
  fixture_free(f);
}
END_TEST

static void half_a_minute(MasterSettings *settings)
{
  settings->offer_timeout = (Duration){30 * NS_PER_S};
}

START_TEST(inverse_offers_time_out_as_offers_do)
{
  MasterFixture *f = scheduled(half_a_minute);
  scripted_grant(f, 0, 1, "cpus:1");
  ask(f, 1, 0);
  scripted_grant(f, 0, 2, "cpus:1");
  ask(f, 0, 0);
  scripted_forget(f);
  master_answer_inverse_offer(f->master, f->now, F0, inverse(f, 2), true, OFFER_FILTER_NONE);
  script_calls();
  fixture_advance(f, 30999);
  fixture_expect(f, "");
  fixture_advance(f, 33000);
  fixture_expect(f, "31000 rescind F0 1\n31000 rescind-inverse F1 1\n32000 rescind F0 2");
  ck_assert_str_eq(script_calls(), "recover F0 0 A1 cpus:1 none offered\ninverse-offer A0 F1 expired none\n"
                                   "recover F0 0 A2 cpus:1 none offered");
  fixture_free(f);
}
END_TEST

START_TEST(who_leaves_is_asked_no_longer)
{
  MasterFixture *f = scheduled(NULL);
  ask(f, 0, 0);
  ask(f, 1, 0);
  scripted_forget(f);
  /* Inactive: told so. */
  master_deactivate_framework(f->master, f->now, F0);
  ck_assert_str_eq(script_calls(), "deactivate F0\ninverse-offer A0 F0 expired none");
  fixture_expect(f, "2000 rescind-inverse F0 1");
  /* Gone: not. */
  master_teardown(f->master, f->now, F1);
  ck_assert_str_eq(script_calls(), "inverse-offer A0 F1 expired none\nremove-framework F1");
  fixture_expect(f, "");
  fixture_expect_told(f, "inverse-offer 1 rescinded\nF0 inactive\ninverse-offer 2 discarded");
  /* Who is inactive is not asked; that is no fault. */
  ask(f, 0, 0);
  fixture_expect(f, "");
  ck_assert_uint_eq(master_inverse_offers_outstanding(f->master), 0);
  fixture_check(f);
  fixture_free(f);
}
END_TEST

/* The allocator hears of the window again, so that it asks those whom it could not ask meanwhile. */
START_TEST(an_inactive_agent_is_asked_for_when_it_is_active_again)
{
  MasterFixture *f = scheduled(NULL);
  ask(f, 0, 0);
  scripted_forget(f);
  ck_assert_int_eq(master_deactivate_agent(f->master, f->now, A0, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "deactivate A0\ninverse-offer A0 F0 expired none");
  fixture_expect(f, "1000 rescind-inverse F0 1");
  ask(f, 0, 0);
  fixture_expect(f, "");
  script_calls();
  ck_assert_int_eq(master_reactivate_agent(f->master, f->now, A0, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "activate A0\nunavailability A0 60000");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

/* --- down and up ---------------------------------------------------------------------------------------- */

START_TEST(an_agent_is_taken_down_and_comes_back)
{
  MasterFixture *f = scheduled(NULL);
  scripted_launch(f, 0, 0, 7, "cpus:1");
  scripted_launch(f, 1, 0, 8, "cpus:1");
  ask(f, 1, 0);
  scripted_offer(f, 0, 0, "cpus:1");
  scripted_forget(f);
  ck_assert_int_eq(master_start_maintenance(f->master, f->now, A0, NULL), OPERATOR_DONE);
  fixture_expect(f, "4000 shutdown A0\n4000 status F0 7 TASK_LOST REASON_SLAVE_REMOVED master 0\n"
                    "4000 status F1 8 TASK_GONE REASON_SLAVE_REMOVED master 0\n"
                    "4000 rescind F0 3\n4000 rescind-inverse F1 1");
  fixture_expect_told(f, "inverse-offer 1 rescinded\nA0 DOWN\nSTART_MAINTENANCE agent 0");
  /* Its host is refused, and it cannot leave the schedule. */
  AgentInfo info = {.hostname = "host-0"};
  ck_assert_uint_eq(master_register_agent(f->master, f->now, &info).index, AGENT_NONE.index);
  GError *error = NULL;
  MaintenanceWindow others[] = {window(1, 60, 5)};
  expect_refused(
      master_update_maintenance(f->master, f->now, others, 1, &error), OPERATOR_CONFLICT, &error,
      "agent host-0: is down and cannot leave the schedule; expected it to be named, or maintenance to be "
      "stopped first");
  MaintenanceWindow both[] = {window(1, 60, 5), window(0, 60, 9)};
  script_calls();
  ck_assert_int_eq(master_update_maintenance(f->master, f->now, both, 2, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "unavailability A1 60000");
  expect_refused(master_start_maintenance(f->master, f->now, A0, &error), OPERATOR_UNKNOWN, &error,
                 "agent host-0: is no longer there: it is DOWN");
  ck_assert_int_eq(master_stop_maintenance(f->master, f->now, A0, NULL), OPERATOR_DONE);
  ck_assert_int_eq(master_agent_state(f->master, A0), AGENT_STATE_REMOVED);
  fixture_told(f);
  ck_assert_uint_eq(master_register_agent(f->master, f->now, &info).index, 3);
  ck_assert_int_eq(master_update_maintenance(f->master, f->now, others, 1, NULL), OPERATOR_DONE);
  fixture_check(f);
  fixture_free(f);
}
END_TEST

/* A host with two agents is down until neither is. */
START_TEST(a_host_is_down_while_one_of_its_agents_is)
{
  MasterFixture *f = scheduled(NULL);
  AgentInfo info = {.hostname = "host-0"};
  AgentId second = master_register_agent(f->master, f->now, &info);
  MaintenanceWindow both[] = {window(second.index, 60, 5), window(0, 60, 5)};
  ck_assert_int_eq(master_update_maintenance(f->master, f->now, both, 2, NULL), OPERATOR_DONE);
  ck_assert_int_eq(master_start_maintenance(f->master, f->now, second, NULL), OPERATOR_DONE);
  ck_assert_int_eq(master_start_maintenance(f->master, f->now, A0, NULL), OPERATOR_DONE);
  ck_assert_int_eq(master_stop_maintenance(f->master, f->now, second, NULL), OPERATOR_DONE);
  ck_assert_uint_eq(master_register_agent(f->master, f->now, &info).index, AGENT_NONE.index);
  ck_assert_int_eq(master_stop_maintenance(f->master, f->now, A0, NULL), OPERATOR_DONE);
  ck_assert_uint_ne(master_register_agent(f->master, f->now, &info).index, AGENT_NONE.index);
  fixture_check(f);
  fixture_free(f);
}
END_TEST

START_TEST(a_removed_agent_leaves_the_schedule)
{
  MasterFixture *f = scheduled(NULL);
  master_remove_agent(f->master, f->now, A0);
  fixture_expect_told(f, "A0 REMOVED");
  GError *error = NULL;
  MaintenanceWindow windows[] = {window(0, 60, 5)};
  expect_refused(master_update_maintenance(f->master, f->now, windows, 1, &error), OPERATOR_UNKNOWN, &error,
                 "agent host-0: is no longer there: it is REMOVED");
  ck_assert_int_eq(master_update_maintenance(f->master, f->now, NULL, 0, NULL), OPERATOR_DONE);
  fixture_free(f);
}
END_TEST

/* --- within a call -------------------------------------------------------------------------------------- */

static void end_schedule(MasterFixture *f, FrameworkId framework, const OfferMessage *offers, uint32_t n)
{
  (void)framework;
  (void)offers;
  (void)n;
  f->on_offers = NULL;
  ck_assert_int_eq(master_update_maintenance(f->master, f->now, NULL, 0, NULL), OPERATOR_DONE);
}

/* The inverse offer of a run has ended before its message was sent. */
START_TEST(an_operator_in_the_middle_of_a_run)
{
  MasterFixture *f = scheduled(NULL);
  f->on_offers = end_schedule;
  scripted_grant(f, 0, 1, "cpus:1");
  script_inverse(0, 0);
  script_inverse(1, 0);
  scripted_tick(f);
  fixture_expect(f, "1000 offers F0 [1 A1 cpus:1]\n1000 rescind-inverse F1 2\n1000 rescind-inverse F0 1");
  ck_assert_uint_eq(master_inverse_offers_outstanding(f->master), 0);
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("maintenance");
  test_case(suite, a_schedule_starts_from_a_clean_slate);
  test_case(suite, schedules_that_make_no_sense);
  test_case(suite, inverse_offers_of_a_run_are_one_message);
  test_case(suite, inverse_offers_are_answered);
  test_case(suite, inverse_offers_that_the_books_do_not_allow);
  test_case(suite, inverse_offers_time_out_as_offers_do);
  test_case(suite, who_leaves_is_asked_no_longer);
  test_case(suite, an_inactive_agent_is_asked_for_when_it_is_active_again);
  test_case(suite, an_agent_is_taken_down_and_comes_back);
  test_case(suite, a_host_is_down_while_one_of_its_agents_is);
  test_case(suite, a_removed_agent_leaves_the_schedule);
  test_case(suite, an_operator_in_the_middle_of_a_run);
  return suite;
}
