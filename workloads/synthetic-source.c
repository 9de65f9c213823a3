/* SPDX-License-Identifier: Apache-2.0 */
#include "workloads/synthetic-source.h"

#include "base/check.h"
#include "engine/distribution.h"
#include "engine/random.h"

#define KEY_NUMBER_BITS 40
#define NAME_SIZE       32

/* One framework's place in its sequence of jobs. */
typedef struct {
  uint64_t number; /* of the next job, from 0 */
  Instant submit;  /* of the next job; INSTANT_NEVER: there is none, or (closed) it waits for a completion */
} MemberState;

typedef struct {
  JobSource base;
  const FrameworkSpec *framework;
  uint64_t seed;
  uint64_t name_hash;
  MemberState *states;
  uint32_t *heap; /* members that have a next job, the first by (submit, member) at the top */
  uint32_t n_heap;
  JobStage stages[JOB_STAGES_MAX];
  char name[NAME_SIZE];
} SyntheticSource;

/* --- the heap ------------------------------------------------------------------------------------------- */

static bool comes_before(const SyntheticSource *source, uint32_t a, uint32_t b)
{
  int64_t at = source->states[a].submit.ns;
  int64_t other = source->states[b].submit.ns;
  return at != other ? at < other : a < b;
}

static void sift_down(SyntheticSource *source, uint32_t place)
{
  uint32_t *heap = source->heap;
  uint32_t member = heap[place];
  for (;;) {
    uint32_t child = 2 * place + 1;
    if (child >= source->n_heap)
      break;
    if (child + 1 < source->n_heap && comes_before(source, heap[child + 1], heap[child]))
      child++;
    if (!comes_before(source, heap[child], member))
      break;
    heap[place] = heap[child];
    place = child;
  }
  heap[place] = member;
}

/* --- arrivals ------------------------------------------------------------------------------------------- */

static Duration draw_time(const SyntheticSource *source, SimPurpose purpose, uint32_t member, uint64_t number)
{
  SimDraw draw = {source->seed, purpose, sim_entity_hash_words(source->name_hash, member, 0, 0), number};
  return sim_distribution_draw_duration(source->framework->arrival.gap, &draw);
}

/* @submit, unless the member is to submit no more jobs by then. */
static Instant submit_if_any(const SyntheticSource *source, uint64_t number, Instant submit)
{
  const FrameworkSpec *framework = source->framework;
  if (number >= framework->jobs || !instant_is_before(submit, framework->stop))
    return INSTANT_NEVER;
  return submit;
}

static Instant first_submit(const SyntheticSource *source, uint32_t member)
{
  const FrameworkSpec *framework = source->framework;
  Instant submit = framework->start;
  if (framework->arrival.kind == ARRIVAL_AT)
    submit = framework->arrival.n_at == 0 ? INSTANT_NEVER : instant_after(submit, framework->arrival.at[0]);
  if (framework->arrival.kind == ARRIVAL_POISSON)
    submit = instant_after(submit, draw_time(source, SIM_PURPOSE_ARRIVAL, member, 0));
  return submit_if_any(source, 0, submit);
}

/* When job @number of an open sequence comes, the one before having come at @before. */
static Instant following_submit(const SyntheticSource *source, uint32_t member, uint64_t number,
                                Instant before)
{
  const FrameworkSpec *framework = source->framework;
  Instant submit = before;
  if (number >= framework->jobs)
    return INSTANT_NEVER;
  switch (framework->arrival.kind) {
  case ARRIVAL_ONCE:
    break;
  case ARRIVAL_AT:
    submit = instant_after(framework->start, framework->arrival.at[number]);
    break;
  case ARRIVAL_EVERY:
  case ARRIVAL_POISSON:
    submit = instant_after(before, draw_time(source, SIM_PURPOSE_ARRIVAL, member, number));
    break;
  case ARRIVAL_CLOSED:
    return INSTANT_NEVER;
  }
  return submit_if_any(source, number, submit);
}

/* --- jobs ----------------------------------------------------------------------------------------------- */

static uint32_t draw_tasks(const SyntheticSource *source, const StageSpec *stage, uint32_t member,
                           uint64_t number, uint32_t index)
{
  if (stage->unlimited)
    return TASKS_UNLIMITED;
  SimDraw draw = {source->seed, SIM_PURPOSE_JOB_SHAPE,
                  sim_entity_hash_words(source->name_hash, member, 0, index), number};
  int64_t tasks = sim_distribution_draw_integer(stage->tasks, &draw);
  return (uint32_t)CLAMP(tasks, 1, (int64_t)TASKS_UNLIMITED - 1);
}

/* Describes the next job of @member, submitted at @submit. */
static void describe_job(SyntheticSource *source, uint32_t member, Instant submit, Job *job)
{
  uint64_t number = source->states[member].number;
  CHECK(number < UINT64_C(1) << KEY_NUMBER_BITS);
  uint32_t n = source->framework->n_stages;
  uint32_t n_all = n * MAX(source->framework->iterations, 1);
  for (uint32_t i = 0; i < n; i++)
    source->stages[i].tasks = draw_tasks(source, &source->framework->stages[i], member, number, i);
  for (uint32_t i = n; i < n_all; i++)
    source->stages[i].tasks = source->stages[i - n].tasks;
  g_snprintf(source->name, sizeof source->name, "job-%" G_GUINT64_FORMAT, number + 1);
  *job = (Job){.name = source->name,
               .key = ((uint64_t)member << KEY_NUMBER_BITS) + number,
               .member = member,
               .submit = submit,
               .n_stages = n_all,
               .stages = source->stages};
}

static JobPull synthetic_next(JobSource *base, Job *job, GError **error)
{
  (void)error;
  SyntheticSource *source = (SyntheticSource *)base;
  if (source->n_heap == 0)
    return JOB_END;
  uint32_t member = source->heap[0];
  MemberState *state = &source->states[member];
  describe_job(source, member, state->submit, job);
  state->number++;
  state->submit = following_submit(source, member, state->number, state->submit);
  if (instant_is_never(state->submit))
    source->heap[0] = source->heap[--source->n_heap];
  if (source->n_heap > 0)
    sift_down(source, 0);
  return JOB_NEXT;
}

static JobPull synthetic_next_after(JobSource *base, uint32_t member, Instant completion, Job *job,
                                    GError **error)
{
  (void)error;
  SyntheticSource *source = (SyntheticSource *)base;
  CHECK(base->closed && member < base->n_members && source->states[member].number > 0);
  MemberState *state = &source->states[member];
  if (state->number >= source->framework->jobs)
    return JOB_END;
  Instant submit =
      instant_after(completion, draw_time(source, SIM_PURPOSE_THINK_TIME, member, state->number));
  if (instant_is_never(submit_if_any(source, state->number, submit)))
    return JOB_END;
  describe_job(source, member, submit, job);
  state->number++;
  return JOB_NEXT;
}

/* --- the source ----------------------------------------------------------------------------------------- */

static void synthetic_free(JobSource *base)
{
  SyntheticSource *source = (SyntheticSource *)base;
  g_free(source->states);
  g_free(source->heap);
  g_free(source);
}

static bool is_endless(const FrameworkSpec *framework)
{
  bool unlimited = framework->jobs == UINT64_MAX;
  for (uint32_t i = 0; i < framework->n_stages; i++)
    unlimited = unlimited || framework->stages[i].unlimited;
  return unlimited && instant_is_never(framework->stop);
}

static void fill_members(SyntheticSource *source)
{
  const FrameworkSpec *framework = source->framework;
  source->base.members = g_new0(SourceMember, framework->count);
  source->base.n_members = framework->count;
  source->states = g_new0(MemberState, framework->count);
  source->heap = g_new(uint32_t, framework->count);
  for (uint32_t member = 0; member < framework->count; member++) {
    char *name = framework_member_name(framework, member);
    char *role = g_strdup(framework->role == NULL ? name : framework->role);
    source->base.members[member] = (SourceMember){name, role, framework->start, framework->stop};
    source->states[member].submit = first_submit(source, member);
    if (!instant_is_never(source->states[member].submit))
      source->heap[source->n_heap++] = member;
  }
  for (uint32_t place = source->n_heap / 2; place-- > 0;)
    sift_down(source, place);
}

/* Each further iteration is the one before once more, when that is done. */
static void repeat_stages(SyntheticSource *source)
{
  uint32_t n = source->framework->n_stages;
  uint64_t all = n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
  for (uint32_t i = n; i < n * source->framework->iterations; i++) {
    source->stages[i] = source->stages[i - n];
    source->stages[i].after = (source->stages[i % n].after << (i - i % n)) | all << (i - i % n - n);
  }
}

/* What is the same for all jobs; durations that are all alike need no draws. */
static void fill_stages(SyntheticSource *source)
{
  for (uint32_t i = 0; i < source->framework->n_stages; i++) {
    const StageSpec *spec = &source->framework->stages[i];
    JobStage *stage = &source->stages[i];
    double seconds;
    *stage = (JobStage){.name = spec->name,
                        .task_resources = spec->task_resources,
                        .duration = spec->task_duration,
                        .input = spec->task_input,
                        .after = spec->after};
    if (spec->task_duration == NULL)
      stage->fixed_duration = DURATION_MAX;
    else if (sim_distribution_is_constant(spec->task_duration, &seconds) &&
             duration_from_seconds(seconds, &stage->fixed_duration))
      stage->duration = NULL;
  }
}

JobSource *synthetic_source_new(const FrameworkSpec *framework, uint32_t group_index, uint64_t seed,
                                GError **error)
{
  (void)group_index;
  (void)error;
  CHECK(framework->trace == NULL && framework->count >= 1);
  CHECK(framework->n_stages * MAX(framework->iterations, 1) <= JOB_STAGES_MAX &&
        (framework->n_stages >= 1 || framework->jobs == 0));
  SyntheticSource *source = g_new0(SyntheticSource, 1);
  source->framework = framework;
  source->seed = seed;
  source->name_hash = sim_text_hash(framework->name);
  source->base.next = synthetic_next;
  source->base.next_after = synthetic_next_after;
  source->base.free = synthetic_free;
  source->base.closed = framework->arrival.kind == ARRIVAL_CLOSED;
  source->base.endless = is_endless(framework);
  fill_members(source);
  fill_stages(source);
  repeat_stages(source);
  return &source->base;
}
