/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Numbers that a person wrote, read exactly and independently of the locale.
 *
 * A decimal is an optional sign, digits, an optional fraction and an optional exponent. "inf", "nan",
 * hexadecimal forms and stray characters are refused.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * number_scan:
 * @text: where a decimal is expected; leading white space is not skipped
 * @end: (nullable): receives the first character behind it
 * @out: receives the value
 *
 * Returns: false where there is no decimal or it overflows a double; then nothing is written.
 */
bool number_scan(const char *text, const char **end, double *out);

/**
 * number_scan_scaled:
 * @text: a decimal without exponent
 * @end: (nullable): receives the first character behind it
 * @scale: units per one, 1 to 10^15
 * @out: receives the decimal times @scale, rounded half up (towards +infinity), exact in integers
 *
 * Returns: false where there is no such decimal or the result does not fit an int64_t.
 */
bool number_scan_scaled(const char *text, const char **end, int64_t scale, int64_t *out);

/**
 * number_parse:
 * @text: the whole text must be one decimal; white space around it is ignored
 * @error: BASE_ERROR_NUMBER, says what was expected
 *
 * Returns: whether it is one; the value is in @out.
 */
bool number_parse(const char *text, double *out, GError **error);

/**
 * number_parse_integer:
 * @min: least value that is allowed
 * @max: largest value that is allowed
 *
 * As number_parse(), for whole numbers from @min to @max without fraction or exponent.
 */
bool number_parse_integer(const char *text, int64_t min, int64_t max, int64_t *out, GError **error);
