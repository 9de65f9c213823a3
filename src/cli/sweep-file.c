/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep-file.h"

#include <string.h>

#include "base/error.h"
#include "base/number.h"
#include "cli/allocator-choice.h"
#include "cli/plugin.h"
#include "workload/key-file.h"
#include "workload/text-file.h"
#include "workload/workload-file.h"

#define SIZE_MAX_BYTES (1 << 20)

static const char *const sweep_keys[] = {"workload", "allocators", "seeds", "replications", "record", NULL};
static const char *const makeable[] = {NULL};

/* --- values ------------------------------------------------------------------------------------------------- */

/* Where the value that begins at @text ends: at a comma that is in nothing, or at the end. */
static const char *value_end(const char *text)
{
  int depth = 0;
  bool quoted = false;
  for (; *text != '\0'; text++) {
    if (*text == '"')
      quoted = !quoted;
    else if (!quoted && strchr("([{", *text) != NULL)
      depth++;
    else if (!quoted && strchr(")]}", *text) != NULL)
      depth--;
    else if (*text == ',' && !quoted && depth <= 0)
      break;
  }
  return text;
}

/* A value that is quoted as a whole, without its quotes. */
static char *unquote(char *value)
{
  size_t length = strlen(value);
  const char *second = *value == '"' ? strchr(value + 1, '"') : NULL;
  if (second == NULL || second != value + length - 1)
    return value;
  char *inner = g_strndup(value + 1, length - 2);
  g_free(value);
  return inner;
}

static bool fail(const SweepFile *sweep, const KeyGroup *group, const KeyEntry *entry, GError **error,
                 const char *what)
{
  return key_file_fail(sweep->file, group, entry, WORKLOAD_ERROR_VALUE, error, "%s", what);
}

/* The values of @entry: at least one, none twice. */
static char **read_values(const SweepFile *sweep, const KeyGroup *group, const KeyEntry *entry,
                          GError **error)
{
  g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
  for (const char *text = entry->value;; text++) {
    const char *end = value_end(text);
    char *raw = g_strstrip(g_strndup(text, (size_t)(end - text)));
    bool empty = *raw == '\0';
    char *value = unquote(raw);
    g_ptr_array_add(values, value);
    text = end;
    if (empty && (values->len > 1 || *end != '\0')) {
      fail(sweep, group, entry, error,
           "an empty value; expected values with commas between them, \"\" for an empty one");
      return NULL;
    }
    for (guint i = 0; i + 1 < values->len; i++)
      if (strcmp(g_ptr_array_index(values, i), value) == 0) {
        g_autofree char *what = g_strdup_printf("the value \"%s\" stands twice", value);
        fail(sweep, group, entry, error, what);
        return NULL;
      }
    if (*end == '\0')
      break;
  }
  g_ptr_array_add(values, NULL);
  return (char **)g_ptr_array_steal(values, NULL);
}

/* --- [sweep] ------------------------------------------------------------------------------------------------ */

/* A path of the file, seen from the current directory. */
static char *resolve(const SweepFile *sweep, const char *path)
{
  g_autofree char *folder = g_path_get_dirname(sweep->path);
  if (g_path_is_absolute(path) || strcmp(folder, ".") == 0)
    return g_strdup(path);
  return g_build_filename(folder, path, NULL);
}

static bool read_allocators(SweepFile *sweep, const KeyGroup *group, const KeyEntry *entry, GError **error)
{
  sweep->allocators = read_values(sweep, group, entry, error);
  for (char **one = sweep->allocators; one != NULL && *one != NULL; one++) {
    if (!plugin_is_path(*one))
      continue;
    char *path = resolve(sweep, *one);
    g_free(*one);
    *one = path;
  }
  return sweep->allocators != NULL;
}

/* Numbers from @min to @max. */
static bool check_numbers(const SweepFile *sweep, const KeyGroup *group, const KeyEntry *entry, char **values,
                          int64_t min, int64_t max, GError **error)
{
  for (char **one = values; *one != NULL; one++) {
    int64_t ignored;
    if (!number_parse_integer(*one, min, max, &ignored, error))
      return key_file_prefix(sweep->file, group, entry, error);
  }
  return true;
}

static bool read_seeds(SweepFile *sweep, const KeyGroup *group, const KeyEntry *entry, GError **error)
{
  sweep->seeds = read_values(sweep, group, entry, error);
  return sweep->seeds != NULL && check_numbers(sweep, group, entry, sweep->seeds, 0, INT64_MAX, error);
}

static bool read_replications(SweepFile *sweep, const KeyGroup *group, const KeyEntry *entry, GError **error)
{
  int64_t number;
  if (!number_parse_integer(entry->value, 1, SWEEP_RUNS_MAX, &number, error))
    return key_file_prefix(sweep->file, group, entry, error);
  sweep->replications = (uint32_t)number;
  return true;
}

static bool read_record(SweepFile *sweep, const KeyGroup *group, const KeyEntry *entry, GError **error)
{
  sweep->record_tasks = strcmp(entry->value, "tasks") == 0;
  if (sweep->record_tasks || strcmp(entry->value, "jobs") == 0)
    return true;
  return fail(sweep, group, entry, error, "expected jobs or tasks");
}

static bool read_sweep_entry(SweepFile *sweep, const KeyGroup *group, const KeyEntry *entry, GError **error)
{
  if (strcmp(entry->name, "workload") == 0) {
    sweep->workload = resolve(sweep, entry->value);
    return *entry->value != '\0' || fail(sweep, group, entry, error, "expected the file of a workload");
  }
  if (strcmp(entry->name, "allocators") == 0)
    return read_allocators(sweep, group, entry, error);
  if (strcmp(entry->name, "seeds") == 0)
    return read_seeds(sweep, group, entry, error);
  if (strcmp(entry->name, "replications") == 0)
    return read_replications(sweep, group, entry, error);
  if (strcmp(entry->name, "record") == 0)
    return read_record(sweep, group, entry, error);
  const char *nearest = base_nearest(entry->name, sweep_keys);
  g_autofree char *known = g_strjoinv(", ", (char **)(guintptr)sweep_keys);
  return key_file_fail(sweep->file, group, entry, WORKLOAD_ERROR_NAME, error,
                       nearest != NULL ? "unknown key; did you mean \"%s\"?"
                                       : "unknown key; expected one of %s",
                       nearest != NULL ? nearest : known);
}

static bool read_sweep(SweepFile *sweep, GError **error)
{
  const KeyGroup *group = key_file_find(sweep->file, "sweep", "");
  if (group == NULL)
    return key_file_fail(sweep->file, NULL, NULL, WORKLOAD_ERROR_VALUE, error,
                         "there is no group [sweep], which says what is run");
  for (guint i = 0; i < group->entries->len; i++)
    if (!read_sweep_entry(sweep, group, g_ptr_array_index(group->entries, i), error))
      return false;
  if (sweep->workload == NULL)
    return fail(sweep, group, NULL, error, "the key \"workload\" is missing");
  if (sweep->allocators == NULL)
    sweep->allocators = g_strsplit(ALLOCATOR_DEFAULT, ",", -1);
  if (sweep->seeds == NULL)
    sweep->seeds = g_new0(char *, 1);
  return true;
}

/* --- [points] ----------------------------------------------------------------------------------------------- */

static const char reserved_seed[] = "experiment.seed";
static const char reserved_replications[] = "experiment.replications";

static bool check_key(const SweepFile *sweep, const KeyGroup *group, const KeyEntry *entry, GError **error)
{
  if (strchr(entry->name, '.') == NULL)
    return fail(sweep, group, entry, error, "expected GROUP.KEY of the workload, such as \"cluster.agents\"");
  if (strcmp(entry->name, reserved_seed) == 0)
    return fail(sweep, group, entry, error, "expected in [sweep], as \"seeds\"");
  if (strcmp(entry->name, reserved_replications) == 0)
    return fail(sweep, group, entry, error, "expected in [sweep], as \"replications\"");
  return true;
}

/* One of the keys of a grid. */
typedef struct {
  const char *name;
  char **values;
} SweepAxis;

static void axis_clear(gpointer axis)
{
  g_strfreev(((SweepAxis *)axis)->values);
}

/* The last key changes fastest. */
static SweepPoint make_point(const KeyGroup *group, guint number, const GArray *axes, uint32_t position)
{
  char **settings = g_new0(char *, axes->len + 1);
  for (guint i = axes->len; i-- > 0;) {
    const SweepAxis *axis = &g_array_index(axes, SweepAxis, i);
    uint32_t n = g_strv_length(axis->values);
    settings[i] = g_strdup_printf("%s=%s", axis->name, axis->values[position % n]);
    position /= n;
  }
  return (SweepPoint){settings, number, group->name};
}

static bool read_axes(const SweepFile *sweep, const KeyGroup *group, GArray *axes, GError **error)
{
  uint64_t n = 1;
  for (guint i = 0; i < group->entries->len; i++) {
    const KeyEntry *entry = g_ptr_array_index(group->entries, i);
    if (!check_key(sweep, group, entry, error))
      return false;
    SweepAxis axis = {entry->name, read_values(sweep, group, entry, error)};
    if (axis.values == NULL)
      return false;
    g_array_append_val(axes, axis);
    n *= g_strv_length(axis.values);
    if (n > SWEEP_RUNS_MAX)
      return key_file_fail(sweep->file, group, NULL, WORKLOAD_ERROR_VALUE, error,
                           "more than %d points in one grid", SWEEP_RUNS_MAX);
  }
  return true;
}

static bool read_points(SweepFile *sweep, const KeyGroup *group, guint number, GArray *points, GError **error)
{
  if (group->entries->len == 0)
    return fail(sweep, group, NULL, error, "no keys; expected such as \"cluster.agents = 300, 600\"");
  g_autoptr(GArray) axes = g_array_new(FALSE, FALSE, sizeof(SweepAxis));
  g_array_set_clear_func(axes, axis_clear);
  if (!read_axes(sweep, group, axes, error))
    return false;
  uint32_t n = 1;
  for (guint i = 0; i < axes->len; i++)
    n *= g_strv_length(g_array_index(axes, SweepAxis, i).values);
  if (n > SWEEP_RUNS_MAX - points->len)
    return key_file_fail(sweep->file, NULL, NULL, WORKLOAD_ERROR_VALUE, error, "more than %d points",
                         SWEEP_RUNS_MAX);
  for (uint32_t i = 0; i < n; i++) {
    SweepPoint point = make_point(group, number, axes, i);
    g_array_append_val(points, point);
  }
  return true;
}

static bool read_groups(SweepFile *sweep, GError **error)
{
  const GPtrArray *groups = key_file_groups(sweep->file);
  g_autoptr(GArray) points = g_array_new(FALSE, TRUE, sizeof(SweepPoint));
  bool read = true;
  for (guint i = 0; i < groups->len && read; i++) {
    const KeyGroup *group = g_ptr_array_index(groups, i);
    if (strcmp(group->kind, "points") == 0)
      read = read_points(sweep, group, i, points, error);
    else if (strcmp(group->name, "sweep") != 0)
      read = key_file_fail(sweep->file, group, NULL, WORKLOAD_ERROR_NAME, error,
                           "unknown group; expected [sweep], [points] or [points NAME]");
  }
  if (points->len == 0) {
    SweepPoint whole = {g_new0(char *, 1), 0, ""};
    g_array_append_val(points, whole);
  }
  sweep->n_points = points->len;
  sweep->points = (SweepPoint *)(void *)g_array_free(g_steal_pointer(&points), FALSE);
  return read;
}

/* --- the file ----------------------------------------------------------------------------------------------- */

SweepFile *sweep_file_load(const char *path, GError **error)
{
  g_autoptr(SweepFile) sweep = g_new0(SweepFile, 1);
  size_t length;
  g_autofree char *data = text_file_read(path, SIZE_MAX_BYTES, &length, error);
  if (data == NULL)
    return NULL;
  sweep->path = g_strdup(path);
  sweep->file = key_file_new(data, length, path, NULL, makeable, error);
  if (sweep->file == NULL || !read_sweep(sweep, error) || !read_groups(sweep, error))
    return NULL;
  return g_steal_pointer(&sweep);
}

void sweep_file_free(SweepFile *sweep)
{
  if (sweep == NULL)
    return;
  for (uint32_t i = 0; i < sweep->n_points; i++)
    g_strfreev(sweep->points[i].settings);
  g_free(sweep->points);
  key_file_free(sweep->file);
  g_free(sweep->path);
  g_free(sweep->workload);
  g_strfreev(sweep->allocators);
  g_strfreev(sweep->seeds);
  g_free(sweep);
}

/* Of the key in "GROUP.KEY=VALUE". */
static bool sets(const char *setting, const char *name)
{
  size_t length = strlen(name);
  return strncmp(setting, name, length) == 0 && setting[length] == '=';
}

bool sweep_file_varies(const SweepFile *sweep, const char *name)
{
  for (uint32_t i = 0; i < sweep->n_points; i++)
    for (char **one = sweep->points[i].settings; *one != NULL; one++)
      if (sets(*one, name))
        return true;
  return false;
}

void sweep_file_blame(const SweepFile *sweep, const SweepPoint *point, GError **error)
{
  if (error == NULL || *error == NULL || *point->settings == NULL ||
      g_error_matches(*error, WORKLOAD_ERROR, WORKLOAD_ERROR_READ))
    return;
  const KeyGroup *group = g_ptr_array_index(key_file_groups(sweep->file), point->group);
  char *message = (*error)->message;
  for (char **one = point->settings; *one != NULL; one++) {
    size_t name = (size_t)(strchr(*one, '=') - *one);
    g_autofree char *head = g_strdup_printf("--set %.*s: ", (int)name, *one);
    if (!g_str_has_prefix(message, head))
      continue;
    g_autofree char *key = g_strndup(*one, name);
    g_autofree char *where = key_file_where(sweep->file, group, key_group_find(group, key));
    (*error)->message = g_strdup_printf("%s%s: %s", where, *one + name + 1, message + strlen(head));
    g_free(message);
    return;
  }
  g_autofree char *settings = g_strjoinv(", ", point->settings);
  (*error)->message = g_strdup_printf("%s (with %s)", message, settings);
  g_free(message);
}

void sweep_file_blame_key(const SweepFile *sweep, const char *name, GError **error)
{
  const KeyGroup *group = key_file_find(sweep->file, "sweep", "");
  key_file_prefix(sweep->file, group, key_group_find(group, name), error);
}
