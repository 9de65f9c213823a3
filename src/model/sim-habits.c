/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-habits.h"

#include <math.h>

#include "model/sim-frameworks.h"
#include "model/sim-network.h"
#include "model/sim-record.h"

struct SimHabits {
  SimWorld *world;
  SimHandlerId revive_handler;
  SimHandlerId reconcile_handler;
};

static void on_revive(void *self, uint64_t payload);
static void on_reconcile(void *self, uint64_t payload);

SimHabits *sim_habits_new(SimWorld *world)
{
  SimHabits *habits = g_new0(SimHabits, 1);
  habits->world = world;
  habits->revive_handler = sim_engine_add_handler(world->engine, "framework-revive", on_revive, habits);
  habits->reconcile_handler =
      sim_engine_add_handler(world->engine, "framework-reconcile", on_reconcile, habits);
  return habits;
}

void sim_habits_free(SimHabits *habits)
{
  g_free(habits);
}

void sim_habits_clear(SimFramework *framework)
{
  g_clear_pointer(&framework->demand, g_free);
}

/* --- again and again ------------------------------------------------------------------------------------ */

static SimEventHandle next(const SimHabits *habits, const SimFramework *framework, Duration period,
                           SimHandlerId handler)
{
  return sim_engine_schedule(habits->world->engine, instant_after(sim_world_now(habits->world), period),
                             SIM_PHASE_TIMER, handler, framework->id.index);
}

static SimFramework *due(SimHabits *habits, uint64_t payload)
{
  SimWorld *world = habits->world;
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_TIMER, SIM_RECORD_HABIT, payload);
  return sim_frameworks_by_id(world->frameworks, (FrameworkId){(uint32_t)payload});
}

static void on_revive(void *self, uint64_t payload)
{
  SimHabits *habits = self;
  SimFramework *framework = due(habits, payload);
  framework->reviving = next(habits, framework, framework->spec->revive_every, habits->revive_handler);
  framework->suppressed = false;
  sim_network_revive(habits->world->network, framework->id);
  sim_world_check_stalled(habits->world);
}

static void on_reconcile(void *self, uint64_t payload)
{
  SimHabits *habits = self;
  SimFramework *framework = due(habits, payload);
  framework->reconciling =
      next(habits, framework, framework->spec->reconcile_every, habits->reconcile_handler);
  sim_network_reconcile(habits->world->network, framework->id);
  sim_world_check_stalled(habits->world);
}

void sim_habits_start(SimHabits *habits, SimFramework *framework)
{
  if (framework->spec->reconcile_every.ns > 0)
    framework->reconciling =
        next(habits, framework, framework->spec->reconcile_every, habits->reconcile_handler);
}

void sim_habits_stop(SimFramework *framework)
{
  SimEngine *engine = framework->world->engine;
  sim_engine_cancel(engine, framework->reviving);
  sim_engine_cancel(engine, framework->reconciling);
  framework->reviving = framework->reconciling = SIM_EVENT_NONE;
}

void sim_habits_want(SimHabits *habits, SimFramework *framework, bool wants)
{
  SimWorld *world = habits->world;
  framework->wants = wants;
  framework->waits_since = sim_world_now(world);
  if (framework->spec->revive_every.ns == 0)
    return;
  sim_engine_cancel(world->engine, framework->reviving);
  framework->reviving = SIM_EVENT_NONE;
  if (wants)
    framework->reviving = next(habits, framework, framework->spec->revive_every, habits->revive_handler);
}

/* --- demand --------------------------------------------------------------------------------------------- */

static uint32_t declared_count(const SimFramework *framework)
{
  const SimDemand *demand = framework->demand;
  if (demand->unlimited > 0)
    return UINT32_MAX;
  double count = ceil((double)demand->pending * framework->spec->declared_demand);
  return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX - 1;
}

void sim_habits_declare(SimFramework *framework)
{
  SimDemand *demand = framework->demand;
  uint32_t count = declared_count(framework);
  Quantities task = demand->unlimited > 0 ? demand->unlimited_task : QUANTITIES_ZERO;
  for (int kind = 0; demand->unlimited == 0 && demand->pending > 0 && kind < RESOURCE_KINDS_MAX; kind++)
    task.amount[kind] = demand->sum.amount[kind] / demand->pending;
  if (count == demand->told && quantities_equal(&task, &demand->told_task))
    return;
  demand->told = count;
  demand->told_task = task;
  sim_network_request(framework->world->network, framework->id, &task, count);
}
