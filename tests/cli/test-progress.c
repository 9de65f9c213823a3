/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: the line of progress, cut to the terminal, and that one that is not shown never asks for a line.
 * Not pinned: how often it is written; that it goes to a terminal only (test-run.py).
 */

#include <glib.h>

#include "cli/progress.h"
#include "tests/support/test-main.h"

static const Instant hour = {NS_PER_H};
static const Instant half = {NS_PER_H / 2};

static void expect(char *line, const char *expected)
{
  ck_assert_str_eq(line, expected);
  g_free(line);
}

START_TEST(lines)
{
  expect(progress_line(hour, half, 0.5, 8000000, 2, 200),
         "[============>            ]  50%   30:00 of 1:00:00 simulated   4.00 M events/s   2.0 s left");
  expect(progress_line(hour, INSTANT_ZERO, 0, 0, 0, 200),
         "[>                        ]   0%   0:00 of 1:00:00 simulated");
  expect(progress_line(hour, hour, 1, 10, 1, 200),
         "[=========================] 100%   1:00:00 of 1:00:00 simulated   10 events/s   0.0 s left");
  /* Jobs that are not known beforehand may be more than all. */
  expect(progress_line(INSTANT_NEVER, half, 1.2, 10, 1, 200),
         "[=========================] 100%   30:00 simulated   10 events/s   0.0 s left");
  expect(progress_line(INSTANT_NEVER, half, -1, 1000, 1, 200), "30:00 simulated   1,000 events/s");
}
END_TEST

START_TEST(narrow_terminals)
{
  expect(progress_line(hour, half, 0.5, 8000000, 2, 80),
         "[======>     ]  50%   30:00 of 1:00:00 simulated   4.00 M events/s   2.0 s left");
  expect(progress_line(hour, half, 0.5, 8000000, 2, 70),
         " 50%   30:00 of 1:00:00 simulated   4.00 M events/s   2.0 s left");
  const Instant year = {365 * NS_PER_D};
  expect(progress_line(year, half, 0.5, 8000000, 4000, 70),
         "[=====>     ]  50%   30:00 of 365 d 00:00:00 simulated   4,000 s left");
  expect(progress_line(hour, half, 0.5, 10, 1, 20), " 50%   30:00 of 1:0");
  expect(progress_line(hour, half, 0.5, 10, 1, 1), "");
  expect(progress_line(hour, half, 0.5, 10, 1, 0), "");
}
END_TEST

START_TEST(one_that_is_not_shown)
{
  g_autoptr(Progress) progress = progress_new(hour, false);
  for (int i = 0; i < 100000; i++)
    ck_assert(!progress_due(progress));
  progress_update(progress, half, 0.5, 10);
  progress_clear(progress);
}
END_TEST

START_TEST(at_most_ten_in_a_second)
{
  g_autoptr(Progress) progress = progress_new(hour, true);
  int64_t start = g_get_monotonic_time();
  int due = 0;
  while (g_get_monotonic_time() - start < 350000)
    due += progress_due(progress);
  double seconds = (double)(g_get_monotonic_time() - start) / 1e6;
  ck_assert_int_ge(due, 1);
  ck_assert(due <= seconds * 10 + 1);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("progress");
  test_case(suite, lines);
  test_case(suite, narrow_terminals);
  test_case(suite, one_that_is_not_shown);
  test_case(suite, at_most_ten_in_a_second);
  return suite;
}
