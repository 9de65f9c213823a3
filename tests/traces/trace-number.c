/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: every number equals strtod() bit by bit and ends where strtod() ends it; what base/number.h refuses
 * is refused; swf_scan() gives the same numbers as the loop over characters.
 */

#include "traces/trace-number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/random.h"
#include "tests/support/test-main.h"
#include "traces/line-reader.h"
#include "traces/swf-scan.h"

static unsigned draw(uint64_t entity, uint64_t index, unsigned n)
{
  SimDraw key = {7, SIM_PURPOSE_TEST, entity, index};
  return (unsigned)sim_random_below(&key, n);
}

static uint64_t bits_of(double value)
{
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static void check_number(const char *text)
{
  const char *at = text;
  double value;
  char *end;
  double expected = strtod(text, &end);
  ck_assert_msg(trace_number_scan(&at, &value), "\"%s\" is refused", text);
  ck_assert_msg(bits_of(value) == bits_of(expected), "\"%s\": %a, strtod() gives %a", text, value, expected);
  ck_assert_msg(at == end, "\"%s\" ends at %td, strtod() ends at %td", text, at - text, end - text);
}

static void append_digits(GString *text, uint64_t entity, uint64_t index, unsigned n)
{
  for (unsigned i = 0; i < n; i++)
    g_string_append_c(text, (char)('0' + draw(entity, index + i, 10)));
}

START_TEST(random_numbers_equal_strtod)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (uint64_t i = 0; i < 10000; i++) {
    uint64_t entity = (uint64_t)_i << 32 | i;
    unsigned whole = draw(entity, 0, 20);
    unsigned fraction = draw(entity, 1, 20);
    g_string_truncate(text, 0);
    if (draw(entity, 2, 3) == 0)
      g_string_append_c(text, draw(entity, 3, 2) == 0 ? '-' : '+');
    append_digits(text, entity, 10, whole == 0 && fraction == 0 ? 1 : whole);
    if (fraction > 0 || draw(entity, 4, 4) == 0)
      g_string_append_c(text, '.');
    append_digits(text, entity, 40, fraction);
    if (draw(entity, 5, 4) == 0)
      g_string_append_printf(text, "%c%d", draw(entity, 6, 2) == 0 ? 'e' : 'E',
                             (int)draw(entity, 7, 400) - 200);
    if (draw(entity, 8, 3) == 0)
      g_string_append(text, " 12");
    check_number(text->str);
  }
}
END_TEST

START_TEST(numbers_at_the_limits_equal_strtod)
{
  static const char *const texts[] = {"0",
                                      "-0",
                                      "-1",
                                      "1e5",
                                      "5.",
                                      ".5",
                                      "-.5e1",
                                      "000000000000000000012",
                                      "0.000000000000000000001",
                                      "999999999999999",
                                      "9999999999999999",
                                      "9007199254740993",
                                      "0.1",
                                      "123456789012.345",
                                      "1234567890123456.5",
                                      "179769313486231570000000000000000000000e270",
                                      "4.9e-324",
                                      "1e-400",
                                      "12e",
                                      "12e+",
                                      "7 ",
                                      "7x",
                                      "1.2.3"};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    check_number(texts[i]);
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
  static const char *const texts[] = {"",    " 1",  "-", "+",   ".",     "-.",    "e5",
                                      "inf", "nan", "x", "--1", "1e400", "-1e999"};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    const char *at = texts[i];
    double value = 42;
    ck_assert_msg(!trace_number_scan(&at, &value), "\"%s\"", texts[i]);
    ck_assert(at == texts[i] && value == 42);
  }
}
END_TEST

START_TEST(whole_numbers_up_to_63_bits)
{
  const char *at = "9223372036854775807 ";
  int64_t value;
  ck_assert(trace_whole_scan(&at, &value) && value == INT64_MAX && *at == ' ');
  at = "-9223372036854775808";
  ck_assert(trace_whole_scan(&at, &value) && value == INT64_MIN && *at == '\0');
  at = "+007.5";
  ck_assert(trace_whole_scan(&at, &value) && value == 7 && *at == '.');
  static const char *const texts[] = {
      "9223372036854775808", "-9223372036854775809", "99999999999999999999", "", "-", "x"};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    at = texts[i];
    ck_assert_msg(!trace_whole_scan(&at, &value), "\"%s\"", texts[i]);
  }
}
END_TEST

/* Lines of random widths, with words of every kind; @words of them. */
static void make_line(char *line, size_t capacity, uint64_t entity, unsigned words)
{
  static const char *const odd[] = {"-1", "-1.5", "12.25", "123456789", "12345678",
                                    "-0", "1e3",  "+4",    "99999999"};
  GString *text = g_string_new(NULL);
  for (unsigned i = 0; i < words; i++) {
    for (unsigned j = draw(entity, 100 + i, 4) + (i > 0); j > 0; j--)
      g_string_append_c(text, draw(entity, 1000 + 10 * i + j, 9) == 0 ? '\t' : ' ');
    if (draw(entity, 200 + i, 4) == 0)
      g_string_append(text, odd[draw(entity, 300 + i, G_N_ELEMENTS(odd))]);
    else
      append_digits(text, entity, 2000 + 10 * i, 1 + draw(entity, 400 + i, 8));
  }
  for (unsigned j = draw(entity, 500, 3); j > 0; j--)
    g_string_append_c(text, ' ');
  ck_assert_uint_lt(text->len, capacity);
  /* What lies behind the end must not matter. */
  memset(line, '7', capacity);
  memcpy(line, text->str, text->len + 1);
  g_string_free(text, true);
}

START_TEST(lines_by_masks_equal_lines_by_characters)
{
  char line[SWF_SCAN_LENGTH_MAX + 1 + LINE_PADDING];
  for (uint64_t i = 0; i < 2000; i++) {
    uint64_t entity = (uint64_t)_i << 32 | i;
    unsigned words = draw(entity, 1, 5) == 0 ? 15 + draw(entity, 2, 7) : SWF_FIELDS;
    make_line(line, SWF_SCAN_LENGTH_MAX + 1, entity, words);
    double values[SWF_FIELDS];
    uint32_t decimals;
    ck_assert_msg(swf_scan(line, strlen(line), values, &decimals) == (words == SWF_FIELDS), "\"%s\"", line);
    const char *at = line;
    for (unsigned field = 0; words == SWF_FIELDS && field < SWF_FIELDS; field++) {
      double expected;
      while (trace_is_blank(*at))
        at++;
      ck_assert(trace_number_scan(&at, &expected));
      ck_assert_msg(bits_of(values[field]) == bits_of(expected), "field %u of \"%s\"", field + 1, line);
      ck_assert((decimals >> field & 1) != 0 || (expected == floor(expected) && fabs(expected) < 1e8));
    }
  }
}
END_TEST

START_TEST(text_in_a_line_is_refused)
{
  static const char good[] = "1 0 5 10 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1";
  double values[SWF_FIELDS];
  uint32_t decimals;
  for (unsigned c = '!'; c < 256; c++)
    for (unsigned at = 0; at < sizeof good - 1; at++) {
      char line[sizeof good + LINE_PADDING] = {0};
      memcpy(line, good, sizeof good);
      if (line[at] == ' ' || strchr("+-.0123456789eE", (int)c) != NULL)
        continue;
      line[at] = (char)c;
      ck_assert_msg(!swf_scan(line, strlen(line), values, &decimals), "0x%02x at %u", c, at);
    }
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("trace-number");
  test_case_loop(suite, random_numbers_equal_strtod, 0, 8);
  test_case(suite, numbers_at_the_limits_equal_strtod);
  test_case(suite, what_is_no_number_is_refused);
  test_case(suite, whole_numbers_up_to_63_bits);
  test_case_loop(suite, lines_by_masks_equal_lines_by_characters, 0, 4);
  test_case(suite, text_in_a_line_is_refused);
  return suite;
}
