/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Progress: one line on stderr that is written over again, at most ten times a second:
 *
 *   [=============>           ]  54%   32:24 of 1:00:00 simulated   4.10 M events/s   1.4 s left
 *
 * and of a batch, of its runs:
 *
 *   [=========>               ]  37%   37 of 100 runs   2 running   12.4 s left
 *
 * Only on a terminal that can go back to the beginning of its line. progress_clear() leaves no trace of it.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

typedef struct Progress Progress;

/**
 * progress_new:
 * @end: when the run ends in simulated time; INSTANT_NEVER: unknown
 * @shown: false: nothing is ever written
 */
Progress *progress_new(Instant end, bool shown);

/** progress_possible: whether stderr is a terminal that can show it. */
bool progress_possible(void);

/**
 * progress_due: whether it is time for progress_update(). To be asked often: looks at the clock only as often
 * as it has to. Cost: some nanoseconds.
 */
bool progress_due(Progress *progress);

/** progress_update: @share: done, 0 to 1; negative: unknown. @events: so far. */
void progress_update(Progress *progress, Instant now, double share, uint64_t events);

/** progress_line: (transfer full): what is written after @elapsed_s seconds, narrower than @columns: the bar
 * shrinks first, then the rate goes, then the end is cut. */
char *progress_line(Instant end, Instant now, double share, uint64_t events, double elapsed_s,
                    unsigned columns);

/* How far a batch is (batch.h). */
typedef struct {
  uint32_t done;    /* runs that are there */
  uint32_t before;  /* of them those that were there from the beginning */
  uint32_t total;   /* at most, where the number is not known */
  uint32_t running; /* now */
  bool at_most;
} ProgressRuns;

/** progress_update_runs: at any time; in place of the line of a run. */
void progress_update_runs(Progress *progress, const ProgressRuns *runs);

/** progress_runs_line: (transfer full): what is written then. */
char *progress_runs_line(const ProgressRuns *runs, double elapsed_s, unsigned columns);

/** progress_clear: takes the line away. */
void progress_clear(Progress *progress);

void progress_free(Progress *progress);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Progress, progress_free)
