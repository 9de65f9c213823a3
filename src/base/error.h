/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The error domain of the base layer, for text that a person wrote.
 *
 * A message says what was expected and what was found; where (file, line, key) is added by whoever knows it,
 * with g_prefix_error(). base_nearest() finds the name that was probably meant.
 */

#include <glib.h>

#define BASE_ERROR (base_error_quark())

typedef enum {
  BASE_ERROR_TIME,      /* not a duration */
  BASE_ERROR_NUMBER,    /* not a number, or out of range */
  BASE_ERROR_RESOURCES, /* not a set of resources */
  BASE_ERROR_ROLE,      /* not a role path */
} BaseError;

GQuark base_error_quark(void);

/**
 * base_nearest:
 * @name: what was written
 * @known: NULL-terminated array of the names that exist
 *
 * Returns: (transfer none) (nullable): the entry of @known with the smallest edit distance (adjacent swaps
 * count one), the first of equals, if that is at most a third of the length of @name (at least 1), and less
 * than all of it.
 */
const char *base_nearest(const char *name, const char *const *known);
