/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimHabits: what a framework says without being asked: that it wants offers again, how its tasks are, what it waits for.
 *
 *   revive-every      REVIVE each period, while something waits to run; also lifts a suppression
 *   reconcile-every   RECONCILE of its tasks each period, while it is there
 *   declare-demand    REQUEST, in the main role, where the number of waiting tasks, or the mean of what they need, has changed since the last
 *                     one: after each message of offers, status and arrival
 */

#include "model/sim-framework.h"

typedef struct SimHabits SimHabits;

SimHabits *sim_habits_new(SimWorld *world);
void sim_habits_free(SimHabits *habits);

/** sim_habits_start: @framework has subscribed. sim_habits_stop: it leaves. */
void sim_habits_start(SimHabits *habits, SimFramework *framework);
void sim_habits_stop(SimFramework *framework);

/** sim_habits_want: something waits to run now, and nothing did; or the other way round. */
void sim_habits_want(SimHabits *habits, SimFramework *framework, bool wants);

/** sim_habits_declare: tells the allocator of the demand, if it differs from what was told before. */
void sim_habits_declare(SimFramework *framework);

/** sim_habits_clear: frees what @framework has, at the end of the run. */
void sim_habits_clear(SimFramework *framework);
