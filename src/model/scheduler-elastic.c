/* SPDX-License-Identifier: Apache-2.0 */
#include "model/scheduler-elastic.h"

#include "model/sim-room.h"

/* How many tasks of @stage go into @room now. For fair order the queue is asked again after each. */
static uint32_t how_many(const SimFramework *framework, const SimStage *stage, const Quantities *room,
                         uint32_t limit)
{
  uint32_t most = MIN(stage->pending, limit);
  if (most <= 1 || framework->queue.fair)
    return MIN(most, 1);
  Quantities two = stage->need;
  quantities_add(&two, &stage->need);
  if (!quantities_contain(room, &two)) /* nearly always: spares the divisions */
    return 1;
  return MIN(quantities_divide(room, &stage->need), most);
}

/* Fills @room of @agent with tasks; returns how many, in the scratch array. */
static uint32_t fill(SimFramework *framework, AgentId agent, Quantities *room, TaskInfo **tasks)
{
  uint32_t limit = framework->spec->tasks_per_offer;
  uint32_t n = 0;
  while (n < limit && sim_queue_may_fit(&framework->queue, room)) {
    SimStage *stage = sim_queue_first(&framework->queue, room);
    if (stage == NULL)
      break;
    uint32_t more = how_many(framework, stage, room, limit - n);
    *tasks = sim_framework_scratch(framework, n + more);
    for (uint32_t i = 0; i < more; i++) {
      sim_framework_take(framework, stage, agent, &(*tasks)[n++]);
      quantities_subtract(room, &(*tasks)[n - 1].resources.plain);
    }
  }
  return n;
}

static void decline(SimFramework *framework, const OfferMessage *first, uint32_t n, const Quantities *room)
{
  for (uint32_t i = 0; i < n; i++)
    sim_framework_decline(framework, first[i].id);
  if (sim_queue_is_empty(&framework->queue)) {
    framework->judged.unwanted += n;
    return;
  }
  framework->judged.unusable += n;
  framework->refused_any = true;
  framework->last_room = *room;
}

/* What was declined before goes out first. */
static inline __attribute__((always_inline)) void accept(SimFramework *framework, const OfferMessage *first,
                                                         uint32_t n, const TaskInfo *tasks, uint32_t n_tasks)
{
  framework->judged.usable += n;
  sim_framework_flush(framework, framework->refuse);
  if (G_LIKELY(n == 1)) {
    sim_framework_accept(framework, &first->id, 1, tasks, n_tasks);
    return;
  }
  OfferId *ids = g_new(OfferId, n);
  for (uint32_t i = 0; i < n; i++)
    ids[i] = first[i].id;
  sim_framework_accept(framework, ids, n, tasks, n_tasks);
  g_free(ids);
}

/* Offers @first ... are @n of one agent. */
static void answer(SimFramework *framework, const OfferMessage *first, uint32_t n, Quantities *room)
{
  TaskInfo *tasks = NULL;
  uint32_t n_tasks = fill(framework, first->agent, room, &tasks);
  if (n_tasks == 0)
    decline(framework, first, n, room);
  else
    accept(framework, first, n, tasks, n_tasks);
}

/* Takes what the next task of @stage has out of @rest; false where the task has to run again, and there is not enough of
 * what has no limit in time. */
static bool take_special(const SimFramework *framework, const SimStage *stage, Resources *rest,
                         Resources *taken)
{
  if (G_LIKELY(stage->n_retries == 0)) {
    sim_room_take(rest, &stage->need, taken);
    return true;
  }
  return sim_room_take_lasting(framework->world->experiment, rest, &stage->need, framework->uses_revocable,
                               taken);
}

/* Likewise, where not all that they hold is plain: one task after the other, each with its own resources. */
static G_GNUC_NO_INLINE void answer_special(SimFramework *framework, const OfferMessage *first, uint32_t n)
{
  Resources rest = RESOURCES_EMPTY;
  for (uint32_t i = 0; i < n; i++)
    resources_add(&rest, &first[i].resources);
  g_autoptr(GArray) tasks = g_array_new(FALSE, FALSE, sizeof(TaskInfo));
  Quantities room = sim_room(&rest, framework->uses_revocable);
  while (tasks->len < framework->spec->tasks_per_offer && sim_queue_may_fit(&framework->queue, &room)) {
    SimStage *stage = sim_queue_first(&framework->queue, &room);
    Resources taken;
    if (stage == NULL || !take_special(framework, stage, &rest, &taken))
      break;
    TaskInfo task;
    sim_framework_take(framework, stage, first->agent, &task);
    task.resources = taken;
    g_array_append_val(tasks, task);
    room = sim_room(&rest, framework->uses_revocable);
  }
  resources_clear(&rest);
  if (tasks->len == 0)
    decline(framework, first, n, &room);
  else
    accept(framework, first, n, (const TaskInfo *)(const void *)tasks->data, tasks->len);
  for (uint32_t i = 0; i < tasks->len; i++)
    resources_clear(&g_array_index(tasks, TaskInfo, i).resources);
}

static void elastic_offers(SimFramework *framework, const OfferMessage *offers, uint32_t n)
{
  uint32_t end;
  for (uint32_t i = 0; i < n; i = end) {
    Quantities room = offers[i].resources.plain;
    bool special = offers[i].resources.special != NULL;
    for (end = i + 1; end < n && offers[end].agent.index == offers[i].agent.index &&
                      offers[end].role.index == offers[i].role.index;
         end++) {
      quantities_add(&room, &offers[end].resources.plain);
      special = special || offers[end].resources.special != NULL;
    }
    if (G_UNLIKELY(special))
      answer_special(framework, &offers[i], end - i);
    else
      answer(framework, &offers[i], end - i, &room);
  }
  sim_framework_flush(framework, framework->refuse);
}

void scheduler_decline(SimFramework *framework, const OfferMessage *first, uint32_t n, const Quantities *room)
{
  decline(framework, first, n, room);
}

void scheduler_accept(SimFramework *framework, const OfferMessage *first, uint32_t n, const TaskInfo *tasks,
                      uint32_t n_tasks)
{
  accept(framework, first, n, tasks, n_tasks);
}

const char *scheduler_reason(SimFramework *framework, SimJob *job)
{
  (void)job;
  if (framework->refused_any)
    return "no task of it fitted what its framework was offered";
  return "its framework was offered nothing";
}

const SimScheduler scheduler_elastic = {
    .offers = elastic_offers,
    .reason = scheduler_reason,
};
