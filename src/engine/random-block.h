/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The inner loop of random.h, for the engine's own files: one Philox4x32-10 block, inlined, and what is made
 * of its bits. The layout of the counter is specified in random.h.
 */

#include <Random123/philox.h>

#include "base/check.h"
#include "engine/random.h"

__extension__ typedef unsigned __int128 SimWide;

static inline SimBlock sim_block(const SimDraw *draw, uint32_t sub)
{
  CHECK(draw->index >> SIM_RANDOM_INDEX_BITS == 0 && sub <= SIM_RANDOM_SUB_MAX);
  philox4x32_ctr_t counter = {{
      (uint32_t)draw->entity,
      (uint32_t)(draw->entity >> 32),
      (uint32_t)draw->index,
      (uint32_t)draw->purpose << 24 | (uint32_t)(draw->index >> 32) << 16 | sub,
  }};
  philox4x32_key_t key = {{(uint32_t)draw->seed, (uint32_t)(draw->seed >> 32)}};
  philox4x32_ctr_t out = philox4x32(counter, key);
  return (SimBlock){{out.v[0] | (uint64_t)out.v[1] << 32, out.v[2] | (uint64_t)out.v[3] << 32}};
}

/* [0, 1): 53 bits. */
static inline double sim_unit(uint64_t word)
{
  return (double)(int64_t)(word >> 11) * 0x1p-53;
}

/* (0, 1): 52 bits and a half, so neither end is reached and the law is symmetric about 1/2. */
static inline double sim_open_unit(uint64_t word)
{
  return ((double)(int64_t)(word >> 12) + 0.5) * 0x1p-52;
}

/* The high half of word * n: below n, and uniform but for a bias of n / 2^64. */
static inline uint64_t sim_scale(uint64_t word, uint64_t n)
{
  return (uint64_t)((SimWide)word * n >> 64);
}
