/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-operator.h"

#include <string.h>

#include "base/time-text.h"
#include "core/operator.h"
#include "model/sim-agents.h"
#include "model/sim-arrivals.h"
#include "model/sim-frameworks.h"
#include "model/sim-record.h"

struct SimOperator {
  SimWorld *world;
  SimHandlerId call_handler;
  uint32_t made; /* the first so many, as they are in order of time */
};

/* A call that is being made. */
typedef struct {
  SimOperator *operator;
  const OperatorSpec *spec;
  uint32_t number;
  uint32_t done;
  uint32_t refused;
  GError *error; /* of the first that was refused */
} Call;

static void on_call(void *self, uint64_t payload);

SimOperator *sim_operator_new(SimWorld *world)
{
  SimOperator *operator= g_new0(SimOperator, 1);
  operator->world = world;
  operator->call_handler = sim_engine_add_handler(world->engine, "operator-call", on_call, operator);
  return operator;
}

void sim_operator_free(SimOperator *operator)
{
  g_free(operator);
}

void sim_operator_begin(SimOperator *operator)
{
  const SimWorld *world = operator->world;
  for (uint32_t i = 0; i < world->experiment->n_operators; i++)
    sim_engine_post(world->engine, world->experiment->operators[i].at,
                    SIM_PHASE_OPERATOR, operator->call_handler, i);
}

void sim_operator_end(const SimOperator *operator)
{
  const SimWorld *world = operator->world;
  uint32_t left = world->experiment->n_operators - operator->made;
  if (left == 0)
    return;
  const OperatorSpec *spec = &world->experiment->operators[operator->made];
  g_autofree char *at = duration_print((Duration){spec->at.ns});
  g_autofree char *text =
      g_strdup_printf("[operator %s] at %s: %s: the run ended before; %u of %u calls were not made",
                      spec->name, at, spec->text, left, world->experiment->n_operators);
  sim_world_warn(world, text);
}

/* --- results -------------------------------------------------------------------------------------------- */

static void count(Call *call, uint32_t subject, OperatorResult result, GError *error)
{
  SimWorld *world = call->operator->world;
  sim_digest_add_2(&world->digest, sim_world_now(world), SIM_PHASE_OPERATOR,
                   SIM_RECORD_OPERATOR | (uint32_t)result << 8, call->number, subject);
  if (result == OPERATOR_DONE) {
    call->done++;
    return;
  }
  call->refused++;
  if (call->error == NULL)
    call->error = error;
  else
    g_clear_error(&error);
}

static void tell(const Call *call)
{
  SimWorld *world = call->operator->world;
  const char *message = call->error == NULL ? NULL : call->error->message;
  if (world->observer.operator_called != NULL)
    world->observer.operator_called(world->observer.self, sim_world_now(world), call->number, call->done,
                                    call->refused, message);
  if (message == NULL)
    return;
  g_autofree char *text =
      g_strdup_printf("[operator %s] %s: refused for %u of %u: %s", call->spec->name, call->spec->text,
                      call->refused, call->refused + call->done, message);
  sim_world_warn(world, text);
}

/* --- calls that list things ----------------------------------------------------------------------------- */

static OperatorResult call_weights(const Call *call, GError **error)
{
  const SimWorld *world = call->operator->world;
  const OperatorSpec *spec = call->spec;
  g_autofree WeightUpdate *updates = g_new(WeightUpdate, spec->n_items);
  for (uint32_t i = 0; i < spec->n_items; i++)
    updates[i] = (WeightUpdate){spec->items[i].role, spec->items[i].weight};
  return master_update_weights(world->master, sim_world_now(world), updates, spec->n_items, error);
}

static OperatorResult call_quota(const Call *call, GError **error)
{
  const SimWorld *world = call->operator->world;
  const OperatorSpec *spec = call->spec;
  g_autofree QuotaUpdate *updates = g_new(QuotaUpdate, spec->n_items);
  for (uint32_t i = 0; i < spec->n_items; i++)
    updates[i] = (QuotaUpdate){spec->items[i].role, spec->items[i].guarantee, spec->items[i].limit};
  return master_update_quota(world->master, sim_world_now(world), updates, spec->n_items, spec->force, error);
}

static OperatorResult call_maintenance(const Call *call, GError **error)
{
  const SimWorld *world = call->operator->world;
  const OperatorSpec *spec = call->spec;
  g_autoptr(GArray) windows = g_array_new(FALSE, FALSE, sizeof(MaintenanceWindow));
  for (uint32_t i = 0; i < spec->n_items; i++)
    for (uint32_t j = 0; j < spec->items[i].agents.n; j++) {
      MaintenanceWindow window = {sim_agents_current(world->agents, spec->items[i].agents.first + j),
                                  {spec->items[i].start, spec->items[i].length}};
      g_array_append_val(windows, window);
    }
  return master_update_maintenance(world->master, sim_world_now(world),
                                   (const MaintenanceWindow *)(const void *)windows->data, windows->len,
                                   error);
}

static OperatorResult call_whitelist(const Call *call, GError **error)
{
  const SimWorld *world = call->operator->world;
  const OperatorSpec *spec = call->spec;
  if (spec->all)
    return master_update_whitelist(world->master, sim_world_now(world), NULL, 0, error);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  for (uint32_t i = 0; i < spec->n_items; i++)
    for (uint32_t j = 0; j < spec->items[i].agents.n; j++) {
      char *name = g_malloc(AGENT_HOSTNAME_SIZE);
      agent_hostname(spec->items[i].agents.first + j, name);
      g_ptr_array_add(names, name);
    }
  uint32_t n = names->len;
  g_ptr_array_add(names, NULL); /* also where there is none the list is one */
  return master_update_whitelist(world->master, sim_world_now(world), (const char *const *)names->pdata, n,
                                 error);
}

/* --- calls for one agent -------------------------------------------------------------------------------- */

static OperatorResult call_agent(const Call *call, uint32_t machine, GError **error)
{
  const SimWorld *world = call->operator->world;
  const OperatorSpec *spec = call->spec;
  Master *master = world->master;
  Instant now = sim_world_now(world);
  AgentId agent = sim_agents_current(world->agents, machine);
  OperatorResult result;
  switch (spec->kind) {
  case CALL_MAINTENANCE_START:
    return master_start_maintenance(master, now, agent, error);
  case CALL_MAINTENANCE_STOP:
    result = master_stop_maintenance(master, now, agent, error);
    if (result == OPERATOR_DONE)
      sim_agents_return(world->agents, machine);
    return result;
  case CALL_DRAIN:
    return master_drain_agent(master, now, agent, spec->grace, spec->mark_gone, error);
  case CALL_DEACTIVATE:
    return master_deactivate_agent(master, now, agent, error);
  case CALL_REACTIVATE:
    return master_reactivate_agent(master, now, agent, error);
  case CALL_GONE:
    return master_mark_agent_gone(master, now, agent, error);
  case CALL_RESERVE:
    return master_reserve(master, now, agent, &spec->resources, error);
  case CALL_UNRESERVE:
    return master_unreserve(master, now, agent, &spec->resources, error);
  case CALL_CREATE:
    return master_create_volume(master, now, agent, &spec->resources, error);
  case CALL_DESTROY:
    return master_destroy_volume(master, now, agent, &spec->resources, error);
  case CALL_WEIGHT:
  case CALL_QUOTA:
  case CALL_MAINTENANCE:
  case CALL_WHITELIST:
  case CALL_TEARDOWN:
    break;
  }
  g_assert_not_reached();
}

static void call_agents(Call *call)
{
  for (uint32_t i = 0; i < call->spec->agents.n; i++) {
    GError *error = NULL;
    uint32_t machine = call->spec->agents.first + i;
    OperatorResult result = call_agent(call, machine, &error);
    count(call, machine, result, error);
  }
}

/* --- teardown ------------------------------------------------------------------------------------------- */

static OperatorResult teardown_one(const SimWorld *world, const SimFramework *framework, GError **error)
{
  if (framework->started)
    return master_operator_teardown(world->master, sim_world_now(world), framework->id, error);
  g_set_error(error, OPERATOR_ERROR, OPERATOR_UNKNOWN, "framework %s: has not subscribed yet",
              framework->member_info->name);
  return OPERATOR_UNKNOWN;
}

static void call_teardown(Call *call)
{
  SimWorld *world = call->operator->world;
  const char *name = call->spec->framework;
  uint32_t found = 0;
  for (uint32_t i = 0; i < sim_frameworks_count(world->frameworks); i++) {
    SimFramework *framework = sim_frameworks_at(world->frameworks, i);
    if (strcmp(framework->spec->name, name) != 0 && strcmp(framework->member_info->name, name) != 0)
      continue;
    GError *error = NULL;
    OperatorResult result = teardown_one(world, framework, &error);
    count(call, i, result, error);
    if (result == OPERATOR_DONE)
      sim_arrivals_leave(world->arrivals, framework);
    found++;
  }
  if (found == 0)
    count(call, INDEX_NONE, OPERATOR_UNKNOWN,
          g_error_new(OPERATOR_ERROR, OPERATOR_UNKNOWN, "there is no framework \"%s\"", name));
}

/* --- the whole ------------------------------------------------------------------------------------------ */

static void call_once(Call *call, OperatorResult (*make)(const Call *call, GError **error))
{
  GError *error = NULL;
  OperatorResult result = make(call, &error);
  count(call, INDEX_NONE, result, error);
}

static void on_call(void *self, uint64_t payload)
{
  SimOperator *operator= self;
  uint32_t number = (uint32_t)payload;
  operator->made++;
  Call call = {
      .operator= operator, .spec = & operator->world->experiment->operators[number], .number = number};
  OperatorKind kind = call.spec->kind;
  if (kind == CALL_WEIGHT)
    call_once(&call, call_weights);
  else if (kind == CALL_QUOTA)
    call_once(&call, call_quota);
  else if (kind == CALL_MAINTENANCE)
    call_once(&call, call_maintenance);
  else if (kind == CALL_WHITELIST)
    call_once(&call, call_whitelist);
  else if (kind == CALL_TEARDOWN)
    call_teardown(&call);
  else
    call_agents(&call);
  operator->world->progress = sim_world_now(operator->world);
  tell(&call);
  g_clear_error(&call.error);
}
