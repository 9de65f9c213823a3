/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Paired comparisons as text: a table and what became of the jobs, for a terminal; CSV and JSON, for programs.
 *
 *   CSV    a row per metric, with a header
 *   JSON   {"comparisons": [{"factor", "base", "other", "pairs", ..., "metrics": [{...}], "jobs": {...}}]}
 *
 * Numbers in both are decimals that are read back as the same number; what there is not is empty, in
 * JSON null. So is what is infinite.
 */

#include "metrics/paired-comparison.h"

/** comparison_text: (transfer full): of PairedComparison *, as paired_comparisons_new() returns them. */
char *comparison_text(const GPtrArray *comparisons);

/** comparison_csv, comparison_json: (transfer full). */
char *comparison_csv(const GPtrArray *comparisons);
char *comparison_json(const GPtrArray *comparisons);
