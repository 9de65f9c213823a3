/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/recorder.h"

#include <string.h>

#include "metrics/recorder-private.h"

/* --- time ------------------------------------------------------------------------------------------------
 */

static void begin_measuring(Recorder *recorder)
{
  for (uint32_t i = 0; i < recorder->n_frameworks; i++) {
    RecordedFramework *framework = &recorder->frameworks[i];
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
      integral_begin(&framework->allocated[kind], recorder->warm_up);
      integral_begin(&framework->offered[kind], recorder->warm_up);
    }
    framework->share_time = framework->since_share_time = 0;
    framework->share_since = recorder->warm_up;
  }
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    integral_begin(&recorder->cluster.total[kind], recorder->warm_up);
    recorder->cluster.since_integral[kind] = 0;
  }
  recorder->measuring = true;
}

void recorder_alarm(Recorder *recorder, Instant now)
{
  if (!recorder->measuring && now.ns > recorder->warm_up.ns)
    begin_measuring(recorder);
  if (now.ns > recorder->starting.ns) {
    recorder_set_targets(recorder);
    recorder->starting = INSTANT_NEVER;
  }
  recorder->alarm =
      recorder->measuring ? recorder->starting : instant_min(recorder->starting, recorder->warm_up);
}

void recorder_reach(RecordedFramework *framework, Instant now)
{
  int64_t reached = framework->running + framework->held;
  if (framework->ramp_up_wait == RAMP_UP_OPEN) {
    framework->ramp_up_peak = MAX(framework->ramp_up_peak, reached);
    return;
  }
  framework->ramp_up_at = now;
  framework->ramp_up_wait = RAMP_UP_OVER;
}

/* --- frameworks and roles --------------------------------------------------------------------------------
 */

void recorder_grow(Recorder *recorder, uint32_t index)
{
  uint32_t n = index + 1;
  if (n > recorder->frameworks_max) {
    uint32_t max = MAX(MAX(n, recorder->frameworks_max * 2), 16);
    RecordedFramework *frameworks = g_aligned_alloc(max, sizeof *frameworks, _Alignof(RecordedFramework));
    if (recorder->n_frameworks > 0)
      memcpy(frameworks, recorder->frameworks, recorder->n_frameworks * sizeof *frameworks);
    g_aligned_free(recorder->frameworks);
    recorder->frameworks = frameworks;
    recorder->demanding = g_renew(uint32_t, recorder->demanding, max);
    recorder->open = g_renew(uint32_t, recorder->open, max);
    recorder->clients = g_renew(FairShareClient, recorder->clients, max);
    recorder->shares = g_renew(double, recorder->shares, max);
    recorder->frameworks_max = max;
  }
  for (uint32_t i = recorder->n_frameworks; i < n; i++) {
    RecordedFramework *framework = &recorder->frameworks[i];
    memset(framework, 0, sizeof *framework);
    framework->judged.first_wait.ns = -1;
    shortfall_init(&framework->shortfall);
    framework->ramp_up_wait = RAMP_UP_OVER;
    framework->ramp_up_at = INSTANT_NEVER;
    framework->start = INSTANT_NEVER;
    framework->stop = INSTANT_NEVER;
    framework->role_index = INDEX_NONE;
  }
  recorder->n_frameworks = n;
}

uint32_t recorder_role(Recorder *recorder, const char *path)
{
  uint32_t known = GPOINTER_TO_UINT(g_hash_table_lookup(recorder->role_by_path, path));
  if (known != 0)
    return known - 1;

  const char *slash = strrchr(path, '/');
  uint32_t parent = INDEX_NONE;
  if (slash != NULL) {
    g_autofree char *above = g_strndup(path, (gsize)(slash - path));
    parent = recorder_role(recorder, above);
  }
  uint32_t index = recorder->n_roles++;
  if (index == recorder->roles_max) {
    recorder->roles_max = MAX(16, 2 * recorder->roles_max);
    recorder->roles = g_renew(RecordedRole, recorder->roles, recorder->roles_max);
    recorder->nodes = g_renew(FairShareNode, recorder->nodes, 2 * (size_t)recorder->roles_max);
    recorder->bounds = g_renew(FairShareBounds, recorder->bounds, 2 * (size_t)recorder->roles_max);
  }
  recorder->roles[index] = (RecordedRole){.path = g_strdup(path), .attributes = ROLE_ATTRIBUTES_DEFAULT};
  recorder->nodes[2 * (size_t)index] = (FairShareNode){parent == INDEX_NONE ? INDEX_NONE : 2 * parent, 1};
  recorder->nodes[2 * (size_t)index + 1] = (FairShareNode){2 * index, 1};
  recorder->bounds[2 * (size_t)index] = recorder->bounds[2 * (size_t)index + 1] = FAIR_SHARE_UNBOUNDED;
  g_hash_table_insert(recorder->role_by_path, recorder->roles[index].path, GUINT_TO_POINTER(index + 1));
  return index;
}

static void role_updated(void *self, Instant now, const char *path, const RoleAttributes *attributes)
{
  Recorder *recorder = self;
  recorder_advance(recorder, now);
  uint32_t index = recorder_role(recorder, path);
  recorder->roles[index].attributes = *attributes;
  recorder->nodes[2 * (size_t)index].weight = attributes->weight;
  FairShareBounds *bounds = &recorder->bounds[2 * (size_t)index];
  bounds->guarantee = attributes->guarantee;
  bounds->limit = attributes->limit;
  recorder->bounded = recorder->bounded || !quantities_are_zero(&attributes->guarantee);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    recorder->bounded = recorder->bounded || attributes->limit.amount[kind] >= 0;
}

static void framework_added(void *self, Instant now, FrameworkId id, const char *name,
                            const char *const *roles, uint32_t n_roles)
{
  Recorder *recorder = self;
  recorder_advance(recorder, now);
  RecordedFramework *framework = recorder_at(recorder, id);
  framework->share_since = now;
  g_free(framework->name);
  g_free(framework->role);
  framework->name = g_strdup(name);
  framework->role = g_strdup(n_roles > 0 ? roles[0] : "*");
  framework->role_index = recorder_role(recorder, framework->role);
}

static void framework_removed(void *self, Instant now, FrameworkId id)
{
  Recorder *recorder = self;
  (void)id;
  recorder_advance(recorder, now);
  recorder->cluster.frameworks_removed++;
}

/* --- agents ----------------------------------------------------------------------------------------------
 */

static void cluster_changes(Recorder *recorder, Instant now, const Resources *resources, int sign)
{
  RecordedCluster *cluster = &recorder->cluster;
  Quantities total = resources_total(resources);
  recorder_advance(recorder, now);
  for (uint32_t i = 0; i < recorder->n_frameworks; i++)
    share_until(recorder, &recorder->frameworks[i], now);

  cluster->n_kinds = 0;
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    integral_change(&cluster->total[kind], now, sign * total.amount[kind]);
    /* A kind that has gone stays listed: what the master frees of it comes later, at the same instant. */
    recorder->totals[kind] = MAX((double)cluster->total[kind].level, 1);
    recorder->inverses[kind] = 1 / recorder->totals[kind];
    recorder->known[kind] |= cluster->total[kind].level > 0;
    if (recorder->known[kind]) {
      cluster->kinds[cluster->n_kinds++] = kind;
      recorder->kinds_end = MAX(recorder->kinds_end, kind + 1);
    }
  }
}

/* @sign: 1: @resources are there now; -1: no longer. */
static void reservations_change(Recorder *recorder, const Resources *resources, int64_t sign)
{
  if (G_LIKELY(resources->special == NULL) || recorder->kinds == NULL)
    return;
  for (uint32_t i = 0; i < resources->special->n_slices; i++) {
    const ResourceSlice *slice = &resources->special->slices[i];
    if (slice->reservation == RESERVATION_NONE)
      continue;
    uint32_t role =
        recorder_role(recorder, resource_kinds_reservation_path(recorder->kinds, slice->reservation));
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      recorder->bounds[2 * (size_t)role].reserved.amount[kind] += sign * slice->quantities.amount[kind];
    recorder->bounded = true;
  }
}

static void agent_added(void *self, Instant now, AgentId agent, const char *hostname, const Resources *total)
{
  Recorder *recorder = self;
  if (recorder->agents != NULL)
    recorder_agents_saw(recorder, agent, hostname);
  cluster_changes(recorder, now, total, 1);
  reservations_change(recorder, total, 1);
  recorder->cluster.agents_added++;
}

static void agent_removed(void *self, Instant now, AgentId agent, const Resources *total)
{
  Recorder *recorder = self;
  (void)agent;
  cluster_changes(recorder, now, total, -1);
  reservations_change(recorder, total, -1);
  recorder->cluster.agents_removed++;
}

static void agent_updated(void *self, Instant now, AgentId agent, const Resources *before,
                          const Resources *total)
{
  Recorder *recorder = self;
  Quantities was = resources_total(before), is = resources_total(total);
  (void)agent;
  if (!quantities_equal(&was, &is)) {
    cluster_changes(recorder, now, total, 1);
    cluster_changes(recorder, now, before, -1);
  }
  reservations_change(recorder, before, -1);
  reservations_change(recorder, total, 1);
}

/* --- offers and tasks: the hot callbacks -----------------------------------------------------------------
 */

static inline const Quantities *quantities_of(const Resources *resources, Quantities *scratch)
{
  if (G_LIKELY(resources->special == NULL))
    return &resources->plain;
  *scratch = resources_total(resources);
  return scratch;
}

static inline void add(const Recorder *recorder, Integral *integrals, Instant now, const Quantities *amounts)
{
  for (uint32_t kind = 0; kind < recorder->kinds_end; kind++)
    integral_change(&integrals[kind], now, amounts->amount[kind]);
}

static inline void take(const Recorder *recorder, Integral *integrals, Instant now, const Quantities *amounts)
{
  for (uint32_t kind = 0; kind < recorder->kinds_end; kind++)
    integral_change(&integrals[kind], now, -amounts->amount[kind]);
}

static void offer_made(void *self, Instant now, FrameworkId id, AgentId agent, OfferId offer,
                       const Resources *resources)
{
  Recorder *recorder = self;
  Quantities scratch;
  (void)agent;
  (void)offer;
  recorder_advance(recorder, now);
  RecordedFramework *framework = recorder_at(recorder, id);
  framework->offers_made++;
  add(recorder, framework->offered, now, quantities_of(resources, &scratch));
}

static void offer_ended(void *self, Instant now, FrameworkId id, AgentId agent, OfferId offer,
                        const Resources *resources, OfferEnd end)
{
  Recorder *recorder = self;
  Quantities scratch;
  (void)agent;
  (void)offer;
  recorder_advance(recorder, now);
  RecordedFramework *framework = recorder_at(recorder, id);
  framework->offers_ended[end]++;
  take(recorder, framework->offered, now, quantities_of(resources, &scratch));
}

static void task_launched(void *self, Instant now, FrameworkId id, AgentId agent, TaskId task,
                          const Resources *resources)
{
  Recorder *recorder = self;
  Quantities scratch;
  (void)agent;
  (void)task;
  recorder_advance(recorder, now);
  RecordedFramework *framework = recorder_at(recorder, id);
  framework->tasks_launched++;
  framework->used = now;
  recorder->cluster.tasks[TASK_STAGING]++;
  share_until(recorder, framework, now);
  add(recorder, framework->allocated, now, quantities_of(resources, &scratch));
}

static void task_freed(Recorder *recorder, RecordedFramework *framework, Instant now,
                       const Resources *resources)
{
  Quantities scratch;
  const Quantities *amounts = quantities_of(resources, &scratch);
  share_until(recorder, framework, now);
  take(recorder, framework->allocated, now, amounts);

  if (framework->demand_tasks == 0)
    return;
  /* Which demand a task belongs to is not said: those of its size are taken for tasks of the endless one. */
  if (framework->was_unlimited && quantities_equal(amounts, &framework->unlimited_task))
    return;
  framework->demand_tasks--;
  for (uint32_t kind = 0; kind < recorder->kinds_end; kind++)
    framework->demand[kind] -= amounts->amount[kind];
  if (G_UNLIKELY(recorder->agents != NULL))
    demand_sizes_add(recorder->agents->demands, (uint32_t)(framework - recorder->frameworks), amounts, -1);
}

static void task_updated(void *self, Instant now, FrameworkId id, AgentId agent, TaskId task,
                         const Resources *resources, TaskState before, TaskState state, TaskReason reason,
                         bool freed)
{
  Recorder *recorder = self;
  (void)agent;
  (void)reason;
  recorder_advance(recorder, now);
  RecordedFramework *framework = recorder_at(recorder, id);
  if (state != before) {
    /* A launch that was refused never was in a state. */
    if (task.value != TASK_NONE.value && !task_state_is_terminal(before))
      recorder->cluster.tasks[before]--;
    recorder->cluster.tasks[state]++;
    if (task_state_is_terminal(state))
      framework->tasks_ended[TASKS_ENDED(state)]++;
    if (state == TASK_RUNNING) {
      framework->running++;
      ramp_up_watch(framework, now);
    } else if (before == TASK_RUNNING) {
      framework->running--;
    }
  }
  if (freed)
    task_freed(recorder, framework, now, resources);
}

/* Of most frameworks an executor has nothing of its own. */
static void executor_changed(Recorder *recorder, Instant now, FrameworkId id, const Resources *resources,
                             bool added)
{
  Quantities scratch;
  if (resources_are_empty(resources))
    return;
  recorder_advance(recorder, now);
  RecordedFramework *framework = recorder_at(recorder, id);
  share_until(recorder, framework, now);
  const Quantities *amounts = quantities_of(resources, &scratch);
  if (added) {
    add(recorder, framework->allocated, now, amounts);
    quantities_add(&framework->held_by_executors, amounts);
    framework->executors++;
    recorder_list(recorder, framework);
  } else {
    take(recorder, framework->allocated, now, amounts);
    quantities_subtract(&framework->held_by_executors, amounts);
    framework->executors--;
  }
}

static void executor_added(void *self, Instant now, FrameworkId id, AgentId agent, uint64_t executor,
                           const Resources *resources)
{
  (void)agent;
  (void)executor;
  executor_changed(self, now, id, resources, true);
}

static void executor_removed(void *self, Instant now, FrameworkId id, AgentId agent, uint64_t executor,
                             const Resources *resources)
{
  (void)agent;
  (void)executor;
  executor_changed(self, now, id, resources, false);
}

static void allocation_run(void *self, Instant now, bool periodic, uint32_t offers)
{
  Recorder *recorder = self;
  (void)offers;
  recorder_advance(recorder, now);
  recorder->cluster.allocation_runs++;
  recorder->cluster.allocation_ticks += periodic;
}

/* --- life ------------------------------------------------------------------------------------------------
 */

Recorder *recorder_new(Duration warm_up, const RecorderSink *sink)
{
  Recorder *recorder = g_new0(Recorder, 1);
  recorder->sink = *sink;
  recorder->warm_up = instant_after(INSTANT_ZERO, warm_up);
  recorder->measuring = warm_up.ns == 0;
  recorder->starting = INSTANT_NEVER;
  recorder->alarm = recorder->measuring ? INSTANT_NEVER : recorder->warm_up;
  recorder->end = INSTANT_NEVER;
  recorder->cluster.largest_gap = (double)NAN;
  recorder->role_by_path = g_hash_table_new(g_str_hash, g_str_equal);
  recorder->fair = fair_share_new();
  job_table_init(&recorder->job_table);
  recorder->master = (MasterObserver){
      .self = recorder,
      .agent_added = agent_added,
      .agent_removed = agent_removed,
      .agent_updated = agent_updated,
      .framework_added = framework_added,
      .framework_removed = framework_removed,
      .role_updated = role_updated,
      .offer_made = offer_made,
      .offer_ended = offer_ended,
      .task_launched = task_launched,
      .task_updated = task_updated,
      .executor_added = executor_added,
      .executor_removed = executor_removed,
      .allocation_run = allocation_run,
  };
  recorder_watch_jobs(recorder);
  return recorder;
}

void recorder_free(Recorder *recorder)
{
  if (recorder == NULL)
    return;
  for (uint32_t i = 0; i < recorder->n_frameworks; i++) {
    g_free(recorder->frameworks[i].name);
    g_free(recorder->frameworks[i].role);
  }
  g_hash_table_unref(recorder->role_by_path);
  for (uint32_t i = 0; i < recorder->n_roles; i++)
    g_free(recorder->roles[i].path);
  job_table_clear(&recorder->job_table);
  fair_share_free(recorder->fair);
  recorder_agents_free(recorder->agents);
  g_free(recorder->roles);
  g_free(recorder->nodes);
  g_free(recorder->bounds);
  g_aligned_free(recorder->frameworks);
  g_free(recorder->demanding);
  g_free(recorder->open);
  g_free(recorder->clients);
  g_free(recorder->shares);
  g_free(recorder);
}

void recorder_set_kinds(Recorder *recorder, const ResourceKinds *kinds)
{
  recorder->kinds = kinds;
}

const MasterObserver *recorder_master_observer(Recorder *recorder)
{
  return &recorder->master;
}

const JobObserver *recorder_job_observer(Recorder *recorder)
{
  return &recorder->jobs;
}
