/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Shortfall: how far, and how long, a framework stayed below its ideal; from samples.
 *
 * A sample stands for the time since the one before it (or since the warm-up or the start of the framework, whichever came
 * last).
 *
 *   deficit       ideal less dominant share, where that is positive, times the time that the sample stands for, summed:
 *                 share-seconds. An ideal share never exceeds the demand, so only who demands something has a deficit.
 *   starving      in a sample: at least one whole task below the ideal (where the ideal is less than a task: without any),
 *                 and no offer of use since the sample before. An offer was of use when a task was launched from it, or
 *                 when a gang holds it.
 *   starvation    successive samples of that kind, from the last offer of use or from the first of these samples,
 *                 whichever came last, to the next offer of use or the last of these samples; one that lasts to the end of
 *                 the run ends there, and is open: its true length is not known.
 *   work          tasks running in a sample times the time that it stands for, while something was demanded: task-seconds.
 *
 * Resolution: the sample interval. What begins and ends between two samples is not seen.
 *
 * Source: the deficit is the lag of fluid fair queueing (Parekh and Gallager, 1993), in shares and with demands.
 * Not here: the ideal (fair-share.h), when samples are taken (src/cli/sampling.c).
 */

#include <stdbool.h>

#include "base/time.h"

typedef struct {
  double deficit;     /* share-seconds */
  double work;        /* task-seconds */
  Duration demanding; /* time with a demand */
  Instant since;      /* of the starvation that lasts; INSTANT_NEVER: none does */
  Duration longest;   /* starvation */
  bool open;          /* that one lasted till the end */
} Shortfall;

typedef struct {
  Instant now;
  Duration length; /* of the time that it stands for, > 0 */
  double ideal;    /* share; 0: nothing is demanded, or nothing can be had */
  double share;    /* dominant */
  double task;     /* dominant share of a task of mean size */
  double running;  /* tasks */
  Instant use;     /* of the last offer of use; INSTANT_ZERO: none */
} ShortfallSample;

/** shortfall_init: nothing has been seen. */
void shortfall_init(Shortfall *shortfall);

/** shortfall_sample: one more sample. Cost: O(1). */
void shortfall_sample(Shortfall *shortfall, const ShortfallSample *sample);

/** shortfall_end: the framework has left, or the run is over, at @end; @use: as in a sample. Once. */
void shortfall_end(Shortfall *shortfall, Instant end, Instant use, bool left);
