/* SPDX-License-Identifier: Apache-2.0 */
#include "workload/key-file.h"

#include <string.h>

#include "base/check.h"
#include "workload/key-lines.h"
#include "workload/workload-file.h"

#define MESSAGE_MAX 400 /* bytes of what a message says, without where */

struct KeyFile {
  char *source;
  char *text;
  GPtrArray *lines;  /* KeyLine *: the positions point into it */
  GPtrArray *groups; /* KeyGroup * */
  GHashTable *index; /* name -> KeyGroup * */
};

static void key_entry_free(void *data)
{
  KeyEntry *entry = data;
  g_free(entry->name);
  g_free(entry->value);
  g_free(entry);
}

static void key_group_free(void *data)
{
  KeyGroup *group = data;
  g_free(group->name);
  g_free(group->kind);
  g_free(group->rest);
  g_free(group->raw);
  g_ptr_array_unref(group->entries);
  g_free(group);
}

static KeyGroup *key_group_new(const KeyLine *line)
{
  KeyGroup *group = g_new0(KeyGroup, 1);
  const char *blank = strchr(line->name, ' ');
  size_t kind = blank == NULL ? strlen(line->name) : (size_t)(blank - line->name);
  group->name = g_strdup(line->name);
  group->kind = g_strndup(line->name, kind);
  group->rest = g_strdup(blank == NULL ? "" : blank + 1);
  group->raw = g_strdup(line->raw);
  group->position = (KeyPosition){line->number, line->set};
  group->entries = g_ptr_array_new_with_free_func(key_entry_free);
  return group;
}

static char *lines_text(const GPtrArray *lines)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < lines->len; i++) {
    const KeyLine *line = g_ptr_array_index(lines, i);
    g_string_append(text, line->text);
    g_string_append_c(text, '\n');
  }
  return g_string_free(text, FALSE);
}

/* Reads the values of the lines out of @values, which was made of their text. */
static bool read_entries(KeyFile *file, GKeyFile *values, GError **error)
{
  KeyGroup *group = NULL;
  for (guint i = 0; i < file->lines->len; i++) {
    const KeyLine *line = g_ptr_array_index(file->lines, i);
    if (line->kind == KEY_LINE_GROUP) {
      group = key_group_new(line);
      g_ptr_array_add(file->groups, group);
      g_hash_table_insert(file->index, group->name, group);
    }
    if (line->kind != KEY_LINE_KEY)
      continue;
    CHECK(group != NULL);
    KeyEntry *entry = g_new0(KeyEntry, 1);
    entry->name = g_strdup(line->name);
    entry->position = (KeyPosition){line->number, line->set};
    g_ptr_array_add(group->entries, entry);
    g_autoptr(GError) why = NULL;
    entry->value = g_key_file_get_string(values, group->raw, entry->name, &why);
    if (why != NULL)
      return key_file_fail(file, group, entry, WORKLOAD_ERROR_SYNTAX, error,
                           "not an escape sequence in \"%s\"; expected \\\\, \\s, \\n, \\t or \\r",
                           g_strchug(strchr(line->text, '=') + 1));
    g_strstrip(entry->value);
  }
  return true;
}

static bool load(KeyFile *file, GError **error)
{
  g_autoptr(GKeyFile) values = g_key_file_new();
  g_autoptr(GError) why = NULL;
  file->text = lines_text(file->lines);
  if (!g_key_file_load_from_data(values, file->text, strlen(file->text), G_KEY_FILE_NONE, &why))
    return key_file_fail(file, NULL, NULL, WORKLOAD_ERROR_SYNTAX, error, "%s", why->message);
  if (!read_entries(file, values, error))
    return false;
  if (file->groups->len == 0)
    return key_file_fail(file, NULL, NULL, WORKLOAD_ERROR_SYNTAX, error,
                         "nothing in it; expected groups such as [experiment] and [cluster]");
  return true;
}

KeyFile *key_file_new(const char *data, size_t length, const char *source, const char *const *overrides,
                      const char *const *makeable, GError **error)
{
  g_autoptr(KeyFile) file = g_new0(KeyFile, 1);
  file->source = g_strdup(source);
  file->groups = g_ptr_array_new_with_free_func(key_group_free);
  file->index = g_hash_table_new(g_str_hash, g_str_equal);
  file->lines = key_lines_parse(data, length, source, error);
  if (file->lines == NULL)
    return NULL;
  for (; overrides != NULL && *overrides != NULL; overrides++)
    if (!key_lines_override(file->lines, *overrides, makeable, error))
      return NULL;
  if (!load(file, error))
    return NULL;
  return g_steal_pointer(&file);
}

void key_file_free(KeyFile *file)
{
  if (file == NULL)
    return;
  g_clear_pointer(&file->index, g_hash_table_unref);
  g_clear_pointer(&file->groups, g_ptr_array_unref);
  g_clear_pointer(&file->lines, g_ptr_array_unref);
  g_free(file->source);
  g_free(file->text);
  g_free(file);
}

const char *key_file_source(const KeyFile *file)
{
  return file->source;
}

const char *key_file_text(const KeyFile *file)
{
  return file->text;
}

const GPtrArray *key_file_groups(const KeyFile *file)
{
  return file->groups;
}

const KeyGroup *key_file_find(const KeyFile *file, const char *kind, const char *rest)
{
  g_autofree char *name = *rest == '\0' ? g_strdup(kind) : g_strdup_printf("%s %s", kind, rest);
  return g_hash_table_lookup(file->index, name);
}

const KeyEntry *key_group_find(const KeyGroup *group, const char *key)
{
  for (guint i = 0; group != NULL && i < group->entries->len; i++) {
    const KeyEntry *entry = g_ptr_array_index(group->entries, i);
    if (strcmp(entry->name, key) == 0)
      return entry;
  }
  return NULL;
}

char *key_file_where(const KeyFile *file, const KeyGroup *group, const KeyEntry *entry)
{
  if (group == NULL)
    return g_strdup_printf("%s: ", file->source);
  const KeyPosition *position = entry == NULL ? &group->position : &entry->position;
  if (position->set != NULL)
    return g_strdup_printf("--set %s: ", position->set);
  if (entry == NULL)
    return g_strdup_printf("%s:%d: [%s]: ", file->source, position->line, group->name);
  return g_strdup_printf("%s:%d: [%s] %s: ", file->source, position->line, group->name, entry->name);
}

/* Values may be megabytes long and hold line ends (written as "\\n"), and the messages of those who read them
 * quote them. */
static void set_error(GError **error, int code, const char *where, const char *message)
{
  g_autoptr(GString) text = g_string_new(where);
  size_t shown = strlen(message);
  if (shown > MESSAGE_MAX)
    shown = (size_t)(g_utf8_find_prev_char(message, message + MESSAGE_MAX) - message);
  for (size_t i = 0; i < shown; i++) {
    if ((unsigned char)message[i] < ' ' || message[i] == 0x7f)
      g_string_append_printf(text, "\\%03o", (unsigned)message[i]);
    else
      g_string_append_c(text, message[i]);
  }
  g_string_append(text, message[shown] == '\0' ? "" : "...");
  g_set_error_literal(error, WORKLOAD_ERROR, code, text->str);
}

bool key_file_fail(const KeyFile *file, const KeyGroup *group, const KeyEntry *entry, int code,
                   GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *message = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *where = key_file_where(file, group, entry);
  set_error(error, code, where, message);
  return false;
}

bool key_file_prefix(const KeyFile *file, const KeyGroup *group, const KeyEntry *entry, GError **error)
{
  if (error == NULL)
    return false;
  CHECK(*error != NULL);
  g_autoptr(GError) why = g_steal_pointer(error);
  g_autofree char *where = key_file_where(file, group, entry);
  int code = why->domain == WORKLOAD_ERROR ? why->code : WORKLOAD_ERROR_VALUE;
  set_error(error, code, where, why->message);
  return false;
}
