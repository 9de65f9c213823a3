/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time-text.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/number.h"

typedef struct {
  const char *name;
  int64_t ns;
} TimeUnit;

static const TimeUnit time_units[] = {
    {"d", NS_PER_D},   {"h", NS_PER_H},   {"min", NS_PER_MIN}, {"s", NS_PER_S},
    {"ms", NS_PER_MS}, {"us", NS_PER_US}, {"ns", 1},
};

bool duration_from_seconds(double seconds, Duration *out)
{
  if (!isfinite(seconds))
    return false;
  double ns = floor(seconds * 1e9 + 0.5);
  /* 2^63 is the first double that does not fit. */
  if (ns >= 9223372036854775808.0 || ns < -9223372036854775808.0)
    return false;
  out->ns = (int64_t)ns;
  return true;
}

static const TimeUnit *unit_find(const char *text)
{
  for (size_t i = 0; i < G_N_ELEMENTS(time_units); i++)
    if (strcmp(text, time_units[i].name) == 0)
      return &time_units[i];
  return NULL;
}

bool duration_parse(const char *text, Duration *out, GError **error)
{
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  const char *end;
  double approximate;
  int64_t ns;

  if (!number_scan(trimmed, &end, &approximate)) {
    g_set_error(error, BASE_ERROR, BASE_ERROR_TIME, "expected a duration such as \"30s\", not \"%s\"", text);
    return false;
  }
  while (g_ascii_isspace(*end))
    end++;
  const TimeUnit *unit = unit_find(end);
  if (unit == NULL) {
    if (*end == '\0')
      g_set_error(
          error, BASE_ERROR, BASE_ERROR_TIME,
          "expected a duration with its unit (ns, us, ms, s, min, h or d), such as \"%ss\", not \"%s\"",
          trimmed, text);
    else
      g_set_error(error, BASE_ERROR, BASE_ERROR_TIME,
                  "unknown unit \"%s\" in \"%s\"; expected ns, us, ms, s, min, h or d", end, text);
    return false;
  }
  if (approximate < 0) {
    g_set_error(error, BASE_ERROR, BASE_ERROR_TIME, "expected a duration that is not negative, not \"%s\"",
                text);
    return false;
  }
  Duration rounded;
  bool exact = number_scan_scaled(trimmed, NULL, unit->ns, &ns) && strpbrk(trimmed, "eE") == NULL;
  if (!exact) {
    if (!duration_from_seconds(approximate * ((double)unit->ns / 1e9), &rounded)) {
      g_set_error(error, BASE_ERROR, BASE_ERROR_TIME, "\"%s\" is too long; expected at most 292 years", text);
      return false;
    }
    ns = rounded.ns;
  }
  out->ns = ns;
  return true;
}

char *duration_print(Duration duration)
{
  for (size_t i = 0; i < G_N_ELEMENTS(time_units); i++)
    if (duration.ns % time_units[i].ns == 0 && duration.ns != 0)
      return g_strdup_printf("%" G_GINT64_FORMAT "%s", duration.ns / time_units[i].ns, time_units[i].name);
  return g_strdup("0s");
}
