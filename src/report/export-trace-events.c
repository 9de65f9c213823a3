/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The Trace Event Format: an object with an array traceEvents. Times are microseconds.
 *
 *   M  names of processes (the cluster, agents or frameworks) and of threads (lanes, track-lanes.h)
 *   X  tasks, with begin and duration
 *   C  tasks running and staging, offers outstanding, utilization: at the instants of samples
 *   i  offers made, declined and rescinded since the sample before
 *
 * Source: the "Trace Event Format" document of the Chromium project.
 */

#include <string.h>

#include "report/export.h"
#include "report/text-file.h"
#include "report/track-lanes.h"

#define ROWS_PER_LOOK 0x3fffu
#define CLUSTER       1 /* process of what concerns no agent or framework */
#define PROCESS_FIRST 2 /* of the first agent or framework */
#define OFFERS_THREAD 1
#define THREAD_FIRST  1000000 /* threads have numbers that are nobody else's */

typedef struct {
  const RunSet *set;
  uint32_t run;
  const TraceEventsOptions *options;
  const ReportHost *host;
  TextFile *file;
  bool begun;       /* an event was written */
  GPtrArray *names; /* of char *, by framework_id; NULL where there is none */
  GArray *threads;  /* of GArray of uint32_t, by track: threads of its lanes; NULL: none */
  uint32_t n_threads;
  int64_t end_ns;
} Tracer;

/* --- JSON ----------------------------------------------------------------------------------------------- */

static void write_text(TextFile *file, const char *text)
{
  text_file_putc(file, '"');
  for (const char *c = text; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\') {
      text_file_putc(file, '\\');
      text_file_putc(file, *c);
    } else if ((unsigned char)*c < ' ') {
      text_file_printf(file, "\\u%04x", (unsigned)(unsigned char)*c);
    } else {
      text_file_putc(file, *c);
    }
  }
  text_file_putc(file, '"');
}

/* Microseconds, exactly. */
static void write_us(TextFile *file, int64_t ns)
{
  int64_t rest = ns % NS_PER_US;
  text_file_integer(file, ns / NS_PER_US);
  if (rest == 0)
    return;
  char digits[5] = {'.', (char)('0' + rest / 100), (char)('0' + rest / 10 % 10), (char)('0' + rest % 10),
                    '\0'};
  text_file_puts(file, digits);
}

static void event_begin(Tracer *tracer, char phase, uint32_t process, uint32_t thread)
{
  text_file_puts(tracer->file, tracer->begun ? ",\n{\"ph\":\"" : "\n{\"ph\":\"");
  tracer->begun = true;
  text_file_putc(tracer->file, phase);
  text_file_puts(tracer->file, "\",\"pid\":");
  text_file_integer(tracer->file, process);
  text_file_puts(tracer->file, ",\"tid\":");
  text_file_integer(tracer->file, thread);
}

/* "process_name" or "thread_name" */
static void write_name(Tracer *tracer, const char *what, uint32_t process, uint32_t thread, const char *name)
{
  event_begin(tracer, 'M', process, thread);
  text_file_printf(tracer->file, ",\"name\":\"%s\",\"args\":{\"name\":", what);
  write_text(tracer->file, name);
  text_file_puts(tracer->file, "}}");
}

/* --- tasks ---------------------------------------------------------------------------------------------- */

static const char *framework_name(const Tracer *tracer, int64_t framework_id)
{
  if (framework_id < 0 || framework_id >= tracer->names->len)
    return "?";
  const char *name = g_ptr_array_index(tracer->names, (guint)framework_id);
  return name == NULL ? "?" : name;
}

static bool read_names(Tracer *tracer, GError **error)
{
  Query query;
  if (!query_start(&query, tracer->set, tracer->run,
                   "SELECT framework_id, name FROM framework WHERE run_id = ?1", error))
    return false;
  while (query_next(&query)) {
    int64_t id = query_integer(&query, 0);
    if (id < 0 || id > G_MAXINT32 / 2)
      continue;
    if ((guint)id >= tracer->names->len)
      g_ptr_array_set_size(tracer->names, (gint)id + 1);
    g_free(g_ptr_array_index(tracer->names, (guint)id));
    g_ptr_array_index(tracer->names, (guint)id) = query_text(&query, 1);
  }
  return query_end(&query, error);
}

static void name_track(Tracer *tracer, uint32_t track)
{
  uint32_t process = PROCESS_FIRST + track;
  g_autofree char *agent = g_strdup_printf("agent %u", track);
  write_name(tracer, "process_name", process, 0,
             tracer->options->by_framework ? framework_name(tracer, track) : agent);
  event_begin(tracer, 'M', process, 0);
  text_file_puts(tracer->file, ",\"name\":\"process_sort_index\",\"args\":{\"sort_index\":");
  text_file_integer(tracer->file, process);
  text_file_puts(tracer->file, "}}");
}

static uint32_t thread_of(Tracer *tracer, uint32_t track, uint32_t lane, bool is_new)
{
  if (track >= tracer->threads->len)
    g_array_set_size(tracer->threads, track + 1);
  GArray **threads = &g_array_index(tracer->threads, GArray *, track);
  if (*threads == NULL) {
    *threads = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    name_track(tracer, track);
  }
  if (is_new) {
    uint32_t thread = THREAD_FIRST + tracer->n_threads++;
    g_autofree char *name = g_strdup_printf("slot %u", lane + 1);
    g_array_append_val(*threads, thread);
    write_name(tracer, "thread_name", PROCESS_FIRST + track, thread, name);
  }
  return g_array_index(*threads, uint32_t, lane);
}

/* Columns of the query: framework_id, job_id, stage, task_index, attempt, agent_id, start, finish, state. */
static void write_task(Tracer *tracer, const Query *query, uint32_t track, uint32_t thread, int64_t start,
                       int64_t finish)
{
  static const char *const keys[] = {NULL, "job", "stage", "task", "attempt", "agent"};
  TextFile *file = tracer->file;
  event_begin(tracer, 'X', PROCESS_FIRST + track, thread);
  text_file_puts(file, ",\"ts\":");
  write_us(file, start);
  text_file_puts(file, ",\"dur\":");
  write_us(file, finish - start);
  text_file_puts(file, ",\"cat\":\"task\",\"name\":");
  const char *framework = framework_name(tracer, query_integer(query, 0));
  if (tracer->options->by_framework) {
    text_file_puts(file, "\"job ");
    text_file_integer(file, query_integer(query, 1));
    text_file_putc(file, '"');
  } else {
    write_text(file, framework);
  }
  text_file_puts(file, ",\"args\":{\"framework\":");
  write_text(file, framework);
  for (int i = 1; i < (int)G_N_ELEMENTS(keys); i++) {
    text_file_puts(file, ",\"");
    text_file_puts(file, keys[i]);
    text_file_puts(file, "\":");
    text_file_integer(file, query_integer(query, i));
  }
  text_file_puts(file, ",\"state\":");
  write_text(file, (const char *)sqlite3_column_text(query->statement, 8));
  text_file_puts(file, "}}");
}

static bool write_tasks(Tracer *tracer, GError **error)
{
  Query query;
  if (!query_start(
          &query, tracer->set, tracer->run,
          "SELECT framework_id, job_id, stage, task_index, attempt, agent_id, start_ns, finish_ns, state "
          "FROM task_attempt WHERE run_id = ?1 AND start_ns IS NOT NULL AND agent_id IS NOT NULL "
          "AND start_ns <= ?2 AND coalesce(finish_ns, ?3) >= ?4 ORDER BY start_ns, rowid",
          error))
    return false;
  sqlite3_bind_int64(query.statement, 2, tracer->options->to_ns);
  sqlite3_bind_int64(query.statement, 3, tracer->end_ns);
  sqlite3_bind_int64(query.statement, 4, tracer->options->from_ns);
  g_autoptr(TrackLanes) lanes = track_lanes_new();
  bool going = true;
  for (uint64_t row = 1; going && query_next(&query); row++) {
    int64_t start = query_integer(&query, 6);
    int64_t finish = query_is_null(&query, 7) ? MAX(tracer->end_ns, start) : query_integer(&query, 7);
    uint32_t track = (uint32_t)query_integer(&query, tracer->options->by_framework ? 0 : 5);
    bool is_new;
    uint32_t lane = track_lanes_add(lanes, track, start, MAX(finish, start), &is_new);
    write_task(tracer, &query, track, thread_of(tracer, track, lane, is_new), start, MAX(finish, start));
    if ((row & ROWS_PER_LOOK) == 0)
      going = report_host_progress(tracer->host, "writing tasks",
                                   tracer->end_ns > 0 ? (double)start / (double)tracer->end_ns : 0, error);
  }
  return query_end(&query, going ? error : NULL) && going;
}

/* --- samples -------------------------------------------------------------------------------------------- */

static void counter_begin(Tracer *tracer, const char *name, int64_t t)
{
  event_begin(tracer, 'C', CLUSTER, 0);
  text_file_puts(tracer->file, ",\"ts\":");
  write_us(tracer->file, t);
  text_file_printf(tracer->file, ",\"name\":\"%s\",\"args\":{", name);
}

/* Columns of the query: t, running, staging, outstanding, sent, declined, rescinded; @before: the last three of the
 * sample before. */
static void write_sample(Tracer *tracer, const Query *query, int64_t before[3])
{
  static const char *const keys[] = {"made", "declined", "rescinded"};
  int64_t t = query_integer(query, 0);
  bool shown = t >= tracer->options->from_ns && t <= tracer->options->to_ns;
  if (shown) {
    counter_begin(tracer, "tasks", t);
    text_file_printf(tracer->file, "\"running\":%" G_GINT64_FORMAT ",\"staging\":%" G_GINT64_FORMAT "}}",
                     query_integer(query, 1), query_integer(query, 2));
    counter_begin(tracer, "offers outstanding", t);
    text_file_printf(tracer->file, "\"offers\":%" G_GINT64_FORMAT "}}", query_integer(query, 3));
    event_begin(tracer, 'i', CLUSTER, OFFERS_THREAD);
    text_file_puts(tracer->file, ",\"ts\":");
    write_us(tracer->file, t);
    text_file_puts(tracer->file, ",\"s\":\"t\",\"cat\":\"offers\",\"name\":\"offers\",\"args\":{");
  }
  for (int i = 0; i < 3; i++) {
    int64_t value = query_integer(query, 4 + i);
    if (shown)
      text_file_printf(tracer->file, "%s\"%s\":%" G_GINT64_FORMAT, i == 0 ? "" : ",", keys[i],
                       value - before[i]);
    before[i] = value;
  }
  if (shown)
    text_file_puts(tracer->file, "}}");
}

static bool write_samples(Tracer *tracer, GError **error)
{
  Query query;
  int64_t before[3] = {0, 0, 0};
  if (!query_start(
          &query, tracer->set, tracer->run,
          "SELECT t_ns, tasks_running, tasks_staging, offers_outstanding, offers_sent, offers_declined, "
          "offers_rescinded FROM run_sample WHERE run_id = ?1",
          error))
    return false;
  while (query_next(&query))
    write_sample(tracer, &query, before);
  return query_end(&query, error);
}

static bool write_utilization(Tracer *tracer, GError **error)
{
  Query query;
  if (!query_start(&query, tracer->set, tracer->run,
                   "SELECT t_ns, resource, allocated, offered FROM cluster_sample WHERE run_id = ?1 "
                   "AND t_ns BETWEEN ?2 AND ?3",
                   error))
    return false;
  sqlite3_bind_int64(query.statement, 2, tracer->options->from_ns);
  sqlite3_bind_int64(query.statement, 3, tracer->options->to_ns);
  while (query_next(&query)) {
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    event_begin(tracer, 'C', CLUSTER, 0);
    text_file_puts(tracer->file, ",\"ts\":");
    write_us(tracer->file, query_integer(&query, 0));
    text_file_puts(tracer->file, ",\"name\":");
    write_text(tracer->file, (const char *)sqlite3_column_text(query.statement, 1));
    text_file_puts(tracer->file, ",\"args\":{\"allocated\":");
    text_file_puts(tracer->file, g_ascii_formatd(number, sizeof number, "%.12g", query_real(&query, 2)));
    text_file_puts(tracer->file, ",\"offered\":");
    text_file_puts(tracer->file, g_ascii_formatd(number, sizeof number, "%.12g", query_real(&query, 3)));
    text_file_puts(tracer->file, "}}");
  }
  return query_end(&query, error);
}

/* --- the whole ------------------------------------------------------------------------------------------ */

static void write_provenance(TextFile *file, const ReportRun *run)
{
  const ResultsSummary *summary = &run->summary;
  text_file_puts(file, "\n],\n\"displayTimeUnit\":\"ms\",\n\"otherData\":{\"title\":");
  write_text(file, summary->title);
  text_file_puts(file, ",\"allocator\":");
  write_text(file, summary->allocator);
  text_file_printf(file, ",\"seed\":\"%" G_GINT64_FORMAT "\",\"digest\":", summary->seed);
  write_text(file, summary->digest);
  text_file_puts(file, ",\"version\":");
  write_text(file, summary->version);
  text_file_puts(file, ",\"commit\":");
  write_text(file, summary->git_commit);
  text_file_puts(file, "}}\n");
}

static bool write_all(Tracer *tracer, GError **error)
{
  text_file_puts(tracer->file, "{\"traceEvents\":[");
  write_name(tracer, "process_name", CLUSTER, 0, "cluster");
  write_name(tracer, "thread_name", CLUSTER, OFFERS_THREAD, "offers since the sample before");
  if (!report_host_progress(tracer->host, "sorting tasks", 0, error) || !read_names(tracer, error) ||
      !write_samples(tracer, error) || !write_utilization(tracer, error) || !write_tasks(tracer, error))
    return false;
  write_provenance(tracer->file, run_set_run(tracer->set, tracer->run));
  return true;
}

static void threads_clear(void *data)
{
  g_clear_pointer((GArray **)data, g_array_unref);
}

bool export_trace_events(const RunSet *set, uint32_t run, const TraceEventsOptions *options, const char *path,
                         const ReportHost *host, GError **error)
{
  if (!run_set_has_tasks(set, run)) {
    g_set_error(error, REPORT_ERROR, REPORT_ERROR_INPUT,
                "%s: run %u has no tasks in it; trace events need a run with --record tasks",
                run_set_path(set, run_set_run(set, run)->file), run_set_run(set, run)->run_id);
    return false;
  }
  Tracer tracer = {.set = set,
                   .run = run,
                   .options = options,
                   .host = host,
                   .file = text_file_open(path, error),
                   .end_ns = run_set_run(set, run)->summary.end.ns};
  if (tracer.file == NULL)
    return false;
  tracer.names = g_ptr_array_new_with_free_func(g_free);
  tracer.threads = g_array_new(FALSE, TRUE, sizeof(GArray *));
  g_array_set_clear_func(tracer.threads, threads_clear);
  bool written = write_all(&tracer, error);
  g_ptr_array_unref(tracer.names);
  g_array_unref(tracer.threads);
  if (written)
    return text_file_commit(tracer.file, error);
  text_file_abandon(tracer.file);
  return false;
}
