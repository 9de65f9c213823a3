/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A raw trace as a workload: `sim --workload log.swf.gz` runs it with the defaults written here as a workload
 * file, which is stored with the results like any other and may be kept and changed.
 *
 *   .swf   MaxNodes agents that share MaxProcs cpus evenly (two classes of agents where they do not divide);
 * no memory; [framework user]: a framework per user, elastic, tasks of one cpu .tsv   SWIM: 600 agents of
 * cpus:4;mem:15360; [framework hadoop]: 4 frameworks (row modulo 4), the rates and sizes of the SWIM replay
 * as keys
 *
 * Each with .gz behind it or not. A CSV trace has no defaults: its columns have to be named.
 */

#include <glib.h>
#include <stdbool.h>

/** raw_trace_is: whether @path is named like a raw trace: .swf, .swf.gz, .tsv or .tsv.gz, in any case. */
bool raw_trace_is(const char *path);

/**
 * raw_trace_workload:
 * @path: for which raw_trace_is() holds
 * @cluster_given: the user sets both cluster.agents and cluster.resources (--set): then the header need not
 *   tell the size of the machine, and the text has no [agents NAME] beside [cluster]
 * @error: TRACE_ERROR (trace-source.h); where the header has no MaxProcs it names the --set that is needed
 *
 * Reads the header of an SWF file, nothing of the others.
 *
 * Returns: (transfer full): the text of the workload file, to be loaded as if it lay in the folder of @path
 * (its key `trace` is the bare name of the file).
 */
char *raw_trace_workload(const char *path, bool cluster_given, GError **error);
