/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * PropertyRandom: the random numbers of a scenario, from its seed alone. A failing test prints the seed.
 */

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint64_t state;
} PropertyRandom;

static inline uint64_t property_bits(PropertyRandom *random)
{
  uint64_t x = random->state += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/** property_below: a number from 0 to @n - 1. */
static inline uint32_t property_below(PropertyRandom *random, uint32_t n)
{
  return (uint32_t)(((property_bits(random) >> 32) * n) >> 32);
}

/** property_percent: true with that probability. */
static inline bool property_percent(PropertyRandom *random, uint32_t percent)
{
  return property_below(random, 100) < percent;
}
