/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/trace-rows.h"

#include <math.h>

bool trace_rows_seconds(const TraceRows *rows, const char *column, double seconds, int64_t *ns,
                        GError **error)
{
  Duration duration;
  if (G_UNLIKELY(!duration_from_seconds(seconds, &duration)))
    return line_reader_fail(rows->lines, error, TRACE_ERROR_FORMAT,
                            "%s: %g seconds are more than the 292 years that a run can hold", column,
                            seconds);
  *ns = duration.ns;
  return true;
}

bool trace_rows_scale_tasks(const TraceRows *rows, double tasks, double scale, uint32_t *out, GError **error)
{
  double scaled = scale == 1 ? tasks : floor(tasks * scale + 0.5);
  if (G_UNLIKELY(!(scaled < (double)TASKS_UNLIMITED)))
    return line_reader_fail(rows->lines, error, TRACE_ERROR_FORMAT, "%.0f tasks are too many (at most %u)",
                            scaled, TASKS_UNLIMITED - 1);
  *out = scaled < 1 ? 1 : (uint32_t)scaled;
  return true;
}
