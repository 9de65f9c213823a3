/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What --workload names, as an Experiment: a workload file, or a raw trace with the defaults for it.
 *
 * Options of the command line that are also keys of a workload (--seed, --sample-interval) go the way of
 * --set, so that the effective workload repeats the run by itself.
 */

#include <glib.h>
#include <stdbool.h>

#include "core/allocator.h"
#include "workload/experiment.h"

typedef struct {
  Experiment *experiment;
  bool raw; /* the path is that of a trace */
} LoadedWorkload;

/**
 * load_workload:
 * @path: a workload file or a raw trace
 * @overrides: (nullable): "GROUP.KEY=VALUE", NULL-terminated
 * @more: (nullable): an allocator next to those that ship
 * @loaded: receives the experiment; to be cleared
 * @error: says where
 *
 * Checks all but the content of traces.
 */
bool load_workload(const char *path, const char *const *overrides, const AllocatorInterface *more,
                   LoadedWorkload *loaded, GError **error);

/** load_workload_of_plugin: as load_workload(), without the plug-in: what is said to allocators is not checked. */
bool load_workload_of_plugin(const char *path, const char *const *overrides, LoadedWorkload *loaded,
                             GError **error);

/** load_workload_note: tells on stderr with which defaults a raw trace is run; nothing for others. */
void load_workload_note(const LoadedWorkload *loaded);

void loaded_workload_clear(LoadedWorkload *loaded);

/**
 * workload_stem:
 * @path: "traces/log.swf.gz"
 *
 * Returns: (transfer full): the name without folder and endings: "log".
 */
char *workload_stem(const char *path);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LoadedWorkload, loaded_workload_clear)
