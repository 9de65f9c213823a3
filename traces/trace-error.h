/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The error domain of the trace readers. Every message begins with "FILE: " or "FILE:LINE: ".
 */

#include <glib.h>

#define TRACE_ERROR (trace_error_quark())

typedef enum {
  TRACE_ERROR_FILE,    /* cannot be opened or read; a directory; empty; not text; damaged gzip data */
  TRACE_ERROR_FORMAT,  /* a line that is not what the format says */
  TRACE_ERROR_ORDER,   /* submit times descend */
  TRACE_ERROR_MAPPING, /* the mapping keys do not fit this trace; no job is left */
} TraceError;

GQuark trace_error_quark(void);
