/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimDigest: one 64-bit number for everything that happened, in order.
 *
 * The digest is XXH64 with seed 0 over the little-endian bytes of a sequence of 64-bit words. One record is
 *
 *     word 0       the instant, ns
 *     word 1       kind << 32 | number of the phase << 24 | number of words that follow
 *     word 2 ...   ids and payload
 *
 * so that no two different sequences of records give the same words. Whoever records decides what a kind
 * means and never changes it; what is observed or sampled is never recorded.
 *
 * Invariant: the value depends on the sequence of words only, not on how it was cut into calls nor on when
 * the value was asked for.
 *
 * Cost: 2 to 4 ns per record: words go into a buffer, which is hashed in stripes of 32 bytes. No allocation:
 * the struct is the whole state and may be copied.
 *
 * Not here: a cryptographic promise (XXH64 finds mistakes, not forgeries).
 * Source: the published xxHash specification (Y. Collet, "xxHash fast digest algorithm", version 0.1.1).
 */

#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/phases.h"

#define SIM_DIGEST_BUFFER_WORDS 64 /* a multiple of the 4 words of a stripe */
#define SIM_DIGEST_RECORD_WORDS 6  /* the longest record of the inline functions */

/** SimDigest: fields are private. */
typedef struct {
  uint64_t lane[4];                         /* the four accumulators of XXH64 */
  uint64_t hashed;                          /* words that went into them */
  uint32_t used;                            /* words that wait in the buffer */
  uint64_t buffer[SIM_DIGEST_BUFFER_WORDS]; /* native order; made little-endian when hashed */
} SimDigest;

/** sim_digest_phase: the number of @phase in records: one that is added later does not change those of the others. */
static inline uint64_t sim_digest_phase(SimPhase phase)
{
  return phase == SIM_PHASE_OPERATOR ? 6 : phase > SIM_PHASE_OPERATOR ? (uint64_t)phase - 1 : (uint64_t)phase;
}

/** sim_digest_init: makes @digest that of the empty sequence. */
void sim_digest_init(SimDigest *digest);

/**
 * sim_digest_add: records @n words, any number.
 * @at: the instant
 * @phase: its phase
 * @kind: what happened; the recorder's own numbering
 * @words: array of @n
 */
void sim_digest_add(SimDigest *digest, Instant at, SimPhase phase, uint32_t kind, const uint64_t *words,
                    size_t n);

/**
 * sim_digest_value:
 *
 * Leaves @digest as it is: more may be added.
 * Returns: the digest of all that was added.
 */
uint64_t sim_digest_value(const SimDigest *digest);

/**
 * sim_xxh64: XXH64 of @n bytes.
 * @bytes: array of @n; may be NULL where @n is 0
 * @seed: 0 for the published vectors
 *
 * Returns: the hash; the same on every machine.
 */
uint64_t sim_xxh64(const void *bytes, size_t n, uint64_t seed);

/** sim_digest_flush: private: hashes the whole stripes of the buffer. */
void sim_digest_flush(SimDigest *digest);

/** sim_digest_open: private: room for a record of @n words, with its first two words written. */
static inline uint64_t *sim_digest_open(SimDigest *digest, Instant at, SimPhase phase, uint32_t kind,
                                        uint32_t n)
{
  if (digest->used > SIM_DIGEST_BUFFER_WORDS - SIM_DIGEST_RECORD_WORDS)
    sim_digest_flush(digest);
  uint64_t *word = digest->buffer + digest->used;
  word[0] = (uint64_t)at.ns;
  word[1] = (uint64_t)kind << 32 | sim_digest_phase(phase) << 24 | n;
  digest->used += n + 2;
  return word + 2;
}

/** sim_digest_add_1 ... sim_digest_add_4: sim_digest_add() for one to four words, for hot paths. */
static inline void sim_digest_add_1(SimDigest *digest, Instant at, SimPhase phase, uint32_t kind, uint64_t a)
{
  uint64_t *word = sim_digest_open(digest, at, phase, kind, 1);
  word[0] = a;
}

static inline void sim_digest_add_2(SimDigest *digest, Instant at, SimPhase phase, uint32_t kind, uint64_t a,
                                    uint64_t b)
{
  uint64_t *word = sim_digest_open(digest, at, phase, kind, 2);
  word[0] = a;
  word[1] = b;
}

static inline void sim_digest_add_3(SimDigest *digest, Instant at, SimPhase phase, uint32_t kind, uint64_t a,
                                    uint64_t b, uint64_t c)
{
  uint64_t *word = sim_digest_open(digest, at, phase, kind, 3);
  word[0] = a;
  word[1] = b;
  word[2] = c;
}

static inline void sim_digest_add_4(SimDigest *digest, Instant at, SimPhase phase, uint32_t kind, uint64_t a,
                                    uint64_t b, uint64_t c, uint64_t d)
{
  uint64_t *word = sim_digest_open(digest, at, phase, kind, 4);
  word[0] = a;
  word[1] = b;
  word[2] = c;
  word[3] = d;
}
