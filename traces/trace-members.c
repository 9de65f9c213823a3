/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/trace-members.h"

#include <string.h>

#include "base/check.h"
#include "base/ids.h"
#include "base/resource-kinds.h"

typedef struct {
  TraceMemberKey key;
  Instant first; /* submit time of its first job */
} Member;

/* Where a settled member is found again. */
typedef struct {
  TraceMemberKey key;
  uint32_t index; /* INDEX_NONE: the slot is free */
} Slot;

struct TraceMembers {
  const FrameworkSpec *framework;
  char *file;
  GPtrArray *all;       /* of Member *, in order of appearance; sorted by settling; owned */
  GHashTable *by_key;   /* TraceMemberKey (within Member) -> Member */
  GHashTable *text_ids; /* text, owned by texts -> its number + 1 */
  GPtrArray *texts;     /* of char * */
  const Member *last;   /* what was found last: jobs of one member come in rows */

  /* Open addressing, filled by settling: half the time of a GHashTable, which calls back for each comparison.
   */
  Slot *slots;
  uint32_t slot_mask;
};

/* --- values -------------------------------------------------------------------------------------------- */

static bool map_is_known(TraceFormat format, const TraceMap *map)
{
  switch (map->kind) {
  case MAP_NONE:
    return true;
  case MAP_NUMBER:
    return map->number > 0;
  case MAP_COLUMN:
    return format == TRACE_CSV && map->column != NULL;
  case MAP_USER:
  case MAP_GROUP:
  case MAP_QUEUE:
  case MAP_PARTITION:
  case MAP_EXECUTABLE:
    return format == TRACE_SWF;
  }
  return false;
}

static const char *known_maps(TraceFormat format)
{
  switch (format) {
  case TRACE_SWF:
    return "an SWF trace takes user, group, queue, partition, executable, a number or one";
  case TRACE_SWIM:
    return "a SWIM trace says no users and the like: it takes a number or one";
  case TRACE_CSV:
    return "a CSV trace takes \"column NAME\", a number or one";
  }
  return "";
}

static int64_t text_id(TraceMembers *members, const char *text)
{
  gpointer id = g_hash_table_lookup(members->text_ids, text);
  if (id == NULL) {
    char *kept = g_strdup(text);
    g_ptr_array_add(members->texts, kept);
    id = GUINT_TO_POINTER(members->texts->len);
    g_hash_table_insert(members->text_ids, kept, id);
  }
  return (int64_t)GPOINTER_TO_UINT(id) - 1;
}

static int64_t value_of(TraceMembers *members, const TraceMap *map, const TraceRow *row, const char *text)
{
  switch (map->kind) {
  case MAP_NONE:
    return 0;
  case MAP_USER:
    return row->user;
  case MAP_GROUP:
    return row->group;
  case MAP_QUEUE:
    return row->queue;
  case MAP_PARTITION:
    return row->partition;
  case MAP_EXECUTABLE:
    return row->executable;
  case MAP_COLUMN:
    return *text == '\0' ? TRACE_UNKNOWN : text_id(members, text);
  case MAP_NUMBER:
    return (int64_t)(row->row % map->number);
  }
  return 0;
}

TraceMemberKey trace_members_key(TraceMembers *members, const TraceRow *row)
{
  const TraceSpec *spec = members->framework->trace;
  return (TraceMemberKey){value_of(members, &spec->frameworks, row, row->framework),
                          value_of(members, &spec->roles, row, row->role), 0};
}

/* --- gathering ----------------------------------------------------------------------------------------- */

static uint32_t mix_key(TraceMemberKey key)
{
  uint64_t mixed = ((uint64_t)key.framework * 31 + (uint64_t)key.role + (uint64_t)key.copy * 1000003) *
                   UINT64_C(0x9e3779b97f4a7c15);
  return (uint32_t)(mixed >> 32);
}

static guint key_hash(gconstpointer data)
{
  return mix_key(*(const TraceMemberKey *)data);
}

static bool same_key(TraceMemberKey a, TraceMemberKey b)
{
  return a.framework == b.framework && a.role == b.role && a.copy == b.copy;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
  return same_key(*(const TraceMemberKey *)a, *(const TraceMemberKey *)b);
}

TraceMembers *trace_members_new(const FrameworkSpec *framework, const char *file, GError **error)
{
  const TraceSpec *spec = framework->trace;
  const TraceMap *maps[] = {&spec->frameworks, &spec->roles};
  const char *const keys[] = {"frameworks", "roles"};
  for (unsigned i = 0; i < G_N_ELEMENTS(maps); i++)
    if (!map_is_known(spec->format, maps[i])) {
      g_set_error(error, TRACE_ERROR, TRACE_ERROR_MAPPING, "%s: %s: %s", file, keys[i],
                  known_maps(spec->format));
      return NULL;
    }
  TraceMembers *members = g_new0(TraceMembers, 1);
  members->framework = framework;
  members->file = g_strdup(file);
  members->by_key = g_hash_table_new(key_hash, key_equal);
  members->all = g_ptr_array_new_with_free_func(g_free);
  members->text_ids = g_hash_table_new(g_str_hash, g_str_equal);
  members->texts = g_ptr_array_new_with_free_func(g_free);
  return members;
}

void trace_members_free(TraceMembers *members)
{
  if (members == NULL)
    return;
  g_hash_table_unref(members->by_key);
  g_ptr_array_unref(members->all);
  g_hash_table_unref(members->text_ids);
  g_ptr_array_unref(members->texts);
  g_free(members->slots);
  g_free(members->file);
  g_free(members);
}

void trace_members_add(TraceMembers *members, TraceMemberKey key, Instant submit)
{
  if (members->last != NULL && same_key(members->last->key, key))
    return;
  Member *member = g_hash_table_lookup(members->by_key, &key);
  if (member == NULL) {
    member = g_new(Member, 1);
    *member = (Member){key, submit};
    g_ptr_array_add(members->all, member);
    g_hash_table_insert(members->by_key, &member->key, member);
  }
  members->last = member;
}

uint32_t trace_members_find(const TraceMembers *members, TraceMemberKey key)
{
  for (uint32_t i = mix_key(key);; i++) {
    const Slot *slot = &members->slots[i & members->slot_mask];
    if (slot->index == INDEX_NONE || same_key(slot->key, key))
      return slot->index;
  }
}

/* --- settling ------------------------------------------------------------------------------------------ */

static int compare_values(const TraceMembers *members, const TraceMap *map, int64_t a, int64_t b)
{
  if (a == b)
    return 0;
  if (a < 0 || b < 0) /* unknown */
    return a < 0 && b < 0 ? (a < b ? -1 : 1) : (a < 0 ? 1 : -1);
  if (map->kind == MAP_COLUMN)
    return strcmp(g_ptr_array_index(members->texts, a), g_ptr_array_index(members->texts, b));
  return a < b ? -1 : 1;
}

static int compare_members(gconstpointer left, gconstpointer right, gpointer data)
{
  const Member *a = *(Member *const *)left;
  const Member *b = *(Member *const *)right;
  const TraceMembers *members = data;
  const TraceSpec *spec = members->framework->trace;
  int order = compare_values(members, &spec->frameworks, a->key.framework, b->key.framework);
  if (order == 0 && a->key.copy != b->key.copy)
    return a->key.copy < b->key.copy ? -1 : 1;
  return order != 0 ? order : compare_values(members, &spec->roles, a->key.role, b->key.role);
}

/* "12", "07" of 20, "LS", "unknown" */
static char *print_value(const TraceMembers *members, const TraceMap *map, int64_t value)
{
  if (map->kind == MAP_NUMBER) {
    int width = 1;
    for (uint32_t rest = map->number; rest >= 10; rest /= 10)
      width++;
    return g_strdup_printf("%0*" G_GINT64_FORMAT, width, value + 1);
  }
  if (value == TRACE_UNKNOWN)
    return g_strdup("unknown");
  if (map->kind == MAP_COLUMN)
    return g_strdup(g_ptr_array_index(members->texts, value));
  return g_strdup_printf("%" G_GINT64_FORMAT, value);
}

static const char *role_prefix(TraceMapKind kind)
{
  switch (kind) {
  case MAP_USER:
    return "user-";
  case MAP_GROUP:
    return "group-";
  case MAP_QUEUE:
    return "queue-";
  case MAP_PARTITION:
    return "partition-";
  case MAP_EXECUTABLE:
    return "executable-";
  case MAP_NUMBER:
    return "role-";
  case MAP_NONE:
  case MAP_COLUMN:
    break;
  }
  return "";
}

/* @shared: other members have the same value of `frameworks`, in other roles. */
static bool fill_member(const TraceMembers *members, const Member *member, bool shared, SourceMember *out,
                        GError **error)
{
  const FrameworkSpec *framework = members->framework;
  const TraceSpec *spec = framework->trace;
  g_autofree char *role = NULL;
  if (spec->roles.kind != MAP_NONE) {
    g_autofree char *value = print_value(members, &spec->roles, member->key.role);
    role = g_strconcat(role_prefix(spec->roles.kind), value, NULL);
  }
  g_autofree char *value = spec->frameworks.kind == MAP_NONE
                               ? NULL
                               : print_value(members, &spec->frameworks, member->key.framework);
  g_autofree char *copy = member->key.copy == 0 ? NULL : g_strdup_printf("-copy-%u", member->key.copy + 1);
  g_autofree char *name = value == NULL ? g_strconcat(framework->name, copy, NULL)
                                        : g_strconcat(framework->name, "-", value, copy, NULL);
  out->name = shared ? g_strconcat(name, "-", role, NULL) : g_steal_pointer(&name);
  if (role == NULL)
    role = g_strdup(framework->role != NULL ? framework->role : out->name);
  out->role = g_steal_pointer(&role);
  out->start = framework->start_given ? framework->start : member->first;
  out->stop = framework->stop;

  g_autoptr(GError) fault = NULL;
  if (role_path_check(out->role, &fault))
    return true;
  g_set_error(error, TRACE_ERROR, TRACE_ERROR_MAPPING,
              "%s: framework \"%s\": its role \"%s\" is no role path: %s; `role` or `roles` gives another",
              members->file, out->name, out->role, fault->message);
  return false;
}

/* In several roles. */
static bool is_one_framework(const Member *a, const Member *b)
{
  return a->key.framework == b->key.framework && a->key.copy == b->key.copy;
}

static bool names_are_distinct(const TraceMembers *members, const SourceMember *list, uint32_t n,
                               GError **error)
{
  g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
  for (uint32_t i = 0; i < n; i++)
    if (!g_hash_table_add(names, list[i].name)) {
      g_set_error(error, TRACE_ERROR, TRACE_ERROR_MAPPING, "%s: two frameworks would be named \"%s\"",
                  members->file, list[i].name);
      return false;
    }
  return true;
}

/* At most half of the slots are taken, so that each search ends. */
static void fill_slots(TraceMembers *members)
{
  uint32_t n = 16;
  while (n < 2 * members->all->len)
    n *= 2;
  g_free(members->slots);
  members->slots = g_new(Slot, n);
  members->slot_mask = n - 1;
  for (uint32_t i = 0; i < n; i++)
    members->slots[i].index = INDEX_NONE;
  for (uint32_t i = 0; i < members->all->len; i++) {
    const Member *member = members->all->pdata[i];
    uint32_t at = mix_key(member->key);
    while (members->slots[at & members->slot_mask].index != INDEX_NONE)
      at++;
    members->slots[at & members->slot_mask] = (Slot){member->key, i};
  }
}

SourceMember *trace_members_settle(TraceMembers *members, uint32_t *n, GError **error)
{
  GPtrArray *sorted = members->all;
  g_ptr_array_sort_with_data(sorted, compare_members, members);
  uint32_t count = sorted->len;
  SourceMember *list = g_new0(SourceMember, MAX(count, 1));
  bool good = true;
  for (uint32_t i = 0; i < count && good; i++) {
    const Member *member = sorted->pdata[i];
    const Member *before = i > 0 ? sorted->pdata[i - 1] : NULL;
    const Member *after = i + 1 < count ? sorted->pdata[i + 1] : NULL;
    CHECK(member != NULL);
    bool shared = (before != NULL && is_one_framework(before, member)) ||
                  (after != NULL && is_one_framework(after, member));
    good = fill_member(members, member, shared, &list[i], error);
  }
  if (!good || !names_are_distinct(members, list, count, error)) {
    source_members_free(list, count);
    return NULL;
  }
  fill_slots(members);
  *n = count;
  return list;
}

void source_members_free(SourceMember *members, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    g_free(members[i].name);
    g_free(members[i].role);
  }
  g_free(members);
}
