/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a task may take of an offer that holds more than plain resources.
 *
 * Of each kind a task takes plain amounts first, then reserved ones: an offer holds only what is reserved to its own role
 * or an ancestor. Where these do not suffice for all that the task needs of the kind, and its framework has asked for
 * revocable resources, it takes revocable ones alone: the two are never mixed within a kind. Of ranges (ports) it takes
 * the lowest numbers. Volumes and disks of their own are left alone.
 *
 * What is reserved to a role with a maximum task duration is room for short tasks. A task that has to run again leaves it
 * alone, and so do gangs.
 *
 * Source: apache/mesos src/master/validation.cpp (what a task may mix).
 */

#include <stdbool.h>

#include "base/resources.h"
#include "base/time.h"
#include "workload/experiment.h"

/** sim_room: the most that one task may take, kind by kind; it fits where its need is contained in this. */
Quantities sim_room(const Resources *resources, bool revocable);

/**
 * sim_room_take:
 * @rest: of which it is taken
 * @need: contained in sim_room() of @rest
 * @taken: receives what the task takes; to be cleared
 *
 * Cost: O(kinds x slices).
 */
void sim_room_take(Resources *rest, const Quantities *need, Resources *taken);

/** sim_room_take_lasting: likewise, out of what a task of any length may have. @revocable: as for sim_room(). Returns: false,
 * and nothing is taken, where that does not suffice. */
bool sim_room_take_lasting(const Experiment *experiment, Resources *rest, const Quantities *need,
                           bool revocable, Resources *taken);

/** sim_room_limit: how long a task may run that has something of @slice; 0: any time. */
Duration sim_room_limit(const Experiment *experiment, const ResourceSlice *slice);

/** sim_room_drop_limited: leaves what a task of any length may have. */
void sim_room_drop_limited(const Experiment *experiment, Resources *resources);
