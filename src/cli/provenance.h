/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Provenance: where a run comes from, for the results and for the key that says whether it has been run already.
 *
 * Made by whoever runs it, from sources that are open, and by a batch before its runs, from the files of the traces:
 * both give the same key.
 */

#include <glib.h>
#include <stdbool.h>

#include "cli/sources.h"
#include "metrics/results.h"
#include "workload/experiment.h"

typedef struct {
  ResultsProvenance
      results; /* its traces are filled in; all else is zero, but for the version and the commit */
  ResultsTrace *traces;
  GPtrArray *texts; /* of char *, that the traces point to */
} Provenance;

/** provenance_init: @experiment, @sources: outlive it. */
void provenance_init(Provenance *provenance, const Experiment *experiment, const Sources *sources);

/**
 * provenance_init_files:
 * @hashes: path -> SHA-256 of files that have been read before (char *, both owned by the table); those that are read
 *   here are added
 * @error: TRACE_ERROR: a trace cannot be read
 *
 * As provenance_init(), for sources that are not open. Cost: each file is read once.
 */
bool provenance_init_files(Provenance *provenance, const Experiment *experiment, GHashTable *hashes,
                           GError **error);

void provenance_clear(Provenance *provenance);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Provenance, provenance_clear)
