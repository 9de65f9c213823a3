/* SPDX-License-Identifier: Apache-2.0 */
#include "workload/key-lines.h"

#include <string.h>

#include "base/error.h"
#include "workload/text-file.h"
#include "workload/workload-file.h"

#define SHOWN_MAX 60 /* characters of a line that a message quotes */

static void key_line_free(void *line)
{
  KeyLine *key_line = line;
  g_free(key_line->text);
  g_free(key_line->name);
  g_free(key_line->raw);
  g_free(key_line->group);
  g_free(key_line->set);
  g_free(key_line);
}

char *key_group_name(const char *raw)
{
  g_autofree char *kind = g_strstrip(g_strdup(raw));
  char *rest = strpbrk(kind, " \t");
  if (rest == NULL)
    return g_steal_pointer(&kind);
  *rest++ = '\0';
  return g_strdup_printf("%s %s", kind, g_strchug(rest));
}

static char *shorten(const char *text)
{
  if (g_utf8_strlen(text, -1) <= SHOWN_MAX)
    return g_strdup(text);
  g_autofree char *head = g_utf8_substring(text, 0, SHOWN_MAX);
  return g_strconcat(head, "...", NULL);
}

/* The name between "[" and "]", or NULL. */
static char *group_raw(const char *stripped)
{
  size_t length = strlen(stripped);
  if (length < 2 || stripped[length - 1] != ']')
    return NULL;
  g_autofree char *raw = g_strndup(stripped + 1, length - 2);
  g_autofree char *blank = g_strstrip(g_strdup(raw));
  if (*blank == '\0' || strpbrk(raw, "[]") != NULL)
    return NULL;
  return g_strdelimit(g_steal_pointer(&raw), "\t", ' ');
}

/* What the line is, from its text without the blanks around it. Fills kind, name and raw. */
static bool classify(KeyLine *line, const char *stripped)
{
  if (*stripped == '\0' || *stripped == '#' || *stripped == ';') {
    line->kind = KEY_LINE_OTHER;
    return true;
  }
  if (*stripped == '[') {
    line->kind = KEY_LINE_GROUP;
    line->raw = group_raw(stripped);
    g_strdelimit(line->text, "\t", ' '); /* GKeyFile refuses tabs in a group's name */
    if (line->raw == NULL)
      return false;
    line->name = key_group_name(line->raw);
    return true;
  }
  const char *equals = strchr(stripped, '=');
  if (equals == NULL || equals == stripped)
    return false;
  line->kind = KEY_LINE_KEY;
  line->name = g_strchomp(g_strndup(stripped, (size_t)(equals - stripped)));
  return strpbrk(line->name, "[]") == NULL;
}

static KeyLine *line_new(char *text, int number)
{
  KeyLine *line = g_new0(KeyLine, 1);
  line->text = text;
  line->number = number;
  return line;
}

typedef struct {
  const char *source;
  GHashTable *groups; /* name -> number of its line */
  GHashTable *keys;   /* of the present group: name -> number of its line */
  const KeyLine *group;
} LineScan;

static bool scan_repeats(const LineScan *scan, const KeyLine *line, GError **error)
{
  bool is_group = line->kind == KEY_LINE_GROUP;
  int before = GPOINTER_TO_INT(g_hash_table_lookup(is_group ? scan->groups : scan->keys, line->name));
  if (before == 0)
    return false;
  if (is_group)
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_SYNTAX,
                "%s:%d: [%s]: this group stands already at line %d", scan->source, line->number, line->name,
                before);
  else
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_SYNTAX,
                "%s:%d: [%s] %s: this key stands already at line %d", scan->source, line->number,
                scan->group->name, line->name, before);
  return true;
}

/* Classifies @line and checks it against those before. */
static bool scan_line(LineScan *scan, KeyLine *line, GError **error)
{
  g_autofree char *stripped = g_strstrip(g_strdup(line->text));
  if (!classify(line, stripped)) {
    g_autofree char *shown = shorten(stripped);
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_SYNTAX,
                "%s:%d: expected \"[group]\", \"key = value\" or a comment behind \"#\", not \"%s\"",
                scan->source, line->number, shown);
    return false;
  }
  if (line->kind == KEY_LINE_OTHER) {
    char *semicolon = strchr(line->text, ';');
    if (*stripped == ';')
      *semicolon = '#'; /* GKeyFile knows no other comment */
    return true;
  }
  if (line->kind == KEY_LINE_KEY && scan->group == NULL) {
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_SYNTAX, "%s:%d: %s: a key before the first [group]",
                scan->source, line->number, line->name);
    return false;
  }
  if (scan_repeats(scan, line, error))
    return false;
  if (line->kind == KEY_LINE_GROUP) {
    scan->group = line;
    g_hash_table_remove_all(scan->keys);
    g_hash_table_insert(scan->groups, line->name, GINT_TO_POINTER(line->number));
  } else {
    line->group = g_strdup(scan->group->name);
    g_hash_table_insert(scan->keys, line->name, GINT_TO_POINTER(line->number));
  }
  return true;
}

static GPtrArray *scan_lines(LineScan *scan, const char *text, const char *text_end, GError **error)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(key_line_free);
  while (text < text_end) {
    const char *line_end = memchr(text, '\n', (size_t)(text_end - text));
    if (line_end == NULL)
      line_end = text_end;
    KeyLine *line = line_new(g_strchomp(g_strndup(text, (size_t)(line_end - text))), (int)lines->len + 1);
    g_ptr_array_add(lines, line);
    if (strchr(line->text, '\r') != NULL) {
      g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_SYNTAX, "%s:%d: a carriage return within the line",
                  scan->source, line->number);
      return NULL;
    }
    if (!scan_line(scan, line, error))
      return NULL;
    text = line_end + 1;
  }
  return g_steal_pointer(&lines);
}

GPtrArray *key_lines_parse(const char *data, size_t length, const char *source, GError **error)
{
  static const char mark[] = "\xef\xbb\xbf";
  int number;
  g_autofree char *fault = text_find_fault(data, length, &number);
  if (fault != NULL) {
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_READ, "%s:%d: %s", source, number, fault);
    return NULL;
  }
  const char *text = data;
  if (length >= strlen(mark) && memcmp(data, mark, strlen(mark)) == 0)
    text += strlen(mark);

  LineScan scan = {.source = source,
                   .groups = g_hash_table_new(g_str_hash, g_str_equal),
                   .keys = g_hash_table_new(g_str_hash, g_str_equal)};
  GPtrArray *lines = scan_lines(&scan, text, data + length, error);
  g_hash_table_unref(scan.groups);
  g_hash_table_unref(scan.keys);
  return lines;
}

/* --- overrides ------------------------------------------------------------------------------------------ */

typedef struct {
  char *group;
  char *key;
  char *value;
} Override;

static void override_clear(Override *override)
{
  g_free(override->group);
  g_free(override->key);
  g_free(override->value);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Override, override_clear)

static bool override_parse(const char *text, Override *out, GError **error)
{
  int line;
  const char *equals = strchr(text, '=');
  g_autofree char *fault = text_find_fault(text, strlen(text), &line);
  if (fault != NULL || strpbrk(text, "\r\n") != NULL) {
    g_autofree char *shown = g_strescape(text, NULL);
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_SYNTAX, "--set %s: expected one line of text", shown);
    return false;
  }
  g_autofree char *name = equals == NULL ? NULL : g_strndup(text, (size_t)(equals - text));
  char *dot = name == NULL ? NULL : strrchr(name, '.');
  if (dot == NULL) {
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_SYNTAX, "--set %s: expected GROUP.KEY=VALUE", text);
    return false;
  }
  *dot = '\0';
  out->group = key_group_name(name);
  out->key = g_strstrip(g_strdup(dot + 1));
  out->value = g_strstrip(g_strdup(equals + 1));
  if (*out->group == '\0' || *out->key == '\0' || strpbrk(out->group, "[]") != NULL ||
      strpbrk(out->key, "[]#;") != NULL) {
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_SYNTAX, "--set %s: expected GROUP.KEY=VALUE", text);
    return false;
  }
  return true;
}

static bool is_makeable(const char *group, const char *const *makeable)
{
  for (; *makeable != NULL; makeable++) {
    size_t length = strlen(*makeable);
    bool named = (*makeable)[length - 1] == '*';
    if (named ? strncmp(group, *makeable, length - 1) == 0 && group[length - 1] != '\0'
              : strcmp(group, *makeable) == 0)
      return true;
  }
  return false;
}

static bool unknown_group(const GPtrArray *lines, const Override *override, const char *const *makeable,
                          GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (guint i = 0; i < lines->len; i++) {
    const KeyLine *line = g_ptr_array_index(lines, i);
    if (line->kind == KEY_LINE_GROUP)
      g_ptr_array_add(names, line->name);
  }
  for (; *makeable != NULL; makeable++)
    if (!g_str_has_suffix(*makeable, "*"))
      g_ptr_array_add(names, (gpointer)(guintptr)*makeable);
  g_ptr_array_add(names, NULL);
  const char *nearest = base_nearest(override->group, (const char *const *)names->pdata);
  if (nearest != NULL)
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_NAME,
                "--set %s.%s: there is no group [%s]; did you mean \"%s\"?", override->group, override->key,
                override->group, nearest);
  else
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_NAME, "--set %s.%s: there is no group [%s]",
                override->group, override->key, override->group);
  return false;
}

/* A line of its own: its position is the override. */
static KeyLine *line_of_override(const Override *override, KeyLineKind kind)
{
  KeyLine *line = line_new(NULL, 0);
  line->kind = kind;
  line->set = g_strdup_printf("%s.%s", override->group, override->key);
  if (kind == KEY_LINE_GROUP) {
    line->text = g_strdup_printf("[%s]", override->group);
    line->name = g_strdup(override->group);
    line->raw = g_strdup(override->group);
  } else if (kind == KEY_LINE_KEY) {
    line->text = g_strchomp(g_strdup_printf("%s = %s", override->key, override->value));
    line->name = g_strdup(override->key);
    line->group = g_strdup(override->group);
  } else {
    line->text = g_strdup("");
  }
  return line;
}

/* Writes a changed key as the line before was written, so that columns stay aligned and tabs stay tabs. */
static void line_replace(KeyLine *line, const Override *override)
{
  const char *value = strchr(line->text, '=') + 1;
  while (*value == ' ' || *value == '\t')
    value++;
  char *text = g_strdup_printf("%.*s%s", (int)(value - line->text), line->text, override->value);
  g_free(line->text);
  line->text = g_strchomp(text);
  line->number = 0;
  g_free(line->set);
  line->set = g_strdup_printf("%s.%s", override->group, override->key);
}

bool key_lines_override(GPtrArray *lines, const char *override, const char *const *makeable, GError **error)
{
  g_auto(Override) parsed = {NULL, NULL, NULL};
  if (!override_parse(override, &parsed, error))
    return false;
  int behind = -1; /* the group's last line that is not blank or comment */
  for (guint i = 0; i < lines->len; i++) {
    KeyLine *line = g_ptr_array_index(lines, i);
    if (line->kind == KEY_LINE_GROUP && strcmp(line->name, parsed.group) == 0)
      behind = (int)i;
    if (line->kind == KEY_LINE_KEY && strcmp(line->group, parsed.group) == 0) {
      behind = (int)i;
      if (strcmp(line->name, parsed.key) == 0) {
        line_replace(line, &parsed);
        return true;
      }
    }
  }
  if (behind < 0) {
    if (!is_makeable(parsed.group, makeable))
      return unknown_group(lines, &parsed, makeable, error);
    if (lines->len > 0)
      g_ptr_array_add(lines, line_of_override(&parsed, KEY_LINE_OTHER));
    g_ptr_array_add(lines, line_of_override(&parsed, KEY_LINE_GROUP));
    behind = (int)lines->len - 1;
  }
  g_ptr_array_insert(lines, behind + 1, line_of_override(&parsed, KEY_LINE_KEY));
  return true;
}
