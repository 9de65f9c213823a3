/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The numbers of a paired comparison (metrics/paired-comparison.h) as a person reads them, for terminals and pages.
 *
 * A ratio is told as a change in percent, a difference of shares in percentage points. All but the verdict are
 * (transfer full) text; what there is not is "-".
 */

#include "metrics/paired-comparison.h"

/** paired_metric_text: "fairness/jain", "utilization, resource cpus". */
char *paired_metric_text(const PairedMetric *metric);

/** paired_value_text: a mean: "22.0 s"; @at_least: ">= 22.0 s". */
char *paired_value_text(const PairedMetric *metric, double value, bool at_least);

/** paired_change_text: "+5.02 %", "-1.20 points"; paired_interval_text: "+4.1 to +5.9", in the same unit. */
char *paired_change_text(const PairedMetric *metric);
char *paired_interval_text(const PairedMetric *metric);

char *paired_p_text(double p);

/** paired_saved_text: "4.1 x"; "all": the difference is the same in all pairs. */
char *paired_saved_text(const PairedMetric *metric);

/** paired_verdict_text: (transfer none): "better", "worse" or "". */
const char *paired_verdict_text(const PairedMetric *metric, double confidence);
