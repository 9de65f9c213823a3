/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which runs are pairs: the same experiment with the same seed and replication, but for one factor.
 *
 *     results files ---> sides: runs of one point with one allocator of one program, in the order of their first runs
 *     two sides     ---> the one thing that differs ---> pairs: runs of the same seed and replication
 *                              | none, or more than one: an error that names them
 *
 * A factor is the allocator (a plug-in: its file), one key of the workload, the contents of a trace, or the program
 * (its version and commit). What says how often or with which seed something is run is none, nor is the title.
 *
 * Runs that were interrupted or failed are left out. So are those without a partner, and isolated ones (sim run
 * --isolated), which are there for the sake of those that are compared.
 *
 * Not here: what is compared (paired-comparison.h).
 */

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "metrics/results-reader.h"

typedef struct {
  sqlite3 *db;      /* its file, as long as the PairedSides */
  const char *path; /* likewise */
  uint32_t run_id;
  uint64_t seed;
  uint32_t replication;
  int64_t counted_from_ns; /* jobs submitted earlier do not count: the warm-up of a steady run; else 0 */
  int64_t end_ns;
  bool stalled; /* nothing would have happened later either */
  char *digest;
} PairedRun;

/* What is the same for all runs of a side. */
typedef struct {
  char *allocator;
  char *allocator_sha256; /* "": it ships */
  char *point;
  char *program; /* version and commit */
  char *workload;
  char *file; /* of its first run, without folder and ".db" */
  bool recorded;
  bool steady;
  double confidence; /* of intervals */
  GArray *runs;      /* of PairedRun */
} PairedSide;

typedef struct {
  GPtrArray *readers;
  GPtrArray *paths;
  GPtrArray *sides; /* of PairedSide * */
} PairedSides;

/**
 * paired_sides_open:
 * @paths: results files, NULL-terminated
 * @error: RESULTS_ERROR_OPEN, RESULTS_ERROR_FORMAT: a file; RESULTS_ERROR_PAIRS: there are not two sides
 */
PairedSides *paired_sides_open(const char *const *paths, GError **error);
void paired_sides_free(PairedSides *sides);

typedef struct {
  const PairedRun *base;
  const PairedRun *other;
} RunPair;

typedef struct {
  const PairedSide *base;
  const PairedSide *other;
  char *factor;    /* "allocator", "cluster.agents", "program", ... */
  char *labels[2]; /* base, other: what the factor is there: "drf", "agents=300", ... */
  RunPair *pairs;
  uint32_t n;
  uint32_t alone;   /* runs of either side without a partner */
  bool independent; /* the pairs are different realisations: intervals make sense */
} RunPairs;

/** run_pairs_new: of @sides' side @other with side @base. @error: RESULTS_ERROR_PAIRS: they differ in more than one
 * thing, or no run has a partner. */
RunPairs *run_pairs_new(const PairedSides *sides, guint base, guint other, GError **error);
void run_pairs_free(RunPairs *pairs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PairedSides, paired_sides_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunPairs, run_pairs_free)
