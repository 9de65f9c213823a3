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
  pool_init(&master->inverse_offers, sizeof(MasterInverseOffer));
  master->hostnames = g_string_chunk_new(4096);
  master->start = now;
  master->last_tick = now;
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
  g_array_unref(master->frameworks);
  array_free(&master->agents);
  array_free(&master->agent_rest);
  pool_clear(&master->offers);
  pool_clear(&master->tasks);
  pool_clear(&master->inverse_offers);
  array_free(&master->inverse_batch);
  array_free(&master->revoked);
  array_free(&master->role_attributes);
  array_free(&master->scheduled);
  array_free(&master->framework_counters);
  master_limits_clear(master);
  g_string_chunk_free(master->hostnames);
  g_clear_pointer(&master->cares, g_hash_table_unref);
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
  static const RoleAttributes fresh = {.weight = 1, .limit = {{-1, -1, -1, -1, -1, -1}}};
  _Static_assert(RESOURCE_KINDS_MAX == 6, "no kind has a limit");
  RoleId role = roles_add(master->roles, path);
  while (master->role_attributes.n < roles_count(master->roles)) {
    RoleId added = {master->role_attributes.n};
    array_push(&master->role_attributes, fresh);
    master->allocator_interface->add_role(master->allocator, added, roles_parent(master->roles, added),
                                          roles_path(master->roles, added));
  }
  return role;
}

void master_role_set(Master *master, Instant now, RoleId role, const RoleAttributes *attributes)
{
  master->role_attributes.items[role.index] = *attributes;
  master->allocator_interface->update_role(master->allocator, now, role, attributes);
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

/* --- frameworks ------------------------------------------------------------------------------------- */

FrameworkId master_subscribe(Master *master, Instant now, const FrameworkInfo *info)
{
  CHECK(info->n_roles > 0);
  MasterFramework framework = {
      .present = true,
      .capabilities = info->capabilities,
      .n_roles = info->n_roles,
      .roles = g_new(RoleId, info->n_roles),
      .batch_first = INDEX_NONE,
      .name = g_strdup(info->name),
      .suppressed = g_new0(bool, info->n_roles),
      .limit = master_limit_of(master, info->principal),
  };
  for (uint32_t i = 0; i < info->n_roles; i++) {
    framework.roles[i] = master_role(master, info->roles[i]);
    framework.suppressed[i] = info->suppressed != NULL && info->suppressed[i];
  }
  FrameworkId id = {master->frameworks->len};
  g_array_append_val(master->frameworks, framework);
  array_push(&master->framework_counters, (FrameworkCounters){0});
  master_count_call(master, id, FRAMEWORK_CALL_SUBSCRIBE);

  AllocatorFramework allocator_info = {
      .name = info->name,
      .roles = framework.roles,
      .suppressed = info->suppressed,
      .n_roles = info->n_roles,
      .capabilities = info->capabilities,
  };
  master->allocator_interface->add_framework(master->allocator, now, id, &allocator_info, true, NULL, 0);
  if (master->observer.framework_added != NULL)
    master->observer.framework_added(master->observer.self, now, id, info->name, info->roles, info->n_roles);
  master_requests_pass_on(master, now);
  return id;
}

/* Ends what @framework has on one agent. Returns: whether a task of it was alive there. */
static bool agent_clear_framework(Master *master, Instant now, AgentId id, FrameworkId framework)
{
  const MasterAgent *agent = master_agent(master, id);
  bool alive = false;
  uint32_t next;
  for (uint32_t slot = agent->offers; slot != INDEX_NONE; slot = next) {
    const MasterOffer *offer = pool_at(&master->offers, slot);
    next = offer->next;
    if (offer->framework.index == framework.index)
      master_offer_give_back(master, now, slot, OFFER_DISCARDED, OFFER_FILTER_NONE);
  }
  for (uint32_t slot = master_agent_first_task(agent); slot != INDEX_NONE; slot = next) {
    const MasterTask *task = pool_at(&master->tasks, slot);
    next = master_agent_next_task(master, agent, slot);
    if (task->framework.index != framework.index)
      continue;
    alive = alive || !task->freed;
    master_task_end(master, now, slot, TASK_KILLED, REASON_FRAMEWORK_REMOVED);
    master_task_forget(master, slot);
  }
  return alive;
}

void master_teardown(Master *master, Instant now, FrameworkId id)
{
  if (!master_framework_is_present(master, id))
    return;
  MasterFramework *framework = master_framework(master, id);
  framework->present = false;
  master_count_call(master, id, FRAMEWORK_CALL_TEARDOWN);
  g_autoptr(GArray) told = g_array_new(FALSE, FALSE, sizeof(AgentId));
  /* No list of a framework's offers and tasks is kept: this is rare, and a launch would pay for it each time.
   */
  bool holds = framework->n_offers > 0 || framework->n_tasks > 0;
  for (guint i = 0; holds && i < master->agents.n; i++) {
    AgentId agent = {i};
    if (master_agent(master, agent)->present && agent_clear_framework(master, now, agent, id))
      g_array_append_val(told, agent);
  }
  master_framework_inverse_offers_end(master, now, id, INVERSE_OFFER_ENDED_DISCARDED, NULL);
  master->allocator_interface->remove_framework(master->allocator, now, id);
  if (master->observer.framework_removed != NULL)
    master->observer.framework_removed(master->observer.self, now, id);
  for (guint i = 0; i < told->len; i++)
    master->ports.send_shutdown_framework(master->ports.self, g_array_index(told, AgentId, i), id);
  for (uint32_t i = 0; holds && i < master->agents.n; i++)
    master_agent_drain_advance(master, now, (AgentId){i});
  master_requests_pass_on(master, now);
}

/* The role of the framework called @path; ROLE_NONE for NULL. False where it has no such role. */
static bool framework_role(const Master *master, FrameworkId id, const char *path, RoleId *role)
{
  *role = ROLE_NONE;
  if (!master_framework_is_present(master, id))
    return false;
  if (path == NULL)
    return true;
  const MasterFramework *framework = master_framework(master, id);
  *role = roles_find(master->roles, path);
  for (uint32_t i = 0; i < framework->n_roles; i++)
    if (framework->roles[i].index == role->index)
      return true;
  return false;
}

static void framework_suppress(Master *master, FrameworkId id, RoleId role, bool suppressed)
{
  MasterFramework *framework = master_framework(master, id);
  for (uint32_t i = 0; i < framework->n_roles; i++)
    if (role.index == ROLE_NONE.index || framework->roles[i].index == role.index)
      framework->suppressed[i] = suppressed;
}

bool master_suppress(Master *master, Instant now, FrameworkId framework, const char *path)
{
  RoleId role;
  if (!framework_role(master, framework, path, &role))
    return false;
  framework_suppress(master, framework, role, true);
  master_count_call(master, framework, FRAMEWORK_CALL_SUPPRESS);
  master->allocator_interface->suppress_offers(master->allocator, now, framework, role);
  master_requests_pass_on(master, now);
  return true;
}

bool master_revive(Master *master, Instant now, FrameworkId framework, const char *path)
{
  RoleId role;
  if (!framework_role(master, framework, path, &role))
    return false;
  framework_suppress(master, framework, role, false);
  master_count_call(master, framework, FRAMEWORK_CALL_REVIVE);
  master->allocator_interface->revive_offers(master->allocator, now, framework, role);
  master_requests_pass_on(master, now);
  return true;
}

/* --- agents ----------------------------------------------------------------------------------------- */

static bool host_is_down(const Master *master, const char *hostname)
{
  for (uint32_t i = 0; i < master->scheduled.n; i++) {
    AgentId agent = master->scheduled.items[i];
    if (master_agent_state(master, agent) == AGENT_STATE_DOWN &&
        strcmp(master->agent_rest.items[agent.index].hostname, hostname) == 0)
      return true;
  }
  return false;
}

AgentId master_register_agent(Master *master, Instant now, const AgentInfo *info)
{
  if (host_is_down(master, info->hostname))
    return AGENT_NONE;
  AgentId id = {master->agents.n};
  array_push(&master->agents,
             (MasterAgent){.offers = INDEX_NONE, .tasks = INDEX_NONE, .task = INDEX_NONE, .present = true});
  MasterAgentRest rest = {
      .hostname = g_string_chunk_insert(master->hostnames, info->hostname),
  };
  resources_copy(&rest.total, &info->total);
  array_push(&master->agent_rest, rest);
  master_agent_put(master, id, &info->total);
  AllocatorAgent allocator_info = {.hostname = info->hostname};
  master->allocator_interface->add_agent(master->allocator, now, id, &allocator_info, &info->total, NULL, 0);
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
  return lost;
}

void master_agent_remove(Master *master, Instant now, AgentId id, AgentState end, TaskState aware,
                         TaskReason reason)
{
  /* The allocator first: what comes back from a removed agent is no longer to be offered. */
  master->allocator_interface->remove_agent(master->allocator, now, id);
  master_agent(master, id)->present = false;
  master->counters.agents_removed++;
  master->counters.agents_removed_by_operator += end != AGENT_STATE_REMOVED;
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
  Resources offered = RESOURCES_EMPTY;
  Resources allocated = RESOURCES_EMPTY;
  for (uint32_t slot = agent->offers; slot != INDEX_NONE;) {
    const MasterOffer *offer = pool_at(&master->offers, slot);
    CHECK(pool_is_taken(&master->offers, slot) && offer->agent.index == id.index);
    resources_add(&offered, &offer->resources);
    slot = offer->next;
  }
  for (uint32_t slot = master_agent_first_task(agent); slot != INDEX_NONE;
       slot = master_agent_next_task(master, agent, slot)) {
    const MasterTask *task = pool_at(&master->tasks, slot);
    CHECK(pool_is_taken(&master->tasks, slot) && task->agent.index == id.index);
    if (!task->freed)
      resources_add(&allocated, &task->resources);
  }
  const MasterAgentRest *rest = &master->agent_rest.items[id.index];
  Resources free = {agent->free, rest->free};
  resources_add(&offered, &allocated);
  resources_add(&offered, &free);
  CHECK(resources_equal(&offered, &rest->total));

  AllocatorAgentView view;
  master->allocator_interface->view_agent(master->allocator, now, id, &view);
  CHECK(!agent->present || resources_equal(&view.available, &free));
  resources_clear(&offered);
  resources_clear(&allocated);
}

void master_check(const Master *master, Instant now)
{
  uint32_t n_offers = 0;
  uint32_t n_tasks = 0;
  for (guint i = 0; i < master->agents.n; i++) {
    const MasterAgent *agent = master_agent(master, (AgentId){i});
    if (!agent->present)
      continue;
    master_agent_check(master, now, (AgentId){i});
    for (uint32_t slot = agent->offers; slot != INDEX_NONE; n_offers++)
      slot = ((const MasterOffer *)pool_at(&master->offers, slot))->next;
    for (uint32_t slot = master_agent_first_task(agent); slot != INDEX_NONE; n_tasks++)
      slot = master_agent_next_task(master, agent, slot);
  }
  CHECK(n_offers == master->offers.n_taken && n_tasks == master->tasks.n_taken);
  uint32_t n_framework_offers = 0;
  uint32_t n_framework_tasks = 0;
  for (guint i = 0; i < master->frameworks->len; i++) {
    n_framework_offers += master_framework(master, (FrameworkId){i})->n_offers;
    n_framework_tasks += master_framework(master, (FrameworkId){i})->n_tasks;
  }
  CHECK(n_framework_offers == n_offers && n_framework_tasks == n_tasks);
  master->allocator_interface->check(master->allocator, now);
}
