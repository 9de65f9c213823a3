/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Batch: many runs, several at a time, that become one results file. Replications, comparisons over allocators, sweeps
 * and their shards, and the fairness gate are all batches.
 *
 *     BatchPoints, in order ---> batch_run(): a worker process each, N at a time ---> shards, one file per run
 *            |                        ^ those that are there already are skipped           |
 *            '--- BatchEnough: may say that the first n will do                            v
 *                                                    batch_merge(): the output, in the order of the points
 *
 * Shards lie in a folder beside the output, "OUTPUT.parts", each under the key of its point (results-point.h) and
 * written as any results file: under a partial name, then renamed. So whatever happens to workers or to the batch,
 * what is there is whole, and the same batch goes on from there; runs in an output that exists already count, too.
 * Those that have been asked for are removed once the output is there; the folder goes with the last one. With a scratch folder, on a disk of this machine, files are made in a
 * folder of the batch's own in there, and copied to their places when they are whole.
 *
 * Invariants:
 *   1. What is merged, and in which order, depends on the points alone, not on how many workers there are nor on which
 *      of them is faster: BatchEnough is asked about the first n points for n = 1, 2, ..., each once all n are there.
 *   2. One batch at a time per output: the folder is locked.
 *   3. The output holds exactly the runs of the points merged; it is replaced only by a whole file.
 *
 * What goes wrong with a run is told at once, with its point, and no more are started (unless told to keep going);
 * those under way are finished and kept. Ctrl-C stops the workers and keeps finished shards; a second one kills the
 * workers and ends the process.
 *
 * Not here: which points there are (point-list.h).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/exit-status.h"
#include "metrics/results-reader.h"

/* One run. Strings belong to whoever makes it. */
typedef struct {
  const char *workload;
  const char *const *overrides; /* (nullable): NULL-terminated */
  const char *allocator;        /* name, or file of a plug-in */
  uint32_t replication;
  int64_t place;     /* stored with the run; in a shard of a batch: that in the whole */
  const char *key;   /* results_point_key() */
  const char *label; /* what it is called in messages */
} BatchPoint;

typedef struct {
  const char *output;
  const char *scratch;    /* (nullable): folder where files are made */
  uint32_t workers;       /* at a time, at least 1 */
  bool record_tasks;      /* --record tasks */
  const char *call_limit; /* (nullable): --plugin-call-limit */
  double confidence;      /* of the intervals in the output */
  bool keep_going;        /* where a run fails, the others are run all the same */
  bool temporary;         /* what does not come to the output is not kept */
  bool quiet;             /* no notes */
  bool progress;          /* a line of progress on stderr */
} BatchSettings;

typedef struct Batch Batch;

/**
 * batch_open:
 * @settings: outlives the batch
 * @error: the output cannot be written, is something else than results that can be gone on with (CLI_ERROR_USAGE), or
 *   another batch is at work on it
 */
Batch *batch_open(const BatchSettings *settings, GError **error);

/** batch_free: without an output the shards stay, for the next one, unless they are temporary. */
void batch_free(Batch *batch);

/**
 * batch_find_done: which of the runs are there already; touches nothing.
 * @settings: of the batch that would be opened
 * @done: array of @n, receives it
 * @error: as of batch_open(), of an output that is there
 */
bool batch_find_done(const BatchSettings *settings, const BatchPoint *points, uint32_t n, bool *done,
                     GError **error);

/** BatchEnough: whether the first @n points will do. May read their runs (batch_shard()). @error: (out): then the batch
 * fails. */
typedef bool (*BatchEnough)(void *self, Batch *batch, uint32_t n, GError **error);

/**
 * batch_run:
 * @points: array of @n; outlives the batch
 * @enough: (nullable)
 * @wanted: (out): how many of the first points are to be merged
 *
 * Says on stderr what goes wrong.
 * Returns: EXIT_WELL where all of these are there.
 */
ExitStatus batch_run(Batch *batch, const BatchPoint *points, uint32_t n, BatchEnough enough, void *self,
                     uint32_t *wanted);

/** batch_shard: (transfer full): the file that holds the run of @point, once it is there. */
char *batch_shard(const Batch *batch, const BatchPoint *point);

/**
 * batch_open_shard: (transfer full): that file, opened.
 * @index: (out): which of its runs it is
 * @error: it cannot be read, or it is there no more
 */
ResultsReader *batch_open_shard(const Batch *batch, const BatchPoint *point, uint32_t *index, GError **error);

/** batch_merge: the runs of the first @n points become the output. Says on stderr what goes wrong. */
ExitStatus batch_merge(Batch *batch, const BatchPoint *points, uint32_t n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Batch, batch_free)
