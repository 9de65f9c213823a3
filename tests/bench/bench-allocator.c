/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One allocation cycle on the grid of Mesos's own benchmarks, and the steady state of the paper's experiment;
 * the drf allocator alone, without a master. CPU seconds of one cycle, the least of the rounds. One JSON line
 * per case:
 *
 *   decline    each cycle offers every agent once, and all is declined for a year (agents as in Mesos's
 * DeclineOffers) accept     each cycle offers every agent once, all is taken, and given back before the next
 *   saturated  every framework has a long filter on every agent: the cycle offers nothing
 *   steady     one task fills an agent; 1/30 of the agents come free in each cycle, all are offered and
 * taken; once all frameworks in one role, once each in its own
 *
 * The figures that Mesos's allocator was measured at are in its row of the reference notes; here is only what
 * is ours.
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "allocators/drf.h"
#include "base/check.h"
#include "tests/allocators/allocator-harness.h"
#include "tests/bench/bench-clock.h"

#define YEAR ((Duration){365 * NS_PER_D})

typedef struct {
  uint32_t agents;
  uint32_t frameworks;
  bool own_roles;
} Case;

static double cpu_seconds(void)
{
  return (double)bench_cpu_ns() / 1e9;
}

static Resources amount(int64_t cpus, int64_t mem, int64_t disk)
{
  Quantities quantities = {{[RESOURCE_CPUS] = cpus * QUANTITY_UNIT,
                            [RESOURCE_MEM] = mem * QUANTITY_UNIT,
                            [RESOURCE_DISK] = disk * QUANTITY_UNIT}};
  return resources_of(&quantities);
}

static RoleId case_role(const Case *grid, uint32_t framework)
{
  return (RoleId){grid->own_roles ? framework : 0};
}

static void frameworks_add(AllocatorHarness *harness, const Case *grid)
{
  for (uint32_t i = 0; i < (grid->own_roles ? grid->frameworks : 1); i++) {
    g_autofree char *path = g_strdup_printf("role-%05u", i);
    harness->interface->add_role(harness->allocator, (RoleId){i}, ROLE_NONE, path);
  }
  for (uint32_t i = 0; i < grid->frameworks; i++) {
    g_autofree char *name = g_strdup_printf("framework-%05u", i);
    RoleId role = case_role(grid, i);
    AllocatorFramework info = {.name = name, .roles = &role, .n_roles = 1};
    harness->interface->add_framework(harness->allocator, harness->now, (FrameworkId){i}, &info, true, NULL,
                                      0);
  }
}

static void agents_add(AllocatorHarness *harness, const Case *grid, const Resources *total,
                       const Resources *used)
{
  for (uint32_t i = 0; i < grid->agents; i++) {
    g_autofree char *name = g_strdup_printf("agent-%06u", i);
    AllocatorAgent info = {.hostname = name};
    AllocatorUse use = {{i % grid->frameworks}, case_role(grid, i % grid->frameworks), {i}, RESOURCES_EMPTY};
    if (used != NULL)
      use.resources = *used;
    harness->interface->add_agent(harness->allocator, harness->now, (AgentId){i}, &info, total, &use,
                                  used == NULL ? 0 : 1);
  }
}

static void offers_return(AllocatorHarness *harness, OfferFilter filter)
{
  for (guint i = 0; i < harness->offers->len; i++) {
    const HarnessOffer *offer = &g_array_index(harness->offers, HarnessOffer, i);
    harness->interface->recover_resources(harness->allocator, harness->now, offer->framework, offer->role,
                                          offer->agent, &offer->resources, filter, false);
  }
  harness_forget_offers(harness);
}

static void setup(AllocatorHarness *harness, const Case *grid, const Resources *total, const Resources *used)
{
  AllocatorSettings settings = {
      .allocation_interval = {NS_PER_S},
      .min_allocatable = harness_mesos_minimum(),
      .n_min_allocatable = 2,
      .filter_gpu_resources = true,
  };
  harness_init(harness, &drf_allocator, &settings, 1, false);
  frameworks_add(harness, grid);
  agents_add(harness, grid, total, used);
}

static void report(const char *what, const Case *grid, double cycle_s, double return_s, uint32_t offers)
{
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"bench\":\"allocator\",\"case\":\"%s\",\"agents\":%u,\"frameworks\":%u,\"own_roles\":%s,"
         "\"cycle_s\":%.6f,\"return_s\":%.6f,\"offers\":%u,\"ns_per_offer\":%.1f,\"max_rss_kib\":%ld}\n",
         what, grid->agents, grid->frameworks, grid->own_roles ? "true" : "false", cycle_s, return_s, offers,
         offers == 0 ? 0.0 : 1e9 * cycle_s / offers, usage.ru_maxrss);
  fflush(stdout);
}

static void bench_cycles(const Case *grid, bool decline)
{
  AllocatorHarness harness;
  Resources total = amount(24, 4096, 4096);
  Resources used = amount(16, 2014, 1024);
  OfferFilter filter = {decline, YEAR};
  double cycle_s = 1e9;
  double return_s = 1e9;
  uint32_t offers = 0;
  setup(&harness, grid, &total, &used);
  for (uint32_t round = 0; round < MIN(10, grid->frameworks); round++) {
    double before = cpu_seconds();
    harness_tick(&harness);
    double after = cpu_seconds();
    offers = harness.offers->len;
    CHECK(offers == grid->agents);
    offers_return(&harness, filter);
    double end = cpu_seconds();
    cycle_s = MIN(cycle_s, after - before);
    return_s = MIN(return_s, end - after);
  }
  report(decline ? "decline" : "accept", grid, cycle_s, return_s, offers);
  harness_clear(&harness);
}

static void bench_saturated(const Case *grid)
{
  AllocatorHarness harness;
  Resources total = amount(8, 2048, 3072);
  OfferFilter filter = {true, YEAR};
  setup(&harness, grid, &total, NULL);
  for (uint32_t round = 0; round < grid->frameworks; round++) {
    harness_tick(&harness);
    offers_return(&harness, filter);
  }
  double cycle_s = 1e9;
  for (int round = 0; round < 5; round++) {
    double before = cpu_seconds();
    harness_tick(&harness);
    cycle_s = MIN(cycle_s, cpu_seconds() - before);
    CHECK(harness.offers->len == 0 || round == 0);
    offers_return(&harness, filter);
  }
  report("saturated", grid, cycle_s, 0, 0);
  harness_clear(&harness);
}

static void bench_steady(const Case *grid)
{
  AllocatorHarness harness;
  Resources total = amount(2, 2048, 0);
  uint32_t part = MAX(1, grid->agents / 30);
  setup(&harness, grid, &total, NULL);
  harness_tick(&harness);
  g_autofree HarnessOffer *held = g_new(HarnessOffer, grid->agents);
  for (guint i = 0; i < harness.offers->len; i++) {
    HarnessOffer offer = g_array_index(harness.offers, HarnessOffer, i);
    held[offer.agent.index] = offer;
  }
  harness_forget_offers(&harness);

  double cycle_s = 1e9;
  uint32_t next = 0;
  for (int round = 0; round < 60; round++) {
    double before = cpu_seconds();
    for (uint32_t i = 0; i < part; i++, next = (uint32_t)((next + 7919u) % grid->agents)) {
      const HarnessOffer *use = &held[next];
      harness.interface->recover_resources(harness.allocator, harness.now, use->framework, use->role,
                                           use->agent, &use->resources, OFFER_FILTER_NONE, true);
    }
    harness_tick(&harness);
    cycle_s = MIN(cycle_s, cpu_seconds() - before);
    CHECK(harness.offers->len == part);
    for (guint i = 0; i < harness.offers->len; i++) {
      HarnessOffer offer = g_array_index(harness.offers, HarnessOffer, i);
      held[offer.agent.index] = offer;
    }
    harness_forget_offers(&harness);
  }
  report("steady", grid, cycle_s, 0, part);
  harness_clear(&harness);
}

static void bench_point(uint32_t agents, uint32_t frameworks)
{
  Case one_role = {agents, frameworks, false};
  Case own_roles = {agents, frameworks, true};
  bench_cycles(&one_role, false);
  bench_cycles(&one_role, true);
  if ((uint64_t)agents * frameworks <= 2500000)
    bench_saturated(&one_role);
  bench_steady(&one_role);
  bench_steady(&own_roles);
}

/* bench-allocator [AGENTS FRAMEWORKS]: a point alone shows what memory it takes; else that of the largest so far. */
int main(int argc, char **argv)
{
  static const uint32_t agents[] = {1000, 10000, 50000};
  static const uint32_t frameworks[] = {1, 50, 200, 1000};
  if (argc == 3) {
    bench_point((uint32_t)g_ascii_strtoull(argv[1], NULL, 10), (uint32_t)g_ascii_strtoull(argv[2], NULL, 10));
    return EXIT_SUCCESS;
  }
  for (size_t a = 0; a < G_N_ELEMENTS(agents); a++)
    for (size_t f = 0; f < G_N_ELEMENTS(frameworks); f++)
      bench_point(agents[a], frameworks[f]);
  return EXIT_SUCCESS;
}
