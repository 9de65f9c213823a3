/* SPDX-License-Identifier: Apache-2.0 */

/* Pinned: which texts are durations and exactly which, the shortest text of each, sums that do not fit. */

#include <math.h>

#include "base/error.h"
#include "base/time-text.h"
#include "tests/support/test-main.h"

static const struct {
  const char *text;
  int64_t ns;
} durations[] = {
    {"0s", 0},
    {"-0s", 0},
    {"1ns", 1},
    {"1us", NS_PER_US},
    {"250ms", 250 * NS_PER_MS},
    {"30s", 30 * NS_PER_S},
    {"5min", 5 * NS_PER_MIN},
    {"2h", 2 * NS_PER_H},
    {"1d", NS_PER_D},
    {" 30 s\t", 30 * NS_PER_S},
    {"+3s", 3 * NS_PER_S},
    {"1.5h", 90 * NS_PER_MIN},
    {".5s", NS_PER_S / 2},
    {"5.s", 5 * NS_PER_S},
    {"0.4ns", 0},
    {"0.5ns", 1},
    {"1.4999999999999999999ns", 1},
    {"0.0000000005s", 1},
    {"0.00000000049999999999999999999s", 0},
    {"0.1s", 100 * NS_PER_MS},
    {"1e3ms", NS_PER_S},
    {"1.5E-3s", 1500 * NS_PER_US},
    {"9223372036.854775807s", INT64_MAX},
    {"9223372036854775807ns", INT64_MAX},
    {"106751d", 106751 * NS_PER_D},
};

START_TEST(durations_are_read)
{
  Duration duration = {-1};
  g_autoptr(GError) error = NULL;
  ck_assert_msg(duration_parse(durations[_i].text, &duration, &error), "%s: %s", durations[_i].text,
                error == NULL ? "" : error->message);
  ck_assert_int_eq(duration.ns, durations[_i].ns);
}
END_TEST

static const char *const bad_durations[] = {
    "",
    " ",
    "s",
    "30",
    "0",
    "-1s",
    "-1ns",
    "30 seconds",
    "30S",
    "30sec",
    "3 0s",
    "1,5s",
    "1.2.3s",
    "nans",
    "infs",
    "0x10s",
    "1e5",
    "1e400s",
    "--1s",
    "1s 2ms",
    "s30",
    ".s",
    "9223372036854775808ns",
    "9223372037s",
    "106752d",
    "1e300d",
};

START_TEST(other_texts_are_refused)
{
  Duration duration = {-1};
  g_autoptr(GError) error = NULL;
  ck_assert_msg(!duration_parse(bad_durations[_i], &duration, &error), "%s", bad_durations[_i]);
  ck_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_TIME));
  ck_assert_int_eq(duration.ns, -1);
}
END_TEST

static const struct {
  int64_t ns;
  const char *text;
} prints[] = {
    {0, "0s"},
    {1, "1ns"},
    {1500, "1500ns"},
    {NS_PER_MS, "1ms"},
    {90 * NS_PER_S, "90s"},
    {NS_PER_H, "1h"},
    {36 * NS_PER_H, "36h"},
    {48 * NS_PER_H, "2d"},
    {INT64_MAX, "9223372036854775807ns"},
};

START_TEST(durations_are_printed)
{
  g_autofree char *text = duration_print((Duration){prints[_i].ns});
  Duration again;
  ck_assert_str_eq(text, prints[_i].text);
  ck_assert(duration_parse(text, &again, NULL));
  ck_assert_int_eq(again.ns, prints[_i].ns);
}
END_TEST

START_TEST(seconds_are_rounded_half_up)
{
  static const struct {
    double seconds;
    int64_t ns;
  } rows[] = {{0, 0},
              {1, NS_PER_S},
              {0.5e-9, 1},
              {0.4e-9, 0},
              {-0.5e-9, 0},
              {-0.6e-9, -1},
              {1e9, 1000000000000000000},
              {-2, -2 * NS_PER_S}};
  Duration duration;
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    ck_assert(duration_from_seconds(rows[i].seconds, &duration));
    ck_assert_int_eq(duration.ns, rows[i].ns);
  }
  duration.ns = 7;
  ck_assert(!duration_from_seconds(1e10, &duration));
  ck_assert(!duration_from_seconds(-1e10, &duration));
  ck_assert(!duration_from_seconds((double)INFINITY, &duration));
  ck_assert(!duration_from_seconds((double)NAN, &duration));
  ck_assert_int_eq(duration.ns, 7);
}
END_TEST

START_TEST(instants_are_added_and_compared)
{
  Instant at = {5 * NS_PER_S};
  ck_assert_int_eq(instant_after(at, (Duration){NS_PER_S}).ns, 6 * NS_PER_S);
  ck_assert(instant_is_never(instant_after(at, DURATION_MAX)));
  ck_assert(instant_is_never(instant_after(INSTANT_NEVER, (Duration){1})));
  ck_assert_int_eq(instant_since(at, INSTANT_ZERO).ns, 5 * NS_PER_S);
  ck_assert_int_eq(instant_since(INSTANT_ZERO, at).ns, -5 * NS_PER_S);
  ck_assert(instant_is_before(INSTANT_ZERO, at) && !instant_is_before(at, at));
  ck_assert_int_eq(instant_min(at, INSTANT_NEVER).ns, at.ns);
  ck_assert_double_eq(duration_seconds((Duration){250 * NS_PER_MS}), 0.25);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("time");
  test_case_loop(suite, durations_are_read, 0, G_N_ELEMENTS(durations));
  test_case_loop(suite, other_texts_are_refused, 0, G_N_ELEMENTS(bad_durations));
  test_case_loop(suite, durations_are_printed, 0, G_N_ELEMENTS(prints));
  test_case(suite, seconds_are_rounded_half_up);
  test_case(suite, instants_are_added_and_compared);
  return suite;
}
