/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/conformance/replay-format.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/number.h"
#include "base/resources-text.h"

G_DEFINE_QUARK(offersim_replay_error, replay_error)

/* --- a script from a text ------------------------------------------------------------------------------- */

typedef struct {
  ReplayScript *script;
  const char *name;
  uint32_t line;
  bool in_sequence;
  ReplaySequence sequence;
  GArray *calls;    /* ReplayCall of the sequence so far */
  GArray *expected; /* ReplayLine of the last call so far */
} Parser;

static bool malformed(const Parser *parser, GError **error, const char *why)
{
  g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_MALFORMED, "%s:%u: %s", parser->name, parser->line, why);
  return false;
}

/* The array's content, owned by the script from now on; the array is empty then. */
static void *keep(ReplayScript *script, GArray *array, uint32_t *n)
{
  *n = array->len;
  void *data = g_memdup2(array->data, (gsize)array->len * g_array_get_element_size(array));
  g_ptr_array_add(script->owned, data);
  g_array_set_size(array, 0);
  return data;
}

static void finish_call(Parser *parser)
{
  if (parser->calls->len == 0)
    return;
  ReplayCall *last = &g_array_index(parser->calls, ReplayCall, parser->calls->len - 1);
  if (last->expected == NULL)
    last->expected = keep(parser->script, parser->expected, &last->n_expected);
}

/* Splits @text at single spaces, in place. */
static bool split(Parser *parser, char *text, ReplayCall *call, GError **error)
{
  GPtrArray *words = g_ptr_array_new();
  bool well = true;
  while (text != NULL) {
    char *space = strchr(text, ' ');
    if (space != NULL)
      *space++ = '\0';
    well = well && *text != '\0';
    g_ptr_array_add(words, text);
    text = space;
  }
  call->n_words = words->len;
  g_ptr_array_add(words, NULL);
  call->words = (char **)g_ptr_array_free(words, FALSE);
  g_ptr_array_add(parser->script->owned, call->words);
  return well || malformed(parser, error, "expected words separated by exactly one space");
}

static bool begin_sequence(Parser *parser, const ReplayCall *call, GError **error)
{
  if (parser->in_sequence)
    return malformed(parser, error, "expected \"end\" before the next \"seq\"");
  if (call->n_words != 4 || strcmp(call->words[2], "tags") != 0)
    return malformed(parser, error, "expected \"seq NUMBER tags TAGS\"");
  g_autoptr(GError) cause = NULL;
  char **tags = replay_list(call->words[3], &cause);
  if (tags == NULL)
    return malformed(parser, error, cause->message);
  parser->sequence = (ReplaySequence){.number = call->words[1], .tags = tags, .line = parser->line};
  parser->in_sequence = true;
  return true;
}

static bool end_sequence(Parser *parser, const ReplayCall *call, GError **error)
{
  if (!parser->in_sequence || call->n_words != 1)
    return malformed(parser, error, "expected a lone \"end\" behind a sequence");
  finish_call(parser);
  parser->sequence.calls = keep(parser->script, parser->calls, &parser->sequence.n_calls);
  g_array_append_val(parser->script->sequences, parser->sequence);
  parser->sequence.tags = NULL;
  parser->in_sequence = false;
  return true;
}

static bool expected_line(Parser *parser, const char *text, GError **error)
{
  if (!parser->in_sequence || parser->calls->len == 0)
    return malformed(parser, error, "an expected line before the first call");
  if (text[1] != '\0' && text[1] != ' ')
    return malformed(parser, error, "expected a space behind \">\"");
  ReplayLine line = {text[1] == '\0' ? text + 1 : text + 2, parser->line};
  g_array_append_val(parser->expected, line);
  return true;
}

static bool parse_line(Parser *parser, char *text, GError **error)
{
  if (*text == '#')
    return true;
  if (*text == '>')
    return expected_line(parser, text, error);
  ReplayCall call = {.line = parser->line};
  if (!split(parser, text, &call, error))
    return false;
  if (strcmp(call.words[0], "seq") == 0)
    return begin_sequence(parser, &call, error);
  if (strcmp(call.words[0], "end") == 0)
    return end_sequence(parser, &call, error);
  if (!parser->in_sequence)
    return malformed(parser, error, "a call outside a sequence");
  finish_call(parser);
  g_array_append_val(parser->calls, call);
  return true;
}

static bool parse(Parser *parser, GError **error)
{
  GString *text = parser->script->text;
  if (strlen(text->str) != text->len)
    return malformed(parser, error, "a zero byte: not a text");
  char *line = text->str;
  while (*line != '\0') {
    char *end = strchr(line, '\n');
    parser->line++;
    if (end == NULL)
      return malformed(parser, error, "expected a line end");
    *end = '\0';
    if (!parse_line(parser, line, error))
      return false;
    line = end + 1;
  }
  if (parser->in_sequence)
    return malformed(parser, error, "expected \"end\" at the end of the last sequence");
  if (parser->script->sequences->len == 0)
    return malformed(parser, error, "expected at least one sequence");
  return true;
}

static void sequence_clear(void *sequence)
{
  g_strfreev(((ReplaySequence *)sequence)->tags);
}

void replay_script_free(ReplayScript *script)
{
  if (script == NULL)
    return;
  g_array_unref(script->sequences);
  g_ptr_array_unref(script->owned);
  g_string_free(script->text, TRUE);
  g_free(script);
}

/* Takes @text. */
static ReplayScript *script_new(const char *name, GString *text, GError **error)
{
  ReplayScript *script = g_new0(ReplayScript, 1);
  script->text = text;
  script->owned = g_ptr_array_new_with_free_func(g_free);
  script->sequences = g_array_new(FALSE, FALSE, sizeof(ReplaySequence));
  g_array_set_clear_func(script->sequences, sequence_clear);

  Parser parser = {
      .script = script,
      .name = name,
      .calls = g_array_new(FALSE, FALSE, sizeof(ReplayCall)),
      .expected = g_array_new(FALSE, FALSE, sizeof(ReplayLine)),
  };
  if (!parse(&parser, error))
    g_clear_pointer(&script, replay_script_free);
  g_strfreev(parser.sequence.tags);
  g_array_unref(parser.calls);
  g_array_unref(parser.expected);
  return script;
}

ReplayScript *replay_script_parse(const char *name, const char *text, GError **error)
{
  return script_new(name, g_string_new(text), error);
}

ReplayScript *replay_script_load(const char *path, GError **error)
{
  gzFile file = gzopen(path, "rb");
  if (file == NULL) {
    g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_FILE, "%s: cannot be opened", path);
    return NULL;
  }
  GString *text = g_string_new(NULL);
  char buffer[16384];
  int n;
  while ((n = gzread(file, buffer, sizeof buffer)) > 0)
    g_string_append_len(text, buffer, n);
  int status = Z_OK;
  g_autofree char *why = g_strdup(gzerror(file, &status));
  /* A file that was cut off shows itself only when it is closed. */
  int closed = gzclose_r(file);
  if (n < 0 || status != Z_OK || closed != Z_OK) {
    g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_FILE, "%s: cannot be read: %s", path,
                *why == '\0' ? "cut off" : why);
    g_string_free(text, TRUE);
    return NULL;
  }
  return script_new(path, text, error);
}

/* --- words ---------------------------------------------------------------------------------------------- */

bool replay_has_tag(const ReplaySequence *sequence, char *const *tags)
{
  for (; *tags != NULL; tags++)
    if (g_strv_contains((const char *const *)sequence->tags, *tags))
      return true;
  return false;
}

char **replay_list(const char *word, GError **error)
{
  if (strcmp(word, "-") == 0)
    return g_new0(char *, 1);
  char **list = g_strsplit(word, ",", -1);
  for (char **entry = list; *entry != NULL; entry++)
    if (**entry == '\0') {
      g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_MALFORMED,
                  "expected names separated by \",\", not \"%s\"", word);
      g_strfreev(list);
      return NULL;
    }
  return list;
}

bool replay_milliseconds(const char *word, Duration *out, GError **error)
{
  int64_t number;
  if (!number_parse_integer(word, 0, INT64_MAX / NS_PER_MS, &number, error)) {
    g_prefix_error(error, "milliseconds: ");
    return false;
  }
  out->ns = number * NS_PER_MS;
  return true;
}

bool replay_resources(ResourceKinds *kinds, const char *word, Resources *out, GError **error)
{
  if (strcmp(word, "-") == 0) {
    *out = RESOURCES_EMPTY;
    return true;
  }
  return resources_parse(kinds, word, out, error);
}

/* By name: the text before the last ':'. */
static int item_compare(const void *a, const void *b)
{
  const char *left = *(const char *const *)a;
  const char *right = *(const char *const *)b;
  g_autofree char *left_name = g_strndup(left, (gsize)(strrchr(left, ':') - left));
  g_autofree char *right_name = g_strndup(right, (gsize)(strrchr(right, ':') - right));
  return strcmp(left_name, right_name);
}

char *replay_resources_text(const ResourceKinds *kinds, const Resources *resources)
{
  g_autofree char *text = resources_print(kinds, resources);
  g_auto(GStrv) items = g_strsplit(text, ";", -1);
  if (items[0] == NULL)
    return g_strdup("-");
  qsort(items, g_strv_length(items), sizeof(char *), item_compare);
  return g_strjoinv(";", items);
}
