/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/number.h"
#include "base/time-text.h"
#include "cli/guard.h"
#include "cli/plugin.h"
#include "cli/report.h"
#include "offersim-version.h"

void options_unknown(GError **error, const char *what, const char *name, const char *const *known)
{
  const char *nearest = base_nearest(name, known);
  if (nearest != NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "unknown %s \"%s\"; did you mean \"%s\"?", what, name,
                nearest);
    return;
  }
  g_autoptr(GString) all = g_string_new(NULL);
  for (const char *const *one = known; *one != NULL; one++)
    g_string_append_printf(all, "%s%s", all->len == 0 ? "" : ", ", *one);
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "unknown %s \"%s\"; expected one of %s", what, name,
              all->str);
}

bool options_parse_seed(const char *text, uint64_t *seed, GError **error)
{
  int64_t number;
  if (!number_parse_integer(text, 0, INT64_MAX, &number, error)) {
    g_prefix_error(error, "--seed: ");
    return false;
  }
  *seed = (uint64_t)number;
  return true;
}

bool options_parse_call_limit(const char *text, const char *allocator, Duration *limit, GError **error)
{
  *limit = GUARD_CALL_LIMIT_DEFAULT;
  if (text == NULL)
    return true;
  if (!plugin_is_path(allocator)) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "--plugin-call-limit: allocator %s ships with sim and is not bounded", allocator);
    return false;
  }
  if (!duration_parse(text, limit, error)) {
    g_prefix_error(error, "--plugin-call-limit: ");
    return false;
  }
  if (limit->ns > 0)
    return true;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
              "--plugin-call-limit: expected a duration longer than zero, not \"%s\"", text);
  return false;
}

void options_print_version(void)
{
  printf("sim (offersim) %s, commit %s\n", OFFERSIM_VERSION, OFFERSIM_GIT_COMMIT);
}

static void print_help(const CommandOptions *options, GOptionContext *context)
{
  g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
  /* GLib writes "[OPTION...]" with a character that is not in ASCII. */
  g_auto(GStrv) parts = g_strsplit(help, "\xe2\x80\xa6", -1);
  g_autofree char *plain = g_strjoinv("...", parts);
  /* The usage line ends in our own synopsis: the options are in it. */
  const char *rest = strstr(plain, "\n\n");
  printf("Usage: sim %s %s%s", options->command, options->synopsis, rest == NULL ? "\n" : rest);
}

static void refuse_option(const CommandOptions *options, const char *word, GError **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);
  for (const GOptionEntry *entry = options->entries; entry->long_name != NULL; entry++)
    g_ptr_array_add(known, g_strdup_printf("--%s", entry->long_name));
  g_ptr_array_add(known, g_strdup("--help"));
  g_ptr_array_add(known, g_strdup("--version"));
  g_ptr_array_add(known, NULL);
  g_autofree char *name = g_strndup(word, strcspn(word, "="));
  g_autoptr(GError) unknown = NULL;
  options_unknown(&unknown, "option", name, (const char *const *)known->pdata);
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s (sim %s --help)", unknown->message, options->command);
}

/* GLib takes "--quiet=no" for "--quiet". */
static bool check_values(const CommandOptions *options, int argc, char **argv, GError **error)
{
  for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
    for (const GOptionEntry *entry = options->entries; entry->long_name != NULL; entry++) {
      g_autofree char *head = g_strdup_printf("--%s=", entry->long_name);
      if (entry->arg == G_OPTION_ARG_NONE && g_str_has_prefix(argv[i], head)) {
        g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s takes no value (sim %s --help)",
                    entry->long_name, options->command);
        return false;
      }
    }
  return true;
}

/* GLib leaves unknown options among the words; "--" is what makes a word that begins with "-" a word. */
static bool take_words(const CommandOptions *options, char **argv, char ***words, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
  bool only_words = false;
  for (char **word = argv; *word != NULL; word++) {
    if (!only_words && strcmp(*word, "--") == 0) {
      only_words = true;
    } else if (!only_words && (*word)[0] == '-' && (*word)[1] != '\0') {
      refuse_option(options, *word, error);
      return false;
    } else {
      g_ptr_array_add(list, g_strdup(*word));
    }
  }
  g_ptr_array_add(list, NULL);
  g_strfreev(*words);
  *words = (char **)g_ptr_array_steal(list, NULL);
  return true;
}

static size_t count_entries(const GOptionEntry *entries)
{
  size_t n = 0;
  while (entries[n].long_name != NULL)
    n++;
  return n;
}

/* A copy of @entries in which each option of one value collects all that it is given: GLib would take the last one in
 * silence. @values: where they go, one for each entry. */
static GOptionEntry *collecting_entries(const GOptionEntry *entries, char ***values)
{
  size_t n = count_entries(entries);
  GOptionEntry *copy = g_memdup2(entries, (n + 1) * sizeof *entries);
  for (size_t i = 0; i < n; i++)
    if (entries[i].arg == G_OPTION_ARG_FILENAME) {
      copy[i].arg = G_OPTION_ARG_FILENAME_ARRAY;
      copy[i].arg_data = &values[i];
    }
  return copy;
}

/* Moves the values to where @options wants them. */
static void take_values(const CommandOptions *options, char ***values, GError **error)
{
  const GOptionEntry *entries = options->entries;
  for (size_t i = 0; entries[i].long_name != NULL; i++) {
    if (values[i] == NULL)
      continue;
    if (*error == NULL && values[i][1] != NULL)
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s is given twice: \"%s\" and \"%s\" (sim %s --help)",
                  entries[i].long_name, values[i][0], values[i][1], options->command);
    *(char **)entries[i].arg_data = g_strdup(values[i][0]);
    g_strfreev(values[i]);
  }
}

static const GOptionEntry *find_short(const CommandOptions *options, char name)
{
  for (const GOptionEntry *entry = options->entries; entry->long_name != NULL; entry++)
    if (entry->short_name == name && entry->arg != G_OPTION_ARG_NONE)
      return entry;
  return NULL;
}

/* Whether what follows @word is its value. */
static bool awaits_value(const CommandOptions *options, const char *word)
{
  if (word[0] == '-' && word[1] != '\0' && word[1] != '-' && word[2] == '\0')
    return find_short(options, word[1]) != NULL;
  for (const GOptionEntry *entry = options->entries; entry->long_name != NULL; entry++)
    if (entry->arg != G_OPTION_ARG_NONE && g_str_has_prefix(word, "--") &&
        strcmp(word + 2, entry->long_name) == 0)
      return true;
  return false;
}

/* The words of the command line, behind the name of the program, which GLib takes from the first. It does not take
 * "-j4", which becomes "-j", "4". */
static char **words_for_glib(const CommandOptions *options, int argc, char **argv)
{
  GPtrArray *all = g_ptr_array_new();
  bool value = false;
  bool only_words = false;
  g_ptr_array_add(all, g_strdup("sim"));
  for (int i = 0; i < argc; i++) {
    const char *word = argv[i];
    only_words = only_words || (!value && strcmp(word, "--") == 0);
    if (!value && !only_words && word[0] == '-' && word[1] != '\0' && word[1] != '-' && word[2] != '\0' &&
        find_short(options, word[1]) != NULL) {
      g_ptr_array_add(all, g_strndup(word, 2));
      word += 2;
      value = true;
    }
    g_ptr_array_add(all, g_strdup(word));
    value = !value && !only_words && awaits_value(options, word);
  }
  g_ptr_array_add(all, NULL);
  return (char **)g_ptr_array_free(all, FALSE);
}

OptionsRead options_read(const CommandOptions *options, int argc, char **argv, char ***words, GError **error)
{
  gboolean help = FALSE;
  gboolean version = FALSE;
  const GOptionEntry more_entries[] = {
      {"help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", NULL},
      {"version", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &version, "Print the version", NULL},
      G_OPTION_ENTRY_NULL,
  };
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_option_context_set_help_enabled(context, FALSE);
  g_option_context_set_ignore_unknown_options(context, TRUE);
  g_option_context_set_summary(context, options->summary);
  g_option_context_set_description(context, options->examples);
  g_autofree char ***values = g_new0(char **, count_entries(options->entries) + 1);
  g_autofree GOptionEntry *entries = collecting_entries(options->entries, values);
  g_option_context_add_main_entries(context, entries, NULL);
  g_option_context_add_main_entries(context, more_entries, NULL);

  g_auto(GStrv) rest = words_for_glib(options, argc, argv);
  *words = g_new0(char *, 1);

  if (!check_values(options, argc, argv, error))
    return OPTIONS_WRONG;
  g_autoptr(GError) wrong = NULL;
  if (!g_option_context_parse_strv(context, &rest, &wrong)) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s (sim %s --help)", wrong->message, options->command);
    return OPTIONS_WRONG;
  }
  g_autoptr(GError) twice = NULL;
  take_values(options, values, &twice);
  if (help)
    print_help(options, context);
  else if (version)
    options_print_version();
  if (help || version)
    return OPTIONS_HELP;
  if (twice != NULL) {
    g_propagate_error(error, g_steal_pointer(&twice));
    return OPTIONS_WRONG;
  }
  return take_words(options, rest + 1, words, error) ? OPTIONS_READ : OPTIONS_WRONG;
}
