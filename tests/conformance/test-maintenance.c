/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins inverse offers: who is asked to give an agent back, when, and when again, told in part by Mesos's allocator tests
 * (AddAgentWithUnknownFrameworkAndMaintenance). Agents that are to be maintained are offered as ever.
 *
 * Not here: the master's part of it (tests/core).
 */

#include "tests/conformance/scenario.h"
#include "tests/support/test-main.h"

static void unavailable(Scenario *s, const char *agent, bool is)
{
  AllocatorHarness *harness = scenario_arrive(s);
  Unavailability window = {{60 * NS_PER_S}, {NS_PER_H}};
  harness->interface->update_unavailability(harness->allocator, harness->now, scenario_agent(s, agent),
                                            is ? &window : NULL);
  g_array_set_size(harness->inverse, 0);
  harness_settle(harness);
}

static void answer(Scenario *s, const char *agent, const char *framework, InverseOfferAnswer what,
                   int64_t refuse_ms)
{
  AllocatorHarness *harness = scenario_arrive(s);
  OfferFilter filter = {refuse_ms != 0, {refuse_ms * NS_PER_MS}};
  harness->interface->update_inverse_offer(harness->allocator, harness->now, scenario_agent(s, agent),
                                           scenario_framework(s, framework), what, filter);
  g_array_set_size(harness->inverse, 0);
  harness_settle(harness);
}

/* Goes on for a tick. */
static void tick(Scenario *s)
{
  AllocatorHarness *harness = &scenario_player(s)->harness;
  g_array_set_size(harness->inverse, 0);
  harness_tick(harness);
}

static void asked(const Scenario *s, guint n)
{
  ck_assert_uint_eq(scenario_player(s)->harness.inverse->len, n);
}

static Scenario *one_agent_offered(int way)
{
  Scenario *s = scenario_allocator(way, NULL);
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addframework F2 r2 - - active");
  scenario_call(s, "addagent A cpus:2;mem:1024");
  return s;
}

START_TEST(who_holds_something_is_asked_once)
{
  Scenario *s = one_agent_offered(_i);
  unavailable(s, "A", true);
  asked(s, 1);
  const HarnessInverse *made = &g_array_index(scenario_player(s)->harness.inverse, HarnessInverse, 0);
  ck_assert_uint_eq(made->agent.index, scenario_agent(s, "A").index);
  ck_assert_uint_eq(made->framework.index, scenario_framework(s, "F1").index);
  tick(s);
  asked(s, 0);
  scenario_end(s);
}
END_TEST

START_TEST(two_roles_of_one_framework_are_asked_once)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F r1,r2 - - active");
  scenario_call(s, "addagent A cpus(r1):1;cpus(r2):1");
  ck_assert_uint_eq(s->decisions->len, 2);
  unavailable(s, "A", true);
  asked(s, 1);
  scenario_end(s);
}
END_TEST

START_TEST(an_agent_that_is_to_be_maintained_is_offered_all_the_same)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:2;mem:1024");
  unavailable(s, "A", true);
  asked(s, 0);
  g_array_set_size(scenario_player(s)->harness.inverse, 0);
  scenario_call(s, "addframework F1 r1 - - active");
  ck_assert_uint_eq(s->decisions->len, 1);
  /* The run that offers asks for it back at its end. */
  scenario_end(s);
}
END_TEST

START_TEST(it_is_asked_again_after_each_answer)
{
  Scenario *s = one_agent_offered(_i);
  unavailable(s, "A", true);
  asked(s, 1);
  answer(s, "A", "F1", INVERSE_OFFER_ACCEPTED, 0);
  asked(s, 0);
  tick(s);
  asked(s, 1);
  answer(s, "A", "F1", INVERSE_OFFER_EXPIRED, 0);
  tick(s);
  asked(s, 1);
  scenario_end(s);
}
END_TEST

START_TEST(a_filter_keeps_it_back)
{
  Scenario *s = one_agent_offered(_i);
  unavailable(s, "A", true);
  scenario_offers(s, "advance 500");
  answer(s, "A", "F1", INVERSE_OFFER_DECLINED, 2000);
  for (int i = 0; i < 2; i++) {
    tick(s);
    asked(s, 0);
  }
  tick(s);
  asked(s, 1);
  /* No floor of one interval: it is over before the tick. */
  scenario_offers(s, "advance 100");
  answer(s, "A", "F1", INVERSE_OFFER_DECLINED, 300);
  tick(s);
  asked(s, 1);
  scenario_end(s);
}
END_TEST

START_TEST(a_filter_that_ends_with_a_tick)
{
  Scenario *s = one_agent_offered(_i);
  unavailable(s, "A", true);
  scenario_offers(s, "advance 400");
  answer(s, "A", "F1", INVERSE_OFFER_DECLINED, 600); /* ends with the next tick, which still sees it */
  tick(s);
  asked(s, 0);
  tick(s);
  asked(s, 1);
  answer(s, "A", "F1", INVERSE_OFFER_DECLINED, 2000); /* is gone before the tick after the next */
  tick(s);
  asked(s, 0);
  tick(s);
  asked(s, 1);
  scenario_end(s);
}
END_TEST

START_TEST(revive_drops_the_filter)
{
  Scenario *s = one_agent_offered(_i);
  unavailable(s, "A", true);
  answer(s, "A", "F1", INVERSE_OFFER_DECLINED, 60000);
  scenario_call(s, "revive F1 -");
  asked(s, 0); /* forgotten with the offers of the call */
  answer(s, "A", "F1", INVERSE_OFFER_DECLINED, 60000);
  scenario_offers(s, "deactivateframework F1");
  tick(s);
  asked(s, 0);
  scenario_offers(s, "activateframework F1");
  answer(s, "A", "F1", INVERSE_OFFER_EXPIRED, 0);
  tick(s);
  asked(s, 1);
  scenario_end(s);
}
END_TEST

START_TEST(an_update_that_revives_drops_the_filter)
{
  Scenario *s = one_agent_offered(_i);
  scenario_offers(s, "suppress F1 -");
  unavailable(s, "A", true);
  answer(s, "A", "F1", INVERSE_OFFER_DECLINED, 60000);
  tick(s);
  asked(s, 0);
  scenario_offers(s, "updateframework F1 r1 - -"); /* no run, and nothing is free */
  tick(s);
  asked(s, 1);
  scenario_end(s);
}
END_TEST

START_TEST(a_new_window_begins_anew)
{
  Scenario *s = one_agent_offered(_i);
  unavailable(s, "A", true);
  answer(s, "A", "F1", INVERSE_OFFER_DECLINED, 60000);
  unavailable(s, "A", true);
  asked(s, 1);
  unavailable(s, "A", false);
  asked(s, 0);
  answer(s, "A", "F1", INVERSE_OFFER_ACCEPTED, 0);
  tick(s);
  asked(s, 0);
  unavailable(s, "A", true);
  asked(s, 1);
  scenario_offers(s, "removeagent A");
  tick(s);
  asked(s, 0);
  scenario_end(s);
}
END_TEST

START_TEST(who_holds_nothing_is_not_asked)
{
  Scenario *s = one_agent_offered(_i);
  scenario_offers(s, "recover F1 A r1 cpus:2;mem:1024 86400000 offered");
  scenario_offers(s, "suppress F2 -");
  unavailable(s, "A", true);
  asked(s, 0);
  scenario_end(s);
}
END_TEST

START_TEST(frameworks_that_nobody_knows_are_left_out)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:2;mem:1024 used F1 r1 cpus:1;mem:512");
  unavailable(s, "A", true);
  asked(s, 0);
  /* F1 is announced: the next one to arrive. */
  scenario_offers(s, "addframework F1 r1 - - inactive used A r1 cpus:1;mem:512");
  scenario_call(s, "addframework F2 r2 - - active");
  ck_assert_uint_eq(scenario_count(s, "F2"), 1);
  scenario_offers(s, "addagent B cpus:1;mem:512", "0 F2 r2 B cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("maintenance");
  test_case_loop(suite, who_holds_something_is_asked_once, 0, SCENARIO_WAYS);
  test_case_loop(suite, two_roles_of_one_framework_are_asked_once, 0, SCENARIO_WAYS);
  test_case_loop(suite, an_agent_that_is_to_be_maintained_is_offered_all_the_same, 0, SCENARIO_WAYS);
  test_case_loop(suite, it_is_asked_again_after_each_answer, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_filter_keeps_it_back, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_filter_that_ends_with_a_tick, 0, SCENARIO_WAYS);
  test_case_loop(suite, revive_drops_the_filter, 0, SCENARIO_WAYS);
  test_case_loop(suite, an_update_that_revives_drops_the_filter, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_new_window_begins_anew, 0, SCENARIO_WAYS);
  test_case_loop(suite, who_holds_nothing_is_not_asked, 0, SCENARIO_WAYS);
  test_case_loop(suite, frameworks_that_nobody_knows_are_left_out, 0, SCENARIO_WAYS);
  return suite;
}
