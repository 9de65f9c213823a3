/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is said on stderr: errors, warnings and notes, one line each. Standard output is for results.
 *
 * Control characters of names and values that are quoted are shown as "?": a message is one line, and a file
 * name cannot move the cursor.
 */

#include <glib.h>

#include "cli/exit-status.h"

#define CLI_ERROR (cli_error_quark())

typedef enum {
  CLI_ERROR_USAGE, /* the command line is wrong */
  CLI_ERROR_INPUT, /* what it names is wrong */
  CLI_ERROR_RUN,   /* the run failed */
} CliError;

GQuark cli_error_quark(void);

/**
 * report_error:
 * @error: of any layer
 *
 * Prints it. Errors of workloads and traces say where by themselves ("my.ini:14: ..."), others begin with
 * "sim: ".
 *
 * Returns: the exit status that such an error means.
 */
ExitStatus report_error(const GError *error);

/** report_warning: "warning: ...": the run goes on, but a user should know. */
void report_warning(const char *message);

/** report_note: "note: ..." */
void report_note(const char *format, ...) G_GNUC_PRINTF(1, 2);

/** printable: (transfer full): @text with control characters shown as "?", and made valid UTF-8. */
char *printable(const char *text);
