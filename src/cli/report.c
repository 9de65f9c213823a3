/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "metrics/results.h"
#include "model/simulation.h"
#include "traces/trace-error.h"
#include "workload/workload-file.h"

GQuark cli_error_quark(void)
{
  return g_quark_from_static_string("offersim-cli-error");
}

char *printable(const char *text)
{
  char *shown = g_utf8_make_valid(text, -1);
  for (char *c = shown; *c != '\0'; c++)
    if (g_ascii_iscntrl(*c))
      *c = '?';
  return shown;
}

static void say(const char *head, const char *message)
{
  g_autofree char *shown = printable(message);
  fprintf(stderr, "%s%s\n", head, shown);
}

ExitStatus report_error(const GError *error)
{
  gboolean says_where = error->domain == WORKLOAD_ERROR || error->domain == TRACE_ERROR ||
                        g_error_matches(error, SIMULATION_ERROR, SIMULATION_ERROR_PARTITION) ||
                        g_error_matches(error, CLI_ERROR, CLI_ERROR_INPUT);
  say(says_where ? "" : "sim: ", error->message);
  if (error->domain == RESULTS_ERROR || g_error_matches(error, CLI_ERROR, CLI_ERROR_RUN))
    return EXIT_RUN_FAILED;
  return EXIT_BAD_INPUT;
}

void report_warning(const char *message)
{
  say("warning: ", message);
}

void report_note(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *message = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  say("note: ", message);
}
