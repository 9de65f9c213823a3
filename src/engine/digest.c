/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/digest.h"

#include <glib.h>
#include <string.h>

#include "base/check.h"

/*
 * XXH64: four accumulators take one word each of every 32-byte stripe; at the end they are merged, what is
 * left over is mixed in word by word and byte by byte, and the result is scrambled.
 *
 * The stream works on words, so that nothing but whole stripes and, at the end, whole words can be left over;
 * the byte form below exists for names and for the published vectors, and shares all steps with the stream.
 */

#define PRIME_1 UINT64_C(0x9E3779B185EBCA87)
#define PRIME_2 UINT64_C(0xC2B2AE3D27D4EB4F)
#define PRIME_3 UINT64_C(0x165667B19E3779F9)
#define PRIME_4 UINT64_C(0x85EBCA77C2B2AE63)
#define PRIME_5 UINT64_C(0x27D4EB2F165667C5)

#define STRIPE_WORDS 4
#define STRIPE_BYTES 32

_Static_assert(SIM_DIGEST_BUFFER_WORDS % STRIPE_WORDS == 0, "the buffer holds whole stripes");
_Static_assert(SIM_DIGEST_RECORD_WORDS + STRIPE_WORDS <= SIM_DIGEST_BUFFER_WORDS,
               "after a flush there is room for a record");

static inline uint64_t rotate(uint64_t x, unsigned bits)
{
  return x << bits | x >> (64 - bits);
}

static inline uint64_t take_word(uint64_t lane, uint64_t word)
{
  return rotate(lane + word * PRIME_2, 31) * PRIME_1;
}

static void start_lanes(uint64_t lane[STRIPE_WORDS], uint64_t seed)
{
  lane[0] = seed + PRIME_1 + PRIME_2;
  lane[1] = seed + PRIME_2;
  lane[2] = seed;
  lane[3] = seed - PRIME_1;
}

static uint64_t merge_lanes(const uint64_t lane[STRIPE_WORDS])
{
  uint64_t hash = rotate(lane[0], 1) + rotate(lane[1], 7) + rotate(lane[2], 12) + rotate(lane[3], 18);
  for (int i = 0; i < STRIPE_WORDS; i++)
    hash = (hash ^ take_word(0, lane[i])) * PRIME_1 + PRIME_4;
  return hash;
}

static inline uint64_t mix_word(uint64_t hash, uint64_t word)
{
  return rotate(hash ^ take_word(0, word), 27) * PRIME_1 + PRIME_4;
}

static inline uint64_t mix_half(uint64_t hash, uint32_t half)
{
  return rotate(hash ^ half * PRIME_1, 23) * PRIME_2 + PRIME_3;
}

static inline uint64_t mix_byte(uint64_t hash, uint8_t byte)
{
  return rotate(hash ^ byte * PRIME_5, 11) * PRIME_1;
}

static uint64_t scramble(uint64_t hash)
{
  hash = (hash ^ hash >> 33) * PRIME_2;
  hash = (hash ^ hash >> 29) * PRIME_3;
  return hash ^ hash >> 32;
}

/* A stripe at a time, with the accumulators in registers. Words are in native order; XXH64 is defined over
 * little-endian bytes. */
static void take_stripes(uint64_t lane[STRIPE_WORDS], const uint64_t *words, size_t n)
{
  uint64_t a = lane[0], b = lane[1], c = lane[2], d = lane[3];
  for (size_t i = 0; i < n; i += STRIPE_WORDS) {
    a = take_word(a, words[i]);
    b = take_word(b, words[i + 1]);
    c = take_word(c, words[i + 2]);
    d = take_word(d, words[i + 3]);
  }
  lane[0] = a, lane[1] = b, lane[2] = c, lane[3] = d;
}

void sim_digest_init(SimDigest *digest)
{
  *digest = (SimDigest){.used = 0};
  start_lanes(digest->lane, 0);
}

void sim_digest_flush(SimDigest *digest)
{
  uint32_t whole = digest->used / STRIPE_WORDS * STRIPE_WORDS;
  uint32_t rest = digest->used - whole;
  CHECK(digest->used <= SIM_DIGEST_BUFFER_WORDS);

  take_stripes(digest->lane, digest->buffer, whole);
  memmove(digest->buffer, digest->buffer + whole, rest * sizeof(uint64_t));
  digest->hashed += whole;
  digest->used = rest;
}

void sim_digest_add(SimDigest *digest, Instant at, SimPhase phase, uint32_t kind, const uint64_t *words,
                    size_t n)
{
  CHECK(n < UINT64_C(1) << 24); /* its bits of the record's second word */
  uint64_t head[2] = {(uint64_t)at.ns, (uint64_t)kind << 32 | sim_digest_phase(phase) << 24 | n};

  for (size_t i = 0; i < n + 2; i++) {
    if (digest->used == SIM_DIGEST_BUFFER_WORDS)
      sim_digest_flush(digest);
    digest->buffer[digest->used++] = i < 2 ? head[i] : words[i - 2];
  }
}

uint64_t sim_digest_value(const SimDigest *digest)
{
  SimDigest end = *digest; /* so that asking changes nothing */
  sim_digest_flush(&end);

  uint64_t hash = end.hashed > 0 ? merge_lanes(end.lane) : PRIME_5;
  hash += (end.hashed + end.used) * sizeof(uint64_t);
  for (uint32_t i = 0; i < end.used; i++)
    hash = mix_word(hash, end.buffer[i]);
  return scramble(hash);
}

static inline uint64_t load_word(const uint8_t *bytes)
{
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return GUINT64_FROM_LE(word);
}

static inline uint32_t load_half(const uint8_t *bytes)
{
  uint32_t half;
  memcpy(&half, bytes, sizeof half);
  return GUINT32_FROM_LE(half);
}

uint64_t sim_xxh64(const void *bytes, size_t n, uint64_t seed)
{
  const uint8_t *at = bytes;
  size_t left = n;
  uint64_t hash = seed + PRIME_5;
  CHECK(bytes || n == 0);

  if (left >= STRIPE_BYTES) {
    uint64_t lane[STRIPE_WORDS];
    start_lanes(lane, seed);
    for (; left >= STRIPE_BYTES; at += STRIPE_BYTES, left -= STRIPE_BYTES) {
      uint64_t stripe[STRIPE_WORDS];
      for (size_t i = 0; i < STRIPE_WORDS; i++)
        stripe[i] = load_word(at + i * sizeof(uint64_t));
      take_stripes(lane, stripe, STRIPE_WORDS);
    }
    hash = merge_lanes(lane);
  }
  hash += n;
  for (; left >= sizeof(uint64_t); at += sizeof(uint64_t), left -= sizeof(uint64_t))
    hash = mix_word(hash, load_word(at));
  if (left >= sizeof(uint32_t)) {
    hash = mix_half(hash, load_half(at));
    at += sizeof(uint32_t);
    left -= sizeof(uint32_t);
  }
  for (; left > 0; at++, left--)
    hash = mix_byte(hash, *at);
  return scramble(hash);
}
