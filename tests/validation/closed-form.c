/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/validation/closed-form.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "engine/random.h"
#include "metrics/statistics.h"

#define SEED 20110330 /* fixed beforehand: the day on which the paper was given */

/* --- the forms ------------------------------------------------------------------------------------------ */

Form form_ramp_up(bool exponential, uint32_t k)
{
  if (exponential)
    return (Form){"ramp-up", harmonic(k, 1), 0, log(k), sqrt(harmonic(k, 2)) / harmonic(k, 1)};
  return (Form){"ramp-up", k / (k + 1.0), 0, 1, 1 / sqrt(k * (k + 2.0))};
}

Form form_ramp_up_any(uint32_t k, uint32_t n)
{
  double mean = harmonic(n, 1) - harmonic(n - k, 1);
  double variance = harmonic(n, 2) - harmonic(n - k, 2);
  return (Form){"ramp-up", mean, 0, -log1p(-(double)k / n), sqrt(variance) / mean};
}

Form form_completion(bool exponential, bool rigid, uint32_t k)
{
  if (rigid) {
    Form form = form_ramp_up(exponential, k);
    return (Form){"completion", form.exact + BETA, 0, form.paper + BETA, 0};
  }
  double mean = exponential ? 1 : 0.5;
  double variance = exponential ? 1 : 1.0 / 12;
  return (Form){"completion", mean + BETA, 0.001, mean + BETA, sqrt(variance / k) / (mean + BETA)};
}

Form form_utilization(bool exponential, uint32_t k)
{
  double waste = exponential ? harmonic(k, 1) - 1 : (k - 1) / (2 * (k + 1.0));
  double paper = exponential ? log(k) - 1 : 0.5;
  return (Form){"utilization", BETA / (BETA + waste), 0, BETA / (BETA + paper), 0};
}

/* --- how much of them ----------------------------------------------------------------------------------- */

double form_width(bool elastic_completion)
{
  const char *asked = getenv("OFFERSIM_CLOSED_FORMS");
  return elastic_completion && (asked == NULL || strcmp(asked, "full") != 0) ? 0.025 : 0.01;
}

static double expected_width(const Form *form, uint32_t n)
{
  double quantile = student_t_quantile(1 - FAMILY_ERROR / FAMILY_SIZE / 2, n - 1);
  double margin = 1.02 + 2 / sqrt(2.0 * (n - 1));
  return 2 * quantile * margin * form->variation / sqrt(n);
}

uint32_t form_runs(const Form *form, double width)
{
  uint32_t n = 4;
  CHECK(form->variation > 0);
  while (expected_width(form, n) >= width)
    n += 1 + n / 100;
  return n;
}

uint64_t form_seed(const char *scheduler, bool exponential, uint32_t k, uint32_t n, uint32_t run)
{
  uint64_t of_case = sim_entity_hash(scheduler, exponential, k, n);
  return sim_replication_seed(SEED + of_case, run);
}

/* --- tables --------------------------------------------------------------------------------------------- */

void form_title(const char *scheduler, bool exponential, uint32_t k, uint32_t n)
{
  printf("# %s, %s, ", scheduler, exponential ? "exponential" : "constant");
  if (k < n)
    printf("any k = %u of n = %u slots\n", k, n);
  else
    printf("its own k = %u slots, beta = %d\n", k, BETA);
  printf("#   %-13s %7s %9s   %-22s %7s %10s %10s\n", "", "runs", "mean", "interval", "width", "exact",
         "paper");
  fflush(stdout);
}

static void print(const Form *form, const Pairs *pairs, const Interval *interval)
{
  printf("#   %-13s %7u %9.5f   [%9.5f, %9.5f] %5.2f %% %10.5f %10.5f\n", form->metric, (unsigned)pairs->n,
         interval->value, interval->low, interval->high, 100 * interval->width, form->exact, form->paper);
  fflush(stdout);
}

void form_print(const Form *form, const Pairs *pairs)
{
  Interval interval = pairs_interval(pairs, FAMILY_ERROR / FAMILY_SIZE);
  print(form, pairs, &interval);
}

void form_test(const Form *form, const Pairs *pairs, double width)
{
  Interval interval = pairs_interval(pairs, FAMILY_ERROR / FAMILY_SIZE);
  print(form, pairs, &interval);
  ck_assert_msg(interval.width < width, "%s: the interval is %.3f %% wide, not below %.3f %%", form->metric,
                100 * interval.width, 100 * width);
  ck_assert_msg(interval.low <= form->exact + form->allowance && interval.high >= form->exact,
                "%s: [%.6f, %.6f] does not contain %.6f", form->metric, interval.low, interval.high,
                form->exact);
}
