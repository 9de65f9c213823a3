/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/agent-picture.h"

#include <string.h>

#include "base/check.h"

void picture_clear(AgentPicture *picture)
{
  array_free(&picture->agents);
  array_free(&picture->holdings);
  array_free(&picture->pieces);
  array_free(&picture->frameworks);
  array_free(&picture->sizes);
  array_free(&picture->gates);
}

void picture_begin(AgentPicture *picture, const DemandSizes *demands, uint32_t n_frameworks)
{
  picture->demands = demands;
  picture->agents.n = picture->holdings.n = picture->pieces.n = 0;
  picture->frameworks.n = picture->sizes.n = picture->gates.n = 0;
  for (uint32_t i = 0; i < n_frameworks; i++) {
    PictureFramework framework = {.sizes = picture->sizes.n};
    const DemandSize *sizes = demand_sizes_of(demands, i, &framework.n_sizes);
    for (uint32_t size = 0; size < framework.n_sizes; size++) {
      array_push(&picture->sizes, sizes[size]);
      framework.waiting = MIN(framework.waiting + sizes[size].tasks, DEMAND_ENDLESS);
    }
    array_push(&picture->frameworks, framework);
  }
}

/* --- agents --------------------------------------------------------------------------------------------- */

static Quantities slice_amounts(const ResourceSlice *slice)
{
  Quantities amounts = slice->quantities;
  if (resource_slice_is_range(slice))
    amounts.amount[slice->range] += QUANTITY_UNIT * ((int64_t)slice->last - slice->first + 1);
  return amounts;
}

static Quantities amounts_of(const Resources *resources)
{
  Quantities amounts = resources->plain;
  for (uint32_t i = 0; resources->special != NULL && i < resources->special->n_slices; i++) {
    const ResourceSlice *slice = &resources->special->slices[i];
    Quantities more = slice_amounts(slice);
    if (!slice->shared)
      quantities_add(&amounts, &more);
  }
  return amounts;
}

static void add_piece(AgentPicture *picture, PictureAgent *agent, PicturePiece piece)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    piece.amounts.amount[kind] = MAX(piece.amounts.amount[kind], 0);
  if (quantities_are_zero(&piece.amounts))
    return;
  quantities_subtract(&agent->used, &piece.amounts);
  array_push(&picture->pieces, piece);
  agent->n_pieces++;
}

void picture_agent(AgentPicture *picture, AgentId id, const Resources *total, const Resources *free)
{
  PictureAgent agent = {.id = id,
                        .total = amounts_of(total),
                        .holdings = picture->holdings.n,
                        .pieces = picture->pieces.n,
                        .gates = INDEX_NONE};
  /* What is neither free nor offered is used. */
  agent.used = agent.total;
  add_piece(picture, &agent, (PicturePiece){free->plain, RESERVATION_NONE, false});
  for (uint32_t i = 0; free->special != NULL && i < free->special->n_slices; i++) {
    const ResourceSlice *slice = &free->special->slices[i];
    if (!slice->shared)
      add_piece(picture, &agent, (PicturePiece){slice_amounts(slice), slice->reservation, slice->revocable});
  }
  array_push(&picture->agents, agent);
}

static void hold(AgentPicture *picture, PictureAgent *agent, uint32_t framework, const Quantities *amounts)
{
  for (uint32_t i = agent->n_holdings; i-- > 0;) {
    PictureHolding *holding = &picture->holdings.items[agent->holdings + i];
    if (holding->framework == framework) {
      quantities_add(&holding->amounts, amounts);
      return;
    }
  }
  array_push(&picture->holdings, (PictureHolding){framework, *amounts});
  agent->n_holdings++;
}

/* One of the tasks that are demanded has its place. Tasks of sizes that nobody demands stand for those of another. */
static void place(AgentPicture *picture, uint32_t index, const Quantities *size)
{
  PictureFramework *framework = &picture->frameworks.items[index];
  framework->tasks++;
  uint32_t at = demand_sizes_find(picture->demands, index, size);
  if (at == UINT32_MAX || at >= framework->n_sizes)
    return;
  DemandSize *waiting = &picture->sizes.items[framework->sizes + at];
  if (waiting->tasks >= DEMAND_ENDLESS || waiting->tasks == 0)
    return;
  waiting->tasks--;
  framework->waiting -= framework->waiting < DEMAND_ENDLESS;
}

void picture_use(AgentPicture *picture, PictureUse use, uint32_t framework, const Resources *resources)
{
  CHECK(picture->agents.n > 0 && framework < picture->frameworks.n);
  PictureAgent *agent = &picture->agents.items[picture->agents.n - 1];
  Quantities amounts = amounts_of(resources);
  if (use == PICTURE_OFFER) {
    quantities_add(&agent->offered, &amounts);
    quantities_subtract(&agent->used, &amounts);
    return;
  }
  hold(picture, agent, framework, &amounts);
  if (use == PICTURE_TASK)
    place(picture, framework, &amounts);
}

/* --- gates ---------------------------------------------------------------------------------------------- */

int64_t picture_whole(const Quantities *amounts, const Quantities *task, int64_t limit)
{
  int64_t tasks = limit;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (task->amount[kind] > 0)
      tasks = MIN(tasks, MAX(amounts->amount[kind], 0) / task->amount[kind]);
  return tasks;
}

static bool fits(const AgentPicture *picture, uint32_t index, const Quantities *room)
{
  const PictureFramework *framework = &picture->frameworks.items[index];
  for (uint32_t i = 0; framework->waiting > 0 && i < framework->n_sizes; i++) {
    const DemandSize *size = &picture->sizes.items[framework->sizes + i];
    if (size->tasks > 0 && quantities_contain(room, &size->task))
      return true;
  }
  return false;
}

bool picture_is_asked(const AgentPicture *picture, uint32_t agent)
{
  const PictureAgent *of = &picture->agents.items[agent];
  Quantities free = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < of->n_pieces; i++)
    quantities_add(&free, &picture->pieces.items[of->pieces + i].amounts);
  for (uint32_t i = 0; of->n_pieces > 0 && i < picture->frameworks.n; i++)
    if (fits(picture, i, &free))
      return true;
  return false;
}

void picture_gate(AgentPicture *picture, uint32_t agent, uint32_t framework, PictureGate gate,
                  const Resources *offerable)
{
  PictureAgent *of = &picture->agents.items[agent];
  if (framework >= picture->frameworks.n)
    return;
  if (offerable != NULL && (gate == PICTURE_OPEN || gate == PICTURE_FILTERED)) {
    Quantities room = amounts_of(offerable);
    gate = fits(picture, framework, &room) ? gate : PICTURE_HELD_BACK;
  }
  if (of->gates == INDEX_NONE) {
    of->gates = picture->gates.n;
    array_reserve(&picture->gates, picture->gates.n + picture->frameworks.n);
    memset(picture->gates.items + picture->gates.n, PICTURE_UNWANTED, picture->frameworks.n);
    picture->gates.n += picture->frameworks.n;
  }
  uint8_t *known = &picture->gates.items[of->gates + framework];
  *known = MIN(*known, (uint8_t)gate);
}
