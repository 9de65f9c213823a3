/* SPDX-License-Identifier: Apache-2.0 */
#include "model/simulation.h"

#include <string.h>

#include "model/sim-agents.h"
#include "model/sim-arrivals.h"
#include "model/sim-frameworks.h"
#include "model/sim-network.h"
#include "model/sim-operator.h"
#include "model/sim-pace.h"
#include "model/sim-partitions.h"
#include "model/sim-task.h"
#include "model/sim-world.h"
#include "workload/role-room.h"

/* How many times the patience messages may go to and fro without a single task. */
#define LIVELOCK_FACTOR 100

struct Simulation {
  SimWorld world;
  SimulationSettings settings;
  MasterObserver master_observer;
  Duration sample_interval; /* 0: no samples */
  void (*sample)(void *self, Instant now);
  void *sample_self;
  bool (*poll)(void *self); /* (nullable) */
  void *poll_self;
  Instant clock; /* where it is ahead of the engine's: at a sample, at the end */
  bool has_run;
};

G_DEFINE_QUARK(offersim - simulation - error - quark, simulation_error)

/* --- ends ----------------------------------------------------------------------------------------------- */

void sim_world_halt(SimWorld *world, SimulationEnd end, GError *error)
{
  if (world->halted) {
    g_clear_error(&error);
    return;
  }
  world->halted = true;
  world->end = end;
  world->error = error;
  if (world->dispatching)
    sim_engine_stop(world->engine);
}

void sim_world_warn(const SimWorld *world, const char *message)
{
  if (world->warn != NULL)
    world->warn(world->warn_self, message);
}

void sim_world_check_done(SimWorld *world)
{
  if (!world->experiment->duration_given && world->unfinished == 0 && sim_arrivals_are_over(world->arrivals))
    sim_world_halt(world, SIMULATION_DONE, NULL);
}

static int64_t add_ns(int64_t a, int64_t b)
{
  int64_t sum;
  return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* How long a job may let offers go by in the worst case: each comes when the last refusal is over. */
static int64_t delay_ns(const Experiment *experiment, const FrameworkSpec *spec)
{
  const DelayRule *rule = &spec->hadoop.delay;
  int64_t offers;
  int64_t between =
      add_ns(MAX(spec->refuse.ns, spec->refuse_unused.ns), experiment->master.allocation_interval.ns);
  if (__builtin_mul_overflow((int64_t)rule->skips[0] + rule->skips[1], between, &offers))
    return INT64_MAX;
  return add_ns(offers, add_ns(rule->waits[0].ns, rule->waits[1].ns));
}

/* An offer on its way, what comes back, and what that makes of an agent: there and back. */
static int64_t trips_ns(const Network *network)
{
  double seconds = 0;
  if (network->master_framework != NULL)
    seconds += 2 * sim_distribution_mean(network->master_framework);
  if (network->master_agent != NULL)
    seconds += 2 * sim_distribution_mean(network->master_agent);
  return seconds < (double)INT64_MAX / NS_PER_S ? (int64_t)(seconds * NS_PER_S) : INT64_MAX;
}

static int64_t patience_ns(const SimWorld *world)
{
  const Experiment *experiment = world->experiment;
  int64_t longest = 0;
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    const FrameworkSpec *spec = &experiment->frameworks[i];
    longest = MAX(longest, MAX(spec->refuse.ns, spec->refuse_unused.ns));
    longest = MAX(longest, spec->revive_every.ns);
    longest = add_ns(longest, spec->prefers_wait.ns);
    if (spec->scheduler == SCHEDULER_SPARK)
      longest = add_ns(longest, spec->locality_wait.ns);
    if (spec->executor_reuse && spec->executor_idle_timeout.ns != DURATION_MAX.ns)
      longest = MAX(longest, spec->executor_idle_timeout.ns);
    if (spec->scheduler == SCHEDULER_HADOOP)
      longest = add_ns(longest, delay_ns(world->experiment, spec));
    if (framework_gathers(spec) && spec->hold_timeout.ns != DURATION_MAX.ns)
      longest = MAX(longest, spec->hold_timeout.ns);
  }
  if (experiment->master.offer_timeout.ns != DURATION_MAX.ns)
    longest = MAX(longest, experiment->master.offer_timeout.ns);
  longest = add_ns(longest, trips_ns(&experiment->network));
  int64_t runs;
  if (__builtin_mul_overflow((int64_t)sim_frameworks_count(world->frameworks) + 2,
                             experiment->master.allocation_interval.ns, &runs))
    return INT64_MAX;
  return add_ns(longest, runs);
}

void sim_world_check_stalled(SimWorld *world)
{
  if (world->experiment->duration_given || world->on_agents > world->waiting_tasks || world->halted ||
      sim_engine_pending_in_phase(world->engine, SIM_PHASE_ARRIVAL) > 0 ||
      sim_engine_pending_in_phase(world->engine, SIM_PHASE_OPERATOR) > 0)
    return;
  int64_t idle = instant_since(sim_world_now(world), world->progress).ns;
  int64_t patience = patience_ns(world);
  if (world->in_flight > 0 || world->decisions > 0)
    patience = patience > INT64_MAX / LIVELOCK_FACTOR ? INT64_MAX : patience * LIVELOCK_FACTOR;
  if (idle > patience)
    sim_world_halt(world, SIMULATION_STALLED, NULL);
}

/* --- life ----------------------------------------------------------------------------------------------- */

static bool check_sources(const SimulationSettings *settings, GError **error)
{
  for (uint32_t i = 0; i < settings->experiment->n_frameworks; i++)
    if (settings->sources[i]->endless && !settings->experiment->duration_given) {
      g_set_error(error, SIMULATION_ERROR, SIMULATION_ERROR_SOURCE,
                  "[framework %s] never ends: [experiment] needs a duration",
                  settings->experiment->frameworks[i].name);
      return false;
    }
  return true;
}

static Master *make_master(Simulation *simulation, GError **error)
{
  const SimulationSettings *settings = &simulation->settings;
  const MasterFlags *flags = &settings->experiment->master;
  g_autofree const char **no_options = g_new0(const char *, settings->allocator->n_options + 1);
  g_autofree RateLimit *limits = g_new(RateLimit, MAX(flags->n_rate_limits, 1));
  for (uint32_t i = 0; i < flags->n_rate_limits; i++)
    limits[i] = (RateLimit){flags->rate_limits[i].principal, flags->rate_limits[i].qps,
                            flags->rate_limits[i].capacity};
  MasterSettings master_settings = {
      .allocation_interval = flags->allocation_interval,
      .offer_timeout = flags->offer_timeout,
      .min_allocatable = flags->min_allocatable,
      .n_min_allocatable = flags->n_min_allocatable,
      .kinds = settings->experiment->kinds,
      .fair_sharing_excluded = flags->fair_sharing_excluded,
      .filter_gpu_resources = flags->filter_gpu_resources,
      .allocator_options = settings->allocator_options != NULL ? settings->allocator_options : no_options,
      .mesos_compatible = flags->mesos_compatible,
      .region = flags->region,
      .least_offer = flags->least_offer,
      .revocation = flags->revocation,
      .revocation_grace = flags->revocation_grace,
      .rate_limits = limits,
      .n_rate_limits = flags->n_rate_limits,
  };
  MasterPorts ports = sim_network_ports(simulation->world.network);
  return master_new(&master_settings, settings->allocator, &ports, &simulation->master_observer, INSTANT_ZERO,
                    error);
}

Simulation *simulation_new(const SimulationSettings *settings, GError **error)
{
  if (!check_sources(settings, error))
    return NULL;
  Simulation *simulation = g_new0(Simulation, 1);
  SimWorld *world = &simulation->world;
  simulation->settings = *settings;
  if (settings->master_observer != NULL)
    simulation->master_observer = *settings->master_observer;
  if (settings->job_observer != NULL)
    world->observer = *settings->job_observer;
  world->experiment = settings->experiment;
  world->seed = settings->seed;
  world->warn = settings->warn;
  world->warn_self = settings->warn_self;
  world->engine = sim_engine_new();
  sim_digest_init(&world->digest);
  pool_init(&world->tasks, sizeof(SimTask));
  for (uint32_t i = 0; i < settings->experiment->n_operators; i++)
    world->may_maintain = world->may_maintain || settings->experiment->operators[i].kind == CALL_MAINTENANCE;
  world->quotas_bound = role_room_is_bounded(settings->experiment);
  world->pace = sim_pace_new(world);
  world->agents = sim_agents_new(world);
  world->frameworks = sim_frameworks_new(world, settings->sources);
  world->network = sim_network_new(world, sim_frameworks_count(world->frameworks));
  world->operator= sim_operator_new(world);
  if (settings->experiment->parted)
    world->partitions = sim_partitions_new(world, error);
  if (world->partitions != NULL || !settings->experiment->parted)
    world->arrivals = sim_arrivals_new(world, settings->sources, error);
  if (world->arrivals != NULL)
    world->master = make_master(simulation, error);
  if (world->master == NULL)
    g_clear_pointer(&simulation, simulation_free);
  return simulation;
}

void simulation_free(Simulation *simulation)
{
  if (simulation == NULL)
    return;
  SimWorld *world = &simulation->world;
  if (world->master != NULL)
    master_free(world->master);
  sim_arrivals_free(world->arrivals);
  sim_operator_free(world->operator);
  sim_network_free(world->network);
  sim_frameworks_free(world->frameworks);
  sim_partitions_free(world->partitions);
  sim_agents_free(world->agents);
  sim_pace_free(world->pace);
  pool_clear(&world->tasks);
  sim_engine_free(world->engine);
  g_clear_error(&world->error);
  g_free(simulation);
}

void simulation_set_sampler(Simulation *simulation, Duration interval,
                            void (*sample)(void *self, Instant now), void *self)
{
  CHECK(interval.ns > 0 && !simulation->has_run);
  simulation->sample_interval = interval;
  simulation->sample = sample;
  simulation->sample_self = self;
}

void simulation_set_poll(Simulation *simulation, uint32_t every_entries, bool (*poll)(void *self), void *self)
{
  simulation->poll = poll;
  simulation->poll_self = self;
  sim_engine_set_poll(simulation->world.engine, every_entries, poll, self);
}

/* --- the start ------------------------------------------------------------------------------------------ */

static RoleAttributes role_default(void)
{
  RoleAttributes attributes = {.weight = 1.0};
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    attributes.limit.amount[kind] = -1;
  return attributes;
}

static const RoleSpec *find_role(const Experiment *experiment, const char *path)
{
  for (uint32_t i = 0; i < experiment->n_roles; i++)
    if (strcmp(experiment->roles[i].path, path) == 0)
      return &experiment->roles[i];
  return NULL;
}

static RoleAttributes attributes_of(const RoleSpec *role)
{
  if (role == NULL)
    return role_default();
  return (RoleAttributes){role->weight, role->priority, role->guarantee, role->limit};
}

/* Those of [role PATH], then those of members: a framework's own weight is that of the role it has alone. */
static void set_roles(SimWorld *world)
{
  const Experiment *experiment = world->experiment;
  g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal); /* only looked up */
  for (uint32_t i = 0; i < experiment->n_roles; i++) {
    RoleAttributes attributes = attributes_of(&experiment->roles[i]);
    master_update_role(world->master, INSTANT_ZERO, experiment->roles[i].path, &attributes);
    g_hash_table_add(known, experiment->roles[i].path);
  }
  for (uint32_t i = 0; i < sim_frameworks_count(world->frameworks); i++) {
    const SimFramework *framework = sim_frameworks_at(world->frameworks, i);
    char *path = framework->member_info->role;
    bool weighted = framework->spec->role == NULL && framework->spec->weight != 1.0;
    bool is_known = g_hash_table_contains(known, path);
    if (is_known && !weighted)
      continue;
    RoleAttributes attributes = attributes_of(is_known ? find_role(experiment, path) : NULL);
    if (weighted)
      attributes.weight = framework->spec->weight;
    master_update_role(world->master, INSTANT_ZERO, path, &attributes);
    g_hash_table_add(known, path);
  }
}

/* --- the run -------------------------------------------------------------------------------------------- */

/* To @until; returns whether the run goes on. */
static bool run_to(Simulation *simulation, Instant until)
{
  SimWorld *world = &simulation->world;
  world->dispatching = true;
  SimRunEnd why = sim_engine_run(world->engine, until);
  world->dispatching = false;
  simulation->clock = sim_engine_now(world->engine);
  if (world->halted)
    return false;
  if (why == SIM_RUN_STOPPED)
    sim_world_halt(world, SIMULATION_INTERRUPTED, NULL);
  else if (why == SIM_RUN_EMPTY && !world->experiment->duration_given)
    sim_world_halt(world, world->unfinished > 0 ? SIMULATION_STALLED : SIMULATION_DONE, NULL);
  if (!world->halted)
    simulation->clock = until;
  return !world->halted;
}

/* The engine polls at its entries only; where it has none, there may be samples without end. */
static bool take_sample(Simulation *simulation, Instant now)
{
  simulation->sample(simulation->sample_self, now);
  return simulation->poll == NULL || !simulation->poll(simulation->poll_self);
}

/* Samples are taken between two runs of the engine: they leave no trace in it. */
static void run_all(Simulation *simulation)
{
  SimWorld *world = &simulation->world;
  Instant end = world->experiment->duration_given ? (Instant){world->experiment->duration.ns} : INSTANT_NEVER;
  Instant next = INSTANT_NEVER;
  if (simulation->sample_interval.ns > 0)
    next = (Instant){simulation->sample_interval.ns};
  for (;;) {
    Instant until = instant_min(next, end);
    if (!run_to(simulation, until))
      return;
    if (until.ns == next.ns && !instant_is_never(next)) {
      if (!take_sample(simulation, until)) {
        sim_world_halt(world, SIMULATION_INTERRUPTED, NULL);
        return;
      }
      next = instant_after(until, simulation->sample_interval);
    }
    if (until.ns == end.ns) {
      sim_world_halt(world, SIMULATION_DURATION, NULL);
      return;
    }
  }
}

SimulationEnd simulation_run(Simulation *simulation, GError **error)
{
  SimWorld *world = &simulation->world;
  CHECK(!simulation->has_run);
  simulation->has_run = true;
  set_roles(world);
  sim_agents_register(world->agents);
  sim_arrivals_begin(world->arrivals);
  sim_operator_begin(world->operator);
  run_all(simulation);
  if (world->end == SIMULATION_STALLED)
    sim_frameworks_explain(world->frameworks);
  if (world->end == SIMULATION_DONE || world->end == SIMULATION_DURATION)
    sim_operator_end(world->operator);
  if (world->end != SIMULATION_FAILED)
    sim_frameworks_run_ends(world->frameworks, simulation_now(simulation));
  else
    g_propagate_error(error, g_steal_pointer(&world->error));
  return world->end;
}

/* --- to look at ----------------------------------------------------------------------------------------- */

Instant simulation_now(const Simulation *simulation)
{
  Instant engine = sim_engine_now(simulation->world.engine);
  return instant_is_before(engine, simulation->clock) ? simulation->clock : engine;
}

uint64_t simulation_events(const Simulation *simulation)
{
  return sim_engine_events(simulation->world.engine);
}

uint64_t simulation_digest(const Simulation *simulation)
{
  return sim_digest_value(&simulation->world.digest);
}

double simulation_progress(const Simulation *simulation)
{
  const Experiment *experiment = simulation->settings.experiment;
  if (experiment->duration_given)
    return experiment->duration.ns == 0
               ? 1.0
               : (double)simulation_now(simulation).ns / (double)experiment->duration.ns;
  double expected = 0;
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    const FrameworkSpec *spec = &experiment->frameworks[i];
    if (spec->trace != NULL || spec->jobs == UINT64_MAX)
      return -1.0;
    expected += (double)spec->jobs * simulation->settings.sources[i]->n_members;
  }
  const SimWorld *world = &simulation->world;
  double ended = (double)(world->jobs_finished + world->jobs_failed);
  return expected > 0 ? MIN(ended / expected, 1.0) : 1.0;
}

void simulation_counts(const Simulation *simulation, SimulationCounts *counts)
{
  const SimWorld *world = &simulation->world;
  *counts = (SimulationCounts){
      .master_work = sim_network_work(world->network),
      .jobs_submitted = world->jobs_submitted,
      .jobs_finished = world->jobs_finished,
      .jobs_failed = world->jobs_failed,
      .tasks_launched = world->tasks_launched,
      .tasks_finished = world->tasks_finished,
      .tasks_live = world->on_agents,
      .offers_outstanding = master_offers_outstanding(world->master),
      .frameworks = world->frameworks_live,
      .messages_in_flight = world->in_flight,
  };
}

const Master *simulation_master(const Simulation *simulation)
{
  return simulation->world.master;
}
