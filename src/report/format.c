/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

#include <glib.h>
#include <math.h>
#include <string.h>

char *format_count(uint64_t count)
{
  g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, count);
  size_t length = strlen(digits);
  GString *text = g_string_sized_new(length + length / 3);
  for (size_t i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0)
      g_string_append_c(text, ',');
    g_string_append_c(text, digits[i]);
  }
  return g_string_free(text, FALSE);
}

/* Three significant digits of a number from 1 to 999. */
static char *three_digits(double number, const char *unit)
{
  int decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
  return g_strdup_printf("%.*f %s", decimals, number, unit);
}

char *format_about(double number)
{
  if (isnan(number))
    return g_strdup("-");
  if (number < 999999.5)
    return format_count((uint64_t)fmax(round(number), 0));
  static const char *const units[] = {"M", "G", "T"};
  size_t unit = 0;
  for (number /= 1e6; number >= 999.5 && unit + 1 < G_N_ELEMENTS(units); unit++)
    number /= 1e3;
  return three_digits(number, units[unit]);
}

char *format_seconds(double seconds)
{
  if (isnan(seconds))
    return g_strdup("-");
  if (seconds != 0 && seconds < 0.0995)
    return seconds < 0.0009995 ? three_digits(seconds * 1e6, "us") : three_digits(seconds * 1e3, "ms");
  if (seconds < 999.95)
    return g_strdup_printf("%.1f s", seconds);
  if (seconds >= 1e18) /* more than any clock of ours; and it would not fit the count */
    return g_strdup_printf("%.3g s", seconds);
  g_autofree char *count = format_count((uint64_t)llround(seconds));
  return g_strdup_printf("%s s", count);
}

char *format_clock(Duration duration)
{
  int64_t seconds = duration.ns / NS_PER_S;
  int64_t days = seconds / 86400;
  int hours = (int)(seconds / 3600 % 24);
  int minutes = (int)(seconds / 60 % 60);
  int rest = (int)(seconds % 60);
  if (days > 0)
    return g_strdup_printf("%" G_GINT64_FORMAT " d %02d:%02d:%02d", days, hours, minutes, rest);
  if (hours > 0)
    return g_strdup_printf("%d:%02d:%02d", hours, minutes, rest);
  return g_strdup_printf("%d:%02d", minutes, rest);
}

char *format_percent(double share)
{
  if (isnan(share))
    return g_strdup("-");
  double percent = 100 * share;
  int decimals = percent >= 9.995 ? 1 : percent >= 0.9995 ? 2 : 3;
  return g_strdup_printf("%.*f %%", decimals, percent);
}

char *format_kib(int64_t kib)
{
  static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
  double amount = (double)kib;
  size_t unit = 0;
  for (; amount >= 1023.5 && unit + 1 < G_N_ELEMENTS(units); unit++)
    amount /= 1024;
  return g_strdup_printf(unit == 0 || amount >= 99.95 ? "%.0f %s" : "%.1f %s", amount, units[unit]);
}

char *format_counted(uint64_t count, const char *singular)
{
  g_autofree char *number = format_count(count);
  return g_strdup_printf("%s %s%s", number, singular, count == 1 ? "" : "s");
}
