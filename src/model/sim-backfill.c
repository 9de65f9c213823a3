/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-backfill.h"

#include <string.h>

#include "model/sim-network.h"

Quantities sim_backfill_pool(const Experiment *experiment, const char *path)
{
  Quantities pool;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    pool.amount[kind] = INT64_MAX / 2;
  for (uint32_t i = 0; i < experiment->n_roles; i++) {
    const RoleSpec *role = &experiment->roles[i];
    for (int kind = 0; strcmp(role->path, path) == 0 && kind < RESOURCE_KINDS_MAX; kind++)
      if (role->guarantee.amount[kind] > 0)
        pool.amount[kind] = role->guarantee.amount[kind];
  }
  return pool;
}

Quantities sim_backfill_gang(const Quantities *need, uint32_t tasks)
{
  Quantities sum;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (__builtin_mul_overflow(need->amount[kind], (int64_t)tasks, &sum.amount[kind]))
      sum.amount[kind] = INT64_MAX;
  return sum;
}

static Quantities whole_of(const SimStage *stage)
{
  return sim_backfill_gang(&stage->need, stage->pending);
}

/* --- what runs ------------------------------------------------------------------------------------------ */

typedef struct {
  Instant end; /* by its estimate */
  uint32_t order;
  Quantities takes;
} Running;

static Duration estimate(const SimFramework *framework, const SimStage *stage)
{
  Duration time;
  double seconds = (double)stage->length.constant.ns / 1e9 * framework->spec->estimate_factor;
  return duration_from_seconds(seconds, &time) ? time : DURATION_MAX;
}

static gint compare_ends(gconstpointer a, gconstpointer b)
{
  const Running *x = a, *y = b;
  if (x->end.ns != y->end.ns)
    return x->end.ns < y->end.ns ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

/* Those that have started and not ended, by their ends; takes what they have from @left. */
static GArray *list_running(const SimFramework *framework, Quantities *left)
{
  GArray *running = g_array_new(FALSE, FALSE, sizeof(Running));
  Instant now = sim_world_now(framework->world);
  for (const SimJob *job = framework->first_job; job != NULL; job = job->following)
    for (uint32_t i = 0; i < job->n_stages && job->live > 0; i++) {
      const SimStage *stage = &job->stages[i];
      if (stage->live == 0)
        continue;
      Running one = {instant_after(stage->begun, estimate(framework, stage)), running->len,
                     sim_backfill_gang(&stage->need, stage->live)};
      if (instant_is_before(one.end, now))
        one.end = now;
      quantities_subtract(left, &one.takes);
      g_array_append_val(running, one);
    }
  g_array_sort(running, compare_ends);
  return running;
}

/* --- who goes first ------------------------------------------------------------------------------------- */

/* When @head fits by the estimates; @left becomes what is left over then, with what all have that end at that instant. */
static Instant shadow_time(const GArray *running, const Quantities *head, Quantities *left)
{
  Instant at = INSTANT_NEVER;
  for (uint32_t i = 0; i < running->len; i++) {
    const Running *one = &g_array_index(running, Running, i);
    if (one->end.ns != at.ns && quantities_contain(left, head))
      break;
    quantities_add(left, &one->takes);
    at = one->end;
  }
  quantities_subtract(left, head);
  return at;
}

/* The first gang behind @head that may go ahead of it. */
static SimStage *pass(const SimFramework *framework, SimStage *head, const Quantities *left,
                      const GArray *running)
{
  Quantities wanted = whole_of(head);
  Quantities extra = *left;
  Instant now = sim_world_now(framework->world);
  Instant shadow = shadow_time(running, &wanted, &extra);
  for (SimJob *job = framework->first_job; job != NULL; job = job->following)
    for (uint32_t i = 0; i < job->n_stages; i++) {
      SimStage *stage = &job->stages[i];
      if (stage->shape == NULL || stage == head)
        continue;
      Quantities takes = whole_of(stage);
      if (!quantities_contain(left, &takes))
        continue;
      Instant end = instant_after(now, estimate(framework, stage));
      if (end.ns <= shadow.ns || quantities_contain(&extra, &takes))
        return stage;
    }
  return NULL;
}

SimStage *sim_backfill_next(SimFramework *framework)
{
  SimStage *head = framework->blocked ? NULL : sim_queue_first(&framework->queue, NULL);
  if (head == NULL)
    return NULL;
  Quantities left = sim_backfill_pool(framework->world->experiment, framework->member_info->role);
  g_autoptr(GArray) running = list_running(framework, &left);
  Quantities wanted = whole_of(head);
  if (quantities_contain(&left, &wanted))
    return head;
  SimStage *next = framework->spec->backfill ? pass(framework, head, &left, running) : NULL;
  framework->blocked = next == NULL;
  return next;
}

void sim_backfill_changed(SimFramework *framework)
{
  if (!framework->blocked || framework->stopped)
    return;
  framework->blocked = false;
  framework->suppressed = false;
  sim_network_revive(framework->world->network, framework->id);
}
