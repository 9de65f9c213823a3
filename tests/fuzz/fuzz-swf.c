/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as an SWF file: header, records and jobs. What is accepted must be a job that can run; what is
 * refused must say why.
 */

#include <stdint.h>

#include "base/check.h"
#include "traces/swf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_records(const uint8_t *data, size_t size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SwfReader) reader = swf_reader_new(line_reader_new_memory("input", data, size), &error);
  if (reader == NULL) {
    CHECK(error != NULL);
    return;
  }
  const SwfHeader *header = swf_reader_header(reader);
  for (uint32_t i = 0; i < header->n_entries; i++)
    CHECK(header->entries[i].key != NULL && header->entries[i].value != NULL);
  SwfRecord record;
  LineRead read;
  while ((read = swf_reader_next(reader, &record, &error)) == LINE_READ)
    CHECK(record.submit - record.submit == 0); /* finite */
  CHECK((read == LINE_FAILED) == (error != NULL));
}

static void read_jobs(const uint8_t *data, size_t size, bool whole_agents)
{
  char name[] = "fuzz";
  TraceSpec spec = {.format = TRACE_SWF,
                    .scale = whole_agents ? 2.5 : 1,
                    .whole_agents = whole_agents,
                    .use_memory = true,
                    .agent_resources = {{8000, 1024000}}};
  FrameworkSpec framework = {.name = name, .trace = &spec};
  g_autoptr(GError) error = NULL;
  TraceRows *rows = swf_rows_new(&framework, line_reader_new_memory("input", data, size), &error);
  if (rows == NULL) {
    CHECK(error != NULL);
    return;
  }
  TraceRow row = {0};
  TraceRowRead read;
  while ((read = rows->next(rows, &row, &error)) == TRACE_ROW_JOB || read == TRACE_ROW_SKIPPED) {
    if (read == TRACE_ROW_SKIPPED)
      continue;
    CHECK(row.n_stages == 1 && row.stages[0].tasks >= 1 && row.stages[0].tasks < TASKS_UNLIMITED);
    CHECK(row.submit.ns >= 0 && row.stages[0].fixed_duration.ns >= 0);
    CHECK(quantities_are_valid(&row.stages[0].task_resources));
    CHECK(!quantities_are_zero(&row.stages[0].task_resources));
  }
  CHECK((read == TRACE_ROW_FAILED) == (error != NULL));
  g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
  rows->remark(rows, warnings);
  rows->free(rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  read_records(data, size);
  read_jobs(data, size, false);
  read_jobs(data, size, true);
  return 0;
}
