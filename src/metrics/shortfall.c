/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/shortfall.h"

#include <math.h>

#define EPSILON 1e-9 /* shares that differ by less are the same */

void shortfall_init(Shortfall *shortfall)
{
  *shortfall = (Shortfall){.since = INSTANT_NEVER};
}

static void starved(Shortfall *shortfall, Instant until, bool open)
{
  Duration length = instant_since(until, shortfall->since);
  if (length.ns > shortfall->longest.ns) {
    shortfall->longest = length;
    shortfall->open = open;
  }
}

void shortfall_sample(Shortfall *shortfall, const ShortfallSample *sample)
{
  double gap = fmax(sample->ideal - sample->share, 0);
  shortfall->deficit += gap * duration_seconds(sample->length);
  if (sample->ideal > 0) {
    shortfall->work += sample->running * duration_seconds(sample->length);
    shortfall->demanding.ns += sample->length.ns;
  }
  Instant before = {sample->now.ns - sample->length.ns};
  bool below = sample->ideal > 0 && gap >= fmin(sample->task, sample->ideal) * (1 - EPSILON);
  bool lasts = !instant_is_never(shortfall->since);
  bool served = sample->use.ns > before.ns;
  if (lasts && (served || !below))
    starved(shortfall, served ? sample->use : before, false);
  if (!below)
    shortfall->since = INSTANT_NEVER;
  else if (served)
    shortfall->since = sample->use;
  else if (!lasts)
    shortfall->since = sample->now;
}

void shortfall_end(Shortfall *shortfall, Instant end, Instant use, bool left)
{
  if (instant_is_never(shortfall->since))
    return;
  bool served = use.ns > shortfall->since.ns;
  starved(shortfall, served ? use : end, !served && !left);
  shortfall->since = INSTANT_NEVER;
}
