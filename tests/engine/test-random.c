/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/random.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "engine/digest.h"
#include "tests/support/test-main.h"

/*
 * Pins: the bits are Philox4x32-10's with the counter laid out as random.h says; every function is a pure
 * function of the key; integers below n are uniform; hashes of entities are what the header says.
 *
 * Does not pin: the quality of Philox beyond a few coarse tests (its authors did).
 */

/* From the known-answer file of Random123 (kat_vectors), with the counter written as a key of ours. */
static const struct {
  uint64_t seed;
  unsigned purpose;
  uint64_t entity;
  uint64_t index;
  uint32_t sub;
  uint32_t expected[4];
} known_answers[] = {
    {0, 0, 0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {UINT64_MAX, 255, UINT64_MAX, 0xffffffffff, 0xffff, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {UINT64_C(0x299f31d0a4093822),
     3,
     UINT64_C(0x85a308d3243f6a88),
     UINT64_C(0x7013198a2e),
     0x7344,
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

START_TEST(known_answer)
{
  SimDraw draw = {.seed = known_answers[_i].seed,
                  .purpose = (SimPurpose)known_answers[_i].purpose,
                  .entity = known_answers[_i].entity,
                  .index = known_answers[_i].index};
  SimBlock block = sim_random_block(&draw, known_answers[_i].sub);
  for (int i = 0; i < 4; i++)
    ck_assert_uint_eq((uint32_t)(block.word[i / 2] >> 32 * (i % 2)), known_answers[_i].expected[i]);
}
END_TEST

/* Each part of the key alone, bit by bit, gives another block. */
START_TEST(every_bit_of_the_key_counts)
{
  SimDraw keys[1 + 64 + 8 + 64 + 40];
  size_t n = 0;
  keys[n++] = (SimDraw){.seed = 0};
  for (unsigned bit = 0; bit < 64; bit++)
    keys[n++] = (SimDraw){.seed = UINT64_C(1) << bit};
  for (unsigned bit = 0; bit < 8; bit++)
    keys[n++] = (SimDraw){.purpose = (SimPurpose)(1u << bit)};
  for (unsigned bit = 0; bit < 64; bit++)
    keys[n++] = (SimDraw){.entity = UINT64_C(1) << bit};
  for (unsigned bit = 0; bit < 40; bit++)
    keys[n++] = (SimDraw){.index = UINT64_C(1) << bit};
  ck_assert_uint_eq(n, G_N_ELEMENTS(keys));
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < i; j++)
      ck_assert_uint_ne(sim_random_u64(&keys[i]), sim_random_u64(&keys[j]));
  }
}
END_TEST

START_TEST(units_come_from_the_first_word)
{
  for (uint64_t i = 0; i < 1000; i++) {
    SimDraw draw = {.seed = 1, .purpose = SIM_PURPOSE_TEST, .index = i};
    uint64_t word = sim_random_block(&draw, 0).word[0];
    ck_assert_uint_eq(sim_random_u64(&draw), word);
    ck_assert_double_eq(sim_random_unit(&draw), ldexp((double)(word >> 11), -53));
    double open = sim_random_open_unit(&draw);
    ck_assert_double_eq(open, ldexp((double)(word >> 12) + 0.5, -52));
    ck_assert(open > 0 && open < 1);
  }
}
END_TEST

static int compare_doubles(const void *a, const void *b)
{
  double x = *(const double *)a;
  double y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Kolmogorov-Smirnov against the uniform law, over successive indices, entities and seeds. */
START_TEST(units_are_uniform)
{
  const size_t n = 100000;
  double *units = g_new(double, n);
  for (size_t i = 0; i < n; i++) {
    SimDraw draw = {.seed = _i == 0 ? i : 7,
                    .purpose = SIM_PURPOSE_TEST,
                    .entity = _i == 1 ? i : 7,
                    .index = _i == 2 ? i : 7};
    units[i] = sim_random_unit(&draw);
  }
  qsort(units, n, sizeof *units, compare_doubles);
  double largest = 0;
  for (size_t i = 0; i < n; i++)
    largest = fmax(largest, fmax((double)(i + 1) / (double)n - units[i], units[i] - (double)i / (double)n));
  ck_assert_double_le(largest * sqrt((double)n), 1.95); /* one in a thousand lies above */
  g_free(units);
}
END_TEST

START_TEST(below_is_uniform)
{
  static const uint64_t ns[] = {1, 2, 3, 7, 10, 100};
  uint64_t n = ns[_i];
  uint64_t counts[100] = {0};
  const double draws = 100000;
  for (uint64_t i = 0; i < (uint64_t)draws; i++) {
    SimDraw draw = {.seed = 3, .purpose = SIM_PURPOSE_TEST, .entity = n, .index = i};
    uint64_t value = sim_random_below(&draw, n);
    if (value >= n)
      ck_abort_msg("out of range");
    counts[value]++;
  }
  double expected = draws / (double)n;
  double chi_square = 0;
  for (uint64_t i = 0; i < n; i++)
    chi_square += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
  double freedom = (double)n - 1; /* mean of the statistic, and half its variance */
  ck_assert_double_le(chi_square, freedom + 4 * sqrt(2 * freedom) + 4);
}
END_TEST

/* With n just above 2^63 almost half of all words must be refused: without that, half of the results would be
 * twice as likely as the others. */
START_TEST(below_refuses_what_would_be_biased)
{
  const uint64_t n = (UINT64_C(1) << 63) + (UINT64_C(1) << 62);
  uint64_t low = 0;
  for (uint64_t i = 0; i < 30000; i++) {
    SimDraw draw = {.seed = 4, .purpose = SIM_PURPOSE_TEST, .index = i};
    uint64_t value = sim_random_below(&draw, n);
    if (value >= n)
      ck_abort_msg("out of range");
    low += value % 3 == 0; /* the residue that multiplication without rejection doubles */
  }
  ck_assert_int_le(llabs((long long)low - 10000), 350);
}
END_TEST

START_TEST(fill_takes_four_of_each_block)
{
  uint32_t values[11];
  SimDraw draw = {.seed = 5, .purpose = SIM_PURPOSE_TEST, .entity = 6, .index = 100};
  memset(values, 0, sizeof values);
  sim_random_fill(&draw, values, 10);
  for (size_t i = 0; i < 10; i++) {
    SimDraw own = draw;
    own.index += i / 4;
    uint64_t word = sim_random_block(&own, 0).word[i % 4 / 2];
    ck_assert_uint_eq(values[i], (uint32_t)(word >> 32 * (i % 2)));
  }
  ck_assert_uint_eq(values[10], 0);
  ck_assert_uint_eq(draw.index, 100);
}
END_TEST

START_TEST(entity_hashes)
{
  uint64_t name = sim_xxh64("load", 4, 0);
  uint64_t words[4] = {GUINT64_TO_LE(name), GUINT64_TO_LE(3), GUINT64_TO_LE(77), GUINT64_TO_LE(1)};
  ck_assert_uint_eq(sim_text_hash("load"), name);
  ck_assert_uint_eq(sim_entity_hash("load", 3, 77, 1), sim_xxh64(words, sizeof words, 0));
  ck_assert_uint_eq(sim_entity_hash_words(name, 3, 77, 1), sim_entity_hash("load", 3, 77, 1));
  ck_assert_uint_ne(sim_entity_hash("load", 3, 77, 1), sim_entity_hash("load", 77, 3, 1));
  ck_assert_uint_ne(sim_entity_hash("load", 3, 77, 1), sim_entity_hash("loaf", 3, 77, 1));
}
END_TEST

START_TEST(replication_seeds)
{
  ck_assert_uint_eq(sim_replication_seed(9, 0), 9);
  for (uint64_t i = 0; i < 100; i++) {
    for (uint64_t j = 0; j < i; j++)
      ck_assert_uint_ne(sim_replication_seed(9, i), sim_replication_seed(9, j));
  }
  ck_assert_uint_ne(sim_replication_seed(9, 1), sim_replication_seed(10, 1));
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("random");
  test_case_loop(suite, known_answer, 0, G_N_ELEMENTS(known_answers));
  test_case(suite, every_bit_of_the_key_counts);
  test_case(suite, units_come_from_the_first_word);
  test_case_loop(suite, units_are_uniform, 0, 3);
  test_case_loop(suite, below_is_uniform, 0, 6);
  test_case(suite, below_refuses_what_would_be_biased);
  test_case(suite, fill_takes_four_of_each_block);
  test_case(suite, entity_hashes);
  test_case(suite, replication_seeds);
  return suite;
}
