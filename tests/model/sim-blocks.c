/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where blocks lie, against the rule; the index against a search through all blocks; what finding costs, in looks.
 */

#include "model/sim-blocks.h"

#include <glib.h>

#include "engine/random.h"
#include "tests/support/test-main.h"
#include "workload/hadoop-spec.h"

#define BLOCKS 60

static uint64_t draw(uint64_t seed, uint64_t *index, uint64_t below)
{
  SimDraw key = {seed, SIM_PURPOSE_TEST, 0, (*index)++};
  return sim_random_below(&key, below);
}

/* --- placement ------------------------------------------------------------------------------------------ */

static uint32_t rack_at(const SimBlocks *blocks, const SimPlaces *places, uint32_t block, uint32_t replica)
{
  return sim_places_rack(places, sim_blocks_machine(blocks, block, replica));
}

START_TEST(as_hdfs_places_them)
{
  SimPlaces places = {57, 10}; /* the last rack has seven */
  SimBlocks *blocks = sim_blocks_new(&places, 20000, 5, (uint64_t)_i, 7);
  uint32_t first[57] = {0}, fifth[57] = {0};
  for (uint32_t block = 0; block < 20000; block++) {
    ck_assert_uint_ne(rack_at(blocks, &places, block, 0), rack_at(blocks, &places, block, 1));
    ck_assert_uint_eq(rack_at(blocks, &places, block, 1), rack_at(blocks, &places, block, 2));
    for (uint32_t i = 0; i < 5; i++)
      for (uint32_t j = 0; j < i; j++)
        ck_assert_uint_ne(sim_blocks_machine(blocks, block, i), sim_blocks_machine(blocks, block, j));
    uint32_t in[6] = {0};
    for (uint32_t i = 0; i < 5; i++) /* six racks: at most 4 / 6 + 2 */
      ck_assert_uint_le(++in[rack_at(blocks, &places, block, i)], 2);
    first[sim_blocks_machine(blocks, block, 0)]++;
    fifth[sim_blocks_machine(blocks, block, 4)]++;
  }
  for (uint32_t machine = 0; machine < 57; machine++) { /* 351 on average, five standard deviations */
    ck_assert(first[machine] > 257 && first[machine] < 445);
    ck_assert(fifth[machine] > 250 && fifth[machine] < 452);
  }
  sim_blocks_free(blocks);
}
END_TEST

/* All alike: any pair of machines is as likely as another. */
START_TEST(without_racks_anywhere)
{
  SimPlaces places = {5, 0};
  SimBlocks *blocks = sim_blocks_new(&places, 20000, 2, (uint64_t)_i, 9);
  uint32_t pairs[5][5] = {{0}};
  for (uint32_t block = 0; block < 20000; block++)
    pairs[sim_blocks_machine(blocks, block, 0)][sim_blocks_machine(blocks, block, 1)]++;
  for (uint32_t i = 0; i < 5; i++)
    for (uint32_t j = 0; j < 5; j++)
      ck_assert(i == j ? pairs[i][j] == 0 : pairs[i][j] > 840 && pairs[i][j] < 1160);
  sim_blocks_free(blocks);
}
END_TEST

/* Where a rule has no machine left another one does. */
START_TEST(small_clusters)
{
  const SimPlaces places[] = {{3, 0}, {3, 3}, {3, 1}, {3, 2}, {1, 1}};
  for (uint32_t i = 0; i < G_N_ELEMENTS(places); i++) {
    uint32_t n = places[i].n;
    SimBlocks *blocks = sim_blocks_new(&places[i], 50, n, 1, 1);
    for (uint32_t block = 0; block < 50; block++) {
      uint32_t seen = 0;
      for (uint32_t replica = 0; replica < n; replica++)
        seen |= 1u << sim_blocks_machine(blocks, block, replica);
      ck_assert_uint_eq(seen, (1u << n) - 1);
    }
    sim_blocks_free(blocks);
  }
}
END_TEST

/* 16 replicas in 4 racks: at most 15 / 4 + 2 in one; of 4 machines each all hold one, though five would be allowed. */
START_TEST(as_many_in_a_rack_as_must_be)
{
  SimPlaces places = {40, 10};
  SimBlocks *blocks = sim_blocks_new(&places, 2000, 16, 1, 1);
  uint32_t fullest = 0;
  for (uint32_t block = 0; block < 2000; block++) {
    uint32_t in[4] = {0};
    for (uint32_t i = 0; i < 16; i++)
      in[rack_at(blocks, &places, block, i)]++;
    for (uint32_t rack = 0; rack < 4; rack++)
      fullest = MAX(fullest, in[rack]);
  }
  ck_assert_uint_eq(fullest, 5);
  sim_blocks_free(blocks);
  places = (SimPlaces){16, 4};
  blocks = sim_blocks_new(&places, 50, 16, 1, 1);
  for (uint32_t block = 0; block < 50; block++) {
    uint32_t seen = 0;
    for (uint32_t i = 0; i < 16; i++)
      seen |= 1u << sim_blocks_machine(blocks, block, i);
    ck_assert_uint_eq(seen, 0xffff);
  }
  sim_blocks_free(blocks);
}
END_TEST

START_TEST(places_depend_on_their_key_alone)
{
  SimPlaces places = {100, 20};
  SimBlocks *few = sim_blocks_new(&places, 10, 2, 5, 77);
  SimBlocks *many = sim_blocks_new(&places, 1000, 3, 5, 77);
  SimBlocks *other = sim_blocks_new(&places, 1000, 3, 5, 78);
  uint32_t same = 0;
  for (uint32_t block = 0; block < 10; block++)
    for (uint32_t i = 0; i < 2; i++)
      ck_assert_uint_eq(sim_blocks_machine(few, block, i), sim_blocks_machine(many, block, i));
  for (uint32_t block = 0; block < 1000; block++)
    same += sim_blocks_machine(many, block, 0) == sim_blocks_machine(other, block, 0);
  ck_assert_uint_lt(same, 40);
  sim_blocks_free(few);
  sim_blocks_free(many);
  sim_blocks_free(other);
}
END_TEST

/* --- the index ------------------------------------------------------------------------------------------ */

typedef struct {
  const SimBlocks *blocks;
  int64_t rank[BLOCKS]; /* the least comes first; INT64_MAX: not pending */
  int64_t least;
} Naive;

static uint32_t naive_find(const Naive *naive, TaskLocality locality, uint32_t machine)
{
  uint32_t found = INDEX_NONE;
  for (uint32_t block = 0; block < BLOCKS; block++) {
    TaskLocality near = sim_blocks_locality(naive->blocks, block, machine);
    if (naive->rank[block] != INT64_MAX &&
        (locality == LOCALITY_ANY || (near != LOCALITY_NONE && near <= locality)) &&
        (found == INDEX_NONE || naive->rank[block] < naive->rank[found]))
      found = block;
  }
  return found;
}

START_TEST(against_a_search)
{
  uint64_t seed = (uint64_t)_i, index = 0;
  SimPlaces places = {(uint32_t)(4 + draw(seed, &index, 30)), (uint32_t)draw(seed, &index, 6)};
  SimBlocks *blocks = sim_blocks_new(&places, BLOCKS, (uint32_t)draw(seed, &index, 5), seed, 3);
  Naive naive = {.blocks = blocks};
  for (uint32_t block = 0; block < BLOCKS; block++)
    naive.rank[block] = block;
  for (uint32_t step = 0; step < 1000; step++) {
    uint32_t machine = (uint32_t)draw(seed, &index, places.n);
    for (TaskLocality locality = LOCALITY_NODE; locality <= LOCALITY_ANY; locality++) {
      uint32_t expected = naive_find(&naive, locality, machine);
      if (locality == LOCALITY_RACK && places.per_rack == 0)
        expected = INDEX_NONE;
      ck_assert_uint_eq(sim_blocks_find(blocks, locality, machine), expected);
    }
    uint32_t block = (uint32_t)draw(seed, &index, BLOCKS);
    if (naive.rank[block] == INT64_MAX) {
      sim_blocks_return(blocks, block);
      naive.rank[block] = --naive.least;
    } else if (step % 3 != 0) {
      sim_blocks_take(blocks, block);
      naive.rank[block] = INT64_MAX;
    }
  }
  sim_blocks_free(blocks);
}
END_TEST

/* 5,000 machines. Finding takes as many looks with 100,000 blocks as with 1,000: two, where a slot and half a collision
 * are looked at on average; taking and giving back at most three per list. */
START_TEST(looks_do_not_depend_on_blocks)
{
  static const uint32_t numbers[] = {1, 1000, 100000};
  SimPlaces places = {5000, 40};
  for (uint32_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
    SimBlocks *blocks = sim_blocks_new(&places, numbers[i], 3, 1, 11);
    uint64_t before = sim_blocks_looks(blocks);
    for (uint32_t machine = 0; machine < places.n; machine++) {
      sim_blocks_find(blocks, LOCALITY_NODE, machine);
      sim_blocks_find(blocks, LOCALITY_RACK, machine);
      sim_blocks_find(blocks, LOCALITY_ANY, machine);
    }
    ck_assert_uint_le(sim_blocks_looks(blocks) - before, 2 * 2 * places.n);
    before = sim_blocks_looks(blocks);
    for (uint32_t block = 0; block < numbers[i]; block++)
      sim_blocks_take(blocks, block);
    for (uint32_t block = 0; block < numbers[i]; block++)
      sim_blocks_return(blocks, block);
    ck_assert_uint_le(sim_blocks_looks(blocks) - before, UINT64_C(2) * 3 * 5 * numbers[i] + 10);
    sim_blocks_free(blocks);
  }
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("sim-blocks");
  test_case_loop(suite, as_hdfs_places_them, 0, 3);
  test_case_loop(suite, without_racks_anywhere, 0, 3);
  test_case(suite, small_clusters);
  test_case(suite, as_many_in_a_rack_as_must_be);
  test_case(suite, places_depend_on_their_key_alone);
  test_case_loop(suite, against_a_search, 0, 20);
  test_case(suite, looks_do_not_depend_on_blocks);
  return suite;
}
