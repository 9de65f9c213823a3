/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/swf-scan.h"

#include <glib.h>
#include <string.h>

#include "traces/trace-number.h"

#define WORDS ((SWF_SCAN_LENGTH_MAX + 1) / 64)
#define ONES  UINT64_C(0x0101010101010101)

/* The first character is the lowest byte on every machine. */
static uint64_t load(const char *at)
{
  uint64_t bytes;
  memcpy(&bytes, at, sizeof bytes);
  return GUINT64_FROM_LE(bytes);
}

/* One bit per character, the first one lowest: whether it belongs to a word, being neither blank nor control.
 */
static uint64_t words_of_8(const char *at)
{
  uint64_t x = load(at);
  uint64_t tops = (((x & (ONES * 127)) + ONES * (127 - ' ')) | x) & (ONES * 128);
  /* Moves bit 8 i to 56 + i; no two products meet, so nothing is carried. */
  return (tops >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

/*
 * Where words begin and end, in turn: 2 * SWF_FIELDS positions, the last one the first behind the last word.
 * Returns false where there are more words, or fewer.
 */
static bool find_edges(const char *line, size_t length, uint32_t edges[static SWF_SCAN_LENGTH_MAX + 1])
{
  uint64_t words[WORDS] = {0}; /* bit i: character i belongs to a word */
  for (size_t i = 0; i < length; i += 8)
    words[i / 64] |= words_of_8(line + i) << (i % 64);
  /* Without what was read behind the end; the line is shorter than the mask, so the last word ends in it. */
  words[length / 64] &= (UINT64_C(1) << (length % 64)) - 1;

  uint32_t *next = edges;
  uint64_t carry = 0;
  for (uint32_t base = 0; base <= length; base += 64) {
    uint64_t word = words[base / 64];
    for (uint64_t bits = word ^ (word << 1 | carry); bits != 0; bits &= bits - 1)
      *next++ = base + (uint32_t)__builtin_ctzll(bits);
    carry = word >> 63;
  }
  return (size_t)(next - edges) == (size_t)2 * SWF_FIELDS;
}

/* @n digits, 1 to 8, at @at: false where one of them is none. */
static bool scan_digits(const char *at, unsigned n, uint64_t *out)
{
  /* Shifted up, the digits stand behind leading zeros; what followed them falls off. */
  uint64_t x = (load(at) ^ (ONES * '0')) << (64 - 8 * n);
  if (((x + ONES * (127 - 9)) | x) & (ONES * 128))
    return false;
  x = (x * 10 + (x >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
  x = (x * 100 + (x >> 16)) & UINT64_C(0x0000ffff0000ffff);
  *out = (x * 10000 + (x >> 32)) & UINT64_C(0xffffffff);
  return true;
}

bool swf_scan(const char *line, size_t length, double values[SWF_FIELDS], uint32_t *decimals)
{
  uint32_t edges[SWF_SCAN_LENGTH_MAX + 1];
  uint32_t others = 0;
  if (!find_edges(line, length, edges))
    return false;
  for (size_t i = 0; i < SWF_FIELDS; i++) {
    const char *at = line + edges[2 * i];
    const char *end = line + edges[2 * i + 1];
    unsigned width = (unsigned)(end - at);
    uint64_t value;
    /* Half of the fields of most logs. */
    if (width == 2 && at[0] == '-' && at[1] == '1') {
      values[i] = -1;
    } else if (G_LIKELY(width <= 8) && G_LIKELY(scan_digits(at, width, &value))) {
      values[i] = (double)(int64_t)value;
    } else {
      others |= 1u << i;
      if (!trace_number_scan(&at, &values[i]) || at != end)
        return false;
    }
  }
  *decimals = others;
  return true;
}
