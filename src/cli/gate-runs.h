/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * GateRuns: the workloads of a fairness gate, run and measured.
 *
 *     folder -> each *.ini in the order of names -> checked against the baseline: the same files, unchanged
 *            -> replications of all of them, one batch (batch.h) in a folder of its own -> values by metric
 *
 * Not here: what the values mean (metrics/gate.h).
 */

#include "cli/exit-status.h"
#include "metrics/gate.h"

typedef struct {
  const char *folder;
  const char *allocator;
  const char *const *overrides; /* (nullable): of all workloads: what is tried out beside the allocator */
  const GateBaseline *baseline; /* (nullable): its files, seeds and replications */
  bool renew;                   /* files may be others, or changed, since the baseline was made */
  const char *seed;             /* (nullable): text: instead of that of the baseline or the workload */
  uint32_t replications;        /* 0: those of the baseline, GATE_REPLICATIONS where it has none */
  const GateRequirement *requirements;
  guint n_requirements;
  const char *output;     /* (nullable): results file that is kept */
  const char *call_limit; /* (nullable): --plugin-call-limit */
  uint32_t workers;
  bool quiet;
  bool progress;
} GateRunsSettings;

#define GATE_REPLICATIONS 30

/* What was measured. */
typedef struct {
  GateBaseline *measured; /* tolerances are those of the baseline */
  GPtrArray *limits; /* of double *: [workload * n_requirements + requirement]: a value per replication */
} GateRuns;

/** gate_runs: says on stderr what goes wrong. @runs: receives what was measured, where all is well; to be cleared. */
ExitStatus gate_runs(const GateRunsSettings *settings, GateRuns *runs);
void gate_runs_clear(GateRuns *runs);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GateRuns, gate_runs_clear)
