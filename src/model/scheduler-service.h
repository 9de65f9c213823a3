/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Service: keeps a number of instances up, as Marathon does.
 *
 *                     up by d: d more are pending
 *     start, schedule -------------------------> launched where an offer has room, and the place is free
 *                     down by d: first those that are pending go, then the youngest are killed
 *
 *     an instance that ends, in whatever way, is replaced by another one, with a time of its own, unless it was to be killed
 *
 * The number changes at the times that FrameworkSpec.instances lists, counted from the framework's start. With
 * `spread` no two instances are at one place, an agent or a rack: a place is taken from the launch until the framework
 * hears of the end. The service is one job of one stage, which never ends.
 *
 * Invariants:
 *   1. pending + live - those that are to be killed = the number wanted now;
 *   2. (spread) each place has at most one instance that is live.
 *
 * Cost: an offer as for elastic, and one look-up with spread; a scaling down O(tasks of the run) and one sort.
 * Source: Marathon's documentation (scaling, constraints UNIQUE and MAX_PER 1).
 */

#include "model/sim-framework.h"

extern const SimScheduler scheduler_service;
