/* SPDX-License-Identifier: Apache-2.0 */

/* Pinned: which texts are numbers, where they end, and exact rounding of scaled decimals. */

#include <string.h>

#include "base/error.h"
#include "base/number.h"
#include "tests/support/test-main.h"

static const struct {
  const char *text;
  int length; /* of the decimal; 0: there is none */
  double value;
} scans[] = {
    {"0", 1, 0},         {"12", 2, 12},      {"-1.5", 4, -1.5},  {"+2", 2, 2},      {".5", 2, 0.5},
    {"5.", 2, 5},        {"1e3", 3, 1000},   {"1E-2x", 4, 0.01}, {"1e", 1, 1},      {"1e+", 1, 1},
    {"3s", 1, 3},        {"0x10", 1, 0},     {"1 2", 1, 1},      {"1.2.3", 3, 1.2}, {"1,5", 1, 1},
    {"1e308", 5, 1e308}, {"1e-400", 6, 0},   {"", 0, 0},         {" 1", 0, 0},      {"-", 0, 0},
    {".", 0, 0},         {"e5", 0, 0},       {"inf", 0, 0},      {"nan", 0, 0},     {"-inf", 0, 0},
    {"1e309", 0, 0},     {"infinity", 0, 0}, {"x1", 0, 0},       {"+-1", 0, 0},     {"0X1p3", 1, 0},
};

START_TEST(decimals_are_found)
{
  const char *end = NULL;
  double value = -7;
  bool found = number_scan(scans[_i].text, &end, &value);
  ck_assert_msg(found == (scans[_i].length > 0), "%s", scans[_i].text);
  if (found) {
    ck_assert_int_eq(end - scans[_i].text, scans[_i].length);
    ck_assert_double_eq(value, scans[_i].value);
  } else {
    ck_assert_ptr_null(end);
    ck_assert_double_eq(value, -7);
  }
}
END_TEST

static const struct {
  const char *text;
  int64_t scale;
  bool fits;
  int64_t value;
} scaled[] = {
    {"1", 1000, true, 1000},
    {"0.001", 1000, true, 1},
    {"0.0005", 1000, true, 1},
    {"0.00049999999999999999999999", 1000, true, 0},
    {"-0.0005", 1000, true, 0},
    {"-0.00050000000000000000000001", 1000, true, -1},
    {"-0.0015", 1000, true, -1},
    {"0.5", 1, true, 1},
    {"-0.5", 1, true, 0},
    {"-1.5", 1, true, -1},
    {"1.5e3", 1, true, 2}, /* the exponent is not part of it */
    {"9223372036854775807", 1, true, INT64_MAX},
    {"-9223372036854775808", 1, true, INT64_MIN},
    {"9223372036854775808", 1, false, 0},
    {"-9223372036854775809", 1, false, 0},
    {"9223372036854775807.4", 1, true, INT64_MAX},
    {"9223372036854775807.5", 1, false, 0},
    {"9223.372036854775807", 1000000000000000, true, INT64_MAX},
    {"9223.372036854775808", 1000000000000000, false, 0},
    {"99999999999999999999999999999999999999999999", 1, false, 0},
    {"0000000000000000000000000000000000000000000001", 1, true, 1},
    {"", 1, false, 0},
    {"x", 1, false, 0},
};

START_TEST(scaled_decimals_are_exact)
{
  int64_t value = -7;
  bool fits = number_scan_scaled(scaled[_i].text, NULL, scaled[_i].scale, &value);
  ck_assert_msg(fits == scaled[_i].fits, "%s", scaled[_i].text);
  ck_assert_int_eq(value, fits ? scaled[_i].value : -7);
}
END_TEST

START_TEST(whole_texts)
{
  double value;
  g_autoptr(GError) error = NULL;
  ck_assert(number_parse(" 2.5\t", &value, NULL));
  ck_assert_double_eq(value, 2.5);
  ck_assert(!number_parse("0x10", &value, NULL));
  ck_assert(!number_parse("1 2", &value, NULL));
  ck_assert(!number_parse("", &value, NULL));
  ck_assert(!number_parse("inf", &value, &error));
  ck_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_NUMBER));
  ck_assert_str_eq(error->message, "expected a finite number, not \"inf\"");
}
END_TEST

START_TEST(whole_numbers)
{
  int64_t value;
  g_autoptr(GError) range = NULL;
  g_autoptr(GError) form = NULL;
  ck_assert(number_parse_integer(" 17 ", 1, 17, &value, NULL));
  ck_assert_int_eq(value, 17);
  ck_assert(number_parse_integer("-9223372036854775808", INT64_MIN, INT64_MAX, &value, NULL));
  ck_assert_int_eq(value, INT64_MIN);
  ck_assert(!number_parse_integer("18", 1, 17, &value, &range));
  ck_assert_str_eq(range->message, "expected a whole number from 1 to 17, not \"18\"");
  ck_assert(!number_parse_integer("99999999999999999999", 1, 17, &value, NULL));
  ck_assert(!number_parse_integer("1e1", 1, 17, &value, NULL));
  ck_assert(!number_parse_integer("1.0", 1, 17, &value, &form));
  ck_assert_str_eq(form->message, "expected a whole number, not \"1.0\"");
  ck_assert(!number_parse_integer("", 1, 17, &value, NULL));
  ck_assert(!number_parse_integer("-", 1, 17, &value, NULL));
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("number");
  test_case_loop(suite, decimals_are_found, 0, G_N_ELEMENTS(scans));
  test_case_loop(suite, scaled_decimals_are_exact, 0, G_N_ELEMENTS(scaled));
  test_case(suite, whole_texts);
  test_case(suite, whole_numbers);
  return suite;
}
