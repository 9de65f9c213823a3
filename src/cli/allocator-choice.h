/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Allocators by name, and the options that a workload gives them in [allocator NAME] groups.
 */

#include <glib.h>
#include <stdbool.h>

#include "core/allocator.h"
#include "workload/experiment.h"
#include "workload/workload-file.h"

#define ALLOCATOR_DEFAULT "drf"

/** allocator_choose: @error: CLI_ERROR_USAGE: there is none of this name; the nearest is named. */
const AllocatorInterface *allocator_choose(const char *name, GError **error);

/** allocator_names_new: the allocators that there are and the keys of their options, as the workload parser
 * wants to know them. To be freed with allocator_names_free(). */
WorkloadNames *allocator_names_new(void);
void allocator_names_free(WorkloadNames *names);

/**
 * allocator_options_check:
 * @experiment: all of whose [allocator NAME] groups are checked, whichever is chosen
 * @error: CLI_ERROR_INPUT: an allocator refuses a value; says where it stands
 */
bool allocator_options_check(const Experiment *experiment, GError **error);

/**
 * allocator_option_values:
 *
 * Returns: (transfer container): one value per option of @allocator, in its order, as @experiment gives them;
 * NULL: default. The values belong to @experiment.
 */
const char **allocator_option_values(const Experiment *experiment, const AllocatorInterface *allocator);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WorkloadNames, allocator_names_free)
