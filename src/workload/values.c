/* SPDX-License-Identifier: Apache-2.0 */
#include "workload/values.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/number.h"
#include "base/time-text.h"
#include "workload/workload-file.h"

#define DAYS_MAX 36500

bool value_fail(GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *message = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error_literal(error, WORKLOAD_ERROR, WORKLOAD_ERROR_VALUE, message);
  return false;
}

bool value_choice(const char *text, const char *what, const char *const *names, int *index, GError **error)
{
  for (int i = 0; names[i] != NULL; i++)
    if (strcmp(text, names[i]) == 0) {
      *index = i;
      return true;
    }
  const char *nearest = base_nearest(text, names);
  if (nearest != NULL) {
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_NAME, "unknown %s \"%s\"; did you mean \"%s\"?", what,
                text, nearest);
  } else {
    g_autofree char *all = g_strjoinv(", ", (char **)(guintptr)names);
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_NAME, "unknown %s \"%s\"; expected one of %s", what,
                text, all);
  }
  return false;
}

char **value_words(const char *text)
{
  g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
  GPtrArray *some = g_ptr_array_new();
  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      g_ptr_array_add(some, g_strdup(*word));
  g_ptr_array_add(some, NULL);
  return (char **)g_ptr_array_free(some, FALSE);
}

const char *value_assigned(const char *word, const char *name)
{
  size_t length = strlen(name);
  return strncmp(word, name, length) == 0 && word[length] == '=' ? word + length + 1 : NULL;
}

/* --- times ---------------------------------------------------------------------------------------------- */

static bool duration_read(const char *text, Duration *out, GError **error)
{
  Duration duration;
  if (!duration_parse(text, &duration, error))
    return false;
  if (duration.ns > DAYS_MAX * NS_PER_D)
    return value_fail(error, "\"%s\" is too long; expected at most %dd", text, DAYS_MAX);
  *out = duration;
  return true;
}

bool value_duration(const ValueContext *context, const char *text, void *field, GError **error)
{
  Duration *duration = field;
  if (!duration_read(text, duration, error))
    return false;
  if (context->min > 0 && duration->ns == 0)
    return value_fail(error, "expected a duration longer than zero, not \"%s\"", text);
  return true;
}

bool value_duration_or_none(const ValueContext *context, const char *text, void *field, GError **error)
{
  Duration *duration = field;
  if (strcmp(text, "none") == 0) {
    *duration = DURATION_MAX;
    return true;
  }
  g_autoptr(GError) why = NULL;
  if (value_duration(context, text, field, &why))
    return true;
  return value_fail(error, "%s; or \"none\"", why->message);
}

bool value_period(const ValueContext *context, const char *text, void *field, GError **error)
{
  Duration *period = field;
  if (!value_duration_or_none(context, text, field, error))
    return false;
  if (period->ns == DURATION_MAX.ns)
    *period = DURATION_ZERO;
  return true;
}

bool value_instant(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  Duration since_start = DURATION_ZERO;
  if (!duration_read(text, &since_start, error))
    return false;
  *(Instant *)field = (Instant){since_start.ns};
  return true;
}

/* --- numbers -------------------------------------------------------------------------------------------- */

bool value_integer(const ValueContext *context, const char *text, void *field, GError **error)
{
  return number_parse_integer(text, context->min, context->max, field, error);
}

bool value_count(const ValueContext *context, const char *text, void *field, GError **error)
{
  int64_t count;
  if (!number_parse_integer(text, context->min, context->max, &count, error))
    return false;
  *(uint32_t *)field = (uint32_t)count;
  return true;
}

static bool integer_or_unlimited(const ValueContext *context, const char *text, bool *unlimited, int64_t *out,
                                 GError **error)
{
  g_autoptr(GError) why = NULL;
  *unlimited = strcmp(text, "unlimited") == 0;
  if (*unlimited || number_parse_integer(text, context->min, context->max, out, &why))
    return true;
  return value_fail(error, "%s; or \"unlimited\"", why->message);
}

bool value_count_or_unlimited(const ValueContext *context, const char *text, void *field, GError **error)
{
  bool unlimited;
  int64_t count = 0;
  if (!integer_or_unlimited(context, text, &unlimited, &count, error))
    return false;
  *(uint32_t *)field = unlimited ? UINT32_MAX : (uint32_t)count;
  return true;
}

bool value_jobs(const ValueContext *context, const char *text, void *field, GError **error)
{
  bool unlimited;
  int64_t count = 0;
  if (!integer_or_unlimited(context, text, &unlimited, &count, error))
    return false;
  *(uint64_t *)field = unlimited ? UINT64_MAX : (uint64_t)count;
  return true;
}

bool value_positive(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  double number;
  if (!number_parse(text, &number, error))
    return false;
  if (number <= 0)
    return value_fail(error, "expected a number above zero, not \"%s\"", text);
  *(double *)field = number;
  return true;
}

bool value_yes_no(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  bool yes = strcmp(text, "yes") == 0;
  if (!yes && strcmp(text, "no") != 0)
    return value_fail(error, "expected \"yes\" or \"no\", not \"%s\"", text);
  *(bool *)field = yes;
  return true;
}

bool value_text(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  if (*text == '\0')
    return value_fail(error, "expected a text, not an empty value");
  *(char **)field = g_strdup(text);
  return true;
}

bool value_role(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  if (!role_path_check(text, error))
    return false;
  *(char **)field = g_strdup(text);
  return true;
}

bool value_names(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  g_auto(GStrv) names = g_strsplit(text, ",", -1);
  if (names[0] == NULL)
    return value_fail(error, "expected names with commas between them");
  for (char **name = names; *name != NULL; name++)
    if (*g_strstrip(*name) == '\0')
      return value_fail(error, "expected names with commas between them, not \"%s\"", text);
  *(char ***)field = g_steal_pointer(&names);
  return true;
}

bool value_roles(const ValueContext *context, const char *text, void *field, GError **error)
{
  g_auto(GStrv) roles = NULL;
  if (!value_names(context, text, &roles, error))
    return false;
  for (char **role = roles; *role != NULL; role++) {
    if (!role_path_check(*role, error))
      return false;
    for (char **other = roles; other < role; other++)
      if (strcmp(*other, *role) == 0)
        return value_fail(error, "\"%s\" names the role \"%s\" twice", text, *role);
  }
  *(char ***)field = g_steal_pointer(&roles);
  return true;
}

bool value_kinds(const ValueContext *context, const char *text, void *field, GError **error)
{
  const char *known[RESOURCE_KINDS_MAX + 1] = {NULL};
  for (uint32_t kind = 0; kind < resource_kinds_count(context->kinds); kind++)
    known[kind] = resource_kinds_name(context->kinds, kind);
  uint32_t kinds = 0;
  g_auto(GStrv) names = NULL;
  if (*text != '\0' && !value_names(context, text, &names, error))
    return false;
  for (char **name = names; name != NULL && *name != NULL; name++) {
    int kind;
    if (!value_choice(*name, "resource", known, &kind, error))
      return false;
    kinds |= 1u << kind;
  }
  *(uint32_t *)field = kinds;
  return true;
}

/* --- sizes ---------------------------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  double bytes;
} SizeUnit;

static const SizeUnit size_units[] = {
    {"B", 1},    {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40},
    {"KB", 1e3}, {"kB", 1e3},     {"MB", 1e6},     {"GB", 1e9},     {"TB", 1e12},
};

bool bytes_parse(const char *text, const char *suffix, double *out, GError **error)
{
  static const char expected[] = "B, KiB, MiB, GiB, TiB, KB, MB, GB or TB";
  const char *end;
  double number;
  if (!number_scan(text, &end, &number))
    return value_fail(error, "expected a number with its unit, such as \"64MiB%s\", not \"%s\"", suffix,
                      text);
  while (*end == ' ' || *end == '\t')
    end++;
  if (*end == '\0')
    return value_fail(error, "expected a unit (%s) behind \"%s\"%s%s", expected, text,
                      *suffix == '\0' ? "" : ", then ", suffix);
  size_t length = strlen(end);
  size_t behind = strlen(suffix);
  if (g_str_has_suffix(end, suffix))
    for (size_t i = 0; i < G_N_ELEMENTS(size_units); i++)
      if (strlen(size_units[i].name) == length - behind &&
          strncmp(end, size_units[i].name, length - behind) == 0) {
        double bytes = number * size_units[i].bytes;
        if (number < 0)
          return value_fail(error, "expected a size that is not negative, not \"%s\"", text);
        if (!isfinite(bytes) || bytes > 0x1p80)
          return value_fail(error, "\"%s\" is too large", text);
        *out = bytes;
        return true;
      }
  return value_fail(error, "unknown unit \"%s\" in \"%s\"; expected %s%s%s", end, text, expected,
                    *suffix == '\0' ? "" : ", each with ", suffix);
}

bool value_bytes(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  double bytes;
  if (!bytes_parse(text, "", &bytes, error))
    return false;
  if (bytes < 1)
    return value_fail(error, "expected a size of at least one byte, not \"%s\"", text);
  *(double *)field = bytes;
  return true;
}

bool value_memory(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  double bytes;
  if (!bytes_parse(text, "", &bytes, error))
    return false;
  double amount = floor(bytes / 0x1p20 * QUANTITY_UNIT + 0.5);
  if (amount > 1e15)
    return value_fail(error, "\"%s\" is too large", text);
  *(int64_t *)field = (int64_t)amount;
  return true;
}

bool measure_parse(Measure measure, const char *text, double *out, GError **error)
{
  Duration duration = DURATION_ZERO;
  double number = 0;
  switch (measure) {
  case MEASURE_TIME:
    if (!duration_read(text, &duration, error))
      return false;
    *out = duration_seconds(duration);
    return true;
  case MEASURE_RATE:
    return bytes_parse(text, "/s", out, error);
  case MEASURE_NUMBER:
    if (!number_parse(text, &number, error))
      return false;
    if (number < 0)
      return value_fail(error, "expected a number that is not negative, not \"%s\"", text);
    *out = number;
    return true;
  }
  g_assert_not_reached();
}
