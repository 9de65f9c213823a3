/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The numbers of table metric: name, unit, which way is better, meaning.
 *
 * One C table (metric-list.c) makes the rows of metric_doc, the page columns.md and `sim list metrics`; a name that is
 * not in it is not written.
 *
 * A metric without a direction describes what happened (how many offers were sent): a change of it is neither a gain
 * nor a loss.
 *
 * Not here: values (results-end.c), what change of a metric is too much (whoever compares).
 */

typedef enum {
  METRIC_DESCRIBES,
  METRIC_LESS_IS_BETTER,
  METRIC_MORE_IS_BETTER,
} MetricDirection;

typedef struct {
  const char *name; /* NULL: end of the list */
  const char *unit;
  MetricDirection direction;
  const char *text;
} Metric;

/** metric_list: all metrics, ended by one without a name. */
const Metric *metric_list(void);

/** metric_find: (transfer none) (nullable): the metric of this name. Cost: O(metrics). */
const Metric *metric_find(const char *name);

/** metric_better: "less", "more", or "" where the metric describes; as column metric_doc.better. */
const char *metric_better(const Metric *metric);
