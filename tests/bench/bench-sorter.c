/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The DRF sorter alone, in ns of CPU, the least of the rounds; one JSON line per number of clients:
 *
 *   pick_ns     one release of a random client, one pick of the first, one allocation to it (the work of a
 * task) full_ns     per client: the whole order after every share has changed again_ns    per client: the
 * whole order again, nothing changed
 */

#include <stdio.h>
#include <stdlib.h>

#include "allocators/drf-sorter.h"
#include "base/check.h"
#include "tests/bench/bench-clock.h"

#define ROUNDS 5

static double cpu_seconds(void)
{
  return (double)bench_cpu_ns() / 1e9;
}

static uint64_t mix(uint64_t *state)
{
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

static const Quantities task = {{[RESOURCE_CPUS] = 1000, [RESOURCE_MEM] = 1024000}};

/* Tasks of clients: released at random, given to whoever is first. */
static double pick_ns(Sorter *sorter, uint32_t *held, uint32_t n_held)
{
  uint64_t state = 1;
  const uint32_t steps = 200000;
  double before = cpu_seconds();
  for (uint32_t step = 0; step < steps; step++) {
    uint32_t at = (uint32_t)(mix(&state) % n_held);
    uint32_t client = 0;
    drf_sorter.unallocated(sorter, held[at], &task);
    drf_sorter.begin(sorter, NULL);
    CHECK(drf_sorter.next(sorter, &client));
    drf_sorter.allocated(sorter, client, &task);
    held[at] = client;
  }
  return 1e9 * (cpu_seconds() - before) / steps;
}

static double order_ns(Sorter *sorter, uint32_t n)
{
  uint32_t client;
  uint32_t seen = 0;
  double before = cpu_seconds();
  drf_sorter.begin(sorter, NULL);
  while (drf_sorter.next(sorter, &client))
    seen++;
  CHECK(seen == n);
  return 1e9 * (cpu_seconds() - before) / n;
}

static void bench(uint32_t n)
{
  SorterTotals totals = {.total = {{[RESOURCE_CPUS] = 100000000, [RESOURCE_MEM] = 102400000000}},
                         .version = 1};
  Sorter *sorter = drf_sorter.create(&totals, NULL);
  uint32_t n_held = 10 * n;
  uint32_t *held = g_new(uint32_t, n_held);
  for (uint32_t client = 0; client < n; client++) {
    g_autofree char *path = g_strdup_printf("client-%05u", client);
    drf_sorter.add(sorter, client, path);
    drf_sorter.activate(sorter, client);
    for (uint32_t i = 0; i < 10; i++) {
      held[10 * client + i] = client;
      drf_sorter.allocated(sorter, client, &task);
    }
  }
  double pick = 1e9;
  double full = 1e9;
  double again = 1e9;
  for (int round = 0; round < ROUNDS; round++) {
    pick = MIN(pick, pick_ns(sorter, held, n_held));
    totals.version++;
    full = MIN(full, order_ns(sorter, n));
    again = MIN(again, order_ns(sorter, n));
  }
  printf("{\"bench\":\"sorter\",\"clients\":%u,\"pick_ns\":%.1f,\"full_ns\":%.1f,\"again_ns\":%.1f}\n", n,
         pick, full, again);
  drf_sorter.destroy(sorter);
  g_free(held);
}

int main(void)
{
  static const uint32_t clients[] = {1, 50, 100, 200, 500, 1000, 10000};
  for (size_t i = 0; i < G_N_ELEMENTS(clients); i++)
    bench(clients[i]);
  return EXIT_SUCCESS;
}
