/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-arrivals.h"

#include "model/sim-fit.h"
#include "model/sim-frameworks.h"
#include "model/sim-record.h"

typedef struct {
  SimJob *job;
  uint64_t serial; /* order of pulling: decides between jobs of one member at one instant */
} Coming;

typedef struct {
  JobSource *source;
  uint64_t name_hash;
  uint64_t pulled; /* serial of the last job pulled */
  Instant last;    /* its submission */
  /* Of sim_fit_agents(): one for each member in partitions, else one for all; NULL in it: none has submitted. NULL: all agents. */
  uint32_t **allowed;
  uint32_t live; /* members that have not left */
  bool ended;    /* open: next() has said so */
} Group;

struct SimArrivals {
  SimWorld *world;
  Group *groups;
  Coming *heap; /* least (submit, group, member, serial) first */
  uint32_t n;
  uint32_t space;
  uint64_t serial;
  uint32_t to_come;      /* of the heap: jobs of frameworks that have not left */
  uint32_t open;         /* open sources that have not ended and have live members */
  SimFramework **starts; /* by (start, group, member) */
  uint32_t n_starts;
  uint32_t started;
  GArray *now;   /* Coming: the jobs of this instant */
  uint32_t jobs; /* ids given */
  SimEventHandle entry;
  Instant due; /* of entry */
  SimHandlerId arrival_handler;
  SimHandlerId stop_handler;
  SimHandlerId leave_handler;
  bool arriving;
};

static void on_arrival(void *self, uint64_t payload);
static void on_stop(void *self, uint64_t payload);
static void on_leave(void *self, uint64_t payload);

/* --- what is to come: a binary heap --------------------------------------------------------------------- */

static bool comes_before(const Coming *a, const Coming *b)
{
  if (a->job->submit.ns != b->job->submit.ns)
    return a->job->submit.ns < b->job->submit.ns;
  if (a->job->group != b->job->group)
    return a->job->group < b->job->group;
  if (a->job->member != b->job->member)
    return a->job->member < b->job->member;
  return a->serial < b->serial;
}

static void push(SimArrivals *arrivals, SimJob *job)
{
  if (arrivals->n == arrivals->space) {
    arrivals->space = MAX(64, 2 * arrivals->space);
    arrivals->heap = g_renew(Coming, arrivals->heap, arrivals->space);
  }
  Coming coming = {job, ++arrivals->serial};
  uint32_t i = arrivals->n++;
  for (; i > 0 && comes_before(&coming, &arrivals->heap[(i - 1) / 2]); i = (i - 1) / 2)
    arrivals->heap[i] = arrivals->heap[(i - 1) / 2];
  arrivals->heap[i] = coming;
  job->framework->n_to_come++;
  if (!job->framework->stopped)
    arrivals->to_come++;
}

static Coming pop(SimArrivals *arrivals)
{
  Coming first = arrivals->heap[0];
  Coming last = arrivals->heap[--arrivals->n];
  uint32_t i = 0;
  for (uint32_t child; (child = 2 * i + 1) < arrivals->n; i = child) {
    if (child + 1 < arrivals->n && comes_before(&arrivals->heap[child + 1], &arrivals->heap[child]))
      child++;
    if (!comes_before(&arrivals->heap[child], &last))
      break;
    arrivals->heap[i] = arrivals->heap[child];
  }
  arrivals->heap[i] = last;
  first.job->framework->n_to_come--;
  if (!first.job->framework->stopped)
    arrivals->to_come--;
  return first;
}

/* --- sources -------------------------------------------------------------------------------------------- */

static SimJob *adopt(SimArrivals *arrivals, uint32_t group, const Job *job, GError **error)
{
  Group *from = &arrivals->groups[group];
  const char *name = arrivals->world->experiment->frameworks[group].name;
  if (job->member >= from->source->n_members || job->n_stages < 1 || job->n_stages > JOB_STAGES_MAX) {
    g_set_error(error, SIMULATION_ERROR, SIMULATION_ERROR_SOURCE, "[framework %s]: job \"%s\" is malformed",
                name, job->name);
    return NULL;
  }
  SimFramework *framework = sim_frameworks_of(arrivals->world->frameworks, group, job->member);
  if (instant_is_before(job->submit, framework->member_info->start)) {
    g_set_error(error, SIMULATION_ERROR, SIMULATION_ERROR_SOURCE,
                "[framework %s]: job \"%s\" is submitted before its framework starts", name, job->name);
    return NULL;
  }
  return sim_job_new(job, framework, group, from->name_hash);
}

static void close_group(SimArrivals *arrivals, Group *group)
{
  if (!group->ended && !group->source->closed && group->live > 0)
    arrivals->open--;
  group->ended = true;
}

/* Pulls the next job of a group into the heap. */
static bool pull(SimArrivals *arrivals, uint32_t number, GError **error)
{
  Group *group = &arrivals->groups[number];
  Job job;
  switch (group->source->next(group->source, &job, error)) {
  case JOB_NEXT:
    break;
  case JOB_END:
    close_group(arrivals, group);
    return true;
  case JOB_FAILED:
    return false;
  }
  if (instant_is_before(job.submit, group->last)) {
    g_set_error(error, SIMULATION_ERROR, SIMULATION_ERROR_SOURCE,
                "[framework %s]: job \"%s\" is submitted before the one in front of it",
                arrivals->world->experiment->frameworks[number].name, job.name);
    return false;
  }
  SimJob *adopted = adopt(arrivals, number, &job, error);
  if (adopted == NULL)
    return false;
  push(arrivals, adopted);
  group->pulled = arrivals->serial;
  group->last = job.submit;
  return true;
}

/* --- life ----------------------------------------------------------------------------------------------- */

static int compare_starts(const void *a, const void *b)
{
  const SimFramework *x = *(SimFramework *const *)a, *y = *(SimFramework *const *)b;
  if (x->member_info->start.ns != y->member_info->start.ns)
    return x->member_info->start.ns < y->member_info->start.ns ? -1 : 1;
  if (x->group != y->group)
    return x->group < y->group ? -1 : 1;
  return x->member < y->member ? -1 : x->member > y->member;
}

static void sort_starts(SimArrivals *arrivals)
{
  SimFrameworks *frameworks = arrivals->world->frameworks;
  arrivals->n_starts = sim_frameworks_count(frameworks);
  arrivals->starts = g_new(SimFramework *, MAX(arrivals->n_starts, 1));
  for (uint32_t i = 0; i < arrivals->n_starts; i++)
    arrivals->starts[i] = sim_frameworks_at(frameworks, i);
  qsort(arrivals->starts, arrivals->n_starts, sizeof *arrivals->starts, compare_starts);
}

static uint32_t n_allowed(const SimWorld *world, const Group *group)
{
  return world->partitions == NULL ? 1 : group->source->n_members;
}

/* The agents that @framework may have, counted when its first job comes. */
static const uint32_t *allowed_to(SimArrivals *arrivals, const SimFramework *framework)
{
  const SimWorld *world = arrivals->world;
  Group *group = &arrivals->groups[framework->group];
  if (G_LIKELY(group->allowed == NULL))
    return NULL;
  uint32_t **allowed = &group->allowed[world->partitions == NULL ? 0 : framework->member];
  if (*allowed == NULL)
    *allowed = sim_fit_agents(world, framework->spec, framework->member_info->role);
  return *allowed;
}

SimArrivals *sim_arrivals_new(SimWorld *world, JobSource *const *sources, GError **error)
{
  SimArrivals *arrivals = g_new0(SimArrivals, 1);
  arrivals->world = world;
  arrivals->groups = g_new0(Group, MAX(world->experiment->n_frameworks, 1));
  arrivals->due = INSTANT_NEVER;
  arrivals->now = g_array_new(FALSE, FALSE, sizeof(Coming));
  arrivals->arrival_handler = sim_engine_add_handler(world->engine, "arrival", on_arrival, arrivals);
  arrivals->stop_handler = sim_engine_add_handler(world->engine, "framework-stop", on_stop, arrivals);
  arrivals->leave_handler = sim_engine_add_handler(world->engine, "framework-leave", on_leave, arrivals);
  sort_starts(arrivals);
  for (uint32_t i = 0; i < world->experiment->n_frameworks; i++) {
    Group *group = &arrivals->groups[i];
    *group = (Group){.source = sources[i], .live = sources[i]->n_members};
    group->last = INSTANT_ZERO;
    group->name_hash = sim_text_hash(world->experiment->frameworks[i].name);
    if (world->experiment->frameworks[i].agents.n > 0)
      group->allowed = g_new0(uint32_t *, n_allowed(world, group));
    if (!group->source->closed && group->live > 0)
      arrivals->open++;
  }
  for (uint32_t i = 0; i < world->experiment->n_frameworks; i++) {
    /* One job of an open source is enough to begin with; a closed one gives all its first jobs. */
    do {
      if (!pull(arrivals, i, error)) {
        sim_arrivals_free(arrivals);
        return NULL;
      }
    } while (sources[i]->closed && !arrivals->groups[i].ended);
  }
  return arrivals;
}

void sim_arrivals_free(SimArrivals *arrivals)
{
  if (arrivals == NULL)
    return;
  for (uint32_t i = 0; i < arrivals->n; i++)
    sim_job_free(arrivals->heap[i].job);
  for (uint32_t i = 0; i < arrivals->world->experiment->n_frameworks; i++) {
    const Group *group = &arrivals->groups[i];
    for (uint32_t k = 0; group->allowed != NULL && k < n_allowed(arrivals->world, group); k++)
      g_free(group->allowed[k]);
    g_free(group->allowed);
  }
  g_free(arrivals->heap);
  g_free(arrivals->groups);
  g_free(arrivals->starts);
  for (uint32_t i = 0; i < arrivals->now->len; i++)
    sim_job_free(g_array_index(arrivals->now, Coming, i).job);
  g_array_unref(arrivals->now);
  g_free(arrivals);
}

/* Moves the one entry to the next instant at which something comes. */
static void schedule(SimArrivals *arrivals)
{
  Instant next = arrivals->n > 0 ? arrivals->heap[0].job->submit : INSTANT_NEVER;
  if (arrivals->started < arrivals->n_starts)
    next = instant_min(next, arrivals->starts[arrivals->started]->member_info->start);
  if (arrivals->arriving || next.ns == arrivals->due.ns)
    return;
  sim_engine_cancel(arrivals->world->engine, arrivals->entry);
  arrivals->due = next;
  arrivals->entry =
      sim_engine_schedule(arrivals->world->engine, next, SIM_PHASE_ARRIVAL, arrivals->arrival_handler, 0);
}

void sim_arrivals_begin(SimArrivals *arrivals)
{
  SimEngine *engine = arrivals->world->engine;
  for (uint32_t i = 0; i < arrivals->n_starts; i++)
    sim_engine_post(engine, arrivals->starts[i]->member_info->stop, SIM_PHASE_ARRIVAL, arrivals->stop_handler,
                    (uint64_t)i);
  schedule(arrivals); /* after the stops: their entries are the first of their instants */
}

static void fail(SimArrivals *arrivals, GError *error)
{
  sim_world_halt(arrivals->world, SIMULATION_FAILED, error);
}

/* --- arrival -------------------------------------------------------------------------------------------- */

static gint compare_coming(gconstpointer a, gconstpointer b)
{
  return comes_before(a, b) ? -1 : 1;
}

/* Moves the jobs of this instant from the heap to `now`, in order; open sources are pulled until beyond it.
 */
static bool gather(SimArrivals *arrivals, Instant now)
{
  GError *error = NULL;
  while (arrivals->n > 0 && arrivals->heap[0].job->submit.ns <= now.ns) {
    Coming coming = pop(arrivals);
    const Group *group = &arrivals->groups[coming.job->group];
    g_array_append_val(arrivals->now, coming);
    if (group->source->closed || group->ended || coming.serial != group->pulled)
      continue;
    if (!pull(arrivals, coming.job->group, &error)) {
      fail(arrivals, error);
      return false;
    }
  }
  if (arrivals->now->len > 1)
    g_array_sort(arrivals->now, compare_coming);
  return true;
}

static void submit(SimArrivals *arrivals, SimJob *job)
{
  SimWorld *world = arrivals->world;
  SimFramework *framework = job->framework;
  Instant now = sim_world_now(world);
  CHECK(framework->started && arrivals->jobs < INDEX_NONE);
  job->id = (JobId){arrivals->jobs++};
  world->progress = now;
  sim_digest_add_2(&world->digest, now, SIM_PHASE_ARRIVAL, SIM_RECORD_ARRIVAL, job->id.index,
                   framework->id.index);
  g_autofree char *misfit =
      sim_misfit(world, framework->spec, allowed_to(arrivals, framework), framework->member_info->role, job);
  sim_framework_job(framework, job, misfit);
}

static void on_arrival(void *self, uint64_t payload)
{
  SimArrivals *arrivals = self;
  SimWorld *world = arrivals->world;
  Instant now = sim_world_now(world);
  (void)payload;
  arrivals->entry = SIM_EVENT_NONE;
  arrivals->due = INSTANT_NEVER;
  arrivals->arriving = true;
  if (!gather(arrivals, now))
    return;
  g_autoptr(GArray) jobs = g_steal_pointer(&arrivals->now);
  arrivals->now = g_array_new(FALSE, FALSE, sizeof(Coming));
  for (uint32_t i = 0; i < jobs->len; i++)
    g_array_index(jobs, Coming, i).job->framework->job_due = true;
  while (arrivals->started < arrivals->n_starts &&
         arrivals->starts[arrivals->started]->member_info->start.ns <= now.ns) {
    SimFramework *framework = arrivals->starts[arrivals->started++];
    if (!framework->stopped)
      sim_frameworks_start(world->frameworks, framework);
  }
  GPtrArray *busy = g_ptr_array_new();
  for (uint32_t i = 0; i < jobs->len; i++) {
    SimJob *job = g_array_index(jobs, Coming, i).job;
    SimFramework *framework = job->framework;
    if (framework->job_due)
      g_ptr_array_add(busy, framework);
    framework->job_due = false;
    if (framework->stopped)
      sim_job_free(job);
    else
      submit(arrivals, job);
  }
  for (uint32_t i = 0; i < busy->len; i++)
    sim_framework_settle(g_ptr_array_index(busy, i));
  g_ptr_array_unref(busy);
  arrivals->arriving = false;
  schedule(arrivals);
  sim_world_check_done(world);
}

/* --- what changes what is to come ----------------------------------------------------------------------- */

static void stop(SimArrivals *arrivals, SimFramework *framework)
{
  Group *group = &arrivals->groups[framework->group];
  if (framework->stopped) /* it left before its time */
    return;
  arrivals->to_come -= framework->n_to_come;
  group->live--;
  if (group->live == 0 && !group->source->closed && !group->ended)
    arrivals->open--;
  if (framework->started)
    sim_frameworks_stop(arrivals->world->frameworks, framework);
  framework->stopped = true;
  sim_world_check_done(arrivals->world);
}

static void on_stop(void *self, uint64_t payload)
{
  SimArrivals *arrivals = self;
  stop(arrivals, arrivals->starts[payload]);
}

static void on_leave(void *self, uint64_t payload)
{
  stop(self, (SimFramework *)(uintptr_t)payload);
}

void sim_arrivals_leave(SimArrivals *arrivals, SimFramework *framework)
{
  sim_engine_post(arrivals->world->engine, sim_world_now(arrivals->world), SIM_PHASE_ARRIVAL,
                  arrivals->leave_handler, (uint64_t)(uintptr_t)framework);
}

void sim_arrivals_job_ended(SimArrivals *arrivals, SimFramework *framework, const SimJob *job)
{
  SimWorld *world = arrivals->world;
  JobSource *source = arrivals->groups[job->group].source;
  if (!source->closed || framework->stopped || world->halted)
    return;
  Instant now = sim_world_now(world);
  GError *error = NULL;
  Job next;
  JobPull pulled = source->next_after(source, job->member, now, &next, &error);
  if (pulled == JOB_END)
    return;
  SimJob *adopted = pulled == JOB_NEXT ? adopt(arrivals, job->group, &next, &error) : NULL;
  if (adopted != NULL && instant_is_before(adopted->submit, now)) {
    g_set_error(&error, SIMULATION_ERROR, SIMULATION_ERROR_SOURCE,
                "[framework %s]: job \"%s\" is submitted before the one it waited for has ended",
                framework->spec->name, next.name);
    g_clear_pointer(&adopted, sim_job_free);
  }
  if (adopted == NULL) {
    fail(arrivals, error);
    return;
  }
  if (job->state == JOB_UNSCHEDULABLE && adopted->submit.ns == now.ns) {
    if (world->warn != NULL) {
      g_autofree char *text = g_strdup_printf("%s submits no more jobs: they do not fit the cluster, and "
                                              "without think time the next would come at once",
                                              framework->member_info->name);
      world->warn(world->warn_self, text);
    }
    sim_job_free(adopted);
    return;
  }
  push(arrivals, adopted);
  schedule(arrivals);
}

bool sim_arrivals_are_over(const SimArrivals *arrivals)
{
  return !arrivals->arriving && arrivals->to_come == 0 && arrivals->open == 0;
}
