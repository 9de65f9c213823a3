/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/allocators/allocator-harness.h"

#include "base/check.h"

uint64_t harness_mix(uint64_t a, uint64_t b)
{
  uint64_t x = a + 0x9e3779b97f4a7c15u * (b + 1);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static void offer(void *self, FrameworkId framework, RoleId role, AgentId agent, const Resources *resources)
{
  AllocatorHarness *harness = self;
  CHECK(harness->in_run);
  CHECK(!resources_are_empty(resources));
  HarnessOffer made = {harness->now, framework, role, agent, RESOURCES_EMPTY};
  resources_copy(&made.resources, resources);
  g_array_append_val(harness->offers, made);
}

static void inverse_offer(void *self, FrameworkId framework, AgentId agent)
{
  AllocatorHarness *harness = self;
  HarnessInverse made = {harness->now, framework, agent};
  CHECK(harness->in_run);
  g_array_append_val(harness->inverse, made);
}

static void revoke(void *self, FrameworkId framework, AgentId agent, const Resources *resources)
{
  AllocatorHarness *harness = self;
  CHECK(harness->in_run);
  CHECK(!resources_are_empty(resources) && quantities_are_valid(&resources->plain));
  HarnessOffer made = {harness->now, framework, ROLE_NONE, agent, RESOURCES_EMPTY};
  resources_copy(&made.resources, resources);
  g_array_append_val(harness->revocations, made);
}

static void request_run(void *self)
{
  AllocatorHarness *harness = self;
  harness->run_requested = true;
}

static void request_tick(void *self, Instant not_before)
{
  AllocatorHarness *harness = self;
  harness->tick_requested = instant_min(harness->tick_requested, not_before);
}

static void fill_random(void *self, uint64_t run, uint32_t stage, uint32_t *numbers, size_t n)
{
  const AllocatorHarness *harness = self;
  uint64_t stream = harness_mix(harness_mix(harness->seed, run), stage);
  for (size_t i = 0; i < n; i++)
    numbers[i] = (uint32_t)(harness_mix(stream, i) >> 32);
}

static void offer_clear(void *made)
{
  resources_clear(&((HarnessOffer *)made)->resources);
}

void harness_init(AllocatorHarness *harness, const AllocatorInterface *interface,
                  const AllocatorSettings *settings, uint64_t seed, bool lazy_ticks)
{
  *harness = (AllocatorHarness){
      .interface = interface,
      .now = INSTANT_ZERO,
      .interval = settings->allocation_interval,
      .seed = seed,
      .lazy_ticks = lazy_ticks,
      .tick_requested = INSTANT_NEVER,
      .offers = g_array_new(FALSE, FALSE, sizeof(HarnessOffer)),
      .inverse = g_array_new(FALSE, FALSE, sizeof(HarnessInverse)),
  };
  harness->revocations = g_array_new(FALSE, FALSE, sizeof(HarnessOffer));
  g_array_set_clear_func(harness->offers, offer_clear);
  g_array_set_clear_func(harness->revocations, offer_clear);
  AllocatorHost host = {
      .size = sizeof(AllocatorHost),
      .self = harness,
      .offer = offer,
      .inverse_offer = inverse_offer,
      .revoke = revoke,
      .request_run = request_run,
      .request_tick = request_tick,
      .random = fill_random,
  };
  char *error = NULL;
  harness->allocator = interface->create(settings, &host, harness->now, &error);
  CHECK(harness->allocator != NULL);
}

void harness_clear(AllocatorHarness *harness)
{
  harness->interface->destroy(harness->allocator);
  g_array_unref(harness->offers);
  g_array_unref(harness->inverse);
  g_array_unref(harness->revocations);
}

void harness_settle(AllocatorHarness *harness)
{
  while (harness->run_requested) {
    harness->run_requested = false;
    harness->in_run = true;
    harness->interface->run(harness->allocator, harness->now);
    harness->in_run = false;
  }
}

Duration harness_until_tick(const AllocatorHarness *harness)
{
  return (Duration){harness->interval.ns - harness->now.ns % harness->interval.ns};
}

static void make_tick(AllocatorHarness *harness)
{
  harness->tick_left_out = false;
  harness->tick_requested = INSTANT_NEVER;
  harness->ticks_made++;
  harness->in_run = true;
  harness->interface->tick(harness->allocator, harness->now);
  harness->in_run = false;
  harness_settle(harness);
}

void harness_tick(AllocatorHarness *harness)
{
  harness->now = instant_after(harness->now, harness_until_tick(harness));
  harness->tick_left_out = harness->lazy_ticks && instant_is_before(harness->now, harness->tick_requested);
  if (!harness->tick_left_out)
    make_tick(harness);
}

void harness_arrive(AllocatorHarness *harness)
{
  if (harness->tick_left_out)
    make_tick(harness);
}

void harness_advance(AllocatorHarness *harness, Duration wait)
{
  CHECK(wait.ns >= 0 && wait.ns < harness_until_tick(harness).ns);
  harness->now = instant_after(harness->now, wait);
  harness->tick_left_out = harness->tick_left_out && wait.ns == 0;
}

void harness_forget_offers(AllocatorHarness *harness)
{
  g_array_set_size(harness->offers, 0);
  g_array_set_size(harness->inverse, 0);
}

const Quantities *harness_mesos_minimum(void)
{
  static const Quantities minimum[2] = {
      {.amount = {[RESOURCE_CPUS] = 10}},
      {.amount = {[RESOURCE_MEM] = 32000}},
  };
  return minimum;
}
