/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimBlocks: where the input of one stage lies, one block per task, and which of its tasks are pending where.
 *
 * Placement. A block has its replicas on as many machines, as HDFS places those of a file that is written from outside of
 * the cluster: the first on any machine, the second on one of another rack, the third beside the second in its rack, all
 * further ones anywhere, but no more than (replicas - 1) / racks + 2 in one rack; never two on one machine. Where a rule has
 * no machine left (a single rack, a rack of one), any other machine will do: so with one rack all are in it, and without racks
 * every replica may be anywhere. All machines are alike, whoever may use them.
 * A draw has the key (seed, SIM_PURPOSE_PLACEMENT, entity of the stage, number of the block), so the places depend on
 * nothing else.
 *
 * Index. Pending tasks are in one list per machine that holds their block, one per rack, and one of all:
 *
 *     machine 17   [3] <-> [8] <-> [41]          by number of the task; one that has to run again comes first
 *     rack 2       [3] <-> [5] <-> [8] <-> ...
 *     all          [0] <-> [1] <-> [3] <-> ...
 *
 * The links stand in one array, the heads in a hash table by machine or rack: neither the blocks of other machines nor
 * those of other stages are looked at.
 *
 * Without replicas there is the list of all alone.
 *
 * Invariants:
 *   1. a task is in all its lists or in none;
 *   2. the table is at most half full: a search takes two looks on average, of however many blocks.
 *
 * Cost: making it O(blocks x replicas); find O(1); take, return O(replicas^2) looks at places, O(replicas) changes.
 * Memory: 16 bytes per replica (24 with racks), 12 per block, 16 per machine that holds any.
 *
 * Not here: machines that come and go: data waits for them; how long a job waits for its data (delay-rule.h).
 * Source: K. Shvachko, H. Kuang, S. Radia, R. Chansler: "The Hadoop Distributed File System", MSST 2010, section III.B;
 * Hadoop's BlockPlacementPolicyDefault.
 */

#include <stdint.h>

#include "workload/job-observer.h"

/* The machines that hold data: numbers below n, each per_rack of them one rack, in order. */
typedef struct {
  uint32_t n;        /* at least 1 */
  uint32_t per_rack; /* 0: no racks */
} SimPlaces;

typedef struct SimBlocks SimBlocks;

/**
 * sim_blocks_new:
 * @n: blocks; each pending
 * @replicas: of each; at most places->n and REPLICAS_MAX
 * @entity: of the stage
 */
SimBlocks *sim_blocks_new(const SimPlaces *places, uint32_t n, uint32_t replicas, uint64_t seed,
                          uint64_t entity);
void sim_blocks_free(SimBlocks *blocks);

/** sim_blocks_new_at: likewise, with one replica of each block, that of block i on machines[i]. */
SimBlocks *sim_blocks_new_at(const SimPlaces *places, uint32_t n, const uint32_t *machines);

/** sim_blocks_machine: of replica @replica of @block. */
uint32_t sim_blocks_machine(const SimBlocks *blocks, uint32_t block, uint32_t replica);

/** sim_blocks_locality: how near @machine is to @block; LOCALITY_NONE without replicas. */
TaskLocality sim_blocks_locality(const SimBlocks *blocks, uint32_t block, uint32_t machine);

/**
 * sim_blocks_find:
 * @locality: LOCALITY_NODE: with a replica on @machine; LOCALITY_RACK: in its rack; LOCALITY_ANY: all
 *
 * Returns: the first pending block of that list, or INDEX_NONE.
 */
uint32_t sim_blocks_find(SimBlocks *blocks, TaskLocality locality, uint32_t machine);

/** sim_blocks_take: @block, which is pending, is not any more. */
void sim_blocks_take(SimBlocks *blocks, uint32_t block);

/** sim_blocks_return: @block is pending again, as the first one of its lists. */
void sim_blocks_return(SimBlocks *blocks, uint32_t block);

/** sim_blocks_looks: slots of the table that were looked at so far: what finding costs. */
uint64_t sim_blocks_looks(const SimBlocks *blocks);

/** sim_places_rack: of @machine; 0 without racks. */
static inline uint32_t sim_places_rack(const SimPlaces *places, uint32_t machine)
{
  return places->per_rack == 0 ? 0 : machine / places->per_rack;
}
