/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deficit, starvation and work of hand-worked series of samples, 10 s apart.
 */
#include "metrics/shortfall.h"

#include "tests/support/test-main.h"

#define TASK 0.1

static Instant at(int64_t seconds)
{
  return (Instant){seconds * NS_PER_S};
}

/* At @seconds; the last offer of use was at @use. */
static void take(Shortfall *shortfall, int64_t seconds, double ideal, double share, int64_t use)
{
  const ShortfallSample sample = {.now = at(seconds),
                                  .length = {10 * NS_PER_S},
                                  .ideal = ideal,
                                  .share = share,
                                  .task = TASK,
                                  .running = share / TASK,
                                  .use = at(use)};
  shortfall_sample(shortfall, &sample);
}

#define ck_near(value, expected) ck_assert_double_eq_tol((value), (expected), 1e-9)

START_TEST(deficit_and_work_while_demanding)
{
  Shortfall shortfall;
  shortfall_init(&shortfall);
  take(&shortfall, 10, 0.5, 0.2, 0);
  take(&shortfall, 20, 0.5, 0.5, 15);
  take(&shortfall, 30, 0.3, 0.5, 25); /* above the ideal: no deficit, and none is made good */
  take(&shortfall, 40, 0, 0.5, 25);   /* nothing is demanded any more */
  ck_near(shortfall.deficit, 3);
  ck_near(shortfall.work, 10 * (2 + 5 + 5));
  ck_assert_int_eq(shortfall.demanding.ns, 30 * NS_PER_S);
}
END_TEST

START_TEST(starvation_from_the_last_offer_of_use_to_the_next)
{
  Shortfall shortfall;
  shortfall_init(&shortfall);
  take(&shortfall, 10, 0.5, 0.2, 4); /* below, but served at 4 s */
  take(&shortfall, 20, 0.5, 0.2, 4);
  take(&shortfall, 30, 0.5, 0.2, 27); /* 4 s to 27 s */
  take(&shortfall, 40, 0.5, 0.2, 27);
  take(&shortfall, 50, 0.2, 0.2, 27); /* no longer below: 27 s to 40 s */
  ck_assert_int_eq(shortfall.longest.ns, 23 * NS_PER_S);
  shortfall_end(&shortfall, at(500), at(27), false);
  ck_assert_int_eq(shortfall.longest.ns, 23 * NS_PER_S);
  ck_assert(!shortfall.open);
}
END_TEST

START_TEST(less_than_a_task_below_is_no_starvation)
{
  Shortfall shortfall;
  shortfall_init(&shortfall);
  for (int i = 1; i <= 5; i++)
    take(&shortfall, 10 * i, 0.5, 0.41, 0);
  shortfall_end(&shortfall, at(50), at(0), false);
  ck_assert_int_eq(shortfall.longest.ns, 0);
  /* Where the ideal is less than a task, who has nothing starves. */
  take(&shortfall, 60, 0.05, 0, 0);
  take(&shortfall, 70, 0.05, 0, 0);
  shortfall_end(&shortfall, at(75), at(0), false);
  ck_assert_int_eq(shortfall.longest.ns, 15 * NS_PER_S);
}
END_TEST

START_TEST(what_lasts_to_the_end_is_open)
{
  Shortfall shortfall;
  shortfall_init(&shortfall);
  take(&shortfall, 10, 0.5, 0, 0);
  take(&shortfall, 20, 0.5, 0, 0);
  shortfall_end(&shortfall, at(25), at(0), false);
  ck_assert_int_eq(shortfall.longest.ns, 15 * NS_PER_S);
  ck_assert(shortfall.open);
  /* Who leaves has starved to the end of its time. */
  shortfall_init(&shortfall);
  take(&shortfall, 10, 0.5, 0, 0);
  shortfall_end(&shortfall, at(25), at(0), true);
  ck_assert_int_eq(shortfall.longest.ns, 15 * NS_PER_S);
  ck_assert(!shortfall.open);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("shortfall");
  test_case(suite, deficit_and_work_while_demanding);
  test_case(suite, starvation_from_the_last_offer_of_use_to_the_next);
  test_case(suite, less_than_a_task_below_is_no_starvation);
  test_case(suite, what_lasts_to_the_end_is_open);
  return suite;
}
