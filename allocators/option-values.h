/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Values of options (AllocatorOption): from text to what they mean, for create().
 *
 * Each takes the @key for its message, the @value as given (NULL: not given, so @fallback counts) and returns false
 * with @error (to be freed with g_free()) where the value makes no sense; it names the value and what was expected.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

/** option_part: a number from 0 to 1. */
bool option_part(const char *key, const char *value, const char *fallback, double *part, char **error);

/** option_choice: one of @choices, which ends with NULL; @choice receives its index. */
bool option_choice(const char *key, const char *value, const char *fallback, const char *const *choices,
                   uint32_t *choice, char **error);

/** option_duration: "off" (negative), or a duration with its unit, not negative. */
bool option_duration(const char *key, const char *value, const char *fallback, Duration *duration,
                     char **error);
