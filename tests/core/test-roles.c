/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the table of roles: ancestors first, ids dense and stable, nothing added twice.
 *
 * Not here: what a valid path is (tests/base), who subscribes, weights.
 */

#include "core/roles.h"
#include "tests/support/test-main.h"

START_TEST(a_new_table_is_empty)
{
  g_autoptr(Roles) roles = roles_new();
  ck_assert_uint_eq(roles_count(roles), 0);
  ck_assert_uint_eq(roles_find(roles, "a").index, INDEX_NONE);
}
END_TEST

START_TEST(ancestors_come_first)
{
  g_autoptr(Roles) roles = roles_new();
  RoleId leaf = roles_add(roles, "eng/web/prod");
  ck_assert_uint_eq(roles_count(roles), 3);
  ck_assert_uint_eq(leaf.index, 2);
  RoleId web = roles_parent(roles, leaf);
  RoleId eng = roles_parent(roles, web);
  ck_assert_str_eq(roles_path(roles, leaf), "eng/web/prod");
  ck_assert_str_eq(roles_path(roles, web), "eng/web");
  ck_assert_str_eq(roles_path(roles, eng), "eng");
  ck_assert_uint_eq(roles_parent(roles, eng).index, INDEX_NONE);
  ck_assert(eng.index < web.index && web.index < leaf.index);
}
END_TEST

START_TEST(what_is_known_is_not_added_again)
{
  g_autoptr(Roles) roles = roles_new();
  RoleId a = roles_add(roles, "a");
  RoleId ab = roles_add(roles, "a/b");
  ck_assert_uint_eq(roles_count(roles), 2);
  ck_assert_uint_eq(roles_parent(roles, ab).index, a.index);
  ck_assert_uint_eq(roles_add(roles, "a").index, a.index);
  ck_assert_uint_eq(roles_add(roles, "a/b").index, ab.index);
  ck_assert_uint_eq(roles_find(roles, "a/b").index, ab.index);
  ck_assert_uint_eq(roles_count(roles), 2);
}
END_TEST

START_TEST(paths_are_compared_whole)
{
  g_autoptr(Roles) roles = roles_new();
  RoleId star = roles_add(roles, "*");
  RoleId ab = roles_add(roles, "ab");
  RoleId a_b = roles_add(roles, "a/b");
  ck_assert_uint_ne(ab.index, a_b.index);
  ck_assert_uint_eq(roles_find(roles, "b").index, INDEX_NONE);
  ck_assert_uint_eq(roles_find(roles, "a/b/").index, INDEX_NONE);
  ck_assert_uint_eq(roles_find(roles, "A").index, INDEX_NONE);
  ck_assert_uint_eq(roles_parent(roles, star).index, INDEX_NONE);
}
END_TEST

START_TEST(paths_stay_where_they_are)
{
  g_autoptr(Roles) roles = roles_new();
  const char *first = roles_path(roles, roles_add(roles, "first"));
  for (int i = 0; i < 10000; i++) {
    g_autofree char *path = g_strdup_printf("r%d/s%d", i % 100, i);
    roles_add(roles, path);
  }
  ck_assert_uint_eq(roles_count(roles), 1 + 100 + 10000);
  ck_assert_ptr_eq(roles_path(roles, (RoleId){0}), first);
  ck_assert_str_eq(first, "first");
  for (uint32_t i = 0; i < roles_count(roles); i++) {
    RoleId parent = roles_parent(roles, (RoleId){i});
    ck_assert(parent.index == INDEX_NONE || parent.index < i);
    ck_assert_uint_eq(roles_find(roles, roles_path(roles, (RoleId){i})).index, i);
  }
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("roles");
  test_case(suite, a_new_table_is_empty);
  test_case(suite, ancestors_come_first);
  test_case(suite, what_is_known_is_not_added_again);
  test_case(suite, paths_are_compared_whole);
  test_case(suite, paths_stay_where_they_are);
  return suite;
}
