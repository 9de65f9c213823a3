/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

/* Wide enough for any int64_t times any scale. */
__extension__ typedef __int128 wide;

static const char *skip_digits(const char *text)
{
  while (g_ascii_isdigit(*text))
    text++;
  return text;
}

static const char *skip_space(const char *text)
{
  while (g_ascii_isspace(*text))
    text++;
  return text;
}

/* The end of the decimal at @text, or NULL. strtod() alone would also take "inf", "0x10" and leading blanks.
 */
static const char *decimal_end(const char *text, bool exponent)
{
  const char *at = text;
  if (*at == '+' || *at == '-')
    at++;
  const char *whole = at;
  at = skip_digits(at);
  size_t digits = (size_t)(at - whole);
  if (*at == '.') {
    const char *fraction = at + 1;
    at = skip_digits(fraction);
    digits += (size_t)(at - fraction);
  }
  if (digits == 0)
    return NULL;
  if (exponent && (*at == 'e' || *at == 'E')) {
    const char *power = at + 1;
    if (*power == '+' || *power == '-')
      power++;
    const char *after = skip_digits(power);
    if (after > power)
      at = after;
  }
  return at;
}

bool number_scan(const char *text, const char **end, double *out)
{
  const char *after = decimal_end(text, true);
  if (after == NULL)
    return false;
  char *read;
  double value = g_ascii_strtod(text, &read);
  if (read != after) { /* "0x10": the decimal is the "0" */
    g_autofree char *decimal = g_strndup(text, (size_t)(after - text));
    value = g_ascii_strtod(decimal, NULL);
  }
  if (!isfinite(value))
    return false;
  if (end != NULL)
    *end = after;
  *out = value;
  return true;
}

bool number_scan_scaled(const char *text, const char **end, int64_t scale, int64_t *out)
{
  const char *after = decimal_end(text, false);
  if (after == NULL)
    return false;
  bool negative = *text == '-';
  const char *at = text + (*text == '-' || *text == '+');

  wide value = 0;
  const wide limit = (wide)INT64_MAX + 1;
  for (; g_ascii_isdigit(*at); at++) {
    value = value * 10 + (*at - '0') * (wide)scale;
    if (value > limit)
      return false;
  }
  /* The fraction is kept as remaining * 10^-digits of the scale until it no longer matters. */
  if (*at == '.') {
    wide fraction = 0;
    wide divisor = 1;
    bool more = false;
    for (at++; g_ascii_isdigit(*at); at++) {
      if (divisor < (wide)1000000000000000000) {
        fraction = fraction * 10 + (*at - '0');
        divisor *= 10;
      } else if (*at != '0') {
        more = true;
      }
    }
    wide scaled = fraction * scale;
    wide whole = scaled / divisor;
    wide rest2 = (scaled % divisor) * 2;
    bool up = negative ? rest2 > divisor || (rest2 == divisor && more) : rest2 >= divisor;
    value += whole + (up ? 1 : 0);
  }
  if (negative)
    value = -value;
  if (value > INT64_MAX || value < INT64_MIN)
    return false;
  if (end != NULL)
    *end = after;
  *out = (int64_t)value;
  return true;
}

bool number_parse(const char *text, double *out, GError **error)
{
  const char *start = skip_space(text);
  const char *end;
  double value;
  if (!number_scan(start, &end, &value) || *skip_space(end) != '\0') {
    g_set_error(error, BASE_ERROR, BASE_ERROR_NUMBER, "expected a finite number, not \"%s\"", text);
    return false;
  }
  *out = value;
  return true;
}

bool number_parse_integer(const char *text, int64_t min, int64_t max, int64_t *out, GError **error)
{
  const char *start = skip_space(text);
  const char *digits = start + (*start == '-' || *start == '+');
  const char *end = skip_digits(digits);
  int64_t value;
  if (end == digits || *skip_space(end) != '\0') {
    g_set_error(error, BASE_ERROR, BASE_ERROR_NUMBER, "expected a whole number, not \"%s\"", text);
    return false;
  }
  if (!number_scan_scaled(start, NULL, 1, &value) || value < min || value > max) {
    g_set_error(error, BASE_ERROR, BASE_ERROR_NUMBER,
                "expected a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ", not \"%s\"", min,
                max, text);
    return false;
  }
  *out = value;
  return true;
}
