/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: what is an option, what is a word, and what is said about the rest. Not pinned: the text of the
 * help (test-run.py).
 */

#include <glib.h>
#include <string.h>

#include "cli/options.h"
#include "cli/report.h"
#include "tests/support/test-main.h"

typedef struct {
  char *text;
  char **list;
  gboolean flag;
  char **words;
  GError *error;
  OptionsRead read;
} Outcome;

static Outcome read_line(const char *line)
{
  Outcome outcome = {.flag = FALSE};
  const GOptionEntry entries[] = {
      {"text", 't', 0, G_OPTION_ARG_FILENAME, &outcome.text, "text", "TEXT"},
      {"list", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &outcome.list, "list", "ITEM"},
      {"flag", 'f', 0, G_OPTION_ARG_NONE, &outcome.flag, "flag", NULL},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"test", "WORD...", "summary", NULL, entries};
  g_auto(GStrv) argv = g_strsplit(line, "|", -1);
  int argc = *line == '\0' ? 0 : (int)g_strv_length(argv);
  outcome.read = options_read(&options, argc, argv, &outcome.words, &outcome.error);
  return outcome;
}

static void outcome_clear(Outcome *outcome)
{
  g_free(outcome->text);
  g_strfreev(outcome->list);
  g_strfreev(outcome->words);
  g_clear_error(&outcome->error);
}

static void expect_words(const char *line, const char *expected)
{
  Outcome outcome = read_line(line);
  ck_assert_int_eq(outcome.read, OPTIONS_READ);
  g_autofree char *words = g_strjoinv("|", outcome.words);
  ck_assert_str_eq(words, expected);
  outcome_clear(&outcome);
}

static void expect_wrong(const char *line, const char *message)
{
  Outcome outcome = read_line(line);
  ck_assert_int_eq(outcome.read, OPTIONS_WRONG);
  ck_assert(g_error_matches(outcome.error, CLI_ERROR, CLI_ERROR_USAGE));
  ck_assert_str_eq(outcome.error->message, message);
  outcome_clear(&outcome);
}

START_TEST(words)
{
  expect_words("", "");
  expect_words("a|b", "a|b");
  expect_words("a|--flag|b", "a|b");
  expect_words("--text|a|b", "b");
  expect_words("-|a", "-|a");
  expect_words("--|a|b", "a|b");
  expect_words("--|--flag|-x", "--flag|-x");
  expect_words("a|--|--unknown", "a|--unknown");
}
END_TEST

START_TEST(values)
{
  Outcome outcome = read_line("--text=a=b|--list|x|--list=y|-f");
  ck_assert_int_eq(outcome.read, OPTIONS_READ);
  ck_assert_str_eq(outcome.text, "a=b");
  ck_assert_uint_eq(g_strv_length(outcome.list), 2);
  ck_assert_str_eq(outcome.list[1], "y");
  ck_assert(outcome.flag);
  outcome_clear(&outcome);
  /* Bytes as given, in no locale's encoding; a value may look like an option. */
  outcome = read_line("--text|caf\xe9");
  ck_assert_str_eq(outcome.text, "caf\xe9");
  outcome_clear(&outcome);
  outcome = read_line("-tvalue|a");
  ck_assert_str_eq(outcome.text, "value");
  outcome_clear(&outcome);
  outcome = read_line("--text|-tvalue|--|-tother");
  ck_assert_str_eq(outcome.text, "-tvalue");
  outcome_clear(&outcome);
  outcome = read_line("--text|-1");
  ck_assert_str_eq(outcome.text, "-1");
  outcome_clear(&outcome);
}
END_TEST

START_TEST(refusals)
{
  expect_wrong("--tetx=a", "unknown option \"--tetx\"; did you mean \"--text\"? (sim test --help)");
  expect_wrong(
      "-x",
      "unknown option \"-x\"; expected one of --text, --list, --flag, --help, --version (sim test --help)");
  expect_wrong("a|--paint", "unknown option \"--paint\"; expected one of --text, --list, --flag, --help, "
                            "--version (sim test --help)");
  expect_wrong("--text", "Missing argument for --text (sim test --help)");
  expect_wrong("-t|a|w|--text=b", "--text is given twice: \"a\" and \"b\" (sim test --help)");
  expect_wrong("--flag=no", "--flag takes no value (sim test --help)");
}
END_TEST

START_TEST(names)
{
  static const char *const known[] = {"drf", "priority", NULL};
  g_autoptr(GError) near = NULL;
  g_autoptr(GError) far = NULL;
  options_unknown(&near, "allocator", "prioriti", known);
  options_unknown(&far, "allocator", "lottery", known);
  ck_assert_str_eq(near->message, "unknown allocator \"prioriti\"; did you mean \"priority\"?");
  ck_assert_str_eq(far->message, "unknown allocator \"lottery\"; expected one of drf, priority");
}
END_TEST

START_TEST(seeds)
{
  uint64_t seed = 1;
  g_autoptr(GError) error = NULL;
  ck_assert(options_parse_seed("0", &seed, NULL) && seed == 0);
  ck_assert(options_parse_seed("9223372036854775807", &seed, NULL) && seed == INT64_MAX);
  ck_assert(!options_parse_seed("9223372036854775808", &seed, NULL));
  ck_assert(!options_parse_seed("-1", &seed, NULL));
  ck_assert(!options_parse_seed("one", &seed, &error));
  ck_assert(g_str_has_prefix(error->message, "--seed: expected"));
  ck_assert_uint_eq(seed, INT64_MAX);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("options");
  test_case(suite, words);
  test_case(suite, values);
  test_case(suite, refusals);
  test_case(suite, names);
  test_case(suite, seeds);
  return suite;
}
