/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: how lines end, gzip in all its shapes, what is no text, and that buffers of any length of line
 * work. Not pinned: the wording of zlib's and the system's messages.
 */

#include "traces/line-reader.h"

#include <string.h>

#include "tests/support/test-main.h"
#include "tests/traces/trace-fixture.h"

/* All lines joined by "|"; the reader's message where it fails. */
static char *read_all(LineReader *reader)
{
  g_autoptr(GString) all = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  char *line;
  size_t length;
  LineRead read;
  while ((read = line_reader_next(reader, &line, &length, &error)) == LINE_READ) {
    ck_assert_uint_eq(strlen(line), length);
    g_string_append_printf(all, "%s|", line);
  }
  line_reader_free(reader);
  return g_strdup(read == LINE_END ? all->str : error->message);
}

static char *read_bytes(const void *bytes, size_t size)
{
  return read_all(line_reader_new_memory("log", bytes, size));
}

static void check_bytes(const char *bytes, size_t size, const char *expected)
{
  g_autofree char *plain = read_bytes(bytes, size);
  ck_assert_str_eq(plain, expected);
  if (size == 0)
    return;
  g_autoptr(GByteArray) gzip = fixture_gzip(bytes, size);
  g_autofree char *unpacked = read_bytes(gzip->data, gzip->len);
  ck_assert_str_eq(unpacked, expected);
}

static void check_text(const char *text, const char *expected)
{
  check_bytes(text, strlen(text), expected);
}

START_TEST(lines_end_in_lf_or_crlf_or_the_end)
{
  check_text("a\nb\n", "a|b|");
  check_text("a\nb", "a|b|");
  check_text("a\r\nb\r\n", "a|b|");
  check_text("a\r\nb\r", "a|b|");
  check_text("\n\n", "||");
  check_text("a\rb\n", "a\rb|");
  check_text("\xef\xbb\xbf"
             "a\n\xef\xbb\xbf"
             "b\n",
             "a|\xef\xbb\xbf"
             "b|");
  check_text("\t\xc3\xa9\xff\n", "\t\xc3\xa9\xff|");
}
END_TEST

START_TEST(what_is_no_text_is_refused)
{
  check_bytes("a\nb\0c\n", 6, "log:2: not a text file: byte 2 of the line is 0x00");
  check_text("a\n\n\x1b[0m\n", "log:3: not a text file: byte 1 of the line is 0x1b");
  check_text("abcdefgh\x0e", "log:1: not a text file: byte 9 of the line is 0x0e");
  check_bytes("", 0, "log: the file is empty");
}
END_TEST

/* Each position within the eight bytes that are tested at once, and each control character. */
START_TEST(every_control_character_is_seen)
{
  for (unsigned c = 0; c < 0x20; c++)
    for (unsigned at = 0; at < 40; at++) {
      char bytes[41];
      memset(bytes, 'x', sizeof bytes);
      bytes[at] = (char)c;
      g_autofree char *found = read_bytes(bytes, sizeof bytes);
      bool refused = strstr(found, "not a text file") != NULL;
      ck_assert_msg(refused == !(c >= '\t' && c <= '\r'), "0x%02x at %u", c, at);
    }
}
END_TEST

START_TEST(gzip_is_told_by_its_bytes)
{
  g_autoptr(GByteArray) first = fixture_gzip("a\nb", 3);
  g_autoptr(GByteArray) second = fixture_gzip("c\n", 2);
  g_autoptr(GByteArray) both = g_byte_array_new();
  const guint8 zeros[100] = {0};
  g_byte_array_append(both, first->data, first->len);
  g_byte_array_append(both, zeros, sizeof zeros);
  g_byte_array_append(both, second->data, second->len);
  g_byte_array_append(both, zeros, sizeof zeros);
  g_autofree char *joined = read_bytes(both->data, both->len);
  ck_assert_str_eq(joined, "a|bc|");

  g_byte_array_append(both, (const guint8 *)"noise", 5);
  g_autofree char *noise = read_bytes(both->data, both->len);
  ck_assert_str_eq(noise, "log:3: the gzip data are followed by something else");

  g_autoptr(GByteArray) nothing = fixture_gzip("", 0);
  g_autofree char *empty = read_bytes(nothing->data, nothing->len);
  ck_assert_str_eq(empty, "log: the file is empty");
}
END_TEST

START_TEST(gzip_cut_or_damaged_anywhere_is_an_error)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (unsigned i = 0; i < 2000; i++)
    g_string_append_printf(text, "%u %u\n", i, i * i);
  g_autoptr(GByteArray) gzip = fixture_gzip(text->str, text->len);
  for (unsigned size = 2; size < gzip->len; size += 1 + size / 50) {
    g_autofree char *found = read_bytes(gzip->data, size);
    ck_assert_msg(strstr(found, "truncated") != NULL, "cut at %u", size);
  }
  for (unsigned at = 10; at < gzip->len - 4; at += 7) {
    gzip->data[at] ^= 0x55;
    g_autofree char *found = read_bytes(gzip->data, gzip->len);
    ck_assert_msg(g_str_has_prefix(found, "log:"), "damaged at %u", at);
    gzip->data[at] ^= 0x55;
  }
}
END_TEST

START_TEST(lines_of_any_length_up_to_the_limit)
{
  for (size_t length = LINE_BYTES_MAX - 1; length <= LINE_BYTES_MAX + 1; length++) {
    g_autoptr(GString) text = g_string_new("first\n");
    g_string_set_size(text, 6 + length);
    memset(text->str + 6, 'x', length);
    g_string_append(text, "\nlast");
    g_autofree char *found = read_bytes(text->str, text->len);
    if (length <= LINE_BYTES_MAX)
      ck_assert_uint_eq(strlen(found), 6 + length + 1 + 5);
    else
      ck_assert_str_eq(found, "log:2: a line of more than 1 MiB: this is no such text file");
  }
  const size_t size = (size_t)3 * LINE_BYTES_MAX;
  g_autofree char *endless = g_malloc(size);
  memset(endless, 'x', size);
  g_autofree char *found = read_bytes(endless, size);
  ck_assert_str_eq(found, "log:1: a line of more than 1 MiB: this is no such text file");
}
END_TEST

/* Many lines of changing length, so that they lie across the ends of the buffer in many ways. */
START_TEST(nothing_is_lost_at_the_ends_of_buffers)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (unsigned i = 0; text->len < 3000000; i++) {
    g_string_append_printf(text, "%u:", i);
    for (unsigned j = 0; j < i * 2654435761u >> 24; j++)
      g_string_append_c(text, (char)('a' + (i + j) % 26));
    g_string_append_c(text, '\n');
  }
  g_autofree char *expected = g_strdelimit(g_strdup(text->str), "\n", '|');
  check_bytes(text->str, text->len, expected);
}
END_TEST

START_TEST(files_that_are_none)
{
  g_autoptr(GError) error = NULL;
  ck_assert_ptr_null(line_reader_open("/", false, &error));
  ck_assert(g_error_matches(error, TRACE_ERROR, TRACE_ERROR_FILE));
  ck_assert_str_eq(error->message, "/: is a directory");
  g_clear_error(&error);
  ck_assert_ptr_null(line_reader_open("/nonexistent/log", false, &error));
  ck_assert(g_str_has_prefix(error->message, "/nonexistent/log: "));
  g_clear_error(&error);
  ck_assert_ptr_null(line_reader_open("/dev/null", false, &error));
  ck_assert_str_eq(error->message, "/dev/null: is not a regular file");
}
END_TEST

START_TEST(the_hash_is_that_of_the_file)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  fixture_write_text(&fixture, "abc", "abc");
  LineReader *reader = line_reader_open(fixture.path, true, NULL);
  char *line;
  ck_assert_int_eq(line_reader_next(reader, &line, NULL, NULL), LINE_READ);
  ck_assert_ptr_null(line_reader_sha256(reader));
  ck_assert_int_eq(line_reader_next(reader, &line, NULL, NULL), LINE_END);
  /* FIPS 180-4, example of one block */
  ck_assert_str_eq(line_reader_sha256(reader),
                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  line_reader_free(reader);
  fixture_clear(&fixture);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("line-reader");
  test_case(suite, lines_end_in_lf_or_crlf_or_the_end);
  test_case(suite, what_is_no_text_is_refused);
  test_case(suite, every_control_character_is_seen);
  test_case(suite, gzip_is_told_by_its_bytes);
  test_case(suite, gzip_cut_or_damaged_anywhere_is_an_error);
  test_case(suite, lines_of_any_length_up_to_the_limit);
  test_case(suite, nothing_is_lost_at_the_ends_of_buffers);
  test_case(suite, files_that_are_none);
  test_case(suite, the_hash_is_that_of_the_file);
  return suite;
}
