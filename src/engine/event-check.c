/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "engine/event-queue-private.h"

/*
 * The invariants of the queue and the wheel, checked by walking everything. The totals at the end tie the
 * walk to the counters: an entry that is lost, or in two places, shows there.
 */

typedef struct {
  size_t entries;
  size_t cancelled;
} Tally;

static void tally_entry(Tally *tally, const SimSlots *slots, const SimEntry *entry)
{
  tally->entries++;
  tally->cancelled += sim_slots_is_cancelled(slots, entry);
}

/* A list of entries from @first_ns to @last_ns; at level 0, of phase @digit. */
static void check_list(const SimWheel *wheel, const SimList *list, unsigned level, unsigned digit,
                       int64_t first_ns, int64_t last_ns, Tally *tally)
{
  size_t n = 0;
  const SimEntry *before = NULL;
  CHECK(list->count > 0 && (level == 0 || list->count <= SIM_BUCKET_MAX));
  for (const SimChunk *chunk = list->head; chunk; chunk = chunk->next) {
    size_t used = sim_list_used(list, chunk);
    CHECK(used > 0 && used <= SIM_CHUNK_ENTRIES);
    for (size_t i = 0; i < used; i++, n++) {
      const SimEntry *entry = &chunk->entries[i];
      CHECK(entry->at_ns >= first_ns && entry->at_ns <= last_ns);
      CHECK(level > 0 || sim_entry_phase(entry) == (SimPhase)digit);
      if (before && before->at_ns == entry->at_ns && sim_entry_phase(before) == sim_entry_phase(entry))
        CHECK(before->order < entry->order);
      before = entry;
      tally_entry(tally, wheel->slots, entry);
    }
  }
  CHECK(n == list->count);
}

static void check_node(const SimWheel *wheel, const SimNode *node, unsigned level, int64_t base_ns,
                       Tally *tally)
{
  CHECK((node->nested & ~node->occupied) == 0 && (level > 0 || node->nested == 0));
  for (unsigned digit = 0; digit < SIM_DIGITS; digit++) {
    const SimBucket *bucket = &node->buckets[digit];
    if (!(node->occupied >> digit & 1)) {
      CHECK(!bucket->list.head && !bucket->list.write && bucket->list.count == 0);
      continue;
    }
    unsigned shift = level == 0 ? 0 : SIM_DIGIT_BITS * (level - 1);
    int64_t first_ns = level == 0 ? base_ns : base_ns | (int64_t)digit << shift;
    int64_t last_ns = first_ns | ((INT64_C(1) << shift) - 1);
    if (node->nested >> digit & 1)
      check_node(wheel, bucket->node, level - 1, first_ns, tally);
    else
      check_list(wheel, &bucket->list, level, digit, first_ns, last_ns, tally);
  }
}

static void check_wheel(const SimWheel *wheel, Tally *tally)
{
  CHECK(wheel->path[0]->occupied == 0);
  for (unsigned level = 1; level < SIM_LEVELS; level++) {
    const SimNode *node = wheel->path[level];
    unsigned above = SIM_DIGIT_BITS * level;
    int64_t base_ns = above > 63 ? 0 : wheel->cursor_ns >> above << above;
    CHECK((wheel->busy >> level & 1) == (node->occupied != 0));
    /* All buckets lie behind the cursor's; at level 1 its own may hold entries at the cursor. */
    unsigned own = (unsigned)(wheel->cursor_ns >> (above - SIM_DIGIT_BITS)) % SIM_DIGITS;
    uint64_t passed = level == 1 ? (UINT64_C(1) << own) - 1 : (UINT64_C(2) << own) - 1;
    CHECK((node->occupied & passed) == 0);
    check_node(wheel, node, level, base_ns, tally);
  }
}

static void check_near(const SimEventQueue *queue, Tally *tally)
{
  CHECK(queue->near_head <= queue->near_tail && queue->near_tail <= NEAR_ROOM);
  for (uint32_t i = queue->near_head; i < queue->near_tail; i++) {
    const SimEntry *entry = &queue->near[i];
    CHECK(entry->at_ns >= queue->floor_ns && entry->at_ns < queue->near_end_ns);
    CHECK(i == queue->near_head || sim_entry_before(&entry[-1], entry));
    tally_entry(tally, &queue->slots, entry);
  }
}

static void check_lanes(const SimEventQueue *queue, Tally *tally)
{
  for (unsigned phase = 0; phase < SIM_PHASES; phase++) {
    const SimLane *lane = &queue->lanes[phase];
    size_t n = 0;
    CHECK((queue->lanes_busy >> phase & 1) == (lane->list.count > 0));
    if (lane->list.count == 0)
      continue;
    CHECK(queue->lanes_at_ns == queue->floor_ns);
    for (const SimChunk *chunk = lane->list.head; chunk; chunk = chunk->next) {
      const SimEntry *end = chunk->entries + sim_list_used(&lane->list, chunk);
      for (const SimEntry *entry = n == 0 ? lane->read : chunk->entries; entry < end; entry++, n++) {
        CHECK(entry->at_ns == queue->floor_ns && sim_entry_phase(entry) == (SimPhase)phase);
        tally_entry(tally, &queue->slots, entry);
      }
    }
    CHECK(n == lane->list.count);
  }
}

void sim_event_queue_check(const SimEventQueue *queue)
{
  Tally tally = {0, 0};
  CHECK(queue->wheel.cursor_ns <= queue->floor_ns);
  check_wheel(&queue->wheel, &tally);
  check_near(queue, &tally);
  check_lanes(queue, &tally);
  CHECK(tally.cancelled == queue->slots.cancelled);
  CHECK(tally.entries == sim_event_queue_size(queue) + queue->slots.cancelled);
}
