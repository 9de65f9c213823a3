/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/trace-error.h"

GQuark trace_error_quark(void)
{
  return g_quark_from_static_string("offersim-trace-error");
}
