/* SPDX-License-Identifier: Apache-2.0 */
#include "report/framework-classes.h"

#include <string.h>

typedef struct {
  int64_t id;
  char *name;
  uint32_t group; /* index among the groups met */
} Member;

typedef struct {
  int64_t id; /* group_id */
  char *name;
  double share;     /* of all members */
  uint32_t members; /* how many */
  uint32_t order;   /* in which it was met */
  uint8_t class;
} Group;

typedef struct {
  GArray *members; /* of Member */
  GArray *groups;  /* of Group */
} Census;

static void census_clear(Census *census)
{
  for (guint i = 0; i < census->members->len; i++)
    g_free(g_array_index(census->members, Member, i).name);
  for (guint i = 0; i < census->groups->len; i++)
    g_free(g_array_index(census->groups, Group, i).name);
  g_array_unref(census->members);
  g_array_unref(census->groups);
}

static bool take_census(const RunSet *set, uint32_t run, Census *census, GError **error)
{
  Query query;
  if (!query_start(
          &query, set, run,
          "SELECT framework_id, name, group_id, group_name, coalesce(mean_dominant_share, 0) "
          "FROM framework WHERE run_id = ?1 AND start_ns IS NOT NULL ORDER BY group_id, framework_id",
          error))
    return false;
  while (query_next(&query)) {
    int64_t id = query_integer(&query, 2);
    Group *last =
        census->groups->len == 0 ? NULL : &g_array_index(census->groups, Group, census->groups->len - 1);
    if (last == NULL || last->id != id) {
      Group group = {.id = id, .name = query_text(&query, 3), .order = census->groups->len};
      g_array_append_val(census->groups, group);
      last = &g_array_index(census->groups, Group, census->groups->len - 1);
    }
    last->members++;
    last->share += query_real(&query, 4);
    Member member = {query_integer(&query, 0), query_text(&query, 1), census->groups->len - 1};
    g_array_append_val(census->members, member);
  }
  return query_end(&query, error);
}

static void add_class(FrameworkClasses *classes, char *name, uint32_t members)
{
  FrameworkClass *class = &classes->classes[classes->n];
  class->name = name;
  class->members = members;
  class->colour = ++classes->n;
}

static char *group_label(const Group *group)
{
  return group->members == 1 ? g_strdup(group->name)
                             : g_strdup_printf("%s (%u)", group->name, group->members);
}

static gint compare_share(gconstpointer a, gconstpointer b)
{
  const Group *one = *(Group *const *)a;
  const Group *other = *(Group *const *)b;
  if (one->share != other->share)
    return one->share > other->share ? -1 : 1;
  return one->order < other->order ? -1 : 1;
}

/* Groups become classes; what is beyond the last but one is "others". */
static void classify_groups(FrameworkClasses *classes, Census *census)
{
  guint n = census->groups->len;
  g_autoptr(GPtrArray) ranked = g_ptr_array_new();
  for (guint i = 0; i < n; i++)
    g_ptr_array_add(ranked, &g_array_index(census->groups, Group, i));
  if (n > FIGURE_COLOURS)
    g_ptr_array_sort(ranked, compare_share);
  guint own = n > FIGURE_COLOURS ? FIGURE_COLOURS - 1 : n;
  uint32_t others = 0;
  for (guint i = 0; i < n; i++) {
    Group *group = g_ptr_array_index(ranked, i);
    group->class = (uint8_t)MIN(i, own);
    if (i < own)
      add_class(classes, group_label(group), group->members);
    else
      others += group->members;
  }
  if (others > 0)
    add_class(classes, g_strdup_printf("%u others", others), others);
}

static void set_class(FrameworkClasses *classes, int64_t framework_id, uint8_t class)
{
  if (framework_id < 0 || framework_id > G_MAXINT32)
    return;
  for (uint8_t none = CLASS_NONE; classes->class_of->len <= (guint)framework_id;)
    g_array_append_val(classes->class_of, none);
  g_array_index(classes->class_of, uint8_t, framework_id) = class;
}

FrameworkClasses *framework_classes_new(const RunSet *set, uint32_t run, GError **error)
{
  Census census = {g_array_new(FALSE, FALSE, sizeof(Member)), g_array_new(FALSE, FALSE, sizeof(Group))};
  FrameworkClasses *classes = g_new0(FrameworkClasses, 1);
  classes->class_of = g_array_new(FALSE, FALSE, sizeof(uint8_t));
  if (!take_census(set, run, &census, error)) {
    framework_classes_free(classes);
    census_clear(&census);
    return NULL;
  }
  classes->n_frameworks = census.members->len;
  bool each = census.members->len <= FIGURE_COLOURS;
  if (!each)
    classify_groups(classes, &census);
  for (guint i = 0; i < census.members->len; i++) {
    const Member *member = &g_array_index(census.members, Member, i);
    if (each)
      add_class(classes, g_strdup(member->name), 1);
    set_class(classes, member->id,
              each ? (uint8_t)i : g_array_index(census.groups, Group, member->group).class);
  }
  census_clear(&census);
  return classes;
}

void framework_classes_free(FrameworkClasses *classes)
{
  if (classes == NULL)
    return;
  for (uint32_t i = 0; i < classes->n; i++)
    g_free(classes->classes[i].name);
  g_array_unref(classes->class_of);
  g_free(classes);
}

uint8_t framework_classes_find(const FrameworkClasses *classes, int64_t framework_id)
{
  if (framework_id < 0 || framework_id >= classes->class_of->len)
    return CLASS_NONE;
  return g_array_index(classes->class_of, uint8_t, framework_id);
}
