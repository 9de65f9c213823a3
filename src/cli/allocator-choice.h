/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Allocators by name or, of plug-ins, by file; and the options that a workload gives them in [allocator NAME] groups.
 * Next to those that ship there is at most one more: the plug-in that is run.
 */

#include <glib.h>
#include <stdbool.h>

#include "cli/plugin.h"
#include "core/allocator.h"
#include "workload/experiment.h"
#include "workload/workload-file.h"

#define ALLOCATOR_DEFAULT "drf"

typedef struct {
  const AllocatorInterface *interface;
  Plugin *plugin; /* owned; NULL: it ships */
} AllocatorChoice;

void allocator_choice_clear(AllocatorChoice *choice);

/**
 * allocator_choose:
 * @name: a name, or the file of a plug-in (plugin_is_path())
 * @page: for plugin_load(); else not needed
 * @choice: receives it, to be cleared after the last instance
 * @error: CLI_ERROR_USAGE: there is none of this name, the nearest is named; or the plug-in cannot be loaded
 */
bool allocator_choose(const char *name, GuardPage *page, AllocatorChoice *choice, GError **error);

/** allocator_names_new: the allocators that there are and the keys of their options, as the workload parser
 * wants to know them. @more: (nullable): one more. To be freed with allocator_names_free(). */
WorkloadNames *allocator_names_new(const AllocatorInterface *more);
void allocator_names_free(WorkloadNames *names);

/**
 * allocator_options_check:
 * @experiment: all of whose [allocator NAME] groups are checked, whichever is chosen
 * @more: (nullable): an allocator next to those that ship
 * @error: CLI_ERROR_INPUT: an allocator refuses a value; says where it stands
 */
bool allocator_options_check(const Experiment *experiment, const AllocatorInterface *more, GError **error);

/**
 * allocator_option_values:
 *
 * Returns: (transfer container): one value per option of @allocator, in its order, as @experiment gives them;
 * NULL: default. The values belong to @experiment.
 */
const char **allocator_option_values(const Experiment *experiment, const AllocatorInterface *allocator);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WorkloadNames, allocator_names_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AllocatorChoice, allocator_choice_clear)
