/* SPDX-License-Identifier: Apache-2.0 */
#include "model/delay-rule.h"

static TaskLocality allowed_by_skips(const DelayRule *rule, uint32_t skips)
{
  if (skips < rule->skips[0])
    return LOCALITY_NODE;
  return skips - rule->skips[0] < rule->skips[1] ? LOCALITY_RACK : LOCALITY_ANY;
}

static TaskLocality allowed_by_wait(const DelayRule *rule, const DelayState *state)
{
  int64_t wait = state->wait.ns;
  if (state->level == 2 || (state->level == 1 && wait >= rule->waits[1].ns) ||
      (state->level == 0 && wait >= rule->waits[0].ns && wait - rule->waits[0].ns >= rule->waits[1].ns))
    return LOCALITY_ANY;
  return state->level == 1 || wait >= rule->waits[0].ns ? LOCALITY_RACK : LOCALITY_NODE;
}

TaskLocality delay_rule_allows(const DelayRule *rule, const DelayState *state)
{
  switch (rule->kind) {
  case DELAY_SKIPS:
    return allowed_by_skips(rule, state->skips);
  case DELAY_WAIT:
    return allowed_by_wait(rule, state);
  case DELAY_NONE:
    break;
  }
  return LOCALITY_ANY;
}

void delay_rule_launched(const DelayRule *rule, DelayState *state, TaskLocality locality)
{
  if (rule->reset_on_launch || locality == LOCALITY_NODE)
    state->skips = 0;
  state->wait = DURATION_ZERO;
  state->level = rule->reset_on_launch || locality == LOCALITY_NODE ? 0 : locality == LOCALITY_RACK ? 1 : 2;
}

void delay_rule_skipped(const DelayRule *rule, DelayState *state)
{
  if (rule->kind == DELAY_SKIPS && state->skips < UINT32_MAX)
    state->skips++;
  if (rule->kind == DELAY_WAIT)
    state->skipped = true;
}

void delay_rule_next_offer(DelayState *state, Duration elapsed)
{
  if (!state->skipped)
    return;
  state->wait.ns += elapsed.ns;
  state->skipped = false;
}
