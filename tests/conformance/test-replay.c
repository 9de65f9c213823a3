/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the replayer itself, so that "all equal" means something: what is not of the format is refused with
 * its line, what is not supported fails, a decision that differs, is missing or is too many is found and
 * said, and the exit status tells these apart. OFFERSIM_REPLAY names the program.
 *
 * Not here: the recorded files (they are tests of their own).
 */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "base/resource-kinds.h"
#include "tests/conformance/replay-format.h"
#include "tests/support/test-main.h"

/* --- the format ----------------------------------------------------------------------------------------- */

START_TEST(a_file_is_taken_apart)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ReplayScript) script = replay_script_parse("f",
                                                       "# a comment\n"
                                                       "seq 7 tags a,b\n"
                                                       "first\n"
                                                       "second 1 x\n"
                                                       "> one two\n"
                                                       "# between\n"
                                                       ">\n"
                                                       "end\n"
                                                       "seq 9 tags -\n"
                                                       "third\n"
                                                       "end\n",
                                                       &error);
  ck_assert_ptr_nonnull(script);
  ck_assert_uint_eq(script->sequences->len, 2);
  const ReplaySequence *first = &g_array_index(script->sequences, ReplaySequence, 0);
  ck_assert_str_eq(first->number, "7");
  ck_assert_uint_eq(g_strv_length(first->tags), 2);
  ck_assert_uint_eq(first->n_calls, 2);
  ck_assert_uint_eq(first->calls[0].n_expected, 0);
  const ReplayCall *call = &first->calls[1];
  ck_assert_uint_eq(call->line, 4);
  ck_assert_uint_eq(call->n_words, 3);
  ck_assert_str_eq(call->words[2], "x");
  ck_assert_ptr_null(call->words[3]);
  ck_assert_uint_eq(call->n_expected, 2);
  ck_assert_str_eq(call->expected[0].text, "one two");
  ck_assert_str_eq(call->expected[1].text, "");
  ck_assert_uint_eq(call->expected[1].line, 7);
  const ReplaySequence *second = &g_array_index(script->sequences, ReplaySequence, 1);
  ck_assert_uint_eq(g_strv_length(second->tags), 0);
  ck_assert_uint_eq(second->n_calls, 1);

  char *wanted[] = {(char[]){"z"}, (char[]){"b"}, NULL};
  ck_assert(replay_has_tag(first, wanted));
  ck_assert(!replay_has_tag(second, wanted));
}
END_TEST

static const struct {
  const char *text;
  const char *message;
} malformed[] = {
    {"", "f:0: expected at least one sequence"},
    {"# nothing\n", "f:1: expected at least one sequence"},
    {"tick\n", "f:1: a call outside a sequence"},
    {"> x\n", "f:1: an expected line before the first call"},
    {"seq 1 tags a\n> x\nend\n", "f:2: an expected line before the first call"},
    {"seq 1 tags a\ntick\n", "f:2: expected \"end\" at the end of the last sequence"},
    {"seq 1 tags a\ntick\nend", "f:3: expected a line end"},
    {"seq 1 tags a\nseq 2 tags a\nend\n", "f:2: expected \"end\" before the next \"seq\""},
    {"seq 1 tags a\nend\nend\n", "f:3: expected a lone \"end\" behind a sequence"},
    {"seq 1 tags a\nend now\n", "f:2: expected a lone \"end\" behind a sequence"},
    {"seq 1\nend\n", "f:1: expected \"seq NUMBER tags TAGS\""},
    {"seq 1 tags a,,b\nend\n", "f:1: expected names separated by \",\", not \"a,,b\""},
    {"seq 1 tags a\nadd  x\nend\n", "f:2: expected words separated by exactly one space"},
    {"seq 1 tags a\nadd x \nend\n", "f:2: expected words separated by exactly one space"},
    {"seq 1 tags a\n\nend\n", "f:2: expected words separated by exactly one space"},
    {"seq 1 tags a\ntick\n>x\nend\n", "f:3: expected a space behind \">\""},
};

START_TEST(what_is_not_of_the_format_is_refused)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ReplayScript) script = replay_script_parse("f", malformed[_i].text, &error);
  ck_assert_ptr_null(script);
  ck_assert(g_error_matches(error, REPLAY_ERROR, REPLAY_ERROR_MALFORMED));
  ck_assert_str_eq(error->message, malformed[_i].message);
}
END_TEST

START_TEST(resources_are_printed_by_name)
{
  static const char *const texts[] = {"-", "cpus:1", "cpus:0.001;disk:5.5;gpus:2;mem:1024",
                                      "cpus:1;cpus(a):2;cpus(a/b):3;cpus{REV}:4;mem(a):1"};
  ResourceKinds *kinds = resource_kinds_new();
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    Resources resources;
    ck_assert(replay_resources(kinds, texts[i], &resources, NULL));
    g_autofree char *text = replay_resources_text(kinds, &resources);
    ck_assert_str_eq(text, texts[i]);
    resources_clear(&resources);
  }
  resource_kinds_free(kinds);
}
END_TEST

/* --- the program ---------------------------------------------------------------------------------------- */

typedef struct {
  int status;
  char *output; /* both streams */
} Run;

static Run run(const char *path, const char *option)
{
  const char *program = g_getenv("OFFERSIM_REPLAY");
  ck_assert_msg(program != NULL, "OFFERSIM_REPLAY must name the program");
  const char *words[] = {program, path == NULL ? option : path, path == NULL ? NULL : option, NULL};
  g_autoptr(GError) error = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  int wait_status = 0;
  gboolean spawned = g_spawn_sync(NULL, (char **)(void *)words, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err,
                                  &wait_status, &error);
  ck_assert_msg(spawned, "%s", spawned ? "" : error->message);
  ck_assert(WIFEXITED(wait_status));
  return (Run){WEXITSTATUS(wait_status), g_strconcat(out, err, NULL)};
}

/* Runs the program on a file with this content; the output must hold @part. */
static void expect(const char *content, size_t length, const char *option, int status, const char *part)
{
  g_autofree char *path = NULL;
  int file = g_file_open_tmp("offersim-replay-XXXXXX", &path, NULL);
  ck_assert_int_ge(file, 0);
  g_close(file, NULL);
  ck_assert(g_file_set_contents(path, content, (gssize)length, NULL));
  Run result = run(path, option);
  g_unlink(path);
  ck_assert_msg(result.status == status, "expected status %d, got %d: %s", status, result.status,
                result.output);
  ck_assert_msg(strstr(result.output, part) != NULL, "expected \"%s\" in: %s", part, result.output);
  g_free(result.output);
}

static void expect_text(const char *content, const char *option, int status, const char *part)
{
  expect(content, strlen(content), option, status, part);
}

#define ALLOCATOR "seq 5 tags basic\naddframework f r - - active\naddagent a cpus:2;mem:64\n"
#define SORTER    "seq 6 tags flat\nexclude -\naddagent s cpus:10\nadd b\nactivate b\nadd a\nactivate a\n"

START_TEST(equal_files_pass)
{
  expect_text(ALLOCATOR "> 0 f r a cpus:2;mem:64\ntick\nend\n", NULL, 0,
              ": 1 sequences, 3 calls, 1 decisions compared; all equal");
  expect_text(SORTER "sort\n> a b\nend\n", NULL, 0, "1 sequences, 7 calls, 1 decisions compared; all equal");
  expect_text(SORTER "sort\n> a b\nend\n" ALLOCATOR "> 0 f r a cpus:2;mem:64\nend\n", "--lazy-ticks", 0,
              "2 sequences, 9 calls, 2 decisions compared; all equal");
}
END_TEST

START_TEST(each_kind_of_difference_is_found)
{
  expect_text(ALLOCATOR "> 0 f r a cpus:2;mem:65\nend\n", NULL, 1,
              ":4: sequence 5 differs after \"addagent a");
  expect_text(ALLOCATOR "> 0 f r a cpus:2;mem:65\nend\n", NULL, 1,
              "  expected: 0 f r a cpus:2;mem:65\n  got:      0 f r a cpus:2;mem:64\n");
  expect_text(ALLOCATOR "tick\nend\n", NULL, 1, ":3: sequence 5 differs");
  expect_text(ALLOCATOR "tick\nend\n", NULL, 1, "  expected: nothing more\n");
  expect_text(ALLOCATOR "> 0 f r a cpus:2;mem:64\ntick\n> 1000 f r a cpus:1\nend\n", NULL, 1,
              "  got:      nothing more\n");
  expect_text(ALLOCATOR "> 0 f r a cpus:2;mem:64\n> 0 f r b cpus:1\nend\n", NULL, 1,
              ":5: sequence 5 differs");
  expect_text(SORTER "sort\n> b a\nend\n", NULL, 1, "  got:      a b\n");
  expect_text(SORTER "sort\nend\n", NULL, 1, "  expected: nothing more\n");
}
END_TEST

START_TEST(differences_are_counted)
{
  static const char *const content =
      SORTER "sort\n> b a\nend\n" SORTER "sort\n> a b\nend\n" SORTER "sort\n> b a\nsort\n> b a\nend\n";
  expect_text(content, NULL, 1, "1 sequences, 7 calls, 0 decisions compared; 1 sequences differ");
  expect_text(content, "--all", 1, "3 sequences, 21 calls, 1 decisions compared; 2 sequences differ");
}
END_TEST

START_TEST(tags_choose_sequences)
{
  static const char *const content = SORTER "sort\n> a b\nend\n" ALLOCATOR "> 0 f r a wrong\nend\n";
  expect_text(content, "--without-tags=basic,other", 0,
              "1 sequences, 7 calls, 1 decisions compared; 1 sequences left");
  expect_text(content, "--only-tags=flat", 0, "1 sequences left out by their tags; all equal");
  expect_text(content, "--only-tags=nobody", 2, "nothing was compared");
  expect_text(content, "--only-tags=,", 2, "--only-tags: expected names");
}
END_TEST

START_TEST(what_is_not_supported_fails)
{
  expect_text(ALLOCATOR "> 0 f r a cpus:2;mem:64\npause\nend\n", NULL, 1,
              ":5: sequence 5: unsupported call of an allocator: \"pause\"");
  expect_text(SORTER "shuffle\nend\n", NULL, 1, "unsupported call of a sorter: \"shuffle\"");
  expect_text("seq 1 tags a\naddframework f r - - active\naddframework g r - fly active\nend\n", NULL, 1,
              ":3: sequence 1: unsupported capability: \"fly\"");
  expect_text(
      "seq 1 tags a\naddagent a cpus:2 used f r cpus:1\naddframework g r - - inactive\nend\n", NULL, 1,
      ":3: sequence 1: unsupported arrival before a framework that an agent has named earlier: \"g\"");
}
END_TEST

START_TEST(what_is_malformed_is_said_with_its_line)
{
  static const char *const calls[][2] = {
      {"tick now", "tick: expected 1 words, not 2"},
      {"ticks", "ticks: expected 2 words, not 1"},
      {"ticks x", "x"},
      {"advance -1", "-1"},
      {"advance 1000", "less than what is left"},
      {"addagent b cpus:1e3", "cpus:1e3"},
      {"addagent b cpus", "cpus"},
      {"addagent b wheels:4", "wheels"},
      {"addagent b cpus:1;cpus:1", "cpus:1"},
      {"addagent a cpus:1", "a new agent"},
      {"addagent b cpus:1 used f r", "\"used\" and three words"},
      {"removeagent b", "an agent that is there"},
      {"addframework f r - - active", "a new framework"},
      {"addframework g - - - active", "at least one role"},
      {"addframework g r s - active", "suppressed roles among the roles"},
      {"addframework g r - - maybe", "\"active\" or \"inactive\""},
      {"weight r 0", "a weight above zero"},
      {"weight r nan", "nan"},
      {"recover f a r cpus:1 soon offered", "soon"},
      {"recover f a r cpus:1 none free", "\"offered\" or \"allocated\""},
      {"recover g a r cpus:1 none offered", "a framework that was added"},
      {"suppress f r,", "r,"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
    g_autofree char *content = g_strdup_printf(ALLOCATOR "> 0 f r a cpus:2;mem:64\n%s\nend\n", calls[i][0]);
    expect_text(content, NULL, 2, calls[i][1]);
    expect_text(content, NULL, 2, ":5: ");
  }
}
END_TEST

START_TEST(files_that_cannot_be_read)
{
  Run missing = run("/nonexistent/file", NULL);
  ck_assert_int_eq(missing.status, 2);
  g_free(missing.output);
  Run folder = run("/", NULL);
  ck_assert_int_eq(folder.status, 2);
  g_free(folder.output);
  Run nothing = run(NULL, NULL);
  ck_assert_int_eq(nothing.status, 2);
  g_free(nothing.output);
  Run option = run(NULL, "--sorted");
  ck_assert_int_eq(option.status, 2);
  g_free(option.output);
  expect_text("", NULL, 2, "expected at least one sequence");
  expect("seq 1 tags a\ntick\0\nend\n", 24, NULL, 2, "not a text");
}
END_TEST

START_TEST(gz_is_read_and_must_be_whole)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (int i = 0; i < 500; i++)
    g_string_append(text, SORTER "sort\n> a b\nend\n");
  g_autofree char *path = g_strdup_printf("%s/offersim-replay-%d.gz", g_get_tmp_dir(), (int)getpid());
  gzFile file = gzopen(path, "wb");
  ck_assert_int_eq(gzwrite(file, text->str, (unsigned)text->len), (int)text->len);
  ck_assert_int_eq(gzclose(file), Z_OK);
  g_autofree char *packed = NULL;
  gsize length;
  ck_assert(g_file_get_contents(path, &packed, &length, NULL));
  g_unlink(path);
  expect(packed, length, NULL, 0, "500 sequences, 3500 calls, 500 decisions compared; all equal");
  expect(packed, length / 2, NULL, 2, "cannot be read");
  expect(packed, length - 4, NULL, 2, "cannot be read");
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("replay");
  test_case(suite, a_file_is_taken_apart);
  test_case_loop(suite, what_is_not_of_the_format_is_refused, 0, (int)G_N_ELEMENTS(malformed));
  test_case(suite, resources_are_printed_by_name);
  test_case(suite, equal_files_pass);
  test_case(suite, each_kind_of_difference_is_found);
  test_case(suite, differences_are_counted);
  test_case(suite, tags_choose_sequences);
  test_case(suite, what_is_not_supported_fails);
  test_case(suite, what_is_malformed_is_said_with_its_line);
  test_case(suite, files_that_cannot_be_read);
  test_case(suite, gz_is_read_and_must_be_whole);
  return suite;
}
