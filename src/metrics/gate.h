/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The verdicts of a fairness gate.
 *
 *     baseline, measured (gate-baseline.h): the same replications ---> worsening of each, pair by pair, in the unit of
 *     the metric and its direction ---> one-sided Student bounds, family-wise by Bonferroni over all rows
 *
 *       regression     the lower bound is above the tolerance: it has become worse by more than that
 *       inconclusive   it is not, but the interval between the bounds is wider than the tolerance; or a replication
 *                      has no number that the baseline has; or the baseline has a tolerance without a number to hold
 *                      it against. Never a pass
 *       pass           else
 *
 * Invariant: the chance that any of the metrics that have not become worse than their tolerances is called a
 * regression is at most 1 - confidence.
 *
 * The smallest detectable effect of a row is the worsening that is called a regression in nine cases of ten.
 *
 * A requirement is a limit that every single replication has to keep: it says what was seen, and has no interval.
 *
 * Not here: running (src/cli/gate-runs.h), printing (src/cli/gate-print.h).
 */

#include "metrics/gate-baseline.h"

typedef enum {
  GATE_PASS,
  GATE_REGRESSION,
  GATE_INCONCLUSIVE,
} GateVerdict;

/** gate_verdict_name: "pass", "regression", "inconclusive". */
const char *gate_verdict_name(GateVerdict verdict);

/* An absolute limit: "starvation < 60s". */
typedef struct {
  char *text;
  const Metric *metric;
  char *scope;
  bool less; /* the metric has to be less than the limit, else more */
  bool or_equal;
  double limit;
} GateRequirement;

/**
 * gate_requirement_parse:
 * @text: METRIC[:SCOPE] OPERATOR LIMIT: an operator is <, <=, > or >=; the limit is a number, a duration ("60s") where
 *   the metric is in seconds, or a percentage where it goes from 0 to 1. A metric may be named by one part of its name:
 *   the first in the list that has it: "starvation" is starvation/longest
 * @error: WORKLOAD_ERROR_VALUE
 */
bool gate_requirement_parse(const char *text, GateRequirement *requirement, GError **error);
void gate_requirement_clear(GateRequirement *requirement);

/* A row of the table: a metric of a workload against the baseline, or a requirement. */
typedef struct {
  char *workload;
  char *metric;     /* its name; of a requirement its text */
  const char *unit; /* of the numbers */
  bool requirement;
  uint32_t n;       /* pairs; of a requirement: replications */
  double baseline;  /* means; NAN: a requirement */
  double measured;  /* of a requirement: the worst */
  double worsening; /* mean; positive: worse. The rest is in the same unit; NAN: a requirement */
  double low;       /* bounds */
  double high;
  double tolerance;
  double detectable;
  GateVerdict verdict;
  char *why; /* (nullable): in words, where the numbers do not say it */
} GateRow;

/**
 * gate_judge:
 * @baseline: (nullable)
 * @measured: has the workloads of @baseline, with its replications and tolerances
 * @requirements: of GateRequirement, with the values of each in @limits
 *
 * Returns: (transfer full): of GateRow *: workload by workload, in the order of the file; then those of no workload.
 */
GPtrArray *gate_judge(const GateBaseline *baseline, const GateBaseline *measured, double confidence);

/** gate_judge_requirement: adds a row. @values: array of @n, one of each replication; NAN: there is none. */
void gate_judge_requirement(GPtrArray *rows, const char *workload, const GateRequirement *requirement,
                            const double *values, uint32_t n);

/** gate_verdict: of all rows: a regression before what is inconclusive before a pass. */
GateVerdict gate_verdict(const GPtrArray *rows);

/** gate_rows_new: (transfer full): without a row. */
GPtrArray *gate_rows_new(void);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GateRequirement, gate_requirement_clear)
