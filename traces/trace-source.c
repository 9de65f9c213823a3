/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/trace-source.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/ids.h"
#include "traces/csv.h"
#include "traces/swf.h"
#include "traces/swim.h"
#include "traces/trace-members.h"
#include "traces/trace-rows.h"
#include "traces/trace-shake.h"

typedef struct {
  JobSource base;
  const FrameworkSpec *framework;
  const TraceSpec *spec;
  uint64_t seed;
  Instant start; /* where the trace's window begins in the run */
  TraceMembers *members;
  uint64_t n_jobs;   /* that the validating pass found */
  uint64_t returned; /* by next() */

  TraceRows *rows;
  TraceRow row;
  bool any; /* a row was read; then: */
  Instant last_submit;
  uint64_t last_line;

  /* With `sort` and `replicate`: */
  GArray *loaded; /* of TraceJob: all rows, by (submit, row); owns their stages; NULL without */
  GArray *sorted; /* of TraceJob: what comes of them, in order: the same, or shaken; NULL without */
  GStringChunk *names;
  uint32_t position;
} TraceSource;

typedef enum {
  ADMIT,
  LEAVE_OUT,
  ADMIT_FAILED,
} Admission;

/* --- summary ------------------------------------------------------------------------------------------- */

void trace_summary_clear(TraceSummary *summary)
{
  if (summary->skipped != NULL)
    g_array_unref(summary->skipped);
  if (summary->warnings != NULL)
    g_ptr_array_unref(summary->warnings);
  *summary = (TraceSummary){0};
}

static void summary_init(TraceSummary *summary)
{
  *summary = (TraceSummary){0};
  summary->skipped = g_array_new(false, false, sizeof(TraceSkip));
  summary->warnings = g_ptr_array_new_with_free_func(g_free);
}

static void count_skip(TraceSummary *summary, const char *reason, bool intended, uint64_t line)
{
  for (uint32_t i = 0; i < summary->skipped->len; i++) {
    TraceSkip *skip = &g_array_index(summary->skipped, TraceSkip, i);
    if (strcmp(skip->reason, reason) == 0) {
      skip->rows++;
      return;
    }
  }
  TraceSkip skip = {reason, 1, line, intended};
  g_array_append_val(summary->skipped, skip);
}

static void count_job(TraceSummary *summary, const TraceJob *job)
{
  if (summary->jobs++ == 0)
    summary->first_submit = job->submit;
  summary->last_submit = job->submit;
  for (uint32_t i = 0; i < job->n_stages; i++) {
    const JobStage *stage = &job->stages[i];
    summary->tasks += stage->tasks;
    double seconds = duration_seconds(stage->fixed_duration) * stage->tasks;
    for (unsigned kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      summary->work[kind] += seconds * ((double)stage->task_resources.amount[kind] / (double)QUANTITY_UNIT);
  }
}

static void warn(TraceSummary *summary, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void warn(TraceSummary *summary, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_ptr_array_add(summary->warnings, g_strdup_vprintf(format, arguments));
  va_end(arguments);
}

static void warn_of_skips(TraceSummary *summary, const char *file)
{
  for (uint32_t i = 0; i < summary->skipped->len; i++) {
    const TraceSkip *skip = &g_array_index(summary->skipped, TraceSkip, i);
    if (!skip->intended)
      warn(summary,
           "%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
           " jobs left out, %s (the first at line %" G_GUINT64_FORMAT ")",
           file, skip->rows, summary->rows, skip->reason, skip->first_line);
  }
}

/* A log in seconds since 1970 would begin with half a century of nothing. */
static void warn_of_late_start(TraceSummary *summary, const TraceSource *source, const char *file)
{
  int64_t wait = summary->first_submit.ns - source->start.ns;
  int64_t span = summary->last_submit.ns - summary->first_submit.ns;
  if (wait < NS_PER_D || wait / 10 < span)
    return;
  warn(summary, "%s: the first job is submitted %.0f days after time 0, which `window-start` can move", file,
       (double)wait / (double)NS_PER_D);
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static TraceRows *open_rows(const TraceSource *source, bool hash, GError **error)
{
  LineReader *lines = line_reader_open(source->spec->path, hash, error);
  if (lines == NULL)
    return NULL;
  switch (source->spec->format) {
  case TRACE_SWF:
    return swf_rows_new(source->framework, lines, error);
  case TRACE_SWIM:
    return swim_rows_new(source->framework, source->seed, lines, error);
  case TRACE_CSV:
    return csv_rows_new(source->framework, lines, error);
  }
  CHECK(false);
  return NULL;
}

static bool fail_order(const TraceSource *source, GError **error)
{
  return line_reader_fail(source->rows->lines, error, TRACE_ERROR_ORDER,
                          "the submit time, %.9g s, is before that of line %" G_GUINT64_FORMAT
                          ", %.9g s; `sort = yes` takes jobs in any order",
                          (double)source->row.submit.ns / 1e9, source->last_line,
                          (double)source->last_submit.ns / 1e9);
}

/* The next row of the file. @skipped: (nullable): where to count those without a job. */
static JobPull read_row(TraceSource *source, TraceJob *out, TraceSummary *summary, GError **error)
{
  TraceRow *row = &source->row;
  for (;;) {
    TraceRowRead read = source->rows->next(source->rows, row, error);
    if (read == TRACE_ROW_END)
      return JOB_END;
    if (read == TRACE_ROW_FAILED)
      return JOB_FAILED;
    if (summary != NULL)
      summary->rows++;
    if (read == TRACE_ROW_JOB)
      break;
    if (summary != NULL)
      count_skip(summary, row->skip, false, row->line);
  }
  if (source->any && row->submit.ns < source->last_submit.ns && !source->spec->sort) {
    fail_order(source, error);
    return JOB_FAILED;
  }
  source->any = true;
  source->last_submit = row->submit;
  source->last_line = row->line;
  TraceMemberKey key = trace_members_key(source->members, row);
  *out = (TraceJob){.row = row->row,
                    .job_key = row->row,
                    .line = row->line,
                    .trace_submit = row->submit,
                    .key = key,
                    .user = source->spec->format == TRACE_SWF ? row->user : key.framework,
                    .name = row->name,
                    .n_stages = row->n_stages,
                    .stages = row->stages};
  return JOB_NEXT;
}

static bool is_shaken(const TraceSource *source)
{
  return source->spec->replicate.kind != REPLICATE_NOT;
}

static bool is_loaded(const TraceSource *source)
{
  return source->spec->sort || is_shaken(source);
}

static void forget_loaded(TraceSource *source)
{
  for (uint32_t i = 0; source->loaded != NULL && i < source->loaded->len; i++)
    g_free((gpointer)(uintptr_t)g_array_index(source->loaded, TraceJob, i).stages);
  g_clear_pointer(&source->sorted, g_array_unref);
  g_clear_pointer(&source->loaded, g_array_unref);
  g_clear_pointer(&source->names, g_string_chunk_free);
}

static bool load_all(TraceSource *source, TraceSummary *summary, GError **error)
{
  source->loaded = g_array_new(false, false, sizeof(TraceJob));
  source->names = g_string_chunk_new(4096);
  for (;;) {
    TraceJob job;
    JobPull pull = read_row(source, &job, summary, error);
    if (pull == JOB_FAILED)
      return false;
    if (pull == JOB_END)
      break;
    job.name = g_string_chunk_insert(source->names, job.name);
    job.stages = g_memdup2(job.stages, job.n_stages * sizeof(JobStage));
    g_array_append_val(source->loaded, job);
  }
  g_array_sort(source->loaded, trace_job_compare);
  return true;
}

static JobPull next_pending(TraceSource *source, TraceJob *out, TraceSummary *summary, GError **error)
{
  if (source->sorted == NULL)
    return read_row(source, out, summary, error);
  if (source->position == source->sorted->len)
    return JOB_END;
  *out = g_array_index(source->sorted, TraceJob, source->position++);
  return JOB_NEXT;
}

/* --- which jobs run, and when -------------------------------------------------------------------------- */

static bool run_time(const TraceSource *source, TraceJob *job, GError **error)
{
  int64_t offset = job->trace_submit.ns - source->spec->window_start.ns;
  if (source->spec->time_compression != 1) {
    double compressed = floor((double)offset / source->spec->time_compression + 0.5);
    offset = compressed < 0x1p63 ? (int64_t)compressed : INT64_MAX;
  }
  if (!__builtin_add_overflow(source->start.ns, offset, &job->submit.ns) && !instant_is_never(job->submit))
    return true;
  g_set_error(error, TRACE_ERROR, TRACE_ERROR_FORMAT,
              "%s:%" G_GUINT64_FORMAT ": the submit time is beyond the 292 years that a run can hold",
              source->spec->path, job->line);
  return false;
}

/* Why the job is left out by what is said of the trace, NULL where it is not. @jobs: how many were admitted before. */
static const char *window_refusal(const TraceSpec *spec, const TraceJob *job, uint64_t jobs, bool *intended)
{
  *intended = true;
  if (job->trace_submit.ns < spec->window_start.ns) {
    *intended = spec->window_start.ns != 0;
    return *intended ? "before window-start" : "submitted before time 0";
  }
  if (job->trace_submit.ns >= spec->window_end.ns)
    return "at or after window-end";
  if (jobs >= spec->jobs_max && spec->jobs_max != UINT32_MAX)
    return "after max-jobs";
  return NULL;
}

/* @jobs: how many were admitted before. @summary: (nullable): where to count what is left out. Jobs that are shaken have
 * been looked at before. */
static Admission admit(const TraceSource *source, TraceJob *job, uint64_t jobs, TraceSummary *summary,
                       GError **error)
{
  bool intended = true;
  const char *reason = is_shaken(source) ? NULL : window_refusal(source->spec, job, jobs, &intended);
  if (reason == NULL) {
    if (!run_time(source, job, error))
      return ADMIT_FAILED;
    if (job->submit.ns < source->framework->stop.ns)
      return ADMIT;
    reason = "at or after the framework's stop";
  }
  if (summary != NULL)
    count_skip(summary, reason, intended, job->line);
  return LEAVE_OUT;
}

/* From the rows that the window lets in to a realisation of them. */
static bool shake(TraceSource *source, TraceSummary *summary, GError **error)
{
  g_autoptr(GArray) admitted = g_array_new(false, false, sizeof(TraceJob));
  for (uint32_t i = 0; i < source->loaded->len; i++) {
    const TraceJob *job = &g_array_index(source->loaded, TraceJob, i);
    bool intended;
    const char *reason = window_refusal(source->spec, job, admitted->len, &intended);
    if (reason == NULL)
      g_array_append_val(admitted, *job);
    else
      count_skip(summary, reason, intended, job->line);
  }
  g_autofree char *fault = NULL;
  source->sorted = trace_shake(admitted, source->framework, source->seed, &fault);
  if (source->sorted != NULL)
    return true;
  g_set_error(error, TRACE_ERROR, TRACE_ERROR_MAPPING, "%s: %s", source->spec->path, fault);
  return false;
}

static bool load(TraceSource *source, TraceSummary *summary, GError **error)
{
  if (!load_all(source, summary, error))
    return false;
  if (is_shaken(source))
    return shake(source, summary, error);
  source->sorted = g_array_ref(source->loaded);
  return true;
}

static JobPull trace_source_next(JobSource *base, Job *out, GError **error)
{
  TraceSource *source = (TraceSource *)base;
  TraceJob job;
  Admission admission;
  if (source->returned == source->n_jobs)
    return JOB_END;
  do {
    JobPull pull = next_pending(source, &job, NULL, error);
    if (pull == JOB_FAILED)
      return JOB_FAILED;
    admission = pull == JOB_NEXT ? admit(source, &job, source->returned, NULL, error) : ADMIT_FAILED;
    if (pull == JOB_END)
      g_set_error(error, TRACE_ERROR, TRACE_ERROR_FILE, "%s: has changed since it was opened",
                  source->spec->path);
    if (admission == ADMIT_FAILED)
      return JOB_FAILED;
  } while (admission == LEAVE_OUT);

  uint32_t member = trace_members_find(source->members, job.key);
  if (member == INDEX_NONE ||
      (!source->framework->start_given && job.submit.ns < base->members[member].start.ns)) {
    g_set_error(error, TRACE_ERROR, TRACE_ERROR_FILE,
                "%s:%" G_GUINT64_FORMAT ": has changed since it was opened", source->spec->path, job.line);
    return JOB_FAILED;
  }
  source->returned++;
  *out = (Job){.name = job.name,
               .key = job.job_key,
               .member = member,
               .submit = job.submit,
               .n_stages = job.n_stages,
               .stages = job.stages};
  return JOB_NEXT;
}

/* --- opening ------------------------------------------------------------------------------------------- */

static void trace_source_free(JobSource *base)
{
  TraceSource *source = (TraceSource *)base;
  if (source->rows != NULL)
    source->rows->free(source->rows);
  forget_loaded(source);
  trace_members_free(source->members);
  g_free(source);
}

static bool fail_no_job(const TraceSource *source, const TraceSummary *summary, GError **error)
{
  g_autoptr(GString) why = g_string_new(NULL);
  for (uint32_t i = 0; i < summary->skipped->len; i++) {
    const TraceSkip *skip = &g_array_index(summary->skipped, TraceSkip, i);
    g_string_append_printf(why, "%s%" G_GUINT64_FORMAT " %s", i == 0 ? ": " : ", ", skip->rows, skip->reason);
  }
  g_set_error(error, TRACE_ERROR, TRACE_ERROR_MAPPING, "%s: %s%s", source->spec->path,
              summary->rows == 0 ? "there is no job in it" : "no job is left", why->str);
  return false;
}

/* Reads everything once. */
static bool validate(TraceSource *source, TraceSummary *summary, GError **error)
{
  source->rows = open_rows(source, true, error);
  if (source->rows == NULL || (is_loaded(source) && !load(source, summary, error)))
    return false;
  for (;;) {
    TraceJob job;
    JobPull pull = next_pending(source, &job, summary, error);
    if (pull == JOB_FAILED)
      return false;
    if (pull == JOB_END)
      break;
    Admission admission = admit(source, &job, summary->jobs, summary, error);
    if (admission == ADMIT_FAILED)
      return false;
    if (admission == ADMIT) {
      count_job(summary, &job);
      trace_members_add(source->members, job.key, job.submit);
    }
  }
  g_strlcpy(summary->sha256, line_reader_sha256(source->rows->lines), sizeof summary->sha256);
  if (summary->jobs == 0)
    return fail_no_job(source, summary, error);
  if (source->rows->remark != NULL)
    source->rows->remark(source->rows, summary->warnings);
  warn_of_skips(summary, source->spec->path);
  warn_of_late_start(summary, source, source->spec->path);
  source->n_jobs = summary->jobs;
  return true;
}

/* Back to the first row. */
static bool rewind_rows(TraceSource *source, GError **error)
{
  source->position = 0;
  source->any = false;
  source->rows->free(source->rows);
  source->rows = NULL;
  source->row = (TraceRow){0};
  if (is_loaded(source))
    return true;
  source->rows = open_rows(source, false, error);
  return source->rows != NULL;
}

JobSource *trace_source_open(const FrameworkSpec *framework, uint64_t seed, TraceSummary *summary,
                             GError **error)
{
  const TraceSpec *spec = framework->trace;
  CHECK(spec != NULL && spec->time_compression > 0 && spec->scale > 0 && spec->window_start.ns >= 0);
  g_auto(TraceSummary) unwanted = {0};
  if (summary == NULL)
    summary = &unwanted;
  summary_init(summary);

  TraceMembers *members = trace_members_new(framework, spec->path, error);
  if (members == NULL)
    return NULL;
  TraceSource *source = g_new0(TraceSource, 1);
  source->base.next = trace_source_next;
  source->base.free = trace_source_free;
  source->framework = framework;
  source->spec = spec;
  source->seed = seed;
  source->start = framework->start_given ? framework->start : INSTANT_ZERO;
  source->members = members;
  if (validate(source, summary, error) && rewind_rows(source, error)) {
    source->base.members = trace_members_settle(members, &source->base.n_members, error);
    if (source->base.members != NULL)
      return &source->base;
  }
  trace_source_free(&source->base);
  return NULL;
}
