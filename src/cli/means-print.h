/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What many runs say, as text: mean +- half-width of the interval. A few groups (points, allocators) have a table of
 * their frameworks each, as the summary of one run (summary-print.h) has; many have one line each.
 */

#include "metrics/results-means.h"

/** means_text: (transfer full): tables and lines, after an empty line. @path: of the results file. */
char *means_text(const ResultsMeans *means, const char *path);
