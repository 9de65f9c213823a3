/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/job-table.h"

#include <string.h>

#define PAGE_BITS 6
#define PAGE      (1u << PAGE_BITS)

struct JobPage {
  uint32_t live;
  uint32_t slots[PAGE]; /* INDEX_NONE: not under way */
};

void job_table_init(JobTable *table)
{
  *table = (JobTable){.pages = NULL};
  pool_init(&table->jobs, sizeof(LiveJob));
}

void job_table_clear(JobTable *table)
{
  for (uint32_t id = 0; id < job_table_end(table); id++)
    if (job_table_find(table, (JobId){id}) != NULL)
      job_table_remove(table, (JobId){id});
  g_free(table->pages);
  pool_clear(&table->jobs);
}

uint32_t job_table_end(const JobTable *table)
{
  return table->n_pages << PAGE_BITS;
}

LiveJob *job_table_add(JobTable *table, JobId id)
{
  uint32_t number = id.index >> PAGE_BITS;
  if (number >= table->n_pages) {
    uint32_t n_pages = MAX(number + 1, table->n_pages * 2);
    table->pages = g_renew(JobPage *, table->pages, n_pages);
    memset(table->pages + table->n_pages, 0, (n_pages - table->n_pages) * sizeof(JobPage *));
    table->n_pages = n_pages;
  }
  JobPage *page = table->pages[number];
  if (page == NULL) {
    page = g_new(JobPage, 1);
    page->live = 0;
    memset(page->slots, 0xff, sizeof page->slots);
    table->pages[number] = page;
  }
  uint32_t *slot = &page->slots[id.index % PAGE];
  CHECK(*slot == INDEX_NONE);
  LiveJob *job = pool_take(&table->jobs, slot);
  *job = (LiveJob){.id = id};
  page->live++;
  return job;
}

LiveJob *job_table_find(const JobTable *table, JobId id)
{
  uint32_t number = id.index >> PAGE_BITS;
  const JobPage *page = number < table->n_pages ? table->pages[number] : NULL;
  if (page == NULL || page->slots[id.index % PAGE] == INDEX_NONE)
    return NULL;
  return pool_at(&table->jobs, page->slots[id.index % PAGE]);
}

void job_table_remove(JobTable *table, JobId id)
{
  LiveJob *job = job_table_find(table, id);
  CHECK(job != NULL);
  g_free(job->name);
  g_free(job->reason);

  JobPage **page = &table->pages[id.index >> PAGE_BITS];
  pool_give(&table->jobs, (*page)->slots[id.index % PAGE]);
  (*page)->slots[id.index % PAGE] = INDEX_NONE;
  if (--(*page)->live == 0)
    g_clear_pointer(page, g_free);
}
