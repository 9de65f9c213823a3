/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/event-queue.h"

#include <string.h>

#include "base/check.h"
#include "engine/event-queue-private.h"

/*
 * Three places, by how soon an entry comes:
 *
 *     lanes    entries at the floor's instant: one list per phase, first in, first out
 *     near     a small sorted array: entries before near_end
 *     wheel    the rest: entries at near_end or later
 *
 * An entry at the floor's instant that lies in near was added before the floor came there, so it goes before
 * the entries of its phase in the lanes, all of which were added since. (Entries of a dense instant go into
 * the lanes together, in order, while near is empty.) That is why lanes need no comparison of sequences.
 *
 * A burst of entries at the present instant costs an append each. A burst at instants before near_end would
 * make insertion into near quadratic: once near is full its later half goes back to the wheel, and near_end
 * with it.
 */

SimEventQueue *sim_event_queue_new(void)
{
  SimEventQueue *queue = g_new0(SimEventQueue, 1);
  sim_slots_init(&queue->slots);
  sim_wheel_init(&queue->wheel, &queue->slots);
  return queue;
}

void sim_event_queue_free(SimEventQueue *queue)
{
  if (!queue)
    return;
  sim_wheel_clear(&queue->wheel);
  sim_slots_clear(&queue->slots);
  g_free(queue);
}

/* ---- lanes ------------------------------------------------------------------------------------------ */

static inline SimEntry *lane_place(SimEventQueue *queue, SimPhase phase)
{
  SimLane *lane = &queue->lanes[phase];
  SimEntry *place = sim_list_place(&lane->list, &queue->wheel.pool);
  if (lane->list.count == 1)
    lane->read = place;
  queue->lanes_at_ns = queue->floor_ns;
  queue->lanes_busy |= 1u << phase;
  return place;
}

static inline void lane_take(SimEventQueue *queue, SimPhase phase, SimEntry *out)
{
  SimLane *lane = &queue->lanes[phase];
  SimChunk *chunk = lane->list.head;
  *out = *lane->read++;

  if (--lane->list.count == 0) { /* keep the chunk: the next entry at this instant needs one */
    lane->list.write = chunk->entries;
    queue->lanes_busy &= ~(1u << phase);
  } else if (chunk->next && lane->read == chunk->entries + chunk->used) {
    lane->list.head = chunk->next;
    lane->read = chunk->next->entries;
    sim_chunk_free(&queue->wheel.pool, chunk);
  }
}

/* The wheel's lists of one instant become the lanes. */
static void lanes_adopt(SimEventQueue *queue, const SimTaken *taken)
{
  CHECK(queue->lanes_busy == 0);
  for (unsigned phase = 0; phase < SIM_PHASES; phase++) {
    SimLane *lane = &queue->lanes[phase];
    if (taken->phases[phase].count == 0)
      continue;
    if (lane->list.head)
      sim_chunk_free(&queue->wheel.pool, lane->list.head);
    lane->list = taken->phases[phase];
    lane->read = lane->list.head->entries;
    queue->lanes_busy |= 1u << phase;
  }
  queue->lanes_at_ns = taken->at_ns;
}

/* ---- near ------------------------------------------------------------------------------------------- */

/* Gives the later half back to the wheel. All entries of one instant go together, so that their order within
 * the wheel's lists is that of their sequence; none at the floor's instant goes, as the lanes would overtake
 * it. */
static void near_spill(SimEventQueue *queue)
{
  uint32_t middle = queue->near_head + (queue->near_tail - queue->near_head) / 2;
  int64_t end_ns = MAX(queue->near[middle].at_ns, queue->floor_ns + 1);
  uint32_t keep = queue->near_tail;
  while (keep > queue->near_head && queue->near[keep - 1].at_ns >= end_ns)
    keep--;

  for (uint32_t i = keep; i < queue->near_tail; i++) {
    const SimEntry *entry = &queue->near[i];
    *sim_wheel_place(&queue->wheel, entry->at_ns, sim_entry_phase(entry)) = *entry;
  }
  queue->near_tail = keep;
  queue->near_end_ns = end_ns;
}

/* Room at the end of the array. */
static void near_compact(SimEventQueue *queue)
{
  uint32_t n = queue->near_tail - queue->near_head;
  memmove(queue->near, queue->near + queue->near_head, n * sizeof queue->near[0]);
  queue->near_head = 0;
  queue->near_tail = n;
}

/* Its sequence is the latest, so it comes behind all entries of its instant and phase. */
static SimEntry *near_place(SimEventQueue *queue, int64_t at_ns, SimPhase phase)
{
  if (queue->near_tail - queue->near_head >= NEAR_MAX) {
    near_spill(queue);
    if (at_ns >= queue->near_end_ns)
      return sim_wheel_place(&queue->wheel, at_ns, phase);
  }
  if (queue->near_tail == NEAR_ROOM)
    near_compact(queue);

  SimEntry *low = queue->near + queue->near_head; /* the first that comes after it lies in low ... high */
  SimEntry *tail = queue->near + queue->near_tail++;
  for (SimEntry *high = tail; low < high;) {
    SimEntry *middle = low + (high - low) / 2;
    if (middle->at_ns > at_ns || (middle->at_ns == at_ns && sim_entry_phase(middle) > phase))
      high = middle;
    else
      low = middle + 1;
  }
  memmove(low + 1, low, (size_t)(tail - low) * sizeof *low);
  return low;
}

/* ---- the queue -------------------------------------------------------------------------------------- */

/* Adds an entry without a slot. */
static inline SimEntry *add(SimEventQueue *queue, Instant at, SimPhase phase, uint32_t tag, uint64_t payload)
{
  CHECK(at.ns >= queue->floor_ns && at.ns < INT64_MAX && phase < SIM_PHASES);
  SimEntry *entry;
  if (at.ns == queue->floor_ns)
    entry = lane_place(queue, phase);
  else if (at.ns < queue->near_end_ns)
    entry = near_place(queue, at.ns, phase);
  else
    entry = sim_wheel_place(&queue->wheel, at.ns, phase);

  queue->live[phase]++;
  entry->at_ns = at.ns;
  entry->order = (uint64_t)phase << 61 | queue->sequence++;
  entry->payload = payload;
  entry->slot = 0;
  entry->tag = tag;
  return entry;
}

void sim_event_queue_add(SimEventQueue *queue, Instant at, SimPhase phase, uint32_t tag, uint64_t payload)
{
  add(queue, at, phase, tag, payload);
}

SimEventHandle sim_event_queue_add_cancellable(SimEventQueue *queue, Instant at, SimPhase phase, uint32_t tag,
                                               uint64_t payload)
{
  SimEntry *entry = add(queue, at, phase, tag, payload);
  return sim_slots_take(&queue->slots, entry);
}

bool sim_event_queue_cancel(SimEventQueue *queue, SimEventHandle handle)
{
  if (!sim_slots_cancel(&queue->slots, handle))
    return false;
  queue->live[sim_slots_phase(handle)]--;

  if (queue->slots.cancelled > SWEEP_FROM && ++queue->cancels >= SWEEP_EVERY) {
    queue->cancels = 0;
    if (queue->slots.cancelled > sim_event_queue_size(queue))
      sim_wheel_sweep(&queue->wheel);
  }
  return true;
}

/* Lanes and near are empty: fetches from the wheel. Returns: false where nothing lies up to the limit. */
static G_GNUC_NO_INLINE bool refill(SimEventQueue *queue, int64_t limit_ns)
{
  SimTaken taken;
  taken.entries = queue->near;
  queue->near_head = queue->near_tail = 0;

  switch (sim_wheel_take(&queue->wheel, limit_ns, &taken)) {
  case SIM_TAKE_NONE:
    return false;
  case SIM_TAKE_SPARSE:
    queue->near_tail = (uint32_t)taken.n;
    break;
  case SIM_TAKE_DENSE:
    lanes_adopt(queue, &taken);
    break;
  }
  queue->near_end_ns = taken.end_ns;
  return true;
}

/* The next entry up to @limit_ns, cancelled or not, with its slot. Returns: false where there is none. */
static inline bool take_next(SimEventQueue *queue, int64_t limit_ns, SimEntry *out)
{
  while (!queue->lanes_busy && queue->near_head == queue->near_tail) {
    if (!refill(queue, limit_ns))
      return false;
  }
  const SimEntry *near = &queue->near[queue->near_head];
  bool is_near = queue->near_head < queue->near_tail;
  if (queue->lanes_busy) {
    SimPhase phase = (SimPhase)__builtin_ctz(queue->lanes_busy);
    if (!is_near || near->at_ns != queue->lanes_at_ns || sim_entry_phase(near) > phase) {
      lane_take(queue, phase, out);
      return true;
    }
  }
  if (near->at_ns > limit_ns)
    return false;
  *out = *near;
  queue->near_head++;
  return true;
}

/* Nothing that is wanted lies up to the limit. Returns: false. */
static G_GNUC_NO_INLINE bool find_none(SimEventQueue *queue, int64_t limit_ns)
{
  if (sim_event_queue_size(queue) > 0) {
    queue->floor_ns = limit_ns;
    return false;
  }
  /* Only cancelled entries are left. Dropping them may have drawn the cursor beyond the floor, from where the
   * next entries will be added. */
  SimEntry entry;
  while (take_next(queue, INT64_MAX, &entry))
    sim_slots_release(&queue->slots, &entry);
  sim_wheel_rewind(&queue->wheel, queue->floor_ns);
  queue->near_end_ns = queue->floor_ns;
  return false;
}

const SimEntry *sim_event_queue_near(const SimEventQueue *queue, uint32_t ahead)
{
  uint32_t at = queue->near_head + ahead;
  return at < queue->near_tail ? &queue->near[at] : NULL;
}

bool sim_event_queue_pop(SimEventQueue *queue, Instant limit, SimEntry *out)
{
  CHECK(limit.ns >= queue->floor_ns);
  while (take_next(queue, limit.ns, out)) {
    if (sim_slots_release(&queue->slots, out))
      continue; /* it was cancelled */
    queue->floor_ns = out->at_ns;
    queue->live[sim_entry_phase(out)]--;
    return true;
  }
  return find_none(queue, limit.ns);
}

size_t sim_event_queue_size(const SimEventQueue *queue)
{
  size_t sum = 0;
  for (unsigned phase = 0; phase < SIM_PHASES; phase++)
    sum += queue->live[phase];
  return sum;
}

size_t sim_event_queue_size_in_phase(const SimEventQueue *queue, SimPhase phase)
{
  CHECK(phase < SIM_PHASES);
  return queue->live[phase];
}

size_t sim_event_queue_memory(const SimEventQueue *queue)
{
  return sizeof *queue + sim_wheel_memory(&queue->wheel) + sim_slots_memory(&queue->slots);
}
