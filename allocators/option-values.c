/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/option-values.h"

#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "base/number.h"
#include "base/time-text.h"

bool option_part(const char *key, const char *value, const char *fallback, double *part, char **error)
{
  const char *text = value == NULL ? fallback : value;
  if (number_parse(text, part, NULL) && *part >= 0 && *part <= 1)
    return true;
  *error = g_strdup_printf("\"%s\": expected a number from 0 to 1 (option %s)", text, key);
  return false;
}

bool option_choice(const char *key, const char *value, const char *fallback, const char *const *choices,
                   uint32_t *choice, char **error)
{
  const char *text = value == NULL ? fallback : value;
  for (*choice = 0; choices[*choice] != NULL; (*choice)++)
    if (strcmp(choices[*choice], text) == 0)
      return true;
  g_autofree char *all = g_strjoinv(", ", (char **)(guintptr)choices);
  const char *nearest = base_nearest(text, choices);
  if (nearest != NULL)
    *error = g_strdup_printf("\"%s\": did you mean \"%s\"? expected one of %s (option %s)", text, nearest,
                             all, key);
  else
    *error = g_strdup_printf("\"%s\": expected one of %s (option %s)", text, all, key);
  return false;
}

bool option_duration(const char *key, const char *value, const char *fallback, Duration *duration,
                     char **error)
{
  const char *text = value == NULL ? fallback : value;
  if (strcmp(text, "off") == 0) {
    *duration = (Duration){-1};
    return true;
  }
  if (duration_parse(text, duration, NULL) && duration->ns >= 0)
    return true;
  *error = g_strdup_printf("\"%s\": expected off or a duration such as 30s (option %s)", text, key);
  return false;
}
