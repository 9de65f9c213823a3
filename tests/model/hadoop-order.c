/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The order of jobs against a sort of all of them: fifo, fair and by pools.
 */

#include "model/hadoop-order.h"

#include <stdlib.h>

#include "engine/random.h"
#include "tests/support/test-main.h"

#define JOBS  30
#define POOLS 4

typedef struct {
  HadoopPlace place;
  bool in;
  SimJob *job;
} Entry;

typedef struct {
  JobOrder order;
  const uint64_t *pool_live; /* array of POOLS */
} Rule;

static uint64_t draw(uint64_t seed, uint64_t *index, uint64_t below)
{
  SimDraw key = {seed, SIM_PURPOSE_TEST, 0, (*index)++};
  return sim_random_below(&key, below);
}

static int sign(uint64_t a, uint64_t b)
{
  return a < b ? -1 : a > b;
}

static int naive_compare(gconstpointer a, gconstpointer b, gpointer data)
{
  const Rule *rule = data;
  const SimJob *one = (*(Entry *const *)a)->job;
  const SimJob *other = (*(Entry *const *)b)->job;
  int way = 0;
  if (rule->order == JOB_ORDER_FAIR)
    way = sign(one->live, other->live);
  if (rule->order == JOB_ORDER_HFS) {
    way = sign(rule->pool_live[one->sequence % POOLS], rule->pool_live[other->sequence % POOLS]);
    if (way == 0)
      way = sign(one->sequence % POOLS, other->sequence % POOLS);
  }
  return way != 0 ? way : sign(one->sequence, other->sequence);
}

static void check(const HadoopOrder *order, Entry *entries, const Rule *rule)
{
  g_autoptr(GPtrArray) expected = g_ptr_array_new();
  for (uint32_t i = 0; i < JOBS; i++)
    if (entries[i].in)
      g_ptr_array_add(expected, &entries[i]);
  g_ptr_array_sort_with_data(expected, naive_compare, (gpointer)(guintptr)rule);
  guint n = 0;
  for (uint32_t i = 0; i < order->n_pools; i++)
    for (GSequenceIter *at = g_sequence_get_begin_iter(order->pools[i]->jobs); !g_sequence_iter_is_end(at);
         at = g_sequence_iter_next(at)) {
      ck_assert_uint_lt(n, expected->len);
      ck_assert_ptr_eq(g_sequence_get(at), &((Entry *)g_ptr_array_index(expected, n))->place);
      n++;
    }
  ck_assert_uint_eq(n, expected->len);
}

START_TEST(against_a_sort)
{
  uint64_t seed = (uint64_t)_i, index = 0, pool_live[POOLS] = {0};
  Rule rule = {_i % 3 == 0 ? JOB_ORDER_FIFO : _i % 3 == 1 ? JOB_ORDER_FAIR : JOB_ORDER_HFS, pool_live};
  HadoopOrder order;
  Entry entries[JOBS] = {0};
  hadoop_order_init(&order, rule.order, POOLS);
  for (uint32_t i = 0; i < JOBS; i++) {
    entries[i].job = g_new0(SimJob, 1);
    entries[i].job->sequence = i;
    hadoop_order_begin(&order, &entries[i].place, entries[i].job);
  }
  for (uint32_t step = 0; step < 500; step++) {
    Entry *entry = &entries[draw(seed, &index, JOBS)];
    uint64_t what = draw(seed, &index, 4);
    if (what < 2) {
      int more = what == 0 || entry->job->live == 0 ? 1 : -1;
      entry->job->live += (uint32_t)more;
      pool_live[entry->job->sequence % POOLS] += (uint64_t)(int64_t)more;
      hadoop_order_changed(&order, &entry->place, more);
    } else if (what == 2) {
      hadoop_order_add(&order, &entry->place);
      entry->in = true;
    } else {
      hadoop_order_remove(&entry->place);
      entry->in = false;
    }
    check(&order, entries, &rule);
  }
  hadoop_order_clear(&order);
  for (uint32_t i = 0; i < JOBS; i++)
    g_free(entries[i].job);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("hadoop-order");
  test_case_loop(suite, against_a_sort, 0, 12);
  return suite;
}
