/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the pace of messages: the limiter alone, and the master's limits of principals: who is under which, what is dropped
 * and who hears of it and limits that make no sense.
 */

#include "core/rate-limit.h"

#include <math.h>

#include "tests/core/scripted-world.h"
#include "tests/support/test-main.h"

static int64_t admit_ms(RateLimiter *limiter, int64_t now_ms)
{
  Instant at;
  if (!rate_limiter_admit(limiter, (Instant){now_ms * NS_PER_MS}, &at))
    return -1;
  return at.ns / NS_PER_MS;
}

/* --- the limiter ---------------------------------------------------------------------------------------- */

START_TEST(messages_pass_an_interval_apart)
{
  RateLimiter limiter;
  rate_limiter_init(&limiter, 4, UINT32_MAX);
  ck_assert_int_eq(admit_ms(&limiter, 0), 0);
  ck_assert_int_eq(admit_ms(&limiter, 0), 250);
  ck_assert_int_eq(admit_ms(&limiter, 100), 500);
  ck_assert_uint_eq(rate_limiter_waiting(&limiter, (Instant){100 * NS_PER_MS}), 2);
  ck_assert_uint_eq(rate_limiter_waiting(&limiter, (Instant){250 * NS_PER_MS}), 1);
  ck_assert_uint_eq(rate_limiter_waiting(&limiter, (Instant){500 * NS_PER_MS}), 0);
  ck_assert_int_eq(admit_ms(&limiter, 700), 750);
  /* Nothing is saved up. */
  ck_assert_int_eq(admit_ms(&limiter, 9000), 9000);
  ck_assert_int_eq(admit_ms(&limiter, 9000), 9250);
}
END_TEST

START_TEST(few_messages_wait)
{
  RateLimiter limiter;
  rate_limiter_init(&limiter, 1, 2);
  ck_assert_int_eq(admit_ms(&limiter, 0), 0);
  ck_assert_int_eq(admit_ms(&limiter, 0), 1000);
  ck_assert_int_eq(admit_ms(&limiter, 0), 2000);
  ck_assert_int_eq(admit_ms(&limiter, 0), -1);
  ck_assert_int_eq(admit_ms(&limiter, 999), -1);
  ck_assert_int_eq(admit_ms(&limiter, 1000), 3000);
  ck_assert_int_eq(admit_ms(&limiter, 1000), -1);
}
END_TEST

START_TEST(no_limit)
{
  RateLimiter limiter;
  rate_limiter_init(&limiter, 0, 1);
  for (int i = 0; i < 10; i++)
    ck_assert_int_eq(admit_ms(&limiter, 5), 5);
  ck_assert_uint_eq(rate_limiter_waiting(&limiter, INSTANT_ZERO), 0);
}
END_TEST

START_TEST(one_message_in_a_thousand_years)
{
  RateLimiter limiter;
  rate_limiter_init(&limiter, 1e-15, 1);
  ck_assert_int_eq(admit_ms(&limiter, 0), 0);
  Instant at;
  ck_assert(rate_limiter_admit(&limiter, INSTANT_ZERO, &at));
  ck_assert(!rate_limiter_admit(&limiter, INSTANT_ZERO, &at));
}
END_TEST

/* However they arrive: in order, never early, an interval apart, and never more waiting than may. */
START_TEST(any_arrivals)
{
  for (uint32_t capacity = 1; capacity < 5; capacity++) {
    RateLimiter limiter;
    rate_limiter_init(&limiter, 100, capacity);
    g_autoptr(GArray) admitted = g_array_new(FALSE, FALSE, sizeof(int64_t));
    int64_t now = 0;
    uint32_t refused = 0;
    for (uint32_t i = 0; i < 2000; i++) {
      now += (int64_t)((i * 7919 + capacity) % 17);
      uint32_t waiting = 0;
      for (guint j = 0; j < admitted->len; j++)
        waiting += g_array_index(admitted, int64_t, j) > now;
      ck_assert_uint_eq(rate_limiter_waiting(&limiter, (Instant){now * NS_PER_MS}), waiting);
      int64_t at = admit_ms(&limiter, now);
      ck_assert_int_eq(at < 0, waiting >= capacity);
      refused += at < 0;
      if (at < 0)
        continue;
      ck_assert_int_ge(at, now);
      if (admitted->len > 0)
        ck_assert_int_ge(at, g_array_index(admitted, int64_t, admitted->len - 1) + 10);
      g_array_append_val(admitted, at);
    }
    ck_assert_uint_gt(refused, 0);
  }
}
END_TEST

/* --- principals ----------------------------------------------------------------------------------------- */

static void limited(MasterSettings *settings)
{
  static const RateLimit limits[] = {{"busy", 1, 2}, {"free", 0, 1}, {NULL, 10, 1}};
  settings->rate_limits = limits;
  settings->n_rate_limits = G_N_ELEMENTS(limits);
}

static int64_t arrive(MasterFixture *f, uint32_t framework)
{
  Instant at;
  if (!master_admit(f->master, f->now, (FrameworkId){framework}, &at))
    return -1;
  return at.ns / NS_PER_MS;
}

START_TEST(beyond_its_capacity_a_principal_is_told)
{
  script_start(NULL);
  MasterFixture *f = fixture_new(&scripted_allocator, limited);
  script_start(f->kinds);
  f->principal = "busy";
  fixture_subscribe(f, "f", "r", 0);
  fixture_subscribe(f, "g", "r", 0);
  f->principal = "free";
  fixture_subscribe(f, "h", "r", 0);
  f->principal = "somebody";
  fixture_subscribe(f, "i", "r", 0);
  f->principal = NULL;
  fixture_subscribe(f, "j", "r", 0);
  /* Frameworks of one principal share its limit. */
  ck_assert_int_eq(arrive(f, 0), 0);
  ck_assert_int_eq(arrive(f, 1), 1000);
  ck_assert_int_eq(arrive(f, 0), 2000);
  fixture_expect(f, "");
  ck_assert_int_eq(arrive(f, 1), -1);
  fixture_expect(f, "0 error F1 a message was dropped: 2 of principal busy wait already");
  fixture_expect_told(f, "F1 dropped");
  for (int i = 0; i < 5; i++)
    ck_assert_int_eq(arrive(f, 2), 0);
  /* Those that are not named share one too. */
  ck_assert_int_eq(arrive(f, 3), 0);
  ck_assert_int_eq(arrive(f, 4), 100);
  ck_assert_int_eq(arrive(f, 3), -1);
  fixture_expect(f, "0 error F3 a message was dropped: 1 of the others wait already");
  /* Frameworks that are not there. */
  ck_assert_int_eq(arrive(f, 99), 0);
  master_teardown(f->master, f->now, (FrameworkId){0});
  ck_assert_int_eq(arrive(f, 0), 0);
  fixture_free(f);
}
END_TEST

START_TEST(without_limits_nobody_waits)
{
  MasterFixture *f = scripted_world(NULL);
  for (int i = 0; i < 100; i++)
    ck_assert_int_eq(arrive(f, 0), 0);
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

START_TEST(limits_that_make_no_sense)
{
  static const struct {
    RateLimit limits[2];
    uint32_t n;
    const char *message;
  } cases[] = {
      {{{"p", -1, 1}}, 1, "rate limit p: expected a number of messages a second that is not negative"},
      {{{NULL, (double)INFINITY, 1}},
       1,
       "rate limit of the others: expected a number of messages a second that is not negative"},
      {{{"p", (double)NAN, 1}},
       1,
       "rate limit p: expected a number of messages a second that is not negative"},
      {{{"p", 1, 0}}, 1, "rate limit p: a capacity of 0 messages; expected at least 1"},
      {{{"p", 1, 1}, {"p", 2, 1}}, 2, "rate limit p: stands twice; expected once"},
      {{{NULL, 1, 1}, {NULL, 2, 1}}, 2, "rate limit of the others: stands twice; expected once"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    script_start(NULL);
    MasterSettings settings = {
        .allocation_interval = {NS_PER_S},
        .offer_timeout = DURATION_MAX,
        .rate_limits = cases[i].limits,
        .n_rate_limits = cases[i].n,
    };
    MasterPorts ports = {0};
    g_autoptr(GError) error = NULL;
    ck_assert_ptr_null(master_new(&settings, &scripted_allocator, &ports, NULL, INSTANT_ZERO, &error));
    ck_assert_str_eq(error->message, cases[i].message);
  }
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("rate-limit");
  test_case(suite, messages_pass_an_interval_apart);
  test_case(suite, few_messages_wait);
  test_case(suite, no_limit);
  test_case(suite, one_message_in_a_thousand_years);
  test_case(suite, any_arrivals);
  test_case(suite, beyond_its_capacity_a_principal_is_told);
  test_case(suite, without_limits_nobody_waits);
  test_case(suite, limits_that_make_no_sense);
  return suite;
}
