/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/master-quota.h"

/* What is given out, and what is counted on the way: the records are walked once. */
typedef struct {
  const Master *master;
  Instant now;
  MasterMetric metric;
  void *self;
  GString *name;
  uint64_t *active; /* tasks by framework, then by state below TASK_FINISHED */
  FrameworkCounters sum;
  Quantities total;
  Quantities used;
  Quantities revocable_total;
  Quantities revocable_used;
  Quantities offered_or_allocated;
} Metrics;

static void emit(Metrics *metrics, double value, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void emit(Metrics *metrics, double value, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_string_vprintf(metrics->name, format, arguments);
  va_end(arguments);
  metrics->metric(metrics->self, metrics->name->str, value);
}

static double units(int64_t thousandths)
{
  return (double)thousandths / (double)QUANTITY_UNIT;
}

/* --- counting ------------------------------------------------------------------------------------------- */

static void count_resources(const Resources *resources, Quantities *regular, Quantities *revocable)
{
  quantities_add(regular, &resources->plain);
  for (uint32_t i = 0; resources->special != NULL && i < resources->special->n_slices; i++) {
    const ResourceSlice *slice = &resources->special->slices[i];
    quantities_add(slice->revocable ? revocable : regular, &slice->quantities);
  }
}

static void count_agents(Metrics *metrics)
{
  const Master *master = metrics->master;
  for (uint32_t i = 0; i < master->agents.n; i++) {
    const MasterAgent *agent = master_agent(master, (AgentId){i});
    if (!agent->present)
      continue;
    const MasterAgentRest *rest = &master->agent_rest.items[i];
    count_resources(&rest->total, &metrics->total, &metrics->revocable_total);
    const Resources free = {agent->free, rest->free};
    Quantities taken = resources_total(&rest->total);
    Quantities left = resources_total(&free);
    quantities_subtract(&taken, &left);
    quantities_add(&metrics->offered_or_allocated, &taken);
  }
  for (uint32_t slot = 0; slot < master->tasks.n_slots; slot++) {
    const MasterTask *task = pool_at(&master->tasks, slot);
    if (!pool_is_taken(&master->tasks, slot))
      continue;
    if (!task_state_is_terminal(task->state))
      metrics->active[task->framework.index * TASK_FINISHED + task->state]++;
    if (!task->freed)
      count_resources(&task->resources, &metrics->used, &metrics->revocable_used);
  }
  for (uint32_t slot = 0; slot < master->executors.n_slots; slot++)
    if (pool_is_taken(&master->executors, slot))
      count_resources(&((const MasterExecutor *)pool_at(&master->executors, slot))->resources, &metrics->used,
                      &metrics->revocable_used);
}

/* With what is counted once where it belongs. */
static FrameworkCounters counters_of(const MasterFramework *framework)
{
  FrameworkCounters counters = framework->counters;
  counters.calls[FRAMEWORK_CALL_ACCEPT] += counters.accepts_simple;
  counters.accepts_launching += counters.accepts_simple;
  counters.operations[OPERATION_LAUNCH] += counters.accepts_simple;
  counters.calls[FRAMEWORK_CALL_ACKNOWLEDGE] += counters.acknowledgements_invalid;
  return counters;
}

static void count_frameworks(Metrics *metrics)
{
  const Master *master = metrics->master;
  for (guint i = 0; i < master->frameworks->len; i++) {
    const FrameworkCounters of_framework = counters_of(master_framework(master, (FrameworkId){i}));
    const FrameworkCounters *counters = &of_framework;
    for (int call = 0; call < FRAMEWORK_CALLS; call++)
      metrics->sum.calls[call] += counters->calls[call];
    for (int event = 0; event < FRAMEWORK_EVENTS; event++)
      metrics->sum.events[event] += counters->events[event];
    for (int state = 0; state < TASK_STATES_TERMINAL; state++)
      metrics->sum.task_ends[state] += counters->task_ends[state];
    for (int kind = 0; kind < OPERATIONS; kind++) {
      metrics->sum.operations[kind] += counters->operations[kind];
      metrics->sum.operations_dropped[kind] += counters->operations_dropped[kind];
    }
    metrics->sum.accepts_launching += counters->accepts_launching;
    metrics->sum.accepts_converting += counters->accepts_converting;
    metrics->sum.acknowledgements_invalid += counters->acknowledgements_invalid;
  }
}

/* --- the master ----------------------------------------------------------------------------------------- */

static void emit_members(Metrics *metrics)
{
  const Master *master = metrics->master;
  uint32_t connected = 0;
  uint32_t disconnected = 0;
  uint32_t inactive = 0;
  for (uint32_t i = 0; i < master->agents.n; i++) {
    const MasterAgent *agent = master_agent(master, (AgentId){i});
    if (!agent->present)
      continue;
    bool apart =
        (agent->flags & MASTER_AGENT_CARE) != 0 && master_agent_care_find(master, (AgentId){i})->disconnected;
    disconnected += apart;
    connected += !apart;
    inactive += (agent->flags & MASTER_AGENT_INACTIVE) != 0;
  }
  emit(metrics, connected, "master/slaves_connected");
  emit(metrics, disconnected, "master/slaves_disconnected");
  emit(metrics, connected + disconnected - inactive, "master/slaves_active");
  emit(metrics, inactive, "master/slaves_inactive");
  uint32_t frameworks = 0;
  uint32_t frameworks_inactive = 0;
  for (guint i = 0; i < master->frameworks->len; i++) {
    const MasterFramework *framework = master_framework(master, (FrameworkId){i});
    frameworks += framework->present;
    frameworks_inactive += framework->present && framework->inactive;
  }
  emit(metrics, frameworks, "master/frameworks_connected");
  emit(metrics, frameworks - frameworks_inactive, "master/frameworks_active");
  emit(metrics, frameworks_inactive, "master/frameworks_inactive");
  emit(metrics, master->offers.n_taken, "master/outstanding_offers");
}

/* "finished" for TASK_FINISHED, written to @text. */
static const char *state_suffix(GString *text, TaskState state)
{
  g_string_assign(text, task_state_name(state) + strlen("TASK_"));
  g_string_ascii_down(text);
  return text->str;
}

static uint64_t ends_of(const Metrics *metrics, int state, int source, int reason)
{
  const MasterCounters *counters = &metrics->master->counters;
  if (source != TASK_END_SOURCE || reason != TASK_END_REASON)
    return counters->task_ends[state][source][reason];
  uint64_t n = metrics->sum.task_ends[state];
  for (int i = 0; i < TASK_SOURCES; i++)
    for (int j = 0; j < TASK_REASONS; j++)
      n -= counters->task_ends[state][i][j];
  return n;
}

static void emit_tasks(Metrics *metrics)
{
  static const char *const sources[TASK_SOURCES] = {"source_master", "source_slave", "source_executor"};
  const Master *master = metrics->master;
  g_autoptr(GString) text = g_string_new(NULL);
  for (int state = 0; state < TASK_UNKNOWN; state++) {
    uint64_t n = 0;
    for (guint i = 0; i < master->frameworks->len; i++)
      n += metrics->active[i * TASK_FINISHED + (guint)state];
    emit(metrics, (double)n, "master/tasks_%s", state_suffix(text, (TaskState)state));
  }
  for (int state = TASK_FINISHED; state < TASK_STATES; state++)
    emit(metrics, (double)metrics->sum.task_ends[state - TASK_FINISHED], "master/tasks_%s",
         state_suffix(text, (TaskState)state));
  for (int state = TASK_FINISHED; state < TASK_STATES; state++)
    for (int source = 0; source < TASK_SOURCES; source++)
      for (int reason = 0; reason < TASK_REASONS; reason++) {
        uint64_t n = ends_of(metrics, state - TASK_FINISHED, source, reason);
        g_autofree char *lower = n == 0 ? NULL : g_ascii_strdown(task_reason_name((TaskReason)reason), -1);
        if (n > 0)
          emit(metrics, (double)n, "master/task_%s/%s/%s", state_suffix(text, (TaskState)state),
               sources[source], lower);
      }
}

static void emit_messages(Metrics *metrics)
{
  const MasterCounters *counters = &metrics->master->counters;
  const FrameworkCounters *sum = &metrics->sum;
  const uint64_t *calls = sum->calls;
  double acknowledgements = (double)calls[FRAMEWORK_CALL_ACKNOWLEDGE];
  double forwarded = (double)sum->events[FRAMEWORK_EVENT_STATUS_FORWARDED];
  emit(metrics, (double)counters->messages_dropped, "master/dropped_messages");
  emit(metrics, (double)calls[FRAMEWORK_CALL_SUBSCRIBE], "master/messages_register_framework");
  emit(metrics, (double)calls[FRAMEWORK_CALL_TEARDOWN], "master/messages_unregister_framework");
  emit(metrics, (double)calls[FRAMEWORK_CALL_KILL], "master/messages_kill_task");
  emit(metrics, acknowledgements, "master/messages_status_update_acknowledgement");
  emit(metrics, (double)calls[FRAMEWORK_CALL_REQUEST], "master/messages_resource_request");
  emit(metrics, (double)sum->accepts_launching, "master/messages_launch_tasks");
  emit(metrics,
       (double)(calls[FRAMEWORK_CALL_DECLINE] + calls[FRAMEWORK_CALL_ACCEPT] - sum->accepts_launching -
                sum->accepts_converting),
       "master/messages_decline_offers");
  emit(metrics, (double)calls[FRAMEWORK_CALL_REVIVE], "master/messages_revive_offers");
  emit(metrics, (double)calls[FRAMEWORK_CALL_SUPPRESS], "master/messages_suppress_offers");
  emit(metrics, (double)calls[FRAMEWORK_CALL_RECONCILE], "master/messages_reconcile_tasks");
  emit(metrics, metrics->master->agents.n, "master/messages_register_slave");
  emit(metrics, forwarded + (double)counters->statuses_invalid, "master/messages_status_update");
  emit(metrics, (double)counters->agents_updated, "master/messages_update_slave");
  emit(metrics, (double)counters->executors_exited, "master/messages_exited_executor");
  emit(metrics, forwarded, "master/valid_status_updates");
  emit(metrics, (double)counters->statuses_invalid, "master/invalid_status_updates");
  emit(metrics, acknowledgements - (double)sum->acknowledgements_invalid,
       "master/valid_status_update_acknowledgements");
  emit(metrics, (double)sum->acknowledgements_invalid, "master/invalid_status_update_acknowledgements");
  emit(metrics, metrics->master->agents.n, "master/slave_registrations");
  emit(metrics, (double)counters->agents_removed, "master/slave_removals");
}

static void emit_resource(Metrics *metrics, const char *what, int64_t total, int64_t used)
{
  emit(metrics, units(total), "master/%s_total", what);
  emit(metrics, units(used), "master/%s_used", what);
  emit(metrics, total > 0 ? units(used) / units(total) : 0, "master/%s_percent", what);
}

static void emit_resources(Metrics *metrics)
{
  static const struct {
    const char *name;
    const char *revocable;
    int kind;
  } kinds[] = {
      {"cpus", "cpus_revocable", RESOURCE_CPUS},
      {"gpus", "gpus_revocable", RESOURCE_GPUS},
      {"mem", "mem_revocable", RESOURCE_MEM},
      {"disk", "disk_revocable", RESOURCE_DISK},
  };
  for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
    emit_resource(metrics, kinds[i].name, metrics->total.amount[kinds[i].kind],
                  metrics->used.amount[kinds[i].kind]);
  for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
    emit_resource(metrics, kinds[i].revocable, metrics->revocable_total.amount[kinds[i].kind],
                  metrics->revocable_used.amount[kinds[i].kind]);
}

static void emit_operation_states(Metrics *metrics, const char *prefix, uint64_t all, uint64_t dropped)
{
  emit(metrics, (double)all, "%stotal", prefix);
  emit(metrics, (double)(all - dropped), "%sfinished", prefix);
  emit(metrics, (double)dropped, "%sdropped", prefix);
}

/* Those that launch nothing: they are done at once, or not at all. */
static void emit_operations(Metrics *metrics)
{
  uint64_t all = 0;
  uint64_t dropped = 0;
  for (int kind = 0; kind < OPERATIONS; kind++)
    if (!operation_launches((OperationKind)kind)) {
      all += metrics->sum.operations[kind];
      dropped += metrics->sum.operations_dropped[kind];
    }
  emit_operation_states(metrics, "master/operations/", all, dropped);
  for (int kind = 0; kind < OPERATIONS; kind++) {
    g_autofree char *name = g_ascii_strdown(operation_name((OperationKind)kind), -1);
    g_autofree char *prefix = g_strdup_printf("master/operations/%s/", name);
    if (!operation_launches((OperationKind)kind))
      emit_operation_states(metrics, prefix, metrics->sum.operations[kind],
                            metrics->sum.operations_dropped[kind]);
  }
}

/* --- frameworks ----------------------------------------------------------------------------------------- */

static void emit_calls(Metrics *metrics, const char *prefix, const FrameworkCounters *counters)
{
  static const char *const names[FRAMEWORK_CALLS] = {
      [FRAMEWORK_CALL_SUBSCRIBE] = "subscribe",
      [FRAMEWORK_CALL_TEARDOWN] = "teardown",
      [FRAMEWORK_CALL_ACCEPT] = "accept",
      [FRAMEWORK_CALL_DECLINE] = "decline",
      [FRAMEWORK_CALL_ACCEPT_INVERSE_OFFERS] = "accept_inverse_offers",
      [FRAMEWORK_CALL_DECLINE_INVERSE_OFFERS] = "decline_inverse_offers",
      [FRAMEWORK_CALL_REVIVE] = "revive",
      [FRAMEWORK_CALL_KILL] = "kill",
      [FRAMEWORK_CALL_ACKNOWLEDGE] = "acknowledge",
      [FRAMEWORK_CALL_RECONCILE] = "reconcile",
      [FRAMEWORK_CALL_REQUEST] = "request",
      [FRAMEWORK_CALL_SUPPRESS] = "suppress",
      [FRAMEWORK_CALL_UPDATE_FRAMEWORK] = "update_framework",
  };
  uint64_t sum = 0;
  for (int call = 0; call < FRAMEWORK_CALLS; call++)
    sum += counters->calls[call];
  emit(metrics, (double)sum, "%scalls", prefix);
  for (int call = 0; call < FRAMEWORK_CALLS; call++)
    emit(metrics, (double)counters->calls[call], "%scalls/%s", prefix, names[call]);
}

static void emit_events(Metrics *metrics, const char *prefix, const FrameworkCounters *counters)
{
  const uint64_t *events = counters->events;
  const struct {
    const char *name;
    uint64_t n;
  } rows[] = {
      {"subscribed", counters->calls[FRAMEWORK_CALL_SUBSCRIBE]},
      {"offers", events[FRAMEWORK_EVENT_OFFERS]},
      {"inverse_offers", events[FRAMEWORK_EVENT_INVERSE_OFFERS]},
      {"rescind", counters->offer_ends[OFFER_RESCINDED]},
      {"rescind_inverse_offer", events[FRAMEWORK_EVENT_RESCIND_INVERSE_OFFER]},
      {"update", events[FRAMEWORK_EVENT_STATUS_MADE] + events[FRAMEWORK_EVENT_STATUS_FORWARDED]},
      {"error", events[FRAMEWORK_EVENT_ERROR]},
  };
  uint64_t sum = 0;
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    sum += rows[i].n;
  emit(metrics, (double)sum, "%sevents", prefix);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    emit(metrics, (double)rows[i].n, "%sevents/%s", prefix, rows[i].name);
}

static void emit_framework(Metrics *metrics, FrameworkId id)
{
  const Master *master = metrics->master;
  const MasterFramework *framework = master_framework(master, id);
  const FrameworkCounters of_framework = counters_of(framework);
  const FrameworkCounters *counters = &of_framework;
  g_autofree char *name = g_uri_escape_string(framework->name, NULL, FALSE);
  g_autofree char *prefix = g_strdup_printf("master/frameworks/%s/%04u/", name, id.index);
  g_autoptr(GString) text = g_string_new(NULL);
  emit(metrics, framework->present, "%ssubscribed", prefix);
  emit_calls(metrics, prefix, counters);
  emit_events(metrics, prefix, counters);
  uint64_t sent = framework->n_offers;
  for (int end = 0; end < OFFER_ENDS; end++)
    sent += counters->offer_ends[end];
  emit(metrics, (double)sent, "%soffers/sent", prefix);
  emit(metrics, (double)counters->offer_ends[OFFER_ACCEPTED], "%soffers/accepted", prefix);
  emit(metrics, (double)counters->offer_ends[OFFER_DECLINED], "%soffers/declined", prefix);
  emit(metrics, (double)counters->offer_ends[OFFER_RESCINDED], "%soffers/rescinded", prefix);
  for (int state = 0; state < TASK_FINISHED; state++)
    emit(metrics, (double)metrics->active[id.index * TASK_FINISHED + (uint32_t)state],
         "%stasks/active/task_%s", prefix, state_suffix(text, (TaskState)state));
  for (int state = TASK_FINISHED; state < TASK_STATES; state++)
    emit(metrics, (double)counters->task_ends[state - TASK_FINISHED], "%stasks/terminal/task_%s", prefix,
         state_suffix(text, (TaskState)state));
  uint64_t operations = 0;
  for (int kind = 0; kind < OPERATIONS; kind++)
    operations += counters->operations[kind];
  emit(metrics, (double)operations, "%soperations", prefix);
  for (int kind = 0; kind < OPERATIONS; kind++) {
    g_autofree char *kind_name = g_ascii_strdown(operation_name((OperationKind)kind), -1);
    emit(metrics, (double)counters->operations[kind], "%soperations/%s", prefix, kind_name);
  }
  for (uint32_t i = 0; framework->present && i < framework->n_roles; i++)
    emit(metrics, framework->suppressed[i], "%sroles/%s/suppressed", prefix,
         roles_path(master->roles, framework->roles[i]));
}

static void emit_principals(Metrics *metrics)
{
  for (uint32_t i = 0; i < metrics->master->n_limits; i++) {
    const MasterLimit *limit = &metrics->master->limits[i];
    if (limit->principal == NULL)
      continue;
    double waiting = (double)rate_limiter_waiting(&limit->limiter, metrics->now);
    emit(metrics, (double)limit->received, "frameworks/%s/messages_received", limit->principal);
    emit(metrics, (double)(limit->received - limit->dropped) - waiting, "frameworks/%s/messages_processed",
         limit->principal);
  }
}

/* --- the allocator -------------------------------------------------------------------------------------- */

static void emit_quota_if(Metrics *metrics, bool there, int64_t amount, const char *path, const char *name,
                          const char *what)
{
  if (there)
    emit(metrics, units(amount), "allocator/mesos/quota/roles/%s/resources/%s/%s", path, name, what);
}

static void emit_quota(Metrics *metrics, RoleId role, const QuotaUse *use)
{
  const Master *master = metrics->master;
  const RoleAttributes *attributes = &master->role_attributes.items[role.index];
  for (uint32_t kind = 0; kind < resource_kinds_count(master->settings.kinds); kind++) {
    const char *path = roles_path(master->roles, role);
    const char *name = resource_kinds_name(master->settings.kinds, kind);
    int64_t guarantee = attributes->guarantee.amount[kind];
    int64_t limit = attributes->limit.amount[kind];
    int64_t consumed = use->consumed.amount[kind];
    bool has_quota = guarantee > 0 || limit >= 0;
    emit_quota_if(metrics, guarantee > 0, guarantee, path, name, "guarantee");
    emit_quota_if(metrics, limit >= 0, limit, path, name, "limit");
    emit_quota_if(metrics, consumed > 0, consumed, path, name, "consumed");
    emit_quota_if(metrics, has_quota, consumed + use->offered.amount[kind], path, name,
                  "offered_or_allocated");
  }
}

typedef struct {
  Metrics *metrics;
  const char *name;
} TimerEmit;

static void emit_timer_value(void *self, const char *suffix, double value)
{
  const TimerEmit *timer = self;
  emit(timer->metrics, value, "allocator/mesos/%s%s", timer->name, suffix);
}

static void emit_timers(Metrics *metrics)
{
  const Master *master = metrics->master;
  run_timer_values(&master->run_duration, metrics->now, emit_timer_value,
                   &(TimerEmit){metrics, "allocation_run_ms"});
  run_timer_values(&master->run_latency, metrics->now, emit_timer_value,
                   &(TimerEmit){metrics, "allocation_run_latency_ms"});
}

static void emit_allocator(Metrics *metrics, bool filters)
{
  static const struct {
    const char *name;
    int kind;
  } kinds[] = {{"cpus", RESOURCE_CPUS}, {"mem", RESOURCE_MEM}, {"disk", RESOURCE_DISK}};
  const Master *master = metrics->master;
  emit(metrics, (double)master->counters.allocation_runs, "allocator/mesos/allocation_runs");
  emit_timers(metrics);
  for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
    emit(metrics,
         units(metrics->total.amount[kinds[i].kind] + metrics->revocable_total.amount[kinds[i].kind]),
         "allocator/mesos/resources/%s/total", kinds[i].name);
    emit(metrics, units(metrics->offered_or_allocated.amount[kinds[i].kind]),
         "allocator/mesos/resources/%s/offered_or_allocated", kinds[i].name);
  }
  uint32_t n_roles = roles_count(master->roles);
  g_autofree bool *tracked = g_new0(bool, MAX(n_roles, 1));
  for (guint i = 0; i < master->frameworks->len; i++) {
    const MasterFramework *framework = master_framework(master, (FrameworkId){i});
    for (uint32_t j = 0; framework->present && j < framework->n_roles; j++)
      tracked[framework->roles[j].index] = true;
  }
  for (uint32_t i = 0; i < n_roles; i++)
    if (tracked[i])
      emit(metrics, master->allocator_interface->share(master->allocator, (RoleId){i}, FRAMEWORK_NONE),
           "allocator/mesos/roles/%s/shares/dominant", roles_path(master->roles, (RoleId){i}));
  for (uint32_t i = 0; filters && i < n_roles; i++)
    if (tracked[i])
      emit(metrics,
           (double)master->allocator_interface->count_filters(master->allocator, metrics->now, (RoleId){i}),
           "allocator/mesos/offer_filters/roles/%s/active", roles_path(master->roles, (RoleId){i}));
  g_autofree QuotaUse *use = master_quota_use(master);
  for (uint32_t i = 0; i < n_roles; i++)
    emit_quota(metrics, (RoleId){i}, &use[i]);
}

/* --- all ------------------------------------------------------------------------------------------------ */

void master_metrics(const Master *master, Instant now, uint32_t details, MasterMetric metric, void *self)
{
  g_autoptr(GString) name = g_string_new(NULL);
  g_autofree uint64_t *active = g_new0(uint64_t, MAX(master->frameworks->len, 1) * TASK_FINISHED);
  Metrics metrics = {
      .master = master, .now = now, .metric = metric, .self = self, .name = name, .active = active};
  count_agents(&metrics);
  count_frameworks(&metrics);
  emit(&metrics, duration_seconds(instant_since(now, master->start)), "master/uptime_secs");
  emit(&metrics, 1, "master/elected");
  emit_members(&metrics);
  emit_tasks(&metrics);
  emit_messages(&metrics);
  emit_resources(&metrics);
  emit_operations(&metrics);
  for (guint i = 0; (details & MASTER_METRICS_FRAMEWORKS) != 0 && i < master->frameworks->len; i++)
    emit_framework(&metrics, (FrameworkId){i});
  emit_principals(&metrics);
  emit_allocator(&metrics, (details & MASTER_METRICS_FILTERS) != 0);
}
