/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/properties/run-books.h"

#include <check.h>
#include <string.h>

typedef struct {
  Quantities total;
  Quantities offered;
  Quantities allocated;
} BookAgent;

typedef struct {
  uint64_t id; /* the key */
  FrameworkId framework;
  AgentId agent;
  Quantities amount;
} BookOffer;

typedef struct {
  uint64_t id; /* the key */
  FrameworkId framework;
  AgentId agent;
  Quantities amount;
  TaskState state;
  bool freed;
} BookTask;

typedef struct {
  uint32_t group;
  uint64_t key;
  uint32_t tasks;
  uint32_t finished;
  JobState state;
  Instant first, last; /* of the attempts told: the first start, the last end; INSTANT_NEVER */
  bool spanned;
  Instant start, finish; /* of its span */
} BookJob;

struct RunBooks {
  char *label;
  MasterObserver master_observer;
  JobObserver job_observer;
  Instant now;
  GArray *agents;       /* BookAgent, by id */
  GArray *groups;       /* uint32_t, by framework */
  GArray *jobs;         /* BookJob, by id */
  GHashTable *offers;   /* BookOffer, outstanding */
  GHashTable *tasks;    /* BookTask, of all times */
  GHashTable *attempts; /* names of those that have ended, and of tasks that have finished */
  GArray *submissions;  /* BookEntry */
  GArray *lengths;      /* BookEntry */
  uint64_t n_offers;
  uint32_t n_live; /* tasks that hold resources */
  uint32_t jobs_finished;
  uint32_t jobs_failed; /* killed, unschedulable */
  Instant end;
};

#define SAY(books, condition, ...)                                                                           \
  do {                                                                                                       \
    if (G_UNLIKELY(!(condition)))                                                                            \
      disagree((books), __VA_ARGS__);                                                                        \
  } while (0)

static void disagree(const RunBooks *books, const char *format, ...) G_GNUC_PRINTF(2, 3) G_GNUC_NORETURN;

static void disagree(const RunBooks *books, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *what = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  ck_abort_msg("%s, at %" G_GINT64_FORMAT " ns: %s", books->label, books->now.ns, what);
}

static void come_to(RunBooks *books, Instant now)
{
  SAY(books, now.ns >= books->now.ns, "time goes back to %" G_GINT64_FORMAT, now.ns);
  books->now = now;
}

/* --- agents --------------------------------------------------------------------------------------------- */

static BookAgent *agent_of(RunBooks *books, AgentId id)
{
  SAY(books, id.index < books->agents->len, "agent %u is not known", id.index);
  return &g_array_index(books->agents, BookAgent, id.index);
}

/* Each callback brings half of a step: an accepted offer ends, its tasks begin; so only too much is wrong. */
static void check_agent(RunBooks *books, AgentId id)
{
  const BookAgent *agent = agent_of(books, id);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    int64_t offered = agent->offered.amount[kind], allocated = agent->allocated.amount[kind];
    SAY(books, offered >= 0 && allocated >= 0 && offered + allocated <= agent->total.amount[kind],
        "agent %u: of kind %d, %" G_GINT64_FORMAT " are offered and %" G_GINT64_FORMAT
        " allocated of %" G_GINT64_FORMAT,
        id.index, kind, offered, allocated, agent->total.amount[kind]);
  }
}

static void agent_added(void *self, Instant now, AgentId id, const char *hostname, const Resources *total)
{
  RunBooks *books = self;
  BookAgent agent = {.total = resources_count(total)};
  (void)hostname;
  come_to(books, now);
  SAY(books, id.index == books->agents->len, "agent %u out of order", id.index);
  g_array_append_val(books->agents, agent);
}

/* --- offers --------------------------------------------------------------------------------------------- */

static void offer_made(void *self, Instant now, FrameworkId framework, AgentId agent, OfferId id,
                       const Resources *resources)
{
  RunBooks *books = self;
  Quantities amount = resources_count(resources);
  come_to(books, now);
  BookOffer *offer = g_new(BookOffer, 1);
  *offer = (BookOffer){id.value, framework, agent, amount};
  SAY(books, g_hash_table_add(books->offers, offer), "the id of an offer is used again");
  SAY(books, !resources_are_empty(resources), "an offer of nothing");
  quantities_add(&agent_of(books, agent)->offered, &amount);
  check_agent(books, agent);
  books->n_offers++;
}

static void offer_ended(void *self, Instant now, FrameworkId framework, AgentId agent, OfferId id,
                        const Resources *resources, OfferEnd end)
{
  RunBooks *books = self;
  Quantities amount = resources_count(resources);
  (void)end;
  come_to(books, now);
  BookOffer *offer = g_hash_table_lookup(books->offers, &id.value);
  SAY(books, offer != NULL, "an offer ends that was not made, or has ended");
  SAY(books,
      offer->framework.index == framework.index && offer->agent.index == agent.index &&
          quantities_equal(&offer->amount, &amount),
      "an offer ends as another one");
  quantities_subtract(&agent_of(books, agent)->offered, &amount);
  check_agent(books, agent);
  g_hash_table_remove(books->offers, &id.value);
}

/* --- tasks ---------------------------------------------------------------------------------------------- */

static void task_launched(void *self, Instant now, FrameworkId framework, AgentId agent, TaskId id,
                          const Resources *resources)
{
  RunBooks *books = self;
  Quantities amount = resources_count(resources);
  come_to(books, now);
  BookTask *task = g_new(BookTask, 1);
  *task = (BookTask){id.value, framework, agent, amount, TASK_STAGING, false};
  SAY(books, g_hash_table_add(books->tasks, task), "a task is launched twice");
  quantities_add(&agent_of(books, agent)->allocated, &amount);
  check_agent(books, agent);
  books->n_live++;
}

static void task_updated(void *self, Instant now, FrameworkId framework, AgentId agent, TaskId id,
                         const Resources *resources, TaskState before, TaskState state, TaskReason reason,
                         bool freed)
{
  RunBooks *books = self;
  Quantities amount = resources_count(resources);
  (void)reason;
  come_to(books, now);
  BookTask *task = g_hash_table_lookup(books->tasks, &id.value);
  SAY(books, task != NULL, "a task changes that was not launched");
  SAY(books,
      task->framework.index == framework.index && task->agent.index == agent.index &&
          quantities_equal(&task->amount, &amount),
      "a task changes as another one");
  SAY(books, before == task->state, "a task was in state %s, not %s", task_state_name(task->state),
      task_state_name(before));
  SAY(books, !task_state_is_terminal(before), "a task leaves state %s for %s", task_state_name(before),
      task_state_name(state));
  SAY(books, freed == task_state_is_terminal(state), "resources come back with state %s: %d",
      task_state_name(state), freed);
  task->state = state;
  if (!freed)
    return;
  SAY(books, !task->freed, "the resources of a task come back twice");
  task->freed = true;
  books->n_live--;
  quantities_subtract(&agent_of(books, agent)->allocated, &amount);
  check_agent(books, agent);
}

/* --- jobs ----------------------------------------------------------------------------------------------- */

static BookJob *job_of(RunBooks *books, JobId id)
{
  SAY(books, id.index < books->jobs->len, "job %u is not known", id.index);
  return &g_array_index(books->jobs, BookJob, id.index);
}

static void framework_started(void *self, Instant now, FrameworkId framework, uint32_t group,
                              uint32_t ramp_up_target)
{
  RunBooks *books = self;
  (void)ramp_up_target;
  come_to(books, now);
  SAY(books, framework.index == books->groups->len, "framework %u out of order", framework.index);
  g_array_append_val(books->groups, group);
}

static void job_submitted(void *self, Instant now, FrameworkId framework, JobId id, const char *name,
                          uint64_t key, uint32_t tasks)
{
  RunBooks *books = self;
  (void)name;
  come_to(books, now);
  SAY(books, id.index == books->jobs->len, "job %u out of order", id.index);
  SAY(books, framework.index < books->groups->len, "a job of a framework that has not started");
  BookJob job = {.group = g_array_index(books->groups, uint32_t, framework.index),
                 .key = key,
                 .tasks = tasks,
                 .state = JOB_WAITING,
                 .first = INSTANT_NEVER,
                 .last = INSTANT_NEVER};
  BookEntry entry = {.key = key, .group = job.group, .tasks = tasks, .ns = now.ns};
  g_array_append_val(books->jobs, job);
  g_array_append_val(books->submissions, entry);
}

static void job_span(void *self, Instant now, FrameworkId framework, JobId id, Instant start, Instant finish)
{
  RunBooks *books = self;
  BookJob *job = job_of(books, id);
  (void)framework;
  come_to(books, now);
  SAY(books, !job->spanned, "the span of job %u is told twice", id.index);
  SAY(books, job->state == JOB_WAITING || job->state == JOB_RUNNING, "the span of job %u comes after its end",
      id.index);
  SAY(books, instant_is_never(start) || start.ns <= now.ns, "job %u starts in the future", id.index);
  job->spanned = true;
  job->start = start;
  job->finish = finish;
}

/* The span of a job that reaches its last state @now: what its attempts say, which have all been told if it has
 * finished. */
static void check_span(const RunBooks *books, const BookJob *job, uint32_t id, Instant now)
{
  SAY(books, job->spanned, "job %u ends without a span", id);
  if (job->state != JOB_FINISHED || job->tasks == 0) {
    SAY(books, job->finish.ns == now.ns, "job %u: the span ends before its last state", id);
    SAY(books, job->start.ns <= job->first.ns, "job %u: an attempt starts before the job", id);
    return;
  }
  SAY(books, job->start.ns == job->first.ns && job->finish.ns == job->last.ns,
      "job %u: its span is %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
      ", its attempts go from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
      id, job->start.ns, job->finish.ns, job->first.ns, job->last.ns);
}

static void job_state(void *self, Instant now, FrameworkId framework, JobId id, JobState state,
                      const char *reason)
{
  RunBooks *books = self;
  BookJob *job = job_of(books, id);
  (void)framework;
  come_to(books, now);
  bool stalled = state == job->state && reason != NULL;
  SAY(books, job->state == JOB_WAITING || (job->state == JOB_RUNNING && (state > JOB_RUNNING || stalled)),
      "job %u goes from state %d to %d", id.index, job->state, state);
  job->state = state;
  if (state > JOB_RUNNING)
    check_span(books, job, id.index, now);
  books->jobs_failed += state > JOB_FINISHED;
  if (state != JOB_FINISHED)
    return;
  books->jobs_finished++;
  SAY(books, job->finished == job->tasks, "job %u is finished with %u tasks of %u", id.index, job->finished,
      job->tasks);
}

static void task_attempt(void *self, FrameworkId framework, JobId id, uint32_t stage, uint32_t index,
                         uint32_t attempt, AgentId agent, Instant launch, Instant start, Instant finish,
                         TaskLocality locality, const char *state)
{
  RunBooks *books = self;
  BookJob *job = job_of(books, id);
  (void)framework;
  (void)agent;
  (void)locality;
  SAY(books,
      g_hash_table_add(books->attempts, g_strdup_printf("%u.%u.%u.%u", id.index, stage, index, attempt)),
      "job %u, stage %u, task %u: attempt %u is told twice", id.index, stage, index, attempt);
  SAY(books, launch.ns <= finish.ns && (instant_is_never(start) || launch.ns <= start.ns),
      "an attempt ends before it begins");
  job->first = instant_min(job->first, start);
  if (!instant_is_never(finish) && (instant_is_never(job->last) || job->last.ns < finish.ns))
    job->last = finish;
  if (strcmp(state, task_state_name(TASK_FINISHED)) != 0)
    return;
  SAY(books, g_hash_table_add(books->attempts, g_strdup_printf("%u.%u.%u", id.index, stage, index)),
      "job %u, stage %u, task %u finishes twice", id.index, stage, index);
  SAY(books, !instant_is_never(start) && start.ns <= finish.ns, "a task finishes that did not start");
  job->finished++;
  BookEntry entry = {job->key, job->group, stage, index, 0, finish.ns - start.ns};
  g_array_append_val(books->lengths, entry);
}

/* --- life ----------------------------------------------------------------------------------------------- */

RunBooks *run_books_new(const char *label)
{
  RunBooks *books = g_new0(RunBooks, 1);
  books->label = g_strdup(label);
  books->agents = g_array_new(FALSE, FALSE, sizeof(BookAgent));
  books->groups = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  books->jobs = g_array_new(FALSE, FALSE, sizeof(BookJob));
  books->offers = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  books->tasks = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  books->attempts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  books->submissions = g_array_new(FALSE, FALSE, sizeof(BookEntry));
  books->lengths = g_array_new(FALSE, FALSE, sizeof(BookEntry));
  books->master_observer = (MasterObserver){
      .self = books,
      .agent_added = agent_added,
      .offer_made = offer_made,
      .offer_ended = offer_ended,
      .task_launched = task_launched,
      .task_updated = task_updated,
  };
  books->job_observer = (JobObserver){
      .self = books,
      .framework_started = framework_started,
      .job_submitted = job_submitted,
      .job_state = job_state,
      .job_span = job_span,
      .task_attempt = task_attempt,
  };
  return books;
}

void run_books_free(RunBooks *books)
{
  g_array_unref(books->agents);
  g_array_unref(books->groups);
  g_array_unref(books->jobs);
  g_hash_table_unref(books->offers);
  g_hash_table_unref(books->tasks);
  g_hash_table_unref(books->attempts);
  g_array_unref(books->submissions);
  g_array_unref(books->lengths);
  g_free(books->label);
  g_free(books);
}

const MasterObserver *run_books_master_observer(const RunBooks *books)
{
  return &books->master_observer;
}

const JobObserver *run_books_job_observer(const RunBooks *books)
{
  return &books->job_observer;
}

void run_books_close(RunBooks *books, const Simulation *simulation, SimulationEnd end)
{
  SimulationCounts counts;
  simulation_counts(simulation, &counts);
  const Master *master = simulation_master(simulation);
  come_to(books, simulation_now(simulation));
  books->end = books->now;
  SAY(books, g_hash_table_size(books->offers) == master_offers_outstanding(master),
      "%u offers have not ended, the master knows %u", g_hash_table_size(books->offers),
      master_offers_outstanding(master));
  SAY(books, books->n_live == master_tasks_live(master), "%u tasks hold resources, the master knows %u",
      books->n_live, master_tasks_live(master));
  SAY(books,
      counts.jobs_submitted == books->jobs->len && counts.jobs_finished == books->jobs_finished &&
          counts.jobs_failed == books->jobs_failed,
      "of %u jobs, %u were told to have finished and %u to have ended otherwise; the simulation counts "
      "%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT,
      books->jobs->len, books->jobs_finished, books->jobs_failed, counts.jobs_submitted, counts.jobs_finished,
      counts.jobs_failed);
  for (uint32_t i = 0; i < books->agents->len; i++)
    check_agent(books, (AgentId){i});
  for (uint32_t i = 0; i < books->jobs->len && end != SIMULATION_FAILED; i++) {
    const BookJob *job = job_of(books, (JobId){i});
    SAY(books, job->spanned, "job %u has no span", i);
    SAY(books, job->state > JOB_RUNNING || (instant_is_never(job->finish) && job->start.ns == job->first.ns),
        "the span of job %u, which has not ended, is not that of its attempts", i);
  }
  SAY(books, end != SIMULATION_DONE || books->jobs_finished + books->jobs_failed == books->jobs->len,
      "the run is done, but not every job");
}

/* --- what runs have in common --------------------------------------------------------------------------- */

static gint compare_names(gconstpointer left, gconstpointer right)
{
  const BookEntry *a = left, *b = right;
  if (a->group != b->group)
    return a->group < b->group ? -1 : 1;
  if (a->key != b->key)
    return a->key < b->key ? -1 : 1;
  if (a->stage != b->stage)
    return a->stage < b->stage ? -1 : 1;
  return a->index < b->index ? -1 : a->index > b->index;
}

static void expect_equal(const RunBooks *books, const BookEntry *a, const BookEntry *b, const char *what)
{
  SAY(books, a->ns == b->ns && a->tasks == b->tasks,
      "%s of group %u, job %" G_GUINT64_FORMAT ", stage %u, task %u: %" G_GINT64_FORMAT
      " ns in one run, %" G_GINT64_FORMAT " ns in another; %u and %u tasks",
      what, a->group, a->key, a->stage, a->index, a->ns, b->ns, a->tasks, b->tasks);
}

/* Only one of two runs has this entry. */
static void expect_later(const RunBooks *books, const BookEntry *entry, Instant end, const char *what)
{
  SAY(books, entry->ns >= end.ns, "%s of group %u, job %" G_GUINT64_FORMAT " is in one run only", what,
      entry->group, entry->key);
}

/* Entries with one name must be equal; those that only one has must lie behind @end. */
static void compare(const RunBooks *books, GArray *a, GArray *b, Instant end, const char *what)
{
  uint32_t i = 0, j = 0;
  g_array_sort(a, compare_names);
  g_array_sort(b, compare_names);
  while (i < a->len && j < b->len) {
    const BookEntry *x = &g_array_index(a, BookEntry, i);
    const BookEntry *y = &g_array_index(b, BookEntry, j);
    int order = compare_names(x, y);
    if (order == 0)
      expect_equal(books, x, y, what);
    else
      expect_later(books, order < 0 ? x : y, end, what);
    i += order <= 0;
    j += order >= 0;
  }
  for (; i < a->len; i++)
    expect_later(books, &g_array_index(a, BookEntry, i), end, what);
  for (; j < b->len; j++)
    expect_later(books, &g_array_index(b, BookEntry, j), end, what);
}

void run_books_compare(RunBooks *a, RunBooks *b, bool open_arrivals, bool same_speed)
{
  if (same_speed)
    compare(a, a->lengths, b->lengths, INSTANT_ZERO, "length");
  if (open_arrivals)
    compare(a, a->submissions, b->submissions, instant_min(a->end, b->end), "submission");
}

uint64_t run_books_tasks(const RunBooks *books)
{
  return g_hash_table_size(books->tasks);
}

uint64_t run_books_offers(const RunBooks *books)
{
  return books->n_offers;
}
