/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Text form of a duration: a decimal number and a unit, without a sign: "250ms", "1.5h". Units: ns us ms s
 * min h d. The number is rounded to whole nanoseconds, half up.
 */

#include <glib.h>
#include <stdbool.h>

#include "base/time.h"

/**
 * duration_parse:
 * @text: for instance "30s"; white space around it is ignored
 * @out: receives the duration, not negative
 * @error: says what was expected (BASE_ERROR_TIME)
 *
 * Returns: whether @text is a duration. A bare "0" is refused: the unit is always written.
 */
bool duration_parse(const char *text, Duration *out, GError **error);

/**
 * duration_print:
 * @duration: not negative
 *
 * Returns: (transfer full): the shortest exact text that duration_parse() reads back, in the largest unit
 * that gives a whole number ("90s" is "90s", 3600 s is "1h").
 */
char *duration_print(Duration duration);
