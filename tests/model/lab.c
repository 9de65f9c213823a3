/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/model/lab.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/resources-text.h"

/* --- the source ----------------------------------------------------------------------------------------- */

static JobPull give(LabSource *source, Job *job, GError **error)
{
  if (source->given == source->jobs->len) {
    if (!source->fails)
      return JOB_END;
    g_set_error(error, SIMULATION_ERROR, SIMULATION_ERROR_SOURCE, "line 7: not a number");
    return JOB_FAILED;
  }
  *job = ((LabJob *)g_ptr_array_index(source->jobs, source->given++))->job;
  return JOB_NEXT;
}

static JobPull next(JobSource *self, Job *job, GError **error)
{
  LabSource *source = (LabSource *)(void *)self;
  return source->closed && source->given > 0 ? JOB_END : give(source, job, error);
}

static JobPull next_after(JobSource *self, uint32_t member, Instant completion, Job *job, GError **error)
{
  LabSource *source = (LabSource *)(void *)self;
  JobPull pull = give(source, job, error);
  if (pull == JOB_NEXT)
    job->submit = instant_after(completion, lab_seconds(source->think));
  CHECK(pull != JOB_NEXT || job->member == member);
  return pull;
}

/* --- building ------------------------------------------------------------------------------------------- */

Duration lab_seconds(double seconds)
{
  return (Duration){(int64_t)llround(seconds * 1e3) * NS_PER_MS};
}

Quantities lab_quantities(Lab *lab, const char *text)
{
  Quantities quantities;
  CHECK(quantities_parse(lab->experiment.kinds, text, &quantities, NULL));
  return quantities;
}

SimDistribution *lab_constant(double seconds)
{
  return sim_distribution_new_constant(seconds, NULL);
}

void lab_init(Lab *lab, const char *agent, uint32_t agents)
{
  *lab = (Lab){.allocator = "drf", .seed = 1, .check = true};
  Experiment *experiment = &lab->experiment;
  experiment->title = g_strdup("lab");
  experiment->kinds = resource_kinds_new();
  experiment->cluster.classes = g_new0(AgentClass, 1);
  experiment->cluster.n_classes = 1;
  experiment->cluster.agents = agents;
  experiment->cluster.classes[0] = (AgentClass){.name = g_strdup("agents"),
                                                .count = agents,
                                                .resources.plain = lab_quantities(lab, agent),
                                                .speed = 1.0};
  experiment->master.allocation_interval = lab_seconds(1);
  experiment->master.offer_timeout = DURATION_MAX;
  experiment->master.filter_gpu_resources = true;
  experiment->frameworks = g_new0(FrameworkSpec, LAB_GROUPS);
  lab->attempts = g_array_new(FALSE, FALSE, sizeof(LabAttempt));
  lab->states = g_array_new(FALSE, FALSE, sizeof(LabState));
  lab->spans = g_array_new(FALSE, FALSE, sizeof(LabSpan));
  lab->holds = g_array_new(FALSE, FALSE, sizeof(double));
  lab->samples = g_array_new(FALSE, FALSE, sizeof(double));
  for (int i = 0; i < 64; i++)
    lab->started[i] = -1;
}

FrameworkSpec *lab_framework(Lab *lab, const char *name)
{
  uint32_t group = lab->experiment.n_frameworks++;
  CHECK(group < LAB_GROUPS);
  FrameworkSpec *spec = &lab->experiment.frameworks[group];
  *spec = (FrameworkSpec){
      .name = g_strdup(name),
      .count = 1,
      .scheduler = SCHEDULER_ELASTIC,
      .weight = 1.0,
      .stop = INSTANT_NEVER,
      .jobs = UINT64_MAX,
      .tasks_per_offer = UINT32_MAX,
      .attempts_max = UINT32_MAX,
      .refuse = lab_seconds(5),
      .refuse_unused = lab_seconds(5),
      .hold_timeout = DURATION_MAX,
      .suppress = true,
  };
  LabSource *source = &lab->sources[group];
  source->source = (JobSource){.n_members = 1, .members = g_new0(SourceMember, 1), .next = next};
  source->source.next_after = next_after;
  source->source.members[0] = (SourceMember){g_strdup(name), g_strdup(name), INSTANT_ZERO, INSTANT_NEVER};
  source->jobs = g_ptr_array_new_with_free_func(g_free);
  lab->source_list[group] = &source->source;
  return spec;
}

static LabSource *source_of(Lab *lab, const char *name)
{
  for (uint32_t i = 0; i < lab->experiment.n_frameworks; i++)
    if (strcmp(lab->experiment.frameworks[i].name, name) == 0)
      return &lab->sources[i];
  g_error("no framework %s", name);
  return NULL;
}

static void clear_members(JobSource *source)
{
  for (uint32_t i = 0; i < source->n_members; i++) {
    g_free(source->members[i].name);
    g_free(source->members[i].role);
  }
  g_free(source->members);
}

void lab_members(Lab *lab, const char *name, uint32_t count)
{
  JobSource *source = &source_of(lab, name)->source;
  clear_members(source);
  source->n_members = count;
  source->members = g_new0(SourceMember, count);
  for (uint32_t i = 0; i < count; i++)
    source->members[i] = (SourceMember){g_strdup_printf("%s-%u", name, i + 1),
                                        g_strdup_printf("%s-%u", name, i + 1), INSTANT_ZERO, INSTANT_NEVER};
}

void lab_stage(Lab *lab, LabJob *job, uint32_t tasks, const char *need, double length, uint64_t after)
{
  CHECK(job->job.n_stages < LAB_STAGES);
  job->stages[job->job.n_stages++] = (JobStage){
      .name = "stage",
      .tasks = tasks,
      .task_resources = lab_quantities(lab, need),
      .fixed_duration = lab_seconds(length),
      .after = after,
  };
}

LabJob *lab_job(Lab *lab, const char *framework, double submit, uint32_t tasks, const char *need,
                double length)
{
  LabSource *source = source_of(lab, framework);
  LabJob *job = g_new0(LabJob, 1);
  job->job = (Job){.name = "job", .key = source->jobs->len, .submit.ns = lab_seconds(submit).ns};
  job->job.stages = job->stages;
  lab_stage(lab, job, tasks, need, length, 0);
  g_ptr_array_add(source->jobs, job);
  return job;
}

/* --- observers ------------------------------------------------------------------------------------------ */

static double seconds(Instant at)
{
  return instant_is_never(at) ? -1 : (double)at.ns / 1e9;
}

static void check(Lab *lab, Instant now)
{
  if (lab->check)
    master_check(simulation_master(lab->simulation), now);
}

static void framework_started(void *self, Instant now, FrameworkId framework, uint32_t group, uint32_t target)
{
  Lab *lab = self;
  (void)group, (void)target;
  CHECK(framework.index < 64 && lab->started[framework.index] < 0);
  lab->started[framework.index] = seconds(now);
}

static void job_state(void *self, Instant now, FrameworkId framework, JobId job, JobState state,
                      const char *reason)
{
  Lab *lab = self;
  LabState entry = {seconds(now), framework, job, state, g_strdup(reason)};
  CHECK(lab->started[framework.index] >= 0);
  g_array_append_val(lab->states, entry);
}

static void job_span(void *self, Instant now, FrameworkId framework, JobId job, Instant start, Instant finish)
{
  Lab *lab = self;
  LabSpan entry = {job, seconds(start), seconds(finish)};
  (void)now, (void)framework;
  CHECK(lab_span(lab, job.index) == NULL);
  g_array_append_val(lab->spans, entry);
}

static void demand_added(void *self, Instant now, FrameworkId framework, uint32_t tasks,
                         const Quantities *need)
{
  (void)now, (void)framework, (void)need;
  ((Lab *)self)->demand += tasks;
}

static void demand_dropped(void *self, Instant now, FrameworkId framework, uint32_t tasks,
                           const Quantities *need)
{
  (void)now, (void)framework, (void)need;
  ((Lab *)self)->demand -= tasks;
}

static void gang_holds(void *self, Instant now, FrameworkId framework, uint32_t tasks)
{
  (void)framework;
  double entry[2] = {seconds(now), tasks};
  g_array_append_vals(((Lab *)self)->holds, entry, 2);
}

static void task_attempt(void *self, FrameworkId framework, JobId job, uint32_t stage, uint32_t task_index,
                         uint32_t attempt, AgentId agent, Instant launch, Instant start, Instant finish,
                         TaskLocality locality, const char *state)
{
  LabAttempt entry = {framework,       job,   stage,           task_index,
                      attempt,         agent, seconds(launch), seconds(start),
                      seconds(finish), state, locality};
  g_array_append_val(((Lab *)self)->attempts, entry);
}

static void offer_made(void *self, Instant now, FrameworkId framework, AgentId agent, OfferId offer,
                       const Resources *resources)
{
  (void)now, (void)framework, (void)agent, (void)offer, (void)resources;
  ((Lab *)self)->offers++;
}

static void offer_ended(void *self, Instant now, FrameworkId framework, AgentId agent, OfferId offer,
                        const Resources *resources, OfferEnd end)
{
  Lab *lab = self;
  (void)now, (void)framework, (void)agent, (void)offer, (void)resources;
  lab->declined += end == OFFER_DECLINED;
  lab->rescinded += end == OFFER_RESCINDED;
}

static void task_updated(void *self, Instant now, FrameworkId framework, AgentId agent, TaskId task,
                         const Resources *resources, TaskState before, TaskState state, TaskReason reason,
                         bool freed)
{
  (void)now, (void)framework, (void)agent, (void)task, (void)resources, (void)before, (void)state,
      (void)reason;
  ((Lab *)self)->demand -= freed;
}

static void allocation_run(void *self, Instant now, bool periodic, uint32_t offers)
{
  Lab *lab = self;
  (void)periodic, (void)offers;
  lab->runs++;
  check(lab, now);
}

static void sample(void *self, Instant now)
{
  Lab *lab = self;
  double at = seconds(now);
  CHECK(simulation_now(lab->simulation).ns == now.ns);
  g_array_append_val(lab->samples, at);
  check(lab, now);
}

static void warn(void *self, const char *message)
{
  Lab *lab = self;
  g_free(lab->warning);
  lab->warning = g_strdup(message);
}

/* --- running -------------------------------------------------------------------------------------------- */

SimulationEnd lab_run(Lab *lab)
{
  MasterObserver master_observer = {
      .self = lab,
      .offer_made = offer_made,
      .offer_ended = offer_ended,
      .task_updated = task_updated,
      .allocation_run = allocation_run,
  };
  JobObserver job_observer = {
      .self = lab,
      .framework_started = framework_started,
      .job_state = job_state,
      .job_span = job_span,
      .demand_added = demand_added,
      .demand_dropped = demand_dropped,
      .gang_holds = gang_holds,
      .task_attempt = task_attempt,
  };
  SimulationSettings settings = {
      .experiment = &lab->experiment,
      .allocator = allocator_find(lab->allocator),
      .sources = lab->source_list,
      .master_observer = &master_observer,
      .job_observer = &job_observer,
      .seed = lab->seed,
      .warn = warn,
      .warn_self = lab,
  };
  for (uint32_t i = 0; i < lab->experiment.n_frameworks; i++)
    lab->sources[i].source.closed = lab->sources[i].closed;
  lab->simulation = simulation_new(&settings, &lab->error);
  if (lab->simulation == NULL)
    return lab->end = SIMULATION_FAILED;
  if (lab->sample_interval > 0)
    simulation_set_sampler(lab->simulation, lab_seconds(lab->sample_interval), sample, lab);
  lab->end = simulation_run(lab->simulation, &lab->error);
  CHECK((lab->end == SIMULATION_FAILED) == (lab->error != NULL));
  return lab->end;
}

void lab_clear(Lab *lab)
{
  Experiment *experiment = &lab->experiment;
  g_clear_pointer(&lab->simulation, simulation_free);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    FrameworkSpec *spec = &experiment->frameworks[i];
    g_free(spec->name);
    sim_distribution_unref(spec->decision_time);
    sim_distribution_unref(spec->decision_time_per_job);
    sim_distribution_unref(spec->decision_time_per_task);
    sim_distribution_unref(spec->executor_start_up);
    clear_members(&lab->sources[i].source);
    g_ptr_array_unref(lab->sources[i].jobs);
  }
  for (uint32_t i = 0; i < lab->states->len; i++)
    g_free(g_array_index(lab->states, LabState, i).reason);
  for (uint32_t i = 0; i < experiment->cluster.n_classes; i++)
    g_free(experiment->cluster.classes[i].name);
  sim_distribution_unref(experiment->network.master_agent);
  sim_distribution_unref(experiment->network.master_framework);
  sim_distribution_unref(experiment->master.service_time);
  for (uint32_t i = 0; i < experiment->n_roles; i++)
    g_free(experiment->roles[i].path);
  g_free(experiment->roles);
  g_free(experiment->cluster.classes);
  g_free(experiment->frameworks);
  g_free(experiment->title);
  resource_kinds_free(experiment->kinds);
  g_array_unref(lab->attempts);
  g_array_unref(lab->states);
  g_array_unref(lab->spans);
  g_array_unref(lab->holds);
  g_array_unref(lab->samples);
  g_free(lab->warning);
  g_clear_error(&lab->error);
}

/* --- reading -------------------------------------------------------------------------------------------- */

double lab_now(const Lab *lab)
{
  return seconds(simulation_now(lab->simulation));
}

const LabAttempt *lab_attempt(const Lab *lab, uint32_t job, uint32_t stage, uint32_t index)
{
  const LabAttempt *found = NULL;
  for (uint32_t i = 0; i < lab->attempts->len; i++) {
    const LabAttempt *attempt = &g_array_index(lab->attempts, LabAttempt, i);
    if (attempt->job.index == job && attempt->stage == stage && attempt->index == index)
      found = attempt;
  }
  return found;
}

static const LabState *find_state(const Lab *lab, uint32_t job, JobState state)
{
  for (uint32_t i = 0; i < lab->states->len; i++) {
    const LabState *entry = &g_array_index(lab->states, LabState, i);
    if (entry->job.index == job && entry->state == state)
      return entry;
  }
  return NULL;
}

double lab_state(const Lab *lab, uint32_t job, JobState state)
{
  const LabState *entry = find_state(lab, job, state);
  return entry == NULL ? -1 : entry->at;
}

const LabSpan *lab_span(const Lab *lab, uint32_t job)
{
  for (uint32_t i = 0; i < lab->spans->len; i++)
    if (g_array_index(lab->spans, LabSpan, i).job.index == job)
      return &g_array_index(lab->spans, LabSpan, i);
  return NULL;
}

const char *lab_reason(const Lab *lab, uint32_t job, JobState state)
{
  for (guint i = lab->states->len; i-- > 0;) {
    const LabState *entry = &g_array_index(lab->states, LabState, i);
    if (entry->job.index == job && entry->state == state)
      return entry->reason;
  }
  return NULL;
}
