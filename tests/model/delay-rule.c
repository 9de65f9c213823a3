/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The rules of delay scheduling step by step, as published, and with a reset on every launch.
 */

#include "model/delay-rule.h"
#include "tests/support/test-main.h"

static void skip(const DelayRule *rule, DelayState *state, uint32_t times)
{
  for (uint32_t i = 0; i < times; i++)
    delay_rule_skipped(rule, state);
}

START_TEST(without_a_delay_anything_goes)
{
  DelayRule rule = {.kind = DELAY_NONE};
  DelayState state = {0};
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_ANY);
  delay_rule_launched(&rule, &state, LOCALITY_ANY);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_ANY);
}
END_TEST

/* Algorithm 2 with D1 = 3, D2 = 2. */
START_TEST(skips_are_counted)
{
  DelayRule rule = {.kind = DELAY_SKIPS, .skips = {3, 2}};
  DelayState state = {0};
  const TaskLocality expected[] = {LOCALITY_NODE, LOCALITY_NODE, LOCALITY_NODE,
                                   LOCALITY_RACK, LOCALITY_RACK, LOCALITY_ANY};
  for (uint32_t i = 0; i < 6; i++) {
    ck_assert_int_eq(delay_rule_allows(&rule, &state), expected[i]);
    skip(&rule, &state, 1);
  }
  delay_rule_launched(&rule, &state, LOCALITY_ANY); /* the count stays: the next one may go anywhere, too */
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_ANY);
  delay_rule_launched(&rule, &state, LOCALITY_RACK);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_ANY);
  delay_rule_launched(&rule, &state, LOCALITY_NODE);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_NODE);
}
END_TEST

START_TEST(skips_begin_anew_with_every_launch)
{
  DelayRule rule = {.kind = DELAY_SKIPS, .skips = {3, 0}, .reset_on_launch = true};
  DelayState state = {0};
  skip(&rule, &state, 3);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_ANY);
  delay_rule_launched(&rule, &state, LOCALITY_ANY);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_NODE);
}
END_TEST

static void wait_for(const DelayRule *rule, DelayState *state, int64_t seconds)
{
  delay_rule_skipped(rule, state);
  delay_rule_next_offer(state, (Duration){seconds * NS_PER_S});
}

/* Algorithm 3 with W1 = 5 s, W2 = 2 s. */
START_TEST(waits_are_summed)
{
  DelayRule rule = {.kind = DELAY_WAIT, .waits = {{5 * NS_PER_S}, {2 * NS_PER_S}}};
  DelayState state = {0};
  wait_for(&rule, &state, 4);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_NODE);
  delay_rule_next_offer(&state, (Duration){100 * NS_PER_S}); /* it was not skipped: that does not count */
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_NODE);
  wait_for(&rule, &state, 1);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_RACK);
  delay_rule_launched(&rule, &state, LOCALITY_RACK); /* level 1: racks at once, W2 for anything */
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_RACK);
  wait_for(&rule, &state, 1);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_RACK);
  wait_for(&rule, &state, 1);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_ANY);
  delay_rule_launched(&rule, &state, LOCALITY_ANY); /* level 2: anything at once */
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_ANY);
  delay_rule_launched(&rule, &state, LOCALITY_NODE); /* level 0 */
  wait_for(&rule, &state, 6);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_RACK);
  wait_for(&rule, &state, 1);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_ANY);
}
END_TEST

START_TEST(waits_begin_anew_with_every_launch)
{
  DelayRule rule = {.kind = DELAY_WAIT, .waits = {{5 * NS_PER_S}, {0}}, .reset_on_launch = true};
  DelayState state = {0};
  wait_for(&rule, &state, 5);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_ANY);
  delay_rule_launched(&rule, &state, LOCALITY_ANY);
  ck_assert_int_eq(delay_rule_allows(&rule, &state), LOCALITY_NODE);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("delay-rule");
  test_case(suite, without_a_delay_anything_goes);
  test_case(suite, skips_are_counted);
  test_case(suite, skips_begin_anew_with_every_launch);
  test_case(suite, waits_are_summed);
  test_case(suite, waits_begin_anew_with_every_launch);
  return suite;
}
