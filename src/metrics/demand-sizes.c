/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/demand-sizes.h"

#include <string.h>

/* The sizes of one framework, and where they stand; the table is only looked up. */
typedef struct {
  GArray *sizes;       /* DemandSize */
  GHashTable *by_size; /* Quantities * -> place */
  guint over;          /* sizes that nothing is demanded of any more */
} Sizes;

/* As many sizes of which nothing is demanded may stand beside the others, and these. */
#define OVER_MAX 16

struct DemandSizes {
  GPtrArray *frameworks; /* Sizes *, by framework; NULL: none */
};

static guint hash_quantities(gconstpointer key)
{
  const Quantities *quantities = key;
  uint64_t hash = 0;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    hash = (hash ^ (uint64_t)quantities->amount[kind]) * UINT64_C(0x9e3779b97f4a7c15);
  return (guint)(hash >> 32);
}

static gboolean equal_quantities(gconstpointer a, gconstpointer b)
{
  return quantities_equal(a, b);
}

static void sizes_free(gpointer data)
{
  Sizes *sizes = data;
  if (sizes == NULL)
    return;
  g_hash_table_unref(sizes->by_size);
  g_array_unref(sizes->sizes);
  g_free(sizes);
}

DemandSizes *demand_sizes_new(void)
{
  DemandSizes *sizes = g_new0(DemandSizes, 1);
  sizes->frameworks = g_ptr_array_new_with_free_func(sizes_free);
  return sizes;
}

void demand_sizes_free(DemandSizes *sizes)
{
  if (sizes == NULL)
    return;
  g_ptr_array_unref(sizes->frameworks);
  g_free(sizes);
}

static Sizes *sizes_of(const DemandSizes *sizes, uint32_t framework)
{
  return framework < sizes->frameworks->len ? sizes->frameworks->pdata[framework] : NULL;
}

uint32_t demand_sizes_find(const DemandSizes *sizes, uint32_t framework, const Quantities *task)
{
  const Sizes *of = sizes_of(sizes, framework);
  gpointer place;
  if (of == NULL || !g_hash_table_lookup_extended(of->by_size, task, NULL, &place))
    return UINT32_MAX;
  return GPOINTER_TO_UINT(place);
}

/* Makes room of sizes that are over, and does so before they are the most: a trace may have as many as jobs. */
static void forget_what_is_over(Sizes *of)
{
  if (of->over <= OVER_MAX || of->over <= of->sizes->len / 2)
    return;
  guint kept = 0;
  g_hash_table_remove_all(of->by_size);
  for (guint i = 0; i < of->sizes->len; i++) {
    DemandSize size = g_array_index(of->sizes, DemandSize, i);
    if (size.tasks == 0)
      continue;
    g_hash_table_insert(of->by_size, g_memdup2(&size.task, sizeof size.task), GUINT_TO_POINTER(kept));
    g_array_index(of->sizes, DemandSize, kept++) = size;
  }
  g_array_set_size(of->sizes, kept);
  of->over = 0;
}

static DemandSize *size_new(DemandSizes *sizes, uint32_t framework, const Quantities *task)
{
  if (framework >= sizes->frameworks->len)
    g_ptr_array_set_size(sizes->frameworks, (gint)framework + 1);
  Sizes *of = sizes->frameworks->pdata[framework];
  if (of == NULL) {
    of = g_new0(Sizes, 1);
    of->sizes = g_array_new(FALSE, FALSE, sizeof(DemandSize));
    of->by_size = g_hash_table_new_full(hash_quantities, equal_quantities, g_free, NULL);
    sizes->frameworks->pdata[framework] = of;
  }
  forget_what_is_over(of);
  DemandSize size = {*task, 0};
  of->over++;
  g_hash_table_insert(of->by_size, g_memdup2(task, sizeof *task), GUINT_TO_POINTER(of->sizes->len));
  g_array_append_val(of->sizes, size);
  return &g_array_index(of->sizes, DemandSize, of->sizes->len - 1);
}

void demand_sizes_add(DemandSizes *sizes, uint32_t framework, const Quantities *task, int64_t tasks)
{
  uint32_t place = demand_sizes_find(sizes, framework, task);
  DemandSize *size;
  if (place != UINT32_MAX)
    size = &g_array_index(sizes_of(sizes, framework)->sizes, DemandSize, place);
  else if (tasks > 0)
    size = size_new(sizes, framework, task);
  else
    return;
  /* One task more or less makes no difference to an endless demand. */
  if (size->tasks >= DEMAND_ENDLESS && tasks > -DEMAND_ENDLESS)
    return;
  bool was_over = size->tasks == 0;
  size->tasks = CLAMP(size->tasks + tasks, 0, DEMAND_ENDLESS);
  Sizes *of = sizes_of(sizes, framework);
  of->over = of->over - was_over + (size->tasks == 0);
}

void demand_sizes_drop(DemandSizes *sizes, uint32_t framework)
{
  Sizes *of = sizes_of(sizes, framework);
  if (of == NULL)
    return;
  g_hash_table_remove_all(of->by_size);
  g_array_set_size(of->sizes, 0);
  of->over = 0;
}

const DemandSize *demand_sizes_of(const DemandSizes *sizes, uint32_t framework, uint32_t *n)
{
  const Sizes *of = sizes_of(sizes, framework);
  *n = of == NULL ? 0 : of->sizes->len;
  return of == NULL ? NULL : (const DemandSize *)(const void *)of->sizes->data;
}
