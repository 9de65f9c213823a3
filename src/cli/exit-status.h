/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the program tells its caller. Scripts rely on these.
 */

typedef enum {
  EXIT_WELL = 0,
  EXIT_RUN_FAILED = 1,    /* disk, I/O, a faulty allocator: no file that looks complete */
  EXIT_REGRESSION = 1,    /* sim gate: a metric has become worse; all that goes wrong there is 2 */
  EXIT_BAD_INPUT = 2,     /* command line, workload or trace: nothing was written */
  EXIT_INTERRUPTED = 130, /* the results up to then are kept, marked truncated */
} ExitStatus;
