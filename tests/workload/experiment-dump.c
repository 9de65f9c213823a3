/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/workload/experiment-dump.h"

#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/resources-text.h"

#define DUMPED_KINDS (RESOURCE_KINDS_FIXED + 1) /* the tests name no more than one further kind */

static const char *const drf_options[] = {"sorter", "min-share", NULL};
static const WorkloadAllocator allocators[] = {{"drf", drf_options}, {"priority", NULL}};
const WorkloadNames test_names = {allocators, G_N_ELEMENTS(allocators), false, false};

char *distribution_dump(const SimDistribution *distribution)
{
  double value;
  if (distribution == NULL)
    return g_strdup("none");
  if (sim_distribution_is_constant(distribution, &value))
    return g_strdup_printf("constant %g", value);
  double mean = sim_distribution_mean(distribution);
  double scale = isfinite(mean) ? mean : 1;
  return g_strdup_printf(
      "mean %.6g cdf %.6f %.6f %.6f %.6f", mean, sim_distribution_cdf(distribution, scale / 4),
      sim_distribution_cdf(distribution, scale / 2), sim_distribution_cdf(distribution, scale * 0.9),
      sim_distribution_cdf(distribution, scale * 3));
}

static void add(GString *dump, const char *name, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void add(GString *dump, const char *name, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_string_append_printf(dump, "%s ", name);
  g_string_append_vprintf(dump, format, arguments);
  g_string_append_c(dump, '\n');
  va_end(arguments);
}

static void add_law(GString *dump, const char *name, const SimDistribution *distribution)
{
  g_autofree char *text = distribution_dump(distribution);
  add(dump, name, "%s", text);
}

static void add_quantities(GString *dump, const char *name, const Quantities *quantities)
{
  g_string_append(dump, name);
  for (int kind = 0; kind < DUMPED_KINDS; kind++)
    g_string_append_printf(dump, " %" PRId64, quantities->amount[kind]);
  g_string_append_c(dump, '\n');
}

static void add_column(GString *dump, const char *name, const TraceColumn *column)
{
  add(dump, name, "%s * %g", column->name == NULL ? "-" : column->name, column->factor);
}

static void add_map(GString *dump, const char *name, const TraceMap *map)
{
  add(dump, name, "%d %u %s", (int)map->kind, map->number, map->column == NULL ? "-" : map->column);
}

static void add_trace(GString *dump, const TraceSpec *trace)
{
  add(dump, "trace", "%s %s %d", trace->path, trace->path_as_written, (int)trace->format);
  add_map(dump, "frameworks", &trace->frameworks);
  add_map(dump, "roles", &trace->roles);
  add(dump, "sort", "%d compression %g window %" PRId64 " %" PRId64 " jobs %u scale %g", trace->sort,
      trace->time_compression, trace->window_start.ns, trace->window_end.ns, trace->jobs_max, trace->scale);
  add(dump, "replicate", "%d %" PRId64, (int)trace->replicate.kind, trace->replicate.length.ns);
  add(dump, "swf", "%d %d %" PRId64, trace->whole_agents, trace->use_memory, trace->memory_default);
  add_quantities(dump, "agent", &trace->agent_resources);
  add(dump, "swim", "%u %u %u %g %g", trace->trace_nodes, trace->agents, trace->slots, trace->block_size,
      trace->bytes_per_reduce);
  add_law(dump, "map-rate", trace->map_rate);
  add_law(dump, "reduce-rate", trace->reduce_rate);
  add_law(dump, "task-overhead", trace->task_overhead);
  add_quantities(dump, "map", &trace->map_resources);
  add_quantities(dump, "reduce", &trace->reduce_resources);
  add_column(dump, "submit", &trace->submit);
  add_column(dump, "tasks", &trace->tasks);
  add_column(dump, "duration", &trace->duration);
  add_column(dump, "start", &trace->start);
  add_column(dump, "end", &trace->end);
  add_column(dump, "reduces", &trace->reduces);
  add_column(dump, "reduce-duration", &trace->reduce_duration);
  add_column(dump, "name", &trace->name);
  for (int kind = 0; kind < DUMPED_KINDS; kind++)
    add_column(dump, "kind", &trace->kind_columns[kind]);
  add_quantities(dump, "csv", &trace->task_resources);
}

static const char *or_dash(const char *text)
{
  return text == NULL ? "-" : text;
}

static void add_filter(GString *dump, const AgentFilter *filter)
{
  for (uint32_t i = 0; i < filter->n; i++) {
    g_string_append(dump, "wants");
    for (uint32_t j = 0; j < filter->groups[i].n; j++) {
      const AgentTest *test = &filter->groups[i].tests[j];
      g_string_append_printf(dump, "%s %d %s %d %s", j == 0 ? "" : " and", (int)test->property,
                             or_dash(test->attribute), (int)test->kind, or_dash(test->text));
    }
    g_string_append_c(dump, '\n');
  }
}

static void add_offer_keys(GString *dump, const FrameworkSpec *framework)
{
  for (char **role = framework->roles; role != NULL && *role != NULL; role++)
    add(dump, "one-role", "%s", *role);
  add(dump, "says", "capable %d %x declares %g inverse %d forgets %d revives %" PRId64 " reconciles %" PRId64,
      framework->capabilities_given, framework->capabilities, framework->declared_demand,
      (int)framework->inverse_offers, framework->forgets_to_revive, framework->revive_every.ns,
      framework->reconcile_every.ns);
  add_law(dump, "hold-time", framework->hold_time);
  add(dump, "principal", "%s", or_dash(framework->principal));
  add_law(dump, "per-job", framework->decision_time_per_job);
  add_law(dump, "per-task", framework->decision_time_per_task);
  if (framework->minimum_allocation > 0 || framework->keeps_width || framework->scale_down)
    add(dump, "scales", "%u %d %d", framework->minimum_allocation, !framework->keeps_width,
        framework->scale_down);
  if (framework->prefers.n > 0)
    add(dump, "prefers", "%u for %" PRId64 " else %g", framework->prefers.n, framework->prefers_wait.ns,
        framework->elsewhere_slowdown);
  if (!quantities_are_zero(&framework->prefers_resources))
    add_quantities(dump, "preferred", &framework->prefers_resources);
  if (framework->executor_reuse)
    add(dump, "executors", "%d %" PRId64, framework->executor_reuse, framework->executor_idle_timeout.ns);
  if (framework->slow_tasks.probability > 0)
    add(dump, "slow tasks", "%g by %g", framework->slow_tasks.probability, framework->slow_tasks.factor);
  if (framework->scheduler == SCHEDULER_SPARK) {
    add(dump, "spark", "%u %" PRId64, framework->iterations, framework->locality_wait.ns);
    add_quantities(dump, "executor", &framework->executor_resources);
    add_law(dump, "cached", framework->stages[0].cached_duration);
  }
  if (framework->scheduler == SCHEDULER_TORQUE)
    add(dump, "torque", "%d %g", framework->backfill, framework->estimate_factor);
  add_filter(dump, &framework->agents);
  for (uint32_t i = 0; i < framework->n_instances; i++)
    add(dump, "instances", "%" PRId64 " %u spread %d", framework->instances[i].after.ns,
        framework->instances[i].count, (int)framework->spread);
  add(dump, "minimum", "%d %u", framework->min_allocatable_given, framework->n_min_allocatable);
  for (uint32_t i = 0; i < framework->n_min_allocatable; i++)
    add_quantities(dump, "at-least", &framework->min_allocatable[i]);
}

static void add_operator(GString *dump, const OperatorSpec *call, const ResourceKinds *kinds)
{
  g_autofree char *resources = resources_print(kinds, &call->resources);
  add(dump, "operator", "%s %" PRId64 " %d %u+%u %s %s grace %" PRId64 " gone %d force %d all %d", call->name,
      call->at.ns, (int)call->kind, call->agents.first, call->agents.n, *resources == '\0' ? "-" : resources,
      or_dash(call->framework), call->grace.ns, call->mark_gone, call->force, call->all);
  for (uint32_t i = 0; i < call->n_items; i++) {
    const OperatorItem *item = &call->items[i];
    add(dump, "item", "%s %g %u+%u %" PRId64 " %" PRId64, or_dash(item->role), item->weight,
        item->agents.first, item->agents.n, item->start.ns, item->length.ns);
    add_quantities(dump, "item-guarantee", &item->guarantee);
    add_quantities(dump, "item-limit", &item->limit);
  }
}

static void add_hadoop(GString *dump, const HadoopSpec *hadoop)
{
  const DelayRule *delay = &hadoop->delay;
  add(dump, "hadoop", "%u replicas, %u pools, reduces %g %g, speculation %d", hadoop->replicas, hadoop->pools,
      hadoop->reduce_slow_start, hadoop->shuffle_rate, hadoop->speculation);
  add(dump, "delay", "%d skips %u %u wait %" PRId64 " %" PRId64 " reset %d", (int)delay->kind,
      delay->skips[0], delay->skips[1], delay->waits[0].ns, delay->waits[1].ns, delay->reset_on_launch);
  add(dump, "read", "rack %g %g off %g %g", hadoop->rack_read.factor, hadoop->rack_read.rate,
      hadoop->off_rack_read.factor, hadoop->off_rack_read.rate);
}

static void add_framework(GString *dump, const FrameworkSpec *framework)
{
  add(dump, "framework", "%s %u %d %s %g", framework->name, framework->count, (int)framework->scheduler,
      framework->role == NULL ? "-" : framework->role, framework->weight);
  add(dump, "start", "%d %" PRId64 " stop %" PRId64 " target %u", framework->start_given, framework->start.ns,
      framework->stop.ns, framework->ramp_up_target);
  add(dump, "jobs", "%" PRIu64 " order %d arrival %d", framework->jobs, (int)framework->job_order,
      (int)framework->arrival.kind);
  for (uint32_t i = 0; i < framework->arrival.n_at; i++)
    add(dump, "at", "%" PRId64, framework->arrival.at[i].ns);
  add_law(dump, "gap", framework->arrival.gap);
  for (uint32_t i = 0; i < framework->n_stages; i++) {
    const StageSpec *stage = &framework->stages[i];
    add(dump, "stage", "%s %d after %" PRIx64, stage->name, stage->unlimited, stage->after);
    add_law(dump, "tasks", stage->tasks);
    add_law(dump, "task-duration", stage->task_duration);
    add_quantities(dump, "task-resources", &stage->task_resources);
    add(dump, "task-input", "%g", stage->task_input);
  }
  add_hadoop(dump, &framework->hadoop);
  add(dump, "offers", "%u refuse %" PRId64 " %" PRId64 " hold %" PRId64 " suppress %d",
      framework->tasks_per_offer, framework->refuse.ns, framework->refuse_unused.ns,
      framework->hold_timeout.ns, framework->suppress);
  if (framework->attempts_max != UINT32_MAX)
    add(dump, "attempts-max", "%u", framework->attempts_max);
  add_law(dump, "decision-time", framework->decision_time);
  add_law(dump, "executor-start-up", framework->executor_start_up);
  add_offer_keys(dump, framework);
  if (framework->trace != NULL)
    add_trace(dump, framework->trace);
}

static void add_cluster(GString *dump, const Cluster *cluster, const ResourceKinds *kinds)
{
  add(dump, "cluster", "%u agents, %u per rack", cluster->agents, cluster->agents_per_rack);
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    const AgentClass *agents = &cluster->classes[i];
    g_autofree char *resources = resources_print(kinds, &agents->resources);
    add(dump, "agents", "%s %u %s speed %g", agents->name, agents->count, resources, agents->speed);
    if (agents->slow.probability > 0)
      add(dump, "slow agents", "%g by %g", agents->slow.probability, agents->slow.factor);
    for (uint32_t j = 0; j < agents->n_attributes; j++)
      add(dump, "attribute", "%s:%s", agents->attributes[j].name, agents->attributes[j].value);
    if (agents->region != NULL || agents->zone != NULL)
      add(dump, "place", "%s %s", or_dash(agents->region), or_dash(agents->zone));
  }
}

char *experiment_dump(const Experiment *experiment)
{
  GString *dump = g_string_new(NULL);
  add(dump, "title", "%s", experiment->title);
  add(dump, "duration", "%d %" PRId64 " seed %" PRIu64 " warm-up %" PRId64 " sample %" PRId64,
      experiment->duration_given, experiment->duration.ns, experiment->seed, experiment->warm_up.ns,
      experiment->sample_interval.ns);
  add(dump, "kind", "%d warm-up %d series %d replications %u confidence %g", (int)experiment->kind,
      experiment->warm_up_given, (int)experiment->warm_up_series, experiment->replications,
      experiment->confidence);
  add(dump, "fairness", "%d parted %d", (int)experiment->fairness, experiment->parted);
  add(dump, "allocator-stream", "%u", experiment->allocator_stream);
  add(dump, "only", "%s", experiment->only == NULL ? "-" : experiment->only);
  add(dump, "shared-point", "%s", experiment->shared_point == NULL ? "-" : experiment->shared_point);
  for (uint32_t kind = 0; kind < resource_kinds_count(experiment->kinds); kind++)
    add(dump, "kind", "%s", resource_kinds_name(experiment->kinds, kind));
  add_cluster(dump, &experiment->cluster, experiment->kinds);
  const Isolation *isolation = &experiment->cluster.isolation;
  if (isolation->n_points > 0)
    add(dump, "slowdown", "%g at %g and so on: %g", isolation->points[0].factor, isolation->points[0].load,
        isolation->points[isolation->n_points - 1].factor);
  if (isolation->start_up != NULL)
    add_law(dump, "container-start", isolation->start_up);
  add(dump, "master", "%" PRId64 " %" PRId64, experiment->master.allocation_interval.ns,
      experiment->master.offer_timeout.ns);
  for (uint32_t i = 0; i < experiment->master.n_min_allocatable; i++)
    add_quantities(dump, "min-allocatable", &experiment->master.min_allocatable[i]);
  add_law(dump, "service-time", experiment->master.service_time);
  for (int cost = 0; cost < MASTER_COSTS; cost++)
    if (experiment->master.costs[cost].ns > 0)
      add(dump, "cost", "%d %" PRId64, cost, experiment->master.costs[cost].ns);
  add(dump, "gates", "mesos %d gpus %d excluded %x region %s", experiment->master.mesos_compatible,
      experiment->master.filter_gpu_resources, experiment->master.fair_sharing_excluded,
      or_dash(experiment->master.region));
  add_quantities(dump, "min-offer", &experiment->master.least_offer);
  add(dump, "revocation", "%d %" PRId64, experiment->master.revocation,
      experiment->master.revocation_grace.ns);
  for (uint32_t i = 0; i < experiment->master.n_rate_limits; i++) {
    const PrincipalLimit *limit = &experiment->master.rate_limits[i];
    add(dump, "rate-limit", "%s %g %u", or_dash(limit->principal), limit->qps, limit->capacity);
  }
  add_law(dump, "master-agent", experiment->network.master_agent);
  add_law(dump, "master-framework", experiment->network.master_framework);
  for (uint32_t i = 0; i < experiment->n_roles; i++) {
    const RoleSpec *role = &experiment->roles[i];
    add(dump, "role", "%s %g %" PRId64, role->path, role->weight, role->priority);
    add(dump, "max-task-duration", "%" PRId64, role->max_task_duration.ns);
    add_quantities(dump, "guarantee", &role->guarantee);
    add_quantities(dump, "limit", &role->limit);
  }
  for (uint32_t i = 0; i < experiment->n_allocators; i++)
    for (int j = 0; experiment->allocators[i].keys[j] != NULL; j++)
      add(dump, "allocator", "%s %s = %s", experiment->allocators[i].allocator,
          experiment->allocators[i].keys[j], experiment->allocators[i].values[j]);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++)
    add_framework(dump, &experiment->frameworks[i]);
  for (uint32_t i = 0; i < experiment->n_operators; i++)
    add_operator(dump, &experiment->operators[i], experiment->kinds);
  return g_string_free(dump, FALSE);
}

Experiment *test_load(const char *text, const char *override)
{
  const char *overrides[] = {override, NULL};
  g_autoptr(GError) error = NULL;
  Experiment *experiment = workload_text_load(text, "t.ini", overrides, &test_names, &error);
  ck_assert_msg(experiment != NULL, "%s", error == NULL ? "" : error->message);
  ck_assert_ptr_null(error);
  return experiment;
}

char *test_load_error(const char *text, const char *override)
{
  const char *overrides[] = {override, NULL};
  g_autoptr(GError) error = NULL;
  g_autoptr(Experiment) experiment = workload_text_load(text, "t.ini", overrides, &test_names, &error);
  ck_assert_msg(experiment == NULL && error != NULL, "loaded, though it should not be:\n%s", text);
  ck_assert_msg(error->domain == WORKLOAD_ERROR, "%s", error->message);
  ck_assert_msg(strchr(error->message, '\n') == NULL, "%s", error->message);
  return g_strdup(error->message);
}
