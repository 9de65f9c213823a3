/* SPDX-License-Identifier: Apache-2.0 */

/* Pinned: how numbers and cells are written; that a file has its name only when it is whole. */

#include <glib/gstdio.h>
#include <math.h>

#include "report/csv-text.h"
#include "report/text-file.h"
#include "tests/support/test-main.h"

static char *folder;

static void setup(void)
{
  folder = g_dir_make_tmp("test-text-file-XXXXXX", NULL);
}

static void teardown(void)
{
  GDir *dir = g_dir_open(folder, 0, NULL);
  for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_unlink(path);
  }
  g_dir_close(dir);
  g_rmdir(folder);
  g_free(folder);
}

static guint count_files(void)
{
  guint n = 0;
  GDir *dir = g_dir_open(folder, 0, NULL);
  while (g_dir_read_name(dir) != NULL)
    n++;
  g_dir_close(dir);
  return n;
}

static TextFile *open_file(char **path)
{
  g_autoptr(GError) error = NULL;
  *path = g_build_filename(folder, "out", NULL);
  TextFile *file = text_file_open(*path, &error);
  ck_assert_ptr_nonnull(file);
  return file;
}

static void expect_content(TextFile *file, const char *path, const char *expected)
{
  g_autofree char *content = NULL;
  ck_assert(text_file_commit(file, NULL));
  ck_assert(g_file_get_contents(path, &content, NULL, NULL));
  ck_assert_str_eq(content, expected);
  ck_assert_uint_eq(count_files(), 1);
}

START_TEST(numbers)
{
  static const int64_t integers[] = {0, 7, -7, 1234567890123, INT64_MAX, INT64_MIN};
  static const int64_t times[] = {0, 1, 1500000000, -250000000, 86400000000000, 10000000};
  static const double reals[] = {0, 0.1, 1.0 / 3, 1e300, -2.5, 123456789};
  g_autofree char *path = NULL;
  TextFile *file = open_file(&path);
  for (size_t i = 0; i < G_N_ELEMENTS(integers); i++) {
    text_file_integer(file, integers[i]);
    text_file_putc(file, ' ');
  }
  for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
    text_file_seconds(file, times[i]);
    text_file_putc(file, ' ');
  }
  for (size_t i = 0; i < G_N_ELEMENTS(reals); i++) {
    csv_real(file, reals[i]);
    text_file_putc(file, ' ');
  }
  csv_real(file, (double)NAN);
  expect_content(file, path,
                 "0 7 -7 1234567890123 9223372036854775807 -9223372036854775808 "
                 "0 0.000000001 1.5 -0.25 86400 0.01 "
                 "0 0.1 0.3333333333333333 1e+300 -2.5 123456789 ");
}
END_TEST

START_TEST(cells)
{
  g_autofree char *path = NULL;
  TextFile *file = open_file(&path);
  csv_text(file, "plain", 5);
  text_file_putc(file, ',');
  csv_text(file, "a,b", 3);
  text_file_putc(file, ',');
  csv_text(file, "say \"x\"\n", 8);
  text_file_putc(file, ',');
  csv_text(file, "", 0); /* empty is not NULL */
  expect_content(file, path, "plain,\"a,b\",\"say \"\"x\"\"\n\",\"\"");
}
END_TEST

START_TEST(long_files)
{
  g_autofree char *path = NULL;
  g_autofree char *content = NULL;
  gsize length;
  TextFile *file = open_file(&path);
  for (int i = 0; i < 300000; i++)
    text_file_integer(file, i % 10);
  ck_assert_uint_eq(text_file_bytes(file), 300000);
  ck_assert(text_file_commit(file, NULL));
  ck_assert(g_file_get_contents(path, &content, &length, NULL));
  ck_assert_uint_eq(length, 300000);
  for (gsize i = 0; i < length; i++)
    ck_assert_int_eq(content[i], '0' + (int)(i % 10));
}
END_TEST

START_TEST(abandoned_files_leave_what_was_there)
{
  g_autofree char *path = NULL;
  text_file_abandon(open_file(&path));
  ck_assert_uint_eq(count_files(), 0);
  ck_assert(text_file_save(path, "old", 3, NULL));
  g_free(path);
  TextFile *file = open_file(&path);
  text_file_puts(file, "new");
  text_file_abandon(file);
  g_autofree char *content = NULL;
  ck_assert(g_file_get_contents(path, &content, NULL, NULL));
  ck_assert_str_eq(content, "old");
  ck_assert_uint_eq(count_files(), 1);
}
END_TEST

START_TEST(places_that_are_no_file)
{
  const char *const places[] = {folder, "", "/dev/null", "/nowhere/at/all"};
  for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
    g_autoptr(GError) error = NULL;
    ck_assert_ptr_null(text_file_open(places[i], &error));
    ck_assert(g_error_matches(error, REPORT_ERROR, REPORT_ERROR_RUN));
  }
}
END_TEST

START_TEST(a_name_that_is_taken)
{
  g_autofree char *path = NULL;
  g_autoptr(GError) error = NULL;
  TextFile *file = open_file(&path);
  text_file_puts(file, "x");
  g_autofree char *inside = g_build_filename(folder, "out", NULL);
  g_mkdir(inside, 0700); /* its name is taken by a folder meanwhile */
  ck_assert(!text_file_commit(file, &error));
  ck_assert(g_error_matches(error, REPORT_ERROR, REPORT_ERROR_RUN));
  ck_assert_uint_eq(count_files(), 1);
  g_rmdir(inside);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("text-file");
  TCase *tcase = tcase_create("text-file");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, numbers);
  tcase_add_test(tcase, cells);
  tcase_add_test(tcase, long_files);
  tcase_add_test(tcase, abandoned_files_leave_what_was_there);
  tcase_add_test(tcase, places_that_are_no_file);
  tcase_add_test(tcase, a_name_that_is_taken);
  suite_add_tcase(suite, tcase);
  return suite;
}
