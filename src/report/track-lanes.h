/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * TrackLanes: intervals of a track (tasks of an agent) are laid into lanes in which none overlaps another, the lowest
 * lane that is free each time.
 *
 * Intervals come in the order of their begin. An interval that begins where another ends may follow it in its lane.
 * Cost: O(log n) for n intervals at a time. Memory: tracks and lanes, not intervals.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct TrackLanes TrackLanes;

TrackLanes *track_lanes_new(void);
void track_lanes_free(TrackLanes *lanes);

/**
 * track_lanes_add:
 * @track: a small number
 * @begin: not before that of an earlier call
 * @end: not before @begin
 * @is_new: (out): the lane is used for the first time
 *
 * Returns: the lane, from 0.
 */
uint32_t track_lanes_add(TrackLanes *lanes, uint32_t track, int64_t begin, int64_t end, bool *is_new);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrackLanes, track_lanes_free)
