/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/validation/slots.h"

#include <malloc.h>

#include "allocators/drf.h"
#include "base/check.h"
#include "model/simulation.h"
#include "workload/workload-file.h"
#include "workloads/synthetic-source.h"

enum { BACKGROUND, OWN, GROUPS };

struct Slots {
  SlotsSpec spec;
  Experiment *experiment;
  SlotsRun run;
  FrameworkId ids[GROUPS];
  uint32_t background_tasks; /* live */
  uint32_t allocated;        /* slots of the framework now, */
  uint32_t offered;          /* and offered to it */
  uint32_t running;
  uint32_t held; /* tasks for which a gang holds resources */
  Instant last;  /* when allocated and offered last changed */
};

/* --- the experiment ------------------------------------------------------------------------------------- */

static const char workload[] = "[experiment]\n"
                               "title = a framework waits for slots\n"
                               "[cluster]\n"
                               "agents = %u\n"
                               "resources = cpus:1\n"
                               "[master]\n"
                               "allocation-interval = 1ms\n"
                               "[framework background]\n"
                               "tasks = %u\n"
                               "task-resources = cpus:1\n"
                               "task-duration = %s\n"
                               "[framework own]\n"
                               "start = 1ns\n"
                               "scheduler = %s\n"
                               "ramp-up-target = %u\n"
                               "tasks = %u\n"
                               "task-resources = cpus:1\n"
                               "task-duration = %" G_GINT64_FORMAT "ns\n";

Slots *slots_new(const SlotsSpec *spec)
{
  CHECK(spec->k <= spec->n && spec->task_ns % SLOTS_INTERVAL_NS == 0);
  Slots *slots = g_new0(Slots, 1);
  slots->spec = *spec;
  slots->run.free_at = g_new(int64_t, spec->n);
  const char *law = spec->exponential ? "exponential(1000s)" : "uniform(0s, 1000s)";
  g_autofree char *text = g_strdup_printf(workload, spec->n, spec->n, law, spec->rigid ? "rigid" : "elastic",
                                          spec->k, spec->tasks, spec->task_ns);
  g_autoptr(GError) error = NULL;
  slots->experiment = workload_text_load(text, "slots.ini", NULL, NULL, &error);
  if (slots->experiment == NULL)
    g_error("%s", error->message);
  CHECK(slots->experiment->n_frameworks == GROUPS);
  mallopt(M_TRIM_THRESHOLD, 64 << 20); /* what one run gives back the next one takes */
  return slots;
}

void slots_free(Slots *slots)
{
  experiment_free(slots->experiment);
  g_free(slots->run.free_at);
  g_free(slots);
}

/* --- what the observers see ----------------------------------------------------------------------------- */

static bool is_own(const Slots *slots, FrameworkId framework)
{
  return framework.index == slots->ids[OWN].index;
}

/* Adds up to now, before allocated or offered change. */
static void integrate(Slots *slots, Instant now)
{
  int64_t since = now.ns - slots->last.ns;
  slots->run.allocated += since * slots->allocated;
  slots->run.offered += since * slots->offered;
  slots->last = now;
}

static void look_at_target(Slots *slots, Instant now)
{
  if (instant_is_never(slots->run.ramped_up) && slots->running + slots->held >= slots->spec.k)
    slots->run.ramped_up = now;
}

static void framework_started(void *self, Instant now, FrameworkId framework, uint32_t group,
                              uint32_t ramp_up_target)
{
  Slots *slots = self;
  slots->ids[group] = framework;
  if (group != OWN)
    return;
  CHECK(slots->background_tasks == slots->spec.n); /* every slot is taken */
  CHECK(ramp_up_target == slots->spec.k);
  slots->run.start = now;
  slots->last = now;
}

static void job_state(void *self, Instant now, FrameworkId framework, JobId job, JobState state,
                      const char *reason)
{
  Slots *slots = self;
  (void)job;
  (void)reason;
  if (is_own(slots, framework) && state == JOB_FINISHED)
    slots->run.finish = now;
}

static void gang_holds(void *self, Instant now, FrameworkId framework, uint32_t tasks)
{
  Slots *slots = self;
  CHECK(is_own(slots, framework));
  slots->held = tasks;
  look_at_target(slots, now);
}

static void offer_made(void *self, Instant now, FrameworkId framework, AgentId agent, OfferId offer,
                       const Resources *resources)
{
  Slots *slots = self;
  (void)agent;
  (void)offer;
  CHECK(resources->plain.amount[RESOURCE_CPUS] == 1000); /* one slot */
  if (!is_own(slots, framework))
    return;
  integrate(slots, now);
  slots->offered++;
}

static void offer_ended(void *self, Instant now, FrameworkId framework, AgentId agent, OfferId offer,
                        const Resources *resources, OfferEnd end)
{
  Slots *slots = self;
  (void)agent;
  (void)offer;
  (void)resources;
  (void)end;
  if (!is_own(slots, framework))
    return;
  integrate(slots, now);
  slots->offered--;
}

static void task_launched(void *self, Instant now, FrameworkId framework, AgentId agent, TaskId task,
                          const Resources *resources)
{
  Slots *slots = self;
  (void)agent;
  (void)task;
  (void)resources;
  if (!is_own(slots, framework)) {
    slots->background_tasks++;
    return;
  }
  integrate(slots, now);
  slots->allocated++;
}

static void task_updated(void *self, Instant now, FrameworkId framework, AgentId agent, TaskId task,
                         const Resources *resources, TaskState before, TaskState state, TaskReason reason,
                         bool freed)
{
  Slots *slots = self;
  (void)agent;
  (void)task;
  (void)resources;
  (void)reason;
  if (!is_own(slots, framework)) {
    if (freed) {
      slots->background_tasks--;
      slots->run.free_at[slots->run.n_free++] = now.ns;
    }
    return;
  }
  if (state == TASK_RUNNING && before != TASK_RUNNING)
    slots->running++;
  else if (state != TASK_RUNNING && before == TASK_RUNNING)
    slots->running--;
  look_at_target(slots, now);
  if (!freed)
    return;
  integrate(slots, now);
  slots->allocated--;
}

static bool is_over(void *self)
{
  const Slots *slots = self;
  return !instant_is_never(slots->run.ramped_up);
}

/* --- a replication -------------------------------------------------------------------------------------- */

static void reset(Slots *slots)
{
  slots->run = (SlotsRun){
      .ramped_up = INSTANT_NEVER,
      .finish = INSTANT_NEVER,
      .free_at = slots->run.free_at,
  };
  slots->ids[BACKGROUND] = slots->ids[OWN] = FRAMEWORK_NONE;
  slots->background_tasks = 0;
  slots->allocated = slots->offered = slots->running = slots->held = 0;
  slots->last = INSTANT_ZERO;
}

static void simulate(Slots *slots, Simulation *simulation)
{
  g_autoptr(GError) error = NULL;
  if (slots->spec.ends_at_target)
    simulation_set_poll(simulation, 1, is_over, slots);
  SimulationEnd end = simulation_run(simulation, &error);
  g_assert_no_error(error);
  CHECK(end == (slots->spec.ends_at_target ? SIMULATION_INTERRUPTED : SIMULATION_DONE));
  integrate(slots, simulation_now(simulation));
  slots->run.events = simulation_events(simulation);
}

const SlotsRun *slots_run(Slots *slots, uint64_t seed)
{
  const MasterObserver master_observer = {
      .self = slots,
      .offer_made = offer_made,
      .offer_ended = offer_ended,
      .task_launched = task_launched,
      .task_updated = task_updated,
  };
  const JobObserver job_observer = {
      .self = slots,
      .framework_started = framework_started,
      .job_state = job_state,
      .gang_holds = gang_holds,
  };
  JobSource *sources[GROUPS];
  g_autoptr(GError) error = NULL;
  reset(slots);
  for (uint32_t i = 0; i < GROUPS; i++) {
    sources[i] = synthetic_source_new(&slots->experiment->frameworks[i], i, seed, &error);
    g_assert_no_error(error);
  }
  SimulationSettings settings = {
      .experiment = slots->experiment,
      .allocator = &drf_allocator,
      .sources = sources,
      .master_observer = &master_observer,
      .job_observer = &job_observer,
      .seed = seed,
  };
  Simulation *simulation = simulation_new(&settings, &error);
  g_assert_no_error(error);
  simulate(slots, simulation);
  simulation_free(simulation);
  for (uint32_t i = 0; i < GROUPS; i++)
    job_source_free(sources[i]);
  return &slots->run;
}
