/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Cases that must end in a failed CHECK(). They run in a process of their own, so they are left out where
 * Check may not fork (CK_FORK=no, under valgrind). What CHECK() prints goes to stderr.
 */

#include <glib.h>
#include <signal.h>

#include "tests/support/test-main.h"

#define test_case_aborts(suite, function) test_case_add_aborting((suite), (function), #function)

static inline void test_case_add_aborting(Suite *suite, const TTest *function, const char *name)
{
  if (g_strcmp0(g_getenv("CK_FORK"), "no") == 0)
    return;
  TCase *tcase = tcase_create(name);
  tcase_add_test_raise_signal(tcase, function, SIGABRT);
  suite_add_tcase(suite, tcase);
}
