/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins when the master makes runs, with the drf allocator: once per instant however much happens in it, ticks
 * at whole intervals from the start and only where something can be given, none on an idle cluster.
 *
 * Not here: what a run offers (tests/conformance), offer time-outs (test-master-offers.c).
 */

#include "allocators/drf.h"
#include "tests/core/master-fixture.h"
#include "tests/support/test-main.h"

static const FrameworkId F0 = {0};

START_TEST(one_run_for_all_that_happens_in_an_instant)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:1;mem:1024");
  fixture_subscribe(f, "f", "r", 0);
  fixture_register(f, "cpus:2;mem:1024");
  fixture_subscribe(f, "g", "s", 0);
  ck_assert(master_revive(f->master, f->now, F0, NULL, 0));
  fixture_register(f, "cpus:3;mem:1024");
  fixture_expect(f, "");
  fixture_settle(f);
  ck_assert_uint_eq(f->n_runs, 1);
  ck_assert_uint_eq(f->n_offers_live, 3);
  fixture_free(f);
}
END_TEST

START_TEST(each_instant_has_its_own_run)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_subscribe(f, "f", "r", 0);
  for (int i = 1; i <= 5; i++) {
    fixture_advance(f, INT64_C(10) * i);
    fixture_register(f, "cpus:1;mem:1024");
  }
  fixture_advance(f, 900);
  ck_assert_uint_eq(f->n_runs, 6);
  ck_assert_uint_eq(f->n_ticks, 0);
  ck_assert_uint_eq(f->n_offers_live, 5);
  fixture_free(f);
}
END_TEST

START_TEST(what_comes_back_waits_for_the_tick)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_subscribe(f, "f", "r", 0);
  fixture_register(f, "cpus:1;mem:1024");
  fixture_settle(f);
  fixture_log(f);
  fixture_advance(f, 300);
  fixture_decline(f, F0, "1", OFFER_FILTER_NONE);
  fixture_advance(f, 999);
  fixture_expect(f, "");
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:1;mem:1024]");
  /* At the very instant of a tick, after it: the next one. */
  fixture_decline(f, F0, "2", OFFER_FILTER_NONE);
  fixture_advance(f, 1999);
  fixture_expect(f, "");
  fixture_advance(f, 2000);
  fixture_expect(f, "2000 offers F0 [3 A0 cpus:1;mem:1024]");
  fixture_free(f);
}
END_TEST

/* Nothing was asked for before: the tick of this instant has not been made and is still to come. */
START_TEST(what_comes_back_at_a_tick_is_offered_in_it)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_subscribe(f, "f", "r", 0);
  fixture_register(f, "cpus:1;mem:1024");
  fixture_settle(f);
  fixture_advance(f, 3000);
  fixture_log(f);
  fixture_decline(f, F0, "1", OFFER_FILTER_NONE);
  ck_assert_int_eq(f->timers[MASTER_TIMER_TICK].ns, f->now.ns);
  fixture_settle(f);
  fixture_expect(f, "3000 offers F0 [2 A0 cpus:1;mem:1024]");
  fixture_free(f);
}
END_TEST

/* A tick that was asked for before the run took everything may still be made; then there are no more. */
START_TEST(an_idle_cluster_has_no_ticks)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  for (int i = 0; i < 10; i++)
    fixture_register(f, "cpus:1;mem:1024");
  fixture_advance(f, 100000);
  ck_assert_uint_eq(f->n_ticks, 0); /* nobody is there */
  fixture_subscribe(f, "f", "r", 0);
  fixture_advance(f, 200000);
  ck_assert_uint_le(f->n_ticks, 1); /* nothing is free */
  for (uint32_t i = 1; i <= 10; i++) {
    g_autofree char *offer = g_strdup_printf("%u", i);
    fixture_decline(f, F0, offer, refuse_ms(3600000));
  }
  fixture_advance(f, 3799999);
  ck_assert_uint_le(f->n_ticks, 2); /* everything is refused */
  ck_assert_uint_eq(f->n_offers_live, 0);
  fixture_advance(f, 3800000);
  ck_assert_uint_le(f->n_ticks, 3);
  ck_assert_uint_eq(f->n_offers_live, 10);
  fixture_free(f);
}
END_TEST

START_TEST(suppressed_frameworks_cost_no_ticks)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_subscribe(f, "f", "r", 0);
  fixture_register(f, "cpus:1;mem:1024");
  fixture_settle(f);
  fixture_decline(f, F0, "1", OFFER_FILTER_NONE);
  ck_assert(master_suppress(f->master, f->now, F0, NULL, 0));
  fixture_advance(f, 50000);
  ck_assert_uint_le(f->n_ticks, 1);
  ck_assert_uint_eq(f->n_offers_live, 0);
  fixture_free(f);
}
END_TEST

static void every_300_ms(MasterSettings *settings)
{
  settings->allocation_interval = (Duration){300 * NS_PER_MS};
}

START_TEST(ticks_stand_on_the_grid)
{
  MasterFixture *f = fixture_new(&drf_allocator, every_300_ms);
  fixture_subscribe(f, "f", "r", 0);
  fixture_advance(f, 100);
  fixture_register(f, "cpus:1;mem:1024");
  fixture_settle(f);
  fixture_expect(f, "100 offers F0 [1 A0 cpus:1;mem:1024]");
  /* From the start, whenever runs were made. */
  fixture_advance(f, 7000);
  fixture_decline(f, F0, "1", OFFER_FILTER_NONE);
  fixture_advance(f, 7199);
  fixture_expect(f, "");
  fixture_advance(f, 7200);
  fixture_expect(f, "7200 offers F0 [2 A0 cpus:1;mem:1024]");
  /* A refusal that ends between two ticks is over at the next one. */
  fixture_decline(f, F0, "2", refuse_ms(1000));
  fixture_advance(f, 8399);
  fixture_expect(f, "");
  fixture_advance(f, 8400);
  fixture_expect(f, "8400 offers F0 [3 A0 cpus:1;mem:1024]");
  fixture_free(f);
}
END_TEST

START_TEST(a_refusal_of_one_interval_from_a_tick_covers_the_next)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_subscribe(f, "f", "r", 0);
  fixture_register(f, "cpus:1;mem:1024");
  fixture_settle(f);
  fixture_advance(f, 500);
  fixture_decline(f, F0, "1", OFFER_FILTER_NONE);
  fixture_advance(f, 1000); /* a tick is made */
  fixture_log(f);
  fixture_decline(f, F0, "2", refuse_ms(1000));
  fixture_advance(f, 2999);
  fixture_expect(f, "");
  fixture_advance(f, 3000);
  fixture_expect(f, "3000 offers F0 [3 A0 cpus:1;mem:1024]");
  fixture_free(f);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_offers)
{
  g_autoptr(GString) first = g_string_new(NULL);
  for (int round = 0; round < 2; round++) {
    MasterFixture *f = fixture_new(&drf_allocator, NULL);
    f->seed = 5;
    for (int i = 0; i < 20; i++)
      fixture_register(f, "cpus:1;mem:1024");
    fixture_subscribe(f, "f", "r", 0);
    fixture_subscribe(f, "g", "s", 0);
    fixture_settle(f);
    if (round == 0)
      g_string_assign(first, fixture_log(f));
    else
      ck_assert_str_eq(fixture_log(f), first->str);
    fixture_free(f);
  }
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  f->seed = 6;
  for (int i = 0; i < 20; i++)
    fixture_register(f, "cpus:1;mem:1024");
  fixture_subscribe(f, "f", "r", 0);
  fixture_subscribe(f, "g", "s", 0);
  fixture_settle(f);
  ck_assert_str_ne(fixture_log(f), first->str);
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("master-timers");
  test_case(suite, one_run_for_all_that_happens_in_an_instant);
  test_case(suite, each_instant_has_its_own_run);
  test_case(suite, what_comes_back_waits_for_the_tick);
  test_case(suite, what_comes_back_at_a_tick_is_offered_in_it);
  test_case(suite, an_idle_cluster_has_no_ticks);
  test_case(suite, suppressed_frameworks_cost_no_ticks);
  test_case(suite, ticks_stand_on_the_grid);
  test_case(suite, a_refusal_of_one_interval_from_a_tick_covers_the_next);
  test_case(suite, the_same_seed_gives_the_same_offers);
  return suite;
}
