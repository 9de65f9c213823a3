/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Merging: runs that lie in several results files become one file.
 *
 *     parts ---> which runs there are ---> order, repeated ones left out ---> a new file under a partial name
 *                     |                                                            | rows, part by part
 *                     '--- another version, no results file, locked: an error      v
 *                                                              metric_summary ---> the file has its name
 *
 * Invariants:
 *   1. Runs are numbered from 1 in the order of (place in the batch, position of the part, number in the part): the
 *      result does not depend on when a part was written, nor on how many runs a part holds.
 *   2. No two runs have one key (results-point.h). Of equal ones the first is kept, but a whole one rather than one
 *      that was interrupted. So merging again what has been merged changes nothing, and a merge that was interrupted is
 *      simply done again.
 *   3. As with every results file, only a whole one gets the name; parts are only read. The new file may have the name
 *      of a part.
 *
 * Source: SQLite's ATTACH and INSERT ... SELECT. Not here: what is to be run (src/cli/batch.h).
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/results.h"

#define RESULTS_NO_PLACE (-1)

typedef struct {
  const char *path;
  const char *key; /* (nullable): of the one run that is wanted; NULL: all of them */
  int64_t place;   /* of that run in its batch; RESULTS_NO_PLACE: as it is in the part */
} ResultsPart;

/* What has become of the parts. */
typedef struct {
  uint32_t runs;     /* in the new file */
  uint32_t repeated; /* left out: their key was there already */
} ResultsMerged;

/* How a merge is done; zero is right for all of it. */
typedef struct {
  double confidence;        /* of the intervals in metric_summary; 0: as the runs say */
  const char *scratch;      /* (nullable): folder where the new file is made (results_open_in()) */
  bool (*stop)(void *self); /* (nullable): asked now and then whether to give up */
  void *self;
} ResultsMergeSettings;

/**
 * results_merge:
 * @path: of the new file
 * @parts: array of @n
 * @merged: (out) (optional)
 * @error: RESULTS_ERROR_OPEN, RESULTS_ERROR_FORMAT: of a part, or of the place; RESULTS_ERROR_WRITE;
 *   RESULTS_ERROR_STOPPED; says which file
 *
 * Cost: each part is read once.
 */
bool results_merge(const char *path, const ResultsPart *parts, size_t n, const ResultsMergeSettings *settings,
                   ResultsMerged *merged, GError **error);
