/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Random numbers by counter: a draw is a pure function of its key.
 *
 * The key is (seed, purpose, entity, index); a method that rejects adds a sub-index 1, 2, ... The generator
 * is Philox4x32-10: the seed is its 64-bit key and the rest its 128-bit counter,
 *
 *     word 0, 1    entity, low half first
 *     word 2       index, low 32 bits
 *     word 3       purpose << 24 | index bits 32 to 39 << 16 | sub-index
 *
 * so within one seed different keys never share a block (Philox is a bijection of the counter). Nothing is
 * drawn from a shared sequence: adding an agent, a framework or another allocator shifts no other draw, and
 * runs that differ in one factor see the same durations and arrivals.
 *
 * Every function here is pure and may be called from any thread.
 *
 * Not here: distributions (distribution.h).
 * Source: J. Salmon, M. Moraes, R. Dror, D. Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011;
 * D. Lemire: "Fast random integer generation in an interval", ACM TOMACS 29 (2019).
 */

#include <stddef.h>
#include <stdint.h>

/**
 * SimPurpose: what a number is drawn for. Part of every key, so two purposes never share draws. Append new
 * ones at the end: the numbers are part of what a seed means. At most 256.
 */
typedef enum {
  SIM_PURPOSE_TASK_DURATION,
  SIM_PURPOSE_ARRIVAL,
  SIM_PURPOSE_THINK_TIME,
  SIM_PURPOSE_DECISION_TIME,
  SIM_PURPOSE_NETWORK,
  SIM_PURPOSE_EXECUTOR_START,
  SIM_PURPOSE_SERVICE_TIME,
  SIM_PURPOSE_ALLOCATOR,
  SIM_PURPOSE_JOB_SHAPE, /* how many tasks, what size */
  SIM_PURPOSE_PLACEMENT, /* where data lies, which attributes an agent has */
  SIM_PURPOSE_FAILURE,
  SIM_PURPOSE_SEEDING, /* seeds of replications (sim_replication_seed()) */
  SIM_PURPOSE_TEST,    /* tests and benchmarks */
  SIM_PURPOSE_HOLD_TIME,
  SIM_PURPOSE_RESAMPLE, /* which part of a trace comes when in a replication */
  SIM_PURPOSE_SLOW_AGENT,
  SIM_PURPOSE_SLOW_TASK,
  SIM_PURPOSE_CONTAINER_START,
} SimPurpose;

#define SIM_RANDOM_INDEX_BITS 40
#define SIM_RANDOM_SUB_MAX    0xffffu

/** SimDraw: the key of one draw. */
typedef struct {
  uint64_t seed;      /* of the run */
  SimPurpose purpose; /* what it is for */
  uint64_t entity;    /* whom it concerns: sim_entity_hash(), or a dense number */
  uint64_t index;     /* which of the entity's draws, below 2^40 (CHECK) */
} SimDraw;

/** SimBlock: 128 random bits. */
typedef struct {
  uint64_t word[2];
} SimBlock;

/**
 * sim_random_block:
 * @sub: 0; a method that rejects asks again with 1, 2, ... up to SIM_RANDOM_SUB_MAX
 *
 * Cost: 12 ns on a Xeon at 3 GHz, where draws can overlap.
 * Returns: the 128 bits of the key.
 */
SimBlock sim_random_block(const SimDraw *draw, uint32_t sub);

/** sim_random_u64: Returns: 64 uniform bits: word 0 of the block with sub-index 0. */
uint64_t sim_random_u64(const SimDraw *draw);

/** sim_random_unit: Returns: uniform in [0, 1), a multiple of 2^-53, from sim_random_u64(). */
double sim_random_unit(const SimDraw *draw);

/** sim_random_open_unit: Returns: uniform in (0, 1), an odd multiple of 2^-53, symmetric about 1/2, from
 * sim_random_u64(). */
double sim_random_open_unit(const SimDraw *draw);

/**
 * sim_random_below:
 * @n: at least 1
 *
 * Returns: uniform in 0 ... @n - 1, without bias (multiplication with rejection).
 */
uint64_t sim_random_below(const SimDraw *draw, uint64_t n);

/**
 * sim_random_fill:
 * @draw: key of the first block; block i has index @draw->index + i
 * @out: array of @n, filled
 *
 * Uses (@n + 3) / 4 successive indices, four values each. For shuffles: at most 32 bits each, so a range must
 * be small against 2^32 or the bias be removed by the caller.
 *
 * Cost: 3 ns per value there.
 */
void sim_random_fill(const SimDraw *draw, uint32_t *out, size_t n);

/** sim_text_hash: Returns: XXH64 (seed 0) of the bytes of @text: a number for a name. */
uint64_t sim_text_hash(const char *text);

/**
 * sim_entity_hash:
 * @name: of the framework's group (or what else has members)
 * @member: its number in the group
 * @key: the source's own key of the job; sim_text_hash() of it where it is a text; 0 without one
 * @stage: of the job; 0 without stages
 *
 * Returns: the entity: XXH64 over sim_text_hash(@name), @member, @key, @stage as little-endian words.
 */
uint64_t sim_entity_hash(const char *name, uint64_t member, uint64_t key, uint64_t stage);

/**
 * sim_entity_hash_words: as sim_entity_hash(), for those who keep the hash of the name.
 * @name_hash: sim_text_hash() of the name
 */
uint64_t sim_entity_hash_words(uint64_t name_hash, uint64_t member, uint64_t key, uint64_t stage);

/**
 * sim_replication_seed:
 * @seed: of the experiment
 * @replication: 0, 1, ...
 *
 * Returns: the seed of that replication; @seed itself for replication 0.
 */
uint64_t sim_replication_seed(uint64_t seed, uint64_t replication);
