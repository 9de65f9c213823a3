/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Draws of sorters and policies: uniform numbers that are functions of the host's seed, a purpose and two numbers of the
 * caller's; so the same visit gives the same order, and no draw depends on how many were made before.
 */

#include "core/allocator.h"

/* Stages of AllocatorHost.random; those of the kernel's own permutations are below. */
typedef enum {
  DRAW_POLICY = 16,        /* run: of (visit, client) */
  DRAW_RANDOM_SORTER = 17, /* run: of (visit, sorter); then draw after draw */
} DrawStage;

/** draw_mix: a well mixed number from two; hosts keep 56 bits of a run, so it has no more. */
static inline uint64_t draw_mix(uint64_t a, uint64_t b)
{
  uint64_t x = a + UINT64_C(0x9e3779b97f4a7c15) * (b + 1);
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return (x ^ (x >> 31)) >> 8;
}

/** draw_uniform: strictly between 0 and 1, of two random numbers. */
static inline double draw_uniform(const uint32_t numbers[2])
{
  uint64_t bits = ((uint64_t)numbers[0] << 32 | numbers[1]) >> 12;
  return ((double)bits + 0.5) * 0x1p-52;
}
