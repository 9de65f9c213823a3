/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * GateBaseline: what an allocator measured on the workloads of a fairness gate, replication by replication, and how
 * much worse each metric may become. A key file that can be read in a diff:
 *
 *     [baseline]
 *     allocator = drf                        whose values these are
 *     program = 0.1.0 0123abc
 *
 *     [tolerances]                           METRIC[:SCOPE] (scope "run" if none) = amount, part of the mean, or both
 *     fairness/jain = 0.02
 *     fairness/deficit = 0.5 + 10%
 *
 *     [workload weights.ini]
 *     point = 0123456789abcdef               what was run (results-point.h)
 *     seed = 1
 *     metrics = fairness/jain, fairness/deficit
 *     0 = 0.998, 12.25                       a line per replication; "-": there is no such number
 *     1 = ...
 *
 * Numbers have six digits, and so have those that they are compared with: what has not changed is equal.
 *
 * The same struct holds what a gate measures.
 *
 * Not here: the verdicts (gate.h).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "metrics/metric-list.h"

/* A metric that is gated. */
typedef struct {
  const Metric *metric;
  char *scope;
  double amount; /* how much worse its mean may become, in its unit: this */
  double part;   /* and this part of the baseline's mean */
} GateTolerance;

typedef struct {
  char *file;  /* "weights.ini" */
  char *point; /* (nullable) */
  uint64_t seed;
  uint32_t replications;
  double *values; /* [tolerance * replications + replication]; NAN: there is none */
} GateWorkload;

typedef struct {
  char *allocator;
  char *program;
  GArray *tolerances; /* of GateTolerance */
  GArray *workloads;  /* of GateWorkload */
} GateBaseline;

/** gate_baseline_new: without values; with the tolerances that a new baseline begins with. */
GateBaseline *gate_baseline_new(const char *allocator, const char *program);

/** gate_baseline_read: @error: WORKLOAD_ERROR: says where. */
GateBaseline *gate_baseline_read(const char *path, GError **error);
void gate_baseline_free(GateBaseline *baseline);

/** gate_baseline_text: (transfer full): the file. Tolerances of which there is no number are left out. */
char *gate_baseline_text(const GateBaseline *baseline);

/** gate_baseline_add: a workload without values. Returns: (transfer none): until the next is added. @file: copied. */
GateWorkload *gate_baseline_add(GateBaseline *baseline, const char *file, const char *point, uint64_t seed,
                                uint32_t replications);

/** gate_baseline_find: (nullable): the workload of this name. */
GateWorkload *gate_baseline_find(const GateBaseline *baseline, const char *file);

/** gate_is_measured: whether any replication of any workload has a number for the tolerance @i. */
bool gate_is_measured(const GateBaseline *baseline, guint i);

/** gate_round: @value as the file has it. */
double gate_round(double value);

static inline double *gate_value(const GateWorkload *workload, guint tolerance, uint32_t replication)
{
  return &workload->values[(size_t)tolerance * workload->replications + replication];
}

static inline const GateTolerance *gate_tolerance(const GateBaseline *baseline, guint i)
{
  return &g_array_index(baseline->tolerances, GateTolerance, i);
}

static inline GateWorkload *gate_workload(const GateBaseline *baseline, guint i)
{
  return &g_array_index(baseline->workloads, GateWorkload, i);
}

/** gate_metric_name: (transfer full): "fairness/jain", "utilization:resource cpus". */
char *gate_metric_name(const Metric *metric, const char *scope);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GateBaseline, gate_baseline_free)
