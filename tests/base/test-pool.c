/* SPDX-License-Identifier: Apache-2.0 */

/* Pinned: stable addresses, generations, stale ids, and that memory follows the most that lived at once. */

#include <string.h>

#include "base/pool.h"
#include "tests/support/test-main.h"

typedef struct {
  uint64_t a, b, c;
} Record;

START_TEST(take_and_give)
{
  Pool pool;
  uint32_t first, second, third;
  pool_init(&pool, sizeof(Record));
  Record *record = pool_take(&pool, &first);
  record->a = 1;
  Record *other = pool_take(&pool, &second);
  other->a = 2;
  ck_assert_uint_eq(pool.n_taken, 2);
  ck_assert(pool_is_taken(&pool, first) && pool_is_taken(&pool, second) && !pool_is_taken(&pool, 2));

  uint64_t id = pool_id(&pool, first);
  ck_assert_uint_eq(slot_of(id), first);
  ck_assert_uint_eq(generation_of(id), 1);
  ck_assert_ptr_eq(pool_find(&pool, id), record);
  ck_assert_ptr_null(pool_find(&pool, 0)); /* 0 is no id */

  pool_give(&pool, first);
  ck_assert_ptr_null(pool_find(&pool, id));
  ck_assert_ptr_eq(pool_take(&pool, &third), record); /* the last given is taken next */
  ck_assert_uint_eq(third, first);
  ck_assert_ptr_null(pool_find(&pool, id));
  ck_assert_ptr_eq(pool_find(&pool, pool_id(&pool, third)), record);
  ck_assert_uint_eq(generation_of(pool_id(&pool, third)), 2);
  ck_assert_uint_eq(other->a, 2);
  pool_clear(&pool);
  ck_assert_uint_eq(pool.n_taken, 0);
}
END_TEST

START_TEST(addresses_are_stable)
{
  enum { N = 5 * POOL_CHUNK + 3 };
  static Record *records[N];
  Pool pool;
  pool_init(&pool, sizeof(Record));
  bool dense = true;
  bool zero = true; /* as new slots are */
  bool stable = true;
  for (uint32_t i = 0; i < N; i++) {
    uint32_t slot;
    records[i] = pool_take(&pool, &slot);
    dense = dense && slot == i;
    zero = zero && records[i]->a == 0;
    *records[i] = (Record){i, i, i};
  }
  for (uint32_t i = 0; i < N; i++)
    stable = stable && pool_at(&pool, i) == records[i] && records[i]->c == i;
  ck_assert(dense);
  ck_assert(zero);
  ck_assert(stable);
  pool_clear(&pool);
}
END_TEST

/* Random takes and gives against a plain list of what is taken. */
START_TEST(random_use)
{
  enum { N = 20000, LIVE_MAX = 700 };
  static uint64_t live[LIVE_MAX], dead[N];
  uint32_t n_live = 0, n_dead = 0;
  uint64_t state = (uint64_t)_i * 2654435761u + 1;
  Pool pool;
  pool_init(&pool, sizeof(uint64_t));
  for (int step = 0; step < N; step++) {
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    uint32_t random = (uint32_t)(state >> 33);
    if (n_live < LIVE_MAX && (n_live == 0 || random % 2 == 0)) {
      uint32_t slot;
      uint64_t *record = pool_take(&pool, &slot);
      live[n_live] = pool_id(&pool, slot);
      *record = live[n_live++];
    } else {
      uint32_t victim = random % n_live;
      pool_give(&pool, slot_of(live[victim]));
      dead[n_dead++] = live[victim];
      live[victim] = live[--n_live];
    }
  }
  ck_assert_uint_eq(pool.n_taken, n_live);
  ck_assert_uint_le(pool.n_slots, LIVE_MAX);
  uint32_t found = 0;
  uint32_t stale = 0;
  for (uint32_t i = 0; i < n_live; i++)
    found += *(uint64_t *)pool_find(&pool, live[i]) == live[i] ? 1 : 0;
  for (uint32_t i = 0; i < n_dead; i++)
    stale += pool_find(&pool, dead[i]) == NULL ? 1 : 0;
  ck_assert_uint_eq(found, n_live);
  ck_assert_uint_eq(stale, n_dead);
  pool_clear(&pool);
}
END_TEST

/* Beyond the chunks that lie alone, through two blocks of several and into a third. */
START_TEST(many_records)
{
  typedef struct {
    uint64_t number, zero, more[9];
  } Large;
  uint32_t n = 0;
  uint32_t wrong = 0;
  Pool pool;
  pool_init(&pool, sizeof(Large));
  for (; n < 70 * POOL_CHUNK; n++) {
    uint32_t slot;
    Large *record = pool_take(&pool, &slot);
    wrong += slot != n || record->zero != 0 || record->more[8] != 0 ? 1 : 0;
    record->number = n;
    record->more[8] = ~(uint64_t)n;
  }
  for (uint32_t slot = 0; slot < n; slot++) {
    const Large *record = pool_at(&pool, slot);
    wrong += record->number != slot || record->more[8] != ~(uint64_t)slot ? 1 : 0;
  }
  ck_assert_uint_eq(wrong, 0);
  pool_clear(&pool);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("pool");
  test_case(suite, many_records);
  test_case(suite, take_and_give);
  test_case(suite, addresses_are_stable);
  test_case_loop(suite, random_use, 0, 10);
  return suite;
}
