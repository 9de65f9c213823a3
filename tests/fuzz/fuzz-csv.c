/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as a CSV file: cells first, then jobs through columns named as in the seeds. What is accepted
 * must be a job that can run; what is refused must say why.
 */

#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "traces/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_cells(const uint8_t *data, size_t size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CsvReader) reader = csv_reader_new(line_reader_new_memory("input", data, size), &error);
  if (reader == NULL) {
    CHECK(error != NULL);
    return;
  }
  LineRead read;
  while ((read = csv_reader_next(reader, &error)) == LINE_READ)
    for (uint32_t i = 0; i < csv_reader_columns(reader); i++)
      CHECK(strlen(csv_reader_cell(reader, i)) <= LINE_BYTES_MAX);
  CHECK((read == LINE_FAILED) == (error != NULL));
}

static void read_jobs(const uint8_t *data, size_t size)
{
  char name[] = "fuzz", submit[] = "submit", tasks[] = "tasks", end[] = "end", start[] = "start",
       cpus[] = "cpus";
  char mem[] = "mem*gib", user[] = "user", reduces[] = "gib";
  TraceSpec spec = {.format = TRACE_CSV,
                    .scale = 1.5,
                    .frameworks = {.kind = MAP_COLUMN, .column = user},
                    .submit = {submit, 1},
                    .tasks = {tasks, 1},
                    .start = {start, 1},
                    .end = {end, 1},
                    .reduces = {reduces, 1},
                    .reduce_duration = {reduces, 60},
                    .name = {user, 1}};
  spec.kind_columns[RESOURCE_CPUS] = (TraceColumn){cpus, 0.001};
  spec.kind_columns[RESOURCE_MEM] = (TraceColumn){mem, 1024};
  FrameworkSpec framework = {.name = name, .trace = &spec};
  g_autoptr(GError) error = NULL;
  TraceRows *rows = csv_rows_new(&framework, line_reader_new_memory("input", data, size), &error);
  if (rows == NULL) {
    CHECK(error != NULL);
    return;
  }
  TraceRow row = {0};
  TraceRowRead read;
  while ((read = rows->next(rows, &row, &error)) == TRACE_ROW_JOB || read == TRACE_ROW_SKIPPED) {
    if (read == TRACE_ROW_SKIPPED)
      continue;
    CHECK(row.n_stages <= 2 && row.stages[0].tasks >= 1 && row.stages[0].tasks < TASKS_UNLIMITED);
    CHECK(row.stages[0].fixed_duration.ns >= 0 && quantities_are_valid(&row.stages[0].task_resources));
    CHECK(!quantities_are_zero(&row.stages[0].task_resources));
    CHECK(row.n_stages == 1 || (row.stages[1].tasks >= 1 && row.stages[1].fixed_duration.ns >= 0));
    CHECK(g_utf8_validate(row.framework, -1, NULL) && *row.name != '\0');
  }
  CHECK((read == TRACE_ROW_FAILED) == (error != NULL));
  rows->free(rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  read_cells(data, size);
  read_jobs(data, size);
  return 0;
}
