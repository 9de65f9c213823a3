/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: numbers and tables as a person reads them, with the edges between two units. Not pinned: which of
 * them the summary of a run uses where (test-run.py looks at one).
 */

#include <glib.h>
#include <math.h>

#include "cli/report.h"
#include "cli/table.h"
#include "report/format.h"
#include "tests/support/test-main.h"

static void expect(char *text, const char *expected)
{
  ck_assert_str_eq(text, expected);
  g_free(text);
}

START_TEST(counts)
{
  expect(format_count(0), "0");
  expect(format_count(999), "999");
  expect(format_count(1000), "1,000");
  expect(format_count(11802400), "11,802,400");
  expect(format_count(UINT64_MAX), "18,446,744,073,709,551,615");
  expect(format_counted(1, "agent"), "1 agent");
  expect(format_counted(0, "agent"), "0 agents");
  expect(format_counted(50000, "agent"), "50,000 agents");
}
END_TEST

START_TEST(about)
{
  expect(format_about(0), "0");
  expect(format_about(812345), "812,345");
  expect(format_about(999999.4), "999,999");
  expect(format_about(999999.5), "1.00 M");
  expect(format_about(4.1e6), "4.10 M");
  expect(format_about(9.994e6), "9.99 M");
  expect(format_about(9.996e6), "10.0 M");
  expect(format_about(99.96e6), "100 M");
  expect(format_about(999.6e6), "1.00 G");
  expect(format_about(5e15), "5000 T");
  expect(format_about((double)NAN), "-");
}
END_TEST

START_TEST(seconds)
{
  expect(format_seconds(0), "0.0 s");
  expect(format_seconds(0.6), "0.6 s");
  expect(format_seconds(31.24), "31.2 s");
  expect(format_seconds(999.94), "999.9 s");
  expect(format_seconds(999.96), "1,000 s");
  expect(format_seconds(4812), "4,812 s");
  expect(format_seconds(0.0994), "99.4 ms");
  expect(format_seconds(0.0996), "0.1 s");
  expect(format_seconds(0.00083), "830 us");
  expect(format_seconds(0.000001), "1.00 us");
  expect(format_seconds(1e300), "1e+300 s");
  expect(format_seconds((double)NAN), "-");
}
END_TEST

START_TEST(clocks)
{
  expect(format_clock((Duration){0}), "0:00");
  expect(format_clock((Duration){NS_PER_S - 1}), "0:00");
  expect(format_clock((Duration){32 * NS_PER_MIN + 24 * NS_PER_S}), "32:24");
  expect(format_clock((Duration){NS_PER_H}), "1:00:00");
  expect(format_clock((Duration){NS_PER_D - 1}), "23:59:59");
  expect(format_clock((Duration){11 * NS_PER_D + 3 * NS_PER_H + 2 * NS_PER_MIN + NS_PER_S}), "11 d 03:02:01");
}
END_TEST

START_TEST(shares)
{
  expect(format_percent(0), "0.000 %");
  expect(format_percent(0.00492), "0.492 %");
  expect(format_percent(0.00999), "0.999 %");
  expect(format_percent(0.0099996), "1.00 %");
  expect(format_percent(0.0994), "9.94 %");
  expect(format_percent(0.09996), "10.0 %");
  expect(format_percent(0.983), "98.3 %");
  expect(format_percent(1), "100.0 %");
  expect(format_percent((double)NAN), "-");
}
END_TEST

START_TEST(memory)
{
  expect(format_kib(0), "0 KiB");
  expect(format_kib(1023), "1023 KiB");
  expect(format_kib(1024), "1.0 MiB");
  expect(format_kib(59392), "58.0 MiB");
  expect(format_kib(104448), "102 MiB");
  expect(format_kib(INT64_C(3) << 19), "1.5 GiB");
}
END_TEST

START_TEST(tables)
{
  g_autoptr(GString) out = g_string_new(NULL);
  g_autoptr(TextTable) table = text_table_new(3, false);
  static const char *const cells[] = {"name", "n",    "mean", "a", "1,000", "-", "\xc3\xa4\xc3\xb6",
                                      "2",    "0.5 s"};
  for (size_t i = 0; i < G_N_ELEMENTS(cells); i++)
    text_table_add(table, g_strdup(cells[i]));
  text_table_print(table, "> ", out);
  ck_assert_str_eq(out->str, "> name       n    mean\n"
                             "> a      1,000       -\n"
                             "> \xc3\xa4\xc3\xb6         2   0.5 s\n");
}
END_TEST

START_TEST(tables_of_text)
{
  g_autoptr(GString) out = g_string_new(NULL);
  g_autoptr(TextTable) table = text_table_new(2, true);
  static const char *const cells[] = {"drf", "fair", "priority", ""};
  for (size_t i = 0; i < G_N_ELEMENTS(cells); i++)
    text_table_add(table, g_strdup(cells[i]));
  text_table_print(table, "", out);
  ck_assert_str_eq(out->str, "drf        fair\npriority\n");
}
END_TEST

START_TEST(quoted_text_stays_on_its_line)
{
  expect(printable("plain"), "plain");
  expect(printable("a\nb\x1b[2J\x7f"), "a?b?[2J?");
  expect(printable("caf\xc3\xa9"), "caf\xc3\xa9");
  expect(printable("caf\xe9"), "caf\xef\xbf\xbd");
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("format");
  test_case(suite, counts);
  test_case(suite, about);
  test_case(suite, seconds);
  test_case(suite, clocks);
  test_case(suite, shares);
  test_case(suite, memory);
  test_case(suite, tables);
  test_case(suite, tables_of_text);
  test_case(suite, quoted_text_stays_on_its_line);
  return suite;
}
