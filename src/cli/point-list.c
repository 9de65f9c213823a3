/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/point-list.h"

#include "cli/allocator-choice.h"
#include "cli/plugin.h"
#include "cli/provenance.h"
#include "metrics/results-point.h"

struct PointCell {
  char *workload;
  char **overrides;
  char *settings;
  LoadedWorkload loaded;
  Provenance provenance;
};

struct PointList {
  bool plugins;
  bool record_tasks;
  GHashTable *hashes; /* path of a file -> its SHA-256 */
  GPtrArray *cells;   /* of PointCell *; owned */
  GPtrArray *texts;   /* of char *, that points point to */
  GArray *points;     /* of BatchPoint */
};

static void cell_free(gpointer data)
{
  PointCell *cell = data;
  g_free(cell->workload);
  g_strfreev(cell->overrides);
  g_free(cell->settings);
  if (cell->provenance.traces != NULL)
    provenance_clear(&cell->provenance);
  loaded_workload_clear(&cell->loaded);
  g_free(cell);
}

PointList *point_list_new(bool plugins, bool record_tasks)
{
  PointList *list = g_new0(PointList, 1);
  list->plugins = plugins;
  list->record_tasks = record_tasks;
  list->hashes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  list->cells = g_ptr_array_new_with_free_func(cell_free);
  list->texts = g_ptr_array_new_with_free_func(g_free);
  list->points = g_array_new(FALSE, FALSE, sizeof(BatchPoint));
  return list;
}

void point_list_free(PointList *list)
{
  if (list == NULL)
    return;
  g_array_unref(list->points);
  g_ptr_array_unref(list->cells);
  g_ptr_array_unref(list->texts);
  g_hash_table_unref(list->hashes);
  g_free(list);
}

const PointCell *point_list_cell(PointList *list, const char *workload, const char *const *overrides,
                                 const char *settings, GError **error)
{
  PointCell *cell = g_new0(PointCell, 1);
  cell->workload = g_strdup(workload);
  cell->overrides = overrides == NULL ? g_new0(char *, 1) : g_strdupv((char **)(guintptr)overrides);
  cell->settings = g_strdup(settings);
  bool loaded = list->plugins ? load_workload_of_plugin(workload, overrides, &cell->loaded, error)
                              : load_workload(workload, overrides, NULL, &cell->loaded, error);
  if (!loaded || !provenance_init_files(&cell->provenance, cell->loaded.experiment, list->hashes, error)) {
    cell_free(cell);
    return NULL;
  }
  g_ptr_array_add(list->cells, cell);
  return cell;
}

const LoadedWorkload *point_cell_workload(const PointCell *cell)
{
  return &cell->loaded;
}

void point_list_forget(PointList *list, const PointCell *cell)
{
  for (guint i = list->cells->len; i-- > 0;) {
    PointCell *own = g_ptr_array_index(list->cells, i);
    if (own != cell)
      continue;
    provenance_clear(&own->provenance);
    loaded_workload_clear(&own->loaded);
    return;
  }
}

char *point_cell_point(const PointCell *cell)
{
  return results_point(cell->loaded.experiment, &cell->provenance.results);
}

/* Sets what the provenance says of the allocator. */
static bool identify_allocator(PointList *list, const char *allocator, ResultsProvenance *from,
                               GError **error)
{
  from->allocator = allocator;
  from->allocator_sha256 = NULL;
  if (!plugin_is_path(allocator)) {
    g_auto(AllocatorChoice) choice = {0};
    return allocator_choose(allocator, NULL, &choice, error);
  }
  if (!g_hash_table_contains(list->hashes, allocator)) {
    char *sha256 = plugin_sha256_of(allocator, error);
    if (sha256 == NULL)
      return false;
    g_hash_table_insert(list->hashes, g_strdup(allocator), sha256);
  }
  from->allocator_sha256 = g_hash_table_lookup(list->hashes, allocator);
  return true;
}

bool point_list_check(PointList *list, const char *allocator, GError **error)
{
  ResultsProvenance ignored = {0};
  return identify_allocator(list, allocator, &ignored, error);
}

static char *keep(PointList *list, char *text)
{
  g_ptr_array_add(list->texts, text);
  return text;
}

static char *label_of(const PointCell *cell, const char *allocator, uint32_t replication)
{
  return g_strdup_printf("%s%sallocator %s, replication %u", cell->settings,
                         *cell->settings == '\0' ? "" : ", ", allocator, replication);
}

bool point_list_add(PointList *list, const PointCell *cell, const char *allocator, uint32_t replication,
                    int64_t place, GError **error)
{
  ResultsProvenance from = cell->provenance.results;
  if (!identify_allocator(list, allocator, &from, error))
    return false;
  from.seed = cell->loaded.experiment->seed;
  from.replication = replication;
  from.record_tasks = list->record_tasks;
  BatchPoint point = {
      .workload = cell->workload,
      .overrides = (const char *const *)cell->overrides,
      .allocator = keep(list, g_strdup(allocator)),
      .replication = replication,
      .place = place,
      .key = keep(list, results_point_key(cell->loaded.experiment, &from)),
      .label = keep(list, label_of(cell, allocator, replication)),
  };
  g_array_append_val(list->points, point);
  return true;
}

const BatchPoint *point_list_points(const PointList *list, uint32_t *n)
{
  *n = list->points->len;
  return (const BatchPoint *)(const void *)list->points->data;
}
