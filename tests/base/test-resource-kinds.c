/* SPDX-License-Identifier: Apache-2.0 */

/* Pinned: the fixed kinds, which names kinds and roles may have, the limit of kinds. */

#include <string.h>

#include "base/error.h"
#include "base/resource-kinds.h"
#include "tests/support/test-main.h"

START_TEST(fixed_kinds)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  uint32_t kind = 99;
  ck_assert_uint_eq(resource_kinds_count(kinds), RESOURCE_KINDS_FIXED);
  ck_assert(resource_kinds_find(kinds, "cpus", &kind));
  ck_assert_uint_eq(kind, RESOURCE_CPUS);
  ck_assert(resource_kinds_find(kinds, "gpus", &kind));
  ck_assert_uint_eq(kind, RESOURCE_GPUS);
  ck_assert_str_eq(resource_kinds_name(kinds, RESOURCE_MEM), "mem");
  ck_assert_str_eq(resource_kinds_name(kinds, RESOURCE_DISK), "disk");
  ck_assert(!resource_kinds_find(kinds, "CPUS", &kind));
  ck_assert(!resource_kinds_find(kinds, "", NULL));
}
END_TEST

START_TEST(further_kinds)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  g_autoptr(GError) error = NULL;
  uint32_t kind;
  ck_assert(resource_kinds_add(kinds, "licences", &kind, NULL));
  ck_assert_uint_eq(kind, 4);
  ck_assert(resource_kinds_add(kinds, "licences", &kind, NULL));
  ck_assert_uint_eq(kind, 4);
  ck_assert(resource_kinds_add(kinds, "cpus", &kind, NULL));
  ck_assert_uint_eq(kind, RESOURCE_CPUS);
  ck_assert(resource_kinds_add(kinds, "a-b_c.d9", NULL, NULL));
  while (resource_kinds_count(kinds) < RESOURCE_KINDS_MAX) {
    g_autofree char *name = g_strdup_printf("k%u", resource_kinds_count(kinds));
    ck_assert(resource_kinds_add(kinds, name, NULL, NULL));
  }
  ck_assert_uint_eq(resource_kinds_count(kinds), RESOURCE_KINDS_MAX);
  ck_assert(!resource_kinds_add(kinds, "z", NULL, &error));
  ck_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_RESOURCES));
}
END_TEST

START_TEST(names_that_are_none)
{
  static const char *const names[] = {"", "9a", "-a", "a b", "a:b", "a(b", "caf\xc3\xa9", "_"};
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    ck_assert_msg(!resource_kinds_add(kinds, names[i], NULL, NULL), "%s", names[i]);
}
END_TEST

START_TEST(reservation_roles)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  uint32_t a = resource_kinds_reservation(kinds, "prod/web");
  uint32_t b = resource_kinds_reservation(kinds, "prod");
  ck_assert_uint_ne(a, b);
  ck_assert_uint_eq(resource_kinds_reservation(kinds, "prod/web"), a);
  ck_assert_str_eq(resource_kinds_reservation_path(kinds, b), "prod");
}
END_TEST

static const struct {
  const char *path;
  bool valid;
} roles[] = {
    {"*", true},      {"a", true},           {"prod/web/x-1", true}, {"a.b", true},
    {"...", true},    {"caf\xc3\xa9", true}, {"a/.b", true},         {"", false},
    {"/", false},     {"/a", false},         {"a/", false},          {"a//b", false},
    {".", false},     {"..", false},         {"a/..", false},        {"a/./b", false},
    {"-a", false},    {"a/-b", false},       {"a b", false},         {"a\tb", false},
    {"a\x7f", false}, {"a\\b", false},       {"a:b", false},         {"a,b", false},
    {"a(b)", false},  {"a{b}", false},       {"a;b", false},         {"*/a", false},
    {"a/*", false},   {"**", false},
};

START_TEST(role_paths)
{
  g_autoptr(GError) error = NULL;
  ck_assert_msg(role_path_check(roles[_i].path, &error) == roles[_i].valid, "%s", roles[_i].path);
  if (!roles[_i].valid)
    ck_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_ROLE));
}
END_TEST

START_TEST(reservation_stacks)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  uint32_t fixed = resource_kinds_reservation(kinds, "a");
  uint32_t dynamic = resource_kinds_reserve(kinds, RESERVATION_NONE, "a");
  uint32_t refined = resource_kinds_reserve(kinds, fixed, "a/b");
  uint32_t other = resource_kinds_reserve(kinds, dynamic, "a/b");
  ck_assert(fixed != dynamic && refined != other && refined != fixed);
  ck_assert_uint_eq(resource_kinds_reserve(kinds, fixed, "a/b"), refined);
  ck_assert_uint_eq(resource_kinds_reservation_count(kinds), 4);
  ck_assert(!resource_kinds_reservation_is_dynamic(kinds, fixed));
  ck_assert(resource_kinds_reservation_is_dynamic(kinds, dynamic));
  ck_assert(resource_kinds_reservation_is_dynamic(kinds, refined));
  ck_assert_uint_eq(resource_kinds_reservation_below(kinds, fixed), RESERVATION_NONE);
  ck_assert_uint_eq(resource_kinds_reservation_below(kinds, dynamic), RESERVATION_NONE);
  ck_assert_uint_eq(resource_kinds_reservation_below(kinds, other), dynamic);
  ck_assert_str_eq(resource_kinds_reservation_path(kinds, other), "a/b");
}
END_TEST

START_TEST(disks)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  uint32_t volume = resource_kinds_disk(kinds, "v", NULL, false);
  uint32_t shared = resource_kinds_disk(kinds, "v", NULL, true);
  uint32_t both = resource_kinds_disk(kinds, "v", "d", false);
  uint32_t mount = resource_kinds_disk(kinds, NULL, "d", false);
  ck_assert(volume != DISK_NONE && volume != shared && volume != both && mount != both);
  ck_assert_uint_eq(resource_kinds_disk(kinds, "v", NULL, true), shared);
  ck_assert_str_eq(resource_kinds_disk_volume(kinds, both), "v");
  ck_assert_str_eq(resource_kinds_disk_mount(kinds, both), "d");
  ck_assert_ptr_null(resource_kinds_disk_volume(kinds, mount));
  ck_assert_ptr_null(resource_kinds_disk_mount(kinds, volume));
  ck_assert(resource_kinds_disk_is_shared(kinds, shared) && !resource_kinds_disk_is_shared(kinds, volume));
  ck_assert_uint_eq(resource_kinds_disk_without_volume(kinds, volume), DISK_NONE);
  ck_assert_uint_eq(resource_kinds_disk_without_volume(kinds, both), mount);
  ck_assert_uint_eq(resource_kinds_disk_without_volume(kinds, mount), mount);
}
END_TEST

START_TEST(ports_are_ranged)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  uint32_t ports;
  ck_assert(resource_kinds_add(kinds, "ports", &ports, NULL));
  for (uint32_t kind = 0; kind < resource_kinds_count(kinds); kind++)
    ck_assert(resource_kinds_is_ranged(kinds, kind) == (kind == ports));
}
END_TEST

START_TEST(paths_within_paths)
{
  ck_assert(role_path_is_within("a", "a") && role_path_is_within("a/b", "a") &&
            role_path_is_within("a/b/c", "a/b"));
  ck_assert(!role_path_is_within("a", "a/b") && !role_path_is_within("ab", "a") &&
            !role_path_is_within("b", "a"));
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("resource-kinds");
  test_case(suite, fixed_kinds);
  test_case(suite, further_kinds);
  test_case(suite, names_that_are_none);
  test_case(suite, reservation_roles);
  test_case_loop(suite, role_paths, 0, G_N_ELEMENTS(roles));
  test_case(suite, reservation_stacks);
  test_case(suite, disks);
  test_case(suite, ports_are_ranged);
  test_case(suite, paths_within_paths);
  return suite;
}
