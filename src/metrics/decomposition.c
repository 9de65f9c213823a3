/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/decomposition.h"

#include <string.h>

/* What the passes over the agents use up. */
typedef struct {
  const AgentPicture *picture;
  const DecompositionClaim *claims;
  const ResourceKinds *kinds;
  PicturePiece *pieces; /* what is left of them */
  DemandSize *sizes;    /* likewise */
  uint32_t *waiting;    /* frameworks with tasks that wait, ascending */
  uint32_t n_waiting;
  Decomposition *out;
} Passes;

const char *decomposition_part_name(DecompositionPart part)
{
  static const char *const names[PARTS] = {
      [PART_USED] = "used",           [PART_OFFERED] = "offered",     [PART_FILTERED] = "filtered",
      [PART_HELD_BACK] = "held_back", [PART_TOO_SMALL] = "too_small", [PART_USABLE] = "usable",
      [PART_UNWANTED] = "unwanted",
  };
  return names[part];
}

/* --- a task on an agent --------------------------------------------------------------------------------- */

static bool may_have(const Passes *passes, uint32_t framework, const PicturePiece *piece, bool reserved_too)
{
  const DecompositionClaim *claim = &passes->claims[framework];
  if (piece->revocable && !claim->revocable)
    return false;
  if (piece->reservation == RESERVATION_NONE || reserved_too)
    return true;
  const char *owner = resource_kinds_reservation_path(passes->kinds, piece->reservation);
  for (const char *const *role = claim->roles; *role != NULL; role++)
    if (role_path_is_within(*role, owner))
      return true;
  return false;
}

static Quantities room_for(const Passes *passes, const PictureAgent *agent, uint32_t framework,
                           bool reserved_too)
{
  Quantities room = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < agent->n_pieces; i++) {
    const PicturePiece *piece = &passes->pieces[agent->pieces + i];
    if (may_have(passes, framework, piece, reserved_too))
      quantities_add(&room, &piece->amounts);
  }
  return room;
}

static void take(Passes *passes, const PictureAgent *agent, uint32_t framework, bool reserved_too,
                 Quantities need)
{
  for (uint32_t i = 0; i < agent->n_pieces; i++) {
    PicturePiece *piece = &passes->pieces[agent->pieces + i];
    if (!may_have(passes, framework, piece, reserved_too))
      continue;
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
      int64_t taken = MIN(piece->amounts.amount[kind], need.amount[kind]);
      piece->amounts.amount[kind] -= taken;
      need.amount[kind] -= taken;
    }
  }
}

/* As many of the framework's waiting tasks as there is room for. Returns: how many still wait. */
static int64_t put(Passes *passes, const PictureAgent *agent, uint32_t index, bool reserved_too,
                   DecompositionPart part)
{
  const PictureFramework *framework = &passes->picture->frameworks.items[index];
  Quantities room = room_for(passes, agent, index, reserved_too);
  int64_t waiting = 0;
  for (uint32_t i = 0; i < framework->n_sizes; i++) {
    DemandSize *size = &passes->sizes[framework->sizes + i];
    if (size->tasks == 0 || quantities_are_zero(&size->task))
      continue;
    int64_t tasks = picture_whole(&room, &size->task, size->tasks);
    if (tasks > 0) {
      Quantities amounts;
      for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
        amounts.amount[kind] = tasks * size->task.amount[kind];
      take(passes, agent, index, reserved_too, amounts);
      quantities_subtract(&room, &amounts);
      quantities_add(&passes->out->parts[part], &amounts);
      size->tasks -= size->tasks < DEMAND_ENDLESS ? tasks : 0;
    }
    waiting += size->tasks > 0;
  }
  return waiting;
}

/* --- passes --------------------------------------------------------------------------------------------- */

typedef struct {
  PictureGate from, to; /* gates that it is about */
  bool reserved_too;    /* whoever they are reserved to */
  DecompositionPart part;
} Pass;

static void make_pass(Passes *passes, const Pass *pass)
{
  const AgentPicture *picture = passes->picture;
  for (uint32_t a = 0; a < picture->agents.n && passes->n_waiting > 0; a++) {
    const PictureAgent *agent = &picture->agents.items[a];
    uint32_t n = 0;
    if (agent->n_pieces == 0)
      continue;
    for (uint32_t i = 0; i < passes->n_waiting; i++) {
      uint32_t framework = passes->waiting[i];
      PictureGate gate = picture_gate_of(picture, agent, framework);
      bool concerns = gate >= pass->from && gate <= pass->to;
      if (!concerns || put(passes, agent, framework, pass->reserved_too, pass->part) > 0)
        passes->waiting[n++] = framework;
    }
    passes->n_waiting = n;
  }
}

/* What nobody was put on. */
static void classify_rest(Passes *passes)
{
  const AgentPicture *picture = passes->picture;
  for (uint32_t a = 0; a < picture->agents.n; a++) {
    const PictureAgent *agent = &picture->agents.items[a];
    bool minded = true;
    for (uint32_t i = 0; i < passes->n_waiting && minded && agent->n_pieces > 0; i++)
      minded = picture_gate_of(picture, agent, passes->waiting[i]) == PICTURE_UNWANTED;
    for (uint32_t i = 0; i < agent->n_pieces; i++)
      quantities_add(&passes->out->parts[minded ? PART_UNWANTED : PART_TOO_SMALL],
                     &passes->pieces[agent->pieces + i].amounts);
  }
}

void decomposition_measure(const AgentPicture *picture, const DecompositionClaim *claims,
                           const ResourceKinds *kinds, Decomposition *decomposition)
{
  static const Pass order[] = {
      {PICTURE_OPEN, PICTURE_OPEN, false, PART_USABLE},
      {PICTURE_FILTERED, PICTURE_FILTERED, false, PART_FILTERED},
      {PICTURE_HELD_BACK, PICTURE_HELD_BACK, false, PART_HELD_BACK},
      {PICTURE_OPEN, PICTURE_HELD_BACK, true, PART_HELD_BACK},
  };
  *decomposition = (Decomposition){0};
  for (uint32_t a = 0; a < picture->agents.n; a++) {
    const PictureAgent *agent = &picture->agents.items[a];
    quantities_add(&decomposition->total, &agent->total);
    quantities_add(&decomposition->parts[PART_USED], &agent->used);
    quantities_add(&decomposition->parts[PART_OFFERED], &agent->offered);
  }
  g_autofree PicturePiece *pieces = g_memdup2(picture->pieces.items, picture->pieces.n * sizeof *pieces);
  g_autofree DemandSize *sizes = g_memdup2(picture->sizes.items, picture->sizes.n * sizeof *sizes);
  g_autofree uint32_t *waiting = g_new(uint32_t, MAX(picture->frameworks.n, 1));
  Passes passes = {picture, claims, kinds, pieces, sizes, waiting, 0, decomposition};
  for (uint32_t i = 0; i < picture->frameworks.n; i++)
    if (picture->frameworks.items[i].waiting > 0)
      waiting[passes.n_waiting++] = i;
  for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
    make_pass(&passes, &order[i]);
  classify_rest(&passes);
}
