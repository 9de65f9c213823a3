/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/check.h"
#include "base/resources-text.h"
#include "metrics/results-point.h"
#include "metrics/results-private.h"

/* A run from its begin to its end: what is written while it lasts. What is written at its end: results-end.c.
 */

static int64_t nullable(Instant at)
{
  return instant_is_never(at) ? ROW_NULL : at.ns;
}

static int64_t tasks_or_null(uint32_t tasks)
{
  return tasks == TASKS_UNLIMITED ? ROW_NULL : (int64_t)tasks;
}

static double units(int64_t thousandths)
{
  return (double)thousandths / (double)QUANTITY_UNIT;
}

/* --- what the recorder does not keep ---------------------------------------------------------------------
 */

static void job_row(void *self, const RecordedJob *job)
{
  ResultsRun *run = self;
  RowCell *cell = row_add(run->stream, TABLE_JOB);
  (cell++)->integer = run->run_id;
  (cell++)->integer = job->id.index;
  (cell++)->integer = job->framework.index;
  (cell++)->text = row_text(run->stream, TABLE_JOB, job->name);
  (cell++)->integer = (int64_t)job->key;
  (cell++)->integer = job->submit.ns;
  (cell++)->integer = nullable(job->start);
  (cell++)->integer = nullable(job->finish);
  (cell++)->integer = tasks_or_null(job->tasks);
  (cell++)->integer = job->state;
  (cell++)->text = row_text(run->stream, TABLE_JOB, job->reason);
  for (TaskLocality locality = LOCALITY_NODE; locality <= LOCALITY_ANY; locality++)
    (cell++)->integer = job->located[locality];
}

static void task_attempt_row(void *self, FrameworkId framework, JobId job_id, uint32_t stage,
                             uint32_t task_index, uint32_t attempt, AgentId agent, Instant launch,
                             Instant start, Instant finish, TaskLocality locality, const char *state)
{
  ResultsRun *run = self;
  Instant started = instant_is_never(start) ? finish : start;
  RowCell *cell = row_add(run->stream, TABLE_TASK_ATTEMPT);
  (cell++)->integer = run->run_id;
  (cell++)->integer = framework.index;
  (cell++)->integer = job_id.index;
  (cell++)->integer = stage;
  (cell++)->integer = task_index;
  (cell++)->integer = attempt;
  (cell++)->integer = agent.index == INDEX_NONE ? ROW_NULL : (int64_t)agent.index;
  (cell++)->integer = nullable(start);
  (cell++)->integer = nullable(finish);
  (cell++)->integer =
      instant_is_never(started) || instant_is_never(launch) ? ROW_NULL : started.ns - launch.ns;
  (cell++)->integer = results_attempt_state_code(state);
  cell->integer = locality;
}

static void operator_row(void *self, Instant now, uint32_t number, uint32_t done, uint32_t refused,
                         const char *message)
{
  ResultsRun *run = self;
  const OperatorSpec *call = &run->experiment->operators[number];
  RowCell *cell = row_add(run->stream, TABLE_OPERATOR_CALL);
  (cell++)->integer = run->run_id;
  (cell++)->integer = number;
  (cell++)->text = call->name;
  (cell++)->integer = now.ns;
  (cell++)->text = call->text;
  (cell++)->integer = done;
  (cell++)->integer = refused;
  cell->text = row_text(run->stream, TABLE_OPERATOR_CALL, message);
}

/* --- begin -----------------------------------------------------------------------------------------------
 */

static void add_traces(ResultsRun *run, const ResultsProvenance *provenance)
{
  for (uint32_t i = 0; i < provenance->n_traces; i++) {
    const ResultsTrace *trace = &provenance->traces[i];
    RowCell *cell = row_add(run->stream, TABLE_TRACE);
    (cell++)->integer = run->run_id;
    (cell++)->text = row_text(run->stream, TABLE_TRACE, trace->framework);
    (cell++)->text = row_text(run->stream, TABLE_TRACE, trace->path);
    (cell++)->text = row_text(run->stream, TABLE_TRACE, trace->sha256);
    (cell++)->integer = trace->bytes;
    cell->text = row_text(run->stream, TABLE_TRACE, trace->replicate);
  }
}

static void add_settings(ResultsRun *run, const ResultsProvenance *provenance)
{
  /* The last of two overrides of one key is the one that counts. */
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  for (guint i = provenance->settings == NULL ? 0 : g_strv_length((char **)(guintptr)provenance->settings);
       i-- > 0;) {
    g_auto(GStrv) sides = g_strsplit(provenance->settings[i], "=", 2);
    g_autofree char *name = g_strdup(g_strstrip(sides[0]));
    if (strcmp(name, "experiment.seed") == 0 ||
        g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
      continue;
    RowCell *cell = row_add(run->stream, TABLE_SETTING);
    (cell++)->integer = run->run_id;
    (cell++)->text = row_text(run->stream, TABLE_SETTING, name);
    cell->text = row_text(run->stream, TABLE_SETTING, sides[1] == NULL ? "" : g_strstrip(sides[1]));
    g_ptr_array_add(names, g_steal_pointer(&name));
  }
}

static bool is_recorded(const ResultsProvenance *provenance, const Experiment *experiment)
{
  for (uint32_t i = 0; i < provenance->n_traces; i++)
    if (provenance->traces[i].replicate != NULL)
      return false;
  return provenance->n_traces > 0 && provenance->n_traces == experiment->n_frameworks;
}

static void add_agent_classes(ResultsRun *run)
{
  const Cluster *cluster = &run->experiment->cluster;
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    const AgentClass *class = &cluster->classes[i];
    g_autofree char *resources = resources_print(run->experiment->kinds, &class->resources);
    RowCell *cell = row_add(run->stream, TABLE_AGENT_CLASS);
    (cell++)->integer = run->run_id;
    (cell++)->text = class->name;
    (cell++)->integer = class->count;
    (cell++)->text = row_text(run->stream, TABLE_AGENT_CLASS, resources);
    cell->real = class->speed;
  }
}

/* An error shows again when the run ends. */
static int64_t last_job(sqlite3 *db)
{
  int64_t last = 0;
  sqlite3_stmt *query = NULL;
  if (sqlite3_prepare_v2(db, "SELECT coalesce(max(rowid), 0) FROM job", -1, &query, NULL) == SQLITE_OK &&
      sqlite3_step(query) == SQLITE_ROW)
    last = sqlite3_column_int64(query, 0);
  sqlite3_finalize(query);
  return last;
}

ResultsRun *results_begin_run(Results *results, const ResultsProvenance *provenance,
                              const Experiment *experiment)
{
  ResultsRun *run = g_new0(ResultsRun, 1);
  run->results = results;
  run->experiment = experiment;
  run->sources = provenance->sources;
  run->version = g_strdup(provenance->version);
  run->git_commit = g_strdup(provenance->git_commit);
  run->allocator = g_strdup(provenance->allocator);
  run->allocator_path = g_strdup(provenance->allocator_path);
  run->allocator_sha256 = g_strdup(provenance->allocator_sha256);
  run->command = g_strdup(provenance->command);
  run->point = results_point(experiment, provenance);
  run->point_key = results_point_key(experiment, provenance);
  run->recorded = is_recorded(provenance, experiment);
  run->seed = provenance->seed;
  run->replication = provenance->replication;
  run->stream = row_stream_new(results->writer);
  run->jobs_before = last_job(results->db);

  RecorderSink sink = {
      .self = run,
      .job = job_row,
      .task_attempt = provenance->record_tasks ? task_attempt_row : NULL,
      .operator_called = operator_row,
  };
  run->recorder = recorder_new(experiment->warm_up, &sink);
  recorder_set_kinds(run->recorder, experiment->kinds);
  if (experiment->fairness == FAIRNESS_AGENTS)
    recorder_measure_agents(run->recorder, experiment);

  g_mutex_lock(&results->mutex);
  run->run_id = ++results->n_runs;
  g_ptr_array_add(results->runs, run);
  g_mutex_unlock(&results->mutex);

  add_settings(run, provenance);
  add_traces(run, provenance);
  add_agent_classes(run);
  return run;
}

void results_run_free(ResultsRun *run)
{
  row_stream_free(run->stream);
  recorder_free(run->recorder);
  g_free(run->version);
  g_free(run->git_commit);
  g_free(run->allocator);
  g_free(run->allocator_path);
  g_free(run->allocator_sha256);
  g_free(run->command);
  g_free(run->point);
  g_free(run->point_key);
  g_free(run);
}

const MasterObserver *results_run_master_observer(ResultsRun *run)
{
  return recorder_master_observer(run->recorder);
}

const JobObserver *results_run_job_observer(ResultsRun *run)
{
  return recorder_job_observer(run->recorder);
}

/* --- samples ---------------------------------------------------------------------------------------------
 */

static void add_share_samples(ResultsRun *run, Instant now)
{
  uint32_t n = recorder_framework_count(run->recorder);
  for (uint32_t i = 0; i < n; i++) {
    const RecordedFramework *framework = recorder_framework(run->recorder, i);
    if (!framework->started || framework->stopped)
      continue;
    RowCell *cell = row_add(run->stream, TABLE_SHARE_SAMPLE);
    (cell++)->integer = run->run_id;
    (cell++)->integer = now.ns;
    (cell++)->integer = i;
    (cell++)->real = recorder_share(run->recorder, i);
    (cell++)->real = framework->since_share;
    (cell++)->real = recorder_share_with_offered(run->recorder, i);
    (cell++)->real = recorder_share_of(run->recorder, i, RESOURCE_CPUS);
    (cell++)->real = recorder_share_of(run->recorder, i, RESOURCE_MEM);
    (cell++)->real = framework->fair_share;
    (cell++)->integer = framework->running;
    (cell++)->integer = framework->held;
    cell->integer = framework->unlimited > 0 ? ROW_NULL : framework->demand_tasks;
  }
}

static void add_cluster_samples(ResultsRun *run, Instant now)
{
  const RecordedCluster *cluster = recorder_cluster(run->recorder);
  uint32_t n = recorder_framework_count(run->recorder);
  for (uint32_t k = 0; k < cluster->n_kinds; k++) {
    uint32_t kind = cluster->kinds[k];
    int64_t allocated = 0;
    int64_t offered = 0;
    for (uint32_t i = 0; i < n; i++) {
      const RecordedFramework *framework = recorder_framework(run->recorder, i);
      allocated += framework->allocated[kind].level;
      offered += framework->offered[kind].level;
    }
    RowCell *cell = row_add(run->stream, TABLE_CLUSTER_SAMPLE);
    (cell++)->integer = run->run_id;
    (cell++)->integer = now.ns;
    (cell++)->text = resource_kinds_name(run->experiment->kinds, kind);
    (cell++)->real = units(allocated);
    (cell++)->real = cluster->since_allocated[kind] / (double)QUANTITY_UNIT;
    (cell++)->real = units(offered);
    cell->real = units(cluster->total[kind].level);
  }
}

static void add_run_sample(ResultsRun *run, Instant now)
{
  const RecordedCluster *cluster = recorder_cluster(run->recorder);
  uint32_t n = recorder_framework_count(run->recorder);
  uint64_t sent = 0, ended = 0, declined = 0, rescinded = 0, waiting = 0, running = 0, terminal = 0;
  for (uint32_t i = 0; i < n; i++) {
    const RecordedFramework *framework = recorder_framework(run->recorder, i);
    sent += framework->offers_made;
    declined += framework->offers_ended[OFFER_DECLINED];
    rescinded += framework->offers_ended[OFFER_RESCINDED];
    for (int end = 0; end < OFFER_ENDS; end++)
      ended += framework->offers_ended[end];
    waiting += framework->jobs[JOB_WAITING];
    running += framework->jobs[JOB_RUNNING];
  }
  for (int state = TASK_FINISHED; state < TASK_STATES; state++)
    terminal += cluster->tasks[state];

  RowCell *cell = row_add(run->stream, TABLE_RUN_SAMPLE);
  (cell++)->integer = run->run_id;
  (cell++)->integer = now.ns;
  (cell++)->integer = (int64_t)(cluster->agents_added - cluster->agents_removed);
  (cell++)->integer = (int64_t)cluster->tasks[TASK_RUNNING];
  (cell++)->integer = (int64_t)(cluster->tasks[TASK_STAGING] + cluster->tasks[TASK_STARTING]);
  (cell++)->integer = (int64_t)terminal;
  (cell++)->integer = (int64_t)waiting;
  (cell++)->integer = (int64_t)running;
  (cell++)->integer = (int64_t)(sent - ended);
  (cell++)->integer = (int64_t)sent;
  (cell++)->integer = (int64_t)declined;
  cell->integer = (int64_t)rescinded;
}

static void add_decomposition_samples(ResultsRun *run, Instant now)
{
  const RecordedCluster *cluster = recorder_cluster(run->recorder);
  const Decomposition *decomposition = recorder_decomposition(run->recorder);
  for (uint32_t k = 0; decomposition != NULL && k < cluster->n_kinds; k++) {
    uint32_t kind = cluster->kinds[k];
    RowCell *cell = row_add(run->stream, TABLE_DECOMPOSITION_SAMPLE);
    (cell++)->integer = run->run_id;
    (cell++)->integer = now.ns;
    (cell++)->text = resource_kinds_name(run->experiment->kinds, kind);
    (cell++)->integer = decomposition->total.amount[kind];
    for (int part = 0; part < PARTS; part++)
      (cell++)->integer = decomposition->parts[part].amount[kind];
  }
}

AgentPicture *results_run_picture(ResultsRun *run)
{
  return recorder_picture(run->recorder);
}

bool results_sample(ResultsRun *run, Instant now, GError **error)
{
  recorder_sample(run->recorder, now);
  add_share_samples(run, now);
  add_cluster_samples(run, now);
  add_run_sample(run, now);
  add_decomposition_samples(run, now);
  if (row_writer_check(run->results->writer, error))
    return true;
  g_prefix_error(error, "%s: ", run->results->path);
  return false;
}

void results_run_quota(ResultsRun *run, Instant now, const char *role, const Quantities *guarantee,
                       const Quantities *limit, const Quantities *consumed, const Quantities *offered)
{
  for (uint32_t kind = 0; kind < resource_kinds_count(run->experiment->kinds); kind++) {
    if (guarantee->amount[kind] == 0 && limit->amount[kind] < 0)
      continue;
    RowCell *cell = row_add(run->stream, TABLE_QUOTA_SAMPLE);
    (cell++)->integer = run->run_id;
    (cell++)->integer = now.ns;
    (cell++)->text = row_text(run->stream, TABLE_QUOTA_SAMPLE, role);
    (cell++)->text = resource_kinds_name(run->experiment->kinds, kind);
    (cell++)->real = units(guarantee->amount[kind]);
    (cell++)->real = limit->amount[kind] < 0 ? ROW_NO_REAL : units(limit->amount[kind]);
    (cell++)->real = units(consumed->amount[kind]);
    cell->real = units(offered->amount[kind]);
  }
}

void results_run_counter(ResultsRun *run, const char *name, double value)
{
  RowCell *cell = row_add(run->stream, TABLE_COUNTER);
  (cell++)->integer = run->run_id;
  (cell++)->text = row_text(run->stream, TABLE_COUNTER, name);
  cell->real = value;
}

/* --- end -------------------------------------------------------------------------------------------------
 */

bool results_end_run(ResultsRun *run, const ResultsEnd *end, ResultsSummary *summary, GError **error)
{
  Results *results = run->results;
  recorder_finish(run->recorder, end->end);
  results_run_rows(run, end);
  bool done = row_stream_flush(run->stream, error) && results_run_times(run, error) &&
              row_stream_flush(run->stream, error);
  if (done && summary != NULL)
    done = results_summary_read(results->db, run->run_id, results->path, summary, error);
  if (!done)
    g_prefix_error(error, "%s: ", results->path);

  g_mutex_lock(&results->mutex);
  CHECK(g_ptr_array_remove(results->runs, run));
  g_mutex_unlock(&results->mutex);
  results_run_free(run);
  return done;
}
