/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * main() of every unit test. It runs test_suite() and prints TAP, so that meson counts each case.
 *
 * Check's own variables work: CK_FORK=no (for gdb and valgrind), CK_RUN_CASE=name, CK_DEFAULT_TIMEOUT.
 *
 * A test program:
 *
 *     #include "base/time.h"
 *     #include "tests/support/test-main.h"
 *
 *     START_TEST(zero_is_printed)
 *     {
 *       ...
 *     }
 *     END_TEST
 *
 *     Suite *test_suite(void)
 *     {
 *       Suite *suite = suite_create("time");
 *       test_case(suite, zero_is_printed);
 *       return suite;
 *     }
 */

#include <check.h>

/** test_suite: defined by the test program; Returns: (transfer full): the suite to run. */
Suite *test_suite(void);

/** test_case: adds one function as a case of its own name. */
#define test_case(suite, function) test_case_add((suite), (function), #function)

/** test_case_loop: the same, run for each _i from @from to @to - 1 (a seed, a row of a table). */
#define test_case_loop(suite, function, from, to)                                                            \
  test_case_add_loop((suite), (function), #function, (from), (to))

/** test_note: a line of its own in the output; from test_suite(). */
void test_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

void test_case_add(Suite *suite, const TTest *function, const char *name);
void test_case_add_loop(Suite *suite, const TTest *function, const char *name, int from, int to);
