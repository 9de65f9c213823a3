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
  g_free(queue->slots.words);
  g_free(queue);
}

static inline bool comes_before(const SimEntry *a, const SimEntry *b)
{
  return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->order < b->order);
}

/* ---- lanes ------------------------------------------------------------------------------------------ */

static inline void lane_add(SimEventQueue *queue, const SimEntry *entry)
{
  SimPhase phase = sim_entry_phase(entry);
  SimLane *lane = &queue->lanes[phase];
  sim_list_append(&lane->list, &queue->wheel.pool, entry);
  if (lane->list.count == 1)
    lane->read = lane->list.write - 1;
  queue->lanes_busy |= 1u << phase;
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

/* By insertion: there are few, and often in order already, as the wheel's buckets are. */
static void near_sort(SimEventQueue *queue)
{
  SimEntry *near = queue->near;
  for (uint32_t i = 1; i < queue->near_tail; i++) {
    SimEntry entry = near[i];
    uint32_t j = i;
    for (; j > 0 && comes_before(&entry, &near[j - 1]); j--)
      near[j] = near[j - 1];
    near[j] = entry;
  }
}

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

  for (uint32_t i = keep; i < queue->near_tail; i++)
    sim_wheel_add(&queue->wheel, &queue->near[i]);
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

static void near_add(SimEventQueue *queue, const SimEntry *entry)
{
  if (queue->near_tail - queue->near_head >= NEAR_MAX) {
    near_spill(queue);
    if (entry->at_ns >= queue->near_end_ns) {
      sim_wheel_add(&queue->wheel, entry);
      return;
    }
  }
  if (queue->near_tail == NEAR_ROOM)
    near_compact(queue);

  SimEntry *near = queue->near;
  uint32_t i = queue->near_tail++;
  for (; i > queue->near_head && comes_before(entry, &near[i - 1]); i--)
    near[i] = near[i - 1];
  near[i] = *entry;
}

/* ---- the queue -------------------------------------------------------------------------------------- */

static inline void put(SimEventQueue *queue, const SimEntry *entry)
{
  if (entry->at_ns >= queue->near_end_ns && entry->at_ns != queue->floor_ns) {
    sim_wheel_add(&queue->wheel, entry);
  } else if (entry->at_ns == queue->floor_ns) {
    queue->lanes_at_ns = entry->at_ns;
    lane_add(queue, entry);
  } else {
    near_add(queue, entry);
  }
}

static inline SimEntry make_entry(SimEventQueue *queue, Instant at, SimPhase phase, uint32_t tag,
                                  uint64_t payload)
{
  CHECK(at.ns >= queue->floor_ns && at.ns < INT64_MAX && phase < SIM_PHASES);
  queue->live[phase]++;
  return (SimEntry){
      .at_ns = at.ns,
      .order = (uint64_t)phase << 61 | queue->sequence++,
      .payload = payload,
      .tag = tag,
  };
}

void sim_event_queue_add(SimEventQueue *queue, Instant at, SimPhase phase, uint32_t tag, uint64_t payload)
{
  SimEntry entry = make_entry(queue, at, phase, tag, payload);
  put(queue, &entry);
}

SimEventHandle sim_event_queue_add_cancellable(SimEventQueue *queue, Instant at, SimPhase phase, uint32_t tag,
                                               uint64_t payload)
{
  SimEntry entry = make_entry(queue, at, phase, tag, payload);
  SimEventHandle handle = sim_slots_take(&queue->slots, &entry);
  put(queue, &entry);
  return handle;
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
static bool refill(SimEventQueue *queue, int64_t limit_ns)
{
  SimTaken taken;
  taken.entries = queue->near;
  queue->near_head = queue->near_tail = 0;

  switch (sim_wheel_take(&queue->wheel, limit_ns, &taken)) {
  case SIM_TAKE_NONE:
    return false;
  case SIM_TAKE_SPARSE:
    queue->near_tail = (uint32_t)taken.n;
    near_sort(queue);
    break;
  case SIM_TAKE_DENSE:
    lanes_adopt(queue, &taken);
    break;
  }
  queue->near_end_ns = taken.end_ns;
  return true;
}

/* Nothing is left at all. Cancelled entries may have drawn the cursor beyond the floor. */
static void start_over(SimEventQueue *queue)
{
  sim_wheel_rewind(&queue->wheel, queue->floor_ns);
  queue->near_end_ns = queue->floor_ns;
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
  if (sim_event_queue_size(queue) > 0) {
    queue->floor_ns = limit.ns;
    return false;
  }
  while (take_next(queue, INT64_MAX, out)) /* only cancelled entries are left */
    sim_slots_release(&queue->slots, out);
  start_over(queue);
  return false;
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
  return sizeof *queue + sim_wheel_memory(&queue->wheel) + queue->slots.capacity * sizeof(uint32_t);
}
