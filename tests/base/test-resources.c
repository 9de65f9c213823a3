/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: the text form with reservations and units, sums that are exact, containment slice by slice; and the
 * operations on plain quantities against their definition kind by kind.
 */

#include <string.h>

#include "base/error.h"
#include "base/resources-text.h"
#include "tests/support/test-main.h"

static Resources read_text(ResourceKinds *kinds, const char *text)
{
  Resources resources = RESOURCES_EMPTY;
  g_autoptr(GError) error = NULL;
  ck_assert_msg(resources_parse(kinds, text, &resources, &error), "%s: %s", text,
                error == NULL ? "" : error->message);
  return resources;
}

/* --- text ----------------------------------------------------------------------------------------------- */

static const struct {
  const char *text;
  const char *printed;
} forms[] = {
    {"", ""},
    {" \t", ""},
    {"cpus:4;mem:8192", "cpus:4;mem:8192"},
    {"mem:8192;cpus:4;", "cpus:4;mem:8192"},
    {" cpus : 4 ; mem : 1 GiB ", "cpus:4;mem:1024"},
    {"cpus:0.5;gpus:2", "cpus:0.5;gpus:2"},
    {"cpus:0.001", "cpus:0.001"},
    {"cpus:0.0005", "cpus:0.001"},
    {"cpus:0.0004", ""},
    {"cpus:.25", "cpus:0.25"},
    {"cpus:+2", "cpus:2"},
    {"cpus:-0", ""},
    {"cpus:0", ""},
    {"mem:1.5GiB;disk:2TiB", "mem:1536;disk:2097152"},
    {"mem:512KiB", "mem:0.5"},
    {"mem:7MiB", "mem:7"},
    {"cpus(prod):2;cpus:1", "cpus:1;cpus(prod):2"},
    {"cpus(*):2", "cpus:2"},
    {"cpus{REV}:1;cpus:3", "cpus:3;cpus{REV}:1"},
    {"mem(a/b){REV}:5;cpus(a/b):1;cpus(c):2", "cpus(a/b):1;mem(a/b){REV}:5;cpus(c):2"},
    {"cpus(a):0", ""},
    {"cpus:1000000000000", "cpus:1000000000000"},
    {"cpus(*,a):2", "cpus(*,a):2"},
    {"cpus(a,a/b):2;cpus(*,a,a/b,a/b/c):1", "cpus(a,a/b):2;cpus(*,a,a/b,a/b/c):1"},
    {"disk(a)[data]:100", "disk(a)[data]:100"},
    {"disk(a)[data]{SHARED}:100", "disk(a)[data]{SHARED}:100"},
    {"disk(a)[data]{SHARED*3}:100", "disk(a)[data]{SHARED*3}:100"},
    {"disk[MOUNT:d1]:100 GiB;disk:5", "disk:5;disk[MOUNT:d1]:102400"},
    {"disk(*,a)[MOUNT:d1,data]:100", "disk(*,a)[MOUNT:d1,data]:100"},
    {"disk[v]{REV}:1;disk{REV}:2", "disk{REV}:2;disk[v]{REV}:1"},
    {"ports:[31000-32000]", "ports:[31000-32000]"},
    {"ports : [ 5 - 5 , 7-9 ]", "ports:[5-5,7-9]"},
    {"ports:[7-9,1-3,4-6]", "ports:[1-9]"},
    {"ports:[1-5,2-3,4-8]", "ports:[1-8]"},
    {"ports(a){REV}:[1-2];ports:[3-4,6-6];cpus(a):1", "cpus(a):1;ports(a){REV}:[1-2];ports:[3-4,6-6]"},
    {"ports:[0-999999999]", "ports:[0-999999999]"},
};

/* The fixed kinds, and ports. */
static ResourceKinds *kinds_with_ports(void)
{
  ResourceKinds *kinds = resource_kinds_new();
  ck_assert(resource_kinds_add(kinds, "ports", NULL, NULL));
  return kinds;
}

START_TEST(text_is_read_and_printed)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  Resources resources = read_text(kinds, forms[_i].text);
  g_autofree char *printed = resources_print(kinds, &resources);
  ck_assert_str_eq(printed, forms[_i].printed);
  Resources again = read_text(kinds, printed);
  ck_assert(resources_equal(&resources, &again));
  ck_assert(resources_are_valid(&resources) && resources_are_known(kinds, &resources));
  resources_clear(&resources);
  resources_clear(&again);
}
END_TEST

static const struct {
  const char *text;
  const char *message;
} refusals[] = {
    {"cpu:4", "unknown resource \"cpu\"; did you mean \"cpus\"?"},
    {"bananas:4", "unknown resource \"bananas\"; expected one of cpus, mem, disk, gpus"},
    {"cpus", "expected \"name:amount\", not \"cpus\""},
    {"cpus:", "expected an amount behind \":\" in \"cpus:\""},
    {"cpus:x", "expected an amount behind \":\" in \"cpus:x\""},
    {"cpus:1x", "expected an amount behind \":\" in \"cpus:1x\""},
    {"cpus:inf", "expected an amount behind \":\" in \"cpus:inf\""},
    {"cpus:nan", "expected an amount behind \":\" in \"cpus:nan\""},
    {"cpus:0x10", "expected an amount behind \":\" in \"cpus:0x10\""},
    {"cpus:1GiB", "expected an amount behind \":\" in \"cpus:1GiB\""},
    {"mem:1GB", "expected an amount behind \":\" in \"mem:1GB\""},
    {"cpus:-1", "\"cpus:-1\" is negative; expected zero or more"},
    {"cpus:1e3", "\"cpus:1e3\" is too large or not a plain decimal"},
    {"cpus:1000000000001", "\"cpus:1000000000001\" is too large or not a plain decimal"},
    {"mem:99999999999999TiB", "\"mem:99999999999999TiB\" is too large or not a plain decimal"},
    {"cpus:99999999999999999999999999",
     "\"cpus:99999999999999999999999999\" is too large or not a plain decimal"},
    {"cpus:1;cpus:2", "\"cpus:2\" names a resource that \"cpus:1;cpus:2\" has named before"},
    {"cpus:1;cpus(*):2", "\"cpus(*):2\" names a resource that \"cpus:1;cpus(*):2\" has named before"},
    {"cpus:1;;mem:2", "expected \"name:amount\", not \"\""},
    {";", "expected \"name:amount\", not \"\""},
    {"cpus):1", "\")\" without \"(\" in \"cpus):1\""},
    {"cpus(a:1", "\"(\" without \")\" in \"cpus(a:1\""},
    {":1", "unknown resource \"\"; expected one of cpus, mem, disk, gpus"},
    {"cpus(a,b):1",
     "in \"cpus(a,b):1\", \"b\" cannot refine the reservation to \"a\"; expected a role below it"},
    {"cpus(a,a):1",
     "in \"cpus(a,a):1\", \"a\" cannot refine the reservation to \"a\"; expected a role below it"},
    {"cpus(a/b,a):1",
     "in \"cpus(a/b,a):1\", \"a\" cannot refine the reservation to \"a/b\"; expected a role below it"},
    {"cpus(a,*):1",
     "in \"cpus(a,*):1\", \"*\" cannot refine the reservation to \"a\"; expected a role below it"},
    {"cpus(*,*):1", "\"*\" stands for unreserved; it comes first and once in \"cpus(*,*):1\""},
    {"cpus[data]:1", "only disk can be a volume or mount, not \"cpus[data]:1\""},
    {"disk{SHARED}:1", "only a volume can be shared, not \"disk{SHARED}:1\""},
    {"disk[MOUNT:d]{SHARED}:1", "only a volume can be shared, not \"disk[MOUNT:d]{SHARED}:1\""},
    {"disk[]:1", "expected \"[volume]\", \"[MOUNT:mount]\" or \"[MOUNT:mount,volume]\" in \"disk[]:1\""},
    {"disk[MOUNT:]:1",
     "expected \"[volume]\", \"[MOUNT:mount]\" or \"[MOUNT:mount,volume]\" in \"disk[MOUNT:]:1\""},
    {"disk[MOUNT:d,]:1",
     "expected \"[volume]\", \"[MOUNT:mount]\" or \"[MOUNT:mount,volume]\" in \"disk[MOUNT:d,]:1\""},
    {"disk[a b]:1",
     "expected \"[volume]\", \"[MOUNT:mount]\" or \"[MOUNT:mount,volume]\" in \"disk[a b]:1\""},
    {"disk[a:1", "expected \"name:amount\", not \"disk[a:1\""},
    {"disk[a]{REV}{SHARED}:1",
     "expected \"{SHARED}\" or \"{REV}\", in this order and once, in \"disk[a]{REV}{SHARED}:1\""},
    {"disk[a]{SHARED*0}:1",
     "expected \"{SHARED}\" or \"{REV}\", in this order and once, in \"disk[a]{SHARED*0}:1\""},
    {"cpus{REV}(a):1", "expected \"(role)\", \"[disk]\", \"{SHARED}\", \"{REV}\", in this order, not \"(a)\" "
                       "in \"cpus{REV}(a):1\""},
    {"disk[a]:1;disk[a]:2", "\"disk[a]:2\" names a resource that \"disk[a]:1;disk[a]:2\" has named before"},
};

static const char *const bad_ranges[] = {"ports:1",
                                         "ports:[]",
                                         "ports:[1]",
                                         "ports:[2-1]",
                                         "ports:[1-2",
                                         "ports:1-2",
                                         "ports:[1-2,]",
                                         "ports:[-1-2]",
                                         "ports:[1-2]x",
                                         "ports:[1--2]",
                                         "ports:[1.5-2]",
                                         "ports:[1-2 3-4]",
                                         "ports:[0-1000000000]",
                                         "ports:",
                                         "ports:[1-99999999999999999999]"};

START_TEST(bad_ranges_are_refused)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  g_autoptr(GError) error = NULL;
  Resources resources;
  ck_assert(!resources_parse(kinds, bad_ranges[_i], &resources, &error));
  g_autofree char *message = g_strdup_printf(
      "expected ranges such as \"[31000-32000]\", numbers up to 999999999, behind \":\" in \"%s\"",
      bad_ranges[_i]);
  ck_assert_str_eq(error->message, message);
}
END_TEST

START_TEST(bad_text_is_refused)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  g_autoptr(GError) error = NULL;
  Resources resources = {{{7}}, NULL};
  ck_assert_msg(!resources_parse(kinds, refusals[_i].text, &resources, &error), "%s", refusals[_i].text);
  ck_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_RESOURCES));
  ck_assert_str_eq(error->message, refusals[_i].message);
  ck_assert_int_eq(resources.plain.amount[0], 7);
}
END_TEST

START_TEST(bad_roles_are_refused)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  static const char *const texts[] = {"cpus():1", "cpus(/a):1", "cpus(a b):1", "cpus(a(b):1"};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    Resources resources;
    ck_assert_msg(!resources_parse(kinds, texts[i], &resources, &error), "%s", texts[i]);
  }
}
END_TEST

START_TEST(quantities_are_plain)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  g_autoptr(GError) error = NULL;
  Quantities quantities;
  ck_assert(quantities_parse(kinds, "cpus:1.5;mem:64", &quantities, NULL));
  ck_assert_int_eq(quantities.amount[RESOURCE_CPUS], 1500);
  g_autofree char *printed = quantities_print(kinds, &quantities);
  ck_assert_str_eq(printed, "cpus:1.5;mem:64");
  ck_assert(!quantities_parse(kinds, "cpus(a):1", &quantities, &error));
  ck_assert_str_eq(error->message,
                   "expected plain amounts, without \"(role)\" and \"{REV}\", not \"cpus(a):1\"");
}
END_TEST

START_TEST(amounts_are_printed)
{
  static const struct {
    int64_t amount;
    const char *text;
  } rows[] = {{0, "0"},
              {1, "0.001"},
              {10, "0.01"},
              {100, "0.1"},
              {1000, "1"},
              {1010, "1.01"},
              {-1500, "-1.5"},
              {INT64_MAX, "9223372036854775.807"},
              {INT64_MIN, "-9223372036854775.808"}};
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GString) text = g_string_new(NULL);
    quantity_print(text, rows[i].amount);
    ck_assert_str_eq(text->str, rows[i].text);
  }
}
END_TEST

/* --- sums ----------------------------------------------------------------------------------------------- */

START_TEST(what_is_added_is_taken_away)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  Resources a = read_text(kinds, "cpus:1;cpus(x):2;mem(x){REV}:3");
  Resources b = read_text(kinds, "cpus:4;cpus(y):5;mem(x){REV}:6");
  Resources sum;
  resources_copy(&sum, &a);
  resources_add(&sum, &b);
  g_autofree char *text = resources_print(kinds, &sum);
  ck_assert_str_eq(text, "cpus:5;cpus(x):2;mem(x){REV}:9;cpus(y):5");
  Quantities total = resources_total(&sum);
  ck_assert_int_eq(total.amount[RESOURCE_CPUS], 12000);
  ck_assert(resources_contain(&sum, &a) && resources_contain(&sum, &b));
  ck_assert(!resources_contain(&a, &b) && !resources_contain(&a, &sum));

  resources_subtract(&sum, &b);
  ck_assert(resources_equal(&sum, &a));
  resources_subtract(&sum, &a);
  ck_assert(resources_are_empty(&sum));
  ck_assert_ptr_null(sum.special);
  resources_clear(&a);
  resources_clear(&b);
}
END_TEST

/* Enough of a kind in one slice is not enough in another. */
START_TEST(containment_is_by_slice)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  Resources plain = read_text(kinds, "cpus:10");
  Resources reserved = read_text(kinds, "cpus(x):1");
  Resources revocable = read_text(kinds, "cpus(x){REV}:1");
  ck_assert(!resources_contain(&plain, &reserved));
  ck_assert(!resources_contain(&reserved, &revocable));
  ck_assert(!resources_contain(&reserved, &plain));
  ck_assert(resources_contain(&reserved, &reserved));
  ck_assert(!resources_equal(&reserved, &revocable) && !resources_equal(&plain, &reserved));
  resources_clear(&reserved);
  resources_clear(&revocable);
}
END_TEST

/* --- disks, ranges, copies -------------------------------------------------------------------------------- */

typedef enum { ADD, SUBTRACT, GIVE, TAKE } Sum;

static const struct {
  const char *a;
  Sum sum;
  const char *b;
  const char *result;
} sums[] = {
    {"ports:[1-10]", SUBTRACT, "ports:[3-4,7-7]", "ports:[1-2,5-6,8-10]"},
    {"ports:[1-10]", SUBTRACT, "ports:[1-1,10-10]", "ports:[2-9]"},
    {"ports:[1-10]", SUBTRACT, "ports:[1-10]", ""},
    {"ports:[3-5,8-9]", SUBTRACT, "ports:[1-8]", "ports:[9-9]"},
    {"ports:[3-5,8-9,11-12]", SUBTRACT, "ports:[4-11]", "ports:[3-3,12-12]"},
    {"ports:[3-5]", SUBTRACT, "ports(a):[3-5]", "ports:[3-5]"},
    {"", SUBTRACT, "ports:[3-5]", ""},
    {"ports:[1-2,5-6,8-10]", ADD, "ports:[3-4,7-7]", "ports:[1-10]"},
    {"ports:[5-6]", ADD, "ports:[1-3]", "ports:[1-3,5-6]"},
    {"ports:[1-10]", ADD, "ports:[2-3,8-12,14-15]", "ports:[1-12,14-15]"},
    {"ports(a):[1-1];cpus:1", ADD, "ports:[2-2];cpus:1", "cpus:2;ports(a):[1-1];ports:[2-2]"},
    {"ports:[1-5];cpus(a):2", TAKE, "ports:[2-2];cpus(a):1", "cpus(a):1;ports:[1-1,3-5]"},
    {"ports:[1-1,3-5];cpus(a):1", GIVE, "ports:[2-2];cpus(a):1", "cpus(a):2;ports:[1-5]"},
    {"disk(a)[v]{SHARED}:5", ADD, "disk(a)[v]{SHARED}:5", "disk(a)[v]{SHARED*2}:5"},
    {"disk(a)[v]{SHARED*3}:5", SUBTRACT, "disk(a)[v]{SHARED*2}:5", "disk(a)[v]{SHARED}:5"},
    {"disk(a)[v]{SHARED}:5", SUBTRACT, "disk(a)[v]{SHARED}:5", ""},
    {"disk(a)[v]{SHARED}:5", SUBTRACT, "disk(a)[v]{SHARED*2}:5", ""},
    {"", SUBTRACT, "disk(a)[v]{SHARED}:5", ""},
    {"disk(a)[v]{SHARED}:5;cpus(a):1", TAKE, "disk(a)[v]{SHARED}:5;cpus(a):1", "disk(a)[v]{SHARED}:5"},
    {"disk(a)[v]{SHARED}:5", GIVE, "disk(a)[v]{SHARED}:5;cpus(a):1", "cpus(a):1;disk(a)[v]{SHARED}:5"},
    {"disk(a)[v]{SHARED}:5", TAKE, "disk(a)[v]{SHARED}:5", "disk(a)[v]{SHARED}:5"},
    {"", TAKE, "disk(a)[v]{SHARED}:5", ""},
    {"disk[MOUNT:d]:5;disk(a)[v]:3", SUBTRACT, "disk(a)[v]:3", "disk[MOUNT:d]:5"},
};

static void sum_make(Sum sum, Resources *a, const Resources *b)
{
  switch (sum) {
  case ADD:
    resources_add(a, b);
    return;
  case SUBTRACT:
    resources_subtract(a, b);
    return;
  case GIVE:
    resources_give(a, b);
    return;
  case TAKE:
    resources_take(a, b);
  }
}

START_TEST(slices_are_summed)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  Resources a = read_text(kinds, sums[_i].a);
  Resources b = read_text(kinds, sums[_i].b);
  sum_make(sums[_i].sum, &a, &b);
  g_autofree char *result = resources_print(kinds, &a);
  ck_assert_str_eq(result, sums[_i].result);
  ck_assert(resources_are_valid(&a));
  resources_clear(&a);
  resources_clear(&b);
}
END_TEST

static const struct {
  const char *whole;
  const char *part;
  bool contains;
} parts[] = {
    {"ports:[1-10]", "ports:[3-4,7-10]", true},
    {"ports:[1-5,7-10]", "ports:[3-4,8-8]", true},
    {"ports:[1-5,7-10]", "ports:[4-7]", false},
    {"ports:[1-5]", "ports:[5-6]", false},
    {"ports(a):[1-5]", "ports:[1-5]", false},
    {"", "ports:[1-1]", false},
    {"disk[MOUNT:d]:5", "disk[MOUNT:d]:5", true},
    {"disk[MOUNT:d]:5", "disk[MOUNT:d]:4", false},
    {"disk[MOUNT:d]:5", "disk:5", false},
    {"disk:5", "disk[MOUNT:d]:5", false},
    {"disk(a)[v]:5", "disk(a)[v]:4", false},
    {"disk(a)[v]:5", "disk(*,a)[v]:5", false},
    {"disk(a)[v]{SHARED*2}:5", "disk(a)[v]{SHARED}:5", true},
    {"disk(a)[v]{SHARED}:5", "disk(a)[v]{SHARED*2}:5", false},
    {"disk(a)[v]{SHARED}:5", "disk(a)[v]:5", false},
};

START_TEST(disks_and_ranges_are_contained)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  Resources whole = read_text(kinds, parts[_i].whole);
  Resources part = read_text(kinds, parts[_i].part);
  ck_assert(resources_contain(&whole, &part) == parts[_i].contains);
  resources_clear(&whole);
  resources_clear(&part);
}
END_TEST

static const struct {
  const char *text;
  Quantities target;
  const char *result;
} shrinks[] = {
    {"cpus:4;mem:8", {{2000, 3000}}, "cpus:2;mem:3"},
    {"cpus:4;mem:8", {{2000}}, "cpus:2"},
    {"cpus:4;mem:8", {{0}}, ""},
    {"cpus:4;mem:8", {{-5, 1000}}, "mem:1"},
    {"cpus:4;mem:8", {{INT64_MAX, 1000}}, "cpus:4;mem:1"},
    /* What is missing is less than the disk: it is left out, not cut. */
    {"cpus:1;disk[MOUNT:d]:100", {{1000, 0, 50000}}, "cpus:1"},
    {"cpus:1;disk[MOUNT:d]:100", {{1000, 0, 100000}}, "cpus:1;disk[MOUNT:d]:100"},
    /* Of two disks the one that fits. */
    {"disk[MOUNT:d]:100;disk[MOUNT:e]:50", {{0, 0, 60000}}, "disk[MOUNT:e]:50"},
    {"disk:80;disk[MOUNT:d]:50", {{0, 0, 60000}}, "disk:10;disk[MOUNT:d]:50"},
    {"disk(a)[v]{SHARED*2}:50;disk:20", {{0, 0, 60000}}, "disk:10;disk(a)[v]{SHARED*2}:50"},
    {"cpus(a):3;cpus(b):3;cpus:1", {{5000}}, "cpus:1;cpus(a):3;cpus(b):1"},
    {"cpus:1;ports:[1-5]", {{1000, 0, 0, 0, 9000}}, "cpus:1"},
};

START_TEST(targets_shrink)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  Resources resources = read_text(kinds, shrinks[_i].text);
  resources_shrink(&resources, &shrinks[_i].target);
  g_autofree char *result = resources_print(kinds, &resources);
  ck_assert_str_eq(result, shrinks[_i].result);
  resources_clear(&resources);
}
END_TEST

START_TEST(ranges_and_copies_are_counted)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  uint32_t ports;
  Quantities minimum;
  ck_assert(resource_kinds_find(kinds, "ports", &ports));
  Resources resources =
      read_text(kinds, "cpus:1;ports:[1-5,7-7];ports(a):[10-11];disk(a)[v]{SHARED*3}:50;disk:1");
  Quantities total = resources_total(&resources);
  Quantities count = resources_count(&resources);
  ck_assert_int_eq(total.amount[ports], 0);
  ck_assert_int_eq(total.amount[RESOURCE_DISK], 51000);
  ck_assert_int_eq(count.amount[ports], 8 * QUANTITY_UNIT);
  ck_assert_int_eq(count.amount[RESOURCE_DISK], 51000);
  ck_assert(quantities_parse(kinds, "ports:8;cpus:1", &minimum, NULL));
  ck_assert(quantities_contain(&count, &minimum));
  resources_clear(&resources);
}
END_TEST

static bool is_unreserved(const ResourceSlice *slice, void *seen)
{
  (*(int *)seen)++;
  return slice->reservation == RESERVATION_NONE;
}

START_TEST(slices_are_filtered)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  int seen = 0;
  Resources resources = read_text(kinds, "cpus:1;cpus(a):1;ports(a):[1-2];ports:[3-4];cpus{REV}:1");
  resources_filter(&resources, is_unreserved, &seen);
  g_autofree char *text = resources_print(kinds, &resources);
  ck_assert_str_eq(text, "cpus:1;ports:[3-4];cpus{REV}:1");
  ck_assert_int_eq(seen, 4);
  resources_clear(&resources);
  resources = read_text(kinds, "cpus:1;cpus(a):1");
  resources_filter(&resources, is_unreserved, &seen);
  ck_assert_ptr_null(resources.special);
}
END_TEST

START_TEST(what_is_overdrawn_is_clamped)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  Resources resources = read_text(kinds, "cpus:1;mem:5;cpus(a):1;mem(a):5;disk(b):1");
  Resources used = read_text(kinds, "cpus:2;mem:3;cpus(a):2;mem(a):3;disk(b):2;gpus(c):1;ports:[1-2]");
  resources_subtract(&resources, &used);
  ck_assert(!resources_are_valid(&resources));
  resources_clamp(&resources);
  g_autofree char *text = resources_print(kinds, &resources);
  ck_assert_str_eq(text, "mem:2;mem(a):2");
  ck_assert(resources_are_valid(&resources));
  resources_clear(&resources);
  resources_clear(&used);
}
END_TEST

START_TEST(who_may_have_a_slice)
{
  static const struct {
    const char *text;
    const char *role;
    bool allocatable;
  } rows[] = {{"cpus{REV}:1", "a", true},     {"cpus(a):1", "a", true},       {"cpus(a):1", "a/b", true},
              {"cpus(a):1", "ab", false},     {"cpus(a/b):1", "a", false},    {"cpus(a/b):1", "a/b/c", true},
              {"cpus(a,a/b):1", "a", false},  {"cpus(a,a/b):1", "a/b", true}, {"cpus(*,a):1", "a/x", true},
              {"disk[MOUNT:d]:1", "q", true}, {"disk(a)[v]:1", "b", false}};
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    Resources resources = read_text(kinds, rows[i].text);
    ck_assert_msg(resource_slice_is_allocatable_to(kinds, &resources.special->slices[0], rows[i].role) ==
                      rows[i].allocatable,
                  "%s to %s", rows[i].text, rows[i].role);
    ck_assert(resource_slice_is_refined(kinds, &resources.special->slices[0]) ==
              (strchr(rows[i].text, ',') != NULL && strstr(rows[i].text, "*,") == NULL));
    resources_clear(&resources);
  }
}
END_TEST

/* What a careless or malicious caller may hand over. */
START_TEST(slices_that_make_no_sense)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  uint32_t a = resource_kinds_reservation(kinds, "a");
  uint32_t shared = resource_kinds_disk(kinds, "v", NULL, true);
  uint32_t mount = resource_kinds_disk(kinds, NULL, "d", false);
  const struct {
    ResourceSlice slice;
    bool valid;
    bool known;
  } rows[] = {
      {{.reservation = a, .quantities = {{1}}}, true, true},
      {{.reservation = a}, false, true},
      {{.reservation = a, .quantities = {{-1}}}, false, true},
      {{.reservation = RESERVATION_NONE, .quantities = {{1}}}, false, true},
      {{.reservation = a + 1, .quantities = {{1}}}, true, false},
      {{.reservation = a, .range = 4, .first = 1, .last = 2}, true, true},
      {{.reservation = a, .range = 4, .first = 2, .last = 1}, false, true},
      {{.reservation = a, .range = 4, .first = 1, .last = 2, .quantities = {{1}}}, false, true},
      {{.reservation = a, .range = 3, .first = 1, .last = 2}, true, false},
      {{.reservation = a, .range = 99, .first = 1, .last = 2}, false, false},
      {{.reservation = a, .first = 1, .last = 2, .quantities = {{1}}}, false, true},
      {{.reservation = a, .disk = mount, .quantities = {{0, 0, 1}}}, true, true},
      {{.reservation = a, .disk = mount, .quantities = {{1, 0, 1}}}, false, true},
      {{.reservation = a, .disk = mount + 1, .quantities = {{0, 0, 1}}}, true, false},
      {{.reservation = a, .disk = shared, .shared = true, .copies = 1, .quantities = {{0, 0, 1}}},
       true,
       true},
      {{.reservation = a, .disk = shared, .quantities = {{0, 0, 1}}}, true, false},
      {{.reservation = a, .disk = mount, .shared = true, .copies = 1, .quantities = {{0, 0, 1}}},
       true,
       false},
      {{.reservation = a, .disk = shared, .shared = true, .quantities = {{0, 0, 1}}}, false, true},
      {{.reservation = a, .shared = true, .copies = 1, .quantities = {{1}}}, false, false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree ResourceSlices *one = g_malloc(sizeof(ResourceSlices) + sizeof(ResourceSlice));
    one->n_slices = 1;
    one->slices[0] = rows[i].slice;
    Resources resources = {QUANTITIES_ZERO, one};
    ck_assert_msg(resources_are_valid(&resources) == rows[i].valid, "valid, row %zu", i);
    ck_assert_msg(resources_are_known(kinds, &resources) == rows[i].known, "known, row %zu", i);
  }
}
END_TEST

START_TEST(slices_out_of_order)
{
  g_autoptr(ResourceKinds) kinds = kinds_with_ports();
  Resources resources = read_text(kinds, "cpus(a):1;ports:[1-2,4-5]");
  ResourceSlice *slices = resources.special->slices;
  ResourceSlice kept = slices[0];
  ck_assert(resources_are_valid(&resources));
  slices[0] = slices[1];
  ck_assert(!resources_are_valid(&resources));
  slices[0] = kept;
  slices[2].first = 3; /* continues the range before it */
  ck_assert(!resources_are_valid(&resources));
  slices[2] = kept;
  ck_assert(!resources_are_valid(&resources));
  resources_clear(&resources);
}
END_TEST

/* --- plain quantities ----------------------------------------------------------------------------------- */

static Quantities some_quantities(uint64_t *state)
{
  Quantities some;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    some.amount[kind] = (int64_t)(*state >> 33) % 7 - 3;
  }
  return some;
}

/* Whether every operation on @a and @b does what it says for each kind. */
static bool operations_agree(const Quantities *a, const Quantities *b)
{
  Quantities sum = *a, rest = *a, least = *a, same = *a;
  bool agree = true, contains = true, zero = true, valid = true, equal = true;
  quantities_add(&sum, b);
  quantities_subtract(&rest, b);
  quantities_min(&least, b);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    agree = agree && sum.amount[kind] == a->amount[kind] + b->amount[kind];
    agree = agree && rest.amount[kind] == a->amount[kind] - b->amount[kind];
    agree = agree && least.amount[kind] == MIN(a->amount[kind], b->amount[kind]);
    contains = contains && b->amount[kind] <= a->amount[kind];
    zero = zero && a->amount[kind] == 0;
    valid = valid && a->amount[kind] >= 0;
    equal = equal && a->amount[kind] == b->amount[kind];
  }
  agree = agree && quantities_contain(a, b) == contains && quantities_are_zero(a) == zero;
  agree = agree && quantities_are_valid(a) == valid && quantities_equal(a, b) == equal;
  agree =
      agree && quantities_equal(a, &same) && quantities_contain(a, &least) && quantities_contain(b, &least);
  quantities_subtract(&same, a);
  return agree && quantities_are_zero(&same) && quantities_are_valid(&same);
}

START_TEST(operations_by_kind)
{
  uint64_t state = 1;
  for (int i = 0; i < 5000; i++) {
    Quantities a = some_quantities(&state);
    Quantities b = some_quantities(&state);
    ck_assert_msg(operations_agree(&a, &b), "pair %d", i);
  }
  /* Kinds one by one, so that no lane hides behind another. */
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    for (int64_t amount = -1; amount <= 1; amount++) {
      Quantities a = QUANTITIES_ZERO;
      a.amount[kind] = amount;
      ck_assert(operations_agree(&a, &QUANTITIES_ZERO) && operations_agree(&QUANTITIES_ZERO, &a));
    }
}
END_TEST

START_TEST(how_often_one_fits)
{
  static const struct {
    Quantities whole, part;
    uint32_t times;
  } rows[] = {
      {{{9000, 18000}}, {{1000, 4000}}, 4}, {{{9000, 18000}}, {{3000, 1000}}, 3},
      {{{9000, 18000}}, {{0, 4000}}, 4},    {{{999, 18000}}, {{1000, 4000}}, 0},
      {{{9000}}, {{0}}, UINT32_MAX},        {{{INT64_MAX}}, {{1}}, UINT32_MAX},
      {{{9000}}, {{1000, 1}}, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
    ck_assert_uint_eq(quantities_divide(&rows[i].whole, &rows[i].part), rows[i].times);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("resources");
  test_case_loop(suite, text_is_read_and_printed, 0, G_N_ELEMENTS(forms));
  test_case_loop(suite, bad_text_is_refused, 0, G_N_ELEMENTS(refusals));
  test_case(suite, bad_roles_are_refused);
  test_case(suite, quantities_are_plain);
  test_case(suite, amounts_are_printed);
  test_case(suite, what_is_added_is_taken_away);
  test_case(suite, containment_is_by_slice);
  test_case_loop(suite, bad_ranges_are_refused, 0, G_N_ELEMENTS(bad_ranges));
  test_case_loop(suite, slices_are_summed, 0, G_N_ELEMENTS(sums));
  test_case_loop(suite, disks_and_ranges_are_contained, 0, G_N_ELEMENTS(parts));
  test_case_loop(suite, targets_shrink, 0, G_N_ELEMENTS(shrinks));
  test_case(suite, ranges_and_copies_are_counted);
  test_case(suite, slices_are_filtered);
  test_case(suite, what_is_overdrawn_is_clamped);
  test_case(suite, who_may_have_a_slice);
  test_case(suite, slices_that_make_no_sense);
  test_case(suite, slices_out_of_order);
  test_case(suite, operations_by_kind);
  test_case(suite, how_often_one_fits);
  return suite;
}
