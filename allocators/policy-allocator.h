/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the policies that ship are made with: the allocator of a policy, and arithmetic that several share.
 *
 *     #define INFO .name = "fifo", .summary = "...", .properties = ...      of both tables
 *     const PolicyInterface fifo_policy = {POLICY_HEAD, INFO, .flags = ..., .key = fifo_key};
 *     POLICY_ALLOCATOR(fifo_allocator, fifo_policy, INFO);
 *
 * Not here: what a policy is (policy.h); the allocator behind it (policy-allocator.c).
 */

#include <glib.h>
#include <math.h>

#include "allocators/hierarchical.h"
#include "allocators/policy.h"

#define POLICY_HEAD .abi_version = POLICY_ABI_VERSION, .size = sizeof(PolicyInterface)

#define POLICY_ALLOCATOR(allocator, policy, ...)                                                             \
  static Allocator *policy##_create(const AllocatorSettings *settings, const AllocatorHost *host,            \
                                    Instant now, char **error)                                               \
  {                                                                                                          \
    return policy_allocator_new(&(policy), settings, host, now, error);                                      \
  }                                                                                                          \
  const AllocatorInterface allocator = {                                                                     \
      .abi_version = ALLOCATOR_ABI_VERSION,                                                                  \
      .size = sizeof(AllocatorInterface),                                                                    \
      __VA_ARGS__,                                                                                           \
      .create = policy##_create,                                                                             \
      HIERARCHICAL_FUNCTIONS,                                                                                \
  }

/** policy_largest_part: max over kinds of @part / @whole. A kind that @excluded names does not count, nor does one of
 * which @part has nothing; one of which @whole has nothing counts as infinite, or not at all (@missing). */
static inline double policy_largest_part(const Quantities *part, const Quantities *whole, uint32_t excluded,
                                         double missing)
{
  double largest = 0;
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    if (part->amount[kind] <= 0 || (excluded & (1u << kind)) != 0)
      continue;
    double one = whole->amount[kind] <= 0
                     ? missing
                     : ((double)part->amount[kind] / 1000.0) / ((double)whole->amount[kind] / 1000.0);
    largest = one > largest ? one : largest;
  }
  return largest;
}

/** policy_dominant_share: of the cluster, per weight; the same number as drf's. */
static inline double policy_dominant_share(const PolicyClient *client, const PolicyVisit *visit)
{
  return policy_largest_part(&client->allocation, visit->total, visit->excluded, 0) / client->weight;
}

/** policy_knows_task: whether the size of the client's tasks is declared or has been estimated. */
static inline bool policy_knows_task(const PolicyClient *client)
{
  return !quantities_are_zero(&client->task);
}
