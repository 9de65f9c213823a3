/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quantities.h"

uint32_t quantities_divide(const Quantities *whole, const Quantities *part)
{
  int64_t least = UINT32_MAX;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (part->amount[kind] > 0) {
      int64_t times = whole->amount[kind] / part->amount[kind];
      least = times < least ? times : least;
    }
  return (uint32_t)least;
}
