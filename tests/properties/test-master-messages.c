/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins that no call of a framework, an agent or an operator can break the master: random ones, malformed and out of order,
 * with each registered allocator. After every call all books agree; at the end nothing is held. With the sanitizers
 * (scripts/test --all) nothing leaks either.
 *
 * In the environment: MESSAGE_STEPS (default 100,000); MESSAGE_SEED: this scenario alone.
 */

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocators/drf.h"
#include "allocators/registry.h"
#include "tests/properties/message-steps.h"
#include "tests/properties/property-random.h"
#include "tests/support/test-main.h"

#define CHUNKS                  10
#define STEPS_PER_SCENARIO      250
#define SCENARIOS_PER_ALLOCATOR 8

static uint32_t steps_per_chunk(void)
{
  const char *steps = g_getenv("MESSAGE_STEPS");
  return (steps == NULL ? 100000 : (uint32_t)strtoul(steps, NULL, 10)) / CHUNKS;
}

static uint64_t scenario(uint64_t seed, const AllocatorInterface *allocator)
{
  PropertyRandom random = {seed};
  MessageWorld *world = message_world_new(allocator, property_bits(&random));
  /* Somebody to begin with. */
  for (uint8_t i = 0; i < 6; i++)
    message_world_step(world, i % 2, property_bits(&random));
  for (int i = 0; i < STEPS_PER_SCENARIO; i++) {
    uint8_t kind = (uint8_t)property_bits(&random);
    message_world_step(world, kind, property_bits(&random));
  }
  return message_world_end(world);
}

/* A check that fails stops the process, so the seed is said first; meson shows stderr of failures only. */
START_TEST(no_call_breaks_the_books)
{
  uint64_t launched = 0;
  const char *only = g_getenv("MESSAGE_SEED");
  if (only != NULL) {
    scenario(strtoull(only, NULL, 10), &drf_allocator);
    return;
  }
  uint32_t scenarios = steps_per_chunk() / STEPS_PER_SCENARIO;
  for (uint32_t i = 0; i < scenarios; i++) {
    uint64_t seed = (uint64_t)_i * 1000000 + i;
    fprintf(stderr, "seed %" G_GUINT64_FORMAT "\n", seed);
    launched += scenario(seed, &drf_allocator);
  }
  ck_assert_uint_gt(launched, scenarios); /* the calls come to something */
}
END_TEST

START_TEST(with_any_allocator)
{
  const AllocatorInterface *allocator = allocator_list()[_i];
  for (uint64_t seed = 0; seed < SCENARIOS_PER_ALLOCATOR; seed++) {
    fprintf(stderr, "%s, seed %" G_GUINT64_FORMAT "\n", allocator->name, seed);
    scenario(seed, allocator);
  }
}
END_TEST

Suite *test_suite(void)
{
  int n_allocators = 0;
  while (allocator_list()[n_allocators] != NULL)
    n_allocators++;
  Suite *suite = suite_create("master-messages");
  test_case_loop(suite, no_call_breaks_the_books, 0, CHUNKS);
  test_case_loop(suite, with_any_allocator, 0, n_allocators);
  test_note("%u random steps", steps_per_chunk() * CHUNKS +
                                   (uint32_t)n_allocators * SCENARIOS_PER_ALLOCATOR * STEPS_PER_SCENARIO);
  return suite;
}
