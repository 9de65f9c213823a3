/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Decimal numbers in traces, exact and fast.
 *
 * The grammar is that of base/number.h: sign, digits, fraction, exponent. Up to 15 digits without an exponent
 * are mantissa and power of ten, both exact in a double, so that one division rounds once: the result equals
 * strtod() bit by bit (W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990). Everything
 * else goes through number_scan(), which is strtod() in the C locale.
 *
 * Cost: about 1 ns per character.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/number.h"

#define TRACE_DIGITS_EXACT 15

/** trace_digit: the value of the digit @c; above 9 where it is none. */
static inline unsigned trace_digit(char c)
{
  return (unsigned)(unsigned char)c - '0';
}

/** trace_is_blank: what separates the columns of a line besides its end. */
static inline bool trace_is_blank(char c)
{
  return c == ' ' || c == '\t';
}

/**
 * trace_number_scan:
 * @at: where a number is expected; moved behind it on success
 * @out: receives the value
 *
 * Returns: false where there is no number or it overflows a double; then nothing is written.
 */
static inline bool trace_number_scan(const char **at, double *out)
{
  static const double powers[TRACE_DIGITS_EXACT + 1] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                        1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const char *p = *at;
  bool negative = *p == '-';
  if (negative || *p == '+')
    p++;

  /* Wraps around beyond 19 digits, where the mantissa is not used. */
  uint64_t mantissa = 0;
  const char *whole = p;
  for (; trace_digit(*p) <= 9; p++)
    mantissa = mantissa * 10 + trace_digit(*p);
  ptrdiff_t digits = p - whole;
  ptrdiff_t decimals = 0;
  if (*p == '.') {
    const char *fraction = ++p;
    for (; trace_digit(*p) <= 9; p++)
      mantissa = mantissa * 10 + trace_digit(*p);
    decimals = p - fraction;
    digits += decimals;
  }
  if (digits == 0)
    return false;
  if (__builtin_expect(digits > TRACE_DIGITS_EXACT || (*p | 0x20) == 'e', false))
    return number_scan(*at, at, out);

  double value = (double)(int64_t)mantissa;
  if (decimals != 0)
    value /= powers[decimals];
  *out = negative ? -value : value;
  *at = p;
  return true;
}

/**
 * trace_whole_scan:
 * @at: where digits with an optional sign are expected; moved behind them on success
 * @out: receives the value
 *
 * Returns: false where there are no digits or an int64_t cannot hold them; then nothing is written.
 */
static inline bool trace_whole_scan(const char **at, int64_t *out)
{
  const char *p = *at;
  bool negative = *p == '-';
  if (negative || *p == '+')
    p++;
  if (trace_digit(*p) > 9)
    return false;
  int64_t value = 0;
  for (; trace_digit(*p) <= 9; p++) {
    int64_t digit = (int64_t)trace_digit(*p);
    if (__builtin_mul_overflow(value, INT64_C(10), &value) ||
        __builtin_add_overflow(value, negative ? -digit : digit, &value))
      return false;
  }
  *out = value;
  *at = p;
  return true;
}
