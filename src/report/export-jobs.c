/* SPDX-License-Identifier: Apache-2.0 */

/* Jobs, one line each: batsim and swf. */

#include <math.h>
#include <string.h>

#include "report/csv-text.h"
#include "report/export.h"

#define ROWS_PER_LOOK 0xfffu

/* States of jobs, as state_code in the table. */
enum { WAITING, RUNNING, FINISHED, FAILED, KILLED, UNSCHEDULABLE };

/* --- batsim --------------------------------------------------------------------------------------------- */

static const char batsim_header[] =
    "job_id,workload_name,profile,submission_time,requested_number_of_resources,requested_time,success,final_"
    "state,"
    "starting_time,execution_time,finish_time,waiting_time,turnaround_time,stretch,allocated_resources,"
    "consumed_energy,metadata\n";

/* The agents of jobs, in the order of jobs: a row of @query is (job_id, agent_id). */
typedef struct {
  Query query;
  bool row;       /* the query stands at one */
  GArray *agents; /* of uint32_t: of the job that was asked for, ascending, each once */
} Placements;

static bool placements_start(Placements *placements, const RunSet *set, uint32_t run, GError **error)
{
  placements->agents = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  if (!query_start(&placements->query, set, run,
                   "SELECT job_id, agent_id FROM task_attempt WHERE run_id = ?1 AND start_ns IS NOT NULL "
                   "AND agent_id IS NOT NULL ORDER BY job_id, agent_id",
                   error))
    return false;
  placements->row = query_next(&placements->query);
  return true;
}

static void placements_take(Placements *placements, int64_t job_id)
{
  Query *query = &placements->query;
  g_array_set_size(placements->agents, 0);
  for (; placements->row && query_integer(query, 0) <= job_id; placements->row = query_next(query)) {
    uint32_t agent = (uint32_t)query_integer(query, 1);
    guint n = placements->agents->len;
    if (query_integer(query, 0) == job_id &&
        (n == 0 || g_array_index(placements->agents, uint32_t, n - 1) != agent))
      g_array_append_val(placements->agents, agent);
  }
}

static bool placements_end(Placements *placements, GError **error)
{
  g_array_unref(placements->agents);
  return placements->query.statement == NULL || query_end(&placements->query, error);
}

/* "0-4 6 8" */
static void write_intervals(TextFile *file, const GArray *agents)
{
  for (guint i = 0; i < agents->len;) {
    uint32_t first = g_array_index(agents, uint32_t, i);
    uint32_t last = first;
    if (i > 0)
      text_file_putc(file, ' ');
    for (i++; i < agents->len && g_array_index(agents, uint32_t, i) == last + 1; i++)
      last++;
    text_file_integer(file, first);
    if (last == first)
      continue;
    text_file_putc(file, '-');
    text_file_integer(file, last);
  }
}

static const char *batsim_state(int64_t state)
{
  switch (state) {
  case FINISHED:
    return "COMPLETED_SUCCESSFULLY";
  case FAILED:
    return "COMPLETED_FAILED";
  case KILLED:
    return "COMPLETED_KILLED";
  default:
    return "REJECTED";
  }
}

/* Columns of the query: job_id, framework, submit, start, finish, tasks, state_code. */
static void write_batsim_job(TextFile *file, const Query *query, const GArray *agents)
{
  int64_t submit = query_integer(query, 2);
  int64_t start = query_integer(query, 3);
  int64_t finish = query_integer(query, 4);
  bool started = !query_is_null(query, 3);
  int64_t state = query_integer(query, 6);
  text_file_integer(file, query_integer(query, 0));
  text_file_puts(file, ",w0,");
  csv_cell(file, query, 1);
  text_file_putc(file, ',');
  text_file_seconds(file, submit);
  text_file_putc(file, ',');
  text_file_integer(file, agents->len > 0 ? agents->len : query_integer(query, 5));
  text_file_puts(file, state == FINISHED ? ",-1,1," : ",-1,0,");
  text_file_puts(file, batsim_state(state));
  text_file_putc(file, ',');
  if (started) {
    text_file_seconds(file, start);
    text_file_putc(file, ',');
    text_file_seconds(file, finish - start);
    text_file_putc(file, ',');
    text_file_seconds(file, finish);
    text_file_putc(file, ',');
    text_file_seconds(file, start - submit);
  } else {
    text_file_puts(file, ",,");
    text_file_seconds(file, finish);
    text_file_putc(file, ',');
  }
  text_file_putc(file, ',');
  text_file_seconds(file, finish - submit);
  text_file_putc(file, ',');
  if (started && finish > start)
    csv_real(file, (double)(finish - submit) / (double)(finish - start));
  text_file_putc(file, ',');
  write_intervals(file, agents);
  text_file_puts(file, ",-1,tasks:");
  csv_cell(file, query, 5);
  text_file_putc(file, '\n');
}

static bool write_batsim(TextFile *file, const RunSet *set, uint32_t run, Placements *placements,
                         const ReportHost *host, GError **error)
{
  Query query;
  if (!query_start(&query, set, run,
                   "SELECT job_id, framework.name, submit_ns, job.start_ns, finish_ns, tasks, state_code "
                   "FROM job JOIN framework USING (run_id, framework_id) "
                   "WHERE run_id = ?1 AND finish_ns IS NOT NULL ORDER BY job_id",
                   error))
    return false;
  bool going = true;
  text_file_puts(file, batsim_header);
  for (uint64_t row = 1; going && query_next(&query); row++) {
    placements_take(placements, query_integer(&query, 0));
    write_batsim_job(file, &query, placements->agents);
    if ((row & ROWS_PER_LOOK) == 0)
      going = report_host_progress(host, "writing jobs", 0.5, error);
  }
  return query_end(&query, going ? error : NULL) && going;
}

bool export_batsim(const RunSet *set, uint32_t run, const char *path, const ReportHost *host, GError **error)
{
  Placements placements = {.row = false};
  TextFile *file = text_file_open(path, error);
  if (file == NULL)
    return false;
  bool written = report_host_progress(host, "sorting tasks", 0, error) &&
                 placements_start(&placements, set, run, error) &&
                 write_batsim(file, set, run, &placements, host, error);
  if (placements.agents != NULL)
    written = placements_end(&placements, written ? error : NULL) && written;
  if (written)
    return text_file_commit(file, error);
  text_file_abandon(file);
  return false;
}

/* --- swf ------------------------------------------------------------------------------------------------ */

/* One line, whatever the text. */
static void write_comment(TextFile *file, const char *key, const char *text)
{
  g_autofree char *line = g_strdelimit(g_strdup(text), "\r\n", ' ');
  text_file_printf(file, "; %s: %s\n", key, line);
}

static void write_date(TextFile *file, const char *key, int64_t seconds)
{
  g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(seconds);
  g_autofree char *text = date == NULL ? NULL : g_date_time_format(date, "%a %b %d %H:%M:%S UTC %Y");
  if (text != NULL)
    write_comment(file, key, text);
}

static bool read_number(const RunSet *set, uint32_t run, const char *sql, double *number, GError **error)
{
  Query query;
  if (!query_start(&query, set, run, sql, error))
    return false;
  *number = query_next(&query) ? query_real(&query, 0) : (double)NAN;
  return query_end(&query, error);
}

static bool write_names(TextFile *file, const RunSet *set, uint32_t run, GError **error)
{
  Query query;
  if (!query_start(&query, set, run,
                   "SELECT DISTINCT group_id + 1, group_name FROM framework WHERE run_id = ?1 ORDER BY 1",
                   error))
    return false;
  while (query_next(&query)) {
    g_autofree char *name = query_text(&query, 1);
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT " %s", query_integer(&query, 0), name);
    write_comment(file, "Queue", text);
  }
  return query_end(&query, error);
}

static bool write_swf_header(TextFile *file, const RunSet *set, uint32_t run, const char *maker,
                             GError **error)
{
  const ReportRun *one = run_set_run(set, run);
  double jobs;
  double cpus;
  double queues;
  if (!read_number(set, run, "SELECT count(*) FROM job WHERE run_id = ?1", &jobs, error) ||
      !read_number(set, run, "SELECT max(total) FROM cluster_sample WHERE run_id = ?1 AND resource = 'cpus'",
                   &cpus, error) ||
      !read_number(set, run, "SELECT count(DISTINCT group_id) FROM framework WHERE run_id = ?1", &queues,
                   error))
    return false;
  g_autofree char *computer = g_strdup_printf("a simulated cluster of %u agents", one->summary.agents);
  g_autofree char *information =
      g_strdup_printf("%s; allocator %s; seed %" G_GINT64_FORMAT, one->summary.title, one->summary.allocator,
                      one->summary.seed);
  text_file_puts(file, "; Version: 2.2\n");
  write_comment(file, "Computer", computer);
  write_comment(file, "Conversion", maker);
  write_comment(file, "Information", information);
  text_file_printf(file, "; MaxJobs: %.0f\n; MaxRecords: %.0f\n; Preemption: No\n; UnixStartTime: 0\n", jobs,
                   jobs);
  text_file_puts(file, "; TimeZone: 0\n; TimeZoneString: Etc/UTC\n");
  write_date(file, "StartTime", 0);
  write_date(file, "EndTime", one->summary.end.ns / 1000000000);
  text_file_printf(file, "; MaxNodes: %u\n; MaxProcs: %.0f\n", one->summary.agents,
                   isnan(cpus) ? one->summary.agents : ceil(cpus));
  text_file_printf(file, "; MaxQueues: %.0f\n", queues);
  if (!write_names(file, set, run, error))
    return false;
  text_file_puts(
      file, "; MaxPartitions: 1\n; Partition: 1 the cluster\n"
            "; Note: Times are seconds of simulated time and may have fractions.\n"
            "; Note: A processor is a task of the job, whatever its resources. User: the framework; queue:\n"
            ";       its group in the workload.\n"
            "; Note: Field 6 is the mean run time of the job's tasks where tasks were recorded.\n");
  return true;
}

static void write_seconds_or_unknown(TextFile *file, bool known, int64_t ns)
{
  text_file_putc(file, ' ');
  if (known)
    text_file_seconds(file, ns);
  else
    text_file_puts(file, "-1");
}

static int swf_status(int64_t state)
{
  switch (state) {
  case FINISHED:
    return 1;
  case FAILED:
    return 0;
  case KILLED:
  case UNSCHEDULABLE:
    return 5;
  default:
    return -1;
  }
}

/* Run times of tasks, in the order of jobs: a row is (job_id, mean ns). */
typedef struct {
  Query query;
  bool row;
} TaskMeans;

static bool task_means_take(TaskMeans *means, int64_t job_id, int64_t *ns)
{
  while (means->row && query_integer(&means->query, 0) < job_id)
    means->row = query_next(&means->query);
  if (!means->row || query_integer(&means->query, 0) != job_id)
    return false;
  *ns = (int64_t)query_real(&means->query, 1);
  return true;
}

/* Columns of the query: job_id, submit, start, finish, tasks, state_code, framework_id, group_id. */
static void write_swf_job(TextFile *file, const Query *query, TaskMeans *means)
{
  int64_t submit = query_integer(query, 1);
  int64_t start = query_integer(query, 2);
  int64_t finish = query_integer(query, 3);
  bool started = !query_is_null(query, 2);
  bool ended = started && !query_is_null(query, 3);
  int64_t tasks = query_is_null(query, 4) ? -1 : query_integer(query, 4);
  int64_t task_ns = 0;
  text_file_integer(file, query_integer(query, 0) + 1);
  write_seconds_or_unknown(file, true, submit);
  write_seconds_or_unknown(file, started, start - submit);
  write_seconds_or_unknown(file, ended, finish - start);
  text_file_putc(file, ' ');
  text_file_integer(file, started ? tasks : -1);
  bool known = task_means_take(means, query_integer(query, 0), &task_ns);
  write_seconds_or_unknown(file, known, task_ns);
  text_file_puts(file, " -1 ");
  text_file_integer(file, tasks);
  text_file_puts(file, " -1 -1 ");
  text_file_integer(file, swf_status(query_integer(query, 5)));
  text_file_putc(file, ' ');
  text_file_integer(file, query_integer(query, 6) + 1);
  text_file_puts(file, " -1 -1 ");
  text_file_integer(file, query_integer(query, 7) + 1);
  text_file_puts(file, " 1 -1 -1\n");
}

static bool write_swf(TextFile *file, const RunSet *set, uint32_t run, TaskMeans *means,
                      const ReportHost *host, GError **error)
{
  Query query;
  if (!query_start(
          &query, set, run,
          "SELECT job_id, submit_ns, job.start_ns, finish_ns, tasks, state_code, framework_id, group_id "
          "FROM job JOIN framework USING (run_id, framework_id) WHERE run_id = ?1 ORDER BY job_id",
          error))
    return false;
  bool going = true;
  for (uint64_t row = 1; going && query_next(&query); row++) {
    write_swf_job(file, &query, means);
    if ((row & ROWS_PER_LOOK) == 0)
      going = report_host_progress(host, "writing jobs", 0.5, error);
  }
  return query_end(&query, going ? error : NULL) && going;
}

bool export_swf(const RunSet *set, uint32_t run, const char *maker, const char *path, const ReportHost *host,
                GError **error)
{
  TaskMeans means = {.row = false};
  TextFile *file = text_file_open(path, error);
  if (file == NULL)
    return false;
  bool written =
      report_host_progress(host, "reading tasks", 0, error) &&
      write_swf_header(file, set, run, maker, error) &&
      query_start(&means.query, set, run,
                  "SELECT job_id, avg(finish_ns - start_ns) FROM task_attempt WHERE run_id = ?1 "
                  "AND start_ns IS NOT NULL AND finish_ns IS NOT NULL GROUP BY job_id ORDER BY job_id",
                  error);
  if (written) {
    means.row = query_next(&means.query);
    written = write_swf(file, set, run, &means, host, error);
    written = query_end(&means.query, written ? error : NULL) && written;
  }
  if (written)
    return text_file_commit(file, error);
  text_file_abandon(file);
  return false;
}
