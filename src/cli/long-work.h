/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * LongWork: what `sim plot`, `report` and `export` share: a line of progress on a terminal, Ctrl-C, and which exit
 * status an error means.
 */

#include <glib.h>

#include "cli/exit-status.h"
#include "report/run-set.h"

typedef struct LongWork LongWork;

LongWork *long_work_new(void);

/** long_work_host: (transfer none): to be given to whoever works. */
const ReportHost *long_work_host(const LongWork *work);

/** long_work_free: takes the line of progress away. */
void long_work_free(LongWork *work);

/** long_work_failed: prints @error. Returns: 2 for what was asked for wrongly, unreadable results too; 130 where it
 * was interrupted; else 1. */
ExitStatus long_work_failed(const GError *error);

/** long_work_output: (transfer full): "quickstart-drf-1" + @ending, for the current directory: a name of what is made
 * of the results file @path. */
char *long_work_output(const char *path, const char *ending);

/** long_work_check_output: @error: CLI_ERROR_USAGE: @output is one of the results files @files, and would replace it. */
bool long_work_check_output(const char *output, char *const *files, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LongWork, long_work_free)
