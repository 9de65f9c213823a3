/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "base/resources-text.h"
#include "metrics/metric-list.h"
#include "metrics/results-private.h"

/* What is written at the end of a run. */

static int64_t nullable(Instant at)
{
  return instant_is_never(at) ? ROW_NULL : at.ns;
}

/* --- frameworks ------------------------------------------------------------------------------------------
 */

static RowCell *add_framework_identity(ResultsRun *run, RowCell *cell, uint32_t i)
{
  const RecordedFramework *framework = recorder_framework(run->recorder, i);
  const Experiment *experiment = run->experiment;
  bool grouped = framework->started && framework->group < experiment->n_frameworks;
  (cell++)->integer = run->run_id;
  (cell++)->integer = i;
  (cell++)->text = row_text(run->stream, TABLE_FRAMEWORK, framework->name == NULL ? "" : framework->name);
  (cell++)->text = row_text(run->stream, TABLE_FRAMEWORK, framework->role == NULL ? "*" : framework->role);
  (cell++)->real = recorder_framework_weight(run->recorder, i);
  (cell++)->integer = framework->group;
  (cell++)->text = grouped ? experiment->frameworks[framework->group].name : "";
  (cell++)->integer = nullable(framework->start);
  (cell++)->integer = nullable(framework->stop);
  return cell;
}

static RowCell *add_framework_shares(ResultsRun *run, RowCell *cell, uint32_t i)
{
  const RecordedFramework *framework = recorder_framework(run->recorder, i);
  bool reached = !instant_is_never(framework->ramp_up_at);
  double samples = (double)recorder_cluster(run->recorder)->samples;
  (cell++)->integer = framework->ramp_up_target > 0 ? framework->ramp_up_target : ROW_NULL;
  (cell++)->integer = reached ? instant_since(framework->ramp_up_at, framework->start).ns : ROW_NULL;
  (cell++)->real = recorder_mean_share(run->recorder, i);
  (cell++)->real = samples > 0 ? framework->sampled_share / samples : ROW_NO_REAL;
  (cell++)->real = samples > 0 ? framework->sampled_fair_share / samples : ROW_NO_REAL;
  (cell++)->real = framework->shortfall.deficit;
  (cell++)->integer = framework->shortfall.longest.ns;
  (cell++)->integer = framework->shortfall.open;
  (cell++)->real = framework->shortfall.work;
  (cell++)->integer = framework->shortfall.demanding.ns;
  double demanding = duration_seconds(framework->shortfall.demanding);
  bool measured = recorder_decomposition(run->recorder) != NULL && demanding > 0;
  (cell++)->real =
      measured && framework->entitled > 0 ? framework->incentive / framework->entitled : ROW_NO_REAL;
  (cell++)->real = measured ? framework->envy / demanding : ROW_NO_REAL;
  return cell;
}

static void add_framework_counts(const RecordedFramework *framework, RowCell *cell)
{
  uint64_t lost = 0;
  uint64_t jobs = 0;
  for (int state = TASK_FINISHED; state < TASK_STATES; state++)
    if (state != TASK_FINISHED && state != TASK_FAILED && state != TASK_KILLED)
      lost += framework->tasks_ended[TASKS_ENDED(state)];
  for (int state = JOB_WAITING; state <= JOB_UNSCHEDULABLE; state++)
    jobs += framework->jobs[state];
  (cell++)->integer = (int64_t)framework->tasks_launched;
  (cell++)->integer = (int64_t)framework->tasks_ended[TASKS_ENDED(TASK_FINISHED)];
  (cell++)->integer = (int64_t)framework->tasks_ended[TASKS_ENDED(TASK_FAILED)];
  (cell++)->integer = (int64_t)framework->tasks_ended[TASKS_ENDED(TASK_KILLED)];
  (cell++)->integer = (int64_t)lost;
  (cell++)->integer = (int64_t)jobs;
  (cell++)->integer = (int64_t)framework->jobs[JOB_FINISHED];
  (cell++)->integer = (int64_t)(framework->jobs[JOB_WAITING] + framework->jobs[JOB_RUNNING]);
  (cell++)->integer = (int64_t)(framework->jobs[JOB_FAILED_STATE] + framework->jobs[JOB_KILLED] +
                                framework->jobs[JOB_UNSCHEDULABLE]);
  (cell++)->integer = (int64_t)framework->offers_made;
  for (int end = 0; end < OFFER_ENDS; end++)
    (cell++)->integer = (int64_t)framework->offers_ended[end];
  const OfferSummary *judged = &framework->judged;
  (cell++)->integer = (int64_t)judged->usable;
  (cell++)->integer = (int64_t)judged->unusable;
  (cell++)->integer = (int64_t)judged->unwanted;
  (cell++)->integer = judged->first_wait.ns < 0 ? ROW_NULL : judged->first_wait.ns;
  (cell++)->integer = judged->longest_wait.ns;
  for (TaskLocality locality = LOCALITY_NODE; locality <= LOCALITY_ANY; locality++)
    (cell++)->integer = (int64_t)framework->located[locality];
}

static void add_absent_framework(ResultsRun *run, uint32_t id, uint32_t group, const SourceMember *member)
{
  static const RecordedFramework nothing = {.judged = {.first_wait = {-1}}};
  RowCell *cell = row_add(run->stream, TABLE_FRAMEWORK);
  (cell++)->integer = run->run_id;
  (cell++)->integer = id;
  (cell++)->text = row_text(run->stream, TABLE_FRAMEWORK, member->name);
  (cell++)->text = row_text(run->stream, TABLE_FRAMEWORK, member->role);
  (cell++)->real = recorder_role_weight(run->recorder, member->role);
  (cell++)->integer = group;
  (cell++)->text = run->experiment->frameworks[group].name;
  for (int i = 0; i < 4; i++) /* start, stop, target and ramp-up */
    (cell++)->integer = ROW_NULL;
  for (int i = 0; i < 3; i++) /* shares */
    (cell++)->real = ROW_NO_REAL;
  (cell++)->real = 0; /* shortfall */
  (cell++)->integer = 0;
  (cell++)->integer = 0;
  (cell++)->real = 0;
  (cell++)->integer = 0;
  (cell++)->real = ROW_NO_REAL; /* sharing */
  (cell++)->real = ROW_NO_REAL;
  add_framework_counts(&nothing, cell);
}

/* The run was over before their start. Returns: how many frameworks there are. */
static uint32_t add_absent_frameworks(ResultsRun *run)
{
  uint32_t n = recorder_framework_count(run->recorder);
  g_autoptr(GHashTable) started = g_hash_table_new(g_str_hash, g_str_equal);
  if (run->sources == NULL)
    return n;
  for (uint32_t i = 0; i < n; i++)
    if (recorder_framework(run->recorder, i)->name != NULL)
      g_hash_table_add(started, recorder_framework(run->recorder, i)->name);
  for (uint32_t group = 0; group < run->experiment->n_frameworks; group++) {
    const JobSource *source = run->sources[group];
    for (uint32_t member = 0; member < source->n_members; member++)
      if (!g_hash_table_contains(started, source->members[member].name))
        add_absent_framework(run, n++, group, &source->members[member]);
  }
  return n;
}

static void add_frameworks(ResultsRun *run)
{
  const RecordedCluster *cluster = recorder_cluster(run->recorder);
  uint32_t n = recorder_framework_count(run->recorder);
  for (uint32_t i = 0; i < n; i++) {
    const RecordedFramework *framework = recorder_framework(run->recorder, i);
    RowCell *cell = row_add(run->stream, TABLE_FRAMEWORK);
    cell = add_framework_identity(run, cell, i);
    cell = add_framework_shares(run, cell, i);
    add_framework_counts(framework, cell);

    for (uint32_t k = 0; k < cluster->n_kinds; k++) {
      uint32_t kind = cluster->kinds[k];
      double allocated = recorder_mean(run->recorder, &framework->allocated[kind]);
      double offered = recorder_mean(run->recorder, &framework->offered[kind]);
      cell = row_add(run->stream, TABLE_FRAMEWORK_RESOURCE);
      (cell++)->integer = run->run_id;
      (cell++)->integer = i;
      (cell++)->text = resource_kinds_name(run->experiment->kinds, kind);
      (cell++)->real = allocated;
      (cell++)->real = offered;
      cell->real = allocated + offered > 0 ? allocated / (allocated + offered) : ROW_NO_REAL;
    }
  }
}

void results_add_metric(ResultsRun *run, const char *name, const char *scope, double value)
{
  CHECK(metric_find(name) != NULL);
  RowCell *cell = row_add(run->stream, TABLE_METRIC);
  (cell++)->integer = run->run_id;
  (cell++)->text = name;
  (cell++)->text = row_text(run->stream, TABLE_METRIC, scope);
  cell->real = value;
}

/* --- cluster ---------------------------------------------------------------------------------------------
 */

static void add_decomposition(ResultsRun *run, uint32_t kind, const char *scope)
{
  static const char *const names[PARTS] = {
      [PART_USED] = "decomposition/used",         [PART_OFFERED] = "decomposition/offered",
      [PART_FILTERED] = "decomposition/filtered", [PART_HELD_BACK] = "decomposition/held_back",
      [PART_USABLE] = "decomposition/usable",     [PART_TOO_SMALL] = "decomposition/too_small",
      [PART_UNWANTED] = "decomposition/unwanted",
  };
  for (int part = 0; part < PARTS; part++)
    results_add_metric(run, names[part], scope,
                       recorder_decomposition_of(run->recorder, kind, (DecompositionPart)part));
}

static void add_resources(ResultsRun *run)
{
  const RecordedCluster *cluster = recorder_cluster(run->recorder);
  uint32_t n = recorder_framework_count(run->recorder);
  for (uint32_t k = 0; k < cluster->n_kinds; k++) {
    uint32_t kind = cluster->kinds[k];
    /* Sums of integrals are integrals: exact before the one rounding to a double. */
    Integral allocated = {0, 0};
    Integral offered = {0, 0};
    for (uint32_t i = 0; i < n; i++) {
      const RecordedFramework *framework = recorder_framework(run->recorder, i);
      allocated.level += framework->allocated[kind].level;
      allocated.moments += framework->allocated[kind].moments;
      offered.level += framework->offered[kind].level;
      offered.moments += framework->offered[kind].moments;
    }
    RowCell *cell = row_add(run->stream, TABLE_RESOURCE);
    (cell++)->integer = run->run_id;
    (cell++)->text = resource_kinds_name(run->experiment->kinds, kind);
    (cell++)->real = recorder_mean(run->recorder, &cluster->total[kind]);
    (cell++)->real = recorder_mean(run->recorder, &allocated);
    cell->real = recorder_mean(run->recorder, &offered);

    double total = recorder_mean(run->recorder, &cluster->total[kind]);
    g_autofree char *scope =
        g_strdup_printf("resource %s", resource_kinds_name(run->experiment->kinds, kind));
    results_add_metric(run, "utilization", scope, recorder_mean(run->recorder, &allocated) / total);
    results_add_metric(run, "utilization/offered", scope, recorder_mean(run->recorder, &offered) / total);
    if (recorder_decomposition(run->recorder) != NULL)
      add_decomposition(run, kind, scope);
  }
}

/* Those of kinds that @bounds says something of. */
static char *print_bounds(const ResultsRun *run, const Quantities *bounds, int64_t nothing)
{
  const ResourceKinds *kinds = run->experiment->kinds;
  GString *text = g_string_new(NULL);
  for (uint32_t kind = 0; kind < resource_kinds_count(kinds); kind++)
    if (bounds->amount[kind] > nothing) {
      g_string_append_printf(text, "%s%s:", text->len == 0 ? "" : ";", resource_kinds_name(kinds, kind));
      quantity_print(text, bounds->amount[kind]);
    }
  return g_string_free(text, FALSE);
}

static void add_role(void *self, const char *path, const RoleAttributes *attributes)
{
  ResultsRun *run = self;
  g_autofree char *guarantee = print_bounds(run, &attributes->guarantee, 0);
  g_autofree char *limit = print_bounds(run, &attributes->limit, -1);
  RowCell *cell = row_add(run->stream, TABLE_ROLE);
  (cell++)->integer = run->run_id;
  (cell++)->text = row_text(run->stream, TABLE_ROLE, path);
  (cell++)->real = attributes->weight;
  (cell++)->integer = attributes->priority;
  (cell++)->text = row_text(run->stream, TABLE_ROLE, guarantee);
  cell->text = row_text(run->stream, TABLE_ROLE, limit);
}

static void add_run(ResultsRun *run, const ResultsEnd *end, uint32_t n_frameworks)
{
  const Experiment *experiment = run->experiment;
  RowStream *stream = run->stream;
  g_autofree char *digest = g_strdup_printf("%016" G_GINT64_MODIFIER "x", end->digest);

  RowCell *cell = row_add(stream, TABLE_RUN);
  (cell++)->integer = run->run_id;
  (cell++)->text = experiment->title == NULL ? "" : experiment->title;
  (cell++)->text = row_text(stream, TABLE_RUN, run->allocator);
  (cell++)->text = row_text(stream, TABLE_RUN, run->allocator_path);
  (cell++)->text = row_text(stream, TABLE_RUN, run->allocator_sha256);
  (cell++)->integer = (int64_t)run->seed;
  (cell++)->integer = run->replication;
  (cell++)->integer = ROW_NULL; /* results-merge.c knows the place */
  (cell++)->text = row_text(stream, TABLE_RUN, run->point);
  (cell++)->text = row_text(stream, TABLE_RUN, run->point_key);
  (cell++)->text = experiment->kind == RUN_STEADY ? "steady" : "terminating";
  (cell++)->real = experiment->confidence;
  (cell++)->integer = run->recorded;
  (cell++)->text = results_status_name(end->status);
  (cell++)->text = row_text(stream, TABLE_RUN, end->reason);
  (cell++)->text = row_text(stream, TABLE_RUN, digest);
  (cell++)->text = row_text(stream, TABLE_RUN, run->version);
  (cell++)->text = row_text(stream, TABLE_RUN, run->git_commit);
  (cell++)->text = row_text(stream, TABLE_RUN, run->command);
  (cell++)->text = experiment->effective == NULL ? "" : experiment->effective;
  (cell++)->text = experiment->source_path;
  (cell++)->integer = experiment->cluster.agents;
  (cell++)->integer = n_frameworks;
  (cell++)->integer = experiment->warm_up.ns;
  (cell++)->integer = end->end.ns;
  (cell++)->integer = (int64_t)end->events;
  (cell++)->real = end->wall_s;
  cell->integer = end->max_rss_kib;
}

/* --- metrics ---------------------------------------------------------------------------------------------
 */

static void add_count(ResultsRun *run, const char *name, uint64_t count)
{
  results_add_metric(run, name, "run", (double)count);
}

static void add_task_counts(ResultsRun *run)
{
  static const char *const names[TASK_STATES] = {
      [TASK_STAGING] = "master/tasks_staging",
      [TASK_STARTING] = "master/tasks_starting",
      [TASK_RUNNING] = "master/tasks_running",
      [TASK_KILLING] = "master/tasks_killing",
      [TASK_UNREACHABLE] = "master/tasks_unreachable",
      [TASK_FINISHED] = "master/tasks_finished",
      [TASK_FAILED] = "master/tasks_failed",
      [TASK_KILLED] = "master/tasks_killed",
      [TASK_ERROR] = "master/tasks_error",
      [TASK_LOST] = "master/tasks_lost",
      [TASK_DROPPED] = "master/tasks_dropped",
      [TASK_GONE] = "master/tasks_gone",
      [TASK_GONE_BY_OPERATOR] = "master/tasks_gone_by_operator",
  };
  for (int state = 0; state < TASK_STATES; state++)
    if (names[state] != NULL)
      add_count(run, names[state], recorder_cluster(run->recorder)->tasks[state]);
}

static void add_offer_counts(ResultsRun *run)
{
  static const char *const names[OFFER_ENDS] = {
      [OFFER_ACCEPTED] = "offers/accepted",
      [OFFER_DECLINED] = "offers/declined",
      [OFFER_RESCINDED] = "offers/rescinded",
      [OFFER_DISCARDED] = "offers/discarded",
  };
  uint64_t sent = 0;
  uint64_t ended[OFFER_ENDS] = {0};
  uint64_t outstanding = 0;
  for (uint32_t i = 0; i < recorder_framework_count(run->recorder); i++) {
    const RecordedFramework *framework = recorder_framework(run->recorder, i);
    sent += framework->offers_made;
    for (int end = 0; end < OFFER_ENDS; end++)
      ended[end] += framework->offers_ended[end];
  }
  outstanding = sent;
  for (int end = 0; end < OFFER_ENDS; end++) {
    outstanding -= ended[end];
    add_count(run, names[end], ended[end]);
  }
  add_count(run, "offers/sent", sent);
  add_count(run, "master/outstanding_offers", outstanding);
}

static void add_metrics(ResultsRun *run)
{
  const RecordedCluster *cluster = recorder_cluster(run->recorder);
  uint64_t known = 0;
  for (uint32_t i = 0; i < recorder_framework_count(run->recorder); i++)
    known += recorder_framework(run->recorder, i)->name != NULL;
  results_add_metric(run, "fairness/jain", "run", recorder_jain(run->recorder));
  results_add_metric(run, "fairness/largest_gap", "run", cluster->largest_gap);
  add_count(run, "allocator/mesos/allocation_runs", cluster->allocation_runs);
  add_count(run, "allocator/allocation_ticks", cluster->allocation_ticks);
  add_count(run, "master/slave_registrations", cluster->agents_added);
  add_count(run, "master/slave_removals", cluster->agents_removed);
  add_count(run, "master/slaves_active", cluster->agents_added - cluster->agents_removed);
  add_count(run, "master/frameworks_active", known - cluster->frameworks_removed);
  add_task_counts(run);
  add_offer_counts(run);
}

/* Of each group that thinks: the part of its time in which it does, the mean over those of its frameworks that started. */
static void add_busyness(ResultsRun *run, Instant end)
{
  const Experiment *experiment = run->experiment;
  g_autofree double *busy = g_new0(double, MAX(experiment->n_frameworks, 1));
  g_autofree uint32_t *members = g_new0(uint32_t, MAX(experiment->n_frameworks, 1));
  for (uint32_t i = 0; i < recorder_framework_count(run->recorder); i++) {
    const RecordedFramework *framework = recorder_framework(run->recorder, i);
    if (!framework->started || framework->group >= experiment->n_frameworks)
      continue;
    Instant last = instant_is_before(framework->stop, end) ? framework->stop : end;
    double there_ns = (double)instant_since(last, framework->start).ns;
    busy[framework->group] += there_ns > 0 ? MIN((double)framework->judged.deciding.ns / there_ns, 1) : 0;
    members[framework->group]++;
  }
  for (uint32_t group = 0; group < experiment->n_frameworks; group++) {
    g_autofree char *scope = g_strdup_printf("framework %s", experiment->frameworks[group].name);
    if (busy[group] > 0)
      results_add_metric(run, "decisions/busyness", scope, busy[group] / members[group]);
  }
}

void results_run_rows(ResultsRun *run, const ResultsEnd *end)
{
  add_frameworks(run);
  uint32_t n_frameworks = add_absent_frameworks(run);
  add_resources(run);
  recorder_role_foreach(run->recorder, add_role, run);
  add_metrics(run);
  add_busyness(run, end->end);
  if (end->master_load > 0)
    results_add_metric(run, "master/load", "run", end->master_load);
  add_run(run, end, n_frameworks);
}
