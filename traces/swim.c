/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/swim.h"

#include <math.h>
#include <string.h>

#include "engine/random.h"
#include "traces/trace-number.h"

#define COLUMNS 6
#define DRAWS   64 /* attempts to draw a rate above zero */

typedef struct {
  TraceRows base;
  const FrameworkSpec *framework;
  uint64_t seed;
  uint64_t name_hash;
  uint64_t n_rows;
} SwimRows;

/* --- what is written ----------------------------------------------------------------------------------- */

static const char *column_name(unsigned column)
{
  static const char *const names[COLUMNS] = {"job id",      "submit time",   "gap",
                                             "input bytes", "shuffle bytes", "output bytes"};
  return names[column];
}

static bool fail_column(const LineReader *lines, unsigned column, const char *expected, const char *cell,
                        GError **error)
{
  return line_reader_fail(lines, error, TRACE_ERROR_FORMAT, "column %u (%s): expected %s, not \"%.40s\"",
                          column + 1, column_name(column), expected, cell);
}

static bool parse_seconds(const LineReader *lines, unsigned column, const char *cell, double *out,
                          GError **error)
{
  const char *at = cell;
  if (!trace_number_scan(&at, out) || *at != '\0' || *out < 0)
    return fail_column(lines, column, "seconds", cell, error);
  return true;
}

static bool parse_bytes(const LineReader *lines, unsigned column, const char *cell, int64_t *out,
                        GError **error)
{
  const char *at = cell;
  if (!trace_whole_scan(&at, out) || *at != '\0' || *out < 0)
    return fail_column(lines, column, "a whole number of bytes below 2^63", cell, error);
  return true;
}

bool swim_record_parse(const LineReader *lines, char *line, SwimRecord *record, GError **error)
{
  char *cells[COLUMNS];
  char *at = line;
  for (unsigned i = 0; i < COLUMNS; i++) {
    if (at == NULL)
      return line_reader_fail(lines, error, TRACE_ERROR_FORMAT,
                              "expected %d columns between TABs, found %u: column %u (%s) is missing",
                              COLUMNS, i, i + 1, column_name(i));
    cells[i] = at;
    at = strchr(at, '\t');
    if (at != NULL)
      *at++ = '\0';
  }
  if (*cells[0] == '\0' || !g_utf8_validate(cells[0], -1, NULL))
    return fail_column(lines, 0, "a name in UTF-8", *cells[0] == '\0' ? "" : "(other bytes)", error);
  record->job = cells[0];
  return parse_seconds(lines, 1, cells[1], &record->submit, error) &&
         parse_seconds(lines, 2, cells[2], &record->gap, error) &&
         parse_bytes(lines, 3, cells[3], &record->input, error) &&
         parse_bytes(lines, 4, cells[4], &record->shuffle, error) &&
         parse_bytes(lines, 5, cells[5], &record->output, error);
}

/* --- what it means ------------------------------------------------------------------------------------- */

static bool scale_bytes(const LineReader *lines, unsigned column, int64_t bytes, double factor, int64_t *out,
                        GError **error)
{
  /* Unscaled counts stay exact beyond 2^53. */
  double scaled = factor == 1 ? 0 : floor((double)bytes * factor + 0.5);
  if (scaled >= 0x1p63)
    return line_reader_fail(lines, error, TRACE_ERROR_FORMAT,
                            "column %u (%s): %" G_GINT64_FORMAT " times %g is beyond 2^63 bytes", column + 1,
                            column_name(column), bytes, factor);
  *out = factor == 1 ? bytes : (int64_t)scaled;
  return true;
}

static bool count_tasks(const LineReader *lines, const char *what, double count, uint32_t *out,
                        GError **error)
{
  if (!(count < (double)TASKS_UNLIMITED))
    return line_reader_fail(lines, error, TRACE_ERROR_FORMAT, "%.0f %s are too many (at most %u)", count,
                            what, TASKS_UNLIMITED - 1);
  *out = count < 1 ? 1 : (uint32_t)count;
  return true;
}

bool swim_tasks(const LineReader *lines, const TraceSpec *spec, const SwimRecord *record, SwimTasks *tasks,
                GError **error)
{
  double factor = (double)spec->agents / (double)spec->trace_nodes * spec->scale;
  int64_t input = 0;
  int64_t shuffle = 0;
  int64_t output = 0;
  if (!scale_bytes(lines, 3, record->input, factor, &input, error) ||
      !scale_bytes(lines, 4, record->shuffle, factor, &shuffle, error) ||
      !scale_bytes(lines, 5, record->output, factor, &output, error))
    return false;
  input = MAX(input, SWIM_INPUT_MIN);
  if (!count_tasks(lines, "maps", ceil((double)input / spec->block_size), &tasks->maps, error))
    return false;
  tasks->map_bytes = (double)input / tasks->maps;
  tasks->reduces = 0;
  tasks->reduce_bytes = 0;
  tasks->shuffle_bytes = 0;
  if (record->shuffle == 0)
    return true;

  int64_t sum;
  if (__builtin_add_overflow(shuffle, output, &sum))
    return line_reader_fail(lines, error, TRACE_ERROR_FORMAT, "shuffle and output are beyond 2^63 bytes");
  double reduces = floor((double)sum / spec->bytes_per_reduce + 0.5);
  uint32_t fifth = spec->slots / 5; /* whole slots */
  if (reduces > spec->slots)
    reduces = fifth;
  if (!count_tasks(lines, "reduces", reduces, &tasks->reduces, error))
    return false;
  tasks->reduce_bytes = (double)sum / tasks->reduces;
  tasks->shuffle_bytes = (double)shuffle / tasks->reduces;
  return true;
}

/* A rate of zero would never end: laws that can give it are asked again, with further numbers. */
static bool draw_rate(const SwimRows *rows, const SimDistribution *law, SimDraw draw, double *rate,
                      GError **error)
{
  for (unsigned i = 0; i < DRAWS; i++) {
    draw.index = i;
    *rate = sim_distribution_draw(law, &draw);
    if (*rate > 0)
      return true;
  }
  return line_reader_fail(rows->base.lines, error, TRACE_ERROR_MAPPING,
                          "the rate drawn for this job is zero");
}

static bool fill_stage(const SwimRows *rows, uint64_t row, unsigned stage, double bytes, JobStage *out,
                       GError **error)
{
  const TraceSpec *spec = rows->framework->trace;
  SimDraw draw = {rows->seed, SIM_PURPOSE_JOB_SHAPE, sim_entity_hash_words(rows->name_hash, 0, row, stage),
                  0};
  double rate;
  if (!draw_rate(rows, stage == 0 ? spec->map_rate : spec->reduce_rate, draw, &rate, error))
    return false;
  draw.index = DRAWS;
  double seconds = bytes / rate + sim_distribution_draw(spec->task_overhead, &draw);
  return trace_rows_seconds(&rows->base, stage == 0 ? "duration of a map" : "duration of a reduce", seconds,
                            &out->fixed_duration.ns, error);
}

static TraceRowRead swim_rows_next(TraceRows *base, TraceRow *row, GError **error)
{
  SwimRows *rows = (SwimRows *)base;
  const TraceSpec *spec = rows->framework->trace;
  char *line;
  do {
    LineRead read = line_reader_next(base->lines, &line, NULL, error);
    if (read != LINE_READ)
      return read == LINE_END ? TRACE_ROW_END : TRACE_ROW_FAILED;
  } while (*line == '\0');

  SwimRecord record = {0};
  SwimTasks tasks = {0};
  row->row = rows->n_rows++;
  row->line = line_reader_number(base->lines);
  if (!swim_record_parse(base->lines, line, &record, error) ||
      !swim_tasks(base->lines, spec, &record, &tasks, error) ||
      !trace_rows_seconds(base, "column 2 (submit time)", record.submit, &row->submit.ns, error))
    return TRACE_ROW_FAILED;

  JobStage *map = &row->stages[0];
  JobStage *reduce = &row->stages[1];
  *map = (JobStage){
      .name = "map", .tasks = tasks.maps, .task_resources = spec->map_resources, .input = tasks.map_bytes};
  *reduce = (JobStage){.name = "reduce",
                       .tasks = tasks.reduces,
                       .task_resources = spec->reduce_resources,
                       .input = tasks.shuffle_bytes,
                       .after = 1};
  row->n_stages = tasks.reduces > 0 ? 2 : 1;
  row->name = record.job;
  if (!fill_stage(rows, row->row, 0, tasks.map_bytes, map, error) ||
      (tasks.reduces > 0 && !fill_stage(rows, row->row, 1, tasks.reduce_bytes, reduce, error)))
    return TRACE_ROW_FAILED;
  return TRACE_ROW_JOB;
}

static void swim_rows_free(TraceRows *base)
{
  line_reader_free(base->lines);
  g_free(base);
}

/* What a workload file can say and SWIM cannot use. */
static const char *spec_fault(const TraceSpec *spec)
{
  if (spec->agents == 0 || spec->trace_nodes == 0)
    return "trace-nodes: expected the nodes of the traced cluster, at least 1";
  if (!(spec->block_size >= 1))
    return "block-size: expected at least one byte";
  if (!(spec->bytes_per_reduce >= 1))
    return "bytes-per-reduce: expected at least one byte";
  if (spec->slots == 0)
    return "slots: expected the size of the simulated cluster in slots, at least 1";
  if (spec->map_rate == NULL || spec->reduce_rate == NULL || spec->task_overhead == NULL)
    return "map-rate, reduce-rate and task-overhead are needed";
  if (quantities_are_zero(&spec->map_resources) || quantities_are_zero(&spec->reduce_resources))
    return "map-resources and reduce-resources must not be empty";
  return NULL;
}

TraceRows *swim_rows_new(const FrameworkSpec *framework, uint64_t seed, LineReader *lines, GError **error)
{
  const char *fault = spec_fault(framework->trace);
  if (fault != NULL) {
    g_set_error(error, TRACE_ERROR, TRACE_ERROR_MAPPING, "%s: %s", line_reader_name(lines), fault);
    line_reader_free(lines);
    return NULL;
  }
  SwimRows *rows = g_new0(SwimRows, 1);
  rows->base = (TraceRows){lines, swim_rows_next, NULL, swim_rows_free};
  rows->framework = framework;
  rows->seed = seed;
  rows->name_hash = sim_text_hash(framework->name);
  return &rows->base;
}
