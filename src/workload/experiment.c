/* SPDX-License-Identifier: Apache-2.0 */
#include "workload/experiment.h"

#include "base/check.h"
#include "base/time-text.h"

static void attributes_free(Attribute *attributes, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    g_free(attributes[i].name);
    g_free(attributes[i].value);
  }
  g_free(attributes);
}

static void cluster_free(Cluster *cluster)
{
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    AgentClass *agents = &cluster->classes[i];
    g_free(agents->name);
    resources_clear(&agents->resources);
    attributes_free(agents->attributes, agents->n_attributes);
    g_free(agents->region);
    g_free(agents->zone);
  }
  g_free(cluster->classes);
  sim_distribution_unref(cluster->isolation.start_up);
  g_free(cluster->isolation.points);
}

void agent_filter_clear(AgentFilter *filter)
{
  for (uint32_t i = 0; i < filter->n; i++) {
    for (uint32_t j = 0; j < filter->groups[i].n; j++) {
      g_free(filter->groups[i].tests[j].attribute);
      g_free(filter->groups[i].tests[j].text);
    }
    g_free(filter->groups[i].tests);
  }
  g_free(filter->groups);
  *filter = (AgentFilter){NULL, 0};
}

void operator_spec_clear(OperatorSpec *call)
{
  for (uint32_t i = 0; i < call->n_items; i++)
    g_free(call->items[i].role);
  g_free(call->items);
  g_free(call->name);
  g_free(call->text);
  g_free(call->framework);
  resources_clear(&call->resources);
}

static void allocator_options_free(AllocatorOptions *options)
{
  g_free(options->allocator);
  g_strfreev(options->keys);
  g_strfreev(options->values);
  g_free(options->lines);
}

static void trace_free(TraceSpec *trace)
{
  if (trace == NULL)
    return;
  g_free(trace->path);
  g_free(trace->path_as_written);
  g_free(trace->frameworks.column);
  g_free(trace->roles.column);
  sim_distribution_unref(trace->map_rate);
  sim_distribution_unref(trace->reduce_rate);
  sim_distribution_unref(trace->task_overhead);
  TraceColumn *columns[] = {&trace->submit, &trace->tasks,   &trace->duration,        &trace->end,
                            &trace->start,  &trace->reduces, &trace->reduce_duration, &trace->name};
  for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
    g_free(columns[i]->name);
  for (size_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    g_free(trace->kind_columns[kind].name);
  g_free(trace);
}

static void framework_free(FrameworkSpec *framework)
{
  g_free(framework->name);
  g_free(framework->role);
  g_strfreev(framework->roles);
  g_free(framework->arrival.at);
  sim_distribution_unref(framework->arrival.gap);
  for (uint32_t i = 0; i < framework->n_stages; i++) {
    g_free(framework->stages[i].name);
    sim_distribution_unref(framework->stages[i].tasks);
    sim_distribution_unref(framework->stages[i].task_duration);
    sim_distribution_unref(framework->stages[i].cached_duration);
  }
  g_free(framework->stages);
  trace_free(framework->trace);
  sim_distribution_unref(framework->decision_time);
  sim_distribution_unref(framework->decision_time_per_job);
  sim_distribution_unref(framework->decision_time_per_task);
  sim_distribution_unref(framework->executor_start_up);
  sim_distribution_unref(framework->hold_time);
  agent_filter_clear(&framework->agents);
  agent_filter_clear(&framework->prefers);
  g_free(framework->min_allocatable);
  g_free(framework->principal);
  g_free(framework->instances);
}

void experiment_keep_only(Experiment *experiment, uint32_t index)
{
  for (uint32_t i = 0; i < experiment->n_frameworks; i++)
    if (i != index)
      framework_free(&experiment->frameworks[i]);
  experiment->frameworks[0] = experiment->frameworks[index];
  experiment->n_frameworks = 1;
}

void experiment_free(Experiment *experiment)
{
  if (experiment == NULL)
    return;
  g_free(experiment->title);
  cluster_free(&experiment->cluster);
  g_free(experiment->master.min_allocatable);
  g_free(experiment->master.region);
  for (uint32_t i = 0; i < experiment->master.n_rate_limits; i++)
    g_free(experiment->master.rate_limits[i].principal);
  g_free(experiment->master.rate_limits);
  sim_distribution_unref(experiment->master.service_time);
  sim_distribution_unref(experiment->network.master_agent);
  sim_distribution_unref(experiment->network.master_framework);
  for (uint32_t i = 0; i < experiment->n_roles; i++)
    g_free(experiment->roles[i].path);
  g_free(experiment->roles);
  for (uint32_t i = 0; i < experiment->n_allocators; i++)
    allocator_options_free(&experiment->allocators[i]);
  g_free(experiment->allocators);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++)
    framework_free(&experiment->frameworks[i]);
  g_free(experiment->frameworks);
  for (uint32_t i = 0; i < experiment->n_operators; i++)
    operator_spec_clear(&experiment->operators[i]);
  g_free(experiment->operators);
  resource_kinds_free(experiment->kinds);
  g_free(experiment->only);
  g_free(experiment->shared_point);
  g_free(experiment->source_path);
  g_free(experiment->effective);
  g_free(experiment->identity);
  g_free(experiment);
}

char *framework_member_name(const FrameworkSpec *framework, uint32_t member)
{
  CHECK(member < framework->count);
  if (framework->count == 1)
    return g_strdup(framework->name);
  int digits = 1;
  for (uint32_t rest = framework->count; rest >= 10; rest /= 10)
    digits++;
  return g_strdup_printf("%s-%0*u", framework->name, digits, member + 1);
}

char *trace_replicate_print(const TraceReplicate *replicate)
{
  g_autofree char *length = duration_print(replicate->length);
  switch (replicate->kind) {
  case REPLICATE_JITTER:
    return g_strdup_printf("jitter(%s)", length);
  case REPLICATE_BLOCKS:
    return g_strdup_printf("resample-blocks(%s)", length);
  case REPLICATE_USERS:
    return g_strdup("resample-users");
  case REPLICATE_NOT:
    break;
  }
  return NULL;
}

bool framework_takes_gpus(const FrameworkSpec *spec)
{
  const TraceSpec *trace = spec->trace;
  if (spec->capabilities_given)
    return (spec->capabilities & CAPABLE_GPU_RESOURCES) != 0;
  for (uint32_t i = 0; i < spec->n_stages; i++)
    if (spec->stages[i].task_resources.amount[RESOURCE_GPUS] > 0)
      return true;
  return trace != NULL &&
         (trace->task_resources.amount[RESOURCE_GPUS] > 0 || trace->map_resources.amount[RESOURCE_GPUS] > 0 ||
          trace->reduce_resources.amount[RESOURCE_GPUS] > 0 || trace->whole_agents ||
          trace->kind_columns[RESOURCE_GPUS].name != NULL);
}

void agent_hostname(uint32_t number, char hostname[AGENT_HOSTNAME_SIZE])
{
  g_snprintf(hostname, AGENT_HOSTNAME_SIZE, "agent-%05u", number + 1);
}

const AgentClass *agent_class_of(const Cluster *cluster, uint32_t number)
{
  const AgentClass *agents = cluster->classes;
  CHECK(number < cluster->agents);
  for (; number >= agents->count; agents++)
    number -= agents->count;
  return agents;
}

bool master_takes_time(const MasterFlags *master)
{
  for (int cost = 0; cost < MASTER_COSTS; cost++)
    if (master->costs[cost].ns > 0)
      return true;
  return master->service_time != NULL;
}
