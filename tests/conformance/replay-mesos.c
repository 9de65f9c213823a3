/* SPDX-License-Identifier: Apache-2.0 */

/*
 * replay-mesos: replays decisions recorded from Apache Mesos (mesos/FORMAT.md) on the DRF sorter and the drf
 * allocator, and compares each.
 *
 * usage: replay-mesos [OPTION...] FILE...       (see --help)
 *
 * Exit status: 0 every decision is equal; 1 one differs, or a sequence uses what is not supported; 2 wrong
 * usage, a file that is not of the format, or nothing to compare. What is unsupported is never passed over.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/replay-format.h"
#include "tests/conformance/replay-player.h"

enum {
  STATUS_EQUAL = 0,
  STATUS_DIFFERS = 1,
  STATUS_MALFORMED = 2,
};

typedef struct {
  ReplaySettings settings;
  bool all; /* go on behind a difference */
  char **without_tags;
  char **only_tags;
  char **paths;
} Options;

typedef struct {
  uint64_t sequences;
  uint64_t calls;
  uint64_t decisions;
  uint64_t different; /* sequences that were left at a difference */
  uint64_t left_out;  /* by their tags */
} Counts;

/* --- one sequence --------------------------------------------------------------------------------------- */

static char *call_text(const ReplayCall *call)
{
  return g_strjoinv(" ", call->words);
}

static void say_difference(const char *path, const ReplaySequence *sequence, const ReplayCall *call,
                           uint32_t line, const char *expected, const char *got)
{
  g_autofree char *text = call_text(call);
  printf("%s:%u: sequence %s differs after \"%s\" (line %u)\n  expected: %s\n  got:      %s\n", path, line,
         sequence->number, text, call->line, expected == NULL ? "nothing more" : expected,
         got == NULL ? "nothing more" : got);
}

/* Returns: whether the decisions are those expected; says so where they are not. */
static bool compare(const char *path, const ReplaySequence *sequence, const ReplayCall *call,
                    const GPtrArray *decisions, Counts *counts)
{
  for (uint32_t i = 0; i < MAX(decisions->len, call->n_expected); i++) {
    const char *got = i < decisions->len ? decisions->pdata[i] : NULL;
    const ReplayLine *line = i < call->n_expected ? &call->expected[i] : NULL;
    if (got == NULL || line == NULL || strcmp(got, line->text) != 0) {
      say_difference(path, sequence, call, line == NULL ? call->line : line->line,
                     line == NULL ? NULL : line->text, got);
      return false;
    }
    counts->decisions++;
  }
  return true;
}

static int replay_sequence(const Options *options, const char *path, const ReplaySequence *sequence,
                           Counts *counts)
{
  if (sequence->n_calls == 0) {
    fprintf(stderr, "%s:%u: expected calls before \"end\"\n", path, sequence->line);
    return STATUS_MALFORMED;
  }
  const ReplayPlayer *kind =
      strcmp(sequence->calls[0].words[0], "exclude") == 0 ? &replay_sorter_player : &replay_allocator_player;
  void *player = kind->create(&options->settings);
  int status = STATUS_EQUAL;
  for (uint32_t i = 0; i < sequence->n_calls && status == STATUS_EQUAL; i++) {
    const ReplayCall *call = &sequence->calls[i];
    g_autoptr(GPtrArray) decisions = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    if (kind->call(player, (const char *const *)call->words, call->n_words, decisions, &error)) {
      counts->calls++;
      if (!compare(path, sequence, call, decisions, counts))
        status = STATUS_DIFFERS;
    } else if (g_error_matches(error, REPLAY_ERROR, REPLAY_ERROR_UNSUPPORTED)) {
      printf("%s:%u: sequence %s: %s\n", path, call->line, sequence->number, error->message);
      status = STATUS_DIFFERS;
    } else {
      fprintf(stderr, "%s:%u: %s\n", path, call->line, error->message);
      status = STATUS_MALFORMED;
    }
  }
  kind->destroy(player);
  return status;
}

/* --- files ---------------------------------------------------------------------------------------------- */

static bool is_left_out(const Options *options, const ReplaySequence *sequence)
{
  return (options->without_tags != NULL && replay_has_tag(sequence, options->without_tags)) ||
         (options->only_tags != NULL && !replay_has_tag(sequence, options->only_tags));
}

static void say_counts(const char *what, const Counts *counts)
{
  printf("%s: %" G_GUINT64_FORMAT " sequences, %" G_GUINT64_FORMAT " calls, %" G_GUINT64_FORMAT
         " decisions compared",
         what, counts->sequences, counts->calls, counts->decisions);
  if (counts->left_out > 0)
    printf("; %" G_GUINT64_FORMAT " sequences left out by their tags", counts->left_out);
  if (counts->different > 0)
    printf("; %" G_GUINT64_FORMAT " sequences differ\n", counts->different);
  else
    printf("; all equal\n");
}

static int replay_file(const Options *options, const char *path, Counts *counts)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ReplayScript) script = replay_script_load(path, &error);
  if (script == NULL) {
    fprintf(stderr, "%s\n", error->message);
    return STATUS_MALFORMED;
  }
  for (guint i = 0; i < script->sequences->len; i++) {
    const ReplaySequence *sequence = &g_array_index(script->sequences, ReplaySequence, i);
    if (is_left_out(options, sequence)) {
      counts->left_out++;
      continue;
    }
    counts->sequences++;
    int status = replay_sequence(options, path, sequence, counts);
    if (status == STATUS_MALFORMED)
      return status;
    if (status == STATUS_DIFFERS) {
      counts->different++;
      if (!options->all)
        break;
    }
  }
  say_counts(path, counts);
  return counts->different > 0 ? STATUS_DIFFERS : STATUS_EQUAL;
}

static int replay_files(const Options *options)
{
  Counts total = {0};
  for (char **path = options->paths; *path != NULL; path++) {
    Counts counts = {0};
    int status = replay_file(options, *path, &counts);
    if (status == STATUS_MALFORMED)
      return status;
    total.sequences += counts.sequences;
    total.calls += counts.calls;
    total.decisions += counts.decisions;
    total.different += counts.different;
    total.left_out += counts.left_out;
    if (status == STATUS_DIFFERS && !options->all)
      break;
  }
  if (g_strv_length(options->paths) > 1)
    say_counts("total", &total);
  if (total.sequences == 0) {
    fprintf(stderr, "no sequence has the tags asked for: nothing was compared\n");
    return STATUS_MALFORMED;
  }
  return total.different > 0 ? STATUS_DIFFERS : STATUS_EQUAL;
}

/* --- the command line ----------------------------------------------------------------------------------- */

static bool read_tags(const char *option, char *list, char ***tags)
{
  if (list == NULL)
    return true;
  g_autoptr(GError) error = NULL;
  *tags = replay_list(list, &error);
  if (*tags == NULL)
    fprintf(stderr, "%s: %s\n", option, error->message);
  return *tags != NULL;
}

int main(int argc, char **argv)
{
  Options options = {.settings = {.seed = 1}};
  gint64 seed = 1;
  gboolean lazy_ticks = FALSE;
  gboolean all = FALSE;
  g_autofree char *compat = NULL;
  g_autofree char *without_tags = NULL;
  g_autofree char *only_tags = NULL;
  const GOptionEntry entries[] = {
      {"seed", 0, 0, G_OPTION_ARG_INT64, &seed, "Seed of the order of agents (default 1)", "N"},
      {"lazy-ticks", 0, 0, G_OPTION_ARG_NONE, &lazy_ticks, "Make only the ticks that the allocator asks for",
       NULL},
      {"compat", 0, 0, G_OPTION_ARG_STRING, &compat, "Do as Mesos does where that is surprising", "mesos"},
      {"all", 0, 0, G_OPTION_ARG_NONE, &all, "Go on with the next sequence after a difference, and count",
       NULL},
      {"without-tags", 0, 0, G_OPTION_ARG_STRING, &without_tags, "Leave out sequences with one of these",
       "T1,T2"},
      {"only-tags", 0, 0, G_OPTION_ARG_STRING, &only_tags, "Replay only sequences with one of these",
       "T1,T2"},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.paths, NULL, "FILE..."},
      G_OPTION_ENTRY_NULL,
  };
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_option_context_set_summary(context,
                               "Replays decisions recorded from Apache Mesos and compares each of them.");
  g_option_context_add_main_entries(context, entries, NULL);
  g_autoptr(GError) error = NULL;
  if (!g_option_context_parse(context, &argc, &argv, &error)) {
    fprintf(stderr, "%s\n", error->message);
    return STATUS_MALFORMED;
  }
  options.settings.seed = (uint64_t)seed;
  options.settings.lazy_ticks = lazy_ticks;
  options.settings.compatible = compat != NULL;
  options.all = all;
  int status = STATUS_MALFORMED;
  if (compat != NULL && strcmp(compat, "mesos") != 0)
    fprintf(stderr, "--compat: expected \"mesos\", not \"%s\"\n", compat);
  else if (options.paths == NULL)
    fprintf(stderr, "expected at least one FILE; see --help\n");
  else if (read_tags("--without-tags", without_tags, &options.without_tags) &&
           read_tags("--only-tags", only_tags, &options.only_tags))
    status = replay_files(&options);
  g_strfreev(options.paths);
  g_strfreev(options.without_tags);
  g_strfreev(options.only_tags);
  return status;
}
