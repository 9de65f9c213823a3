/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what is offered after an operator has spoken, with the drf allocator: the split by new weights, agents
 * and frameworks that come and go, hosts that are let in, whom maintenance asks to leave and how often, quotas and
 * reservations that take effect.
 *
 * Not here: what the calls do by themselves (test-operator.c and its like).
 */

#include "allocators/drf.h"
#include "base/resources-text.h"
#include "tests/core/master-fixture.h"
#include "tests/support/test-main.h"

static const FrameworkId F0 = {0};
static const AgentId A0 = {0};

static uint32_t held(const MasterFixture *f, uint32_t framework)
{
  uint32_t n = 0;
  for (guint i = 0; i < f->offers->len; i++) {
    const FixtureOffer *offer = &g_array_index(f->offers, FixtureOffer, i);
    n += !offer->ended && offer->framework.index == framework;
  }
  return n;
}

/* Three agents are offered; then r2 weighs twice as much as r1. */
START_TEST(all_is_offered_anew_by_the_new_weights)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_subscribe(f, "f", "r1", 0);
  fixture_subscribe(f, "g", "r2", 0);
  for (int i = 0; i < 3; i++) {
    fixture_register(f, "cpus:2;mem:1024");
    fixture_settle(f);
  }
  ck_assert_uint_eq(held(f, 0), 2);
  ck_assert_uint_eq(held(f, 1), 1);
  WeightUpdate weights[] = {{"r2", 2}};
  ck_assert_int_eq(master_update_weights(f->master, f->now, weights, 1, NULL), OPERATOR_DONE);
  fixture_settle(f);
  ck_assert_uint_eq(f->n_offers_live, 0); /* nothing before the next tick */
  fixture_advance(f, 1000);
  ck_assert_uint_eq(held(f, 0), 1);
  ck_assert_uint_eq(held(f, 1), 2);
  fixture_free(f);
}
END_TEST

START_TEST(an_inactive_agent_is_not_offered)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:2;mem:1024");
  fixture_subscribe(f, "f", "r", 0);
  fixture_settle(f);
  fixture_expect(f, "0 offers F0 [1 A0 cpus:2;mem:1024]");
  master_deactivate_agent(f->master, f->now, A0, NULL);
  fixture_advance(f, 5500);
  fixture_expect(f, "0 rescind F0 1");
  master_reactivate_agent(f->master, f->now, A0, NULL);
  fixture_settle(f);
  fixture_expect(f, ""); /* that asks for no run */
  fixture_advance(f, 6000);
  fixture_expect(f, "6000 offers F0 [2 A0 cpus:2;mem:1024]");
  fixture_free(f);
}
END_TEST

START_TEST(a_drained_agent_is_offered_when_it_is_reactivated)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:2;mem:1024");
  fixture_subscribe(f, "f", "r", 0);
  fixture_settle(f);
  fixture_accept(f, F0, "1", "7@0=cpus:1", OFFER_FILTER_NONE);
  master_drain_agent(f->master, f->now, A0, DURATION_ZERO, false, NULL);
  fixture_status(f, 7, TASK_KILLED, 1);
  master_acknowledge(f->master, f->now, F0, fixture_task(f, 7), 1);
  ck_assert_int_eq(master_agent_state(f->master, A0), AGENT_STATE_DRAINED);
  fixture_advance(f, 3500);
  ck_assert_uint_eq(f->n_offers_live, 0);
  master_reactivate_agent(f->master, f->now, A0, NULL);
  fixture_log(f);
  fixture_advance(f, 4000);
  fixture_expect(f, "4000 offers F0 [2 A0 cpus:2;mem:1024]");
  fixture_free(f);
}
END_TEST

/* Filters do not survive; suppression does. */
START_TEST(a_framework_that_comes_back)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:2;mem:1024");
  fixture_subscribe(f, "f", "r,!s", 0);
  fixture_settle(f);
  fixture_decline(f, F0, "1", refuse_ms(1000000));
  master_deactivate_framework(f->master, f->now, F0);
  fixture_log(f);
  fixture_advance(f, 2000);
  fixture_expect(f, "");
  master_activate_framework(f->master, f->now, F0);
  fixture_settle(f);
  fixture_expect(f, "2000 offers F0 [2 A0 cpus:2;mem:1024]");
  fixture_decline(f, F0, "2", OFFER_FILTER_NONE);
  master_suppress(f->master, f->now, F0, NULL, 0);
  master_deactivate_framework(f->master, f->now, F0);
  master_activate_framework(f->master, f->now, F0);
  fixture_advance(f, 4000);
  fixture_expect(f, "");
  master_revive(f->master, f->now, F0, NULL, 0);
  fixture_settle(f);
  fixture_expect(f, "4000 offers F0 [3 A0 cpus:2;mem:1024]");
  fixture_free(f);
}
END_TEST

/* A framework joins while another one is inactive. */
START_TEST(who_is_inactive_stands_in_nobodys_way)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:2;mem:1024");
  fixture_subscribe(f, "f", "r", 0);
  fixture_subscribe(f, "g", "r", 0);
  fixture_settle(f);
  ck_assert_uint_eq(held(f, 0), 1);
  master_deactivate_framework(f->master, f->now, F0);
  fixture_advance(f, 1000);
  ck_assert_uint_eq(held(f, 1), 1);
  fixture_free(f);
}
END_TEST

START_TEST(a_whitelist_counts_from_the_next_tick)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  static const char *const hosts[] = {"host-1"};
  ck_assert_int_eq(master_update_whitelist(f->master, f->now, hosts, 1, NULL), OPERATOR_DONE);
  fixture_register(f, "cpus:2;mem:1024");
  fixture_register(f, "cpus:3;mem:1024");
  fixture_subscribe(f, "f", "r", 0);
  fixture_settle(f);
  fixture_expect(f, "0 offers F0 [1 A1 cpus:3;mem:1024]");
  ck_assert_int_eq(master_update_whitelist(f->master, f->now, NULL, 0, NULL), OPERATOR_DONE);
  fixture_settle(f);
  fixture_expect(f, "");
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:2;mem:1024]");
  ck_assert_int_eq(master_update_whitelist(f->master, f->now, hosts, 0, NULL), OPERATOR_DONE);
  fixture_decline(f, F0, "1 2", OFFER_FILTER_NONE);
  fixture_advance(f, 3000);
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

/* --- maintenance ---------------------------------------------------------------------------------------- */

static void plan(MasterFixture *f, uint32_t agent, int64_t start_s)
{
  MaintenanceWindow window = {{agent}, {{start_s * NS_PER_S}, {60 * NS_PER_S}}};
  ck_assert_int_eq(master_update_maintenance(f->master, f->now, &window, 1, NULL), OPERATOR_DONE);
  fixture_check(f);
}

static InverseOfferId inverse(const MasterFixture *f, uint32_t number)
{
  return g_array_index(f->inverse_offers, FixtureInverseOffer, number - 1).id;
}

/* Frameworks f and g; f runs a task on A0, g is offered A1. */
static MasterFixture *busy(void (*change)(MasterSettings *settings))
{
  MasterFixture *f = fixture_new(&drf_allocator, change);
  fixture_register(f, "cpus:2;mem:1024");
  fixture_subscribe(f, "f", "r", 0);
  fixture_settle(f);
  fixture_accept(f, F0, "1", "7@0=cpus:2;mem:1024", OFFER_FILTER_NONE);
  fixture_subscribe(f, "g", "s", 0);
  fixture_register(f, "cpus:2;mem:1024");
  fixture_settle(f);
  ck_assert_uint_eq(held(f, 1), 1);
  fixture_log(f);
  return f;
}

/* Who holds something there is asked, at once; who does not is not. The agent is offered still. */
START_TEST(who_holds_something_is_asked_to_leave)
{
  MasterFixture *f = busy(NULL);
  plan(f, 0, 600);
  fixture_settle(f);
  fixture_expect(f, "0 inverse-offers F0 [1 A0 from 600000 for 60000]");
  /* What is offered counts too, once it is offered again. */
  plan(f, 1, 600);
  fixture_expect(f, "0 rescind-inverse F0 1\n0 rescind F1 2");
  fixture_settle(f);
  fixture_expect(f, "0 offers F1 [3 A1 cpus:2;mem:1024 from 600000 for 60000]\n"
                    "0 inverse-offers F1 [2 A1 from 600000 for 60000]");
  fixture_free(f);
}
END_TEST

START_TEST(it_is_asked_again_until_it_has_left)
{
  MasterFixture *f = busy(NULL);
  plan(f, 0, 600);
  fixture_settle(f);
  fixture_log(f);
  fixture_advance(f, 5500);
  fixture_expect(f, ""); /* it has not answered */
  master_answer_inverse_offer(f->master, f->now, F0, inverse(f, 1), true, OFFER_FILTER_NONE);
  fixture_advance(f, 6000);
  fixture_expect(f, "6000 inverse-offers F0 [2 A0 from 600000 for 60000]");
  master_answer_inverse_offer(f->master, f->now, F0, inverse(f, 2), false, refuse_ms(10500));
  fixture_advance(f, 16999);
  fixture_expect(f, "");
  fixture_advance(f, 17000);
  fixture_expect(f, "17000 inverse-offers F0 [3 A0 from 600000 for 60000]");
  fixture_status(f, 7, TASK_FINISHED, 1);
  master_acknowledge(f->master, f->now, F0, fixture_task(f, 7), 1);
  master_answer_inverse_offer(f->master, f->now, F0, inverse(f, 3), true, OFFER_FILTER_NONE);
  master_suppress(f->master, f->now, F0, NULL, 0);
  fixture_log(f);
  fixture_advance(f, 18000);
  ck_assert_uint_eq(f->inverse_offers->len, 4); /* to g, which is offered A0 now */
  ck_assert_uint_eq(g_array_index(f->inverse_offers, FixtureInverseOffer, 3).framework.index, 1);
  fixture_free(f);
}
END_TEST

static void ten_seconds(MasterSettings *settings)
{
  settings->offer_timeout = (Duration){10 * NS_PER_S};
}

START_TEST(an_inverse_offer_that_nobody_answers_is_made_again)
{
  MasterFixture *f = busy(ten_seconds);
  fixture_decline(f, (FrameworkId){1}, "2", refuse_ms(1000000));
  master_suppress(f->master, f->now, F0, NULL, 0);
  plan(f, 0, 600);
  fixture_settle(f);
  fixture_log(f);
  fixture_advance(f, 9999);
  fixture_expect(f, "");
  fixture_advance(f, 11000);
  fixture_expect(f, "10000 rescind-inverse F0 1\n10000 inverse-offers F0 [2 A0 from 600000 for 60000]");
  fixture_free(f);
}
END_TEST

START_TEST(no_window_no_questions)
{
  MasterFixture *f = busy(NULL);
  plan(f, 0, 600);
  fixture_settle(f);
  ck_assert_int_eq(master_update_maintenance(f->master, f->now, NULL, 0, NULL), OPERATOR_DONE);
  fixture_log(f);
  fixture_advance(f, 3000);
  ck_assert_uint_eq(master_inverse_offers_outstanding(f->master), 0);
  ck_assert_uint_eq(f->inverse_offers->len, 1);
  fixture_free(f);
}
END_TEST

/* --- quota, reservations -------------------------------------------------------------------------------- */

/* Offers are taken back until the limit holds, and it holds from then on. */
START_TEST(a_limit_is_kept_from_the_next_tick)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  for (int i = 0; i < 3; i++)
    fixture_register(f, "cpus:2;mem:1024");
  fixture_subscribe(f, "f", "r", 0);
  fixture_settle(f);
  ck_assert_uint_eq(held(f, 0), 3);
  QuotaUpdate limit = {"r", QUANTITIES_ZERO, {{3000, -1, -1, -1, -1, -1}}};
  ck_assert_int_eq(master_update_quota(f->master, f->now, &limit, 1, false, NULL), OPERATOR_DONE);
  ck_assert_uint_eq(held(f, 0), 1);
  fixture_log(f);
  fixture_advance(f, 5000);
  Quantities sum = QUANTITIES_ZERO;
  for (guint i = 0; i < f->offers->len; i++) {
    const FixtureOffer *offer = &g_array_index(f->offers, FixtureOffer, i);
    if (!offer->ended)
      quantities_add(&sum, &offer->resources.plain);
  }
  ck_assert_int_eq(sum.amount[RESOURCE_CPUS], 3000);
  ck_assert_int_eq(sum.amount[RESOURCE_MEM], INT64_C(3072) * QUANTITY_UNIT);
  fixture_free(f);
}
END_TEST

/* Offers to others are taken back, and go to the role. */
START_TEST(a_guarantee_is_served_at_the_next_tick)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:2;mem:1024");
  fixture_register(f, "cpus:2;mem:1024");
  fixture_subscribe(f, "f", "n", 0);
  fixture_settle(f);
  fixture_subscribe(f, "g", "q", 0);
  fixture_settle(f);
  ck_assert_uint_eq(held(f, 0), 2);
  QuotaUpdate guarantee = {"q", {{2000}}, {{-1, -1, -1, -1, -1, -1}}};
  ck_assert_int_eq(master_update_quota(f->master, f->now, &guarantee, 1, false, NULL), OPERATOR_DONE);
  ck_assert_uint_eq(held(f, 0), 1);
  fixture_advance(f, 1000);
  ck_assert_uint_eq(held(f, 0), 1);
  ck_assert_uint_eq(held(f, 1), 1);
  fixture_free(f);
}
END_TEST

/* Scenario 27, by an operator: the same framework does not win it back at once. */
START_TEST(what_is_reserved_goes_to_its_role)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:2;mem:1024");
  fixture_subscribe(f, "f", "r", 0);
  fixture_settle(f);
  fixture_subscribe(f, "g", "s", 0);
  fixture_settle(f);
  fixture_log(f);
  Resources reserved;
  ck_assert(resources_parse(f->kinds, "cpus(*,s):2", &reserved, NULL));
  ck_assert_int_eq(master_reserve(f->master, f->now, A0, &reserved, NULL), OPERATOR_DONE);
  resources_clear(&reserved);
  fixture_expect(f, "0 rescind F0 1\n0 convert A0 operator RESERVE cpus:2 -> cpus(*,s):2");
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F1 [2 A0 mem:1024;cpus(*,s):2]");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("operator-effects");
  test_case(suite, all_is_offered_anew_by_the_new_weights);
  test_case(suite, an_inactive_agent_is_not_offered);
  test_case(suite, a_drained_agent_is_offered_when_it_is_reactivated);
  test_case(suite, a_framework_that_comes_back);
  test_case(suite, who_is_inactive_stands_in_nobodys_way);
  test_case(suite, a_whitelist_counts_from_the_next_tick);
  test_case(suite, who_holds_something_is_asked_to_leave);
  test_case(suite, it_is_asked_again_until_it_has_left);
  test_case(suite, an_inverse_offer_that_nobody_answers_is_made_again);
  test_case(suite, no_window_no_questions);
  test_case(suite, a_limit_is_kept_from_the_next_tick);
  test_case(suite, a_guarantee_is_served_at_the_next_tick);
  test_case(suite, what_is_reserved_goes_to_its_role);
  return suite;
}
