/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain-replay.h"

#include <string.h>

#include "base/check.h"
#include "base/resources-text.h"
#include "base/time-text.h"
#include "cli/report.h"
#include "engine/random.h"
#include "model/simulation.h"
#include "offersim-version.h"
#include "report/format.h"
#include "workload/workload-file.h"

/* --- what must be the same ------------------------------------------------------------------------------ */

static bool differs(const char *path, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool differs(const char *path, GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *what = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s: the run cannot be made again: %s", path, what);
  return false;
}

bool explain_replay_check(const ResultsOrigin *origin, const char *path, GError **error)
{
  if (strcmp(origin->version, OFFERSIM_VERSION) != 0)
    return differs(path, error, "it was made by version %s of sim, this is %s", origin->version,
                   OFFERSIM_VERSION);
  if (strcmp(origin->git_commit, OFFERSIM_GIT_COMMIT) != 0)
    return differs(path, error, "it was made by sim of commit %s, this is of %s", origin->git_commit,
                   OFFERSIM_GIT_COMMIT);
  if (origin->allocator_path == NULL)
    return true;
  g_autofree char *sha256 = plugin_sha256_of(origin->allocator_path, error);
  if (sha256 == NULL)
    return false;
  if (strcmp(sha256, origin->allocator_sha256) != 0)
    return differs(path, error, "plug-in %s has changed since: SHA-256 %s, not %s", origin->allocator_path,
                   sha256, origin->allocator_sha256);
  return true;
}

static bool check_traces(const ExplainReplay *replay, const ResultsOrigin *origin, const char *path,
                         GError **error)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < replay->experiment->n_frameworks; i++) {
    const FrameworkSpec *framework = &replay->experiment->frameworks[i];
    if (framework->trace == NULL)
      continue;
    const char *sha256 = replay->sources->traces[i].sha256;
    if (n >= origin->n_traces || strcmp(origin->traces[n].sha256, sha256) != 0)
      return differs(path, error, "trace %s has changed since: SHA-256 %s, not %s", framework->trace->path,
                     sha256, n < origin->n_traces ? origin->traces[n].sha256 : "known");
    n++;
  }
  return true;
}

/* --- making --------------------------------------------------------------------------------------------- */

static void framework_clear(void *framework)
{
  g_free(((ExplainFramework *)framework)->name);
}

static void agent_clear(void *agent)
{
  g_free(((ExplainAgent *)agent)->hostname);
  g_free(((ExplainAgent *)agent)->what);
}

static bool load_stored(ExplainReplay *replay, ResultsReader *reader, uint32_t index, GError **error)
{
  g_autofree char *text = results_reader_workload(reader, index, error);
  g_autofree char *path = text == NULL ? NULL : results_reader_workload_path(reader, index, error);
  if (path == NULL)
    return false;
  const AllocatorInterface *more = replay->allocator.plugin == NULL ? NULL : replay->allocator.interface;
  g_autoptr(WorkloadNames) names = allocator_names_new(more);
  replay->experiment = workload_text_load(text, *path == '\0' ? "workload" : path, NULL, names, error);
  return replay->experiment != NULL && allocator_options_check(replay->experiment, more, error);
}

ExplainReplay *explain_replay_new(ResultsReader *reader, uint32_t index, const ResultsOrigin *origin,
                                  const char *path, GuardPage *page, Instant at, GError **error)
{
  g_autoptr(ExplainReplay) replay = g_new0(ExplainReplay, 1);
  replay->at = at;
  replay->seed = sim_replication_seed(origin->seed, origin->replication);
  replay->frameworks = g_array_new(FALSE, TRUE, sizeof(ExplainFramework));
  g_array_set_clear_func(replay->frameworks, framework_clear);
  replay->agents = g_array_new(FALSE, TRUE, sizeof(ExplainAgent));
  g_array_set_clear_func(replay->agents, agent_clear);
  const char *allocator = origin->allocator_path == NULL ? origin->allocator : origin->allocator_path;
  if (!allocator_choose(allocator, page, &replay->allocator, error) ||
      !load_stored(replay, reader, index, error))
    return NULL;
  if (replay->allocator.interface->explain == NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "allocator %s does not explain itself: it has no explain()", origin->allocator);
    return NULL;
  }
  replay->sources = sources_open(replay->experiment, false, replay->seed, error);
  if (replay->sources == NULL || !check_traces(replay, origin, path, error))
    return NULL;
  replay->options = allocator_option_values(replay->experiment, replay->allocator.interface);
  return g_steal_pointer(&replay);
}

void explain_replay_free(ExplainReplay *replay)
{
  if (replay == NULL)
    return;
  g_array_unref(replay->frameworks);
  g_array_unref(replay->agents);
  g_free(replay->options);
  sources_free(replay->sources);
  experiment_free(replay->experiment);
  allocator_choice_clear(&replay->allocator);
  g_free(replay);
}

ExplainFramework *explain_framework(const ExplainReplay *replay, FrameworkId framework)
{
  return &g_array_index(replay->frameworks, ExplainFramework, framework.index);
}

ExplainAgent *explain_agent(const ExplainReplay *replay, AgentId agent)
{
  return &g_array_index(replay->agents, ExplainAgent, agent.index);
}

/* --- who is there --------------------------------------------------------------------------------------- */

/* Agents register class by class; whoever comes later has been there before, under the same name. */
static const AgentClass *class_of(const ExplainReplay *replay, uint32_t index, const char *hostname)
{
  const Cluster *cluster = &replay->experiment->cluster;
  for (uint32_t i = 0; index >= cluster->agents && i < cluster->agents; i++)
    if (strcmp(explain_agent(replay, (AgentId){i})->hostname, hostname) == 0)
      index = i;
  for (uint32_t i = 0; i < cluster->n_classes; i++) {
    if (index < cluster->classes[i].count)
      return &cluster->classes[i];
    index -= cluster->classes[i].count;
  }
  return NULL;
}

static void agent_added(void *self, Instant now, AgentId agent, const char *hostname, const Resources *total)
{
  (void)now;
  ExplainReplay *replay = self;
  CHECK(agent.index == replay->agents->len);
  GString *what = g_string_new(NULL);
  g_autofree char *text = resources_print(replay->experiment->kinds, total);
  g_string_append(what, text);
  const AgentClass *class = class_of(replay, agent.index, hostname);
  for (uint32_t i = 0; class != NULL && i < class->n_attributes; i++)
    g_string_append_printf(what, " %s=%s", class->attributes[i].name, class->attributes[i].value);
  if (class != NULL && class->region != NULL)
    g_string_append_printf(what, " in %s", class->region);
  ExplainAgent added = {g_strdup(hostname), g_string_free(what, FALSE), true};
  g_array_append_val(replay->agents, added);
}

static void agent_removed(void *self, Instant now, AgentId agent, const Resources *total)
{
  (void)now, (void)total;
  explain_agent(self, agent)->present = false;
}

static void framework_added(void *self, Instant now, FrameworkId framework, const char *name,
                            const char *const *roles, uint32_t n_roles)
{
  (void)now, (void)roles, (void)n_roles;
  ExplainReplay *replay = self;
  CHECK(framework.index == replay->frameworks->len);
  ExplainFramework added = {g_strdup(name), true};
  g_array_append_val(replay->frameworks, added);
}

static void framework_removed(void *self, Instant now, FrameworkId framework)
{
  (void)now;
  explain_framework(self, framework)->present = false;
}

/* --- running -------------------------------------------------------------------------------------------- */

typedef struct {
  ExplainReplay *replay;
  const Simulation *simulation;
  void (*ask)(void *self, ExplainReplay *replay);
  void *self;
  bool asked;
} Asking;

static void sample(void *self, Instant now)
{
  (void)now;
  Asking *asking = self;
  if (asking->asked)
    return;
  asking->asked = true;
  asking->replay->master = simulation_master(asking->simulation);
  asking->ask(asking->self, asking->replay);
  asking->replay->master = NULL;
}

static bool has_asked(void *self)
{
  return ((const Asking *)self)->asked;
}

bool explain_replay_run(ExplainReplay *replay, void (*ask)(void *self, ExplainReplay *replay), void *self,
                        GError **error)
{
  const MasterObserver observer = {.self = replay,
                                   .agent_added = agent_added,
                                   .agent_removed = agent_removed,
                                   .framework_added = framework_added,
                                   .framework_removed = framework_removed};
  const SimulationSettings settings = {.experiment = replay->experiment,
                                       .allocator = replay->allocator.interface,
                                       .allocator_options = replay->options,
                                       .sources = replay->sources->sources,
                                       .master_observer = &observer,
                                       .seed = replay->seed};
  g_autoptr(Simulation) simulation = simulation_new(&settings, error);
  if (simulation == NULL)
    return false;
  Asking asking = {replay, simulation, ask, self, false};
  /* A sample is the last thing of its instant. */
  simulation_set_sampler(simulation, (Duration){replay->at.ns - 1}, sample, &asking);
  simulation_set_poll(simulation, UINT32_MAX, has_asked, &asking);
  SimulationEnd end = simulation_run(simulation, error);
  if (end == SIMULATION_FAILED)
    return false;
  if (!asking.asked) {
    g_autofree char *ended = format_clock((Duration){simulation_now(simulation).ns});
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--at: the run ended at %s", ended);
  }
  return asking.asked;
}
