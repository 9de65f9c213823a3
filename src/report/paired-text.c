/* SPDX-License-Identifier: Apache-2.0 */
#include "report/paired-text.h"

#include <math.h>
#include <string.h>

#include "report/format.h"

static bool is_share(const PairedMetric *metric)
{
  return strcmp(metric->metric->unit, "0 to 1") == 0;
}

char *paired_value_text(const PairedMetric *metric, double value, bool at_least)
{
  const char *mark = at_least ? ">= " : "";
  g_autofree char *text = NULL;
  if (isnan(value))
    return g_strdup("-");
  if (strcmp(metric->metric->unit, "s") == 0)
    text = format_seconds(value);
  else if (is_share(metric))
    text = format_percent(value);
  else if (value == floor(value) && value >= 1000 && value < 0x1p53)
    text = format_count((uint64_t)value);
  else
    text = g_strdup_printf("%.4g", value);
  return g_strconcat(mark, text, NULL);
}

/* A change, or an end of its interval, without its unit; of ratios in percent. */
static char *change_number(const PairedMetric *metric, double change)
{
  if (isnan(change))
    return g_strdup("-");
  if (metric->ratio)
    change = 100 * (change - 1);
  else if (is_share(metric))
    change = 100 * change;
  if (fabs(change) < 1e-9) /* what sums of doubles leave of nothing */
    return g_strdup("0");
  /* Three digits, as long as that takes no exponent. */
  double magnitude = fabs(change);
  int decimals = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : magnitude >= 0.9995 ? 2 : 3;
  if (magnitude < 0.0005 || magnitude >= 1e6)
    return g_strdup_printf("%+.2g", change);
  return g_strdup_printf("%+.*f", decimals, change);
}

static const char *change_unit(const PairedMetric *metric)
{
  if (metric->ratio)
    return " %";
  if (is_share(metric))
    return " points";
  return strcmp(metric->metric->unit, "s") == 0 ? " s" : "";
}

char *paired_change_text(const PairedMetric *metric)
{
  g_autofree char *number = change_number(metric, metric->change);
  return isnan(metric->change) ? g_strdup("-") : g_strconcat(number, change_unit(metric), NULL);
}

char *paired_interval_text(const PairedMetric *metric)
{
  if (isnan(metric->low))
    return g_strdup("-");
  g_autofree char *low = change_number(metric, metric->low);
  g_autofree char *high = change_number(metric, metric->high);
  return g_strdup_printf("%s to %s", low, high);
}

char *paired_p_text(double p)
{
  if (isnan(p))
    return g_strdup("-");
  return p < 0.001 ? g_strdup("< 0.001") : g_strdup_printf("%.3f", p);
}

char *paired_saved_text(const PairedMetric *metric)
{
  if (isnan(metric->saved))
    return g_strdup("-");
  if (isinf(metric->saved))
    return g_strdup("all");
  if (metric->saved >= 1e4)
    return g_strdup("> 10,000 x");
  return g_strdup_printf(metric->saved < 9.95 ? "%.1f x" : "%.0f x", metric->saved);
}

char *paired_metric_text(const PairedMetric *metric)
{
  return strcmp(metric->scope, "run") == 0 ? g_strdup(metric->metric->name)
                                           : g_strdup_printf("%s, %s", metric->metric->name, metric->scope);
}

const char *paired_verdict_text(const PairedMetric *metric, double confidence)
{
  static const char *const words[] = {"worse", "", "better"};
  return words[1 + paired_metric_verdict(metric, confidence)];
}
