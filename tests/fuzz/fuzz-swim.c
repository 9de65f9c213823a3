/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as a SWIM file. What is accepted must be jobs of one or two stages that can run; what is refused
 * must say why.
 */

#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "engine/distribution.h"
#include "traces/swim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_stage(const JobStage *stage)
{
  CHECK(stage->tasks >= 1 && stage->tasks < TASKS_UNLIMITED);
  CHECK(stage->fixed_duration.ns >= 0);
  CHECK(!quantities_are_zero(&stage->task_resources));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char name[] = "fuzz";
  g_autoptr(SimDistribution) rate = sim_distribution_new_uniform(0, 2e7, NULL);
  g_autoptr(SimDistribution) overhead = sim_distribution_new_exponential(1, NULL);
  TraceSpec spec = {.format = TRACE_SWIM,
                    .scale = 1,
                    .agents = size % 2 == 0 ? 600 : 60,
                    .trace_nodes = 600,
                    .slots = 2400,
                    .block_size = 134217728,
                    .bytes_per_reduce = 1073741824,
                    .map_rate = rate,
                    .reduce_rate = rate,
                    .task_overhead = overhead,
                    .map_resources = {{1000}},
                    .reduce_resources = {{1000, 1024000}}};
  FrameworkSpec framework = {.name = name, .trace = &spec};
  g_autoptr(GError) error = NULL;
  TraceRows *rows = swim_rows_new(&framework, 1, line_reader_new_memory("input", data, size), &error);
  CHECK(rows != NULL);
  TraceRow row = {0};
  TraceRowRead read;
  while ((read = rows->next(rows, &row, &error)) == TRACE_ROW_JOB) {
    CHECK(row.n_stages == 1 || row.n_stages == 2);
    CHECK(strlen(row.name) > 0 && row.submit.ns >= 0);
    check_stage(&row.stages[0]);
    if (row.n_stages == 2)
      check_stage(&row.stages[1]);
    CHECK(row.stages[0].after == 0 && row.stages[1].after == 1);
  }
  CHECK((read == TRACE_ROW_FAILED) == (error != NULL));
  rows->free(rows);
  return 0;
}
