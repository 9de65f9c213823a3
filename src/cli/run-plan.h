/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * RunPlan: an experiment becomes a run: its sources, the simulation around the master, and a results file.
 *
 *   run_prepare(plan) ----> Run ----> run_execute() ----> the results file has its name | an error, and no
 * file |                   | error             run_free() of a run that was not executed: no file
 *
 *   Sources ---> Simulation ---> observers ---> ResultsRun ---> one SQLite file
 *                     '--- sampler (results_sample), poll (progress, Interrupt, failed writes)
 *
 * Errors of run_prepare() in the domain RESULTS_ERROR mean that the output cannot be written, others bad
 * input. Errors of run_execute() are failures of the run.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/guard.h"
#include "cli/plugin.h"
#include "cli/sources.h"
#include "core/allocator.h"
#include "metrics/results-summary.h"
#include "workload/experiment.h"

typedef struct {
  Experiment *experiment;               /* its sample_interval and source_path are made final */
  const AllocatorInterface *allocator;  /* the one chosen */
  const Plugin *plugin;                 /* whose it is; NULL: it ships */
  Guard *guard;                         /* of the plug-in, in whose child this is; NULL: none */
  const char *const *allocator_options; /* one value per option of it */
  const Sources *sources;               /* of the experiment, each at its beginning */
  const char *output;                   /* where the results file will be */
  const char *scratch;                  /* (nullable): folder where it is made */
  const char *command;                  /* the command line, for the results */
  const char *const *settings;          /* (nullable): overrides of the workload, for the results */
  uint64_t seed;                        /* of the experiment */
  uint32_t replication;                 /* which has a seed of its own that comes from that one */
  bool record_tasks;
  bool quiet;    /* no warnings */
  bool progress; /* a line of progress on stderr */
} RunPlan;

typedef struct Run Run;

/** run_prepare: @plan: outlives the run. Returns: (transfer full) (nullable): a run that has not started. */
Run *run_prepare(const RunPlan *plan, GError **error);

typedef enum {
  RUN_WHOLE,
  RUN_INTERRUPTED, /* the results are there, marked truncated */
  RUN_FAILED,      /* the error is set; there is no file */
} RunEnd;

/** run_execute: once. @summary: receives the summary where there is a file; to be cleared. */
RunEnd run_execute(Run *run, ResultsSummary *summary, GError **error);

void run_free(Run *run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)
