/* SPDX-License-Identifier: Apache-2.0 */
#include "report/track-lanes.h"

#include "base/check.h"

/* A lane in use until @end; or, among the free ones of its track, with the number of the lane as key. */
typedef struct {
  int64_t key;
  uint32_t track;
  uint32_t lane;
} Entry;

typedef struct {
  GArray *free; /* of Entry: a heap by lane; NULL: none yet */
  uint32_t lanes;
} Track;

struct TrackLanes {
  GArray *busy;   /* of Entry: a heap by end */
  GArray *tracks; /* of Track */
};

/* --- a binary heap: the least key is first -------------------------------------------------------------- */

static void heap_add(GArray *heap, Entry entry)
{
  g_array_append_val(heap, entry);
  Entry *entries = (Entry *)(void *)heap->data;
  guint at = heap->len - 1;
  while (at > 0 && entries[(at - 1) / 2].key > entry.key) {
    entries[at] = entries[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  entries[at] = entry;
}

static Entry heap_take(GArray *heap)
{
  Entry *entries = (Entry *)(void *)heap->data;
  Entry first = entries[0];
  Entry last = entries[heap->len - 1];
  guint n = heap->len - 1;
  guint at = 0;
  for (guint child = 1; child < n; child = 2 * at + 1) {
    if (child + 1 < n && entries[child + 1].key < entries[child].key)
      child++;
    if (entries[child].key >= last.key)
      break;
    entries[at] = entries[child];
    at = child;
  }
  entries[at] = last;
  g_array_set_size(heap, n);
  return first;
}

/* --- lanes ---------------------------------------------------------------------------------------------- */

TrackLanes *track_lanes_new(void)
{
  TrackLanes *lanes = g_new0(TrackLanes, 1);
  lanes->busy = g_array_new(FALSE, FALSE, sizeof(Entry));
  lanes->tracks = g_array_new(FALSE, TRUE, sizeof(Track));
  return lanes;
}

void track_lanes_free(TrackLanes *lanes)
{
  if (lanes == NULL)
    return;
  for (guint i = 0; i < lanes->tracks->len; i++)
    g_clear_pointer(&g_array_index(lanes->tracks, Track, i).free, g_array_unref);
  g_array_unref(lanes->tracks);
  g_array_unref(lanes->busy);
  g_free(lanes);
}

static void release_until(TrackLanes *lanes, int64_t begin)
{
  while (lanes->busy->len > 0 && g_array_index(lanes->busy, Entry, 0).key <= begin) {
    Entry ended = heap_take(lanes->busy);
    Track *track = &g_array_index(lanes->tracks, Track, ended.track);
    if (track->free == NULL)
      track->free = g_array_new(FALSE, FALSE, sizeof(Entry));
    heap_add(track->free, (Entry){ended.lane, ended.track, ended.lane});
  }
}

uint32_t track_lanes_add(TrackLanes *lanes, uint32_t track, int64_t begin, int64_t end, bool *is_new)
{
  CHECK(end >= begin);
  release_until(lanes, begin);
  if (track >= lanes->tracks->len)
    g_array_set_size(lanes->tracks, track + 1);
  Track *one = &g_array_index(lanes->tracks, Track, track);
  *is_new = one->free == NULL || one->free->len == 0;
  uint32_t lane = *is_new ? one->lanes++ : heap_take(one->free).lane;
  heap_add(lanes->busy, (Entry){end, track, lane});
  return lane;
}
