/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/number.h"
#include "workload/values.h"

/* --- delay scheduling ----------------------------------------------------------------------------------- */

static bool read_limit(const ValueContext *context, const char *text, uint32_t place, DelayRule *rule,
                       GError **error)
{
  ValueContext counts = *context;
  counts.min = 0;
  counts.max = UINT32_MAX - 1;
  if (rule->kind == DELAY_SKIPS)
    return value_count(&counts, text, &rule->skips[place], error);
  return value_duration(context, text, &rule->waits[place], error);
}

/* What the key delay-reset says is kept. */
bool value_delay(const ValueContext *context, const char *text, void *field, GError **error)
{
  static const char *const names[] = {
      [DELAY_NONE] = "none", [DELAY_SKIPS] = "skips", [DELAY_WAIT] = "wait", NULL};
  DelayRule *out = field;
  DelayRule rule = {.reset_on_launch = out->reset_on_launch};
  g_autofree char *name = NULL;
  g_auto(GStrv) arguments = NULL;
  int kind;
  if (!value_call(text, &name, &arguments, error) || !value_choice(name, "delay", names, &kind, error))
    return false;
  rule.kind = (DelayKind)kind;
  uint32_t n = arguments == NULL ? 0 : g_strv_length(arguments);
  if ((rule.kind == DELAY_NONE) != (arguments == NULL) || n > 2 || (rule.kind != DELAY_NONE && n == 0))
    return value_fail(
        error, "expected \"none\", \"skips(OFFERS[, OFFERS])\" or \"wait(TIME[, TIME])\", not \"%s\"", text);
  for (uint32_t i = 0; i < n; i++)
    if (!read_limit(context, arguments[i], i, &rule, error))
      return false;
  *out = rule;
  return true;
}

bool value_delay_reset(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {"local", "launch", NULL};
  int index;
  if (!value_choice(text, "delay reset", names, &index, error))
    return false;
  *(bool *)field = index == 1;
  return true;
}

/* --- amounts -------------------------------------------------------------------------------------------- */

static bool read_rate(const char *text, double *rate, GError **error)
{
  double bytes;
  if (!bytes_parse(text, "/s", &bytes, error))
    return false;
  if (!(bytes > 0))
    return value_fail(error, "expected a rate above zero, not \"%s\"", text);
  *rate = bytes;
  return true;
}

bool value_rate_or_none(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  if (strcmp(text, "none") == 0) {
    *(double *)field = 0;
    return true;
  }
  return read_rate(text, field, error);
}

/* "1e3" is a factor, "1e3B/s" a rate. */
bool value_read_cost(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  ReadCost cost = {1, 0};
  if (g_str_has_suffix(text, "/s")) {
    if (!read_rate(text, &cost.rate, error))
      return false;
  } else if (!number_parse(text, &cost.factor, NULL) || !(cost.factor >= 1 && cost.factor <= 1e6)) {
    return value_fail(error, "expected a factor from 1 to 1000000 or a rate such as \"20MB/s\", not \"%s\"",
                      text);
  }
  *(ReadCost *)field = cost;
  return true;
}

bool value_share(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  size_t length = strlen(text);
  double percent;
  g_autofree char *digits = g_strchomp(g_strndup(text, length > 0 ? length - 1 : 0));
  if (length == 0 || text[length - 1] != '%' || !number_parse(digits, &percent, NULL) ||
      !(percent >= 0 && percent <= 100))
    return value_fail(error, "expected a percentage from 0%% to 100%%, not \"%s\"", text);
  *(double *)field = percent / 100;
  return true;
}
