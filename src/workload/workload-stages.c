/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "workload/workload-build.h"

/*
 * Stages may stand in any order in the file and name any other stage in `after`; jobs want them sorted.
 * Kahn's algorithm, always taking the first stage of the file that waits for nothing any more, so that a file
 * that is in order stays so.
 */

/* The stages of one framework in the order of the file; bits are places in that order. */
typedef struct {
  const KeyGroup *groups[JOB_STAGES_MAX];
  StageSpec specs[JOB_STAGES_MAX];
  uint32_t n;
} StageList;

static const char *stage_name(const KeyGroup *group)
{
  return strrchr(group->rest, '.') + 1;
}

static bool resolve_after(const WorkloadBuild *build, StageList *list, uint32_t index, char **after,
                          GError **error)
{
  const char *names[JOB_STAGES_MAX + 1] = {NULL};
  const KeyEntry *entry = key_group_find(list->groups[index], "after");
  for (uint32_t i = 0; i < list->n; i++)
    names[i] = stage_name(list->groups[i]);
  for (; after != NULL && *after != NULL; after++) {
    int other;
    if (!value_choice(*after, "stage", names, &other, error))
      return key_file_prefix(build->file, list->groups[index], entry, error);
    if ((uint32_t)other == index)
      return key_file_fail(build->file, list->groups[index], entry, WORKLOAD_ERROR_VALUE, error,
                           "a stage cannot wait for itself; expected other stages of the framework");
    list->specs[index].after |= UINT64_C(1) << other;
  }
  return true;
}

static bool read_stage(WorkloadBuild *build, StageList *list, uint32_t index, GError **error)
{
  StageSpec *stage = &list->specs[index];
  KeyParts parts = {.attributes = {NULL, 0}};
  const KeyTargets targets = {.experiment = build->experiment, .stage = stage, .parts = &parts};
  stage->name = g_strdup(stage_name(list->groups[index]));
  bool read = key_group_read(build->file, list->groups[index], GROUP_STAGE, JOBS_ANY, &build->context,
                             &targets, error) &&
              resolve_after(build, list, index, parts.after, error);
  stage->unlimited = parts.tasks.unlimited;
  stage->tasks = g_steal_pointer(&parts.tasks.tasks);
  key_parts_clear(&parts);
  return read;
}

/* Walks backwards from a stage that waits for ever until one comes again: that one lies on the cycle. */
static bool fail_cycle(const WorkloadBuild *build, const StageList *list, uint64_t done, GError **error)
{
  uint64_t seen = 0;
  uint32_t at = (uint32_t)__builtin_ctzll(~done);
  while ((seen >> at & 1) == 0) {
    seen |= UINT64_C(1) << at;
    at = (uint32_t)__builtin_ctzll(list->specs[at].after & ~done);
  }
  uint32_t first = at;
  g_autoptr(GString) cycle = g_string_new(list->specs[first].name);
  do {
    at = (uint32_t)__builtin_ctzll(list->specs[at].after & ~done);
    g_string_append_printf(cycle, " after %s", list->specs[at].name);
  } while (at != first);
  return key_file_fail(build->file, list->groups[first], key_group_find(list->groups[first], "after"),
                       WORKLOAD_ERROR_VALUE, error, "the stages wait for each other: %s", cycle->str);
}

/* @order receives, for each place, the stage of the file that comes there. */
static bool sort_stages(const WorkloadBuild *build, const StageList *list, uint32_t order[JOB_STAGES_MAX],
                        GError **error)
{
  uint64_t done = 0;
  for (uint32_t place = 0; place < list->n; place++) {
    uint32_t next = 0;
    while (next < list->n && ((done >> next & 1) != 0 || (list->specs[next].after & ~done) != 0))
      next++;
    if (next == list->n)
      return fail_cycle(build, list, done, error);
    order[place] = next;
    done |= UINT64_C(1) << next;
  }
  return true;
}

/* Moves the stages to @framework in that order and renumbers what they wait for. */
static void move_stages(const StageList *list, const uint32_t order[JOB_STAGES_MAX], FrameworkSpec *framework)
{
  uint32_t place_of[JOB_STAGES_MAX] = {0};
  for (uint32_t place = 0; place < list->n; place++)
    place_of[order[place]] = place;
  for (uint32_t place = 0; place < list->n; place++) {
    StageSpec *stage = &framework->stages[place];
    *stage = list->specs[order[place]];
    uint64_t after = stage->after;
    stage->after = 0;
    for (uint32_t i = 0; i < list->n; i++)
      if ((after >> i & 1) != 0)
        stage->after |= UINT64_C(1) << place_of[i];
  }
}

bool build_stages(WorkloadBuild *build, const GPtrArray *stages, FrameworkSpec *framework, GError **error)
{
  StageList list = {.n = stages->len};
  uint32_t order[JOB_STAGES_MAX];
  if (stages->len > JOB_STAGES_MAX)
    return key_file_fail(build->file, g_ptr_array_index(stages, JOB_STAGES_MAX), NULL, WORKLOAD_ERROR_VALUE,
                         error, "one stage too many; at most %d fit", JOB_STAGES_MAX);
  for (uint32_t i = 0; i < list.n; i++)
    list.groups[i] = g_ptr_array_index(stages, i);
  framework->stages = g_new0(StageSpec, list.n);
  framework->n_stages = list.n;
  bool read = true;
  for (uint32_t i = 0; i < list.n && read; i++)
    read = read_stage(build, &list, i, error);
  bool sorted = read && sort_stages(build, &list, order, error);
  for (uint32_t i = 0; i < list.n && !sorted; i++)
    order[i] = i; /* whatever has been read belongs to the framework, which frees it */
  move_stages(&list, order, framework);
  return sorted;
}
