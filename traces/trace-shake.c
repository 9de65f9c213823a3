/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/trace-shake.h"

#include "base/check.h"
#include "base/time-text.h"
#include "engine/random.h"

#define COPY_SHIFT 40 /* rows have fewer bits */

typedef struct {
  const GArray *jobs;
  GArray *shaken;
  const TraceSpec *spec;
  uint64_t seed;
  uint64_t entity;
} Shake;

int trace_job_compare(gconstpointer left, gconstpointer right)
{
  const TraceJob *a = left;
  const TraceJob *b = right;
  if (a->trace_submit.ns != b->trace_submit.ns)
    return a->trace_submit.ns < b->trace_submit.ns ? -1 : 1;
  return a->job_key < b->job_key ? -1 : 1;
}

static const TraceJob *job_at(const Shake *shake, guint i)
{
  return &g_array_index(shake->jobs, TraceJob, i);
}

static uint64_t draw_below(const Shake *shake, uint64_t index, uint64_t n)
{
  const SimDraw draw = {shake->seed, SIM_PURPOSE_RESAMPLE, shake->entity, index};
  return sim_random_below(&draw, n);
}

static void add_job(Shake *shake, const TraceJob *job, int64_t submit, uint64_t copy)
{
  TraceJob shaken = *job;
  shaken.trace_submit.ns = submit;
  shaken.job_key = copy << COPY_SHIFT | job->row;
  g_array_append_val(shake->shaken, shaken);
}

/* Where the window ends; without one, right behind the last job. */
static int64_t window_end(const Shake *shake)
{
  if (!instant_is_never(shake->spec->window_end))
    return shake->spec->window_end.ns;
  return job_at(shake, shake->jobs->len - 1)->trace_submit.ns + 1;
}

/* --- jitter ------------------------------------------------------------------------------------------------ */

/* What would leave the window comes back from its border. */
static int64_t reflected(int64_t at, int64_t begin, int64_t end)
{
  if (at < begin)
    at = 2 * begin - at;
  if (at >= end)
    at = 2 * (end - 1) - at;
  return CLAMP(at, begin, end - 1);
}

static void jitter(Shake *shake)
{
  int64_t length = shake->spec->replicate.length.ns;
  int64_t end = instant_is_never(shake->spec->window_end) ? INT64_MAX / 4 : shake->spec->window_end.ns;
  for (guint i = 0; i < shake->jobs->len; i++) {
    const TraceJob *job = job_at(shake, i);
    int64_t move = (int64_t)draw_below(shake, job->row, 2 * (uint64_t)length + 1) - length;
    add_job(shake, job, reflected(job->trace_submit.ns + move, shake->spec->window_start.ns, end), 0);
  }
}

/* --- blocks ------------------------------------------------------------------------------------------------ */

/* The first job at or after @at. */
static guint first_from(const Shake *shake, int64_t at)
{
  guint low = 0;
  guint high = shake->jobs->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (job_at(shake, middle)->trace_submit.ns < at)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static char *resample_blocks(Shake *shake)
{
  int64_t begin = shake->spec->window_start.ns;
  int64_t span = window_end(shake) - begin;
  int64_t length = shake->spec->replicate.length.ns;
  int64_t whole = span / length;
  if (whole < 2) {
    g_autofree char *block = duration_print(shake->spec->replicate.length);
    return g_strdup_printf("replicate: its %.9g s hold no two blocks of %s", (double)span / 1e9, block);
  }
  for (int64_t place = 0; place * length < span; place++) {
    int64_t from = begin + (int64_t)draw_below(shake, (uint64_t)place, (uint64_t)whole) * length;
    int64_t to = from + MIN(length, span - place * length);
    for (guint i = first_from(shake, from); i < shake->jobs->len; i++) {
      const TraceJob *job = job_at(shake, i);
      if (job->trace_submit.ns >= to)
        break;
      add_job(shake, job, begin + place * length + (job->trace_submit.ns - from), (uint64_t)place);
    }
  }
  return NULL;
}

/* --- users ------------------------------------------------------------------------------------------------- */

static int compare_users(gconstpointer left, gconstpointer right)
{
  int64_t a = *(const int64_t *)left;
  int64_t b = *(const int64_t *)right;
  return a < b ? -1 : a > b;
}

/* Those there are, ascending. */
static GArray *list_users(const Shake *shake)
{
  GArray *users = g_array_new(FALSE, FALSE, sizeof(int64_t));
  for (guint i = 0; i < shake->jobs->len; i++)
    g_array_append_val(users, job_at(shake, i)->user);
  g_array_sort(users, compare_users);
  guint n = 0;
  for (guint i = 0; i < users->len; i++)
    if (i == 0 || g_array_index(users, int64_t, i) != g_array_index(users, int64_t, n - 1))
      g_array_index(users, int64_t, n++) = g_array_index(users, int64_t, i);
  g_array_set_size(users, n);
  return users;
}

static guint user_number(const GArray *users, int64_t user)
{
  guint number;
  CHECK(g_array_binary_search((GArray *)(guintptr)users, &user, compare_users, &number));
  return number;
}

static char *resample_users(Shake *shake)
{
  g_autoptr(GArray) users = list_users(shake);
  const TraceMapKind mapping = shake->spec->frameworks.kind;
  if (users->len < 2)
    return g_strdup("replicate: there is one user only");
  g_autofree uint32_t *times = g_new0(uint32_t, users->len);
  for (guint i = 0; i < users->len; i++)
    times[draw_below(shake, i, users->len)]++;
  for (guint i = 0; i < shake->jobs->len; i++) {
    const TraceJob *job = job_at(shake, i);
    uint32_t copies = times[user_number(users, job->user)];
    for (uint32_t copy = 0; copy < copies; copy++) {
      add_job(shake, job, job->trace_submit.ns, copy);
      /* Where users are frameworks, one who is drawn twice is two. */
      if (mapping == MAP_USER || mapping == MAP_COLUMN)
        g_array_index(shake->shaken, TraceJob, shake->shaken->len - 1).key.copy = copy;
    }
  }
  return NULL;
}

GArray *trace_shake(const GArray *jobs, const FrameworkSpec *framework, uint64_t seed, char **fault)
{
  Shake shake = {.jobs = jobs,
                 .shaken = g_array_new(FALSE, FALSE, sizeof(TraceJob)),
                 .spec = framework->trace,
                 .seed = seed,
                 .entity = sim_entity_hash(framework->name, 0, 0, 0)};
  *fault = NULL;
  if (jobs->len > 0)
    switch (shake.spec->replicate.kind) {
    case REPLICATE_JITTER:
      jitter(&shake);
      break;
    case REPLICATE_BLOCKS:
      *fault = resample_blocks(&shake);
      break;
    case REPLICATE_USERS:
      *fault = resample_users(&shake);
      break;
    case REPLICATE_NOT:
      CHECK(false);
    }
  if (*fault != NULL) {
    g_array_unref(shake.shaken);
    return NULL;
  }
  g_array_sort(shake.shaken, trace_job_compare);
  return shake.shaken;
}
