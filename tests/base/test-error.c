/* SPDX-License-Identifier: Apache-2.0 */

/* Pinned: which misspelt names are recognised, and which are left alone. */

#include <string.h>

#include "base/error.h"
#include "tests/support/test-main.h"

static const char *const known[] = {"task-duration", "task-resources", "tasks", "trace", "cpus", "a", NULL};

static const struct {
  const char *name;
  const char *nearest; /* NULL: none is near enough */
} rows[] = {
    {"task-duraton", "task-duration"},
    {"task-duration", "task-duration"},
    {"taks-duration", "task-duration"},
    {"taskduration", "task-duration"},
    {"task-resource", "task-resources"},
    {"task", "tasks"},
    {"tarce", "trace"},
    {"cpu", "cpus"},
    {"cpsu", "cpus"},
    {"mem", NULL},
    {"completely-different", NULL},
    {"", NULL},
    {"b", NULL},
    {"ab", "a"},
    {"TASKS", NULL},
};

START_TEST(nearest_names)
{
  const char *nearest = base_nearest(rows[_i].name, known);
  if (rows[_i].nearest == NULL)
    ck_assert_msg(nearest == NULL, "%s: %s", rows[_i].name, nearest);
  else
    ck_assert_str_eq(nearest, rows[_i].nearest);
}
END_TEST

START_TEST(the_first_of_equals)
{
  static const char *const names[] = {"abcd", "abce", NULL};
  static const char *const none[] = {NULL};
  ck_assert_str_eq(base_nearest("abcf", names), "abcd");
  ck_assert_ptr_null(base_nearest("abcf", none));
}
END_TEST

/* A file of noise has names of any length: that must not take quadratic time. */
START_TEST(very_long_names)
{
  g_autofree char *name = g_strnfill(10000000, 'x');
  ck_assert_ptr_null(base_nearest(name, known));
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("error");
  test_case_loop(suite, nearest_names, 0, G_N_ELEMENTS(rows));
  test_case(suite, the_first_of_equals);
  test_case(suite, very_long_names);
  return suite;
}
