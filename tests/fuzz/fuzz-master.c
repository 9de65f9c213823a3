/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as calls of frameworks, agents and operators: two bytes of settings, then for each call one for its kind and
 * three for what it says (message-steps.h). After each, all books must agree; at the end nothing is held.
 */

#include <stdint.h>

#include "allocators/drf.h"
#include "tests/properties/message-steps.h"

#define STEPS_MAX 400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t number(const uint8_t *bytes, int n)
{
  uint64_t value = 0;
  for (int i = 0; i < n; i++)
    value = value << 8 | bytes[i];
  return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 2)
    return 0;
  MessageWorld *world = message_world_new(&drf_allocator, number(data, 2));
  size_t at = 2;
  for (int step = 0; step < STEPS_MAX && size - at >= 4; step++, at += 4)
    message_world_step(world, data[at], number(data + at + 1, 3));
  message_world_end(world);
  return 0;
}
