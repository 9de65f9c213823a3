/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/digest.h"

#include <glib.h>
#include <string.h>

#include "tests/support/test-main.h"

/*
 * Pins: XXH64 is the published function; the digest is XXH64 of the little-endian words of its records,
 * whichever calls they came by, and asking for it changes nothing.
 *
 * Does not pin: which records the model makes (tests/golden).
 */

static const struct {
  const char *text;
  uint64_t hash;
} published[] = {
    {"", UINT64_C(0xef46db3751d8e999)},
    {"a", UINT64_C(0xd24ec4f1a98c6e5b)},
    {"abc", UINT64_C(0x44bc2cf5ad770999)},
    {"message digest", UINT64_C(0x066ed728fceeb3be)},
    {"abcdefghijklmnopqrstuvwxyz", UINT64_C(0xcfe1f278fa89835c)},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", UINT64_C(0xaaa46907d3047814)},
    {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
     UINT64_C(0xe04a477f19ee145d)},
};

START_TEST(published_vectors)
{
  ck_assert_uint_eq(sim_xxh64(published[_i].text, strlen(published[_i].text), 0), published[_i].hash);
}
END_TEST

START_TEST(seed_matters)
{
  ck_assert_uint_ne(sim_xxh64("abc", 3, 0), sim_xxh64("abc", 3, 1));
}
END_TEST

START_TEST(no_record_is_the_empty_hash)
{
  SimDigest digest;
  sim_digest_init(&digest);
  ck_assert_uint_eq(sim_digest_value(&digest), published[0].hash);
}
END_TEST

/* The bytes that a record stands for, by the header's description alone. */
static void append_bytes(GByteArray *bytes, uint64_t word)
{
  for (int i = 0; i < 8; i++) {
    guint8 byte = (guint8)(word >> 8 * i);
    g_byte_array_append(bytes, &byte, 1);
  }
}

static void append_record(GByteArray *bytes, int64_t at_ns, unsigned phase, uint32_t kind,
                          const uint64_t *words, size_t n)
{
  append_bytes(bytes, (uint64_t)at_ns);
  append_bytes(bytes, (uint64_t)kind << 32 | phase << 24 | n);
  for (size_t i = 0; i < n; i++)
    append_bytes(bytes, words[i]);
}

/* By the inline form where there is one and @quick says so. */
static void add_record(SimDigest *digest, bool quick, Instant at, SimPhase phase, uint32_t kind,
                       const uint64_t *w, size_t n)
{
  if (quick && n == 1)
    sim_digest_add_1(digest, at, phase, kind, w[0]);
  else if (quick && n == 2)
    sim_digest_add_2(digest, at, phase, kind, w[0], w[1]);
  else if (quick && n == 3)
    sim_digest_add_3(digest, at, phase, kind, w[0], w[1], w[2]);
  else if (quick && n == 4)
    sim_digest_add_4(digest, at, phase, kind, w[0], w[1], w[2], w[3]);
  else
    sim_digest_add(digest, at, phase, kind, w, n);
}

/* Random records of 0 to 9 words, and one in 50 of 200: the digest after each is that of the bytes so far. */
START_TEST(equals_the_hash_of_the_bytes)
{
  SimDigest digest;
  GRand *random = g_rand_new_with_seed((guint32)_i);
  GByteArray *bytes = g_byte_array_new();
  uint64_t words[200];
  sim_digest_init(&digest);
  for (int record = 0; record < 200; record++) {
    size_t n = record % 50 == 49 ? 200 : (size_t)g_rand_int_range(random, 0, 10);
    for (size_t i = 0; i < n; i++)
      words[i] = (uint64_t)g_rand_int(random) << 32 | g_rand_int(random);
    Instant at = {(int64_t)g_rand_int(random) << 20};
    SimPhase phase = (SimPhase)g_rand_int_range(random, 0, SIM_PHASES);
    uint32_t kind = g_rand_int(random);
    add_record(&digest, g_rand_boolean(random), at, phase, kind, words, n);
    append_record(bytes, at.ns, (unsigned)sim_digest_phase(phase), kind, words, n);
    if (g_rand_boolean(random))
      ck_assert_uint_eq(sim_digest_value(&digest), sim_xxh64(bytes->data, bytes->len, 0));
  }
  ck_assert_uint_eq(sim_digest_value(&digest), sim_xxh64(bytes->data, bytes->len, 0));
  g_byte_array_unref(bytes);
  g_rand_free(random);
}
END_TEST

/* Digests that were published must not change with phases that are added between others. */
START_TEST(numbers_of_phases_stay)
{
  ck_assert_uint_eq(sim_digest_phase(SIM_PHASE_TASK), 0);
  ck_assert_uint_eq(sim_digest_phase(SIM_PHASE_MESSAGE), 1);
  ck_assert_uint_eq(sim_digest_phase(SIM_PHASE_ARRIVAL), 2);
  ck_assert_uint_eq(sim_digest_phase(SIM_PHASE_TIMER), 3);
  ck_assert_uint_eq(sim_digest_phase(SIM_PHASE_ALLOCATION), 4);
  ck_assert_uint_eq(sim_digest_phase(SIM_PHASE_SAMPLE), 5);
  ck_assert_uint_eq(sim_digest_phase(SIM_PHASE_OPERATOR), 6);
}
END_TEST

/* A change of the instant, phase, kind, a word, their number or their order shows. */
START_TEST(every_part_counts)
{
  SimDigest digests[8];
  for (int i = 0; i < 8; i++)
    sim_digest_init(&digests[i]);
  Instant at = {5};
  sim_digest_add_2(&digests[0], at, SIM_PHASE_TASK, 1, 2, 3);
  sim_digest_add_2(&digests[1], (Instant){6}, SIM_PHASE_TASK, 1, 2, 3);
  sim_digest_add_2(&digests[2], at, SIM_PHASE_TIMER, 1, 2, 3);
  sim_digest_add_2(&digests[3], at, SIM_PHASE_TASK, 2, 2, 3);
  sim_digest_add_2(&digests[4], at, SIM_PHASE_TASK, 1, 3, 2);
  sim_digest_add_1(&digests[5], at, SIM_PHASE_TASK, 1, 2);
  sim_digest_add_3(&digests[6], at, SIM_PHASE_TASK, 1, 2, 3, 0);
  for (int i = 0; i < 8; i++) {
    for (int j = 0; j < i; j++)
      ck_assert_uint_ne(sim_digest_value(&digests[i]), sim_digest_value(&digests[j]));
  }
}
END_TEST

START_TEST(a_copy_goes_on_alone)
{
  SimDigest one;
  sim_digest_init(&one);
  sim_digest_add_1(&one, INSTANT_ZERO, SIM_PHASE_TASK, 1, 1);
  SimDigest other = one;
  uint64_t before = sim_digest_value(&one);
  sim_digest_add_1(&other, INSTANT_ZERO, SIM_PHASE_TASK, 1, 2);
  ck_assert_uint_eq(sim_digest_value(&one), before);
  sim_digest_add_1(&one, INSTANT_ZERO, SIM_PHASE_TASK, 1, 2);
  ck_assert_uint_eq(sim_digest_value(&one), sim_digest_value(&other));
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("digest");
  test_case_loop(suite, published_vectors, 0, G_N_ELEMENTS(published));
  test_case(suite, numbers_of_phases_stay);
  test_case(suite, seed_matters);
  test_case(suite, no_record_is_the_empty_hash);
  test_case_loop(suite, equals_the_hash_of_the_bytes, 0, 20);
  test_case(suite, every_part_counts);
  test_case(suite, a_copy_goes_on_alone);
  return suite;
}
