/* SPDX-License-Identifier: Apache-2.0 */
#include "model/hadoop-order.h"

#include "base/check.h"

static gint compare(gconstpointer a, gconstpointer b, gpointer data)
{
  const HadoopOrder *order = data;
  const SimJob *one = ((const HadoopPlace *)a)->job;
  const SimJob *other = ((const HadoopPlace *)b)->job;
  if (order->fair && one->live != other->live)
    return one->live < other->live ? -1 : 1;
  return one->sequence < other->sequence ? -1 : one->sequence > other->sequence;
}

void hadoop_order_init(HadoopOrder *order, JobOrder job_order, uint32_t pools)
{
  *order =
      (HadoopOrder){.fair = job_order == JOB_ORDER_FAIR, .n_pools = job_order == JOB_ORDER_HFS ? pools : 1};
  CHECK(order->n_pools > 0);
  order->pools = g_new(HadoopPool *, order->n_pools);
  order->by_number = g_new(HadoopPool *, order->n_pools);
  for (uint32_t i = 0; i < order->n_pools; i++) {
    HadoopPool *pool = g_new(HadoopPool, 1);
    *pool = (HadoopPool){i, i, 0, g_sequence_new(NULL)};
    order->pools[i] = order->by_number[i] = pool;
  }
}

void hadoop_order_clear(HadoopOrder *order)
{
  for (uint32_t i = 0; i < order->n_pools; i++) {
    g_sequence_free(order->pools[i]->jobs);
    g_free(order->pools[i]);
  }
  g_free(order->pools);
  g_free(order->by_number);
}

void hadoop_order_begin(HadoopOrder *order, HadoopPlace *place, const SimJob *job)
{
  *place = (HadoopPlace){job, order->by_number[job->sequence % order->n_pools], NULL};
}

void hadoop_order_add(HadoopOrder *order, HadoopPlace *place)
{
  if (place->at == NULL)
    place->at = g_sequence_insert_sorted(place->pool->jobs, place, compare, order);
}

void hadoop_order_remove(HadoopPlace *place)
{
  if (place->at != NULL)
    g_sequence_remove(place->at);
  place->at = NULL;
}

static bool comes_before(const HadoopPool *a, const HadoopPool *b)
{
  return a->live != b->live ? a->live < b->live : a->number < b->number;
}

static void put(HadoopOrder *order, HadoopPool *pool, uint32_t position)
{
  order->pools[position] = pool;
  pool->position = position;
}

/* One step of its key moves a pool past those of the same key alone. */
static void move_pool(HadoopOrder *order, HadoopPool *pool)
{
  uint32_t at = pool->position;
  for (; at > 0 && comes_before(pool, order->pools[at - 1]); at--)
    put(order, order->pools[at - 1], at);
  for (; at + 1 < order->n_pools && comes_before(order->pools[at + 1], pool); at++)
    put(order, order->pools[at + 1], at);
  put(order, pool, at);
}

void hadoop_order_changed(HadoopOrder *order, HadoopPlace *place, int more)
{
  place->pool->live += (uint64_t)(int64_t)more;
  move_pool(order, place->pool);
  if (place->at != NULL && order->fair)
    g_sequence_sort_changed(place->at, compare, order);
}
