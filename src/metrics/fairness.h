/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Fairness: how near to the fair shares the shares of a run came, from samples of both.
 *
 *   ratio        of a framework: sum of its dominant shares over the samples / sum of its fair shares over
 * the same samples. Frameworks whose fair shares sum to nothing (nothing demanded at any sample) have none.
 *   Jain index   over the ratios x of the n frameworks that have one: (sum x)^2 / (n * sum x^2): 1 where all
 *                have the same part of what is fair, 1/n where one has everything.
 *   gap          of a framework in a sample: fair share less dominant share where that is positive. A fair
 *                share never exceeds the demand, so only frameworks with unmet demand have a gap.
 *   largest gap  over all samples and frameworks.
 *
 * Only samples at or after the warm-up count. The fair share is that of fair-share.h, over what is demanded
 * at that instant: tasks that run and tasks that could run.
 */

#include <math.h>
#include <stdint.h>

typedef struct {
  uint32_t n;
  double sum;
  double squares;
} JainIndex;

/** jain_add: one more ratio. */
static inline void jain_add(JainIndex *jain, double ratio)
{
  jain->n++;
  jain->sum += ratio;
  jain->squares += ratio * ratio;
}

/** jain_value: NAN where there is no ratio, or where all are 0. */
static inline double jain_value(const JainIndex *jain)
{
  return jain->squares > 0 ? jain->sum * jain->sum / (jain->n * jain->squares) : (double)NAN;
}
