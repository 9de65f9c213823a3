/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * PointList: which runs a batch has (batch.h), with the keys that tell whether they have been run.
 *
 *     workload + overrides ---> point_list_cell(): loaded and checked, once ---> PointCell
 *     PointCell + allocator + replication ---> point_list_add() ---> BatchPoint, in the order of the calls
 *
 * Plug-ins are not loaded here but in the workers, which are made for that: what a workload says to a plug-in is
 * checked by these.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/batch.h"
#include "cli/load-workload.h"

typedef struct PointList PointList;
typedef struct PointCell PointCell;

/**
 * point_list_new:
 * @plugins: whether any of the allocators is a plug-in
 * @record_tasks: --record tasks
 */
PointList *point_list_new(bool plugins, bool record_tasks);
void point_list_free(PointList *list);

/**
 * point_list_cell:
 * @overrides: (nullable): NULL-terminated; copied
 * @settings: which of them tell the points of a batch apart, for messages: "cluster.agents=300"; "" for none
 * @error: of the workload, or a trace that cannot be read
 *
 * Returns: (transfer none): valid as long as @list.
 */
const PointCell *point_list_cell(PointList *list, const char *workload, const char *const *overrides,
                                 const char *settings, GError **error);

/** point_cell_workload: (transfer none): as it was loaded; until it is forgotten. */
const LoadedWorkload *point_cell_workload(const PointCell *cell);

/** point_list_forget: frees the workload of @cell, of which no more points are added: there may be many. */
void point_list_forget(PointList *list, const PointCell *cell);

/** point_cell_point: (transfer full): results_point() of it. */
char *point_cell_point(const PointCell *cell);

/** point_list_check: whether there is such an allocator; @error: CLI_ERROR_USAGE. */
bool point_list_check(PointList *list, const char *allocator, GError **error);

/**
 * point_list_add:
 * @place: of the run in its batch
 * @error: CLI_ERROR_USAGE: there is no such allocator, or the plug-in's file cannot be read
 */
bool point_list_add(PointList *list, const PointCell *cell, const char *allocator, uint32_t replication,
                    int64_t place, GError **error);

/** point_list_points: (transfer none): until the next is added. */
const BatchPoint *point_list_points(const PointList *list, uint32_t *n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PointList, point_list_free)
