/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master.h"

#include "base/check.h"
#include "base/error.h"
#include "core/master-internal.h"

/* --- life ------------------------------------------------------------------------------------------- */

Master *master_new(const MasterSettings *settings, const AllocatorInterface *allocator,
                   const MasterPorts *ports, const MasterObserver *observer, Instant now, GError **error)
{
  CHECK(settings->allocation_interval.ns > 0);
  Master *master = g_new0(Master, 1);
  master->settings = *settings;
  master->ports = *ports;
  if (observer != NULL)
    master->observer = *observer;
  master->allocator_interface = allocator;
  master->min_allocatable =
      g_memdup2(settings->min_allocatable, settings->n_min_allocatable * sizeof(*settings->min_allocatable));
  master->settings.min_allocatable = master->min_allocatable;

  master->roles = roles_new();
  master->frameworks = g_array_new(FALSE, TRUE, sizeof(MasterFramework));
  pool_init(&master->offers, sizeof(MasterOffer));
  pool_init(&master->tasks, sizeof(MasterTask));
  pool_init_small(&master->executors, sizeof(MasterExecutor), 4);
  pool_init(&master->inverse_offers, sizeof(MasterInverseOffer));
  master->hostnames = g_string_chunk_new(4096);
  run_timer_init(&master->run_duration);
  run_timer_init(&master->run_latency);
  master->start = now;
  master->last_tick = now;
  master->now = now;
  master->next_tick = INSTANT_NEVER;

  if (!master_limits_init(master, error)) {
    master_free(master);
    return NULL;
  }
  AllocatorSettings allocator_settings = {
      .allocation_interval = settings->allocation_interval,
      .min_allocatable = master->min_allocatable,
      .n_min_allocatable = settings->n_min_allocatable,
      .kinds = settings->kinds,
      .fair_sharing_excluded = settings->fair_sharing_excluded,
      .filter_gpu_resources = settings->filter_gpu_resources,
      .option_values = settings->allocator_options,
      .mesos_compatible = settings->mesos_compatible,
      .region = settings->region,
      .least_offer = settings->least_offer,
      .context = allocator->context,
      .revocation = settings->revocation,
  };
  AllocatorHost host = master_allocator_host(master);
  char *message = NULL;
  master->allocator = allocator->create(&allocator_settings, &host, now, &message);
  if (master->allocator == NULL) {
    g_set_error(error, BASE_ERROR, BASE_ERROR_NUMBER, "[allocator %s] %s", allocator->name,
                message == NULL ? "the allocator could not be made" : message);
    g_free(message);
    g_clear_pointer(&master, master_free);
  }
  return master;
}

static void framework_clear(MasterFramework *framework)
{
  g_free(framework->roles);
  g_free(framework->name);
  g_free(framework->suppressed);
}

/* What live offers, tasks and executors own. */
static void records_clear(Master *master)
{
  for (uint32_t slot = 0; slot < master->offers.n_slots; slot++)
    if (pool_is_taken(&master->offers, slot))
      resources_clear(&((MasterOffer *)pool_at(&master->offers, slot))->resources);
  for (uint32_t slot = 0; slot < master->tasks.n_slots; slot++)
    if (pool_is_taken(&master->tasks, slot))
      resources_clear(&((MasterTask *)pool_at(&master->tasks, slot))->resources);
  for (uint32_t slot = 0; slot < master->executors.n_slots; slot++)
    if (pool_is_taken(&master->executors, slot))
      resources_clear(&((MasterExecutor *)pool_at(&master->executors, slot))->resources);
}

void master_free(Master *master)
{
  if (master == NULL)
    return;
  if (master->allocator != NULL)
    master->allocator_interface->destroy(master->allocator);
  for (guint i = 0; i < master->frameworks->len; i++)
    framework_clear(master_framework(master, (FrameworkId){i}));
  for (uint32_t i = 0; i < master->agent_rest.n; i++) {
    resources_clear(&master->agent_rest.items[i].total);
    g_free(master->agent_rest.items[i].free);
  }
  records_clear(master);
  g_array_unref(master->frameworks);
  array_free(&master->agents);
  array_free(&master->agent_rest);
  pool_clear(&master->offers);
  pool_clear(&master->tasks);
  pool_clear(&master->executors);
  pool_clear(&master->inverse_offers);
  array_free(&master->inverse_batch);
  array_free(&master->revoked);
  array_free(&master->role_attributes);
  array_free(&master->scheduled);
  master_limits_clear(master);
  run_timer_clear(&master->run_duration);
  run_timer_clear(&master->run_latency);
  g_string_chunk_free(master->hostnames);
  g_clear_pointer(&master->cares, g_hash_table_unref);
  g_clear_pointer(&master->hosts_down, g_hash_table_unref);
  array_free(&master->batch);
  array_free(&master->batch_order);
  array_free(&master->messages);
  array_free(&master->launched);
  g_queue_clear_full(&master->timeouts, g_free);
  roles_free(master->roles);
  g_free(master->min_allocatable);
  g_free(master);
}

/* --- timers ----------------------------------------------------------------------------------------- */

void master_requests_pass_on(Master *master, Instant now)
{
  if (!master->run_requested || master->run_timer_set)
    return;
  master->run_timer_set = true;
  if (G_UNLIKELY(master->ports.clock_ns != NULL))
    master->run_asked_ns = master->ports.clock_ns(master->ports.self);
  master->ports.set_timer(master->ports.self, MASTER_TIMER_RUN, now);
}

void master_timer(Master *master, Instant now, MasterTimer timer)
{
  switch (timer) {
  case MASTER_TIMER_TICK:
    master->next_tick = INSTANT_NEVER;
    master->last_tick = now;
    master_run(master, now, true);
    break;
  case MASTER_TIMER_RUN:
    master->run_requested = false;
    master->run_timer_set = false;
    master_run(master, now, false);
    break;
  case MASTER_TIMER_OFFER_TIMEOUT:
    master_offers_time_out(master, now);
    break;
  case MASTER_TIMERS:
    CHECK(false && "a timer");
  }
  master_requests_pass_on(master, now);
}

/* --- roles ------------------------------------------------------------------------------------------ */

RoleId master_role(Master *master, const char *path)
{
  RoleId role = roles_add(master->roles, path);
  while (master->role_attributes.n < roles_count(master->roles)) {
    RoleId added = {master->role_attributes.n};
    array_push(&master->role_attributes, ROLE_ATTRIBUTES_DEFAULT);
    master->allocator_interface->add_role(master->allocator, added, roles_parent(master->roles, added),
                                          roles_path(master->roles, added));
  }
  return role;
}

void master_role_set(Master *master, Instant now, RoleId role, const RoleAttributes *attributes)
{
  master->role_attributes.items[role.index] = *attributes;
  master->allocator_interface->update_role(allocator_at(master, now), now, role, attributes);
  if (master->observer.role_updated != NULL)
    master->observer.role_updated(master->observer.self, now, roles_path(master->roles, role), attributes);
}

RoleId master_update_role(Master *master, Instant now, const char *path, const RoleAttributes *attributes)
{
  RoleId role = master_role(master, path);
  master_role_set(master, now, role, attributes);
  master_requests_pass_on(master, now);
  return role;
}

const char *master_role_path(const Master *master, RoleId role)
{
  return roles_path(master->roles, role);
}

/* --- agents ----------------------------------------------------------------------------------------- */

static bool host_is_down(const Master *master, const char *hostname)
{
  return master->hosts_down != NULL && g_hash_table_contains(master->hosts_down, hostname);
}

/* Whether an agent may say that it has this: a shared volume is there once, and no amount is beyond all measure. */
static bool total_makes_sense(const Master *master, const Resources *total)
{
  if (!quantities_are_bounded(&total->plain))
    return false;
  if (G_LIKELY(total->special == NULL))
    return true;
  if (!resources_are_valid(total) || !resources_are_known(master->settings.kinds, total))
    return false;
  for (uint32_t i = 0; i < total->special->n_slices; i++)
    if (total->special->slices[i].copies > 1 ||
        !quantities_are_bounded(&total->special->slices[i].quantities))
      return false;
  return true;
}

AgentId master_register_agent(Master *master, Instant now, const AgentInfo *info)
{
  if (info->hostname == NULL || !total_makes_sense(master, &info->total) ||
      host_is_down(master, info->hostname))
    return AGENT_NONE;
  AgentId id = {master->agents.n};
  array_push(&master->agents,
             (MasterAgent){.offers = INDEX_NONE, .tasks = INDEX_NONE, .task = INDEX_NONE, .present = true});
  MasterAgentRest rest = {
      .hostname = g_string_chunk_insert(master->hostnames, info->hostname),
  };
  Resources free;
  resources_copy(&rest.total, &info->total);
  resources_copy(&free, &info->total);
  rest.free = free.special;
  array_push(&master->agent_rest, rest);
  master_agent(master, id)->free = free.plain;
  AllocatorAgent allocator_info = {
      .hostname = info->hostname,
      .attribute_names = info->attribute_names,
      .attribute_values = info->attribute_values,
      .n_attributes = info->n_attributes,
      .region = info->region,
      .zone = info->zone,
      .lacks = info->lacks,
  };
  master->allocator_interface->add_agent(allocator_at(master, now), now, id, &allocator_info, &info->total,
                                         NULL, 0);
  if (master->observer.agent_added != NULL)
    master->observer.agent_added(master->observer.self, now, id, info->hostname, &info->total);
  master_requests_pass_on(master, now);
  return id;
}

/* What a framework is told of once the books of a removed agent are closed. */
typedef struct {
  FrameworkId framework;
  TaskId task;
  uint64_t label;
  TaskState state;
} MasterLoss;

/* Ends the tasks on a removed agent. Returns: a status for each that was alive, to be sent. */
static GArray *agent_lose_tasks(Master *master, Instant now, AgentId id, TaskState aware, TaskReason reason)
{
  GArray *lost = g_array_new(FALSE, FALSE, sizeof(MasterLoss));
  uint32_t slot;
  while ((slot = master_agent_first_task(master_agent(master, id))) != INDEX_NONE) {
    const MasterTask *task = pool_at(&master->tasks, slot);
    MasterLoss loss = {
        .framework = task->framework,
        .task = {pool_id(&master->tasks, slot)},
        .label = task->label,
        .state = master_lost_state(master, task->framework, aware),
    };
    if (!task->freed)
      g_array_append_val(lost, loss);
    master_task_end(master, now, slot, loss.state, reason);
    master_task_forget(master, slot);
  }
  master_executors_end(master, now, id, FRAMEWORK_NONE);
  return lost;
}

void master_agent_remove(Master *master, Instant now, AgentId id, AgentState end, TaskState aware,
                         TaskReason reason)
{
  /* The allocator first: what comes back from a removed agent is no longer to be offered. */
  master->allocator_interface->remove_agent(allocator_at(master, now), now, id);
  master_agent(master, id)->present = false;
  master_agent(master, id)->flags |= MASTER_AGENT_INACTIVE;
  master->counters.agents_removed++;
  g_autoptr(GArray) tasks = agent_lose_tasks(master, now, id, aware, reason);
  g_autoptr(GArray) rescinds = master_rescinds_new();
  master_agent_take_back(master, now, id, rescinds);
  master_agent_inverse_offers_take_back(master, now, id, rescinds);
  if (master->observer.agent_removed != NULL)
    master->observer.agent_removed(master->observer.self, now, id, &master->agent_rest.items[id.index].total);
  if (end != AGENT_STATE_DOWN)
    master_agent_leave_schedule(master, id);
  if (end != AGENT_STATE_REMOVED || master_agent_care_find(master, id) != NULL)
    master_agent_set_state(master, now, id, end, rescinds);

  if (end != AGENT_STATE_REMOVED && master->ports.send_shutdown_agent != NULL)
    master->ports.send_shutdown_agent(master->ports.self, id);
  for (guint i = 0; i < tasks->len; i++) {
    const MasterLoss *loss = &g_array_index(tasks, MasterLoss, i);
    master_send_status(master, loss->framework, loss->task, loss->label, id, loss->state, reason);
  }
  master_rescinds_send(master, rescinds);
}

void master_remove_agent(Master *master, Instant now, AgentId id)
{
  if (!master_agent_is_present(master, id))
    return;
  master_agent_remove(master, now, id, AGENT_STATE_REMOVED, TASK_GONE, REASON_AGENT_REMOVED);
  master_requests_pass_on(master, now);
}

/* --- to look at, to check --------------------------------------------------------------------------- */

uint32_t master_agent_count(const Master *master)
{
  return master->agents.n;
}

uint32_t master_framework_count(const Master *master)
{
  return master->frameworks->len;
}

uint32_t master_offers_outstanding(const Master *master)
{
  return master->offers.n_taken;
}

uint32_t master_tasks_live(const Master *master)
{
  return master->n_tasks_live;
}

void master_agent_check(const Master *master, Instant now, AgentId id)
{
  const MasterAgent *agent = master_agent(master, id);
  const MasterAgentRest *rest = &master->agent_rest.items[id.index];
  const Resources free = {agent->free, rest->free};
  Resources sum; /* of what is free, offered and in use; a shared volume is free however often it is used */
  resources_copy(&sum, &free);
  for (uint32_t slot = agent->offers; slot != INDEX_NONE;) {
    const MasterOffer *offer = pool_at(&master->offers, slot);
    CHECK(pool_is_taken(&master->offers, slot) && offer->agent.index == id.index);
    resources_give(&sum, &offer->resources);
    slot = offer->next;
  }
  for (uint32_t slot = master_agent_first_task(agent); slot != INDEX_NONE;
       slot = master_agent_next_task(master, agent, slot)) {
    const MasterTask *task = pool_at(&master->tasks, slot);
    CHECK(pool_is_taken(&master->tasks, slot) && task->agent.index == id.index);
    if (!task->freed)
      resources_give(&sum, &task->resources);
  }
  const MasterExecutor *executor = NULL;
  while ((executor = master_executor_next(master, id, executor)) != NULL) {
    CHECK(pool_is_taken(&master->executors, executor->slot) && executor->agent.index == id.index);
    resources_give(&sum, &executor->resources);
  }
  CHECK(resources_equal(&sum, &rest->total));

  AllocatorAgentView view;
  master->allocator_interface->view_agent(master->allocator, now, id, &view);
  resources_clear(&sum);
  resources_copy(&sum, &free);
  resources_clamp(&sum); /* of revocable resources more may be in use than there are */
  CHECK(!agent->present || resources_equal(&view.available, &sum));
  resources_clear(&sum);
}

void master_check(const Master *master, Instant now)
{
  uint32_t n_offers = 0;
  uint32_t n_tasks = 0;
  uint32_t n_executors = 0;
  for (guint i = 0; i < master->agents.n; i++) {
    const MasterAgent *agent = master_agent(master, (AgentId){i});
    if (!agent->present)
      continue;
    master_agent_check(master, now, (AgentId){i});
    for (uint32_t slot = agent->offers; slot != INDEX_NONE; n_offers++)
      slot = ((const MasterOffer *)pool_at(&master->offers, slot))->next;
    for (uint32_t slot = master_agent_first_task(agent); slot != INDEX_NONE; n_tasks++)
      slot = master_agent_next_task(master, agent, slot);
    const MasterExecutor *executor = NULL;
    while ((executor = master_executor_next(master, (AgentId){i}, executor)) != NULL)
      n_executors++;
  }
  CHECK(n_offers == master->offers.n_taken && n_tasks == master->tasks.n_taken);
  CHECK(n_executors == master->executors.n_taken);
  uint32_t n_framework_offers = 0;
  uint32_t n_framework_tasks = 0;
  uint32_t n_framework_executors = 0;
  for (guint i = 0; i < master->frameworks->len; i++) {
    n_framework_offers += master_framework(master, (FrameworkId){i})->n_offers;
    n_framework_tasks += master_framework(master, (FrameworkId){i})->n_tasks;
    n_framework_executors += master_framework(master, (FrameworkId){i})->n_executors;
  }
  CHECK(n_framework_offers == n_offers && n_framework_tasks == n_tasks);
  CHECK(n_framework_executors == n_executors);
  master_activity_check(master);
  master->allocator_interface->check(master->allocator, now);
}
