/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: which line is what, positions, line ends and marks, overrides as edits of the text, comments kept.
 * Not pinned here: messages about what is wrong (test-workload-errors.c).
 */

#include <string.h>

#include "tests/support/test-main.h"
#include "workload/key-file.h"

static const char *const makeable[] = {"cluster", "role *", NULL};

static KeyFile *read_text(const char *text, const char *const *overrides)
{
  g_autoptr(GError) error = NULL;
  KeyFile *file = key_file_new(text, strlen(text), "t.ini", overrides, makeable, &error);
  ck_assert_msg(file != NULL, "%s", error == NULL ? "" : error->message);
  return file;
}

static void check_value(const KeyFile *file, const char *kind, const char *rest, const char *key,
                        const char *value, int line)
{
  const KeyGroup *group = key_file_find(file, kind, rest);
  ck_assert_ptr_nonnull(group);
  const KeyEntry *entry = key_group_find(group, key);
  ck_assert_ptr_nonnull(entry);
  ck_assert_str_eq(entry->value, value);
  ck_assert_int_eq(entry->position.line, line);
}

START_TEST(lines_are_found)
{
  g_autoptr(KeyFile) file = read_text("# first\n"
                                      "\n"
                                      "[framework load]\n"
                                      "tasks = 3\n"
                                      ";a comment\n"
                                      "  role=  a/b  \n"
                                      "[cluster]\n"
                                      "agents=5",
                                      NULL);
  check_value(file, "framework", "load", "tasks", "3", 4);
  check_value(file, "framework", "load", "role", "a/b", 6);
  check_value(file, "cluster", "", "agents", "5", 8);
  ck_assert_uint_eq(key_file_groups(file)->len, 2);
  ck_assert_int_eq(key_file_find(file, "cluster", "")->position.line, 7);
  ck_assert_ptr_null(key_file_find(file, "framework", "lod"));
  ck_assert_ptr_null(key_group_find(NULL, "agents"));
}
END_TEST

/* The same file as another editor writes it. */
START_TEST(other_line_ends_and_marks)
{
  g_autoptr(KeyFile) file = read_text("\xef\xbb\xbf# first\r\n"
                                      "\r\n"
                                      "[\tframework\t load ]\t\r\n"
                                      "\ttasks\t=\t3\t\r\n"
                                      "\t;a = comment\r\n"
                                      "[cluster]\r\n"
                                      "agents=5\r\n",
                                      NULL);
  check_value(file, "framework", "load", "tasks", "3", 4);
  check_value(file, "cluster", "", "agents", "5", 7);
  ck_assert_str_eq(key_file_text(file),
                   "# first\n\n[ framework  load ]\n\ttasks\t=\t3\n\t#a = comment\n[cluster]\n"
                   "agents=5\n");
}
END_TEST

START_TEST(values_keep_what_belongs_to_them)
{
  g_autoptr(KeyFile) file = read_text("[cluster]\n"
                                      "a = x = y\n"
                                      "b = cpus:4;mem:8\n"
                                      "c = no #comment\n"
                                      "d = caf\xc3\xa9\\tx\n"
                                      "e =\n",
                                      NULL);
  check_value(file, "cluster", "", "a", "x = y", 2);
  check_value(file, "cluster", "", "b", "cpus:4;mem:8", 3);
  check_value(file, "cluster", "", "c", "no #comment", 4);
  check_value(file, "cluster", "", "d", "caf\xc3\xa9\tx", 5);
  check_value(file, "cluster", "", "e", "", 6);
}
END_TEST

START_TEST(overrides_edit_the_text)
{
  const char *overrides[] = {"framework a.b.tasks=7", "framework a.b.role=r", "cluster.agents = 10",
                             "role x.y.weight=2",     "role x.y.weight=3",    NULL};
  g_autoptr(KeyFile) file = read_text("# keep me\n"
                                      "[framework a.b]\n"
                                      "tasks   = 3\n"
                                      "# of the cluster\n"
                                      "\n"
                                      "[network]\n"
                                      "x = 1\n",
                                      overrides);
  ck_assert_str_eq(key_file_text(file), "# keep me\n"
                                        "[framework a.b]\n"
                                        "tasks   = 7\n"
                                        "role = r\n"
                                        "# of the cluster\n"
                                        "\n"
                                        "[network]\n"
                                        "x = 1\n"
                                        "\n"
                                        "[cluster]\n"
                                        "agents = 10\n"
                                        "\n"
                                        "[role x.y]\n"
                                        "weight = 3\n");
  check_value(file, "framework", "a.b", "tasks", "7", 0);
  ck_assert_str_eq(key_group_find(key_file_find(file, "framework", "a.b"), "tasks")->position.set,
                   "framework a.b.tasks");
  check_value(file, "network", "", "x", "1", 7); /* lines stay those of the file */

  g_autoptr(KeyFile) again = read_text(key_file_text(file), NULL);
  ck_assert_str_eq(key_file_text(again), key_file_text(file));
}
END_TEST

START_TEST(overrides_of_an_empty_text)
{
  const char *overrides[] = {"cluster.agents=1", NULL};
  g_autoptr(KeyFile) file = read_text("", overrides);
  ck_assert_str_eq(key_file_text(file), "[cluster]\nagents = 1\n");
}
END_TEST

START_TEST(positions_are_told)
{
  const char *overrides[] = {"cluster.b=1", NULL};
  g_autoptr(KeyFile) file = read_text("[cluster]\na=1\n", overrides);
  const KeyGroup *group = key_file_find(file, "cluster", "");
  g_autofree char *whole = key_file_where(file, NULL, NULL);
  g_autofree char *of_group = key_file_where(file, group, NULL);
  g_autofree char *of_key = key_file_where(file, group, key_group_find(group, "a"));
  g_autofree char *of_set = key_file_where(file, group, key_group_find(group, "b"));
  ck_assert_str_eq(whole, "t.ini: ");
  ck_assert_str_eq(of_group, "t.ini:1: [cluster]: ");
  ck_assert_str_eq(of_key, "t.ini:2: [cluster] a: ");
  ck_assert_str_eq(of_set, "--set cluster.b: ");
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("key-file");
  test_case(suite, lines_are_found);
  test_case(suite, other_line_ends_and_marks);
  test_case(suite, values_keep_what_belongs_to_them);
  test_case(suite, overrides_edit_the_text);
  test_case(suite, overrides_of_an_empty_text);
  test_case(suite, positions_are_told);
  return suite;
}
