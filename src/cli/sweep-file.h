/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SweepFile: which runs a sweep has, as its key file says.
 *
 *     [sweep]                                  what is run, and with which allocators, seeds and replications
 *     workload = ../quickstart.ini
 *     allocators = drf, priority
 *     replications = 5
 *
 *     [points]                                 keys of the workload, each with the values that it takes
 *     cluster.agents = 300, 600
 *     framework facebook.scheduler = elastic, rigid
 *
 * A group of points is a grid: every value of each key with every value of the others. There may be several, [points]
 * and [points NAME]; their grids follow one another, so that a list of points is a group for each of them. Without any,
 * the workload as it stands is the one point.
 *
 * Values are separated by commas; commas within parentheses, brackets, braces and quotes separate nothing, and a value
 * that is quoted as a whole loses its quotes: "guest, service". Relative paths begin in the folder of the file.
 *
 * Errors are of the domain WORKLOAD_ERROR and say where (workload-file.h).
 *
 * Not here: whether the workload takes these values (point-list.h), how runs become shards (command-sweep.c).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  char **settings;  /* "GROUP.KEY=VALUE", NULL-terminated, in the order of the file */
  guint group;      /* whose grid it is of: position among the groups of the file */
  const char *name; /* of that group: "points small" */
} SweepPoint;

typedef struct {
  char *path;            /* of the file itself */
  char *workload;        /* path */
  char **allocators;     /* names and paths of plug-ins, NULL-terminated; at least one */
  char **seeds;          /* NULL-terminated; empty: that of the workload */
  uint32_t replications; /* 0: those of the workload */
  bool record_tasks;
  SweepPoint *points; /* at least one */
  uint32_t n_points;
  struct KeyFile *file;
} SweepFile;

#define SWEEP_RUNS_MAX 1000000 /* of one sweep */

/** sweep_file_load: @error: WORKLOAD_ERROR. Returns: (transfer full). */
SweepFile *sweep_file_load(const char *path, GError **error);
void sweep_file_free(SweepFile *sweep);

/** sweep_file_varies: whether any point sets the key @name, "cluster.agents". */
bool sweep_file_varies(const SweepFile *sweep, const char *name);

/**
 * sweep_file_blame: makes of the error of a workload that was loaded with the settings of @point one that says where
 * these stand: "sweep.ini:8: [points] cluster.agents: 0: expected ..."
 */
void sweep_file_blame(const SweepFile *sweep, const SweepPoint *point, GError **error);

/** sweep_file_blame_key: puts in front of it where the key @name of [sweep] stands. */
void sweep_file_blame_key(const SweepFile *sweep, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SweepFile, sweep_file_free)
