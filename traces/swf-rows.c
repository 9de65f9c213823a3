/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/check.h"
#include "traces/swf.h"

#define NAME_BYTES 24

typedef struct {
  TraceRows base;
  const FrameworkSpec *framework;
  SwfReader *reader;
  uint64_t n_rows;
  char name[NAME_BYTES];
} SwfRows;

/* The decimal digits of @number, written from the end of @buffer: a tenth of the time of snprintf(). */
static const char *print_number(char buffer[static NAME_BYTES], int64_t number)
{
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  char *at = buffer + NAME_BYTES - 1;
  *at = '\0';
  do
    *--at = (char)('0' + rest % 10);
  while ((rest /= 10) != 0);
  if (number < 0)
    *--at = '-';
  return at;
}

/* Memory of one processor in thousandths of a MiB. */
static bool memory_per_processor(const SwfRows *rows, const SwfRecord *record, int64_t *out, GError **error)
{
  if (record->memory_requested < 0) {
    *out = rows->framework->trace->memory_default;
    return true;
  }
  double amount = floor(record->memory_requested * (double)QUANTITY_UNIT / 1024 + 0.5);
  if (!(amount < 1e15))
    return line_reader_fail(rows->base.lines, error, TRACE_ERROR_FORMAT,
                            "field 10 (requested memory): %g KB are too many", record->memory_requested);
  *out = (int64_t)amount;
  return true;
}

static bool fill_stage(const SwfRows *rows, const SwfRecord *record, int64_t processors, JobStage *stage,
                       GError **error)
{
  const TraceSpec *spec = rows->framework->trace;
  if (!trace_rows_seconds(&rows->base, "field 4 (run time)", record->run, &stage->fixed_duration.ns, error) ||
      !trace_rows_scale_tasks(&rows->base, (double)processors, spec->scale, &stage->tasks, error))
    return false;
  if (spec->whole_agents) {
    uint64_t cpus = (uint64_t)spec->agent_resources.amount[RESOURCE_CPUS];
    stage->tasks = (uint32_t)(((uint64_t)stage->tasks * QUANTITY_UNIT + cpus - 1) / cpus);
    return true;
  }
  return !spec->use_memory ||
         memory_per_processor(rows, record, &stage->task_resources.amount[RESOURCE_MEM], error);
}

static TraceRowRead skip(TraceRow *row, const char *why)
{
  row->skip = why;
  return TRACE_ROW_SKIPPED;
}

static TraceRowRead refuse_negative(const SwfRows *rows, const char *field, double seconds, GError **error)
{
  line_reader_fail(rows->base.lines, error, TRACE_ERROR_FORMAT, "%s: expected seconds, or -1, not %g", field,
                   seconds);
  return TRACE_ROW_FAILED;
}

static TraceRowRead swf_rows_next(TraceRows *base, TraceRow *row, GError **error)
{
  SwfRows *rows = (SwfRows *)base;
  SwfRecord record;
  LineRead read = swf_reader_next(rows->reader, &record, error);
  if (read != LINE_READ)
    return read == LINE_END ? TRACE_ROW_END : TRACE_ROW_FAILED;

  row->row = rows->n_rows++;
  row->line = line_reader_number(base->lines);
  if (record.submit < 0)
    return record.submit == SWF_UNKNOWN
               ? skip(row, "without submit time")
               : refuse_negative(rows, "field 2 (submit time)", record.submit, error);
  if (record.run < 0)
    return record.run == SWF_UNKNOWN ? skip(row, "without run time")
                                     : refuse_negative(rows, "field 4 (run time)", record.run, error);
  int64_t processors = swf_record_processors(&record);
  if (processors == SWF_UNKNOWN)
    return skip(row, "without processors");
  if (!trace_rows_seconds(base, "field 2 (submit time)", record.submit, &row->submit.ns, error) ||
      !fill_stage(rows, &record, processors, &row->stages[0], error))
    return TRACE_ROW_FAILED;

  row->name = print_number(rows->name, record.job);
  row->user = record.user;
  row->group = record.group;
  row->queue = record.queue;
  row->partition = record.partition;
  row->executable = record.executable;
  if (G_UNLIKELY(row->n_stages == 0)) {
    row->n_stages = 1;
    row->stages[0].name = "tasks";
    if (rows->framework->trace->whole_agents)
      row->stages[0].task_resources = rows->framework->trace->agent_resources;
    else
      row->stages[0].task_resources.amount[RESOURCE_CPUS] = QUANTITY_UNIT;
  }
  return TRACE_ROW_JOB;
}

static void swf_rows_remark(const TraceRows *base, GPtrArray *warnings)
{
  const SwfRows *rows = (const SwfRows *)base;
  int64_t promised = swf_reader_header(rows->reader)->max_jobs;
  if (promised != SWF_ABSENT && (uint64_t)promised != rows->n_rows)
    g_ptr_array_add(warnings, g_strdup_printf("%s: the header says MaxJobs: %" G_GINT64_FORMAT
                                              ", the file has %" G_GUINT64_FORMAT " jobs",
                                              line_reader_name(base->lines), promised, rows->n_rows));
}

static void swf_rows_free(TraceRows *base)
{
  SwfRows *rows = (SwfRows *)base;
  swf_reader_free(rows->reader);
  g_free(rows);
}

TraceRows *swf_rows_new(const FrameworkSpec *framework, LineReader *lines, GError **error)
{
  const TraceSpec *spec = framework->trace;
  if (spec->whole_agents && spec->agent_resources.amount[RESOURCE_CPUS] <= 0) {
    g_set_error(error, TRACE_ERROR, TRACE_ERROR_MAPPING, "%s: whole-agents needs agents with cpus",
                line_reader_name(lines));
    line_reader_free(lines);
    return NULL;
  }
  SwfReader *reader = swf_reader_new(lines, error);
  if (reader == NULL)
    return NULL;
  SwfRows *rows = g_new0(SwfRows, 1);
  rows->base = (TraceRows){lines, swf_rows_next, swf_rows_remark, swf_rows_free};
  rows->framework = framework;
  rows->reader = reader;
  return &rows->base;
}
