/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of task_attempt into a results file, from the observer's callback to the renamed file; wall time, and
 * the part of it that the run itself would see.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"
#include "metrics/results.h"

#define ROWS   1000000
#define AGENTS 50000

static double seconds_since(gint64 start)
{
  return (double)(g_get_monotonic_time() - start) / 1e6;
}

int main(void)
{
  g_autofree char *folder = g_dir_make_tmp("bench-rows-XXXXXX", NULL);
  CHECK(folder != NULL);
  g_autofree char *path = g_build_filename(folder, "rows.db", NULL);
  g_autoptr(GError) error = NULL;
  FrameworkSpec group = {.name = (char[]){"load"}, .count = 200};
  Experiment experiment = {
      .title = NULL, .kinds = resource_kinds_new(), .frameworks = &group, .n_frameworks = 1};
  ResultsProvenance provenance = {
      .version = "bench", .git_commit = "bench", .allocator = "none", .record_tasks = true};

  gint64 start = g_get_monotonic_time();
  Results *results = results_open(path, &error);
  CHECK(results != NULL);
  ResultsRun *run = results_begin_run(results, &provenance, &experiment);
  const JobObserver *jobs = results_run_job_observer(run);
  for (uint32_t row = 0; row < ROWS; row++) {
    Instant began = {(int64_t)row * 3600 * 1000 + 1};
    Instant ended = {began.ns + 30 * NS_PER_S + row % 1000};
    jobs->task_attempt(jobs->self, (FrameworkId){row % 200}, (JobId){row / 100}, 0, row % 100, 0,
                       (AgentId){(row * 7919) % AGENTS}, began, began, ended, LOCALITY_NONE, "TASK_FINISHED");
  }
  ResultsEnd end = {.status = RESULTS_OK, .end = {3600 * NS_PER_S}};
  CHECK(results_end_run(run, &end, NULL, &error));
  double inserted = seconds_since(start);
  double cpu = (double)clock() / CLOCKS_PER_SEC;
  CHECK(results_commit(results, &error));
  double committed = seconds_since(start);

  GStatBuf file;
  CHECK(g_stat(path, &file) == 0);
  printf("{\"bench\":\"rows\",\"rows\":%d,\"ns_per_row\":%.0f,\"cpu_ns_per_row\":%.0f,"
         "\"ns_per_row_with_commit\":%.0f,\"bytes_per_row\":%.1f}\n",
         ROWS, inserted * 1e9 / ROWS, cpu * 1e9 / ROWS, committed * 1e9 / ROWS, (double)file.st_size / ROWS);
  g_unlink(path);
  g_rmdir(folder);
  resource_kinds_free(experiment.kinds);
  return EXIT_SUCCESS;
}
