/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/check.h"
#include "base/error.h"
#include "workload/key-table.h"
#include "workload/workload-file.h"

void key_parts_clear(KeyParts *parts)
{
  for (uint32_t i = 0; i < parts->attributes.n; i++) {
    g_free(parts->attributes.list[i].name);
    g_free(parts->attributes.list[i].value);
  }
  g_free(parts->attributes.list);
  g_free(parts->min_allocatable.list);
  sim_distribution_unref(parts->tasks.tasks);
  g_strfreev(parts->after);
  g_strfreev(parts->only_agents);
  g_free(parts->call);
  g_free(parts->instances.list);
  g_free(parts->slowdown.list);
  for (uint32_t i = 0; i < parts->rate_limits.n; i++)
    g_free(parts->rate_limits.list[i].principal);
  g_free(parts->rate_limits.list);
  memset(parts, 0, sizeof *parts);
}

typedef struct {
  const KeyFile *file;
  const KeyGroup *group;
  GroupKind kind;
  unsigned jobs;
  const ValueContext *context;
  const KeyTargets *targets;
} GroupRead;

static void *row_field(const KeyTargets *targets, const KeyRow *row)
{
  char *record = NULL;
  switch (row->target) {
  case TO_EXPERIMENT:
    record = (char *)targets->experiment;
    break;
  case TO_AGENTS:
    record = (char *)targets->agents;
    break;
  case TO_ROLE:
    record = (char *)targets->role;
    break;
  case TO_FRAMEWORK:
    record = (char *)targets->framework;
    break;
  case TO_TRACE:
    record = (char *)targets->trace;
    break;
  case TO_STAGE:
    record = (char *)targets->stage;
    break;
  case TO_PARTS:
    record = (char *)targets->parts;
    break;
  }
  CHECK(record != NULL);
  return record + row->offset;
}

static bool row_read(const GroupRead *read, const KeyRow *row, const char *text, GError **error)
{
  ValueContext context = *read->context;
  context.min = row->min;
  context.max = row->max;
  return row->type->read(&context, text, row_field(read->targets, row), error);
}

/* --- keys that are not for this group ------------------------------------------------------------------- */

static const char *trace_name(unsigned jobs)
{
  return jobs == JOBS_SWF ? "SWF" : jobs == JOBS_SWIM ? "SWIM" : "CSV";
}

static bool is_key_of_stage(const char *name)
{
  size_t n;
  const KeyRow *rows = key_rows(&n);
  for (size_t i = 0; i < n; i++)
    if (rows[i].group == GROUP_STAGE && strcmp(rows[i].key, name) == 0)
      return true;
  return false;
}

static bool fail_misplaced(const GroupRead *read, const KeyEntry *entry, const KeyRow *row, GError **error)
{
  unsigned other = row->jobs;
  if (read->jobs == JOBS_NONE)
    return key_file_fail(read->file, read->group, entry, WORKLOAD_ERROR_NAME, error,
                         "does not go with \"scheduler = decliner\", which runs nothing");
  if (read->jobs == JOBS_SERVICE)
    return key_file_fail(read->file, read->group, entry, WORKLOAD_ERROR_NAME, error,
                         "does not go with \"scheduler = service\", which says \"instances\"");
  if (other == JOBS_SERVICE)
    return key_file_fail(read->file, read->group, entry, WORKLOAD_ERROR_NAME, error,
                         "a key of services; expected \"scheduler = service\" beside it");
  if (read->jobs == JOBS_STAGED && is_key_of_stage(entry->name))
    return key_file_fail(read->file, read->group, entry, WORKLOAD_ERROR_NAME, error,
                         "the [stage %s.NAME] groups describe the jobs; expected this key there",
                         read->group->rest);
  if ((read->jobs & JOBS_SYNTHETIC) != 0)
    return key_file_fail(read->file, read->group, entry, WORKLOAD_ERROR_NAME, error,
                         "a key of traces, and this group has no key \"trace\"");
  if ((other & JOBS_TRACE) == 0)
    return key_file_fail(read->file, read->group, entry, WORKLOAD_ERROR_NAME, error,
                         "does not go with \"trace\": the jobs come from the trace");
  return key_file_fail(read->file, read->group, entry, WORKLOAD_ERROR_NAME, error,
                       "a key of %s traces, and this one is %s", trace_name(other), trace_name(read->jobs));
}

/* "column-KIND" is no key but stands for several. */
static bool is_pattern(const KeyRow *row)
{
  return g_str_has_suffix(row->key, "KIND");
}

static bool fail_unknown(const GroupRead *read, const KeyEntry *entry, GError **error)
{
  size_t n;
  const KeyRow *rows = key_rows(&n);
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  /* Those that go with the jobs of the group come first, and the first of the nearest is taken. */
  for (int fits = 1; fits >= 0; fits--)
    for (size_t i = 0; i < n; i++)
      if (rows[i].group == read->kind && !is_pattern(&rows[i]) &&
          ((rows[i].jobs & read->jobs) != 0) == (fits == 1))
        g_ptr_array_add(names, (gpointer)(guintptr)rows[i].key);
  g_ptr_array_add(names, NULL);
  const char *const *known = (const char *const *)names->pdata;
  const char *nearest = base_nearest(entry->name, known);
  if (nearest != NULL)
    return key_file_fail(read->file, read->group, entry, WORKLOAD_ERROR_NAME, error,
                         "unknown key; did you mean \"%s\"?", nearest);
  if (names->len - 1 > 8)
    return key_file_fail(read->file, read->group, entry, WORKLOAD_ERROR_NAME, error,
                         "unknown key of [%s]; \"sim list keys\" shows those there are",
                         group_forms[read->kind].name);
  g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
  return key_file_fail(read->file, read->group, entry, WORKLOAD_ERROR_NAME, error,
                       "unknown key; expected one of %s", all);
}

/* --- reading -------------------------------------------------------------------------------------------- */

static const KeyRow *row_for(const GroupRead *read, const char *key)
{
  size_t n;
  const KeyRow *rows = key_rows(&n);
  const KeyRow *other = NULL;
  for (size_t i = 0; i < n; i++)
    if (rows[i].group == read->kind && strcmp(rows[i].key, key) == 0) {
      if ((rows[i].jobs & read->jobs) != 0)
        return &rows[i];
      other = &rows[i];
    }
  return other;
}

/* "column-licences" where licences are a kind of resource that the agents have. */
static bool read_kind_column(const GroupRead *read, const KeyEntry *entry, bool *is_one, GError **error)
{
  uint32_t kind;
  *is_one = read->kind == GROUP_FRAMEWORK && read->jobs == JOBS_CSV &&
            g_str_has_prefix(entry->name, KEY_COLUMN_PREFIX) &&
            resource_kinds_find(read->context->kinds, entry->name + strlen(KEY_COLUMN_PREFIX), &kind) &&
            kind >= RESOURCE_KINDS_FIXED;
  if (!*is_one)
    return true;
  if (value_number_column(read->context, entry->value, &read->targets->trace->kind_columns[kind], error))
    return true;
  return key_file_prefix(read->file, read->group, entry, error);
}

static bool read_entry(const GroupRead *read, const KeyEntry *entry, GError **error)
{
  bool is_kind_column;
  if (!read_kind_column(read, entry, &is_kind_column, error))
    return false;
  if (is_kind_column)
    return true;
  const KeyRow *row = row_for(read, entry->name);
  if (row == NULL || is_pattern(row))
    return fail_unknown(read, entry, error);
  if ((row->jobs & read->jobs) == 0)
    return fail_misplaced(read, entry, row, error);
  g_autoptr(GError) why = NULL;
  if (row_read(read, row, entry->value, &why))
    return true;
  /* A comment behind a value is the likeliest reason why it holds a "#". */
  const char *hint = strstr(entry->value, " #") != NULL || strstr(entry->value, "\t#") != NULL
                         ? " (a comment needs a line of its own)"
                         : "";
  int code = why->domain == WORKLOAD_ERROR ? why->code : WORKLOAD_ERROR_VALUE;
  return key_file_fail(read->file, read->group, entry, code, error, "%s%s", why->message, hint);
}

static bool read_rest(const GroupRead *read, GError **error)
{
  size_t n;
  const KeyRow *rows = key_rows(&n);
  for (const KeyRow *row = rows; row < rows + n; row++) {
    if (row->group != read->kind || (row->jobs & read->jobs) == 0 ||
        key_group_find(read->group, row->key) != NULL)
      continue;
    if (row->default_value != NULL)
      CHECK(row_read(read, row, row->default_value, NULL));
    else if (row->required)
      return key_file_fail(read->file, read->group, NULL, WORKLOAD_ERROR_VALUE, error,
                           "the key \"%s\" is missing; expected %s = (%s)", row->key, row->key,
                           row->type->name);
  }
  return true;
}

bool key_group_read(const KeyFile *file, const KeyGroup *group, GroupKind kind, unsigned jobs,
                    const ValueContext *context, const KeyTargets *targets, GError **error)
{
  GroupRead read = {file, group, kind, jobs, context, targets};
  for (guint i = 0; group != NULL && i < group->entries->len; i++)
    if (!read_entry(&read, g_ptr_array_index(group->entries, i), error))
      return false;
  return read_rest(&read, error);
}
