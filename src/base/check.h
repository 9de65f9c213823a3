/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Assertions that stay on in every build.
 *
 * CHECK states what must hold unless this program has a bug; a false condition prints where, what and
 * stops the process. INVARIANT is the same for checks that walk whole structures: it costs nothing unless
 * the build was configured with -Dinvariants=true.
 *
 * Not here: bad input (error.h) and normal races (result values of the function concerned).
 */

#include <glib.h>

#define CHECK(condition)                                                                                     \
  do {                                                                                                       \
    if (G_UNLIKELY(!(condition)))                                                                            \
      check_failed(__FILE__, __LINE__, __func__, #condition);                                                \
  } while (0)

#ifdef OFFERSIM_INVARIANTS
#define INVARIANT(condition) CHECK(condition)
#define INVARIANTS_ON        1
#else
#define INVARIANT(condition) ((void)0)
#define INVARIANTS_ON        0
#endif

/**
 * check_failed:
 * @file: source file of the check
 * @line: its line
 * @function: the function that it stands in
 * @condition: the text of the condition that was false
 *
 * Prints one line to stderr and aborts. Does not return.
 */
G_NORETURN void check_failed(const char *file, int line, const char *function, const char *condition);
