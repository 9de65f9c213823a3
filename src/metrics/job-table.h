/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * JobTable: the jobs that are under way, by their dense ids.
 *
 *     pages:  [ 0..63 | 64..127 | NULL | 192..255 | ... ]     a page lives as long as one of its jobs
 *                 |
 *                 '-> slot of each id ----> pool of LiveJob
 *
 * Memory follows the jobs under way; a job that has ended leaves an eighth of a byte (its part of a NULL
 * page). Cost: every operation O(1), without hashing.
 */

#include <stdint.h>

#include "base/ids.h"
#include "base/pool.h"
#include "base/time.h"
#include "workload/job-observer.h"

typedef struct {
  JobId id;
  FrameworkId framework;
  uint64_t key;
  uint32_t tasks;
  JobState state;
  Instant submit;
  Instant start;  /* INSTANT_NEVER */
  Instant finish; /* where it is known before the last state is; else INSTANT_NEVER */
  char *name;     /* owned */
  char *reason;   /* (nullable), owned */
  uint32_t located[TASK_LOCALITIES];
} LiveJob;

typedef struct JobPage JobPage;

typedef struct {
  JobPage **pages;
  uint32_t n_pages;
  Pool jobs;
} JobTable;

void job_table_init(JobTable *table);
void job_table_clear(JobTable *table);

/** job_table_add: a new record for @id, which has none; all but its id is zero. */
LiveJob *job_table_add(JobTable *table, JobId id);

/** job_table_find: the record of @id, or NULL. */
LiveJob *job_table_find(const JobTable *table, JobId id);

/** job_table_remove: frees the record of @id, which has one. */
void job_table_remove(JobTable *table, JobId id);

/** job_table_end: ids of records lie below. */
uint32_t job_table_end(const JobTable *table);
