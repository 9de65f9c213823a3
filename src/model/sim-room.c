/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-room.h"

#include <string.h>

#include "base/check.h"
#include "base/resource-kinds.h"

static int64_t numbers_in(const ResourceSlice *slice)
{
  return ((int64_t)slice->last - slice->first + 1) * QUANTITY_UNIT;
}

/* What @slice has of @kind, for tasks. */
static int64_t amount_in(const ResourceSlice *slice, uint32_t kind)
{
  if (resource_slice_is_disk(slice))
    return 0;
  if (resource_slice_is_range(slice))
    return slice->range == kind ? numbers_in(slice) : 0;
  return slice->quantities.amount[kind];
}

static int64_t amount_of(const Resources *resources, uint32_t kind, bool revocable)
{
  const ResourceSlices *slices = resources->special;
  int64_t amount = revocable ? 0 : resources->plain.amount[kind];
  for (uint32_t i = 0; slices != NULL && i < slices->n_slices; i++)
    if (slices->slices[i].revocable == revocable)
      amount += amount_in(&slices->slices[i], kind);
  return amount;
}

Quantities sim_room(const Resources *resources, bool revocable)
{
  Quantities room = resources->plain;
  if (resources->special == NULL)
    return room;
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    int64_t firm = amount_of(resources, kind, false);
    int64_t loose = revocable ? amount_of(resources, kind, true) : 0;
    room.amount[kind] = firm > loose ? firm : loose;
  }
  return room;
}

/* Takes up to @wanted of @kind from @slice; returns how much. */
static int64_t take_slice(const ResourceSlice *slice, uint32_t kind, int64_t wanted, Resources *taken)
{
  int64_t amount = amount_in(slice, kind);
  if (amount <= 0)
    return 0;
  amount = amount < wanted ? amount : wanted;
  ResourceSlice piece = *slice;
  piece.quantities = QUANTITIES_ZERO;
  if (resource_slice_is_range(slice))
    piece.last = slice->first + (uint32_t)((amount + QUANTITY_UNIT - 1) / QUANTITY_UNIT) - 1;
  else
    piece.quantities.amount[kind] = amount;
  resources_add_slice(taken, &piece);
  return amount;
}

static void take_kind(const Resources *rest, uint32_t kind, int64_t wanted, Resources *taken)
{
  bool revocable = amount_of(rest, kind, false) < wanted;
  if (!revocable) {
    int64_t plain = rest->plain.amount[kind] < wanted ? rest->plain.amount[kind] : wanted;
    taken->plain.amount[kind] += plain;
    wanted -= plain;
  }
  for (uint32_t i = 0; wanted > 0 && i < rest->special->n_slices; i++)
    if (rest->special->slices[i].revocable == revocable)
      wanted -= take_slice(&rest->special->slices[i], kind, wanted, taken);
  CHECK(wanted <= 0);
}

void sim_room_take(Resources *rest, const Quantities *need, Resources *taken)
{
  *taken = RESOURCES_EMPTY;
  if (rest->special == NULL) {
    *taken = resources_of(need);
    quantities_subtract(&rest->plain, need);
    return;
  }
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (need->amount[kind] > 0)
      take_kind(rest, kind, need->amount[kind], taken);
  resources_subtract(rest, taken);
}

/* --- room for short tasks ------------------------------------------------------------------------------- */

Duration sim_room_limit(const Experiment *experiment, const ResourceSlice *slice)
{
  if (slice->reservation == RESERVATION_NONE)
    return DURATION_ZERO;
  const char *path = resource_kinds_reservation_path(experiment->kinds, slice->reservation);
  for (uint32_t i = 0; i < experiment->n_roles; i++)
    if (experiment->roles[i].max_task_duration.ns > 0 && strcmp(experiment->roles[i].path, path) == 0)
      return experiment->roles[i].max_task_duration;
  return DURATION_ZERO;
}

static bool is_without_limit(const ResourceSlice *slice, void *experiment)
{
  return sim_room_limit(experiment, slice).ns == 0;
}

void sim_room_drop_limited(const Experiment *experiment, Resources *resources)
{
  resources_filter(resources, is_without_limit, (void *)(uintptr_t)experiment);
}

bool sim_room_take_lasting(const Experiment *experiment, Resources *rest, const Quantities *need,
                           bool revocable, Resources *taken)
{
  Resources lasting;
  resources_copy(&lasting, rest);
  sim_room_drop_limited(experiment, &lasting);
  Quantities room = sim_room(&lasting, revocable);
  bool fits = quantities_contain(&room, need);
  if (fits) {
    sim_room_take(&lasting, need, taken);
    resources_subtract(rest, taken);
  }
  resources_clear(&lasting);
  return fits;
}
