/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/number.h"
#include "workload/values.h"

#define FACTOR_MAX 1e6

/* --- what runs slower ----------------------------------------------------------------------------------- */

bool value_stragglers(const ValueContext *context, const char *text, void *field, GError **error)
{
  Stragglers stragglers = {0, 1};
  g_auto(GStrv) parts = g_strsplit(text, ":", 2);
  if (strcmp(text, "none") != 0) {
    if (parts[0] == NULL || parts[1] == NULL ||
        !value_share(context, g_strstrip(parts[0]), &stragglers.probability, NULL) ||
        !number_parse(g_strstrip(parts[1]), &stragglers.factor, NULL) ||
        !(stragglers.factor >= 1 && stragglers.factor <= FACTOR_MAX))
      return value_fail(
          error,
          "expected \"none\" or a percentage and a factor from 1 to 1000000, such as \"5%%: 3\", "
          "not \"%s\"",
          text);
  }
  *(Stragglers *)field = stragglers;
  return true;
}

/* --- isolation ------------------------------------------------------------------------------------------ */

bool value_isolation(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {[ISOLATION_NONE] = "none", [ISOLATION_CONTAINERS] = "containers", NULL};
  int index;
  if (!value_choice(text, "isolation", names, &index, error))
    return false;
  *(IsolationKind *)field = (IsolationKind)index;
  return true;
}

/* "0.5: 1.1"; loads ascend. */
static bool read_point(const char *text, SlowdownList *points)
{
  g_auto(GStrv) parts = g_strsplit(text, ":", 2);
  SlowdownPoint *point = &points->list[points->n];
  if (parts[0] == NULL || parts[1] == NULL || !number_parse(g_strstrip(parts[0]), &point->load, NULL) ||
      !number_parse(g_strstrip(parts[1]), &point->factor, NULL) || !(point->load >= 0 && point->load <= 1) ||
      !(point->factor >= 1 && point->factor <= FACTOR_MAX) ||
      (points->n > 0 && point->load <= points->list[points->n - 1].load))
    return false;
  points->n++;
  return true;
}

bool value_slowdown(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  SlowdownList points = {NULL, 0};
  if (strcmp(text, "none") != 0) {
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    points.list = g_new0(SlowdownPoint, g_strv_length(parts) + 1);
    char **part = parts;
    while (*part != NULL && read_point(*part, &points))
      part++;
    if (*part != NULL || points.n == 0) {
      g_free(points.list);
      return value_fail(
          error,
          "expected \"none\" or loads that ascend from 0 to 1, each with a factor from 1 to 1000000, such "
          "as \"0: 1, 0.5: 1.1, 1: 1.3\", not \"%s\"",
          text);
    }
  }
  *(SlowdownList *)field = points;
  return true;
}
