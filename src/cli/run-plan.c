/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run-plan.h"

#include <glib/gstdio.h>
#include <sys/resource.h>

#include "base/check.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/provenance.h"
#include "cli/report.h"
#include "cli/sampling.h"
#include "cli/take-picture.h"
#include "engine/random.h"
#include "metrics/results.h"
#include "model/simulation.h"
#include "report/format.h"

/* Some events are dear (an allocation run over 50,000 agents), and Ctrl-C is to be heard within a second. */
#define POLL_ENTRIES 16

struct Run {
  const RunPlan *plan;
  Interrupt *interrupt;
  Results *results;      /* NULL once it has been committed or abandoned */
  char *partial;         /* path of the results in the making */
  ResultsRun *recording; /* NULL once it has ended */
  Simulation *simulation;
  Progress *progress;
  GError *write_error; /* the first failure to write a sample: it ends the run */
};

/* --- what the simulation calls -------------------------------------------------------------------------- */

static void warn(void *self, const char *message)
{
  Run *run = self;
  if (run->progress != NULL)
    progress_clear(run->progress);
  if (!run->plan->quiet)
    report_warning(message);
}

/* Passes on what the master says of quotas. */
typedef struct {
  ResultsRun *recording;
  Instant now;
} QuotaSample;

static void sample_quota(void *self, const char *path, const RoleAttributes *attributes,
                         const Quantities *consumed, const Quantities *offered)
{
  const QuotaSample *sample = self;
  results_run_quota(sample->recording, sample->now, path, &attributes->guarantee, &attributes->limit,
                    consumed, offered);
}

static void sample(void *self, Instant now)
{
  Run *run = self;
  if (run->write_error != NULL)
    return;
  QuotaSample quotas = {run->recording, now};
  master_quotas(simulation_master(run->simulation), sample_quota, &quotas);
  AgentPicture *picture = results_run_picture(run->recording);
  if (picture != NULL)
    take_picture(simulation_master(run->simulation), now, picture);
  results_sample(run->recording, now, &run->write_error);
}

/* Nothing is said of a framework's counters that have never moved: there are many. */
static void record_counter(void *self, const char *name, double value)
{
  if (value != 0 || !g_str_has_prefix(name, "master/frameworks/"))
    results_run_counter(self, name, value);
}

static bool poll_run(void *self)
{
  Run *run = self;
  if (interrupt_requested(run->interrupt) || run->write_error != NULL)
    return true;
  if (progress_due(run->progress))
    progress_update(run->progress, simulation_now(run->simulation), simulation_progress(run->simulation),
                    simulation_events(run->simulation));
  return false;
}

/* --- preparing ------------------------------------------------------------------------------------------ */

/* A second signal: called in another thread while the run goes on, right before the process ends. */
static void abandon(void *self)
{
  Run *run = self;
  const char *partial = g_atomic_pointer_get(&run->partial);
  if (partial != NULL)
    g_unlink(partial);
}

static void begin_recording(Run *run)
{
  const RunPlan *plan = run->plan;
  g_auto(Provenance) provenance = {.traces = NULL};
  provenance_init(&provenance, plan->experiment, plan->sources);
  ResultsProvenance *from = &provenance.results;
  from->allocator = plan->allocator->name;
  from->allocator_path = plan->plugin == NULL ? NULL : plugin_path(plan->plugin);
  from->allocator_sha256 = plan->plugin == NULL ? NULL : plugin_sha256(plan->plugin);
  from->command = plan->command;
  from->settings = plan->settings;
  from->seed = plan->seed;
  from->replication = plan->replication;
  from->sources = plan->sources->sources;
  from->record_tasks = plan->record_tasks;
  run->recording = results_begin_run(run->results, from, plan->experiment);
}

static bool make_simulation(Run *run, GError **error)
{
  const RunPlan *plan = run->plan;
  const SimulationSettings settings = {
      .experiment = plan->experiment,
      .allocator = plan->allocator,
      .allocator_options = plan->allocator_options,
      .sources = plan->sources->sources,
      .master_observer = results_run_master_observer(run->recording),
      .job_observer = results_run_job_observer(run->recording),
      .seed = sim_replication_seed(plan->seed, plan->replication),
      .warn = warn,
      .warn_self = run,
  };
  run->simulation = simulation_new(&settings, error);
  if (run->simulation == NULL)
    return false;
  simulation_set_sampler(run->simulation, plan->experiment->sample_interval, sample, run);
  simulation_set_poll(run->simulation, POLL_ENTRIES, poll_run, run);
  return true;
}

Run *run_prepare(const RunPlan *plan, GError **error)
{
  g_autoptr(Run) run = g_new0(Run, 1);
  run->plan = plan;
  plan->experiment->sample_interval = sampling_interval(plan->experiment, plan->sources);
  /* The results say where the workload was, whatever the current directory is when they are read. */
  char *path = g_canonicalize_filename(plan->experiment->source_path, NULL);
  g_free(plan->experiment->source_path);
  plan->experiment->source_path = path;
  run->interrupt = interrupt_new(abandon, run);
  run->results = results_open_in(plan->output, plan->scratch, error);
  if (run->results == NULL)
    return NULL;
  g_atomic_pointer_set(&run->partial, g_strdup(results_partial(run->results)));
  if (plan->guard != NULL)
    guard_set_leftover(plan->guard, run->partial);
  begin_recording(run);
  return make_simulation(run, error) ? g_steal_pointer(&run) : NULL;
}

void run_free(Run *run)
{
  if (run == NULL)
    return;
  simulation_free(run->simulation);
  results_abandon(run->results);
  progress_free(run->progress);
  interrupt_free(run->interrupt);
  g_free(run->partial);
  g_clear_error(&run->write_error);
  g_free(run);
}

/* --- running -------------------------------------------------------------------------------------------- */

static char *stall_reason(const Simulation *simulation)
{
  SimulationCounts counts;
  simulation_counts(simulation, &counts);
  g_autofree char *waiting =
      format_counted(counts.jobs_submitted - counts.jobs_finished - counts.jobs_failed, "unfinished job");
  g_autofree char *at = format_clock((Duration){simulation_now(simulation).ns});
  return g_strdup_printf("nothing runs since %s, with %s: see job.reason in the results", at, waiting);
}

/* Whatever failed, the results go. */
static RunEnd fail(Run *run, Instant now, GError *cause, GError **error)
{
  g_autofree char *at = format_clock((Duration){now.ns});
  g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "the run failed at %s of simulated time: %s", at,
              cause->message);
  g_error_free(cause);
  results_abandon(g_steal_pointer(&run->results));
  run->recording = NULL;
  return RUN_FAILED;
}

static double master_load(const Simulation *simulation)
{
  SimulationCounts counts;
  simulation_counts(simulation, &counts);
  Instant end = simulation_now(simulation);
  return end.ns > 0 ? (double)counts.master_work.ns / (double)end.ns : 0;
}

static RunEnd finish(Run *run, SimulationEnd end, double wall_s, ResultsSummary *summary, GError **error)
{
  static const ResultsStatus statuses[] = {
      [SIMULATION_DURATION] = RESULTS_OK,     [SIMULATION_DONE] = RESULTS_OK,
      [SIMULATION_STALLED] = RESULTS_STALLED, [SIMULATION_INTERRUPTED] = RESULTS_TRUNCATED,
      [SIMULATION_FAILED] = RESULTS_FAILED,
  };
  struct rusage usage = {0};
  CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
  g_autofree char *reason = end == SIMULATION_STALLED ? stall_reason(run->simulation) : NULL;
  const ResultsEnd results_end = {.status = statuses[end],
                                  .reason = reason,
                                  .digest = simulation_digest(run->simulation),
                                  .events = simulation_events(run->simulation),
                                  .end = simulation_now(run->simulation),
                                  .wall_s = wall_s,
                                  .max_rss_kib = usage.ru_maxrss,
                                  .master_load = master_load(run->simulation)};
  GError *cause = NULL;
  master_metrics(simulation_master(run->simulation), results_end.end, MASTER_METRICS_FRAMEWORKS,
                 record_counter, run->recording);
  if (!results_end_run(g_steal_pointer(&run->recording), &results_end, summary, &cause))
    return fail(run, results_end.end, cause, error);
  /* Before the file has its name: a plug-in that crashes when it is to go leaves nothing that looks complete. */
  g_clear_pointer(&run->simulation, simulation_free);
  if (!results_commit(g_steal_pointer(&run->results), &cause)) {
    results_summary_clear(summary);
    return fail(run, results_end.end, cause, error);
  }
  if (run->plan->guard != NULL)
    guard_set_leftover(run->plan->guard, NULL);
  return end == SIMULATION_INTERRUPTED ? RUN_INTERRUPTED : RUN_WHOLE;
}

RunEnd run_execute(Run *run, ResultsSummary *summary, GError **error)
{
  const Experiment *experiment = run->plan->experiment;
  Instant last = experiment->duration_given ? (Instant){experiment->duration.ns} : INSTANT_NEVER;
  *summary = (ResultsSummary){0};
  run->progress = progress_new(last, run->plan->progress);

  int64_t start = g_get_monotonic_time();
  GError *cause = NULL;
  SimulationEnd end = simulation_run(run->simulation, &cause);
  double wall_s = (double)(g_get_monotonic_time() - start) / 1e6;
  progress_clear(run->progress);

  if (end == SIMULATION_FAILED)
    return fail(run, simulation_now(run->simulation), cause, error);
  if (run->write_error != NULL)
    return fail(run, simulation_now(run->simulation), g_steal_pointer(&run->write_error), error);
  return finish(run, end, wall_s, summary, error);
}
