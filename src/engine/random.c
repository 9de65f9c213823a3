/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/random.h"

#include <glib.h>
#include <string.h>

#include "base/check.h"
#include "engine/digest.h"
#include "engine/random-block.h"

SimBlock sim_random_block(const SimDraw *draw, uint32_t sub)
{
  return sim_block(draw, sub);
}

uint64_t sim_random_u64(const SimDraw *draw)
{
  return sim_block(draw, 0).word[0];
}

double sim_random_unit(const SimDraw *draw)
{
  return sim_unit(sim_random_u64(draw));
}

double sim_random_open_unit(const SimDraw *draw)
{
  return sim_open_unit(sim_random_u64(draw));
}

uint64_t sim_random_below(const SimDraw *draw, uint64_t n)
{
  CHECK(n > 0);

  /* The high half of word * n is uniform once the (2^64 mod n) words that would make some results likelier
   * than others are refused; they are those whose low half is smallest. */
  for (uint32_t sub = 0;; sub++) {
    SimBlock block = sim_block(draw, sub);
    for (int i = 0; i < 2; i++) {
      uint64_t low = block.word[i] * n;
      if (low >= n || low >= -n % n)
        return sim_scale(block.word[i], n);
    }
  }
}

void sim_random_fill(const SimDraw *draw, uint32_t *out, size_t n)
{
  SimDraw next = *draw;

  for (size_t i = 0; i < n; next.index++) {
    SimBlock block = sim_block(&next, 0);
    for (size_t j = 0; j < 4 && i < n; j++, i++)
      out[i] = (uint32_t)(block.word[j / 2] >> 32 * (j % 2));
  }
}

uint64_t sim_text_hash(const char *text)
{
  return sim_xxh64(text, strlen(text), 0);
}

uint64_t sim_entity_hash_words(uint64_t name_hash, uint64_t member, uint64_t key, uint64_t stage)
{
  uint64_t words[4] = {GUINT64_TO_LE(name_hash), GUINT64_TO_LE(member), GUINT64_TO_LE(key),
                       GUINT64_TO_LE(stage)};
  return sim_xxh64(words, sizeof words, 0);
}

uint64_t sim_entity_hash(const char *name, uint64_t member, uint64_t key, uint64_t stage)
{
  return sim_entity_hash_words(sim_text_hash(name), member, key, stage);
}

uint64_t sim_replication_seed(uint64_t seed, uint64_t replication)
{
  SimDraw draw = {.seed = seed, .purpose = SIM_PURPOSE_SEEDING, .entity = replication, .index = 0};
  return replication == 0 ? seed : sim_random_u64(&draw);
}
