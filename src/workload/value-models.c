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
