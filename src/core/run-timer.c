/* SPDX-License-Identifier: Apache-2.0 */
#include "core/run-timer.h"

void run_timer_init(RunTimer *timer)
{
  g_queue_init(&timer->samples);
}

void run_timer_clear(RunTimer *timer)
{
  g_queue_clear_full(&timer->samples, g_free);
}

static bool is_old(const RunTimerSample *sample, Instant now)
{
  return now.ns - sample->at.ns > RUN_TIMER_WINDOW_NS;
}

void run_timer_add(RunTimer *timer, Instant now, int64_t ns)
{
  RunTimerSample *sample = g_new(RunTimerSample, 1);
  *sample = (RunTimerSample){now, (double)ns / (double)NS_PER_MS};
  g_queue_push_tail(&timer->samples, sample);
  /* The last one is kept, however old: it is the value. */
  while (timer->samples.length > RUN_TIMER_SAMPLES ||
         (timer->samples.length > 1 && is_old(g_queue_peek_head(&timer->samples), now)))
    g_free(g_queue_pop_head(&timer->samples));
}

static int compare_numbers(const void *a, const void *b)
{
  double x = *(const double *)a;
  double y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* @sorted: two or more. */
static double percentile(const GArray *sorted, double part)
{
  double at = part * (sorted->len - 1);
  guint below = (guint)at;
  double low = g_array_index(sorted, double, below);
  if (below + 1 >= sorted->len)
    return low;
  return low + (at - below) * (g_array_index(sorted, double, below + 1) - low);
}

void run_timer_values(const RunTimer *timer, Instant now, RunTimerValue value, void *self)
{
  static const struct {
    const char *suffix;
    double part;
  } percentiles[] = {{"/max", 1},    {"/min", 0},    {"/p50", 0.5},    {"/p90", 0.9},
                     {"/p95", 0.95}, {"/p99", 0.99}, {"/p999", 0.999}, {"/p9999", 0.9999}};
  const RunTimerSample *last = timer->samples.tail == NULL ? NULL : timer->samples.tail->data;
  if (last == NULL)
    return;
  value(self, "", last->ms);
  g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(double));
  for (const GList *at = timer->samples.tail; at != NULL && !is_old(at->data, now); at = at->prev)
    g_array_append_val(sorted, ((const RunTimerSample *)at->data)->ms);
  if (sorted->len < 2)
    return;
  g_array_sort(sorted, compare_numbers);
  value(self, "/count", sorted->len);
  for (guint i = 0; i < G_N_ELEMENTS(percentiles); i++)
    value(self, percentiles[i].suffix, percentile(sorted, percentiles[i].part));
}
