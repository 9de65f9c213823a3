/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What many runs say, as text: mean +- half-width of the interval. A few groups (points, allocators) have a table of
 * their frameworks each, as the summary of one run (summary-print.h) has; many have one line each.
 */

#include "cli/exit-status.h"
#include "metrics/results-means.h"

/** means_text: (transfer full): tables and lines, after an empty line. @path: of the results file. */
char *means_text(const ResultsMeans *means, const char *path);

/** means_show: prints those of the results file @path, and warns of what its reader should know. Says on stderr what
 * goes wrong. */
ExitStatus means_show(const char *path);
