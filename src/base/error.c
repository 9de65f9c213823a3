/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <string.h>

GQuark base_error_quark(void)
{
  return g_quark_from_static_string("offersim-base-error");
}

static size_t min3(size_t a, size_t b, size_t c)
{
  size_t least = a < b ? a : b;
  return least < c ? least : c;
}

/* Edit distance with adjacent swaps, by rows: names are short, so the quadratic cost does not matter. */
static size_t edit_distance(const char *a, const char *b)
{
  size_t length_a = strlen(a);
  size_t length_b = strlen(b);
  size_t width = length_b + 1;
  g_autofree size_t *rows = g_new(size_t, 3 * width);
  size_t *before = rows;
  size_t *last = rows + width;
  size_t *row = rows + 2 * width;

  for (size_t j = 0; j <= length_b; j++)
    last[j] = j;
  for (size_t i = 1; i <= length_a; i++) {
    row[0] = i;
    for (size_t j = 1; j <= length_b; j++) {
      size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = min3(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = MIN(row[j], before[j - 2] + 1);
    }
    size_t *spare = before;
    before = last;
    last = row;
    row = spare;
  }
  return last[length_b];
}

const char *base_nearest(const char *name, const char *const *known)
{
  size_t length = strlen(name);
  size_t limit = MAX(length / 3, 1);
  size_t least = MIN(limit + 1, length); /* something of the name must be left */
  const char *nearest = NULL;

  for (; *known != NULL; known++) {
    size_t other = strlen(*known);
    if (MAX(length, other) - MIN(length, other) >= least)
      continue; /* also keeps the distance cheap where a name is megabytes long */
    size_t distance = edit_distance(name, *known);
    if (distance < least) {
      least = distance;
      nearest = *known;
    }
  }
  return nearest;
}
