/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Quantities: an amount of each kind of resource, by value.
 *
 * Amounts are int64_t thousandths of the kind's unit (of a cpu, of a MiB), so that what is taken and given
 * back sums to exactly zero. The index of a kind is its place in the run's ResourceKinds; the first four are
 * fixed. Kinds that a run does not have hold zero.
 *
 * Source: the fixed point of Mesos scalars (apache/mesos src/common/values.cpp).
 * Not here: reservations and revocable resources (resources.h), text (resources.h), names (resource-kinds.h).
 */

#include <stdbool.h>
#include <stdint.h>

#define RESOURCE_KINDS_MAX 8
#define QUANTITY_UNIT      INT64_C(1000) /* thousandths in one unit */

enum {
  RESOURCE_CPUS,
  RESOURCE_MEM,  /* MiB */
  RESOURCE_DISK, /* MiB */
  RESOURCE_GPUS,
  RESOURCE_KINDS_FIXED, /* how many kinds each run has */
};

typedef struct {
  int64_t amount[RESOURCE_KINDS_MAX];
} Quantities;

#define QUANTITIES_ZERO ((Quantities){{0}})

static inline void quantities_add(Quantities *restrict sum, const Quantities *restrict more)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    sum->amount[kind] += more->amount[kind];
}

/** quantities_subtract: amounts may become negative; it is the caller who knows whether that is an error. */
static inline void quantities_subtract(Quantities *restrict rest, const Quantities *restrict less)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    rest->amount[kind] -= less->amount[kind];
}

/** quantities_contain: whether each amount of @part is at most that of @whole. */
static inline bool quantities_contain(const Quantities *whole, const Quantities *part)
{
  int64_t missing = 0;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    missing |= whole->amount[kind] - part->amount[kind];
  return missing >= 0;
}

static inline bool quantities_are_zero(const Quantities *quantities)
{
  int64_t any = 0;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    any |= quantities->amount[kind];
  return any == 0;
}

/** quantities_are_valid: whether no amount is negative. */
static inline bool quantities_are_valid(const Quantities *quantities)
{
  int64_t any = 0;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    any |= quantities->amount[kind];
  return any >= 0;
}

static inline bool quantities_equal(const Quantities *a, const Quantities *b)
{
  int64_t any = 0;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    any |= a->amount[kind] ^ b->amount[kind];
  return any == 0;
}

static inline void quantities_min(Quantities *restrict least, const Quantities *restrict other)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (other->amount[kind] < least->amount[kind])
      least->amount[kind] = other->amount[kind];
}

/**
 * quantities_divide:
 * @whole: not negative
 * @part: not negative
 *
 * Returns: how many times @part fits into @whole; UINT32_MAX where that is as many or more, or where @part is
 * zero.
 */
uint32_t quantities_divide(const Quantities *whole, const Quantities *part);
