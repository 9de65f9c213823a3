/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: the text form with reservations and units, sums that are exact, containment slice by slice; and the
 * operations on plain quantities against their definition kind by kind.
 */

#include <string.h>

#include "base/error.h"
#include "base/resources.h"
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
};

START_TEST(text_is_read_and_printed)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  Resources resources = read_text(kinds, forms[_i].text);
  g_autofree char *printed = resources_print(kinds, &resources);
  ck_assert_str_eq(printed, forms[_i].printed);
  Resources again = read_text(kinds, printed);
  ck_assert(resources_equal(&resources, &again));
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
    {"cpus(a:1", "unknown resource \"cpus(a\"; did you mean \"cpus\"?"},
    {":1", "unknown resource \"\"; expected one of cpus, mem, disk, gpus"},
};

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
  test_case(suite, operations_by_kind);
  test_case(suite, how_often_one_fits);
  return suite;
}
