/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which runs are runs of the same thing.
 *
 *     point   what is run: keys and values of the workload, files of numbers, contents of traces. Runs of one point
 *             differ in the allocator, the seed, the replication or the program: they may be compared.
 *     key     point + allocator or plug-in + seed + replication + what is recorded + version + commit. Two runs of one
 *             key are the same run: the second need not be run (batches), and is not stored twice (merging).
 *
 * Both are hashes, as text: 16 and 64 hexadecimal digits of SHA-256. They are computed from the provenance of a run
 * before it is run, and stored with it.
 *
 * Not here: how the workload becomes a hash (Experiment.identity).
 */

#include "metrics/results.h"

/** results_point: (transfer full). Reads the traces of @provenance, not its sources. */
char *results_point(const Experiment *experiment, const ResultsProvenance *provenance);

/** results_point_key: (transfer full). Reads all of @provenance but the command line, settings and sources. */
char *results_point_key(const Experiment *experiment, const ResultsProvenance *provenance);
