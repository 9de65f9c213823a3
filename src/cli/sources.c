/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sources.h"

#include "cli/report.h"
#include "workload/workload-file.h"
#include "workloads/synthetic-source.h"

#define COUNT_JOBS_MAX 5000000 /* per source: some seconds */

/* --- opening -------------------------------------------------------------------------------------------- */

/* The trace's reader says which line of the trace; this says which line of the workload names it. */
static void prefix_trace(const Experiment *experiment, const FrameworkSpec *framework, GError **error)
{
  g_autofree char *group = g_strdup_printf("framework %s", framework->name);
  g_autofree char *where = workload_where(experiment, framework->trace->line, group, "trace");
  g_prefix_error(error, "%s", where);
}

/* Names break ties and tell frameworks apart in the results: "a-1" may come of count = 2 in [framework a] and
 * of [framework a-1]. */
static bool check_names(const Sources *sources, const Experiment *experiment, bool raw, GError **error)
{
  g_autoptr(GHashTable) owners = g_hash_table_new(g_str_hash, g_str_equal);
  for (uint32_t i = 0; i < sources->n; i++)
    for (uint32_t member = 0; member < sources->sources[i]->n_members; member++) {
      char *name = sources->sources[i]->members[member].name;
      const FrameworkSpec *owner = g_hash_table_lookup(owners, name);
      if (owner == NULL) {
        g_hash_table_insert(owners, name, &experiment->frameworks[i]);
        continue;
      }
      const FrameworkSpec *framework = &experiment->frameworks[i];
      g_autofree char *group = g_strdup_printf("framework %s", framework->name);
      g_autofree char *where = raw ? g_strdup("") : workload_where(experiment, framework->line, group, NULL);
      g_set_error(error, CLI_ERROR, CLI_ERROR_INPUT,
                  "%sa framework of it is called \"%s\", as one of [framework %s]; rename one of the groups",
                  where, name, owner->name);
      return false;
    }
  return true;
}

Sources *sources_open(const Experiment *experiment, bool raw, uint64_t seed, GError **error)
{
  g_autoptr(Sources) sources = g_new0(Sources, 1);
  sources->sources = g_new0(JobSource *, experiment->n_frameworks);
  sources->traces = g_new0(TraceSummary, experiment->n_frameworks);
  sources->n = experiment->n_frameworks;
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    const FrameworkSpec *framework = &experiment->frameworks[i];
    if (framework->trace == NULL) {
      sources->sources[i] = synthetic_source_new(framework, i, seed, error);
    } else {
      sources->sources[i] = trace_source_open(framework, seed, &sources->traces[i], error);
      if (sources->sources[i] == NULL && !raw)
        prefix_trace(experiment, framework, error);
    }
    if (sources->sources[i] == NULL) {
      sources->n = i + 1; /* the summary of the one that failed is there already */
      return NULL;
    }
    sources->n_members += sources->sources[i]->n_members;
  }
  return check_names(sources, experiment, raw, error) ? g_steal_pointer(&sources) : NULL;
}

void sources_free(Sources *sources)
{
  if (sources == NULL)
    return;
  for (uint32_t i = 0; i < sources->n; i++) {
    job_source_free(sources->sources[i]);
    trace_summary_clear(&sources->traces[i]);
  }
  g_free(sources->sources);
  g_free(sources->traces);
  g_free(sources);
}

void sources_warn(const Sources *sources)
{
  for (uint32_t i = 0; i < sources->n; i++) {
    const GPtrArray *warnings = sources->traces[i].warnings;
    for (guint k = 0; warnings != NULL && k < warnings->len; k++)
      report_warning(g_ptr_array_index(warnings, k));
  }
}

/* --- counting ------------------------------------------------------------------------------------------- */

static void count_job(SourcesCount *count, const Job *job)
{
  count->jobs++;
  count->last_submit.ns = MAX(count->last_submit.ns, job->submit.ns);
  for (uint32_t i = 0; i < job->n_stages; i++) {
    if (job->stages[i].tasks == TASKS_UNLIMITED)
      count->tasks_unlimited = true;
    else
      count->tasks += job->stages[i].tasks;
  }
}

typedef struct {
  Instant limit;
  uint32_t left; /* jobs of this source that may still be counted */
  SourcesCount *count;
} Counting;

/* Whether a pulled job is one more to count. */
static bool count_next(Counting *counting, const Job *job)
{
  if (!instant_is_before(job->submit, counting->limit))
    return false;
  if (counting->left == 0) {
    counting->count->more = true;
    return false;
  }
  counting->left--;
  count_job(counting->count, job);
  return true;
}

/* The jobs of a closed loop that follow @job, as if each were completed when it is submitted. */
static JobPull count_loop(JobSource *source, Job *job, Counting *counting, GError **error)
{
  JobPull pull = JOB_NEXT;
  while (pull == JOB_NEXT && count_next(counting, job))
    pull = source->next_after(source, job->member, job->submit, job, error);
  return pull;
}

static bool count_source(JobSource *source, Counting *counting, GError **error)
{
  if (source->endless && source->closed) {
    counting->count->more = true; /* as many as there is time for */
    return true;
  }
  Job job = {0};
  JobPull pull = JOB_NEXT;
  bool more = true;
  while (more && pull == JOB_NEXT) {
    pull = source->next(source, &job, error);
    if (pull == JOB_NEXT && source->closed && count_loop(source, &job, counting, error) == JOB_FAILED)
      return false;
    if (pull == JOB_NEXT && !source->closed)
      more = count_next(counting, &job);
  }
  return pull != JOB_FAILED;
}

bool sources_count(Sources *sources, const Experiment *experiment, SourcesCount *count, GError **error)
{
  *count = (SourcesCount){0};
  Counting counting = {.count = count, .limit = INSTANT_NEVER};
  if (experiment->duration_given)
    counting.limit = instant_after(INSTANT_ZERO, experiment->duration);
  for (uint32_t i = 0; i < sources->n; i++) {
    counting.left = COUNT_JOBS_MAX;
    if (!count_source(sources->sources[i], &counting, error))
      return false;
  }
  return true;
}
