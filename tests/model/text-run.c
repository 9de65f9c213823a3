/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/model/text-run.h"

#include <string.h>

#include "allocators/registry.h"
#include "base/check.h"
#include "base/resources-text.h"
#include "workload/workload-file.h"
#include "workloads/synthetic-source.h"

static double seconds(Instant at)
{
  return instant_is_never(at) ? -1 : (double)at.ns / 1e9;
}

static const char *name_of(const TextRun *run, FrameworkId id)
{
  return g_ptr_array_index(run->names, id.index);
}

/* --- observers ------------------------------------------------------------------------------------------ */

static void framework_added(void *self, Instant now, FrameworkId id, const char *name,
                            const char *const *roles, uint32_t n_roles)
{
  TextRun *run = self;
  (void)now, (void)roles, (void)n_roles;
  CHECK(id.index == run->names->len);
  g_ptr_array_add(run->names, g_strdup(name));
}

static void offer_made(void *self, Instant now, FrameworkId id, AgentId agent, OfferId offer,
                       const Resources *resources)
{
  TextRun *run = self;
  (void)now, (void)agent, (void)offer, (void)resources;
  if (id.index < G_N_ELEMENTS(run->offers))
    run->offers[id.index]++;
}

static void task_launched(void *self, Instant now, FrameworkId id, AgentId agent, TaskId task,
                          const Resources *resources)
{
  TextRun *run = self;
  (void)now, (void)agent, (void)task;
  g_autofree char *text = resources_print(run->experiment->kinds, resources);
  g_string_append_printf(run->launched, "%s %s\n", name_of(run, id), text);
}

static void allocation_run(void *self, Instant now, bool periodic, uint32_t offers)
{
  const TextRun *run = self;
  (void)periodic, (void)offers;
  master_check(simulation_master(run->simulation), now);
}

static void job_state(void *self, Instant now, FrameworkId framework, JobId job, JobState state,
                      const char *reason)
{
  static const char *const names[] = {"waiting", "running", "finished", "failed", "killed", "unschedulable"};
  TextRun *run = self;
  g_string_append_printf(run->states, "%s %u %s %.9g%s%s\n", name_of(run, framework), job.index, names[state],
                         seconds(now), reason == NULL ? "" : ": ", reason == NULL ? "" : reason);
}

static void task_attempt(void *self, FrameworkId framework, JobId job, uint32_t stage, uint32_t index,
                         uint32_t attempt, AgentId agent, Instant launch, Instant start, Instant finish,
                         TaskLocality locality, const char *state)
{
  TextRun *run = self;
  TextAttempt one = {.job = job.index,
                     .stage = stage,
                     .index = index,
                     .locality = locality,
                     .agent = agent.index,
                     .attempt = attempt,
                     .launch = seconds(launch),
                     .start = seconds(start),
                     .finish = seconds(finish)};
  g_strlcpy(one.framework, name_of(run, framework), sizeof one.framework);
  g_strlcpy(one.state, state, sizeof one.state);
  g_array_append_val(run->attempts, one);
}

static void offers_judged(void *self, FrameworkId framework, const OfferSummary *summary)
{
  TextRun *run = self;
  if (run->judged->len <= framework.index)
    g_array_set_size(run->judged, framework.index + 1);
  g_array_index(run->judged, OfferSummary, framework.index) = *summary;
}

static void operator_called(void *self, Instant now, uint32_t number, uint32_t done, uint32_t refused,
                            const char *message)
{
  TextRun *run = self;
  TextCall call = {done, refused, g_strdup(message)};
  CHECK(number == run->calls->len && run->experiment->operators[number].at.ns == now.ns);
  g_array_append_val(run->calls, call);
}

static void warn(void *self, const char *message)
{
  g_string_append_printf(((TextRun *)self)->warnings, "%s\n", message);
}

static void take_count(void *self, const char *name, double value)
{
  g_hash_table_insert(((TextRun *)self)->counts, g_strdup(name), g_memdup2(&value, sizeof value));
}

/* --- the run -------------------------------------------------------------------------------------------- */

static void init(TextRun *run, const AllocatorInterface *allocator, const char *text)
{
  GError *error = NULL;
  g_autofree const char **keys = g_new0(const char *, allocator->n_options + 1);
  for (uint32_t i = 0; i < allocator->n_options; i++)
    keys[i] = allocator->options[i].key;
  const WorkloadAllocator known = {allocator->name, keys};
  *run = (TextRun){.experiment = workload_text_load(text, "t.ini", NULL,
                                                    &(WorkloadNames){&known, 1, false, false}, &error)};
  if (run->experiment == NULL)
    g_error("%s", error->message);
  run->attempts = g_array_new(FALSE, FALSE, sizeof(TextAttempt));
  run->names = g_ptr_array_new_with_free_func(g_free);
  run->judged = g_array_new(FALSE, TRUE, sizeof(OfferSummary));
  run->calls = g_array_new(FALSE, FALSE, sizeof(TextCall));
  run->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  run->launched = g_string_new(NULL);
  run->warnings = g_string_new(NULL);
  run->states = g_string_new(NULL);
}

static const AllocatorInterface *find(const char *name)
{
  for (const AllocatorInterface *const *one = allocator_list(); *one != NULL; one++)
    if (strcmp((*one)->name, name) == 0)
      return *one;
  g_error("no allocator %s", name);
}

/* Those of [allocator NAME], in its order. */
static const char **options_of(const Experiment *experiment, const AllocatorInterface *allocator)
{
  const char **values = g_new0(const char *, allocator->n_options + 1);
  for (uint32_t i = 0; i < experiment->n_allocators; i++)
    for (int j = 0; experiment->allocators[i].keys[j] != NULL; j++)
      for (uint32_t k = 0; k < allocator->n_options; k++)
        if (strcmp(allocator->options[k].key, experiment->allocators[i].keys[j]) == 0)
          values[k] = experiment->allocators[i].values[j];
  return values;
}

void text_run(TextRun *run, const char *allocator, const char *text)
{
  const AllocatorInterface *interface = find(allocator);
  init(run, interface, text);
  const Experiment *experiment = run->experiment;
  const MasterObserver master = {.self = run,
                                 .framework_added = framework_added,
                                 .offer_made = offer_made,
                                 .task_launched = task_launched,
                                 .allocation_run = allocation_run};
  const JobObserver jobs = {.self = run,
                            .job_state = job_state,
                            .task_attempt = task_attempt,
                            .offers_judged = offers_judged,
                            .operator_called = operator_called};
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func((GDestroyNotify)job_source_free);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++)
    g_ptr_array_add(sources, synthetic_source_new(&experiment->frameworks[i], i, experiment->seed, NULL));
  g_autofree const char **options = options_of(experiment, interface);
  const SimulationSettings settings = {.experiment = experiment,
                                       .allocator = interface,
                                       .allocator_options = options,
                                       .sources = (JobSource *const *)sources->pdata,
                                       .master_observer = &master,
                                       .job_observer = &jobs,
                                       .seed = experiment->seed,
                                       .warn = warn,
                                       .warn_self = run};
  GError *error = NULL;
  run->simulation = simulation_new(&settings, &error);
  if (run->simulation == NULL)
    g_error("%s", error->message);
  run->end = simulation_run(run->simulation, &error);
  if (error != NULL)
    g_error("%s", error->message);
  run->digest = simulation_digest(run->simulation);
  simulation_counts(run->simulation, &run->totals);
  master_check(simulation_master(run->simulation), simulation_now(run->simulation));
  master_metrics(simulation_master(run->simulation), simulation_now(run->simulation),
                 MASTER_METRICS_FRAMEWORKS, take_count, run);
  g_clear_pointer(&run->simulation, simulation_free);
}

void text_run_clear(TextRun *run)
{
  for (uint32_t i = 0; i < run->calls->len; i++)
    g_free(g_array_index(run->calls, TextCall, i).message);
  g_array_unref(run->calls);
  g_array_unref(run->attempts);
  g_array_unref(run->judged);
  g_ptr_array_unref(run->names);
  g_hash_table_unref(run->counts);
  g_string_free(run->launched, TRUE);
  g_string_free(run->warnings, TRUE);
  g_string_free(run->states, TRUE);
  experiment_free(run->experiment);
}

/* --- questions ------------------------------------------------------------------------------------------ */

static bool is_on(const TextAttempt *attempt, const char *framework, int agent)
{
  return (framework == NULL || strcmp(attempt->framework, framework) == 0) &&
         (agent < 0 || attempt->agent == (uint32_t)agent);
}

uint32_t text_attempts(const TextRun *run, const char *framework, const char *state, int agent, double from,
                       double to)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->attempts->len; i++) {
    const TextAttempt *attempt = &g_array_index(run->attempts, TextAttempt, i);
    n += is_on(attempt, framework, agent) && strcmp(attempt->state, state) == 0 && attempt->finish >= from &&
         attempt->finish <= to;
  }
  return n;
}

uint32_t text_launches(const TextRun *run, const char *framework, int agent, double from, double to)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->attempts->len; i++) {
    const TextAttempt *attempt = &g_array_index(run->attempts, TextAttempt, i);
    n += is_on(attempt, framework, agent) && attempt->launch >= from && attempt->launch <= to;
  }
  return n;
}

double text_count(const TextRun *run, const char *name)
{
  const double *value = g_hash_table_lookup(run->counts, name);
  return value == NULL ? 0 : *value;
}

double text_state(const TextRun *run, uint32_t job, const char *state)
{
  g_auto(GStrv) lines = g_strsplit(run->states->str, "\n", -1);
  g_autofree char *wanted = g_strdup_printf(" %u %s ", job, state);
  for (char **line = lines; *line != NULL; line++) {
    const char *found = strstr(*line, wanted);
    if (found != NULL)
      return g_ascii_strtod(found + strlen(wanted), NULL);
  }
  return -1;
}

const OfferSummary *text_judged(const TextRun *run, const char *framework)
{
  for (uint32_t i = 0; i < run->names->len; i++)
    if (strcmp(g_ptr_array_index(run->names, i), framework) == 0)
      return &g_array_index(run->judged, OfferSummary, i);
  g_error("no framework %s", framework);
}

const TextCall *text_call(const TextRun *run, uint32_t number)
{
  CHECK(number < run->calls->len);
  return &g_array_index(run->calls, TextCall, number);
}
