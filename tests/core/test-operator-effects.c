/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what is offered after an operator has spoken, with the drf allocator: the split by new weights (scenario 72), agents
 * and frameworks that come and go, hosts that are let in.
 *
 * Not here: what the calls do by themselves (test-operator.c and its like).
 */

#include "allocators/drf.h"
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

/* Filters do not survive; suppression does (scenario 14). */
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

Suite *test_suite(void)
{
  Suite *suite = suite_create("operator-effects");
  test_case(suite, all_is_offered_anew_by_the_new_weights);
  test_case(suite, an_inactive_agent_is_not_offered);
  test_case(suite, a_drained_agent_is_offered_when_it_is_reactivated);
  test_case(suite, a_framework_that_comes_back);
  test_case(suite, who_is_inactive_stands_in_nobodys_way);
  test_case(suite, a_whitelist_counts_from_the_next_tick);
  return suite;
}
